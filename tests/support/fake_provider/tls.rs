//! An authority that nobody trusts unless told to, and its certificate for this machine.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// An authority of its own.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    names: Vec<String>,
}

impl Authority {
    /// Makes one whose servers are called `localhost` and 127.0.0.1.
    pub fn new() -> Authority {
        Authority::for_names(&["localhost", "127.0.0.1"])
    }

    /// Makes one whose servers have these names.
    pub fn for_names(names: &[&str]) -> Authority {
        let mut params = CertificateParams::new(Vec::new()).expect("no names are fine names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key can be made");
        Authority {
            issuer: CertifiedIssuer::self_signed(params, key).expect("an authority can sign itself"),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    /// Its own certificate, PEM: what `ca_file` holds.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let key = KeyPair::generate().expect("a key can be made");
        let params = CertificateParams::new(self.names.clone()).expect("the names are names");
        let certificate = params
            .signed_by(&key, &self.issuer)
            .expect("an authority can sign");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(
            tokio_rustls::rustls::crypto::aws_lc_rs::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .expect("the provider has the usual versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("the certificate belongs to the key");
        TlsAcceptor::from(Arc::new(config))
    }
}
