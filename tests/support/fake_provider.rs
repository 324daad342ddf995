//! A scripted provider on 127.0.0.1: answers each request as its script says, and counts what it sees.
//!
//! Any test or bench may include it by `#[path]`. It is plain TCP, so a script can do what no server library lets one
//! do: stop in the middle, reset, send garbage, fall silent.
#![allow(clippy::disallowed_methods, reason = "tests need no names for their tasks")]
#![allow(dead_code, unused_imports)]

#[path = "fake_provider/answers.rs"]
mod answers;
#[path = "fake_provider/script.rs"]
mod script;
#[path = "fake_provider/tls.rs"]
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

pub use answers::{anthropic_sse, ollama_ndjson, openai_sse};
pub use script::{End, Script};
pub use tls::Authority;

/// Longest head and body of a request; beyond it the connection is closed.
const MAX_REQUEST: usize = 16 * 1024 * 1024;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    pub method: String,
    /// The target of the request line: with a scheme and a host when it came to a proxy.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// How many came before it, over all connections.
    pub number: usize,
}

impl Received {
    /// A header's value, or nothing.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The body as JSON; null when there is none.
    pub fn json(&self) -> serde_json::Value {
        if self.body.is_empty() {
            return serde_json::Value::Null;
        }
        serde_json::from_slice(&self.body).expect("the body of a request is JSON")
    }
}

/// What it has seen so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Connections that are open now.
    pub open: usize,
    /// Connections that were ever made.
    pub connections: usize,
    /// Clients that went before their answer was whole.
    pub disconnects: usize,
}

type Handler = dyn Fn(&Received) -> Script + Send + Sync;

struct State {
    handler: Box<Handler>,
    requests: AtomicUsize,
    seen: watch::Sender<Seen>,
}

/// The running server; it ends when this is dropped.
pub struct FakeProvider {
    address: SocketAddr,
    scheme: &'static str,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

impl FakeProvider {
    /// Starts one whose answers `handler` writes.
    pub async fn start(handler: impl Fn(&Received) -> Script + Send + Sync + 'static) -> FakeProvider {
        FakeProvider::listen(handler, None).await
    }

    /// Starts one that speaks TLS with a certificate for `localhost` and 127.0.0.1.
    pub async fn start_tls(
        authority: &Authority,
        handler: impl Fn(&Received) -> Script + Send + Sync + 'static,
    ) -> FakeProvider {
        FakeProvider::listen(handler, Some(authority.acceptor())).await
    }

    async fn listen(
        handler: impl Fn(&Received) -> Script + Send + Sync + 'static,
        tls: Option<tokio_rustls::TlsAcceptor>,
    ) -> FakeProvider {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let state = Arc::new(State {
            handler: Box::new(handler),
            requests: AtomicUsize::new(0),
            seen: watch::Sender::new(Seen::default()),
        });
        FakeProvider {
            address: listener.local_addr().expect("a bound listener has an address"),
            scheme: if tls.is_some() { "https" } else { "http" },
            accepting: tokio::spawn(accept(listener, tls, Arc::clone(&state))),
            state,
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Requests that came, over all connections.
    pub fn requests(&self) -> usize {
        self.state.requests.load(Ordering::SeqCst)
    }

    /// Connections and what became of them.
    pub fn seen(&self) -> Seen {
        *self.state.seen.borrow()
    }

    /// Waits until what it has seen is as wanted; panics after ten seconds.
    pub async fn until(&self, wanted: impl FnMut(&Seen) -> bool) -> Seen {
        let mut seen = self.state.seen.subscribe();
        let outcome = tokio::time::timeout(Duration::from_secs(10), seen.wait_for(wanted)).await;
        match outcome {
            Ok(Ok(seen)) => *seen,
            _ => panic!("it saw only {:?}", self.seen()),
        }
    }
}

impl Drop for FakeProvider {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, tls: Option<tokio_rustls::TlsAcceptor>, state: Arc<State>) {
    // Dropped with this task, and with it every connection.
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            return;
        };
        while connections.try_join_next().is_some() {}
        let (tls, state) = (tls.clone(), Arc::clone(&state));
        connections.spawn(async move {
            let _ = stream.set_nodelay(true);
            let _open = Open::new(Arc::clone(&state));
            match tls {
                None => converse(stream, &state, reset_tcp).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        let reset = |stream: tokio_rustls::server::TlsStream<TcpStream>| {
                            reset_tcp(stream.into_inner().0);
                        };
                        converse(stream, &state, reset).await;
                    }
                }
            }
        });
    }
}

/// Closes a connection with a reset instead of a goodbye.
fn reset_tcp(stream: TcpStream) {
    let _ = stream.set_zero_linger();
}

/// Counts a connection as open while it lives.
struct Open(Arc<State>);

impl Open {
    fn new(state: Arc<State>) -> Open {
        state.seen.send_modify(|seen| {
            seen.open += 1;
            seen.connections += 1;
        });
        Open(state)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.seen.send_modify(|seen| seen.open -= 1);
    }
}

/// What follows after an answer.
enum Next {
    /// Another request may come.
    Request,
    Close,
    Reset,
    /// The client went before the answer was whole.
    Gone,
}

async fn converse<S>(mut stream: S, state: &State, reset: impl FnOnce(S))
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut buffer = Vec::with_capacity(8 * 1024);
    while let Some(received) = receive(&mut stream, &mut buffer, state).await {
        let script = (state.handler)(&received);
        match answer(&mut stream, &script).await {
            Next::Request => {}
            Next::Close => {
                let _ = stream.shutdown().await;
                return;
            }
            Next::Reset => return reset(stream),
            Next::Gone => return state.seen.send_modify(|seen| seen.disconnects += 1),
        }
    }
}

/// Reads the next request; what comes after it stays in `buffer`.
async fn receive<S: AsyncRead + Unpin>(
    stream: &mut S,
    buffer: &mut Vec<u8>,
    state: &State,
) -> Option<Received> {
    loop {
        if let Some((mut received, head)) = parse_head(buffer) {
            let length = received.header("content-length").parse().unwrap_or(0);
            while buffer.len() < head + length {
                more(stream, buffer).await?;
            }
            received.body = buffer[head..head + length].to_vec();
            buffer.drain(..head + length);
            received.number = state.requests.fetch_add(1, Ordering::SeqCst);
            return Some(received);
        }
        more(stream, buffer).await?;
    }
}

async fn more<S: AsyncRead + Unpin>(stream: &mut S, buffer: &mut Vec<u8>) -> Option<()> {
    match stream.read_buf(buffer).await {
        Ok(count) if count > 0 && buffer.len() <= MAX_REQUEST => Some(()),
        _ => None,
    }
}

/// The head of a request and its length, when it is whole.
fn parse_head(buffer: &[u8]) -> Option<(Received, usize)> {
    let end = buffer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&buffer[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let mut request = lines.next()?.split(' ');
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    let received = Received {
        method: request.next()?.into(),
        path: request.next()?.into(),
        headers: headers.collect(),
        body: Vec::new(),
        number: 0,
    };
    Some((received, end))
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, script: &Script) -> Next {
    if script.end == End::Silent {
        return until_gone(stream).await;
    }
    if !wait(stream, script.head_after).await {
        return Next::Gone;
    }
    let is_raw = script.end == End::Raw;
    let is_whole = script.end == End::Clean && script.pieces.iter().all(|(after, _)| after.is_zero());
    let mut out = if is_raw {
        Vec::new()
    } else {
        head(script, is_whole)
    };
    for (after, bytes) in &script.pieces {
        if !after.is_zero() {
            // What is already written must not wait with the next piece.
            if send(stream, &mut out).await.is_err() || !wait(stream, *after).await {
                return Next::Gone;
            }
        }
        if is_raw || is_whole {
            out.extend_from_slice(bytes);
        } else {
            out.extend_from_slice(format!("{:x}\r\n", bytes.len()).as_bytes());
            out.extend_from_slice(bytes);
            out.extend_from_slice(b"\r\n");
        }
    }
    if script.end == End::Clean && !is_whole {
        out.extend_from_slice(b"0\r\n\r\n");
    }
    if send(stream, &mut out).await.is_err() {
        return Next::Gone;
    }
    match script.end {
        End::Clean => Next::Request,
        End::Cut | End::Raw => Next::Close,
        End::Reset => Next::Reset,
        End::Hang | End::Silent => until_gone(stream).await,
    }
}

fn head(script: &Script, is_whole: bool) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} Scripted\r\n", script.status);
    for (name, value) in &script.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if is_whole {
        let length: usize = script.pieces.iter().map(|(_, bytes)| bytes.len()).sum();
        head.push_str(&format!("content-length: {length}\r\n\r\n"));
    } else {
        head.push_str("transfer-encoding: chunked\r\n\r\n");
    }
    head.into_bytes()
}

async fn send<S: AsyncWrite + Unpin>(stream: &mut S, out: &mut Vec<u8>) -> std::io::Result<()> {
    stream.write_all(out).await?;
    stream.flush().await?;
    out.clear();
    Ok(())
}

/// Waits; `false` when the client went meanwhile.
async fn wait<S: AsyncRead + Unpin>(stream: &mut S, time: Duration) -> bool {
    if time.is_zero() {
        return true;
    }
    tokio::select! {
        () = tokio::time::sleep(time) => true,
        _ = until_gone(stream) => false,
    }
}

/// Waits until the client has closed the connection. It has nothing more to say before it has its answer.
async fn until_gone<S: AsyncRead + Unpin>(stream: &mut S) -> Next {
    let mut byte = [0];
    while let Ok(1..) = stream.read(&mut byte).await {}
    Next::Gone
}
