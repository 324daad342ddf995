//! Clients that send too much, too slowly, or too often.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::http::{exchange, get, read_reply, request, send};
use crate::support::plugin::{PATIENCE, Plugin};

const QUERY: &str = "/api/v1/data/query";
const JSON: (&str, &str) = ("Content-Type", "application/json");

fn connect(plugin: &Plugin) -> TcpStream {
    let stream = TcpStream::connect(plugin.http).expect("the door is open");
    stream
        .set_read_timeout(Some(PATIENCE))
        .expect("a timeout can be set");
    stream
}

#[test]
fn a_body_of_2_mb_is_413_and_the_client_gets_to_read_it() {
    let plugin = Plugin::start("");
    let reply = send(plugin.http, "POST", QUERY, &[JSON], &vec![b' '; 2_000_000]);
    assert_eq!(reply.status, 413);
    assert!(reply.json()["message"].as_str().unwrap().contains("larger than"));
    // Announced, but far too much even to be thrown away.
    let huge = request("POST", QUERY, &[JSON, ("Content-Length", "99999999999")], b"{");
    assert_eq!(exchange(plugin.http, &huge).unwrap().status, 413);
    assert_eq!(get(plugin.http, "/health/live").status, 200);
}

#[test]
fn a_slow_head_is_closed_and_a_slow_body_is_408() {
    let plugin = Plugin::start("server:\n  timeout: 300ms\n");
    let mut head = connect(&plugin);
    head.write_all(b"POST /api/v1/data/query HTTP/1.1\r\nHost: loc")
        .unwrap();
    let mut nothing = Vec::new();
    head.read_to_end(&mut nothing).unwrap();
    assert!(!nothing.starts_with(b"HTTP/1.1 200"));
    let mut body = connect(&plugin);
    body.write_all(&request(
        "POST",
        QUERY,
        &[JSON, ("Content-Length", "50")],
        b"{\"key\":",
    ))
    .unwrap();
    assert_eq!(read_reply(&mut body).unwrap().status, 408);
}

#[test]
fn slow_clients_do_not_keep_others_waiting() {
    let plugin = Plugin::start("");
    let slow: Vec<TcpStream> = (0..50)
        .map(|_| {
            let mut stream = connect(&plugin);
            stream.write_all(b"GET /metrics HTTP/1.1\r\n").unwrap();
            stream
        })
        .collect();
    assert_eq!(get(plugin.http, "/health/ready").status, 200);
    drop(slow);
}

#[test]
fn connections_over_the_limit_are_told_so() {
    let plugin = Plugin::start("server:\n  max_connections: 4\n");
    let held: Vec<TcpStream> = (0..4)
        .map(|_| {
            let mut stream = connect(&plugin);
            stream
                .write_all(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .unwrap();
            let mut status = [0; 12];
            stream.read_exact(&mut status).unwrap();
            stream
        })
        .collect();
    let refused = get(plugin.http, "/health/live");
    assert_eq!(refused.status, 503);
    assert!(
        refused.json()["message"]
            .as_str()
            .unwrap()
            .contains("server.max_connections")
    );
    drop(held);
    let started = std::time::Instant::now();
    while get(plugin.http, "/health/live").status != 200 {
        assert!(started.elapsed() < PATIENCE, "the places were never given back");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_head_with_too_many_lines_is_431() {
    let plugin = Plugin::start("");
    let names: Vec<String> = (0..200).map(|n| format!("X-{n}")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
    assert_eq!(send(plugin.http, "GET", "/health", &many, b"").status, 431);
}

#[test]
fn bad_types_and_texts_are_refused_with_the_reason() {
    let plugin = Plugin::start("");
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    for (header, body, status, says) in [
        (form, &b"{}"[..], 415, "Content-Type: application/json"),
        (JSON, &b""[..], 400, "empty"),
        (JSON, &b"{\"key\":\"\xff\"}"[..], 400, "not UTF-8"),
        (JSON, &b"{\"key\":"[..], 400, "not valid JSON"),
        (JSON, &b"[]"[..], 400, "JSON object"),
    ] {
        let reply = send(plugin.http, "POST", QUERY, &[header], body);
        assert_eq!(reply.status, status, "{}", reply.text());
        assert!(
            reply.json()["message"].as_str().unwrap().contains(says),
            "{}",
            reply.text()
        );
    }
}

#[test]
fn a_caller_who_asks_too_often_is_429_and_whoever_watches_is_not_counted() {
    let plugin = Plugin::start("server:\n  max_requests_per_second: 3\n");
    let replies: Vec<_> = (0..12).map(|_| get(plugin.http, "/nothing-here")).collect();
    let refused: Vec<_> = replies.iter().filter(|reply| reply.status == 429).collect();
    assert!(refused.len() >= 6 && replies[0].status == 404);
    assert_eq!(refused[0].header("retry-after"), "1");
    assert!(refused[0].text().contains("server.max_requests_per_second"));
    for _ in 0..12 {
        assert_eq!(get(plugin.http, "/health/live").status, 200);
        assert_eq!(get(plugin.http, "/metrics").status, 200);
    }
    let counted = format!(
        "\natest_ai_requests_rejected_total{{reason=\"rate_limit\"}} {}\n",
        refused.len()
    );
    let metrics = get(plugin.http, "/metrics").text();
    assert!(metrics.contains(&counted), "{counted}");
}
