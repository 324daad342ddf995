//! Real connections against a real listener.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;

use super::*;
use crate::config::{Config, Server};
use crate::http::testing::service;

struct Door {
    address: SocketAddr,
    shutdown: CancellationToken,
    serving: JoinHandle<io::Result<()>>,
}

async fn door(server: Server) -> Door {
    let service = service(Config {
        server: server.clone(),
        ..Config::default()
    });
    let listener = crate::http::bind(&Server { port: 0, ..server }).await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let serving = tokio::spawn(serve(
        listener,
        service,
        Arc::default(),
        Tls::off(),
        shutdown.clone(),
    ));
    Door {
        address,
        shutdown,
        serving,
    }
}

fn patient_for(timeout: Duration) -> Server {
    Server {
        timeout,
        ..Server::default()
    }
}

/// Sends bytes and reads until the other side closes; every wait is bounded.
async fn exchange(stream: &mut TcpStream, bytes: &[u8]) -> String {
    let mut reply = Vec::new();
    tokio::time::timeout(Duration::from_secs(20), async {
        stream.write_all(bytes).await.unwrap();
        let _ = stream.read_to_end(&mut reply).await;
    })
    .await
    .expect("the door closes the connection");
    String::from_utf8_lossy(&reply).into_owned()
}

async fn ask(door: &Door, request: &str) -> String {
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    exchange(&mut stream, request.as_bytes()).await
}

#[tokio::test]
async fn a_local_caller_is_known_by_its_connection() {
    let door = door(Server::default()).await;
    let get = |host: &str| {
        format!("GET /admin/maintenance-mode HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
    };
    assert!(ask(&door, &get("localhost")).await.starts_with("HTTP/1.1 200"));
    assert!(ask(&door, &get("evil.com")).await.starts_with("HTTP/1.1 403"));
    let two_hosts = get("localhost\r\nHost: localhost");
    assert!(ask(&door, &two_hosts).await.starts_with("HTTP/1.1 403"));
    let no_host = "GET /admin/maintenance-mode HTTP/1.0\r\n\r\n";
    assert!(ask(&door, no_host).await.starts_with("HTTP/1.0 403"));
    let absolute =
        "GET http://evil.com/admin/maintenance-mode HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert!(ask(&door, absolute).await.starts_with("HTTP/1.1 403"));
}

#[tokio::test]
async fn a_client_that_sends_its_head_too_slowly_is_closed() {
    let door = door(patient_for(Duration::from_millis(200))).await;
    for start in ["", "GET /hea", "GET /health HTTP/1.1\r\nHost: localhost\r\n"] {
        let reply = ask(&door, start).await;
        assert!(!reply.starts_with("HTTP/1.1 200"), "{reply}");
    }
}

#[tokio::test]
async fn a_client_that_sends_its_body_too_slowly_gets_408() {
    let door = door(patient_for(Duration::from_millis(200))).await;
    let reply = ask(
        &door,
        "POST /api/v1/data/query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: 100\r\n\r\n{\"type\":",
    )
    .await;
    assert!(reply.starts_with("HTTP/1.1 408"), "{reply}");
}

#[tokio::test]
async fn heads_are_limited_in_lines_and_bytes() {
    let door = door(Server::default()).await;
    let many: String = (0..MAX_HEADERS + 1).map(|n| format!("x-{n}: 1\r\n")).collect();
    let reply = ask(&door, &format!("GET /health HTTP/1.1\r\n{many}\r\n")).await;
    assert!(reply.starts_with("HTTP/1.1 431"), "{reply}");
    let long = "x".repeat(MAX_HEAD + 1);
    let reply = ask(&door, &format!("GET /health HTTP/1.1\r\nx: {long}\r\n\r\n")).await;
    assert!(reply.starts_with("HTTP/1.1 431"), "{reply}");
    let reply = ask(&door, "nonsense\r\n\r\n").await;
    assert!(reply.starts_with("HTTP/1.1 400"), "{reply}");
}

#[tokio::test]
async fn connections_over_the_limit_are_told_so_and_later_ones_are_served() {
    let door = door(Server {
        max_connections: 1,
        ..Server::default()
    })
    .await;
    let mut first = TcpStream::connect(door.address).await.unwrap();
    first
        .write_all(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut start = [0; 12];
    first.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 200");
    let request = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let refused = ask(&door, request).await;
    assert!(
        refused.starts_with("HTTP/1.1 503") && refused.contains("server.max_connections"),
        "{refused}"
    );
    drop(first);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while !ask(&door, request).await.starts_with("HTTP/1.1 200") {
        assert!(
            tokio::time::Instant::now() < deadline,
            "the place was never given back"
        );
    }
}

#[tokio::test]
async fn a_stop_closes_idle_connections_and_finishes_requests() {
    let door = door(Server::default()).await;
    let mut silent = TcpStream::connect(door.address).await.unwrap();
    let mut idle = TcpStream::connect(door.address).await.unwrap();
    idle.write_all(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut start = [0; 12];
    idle.read_exact(&mut start).await.unwrap();
    let mut busy = TcpStream::connect(door.address).await.unwrap();
    let head = b"POST /api/v1/data/query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                 Content-Length: 2\r\n\r\n{";
    busy.write_all(head).await.unwrap();
    // A later connection that was answered shows that the three before it were accepted.
    let request = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert!(ask(&door, request).await.starts_with("HTTP/1.1 200"));
    door.shutdown.cancel();
    assert_eq!(exchange(&mut silent, b"").await, "");
    exchange(&mut idle, b"").await;
    assert!(!door.serving.is_finished(), "a request is still under way");
    let reply = exchange(&mut busy, b"]").await;
    assert!(reply.starts_with("HTTP/1.1 400"), "{reply}");
    let ended = tokio::time::timeout(Duration::from_secs(10), door.serving).await;
    assert!(ended.unwrap().unwrap().is_ok());
    assert!(
        TcpStream::connect(door.address).await.is_err(),
        "nobody listens any more"
    );
}

#[tokio::test]
async fn giving_up_on_the_stop_closes_what_is_left() {
    let door = door(Server::default()).await;
    let mut busy = TcpStream::connect(door.address).await.unwrap();
    busy.write_all(b"POST /api/v1/data/query HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
        .await
        .unwrap();
    let request = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert!(ask(&door, request).await.starts_with("HTTP/1.1 200"));
    door.shutdown.cancel();
    door.serving.abort();
    assert_eq!(exchange(&mut busy, b"").await, "");
}
