//! Files good and bad, and a listener that is spoken to by real clients of rustls.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, PKCS_ECDSA_P384_SHA384,
    PKCS_ED25519, SignatureAlgorithm,
};
use tempfile::TempDir;

use super::*;
use crate::config::TlsSettings;

struct Files {
    folder: TempDir,
    authority: CertifiedIssuer<'static, KeyPair>,
}

impl Files {
    fn new() -> Files {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "an authority");
        Files {
            folder: TempDir::new().unwrap(),
            authority: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap(),
        }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// A certificate that the authority signed, and its key.
    fn signed(&self, algorithm: &'static SignatureAlgorithm, until: Option<i32>) -> (String, String) {
        let key = KeyPair::generate_for(algorithm).unwrap();
        let mut params = CertificateParams::new(vec!["localhost".into()]).unwrap();
        if let Some(year) = until {
            params.not_before = rcgen::date_time_ymd(1999, 1, 1);
            params.not_after = rcgen::date_time_ymd(year, 1, 1);
        }
        let certificate = params.signed_by(&key, &self.authority).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    fn server(&self, certificate: &str, key: &str) -> Server {
        Server {
            tls: TlsSettings {
                cert_file: Some(self.write("tls.crt", certificate)),
                key_file: Some(self.write("tls.key", key)),
                client_ca_file: Some(self.write("ca.crt", &self.authority.pem())),
                client_auth: ClientAuth::Required,
                ..TlsSettings::default()
            },
            ..Server::default()
        }
    }
}

fn faults(server: &Server) -> String {
    Material::new(server).unwrap_err().to_string()
}

#[test]
fn keys_of_every_usual_kind_are_taken() {
    let files = Files::new();
    for algorithm in [
        &rcgen::PKCS_ECDSA_P256_SHA256,
        &PKCS_ECDSA_P384_SHA384,
        &PKCS_ED25519,
    ] {
        let (certificate, key) = files.signed(algorithm, None);
        let material = Material::new(&files.server(&certificate, &key)).unwrap();
        assert!(material.is_on());
        assert!(material.advice.is_empty(), "{:?}", material.advice);
    }
}

#[test]
fn everything_wrong_is_told_at_once_and_no_path_or_key_is_shown() {
    let files = Files::new();
    let (certificate, _) = files.signed(&PKCS_ED25519, None);
    let (_, other) = files.signed(&PKCS_ED25519, None);
    let mut server = files.server(&certificate, &other);
    server.tls.client_ca_file = Some(files.folder.path().join("nowhere"));
    let text = faults(&server);
    assert!(text.contains("not the key of the certificate"), "{text}");
    assert!(
        text.contains("`server.tls.client_ca_file`: cannot be read"),
        "{text}"
    );
    assert!(!text.contains(files.folder.path().to_str().unwrap()), "{text}");
    assert!(!text.contains("PRIVATE KEY"), "{text}");
}

#[test]
fn each_bad_file_says_what_it_is() {
    let files = Files::new();
    let (certificate, key) = files.signed(&PKCS_ED25519, None);
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let broken = certificate.replacen("MII", "AII", 1);
    let authority_first = format!("{}{certificate}", files.authority.pem());
    for (certificate, key, says) in [
        ("", key.as_str(), "no certificate in PEM form"),
        (key.as_str(), key.as_str(), "no certificate in PEM form"),
        (broken.as_str(), key.as_str(), "cannot be read"),
        (certificate.as_str(), "", "no private key"),
        (certificate.as_str(), certificate.as_str(), "no private key"),
        (certificate.as_str(), encrypted, "encrypted"),
        (authority_first.as_str(), key.as_str(), "comes first"),
    ] {
        let text = faults(&files.server(certificate, key));
        assert!(text.contains(says), "{says}: {text}");
    }
    let mut server = files.server(&certificate, &key);
    server.tls.cert_file = Some(files.folder.path().to_owned());
    assert!(faults(&server).contains("not a file"));
    server.tls.cert_file = Some("tls.crt".into());
    assert!(faults(&server).contains("relative paths start"));
}

#[test]
fn what_works_but_not_as_meant_is_said() {
    let files = Files::new();
    let (certificate, key) = files.signed(&PKCS_ED25519, None);
    let (other, _) = files.signed(&PKCS_ED25519, None);
    let server = files.server(&format!("{certificate}{other}"), &key);
    fs::set_permissions(
        server.tls.key_file.as_ref().unwrap(),
        fs::Permissions::from_mode(0o644),
    )
    .unwrap();
    let said: Vec<String> = Material::new(&server)
        .unwrap()
        .advice
        .into_iter()
        .map(|advice| advice.text)
        .collect();
    assert!(
        said.iter().any(|text| text.contains("read the private key")),
        "{said:?}"
    );
    assert!(said.iter().any(|text| text.contains("not in order")), "{said:?}");
}

#[test]
fn the_earliest_end_of_a_file_is_the_metric_and_a_past_one_is_no_fault() {
    let files = Files::new();
    let (certificate, key) = files.signed(&PKCS_ED25519, Some(2001));
    let chain = format!("{certificate}{}", files.authority.pem());
    let material = Material::new(&files.server(&chain, &key)).unwrap();
    let metrics = Arc::new(Metrics::default());
    let tls = Tls::new(material, Arc::clone(&metrics));
    let text = || String::from_utf8(metrics.render(crate::telemetry::Format::Text004)).unwrap();
    let line = "atest_ai_tls_cert_expiry_timestamp_seconds{name=\"server\"} 978307200";
    assert!(text().contains(line), "{}", text());
    assert!(text().contains("{name=\"client_ca\"}"));
    // TLS is not switched off under way, nor what clients have to show.
    tls.put(Material::default());
    assert!(tls.is_on() && text().contains(line));
    let mut server = files.server(&chain, &key);
    for (client_auth, is_taken) in [
        (ClientAuth::Optional, false),
        (ClientAuth::None, false),
        (ClientAuth::Required, true),
    ] {
        server.tls.client_auth = client_auth;
        let material = Material::new(&server).unwrap();
        assert_eq!(
            tls.needs_restart(&material).is_none(),
            is_taken,
            "{client_auth:?}"
        );
    }
    server.tls.client_auth = ClientAuth::None;
    let tls = Tls::new(Material::new(&server).unwrap(), Arc::clone(&metrics));
    assert!(
        tls.is_on() && !text().contains("{name=\"client_ca\"}"),
        "{}",
        text()
    );
}

/// A client that trusts the authority, and one connection of it.
async fn connect(
    files: &Files,
    address: std::net::SocketAddr,
) -> tokio_rustls::client::TlsStream<tokio::net::TcpStream> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(files.authority.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    tokio_rustls::TlsConnector::from(Arc::new(config))
        .connect("localhost".try_into().unwrap(), stream)
        .await
        .expect("a handshake succeeds")
}

/// Asks on a connection that stays open, and gives the certificate that it was made with.
async fn ask(stream: &mut tokio_rustls::client::TlsStream<tokio::net::TcpStream>) -> Vec<u8> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    stream
        .write_all(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut reply = Vec::new();
    while !reply.ends_with(b"}\n") {
        let mut more = [0; 512];
        let count = tokio::time::timeout(Duration::from_secs(20), stream.read(&mut more))
            .await
            .expect("a reply in time")
            .unwrap();
        assert_ne!(count, 0, "closed: {}", String::from_utf8_lossy(&reply));
        reply.extend_from_slice(&more[..count]);
    }
    let certificates = stream.get_ref().1.peer_certificates().unwrap();
    certificates[0].to_vec()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_exchanged_under_load_and_no_connection_fails() {
    let files = Arc::new(Files::new());
    let material = || {
        let (certificate, key) = files.signed(&PKCS_ED25519, None);
        let mut server = files.server(&certificate, &key);
        server.tls.client_auth = ClientAuth::None;
        Material::new(&server).unwrap()
    };
    let tls = Arc::new(Tls::new(material(), Arc::default()));
    let listener = crate::http::bind(&Server {
        port: 0,
        ..Server::default()
    })
    .await
    .unwrap();
    let address = listener.local_addr().unwrap();
    let stop = tokio_util::sync::CancellationToken::new();
    let service = crate::http::testing::service(crate::config::Config::default());
    let door = tokio::spawn(crate::http::serve(
        listener,
        service,
        Arc::default(),
        Arc::clone(&tls),
        stop.clone(),
    ));
    let mut old = connect(&files, address).await;
    let first = ask(&mut old).await;
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let files = Arc::clone(&files);
            tokio::spawn(async move {
                let mut seen = std::collections::BTreeSet::new();
                for _ in 0..50 {
                    let mut stream = connect(&files, address).await;
                    seen.insert(ask(&mut stream).await);
                }
                seen
            })
        })
        .collect();
    while !clients.iter().all(tokio::task::JoinHandle::is_finished) {
        tls.put(material());
        tokio::task::yield_now().await;
    }
    for client in clients {
        assert!(
            client.await.unwrap().len() > 1,
            "new certificates reach new connections"
        );
    }
    assert_eq!(
        ask(&mut old).await,
        first,
        "the old connection goes on with its own"
    );
    let mut new = connect(&files, address).await;
    assert_ne!(ask(&mut new).await, first);
    stop.cancel();
    let ended = tokio::time::timeout(Duration::from_secs(20), door).await;
    ended.expect("the door closes").unwrap().unwrap();
}
