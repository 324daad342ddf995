//! The same question over each wire.

use serde_json::{Value, json};

use crate::fake_provider::{FakeProvider, Received, Script, anthropic_sse, ollama_ndjson, openai_sse};
use crate::support::plugin::Plugin;
use crate::{GOOD, ask, metric, sql};

/// How a wire writes an answer.
type Writes = fn(&str) -> Script;

async fn fake(answer: Writes) -> FakeProvider {
    FakeProvider::start(move |received: &Received| match received.method.as_str() {
        "POST" => answer(GOOD),
        _ => Script::json(404, "{}"),
    })
    .await
}

fn config(kind: &str, url: &str) -> String {
    format!(
        "ai:\n  health_check_interval: 0s\n  default_service: it\n  services:\n    it:\n      provider: {kind}\n      endpoint: {url}\n      \
         api_key: k-planted\n      model: model-x\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wire_gives_checked_sql_on_one_line_with_its_usage() {
    let wires: [(&str, Writes); 5] = [
        ("ollama", ollama_ndjson),
        ("openai", openai_sse),
        ("deepseek", openai_sse),
        ("custom", openai_sse),
        ("anthropic", anthropic_sse),
    ];
    for (kind, answer) in wires {
        let provider = fake(answer).await;
        let plugin = Plugin::start(&config(kind, &provider.url()));
        let reply = ask(&plugin, &json!({}));
        assert_eq!(
            reply.pair("success").as_deref(),
            Some("true"),
            "{kind}: {}",
            reply.text()
        );
        assert_eq!(
            sql(&reply),
            "SELECT name FROM users WHERE active = TRUE",
            "{kind}"
        );
        assert_eq!(reply.pair("provider").as_deref(), Some("it"));
        assert_eq!(reply.pair("model_used").as_deref(), Some("model-x"));
        assert_eq!(
            reply.pair("explanation").as_deref(),
            Some("Names of active users.")
        );
        assert_eq!(reply.pair("degraded").as_deref(), Some("false"));
        let meta: Value = serde_json::from_str(&reply.pair("meta").unwrap()).unwrap();
        assert_eq!(meta["usage"]["input"], 100, "{kind}: {meta}");
        assert_eq!(meta["usage"]["output"], 20, "{kind}: {meta}");
        assert_eq!(provider.requests(), 1, "{kind}");
        let tokens = metric(
            &plugin,
            r#"atest_ai_tokens_total{provider="it",model="model-x",direction="output"}"#,
        );
        let tokens = tokens.or_else(|| {
            metric(
                &plugin,
                r#"atest_ai_tokens_total{direction="output",model="model-x",provider="it"}"#,
            )
        });
        assert_eq!(tokens, Some(20.0), "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_answer_is_given_again_without_asking() {
    let provider = fake(openai_sse).await;
    let plugin = Plugin::start(&config("custom", &provider.url()));
    let first = ask(&plugin, &json!({}));
    assert_eq!(first.pair("cached").as_deref(), Some("false"), "{}", first.text());
    let again = ask(&plugin, &json!({}));
    assert_eq!(again.pair("cached").as_deref(), Some("true"), "{}", again.text());
    assert_eq!(again.pair("generated_sql"), first.pair("generated_sql"));
    assert_eq!(provider.requests(), 1);
    let other = ask(&plugin, &json!({"prompt": "names of users"}));
    assert_eq!(other.pair("cached").as_deref(), Some("false"));
    let dialect = ask(&plugin, &json!({"database_type": "sqlite"}));
    assert_eq!(dialect.pair("cached").as_deref(), Some("false"));
    assert_eq!(provider.requests(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_sql_is_never_given_out_as_sql() {
    // SQL that does not pass is given back once to be mended; what is no SQL at all is not.
    for (text, calls) in [
        ("", 1),
        ("<think>hm</think>", 1),
        ("I am sorry, I cannot help with that.", 1),
        (r#"{"sql": "DROP TABLE users", "answerable": true}"#, 2),
        (r#"{"sql": "SELECT nme FROM usrs", "answerable": true}"#, 2),
        (r#"{"sql": "SELECT 1; SELECT 2", "answerable": true}"#, 2),
        (r#"{"explanation": "x"}"#, 1),
    ] {
        let provider = FakeProvider::start(move |_: &Received| openai_sse(text)).await;
        let config = config("custom", &provider.url());
        let plugin = Plugin::start(&format!("{config}    builtin:\n      enabled: false\n"));
        let reply = ask(&plugin, &json!({}));
        assert_eq!(
            reply.pair("success").as_deref(),
            Some("false"),
            "{text}: {}",
            reply.text()
        );
        assert_eq!(reply.pair("generated_sql"), None);
        assert_eq!(
            reply.pair("error_kind").as_deref(),
            Some("invalid_response"),
            "{}",
            reply.text()
        );
        assert_eq!(provider.requests(), calls, "asked again for nothing: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_models_question_back_is_told_as_a_refusal() {
    let provider = FakeProvider::start(|_: &Received| {
        openai_sse(r#"{"sql": null, "answerable": false, "clarification": "Which users do you mean?"}"#)
    })
    .await;
    let plugin = Plugin::start(&config("custom", &provider.url()));
    let reply = ask(&plugin, &json!({}));
    assert_eq!(
        reply.pair("success").as_deref(),
        Some("false"),
        "{}",
        reply.text()
    );
    assert!(
        reply.pair("error").unwrap().contains("Which users do you mean?"),
        "{}",
        reply.text()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_request_asks_for_arrives_at_the_provider() {
    let (sender, received) = std::sync::mpsc::channel();
    let provider = FakeProvider::start(move |request: &Received| {
        let _ = sender.send(request.clone());
        openai_sse(GOOD)
    })
    .await;
    let plugin = Plugin::start("");
    let reply = ask(
        &plugin,
        &json!({"model": "asked-for", "config": {"provider": "custom", "endpoint": provider.url(), "api_key": "mine",
                "max_tokens": 77, "timeout": "20s"}}),
    );
    assert_eq!(reply.pair("success").as_deref(), Some("true"), "{}", reply.text());
    let request = received.recv_timeout(crate::support::plugin::PATIENCE).unwrap();
    assert_eq!(request.header("authorization"), "Bearer mine");
    let body = request.json();
    assert_eq!(body["model"], "asked-for");
    let most = body.get("max_tokens").or(body.get("max_completion_tokens"));
    assert_eq!(most, Some(&json!(77)), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_honoured_is_refused_and_says_what_to_do() {
    let plugin = Plugin::start("");
    for (parameters, words) in [
        (json!({"provider": "openai", "model": "gpt-5"}), "API key"),
        (json!({"provider": "skynet"}), "skynet"),
        (json!({"endpoint": "http://localhost:1"}), "endpoint"),
        (json!({"provider": "custom", "model": "m"}), "endpoint"),
        (
            json!({"provider": "ollama", "endpoint": "not a url", "model": "m"}),
            "endpoint",
        ),
    ] {
        let reply = ask(&plugin, &parameters);
        assert_eq!(
            reply.pair("success").as_deref(),
            Some("false"),
            "{parameters}: {}",
            reply.text()
        );
        let error = reply.pair("error").unwrap();
        assert!(error.contains(words), "{parameters}: {error}");
        assert_eq!(reply.pair("error_kind").as_deref(), Some("provider_unavailable"));
    }
}
