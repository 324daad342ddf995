//! Why a call to a provider failed, and what follows from it: ask again, ask another, or leave it.

use std::time::Duration;

use crate::telemetry::ErrorKind;

use super::Bill;

/// Why a provider gave no SQL. The text is for the asker.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ProviderError {
    /// No kind or service of that name.
    #[error("{0}")]
    Unknown(String),
    /// Known, but it cannot answer; the text says why and what to do.
    #[error("{0}")]
    Unavailable(String),
    /// It understood and refuses.
    #[error("{reason}")]
    Refused {
        /// Machine word: `write`, `chit_chat`, `not_in_schema`, `not_understood`, `empty`, `too_long`; from a model
        /// `not_answerable`, `unclear` with what it asks back, and `declined`.
        kind: &'static str,
        /// For the asker.
        reason: String,
        /// What a model's refusal took.
        bill: Option<Box<Bill>>,
    },
    /// A call was made, or could not be made, and failed.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// More questions than `ai.rate_limit` allows; the next is taken after this time.
    #[error("more questions than ai.rate_limit allows; ask again in {:.0} s", .0.as_secs_f64().ceil().max(1.0))]
    TooMany(Duration),
    /// What was written cannot be judged now, so nobody else is asked.
    #[error("the SQL could not be checked")]
    Stopped,
    /// A fault of the plugin.
    #[error("{0}")]
    Internal(String),
}

/// A call that failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// What happened, why, and what to do next. Never holds a key, a question, or a whole body of a reply.
    pub message: String,
    /// HTTP status, where there was a reply.
    pub status: Option<u16>,
    /// How long the provider asks to be left alone (`Retry-After`, `retry-after-ms`).
    pub retry_after: Option<Duration>,
    /// What the answer took, where there was a whole one that is of no use.
    pub bill: Option<Box<Bill>>,
}

impl ProviderError {
    /// What is owed all the same.
    pub fn bill(&self) -> Option<&Bill> {
        match self {
            ProviderError::Refused { bill, .. } => bill.as_deref(),
            ProviderError::Failed(failure) => failure.bill.as_deref(),
            _ => None,
        }
    }

    /// The same about an answer that took this.
    pub fn billed(mut self, owed: Bill) -> ProviderError {
        if let ProviderError::Refused { bill, .. } | ProviderError::Failed(Failure { bill, .. }) = &mut self {
            *bill = Some(Box::new(owed));
        }
        self
    }
}

/// The kinds of failure, by what follows from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// No answer within the time for the call.
    Timeout,
    /// The reply began and then fell silent.
    Stalled,
    /// No connection, or it broke: DNS, refused, TLS, reset, a reply that ends too early.
    Network,
    /// 5xx other than overload, or an error in the middle of a reply.
    Server,
    /// 503 or 529, or words to that effect: busy.
    Overloaded,
    /// 429 that passes with time.
    RateLimit,
    /// 402, or 429 for a quota that is used up: does not pass by waiting.
    Quota,
    /// 401 or 403.
    Auth,
    /// 404: no such model or path.
    NotFound,
    /// 400, 413, 422: the request itself is not accepted.
    BadRequest,
    /// A redirect, or an endpoint that may not be used.
    Policy,
    /// 200, but no SQL in it: empty, garbage, wrong content type, cut off.
    InvalidResponse,
    /// Not asked, because it kept failing or asked to be left alone.
    CircuitOpen,
    /// Not asked, because as many calls are under way as may be.
    Busy,
    /// Not asked, because the budget is spent.
    Budget,
}

impl FailureKind {
    /// Whether the same call may succeed a little later. Everything that the provider refused for a reason stays
    /// refused.
    pub fn may_pass(self) -> bool {
        match self {
            FailureKind::Timeout
            | FailureKind::Stalled
            | FailureKind::Network
            | FailureKind::Server
            | FailureKind::Overloaded
            | FailureKind::RateLimit
            | FailureKind::Busy => true,
            FailureKind::Quota
            | FailureKind::Auth
            | FailureKind::NotFound
            | FailureKind::BadRequest
            | FailureKind::Policy
            | FailureKind::InvalidResponse
            | FailureKind::CircuitOpen
            | FailureKind::Budget => false,
        }
    }

    /// Whether it says that the provider is not well, so that the breaker counts it.
    pub fn is_the_providers(self) -> bool {
        matches!(
            self,
            FailureKind::Timeout
                | FailureKind::Stalled
                | FailureKind::Network
                | FailureKind::Server
                | FailureKind::Overloaded
        )
    }

    /// Whether it says that the provider cannot serve now with what the config has for it.
    pub fn means_not_up(self) -> bool {
        self.is_the_providers() || matches!(self, FailureKind::Auth | FailureKind::Quota)
    }

    /// How it is counted in `atest_ai_errors_total`.
    pub fn metric(self) -> ErrorKind {
        match self {
            FailureKind::Timeout | FailureKind::Stalled => ErrorKind::Timeout,
            FailureKind::Network => ErrorKind::Network,
            FailureKind::Server | FailureKind::Overloaded => ErrorKind::Provider5xx,
            FailureKind::RateLimit => ErrorKind::RateLimit,
            FailureKind::Quota => ErrorKind::Quota,
            FailureKind::Auth => ErrorKind::Auth,
            FailureKind::NotFound | FailureKind::BadRequest => ErrorKind::InvalidRequest,
            FailureKind::Policy | FailureKind::Budget => ErrorKind::Policy,
            FailureKind::InvalidResponse => ErrorKind::InvalidResponse,
            FailureKind::CircuitOpen => ErrorKind::CircuitOpen,
            FailureKind::Busy => ErrorKind::Overload,
        }
    }

    /// The word in logs and replies.
    pub fn word(self) -> &'static str {
        match self {
            FailureKind::Timeout => "timeout",
            FailureKind::Stalled => "stalled",
            FailureKind::Network => "network",
            FailureKind::Server => "server_error",
            FailureKind::Overloaded => "overloaded",
            FailureKind::RateLimit => "rate_limit",
            FailureKind::Quota => "quota",
            FailureKind::Auth => "auth",
            FailureKind::NotFound => "not_found",
            FailureKind::BadRequest => "bad_request",
            FailureKind::Policy => "policy",
            FailureKind::InvalidResponse => "invalid_response",
            FailureKind::CircuitOpen => "circuit_open",
            FailureKind::Busy => "busy",
            FailureKind::Budget => "budget",
        }
    }
}

impl Failure {
    /// A failure without a status.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Failure {
        Failure {
            kind,
            message: message.into(),
            status: None,
            retry_after: None,
            bill: None,
        }
    }
}
