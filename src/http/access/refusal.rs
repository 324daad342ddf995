//! Why a token opens nothing.

use crate::telemetry::AuthFailure;

/// Why a token opens nothing; each text completes "the token is refused: …". None repeats anything of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::http) enum Refusal {
    /// Neither a configured token nor a signed one.
    #[error("it is not a token that is configured here")]
    Unknown,
    /// The header that should hold it cannot be read.
    #[error("the header Authorization is none of `Bearer TOKEN` and `Basic` with the token as password")]
    Unreadable,
    /// More bytes than any token here has.
    #[error("it is longer than any token here")]
    TooLong,
    /// Three parts, but not of a signed token.
    #[error("it cannot be read as a signed token")]
    Malformed,
    /// `none`, or an algorithm that no known key is for.
    #[error("no key here is for the algorithm that it names")]
    Algorithm,
    /// No key has that `kid`.
    #[error("the key that it names is not known here")]
    Key,
    /// The signature is another's.
    #[error("its signature is wrong")]
    Signature,
    /// No `exp`, or none that is a number.
    #[error("it has no time at which it expires")]
    NoExpiry,
    /// Past its time.
    #[error("it has expired")]
    Expired,
    /// Before its time.
    #[error("it is not valid yet")]
    NotYet,
    /// Made for another program.
    #[error("it was made for another program (`aud`)")]
    Audience,
    /// Made by another issuer.
    #[error("another issuer made it (`iss`)")]
    Issuer,
}

impl Refusal {
    /// How it is counted.
    pub(in crate::http) fn counted_as(self) -> AuthFailure {
        match self {
            Refusal::Expired | Refusal::NotYet => AuthFailure::Expired,
            _ => AuthFailure::WrongToken,
        }
    }

    /// Whether whoever sends it may be guessing. A token past its time was a right one once.
    pub(super) fn may_be_a_guess(self) -> bool {
        self.counted_as() == AuthFailure::WrongToken
    }
}
