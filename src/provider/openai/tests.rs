use serde_json::{Value, json};

use crate::config::ProviderKind;
use crate::provider::fake_provider::{FakeProvider, Received, Script, openai_sse};
use crate::provider::remote::testing::*;
use crate::provider::{FailureKind, ProviderError, TokenUsage, open};

/// Complains of `parameter` as long as it is sent.
fn complain(received: &Received, parameter: &str, message: &str) -> Option<Script> {
    let body = received.json();
    body.get(parameter).filter(|value| !value.is_null())?;
    let error = json!({ "error": {
        "message": message, "type": "invalid_request_error", "param": parameter, "code": "unsupported_parameter"
    } });
    Some(Script::json(400, error.to_string()))
}

fn chunks(chunks: &[Value]) -> Script {
    let lines: String = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
    Script::events().piece(lines + "data: [DONE]\n\n")
}

fn text(piece: &str) -> Value {
    json!({ "choices": [{ "index": 0, "delta": { "content": piece } }] })
}

fn stop() -> Value {
    json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] })
}

#[tokio::test]
async fn the_first_call_asks_for_everything_that_helps() {
    for (kind, limit, format) in [
        (ProviderKind::OpenAi, "max_completion_tokens", "json_schema"),
        (ProviderKind::Custom, "max_tokens", "json_schema"),
        (ProviderKind::DeepSeek, "max_tokens", "json_object"),
    ] {
        let fake = FakeProvider::start(move |received| {
            let body = received.json();
            let other = if limit == "max_tokens" {
                "max_completion_tokens"
            } else {
                "max_tokens"
            };
            let is_good = body[limit] == 2048
                && body.get(other).is_none()
                && body["response_format"]["type"] == format
                && body["temperature"] == 0.0
                && body.get("top_p").is_none()
                && body["logprobs"] == true
                && body["stream_options"]["include_usage"] == true
                && body.get("provider").is_none()
                && body["messages"][0]["role"] == "system"
                && body["messages"][1]["role"] == "user";
            if is_good {
                openai_sse(ANSWER)
            } else {
                Script::json(500, body.to_string())
            }
        })
        .await;
        ask(&provider(kind, &fake))
            .await
            .unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    }
}

#[tokio::test]
async fn usage_cost_and_probabilities_are_read() {
    let pieces = ["{\"sql\":\"", "SELECT", " 1", "\",\"explanation\":\"one\"}"];
    let logprobs = [-9.0, -0.5, -1.5, -9.0];
    let mut stream: Vec<Value> = pieces
        .iter()
        .zip(logprobs)
        .map(|(piece, logprob)| {
            json!({ "model": "vendor/m", "choices": [{
                "delta": { "content": piece, "reasoning_content": "hm", "reasoning": "hm" },
                "logprobs": { "content": [{ "token": piece, "logprob": logprob, "bytes": piece.as_bytes() }] }
            }] })
        })
        .collect();
    stream.push(stop());
    stream.push(json!({ "choices": [], "usage": {
        "prompt_tokens": 7, "completion_tokens": 9, "prompt_cache_hit_tokens": 3, "cost": 0.0125,
        "completion_tokens_details": { "reasoning_tokens": 4 }
    } }));
    let script = chunks(&stream);
    let fake = FakeProvider::start(move |_| script.clone()).await;
    let completion = ask(&provider(ProviderKind::Custom, &fake)).await.unwrap();
    assert_eq!(completion.sql, "SELECT 1");
    assert_eq!(completion.model, "vendor/m");
    assert_eq!(completion.mean_logprob, Some(-1.0));
    assert_eq!(completion.stated_cost, Some(0.0125));
    let usage = TokenUsage {
        input: 7,
        output: 9,
        cached_input: 3,
        reasoning: 4,
    };
    assert_eq!(completion.usage, Some(usage));
}

#[tokio::test]
async fn keep_alive_lines_before_and_between_are_passed_over() {
    let body = format!(
        "\n\n: keep-alive\n\n: OPENROUTER PROCESSING\n\ndata: {}\n\n: keep-alive\r\n\r\ndata: {}\n\ndata: [DONE]\n\n",
        text(ANSWER),
        stop()
    );
    let fake = FakeProvider::start(move |_| Script::events().piece(body.clone())).await;
    assert!(ask(&provider(ProviderKind::DeepSeek, &fake)).await.is_ok());
}

#[tokio::test]
async fn a_service_that_does_not_stream_is_read_too() {
    let whole = json!({
        "model": "m", "usage": null,
        "choices": [{ "message": { "role": "assistant", "content": ANSWER, "refusal": null }, "finish_reason": "stop" }],
    });
    let parts = json!({ "choices": [{ "message": { "content": [
        { "type": "thinking", "thinking": [{ "type": "text", "text": "hm" }] }, { "type": "text", "text": ANSWER }
    ] } }] });
    for script in [
        Script::json(200, whole.to_string()),
        Script::json(200, format!("\n\n{whole:#}")),
        Script::events().piece(whole.to_string()),
        Script::json(200, parts.to_string()),
    ] {
        let fake = FakeProvider::start(move |_| script.clone()).await;
        let completion = ask(&provider(ProviderKind::Custom, &fake)).await.unwrap();
        assert_eq!(completion.sql, "SELECT COUNT(*) FROM pots");
    }
}

#[tokio::test]
async fn an_end_without_its_mark_is_an_end_when_the_reason_is_given() {
    let lines = format!("data: {}\n\ndata: {}\n\n", text(ANSWER), stop());
    for script in [
        Script::events().piece(lines.clone()),
        Script::events()
            .piece(lines)
            .end(crate::provider::fake_provider::End::Hang),
    ] {
        let fake = FakeProvider::start(move |_| script.clone()).await;
        assert!(ask(&provider(ProviderKind::Custom, &fake)).await.is_ok());
    }
}

#[tokio::test]
async fn an_error_in_the_middle_of_a_stream_is_that_error() {
    let error = json!({ "error": { "message": "Overloaded", "type": "overloaded_error" }, "choices": [] });
    let found = failure(ProviderKind::Custom, chunks(&[text("{\"sq"), error])).await;
    assert_eq!(found.kind, FailureKind::Overloaded, "{}", found.message);
    let in_choice = json!({ "choices": [{
        "delta": { "content": "" }, "finish_reason": "error", "error": { "code": 429, "message": "slow" }
    }] });
    let found = failure(ProviderKind::Custom, chunks(&[text("{\"sq"), in_choice])).await;
    assert_eq!(found.kind, FailureKind::RateLimit, "{}", found.message);
}

#[tokio::test]
async fn a_cut_answer_and_a_refusal_are_no_sql() {
    let cut = json!({ "choices": [{ "delta": {}, "finish_reason": "length" }] });
    let usage =
        json!({ "choices": [], "usage": { "prompt_tokens": 7, "completion_tokens": 2048, "cost": 0.5 } });
    let found = failure(ProviderKind::OpenAi, chunks(&[text(ANSWER), cut, usage])).await;
    assert_eq!(found.kind, FailureKind::InvalidResponse);
    let bill = found.bill.unwrap();
    assert_eq!(bill.usage.map(|usage| usage.output), Some(2048));
    assert_eq!(bill.stated_cost, Some(0.5));
    assert!(found.message.contains("max_tokens (2048)"), "{}", found.message);
    let declines = [
        json!({ "choices": [{ "delta": { "refusal": "I will not." }, "finish_reason": "stop" }] }),
        json!({ "choices": [{ "delta": {}, "finish_reason": "content_filter" }] }),
    ];
    for decline in declines {
        let script = chunks(&[decline]);
        let fake = FakeProvider::start(move |_| script.clone()).await;
        match ask(&provider(ProviderKind::OpenAi, &fake)).await {
            Err(ProviderError::Refused {
                kind: "declined",
                reason,
                ..
            }) => assert!(reason.contains("tea"), "{reason}"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_quota_that_is_used_up_is_not_a_rate_limit() {
    let body =
        json!({ "error": { "message": "You exceeded your current quota", "code": "insufficient_quota" } });
    let found = failure(
        ProviderKind::OpenAi,
        Script::json(429, body.to_string()).header("retry-after", "1"),
    )
    .await;
    assert_eq!(found.kind, FailureKind::Quota, "{}", found.message);
    assert!(!found.kind.may_pass());
}

#[tokio::test]
async fn what_a_model_does_not_take_is_left_out_and_remembered() {
    for (parameter, message) in [
        (
            "response_format",
            "'response_format' of type 'json_schema' is not supported with this model.",
        ),
        ("logprobs", "logprobs is not supported"),
        (
            "stream_options",
            "Unrecognized request argument supplied: stream_options",
        ),
        ("temperature", "'temperature' does not support 0 with this model."),
        (
            "max_completion_tokens",
            "Unrecognized request argument supplied: max_completion_tokens",
        ),
    ] {
        let fake = FakeProvider::start(move |received| {
            complain(received, parameter, message).unwrap_or(openai_sse(ANSWER))
        })
        .await;
        let provider = provider(ProviderKind::OpenAi, &fake);
        ask(&provider)
            .await
            .unwrap_or_else(|error| panic!("{parameter}: {error}"));
        let first = fake.requests();
        assert!(first <= 3, "{parameter}: {first}");
        ask(&provider).await.unwrap();
        assert_eq!(fake.requests(), first + 1, "{parameter} must not be tried again");
    }
}

#[tokio::test]
async fn the_schema_gives_way_to_a_json_object_first() {
    let fake = FakeProvider::start(|received| {
        let body = received.json();
        match body["response_format"]["type"].as_str() {
            Some("json_schema") => {
                Script::json(400, r#"{"error":{"message":"json_schema is not supported"}}"#)
            }
            Some("json_object") if body["response_format"].get("schema").is_none() => openai_sse(ANSWER),
            _ => Script::json(500, "the object must be tried"),
        }
    })
    .await;
    let provider = provider(ProviderKind::OpenAi, &fake);
    ask(&provider).await.unwrap();
    ask(&provider).await.unwrap();
    assert_eq!(fake.requests(), 3);
}

/// llama-cpp-python answers 500 to a `response_format` that it does not know, and takes a schema beside `json_object`.
#[tokio::test]
async fn a_compatible_service_is_asked_by_a_schema_beside_the_object_and_then_without() {
    for (takes_schema, calls) in [(true, 2), (false, 3)] {
        let fake = FakeProvider::start(move |received| {
            let format = received.json()["response_format"].clone();
            if format["type"] != "json_object" {
                let error = "1 validation error: {'type': 'literal_error', 'loc': ('body', 'response_format', \
                             'type'), 'msg': \"Input should be 'text' or 'json_object'\", 'input': 'json_schema'}";
                let body = json!({ "error": { "message": error, "type": "internal_server_error", "param": null } });
                return Script::json(500, body.to_string());
            }
            match format.get("schema") {
                Some(schema) if takes_schema => {
                    assert_eq!(schema["required"][0], "sql");
                    openai_sse(ANSWER)
                }
                Some(_) => Script::json(422, r#"{"detail":"response_format.schema: Extra inputs are not permitted"}"#),
                None => openai_sse(ANSWER),
            }
        })
        .await;
        let provider = provider(ProviderKind::Custom, &fake);
        ask(&provider).await.unwrap();
        assert_eq!(fake.requests(), calls);
        ask(&provider).await.unwrap();
        assert_eq!(fake.requests(), calls + 1);
    }
}

#[tokio::test]
async fn a_reasoning_model_is_asked_by_the_newer_limit() {
    let fake = FakeProvider::start(|received| {
        let message = "Unsupported parameter: 'max_tokens' is not supported with this model. Use \
                       'max_completion_tokens' instead.";
        complain(received, "max_tokens", message).unwrap_or_else(|| {
            assert_eq!(received.json()["max_completion_tokens"], 2048);
            openai_sse(ANSWER)
        })
    })
    .await;
    let provider = provider(ProviderKind::Custom, &fake);
    ask(&provider).await.unwrap();
    ask(&provider).await.unwrap();
    assert_eq!(fake.requests(), 3);
}

#[tokio::test]
async fn a_service_that_takes_nothing_new_is_learned_in_the_end() {
    let fake = FakeProvider::start(|received| {
        [
            "logprobs",
            "stream_options",
            "temperature",
            "response_format",
            "max_tokens",
        ]
        .into_iter()
        .find_map(|parameter| complain(received, parameter, &format!("unknown argument {parameter}")))
        .unwrap_or_else(|| openai_sse(ANSWER))
    })
    .await;
    let provider = provider(ProviderKind::Custom, &fake);
    // One call gives up something at most six times, and what it has learned stays.
    assert_eq!(failure_of(&provider).await.kind, FailureKind::BadRequest);
    assert_eq!(fake.requests(), 7);
    ask(&provider).await.unwrap();
    let second = fake.requests();
    ask(&provider).await.unwrap();
    assert_eq!(fake.requests(), second + 1);
}

#[tokio::test]
async fn a_bad_request_about_something_else_changes_nothing() {
    for message in [
        "This model's maximum context length is 8192 tokens; reduce the messages or response_format",
        "messages[0] is wrong",
        "max_completion_tokens is too large: 2048. This model supports at most 1024 completion tokens",
    ] {
        let body = json!({ "error": { "message": message } }).to_string();
        let fake = FakeProvider::start(move |_| Script::json(400, body.clone())).await;
        let provider = provider(ProviderKind::OpenAi, &fake);
        assert_eq!(failure_of(&provider).await.kind, FailureKind::BadRequest);
        assert_eq!(fake.requests(), 1, "{message}");
    }
}

#[tokio::test]
async fn nothing_is_learned_from_a_call_that_did_not_help() {
    let body = r#"{"error":{"message":"the logprobs service is on fire"}}"#;
    let fake = FakeProvider::start(move |received| match received.number {
        0 | 1 => Script::json(500, body),
        _ => {
            assert_eq!(received.json()["logprobs"], true);
            openai_sse(ANSWER)
        }
    })
    .await;
    let provider = provider(ProviderKind::OpenAi, &fake);
    assert_eq!(failure_of(&provider).await.kind, FailureKind::Server);
    ask(&provider).await.unwrap();
}

#[tokio::test]
async fn a_set_temperature_that_is_not_taken_is_told() {
    let message = "Unsupported value: 'temperature' does not support 0.7 with this model.";
    let fake = FakeProvider::start(move |received| {
        complain(received, "temperature", message).unwrap_or_else(|| openai_sse(ANSWER))
    })
    .await;
    let mut target = target(ProviderKind::OpenAi, &fake.url());
    target.temperature = Some(0.7);
    let completion = ask(&open(target)).await.unwrap();
    assert!(
        completion.warnings[0].contains("temperature"),
        "{:?}",
        completion.warnings
    );
}

#[tokio::test]
async fn models_are_listed_by_name_without_those_that_write_no_text() {
    let list = json!({ "object": "list", "data": [
        { "id": "gpt-4o", "owned_by": "openai" }, { "id": "text-embedding-3-small" }, { "id": "whisper-1" },
        { "id": "a/b", "name": "B of A", "description": "d", "context_length": 8192,
          "top_provider": { "max_completion_tokens": 4096 } },
    ] });
    let fake =
        FakeProvider::start(
            move |received| match (received.method.as_str(), received.path.as_str()) {
                ("GET", "/v1/models") => Script::json(200, list.to_string()),
                _ => Script::json(404, ""),
            },
        )
        .await;
    let provider = provider(ProviderKind::OpenAi, &fake);
    let models = provider.models().await.unwrap();
    let ids: Vec<&str> = models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(ids, ["a/b", "gpt-4o"]);
    assert_eq!((models[0].name.as_str(), models[0].max_tokens), ("B of A", 4096));
    provider.probe().await.unwrap();
}

#[tokio::test]
async fn a_probe_is_honest() {
    for (kind, script, is_well) in [
        (
            ProviderKind::OpenAi,
            Script::json(401, r#"{"error":{"message":"bad key"}}"#),
            false,
        ),
        (
            ProviderKind::OpenAi,
            Script::json(404, r#"{"detail":"Not Found"}"#),
            false,
        ),
        // Compatible services may have no list.
        (
            ProviderKind::Custom,
            Script::json(404, r#"{"detail":"Not Found"}"#),
            true,
        ),
        (
            ProviderKind::Custom,
            Script::json(200, r#"{"error":{"code":502,"message":"down"}}"#),
            false,
        ),
        (
            ProviderKind::Custom,
            Script::json(200, r#"{"hello":"world"}"#),
            false,
        ),
        (ProviderKind::Custom, Script::json(503, ""), false),
    ] {
        let shown = format!("{kind:?} {script:?}");
        let fake = FakeProvider::start(move |_| script.clone()).await;
        assert_eq!(provider(kind, &fake).probe().await.is_ok(), is_well, "{shown}");
    }
}
