//! What kind of failure a status or the words of an error are, and what people are told.

use std::time::Duration;

use crate::config::ProviderKind;
use crate::provider::{Failure, FailureKind};

use super::{Peer, Said, mask};

/// Words for a quota that is used up: waiting does not help.
const QUOTA: [&str; 12] = [
    "insufficient_quota",
    "enforced_spend_limit_reached",
    "billing_hard_limit_reached",
    "billing_not_active",
    "billing_error",
    "exceeded_current_quota",
    "exceeded your current quota",
    "insufficient_balance",
    "insufficient balance",
    "insufficient credits",
    "credit balance is too low",
    "spend limit",
];

/// Words for a prompt that is longer than the model's context.
pub(super) const TOO_LONG: [&str; 10] = [
    "context_length_exceeded",
    "context length",
    "context_length",
    "context window",
    "context size",
    "maximum context",
    "prompt is too long",
    "prompt too long",
    "too many tokens",
    "input is too long",
];

/// An error that a provider has answered with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answered<'a> {
    /// HTTP status; 200 when the error stood in a good answer.
    pub status: u16,
    /// What it says of it.
    pub said: &'a Said,
    /// How long it asks to be left alone.
    pub wait: Option<Duration>,
    /// The model that was asked for, if the call was about one.
    pub model: Option<&'a str>,
}

/// What kind of failure it is.
pub(super) fn kind(status: u16, said: &Said) -> FailureKind {
    // In a good answer only the words tell.
    let status = if status < 400 {
        said.status.unwrap_or(status)
    } else {
        status
    };
    match status {
        401 => FailureKind::Auth,
        402 => FailureKind::Quota,
        400 | 403 | 429 if said.tells(&QUOTA) => FailureKind::Quota,
        403 => FailureKind::Auth,
        404 => FailureKind::NotFound,
        408 => FailureKind::Server,
        429 => FailureKind::RateLimit,
        503 | 529 => FailureKind::Overloaded,
        400..500 => FailureKind::BadRequest,
        500.. if said.tells(&["overloaded"]) => FailureKind::Overloaded,
        500.. => FailureKind::Server,
        _ => kind_by_words(said),
    }
}

/// The kind of an error in the middle of a good answer. Words of Anthropic and OpenAI.
fn kind_by_words(said: &Said) -> FailureKind {
    if said.tells(&QUOTA) {
        return FailureKind::Quota;
    }
    for (words, kind) in [
        (&["overloaded"][..], FailureKind::Overloaded),
        (
            &["rate_limit", "rate limit", "too many requests"],
            FailureKind::RateLimit,
        ),
        (
            &["authentication", "permission_error", "invalid_api_key"],
            FailureKind::Auth,
        ),
        (&["not_found", "model_not_found"], FailureKind::NotFound),
        (
            &["invalid_request", "request_too_large", "context_length"],
            FailureKind::BadRequest,
        ),
    ] {
        if said.tells(words) {
            return kind;
        }
    }
    FailureKind::Server
}

impl Peer {
    /// The failure that an error answer is.
    pub(super) fn answered(&self, answered: Answered<'_>) -> Failure {
        let kind = kind(answered.status, answered.said);
        let what = self.what_happened(kind, &answered);
        let place = if answered.status < 400 {
            "in the middle of a good answer".to_owned()
        } else {
            format!("HTTP {}", answered.status)
        };
        let mut message = format!("{} {what} ({place})", self.name());
        let repeated = mask::repeatable(&answered.said.message, self.secrets());
        if !repeated.is_empty() {
            message.push_str(&format!(": {repeated:?}"));
        }
        if let Some(wait) = answered.wait {
            message.push_str(&format!("; it asks for {wait:?} of rest"));
        }
        message.push_str("; ");
        message.push_str(&self.what_to_do(kind, &answered));
        Failure {
            kind,
            message,
            status: Some(
                answered
                    .said
                    .status
                    .filter(|_| answered.status < 400)
                    .unwrap_or(answered.status),
            ),
            retry_after: answered.wait,
            bill: None,
        }
    }

    fn what_happened(&self, kind: FailureKind, answered: &Answered<'_>) -> String {
        match (kind, answered.model) {
            (FailureKind::Auth, _) if !self.has_key() => "wants a key, and none was sent".into(),
            (FailureKind::Auth, _) => "does not accept the key".into(),
            (FailureKind::Quota, _) => "says that the quota is used up".into(),
            (FailureKind::NotFound, Some(model)) => {
                format!("does not know the model {model:?} at {}", self.endpoint())
            }
            (FailureKind::NotFound, None) => format!("knows no such path at {}", self.endpoint()),
            (FailureKind::RateLimit, _) => "says that requests come too fast".into(),
            (FailureKind::Overloaded, _) => "is overloaded".into(),
            (FailureKind::BadRequest, _) if answered.said.tells(&TOO_LONG) => {
                "says that the prompt is longer than its model can read".into()
            }
            (FailureKind::BadRequest, _) => "does not accept the request".into(),
            _ => "failed".into(),
        }
    }

    fn what_to_do(&self, kind: FailureKind, answered: &Answered<'_>) -> String {
        let name = self.name();
        match (kind, answered.model) {
            (FailureKind::Auth, _) => {
                format!("set ai.services.{name}.api_key to a valid key, or send one with the request")
            }
            (FailureKind::Quota, _) => {
                "top up the account or raise its limit, or ask another provider".into()
            }
            (FailureKind::NotFound, Some(model)) if self.kind() == ProviderKind::Ollama => {
                format!("get it by `ollama pull {model}` or `atest-ext-ai models pull {model}`")
            }
            (FailureKind::NotFound, Some(_)) => {
                format!("check ai.services.{name}.model and ai.services.{name}.endpoint, or list its models")
            }
            (FailureKind::NotFound, None) => format!("check ai.services.{name}.endpoint"),
            (FailureKind::RateLimit | FailureKind::Overloaded, _) => "ask again later".into(),
            (FailureKind::BadRequest, _) if answered.said.tells(&TOO_LONG) => {
                "send fewer tables, or use a model with a longer context".into()
            }
            (FailureKind::BadRequest, _) => {
                format!("check the settings under ai.services.{name} against what the model takes")
            }
            _ => "ask again, and look at the provider's own log or status page if it stays".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_is_the_kind_that_says_what_follows() {
        let say = |body: &str| Said::read(body.as_bytes());
        for (status, body, expected) in [
            (401, "", FailureKind::Auth),
            (403, "", FailureKind::Auth),
            (402, "", FailureKind::Quota),
            (429, "", FailureKind::RateLimit),
            (
                429,
                r#"{"error":{"code":"insufficient_quota","message":"You exceeded"}}"#,
                FailureKind::Quota,
            ),
            (
                429,
                r#"{"error":{"type":"rate_limit_error","message":"m","details":{"error_code":"enforced_spend_limit_reached"}}}"#,
                FailureKind::Quota,
            ),
            (
                400,
                r#"{"error":{"type":"invalid_request_error","message":"Your credit balance is too low"}}"#,
                FailureKind::Quota,
            ),
            (404, "", FailureKind::NotFound),
            (408, "", FailureKind::Server),
            (400, "", FailureKind::BadRequest),
            (413, "", FailureKind::BadRequest),
            (422, "", FailureKind::BadRequest),
            (409, "", FailureKind::BadRequest),
            (500, "", FailureKind::Server),
            (
                500,
                r#"{"error":{"type":"overloaded_error"}}"#,
                FailureKind::Overloaded,
            ),
            (502, "", FailureKind::Server),
            (504, "", FailureKind::Server),
            (503, "", FailureKind::Overloaded),
            (529, "", FailureKind::Overloaded),
            (599, "", FailureKind::Server),
            // An error in a good answer.
            (
                200,
                r#"{"error":{"code":402,"message":"credits"}}"#,
                FailureKind::Quota,
            ),
            (
                200,
                r#"{"error":{"code":429,"message":"slow"}}"#,
                FailureKind::RateLimit,
            ),
            (
                200,
                r#"{"error":{"type":"overloaded_error","message":"Overloaded"}}"#,
                FailureKind::Overloaded,
            ),
            (
                200,
                r#"{"error":{"type":"rate_limit_error","message":"m"}}"#,
                FailureKind::RateLimit,
            ),
            (
                200,
                r#"{"error":{"type":"api_error","message":"m"}}"#,
                FailureKind::Server,
            ),
            (200, r#"{"error":"something broke"}"#, FailureKind::Server),
        ] {
            assert_eq!(kind(status, &say(body)), expected, "{status} {body}");
        }
    }
}
