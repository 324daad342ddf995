//! Signed tokens (JWT, RFC 7519): which are right, and what they say.
//!
//! What a token says of itself decides nothing before its signature is found right. A key is bound to its algorithms
//! when it is read (RFC 8725 §3.1), so `none`, and a public key used as a secret, have nothing to match; `jku`, `jwk`,
//! `x5u` and `x5c` are not looked at.

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Validation, decode, decode_header};
use serde_json::{Map, Value};

use super::keys::{Key, keys};
use super::refusal::Refusal;
use super::rules::{Digest, sha256};
use super::scopes::Scopes;
use crate::config;

/// Longest signed token, bytes; issuers' are about one thousand.
const LONGEST: usize = 8 * 1024;
/// Of a subject, as much as the audit log shows.
const MAX_SUBJECT: usize = 64;

/// What is asked of a signed token.
pub(super) struct Jwt {
    keys: Vec<Key>,
    issuer: Option<String>,
    audience: String,
    leeway: SignedDuration,
    scope_claim: String,
}

/// What a right one says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claims {
    /// For whom it was made; cut at a length, without control characters.
    pub subject: Option<String>,
    /// What it opens.
    pub scopes: Scopes,
    /// When it ends.
    pub expires: Timestamp,
    /// What it was found right by: the key, the issuer, the audience and the claim of scopes.
    pub found_right_by: Digest,
}

impl Jwt {
    /// Reads the keys; `None` where no signed tokens are taken.
    ///
    /// # Errors
    /// The file of keys cannot be used; for people, with the key of the config and what to do.
    pub(super) fn new(settings: &config::Jwt) -> Result<Option<Jwt>, String> {
        if !settings.is_on() {
            return Ok(None);
        }
        Ok(Some(Jwt {
            keys: keys(settings)?,
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            leeway: SignedDuration::try_from(settings.leeway).unwrap_or(SignedDuration::ZERO),
            scope_claim: settings.scope_claim.clone(),
        }))
    }

    /// Whether the token is right at that moment, and what it says. Any bytes may be given.
    pub(super) fn verify(&self, token: &[u8], now: Timestamp) -> Result<Claims, Refusal> {
        if token.len() > LONGEST {
            return Err(Refusal::TooLong);
        }
        let (claims, key) = self.signed(token)?;
        self.check_times(&claims, now)?;
        if let Some(issuer) = &self.issuer
            && claims.get("iss").and_then(Value::as_str) != Some(issuer)
        {
            return Err(Refusal::Issuer);
        }
        if !texts(claims.get("aud")).any(|audience| audience == self.audience) {
            return Err(Refusal::Audience);
        }
        let words = texts(claims.get(&self.scope_claim)).flat_map(str::split_ascii_whitespace);
        let subject = claims.get("sub").and_then(Value::as_str).map(|subject| {
            let visible = subject.chars().filter(|letter| !letter.is_control());
            visible.take(MAX_SUBJECT).collect()
        });
        Ok(Claims {
            subject,
            scopes: Scopes::named(words),
            expires: moment(claims.get("exp")).ok_or(Refusal::NoExpiry)?,
            found_right_by: self.basis(key),
        })
    }

    /// Whether a token that was found right by this would be so still, as far as keys and names go.
    pub(super) fn still_goes_by(&self, basis: &Digest) -> bool {
        self.keys.iter().any(|key| self.basis(key) == *basis)
    }

    fn basis(&self, key: &Key) -> Digest {
        let names = [
            self.issuer.as_deref().unwrap_or_default(),
            &self.audience,
            &self.scope_claim,
        ];
        let mut parts = key.digest.to_vec();
        parts.extend(names.into_iter().flat_map(|name| sha256(name.as_bytes())));
        sha256(&parts)
    }

    /// The claims and the key, once one of the keys that may have signed them did.
    fn signed(&self, token: &[u8]) -> Result<(Map<String, Value>, &Key), Refusal> {
        let header = decode_header(token).map_err(|_| Refusal::Malformed)?;
        // What must be understood (RFC 7515 §4.1.11), and is not.
        if header.crit.is_some() {
            return Err(Refusal::Malformed);
        }
        let mut validation = Validation::new(header.alg);
        // The library's own checks take the machine's clock, and an issuer that is missing for a right one.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let mut suited = self.keys.iter().filter(|key| key.is_for(header.alg)).peekable();
        if suited.peek().is_none() {
            return Err(Refusal::Algorithm);
        }
        let mut refusal = Refusal::Key;
        for key in suited.filter(|key| key.is_named(header.kid.as_deref())) {
            match decode::<Map<String, Value>>(token, key.public(), &validation) {
                Ok(right) => return Ok((right.claims, key)),
                Err(error) if *error.kind() == ErrorKind::InvalidSignature => refusal = Refusal::Signature,
                Err(_) => refusal = Refusal::Malformed,
            }
        }
        Err(refusal)
    }

    fn check_times(&self, claims: &Map<String, Value>, now: Timestamp) -> Result<(), Refusal> {
        let expires = moment(claims.get("exp")).ok_or(Refusal::NoExpiry)?;
        let earliest = now.saturating_sub(self.leeway).unwrap_or(now);
        if expires <= earliest {
            return Err(Refusal::Expired);
        }
        match claims.get("nbf") {
            None => Ok(()),
            Some(begin) => {
                let begin = moment(Some(begin)).ok_or(Refusal::Malformed)?;
                let latest = now.saturating_add(self.leeway).unwrap_or(now);
                if begin > latest {
                    Err(Refusal::NotYet)
                } else {
                    Ok(())
                }
            }
        }
    }
}

/// Seconds since 1970, which may have a fraction (RFC 7519 §2); what is beyond the calendar is its end.
fn moment(value: Option<&Value>) -> Option<Timestamp> {
    let seconds = value?.as_f64().filter(|seconds| seconds.is_finite())?;
    let bounds = Timestamp::MIN.as_second()..=Timestamp::MAX.as_second();
    let whole = (seconds.floor() as i64).clamp(*bounds.start(), *bounds.end());
    Timestamp::from_second(whole).ok()
}

/// A text, or the texts of a list.
fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let one = value.and_then(Value::as_str);
    let many = value.and_then(Value::as_array).into_iter().flatten();
    one.into_iter().chain(many.filter_map(Value::as_str))
}

impl std::fmt::Debug for Jwt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jwt")
            .field("keys", &self.keys.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
