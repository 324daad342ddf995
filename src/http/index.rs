//! `/paths`, and `/` for programs: what this is, and where to look.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::guard::Gate;
use super::login::{HOW_TO_GET_ONE, escaped_how_to, wants_html};
use super::reply::of_type;
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
    ("/", "GET", "the page, for browsers; this list, for programs *"),
    ("/status", "GET", "how the plugin is doing, live, for browsers *"),
    ("/login", "GET", "signing in with a browser"),
    ("/api/v1/data/query", "POST", "a question (JSON) *"),
    ("/admin/maintenance-mode", "GET POST DELETE", "state, on, off *"),
    (
        "/admin/cache",
        "GET DELETE",
        "how the caches stand, clearing them *",
    ),
    (
        "/admin/log-level",
        "GET PUT DELETE",
        "log levels, other ones for a while, the config's again *",
    ),
    ("/debug/", "GET", "what can be seen, with the commands for it *"),
    (
        "/debug/pprof/",
        "GET",
        "profiles, for go tool pprof and go tool trace *",
    ),
];

/// What the star says.
const KEPT: &str = "* from this machine, or with a token";

const ABOUT: &str = "Turns questions in plain language into SQL for the API-testing tool atest.";

/// What to type.
const EXAMPLE_BODY: &str = r#"{"type":"ai","natural_language":"show all users","database_type":"mysql"}"#;

/// `GET /paths`: HTML for browsers, plain text for everyone else. Whoever comes from elsewhere while there is no token reads
/// how to get one.
pub(super) async fn index(State(gate): State<Gate>, request: Request) -> Response {
    let server = gate.service.snapshot().config.server.clone();
    let base = format!("{}://127.0.0.1:{}", server.scheme(), server.port);
    let is_shut_out = !gate.access.rules().has_credentials() && gate.is_local(&request).is_err();
    if wants_html(request.headers()) {
        of_type(
            StatusCode::OK,
            "text/html; charset=utf-8",
            page(&base, is_shut_out),
        )
    } else {
        of_type(
            StatusCode::OK,
            "text/plain; charset=utf-8",
            text(&base, is_shut_out),
        )
    }
}

fn text(base: &str, is_shut_out: bool) -> String {
    let mut text = format!("atest-ext-ai {}\n{ABOUT}\n\n", build_info().version);
    for (path, methods, purpose) in PLACES {
        text.push_str(&format!("  {methods:<16} {path:<24} {purpose}\n"));
    }
    text.push_str(&format!("  {KEPT}\n"));
    if is_shut_out {
        text.push_str(&format!(
            "\nYou come from elsewhere, and there is no token yet: {HOW_TO_GET_ONE}.\n"
        ));
    }
    text.push_str(&format!(
        "\nTry:\n  curl -H 'Content-Type: application/json' -d '{EXAMPLE_BODY}' \\\n    {base}/api/v1/data/query\n"
    ));
    text
}

fn page(base: &str, is_shut_out: bool) -> String {
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
    let shut_out = match is_shut_out {
        true => format!(
            "<h2>You come from elsewhere, and there is no token yet</h2>\n{}",
            escaped_how_to()
        ),
        false => String::new(),
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>atest-ext-ai</title></head>\n<body>\n\
         <h1>atest-ext-ai {}</h1>\n<p>{ABOUT}</p>\n\
         <table>\n<tr><th>method</th><th>path</th><th>for</th></tr>\n{rows}</table>\n<p>{KEPT}</p>\n{shut_out}\
         <p>A question:</p>\n<pre>curl -H 'Content-Type: application/json' -d '{EXAMPLE_BODY}' \\\n  \
         {base}/api/v1/data/query</pre>\n</body>\n</html>\n",
        build_info().version,
    )
}
