//! An HTTP listener that keeps what it gets, and answers as a test says: where webhooks and bulk requests arrive.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::plugin::PATIENCE;

/// One request.
#[derive(Debug, Clone)]
pub struct Got {
    /// `POST`.
    pub method: String,
    /// With its query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
}

impl Got {
    /// The value of a header, empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The body.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// What is answered: a status and a body.
pub type Answer = Box<dyn Fn(&Got) -> (u16, String) + Send + Sync>;

/// A listener; it stops when dropped.
pub struct Listener {
    /// Where it listens.
    pub address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
    is_over: Arc<AtomicBool>,
    running: Option<JoinHandle<()>>,
}

impl Listener {
    /// Listens on a free port.
    pub fn start(answer: Answer) -> Listener {
        Listener::start_at("127.0.0.1:0".parse().expect("an address"), answer)
    }

    /// Listens on that address.
    pub fn start_at(address: SocketAddr, answer: Answer) -> Listener {
        let listener = TcpListener::bind(address).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let got = Arc::new(Mutex::new(Vec::new()));
        let is_over = Arc::new(AtomicBool::new(false));
        let (kept, over) = (Arc::clone(&got), Arc::clone(&is_over));
        let answer = Arc::new(answer);
        let running = std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                std::thread::spawn(move || serve(client, &kept, &answer));
            }
        });
        Listener {
            address,
            got,
            is_over,
            running: Some(running),
        }
    }

    /// Everything that came so far.
    pub fn got(&self) -> Vec<Got> {
        self.got.lock().expect("no test thread panicked").clone()
    }

    /// Waits until something is as it should be.
    pub fn wait_for<T>(&self, what: &str, look: impl Fn(&[Got]) -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            let got = self.got();
            if let Some(found) = look(&got) {
                return found;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "{what} never came; there came {got:#?}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes it up, so that it sees that it is over.
        let _ = TcpStream::connect(self.address);
        if let Some(running) = self.running.take() {
            let _ = running.join();
        }
    }
}

fn serve(mut client: TcpStream, kept: &Mutex<Vec<Got>>, answer: &Answer) {
    // A client that goes away is no matter.
    let Some(got) = read(&client) else { return };
    let (status, body) = answer(&got);
    kept.lock().expect("no test thread panicked").push(got);
    let reply = format!(
        "HTTP/1.1 {status} Answer\r\nContent-Type: application/json\r\nX-Elastic-Product: Elasticsearch\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = client.write_all(reply.as_bytes());
}

fn read(client: &TcpStream) -> Option<Got> {
    client.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut reader = BufReader::new(client);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut got = Got {
        method,
        path,
        headers,
        body: String::new(),
    };
    if got.header("expect") == "100-continue" {
        let mut client = client;
        client.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    let length = got.header("content-length").parse().unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    got.body = String::from_utf8_lossy(&body).into_owned();
    Some(got)
}
