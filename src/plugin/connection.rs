//! Accepted connections: counted, limited, and closed when they never say anything.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::stream::{self, Stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::transport::server::Connected;

use crate::telemetry::Metrics;
use crate::telemetry::audit::Peer;

/// A client says its first word (the HTTP/2 preface) at once; one that does not would hold a connection, and a stop.
pub(super) const FIRST_WORD: Duration = Duration::from_secs(10);

/// Pause after accept(2) failed, as it does while the process is out of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A connection to a client.
pub(super) struct Connection {
    io: Transport,
    /// Until the first byte came.
    silence: Option<Silence>,
    _counted: crate::telemetry::metrics::GaugeGuard,
    _permit: OwnedSemaphorePermit,
}

pub(super) enum Transport {
    Unix(UnixStream),
    Tcp(TcpStream),
}

/// What ends a connection on which nothing was said yet.
struct Silence {
    too_long: Pin<Box<Sleep>>,
    stop: Pin<Box<WaitForCancellationFutureOwned>>,
}

/// What accepting needs.
#[derive(Clone)]
pub(super) struct Reception {
    /// Where connections are counted.
    pub(super) metrics: Arc<Metrics>,
    /// How many may be open.
    pub(super) room: Arc<Semaphore>,
    /// How long a client may be silent at first.
    pub(super) first_word: Duration,
    /// When to stop.
    pub(super) stop: CancellationToken,
}

/// A listener in the runtime.
pub(super) enum Listener {
    Unix(UnixListener),
    Tcp(TcpListener),
}

/// Every connection to these listeners. It never ends by itself, and gives no errors: a failed accept is tried again.
pub(super) fn incoming(
    listeners: Vec<Listener>,
    reception: &Reception,
) -> impl Stream<Item = io::Result<Connection>> + use<> {
    stream::select_all(listeners.into_iter().map(|listener| {
        let start = (listener, reception.clone());
        Box::pin(stream::unfold(start, |(listener, reception)| async move {
            let transport = listener.accepted().await;
            let connection = reception.receive(transport).await;
            Some((Ok(connection), (listener, reception)))
        }))
    }))
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
    /// Waits for room, so that what is too much stays in the kernel's queue.
    async fn receive(&self, io: Transport) -> Connection {
        let permit = Arc::clone(&self.room)
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        Connection {
            io,
            silence: Some(Silence {
                too_long: Box::pin(tokio::time::sleep(self.first_word)),
                stop: Box::pin(self.stop.clone().cancelled_owned()),
            }),
            _counted: self.metrics.connection_opened(),
            _permit: permit,
        }
    }
}

impl Silence {
    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        self.too_long.as_mut().poll(cx).is_ready() || self.stop.as_mut().poll(cx).is_ready()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = match &mut self.io {
            Transport::Unix(io) => Pin::new(io).poll_read(cx, buf),
            Transport::Tcp(io) => Pin::new(io).poll_read(cx, buf),
        };
        if buf.filled().len() > before {
            self.silence = None;
        }
        if let (Poll::Pending, Some(silence)) = (&read, &mut self.silence)
            && silence.is_over(cx)
        {
            // Nothing read is how a reader learns that the other side has gone.
            return Poll::Ready(Ok(()));
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.io {
            Transport::Unix(io) => Pin::new(io).poll_write(cx, buf),
            Transport::Tcp(io) => Pin::new(io).poll_write(cx, buf),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.io {
            Transport::Unix(io) => Pin::new(io).poll_flush(cx),
            Transport::Tcp(io) => Pin::new(io).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.io {
            Transport::Unix(io) => Pin::new(io).poll_shutdown(cx),
            Transport::Tcp(io) => Pin::new(io).poll_shutdown(cx),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.io {
            Transport::Unix(io) => Pin::new(io).poll_write_vectored(cx, bufs),
            Transport::Tcp(io) => Pin::new(io).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }
}

/// The other end of a connection, for the audit log; `None` when the system does not tell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Client(pub(super) Option<Peer>);

impl Connected for Connection {
    type ConnectInfo = Client;

    fn connect_info(&self) -> Client {
        Client(match &self.io {
            Transport::Tcp(stream) => stream.peer_addr().ok().map(Peer::Address),
            Transport::Unix(stream) => stream.peer_cred().ok().map(|process| Peer::Process {
                user: process.uid(),
                id: process.pid(),
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    async fn pair(first_word: Duration, stop: &CancellationToken) -> (UnixStream, Connection) {
        let (client, server) = UnixStream::pair().unwrap();
        let reception = Reception {
            metrics: Arc::default(),
            room: Arc::new(Semaphore::new(1)),
            first_word,
            stop: stop.clone(),
        };
        let connection = reception.receive(Transport::Unix(server)).await;
        (client, connection)
    }

    #[tokio::test]
    async fn a_connection_that_says_nothing_is_closed_in_time() {
        let (_client, mut connection) = pair(Duration::from_millis(10), &CancellationToken::new()).await;
        assert_eq!(connection.read(&mut [0; 8]).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn the_other_end_of_a_unix_socket_is_known_by_user_and_process() {
        let (_client, connection) = pair(FIRST_WORD, &CancellationToken::new()).await;
        let Client(Some(Peer::Process { id, .. })) = connection.connect_info() else {
            panic!("{:?}", connection.connect_info());
        };
        assert_eq!(id, i32::try_from(std::process::id()).ok());
    }

    #[tokio::test]
    async fn a_silent_connection_does_not_hold_a_stop() {
        let stop = CancellationToken::new();
        let (_client, mut connection) = pair(FIRST_WORD, &stop).await;
        stop.cancel();
        assert_eq!(connection.read(&mut [0; 8]).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_connection_that_spoke_once_may_be_silent() {
        let stop = CancellationToken::new();
        let (client, mut connection) = pair(FIRST_WORD, &stop).await;
        client.try_write(b"x").unwrap();
        assert_eq!(connection.read(&mut [0; 8]).await.unwrap(), 1);
        stop.cancel();
        let second = tokio::time::timeout(Duration::from_millis(50), connection.read(&mut [0; 8])).await;
        assert!(second.is_err(), "the read must wait");
    }
}
