//! What a person sees who opens the door's root: what this is, and where to look.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;

use super::reply::of_type;
use crate::answer::AnswerService;
use crate::telemetry::build_info;

/// Path, method, and what it is for.
const PLACES: &[(&str, &str, &str)] = &[
    (
        "/health",
        "GET",
        "everything at once: 200 or 503; ?verbose lists each check",
    ),
    ("/health/live", "GET", "the process turns"),
    ("/health/ready", "GET", "it takes questions now"),
    ("/health/startup", "GET", "everything was built once"),
    ("/metrics", "GET", "for Prometheus"),
    (
        "/api/v1/data/query",
        "POST",
        "a question (JSON), from this machine only",
    ),
    (
        "/admin/maintenance-mode",
        "GET POST DELETE",
        "state, on, off; from this machine only",
    ),
    (
        "/admin/cache",
        "GET DELETE",
        "how the caches stand, clearing them; from this machine only",
    ),
    (
        "/admin/log-level",
        "GET PUT DELETE",
        "log levels, other ones for a while, the config's again; from this machine only",
    ),
    (
        "/debug/",
        "GET",
        "what can be seen, with the commands for it; from this machine only",
    ),
];

const ABOUT: &str = "Turns questions in plain language into SQL for the API-testing tool atest.";

/// What to type.
const EXAMPLE_BODY: &str = r#"{"type":"ai","natural_language":"show all users","database_type":"mysql"}"#;

/// `GET /`: HTML for browsers, plain text for everyone else.
pub(super) async fn index(State(service): State<Arc<AnswerService>>, headers: HeaderMap) -> Response {
    let server = service.snapshot().config.server.clone();
    let base = format!("{}://127.0.0.1:{}", server.scheme(), server.port);
    let wants_html = headers
        .get_all(header::ACCEPT)
        .iter()
        .any(|accept| accept.to_str().is_ok_and(|text| text.contains("text/html")));
    if wants_html {
        of_type(StatusCode::OK, "text/html; charset=utf-8", page(&base))
    } else {
        of_type(StatusCode::OK, "text/plain; charset=utf-8", text(&base))
    }
}

fn text(base: &str) -> String {
    let mut text = format!("atest-ext-ai {}\n{ABOUT}\n\n", build_info().version);
    for (path, methods, purpose) in PLACES {
        text.push_str(&format!("  {methods:<16} {path:<24} {purpose}\n"));
    }
    text.push_str(&format!(
        "\nTry:\n  curl -H 'Content-Type: application/json' -d '{EXAMPLE_BODY}' \\\n    {base}/api/v1/data/query\n"
    ));
    text
}

fn page(base: &str) -> String {
    let rows: String = PLACES
        .iter()
        .map(|(path, methods, purpose)| {
            let place = match *methods {
                "GET" => format!("<a href=\"{path}\">{path}</a>"),
                _ => (*path).to_owned(),
            };
            format!("<tr><td>{methods}</td><td><code>{place}</code></td><td>{purpose}</td></tr>\n")
        })
        .collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>atest-ext-ai</title></head>\n<body>\n\
         <h1>atest-ext-ai {}</h1>\n<p>{ABOUT}</p>\n\
         <table>\n<tr><th>method</th><th>path</th><th>for</th></tr>\n{rows}</table>\n\
         <p>A question:</p>\n<pre>curl -H 'Content-Type: application/json' -d '{EXAMPLE_BODY}' \\\n  \
         {base}/api/v1/data/query</pre>\n</body>\n</html>\n",
        build_info().version,
    )
}
