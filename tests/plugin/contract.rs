//! A client of the contract, for the calls that tests of processes need.

use std::collections::BTreeMap;
use std::path::Path;

use tonic::transport::{Channel, Endpoint};
use tonic::{Response, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

/// The generated code.
#[allow(missing_docs, dead_code, clippy::all)]
mod generated {
    pub mod server {
        tonic::include_proto!("server");
    }
    pub mod remote {
        tonic::include_proto!("remote");
    }
}

use generated::remote::loader_client::LoaderClient;
pub use generated::server::ExtensionStatus;
use generated::server::{DataQuery, Empty, SimpleName};

/// What `Verify` says over a Unix socket.
pub fn verify(socket: &Path) -> Result<ExtensionStatus, String> {
    verify_at(&unix(socket))
}

/// What `Verify` says at `unix:///path` or `http://host:port`.
pub fn verify_at(address: &str) -> Result<ExtensionStatus, String> {
    call(address, async |mut client| client.verify(Empty {}).await)
}

/// The pairs of a `Query`, by name.
pub fn query(socket: &Path, key: &str, sql: &str) -> Result<BTreeMap<String, String>, String> {
    let asked = DataQuery {
        key: key.into(),
        sql: sql.into(),
        ..DataQuery::default()
    };
    let reply = call(&unix(socket), async |mut client| {
        client.query(asked.clone()).await
    })?;
    Ok(reply
        .data
        .into_iter()
        .map(|pair| (pair.key, pair.value))
        .collect())
}

/// Where the page's server is, by `GetPageOfServer`.
#[allow(dead_code, reason = "each test crate uses another part of it")]
pub fn page_server(socket: &Path, name: &str) -> Result<String, String> {
    let named = SimpleName { name: name.into() };
    let reply = call(&unix(socket), async |mut client| {
        client.get_page_of_server(named.clone()).await
    })?;
    Ok(reply.message)
}

/// The status of `remote.Loader` in gRPC's own health service.
pub fn health(socket: &Path) -> Result<i32, String> {
    let request = HealthCheckRequest {
        service: "remote.Loader".into(),
    };
    let reply = in_runtime(&unix(socket), async |channel| {
        HealthClient::new(channel).check(request.clone()).await
    })?;
    Ok(reply.status)
}

fn unix(socket: &Path) -> String {
    format!("unix://{}", socket.display())
}

fn call<T>(
    address: &str,
    call: impl AsyncFnOnce(LoaderClient<Channel>) -> Result<Response<T>, Status>,
) -> Result<T, String> {
    in_runtime(address, async |channel| call(LoaderClient::new(channel)).await)
}

fn in_runtime<T>(
    address: &str,
    call: impl AsyncFnOnce(Channel) -> Result<Response<T>, Status>,
) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        let endpoint = Endpoint::from_shared(address.to_owned()).expect("an address");
        let channel: Channel = endpoint.connect().await.map_err(|error| format!("{error:?}"))?;
        let reply = call(channel).await;
        reply
            .map(Response::into_inner)
            .map_err(|status| status.to_string())
    })
}
