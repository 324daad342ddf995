//! `/metrics`: the registry in the text format that the scraper asks for.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use super::health::is_ready;
use super::reply::{of_type, refusal};
use crate::answer::AnswerService;
use crate::telemetry::Format;

/// `GET /metrics`
pub(super) async fn exposition(State(service): State<Arc<AnswerService>>, headers: HeaderMap) -> Response {
    let format = Format::negotiate(&accepted(&headers));
    // Rendering reads /proc and the cgroup's files, which may take longer than a task may hold the runtime.
    let rendered = profiling::tasks::spawn_blocking("render the metrics", move || {
        sample(&service);
        service.metrics.render(format)
    })
    .await;
    let Ok(text) = rendered else {
        tracing::error!("writing the metrics panicked");
        return refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the metrics could not be written; the log says more",
        );
    };
    let mut response = of_type(StatusCode::OK, format.content_type(), text);
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("accept"));
    response
}

/// States that others keep, as they are at this moment.
fn sample(service: &AnswerService) {
    let metrics = &service.metrics;
    metrics.set_ready(is_ready(service));
    metrics.set_maintenance(service.admission.in_maintenance());
    metrics.set_max_connections(service.snapshot().config.server.max_connections_together());
}

/// All `Accept` lines as one list, as RFC 9110 §5.3 allows to read them.
fn accepted(headers: &HeaderMap) -> String {
    let lines: Vec<&str> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    lines.join(", ")
}
