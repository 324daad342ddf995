//! A planted key appears nowhere: not in replies, logs, metrics or on the command line's output.

use serde_json::json;

use crate::fake_provider::{End, FakeProvider, Received, Script, anthropic_sse, ollama_ndjson, openai_sse};
use crate::support::http::get;
use crate::support::plugin::Plugin;
use crate::{GOOD, ask, query};

const STORED: &str = "sk-stored-7f3a9c-planted";
const BROUGHT: &str = "sk-brought-51be0d-planted";
const HEADER: &str = "header-0c44aa-planted";

/// What providers do with a key that is not right: some repeat it.
fn script(request: &Received, round: usize) -> Script {
    let key = format!(
        "{}{}",
        request.header("authorization"),
        request.header("x-api-key")
    );
    match round {
        0 => openai_sse(GOOD),
        1 => Script::json(
            401,
            format!(
                r#"{{"error":{{"message":"Incorrect API key provided: {key}","code":"invalid_api_key"}}}}"#
            ),
        ),
        2 => Script::json(
            400,
            format!(r#"{{"error":{{"message":"bad header {key} for {STORED} {HEADER}"}}}}"#),
        ),
        3 => Script::json(500, format!("<html>{key} {STORED}</html>")),
        4 => Script::raw(format!("HTTP/1.1 200 OK\r\nbroken {key} {STORED}\r\n\r\n")),
        5 => Script::events().piece(format!(
            "data: {{\"error\":{{\"message\":\"{key} {STORED}\"}}}}\n\n"
        )),
        6 => Script::status(302).header("location", &format!("http://127.0.0.1:9/{STORED}?k={STORED}")),
        7 => Script::events()
            .piece(format!("data: {STORED} {key}\n\n"))
            .end(End::Reset),
        8 => anthropic_sse(&format!("{{\"sql\": \"SELECT '{STORED}' FROM nowhere\"}}")),
        _ => ollama_ndjson(&format!("sorry, {key}")),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_error_log_or_metric_repeats_a_key() {
    for kind in ["openai", "anthropic", "ollama", "custom"] {
        let provider = FakeProvider::start(|request: &Received| script(request, request.number % 10)).await;
        let config = format!(
            "logging:\n  level: trace\nai:\n  default_service: it\n  circuit_breaker:\n    enabled: false\n  retry:\n    enabled: false\n  \
             services:\n    it:\n      provider: {kind}\n      endpoint: {}\n      api_key: {STORED}\n      model: m\n      \
             headers:\n        x-team: {HEADER}\n    builtin:\n      enabled: false\n",
            provider.url()
        );
        let plugin = Plugin::start(&config);
        let mut said = String::new();
        for number in 0..10 {
            said.push_str(&ask(&plugin, &json!({"existing_sql": format!("SELECT {number}")})).text());
            said.push_str(
                &ask(
                    &plugin,
                    &json!({"config": {"provider": kind, "endpoint": provider.url(), "api_key": BROUGHT}}),
                )
                .text(),
            );
            for key in [
                "test_connection",
                "health_check",
                "models",
                "providers",
                "capabilities",
            ] {
                let parameters = json!({"provider": "it", "api_key": BROUGHT, "include_unavailable": true});
                said.push_str(&query(&plugin, key, &parameters).text());
            }
        }
        let update = json!({"provider": "it", "config": {"api_key": BROUGHT, "endpoint": "not a url"}});
        said.push_str(&query(&plugin, "update_config", &update).text());
        let update = json!({"provider": "it", "config": {"api_key": BROUGHT, "model": "m"}});
        said.push_str(&query(&plugin, "update_config", &update).text());
        for path in ["/metrics", "/health?verbose", "/health/ready?verbose"] {
            said.push_str(&get(plugin.http, path).text());
        }
        for arguments in [
            &["--test-providers"][..],
            &["--validate"],
            &["config", "show"],
            &["models", "list"],
            &["ask", "show all users", "--provider", "it"],
        ] {
            let output = plugin.run(arguments);
            said.push_str(&String::from_utf8_lossy(&output.stdout));
            said.push_str(&String::from_utf8_lossy(&output.stderr));
        }
        said.push_str(&plugin.log());
        assert!(
            provider.requests() > 20,
            "{kind}: the providers were hardly asked"
        );
        for planted in [STORED, BROUGHT, HEADER, "7f3a9c", "51be0d", "0c44aa"] {
            let found = said.find(planted).map(|at| {
                let from = said.floor_char_boundary(at.saturating_sub(200));
                let to = said.ceil_char_boundary((at + 100).min(said.len()));
                said[from..to].to_owned()
            });
            assert_eq!(found, None, "{kind}");
        }
    }
}
