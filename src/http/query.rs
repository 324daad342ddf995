//! `POST /api/v1/data/query`: the host's query language over HTTP, answered as atest's own gateway answers.

pub(super) mod request;
mod result;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use self::result::QueryResult;
use super::body::json_text;
use super::guard::Sender;
use super::reply::{json, refusal};
use crate::answer::AnswerService;
use crate::answer::query::{self, QueryError, StoreContext};
use crate::telemetry::RejectReason;
use crate::telemetry::audit::Actor;
use crate::telemetry::trace::{Root, TRACEPARENT, TraceContext};

/// Headers that may carry the key of a provider, and become the context that atest sends as metadata. `Authorization`
/// is not among them: it speaks to this door, not to a provider.
const CONTEXT_HEADERS: [&str; 2] = ["x-auth", "x-ai-api-key"];

/// Seconds after which a refused client may try again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");

/// Reads either body, runs the request, and writes its pairs.
pub(super) async fn data_query(
    State(service): State<Arc<AnswerService>>,
    Sender(actor): Sender,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let patience = service.snapshot().config.server.time_to_read();
    let text = match json_text(&headers, body, patience).await {
        Ok(text) => text,
        Err(refused) => {
            if refused.status == StatusCode::PAYLOAD_TOO_LARGE {
                service.metrics.rejected(RejectReason::TooLarge);
            }
            return refused.reply();
        }
    };
    let request = match request::parse(&text) {
        Ok(request) => request,
        Err(problem) => return refusal(StatusCode::BAD_REQUEST, problem.to_string()),
    };
    let key = request.key.clone();
    match query::run(&service, request, context(&headers, actor)).await {
        Ok(reply) => answered(QueryResult::for_key(&key, reply)),
        Err(error) => refused(&error),
    }
}

fn context(headers: &HeaderMap, actor: Actor) -> StoreContext {
    let properties: BTreeMap<String, String> = CONTEXT_HEADERS
        .into_iter()
        .filter_map(|name| {
            let value = headers.get(name)?.to_str().ok()?;
            Some((name.to_owned(), value.to_owned()))
        })
        .collect();
    StoreContext {
        actor,
        properties,
        root: Root {
            name: "POST /api/v1/data/query",
            attributes: &[
                ("http.request.method", "POST"),
                ("http.route", "/api/v1/data/query"),
            ],
            caller: headers
                .get(TRACEPARENT)
                .and_then(|value| TraceContext::parse(value.to_str().ok()?)),
        },
    }
}

/// The statuses that grpc-gateway gives to the same errors.
fn refused(error: &QueryError) -> Response {
    let (status, message) = match error {
        QueryError::InvalidArgument(message) => (StatusCode::BAD_REQUEST, message),
        QueryError::NotFound(message) => (StatusCode::NOT_FOUND, message),
        QueryError::Unavailable(message) => (StatusCode::SERVICE_UNAVAILABLE, message),
        QueryError::Internal(message) => (StatusCode::INTERNAL_SERVER_ERROR, message),
    };
    with_retry_after(refusal(status, message))
}

/// A failed question is a reply all the same, with 200, as atest sends it. But a question that was not even taken is
/// told in the status too: balancers and `curl --fail` look at nothing else.
fn answered(result: QueryResult) -> Response {
    let status = match result.value("error_kind") {
        Some("maintenance") => StatusCode::SERVICE_UNAVAILABLE,
        // A provider may be overloaded too; then the question was taken.
        Some("overloaded") if result.value("provider").is_none() => StatusCode::SERVICE_UNAVAILABLE,
        Some("rate_limited") => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::OK,
    };
    with_retry_after(json(status, &result))
}

fn with_retry_after(mut response: Response) -> Response {
    if matches!(
        response.status(),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
    ) {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    response
}
