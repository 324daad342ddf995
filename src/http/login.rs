//! `/login` and `/logout`: signing in with a browser, by a token, for a cookie.

mod page;

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use http_body_util::{BodyExt, Limited};
use percent_encoding::percent_decode;

use super::access::{Denied, Holder, Now, Page, SESSION_COOKIE};
use super::guard::{Gate, Peer, Sender, retry_after, sent_by};
use super::reply::{of_type, refusal};
use crate::telemetry::AuthFailure;
use crate::telemetry::audit::{Event, Outcome, Record};

pub(super) use self::page::escaped_how_to;

/// What somebody who runs the plugin can do where there is no token yet.
pub(super) const HOW_TO_GET_ONE: &str = "to open it to others too, start the plugin with ATEST_EXT_AI_ADMIN_TOKEN set to a \
                                         token (`openssl rand -hex 32` makes one), or list tokens under `access.tokens`";

/// Largest form, bytes: a long signed token, escaped.
const MAX_FORM: usize = 32 * 1024;

/// `GET /login`: the form; who is signed in; or how to get a token where there is none.
pub(super) async fn login_page(State(gate): State<Gate>, request: Request) -> Response {
    let next = query(&request, "next");
    let shown = match gate.access.signed_in(request.headers(), Now::new()) {
        Some(holder) => page::signed_in(&holder),
        None if gate.access.rules().has_credentials() => page::form("", own_path(next.as_deref())),
        None => page::without_tokens(),
    };
    page::reply(StatusCode::OK, shown)
}

/// `POST /login`: the token as a form; a cookie, and on to where the browser wanted to go.
pub(super) async fn login(State(gate): State<Gate>, request: Request) -> Response {
    if sent_by(&request) == Page::Foreign {
        let reason = "a web page of another origin sent it";
        gate.failed(
            AuthFailure::ForeignOrigin,
            &Sender::of(request.extensions().get()),
            "/login",
            reason,
        );
        return refusal(
            StatusCode::FORBIDDEN,
            format!("sign in at /login itself: {reason}"),
        );
    }
    let peer: Option<Peer> = request.extensions().get().copied();
    let is_tls = of_tls_page(request.headers());
    let headers = request.headers().clone();
    let Some(form) = form(request.into_body()).await else {
        return refusal(
            StatusCode::BAD_REQUEST,
            "send a form with the field `token`, as the page /login does",
        );
    };
    let field = |name: &str| value(&form, name);
    let next = field("next");
    let next = own_path(next.as_deref());
    let token = field("token").unwrap_or_default();
    let address: Option<IpAddr> = peer.map(|peer| peer.0.ip());
    let now = Now::new();
    match gate.access.check(token.trim().as_bytes(), address, now) {
        Ok(holder) => {
            // Another cookie of the browser would be of no use any more.
            gate.access.sign_out(&headers);
            record(&gate, peer, Event::SignIn, &holder);
            let (id, lifetime) = gate.access.sign_in(holder, now);
            to(next, Some(cookie(&id, lifetime, is_tls)))
        }
        Err(denied) => refused_login(&gate, peer, denied, next),
    }
}

fn refused_login(gate: &Gate, peer: Option<Peer>, denied: Denied, next: &str) -> Response {
    let has_tokens = gate.access.rules().has_credentials();
    let (status, kind, reason) = match denied {
        Denied::Refused(refusal) => (
            StatusCode::UNAUTHORIZED,
            refusal.counted_as(),
            format!("the token is refused: {refusal}"),
        ),
        Denied::Wait(_) => (
            StatusCode::TOO_MANY_REQUESTS,
            AuthFailure::Slowed,
            "too many wrong tokens came from this address; wait a little".into(),
        ),
    };
    if gate.failed(kind, &Sender::of(peer.as_ref()), "/login", &reason) {
        tracing::warn!(reason, "a sign-in was refused");
    }
    let shown = if has_tokens {
        page::form(&reason, next)
    } else {
        page::without_tokens()
    };
    let mut response = page::reply(status, shown);
    if let Denied::Wait(wait) = denied {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, retry_after(wait));
    }
    response
}

/// `POST /logout`: the cookie is worth nothing any more.
pub(super) async fn logout(State(gate): State<Gate>, request: Request) -> Response {
    let Some(holder) = gate.access.signed_in(request.headers(), Now::new()) else {
        return to("/login", Some(cookie("", Duration::ZERO, false)));
    };
    if sent_by(&request) != Page::Own {
        return refusal(StatusCode::FORBIDDEN, "sign out at /login itself");
    }
    gate.access.sign_out(request.headers());
    record(
        &gate,
        request.extensions().get().copied(),
        Event::SignOut,
        &holder,
    );
    to("/login", Some(cookie("", Duration::ZERO, false)))
}

/// The page for a browser that was turned away at another path.
pub(super) fn refused(status: StatusCode, has_tokens: bool, message: &str, path: &str) -> Response {
    let shown = if has_tokens {
        page::form(message, own_path(Some(path)))
    } else {
        page::without_tokens()
    };
    page::reply(status, shown)
}

/// Whether the caller would rather see a page.
pub(super) fn wants_html(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .any(|accept| accept.to_str().is_ok_and(|text| text.contains("text/html")))
}

fn record(gate: &Gate, peer: Option<Peer>, event: Event, holder: &Holder) {
    let Sender(mut actor) = Sender::of(peer.as_ref());
    actor.signed_in = Some(holder.name.clone());
    gate.service.audit().record(&Record {
        event,
        outcome: Outcome::Success,
        actor: &actor,
        target: "session",
        details: serde_json::Value::Null,
    });
}

/// 303, with a cookie.
fn to(path: &str, cookie: Option<String>) -> Response {
    let mut response = of_type(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", "");
    let headers = response.headers_mut();
    if let Ok(path) = HeaderValue::from_str(path) {
        headers.insert(header::LOCATION, path);
    }
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    response
}

fn cookie(id: &str, lifetime: Duration, is_tls: bool) -> String {
    let secure = if is_tls { "; Secure" } else { "" };
    format!(
        "{SESSION_COOKIE}={id}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{secure}",
        lifetime.as_secs()
    )
}

/// Whether the browser itself says that its page came by TLS, from here or from a proxy before it.
fn of_tls_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ORIGIN)
        .is_some_and(|origin| origin.as_bytes().starts_with(b"https://"))
}

/// Where to go after signing in: a path of this listener, and nothing that a browser could read as another host.
fn own_path(wanted: Option<&str>) -> &str {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/-_.".contains(letter);
    match wanted {
        Some(path)
            if path.starts_with('/')
                && !path.starts_with("//")
                && path.len() <= 256
                && path.chars().all(is_plain) =>
        {
            path
        }
        _ => "/",
    }
}

/// A form of a browser, as it was sent; `None` when it is none.
async fn form(body: Body) -> Option<Vec<u8>> {
    let whole = Limited::new(body, MAX_FORM).collect().await.ok()?;
    Some(whole.to_bytes().to_vec())
}

fn query(request: &Request, name: &str) -> Option<String> {
    value(request.uri().query()?.as_bytes(), name)
}

/// A value of `name=value&…`; `None` when there is none, or it is no text.
fn value(form: &[u8], name: &str) -> Option<String> {
    form.split(|byte| *byte == b'&').find_map(|pair| {
        let encoded = pair.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        let spaced: Cow<'_, [u8]> = match encoded.contains(&b'+') {
            true => encoded
                .iter()
                .map(|byte| if *byte == b'+' { b' ' } else { *byte })
                .collect(),
            false => encoded.into(),
        };
        let decoded = percent_decode(&spaced).decode_utf8().ok()?;
        Some(decoded.into_owned())
    })
}

#[cfg(test)]
mod tests;
