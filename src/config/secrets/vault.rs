//! A client of Vault's HTTP API, which OpenBao has too: signing in, renewing, and reading key-value secrets
//! (<https://developer.hashicorp.com/vault/api-docs>).

mod call;
mod failure;
mod login;
mod read;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use secrecy::SecretString;
use tokio::time::{Duration, Instant};

use crate::config::model::{AuthMethod, Vault as Settings};

pub use failure::{Failure, FailureKind};
pub use read::{Readings, place};

/// Least time between two renewals of one token.
const LEAST_LEASE: Duration = Duration::from_millis(500);

/// A signed-in client. Its `Debug` shows no secret.
pub struct Vault {
    settings: Arc<Settings>,
    /// Made when it is needed; made again after a failure of the network, as a CA file can be mended.
    http: Option<reqwest::Client>,
    token: Option<Arc<Token>>,
    /// Where the key-value store is; `None` before Vault was asked.
    mount: Option<read::Mount>,
}

/// Who was asked, and the sign-in that goes on.
#[derive(Debug, Clone)]
pub struct Session {
    settings: Arc<Settings>,
    token: Option<Arc<Token>>,
}

/// A token of Vault.
#[derive(Debug)]
pub(super) struct Token {
    secret: SecretString,
    /// How long it had to live when it was given or renewed; `None` when it has no end, or nobody says.
    lease: Option<Duration>,
    /// How long it had when it was new.
    first_lease: Option<Duration>,
    is_renewable: bool,
    since: Instant,
    /// The end of its lease.
    expires: Option<Timestamp>,
}

impl Token {
    fn new(secret: SecretString, lease: Duration, is_renewable: bool, first: Option<Duration>) -> Token {
        let lease = (!lease.is_zero()).then_some(lease);
        let now = Timestamp::now();
        Token {
            secret,
            lease,
            first_lease: first.or(lease),
            is_renewable,
            since: Instant::now(),
            expires: lease.and_then(|lease| now.checked_add(lease).ok()),
        }
    }

    /// When it should be renewed: at two thirds of its lease.
    fn due(&self) -> Option<Instant> {
        let lease = self.lease?;
        Some(self.since + (lease * 2 / 3).max(LEAST_LEASE))
    }
}

impl Vault {
    /// A client that has not signed in yet.
    pub fn new(settings: Arc<Settings>) -> Vault {
        Vault {
            settings,
            http: None,
            token: None,
            mount: None,
        }
    }

    /// A client that goes on where another stopped, with connections of its own.
    pub fn of(session: &Session) -> Vault {
        Vault {
            token: session.token.clone(),
            ..Vault::new(Arc::clone(&session.settings))
        }
    }

    /// What another client needs to go on.
    pub fn session(&self) -> Session {
        Session {
            settings: Arc::clone(&self.settings),
            token: self.token.clone(),
        }
    }

    /// How it is set.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// When the token must be looked after; `None` when it has no end.
    pub fn token_due(&self) -> Option<Instant> {
        match &self.token {
            Some(token) => token.due(),
            None => Some(Instant::now()),
        }
    }

    /// Whether there is a token whose lease has not ended.
    pub fn has_living_token(&self) -> bool {
        let token = self.token.as_deref();
        token.is_some_and(|token| token.lease.is_none_or(|lease| token.since.elapsed() < lease))
    }

    /// When the token's lease ends.
    pub fn token_expires(&self) -> Option<Timestamp> {
        self.token.as_ref().and_then(|token| token.expires)
    }
}

impl Session {
    /// Whether the token was made by signing in, and for this session alone.
    pub fn is_own(&self) -> bool {
        self.token.is_some() && self.settings.auth_method != AuthMethod::Token
    }

    /// What it was made with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether it was made with the same settings.
    pub fn is_for(&self, settings: &Settings) -> bool {
        self.settings.is_same(settings)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("auth_method", &self.settings.auth_method)
            .field("is_signed_in", &self.token.is_some())
            .finish_non_exhaustive()
    }
}
