//! The lines of a real process: named by their span, all there at the end, and none uncounted when the disk is full.

use std::fs;

use serde_json::Value;

use crate::support::http::{get, send};
use crate::support::plugin::Plugin;

const JSON: (&str, &str) = ("Content-Type", "application/json");
const QUESTION: &[u8] = br#"{"type":"ai","natural_language":"Show all users","database_type":"mysql"}"#;

fn ask(plugin: &Plugin, headers: &[(&str, &str)]) {
    let headers: Vec<(&str, &str)> = headers.iter().copied().chain([JSON]).collect();
    let reply = send(plugin.http, "POST", "/api/v1/data/query", &headers, QUESTION);
    assert_eq!(reply.pair("success").as_deref(), Some("true"), "{}", reply.text());
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

#[test]
fn lines_of_a_question_name_the_trace_that_its_caller_began() {
    // Nobody takes the traces; they are recorded all the same.
    let plugin = Plugin::start("tracing: {endpoint: 'http://127.0.0.1:9', sampler: always_on}\n");
    let caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    ask(&plugin, &[("traceparent", caller)]);
    plugin.wait_for_log("question answered", 1);
    let lines = lines(&plugin.log());
    let answered = lines.iter().find(|line| line["message"] == "question answered");
    let answered = answered.unwrap();
    assert_eq!(answered["trace_id"], "0af7651916cd43dd8448eb211c80319c");
    let span = answered["span_id"].as_str().unwrap();
    assert!(span.len() == 16 && span != "b7ad6b7169203331", "{span}");
    let ready = lines.iter().find(|line| line["message"] == "ready").unwrap();
    assert!(ready.get("trace_id").is_none(), "{ready}");
}

#[test]
fn the_end_of_the_process_writes_the_last_lines() {
    let mut plugin = Plugin::start("");
    for _ in 0..50 {
        ask(&plugin, &[]);
    }
    plugin.ask_to_stop();
    assert!(plugin.wait_until_ended().success());
    let lines = lines(&plugin.log());
    let count = |message: &str| lines.iter().filter(|line| line["message"] == message).count();
    assert_eq!((count("question answered"), count("stopped")), (50, 1));
}

#[test]
fn a_second_signal_ends_at_once_and_loses_no_line() {
    // A question that is never answered keeps the plugin from stopping.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let config = format!(
        "ai:\n  default_service: it\n  services:\n    it: {{provider: custom, endpoint: 'http://{}', model: m}}\n",
        silent.local_addr().unwrap()
    );
    let mut plugin = Plugin::start(&config);
    let address = plugin.http;
    let asking = std::thread::spawn(move || {
        let bytes = crate::support::http::request("POST", "/api/v1/data/query", &[JSON], QUESTION);
        let _ = crate::support::http::exchange(address, &bytes);
    });
    let metrics = || get(address, "/metrics").text();
    let started = std::time::Instant::now();
    while !metrics().contains("\natest_ai_requests_in_flight 1\n") {
        assert!(
            started.elapsed() < crate::support::plugin::PATIENCE,
            "{}",
            metrics()
        );
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    plugin.ask_to_stop();
    plugin.wait_for_log("\"stopping\"", 1);
    plugin.ask_to_stop();
    assert_eq!(plugin.wait_until_ended().code(), Some(1));
    let last = lines(&plugin.log()).pop().unwrap();
    assert_eq!(last["message"], "a second signal: ending at once");
    asking.join().unwrap();
}

#[test]
fn on_a_full_disk_every_line_is_counted_as_lost_and_nothing_else_suffers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plugin.log");
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    let plugin = Plugin::start(&format!(
        "audit: {{enabled: true}}\nlogging: {{output: file, file: {{path: {}}}}}\n",
        path.display()
    ));
    for _ in 0..20 {
        ask(&plugin, &[]);
    }
    let figure = |series: &str| {
        let text = get(plugin.http, "/metrics").text();
        let line = text.lines().find_map(|line| line.strip_prefix(series));
        line.unwrap_or_default().trim().parse::<u64>().unwrap_or_default()
    };
    let started = std::time::Instant::now();
    while figure("atest_ai_telemetry_dropped_total{signal=\"logs\"}") < 20 {
        assert!(
            started.elapsed() < crate::support::plugin::PATIENCE,
            "losses are not counted"
        );
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(figure("atest_ai_log_messages_total{level=\"info\"}"), 0);
    // Standard error is told once, and the audit log beside it goes its own way.
    assert_eq!(plugin.log().matches("the log file cannot be written").count(), 1);
    assert!(
        fs::read_to_string(folder.path().join("audit.log"))
            .unwrap()
            .contains("plugin_start")
    );
}
