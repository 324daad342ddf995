//! Lets only local callers through to a route.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

use super::access::{Caller, judge};
use super::reply::refusal;
use crate::answer::AnswerService;

/// The other end of a connection, as the listener saw it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub SocketAddr);

/// What is kept for local callers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kept {
    /// `/api/*`
    Questions,
    /// `/admin/*`
    Administration,
}

impl Kept {
    fn name(self) -> &'static str {
        match self {
            Kept::Questions => "the question API",
            Kept::Administration => "administration",
        }
    }
}

/// Refuses whoever is not local with 403, the reason and what to do.
pub(super) async fn local_only(
    State((service, kept)): State<(Arc<AnswerService>, Kept)>,
    request: Request,
    next: Next,
) -> Response {
    let verdict = judge(&Caller {
        peer: request.extensions().get::<Peer>().map(|peer| peer.0.ip()),
        authority: request.uri().authority().map(|authority| authority.as_str()),
        headers: request.headers(),
        behind_proxy: service.snapshot().config.server.behind_proxy,
    });
    match verdict {
        Ok(()) => next.run(request).await,
        Err(reason) => {
            let name = kept.name();
            tracing::warn!(%reason, "{name} refused to a caller that is not local");
            let port = service.snapshot().config.server.port;
            refusal(
                StatusCode::FORBIDDEN,
                format!(
                    "{name} is open to local callers only, and this request is not local: {reason}. \
                     Call it on the machine that the plugin runs on, directly at http://127.0.0.1:{port}"
                ),
            )
        }
    }
}
