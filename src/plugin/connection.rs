//! Accepted connections: counted, limited, and closed when nothing comes of them.

use std::collections::BTreeSet;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::stream::{self, Stream};
use profiling::tasks;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep};
use tokio_rustls::server::TlsStream;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::transport::server::Connected;

use super::traffic::{Overdue, Patience, Traffic};
use crate::answer::AnswerService;
use crate::config::Server;
use crate::http::StallLimit;
use crate::http::farewell::{self, GoAway};
use crate::http::tls::{Protocol, Tls};
use crate::telemetry::audit::{Actor, Door, Peer};
use crate::telemetry::{ConnectionClosed, ConnectionDoor, GaugeGuard, HandshakeFailure, Metrics};

/// A client says its first word (the HTTP/2 preface) at once; one that does not would hold a connection, and a stop.
pub(super) const FIRST_WORD: Duration = Duration::from_secs(10);

/// Pause after accept(2) failed, as it does while the process is out of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Clients that are told why they are not served at one time; more are closed without a word.
const MOST_FAREWELLS: usize = 32;

/// Longest time without a call. Clients connect anew when they have something to ask.
const IDLE: Duration = Duration::from_secs(5 * 60);

/// Longest time between two looks at what a connection does.
const LOOK: Duration = Duration::from_secs(15);

/// A connection to a client.
pub(super) struct Connection {
    io: StallLimit<Transport>,
    /// Until the first byte came.
    silence: Option<Silence>,
    peer: Option<Peer>,
    traffic: Arc<Traffic>,
    patience: Patience,
    look: Pin<Box<Sleep>>,
    metrics: Arc<Metrics>,
    _place: Place,
}

pub(super) enum Transport {
    Unix(UnixStream),
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// What ends a connection on which nothing was said yet.
struct Silence {
    too_long: Pin<Box<Sleep>>,
    stop: Pin<Box<WaitForCancellationFutureOwned>>,
}

/// One of the connections that may be open.
struct Place {
    _counted: GaugeGuard,
    room: Arc<Room>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.room.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What accepting needs.
#[derive(Clone)]
pub(super) struct Reception {
    /// Where connections are counted, and refusals written down.
    pub(super) service: Arc<AnswerService>,
    /// How many may be open. Unix sockets have a room of their own, so that no other machine can shut atest out.
    pub(super) room: Arc<Room>,
    /// TLS of TCP connections, if there is.
    pub(super) tls: Option<Arc<Tls>>,
    /// Who may use Unix sockets; everybody whom the socket's mode lets in where it is empty.
    pub(super) users: Arc<BTreeSet<u32>>,
    /// How long a client may be silent at first.
    pub(super) first_word: Duration,
    /// When to stop.
    pub(super) stop: CancellationToken,
}

/// The places that connections of one kind have taken.
#[derive(Debug, Default)]
pub(super) struct Room {
    taken: AtomicUsize,
    /// Whether the last client found none.
    crowded: AtomicBool,
}

/// A listener in the runtime.
pub(super) enum Listener {
    Unix(UnixListener),
    Tcp(TcpListener),
}

/// Every connection to these listeners. It never ends by itself, and gives no errors: a failed accept is tried again.
pub(super) fn incoming(
    listeners: Vec<(Listener, Reception)>,
) -> impl Stream<Item = io::Result<Connection>> + use<> {
    stream::select_all(listeners.into_iter().map(|(listener, reception)| {
        let desk = Desk {
            listener,
            reception,
            handshakes: JoinSet::new(),
            farewells: JoinSet::new(),
        };
        Box::pin(stream::unfold(desk, |mut desk| async move {
            let connection = desk.next().await;
            Some((Ok(connection), desk))
        }))
    }))
}

/// One listener, and the clients that are not connected yet.
struct Desk {
    listener: Listener,
    reception: Reception,
    handshakes: JoinSet<Option<Connection>>,
    farewells: JoinSet<()>,
}

impl Desk {
    async fn next(&mut self) -> Connection {
        loop {
            tokio::select! {
                Some(done) = self.handshakes.join_next() => {
                    if let Ok(Some(connection)) = done {
                        return connection;
                    }
                }
                Some(_) = self.farewells.join_next() => {}
                transport = self.listener.accepted() => {
                    if let Some(connection) = self.receive(transport) {
                        return connection;
                    }
                }
            }
        }
    }

    /// A new client: turned away, sent to make its handshake, or served.
    fn receive(&mut self, transport: Transport) -> Option<Connection> {
        if !self.reception.may(&transport) {
            self.turn_away(
                transport,
                ConnectionClosed::User,
                GoAway::InadequateSecurity,
                "this user may not use the socket (`server.socket_uids`)",
            );
            return None;
        }
        let Some(place) = self.reception.place() else {
            self.turn_away(
                transport,
                ConnectionClosed::Limit,
                GoAway::EnhanceYourCalm,
                "too many open connections: the limit is `server.max_connections`",
            );
            return None;
        };
        match (transport, self.reception.tls.clone()) {
            (Transport::Tcp(stream), Some(tls)) => {
                let reception = self.reception.clone();
                tasks::spawn_in(&mut self.handshakes, "shake hands over gRPC", async move {
                    let peer = stream.peer_addr().ok().map(Peer::Address);
                    match tls.accept(stream, Protocol::Http2).await {
                        Ok(stream) => Some(reception.connection(Transport::Tls(Box::new(stream)), place)),
                        Err(failure) => {
                            tracing::debug!(reason = %failure, "a handshake failed");
                            if failure.reason == HandshakeFailure::ClientCertificate {
                                let why =
                                    "it showed no client certificate, or none of `server.tls.client_ca_file`";
                                reception.refused(peer, "tls", why);
                            }
                            None
                        }
                    }
                });
                None
            }
            (transport, _) => Some(self.reception.connection(transport, place)),
        }
    }

    fn turn_away(&mut self, transport: Transport, reason: ConnectionClosed, why: GoAway, text: &'static str) {
        let metrics = &self.reception.service.metrics;
        metrics.connection_closed(ConnectionDoor::Grpc, reason);
        // Without a handshake there are no words that a client of TLS could read.
        let is_readable = matches!(transport, Transport::Unix(_)) || self.reception.tls.is_none();
        if is_readable && self.farewells.len() < MOST_FAREWELLS {
            tasks::spawn_in(&mut self.farewells, "turn a gRPC connection away", async move {
                farewell::say(transport, &farewell::go_away(why, text)).await
            });
        }
    }
}

impl Listener {
    async fn accept(&self) -> io::Result<Transport> {
        match self {
            Listener::Unix(listener) => Ok(Transport::Unix(listener.accept().await?.0)),
            Listener::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Small replies must not wait for Nagle's timer; a socket that refuses is served all the same.
                let _ = stream.set_nodelay(true);
                Ok(Transport::Tcp(stream))
            }
        }
    }

    async fn accepted(&self) -> Transport {
        loop {
            match self.accept().await {
                Ok(transport) => return transport,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection; trying again");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

impl Reception {
    /// Whether the user at the other end may use a Unix socket. Root may, who could use it anyway; and the plugin's own
    /// user, whose are `healthcheck` and whatever else is in its reach.
    fn may(&self, transport: &Transport) -> bool {
        let Transport::Unix(stream) = transport else {
            return true;
        };
        if self.users.is_empty() {
            return true;
        }
        let peer = peer_of(transport);
        let is_known = stream.peer_cred().is_ok_and(|peer| {
            let own = rustix::process::geteuid().as_raw();
            peer.uid() == 0 || peer.uid() == own || self.users.contains(&peer.uid())
        });
        if !is_known {
            self.refused(peer, "socket", "its user is not among `server.socket_uids`");
        }
        is_known
    }

    fn refused(&self, peer: Option<Peer>, target: &str, why: &str) {
        let actor = Actor {
            door: Door::Grpc,
            peer,
            signed_in: None,
        };
        self.service.audit().refused(&actor, target, why);
    }

    fn place(&self) -> Option<Place> {
        let most = self.service.snapshot().config.server.max_connections;
        let crowded = self.room.taken.fetch_add(1, Ordering::Relaxed) >= most;
        let place = Place {
            room: Arc::clone(&self.room),
            _counted: self.service.metrics.connection_opened(),
        };
        // Said once for each time that it gets crowded: a flood must not fill the log.
        if self.room.crowded.swap(crowded, Ordering::Relaxed) != crowded && crowded {
            tracing::warn!(
                limit = most,
                "gRPC connections over `server.max_connections` are turned away"
            );
        }
        (!crowded).then_some(place)
    }

    fn connection(&self, transport: Transport, place: Place) -> Connection {
        let patience = Patience::of(&self.service.snapshot().config.server);
        Connection {
            peer: peer_of(&transport),
            io: StallLimit::new(transport, patience.stall),
            silence: Some(Silence {
                too_long: Box::pin(tokio::time::sleep(self.first_word)),
                stop: Box::pin(self.stop.clone().cancelled_owned()),
            }),
            traffic: Arc::new(Traffic::new()),
            patience,
            look: Box::pin(tokio::time::sleep(patience.look())),
            metrics: Arc::clone(&self.service.metrics),
            _place: place,
        }
    }
}

impl Patience {
    fn of(server: &Server) -> Patience {
        Patience {
            idle: IDLE,
            read: server.time_to_read(),
            stall: server.time_to_write(),
        }
    }

    /// Time between two looks.
    fn look(self) -> Duration {
        (self.idle.min(self.stall) / 4).clamp(Duration::from_millis(10), LOOK)
    }
}

fn peer_of(transport: &Transport) -> Option<Peer> {
    match transport {
        Transport::Tcp(stream) => stream.peer_addr().ok().map(Peer::Address),
        Transport::Tls(stream) => stream.get_ref().0.peer_addr().ok().map(Peer::Address),
        Transport::Unix(stream) => stream.peer_cred().ok().map(|process| Peer::Process {
            user: process.uid(),
            id: process.pid(),
        }),
    }
}

impl Silence {
    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        self.too_long.as_mut().poll(cx).is_ready() || self.stop.as_mut().poll(cx).is_ready()
    }
}

impl Connection {
    /// Looks from time to time at what goes on here.
    fn overdue(&mut self, cx: &mut Context<'_>) -> Option<Overdue> {
        while self.look.as_mut().poll(cx).is_ready() {
            let overdue = self.traffic.overdue(self.patience);
            if overdue.is_some() {
                return overdue;
            }
            let next = Instant::now() + self.patience.look();
            self.look.as_mut().reset(next);
        }
        None
    }

    fn stalled<T>(&self, write: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if let Poll::Ready(Err(error)) = &write
            && error.kind() == io::ErrorKind::TimedOut
        {
            self.metrics
                .connection_closed(ConnectionDoor::Grpc, ConnectionClosed::Stalled);
        }
        write
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.io).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.silence = None;
        }
        if read.is_ready() {
            return read;
        }
        if let Some(silence) = &mut self.silence {
            // Nothing read is how a reader learns that the other side has gone.
            return if silence.is_over(cx) {
                Poll::Ready(Ok(()))
            } else {
                Poll::Pending
            };
        }
        match self.overdue(cx) {
            None => Poll::Pending,
            Some(Overdue::Idle) => Poll::Ready(Ok(())),
            Some(Overdue::Stalled) => {
                self.metrics
                    .connection_closed(ConnectionDoor::Grpc, ConnectionClosed::Stalled);
                Poll::Ready(Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "the client takes nothing of a reply",
                )))
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.io).poll_write(cx, buf);
        self.stalled(write)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flush = Pin::new(&mut self.io).poll_flush(cx);
        self.stalled(flush)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.io).poll_write_vectored(cx, bufs);
        self.stalled(write)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}

/// Runs the same on whatever stream it is.
macro_rules! on_stream {
    ($transport:expr, $io:ident => $what:expr) => {
        match $transport.get_mut() {
            Transport::Unix(io) => {
                let $io = Pin::new(io);
                $what
            }
            Transport::Tcp(io) => {
                let $io = Pin::new(io);
                $what
            }
            Transport::Tls(io) => {
                let $io = Pin::new(io);
                $what
            }
        }
    };
}

impl AsyncRead for Transport {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        on_stream!(self, io => io.poll_read(cx, buf))
    }
}

impl AsyncWrite for Transport {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        on_stream!(self, io => io.poll_write(cx, buf))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_stream!(self, io => io.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_stream!(self, io => io.poll_shutdown(cx))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        on_stream!(self, io => io.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }
}

/// The other end of a connection, and what goes on on it.
#[derive(Debug, Clone)]
pub(super) struct Client {
    /// For the audit log; `None` when the system does not tell.
    pub(super) peer: Option<Peer>,
    pub(super) traffic: Arc<Traffic>,
    pub(super) patience: Patience,
}

impl Connected for Connection {
    type ConnectInfo = Client;

    fn connect_info(&self) -> Client {
        Client {
            peer: self.peer,
            traffic: Arc::clone(&self.traffic),
            patience: self.patience,
        }
    }
}

#[cfg(test)]
mod tests;
