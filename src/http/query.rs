//! `POST /api/v1/data/query`: the host's query language over HTTP, answered as atest's own gateway answers.

mod request;
mod result;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use self::result::QueryResult;
use super::body::json_text;
use super::reply::{json, refusal};
use crate::answer::AnswerService;
use crate::answer::query::{self, QueryError, StoreContext};

/// Headers that may carry the key of a provider, and become the context that atest sends as metadata. `Authorization`
/// is not among them: it speaks to this door, not to a provider.
const CONTEXT_HEADERS: [&str; 2] = ["x-auth", "x-ai-api-key"];

/// Seconds after which a refused client may try again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");

/// Reads either body, runs the request, and writes its pairs.
pub(super) async fn data_query(
    State(service): State<Arc<AnswerService>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let patience = service.snapshot().config.server.timeout;
    let text = match json_text(&headers, body, patience).await {
        Ok(text) => text,
        Err(refused) => return refused,
    };
    let request = match request::parse(&text) {
        Ok(request) => request,
        Err(problem) => return refusal(StatusCode::BAD_REQUEST, problem.to_string()),
    };
    let key = request.key.clone();
    match query::run(&service, request, context(&headers)).await {
        Ok(pairs) => json(StatusCode::OK, &QueryResult::for_key(&key, pairs)),
        Err(error) => refused(&error),
    }
}

fn context(headers: &HeaderMap) -> StoreContext {
    let properties: BTreeMap<String, String> = CONTEXT_HEADERS
        .into_iter()
        .filter_map(|name| {
            let value = headers.get(name)?.to_str().ok()?;
            Some((name.to_owned(), value.to_owned()))
        })
        .collect();
    StoreContext { properties }
}

/// The statuses that grpc-gateway gives to the same errors.
fn refused(error: &QueryError) -> Response {
    let (status, message) = match error {
        QueryError::InvalidArgument(message) => (StatusCode::BAD_REQUEST, message),
        QueryError::NotFound(message) => (StatusCode::NOT_FOUND, message),
        QueryError::Unavailable(message) => (StatusCode::SERVICE_UNAVAILABLE, message),
        QueryError::Internal(message) => (StatusCode::INTERNAL_SERVER_ERROR, message),
    };
    let mut response = refusal(status, message);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    response
}
