//! What must not be in a trace: keys, questions, SQL, unless content was asked for.

use crate::collector::Collector;
use crate::fake_provider::{FakeProvider, Script, openai_sse};
use crate::support::http;
use crate::support::plugin::Plugin;
use crate::{ask, provider, traced};

const SQL: &str = "SELECT name FROM users WHERE name = 'planted-value'";

async fn everything_sent(more: &str) -> String {
    let collector = Collector::start().await;
    let answer = format!(
        r#"{{"sql": "{SQL}", "explanation": "planted-explanation", "tables": ["users"], "assumptions": [],
 "answerable": true, "clarification": null}}"#
    );
    let scripted = FakeProvider::start(move |received| match received.number {
        // Some services repeat the key that they refuse.
        0 => Script::json(
            500,
            r#"{"error":{"message":"bad key sk-planted-0123456789abcdef"}}"#,
        ),
        _ => openai_sse(&answer),
    })
    .await;
    let config = traced(&collector.url()).replace("sampler:", &format!("{more}sampler:"))
        + &provider(&scripted.url()).replace("ai: {", "ai: {retry: {initial_delay: 1ms}, ");
    let plugin = Plugin::start_with(
        &config,
        &[("ATEST_EXT_AI_API_TOKEN", "planted-token-for-questions")],
    );
    let reply = ask(
        &plugin,
        "users called planted-question",
        &[("authorization", "Bearer planted-token-for-questions")],
    );
    assert_eq!(reply.pair("success").as_deref(), Some("true"), "{}", reply.text());
    let trace = collector.trace_with("POST /api/v1/data/query").await;
    let metrics = http::get(plugin.http, "/metrics").text();
    assert!(
        metrics.contains("it") && !metrics.contains("planted"),
        "{metrics}"
    );
    format!("{:?}", trace.0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_holds_no_key_no_question_and_no_sql() {
    let sent = everything_sent("").await;
    assert!(sent.contains("chat m-1"), "{sent}");
    assert!(!sent.contains("planted"), "{sent}");
    assert!(!sent.contains("SELECT"), "{sent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn content_is_there_when_it_was_asked_for_and_keys_never() {
    let sent = everything_sent("capture_content: true, ").await;
    assert!(
        sent.contains("planted-question") && sent.contains("SELECT name"),
        "{sent}"
    );
    assert!(
        !sent.contains("sk-planted") && !sent.contains("planted-token"),
        "{sent}"
    );
}
