//! `server.tls`: the certificate that the listeners show, and the certificates that they ask for.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// TLS for HTTP, and for gRPC over TCP; Unix sockets stay as they are. It is on once there is a certificate. When a
/// file changes, connections made from then on get its new content.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Tls {
    /// The certificate that is shown (PEM), followed by those between it and its authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_file: Option<PathBuf>,
    /// Its private key (PEM: PKCS#8, PKCS#1 or SEC1), not encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
    /// Certificates (PEM) of the authorities whose clients are let in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_ca_file: Option<PathBuf>,
    /// Whether clients show a certificate. One that is shown and is not of `client_ca_file` is always refused.
    pub client_auth: ClientAuth,
    /// Oldest version of TLS that is spoken.
    pub min_version: TlsVersion,
}

/// Whether clients show a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum ClientAuth {
    /// They are not asked.
    #[default]
    None,
    /// They are asked, and may have none.
    Optional,
    /// Without one there is no connection.
    Required,
}

/// Versions of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246), with forward secrecy only.
    #[default]
    #[serde(rename = "1.2")]
    V1_2,
    /// TLS 1.3 (RFC 8446).
    #[serde(rename = "1.3")]
    V1_3,
}

impl Tls {
    /// Whether the listeners speak TLS.
    pub fn is_on(&self) -> bool {
        self.cert_file.is_some()
    }
}
