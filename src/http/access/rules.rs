//! Which tokens there are and what they open: made from one config, exchanged as a whole.

use std::time::Duration;

use jiff::Timestamp;
use secrecy::ExposeSecret;
use sha2::{Digest as _, Sha256};
use subtle::{ConditionallySelectable, ConstantTimeEq};

use super::jwt::Jwt;
use super::refusal::Refusal;
use super::scopes::Scopes;
use crate::config::{Config, MetricsFor};

/// A SHA-256.
pub(super) type Digest = [u8; 32];

/// Which tokens there are and what they open.
#[derive(Debug, Default)]
pub struct Rules {
    tokens: Vec<Static>,
    jwt: Option<Jwt>,
    metrics: MetricsFor,
    pub(super) session_lifetime: Duration,
    pub(super) limits: Limits,
}

/// Limits of failures of one address.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Limits {
    /// Failures before the first wait.
    pub free: u32,
    /// Longest wait.
    pub longest: Duration,
}

struct Static {
    name: String,
    digest: Digest,
    scopes: Scopes,
    expires: Option<Timestamp>,
}

/// Who holds a right token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::http) struct Holder {
    /// As the audit log and people see it: `token NAME`, or `jwt SUBJECT`.
    pub name: String,
    /// What it opens.
    pub scopes: Scopes,
    /// When it ends.
    pub expires: Option<Timestamp>,
    pub(super) source: Source,
}

/// Where a right token comes from, for a session to be ended with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The static token with that digest.
    Static(Digest),
    /// A signed one, found right by what has that digest.
    Signed(Digest),
}

impl Rules {
    /// Those of a config that was found valid. Reads the file of keys: nothing for an async task.
    ///
    /// # Errors
    /// That file cannot be used; for people, with the key of the config.
    pub fn new(config: &Config) -> Result<Rules, String> {
        let access = &config.access;
        let mut tokens = Vec::new();
        for (name, token) in &access.tokens {
            let digest = match (&token.token, &token.sha256) {
                (Some(token), _) => sha256(token.expose_secret().as_bytes()),
                (None, Some(digest)) => unhex(digest.expose_secret())
                    .ok_or_else(|| format!("`access.tokens.{name}.sha256` is not a SHA-256"))?,
                (None, None) => return Err(format!("`access.tokens.{name}` has no token")),
            };
            tokens.push(Static {
                name: name.clone(),
                digest,
                scopes: token.scopes.iter().copied().collect(),
                expires: token.expires.map(|moment| moment.0),
            });
        }
        Ok(Rules {
            tokens,
            jwt: Jwt::new(&access.jwt)?,
            metrics: access.metrics,
            session_lifetime: access.session_lifetime,
            limits: Limits {
                free: access.max_failures,
                longest: access.max_failure_delay,
            },
        })
    }

    /// Whether there is any token at all.
    pub(in crate::http) fn has_credentials(&self) -> bool {
        !self.tokens.is_empty() || self.jwt.is_some()
    }

    /// Whether `/metrics` is open to anyone.
    pub(in crate::http) fn metrics_are_open(&self) -> bool {
        self.metrics == MetricsFor::Open
    }

    /// Who holds the token, if it is right at that moment.
    pub(in crate::http) fn check(&self, token: &[u8], now: Timestamp) -> Result<Holder, Refusal> {
        if let Some(found) = self.find(&sha256(token)) {
            return found.holder(now);
        }
        let Some(jwt) = &self.jwt else {
            return Err(Refusal::Unknown);
        };
        if token.iter().filter(|byte| **byte == b'.').count() != 2 {
            return Err(Refusal::Unknown);
        }
        let claims = jwt.verify(token, now)?;
        Ok(Holder {
            name: match claims.subject {
                Some(subject) => format!("jwt {subject}"),
                None => "jwt".into(),
            },
            scopes: claims.scopes,
            expires: Some(claims.expires),
            source: Source::Signed(claims.found_right_by),
        })
    }

    /// The same holder by these rules, for one who signed in earlier; `None` when the token is gone or past its time.
    pub(super) fn again(&self, holder: &Holder, now: Timestamp) -> Option<Holder> {
        match holder.source {
            Source::Static(digest) => self.find(&digest)?.holder(now).ok(),
            Source::Signed(basis) => {
                let jwt = self.jwt.as_ref();
                let is_valid = jwt.is_some_and(|jwt| jwt.still_goes_by(&basis))
                    && holder.expires.is_none_or(|end| now < end);
                is_valid.then(|| holder.clone())
            }
        }
    }

    /// Looks at each token, whichever it is, so that the time tells nothing.
    fn find(&self, digest: &Digest) -> Option<&Static> {
        let mut found = u32::MAX;
        for (index, token) in (0u32..).zip(&self.tokens) {
            found.conditional_assign(&index, token.digest.ct_eq(digest));
        }
        self.tokens.get(usize::try_from(found).ok()?)
    }
}

impl Static {
    fn holder(&self, now: Timestamp) -> Result<Holder, Refusal> {
        if self.expires.is_some_and(|end| end <= now) {
            return Err(Refusal::Expired);
        }
        Ok(Holder {
            name: format!("token {}", self.name),
            scopes: self.scopes,
            expires: self.expires,
            source: Source::Static(self.digest),
        })
    }
}

pub(super) fn sha256(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

fn unhex(text: &str) -> Option<Digest> {
    let text = text.trim().as_bytes();
    let mut digest = Digest::default();
    if text.len() != 2 * digest.len() {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(text.chunks_exact(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(digest)
}

impl std::fmt::Debug for Static {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Static")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
