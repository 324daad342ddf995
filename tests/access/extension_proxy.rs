//! Questions that come through atest's extension proxy. The proxy here is a stand-in, written from what atest's own does:
//! it asks `GetPageOfServer` where to send a request, sends on method, all headers and body, and answers 200 whatever the
//! status was.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use super::{API, JSON, QUESTION, TOKENS, bearer};
use crate::contract::page_server;
use crate::support::http::{Reply, read_reply, send};
use crate::support::plugin::Plugin;

/// A stand-in of atest's `/extensionProxy/ai-chat/{endpoint}`, for one request.
fn stand_in(plugin: &Plugin) -> SocketAddr {
    let base = page_server(&plugin.socket, "ai-chat").unwrap();
    let upstream = base.strip_prefix("http://").unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut browser, _) = listener.accept().unwrap();
        let request = whole_request(&mut browser);
        let request = request.replacen("/extensionProxy/ai-chat/", "/", 1);
        let mut there = TcpStream::connect(&upstream).unwrap();
        there.write_all(request.as_bytes()).unwrap();
        let reply = read_reply(&mut there).unwrap();
        assert!(!reply.body.is_empty(), "atest would make an error 500 of it");
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            reply.body.len()
        );
        browser.write_all(head.as_bytes()).unwrap();
        browser.write_all(&reply.body).unwrap();
    });
    address
}

/// Head and body of a request that says its length.
fn whole_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length: ")?
                        .parse()
                        .ok()
                })
                .unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        let read = stream.read(&mut piece).unwrap();
        assert!(read > 0, "the request ended early: {text}");
        bytes.extend_from_slice(&piece[..read]);
    }
}

fn ask(plugin: &Plugin, headers: &[(&str, &str)]) -> Reply {
    let page = ("Origin", "http://localhost:8080");
    let headers = [&[JSON, page, ("Host", "localhost:8080")], headers].concat();
    send(
        stand_in(plugin),
        "POST",
        "/extensionProxy/ai-chat/query",
        &headers,
        QUESTION,
    )
}

#[test]
fn a_question_with_a_token_is_answered_and_the_body_tells_what_the_status_cannot() {
    let plugin = Plugin::start_with("", &TOKENS);
    let right = bearer(API);
    let answered = ask(&plugin, &[("Authorization", &right)]);
    assert!(
        answered
            .pair("generated_sql")
            .is_some_and(|sql| sql.contains("SELECT")),
        "{}",
        answered.text()
    );
    for headers in [&[][..], &[("Authorization", "Bearer planted-wrong-token")]] {
        let refused = ask(&plugin, headers);
        assert_eq!(refused.status, 200);
        assert_eq!(refused.json()["code"], 16);
        let message = refused.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains("oken"), "{message}");
    }
}

#[test]
fn nothing_listens_for_the_proxy_where_there_is_no_token_or_nobody_wants_it() {
    let none = Plugin::start("");
    assert!(
        page_server(&none.socket, "ai-chat")
            .unwrap_err()
            .contains("there is no server")
    );
    let off = Plugin::start_with("server:\n  extension_proxy: false\n", &TOKENS);
    assert!(page_server(&off.socket, "ai-chat").is_err());
    let on = Plugin::start_with("", &TOKENS);
    assert!(
        page_server(&on.socket, "ai-chat")
            .unwrap()
            .starts_with("http://127.0.0.1:")
    );
    assert!(page_server(&on.socket, "another").is_err());
}
