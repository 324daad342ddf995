//! Talks to a running plugin over its HTTP listener.

mod pinned;

use std::fmt;
use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::token::{ShownToken, TokenArgs};
use super::{INVALID, print};
use crate::config::{Config, Scope, Server, TlsSettings};

/// Most of a reply that is read, bytes.
const MAX_REPLY: usize = 4 * 1024 * 1024;

/// The plugin that a config describes, as it can be reached from this machine. Shown as its URL.
#[derive(Debug, Clone)]
pub(super) struct RunningPlugin {
    authority: String,
    token: Option<ShownToken>,
    /// `None` where its listener speaks no TLS.
    tls: Option<TlsSettings>,
}

/// A connection, with or without TLS.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// What it replied.
#[derive(Debug)]
pub(super) struct Reply {
    /// HTTP status.
    pub status: StatusCode,
    body: Bytes,
}

impl Reply {
    /// The body, for people.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null when it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Why a request was refused, in the plugin's words where it has any.
    pub(super) fn refusal(&self) -> String {
        match self.json()["message"].as_str() {
            Some(message) => message.to_owned(),
            None => format!("{}: {}", self.status, self.text().trim()),
        }
    }
}

impl RunningPlugin {
    /// The one with that listener.
    pub(super) fn of(server: &Server) -> RunningPlugin {
        RunningPlugin {
            authority: server.reached_at(),
            token: None,
            tls: server.tls.is_on().then(|| server.tls.clone()),
        }
    }

    /// The one of a config, for a command that needs this scope.
    ///
    /// # Errors
    /// The token that the user named cannot be used; it is told, and this is the command's exit code.
    pub(super) fn for_command(
        config: &Config,
        tokens: &TokenArgs,
        scope: Scope,
    ) -> Result<RunningPlugin, ExitCode> {
        match tokens.token(config, scope) {
            Ok(token) => Ok(RunningPlugin::of(&config.server).with_token(token)),
            Err(what) => Err(print::failure(INVALID, what)),
        }
    }

    /// The same, for a command that may show this token.
    pub(super) fn with_token(self, token: Option<ShownToken>) -> RunningPlugin {
        RunningPlugin { token, ..self }
    }

    /// The reply to a request of somebody who waits at a terminal, for `patience` at most.
    ///
    /// # Errors
    /// There is none; what to say about that.
    pub(super) async fn reply(
        &self,
        method: Method,
        path: &str,
        json: Option<&Value>,
        patience: Duration,
    ) -> Result<Reply, String> {
        match tokio::time::timeout(patience, self.send(method, path, json)).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(reason)) => Err(format!(
                "no plugin answers: {reason}; is it running, with this config?"
            )),
            Err(_) => Err(format!("{self} did not answer within {} s", patience.as_secs())),
        }
    }

    /// Sends one request, with JSON if any, over a connection of its own. There is no limit of time in here. A token that
    /// nobody named is shown only when the plugin asks for one: the plugin that runs may have been started with another,
    /// and a local caller needs none.
    ///
    /// # Errors
    /// Nobody listens there, or the connection broke; for people.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        json: Option<&Value>,
    ) -> Result<Reply, String> {
        let token = self.token.as_ref();
        let at_once = token.filter(|token| token.is_named);
        let reply = self.exchange(method.clone(), path, json, at_once).await?;
        match token {
            Some(token) if !token.is_named && reply.status == StatusCode::UNAUTHORIZED => {
                self.exchange(method, path, json, Some(token)).await
            }
            _ => Ok(reply),
        }
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        json: Option<&Value>,
        token: Option<&ShownToken>,
    ) -> Result<Reply, String> {
        let said = |error: &(dyn std::error::Error + 'static)| {
            let reason = self.refused(error).unwrap_or_else(|| innermost(error));
            format!("{self}{}: {reason}", bare(path))
        };
        let stream = TcpStream::connect(&self.authority)
            .await
            .map_err(|error| said(&error))?;
        let stream: Box<dyn Stream> = match &self.tls {
            None => Box::new(stream),
            Some(tls) => {
                let connected = pinned::connect(tls, &self.authority, stream).await;
                Box::new(connected.map_err(|reason| format!("{self}{}: {reason}", bare(path)))?)
            }
        };
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| said(&error))?;
        profiling::tasks::spawn("keep the connection to the plugin", connection);
        let mut request = http::Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.authority);
        if json.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, token.header());
        }
        let body = json.map_or_else(Bytes::new, |json| json.to_string().into());
        let request = request.body(Full::new(body)).map_err(|error| said(&error))?;
        let reply = sender.send_request(request).await.map_err(|error| said(&error))?;
        let status = reply.status();
        let body = Limited::new(reply.into_body(), MAX_REPLY)
            .collect()
            .await
            .map_err(|error| said(&*error))?
            .to_bytes();
        Ok(Reply { status, body })
    }

    /// What it says when it does not like the certificate of its client, or misses one.
    fn refused(&self, error: &(dyn std::error::Error + 'static)) -> Option<String> {
        let mut next = Some(error);
        while let Some(error) = next {
            let inner = error
                .downcast_ref::<std::io::Error>()
                .and_then(|error| error.get_ref());
            if let Some(rustls::Error::AlertReceived(alert)) = inner.and_then(|inner| inner.downcast_ref()) {
                return Some(pinned::refused(*alert, self.tls.as_ref()?));
            }
            next = error.source();
        }
        None
    }
}

impl fmt::Display for RunningPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority)
    }
}

/// The path without its query.
fn bare(path: &str) -> &str {
    path.split('?').next().unwrap_or(path)
}

/// The reason at the bottom of a chain: "connection refused" says more than "transport error".
pub(super) fn innermost(error: &dyn std::error::Error) -> String {
    let mut reason = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    reason.to_string()
}
