//! TLS to a plugin whose certificate is at hand: the one in its config's file is trusted, and no other.
//!
//! A command on the same machine need not ask an authority who is at the other end, nor does the certificate have to name
//! `localhost`: whoever shows the very certificate of the config, and has its key, is the plugin that the config
//! describes. Where the plugin asks its clients for certificates, the command shows the same one, if it may read the key.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{AlertDescription, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::config::{ClientAuth, TlsSettings};

/// Most that is read of a file, bytes.
const LARGEST: u64 = 4 << 20;

/// Makes the handshake with the plugin that has that config.
///
/// # Errors
/// What is in the way, for people.
pub(super) async fn connect(
    settings: &TlsSettings,
    authority: &str,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, String> {
    let config = config(settings)?;
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let host = host.trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(host).unwrap_or(ServerName::DnsName(
        "localhost".try_into().map_err(|_| "localhost is no name")?,
    ));
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .map_err(|error| explain(&error, settings))
}

fn config(settings: &TlsSettings) -> Result<ClientConfig, String> {
    let shown = read("server.tls.cert_file", settings.cert_file.as_deref())?;
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&shown)
        .collect::<Result<_, _>>()
        .map_err(|_| "`server.tls.cert_file` holds a certificate that cannot be read")?;
    let pinned = chain
        .first()
        .cloned()
        .ok_or("`server.tls.cert_file` holds no certificate")?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinned { pinned, provider }));
    let key = match settings.client_auth {
        ClientAuth::None => None,
        // Without the right to read the key there is no certificate to show, and the handshake says whether one is needed.
        _ => read("server.tls.key_file", settings.key_file.as_deref())
            .ok()
            .and_then(|pem| PrivateKeyDer::from_pem_slice(&pem).ok()),
    };
    Ok(match key {
        Some(key) => builder
            .with_client_auth_cert(chain, key)
            .map_err(|_| "`server.tls.key_file` is not the key of `server.tls.cert_file`")?,
        None => builder.with_no_client_auth(),
    })
}

fn read(key: &str, file: Option<&Path>) -> Result<Vec<u8>, String> {
    let file = file.ok_or_else(|| format!("`{key}` is not set"))?;
    let mut text = Vec::new();
    File::open(file)
        .and_then(|file| file.take(LARGEST).read_to_end(&mut text))
        .map_err(|error| format!("`{key}` cannot be read: {error}"))?;
    Ok(text)
}

fn explain(error: &io::Error, settings: &TlsSettings) -> String {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match inner {
        Some(Error::InvalidCertificate(_)) => {
            "it shows another certificate than `server.tls.cert_file` holds: does another program listen there, or was \
             the file replaced a moment ago?"
                .into()
        }
        Some(Error::InvalidMessage(_)) => {
            "it speaks no TLS, though this config has `server.tls`; was it started with another config?".into()
        }
        Some(Error::AlertReceived(alert)) => refused(*alert, settings),
        _ => error.to_string(),
    }
}

/// What a plugin says that asks for certificates. In TLS 1.3 it comes after the handshake, as the first thing read.
pub(super) fn refused(alert: AlertDescription, settings: &TlsSettings) -> String {
    if settings.client_auth == ClientAuth::None {
        return format!("it refused the handshake: {alert:?}");
    }
    "it asks for a client certificate (`server.tls.client_auth`); run this as a user who may read `server.tls.key_file`, \
     and the plugin's own is shown"
        .into()
}

#[derive(Debug)]
struct Pinned {
    pinned: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if *end_entity == self.pinned {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
