//! Floods of frames at the gRPC port.

use std::io::Write;
use std::net::TcpStream;

use crate::frames::{
    ACK, CONTINUATION, Client, DATA, END_HEADERS, END_STREAM, HEADERS, PING, RST_STREAM, SETTINGS,
    WINDOW_UPDATE, call, frame, sent_away,
};
use crate::standing::{Standing, Target};

/// The error code of RFC 9113 §7 for a client that asks for too much.
const ENHANCE_YOUR_CALM: u32 = 0xb;

/// A call still works.
fn works(target: &Target) {
    let mut client = Client::new(target.grpc, &[]);
    client
        .send(&frame(HEADERS, END_HEADERS, 1, &call("GetVersion")))
        .unwrap();
    client.send(&frame(DATA, END_STREAM, 1, &[0; 5])).unwrap();
    let mut data = Vec::new();
    while let Some(frame) = client.next() {
        if frame.kind == DATA && frame.stream == 1 {
            data.extend(frame.payload);
        }
        if frame.kind == HEADERS && frame.flags & END_STREAM != 0 {
            break;
        }
    }
    assert!(
        String::from_utf8_lossy(&data).contains("atest-ext-ai"),
        "{data:?}"
    );
}

#[test]
fn streams_that_are_reset_at_once_end_the_connection() {
    let target = Target::start("");
    let before = Standing::settled(&target.plugin);
    for _ in 0..5 {
        let mut client = Client::new(target.grpc, &[]);
        let mut flood = Vec::new();
        for number in 0..10_000u32 {
            let stream = 2 * number + 1;
            flood.extend(frame(HEADERS, END_HEADERS | END_STREAM, stream, &call("Query")));
            flood.extend(frame(RST_STREAM, 0, stream, &8u32.to_be_bytes()));
        }
        // It may be over before all is sent.
        let _ = client.send(&flood);
        let frames = client.rest();
        let why = sent_away(&frames);
        assert!(why.is_none() || why == Some(ENHANCE_YOUR_CALM), "{why:?}");
    }
    works(&target);
    before.comes_back(&target.plugin);
}

#[test]
fn streams_that_break_the_rules_again_and_again_end_the_connection() {
    let target = Target::start("");
    let before = Standing::settled(&target.plugin);
    let mut client = Client::new(target.grpc, &[]);
    let mut flood = Vec::new();
    for number in 0..5_000u32 {
        let stream = 2 * number + 1;
        flood.extend(frame(HEADERS, END_HEADERS, stream, &call("Query")));
        // An increment of 0 is an error of the stream (RFC 9113 §6.9), and the plugin resets it ("made you reset").
        flood.extend(frame(WINDOW_UPDATE, 0, stream, &[0; 4]));
    }
    let _ = client.send(&flood);
    let frames = client.rest();
    assert!(
        sent_away(&frames).is_none_or(|why| why != 0),
        "{:?}",
        sent_away(&frames)
    );
    works(&target);
    before.comes_back(&target.plugin);
}

#[test]
fn a_head_that_goes_on_and_on_ends_the_connection() {
    let target = Target::start("");
    let before = Standing::settled(&target.plugin);
    let mut client = Client::new(target.grpc, &[]);
    client.send(&frame(HEADERS, 0, 1, &call("Query"))).unwrap();
    let piece = frame(CONTINUATION, 0, 1, &[0; 16 * 1024]);
    // 64 MB, if it were taken.
    let taken = (0..4096).take_while(|_| client.send(&piece).is_ok()).count();
    assert!(taken < 4096, "all of it was taken");
    client.rest();
    // The same without a single byte in each.
    let mut client = Client::new(target.grpc, &[]);
    client.send(&frame(HEADERS, 0, 1, &call("Query"))).unwrap();
    let pieces = frame(CONTINUATION, 0, 1, &[]).repeat(1024);
    let taken = (0..1024).take_while(|_| client.send(&pieces).is_ok()).count();
    assert!(taken < 1024, "a million empty frames were taken");
    client.rest();
    works(&target);
    before.comes_back(&target.plugin);
}

#[test]
fn frames_that_want_an_answer_from_a_client_that_reads_none_are_not_hoarded() {
    let target = Target::start("  write_timeout: 500ms\n");
    let before = Standing::settled(&target.plugin);
    for flood in [
        frame(PING, 0, 0, &[0; 8]),
        frame(SETTINGS, 0, 0, &[]),
        frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0xff, 0xff]),
    ] {
        let mut client = Client::new(target.grpc, &[]);
        let flood = flood.repeat(4096);
        // The plugin stops reading when its answers are not read, and cuts the connection when that lasts.
        let taken = (0..100_000).take_while(|_| client.send(&flood).is_ok()).count();
        assert!(taken < 100_000, "gigabytes were taken");
    }
    works(&target);
    before.comes_back(&target.plugin);
}

#[test]
fn frames_that_make_no_sense_end_the_connection_and_nothing_else() {
    let target = Target::start("");
    let before = Standing::settled(&target.plugin);
    for bytes in [
        frame(DATA, 0, 1, &[0; 16]),
        frame(HEADERS, END_HEADERS, 2, &call("Query")),
        frame(HEADERS, END_HEADERS, 1, &[0xff; 64]),
        frame(SETTINGS, ACK, 0, &[0; 6]),
        frame(PING, 0, 1, &[0; 8]),
        frame(CONTINUATION, END_HEADERS, 1, &[]),
        frame(WINDOW_UPDATE, 0, 0, &[0x7f, 0xff, 0xff, 0xff]),
        [&[0xff, 0xff, 0xff, DATA, 0, 0, 0, 0, 1][..], &[0; 64]].concat(),
        vec![0; 1024],
    ] {
        let mut client = Client::new(target.grpc, &[]);
        let _ = client.send(&bytes);
        let _ = client.0.shutdown(std::net::Shutdown::Write);
        client.rest();
    }
    let mut http1 = TcpStream::connect(target.grpc).unwrap();
    http1
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    Client(http1).rest();
    works(&target);
    before.comes_back(&target.plugin);
}

#[test]
fn grpc_connections_over_the_limit_are_sent_away_and_atests_socket_stays_open() {
    let target = Target::start("  max_connections: 3\n");
    let held: Vec<Client> = (0..3).map(|_| Client::new(target.grpc, &[])).collect();
    // Accepted in their order, so that the fourth finds no place.
    let frames = Client::new(target.grpc, &[]).rest();
    assert_eq!(sent_away(&frames), Some(ENHANCE_YOUR_CALM), "{frames:?}");
    let away = frames.last().unwrap();
    assert!(String::from_utf8_lossy(&away.payload).contains("server.max_connections"));
    let health = target.plugin.run(&["healthcheck"]);
    assert!(health.status.success(), "{health:?}");
    drop(held);
    crate::standing::wait_for_series(
        &target.plugin,
        "atest_ai_connections_closed_total{door=\"grpc\",reason=\"limit\"} ",
        1.0,
    );
    let started = std::time::Instant::now();
    while Client::new(target.grpc, &[])
        .next()
        .is_none_or(|frame| frame.kind != SETTINGS)
    {
        assert!(started.elapsed() < crate::support::plugin::PATIENCE);
    }
}
