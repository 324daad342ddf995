//! The files: a certificate with its key, and the authorities of clients. Read, and checked before anybody relies on them.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use jiff::Timestamp;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, RootCertStore};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::config::TlsSettings;

/// Largest file that is read. All authorities that a system trusts have about 250 kB.
const LARGEST: u64 = 4 << 20;

const CERTIFICATE: &str = "server.tls.cert_file";
const KEY: &str = "server.tls.key_file";
const CLIENT_CA: &str = "server.tls.client_ca_file";

/// One thing that is wrong. Never names a path or shows what is in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The setting.
    pub key: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub suggestion: &'static str,
}

/// Everything that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<Fault>);

/// Something that works, but perhaps not as meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// The setting.
    pub key: &'static str,
    /// The text.
    pub text: String,
}

impl Fault {
    pub(super) fn of(key: &'static str, message: impl Into<String>, suggestion: &'static str) -> Fault {
        Fault {
            key,
            message: message.into(),
            suggestion,
        }
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Faults {
        Faults(vec![fault])
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let between = if index > 0 { "\n" } else { "" };
            write!(
                f,
                "{between}`{}`: {}; {}",
                fault.key, fault.message, fault.suggestion
            )?;
        }
        Ok(())
    }
}

/// What the listeners show.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) key: CertifiedKey,
    /// The earliest end in the chain.
    pub(super) end: Timestamp,
}

/// Whom clients must have their certificates from.
#[derive(Debug)]
pub(super) struct Roots {
    pub(super) store: RootCertStore,
    /// The earliest end.
    pub(super) end: Timestamp,
}

impl Own {
    pub(super) fn read(
        tls: &TlsSettings,
        provider: &CryptoProvider,
        now: Timestamp,
        advice: &mut Vec<Advice>,
    ) -> Result<Own, Fault> {
        let (chain, spans) = certificates(CERTIFICATE, tls.cert_file.as_deref())?;
        let key = private_key(tls.key_file.as_deref(), advice)?;
        let key = provider.key_provider.load_private_key(key).map_err(|_| {
            Fault::of(
                KEY,
                "a private key of a kind that is not known",
                "use RSA (2048 bits or more), ECDSA or Ed25519",
            )
        })?;
        let first_of_many = chain.len() > 1;
        let key = CertifiedKey::new(chain, key);
        match key.keys_match() {
            Ok(()) | Err(rustls::Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
            Err(rustls::Error::InconsistentKeys(_)) => {
                let suggestion = if first_of_many {
                    "the server's own certificate comes first in its file; else name the key that belongs to it"
                } else {
                    "name the key that belongs to the certificate"
                };
                return Err(Fault::of(
                    KEY,
                    "not the key of the certificate in `cert_file`",
                    suggestion,
                ));
            }
            Err(_) => return Err(unreadable(CERTIFICATE)),
        }
        if let Some(from) = spans.iter().map(|span| span.from).max()
            && from > now
        {
            advice.push(Advice {
                key: CERTIFICATE,
                text: format!("the certificate is good from {from} on only: clients refuse it until then"),
            });
        }
        if spans.windows(2).any(|pair| pair[0].issuer != pair[1].subject) {
            advice.push(Advice {
                key: CERTIFICATE,
                text: "the certificates are not in order: each should be followed by the one that signed it"
                    .into(),
            });
        }
        Ok(Own {
            key,
            end: earliest(&spans),
        })
    }
}

/// The authorities of clients, where clients are asked.
pub(super) fn client_roots(
    tls: &TlsSettings,
    now: Timestamp,
    advice: &mut Vec<Advice>,
) -> Result<Option<Roots>, Fault> {
    if tls.client_auth == crate::config::ClientAuth::None {
        return Ok(None);
    }
    let (authorities, spans) = certificates(CLIENT_CA, tls.client_ca_file.as_deref())?;
    let mut store = RootCertStore::empty();
    for authority in authorities {
        store.add(authority).map_err(|_| unreadable(CLIENT_CA))?;
    }
    if spans.iter().any(|span| span.from > now) {
        advice.push(Advice {
            key: CLIENT_CA,
            text: "an authority in it is not good yet".into(),
        });
    }
    Ok(Some(Roots {
        store,
        end: earliest(&spans),
    }))
}

/// For how long a certificate is good, who signed it, and whose it is.
struct Span {
    from: Timestamp,
    until: Timestamp,
    issuer: Vec<u8>,
    subject: Vec<u8>,
}

fn earliest(spans: &[Span]) -> Timestamp {
    spans
        .iter()
        .map(|span| span.until)
        .min()
        .unwrap_or(Timestamp::MAX)
}

type Certificates = (Vec<CertificateDer<'static>>, Vec<Span>);

fn certificates(key: &'static str, file: Option<&Path>) -> Result<Certificates, Fault> {
    let pem = read(key, file)?;
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|_| unreadable(key))?;
    if chain.is_empty() {
        return Err(Fault::of(
            key,
            "there is no certificate in PEM form in it",
            "give a file with `-----BEGIN CERTIFICATE-----` in it",
        ));
    }
    let spans = chain.iter().map(span).collect::<Option<_>>();
    let spans = spans.ok_or_else(|| unreadable(key))?;
    Ok((chain, spans))
}

fn span(certificate: &CertificateDer<'_>) -> Option<Span> {
    let (rest, parsed) = X509Certificate::from_der(certificate).ok()?;
    let validity = parsed.validity();
    let time = |seconds: i64| Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
    rest.is_empty().then(|| Span {
        from: time(validity.not_before.timestamp()),
        until: time(validity.not_after.timestamp()),
        issuer: parsed.issuer().as_raw().to_vec(),
        subject: parsed.subject().as_raw().to_vec(),
    })
}

fn private_key(file: Option<&Path>, advice: &mut Vec<Advice>) -> Result<PrivateKeyDer<'static>, Fault> {
    let pem = read(KEY, file)?;
    let is_open = file
        .and_then(|file| std::fs::metadata(file).ok())
        .is_some_and(|found| found.permissions().mode() & 0o004 != 0);
    if is_open {
        advice.push(Advice {
            key: KEY,
            text: "every user of this machine can read the private key; take that right away (chmod o-rwx)"
                .into(),
        });
    }
    PrivateKeyDer::from_pem_slice(&pem).map_err(|_| {
        let is_encrypted = memchr::memmem::find(&pem, b"BEGIN ENCRYPTED PRIVATE KEY").is_some()
            || memchr::memmem::find(&pem, b"Proc-Type: 4,ENCRYPTED").is_some();
        if is_encrypted {
            Fault::of(
                KEY,
                "the private key is encrypted, and nobody is there to type its password",
                "write it decrypted, with `openssl pkey`, to a file that this user alone can read",
            )
        } else {
            Fault::of(
                KEY,
                "there is no private key in PEM form in it",
                "give a file with `-----BEGIN PRIVATE KEY-----`, `BEGIN RSA PRIVATE KEY` or `BEGIN EC PRIVATE KEY` in it",
            )
        }
    })
}

fn unreadable(key: &'static str) -> Fault {
    Fault::of(
        key,
        "there is a certificate in it that cannot be read",
        "look at it with `openssl x509 -text -noout -in FILE`",
    )
}

fn read(key: &'static str, file: Option<&Path>) -> Result<Vec<u8>, Fault> {
    let Some(path) = file else {
        return Err(Fault::of(key, "not set", "name the file"));
    };
    let suggestion = if path.is_relative() {
        "relative paths start at the folder in which the plugin is started"
    } else {
        "give a file that the user who runs the plugin may read"
    };
    let failed = |error: std::io::Error| Fault::of(key, format!("cannot be read: {error}"), suggestion);
    // Looked at first: opening a named pipe would wait for somebody to write.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(Fault::of(key, "not a file", suggestion));
    }
    let mut text = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut text))
        .map_err(failed)?;
    if text.len() as u64 > LARGEST {
        return Err(Fault::of(key, "larger than 4 MiB", suggestion));
    }
    Ok(text)
}
