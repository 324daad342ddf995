//! Clients that begin a handshake and do not end it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use crate::files::{Files, series};
use crate::https::curl;
use crate::support::peer::wanted;
use crate::support::plugin::{PATIENCE, Plugin};

/// A connection that says this, perhaps the start of a record that is never whole, and no more.
fn silent(plugin: &Plugin, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(plugin.http).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(bytes).unwrap();
    stream
}

#[test]
fn a_handshake_that_never_comes_takes_a_place_and_gives_it_back() {
    if !wanted(&["curl"], "apt-get install curl") {
        return;
    }
    let files = Files::new();
    let plugin = Plugin::start(&files.config("  max_connections: 2\n"));
    let started = Instant::now();
    let silent = loop {
        let silent = [silent(&plugin, b""), silent(&plugin, &[22, 3, 1, 2, 0, 1])];
        // The third is closed: there are no words for a client of TLS before a handshake. Until the connections of the
        // start are gone, one of the two may have been turned away instead.
        let third = curl(&files, &plugin, "/health/live", &[]);
        if !third.status.success() {
            break silent;
        }
        assert!(started.elapsed() < PATIENCE, "{third:?}");
    };
    for mut stream in silent {
        let mut rest = Vec::new();
        // A reset, or an alert and an end: either way it is over.
        let _ = stream.read_to_end(&mut rest);
        assert!(rest.len() < 64, "{rest:?}");
    }
    loop {
        let text = crate::https::out(&curl(&files, &plugin, "/metrics", &[]));
        if text.contains("atest_ai_tls_handshake_failures_total{reason=\"timeout\"} 2") {
            let turned_away = "atest_ai_connections_closed_total{door=\"http\",reason=\"limit\"}";
            assert!(series(&text, turned_away) >= 1.0, "{text}");
            return;
        }
        assert!(started.elapsed() < 2 * PATIENCE, "{text}");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn bytes_of_no_protocol_end_the_connection_and_nothing_else() {
    if !wanted(&["curl"], "apt-get install curl") {
        return;
    }
    let files = Files::new();
    let plugin = Plugin::start(&files.config(""));
    for bytes in [
        &[0u8; 64][..],
        &[22, 3, 1, 0xff, 0xff],
        &[22, 3, 3, 0, 1, 0],
        &[0x80, 0x2e, 1, 3, 1],
        b"GET",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16",
    ] {
        let mut stream = TcpStream::connect(plugin.http).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(bytes).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said);
    }
    let live = curl(&files, &plugin, "/health/live", &["--fail"]);
    assert!(live.status.success(), "{live:?}");
}
