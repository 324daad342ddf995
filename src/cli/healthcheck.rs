//! `healthcheck`: whether a running plugin works, for containers and people.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use http_body_util::{BodyExt, Empty, Limited};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, UnixStream};
use tonic::transport::{Endpoint, Uri};

use super::{FAILED, print};
use crate::config::{Config, Server};
use crate::plugin::contract::remote::loader_client::LoaderClient;
use crate::plugin::contract::server::Empty as NoFields;

/// Most of a readiness report that is read, bytes.
const MAX_REPORT: usize = 64 * 1024;

/// How patiently to ask.
#[derive(Debug, Args)]
pub struct HealthcheckArgs {
    /// Longest time for each of the two questions, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=60))]
    timeout: u64,
}

/// Asks the plugin that the config describes.
pub fn run(config: &Config, args: HealthcheckArgs) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return print::failure(FAILED, format!("the runtime cannot start: {error}")),
    };
    let limit = Duration::from_secs(args.timeout);
    runtime.block_on(async {
        let verified = within(limit, verify(config.server.socket_path.clone())).await;
        let ready = within(limit, readiness(&config.server)).await;
        let mut healthy = true;
        for (what, outcome) in [("verify", verified), ("ready", ready)] {
            healthy &= outcome.is_ok();
            let (word, detail) = match outcome {
                Ok(detail) => ("ok", detail),
                Err(reason) => ("failed", reason),
            };
            print::out(&format!("{what:<7} {word:<7} {detail}"));
        }
        if healthy {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(FAILED)
        }
    })
}

async fn within(
    limit: Duration,
    asked: impl Future<Output = Result<String, String>>,
) -> Result<String, String> {
    match tokio::time::timeout(limit, asked).await {
        Ok(outcome) => outcome,
        Err(_) => Err(format!("no answer within {} s", limit.as_secs())),
    }
}

/// Asks what atest asks: is the store ready?
async fn verify(socket: PathBuf) -> Result<String, String> {
    let place = socket.display().to_string();
    let connector = tower::service_fn(move |_: Uri| connect(socket.clone()));
    let channel = Endpoint::from_static("http://localhost")
        .connect_with_connector(connector)
        .await
        .map_err(|error| format!("nobody serves at {place}: {}", innermost(&error)))?;
    let status = LoaderClient::new(channel)
        .verify(NoFields {})
        .await
        .map_err(|status| format!("{place}: {}", status.message()))?
        .into_inner();
    if status.ready {
        Ok(format!("{} at {place}", status.version))
    } else {
        Err(status.message)
    }
}

async fn connect(socket: impl AsRef<Path>) -> std::io::Result<TokioIo<UnixStream>> {
    UnixStream::connect(socket).await.map(TokioIo::new)
}

/// Asks what a balancer asks: does it take questions?
async fn readiness(server: &Server) -> Result<String, String> {
    let authority = address(server);
    let said =
        |error: &dyn std::error::Error| format!("http://{authority}/health/ready: {}", innermost(error));
    let stream = TcpStream::connect(&authority)
        .await
        .map_err(|error| said(&error))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| said(&error))?;
    tokio::spawn(connection);
    let request = http::Request::get("/health/ready?verbose")
        .header(http::header::HOST, &authority)
        .body(Empty::<bytes::Bytes>::new())
        .map_err(|error| said(&error))?;
    let reply = sender.send_request(request).await.map_err(|error| said(&error))?;
    let code = reply.status();
    let body = Limited::new(reply.into_body(), MAX_REPORT)
        .collect()
        .await
        .map_err(|error| said(&*error))?
        .to_bytes();
    if code.is_success() {
        Ok(format!("http://{authority}/health/ready"))
    } else {
        Err(format!("{code}: {}", String::from_utf8_lossy(&body).trim()))
    }
}

/// Where the HTTP listener can be reached from this machine.
fn address(server: &Server) -> String {
    match server.host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) if address.is_unspecified() => {
            format!("{}:{}", Ipv4Addr::LOCALHOST, server.port)
        }
        Ok(IpAddr::V6(address)) if address.is_unspecified() => {
            format!("[{}]:{}", Ipv6Addr::LOCALHOST, server.port)
        }
        Ok(IpAddr::V6(address)) => format!("[{address}]:{}", server.port),
        _ => format!("{}:{}", server.host, server.port),
    }
}

/// The reason at the bottom of a chain: "connection refused" says more than "transport error".
fn innermost(error: &dyn std::error::Error) -> String {
    let mut reason = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    reason.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_on_all_addresses_is_asked_on_loopback() {
        for (host, asked) in [
            ("0.0.0.0", "127.0.0.1:9090"),
            ("::", "[::1]:9090"),
            ("10.0.0.7", "10.0.0.7:9090"),
            ("fe80::1", "[fe80::1]:9090"),
            ("localhost", "localhost:9090"),
        ] {
            assert_eq!(
                address(&Server {
                    host: host.into(),
                    port: 9090,
                    ..Server::default()
                }),
                asked
            );
        }
    }
}
