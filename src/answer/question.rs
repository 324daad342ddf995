//! A question and what comes of it, in words that know neither gRPC nor HTTP.

use std::time::Duration;

use nl2sql::{Dialect, SchemaValues};
use serde::{Deserialize, Serialize};

use super::confidence::Features;
use crate::database::Opened;
use crate::provider::{FailureKind, TokenUsage, Wish as ProviderWish};
use crate::telemetry::trace::Root;
use crate::telemetry::{ErrorKind, RequestStatus};

/// A question in plain language and everything that came with it.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The words.
    pub text: String,
    /// The dialect asked for; `None` takes the database's, then the configured default.
    pub dialect: Option<Dialect>,
    /// What the request says about the schema.
    pub schema: SchemaHints,
    /// Which provider and how.
    pub wish: ProviderWish,
    /// SQL that the asker already has (older requests send it beside the question).
    pub existing_sql: Option<String>,
    /// Name of the request in logs and replies; made when empty.
    pub request_id: String,
    /// How it came in.
    pub root: Root,
}

/// What a request says about the schema.
#[derive(Debug, Clone, Default)]
pub struct SchemaHints {
    /// CREATE TABLE statements.
    pub ddl: Option<String>,
    /// Sample values by table and column.
    pub values: Option<SchemaValues>,
    /// Name of a configured database.
    pub database: Option<String>,
    /// What has been read already, as the command line does for paths; it wins over the others.
    pub read: Option<Opened>,
}

/// Checked SQL and what is known about it.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The SQL, on one line.
    pub sql: String,
    /// The SQL over several lines, for people.
    pub pretty_sql: String,
    /// What it does, on one line.
    pub explanation: String,
    /// SQL for another reading of the question that is nearly as likely, on one line. It passed what the SQL passed.
    pub alternative: Option<String>,
    /// How sure the provider is.
    pub confidence: Confidence,
    /// Where the confidence comes from.
    pub confidence_source: ConfidenceSource,
    /// What the confidence was made from; `None` for a provider's own score.
    pub features: Option<Features>,
    /// What the asker should know before trusting it.
    pub warnings: Vec<String>,
    /// The service that answered.
    pub provider: String,
    /// The model that answered.
    pub model: String,
    /// The dialect of the SQL.
    pub dialect: Dialect,
    /// The embedded engine stood in for a model that did not answer.
    pub degraded: bool,
    /// The provider that was wanted, where another one answered.
    pub instead_of: Option<String>,
    /// It had been given before: nobody was asked for it now.
    pub cached: bool,
    /// Tokens used, where the provider told.
    pub usage: Option<TokenUsage>,
    /// What it has cost when it was made, in US dollars, where the price is known.
    pub cost: Option<f64>,
    /// The database that it is for has taken it, by its EXPLAIN.
    pub explained: bool,
    /// Time from admission to here.
    pub took: Duration,
    /// Name of the request in logs and replies.
    pub request_id: String,
}

/// A number from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    /// Clamps into 0..=1; not-a-number is 0.
    pub fn new(value: f64) -> Confidence {
        Confidence(if value.is_nan() {
            0.0
        } else {
            value.clamp(0.0, 1.0)
        })
    }
    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

/// Where a confidence comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfidenceSource {
    /// The embedded engine's own score.
    Builtin,
    /// The probabilities of the model's tokens, with what the SQL shows.
    Logprob,
    /// What the SQL shows beside the question, since the provider tells no probabilities.
    Heuristic,
    /// How far another reading comes to the same, the embedded engine's or the model's own, with what the SQL shows.
    Agreement,
}

impl ConfidenceSource {
    /// The word used in replies.
    pub fn as_str(self) -> &'static str {
        match self {
            ConfidenceSource::Builtin => "builtin",
            ConfidenceSource::Logprob => "logprob",
            ConfidenceSource::Heuristic => "heuristic",
            ConfidenceSource::Agreement => "agreement",
        }
    }
}

/// Why a question got no answer. The text is for the asker.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AskError {
    /// The request itself is wrong: empty, too long, or it contradicts itself.
    #[error("{0}")]
    BadRequest(String),
    /// Understood, and refused: a write, chit-chat, not in the schema.
    #[error("{reason}")]
    Refused {
        /// Machine word: `write`, `chit_chat`, `not_in_schema`, `not_understood`, …
        kind: &'static str,
        /// For the asker.
        reason: String,
    },
    /// No such provider here, or not able.
    #[error("{reason}")]
    ProviderUnavailable {
        /// The name asked for.
        provider: String,
        /// For the asker.
        reason: String,
    },
    /// A provider was asked, or could not be asked now, and nobody else answered.
    #[error("{reason}")]
    ProviderFailed {
        /// The service whose failure this is.
        provider: String,
        /// What kind of failure; it has been counted where it happened.
        kind: FailureKind,
        /// For the asker.
        reason: String,
    },
    /// The named database is not configured, or its schema cannot be read.
    #[error("{0}")]
    Schema(String),
    /// The database that the question is about does not answer, or refuses.
    #[error("{0}")]
    Database(String),
    /// New questions are not taken: maintenance, starting, draining.
    #[error("{0}")]
    NotAdmitted(String),
    /// Too many questions for now.
    #[error("{reason}")]
    TooMany {
        /// Machine word: `overloaded`, `rate_limited`.
        kind: &'static str,
        /// For the asker.
        reason: String,
    },
    /// The deadline passed.
    #[error("{0}")]
    Timeout(String),
    /// A fault of the plugin.
    #[error("{0}")]
    Internal(String),
}

impl AskError {
    /// A machine word for replies and logs.
    pub fn word(&self) -> &'static str {
        match self {
            AskError::BadRequest(_) => "bad_request",
            AskError::Refused { kind, .. } | AskError::TooMany { kind, .. } => kind,
            AskError::ProviderUnavailable { .. } => "provider_unavailable",
            AskError::ProviderFailed { kind, .. } => kind.word(),
            AskError::Schema(_) => "schema",
            AskError::Database(_) => "database",
            AskError::NotAdmitted(_) => "not_admitted",
            AskError::Timeout(_) => "timeout",
            AskError::Internal(_) => "internal",
        }
    }

    /// How the question is counted.
    pub fn status(&self) -> RequestStatus {
        match self {
            AskError::BadRequest(_)
            | AskError::Refused { .. }
            | AskError::NotAdmitted(_)
            | AskError::TooMany { .. } => RequestStatus::Rejected,
            AskError::Timeout(_) => RequestStatus::Timeout,
            AskError::ProviderFailed { kind, .. } => match kind {
                FailureKind::Timeout | FailureKind::Stalled => RequestStatus::Timeout,
                FailureKind::Budget => RequestStatus::Rejected,
                _ => RequestStatus::Error,
            },
            AskError::ProviderUnavailable { .. }
            | AskError::Schema(_)
            | AskError::Database(_)
            | AskError::Internal(_) => RequestStatus::Error,
        }
    }

    /// The kind of failure to count; `None` for a refusal, which is no failure, and for what was counted where it
    /// happened.
    pub fn metric_kind(&self) -> Option<ErrorKind> {
        match self {
            AskError::Refused { .. }
            | AskError::NotAdmitted(_)
            | AskError::TooMany { .. }
            | AskError::ProviderFailed { .. } => None,
            AskError::BadRequest(_) | AskError::Schema(_) | AskError::ProviderUnavailable { .. } => {
                Some(ErrorKind::InvalidRequest)
            }
            AskError::Database(_) => Some(ErrorKind::Database),
            AskError::Timeout(_) => Some(ErrorKind::Timeout),
            AskError::Internal(_) => Some(ErrorKind::Internal),
        }
    }
}
