//! The caches of a running plugin: how they stand, and clearing them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::answer::AnswerService;
use crate::http::guard::Sender;
use crate::http::reply::json;
use crate::telemetry::audit::{Event, Outcome, Record};

/// `GET /admin/cache`: how the caches stand.
pub(in crate::http) async fn cache_state(State(service): State<Arc<AnswerService>>) -> Response {
    json(StatusCode::OK, &service.cache().stats())
}

/// `DELETE /admin/cache`: takes everything out and tells how much it was. When Redis could not be cleared, memory was all
/// the same; the status then is 503 and the reply says why.
pub(in crate::http) async fn cache_clear(
    State(service): State<Arc<AnswerService>>,
    Sender(actor): Sender,
) -> Response {
    let cleared = service.cache().clear().await;
    service.audit().record(&Record {
        event: Event::CacheClear,
        outcome: match cleared.problem {
            None => Outcome::Success,
            Some(_) => Outcome::Failed,
        },
        actor: &actor,
        target: "cache",
        details: serde_json::json!({
            "answers": cleared.answers, "schemas": cleared.schemas, "redis": cleared.redis,
        }),
    });
    match &cleared.problem {
        None => tracing::info!(
            answers = cleared.answers,
            schemas = cleared.schemas,
            redis = cleared.redis,
            "the caches were cleared"
        ),
        Some(problem) => tracing::warn!(problem, "the caches were cleared in memory alone"),
    }
    let status = if cleared.problem.is_none() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    json(status, &cleared)
}
