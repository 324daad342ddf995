//! `/`, `/status` and `/ui/*`: the page for browsers, with a policy that lets nothing run but its own script.

pub(super) mod files;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::guard::{Gate, Kept};
use super::index;
use super::login::wants_html;
use super::reply::{of_type, refusal};

/// Script, style, calls and pictures of this listener alone; no text becomes markup (`require-trusted-types-for`).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// `GET /`: the page for browsers that may see it; for programs, what this is and where to look.
pub(super) async fn root(State(gate): State<Gate>, mut request: Request) -> Response {
    if !wants_html(request.headers()) {
        return index::index(State(gate), request).await;
    }
    let mut response = match gate.let_in(Kept::Page, &mut request) {
        Ok(()) => document("chat", "AI Assistant"),
        Err(refused) => *refused,
    };
    vary(&mut response);
    response
}

/// `GET /status`: the same page with its other view.
pub(super) async fn status() -> Response {
    document("status", "Status")
}

/// `GET /ui/{file}`: what the page consists of.
pub(super) async fn file(Path(name): Path<String>) -> Response {
    match name.as_str() {
        "ai-chat.js" => of_type(
            StatusCode::OK,
            "text/javascript; charset=utf-8",
            files::SCRIPT.as_str(),
        ),
        "ai-chat.css" => of_type(StatusCode::OK, "text/css; charset=utf-8", files::STYLE),
        "icon.svg" => of_type(StatusCode::OK, "image/svg+xml", files::ICON),
        _ => refusal(
            StatusCode::NOT_FOUND,
            "the page has no such file; it consists of ai-chat.js, ai-chat.css and icon.svg",
        )
        .into_response(),
    }
}

fn document(view: &str, title: &str) -> Response {
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>atest-ext-ai: {title}</title>\n<link rel=\"icon\" href=\"/ui/icon.svg\">\n\
         <link rel=\"stylesheet\" href=\"/ui/ai-chat.css\">\n<script src=\"/ui/ai-chat.js\" defer></script>\n</head>\n\
         <body>\n<div data-atest-ai=\"{view}\"></div>\n\
         <noscript><p>This page needs JavaScript. <a href=\"/paths\">All paths</a> lists what works without.</p></noscript>\n\
         </body>\n</html>\n"
    );
    let mut response = of_type(StatusCode::OK, "text/html; charset=utf-8", html);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    // Else a browser would hide the page's origin from the listener it came from.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

fn vary(response: &mut Response) {
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("accept"));
}
