//! What probes, scrapers and people see of a running plugin.

use std::io::Read;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::http::{get, send};
use crate::support::plugin::{PATIENCE, Plugin};

#[test]
fn every_probe_of_a_running_plugin_is_well() {
    let plugin = Plugin::start("");
    for path in ["/health", "/health/live", "/health/ready", "/health/startup"] {
        let reply = get(plugin.http, path);
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        assert_eq!(reply.json()["status"], "ok");
        let verbose = get(plugin.http, &format!("{path}?verbose")).json();
        assert!(!verbose["checks"].as_array().unwrap().is_empty(), "{path}");
        let head = send(plugin.http, "HEAD", path, &[], b"");
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
    }
}

#[test]
fn metrics_come_in_both_formats_and_gzipped() {
    let plugin = Plugin::start("");
    let plain = get(plugin.http, "/metrics");
    assert_eq!(
        plain.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    assert!(plain.text().contains("\natest_ai_ready 1\n"), "{}", plain.text());
    let open = send(
        plugin.http,
        "GET",
        "/metrics",
        &[
            ("Accept", "application/openmetrics-text; version=1.0.0"),
            ("Accept-Encoding", "gzip"),
        ],
        b"",
    );
    assert!(
        open.header("content-type")
            .starts_with("application/openmetrics-text; version=1.0.0")
    );
    assert_eq!(open.header("content-encoding"), "gzip");
    let mut text = String::new();
    flate2::read::GzDecoder::new(open.body.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    assert!(text.ends_with("# EOF\n"), "{text}");
}

#[test]
fn open_connections_are_counted_until_they_close() {
    let plugin = Plugin::start("");
    let wait_for = |count: usize| {
        let line = format!("\natest_ai_active_connections {count}\n");
        let started = Instant::now();
        while !get(plugin.http, "/metrics").text().contains(&line) {
            assert!(started.elapsed() < PATIENCE, "never {count} open connections");
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    wait_for(1);
    let held = [(); 3].map(|()| TcpStream::connect(plugin.http).unwrap());
    wait_for(4);
    drop(held);
    wait_for(1);
}

#[test]
fn the_root_tells_where_to_look() {
    let plugin = Plugin::start("");
    let reply = get(plugin.http, "/");
    for path in [
        "/health/ready",
        "/metrics",
        "/api/v1/data/query",
        "/admin/maintenance-mode",
    ] {
        assert!(reply.text().contains(path), "{}", reply.text());
    }
}

#[test]
fn a_stopping_plugin_ends_well_and_leaves_no_socket() {
    let mut plugin = Plugin::start("");
    assert!(plugin.socket.exists());
    plugin.ask_to_stop();
    assert!(plugin.wait_until_ended().success(), "{}", plugin.log());
    assert!(!plugin.socket.exists());
}
