//! `/debug/`: what can be seen of this very process, with the commands that show it.
//!
//! For local callers and those with the scope `debug` only, so paths of this machine may be shown. Nothing is listed that does not exist.

pub(super) mod page;
mod process;
mod sights;

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;

pub(super) use self::page::escaped;
use self::process::ThisProcess;
use self::sights::{Sight, sights};
use super::reply::{json, of_type};
use crate::answer::AnswerService;

/// Everything that the page shows; also its JSON form.
#[derive(Debug, Serialize)]
struct Shown {
    process: ThisProcess,
    sights: Vec<Sight>,
}

/// `GET /debug/`: a page for people, or the same as JSON when that is asked for.
pub(super) async fn debug(State(service): State<Arc<AnswerService>>, headers: HeaderMap) -> Response {
    let config_file = service.config_file().await;
    let process = ThisProcess::look(&service.snapshot().config, config_file, service.audit().path());
    let shown = Shown {
        sights: sights(&process),
        process,
    };
    page_or_json(&headers, &shown, page::html)
}

/// A page for people, or the same as JSON for who wants that.
pub(super) fn page_or_json<T: Serialize>(
    headers: &HeaderMap,
    shown: &T,
    page: impl Fn(&T) -> String,
) -> Response {
    let mut response = if wants_json(headers) {
        json(StatusCode::OK, shown)
    } else {
        let mut response = of_type(StatusCode::OK, "text/html; charset=utf-8", page(shown));
        response.headers_mut().insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(page::POLICY),
        );
        response
    };
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("accept"));
    response
}

/// `GET /debug`: the page is at `/debug/`, where its links belong.
pub(super) async fn with_slash() -> Response {
    Redirect::permanent("/debug/").into_response()
}

/// Browsers name HTML; a program that wants JSON names that and no HTML.
fn wants_json(headers: &HeaderMap) -> bool {
    let names = |media: &str| {
        headers
            .get_all(header::ACCEPT)
            .iter()
            .any(|accept| accept.to_str().is_ok_and(|text| text.contains(media)))
    };
    names("application/json") && !names("text/html")
}

#[cfg(test)]
mod tests;
