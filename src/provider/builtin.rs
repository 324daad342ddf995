//! The embedded engine as a provider: rules over the schema, no key, no model server, no network.

use futures_util::future::BoxFuture;
use nl2sql::engine::{self, Draft, Refusal, RefusalKind};

use super::{Completion, CompletionRequest, Provider, ProviderError};

/// The name in config, replies and metrics.
pub const NAME: &str = "builtin";
/// The model's name in replies and metrics.
pub const MODEL: &str = "builtin";

/// The embedded engine.
#[derive(Debug)]
pub struct Builtin;

impl Provider for Builtin {
    fn complete(&self, request: CompletionRequest) -> BoxFuture<'_, Result<Completion, ProviderError>> {
        Box::pin(async move {
            // Linking words to a large schema takes milliseconds of pure CPU: not on a runtime worker.
            match tokio::task::spawn_blocking(move || write(&request)).await {
                Ok(outcome) => outcome.map(Completion::from).map_err(ProviderError::from),
                Err(failure) => Err(ProviderError::Internal(format!(
                    "the embedded engine stopped: {failure}"
                ))),
            }
        })
    }
}

fn write(request: &CompletionRequest) -> Result<Draft, Refusal> {
    engine::answer(&engine::Request {
        question: &request.question,
        schema: request.schema.as_deref(),
        dialect: request.dialect,
        today: request.today,
    })
}

impl From<Draft> for Completion {
    fn from(draft: Draft) -> Completion {
        Completion {
            sql: draft.sql,
            explanation: draft.explanation,
            confidence: draft.confidence,
            warnings: draft.warnings,
            model: MODEL.into(),
        }
    }
}

impl From<Refusal> for ProviderError {
    fn from(refusal: Refusal) -> ProviderError {
        let kind = match refusal.kind {
            RefusalKind::Empty => "empty",
            RefusalKind::Write => "write",
            RefusalKind::ChitChat => "chit_chat",
            RefusalKind::NotInSchema => "not_in_schema",
            RefusalKind::NotUnderstood => "not_understood",
            RefusalKind::TooLong => "too_long",
        };
        let mut reason = refusal.reason;
        if !refusal.suggestions.is_empty() {
            reason.push_str(&format!(" Did you mean: {}?", refusal.suggestions.join(", ")));
        }
        ProviderError::Refused { kind, reason }
    }
}
