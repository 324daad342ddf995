//! TLS of the listeners: which certificate they show, who is let in, and how both change while they run.
//!
//! Used by the HTTP door, and by the gRPC door for its TCP listeners. A change of the files makes a new [`Material`];
//! handshakes from then on use it, and connections that are open go on with what they began with. Nothing is resumed
//! across a change, so that a client whose authority was removed does not come back with an old session.

mod certificate;
mod clients;
mod handshake;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::{SignedDuration, Timestamp};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use self::certificate::Own;
pub use self::certificate::{Advice, Fault, Faults};
pub use self::handshake::Protocol;
use crate::config::{ClientAuth, Loaded, Notice, Problems, Server, TlsVersion, Topic};
use crate::telemetry::{CertificateName, Metrics};

/// Time left to a certificate from which on the log warns of its end.
const SHORT: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How often it warns.
const LOOK: Duration = Duration::from_secs(24 * 60 * 60);

/// What handshakes are made with: read from the files, and found right. Empty where TLS is off.
#[derive(Debug, Default)]
pub struct Material {
    secured: Option<Secured>,
    /// Whether every client has to show a certificate.
    required: bool,
    advice: Vec<Advice>,
}

#[derive(Debug)]
struct Secured {
    http: Arc<ServerConfig>,
    grpc: Arc<ServerConfig>,
    /// The earliest end in each file.
    ends: Vec<(CertificateName, Timestamp)>,
}

impl Material {
    /// Reads and checks the files. Waits for the disk: nothing for an async task.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn new(server: &Server) -> Result<Material, Faults> {
        let tls = &server.tls;
        if !tls.is_on() {
            return Ok(Material::default());
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let now = Timestamp::now();
        let mut advice = Vec::new();
        let own = Own::read(tls, &provider, now, &mut advice);
        let roots = certificate::client_roots(tls, now, &mut advice);
        let (own, roots) = match (own, roots) {
            (Ok(own), Ok(roots)) => (own, roots),
            (own, roots) => {
                let faults = own.err().into_iter().chain(roots.err());
                return Err(Faults(faults.collect()));
            }
        };
        let mut ends = vec![(CertificateName::Server, own.end)];
        let verifier = match roots {
            Some(roots) => {
                ends.push((CertificateName::ClientCa, roots.end));
                let mandatory = tls.client_auth == ClientAuth::Required;
                let own = own.key.cert.first().cloned();
                Some(clients::verifier(roots.store, own, mandatory, &provider)?)
            }
            None => None,
        };
        let key = Arc::new(own.key);
        let config =
            |protocol: Protocol| server_config(&provider, tls.min_version, verifier.clone(), &key, protocol);
        Ok(Material {
            secured: Some(Secured {
                http: config(Protocol::Http1)?,
                grpc: config(Protocol::Http2)?,
                ends,
            }),
            required: tls.client_auth == ClientAuth::Required,
            advice,
        })
    }

    /// Whether the listeners speak TLS.
    pub fn is_on(&self) -> bool {
        self.secured.is_some()
    }
}

fn server_config(
    provider: &Arc<CryptoProvider>,
    oldest: TlsVersion,
    verifier: Option<Arc<dyn ClientCertVerifier>>,
    key: &Arc<CertifiedKey>,
    protocol: Protocol,
) -> Result<Arc<ServerConfig>, Fault> {
    let versions: &[_] = match oldest {
        TlsVersion::V1_2 => &[&rustls::version::TLS13, &rustls::version::TLS12],
        TlsVersion::V1_3 => &[&rustls::version::TLS13],
    };
    let builder = ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(versions)
        .map_err(|error| Fault::of("server.tls.min_version", error.to_string(), "write 1.2 or 1.3"))?;
    let builder = match verifier {
        Some(verifier) => builder.with_client_cert_verifier(verifier),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::clone(key))));
    config.alpn_protocols = vec![protocol.name().to_vec()];
    Ok(Arc::new(config))
}

/// What the listeners make handshakes with now.
#[derive(Debug)]
pub struct Tls {
    material: ArcSwap<Material>,
    metrics: Arc<Metrics>,
}

impl Tls {
    /// Begins with that.
    pub fn new(material: Material, metrics: Arc<Metrics>) -> Tls {
        let tls = Tls {
            material: ArcSwap::from_pointee(material),
            metrics,
        };
        tls.tell();
        tls
    }

    /// No TLS, for tests.
    #[cfg(test)]
    pub fn off() -> Arc<Tls> {
        Arc::new(Tls::new(Material::default(), Arc::default()))
    }

    /// Goes on with other material, from the next handshake on. Material that needs a restart is left aside, and the log
    /// says so.
    pub fn put(&self, material: Material) {
        if let Some(reason) = self.needs_restart(&material) {
            tracing::warn!("{reason}: the listeners go on as they were");
            return;
        }
        self.material.store(Arc::new(material));
        self.tell();
    }

    /// Why material takes effect by a restart only; `None` when it can be put in place. Whether a listener speaks TLS is
    /// settled when it opens; and one that is open to other machines because everybody shows a certificate must not go on
    /// without.
    pub fn needs_restart(&self, material: &Material) -> Option<&'static str> {
        let now = self.material.load();
        if material.is_on() != now.is_on() {
            Some("TLS is switched on or off by a restart only")
        } else if now.required && !material.required {
            Some("clients go without certificates (`server.tls.client_auth`) after a restart only")
        } else {
            None
        }
    }

    /// Whether the listeners speak TLS.
    pub fn is_on(&self) -> bool {
        self.material.load().is_on()
    }

    /// Warns once a day while a certificate is about to end; runs for as long as the plugin does.
    pub async fn keep_watch(&self) {
        loop {
            tokio::time::sleep(LOOK).await;
            self.warn_of_ends();
        }
    }

    /// Tells metrics and log what is in effect from now on.
    fn tell(&self) {
        let material = self.material.load();
        let ends = material.secured.as_ref().map_or(&[][..], |secured| &secured.ends);
        self.metrics.certificates_end(ends);
        for advice in &material.advice {
            tracing::warn!(setting = advice.key, "{}", advice.text);
        }
        self.warn_of_ends();
    }

    fn warn_of_ends(&self) {
        let material = self.material.load();
        let now = Timestamp::now();
        for (name, end) in material.secured.iter().flat_map(|secured| &secured.ends) {
            let left = end.duration_since(now);
            if left < SHORT {
                let days = left.as_hours().max(0) / 24;
                tracing::warn!(certificate = word(*name), %end, days, "{}", ends_soon(left));
            }
        }
    }
}

fn word(name: CertificateName) -> &'static str {
    CertificateName::WORDS[name as usize]
}

/// The setting that names its file.
fn setting(name: CertificateName) -> &'static str {
    match name {
        CertificateName::Server => "server.tls.cert_file",
        CertificateName::ClientCa => "server.tls.client_ca_file",
    }
}

fn ends_soon(left: SignedDuration) -> &'static str {
    if left.is_negative() {
        "a certificate has ended: clients refuse it; put a new one into its file"
    } else {
        "a certificate ends soon; put a new one into its file in time"
    }
}

/// What is wrong with the files that the config names, with the key of each.
///
/// # Errors
/// Every fault.
pub fn check(loaded: &Loaded) -> Result<(), Problems> {
    let Err(Faults(faults)) = Material::new(&loaded.config.server) else {
        return Ok(());
    };
    let mut problems = Problems::default();
    for fault in faults {
        problems
            .add(&loaded.origin(fault.key), fault.key, fault.message)
            .suggest(fault.suggestion);
    }
    Err(problems)
}

/// What is worth knowing about the files that a valid config names.
pub fn notices(loaded: &Loaded) -> Vec<Notice> {
    let Ok(material) = Material::new(&loaded.config.server) else {
        return Vec::new();
    };
    let now = Timestamp::now();
    let ends = material.secured.iter().flat_map(|secured| &secured.ends);
    let ends = ends.filter(|(_, end)| end.duration_since(now) < SHORT);
    let ends = ends.map(|(name, end)| Advice {
        key: setting(*name),
        text: format!("{} ({end})", ends_soon(end.duration_since(now))),
    });
    let all = ends.chain(material.advice.iter().cloned());
    all.map(|advice| Notice {
        topic: Topic::Advice,
        origin: loaded.origin(advice.key),
        key: advice.key.to_owned(),
        text: advice.text,
    })
    .collect()
}

#[cfg(test)]
mod tests;
