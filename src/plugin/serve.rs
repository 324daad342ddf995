//! The gRPC server: its services, its limits, its end.

use std::any::Any;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, UnixListener};
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::body::Body;
use tonic::transport::Server;
use tonic_reflection::server::Builder as Reflection;
use tower_http::catch_panic::CatchPanicLayer;

use super::calls::Calls;
use super::connection::{self, Listener, Reception, Room};
use super::contract::DESCRIPTORS;
use super::contract::remote::loader_server::LoaderServer;
use super::health;
use super::listeners::Listeners;
use super::loader::{About, AtestLoader};
use crate::answer::AnswerService;
use crate::http::tls::Tls;

/// Largest request, bytes: what gRPC clients expect, and enough for the tables of a large database.
const MAX_REQUEST: usize = 4 * 1024 * 1024;

/// Calls under way on one connection; atest makes one.
const MAX_STREAMS: u32 = 256;

/// Metadata of one call, bytes: a store's properties ride there.
const MAX_METADATA: u32 = 64 * 1024;

/// Streams that a client has reset before anybody looked at them, and streams that were reset because the client broke
/// the rules: with more of either it is sent away (CVE-2023-44487, "rapid reset", and its kind).
const MAX_PENDING_RESETS: usize = 20;
const MAX_ERROR_RESETS: usize = 64;

/// Largest frame that is taken, bytes: the least that HTTP/2 allows to say.
const MAX_FRAME: u32 = 16 * 1024;

/// What may be on its way to the plugin unread, bytes: of one connection, and of one call.
const CONNECTION_WINDOW: u32 = 1024 * 1024;
const STREAM_WINDOW: u32 = 256 * 1024;

/// How often an idle client is asked whether it is still there, and how long it may take to say so.
const PING_INTERVAL: Duration = Duration::from_secs(60);
const PING_PATIENCE: Duration = Duration::from_secs(20);

/// Why serving ended other than by being told to.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A listener cannot be handed to the runtime.
    #[error("cannot use a listener: {0}")]
    Listener(#[from] io::Error),
    /// The reflection service cannot read the contract.
    #[error("cannot describe the contract: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The server failed.
    #[error("the gRPC server failed: {0}")]
    Transport(#[from] tonic::transport::Error),
}

/// Serves until `shutdown`, then finishes what is under way, for `server.shutdown_timeout` at most, and removes the
/// plugin's own sockets.
pub async fn serve(
    listeners: Listeners,
    service: Arc<AnswerService>,
    about: Arc<About>,
    tls: Arc<Tls>,
    shutdown: CancellationToken,
) -> Result<(), ServeError> {
    let Listeners {
        unix,
        tcp,
        own,
        users,
        ..
    } = listeners;
    let over_unix = Reception {
        service: Arc::clone(&service),
        room: Arc::new(Room::default()),
        tls: None,
        users: Arc::new(users),
        first_word: connection::FIRST_WORD,
        stop: shutdown.clone(),
    };
    let over_tcp = Reception {
        room: Arc::new(Room::default()),
        tls: tls.is_on().then_some(tls),
        ..over_unix.clone()
    };
    let unix = unix.into_iter().map(unix_in_runtime);
    let unix = unix.map(|listener| Ok((listener?, over_unix.clone())));
    let tcp = tcp.into_iter().map(tcp_in_runtime);
    let tcp = tcp.map(|listener| Ok((listener?, over_tcp.clone())));
    let incoming = connection::incoming(unix.chain(tcp).collect::<io::Result<_>>()?);

    let loader = LoaderServer::new(AtestLoader::new(Arc::clone(&service), about))
        .max_decoding_message_size(MAX_REQUEST)
        .max_encoding_message_size(usize::MAX);
    let describe = || {
        Reflection::configure()
            .register_encoded_file_descriptor_set(DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let answers = Arc::clone(&service);
    let served = Server::builder()
        .max_concurrent_streams(MAX_STREAMS)
        .http2_max_header_list_size(MAX_METADATA)
        .http2_max_pending_accept_reset_streams(Some(MAX_PENDING_RESETS))
        .http2_max_local_error_reset_streams(Some(MAX_ERROR_RESETS))
        .max_frame_size(MAX_FRAME)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .initial_stream_window_size(STREAM_WINDOW)
        .http2_keepalive_interval(Some(PING_INTERVAL))
        .http2_keepalive_timeout(Some(PING_PATIENCE))
        .layer(Calls::of(&answers))
        .layer(CatchPanicLayer::custom(after_panic))
        .add_service(loader)
        .add_service(health::service(service))
        .add_service(describe().build_v1()?)
        .add_service(describe().build_v1alpha()?)
        .serve_with_incoming_shutdown(incoming, shutdown.clone().cancelled_owned());

    let out_of_patience = async {
        shutdown.cancelled().await;
        // As the config says then.
        let patience = answers.snapshot().config.server.shutdown_timeout;
        tokio::time::sleep(patience).await;
        patience
    };
    let result = tokio::select! {
        result = served => result.map_err(ServeError::from),
        patience = out_of_patience => {
            tracing::warn!(?patience, "calls are still under way at the end of the time to finish; cutting them off");
            Ok(())
        }
    };
    // After the last call: until then a successor may take the path, and its socket is not ours to remove.
    drop(own);
    result
}

fn unix_in_runtime(listener: std::os::unix::net::UnixListener) -> io::Result<Listener> {
    listener.set_nonblocking(true)?;
    UnixListener::from_std(listener).map(Listener::Unix)
}

fn tcp_in_runtime(listener: std::net::TcpListener) -> io::Result<Listener> {
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener).map(Listener::Tcp)
}

/// A panic ends its call and no other on the connection. The panic hook has logged it.
fn after_panic(_panic: Box<dyn Any + Send + 'static>) -> http::Response<Body> {
    Status::internal("the plugin failed on this call; its log says where").into_http()
}
