//! A real Prometheus scrapes the plugin and answers queries about it; promtool finds nothing to complain about.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::http::{get, send, try_get};
use crate::support::peer::{Peer, wanted};
use crate::support::plugin::{PATIENCE, Plugin, free_address};

const INSTALL: &str = "apt-get install -y --no-install-recommends prometheus";
const QUESTION: &[u8] = br#"{"type":"ai","natural_language":"Show all users","database_type":"mysql"}"#;

fn ask(plugin: &Plugin) {
    let json = [("Content-Type", "application/json")];
    let reply = send(plugin.http, "POST", "/api/v1/data/query", &json, QUESTION);
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[test]
fn prometheus_finds_the_target_up_and_counts_questions() {
    if !wanted(&["prometheus"], INSTALL) {
        return;
    }
    let plugin = Plugin::start("");
    let (door, heads) = overheard(plugin.http);
    let prometheus = Prometheus::start(&plugin, door);
    prometheus.wait_for("up{job=\"atest-ai-plugin\"}", |value| value == 1.0);
    let head = heads
        .recv_timeout(PATIENCE)
        .expect("the head of a reply")
        .to_lowercase();
    assert!(
        head.contains("content-type: application/openmetrics-text; version=1.0.0"),
        "{head}"
    );
    assert!(head.contains("content-encoding: gzip"), "{head}");

    ask(&plugin);
    let asked = "sum(atest_ai_requests_total{provider=\"builtin\",status=\"success\"})";
    prometheus.wait_for(asked, |value| value == 1.0);
    let validated = "atest_ai_answers_validated_total{result=\"valid\"}";
    prometheus.wait_for(validated, |value| value == 1.0);
    prometheus.wait_for("count(atest_ai_config_info)", |value| value == 1.0);
    let answered_in_time = "sum(atest_ai_request_duration_seconds_bucket{provider=\"builtin\",le=\"+Inf\"})";
    prometheus.wait_for(answered_in_time, |value| value == 1.0);

    send(plugin.http, "POST", "/admin/maintenance-mode", &[], b"");
    prometheus.wait_for(
        "atest_ai_maintenance_mode == 1 unless atest_ai_ready == 1",
        |value| value == 1.0,
    );
    let targets = prometheus.get("/api/v1/targets");
    assert_eq!(targets["data"]["activeTargets"][0]["lastError"], "", "{targets}");
}

#[test]
fn prometheus_gives_the_trace_of_a_question_back() {
    if !wanted(&["prometheus"], INSTALL) {
        return;
    }
    // Nobody has to take the spans for an exemplar to name them.
    let plugin = Plugin::start("tracing: {endpoint: 'http://127.0.0.1:9', sampler: always_on}");
    let prometheus = Prometheus::start(&plugin, plugin.http);
    prometheus.wait_for("up{job=\"atest-ai-plugin\"}", |value| value == 1.0);
    let headers = [
        ("Content-Type", "application/json"),
        (
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ),
    ];
    send(plugin.http, "POST", "/api/v1/data/query", &headers, QUESTION);
    let asked = "sum(atest_ai_request_duration_seconds_count{provider=\"builtin\"})";
    prometheus.wait_for(asked, |value| value == 1.0);
    let found = prometheus.get(
        "/api/v1/query_exemplars?query=atest_ai_request_duration_seconds_bucket&start=0&end=99999999999",
    );
    let exemplar = &found["data"][0]["exemplars"][0];
    assert_eq!(
        exemplar["labels"]["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736",
        "{found}"
    );
    let span = exemplar["labels"]["span_id"].as_str().expect("a span's id");
    let log = plugin.log();
    assert!(
        log.contains(&format!("\"span_id\":\"{span}\"")),
        "{span} is not in\n{log}"
    );
}

#[test]
fn promtool_finds_nothing_wrong_with_the_metrics() {
    if !wanted(&["promtool"], INSTALL) {
        return;
    }
    let plugin = Plugin::start("");
    ask(&plugin);
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool starts");
    let metrics = get(plugin.http, "/metrics").body;
    promtool
        .stdin
        .take()
        .expect("a pipe")
        .write_all(&metrics)
        .expect("promtool reads");
    let output = promtool.wait_with_output().expect("promtool ends");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success() && said.trim().is_empty(), "{said}");
}

/// A Prometheus with one target.
struct Prometheus {
    address: SocketAddr,
    log: std::path::PathBuf,
    _running: Peer,
}

impl Prometheus {
    fn start(plugin: &Plugin, target: SocketAddr) -> Prometheus {
        let address = free_address();
        let config = plugin.folder().join("prometheus.yml");
        let scrape = format!(
            "global: {{scrape_interval: 1s}}\nscrape_configs:\n- job_name: atest-ai-plugin\n  metrics_path: /metrics\n  \
             static_configs: [{{targets: ['{target}']}}]\n"
        );
        fs::write(&config, scrape).expect("the config is written");
        let log = plugin.folder().join("prometheus.log");
        let mut command = Command::new("prometheus");
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                plugin.folder().join("tsdb").display()
            ))
            .arg("--enable-feature=exemplar-storage")
            .arg(format!("--web.listen-address={address}"));
        let running = Peer::start(&mut command, &log);
        Prometheus {
            address,
            log,
            _running: running,
        }
    }

    fn get(&self, path: &str) -> Value {
        get(self.address, path).json()
    }

    /// Asks until the value is as expected.
    fn wait_for(&self, query: &str, expected: impl Fn(f64) -> bool) {
        let path = format!("/api/v1/query?query={}", percent_encoded(query));
        let started = Instant::now();
        let mut last = String::new();
        while started.elapsed() < PATIENCE {
            if let Some(reply) = try_get(self.address, &path).filter(|reply| reply.status == 200) {
                let value = reply.json()["data"]["result"][0]["value"][1]
                    .as_str()
                    .and_then(|text| text.parse().ok());
                if value.is_some_and(&expected) {
                    return;
                }
                last = reply.text();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        panic!("{query} never was as expected; last: {last}\n{log}");
    }
}

/// A way to the plugin on which the heads of its replies are heard.
fn overheard(plugin: SocketAddr) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (heard, heads) = channel();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let Ok(client) = client else { return };
            let Ok(server) = TcpStream::connect(plugin) else {
                return;
            };
            let (Ok(from_client), Ok(to_server)) = (client.try_clone(), server.try_clone()) else {
                return;
            };
            std::thread::spawn(move || pass_on(from_client, to_server, |_| {}));
            let heard = heard.clone();
            std::thread::spawn(move || {
                pass_on(server, client, |bytes| {
                    let text = String::from_utf8_lossy(bytes);
                    if let Some((head, _)) = text.split_once("\r\n\r\n")
                        && head.starts_with("HTTP/1.1 ")
                    {
                        // Nobody may listen any more.
                        let _ = heard.send(head.to_owned());
                    }
                });
            });
        }
    });
    (address, heads)
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, hear: impl Fn(&[u8])) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        hear(&bytes[..count]);
        if to.write_all(&bytes[..count]).is_err() {
            return;
        }
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
