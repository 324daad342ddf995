//! The gRPC server: its services, its limits, its end.

use std::any::Any;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, UnixListener};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::body::Body;
use tonic::transport::Server;
use tonic_reflection::server::Builder as Reflection;
use tower_http::catch_panic::CatchPanicLayer;

use super::connection::{self, Listener, Reception};
use super::contract::DESCRIPTORS;
use super::contract::remote::loader_server::LoaderServer;
use super::health;
use super::listeners::Listeners;
use super::loader::{About, AtestLoader};
use crate::answer::AnswerService;

/// Largest request, bytes: what gRPC clients expect, and enough for the tables of a large database.
const MAX_REQUEST: usize = 4 * 1024 * 1024;

/// Calls under way on one connection; atest makes one.
const MAX_STREAMS: u32 = 256;

/// Metadata of one call, bytes: a store's properties ride there.
const MAX_METADATA: u32 = 64 * 1024;

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
    shutdown: CancellationToken,
) -> Result<(), ServeError> {
    let Listeners { unix, tcp, own, .. } = listeners;
    let config = Arc::clone(&service.snapshot().config);
    let reception = Reception {
        metrics: Arc::clone(&service.metrics),
        room: Arc::new(Semaphore::new(
            config.server.max_connections.min(Semaphore::MAX_PERMITS),
        )),
        first_word: connection::FIRST_WORD,
        stop: shutdown.clone(),
    };
    let unix = unix.into_iter().map(unix_in_runtime);
    let tcp = tcp.into_iter().map(tcp_in_runtime);
    let incoming = connection::incoming(unix.chain(tcp).collect::<io::Result<_>>()?, &reception);

    let loader = LoaderServer::new(AtestLoader::new(Arc::clone(&service), about))
        .max_decoding_message_size(MAX_REQUEST)
        .max_encoding_message_size(usize::MAX);
    let describe = || {
        Reflection::configure()
            .register_encoded_file_descriptor_set(DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let served = Server::builder()
        .max_concurrent_streams(MAX_STREAMS)
        .http2_max_header_list_size(MAX_METADATA)
        .http2_keepalive_interval(Some(PING_INTERVAL))
        .http2_keepalive_timeout(Some(PING_PATIENCE))
        .layer(CatchPanicLayer::custom(after_panic))
        .add_service(loader)
        .add_service(health::service(service))
        .add_service(describe().build_v1()?)
        .add_service(describe().build_v1alpha()?)
        .serve_with_incoming_shutdown(incoming, shutdown.clone().cancelled_owned());

    let patience = config.server.shutdown_timeout;
    let out_of_patience = async {
        shutdown.cancelled().await;
        tokio::time::sleep(patience).await;
    };
    let result = tokio::select! {
        result = served => result.map_err(ServeError::from),
        () = out_of_patience => {
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
