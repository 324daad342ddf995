//! `--test-providers` and `models`, as an operator types them.

use std::process::Output;

use serde_json::Value;

use crate::GOOD;
use crate::fake_provider::{FakeProvider, Received, Script, ollama_ndjson, openai_sse};
use crate::support::plugin::Plugin;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

const SQL: &str =
    r#"{"sql": "SELECT COUNT(*) FROM users", "explanation": "Counts users.", "answerable": true}"#;

#[tokio::test(flavor = "multi_thread")]
async fn every_provider_is_tested_and_one_that_fails_makes_the_exit_code() {
    let good = FakeProvider::start(|request: &Received| match request.method.as_str() {
        "GET" => Script::json(200, r#"{"data":[{"id":"a"},{"id":"b"}]}"#),
        _ => openai_sse(SQL),
    })
    .await;
    let config = format!(
        "ai:\n  health_check_interval: 0s\n  services:\n    fine:\n      provider: custom\n      endpoint: {}\n      model: a\n    off:\n      provider: custom\n      \
         endpoint: http://127.0.0.1:9\n      enabled: false\n",
        good.url()
    );
    let plugin = Plugin::start(&config);
    let output = plugin.run(&["--test-providers"]);
    let table = text(&output.stdout);
    assert_eq!(code(&output), Some(0), "{table}{}", text(&output.stderr));
    for line in ["builtin", "fine", "off"] {
        assert!(table.contains(line), "{table}");
    }

    let config = format!(
        "{config}    broken:\n      provider: openai\n      endpoint: http://127.0.0.1:9\n      api_key: k\n      model: m\n"
    );
    let plugin = Plugin::start(&config);
    let output = plugin.run(&["--test-providers", "--json"]);
    assert_eq!(code(&output), Some(1), "{}", text(&output.stdout));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let of = |name: &str| {
        report["providers"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["provider"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(
        (of("fine")["ok"].clone(), of("fine")["models"].clone()),
        (true.into(), 2.into())
    );
    assert_eq!(of("off")["ok"], Value::Null);
    assert_eq!(of("broken")["ok"], false);
    assert!(
        of("broken")["error"].as_str().unwrap().contains("refuse"),
        "{report}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn models_are_listed_as_the_provider_lists_them() {
    let provider =
        FakeProvider::start(|_: &Received| Script::json(200, r#"{"data":[{"id":"gpt-5"},{"id":"own"}]}"#))
            .await;
    let config = format!(
        "ai:\n  health_check_interval: 0s\n  services:\n    openai:\n      endpoint: {}\n      api_key: k\n      model: gpt-5\n",
        provider.url()
    );
    let plugin = Plugin::start(&config);
    let output = plugin.run(&["models", "list", "--provider", "openai"]);
    let table = text(&output.stdout);
    assert_eq!(code(&output), Some(0), "{table}");
    assert!(table.contains("gpt-5") && table.contains("own"), "{table}");
    let output = plugin.run(&["models", "list", "--json"]);
    let listed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(listed["openai"][1]["price_usd_per_million"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_pulled_with_progress_and_a_failure_is_told() {
    let lines = [
        r#"{"status":"pulling manifest"}"#,
        r#"{"status":"pulling 8eeb52dfb3bb","digest":"sha256:8e","total":1000,"completed":100}"#,
        r#"{"status":"pulling 8eeb52dfb3bb","digest":"sha256:8e","total":1000,"completed":1000}"#,
        r#"{"status":"verifying sha256 digest"}"#,
        r#"{"status":"success"}"#,
    ];
    let provider = FakeProvider::start(move |request: &Received| match request.path.as_str() {
        "/api/pull" if request.json()["model"] == "llama3" => Script::lines().piece(lines.join("\n") + "\n"),
        "/api/pull" if request.json()["model"] == "cut" => {
            Script::lines().piece(lines[..2].join("\n") + "\n")
        }
        "/api/pull" => Script::lines().piece(
            "{\"status\":\"pulling manifest\"}\n{\"error\":\"pull model manifest: file does not exist\"}\n",
        ),
        _ => ollama_ndjson(GOOD),
    })
    .await;
    let config = format!(
        "ai:\n  health_check_interval: 0s\n  services:\n    ollama:\n      endpoint: {}\n      model: llama3\n",
        provider.url()
    );
    let plugin = Plugin::start(&config);
    let output = plugin.run(&["models", "pull"]);
    assert_eq!(code(&output), Some(0), "{}", text(&output.stderr));
    let progress = text(&output.stderr);
    assert!(
        progress.contains("pulling manifest") && progress.contains("100%"),
        "{progress}"
    );
    for (model, words) in [("nothing", "file does not exist"), ("cut", "ended")] {
        let output = plugin.run(&["models", "pull", model]);
        assert_eq!(code(&output), Some(1));
        assert!(text(&output.stderr).contains(words), "{}", text(&output.stderr));
    }
}
