use serde_json::{Value, json};

use crate::config::ProviderKind;
use crate::provider::fake_provider::{FakeProvider, Script, ollama_ndjson};
use crate::provider::remote::testing::*;
use crate::provider::{FailureKind, open};

const KIND: ProviderKind = ProviderKind::Ollama;

fn lines(lines: &[Value]) -> Script {
    Script::lines().piece(lines.iter().map(|line| format!("{line}\n")).collect::<String>())
}

fn text(piece: &str) -> Value {
    json!({ "model": "m", "message": { "role": "assistant", "content": piece }, "done": false })
}

fn done(prompt_eval_count: u64) -> Value {
    json!({ "model": "m", "message": { "content": "" }, "done": true, "done_reason": "stop",
            "prompt_eval_count": prompt_eval_count, "eval_count": 5 })
}

#[tokio::test]
async fn the_first_call_is_what_ollama_wants() {
    let fake = FakeProvider::start(|received| {
        let body = received.json();
        let is_good = body["format"]["type"] == "object"
            && body["options"]["num_ctx"] == 4096
            && body["options"]["num_predict"] == 2048
            && body["options"]["temperature"] == 0.0
            && body["truncate"] == false
            && body.get("think").is_none();
        if is_good {
            ollama_ndjson(ANSWER)
        } else {
            Script::json(500, body.to_string())
        }
    })
    .await;
    ask(&provider(KIND, &fake)).await.unwrap();
}

#[tokio::test]
async fn an_error_line_and_a_missing_end_are_failures() {
    let found = failure(
        KIND,
        lines(&[
            text("{\"sql"),
            json!({ "error": "llama runner process has terminated" }),
        ]),
    )
    .await;
    assert_eq!(found.kind, FailureKind::Server);
    assert!(found.message.contains("terminated"), "{}", found.message);
    let found = failure(KIND, lines(&[text(ANSWER)])).await;
    assert_eq!(found.kind, FailureKind::Network, "{}", found.message);
}

#[tokio::test]
async fn a_missing_model_is_told_how_to_get() {
    let found = failure(
        KIND,
        Script::json(404, r#"{"error":"model 'some-model' not found"}"#),
    )
    .await;
    assert_eq!(found.kind, FailureKind::NotFound);
    assert!(
        found.message.contains("`ollama pull some-model`"),
        "{}",
        found.message
    );
    assert!(
        found.message.contains("`atest-ext-ai models pull some-model`"),
        "{}",
        found.message
    );
}

#[tokio::test]
async fn an_answer_in_one_piece_is_read_too() {
    let whole =
        json!({ "model": "m", "message": { "content": ANSWER }, "done": true, "done_reason": "stop" });
    for body in [whole.to_string(), format!("{whole:#}\n")] {
        let fake = FakeProvider::start(move |_| Script::json(200, body.clone())).await;
        assert!(ask(&provider(KIND, &fake)).await.is_ok());
    }
}

#[tokio::test]
async fn an_answer_at_its_limit_is_cut() {
    let last = json!({ "message": { "content": "" }, "done": true, "done_reason": "length" });
    let found = failure(KIND, lines(&[text(ANSWER), last])).await;
    assert!(found.message.contains("max_tokens (2048)"), "{}", found.message);
}

#[tokio::test]
async fn newer_log_probabilities_are_read() {
    let piece = |text: &str, logprob: f64| {
        json!({ "message": { "content": text }, "done": false,
                "logprobs": [{ "token": text, "logprob": logprob, "bytes": text.as_bytes() }] })
    };
    let script = lines(&[
        piece("{\"sql\":\"", -9.0),
        piece("SELECT 1", -0.25),
        piece("\",\"explanation\":\"one\"}", -9.0),
        done(50),
    ]);
    let fake = FakeProvider::start(move |_| script.clone()).await;
    assert_eq!(
        ask(&provider(KIND, &fake)).await.unwrap().mean_logprob,
        Some(-0.25)
    );
}

#[tokio::test]
async fn a_cut_prompt_is_told() {
    let script = lines(&[text(ANSWER), done(4096)]);
    let fake = FakeProvider::start(move |_| script.clone()).await;
    let completion = ask(&provider(KIND, &fake)).await.unwrap();
    assert!(
        completion.warnings[0].contains("cut the prompt"),
        "{:?}",
        completion.warnings
    );

    // A model whose own context is smaller than the one asked for.
    let script = lines(&[text(ANSWER), done(2048)]);
    let fake = FakeProvider::start(move |_| script.clone()).await;
    let mut long = request();
    long.question = "word ".repeat(6000);
    let completion = provider(KIND, &fake).complete(&long).await.unwrap();
    assert!(
        completion.warnings[0].contains("2048 tokens"),
        "{:?}",
        completion.warnings
    );

    let script = lines(&[text(ANSWER), done(6100)]);
    let fake = FakeProvider::start(move |_| script.clone()).await;
    let completion = provider(KIND, &fake).complete(&long).await.unwrap();
    assert_eq!(completion.warnings, Vec::<String>::new());
}

#[tokio::test]
async fn a_model_that_thinks_is_told_not_to_from_then_on() {
    let fake = FakeProvider::start(|received| {
        let body = received.json();
        let expected = if received.number == 0 {
            None
        } else {
            Some(&Value::Bool(false))
        };
        assert_eq!(body.get("think"), expected);
        let thought = json!({ "message": { "content": "", "thinking": "hm {" }, "done": false });
        match received.number {
            0 => lines(&[thought, text(ANSWER), done(50)]),
            _ => ollama_ndjson(ANSWER),
        }
    })
    .await;
    let provider = provider(KIND, &fake);
    for _ in 0..3 {
        ask(&provider).await.unwrap();
    }
}

#[tokio::test]
async fn a_model_that_not_thinking_breaks_is_left_alone() {
    for breaks in [
        Script::json(400, r#"{"error":"invalid think value: \"false\""}"#),
        lines(&[text(""), done(50)]),
    ] {
        let fake = FakeProvider::start(move |received| {
            let thought = json!({ "message": { "content": "", "thinking": "hm" }, "done": false });
            match received.json().get("think") {
                None => lines(&[thought, text(ANSWER), done(50)]),
                Some(_) => breaks.clone(),
            }
        })
        .await;
        let provider = provider(KIND, &fake);
        ask(&provider).await.unwrap();
        // May fail once.
        let _ = ask(&provider).await;
        let before = fake.requests();
        ask(&provider).await.unwrap();
        ask(&provider).await.unwrap();
        assert_eq!(fake.requests(), before + 2);
    }
}

#[tokio::test]
async fn an_older_version_is_asked_for_json_by_its_name() {
    let fake = FakeProvider::start(|received| {
        if received.json()["format"] == "json" {
            return ollama_ndjson(ANSWER);
        }
        Script::json(
            400,
            r#"{"error":"json: cannot unmarshal object into Go struct field ChatRequest.format of type string"}"#,
        )
    })
    .await;
    let provider = provider(KIND, &fake);
    ask(&provider).await.unwrap();
    ask(&provider).await.unwrap();
    assert_eq!(fake.requests(), 3);
}

#[tokio::test]
async fn installed_models_and_the_version_are_asked_for() {
    let fake = FakeProvider::start(|received| match received.path.as_str() {
        "/api/tags" => Script::json(
            200,
            r#"{"models":[{"name":"qwen:7b","size":4700000000,"details":{"family":"qwen2","parameter_size":"7.6B",
               "quantization_level":"Q4_K_M"}},{"name":"llama:8b"}]}"#,
        ),
        "/api/version" => Script::json(200, r#"{"version":"0.9.0"}"#),
        _ => Script::json(500, ""),
    })
    .await;
    let provider = provider(KIND, &fake);
    let models = provider.models().await.unwrap();
    assert_eq!(models[0].id, "llama:8b");
    assert_eq!(models[1].description, "qwen2, 7.6B, Q4_K_M, 4.7 GB");
    provider.probe().await.unwrap();
}

#[tokio::test]
async fn another_server_at_its_place_is_not_well() {
    for script in [
        Script::json(200, "{}"),
        Script::json(200, "hello"),
        Script::json(404, ""),
    ] {
        let fake = FakeProvider::start(move |_| script.clone()).await;
        assert!(provider(KIND, &fake).probe().await.is_err());
    }
}

#[tokio::test]
async fn without_a_key_none_is_sent() {
    let fake = FakeProvider::start(|received| {
        assert_eq!(received.header("authorization"), "");
        ollama_ndjson(ANSWER)
    })
    .await;
    let mut target = target(KIND, &fake.url());
    target.api_key = Some("  \n".into());
    ask(&open(target)).await.unwrap();
}
