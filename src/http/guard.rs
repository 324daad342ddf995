//! Lets only local callers through to a route.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;

use super::access::{Caller, NotLocal, judge};
use super::reply::refusal;
use crate::answer::AnswerService;
use crate::config::Server;
use crate::telemetry::audit::{self, Actor, Door};

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
    fn of(peer: Option<&Peer>) -> Sender {
        Sender(Actor {
            door: Door::Http,
            peer: peer.map(|peer| audit::Peer::Address(peer.0)),
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Sender {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Sender, Infallible> {
        Ok(Sender::of(parts.extensions.get()))
    }
}

/// What is kept for local callers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kept {
    /// `/api/*`
    Questions,
    /// `/admin/*`
    Administration,
    /// `/debug/*`
    Debugging,
}

impl Kept {
    fn name(self) -> &'static str {
        match self {
            Kept::Questions => "the question API",
            Kept::Administration => "administration",
            Kept::Debugging => "the debug page",
        }
    }
}

/// Refuses whoever is not local with 403, the reason and what to do.
pub(super) async fn local_only(
    State((service, kept)): State<(Arc<AnswerService>, Kept)>,
    request: Request,
    next: Next,
) -> Response {
    let snapshot = service.snapshot();
    let server = &snapshot.config.server;
    let verdict = judge(&Caller {
        peer: request.extensions().get::<Peer>().map(|peer| peer.0.ip()),
        authority: request.uri().authority().map(|authority| authority.as_str()),
        headers: request.headers(),
        behind_proxy: server.behind_proxy,
        secure: request.extensions().get::<Secure>().is_some(),
    });
    match verdict {
        Ok(()) => next.run(request).await,
        Err(reason) => {
            let name = kept.name();
            tracing::warn!(%reason, "{name} refused to a caller that is not local");
            let Sender(actor) = Sender::of(request.extensions().get());
            service
                .audit()
                .refused(&actor, request.uri().path(), &reason.to_string());
            let advice = advice(&reason, server);
            refusal(
                StatusCode::FORBIDDEN,
                format!(
                    "{name} is open to local callers only, and this request is not local: {reason}. {advice}"
                ),
            )
        }
    }
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
mod tests {
    use super::*;

    #[test]
    fn the_advice_is_one_that_helps() {
        let at = |host: &str| Server {
            host: host.into(),
            port: 8123,
            ..Server::default()
        };
        for host in ["127.0.0.1", "localhost", "0.0.0.0", "::", "[::1]"] {
            assert!(
                advice(&NotLocal::Host, &at(host)).contains("http://127.0.0.1:8123"),
                "{host}"
            );
        }
        for host in ["10.0.0.5", "[fe80::1]"] {
            assert!(
                advice(&NotLocal::Peer, &at(host)).contains("`server.host`"),
                "{host}"
            );
        }
        assert!(!advice(&NotLocal::BehindProxy, &at("127.0.0.1")).contains("http://"));
    }
}
