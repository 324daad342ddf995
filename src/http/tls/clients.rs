//! Whose certificates are good: those that a configured authority signed, and the plugin's own.
//!
//! The plugin's own certificate is good as a client's because only whoever can read the private key can show it: that
//! is how commands on the same machine (`healthcheck`, `cache`, `log-level`) come in where a certificate is required.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme};

use super::certificate::Fault;

/// Judges the certificates that clients show.
#[derive(Debug)]
struct Clients {
    signed: Arc<dyn ClientCertVerifier>,
    own: Option<CertificateDer<'static>>,
}

pub(super) fn verifier(
    roots: RootCertStore,
    own: Option<CertificateDer<'static>>,
    mandatory: bool,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, Fault> {
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    let builder = if mandatory {
        builder
    } else {
        builder.allow_unauthenticated()
    };
    let signed = builder.build().map_err(|error| {
        Fault::of(
            "server.tls.client_ca_file",
            error.to_string(),
            "give the certificates of authorities",
        )
    })?;
    Ok(Arc::new(Clients { signed, own }))
}

impl ClientCertVerifier for Clients {
    fn client_auth_mandatory(&self) -> bool {
        self.signed.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.signed.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if self.own.as_ref().is_some_and(|own| own == end_entity) {
            return Ok(ClientCertVerified::assertion());
        }
        self.signed.verify_client_cert(end_entity, intermediates, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.signed.supported_verify_schemes()
    }
}
