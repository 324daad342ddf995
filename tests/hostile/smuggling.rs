//! Requests that two readers read differently: behind a proxy, the rest of one would be a request that nobody checked.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::frames::assert_ended;
use crate::standing::Standing;
use crate::support::http::get;
use crate::support::plugin::{PATIENCE, Plugin};

/// What would be done if it were taken for a request: maintenance on.
const SMUGGLED: &str =
    "POST /admin/maintenance-mode HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";

/// A request after which the plugin closes.
const LAST: &str = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// Closes a connection soon after its last request.
const IMPATIENT: &str = "server:\n  read_timeout: 500ms\n";

/// Every reply to these bytes, until the plugin closes.
fn replies(plugin: &Plugin, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(plugin.http).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // It may close before it has read all.
    let _ = stream.write_all(bytes);
    let mut said = Vec::new();
    if let Err(error) = stream.read_to_end(&mut said) {
        assert_ended(&error);
    }
    String::from_utf8_lossy(&said).into_owned()
}

fn statuses(said: &str) -> Vec<&str> {
    said.match_indices("HTTP/1.")
        .map(|(at, _)| said[at..].get(9..12).unwrap_or_default())
        .collect()
}

fn is_in_maintenance(plugin: &Plugin) -> bool {
    get(plugin.http, "/admin/maintenance-mode").json()["maintenance"] == true
        || get(plugin.http, "/metrics")
            .text()
            .contains("\natest_ai_maintenance_mode 1\n")
}

#[test]
fn what_can_be_framed_in_two_ways_is_never_two_requests() {
    let plugin = Plugin::start(IMPATIENT);
    let before = Standing::settled(&plugin);
    let post = "POST /api/v1/data/query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    let length = SMUGGLED.len();
    let chunked = format!("0\r\n\r\n{SMUGGLED}");
    for (what, request) in [
        (
            "length and chunks",
            format!(
                "{post}Content-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n{chunked}",
                5
            ),
        ),
        (
            "chunks and length",
            format!("{post}Transfer-Encoding: chunked\r\nContent-Length: {length}\r\n\r\n{chunked}"),
        ),
        (
            "chunks alone, and more behind them",
            format!("{post}Transfer-Encoding: chunked\r\n\r\n{chunked}"),
        ),
        (
            "two lengths",
            format!("{post}Content-Length: 0\r\nContent-Length: {length}\r\n\r\n{SMUGGLED}"),
        ),
        (
            "two lengths in one line",
            format!("{post}Content-Length: 0, {length}\r\n\r\n{SMUGGLED}"),
        ),
        (
            "a length with a sign",
            format!("{post}Content-Length: +0\r\n\r\n{SMUGGLED}"),
        ),
        (
            "a length in hexadecimal",
            format!("{post}Content-Length: 0x0\r\n\r\n{SMUGGLED}"),
        ),
        (
            "a negative length",
            format!("{post}Content-Length: -1\r\n\r\n{SMUGGLED}"),
        ),
        (
            "a length that overflows",
            format!("{post}Content-Length: 18446744073709551616\r\n\r\n{SMUGGLED}"),
        ),
        (
            "an unknown coding",
            format!("{post}Transfer-Encoding: xchunked\r\n\r\n{chunked}"),
        ),
        (
            "chunks that are not last",
            format!("{post}Transfer-Encoding: chunked, identity\r\n\r\n{chunked}"),
        ),
        (
            "a space before the colon",
            format!("{post}Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n{SMUGGLED}"),
        ),
        (
            "a folded line",
            format!("{post}X: a\r\n Content-Length: {length}\r\nContent-Length: 0\r\n\r\n{SMUGGLED}"),
        ),
        (
            "a chunk without end",
            format!("{post}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n{SMUGGLED}"),
        ),
        (
            "a size that overflows",
            format!("{post}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n{SMUGGLED}"),
        ),
        (
            "chunks in HTTP/1.0",
            format!(
                "POST /api/v1/data/query HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{chunked}"
            ),
        ),
        (
            "a zero byte in a header",
            format!("{post}X: a\0b\r\nContent-Length: 0\r\n\r\n{SMUGGLED}"),
        ),
        (
            "a bare CR",
            format!("{post}X: a\rContent-Length: 0\r\n\r\n{SMUGGLED}"),
        ),
    ] {
        let said = replies(&plugin, request.as_bytes());
        let statuses = statuses(&said);
        assert_eq!(statuses.len(), 1, "{what}: {said}");
        assert!(
            statuses.iter().all(|status| status.starts_with('4')),
            "{what}: {said}"
        );
        assert!(!is_in_maintenance(&plugin), "{what} switched maintenance on");
    }
    before.comes_back(&plugin);
}

#[test]
fn requests_one_behind_the_other_are_answered_in_order_and_within_limits() {
    let plugin = Plugin::start(IMPATIENT);
    let one = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let said = replies(&plugin, (one.repeat(49) + LAST).as_bytes());
    assert_eq!(statuses(&said), vec!["200"; 50]);
    // After a thousand the client has to connect anew.
    let said = replies(&plugin, (one.repeat(1_100) + LAST).as_bytes());
    assert_eq!(statuses(&said).len(), 1_000);
    assert_eq!(said.matches("connection: close").count(), 1);
}

#[test]
fn targets_of_other_forms_and_paths_with_tricks_open_nothing() {
    let plugin = Plugin::start(IMPATIENT);
    let before = Standing::settled(&plugin);
    let from = |host: &str, target: &str| {
        let request = format!("POST {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n");
        let said = replies(&plugin, request.as_bytes());
        assert!(
            !is_in_maintenance(&plugin),
            "{host} {target} switched maintenance on: {said}"
        );
        statuses(&said)
            .first()
            .map_or_else(String::new, |status| (*status).to_owned())
    };
    for target in [
        "http://evil.example/admin/maintenance-mode",
        "https://evil.example/admin/maintenance-mode",
        "http://localhost@evil.example/admin/maintenance-mode",
        "http://evil.example:80/admin/maintenance-mode",
    ] {
        let status = from("localhost", target);
        assert!(status.starts_with('4'), "{target}: {status}");
    }
    for target in [
        "//admin/maintenance-mode",
        "/admin//maintenance-mode",
        "/./admin/maintenance-mode",
        "/x/../admin/maintenance-mode",
        "/admin/maintenance-mode/",
        "/admin/maintenance-mode/.",
        "/%61dmin/maintenance-mode",
        "/admin%2fmaintenance-mode",
        "/admin/maintenance-mode%00",
        "/admin\\maintenance-mode",
        "/ADMIN/maintenance-mode",
        "/health/..;/admin/maintenance-mode",
        "/admin/maintenance-mode;x=1",
        "*",
        "admin/maintenance-mode",
        "localhost:80",
    ] {
        let status = from("evil.example", target);
        assert!(status.starts_with('4'), "{target}: {status}");
    }
    for target in ["/\0", "/admin/maintenance-mode\0", "/a b", "/\u{7f}", ""] {
        let status = from("localhost", target);
        assert!(
            status.is_empty() || status.starts_with('4'),
            "{target:?}: {status}"
        );
    }
    let long = format!("/{}", "a".repeat(70_000));
    assert!(from("localhost", &long).starts_with('4'));
    let connect = replies(
        &plugin,
        b"CONNECT localhost:22 HTTP/1.1\r\nHost: localhost:22\r\n\r\nSSH-2.0-x\r\n",
    );
    assert!(
        statuses(&connect).iter().all(|status| status.starts_with('4')),
        "{connect}"
    );
    let upgrade = replies(
        &plugin,
        b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\
          HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
    );
    assert_eq!(statuses(&upgrade), ["200"], "{upgrade}");
    before.comes_back(&plugin);
}

#[test]
fn heads_without_end_are_cut_at_their_limits() {
    let plugin = Plugin::start(IMPATIENT);
    let before = Standing::settled(&plugin);
    for line in [
        "X-Many: 1\r\n".repeat(100_000),
        format!("X: {}\r\n", "a".repeat(4 << 20)),
        "a".repeat(4 << 20),
    ] {
        let said = replies(
            &plugin,
            format!("GET /health HTTP/1.1\r\nHost: localhost\r\n{line}").as_bytes(),
        );
        // Cut without a word, or told that it is too large.
        assert!(
            statuses(&said).iter().all(|status| status.starts_with('4')),
            "{said}"
        );
    }
    before.comes_back(&plugin);
}
