//! Why Vault gave nothing, and what to do. What it writes itself is never repeated: some of it repeats what it was sent.

use std::error::Error;
use std::fmt;
use std::io;

/// Why Vault gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Of which kind it is.
    pub kind: FailureKind,
    /// What happened.
    pub what: String,
    /// What to do.
    pub then: String,
}

/// The kinds of failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// It was not reached, or did not answer.
    Unreachable,
    /// It is sealed.
    Sealed,
    /// It has trouble of its own, or too much to do.
    Busy,
    /// It does not know who asks.
    LoginRefused,
    /// Whoever asks may not read it.
    Denied,
    /// It has no such secret.
    Missing,
    /// It answered with something else than a secret.
    Unusable,
    /// Something on this machine is missing: a file with a credential.
    Local,
}

impl FailureKind {
    /// Whether the same may go well in a moment.
    pub fn is_passing(self) -> bool {
        matches!(
            self,
            FailureKind::Unreachable | FailureKind::Sealed | FailureKind::Busy
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.then)
    }
}

impl Failure {
    /// One of that kind.
    pub fn new(kind: FailureKind, what: impl Into<String>, then: impl Into<String>) -> Failure {
        Failure {
            kind,
            what: what.into(),
            then: then.into(),
        }
    }

    /// What a status says that is not about one call alone; `None` when the call knows better.
    pub(super) fn of_status(status: u16) -> Option<Failure> {
        let (kind, what, then) = match status {
            503 => (
                FailureKind::Sealed,
                "Vault is sealed, or in maintenance",
                "unseal it (`vault operator unseal`)",
            ),
            300..=399 => (
                FailureKind::Unusable,
                "Vault sends its callers to another address, which is not followed",
                "write the address of the active node, or of a balancer, into secrets.vault.address",
            ),
            429 => (
                FailureKind::Busy,
                "Vault has too much to do",
                "raise secrets.vault.refresh_interval, or its quota",
            ),
            500..=599 => (
                FailureKind::Busy,
                "Vault has trouble of its own",
                "look into its log",
            ),
            _ => return None,
        };
        Some(Failure::new(kind, format!("{what} (HTTP {status})"), then))
    }

    /// What trouble of the network means.
    pub(super) fn of_network(error: &reqwest::Error) -> Failure {
        let chain: Vec<&(dyn Error + 'static)> =
            std::iter::successors(Some(error as &(dyn Error + 'static)), |&error| beneath(error)).collect();
        let reasons: Vec<String> = chain.iter().map(|cause| cause.to_string()).collect();
        let refused = chain
            .iter()
            .filter_map(|cause| cause.downcast_ref::<io::Error>())
            .any(|error| error.kind() == io::ErrorKind::ConnectionRefused);
        let check = "check secrets.vault.address and the network";
        let (what, then) = if error.is_timeout() {
            (
                "Vault did not answer in time".to_owned(),
                "check it and the network, or raise secrets.vault.timeout",
            )
        } else if refused {
            (
                "Vault refused the connection: nothing listens at its address".to_owned(),
                "start it, or check secrets.vault.address",
            )
        } else if error.is_dns() {
            (
                "no name server knows the host of Vault's address".to_owned(),
                check,
            )
        } else if let Some(reason) = reasons.iter().find(|reason| reason.contains("peer certificate")) {
            let reason = reason.trim_start_matches("invalid peer certificate: ");
            (
                format!("Vault shows a certificate that is not accepted ({reason})"),
                "name the certificate of its authority in secrets.vault.ca_file; check the host in its address",
            )
        } else if reasons.iter().any(|reason| reason.contains("corrupt message")) {
            (
                "Vault does not speak TLS".to_owned(),
                "write http:// instead of https:// into secrets.vault.address, where it is on this machine",
            )
        } else {
            (
                "Vault was not reached, or broke the connection off".to_owned(),
                check,
            )
        };
        Failure::new(FailureKind::Unreachable, what, then)
    }
}

fn beneath<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    // An I/O error shows what it wraps as itself, and names what is beneath *that* as its source.
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}
