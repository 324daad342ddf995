//! Reloads under load: no request is lost, and nothing grows with their number.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::reload;
use crate::support::http::get;
use crate::support::plugin::{PATIENCE, Plugin};

/// Reloads, half of which are watched for growth.
const RELOADS: usize = 1_000;
/// Reloads between two looks.
const STEP: usize = 25;
/// Requests a second, all askers together.
const RATE: usize = 1_000;
const ASKERS: usize = 4;

/// One connection that asks again and again, at its share of the rate.
struct Asker<'a> {
    address: SocketAddr,
    stop: &'a AtomicBool,
    answered: &'a AtomicUsize,
}

impl Asker<'_> {
    fn connect(&self) -> Result<TcpStream, String> {
        let connected = TcpStream::connect(self.address).and_then(|stream| {
            stream.set_read_timeout(Some(PATIENCE))?;
            Ok(stream)
        });
        connected.map_err(|error| error.to_string())
    }

    /// Asks until told to stop; an error is a lost request.
    fn run(&self) -> Result<(), String> {
        let body = br#"{"type":"ai","natural_language":"Show all users","database_type":"mysql"}"#;
        let request = format!(
            "POST /api/v1/data/query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let request = [request.as_bytes(), body].concat();
        let mut stream = self.connect()?;
        let pause = Duration::from_secs(1) / u32::try_from(RATE / ASKERS).expect("a small number");
        let mut next = Instant::now();
        while !self.stop.load(Ordering::Relaxed) {
            stream
                .write_all(&request)
                .map_err(|error| format!("cannot ask: {error}"))?;
            let reply = read_one(&mut stream).map_err(|error| format!("no reply: {error}"))?;
            if !reply.starts_with("HTTP/1.1 200") || !reply.contains("SELECT") {
                return Err(reply);
            }
            self.answered.fetch_add(1, Ordering::Relaxed);
            // A connection ends after so many requests, and says so.
            if reply.to_ascii_lowercase().contains("\r\nconnection: close\r\n") {
                stream = self.connect()?;
            }
            next += pause;
            thread::sleep(next.saturating_duration_since(Instant::now()));
        }
        Ok(())
    }
}

/// One reply of a connection that stays open.
fn read_one(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    let mut part = [0; 8192];
    loop {
        let read = stream.read(&mut part)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.to_ascii_lowercase();
        let length = length
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.lines().next());
        let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
        if body.len() >= length {
            return Ok(text.into_owned());
        }
    }
}

/// What could grow.
#[derive(Debug, Clone, Copy)]
struct Held {
    descriptors: f64,
    threads: f64,
    tasks: f64,
    resident_kib: f64,
}

fn held(plugin: &Plugin) -> Held {
    let folder = format!("/proc/{}", plugin.id());
    let status = fs::read_to_string(format!("{folder}/status")).expect("the plugin runs");
    let of = |name: &str| -> f64 {
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .expect("a known line");
        line.split_whitespace()
            .next()
            .and_then(|text| text.parse().ok())
            .expect("a number")
    };
    let metrics = get(plugin.http, "/metrics").text();
    let tasks = metrics
        .lines()
        .find_map(|line| line.strip_prefix("atest_ai_tokio_live_tasks "));
    Held {
        descriptors: fs::read_dir(format!("{folder}/fd"))
            .expect("its descriptors")
            .count() as f64,
        threads: of("Threads:"),
        tasks: tasks.and_then(|text| text.parse().ok()).expect("a number"),
        resident_kib: of("VmRSS:"),
    }
}

/// By how much a figure grows over the series, by the line that fits it best.
fn growth(series: &[Held], figure: impl Fn(&Held) -> f64) -> f64 {
    let count = series.len() as f64;
    let middle = (count - 1.0) / 2.0;
    let mean = series.iter().map(&figure).sum::<f64>() / count;
    let (mut over, mut under) = (0.0, 0.0);
    for (index, held) in series.iter().enumerate() {
        let from_middle = index as f64 - middle;
        over += from_middle * (figure(held) - mean);
        under += from_middle * from_middle;
    }
    over / under * count
}

#[test]
fn a_thousand_reloads_under_load_lose_no_request_and_leave_nothing_behind() {
    // Each reload exchanges a provider, a database, a cache and the sender of traces.
    let config = |number: usize| {
        format!(
            "reload:\n  watch: false\nai:\n  timeout: {}s\n  health_check_interval: 0s\n  services:\n    other:\n      \
             provider: custom\n      endpoint: http://127.0.0.1:1\n      api_key: key-{number}\n      model: m\n\
             databases:\n  shop:\n    driver: sqlite\n    schema_ddl: CREATE TABLE t{number} (id INT)\n\
             performance:\n  cache:\n    size: {}kB\n\
             tracing:\n  endpoint: http://127.0.0.1:1\n  sampler: always_off\n  keep_errors: false\n  slow_threshold: 0s\n  \
             queue_size: {}\nlogging:\n  level: warn\n",
            30 + number % 7,
            900 + number % 5,
            2000 + number % 3,
        )
    };
    let plugin = Plugin::start(&config(0));
    let (stop, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut series = Vec::new();
    thread::scope(|scope| {
        let askers: Vec<_> = (0..ASKERS)
            .map(|_| {
                let asker = Asker {
                    address: plugin.http,
                    stop: &stop,
                    answered: &answered,
                };
                scope.spawn(move || asker.run())
            })
            .collect();
        for number in 1..=RELOADS {
            fs::write(plugin.config_file(), plugin.config_text(&config(number))).unwrap();
            let reply = reload(&plugin);
            if reply.json()["result"] != "applied" {
                stop.store(true, Ordering::Relaxed);
                panic!("reload {number}: {}", reply.text());
            }
            if number % STEP == 0 {
                series.push(held(&plugin));
            }
        }
        stop.store(true, Ordering::Relaxed);
        for asker in askers {
            assert_eq!(asker.join().unwrap(), Ok(()), "a request was lost");
        }
    });
    assert!(answered.load(Ordering::Relaxed) > RELOADS, "there was no load");
    let second_half = &series[series.len() / 2..];
    for (name, most, grown) in [
        ("descriptors", 3.0, growth(second_half, |held| held.descriptors)),
        ("threads", 2.0, growth(second_half, |held| held.threads)),
        ("tasks", 3.0, growth(second_half, |held| held.tasks)),
        (
            "resident KiB",
            4096.0,
            growth(second_half, |held| held.resident_kib),
        ),
    ] {
        assert!(
            grown <= most,
            "{name} grew by {grown:.1} over 500 reloads: {series:#?}"
        );
    }
}
