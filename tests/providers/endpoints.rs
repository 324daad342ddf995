//! Which endpoints a request may name, and whose key goes there.

use serde_json::json;

use crate::fake_provider::{FakeProvider, Received, Script, openai_sse};
use crate::support::plugin::Plugin;
use crate::{GOOD, ask, query};

async fn good() -> FakeProvider {
    FakeProvider::start(|_: &Received| openai_sse(GOOD)).await
}

/// A server that keeps the `authorization` headers it was sent.
async fn listening() -> (FakeProvider, std::sync::mpsc::Receiver<String>) {
    let (sender, received) = std::sync::mpsc::channel();
    let provider = FakeProvider::start(move |request: &Received| {
        let _ = sender.send(format!(
            "{}{}",
            request.header("authorization"),
            request.header("x-api-key")
        ));
        openai_sse(GOOD)
    })
    .await;
    (provider, received)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_key_stays_with_the_endpoint_it_was_stored_for() {
    let (home, other) = (good().await, listening().await);
    let config = format!(
        "ai:\n  health_check_interval: 0s\n  default_service: it\n  services:\n    it:\n      provider: custom\n      endpoint: {}\n      \
         api_key: k-planted\n      model: m\n      headers:\n        x-team-token: k-header\n",
        home.url()
    );
    let plugin = Plugin::start(&config);
    let reply = ask(&plugin, &json!({"config": {"endpoint": other.0.url()}}));
    assert_eq!(reply.pair("success").as_deref(), Some("true"), "{}", reply.text());
    assert_eq!(
        other.1.recv_timeout(crate::support::plugin::PATIENCE).unwrap(),
        "",
        "the stored key went to an endpoint from a request"
    );
    let own = ask(
        &plugin,
        &json!({"config": {"endpoint": other.0.url(), "api_key": "mine"}}),
    );
    assert_eq!(own.pair("success").as_deref(), Some("true"), "{}", own.text());
    assert_eq!(
        other.1.recv_timeout(crate::support::plugin::PATIENCE).unwrap(),
        "Bearer mine"
    );
    // The same endpoint in another spelling is the service's own.
    let spelled = ask(
        &plugin,
        &json!({"config": {"endpoint": format!("{}/v1/", home.url())}}),
    );
    assert_eq!(
        spelled.pair("success").as_deref(),
        Some("true"),
        "{}",
        spelled.text()
    );
    assert_eq!(home.requests(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_no_way_into_the_network() {
    let plugin = Plugin::start("ai:\n  allowed_endpoints: [\"https://*.example.com\"]\n");
    for endpoint in [
        "http://169.254.169.254",
        "http://10.0.0.1:8080",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "http://[fd00::1]",
        "http://intranet",
        "http://llm.example.com",
        "https://example.com.evil.org",
        "https://user@llm.example.com",
        "file:///etc/passwd",
        "gopher://127.0.0.1",
    ] {
        for key in ["generate", "test_connection", "models", "health_check"] {
            let parameters =
                json!({"prompt": "show all users", "provider": "custom", "model": "m", "endpoint": endpoint});
            let reply = query(&plugin, key, &parameters);
            let text = reply.text();
            assert!(text.contains("endpoint"), "{key} {endpoint}: {text}");
            assert_ne!(reply.pair("healthy").as_deref(), Some("true"), "{key} {endpoint}");
            if key != "health_check" {
                assert_ne!(
                    reply.pair("success").as_deref(),
                    Some("true"),
                    "{key} {endpoint}: {text}"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_leads_nowhere() {
    let elsewhere = listening().await;
    let target = elsewhere.0.url();
    let home = FakeProvider::start(move |_: &Received| {
        Script::status(307).header("location", &format!("{target}/v1/chat/completions"))
    })
    .await;
    let config = format!(
        "ai:\n  health_check_interval: 0s\n  default_service: it\n  services:\n    it:\n      provider: custom\n      endpoint: {}\n      \
         api_key: k-planted\n      model: m\n    builtin:\n      enabled: false\n",
        home.url()
    );
    let plugin = Plugin::start(&config);
    let reply = ask(&plugin, &json!({}));
    assert_eq!(
        reply.pair("error_kind").as_deref(),
        Some("policy"),
        "{}",
        reply.text()
    );
    assert_eq!(elsewhere.0.requests(), 0);
}
