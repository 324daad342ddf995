//! Redis over TLS, with an authority of one's own.

use std::path::Path;
use std::process::{Command, Stdio};

use super::shared::wait;
use crate::support::http::get;
use crate::support::peer::wanted;
use crate::support::plugin::{Plugin, free_address};
use crate::support::redis::Redis;

fn openssl(folder: &Path, arguments: &[&str]) {
    let done = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("openssl runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// `ca.pem`, and `server.pem` with `server.key` for localhost that it signed.
fn certificates(folder: &Path) {
    let request = ["req", "-newkey", "rsa:2048", "-nodes", "-subj"];
    let authority = [
        "/CN=test authority",
        "-x509",
        "-days",
        "2",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
    ];
    openssl(folder, &[&request[..], &authority[..]].concat());
    let server = ["/CN=localhost", "-keyout", "server.key", "-out", "server.csr"];
    openssl(folder, &[&request[..], &server[..]].concat());
    std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost\n").expect("it is written");
    let sign = "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem";
    openssl(folder, &sign.split(' ').collect::<Vec<_>>());
}

#[test]
fn redis_over_tls_is_used_when_its_authority_is_known_and_not_trusted_otherwise() {
    if !wanted(&["openssl"], "apt-get install -y --no-install-recommends openssl") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    certificates(folder.path());
    let file = |name: &str| folder.path().join(name).display().to_string();
    let port = free_address().port().to_string();
    let (certificate, key, authority) = (file("server.pem"), file("server.key"), file("ca.pem"));
    let arguments = [
        ["--tls-port", &port],
        ["--tls-cert-file", &certificate],
        ["--tls-key-file", &key],
        ["--tls-ca-cert-file", &authority],
        ["--tls-auth-clients", "no"],
    ];
    let Some(redis) = Redis::start(arguments.as_flattened()) else {
        return;
    };
    let config = format!(
        "performance:\n  cache:\n    type: redis\n    redis:\n      address: rediss://localhost:{port}\n      \
         retry_delay: 100ms\n"
    );
    let trusting = Plugin::start_with(&config, &[("SSL_CERT_FILE", &authority)]);
    wait(&trusting, true);
    let stranger = Plugin::start(&config);
    let started = std::time::Instant::now();
    let reason = loop {
        let state = get(stranger.http, "/admin/cache").json();
        match state["redis"]["reason"].as_str() {
            Some("connecting") if started.elapsed().as_secs() < 30 => {}
            reason => break reason.unwrap_or_default().to_owned(),
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    };
    assert!(reason.to_lowercase().contains("certificate"), "{reason}");
    drop(redis);
}
