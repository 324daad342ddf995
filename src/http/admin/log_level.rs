//! The log levels of a running plugin: what is in effect, other ones for a while, and back to the config's.

pub(in crate::http) mod request;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use http_body_util::{BodyExt, Limited};
use serde_json::json;

use crate::answer::AnswerService;
use crate::http::guard::Sender;
use crate::http::reply::{json, refusal};
use crate::telemetry::audit::{Event, Outcome, Record};

/// Bytes of a request: a level for every component fits many times.
const MAX_BODY: usize = 16 * 1024;

/// `GET /admin/log-level`: what is in effect, and until when.
pub(in crate::http) async fn log_level_state(State(service): State<Arc<AnswerService>>) -> Response {
    json(StatusCode::OK, &service.log_levels().in_effect())
}

/// `PUT /admin/log-level`: other levels, in place of those of an earlier PUT. The body is JSON
/// (`{"level": "debug", "components": {"provider": "trace"}, "for": "10m"}`) or what is quicker to type
/// (`level=debug&provider=trace&for=10m`, or just `debug`).
pub(in crate::http) async fn log_level_change(
    State(service): State<Arc<AnswerService>>,
    Sender(actor): Sender,
    body: Body,
) -> Response {
    let Ok(body) = Limited::new(body, MAX_BODY).collect().await else {
        let message = format!("the body was broken off, or is larger than {MAX_BODY} bytes");
        return refusal(StatusCode::BAD_REQUEST, message);
    };
    let change = match request::parse(&body.to_bytes()) {
        Ok(change) => change,
        Err(problem) => return refusal(problem.status(), problem.to_string()),
    };
    let levels = match service.log_levels().change(&change) {
        Ok(levels) => levels,
        Err(unknown) => return refusal(StatusCode::UNPROCESSABLE_ENTITY, unknown.to_string()),
    };
    let until = levels.until.map(|until| until.to_string());
    tracing::info!(level = levels.level.as_str(), until, "log levels were changed");
    service.audit().record(&Record {
        event: Event::LogLevelChange,
        outcome: Outcome::Success,
        actor: &actor,
        target: "logging.level",
        details: json!({ "level": change.level, "components": change.components, "until": levels.until }),
    });
    json(StatusCode::OK, &levels)
}

/// `DELETE /admin/log-level`: the config's levels again.
pub(in crate::http) async fn log_level_reset(
    State(service): State<Arc<AnswerService>>,
    Sender(actor): Sender,
) -> Response {
    let levels = service
        .log_levels()
        .reset(|| tracing::info!("log levels are the config's again"));
    service.audit().record(&Record {
        event: Event::LogLevelChange,
        outcome: Outcome::Success,
        actor: &actor,
        target: "logging.level",
        details: json!({ "reset": true }),
    });
    json(StatusCode::OK, &levels)
}

#[cfg(test)]
mod tests;
