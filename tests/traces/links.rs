//! One question: the caller's span, its own, the provider's call, its log line and its exemplar name one trace.

use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use serde_json::Value;
use tokio::net::UnixStream;
use tonic::transport::Endpoint;

use crate::collector::{Collector, attribute, hex};
use crate::contract::remote::loader_client::LoaderClient;
use crate::contract::server::DataQuery;
use crate::fake_provider::{FakeProvider, Received, Script, openai_sse};
use crate::support::http;
use crate::support::plugin::Plugin;
use crate::{CALLER, SPAN, TRACE, ask, provider, traced};

const GOOD: &str = r#"{"sql": "SELECT name FROM users", "explanation": "Names.", "tables": ["users"],
 "assumptions": [], "answerable": true, "clarification": null}"#;

type Headers = Arc<Mutex<Vec<(String, String)>>>;

/// A provider that keeps the headers of the last question.
async fn scripted(status: u16) -> (FakeProvider, Headers) {
    let headers = Headers::default();
    let into = Arc::clone(&headers);
    let provider = FakeProvider::start(move |received: &Received| {
        if received.method == "GET" {
            return Script::json(200, r#"{"data":[{"id":"m-1"}]}"#);
        }
        into.lock().unwrap().clone_from(&received.headers);
        match status {
            200 => openai_sse(GOOD),
            status => Script::json(status, r#"{"error":{"message":"no"}}"#),
        }
    })
    .await;
    (provider, headers)
}

fn header(headers: &Headers, name: &str) -> Option<String> {
    let headers = headers.lock().unwrap();
    headers
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.clone())
}

/// The log's line of a message.
fn line(plugin: &Plugin, message: &str) -> Value {
    // Lines are gathered for some milliseconds.
    plugin.wait_for_log(message, 1);
    let log = plugin.log();
    let mut lines = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines
        .rfind(|line| line["message"] == message)
        .unwrap_or_else(|| panic!("no line {message:?} in\n{log}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn caller_question_call_log_line_and_exemplar_name_one_trace() {
    let collector = Collector::start().await;
    let (provider_server, headers) = scripted(200).await;
    let plugin = Plugin::start(&(traced(&collector.url()) + &provider(&provider_server.url())));
    let reply = ask(
        &plugin,
        "names of all users",
        &[
            ("traceparent", CALLER),
            ("tracestate", "vendor=secret"),
            ("baggage", "user=ann"),
        ],
    );
    assert_eq!(reply.pair("success").as_deref(), Some("true"), "{}", reply.text());

    let trace = collector.trace_with("POST /api/v1/data/query").await;
    let (root, call) = (trace.span("POST /api/v1/data/query"), trace.span("chat m-1"));
    for span in &trace.0 {
        assert_eq!(hex(&span.trace_id), TRACE, "{}", span.name);
        assert!(
            span.end_time_unix_nano >= span.start_time_unix_nano,
            "{}",
            span.name
        );
    }
    assert_eq!(
        (hex(&root.parent_span_id).as_str(), root.kind()),
        (SPAN, SpanKind::Server)
    );
    assert_eq!(
        (&call.parent_span_id, call.kind()),
        (&root.span_id, SpanKind::Client)
    );
    for name in ["look into cache", "check sql"] {
        assert_eq!(trace.span(name).parent_span_id, root.span_id, "{name}");
    }

    let port = provider_server.address().port().to_string();
    for (name, value) in [
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.provider.name", "it"),
        ("gen_ai.request.model", "m-1"),
        ("server.address", "127.0.0.1"),
        ("server.port", port.as_str()),
        ("atest_ai.attempt", "1"),
    ] {
        assert_eq!(attribute(call, name).as_deref(), Some(value), "{name}");
    }
    assert!(attribute(call, "gen_ai.usage.input_tokens").is_some());
    assert!(attribute(call, "gen_ai.response.time_to_first_chunk").is_some());
    assert_eq!(attribute(root, "atest_ai.provider").as_deref(), Some("it"));
    assert_eq!(attribute(root, "atest_ai.request_id"), reply.pair("request_id"));

    // What the provider was sent along.
    let sent = format!("00-{TRACE}-{}-01", hex(&call.span_id));
    assert_eq!(header(&headers, "traceparent"), Some(sent));
    assert_eq!(
        (header(&headers, "baggage"), header(&headers, "tracestate")),
        (None, None)
    );

    let line = line(&plugin, "question answered");
    assert_eq!(
        (&line["trace_id"], &line["span_id"]),
        (&TRACE.into(), &hex(&root.span_id).into())
    );
    assert_eq!(
        line["request_id"].as_str().map(str::to_owned),
        reply.pair("request_id")
    );

    let metrics = http::send(
        plugin.http,
        "GET",
        "/metrics",
        &[("Accept", "application/openmetrics-text; version=1.0.0")],
        b"",
    )
    .text();
    for (metric, span) in [
        ("atest_ai_request_duration_seconds_bucket", root),
        ("atest_ai_provider_request_duration_seconds_bucket", call),
        ("atest_ai_time_to_first_token_seconds_bucket", call),
    ] {
        let exemplar = format!("# {{trace_id=\"{TRACE}\",span_id=\"{}\"}}", hex(&span.span_id));
        let found = metrics
            .lines()
            .any(|line| line.starts_with(metric) && line.contains(&exemplar));
        assert!(found, "{metric} names no {exemplar} in\n{metrics}");
    }
    let own = metrics
        .lines()
        .find_map(|line| line.strip_prefix("atest_ai_overhead_seconds_count "));
    assert_eq!(own, Some("1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_context_comes_with_grpc_metadata_too() {
    let collector = Collector::start().await;
    let plugin = Plugin::start(&traced(&collector.url()));
    let socket = plugin.socket.clone();
    let channel = Endpoint::from_static("http://localhost")
        .connect_with_connector(tower::service_fn(move |_: tonic::transport::Uri| {
            let socket = socket.clone();
            async move {
                UnixStream::connect(socket)
                    .await
                    .map(hyper_util::rt::TokioIo::new)
            }
        }))
        .await
        .unwrap();
    let mut request = tonic::Request::new(DataQuery {
        key: "generate".into(),
        sql: r#"{"prompt":"Show all users","database_type":"mysql"}"#.into(),
        ..DataQuery::default()
    });
    request
        .metadata_mut()
        .insert("traceparent", CALLER.parse().unwrap());
    LoaderClient::new(channel).query(request).await.unwrap();
    let trace = collector.trace_with("remote.Loader/Query").await;
    let root = trace.span("remote.Loader/Query");
    assert_eq!(hex(&root.trace_id), TRACE);
    assert_eq!(hex(&root.parent_span_id), SPAN);
    assert_eq!(attribute(root, "rpc.system.name").as_deref(), Some("grpc"));
    assert_eq!(trace.span("embedded engine").parent_span_id, root.span_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_attempt_is_a_span_and_a_failure_marks_it() {
    let collector = Collector::start().await;
    let (provider_server, _) = scripted(503).await;
    let config = provider(&provider_server.url())
        .replace("ai: {", "ai: {retry: {max_attempts: 2, initial_delay: 1ms}, ");
    let plugin = Plugin::start(&(traced(&collector.url()) + &config));
    let reply = ask(&plugin, "names of all users", &[]);
    assert_eq!(
        reply.pair("degraded").as_deref(),
        Some("true"),
        "{}",
        reply.text()
    );
    let trace = collector.trace_with("POST /api/v1/data/query").await;
    let attempts: Vec<_> = trace.0.iter().filter(|span| span.name == "chat m-1").collect();
    assert_eq!(attempts.len(), 2);
    for attempt in &attempts {
        assert_eq!(attempt.status.as_ref().unwrap().code(), StatusCode::Error);
        assert_eq!(
            attribute(attempt, "http.response.status_code").as_deref(),
            Some("503")
        );
        assert!(attribute(attempt, "error.type").is_some());
    }
    trace.span("wait before asking again");
    trace.span("embedded engine");
    let root = trace.span("POST /api/v1/data/query");
    assert_eq!(
        root.status
            .as_ref()
            .map_or(StatusCode::Unset, |status| status.code()),
        StatusCode::Unset
    );
    assert_eq!(attribute(root, "atest_ai.degraded").as_deref(), Some("true"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_is_sent_although_its_caller_does_not_sample() {
    let collector = Collector::start().await;
    let (provider_server, _) = scripted(401).await;
    let config = "tracing: {endpoint: '".to_owned()
        + &collector.url()
        + "', protocol: http/protobuf, sample_ratio: 0, batch_delay: 50ms}\n"
        + &provider(&provider_server.url()).replace("services: {", "services: {builtin: {enabled: false}, ");
    let plugin = Plugin::start(&config);
    let refused = ask(
        &plugin,
        "names of all users",
        &[("traceparent", &CALLER.replace("-01", "-00"))],
    );
    assert_eq!(
        refused.pair("success").as_deref(),
        Some("false"),
        "{}",
        refused.text()
    );
    let trace = collector.trace_with("POST /api/v1/data/query").await;
    let root = trace.span("POST /api/v1/data/query");
    assert_eq!(hex(&root.parent_span_id), SPAN);
    assert_eq!(root.status.as_ref().unwrap().code(), StatusCode::Error);
}
