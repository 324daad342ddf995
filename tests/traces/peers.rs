//! Collectors that nobody here wrote: oteltap over HTTP, rotel over gRPC.

use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::http;
use crate::support::peer::{Peer, venv, wanted};
use crate::support::plugin::{PATIENCE, Plugin, free_address};
use crate::{CALLER, SPAN, TRACE, ask};

const INSTALL: &str = "make peers";

/// A program of the venv that `make peers` makes.
fn in_venv(program: &str) -> PathBuf {
    let venv = venv();
    let found = walk(&venv, program);
    found.unwrap_or_else(|| {
        panic!(
            "{program} is not in {}; install it with: {INSTALL}",
            venv.display()
        )
    })
}

fn walk(venv: &std::path::Path, program: &str) -> Option<PathBuf> {
    let in_bin = venv.join("bin").join(program);
    if in_bin.is_file() {
        return Some(in_bin);
    }
    // rotel's wheel keeps its binary beside its modules.
    let libraries = std::fs::read_dir(venv.join("lib")).ok()?;
    libraries
        .filter_map(|entry| Some(entry.ok()?.path().join("site-packages/rotel").join(program)))
        .find(|path| path.is_file())
}

fn wait_for_port(address: std::net::SocketAddr) {
    let started = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(started.elapsed() < PATIENCE, "nothing listens on {address}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until a file holds a text, and gives the file.
fn wait_for_text(path: &std::path::Path, text: &str) -> String {
    let started = Instant::now();
    loop {
        let seen = std::fs::read_to_string(path).unwrap_or_default();
        if seen.contains(text) {
            return seen;
        }
        assert!(started.elapsed() < PATIENCE, "no {text:?} in\n{seen}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The span that the log names for the question.
fn span_in_log(plugin: &Plugin) -> String {
    plugin.wait_for_log("question answered", 1);
    let log = plugin.log();
    let mut lines = log
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let line = lines.find(|line| line["message"] == "question answered").unwrap();
    assert_eq!(line["trace_id"], TRACE);
    line["span_id"].as_str().unwrap().to_owned()
}

/// The metrics with their exemplars.
fn metrics(plugin: &Plugin) -> String {
    let accept = [("Accept", "application/openmetrics-text; version=1.0.0")];
    http::send(plugin.http, "GET", "/metrics", &accept, b"").text()
}

#[test]
fn oteltap_reads_the_spans_over_http() {
    if !wanted(&[], INSTALL) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (address, log) = (free_address(), folder.path().join("tap"));
    let _tap = Peer::start(
        Command::new(in_venv("oteltap")).args(["--port", &address.port().to_string()]),
        &log,
    );
    wait_for_port(address);
    let plugin = Plugin::start_with(
        "",
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{address}")),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_BSP_SCHEDULE_DELAY", "50"),
        ],
    );
    ask(&plugin, "show all users", &[("traceparent", CALLER)]);
    let seen = wait_for_text(&log, "\"name\":\"POST /api/v1/data/query\"");
    let spans: Vec<serde_json::Value> = seen
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let named = |name: &str| spans.iter().find(|span| span["name"] == name).unwrap();
    let (root, engine) = (named("POST /api/v1/data/query"), named("embedded engine"));
    let span = root["spanId"].as_str().unwrap();
    assert_eq!(span_in_log(&plugin), span);
    assert!(
        metrics(&plugin).contains(&format!("# {{trace_id=\"{TRACE}\",span_id=\"{span}\"}}")),
        "no exemplar names {span}"
    );
    assert_eq!(
        (&root["traceId"], &root["parentSpanId"]),
        (&TRACE.into(), &SPAN.into())
    );
    assert_eq!(
        (&engine["traceId"], &engine["parentSpanId"]),
        (&TRACE.into(), &root["spanId"])
    );
}

#[test]
fn rotel_reads_the_spans_over_grpc() {
    if !wanted(&[], INSTALL) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (grpc, http, log) = (free_address(), free_address(), folder.path().join("rotel"));
    let _rotel = Peer::start(
        Command::new(in_venv("rotel-agent"))
            .arg("start")
            .args([
                "--otlp-grpc-endpoint",
                &grpc.to_string(),
                "--otlp-http-endpoint",
                &http.to_string(),
            ])
            .args([
                "--exporter",
                "blackhole",
                "--debug-log",
                "traces",
                "--debug-log-verbosity",
                "detailed",
            ]),
        &log,
    );
    wait_for_port(grpc);
    let plugin = Plugin::start(&format!(
        "tracing: {{endpoint: 'http://{grpc}', compression: gzip, batch_delay: 50ms, attributes: {{team: data}}}}"
    ));
    ask(&plugin, "show all users", &[("traceparent", CALLER)]);
    let seen = wait_for_text(&log, "POST /api/v1/data/query");
    let span = span_in_log(&plugin);
    assert!(seen.contains(&span), "no {span:?} in\n{seen}");
    assert!(metrics(&plugin).contains(&span), "no exemplar names {span}");
    for expected in [
        TRACE,
        SPAN,
        "embedded engine",
        "check sql",
        "atest-ext-ai",
        "team",
    ] {
        assert!(seen.contains(expected), "no {expected:?} in\n{seen}");
    }
}
