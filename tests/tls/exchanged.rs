//! Certificates are exchanged while clients connect all the time.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::files::{Files, series};
use crate::support::http;
use crate::support::kubelet;
use crate::support::plugin::{PATIENCE, Plugin};

/// Clients that connect, shake hands and ask, again and again.
struct Clients {
    stop: Arc<AtomicBool>,
    /// The certificate that was shown last, and whatever went wrong.
    seen: Arc<Mutex<(Vec<u8>, Vec<String>)>>,
    done: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<()>>,
}

impl Clients {
    fn start(files: &Files, address: SocketAddr) -> Clients {
        let mut clients = Clients {
            stop: Arc::default(),
            seen: Arc::default(),
            done: Arc::default(),
            threads: Vec::new(),
        };
        let config = trusting(files);
        for _ in 0..3 {
            let (stop, seen, done) = (clients.stop.clone(), clients.seen.clone(), clients.done.clone());
            let config = Arc::clone(&config);
            clients.threads.push(std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    match ask(&config, address) {
                        Ok((certificate, _)) => seen.lock().unwrap().0 = certificate,
                        Err(error) => seen.lock().unwrap().1.push(error),
                    }
                    done.fetch_add(1, Ordering::Relaxed);
                }
            }));
        }
        clients
    }

    /// Waits until some more have come through.
    fn go_on(&self) {
        let before = self.done.load(Ordering::Relaxed);
        until("more clients", || self.done.load(Ordering::Relaxed) > before + 10);
    }

    /// How many came, none of them in vain.
    fn end(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().unwrap();
        }
        let seen = self.seen.lock().unwrap();
        assert!(seen.1.is_empty(), "{:?}", seen.1);
        self.done.load(Ordering::Relaxed)
    }
}

fn trusting(files: &Files) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(files.path("ca.crt")).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

/// The certificate that is shown to a new connection, and the metrics.
fn ask(config: &Arc<ClientConfig>, address: SocketAddr) -> Result<(Vec<u8>, String), String> {
    let said = |error: std::io::Error| error.to_string();
    let tcp = TcpStream::connect(address).map_err(said)?;
    tcp.set_read_timeout(Some(PATIENCE)).map_err(said)?;
    let name = ServerName::try_from("localhost").unwrap();
    // Without what earlier connections have left: each is a handshake of its own.
    let mut config = ClientConfig::clone(config);
    config.resumption = rustls::client::Resumption::disabled();
    let client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(client, tcp);
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .map_err(said)?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply).map_err(said)?;
    if !reply.starts_with("HTTP/1.1 200") {
        return Err(reply);
    }
    let shown = stream.conn.peer_certificates().unwrap_or_default();
    Ok((shown[0].to_vec(), reply))
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn certificate(path: &Path) -> Vec<u8> {
    CertificateDer::from_pem_file(path).unwrap().to_vec()
}

/// The first second of a year.
fn year(year: i32) -> f64 {
    rcgen::date_time_ymd(year, 1, 1).unix_timestamp() as f64
}

/// Waits until new connections are shown that certificate, and its end is told.
fn until_shown(files: &Files, plugin: &Plugin, wanted: &[u8], until_year: i32) {
    let config = trusting(files);
    until("the other certificate", || {
        let (shown, metrics) = ask(&config, plugin.http).unwrap();
        let end = series(
            &metrics,
            "atest_ai_tls_cert_expiry_timestamp_seconds{name=\"server\"}",
        );
        shown == wanted && end == year(until_year)
    });
}

#[test]
fn new_certificate_files_are_shown_and_no_client_is_turned_away() {
    let files = Files::new();
    let plugin = Plugin::start(&files.config(""));
    let clients = Clients::start(&files, plugin.http);
    until_shown(&files, &plugin, &certificate(&files.path("server.crt")), 2100);

    // As certbot and the like do it: the file beside, and its name over the old one. One of the two is there first.
    files.sign("next", 2101);
    let next = certificate(&files.path("next.crt"));
    fs::rename(files.path("next.key"), files.path("server.key")).unwrap();
    clients.go_on();
    fs::rename(files.path("next.crt"), files.path("server.crt")).unwrap();
    until_shown(&files, &plugin, &next, 2101);

    // In place.
    files.sign("server", 2102);
    until_shown(&files, &plugin, &certificate(&files.path("server.crt")), 2102);

    // What is no certificate changes nothing.
    let right = fs::read(files.path("server.crt")).unwrap();
    let shown = certificate(&files.path("server.crt"));
    fs::write(files.path("server.crt"), "no certificate").unwrap();
    let config = trusting(&files);
    until("the refusal", || {
        let metrics = ask(&config, plugin.http).unwrap().1;
        series(&metrics, "atest_ai_config_last_reload_successful") == 0.0
    });
    clients.go_on();
    until_shown(&files, &plugin, &shown, 2102);
    plugin.wait_for_log("server.tls", 1);
    fs::write(files.path("server.crt"), right).unwrap();
    until("the files are right again", || {
        let metrics = ask(&config, plugin.http).unwrap().1;
        series(&metrics, "atest_ai_config_last_reload_successful") == 1.0
    });
    assert!(clients.end() > 20);
}

#[test]
fn the_kubelets_new_certificate_is_shown_and_no_client_is_turned_away() {
    let files = Files::new();
    let volume = files.folder().join("volume");
    let write = |stamp: &str| {
        let read = |name: &str| fs::read_to_string(files.path(name)).unwrap();
        kubelet::write(
            &volume,
            stamp,
            &[("tls.crt", &read("server.crt")), ("tls.key", &read("server.key"))],
        );
    };
    write("1");
    let config = format!(
        "server:\n  tls:\n    cert_file: {0}/tls.crt\n    key_file: {0}/tls.key\n",
        volume.display()
    );
    let plugin = Plugin::start(&config);
    let clients = Clients::start(&files, plugin.http);
    until_shown(&files, &plugin, &certificate(&files.path("server.crt")), 2100);
    for (stamp, until_year) in [("2", 2101), ("3", 2102)] {
        files.sign("server", until_year);
        write(stamp);
        until_shown(
            &files,
            &plugin,
            &certificate(&files.path("server.crt")),
            until_year,
        );
        clients.go_on();
    }
    assert!(clients.end() > 20);
}

#[test]
fn tls_switched_on_waits_for_a_restart_and_everything_else_takes_effect() {
    let files = Files::new();
    let mut plugin = Plugin::start("reload: {watch: false}\nai: {timeout: 10s}\n");
    let config = files.config("").replace(
        "server:\n",
        "reload: {watch: false}\nai: {timeout: 11s}\nserver:\n",
    );
    fs::write(plugin.config_file(), plugin.config_text(&config)).unwrap();
    fs::set_permissions(plugin.config_file(), fs::Permissions::from_mode(0o600)).unwrap();
    let reply = http::send(plugin.http, "POST", "/admin/reload", &[], b"");
    assert_eq!(reply.status, 200, "{}", reply.text());
    let told = reply.json();
    assert!(told["changed"].to_string().contains("ai.timeout"), "{told}");
    assert!(told["needs_restart"].to_string().contains("server.tls"), "{told}");
    // It still speaks plain HTTP, as it said.
    let settings = http::get(plugin.http, "/admin/config").text();
    assert!(settings.contains("11s"), "{settings}");
    plugin.restart();
    until_shown(&files, &plugin, &certificate(&files.path("server.crt")), 2100);
}
