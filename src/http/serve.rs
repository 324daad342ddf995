//! Connections: accepted until the shutdown, limited in number, size and time, then drained.

mod stall;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue, TRANSFER_ENCODING};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use profiling::tasks;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub use self::stall::StallLimit;
use super::access::Access;
use super::farewell;
use super::guard::{Gate, Peer, Secure};
use super::heartbeat::Heartbeat;
use super::router::{relayed, router};
use super::tls::{Protocol, Tls};
use crate::answer::AnswerService;
use crate::config::Server;
use crate::telemetry::audit::{self, Actor, Door};
use crate::telemetry::{ConnectionClosed, ConnectionDoor, HandshakeFailure};

/// More header lines than any client here sends: browsers behind single sign-on reach about 40.
const MAX_HEADERS: usize = 64;
/// Bytes of request line and headers.
const MAX_HEAD: usize = 32 * 1024;
/// Requests on one connection; after them the client makes a new one. A balancer spreads its load that way, and nobody
/// keeps a place for ever.
const MAX_REQUESTS: usize = 1000;
/// Pause after the system could not give a connection (no file descriptors left).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Connections over the limit that are told so at one time; more are closed without a word.
const MAX_TURNED_AWAY: usize = 32;

/// Accepts connections until `shutdown`, then lets each finish its request and returns when all are closed. There is no
/// time limit on that: the caller sets one, and dropping this future closes what is left at once.
///
/// # Errors
///
/// When the listener itself is broken. A failed connection is only logged.
pub async fn serve(
    listener: TcpListener,
    service: Arc<AnswerService>,
    access: Arc<Access>,
    tls: Arc<Tls>,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let heartbeat = Arc::new(Heartbeat::new());
    let mut background = JoinSet::new();
    tasks::spawn_in(&mut background, "heartbeat", Arc::clone(&heartbeat).beat());
    let gate = Gate {
        service: Arc::clone(&service),
        access,
    };
    let reception = Reception {
        router: router(gate, heartbeat),
        service,
        tls: tls.is_on().then_some(tls),
        shutdown,
    };
    accept(listener, reception).await
}

/// The same for the listener that atest's extension proxy sends questions to; it is plain, and on loopback.
///
/// # Errors
///
/// When the listener itself is broken.
pub async fn serve_relayed(
    listener: TcpListener,
    service: Arc<AnswerService>,
    access: Arc<Access>,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let gate = Gate {
        service: Arc::clone(&service),
        access,
    };
    let reception = Reception {
        router: relayed(gate),
        service,
        tls: None,
        shutdown,
    };
    accept(listener, reception).await
}

async fn accept(listener: TcpListener, reception: Reception) -> io::Result<()> {
    let address = listener.local_addr()?;
    let shutdown = reception.shutdown.clone();
    let mut connections = Connections::default();
    tracing::info!(%address, tls = reception.tls.is_some(), "listening for http");
    loop {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            Some(ended) = connections.open.join_next() => log_panic(ended),
            Some(_) = connections.turned_away.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => connections.take(stream, peer, &reception),
                Err(error) => after_failed_accept(error).await?,
            },
        }
    }
    drop(listener);
    connections.finish().await;
    Ok(())
}

/// What every connection needs.
#[derive(Clone)]
struct Reception {
    router: Router,
    service: Arc<AnswerService>,
    /// `None` where the listener speaks no TLS.
    tls: Option<Arc<Tls>>,
    shutdown: CancellationToken,
}

/// The connections of one listener. Dropping them closes them.
#[derive(Default)]
struct Connections {
    open: JoinSet<()>,
    /// Those over the limit, while they are told so.
    turned_away: JoinSet<()>,
    /// Whether the last connection was one over the limit.
    crowded: bool,
}

impl Connections {
    /// Serves a new connection, or turns it away when there are as many as may be. Handshakes count.
    fn take(&mut self, stream: TcpStream, peer: SocketAddr, reception: &Reception) {
        let service = &reception.service;
        let snapshot = service.snapshot();
        let server = &snapshot.config.server;
        if self.open.len() < server.max_connections {
            self.crowded = false;
            let counted = service.metrics.connection_opened();
            let serving = reception.clone().receive(stream, peer, Times::of(server));
            tasks::spawn_in(&mut self.open, "serve an HTTP connection", async move {
                serving.await;
                drop(counted);
            });
            return;
        }
        service
            .metrics
            .connection_closed(ConnectionDoor::Http, ConnectionClosed::Limit);
        // Said once for each time that it gets crowded: a flood must not fill the log.
        if !self.crowded {
            self.crowded = true;
            tracing::warn!(
                limit = server.max_connections,
                "http connections over `server.max_connections` are turned away"
            );
        }
        // Without a handshake there are no words that a client of TLS could read.
        if reception.tls.is_none() && self.turned_away.len() < MAX_TURNED_AWAY {
            tasks::spawn_in(
                &mut self.turned_away,
                "turn an HTTP connection away",
                turn_away(stream),
            );
        }
    }

    /// Waits until each has finished its request and is closed.
    async fn finish(&mut self) {
        if !self.open.is_empty() {
            tracing::info!(
                connections = self.open.len(),
                "http is finishing what is under way"
            );
        }
        while let Some(ended) = self.open.join_next().await {
            log_panic(ended);
        }
    }
}

/// A broken listener ends the door; a connection that failed early, or a lack of descriptors, does not.
async fn after_failed_accept(error: io::Error) -> io::Result<()> {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, InvalidInput};
    match error.kind() {
        ConnectionAborted | ConnectionRefused | ConnectionReset => Ok(()),
        InvalidInput => Err(error),
        _ => {
            tracing::warn!(%error, "a connection could not be accepted; is the limit of open files (ulimit -n) too low?");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            Ok(())
        }
    }
}

/// How patient a connection is.
#[derive(Debug, Clone, Copy)]
struct Times {
    /// With a request's head, and between requests.
    head: Duration,
    /// With a client that takes nothing of its reply.
    stall: Duration,
}

impl Times {
    fn of(server: &Server) -> Times {
        Times {
            head: server.time_to_read(),
            stall: server.time_to_write(),
        }
    }
}

impl Reception {
    /// One connection, from its first byte to its last.
    async fn receive(self, stream: TcpStream, peer: SocketAddr, times: Times) {
        // Replies are small and complete: waiting to fill a packet only delays them. A failure costs nothing but that.
        let _ = stream.set_nodelay(true);
        let Some(tls) = self.tls.clone() else {
            return self.serve(stream, peer, times, false).await;
        };
        // A handshake has nothing to finish, so that a stop does not wait for it.
        let accepted = tokio::select! {
            accepted = tls.accept(stream, Protocol::Http1) => accepted,
            () = self.shutdown.cancelled() => return,
        };
        match accepted {
            Ok(stream) => self.serve(stream, peer, times, true).await,
            Err(failure) => {
                tracing::debug!(%peer, reason = %failure, "a handshake failed");
                if failure.reason == HandshakeFailure::ClientCertificate {
                    let actor = Actor {
                        door: Door::Http,
                        peer: Some(audit::Peer::Address(peer)),
                        signed_in: None,
                    };
                    let why = "it showed no client certificate, or none of `server.tls.client_ca_file`";
                    self.service.audit().refused(&actor, "tls", why);
                }
            }
        }
    }

    async fn serve<S>(self, stream: S, peer: SocketAddr, times: Times, secure: bool)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let Reception {
            router,
            service,
            shutdown,
            ..
        } = self;
        let requests = AtomicUsize::new(0);
        let answering = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer));
            if secure {
                request.extensions_mut().insert(Secure);
            }
            let is_last = is_last(&request, requests.fetch_add(1, Ordering::Relaxed));
            let answer = router.clone().oneshot(request);
            async move {
                let answer = answer.await.unwrap_or_else(|never| match never {});
                Ok::<_, Infallible>(if is_last { last(answer) } else { answer })
            }
        });
        let io = TokioIo::new(StallLimit::new(stream, times.stall));
        let serving = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(times.head)
            .max_headers(MAX_HEADERS)
            .max_header_size(MAX_HEAD)
            .max_buf_size(MAX_HEAD * 2)
            .serve_connection(io, answering);
        tokio::pin!(serving);
        let outcome = tokio::select! {
            outcome = serving.as_mut() => outcome,
            () = shutdown.cancelled() => {
                serving.as_mut().graceful_shutdown();
                serving.await
            }
        };
        if let Err(error) = outcome {
            if stall::is_stall(&error) {
                service
                    .metrics
                    .connection_closed(ConnectionDoor::Http, ConnectionClosed::Stalled);
            }
            tracing::debug!(%peer, %error, "an http connection ended early");
        }
    }
}

/// Whether the connection ends with this request. One with `Transfer-Encoding` may have been framed otherwise by a proxy
/// before this door (it may have had `Content-Length` too, which is then not to be seen here), and what follows could be
/// a request that the proxy never saw (RFC 9112 §6.1): it is never read.
fn is_last(request: &Request<Body>, before: usize) -> bool {
    before + 1 >= MAX_REQUESTS || request.headers().contains_key(TRANSFER_ENCODING)
}

fn last(mut answer: Response<Body>) -> Response<Body> {
    answer
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// Says why, and closes. The request is not read, so that this costs nothing.
async fn turn_away(stream: TcpStream) {
    const WHY: &str = "too many open connections: the limit is `server.max_connections`";
    let words = farewell::http1("503 Service Unavailable", 14, WHY, Some(1));
    farewell::say(stream, &words).await;
}

fn log_panic(ended: Result<(), tokio::task::JoinError>) {
    if ended.is_err_and(|error| error.is_panic()) {
        tracing::error!("the task of an http connection panicked");
    }
}

#[cfg(test)]
mod tests;
