//! Lets through to a route whoever is local or shows a token for it.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::access::{Access, Caller, Denied, Holder, NotLocal, Now, Page, Presented, Refusal, Scopes, judge};
use super::login;
use super::reply::refusal;
use crate::answer::AnswerService;
use crate::config::{Scope, Server};
use crate::telemetry::AuthFailure;
use crate::telemetry::audit::{self, Actor, Door};

/// How to show a token (RFC 6750, RFC 7617).
const BEARER: HeaderValue = HeaderValue::from_static("Bearer realm=\"atest-ext-ai\"");
const BASIC: HeaderValue = HeaderValue::from_static("Basic realm=\"atest-ext-ai\", charset=\"UTF-8\"");

/// The other end of a connection, as the listener saw it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub SocketAddr);

/// On requests that came over TLS.
#[derive(Debug, Clone, Copy)]
pub(super) struct Secure;

/// Who sent a request, as the audit log names it.
#[derive(Debug, Clone)]
pub(super) struct Sender(pub Actor);

impl Sender {
    /// Nobody but the other end of the connection.
    pub(super) fn of(peer: Option<&Peer>) -> Sender {
        Sender(Actor {
            door: Door::Http,
            peer: peer.map(|peer| audit::Peer::Address(peer.0)),
            signed_in: None,
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Sender {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Sender, Infallible> {
        let let_in: Option<&Sender> = parts.extensions.get();
        Ok(let_in
            .cloned()
            .unwrap_or_else(|| Sender::of(parts.extensions.get())))
    }
}

/// What is kept for some callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// `/api/*`
    Questions,
    /// `/query` of the listener for atest's extension proxy: whoever comes there may be anywhere.
    RelayedQuestions,
    /// `/admin/*`
    Administration,
    /// `/debug/*`
    Debugging,
    /// `/metrics`, unless it is open to anyone.
    Metrics,
    /// `/`, `/status` and `/ui/*` for browsers: whoever is signed in, whatever for. What the page asks is kept by itself.
    Page,
}

impl Kept {
    fn name(self) -> &'static str {
        match self {
            Kept::Questions | Kept::RelayedQuestions => "the question API",
            Kept::Administration => "administration",
            Kept::Debugging => "the debug page",
            Kept::Metrics => "the page of metrics",
            Kept::Page => "the page",
        }
    }

    fn scope(self) -> Scope {
        match self {
            // The page is of use to nobody who may not ask.
            Kept::Questions | Kept::RelayedQuestions | Kept::Page => Scope::Api,
            Kept::Administration => Scope::Admin,
            Kept::Debugging => Scope::Debug,
            Kept::Metrics => Scope::Metrics,
        }
    }

    fn is_opened_by(self, scopes: Scopes) -> bool {
        self == Kept::Page || scopes.has(self.scope())
    }
}

/// What the guard needs: whom it asks, and where failures are counted and written.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    pub service: Arc<AnswerService>,
    pub access: Arc<Access>,
}

impl FromRef<Gate> for Arc<AnswerService> {
    fn from_ref(gate: &Gate) -> Arc<AnswerService> {
        Arc::clone(&gate.service)
    }
}

/// Why somebody is turned away.
#[derive(Debug)]
enum Turned {
    /// A token that is not looked at, or opens nothing.
    Denied(Denied),
    /// Neither a token nor local.
    Bare(NotLocal),
    /// No token, at the listener where nobody is local.
    BareRelay,
    /// A right token for something else.
    Scope(Holder),
    /// Signed in, but another page sends it.
    Foreign,
}

/// Lets a request through, or says with the status, the reason and what to do why not.
pub(super) async fn pass(
    State((gate, kept)): State<(Gate, Kept)>,
    mut request: Request,
    next: Next,
) -> Response {
    if kept == Kept::Metrics && gate.access.rules().metrics_are_open() {
        return next.run(request).await;
    }
    match gate.let_in(kept, &mut request) {
        Ok(()) => next.run(request).await,
        Err(refused) => *refused,
    }
}

impl Gate {
    /// Whether the request is a local caller's.
    pub(super) fn is_local(&self, request: &Request) -> Result<(), NotLocal> {
        judge(&Caller {
            peer: request.extensions().get::<Peer>().map(|peer| peer.0.ip()),
            authority: request.uri().authority().map(|authority| authority.as_str()),
            headers: request.headers(),
            behind_proxy: self.service.snapshot().config.server.behind_proxy,
            secure: request.extensions().get::<Secure>().is_some(),
        })
    }

    /// Notes on the request who sent it, or gives the reply that turns its sender away.
    pub(super) fn let_in(&self, kept: Kept, request: &mut Request) -> Result<(), Box<Response>> {
        match self.judge(kept, request) {
            Ok(holder) => {
                let mut sender = Sender::of(request.extensions().get());
                sender.0.signed_in = holder.map(|holder| holder.name);
                request.extensions_mut().insert(sender);
                Ok(())
            }
            Err(turned) => Err(Box::new(self.turn_away(kept, &turned, request))),
        }
    }

    /// Who is let in; `None` is a local caller. A token that is shown decides, also where its sender is local: a program
    /// whose token has become wrong must not seem to work until it is moved elsewhere.
    fn judge(&self, kept: Kept, request: &Request) -> Result<Option<Holder>, Turned> {
        let (headers, now) = (request.headers(), Now::new());
        let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
        let (token, is_basic) = match Presented::of(headers) {
            Presented::Nothing => return self.judge_bare(kept, request, now),
            Presented::Bearer(token) => (token, false),
            // A browser sends it by itself, and atest's proxy sends on what a browser has for atest.
            Presented::Basic(token) if kept != Kept::RelayedQuestions => (token, true),
            Presented::Basic(_) | Presented::Unreadable => {
                return Err(Turned::Denied(Denied::Refused(Refusal::Unreadable)));
            }
        };
        let holder = self.access.check(&token, peer, now).map_err(Turned::Denied)?;
        if !kept.is_opened_by(holder.scopes) {
            return Err(Turned::Scope(holder));
        }
        if is_basic && changes_something(request.method()) && sent_by(request) == Page::Foreign {
            return Err(Turned::Foreign);
        }
        Ok(Some(holder))
    }

    /// The same without a token: somebody who is signed in, or local.
    fn judge_bare(&self, kept: Kept, request: &Request, now: Now) -> Result<Option<Holder>, Turned> {
        if kept == Kept::RelayedQuestions {
            return Err(Turned::BareRelay);
        }
        let local = self.is_local(request);
        match self.access.signed_in(request.headers(), now) {
            Some(holder) if kept.is_opened_by(holder.scopes) => {
                // The cookie is sent by itself, so a page must say that it is this origin's.
                if changes_something(request.method()) && sent_by(request) != Page::Own {
                    return Err(Turned::Foreign);
                }
                Ok(Some(holder))
            }
            // A cookie comes unasked: it takes nothing from who is local.
            Some(holder) => local.map(|()| None).map_err(|_| Turned::Scope(holder)),
            None => local.map(|()| None).map_err(Turned::Bare),
        }
    }

    fn turn_away(&self, kept: Kept, turned: &Turned, request: &Request) -> Response {
        let has_tokens = self.access.rules().has_credentials();
        let snapshot = self.service.snapshot();
        let message = turned.message(kept, has_tokens, &snapshot.config.server);
        self.tell(kept.name(), turned, has_tokens, request);
        let status = turned.status(has_tokens);
        let wants_page = request.method() == Method::GET && login::wants_html(request.headers());
        let mut response = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if wants_page => {
                let reason = match turned {
                    Turned::Bare(_) => format!(
                        "{} needs a token with the scope {}",
                        kept.name(),
                        kept.scope().word()
                    ),
                    _ => message,
                };
                login::refused(status, has_tokens, &reason, request.uri().path())
            }
            _ => refusal(status, message),
        };
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.append(header::WWW_AUTHENTICATE, BEARER);
            // With it, a browser would ask in a window of its own instead of showing the page.
            if !wants_page && kept != Kept::RelayedQuestions {
                headers.append(header::WWW_AUTHENTICATE, BASIC);
            }
        }
        if let Turned::Denied(Denied::Wait(wait)) = turned {
            headers.insert(header::RETRY_AFTER, retry_after(*wait));
        }
        response
    }

    /// Logs, counts and audits. None of it repeats what was sent.
    fn tell(&self, name: &str, turned: &Turned, has_tokens: bool, request: &Request) {
        let reason = turned.reason();
        let mut sender = Sender::of(request.extensions().get());
        if let Turned::Scope(holder) = turned {
            sender.0.signed_in = Some(holder.name.clone());
        }
        let kind = turned.counted_as(has_tokens);
        if self.failed(kind, &sender, request.uri().path(), &reason) {
            tracing::warn!(reason, "{name} refused to a caller");
        }
    }

    /// Counts and audits. False when there are so many in this minute that the log need not tell of this one.
    pub(super) fn failed(&self, kind: AuthFailure, sender: &Sender, path: &str, reason: &str) -> bool {
        self.service.metrics.authentication_failed(kind);
        self.service.audit().refused(&sender.0, path, reason)
    }
}

impl Turned {
    fn status(&self, has_tokens: bool) -> StatusCode {
        match self {
            Turned::Denied(Denied::Wait(_)) => StatusCode::TOO_MANY_REQUESTS,
            Turned::Denied(Denied::Refused(_)) => StatusCode::UNAUTHORIZED,
            // Where there is no token, asking for one would lead nowhere.
            Turned::Bare(_) | Turned::BareRelay if has_tokens => StatusCode::UNAUTHORIZED,
            Turned::Bare(_) | Turned::BareRelay | Turned::Scope(_) | Turned::Foreign => StatusCode::FORBIDDEN,
        }
    }

    fn counted_as(&self, has_tokens: bool) -> AuthFailure {
        match self {
            Turned::Denied(Denied::Wait(_)) => AuthFailure::Slowed,
            Turned::Denied(Denied::Refused(refusal)) => refusal.counted_as(),
            Turned::Bare(_) | Turned::BareRelay if has_tokens => AuthFailure::Missing,
            Turned::Bare(_) | Turned::BareRelay => AuthFailure::NotLocal,
            Turned::Scope(_) => AuthFailure::WrongScope,
            Turned::Foreign => AuthFailure::ForeignOrigin,
        }
    }

    /// For logs: nothing in it but what the program itself says.
    fn reason(&self) -> String {
        match self {
            Turned::Denied(Denied::Wait(_)) => "too many wrong tokens from this address".into(),
            Turned::Denied(Denied::Refused(refusal)) => format!("the token is refused: {refusal}"),
            Turned::Bare(reason) => reason.to_string(),
            Turned::BareRelay => "no token, through atest's extension proxy".into(),
            Turned::Scope(_) => "the token is for something else".into(),
            Turned::Foreign => "a web page of another origin sent it".into(),
        }
    }

    /// For the caller: why, and what to do.
    fn message(&self, kept: Kept, has_tokens: bool, server: &Server) -> String {
        let (name, scope) = (kept.name(), kept.scope().word());
        match self {
            Turned::Denied(Denied::Wait(wait)) => format!(
                "too many wrong tokens came from this address; try again in {} s",
                whole_seconds(*wait)
            ),
            Turned::Denied(Denied::Refused(refusal)) if has_tokens => format!(
                "the token is refused: {refusal}. A local caller needs none and can leave the header out"
            ),
            Turned::Denied(Denied::Refused(_)) => format!(
                "the token is refused: no token is configured here. A local caller needs none and can leave the header \
                 out; {}",
                login::HOW_TO_GET_ONE
            ),
            Turned::Bare(reason) if has_tokens => format!(
                "{name} is open to local callers and to tokens with the scope `{scope}`, and this request has no token and \
                 is not local: {reason}. Send the header `Authorization: Bearer TOKEN`, or sign in at /login"
            ),
            Turned::Bare(reason) => format!(
                "{name} is open to local callers only, and this request is not local: {reason}. {}; {}",
                advice(reason, server),
                login::HOW_TO_GET_ONE
            ),
            Turned::BareRelay => format!(
                "{name} takes what comes through atest's extension proxy with a token alone: send the header \
                 `Authorization: Bearer TOKEN`, with a token that has the scope `{scope}`"
            ),
            Turned::Scope(holder) => format!(
                "{name} needs the scope `{scope}`, and this token ({}) has {}. Use another one, or add the scope to \
                 `access.tokens`",
                holder.name,
                match holder.scopes.words() {
                    none if none.is_empty() => "no scope of this plugin".into(),
                    words => format!("only: {words}"),
                }
            ),
            Turned::Foreign => format!(
                "{name} takes changes from its own pages only, and a web page of another origin sent this one. Programs send \
                 `Authorization: Bearer TOKEN` instead of a cookie"
            ),
        }
    }
}

/// By its method, as every handler here keeps it.
fn changes_something(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

pub(super) fn sent_by(request: &Request) -> Page {
    let authority = request.uri().authority().map(|authority| authority.as_str());
    Page::of(request.headers(), authority)
}

/// The wait for people and headers: at least one second.
fn whole_seconds(wait: std::time::Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// `Retry-After`.
pub(super) fn retry_after(wait: std::time::Duration) -> HeaderValue {
    HeaderValue::from(whole_seconds(wait))
}

/// What the caller, or whoever runs the plugin, can do about it.
fn advice(reason: &NotLocal, server: &Server) -> String {
    let listens_on_one_address = (server.host.trim_matches(['[', ']']).parse::<IpAddr>())
        .is_ok_and(|address| !address.is_loopback() && !address.is_unspecified());
    if *reason == NotLocal::BehindProxy {
        "Nobody is local while that is set: unset it where no proxy stands before the plugin".into()
    } else if listens_on_one_address {
        "Nobody is local while `server.host` is an address of the network: set it to 127.0.0.1, or to 0.0.0.0, and \
         call it on the machine that the plugin runs on"
            .into()
    } else {
        format!(
            "Call it on the machine that the plugin runs on, directly at {}://127.0.0.1:{}",
            server.scheme(),
            server.port
        )
    }
}

#[cfg(test)]
mod tests;
