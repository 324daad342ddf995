//! `providers`, `models`, `models_catalog`, `test_connection`, `health_check`: asked of the providers themselves.

use serde_json::{Value, json};

use crate::fake_provider::{FakeProvider, Received, Script};
use crate::query;
use crate::support::plugin::Plugin;

const TAGS: &str = r#"{"models":[{"name":"llama3:latest","model":"llama3:latest","size":4},{"name":"qwen2.5-coder:7b","model":"qwen2.5-coder:7b","size":5}]}"#;

async fn ollama() -> FakeProvider {
    FakeProvider::start(|request: &Received| match request.path.as_str() {
        "/api/tags" => Script::json(200, TAGS),
        "/api/version" => Script::json(200, r#"{"version":"0.9.0"}"#),
        _ => Script::json(500, r#"{"error":"no chat today"}"#),
    })
    .await
}

fn pair(reply: &crate::support::http::Reply, key: &str) -> Value {
    let text = reply
        .pair(key)
        .unwrap_or_else(|| panic!("{key}: {}", reply.text()));
    serde_json::from_str(&text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_from_the_provider_and_nothing_is_made_up() {
    let provider = ollama().await;
    let config = format!(
        "ai:\n  services:\n    ollama:\n      endpoint: {}\n      model: llama3\n",
        provider.url()
    );
    let plugin = Plugin::start(&config);
    let models = query(&plugin, "models", &json!({"provider": "local"}));
    assert_eq!(models.pair("provider").as_deref(), Some("local"));
    assert_eq!(models.pair("count").as_deref(), Some("2"));
    assert_eq!(pair(&models, "models")[1]["id"], "qwen2.5-coder:7b");
    let all = pair(&query(&plugin, "models", &json!({})), "models");
    assert_eq!(all["ollama"].as_array().unwrap().len(), 2);
    assert_eq!(all["builtin"].as_array().unwrap().len(), 1);
    let listed = pair(&query(&plugin, "providers", &json!({})), "providers");
    let names: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].clone())
        .collect();
    assert_eq!(names, ["builtin", "ollama"]);

    drop(provider);
    let plugin = Plugin::start(
        "ai:\n  services:\n    ollama:\n      endpoint: http://127.0.0.1:9\n      model: llama3\n",
    );
    let gone = query(&plugin, "models", &json!({"provider": "ollama"}));
    assert_eq!(gone.status, 404, "{}", gone.text());
    let listed = pair(
        &query(&plugin, "providers", &json!({"include_unavailable": true})),
        "providers",
    );
    let ollama = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "ollama")
        .unwrap();
    assert_eq!(ollama["available"], false);
    assert!(ollama["reason"].as_str().unwrap().contains("refuse"), "{ollama}");
    assert!(
        listed
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["name"] == "anthropic" && one["available"] == false)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_knows_the_usual_services_without_asking_anybody() {
    let plugin =
        Plugin::start("ai: {services: {deepseek: {max_tokens: 700, timeout: 90s, model: deepseek-chat}}}");
    let catalog = pair(&query(&plugin, "models_catalog", &json!({})), "catalog");
    // What is set is shown, so that whoever changes it sees what it was.
    assert_eq!(
        catalog["deepseek"]["settings"],
        json!({"model": "deepseek-chat", "max_tokens": 700, "timeout_seconds": 90.0})
    );
    assert_eq!(catalog["openai"]["settings"], json!(null));
    assert_eq!(catalog["openai"]["endpoint"], "https://api.openai.com");
    assert_eq!(catalog["openai"]["requires_api_key"], true);
    assert_eq!(catalog["openai"]["display_name"], "OpenAI");
    assert!(
        catalog["deepseek"]["models"]
            .as_array()
            .unwrap()
            .iter()
            .any(|model| model["id"] == "deepseek-chat")
    );
    assert_eq!(catalog["ollama"]["category"], "local");
    let one = query(&plugin, "models_catalog", &json!({"provider": "anthropic"}));
    assert_eq!(one.pair("provider").as_deref(), Some("anthropic"));
    assert_eq!(
        query(&plugin, "models_catalog", &json!({"provider": "skynet"})).status,
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_tested_by_a_real_call_also_for_a_service_that_is_not_configured() {
    let provider = ollama().await;
    let plugin = Plugin::start("");
    let good = query(
        &plugin,
        "test_connection",
        &json!({"provider": "local", "endpoint": provider.url(), "model": "llama3", "max_tokens": 2048, "timeout": "120s"}),
    );
    assert_eq!(good.pair("success").as_deref(), Some("true"), "{}", good.text());
    assert_eq!(good.pair("message").as_deref(), Some("Connection successful"));
    assert_eq!(good.pair("provider").as_deref(), Some("ollama"));
    assert!(pair(&good, "result")["response_time"].as_u64().unwrap() > 0);
    let missing = query(
        &plugin,
        "test_connection",
        &json!({"provider": "ollama", "endpoint": provider.url(), "model": "gpt-5"}),
    );
    assert_eq!(missing.pair("success").as_deref(), Some("false"));
    let message = missing.pair("message").unwrap();
    assert!(
        message.contains("gpt-5") && message.contains("llama3:latest"),
        "{message}"
    );
    assert_eq!(missing.pair("error").as_deref(), Some(message.as_str()));
    let refused = query(
        &plugin,
        "test_connection",
        &json!({"provider": "ollama", "endpoint": "http://127.0.0.1:9", "model": "m"}),
    );
    assert!(
        refused.pair("message").unwrap().contains("refuse"),
        "{}",
        refused.text()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_of_the_provider_that_was_named() {
    let provider = ollama().await;
    let config = format!(
        "ai:\n  services:\n    ollama:\n      endpoint: {}\n      model: llama3\n    openai:\n      endpoint: http://127.0.0.1:9\n      \
         api_key: k\n      model: m\n",
        provider.url()
    );
    let plugin = Plugin::start(&config);
    for (name, healthy) in [
        ("ollama", "true"),
        ("local", "true"),
        ("openai", "false"),
        ("builtin", "true"),
        ("anthropic", "false"),
    ] {
        let reply = query(&plugin, "health_check", &json!({"provider": name, "timeout": 5}));
        assert_eq!(
            reply.pair("healthy").as_deref(),
            Some(healthy),
            "{name}: {}",
            reply.text()
        );
        assert_eq!(reply.pair("success").as_deref(), Some("true"));
        assert_eq!(reply.pair("error").unwrap().is_empty(), healthy == "true");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_prober_sees_a_provider_go_and_come_back_without_a_question() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    let is_well = Arc::new(AtomicBool::new(true));
    let told = Arc::clone(&is_well);
    let provider = FakeProvider::start(move |_: &Received| match told.load(Ordering::SeqCst) {
        true => Script::json(200, r#"{"data":[{"id":"m"}]}"#),
        false => Script::json(503, "{}"),
    })
    .await;
    let config = format!(
        "ai:\n  health_check_interval: 1s\n  services:\n    it:\n      provider: custom\n      endpoint: {}\n      model: m\n",
        provider.url()
    );
    let plugin = Plugin::start(&config);
    for well in [true, false, true] {
        is_well.store(well, Ordering::SeqCst);
        let wanted = if well { 1.0 } else { 0.0 };
        let started = std::time::Instant::now();
        while crate::metric(&plugin, r#"atest_ai_provider_up{provider="it"}"#) != Some(wanted) {
            assert!(started.elapsed().as_secs() < 20, "never {wanted}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}
