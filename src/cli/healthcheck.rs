//! `healthcheck`: whether a running plugin works, for containers and people.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use http::Method;
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use tonic::transport::{Endpoint, Uri};

use super::running::{RunningPlugin, innermost};
use super::{FAILED, print};
use crate::config::{Config, Server};
use crate::plugin::contract::remote::loader_client::LoaderClient;
use crate::plugin::contract::server::Empty as NoFields;

/// How patiently to ask.
#[derive(Debug, Args)]
pub struct HealthcheckArgs {
    /// Longest time for each of the two questions, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=60))]
    timeout: u64,
}

/// Asks the plugin that the config describes.
pub fn run(config: &Config, args: HealthcheckArgs) -> ExitCode {
    let limit = Duration::from_secs(args.timeout);
    super::block_on(async {
        let mut healthy = true;
        for (what, outcome) in ask(&config.server, limit).await {
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

/// Asks what atest asks and what a balancer asks, and gives what each hears.
pub(super) async fn ask(server: &Server, limit: Duration) -> [(&'static str, Result<String, String>); 2] {
    let verified = within(limit, verify(server.socket_path.clone())).await;
    let ready = within(limit, readiness(server)).await;
    [("verify", verified), ("ready", ready)]
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
    let plugin = RunningPlugin::of(server);
    let reply = plugin.send(Method::GET, "/health/ready?verbose", None).await?;
    if reply.status.is_success() {
        Ok(format!("{plugin}/health/ready"))
    } else {
        Err(format!("{}: {}", reply.status, reply.text().trim()))
    }
}
