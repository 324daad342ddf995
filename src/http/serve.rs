//! Connections: accepted until the shutdown, limited in number, size and time, then drained.

mod stall;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use self::stall::StallLimit;
use super::access::Access;
use super::guard::{Gate, Peer};
use super::heartbeat::Heartbeat;
use super::router::{relayed, router};
use crate::answer::AnswerService;

/// Longest wait for a request's head, which is also how long a connection may idle between requests. Longer than a
/// usual scrape interval (15 s), so that Prometheus keeps its connection.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest time in which a client may read nothing of a reply.
const STALL_TIMEOUT: Duration = Duration::from_secs(30);
/// More header lines than any client here sends: browsers behind single sign-on reach about 40.
const MAX_HEADERS: usize = 64;
/// Bytes of request line and headers.
const MAX_HEAD: usize = 32 * 1024;
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
    shutdown: CancellationToken,
) -> io::Result<()> {
    let heartbeat = Arc::new(Heartbeat::new());
    let mut background = JoinSet::new();
    background.spawn(Arc::clone(&heartbeat).beat());
    let gate = Gate {
        service: Arc::clone(&service),
        access,
    };
    accept(listener, router(gate, heartbeat), service, shutdown).await
}

/// The same for the listener that atest's extension proxy sends questions to.
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
    accept(listener, relayed(gate), service, shutdown).await
}

async fn accept(
    listener: TcpListener,
    router: Router,
    service: Arc<AnswerService>,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    let mut connections = Connections::default();
    tracing::info!(%address, "listening for http");
    loop {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            Some(ended) = connections.open.join_next() => log_panic(ended),
            Some(_) = connections.turned_away.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => connections.take(stream, peer, &service, &router, &shutdown),
                Err(error) => after_failed_accept(error).await?,
            },
        }
    }
    drop(listener);
    connections.finish().await;
    Ok(())
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
    /// Serves a new connection, or turns it away when there are as many as may be.
    fn take(
        &mut self,
        stream: TcpStream,
        peer: SocketAddr,
        service: &AnswerService,
        router: &Router,
        shutdown: &CancellationToken,
    ) {
        let snapshot = service.snapshot();
        let server = &snapshot.config.server;
        if self.open.len() < server.max_connections {
            self.crowded = false;
            let counted = service.metrics.connection_opened();
            let serving = connection(stream, peer, router.clone(), server.timeout, shutdown.clone());
            self.open.spawn(async move {
                serving.await;
                drop(counted);
            });
            return;
        }
        // Said once for each time that it gets crowded: a flood must not fill the log.
        if !self.crowded {
            self.crowded = true;
            tracing::warn!(
                limit = server.max_connections,
                "http connections over `server.max_connections` are turned away"
            );
        }
        if self.turned_away.len() < MAX_TURNED_AWAY {
            self.turned_away.spawn(turn_away(stream));
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

/// One connection, from its first byte to its last.
async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    timeout: Duration,
    shutdown: CancellationToken,
) {
    // Replies are small and complete: waiting to fill a packet only delays them. A failure costs nothing but that.
    let _ = stream.set_nodelay(true);
    let answering = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        let answer = router.clone().oneshot(request);
        async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
    });
    let io = TokioIo::new(StallLimit::new(stream, STALL_TIMEOUT.min(timeout)));
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT.min(timeout))
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
        tracing::debug!(%peer, %error, "an http connection ended early");
    }
}

/// Says why, and closes. The request is not read, so that this costs nothing; the short wait keeps the unread bytes
/// from turning the reply into a reset.
async fn turn_away(mut stream: TcpStream) {
    const BODY: &str = "{\"code\":14,\"message\":\"too many open connections: the limit is `server.max_connections`\",\"details\":[]}\n";
    let reply = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         retry-after: 1\r\nconnection: close\r\n\r\n{BODY}",
        BODY.len()
    );
    let telling = async {
        stream.write_all(reply.as_bytes()).await?;
        stream.shutdown().await?;
        let mut unread = [0; 4096];
        while tokio::io::AsyncReadExt::read(&mut stream, &mut unread).await? > 0 {}
        io::Result::Ok(())
    };
    // Whether the client has listened is its own affair.
    let _ = tokio::time::timeout(Duration::from_secs(1), telling).await;
}

fn log_panic(ended: Result<(), tokio::task::JoinError>) {
    if ended.is_err_and(|error| error.is_panic()) {
        tracing::error!("the task of an http connection panicked");
    }
}

#[cfg(test)]
mod tests;
