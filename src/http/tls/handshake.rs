//! One handshake: bounded in time, counted when it fails, and friendly to those who do not speak TLS.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::Tls;
use crate::http::farewell::{self, GoAway};
use crate::telemetry::HandshakeFailure;

/// Longest time for a handshake: a client in another part of the world needs less than a second.
const LIMIT: Duration = Duration::from_secs(10);
/// The first byte of a TLS connection: a record of the type `handshake` (RFC 8446 §5.1).
const HANDSHAKE: u8 = 22;
/// The first three bytes of HTTP/2 without TLS (RFC 9113 §3.4). No method of HTTP/1 begins so.
const HTTP2: &[u8] = b"PRI";

/// What is spoken within TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1, at the HTTP door.
    Http1,
    /// HTTP/2, which gRPC needs.
    Http2,
}

impl Protocol {
    /// Its name in ALPN (RFC 7301).
    pub(super) fn name(self) -> &'static [u8] {
        match self {
            Protocol::Http1 => b"http/1.1",
            Protocol::Http2 => b"h2",
        }
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
#[error("{detail}")]
pub struct Failure {
    /// Its kind.
    pub reason: HandshakeFailure,
    detail: String,
}

impl Tls {
    /// Makes the handshake of a new connection. Whoever speaks no TLS is told so in its own protocol.
    ///
    /// # Errors
    /// There is no connection; it was counted.
    pub async fn accept(
        &self,
        stream: TcpStream,
        protocol: Protocol,
    ) -> Result<TlsStream<TcpStream>, Failure> {
        let accepted = match tokio::time::timeout(LIMIT, self.handshake(stream, protocol)).await {
            Ok(accepted) => accepted,
            Err(_) => Err(Failure {
                reason: HandshakeFailure::Timeout,
                detail: format!("no handshake within {} s", LIMIT.as_secs()),
            }),
        };
        if let Err(failure) = &accepted {
            self.metrics.handshake_failed(failure.reason);
        }
        accepted
    }

    async fn handshake(
        &self,
        stream: TcpStream,
        protocol: Protocol,
    ) -> Result<TlsStream<TcpStream>, Failure> {
        let Some(config) = self.config(protocol) else {
            // Whoever calls this has found TLS on, and it is never switched off.
            return Err(Failure {
                reason: HandshakeFailure::Other,
                detail: "TLS is off".into(),
            });
        };
        let mut first = [0];
        match stream.peek(&mut first).await {
            Ok(0) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            Ok(_) if first[0] != HANDSHAKE && first[0].is_ascii_alphabetic() => {
                explain(stream).await;
                return Err(Failure {
                    reason: HandshakeFailure::PlainText,
                    detail: "the client speaks no TLS".into(),
                });
            }
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(TlsAcceptor::from(config).accept(stream).await?)
    }

    fn config(&self, protocol: Protocol) -> Option<Arc<ServerConfig>> {
        let material = self.material.load();
        let secured = material.secured.as_ref()?;
        Some(Arc::clone(match protocol {
            Protocol::Http1 => &secured.http,
            Protocol::Http2 => &secured.grpc,
        }))
    }
}

/// Tells a client that this port speaks TLS.
async fn explain(mut stream: TcpStream) {
    const TEXT: &str = "this port speaks https: TLS is on (`server.tls`)";
    let mut start = [0; HTTP2.len()];
    if stream.read_exact(&mut start).await.is_err() {
        return;
    }
    let words = if start == HTTP2 {
        farewell::go_away(GoAway::InadequateSecurity, TEXT)
    } else {
        farewell::http1("400 Bad Request", 3, TEXT, None)
    };
    farewell::say(stream, &words).await;
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        let rustls = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let reason = match rustls {
            Some(error) => reason(error),
            None => match error.kind() {
                io::ErrorKind::UnexpectedEof
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe => HandshakeFailure::Disconnected,
                _ => HandshakeFailure::Other,
            },
        };
        Failure {
            reason,
            detail: error.to_string(),
        }
    }
}

fn reason(error: &rustls::Error) -> HandshakeFailure {
    use rustls::Error;
    match error {
        Error::PeerIncompatible(_) | Error::NoApplicationProtocol => HandshakeFailure::NothingShared,
        Error::NoCertificatesPresented | Error::InvalidCertificate(_) => HandshakeFailure::ClientCertificate,
        Error::AlertReceived(_) => HandshakeFailure::RefusedByClient,
        Error::InvalidMessage(_) => HandshakeFailure::PlainText,
        _ => HandshakeFailure::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_its_reason() {
        use rustls::{AlertDescription, CertificateError, PeerIncompatible};
        let of =
            |error: rustls::Error| Failure::from(io::Error::new(io::ErrorKind::InvalidData, error)).reason;
        for (error, reason) in [
            (
                rustls::Error::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon),
                HandshakeFailure::NothingShared,
            ),
            (
                rustls::Error::NoCertificatesPresented,
                HandshakeFailure::ClientCertificate,
            ),
            (
                rustls::Error::InvalidCertificate(CertificateError::Expired),
                HandshakeFailure::ClientCertificate,
            ),
            (
                rustls::Error::AlertReceived(AlertDescription::UnknownCA),
                HandshakeFailure::RefusedByClient,
            ),
        ] {
            assert_eq!(of(error.clone()), reason, "{error}");
        }
        let gone = Failure::from(io::Error::from(io::ErrorKind::UnexpectedEof));
        assert_eq!(gone.reason, HandshakeFailure::Disconnected);
    }
}
