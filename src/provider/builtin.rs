//! The embedded engine as a provider: rules over the schema, no key, no model server, no network.

use futures_util::future::BoxFuture;
use nl2sql::engine::{self, Draft, Refusal, RefusalKind};

use crate::telemetry::trace;

use super::{Completion, CompletionRequest, ModelInfo, Provider, ProviderError, catalogue};

/// The name in config, replies and metrics.
pub const NAME: &str = "builtin";
/// The model's name in replies and metrics.
pub const MODEL: &str = "builtin";

/// The embedded engine.
#[derive(Debug)]
pub struct Builtin;

impl Provider for Builtin {
    fn complete<'a>(
        &'a self,
        request: &'a CompletionRequest,
    ) -> BoxFuture<'a, Result<Completion, ProviderError>> {
        let request = request.clone();
        Box::pin(async move {
            // Linking words to a large schema takes milliseconds of pure CPU: not on a runtime worker.
            match profiling::tasks::spawn_blocking(
                "write SQL with the embedded engine",
                trace::carry(move || engine::answer(&request.to_engine())),
            )
            .await
            {
                Ok(outcome) => outcome.map(Completion::from).map_err(ProviderError::from),
                Err(failure) => Err(ProviderError::Internal(format!(
                    "the embedded engine stopped: {failure}"
                ))),
            }
        })
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<ModelInfo>, ProviderError>> {
        Box::pin(async { Ok(catalogue::builtin().models.to_vec()) })
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(async { Ok(()) })
    }
}

impl From<Draft> for Completion {
    fn from(draft: Draft) -> Completion {
        Completion {
            sql: draft.sql,
            explanation: draft.explanation,
            confidence: Some(draft.confidence),
            warnings: draft.warnings,
            alternative: draft.alternative,
            model: MODEL.into(),
            ..Completion::default()
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
        ProviderError::Refused {
            kind,
            reason,
            bill: None,
        }
    }
}
