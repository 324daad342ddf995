//! A client of the contract, for the calls that tests of processes need.

use std::path::Path;

use tonic::transport::{Channel, Endpoint};

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

pub use generated::server::ExtensionStatus;

/// What `Verify` says over a Unix socket.
pub fn verify(socket: &Path) -> Result<ExtensionStatus, String> {
    verify_at(&format!("unix://{}", socket.display()))
}

/// What `Verify` says at `unix:///path` or `http://host:port`.
pub fn verify_at(address: &str) -> Result<ExtensionStatus, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        let endpoint = Endpoint::from_shared(address.to_owned()).expect("an address");
        let channel: Channel = endpoint.connect().await.map_err(|error| format!("{error:?}"))?;
        let mut client = generated::remote::loader_client::LoaderClient::new(channel);
        let reply = client.verify(generated::server::Empty {}).await;
        reply
            .map(tonic::Response::into_inner)
            .map_err(|status| status.to_string())
    })
}
