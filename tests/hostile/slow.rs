//! Clients that take their time, or take nothing.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::frames::{
    Client, DATA, END_HEADERS, END_STREAM, HEADERS, INITIAL_WINDOW_SIZE, assert_ended, call, frame,
};
use crate::standing::{Standing, Target, wait_for_series};
use crate::support::plugin::{PATIENCE, Plugin};

#[test]
fn a_reader_that_stops_is_cut_and_counted() {
    let plugin = Plugin::start("server:\n  write_timeout: 500ms\n");
    let before = Standing::settled(&plugin);
    let mut stream = TcpStream::connect(plugin.http).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    // Replies pile up until the plugin can write no more: far more than the system holds for a connection.
    let request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut sent = 0;
    while sent < 900 && stream.write_all(request).is_ok() {
        sent += 1;
    }
    wait_for_series(
        &plugin,
        "atest_ai_connections_closed_total{door=\"http\",reason=\"stalled\"} ",
        1.0,
    );
    drop(stream);
    before.comes_back(&plugin);
}

#[test]
fn heads_and_bodies_that_trickle_are_cut() {
    let plugin = Plugin::start("server:\n  read_timeout: 500ms\n");
    let before = Standing::settled(&plugin);
    let start = "POST /api/v1/data/query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    let clients: Vec<TcpStream> = (0..20)
        .map(|number| {
            let mut stream = TcpStream::connect(plugin.http).unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            let text = if number % 2 == 0 {
                start.to_owned()
            } else {
                format!("{start}Content-Length: 1000\r\n\r\n{{")
            };
            stream.write_all(text.as_bytes()).unwrap();
            stream
        })
        .collect();
    let threads: Vec<_> = clients
        .into_iter()
        .map(|stream| {
            std::thread::spawn(move || {
                let mut writing = stream.try_clone().unwrap();
                let trickle = std::thread::spawn(move || {
                    // Each byte in time, the whole not.
                    while writing.write_all(b"x").is_ok() {
                        std::thread::sleep(std::time::Duration::from_millis(50));
                    }
                });
                let mut said = Vec::new();
                let mut reading = stream;
                if let Err(error) = reading.read_to_end(&mut said) {
                    assert_ended(&error);
                }
                let _ = reading.shutdown(std::net::Shutdown::Both);
                trickle.join().unwrap();
                String::from_utf8_lossy(&said).into_owned()
            })
        })
        .collect();
    for thread in threads {
        let said = thread.join().unwrap();
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{said}");
    }
    before.comes_back(&plugin);
}

#[test]
fn calls_whose_replies_nobody_takes_end_the_connection() {
    let target = Target::start("  write_timeout: 500ms\n");
    let before = Standing::settled(&target.plugin);
    let mut client = Client::new(target.grpc, &[(INITIAL_WINDOW_SIZE, 0)]);
    for number in 0..100u32 {
        let stream = 2 * number + 1;
        client
            .send(&frame(HEADERS, END_HEADERS, stream, &call("GetMenus")))
            .unwrap();
        client.send(&frame(DATA, END_STREAM, stream, &[0; 5])).unwrap();
    }
    // It reads frames all the same, so that nothing but the window holds the replies up.
    let frames = client.rest();
    assert!(
        frames
            .iter()
            .all(|frame| frame.kind != DATA || frame.payload.is_empty())
    );
    wait_for_series(
        &target.plugin,
        "atest_ai_connections_closed_total{door=\"grpc\",reason=\"stalled\"} ",
        1.0,
    );
    before.comes_back(&target.plugin);
}

#[test]
fn a_call_whose_request_never_comes_gets_an_answer() {
    let target = Target::start("  read_timeout: 500ms\n");
    let before = Standing::settled(&target.plugin);
    let mut client = Client::new(target.grpc, &[]);
    client
        .send(&frame(HEADERS, END_HEADERS, 1, &call("GetVersion")))
        .unwrap();
    client.send(&frame(DATA, 0, 1, &[0, 0, 0])).unwrap();
    loop {
        let frame = client.next().expect("an answer");
        if frame.kind == HEADERS && frame.stream == 1 {
            // `grpc-status: 4`, DEADLINE_EXCEEDED, is a new name and so stands there in its own letters or Huffman's;
            // what matters is that the stream ends.
            assert_ne!(frame.flags & END_STREAM, 0, "{frame:?}");
            break;
        }
    }
    drop(client);
    before.comes_back(&target.plugin);
}

#[test]
fn a_port_that_hears_nothing_does_not_keep_the_client() {
    let target = Target::start("");
    let mut silent = TcpStream::connect(target.grpc).unwrap();
    silent.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut said = Vec::new();
    // Ten seconds for the first word.
    if let Err(error) = silent.read_to_end(&mut said) {
        assert_ended(&error);
    }
    assert!(said.len() <= 64, "{said:?}");
}
