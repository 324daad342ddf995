//! What types cannot say of `access`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use secrecy::ExposeSecret;

use super::Rules;
use crate::config::model::{MetricsFor, Scope, Token};

/// Shortest static token, in bytes: shorter ones can be guessed.
const SHORTEST_TOKEN: usize = 16;
/// Longest static token, in bytes.
const LONGEST_TOKEN: usize = 512;
/// Shortest secret for HS256, in bytes: as long as the hash (RFC 7518 §3.2).
const SHORTEST_SECRET: usize = 32;
/// Most static tokens: each is compared with at each request.
const MOST_TOKENS: usize = 100;

impl Rules<'_> {
    pub(super) fn access(&mut self) {
        let access = &self.config.access;
        if access.tokens.len() > MOST_TOKENS {
            self.wrong(
                "access.tokens",
                format!("more than {MOST_TOKENS} tokens"),
                "for many users, have an issuer sign tokens (`access.jwt`)",
            );
        }
        let mut owners = BTreeMap::new();
        for (name, token) in &access.tokens {
            self.token(name, token);
            let same = token.token.as_ref().map(|secret| secret.expose_secret());
            if let Some(other) = same.and_then(|same| owners.insert(same, name)) {
                self.wrong(
                    &format!("access.tokens.{name}.token"),
                    format!("the same token as `access.tokens.{other}`, so nobody could tell which was used"),
                    "give each its own, or this one both lists of scopes",
                );
            }
        }
        self.jwt();
        self.extension_proxy();
        if access.metrics == MetricsFor::Token && !access.opens(Scope::Metrics) {
            self.advise(
                "access.metrics",
                "there is no token with the scope `metrics`, so only local callers can read /metrics",
            );
        }
    }

    fn token(&mut self, name: &str, token: &Token) {
        let key = |inner: &str| format!("access.tokens.{name}.{inner}");
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if name.is_empty() || name.len() > 64 || !name.chars().all(is_plain) {
            self.wrong(
                &format!("access.tokens.{name}"),
                "not a name: 1 to 64 letters, digits, dots, underscores and hyphens",
                "choose another name; the audit log shows it",
            );
        }
        match (&token.token, &token.sha256) {
            (None, None) => self.wrong(
                &format!("access.tokens.{name}"),
                "neither `token` nor `sha256` is given",
                "give one of them; `openssl rand -hex 32` makes a token",
            ),
            (Some(_), Some(_)) => self.wrong(
                &key("sha256"),
                "`token` and `sha256` are both given",
                "leave one of them out",
            ),
            (Some(secret), None) => {
                if let Some((message, suggestion)) = token_trouble(secret.expose_secret()) {
                    self.wrong(&key("token"), message, suggestion);
                }
            }
            (None, Some(digest)) => {
                let digest = digest.expose_secret().trim();
                if digest.len() != 64 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    self.wrong(
                        &key("sha256"),
                        "not a SHA-256: 64 hexadecimal digits",
                        "`printf %s \"$TOKEN\" | sha256sum` prints it",
                    );
                }
            }
        }
        if token.scopes.is_empty() {
            self.wrong(
                &key("scopes"),
                "the token opens nothing",
                "list what it opens: api, debug, admin, metrics",
            );
        }
        if token.expires.is_some_and(|moment| moment.0 <= Timestamp::now()) {
            self.advise(
                &key("expires"),
                "the token has expired: nobody can use it any more",
            );
        }
    }

    fn jwt(&mut self) {
        let jwt = &self.config.access.jwt;
        if let Some(secret) = &jwt.secret
            && secret.expose_secret().len() < SHORTEST_SECRET
        {
            self.wrong(
                "access.jwt.secret",
                format!("shorter than {SHORTEST_SECRET} bytes: whoever has one signed token could find it by trying"),
                "`openssl rand -base64 48` makes one",
            );
        }
        if !jwt.is_on() {
            for key in ["issuer", "audience", "leeway", "scope_claim"] {
                let key = format!("access.jwt.{key}");
                if self.is_given(&key) {
                    self.advise(
                        &key,
                        "signed tokens are not taken: neither `access.jwt.secret` nor `access.jwt.jwks_file` is set",
                    );
                }
            }
        }
    }

    fn extension_proxy(&mut self) {
        if self.config.server.extension_proxy == Some(true) && !self.config.access.opens(Scope::Api) {
            self.wrong(
                "server.extension_proxy",
                "nobody could use it: it needs a token with the scope `api`, and there is none",
                "set ATEST_EXT_AI_API_TOKEN, or a token under `access.tokens`",
            );
        }
    }
}

/// What is wrong with a token, and what to do. Neither shows it.
fn token_trouble(token: &str) -> Option<(String, &'static str)> {
    const MAKE: &str = "`openssl rand -hex 32` makes one";
    if token.len() < SHORTEST_TOKEN {
        Some((
            format!("shorter than {SHORTEST_TOKEN} characters: it could be guessed"),
            MAKE,
        ))
    } else if token.len() > LONGEST_TOKEN {
        Some((format!("longer than {LONGEST_TOKEN} characters"), MAKE))
    } else if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        Some((
            "has a character that no header can carry: a space, a line feed, a letter beyond ASCII".into(),
            MAKE,
        ))
    } else {
        None
    }
}
