//! `access`: the tokens that open what is else for local callers only.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::config::kinds::{self, Secret};
use crate::config::units::{Moment, Time};

/// Who may do what over HTTP without being local: static tokens, and signed ones (JWT).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Access {
    /// Static tokens, each with a name of its own, which the audit log shows.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tokens: BTreeMap<String, Token>,
    /// Who may read `/metrics`: anyone, or local callers and tokens with the scope `metrics`.
    pub metrics: MetricsFor,
    /// Signed tokens of an issuer (JWT, RFC 7519); taken once `secret` or `jwks_file` is set.
    pub jwt: Jwt,
    /// How long a sign-in with a browser lasts; never longer than its token.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1m"))]
    pub session_lifetime: Duration,
    /// Wrong tokens that one address (of IPv6, one /64) may send before each further one makes it wait. One is forgotten
    /// every ten seconds.
    #[schemars(range(min = 1, max = 10_000))]
    pub max_failures: u32,
    /// Longest such wait. It begins at one second and doubles.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1s", "x-max" = "1h"))]
    pub max_failure_delay: Duration,
}

/// A static token: either the token itself or its SHA-256.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Token {
    /// The token, at least 16 characters: letters, digits and signs, no spaces. `openssl rand -hex 32` makes one.
    #[serde(with = "kinds::secret", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Secret>")]
    pub token: Option<SecretString>,
    /// The SHA-256 of the token, 64 hexadecimal digits, so that this file does not hold the token:
    /// `printf %s "$TOKEN" | sha256sum`.
    #[serde(with = "kinds::secret", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Secret>")]
    pub sha256: Option<SecretString>,
    /// What it opens: `api` (questions), `debug`, `admin`, `metrics`. None of them implies another.
    pub scopes: Vec<Scope>,
    /// The moment at which it stops working; never when not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Moment>,
}

/// What a token opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Scope {
    /// Questions.
    Api,
    /// The debug page and profiles.
    Debug,
    /// Administration.
    Admin,
    /// `/metrics`, where it is not open to anyone.
    Metrics,
}

impl Scope {
    /// All of them.
    pub const ALL: [Scope; 4] = [Scope::Api, Scope::Debug, Scope::Admin, Scope::Metrics];

    /// The word in files and in signed tokens.
    pub fn word(self) -> &'static str {
        match self {
            Scope::Api => "api",
            Scope::Debug => "debug",
            Scope::Admin => "admin",
            Scope::Metrics => "metrics",
        }
    }
}

/// Who may read `/metrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum MetricsFor {
    /// Anyone who can reach the listener.
    #[default]
    Open,
    /// Local callers, and tokens with the scope `metrics`.
    Token,
}

/// Signed tokens.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Jwt {
    /// The secret that the issuer signs with (HS256), at least 32 bytes. `openssl rand -base64 48` makes one.
    #[serde(with = "kinds::secret", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Secret>")]
    pub secret: Option<SecretString>,
    /// A file with the issuer's public keys (JWKS, RFC 7517): RSA, EC P-256 and P-384, Ed25519. It is read again when the
    /// config is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_file: Option<PathBuf>,
    /// The issuer, which the claim `iss` must name exactly; any when not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// What the claim `aud` must be, or have in its list.
    pub audience: String,
    /// How far clocks may be apart, for `exp` and `nbf`.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-max" = "10m"))]
    pub leeway: Duration,
    /// The claim that names the scopes: a text with spaces between them, or a list.
    pub scope_claim: String,
}

impl Jwt {
    /// Whether signed tokens are taken.
    pub fn is_on(&self) -> bool {
        self.secret.is_some() || self.jwks_file.is_some()
    }
}

impl Access {
    /// Whether there is a credential that may open this.
    pub fn opens(&self, scope: Scope) -> bool {
        self.jwt.is_on() || self.tokens.values().any(|token| token.scopes.contains(&scope))
    }

    /// Whether there is any credential at all.
    pub fn has_credentials(&self) -> bool {
        self.jwt.is_on() || !self.tokens.is_empty()
    }
}

impl Default for Access {
    fn default() -> Access {
        Access {
            tokens: BTreeMap::new(),
            metrics: MetricsFor::Open,
            jwt: Jwt::default(),
            session_lifetime: Duration::from_secs(12 * 3600),
            max_failures: 10,
            max_failure_delay: Duration::from_secs(300),
        }
    }
}

impl Default for Jwt {
    fn default() -> Jwt {
        Jwt {
            secret: None,
            jwks_file: None,
            issuer: None,
            audience: "atest-ext-ai".into(),
            leeway: Duration::from_secs(60),
            scope_claim: "scope".into(),
        }
    }
}
