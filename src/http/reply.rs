//! Replies: JSON documents, and refusals in the form of atest's own gateway.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;

/// A JSON document and a line feed, so that a terminal's prompt starts on its own line.
pub(super) fn json(status: StatusCode, document: &impl Serialize) -> Response {
    match serde_json::to_vec(document) {
        Ok(mut text) => {
            text.push(b'\n');
            of_type(status, "application/json", text)
        }
        Err(error) => {
            tracing::error!(%error, "a reply cannot be written as json");
            of_type(StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", "")
        }
    }
}

/// A body of a given content type.
pub(super) fn of_type(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// A refusal as grpc-gateway words it: `{"code":3,"message":"…","details":[]}`.
pub(super) fn refusal(status: StatusCode, message: impl AsRef<str>) -> Response {
    refusal_for(status, message, &[])
}

/// The same with each of the problems that led to it.
pub(super) fn refusal_for(status: StatusCode, message: impl AsRef<str>, problems: &[String]) -> Response {
    json(
        status,
        &Refusal {
            code: grpc_code(status),
            message: message.as_ref(),
            details: [],
            problems,
        },
    )
}

/// A refusal on its way to become a reply.
#[derive(Debug)]
pub(super) struct Refused {
    pub status: StatusCode,
    pub message: String,
}

impl Refused {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Refused {
        Refused {
            status,
            message: message.into(),
        }
    }

    /// What is sent.
    pub(super) fn reply(&self) -> Response {
        refusal(self.status, &self.message)
    }
}

#[derive(Serialize)]
struct Refusal<'a> {
    code: u8,
    message: &'a str,
    details: [(); 0],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    problems: &'a [String],
}

/// The gRPC status code that stands for an HTTP status: the reverse of grpc-gateway's table, and for statuses that are
/// not in it the code nearest in meaning (google/rpc/code.proto).
fn grpc_code(status: StatusCode) -> u8 {
    match status {
        StatusCode::UNAUTHORIZED => 16,
        StatusCode::FORBIDDEN => 7,
        StatusCode::NOT_FOUND => 5,
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => 4,
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => 12,
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::TOO_MANY_REQUESTS => 8,
        StatusCode::SERVICE_UNAVAILABLE => 14,
        other if other.is_client_error() => 3,
        _ => 13,
    }
}
