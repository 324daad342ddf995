use serde_json::{Value, json};

use crate::config::ProviderKind;
use crate::provider::fake_provider::{End, FakeProvider, Script, anthropic_sse};
use crate::provider::remote::testing::*;
use crate::provider::{FailureKind, ProviderError, TokenUsage, open};

const KIND: ProviderKind = ProviderKind::Anthropic;

fn events(events: &[Value]) -> Script {
    let lines = events.iter().map(|event| {
        let name = event["type"].as_str().unwrap_or_default();
        format!("event: {name}\ndata: {event}\n\n")
    });
    Script::events().piece(lines.collect::<String>())
}

fn delta(delta: Value) -> Value {
    json!({ "type": "content_block_delta", "index": 0, "delta": delta })
}

fn stopped(reason: &str) -> Value {
    json!({ "type": "message_delta", "delta": { "stop_reason": reason }, "usage": { "output_tokens": 3 } })
}

#[tokio::test]
async fn the_first_call_is_what_anthropic_wants() {
    let fake = FakeProvider::start(|received| {
        let body = received.json();
        let is_good = received.header("anthropic-version") == "2023-06-01"
            && received.header("authorization").is_empty()
            && body["max_tokens"] == 2048
            && body["system"].is_string()
            && body["messages"][0]["role"] == "user"
            && body["messages"].as_array().is_some_and(|list| list.len() == 1)
            && body["output_config"]["format"]["type"] == "json_schema"
            && body["output_config"]["format"]["schema"]["type"] == "object"
            && body["temperature"] == 0.0
            && body.get("logprobs").is_none();
        if is_good {
            anthropic_sse(ANSWER)
        } else {
            Script::json(500, body.to_string())
        }
    })
    .await;
    let completion = ask(&provider(KIND, &fake)).await.unwrap();
    let usage = TokenUsage {
        input: 100,
        output: 20,
        cached_input: 64,
        reasoning: 0,
    };
    assert_eq!(completion.usage, Some(usage));
    assert_eq!(completion.model, "claude-test-2025");
}

#[tokio::test]
async fn structured_output_gives_way_to_a_tool_and_then_to_words() {
    for (takes_tools, calls) in [(true, 2), (false, 3)] {
        let fake = FakeProvider::start(move |received| {
            let body = received.json();
            let refuse = |message: &str| {
                let error = json!({ "type": "error", "error": { "type": "invalid_request_error", "message": message } });
                Script::json(400, error.to_string())
            };
            if body.get("output_config").is_some() {
                return refuse("output_config: Extra inputs are not permitted");
            }
            if body.get("tools").is_none() {
                return anthropic_sse(ANSWER);
            }
            if !takes_tools {
                return refuse(
                    "Thinking may not be enabled when tool_choice forces tool use.",
                );
            }
            assert_eq!(body["tool_choice"], json!({ "type": "tool", "name": "answer" }));
            assert_eq!(body["tools"][0]["input_schema"]["type"], "object");
            let (one, other) = ANSWER.split_at(20);
            events(&[
                json!({ "type": "content_block_start", "index": 0,
                        "content_block": { "type": "tool_use", "id": "t", "name": "answer", "input": {} } }),
                delta(json!({ "type": "input_json_delta", "partial_json": one })),
                delta(json!({ "type": "input_json_delta", "partial_json": other })),
                stopped("tool_use"),
                json!({ "type": "message_stop" }),
            ])
        })
        .await;
        let provider = provider(KIND, &fake);
        assert_eq!(ask(&provider).await.unwrap().sql, "SELECT COUNT(*) FROM pots");
        assert_eq!(fake.requests(), calls);
        ask(&provider).await.unwrap();
        assert_eq!(
            fake.requests(),
            calls + 1,
            "what was refused must not be tried again"
        );
    }
}

#[tokio::test]
async fn thinking_pings_and_unknown_events_are_no_text() {
    let script = events(&[
        json!({ "type": "message_start", "message": { "model": "m", "usage": { "input_tokens": 5 } } }),
        json!({ "type": "ping" }),
        json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "thinking", "thinking": "" } }),
        delta(json!({ "type": "thinking_delta", "thinking": "hm {" })),
        delta(json!({ "type": "signature_delta", "signature": "x" })),
        json!({ "type": "something_new", "data": 7 }),
        delta(json!({ "type": "text_delta", "text": ANSWER })),
        stopped("end_turn"),
        json!({ "type": "message_stop" }),
    ]);
    let fake = FakeProvider::start(move |_| script.clone()).await;
    assert!(ask(&provider(KIND, &fake)).await.is_ok());
}

#[tokio::test]
async fn a_whole_message_is_read_too() {
    let whole = |content: Value| {
        json!({ "type": "message", "model": "m", "role": "assistant", "content": content,
                "stop_reason": "end_turn", "usage": { "input_tokens": 1, "output_tokens": 2 } })
    };
    let input: Value = serde_json::from_str(ANSWER).unwrap();
    for body in [
        whole(json!([{ "type": "thinking", "thinking": "hm" }, { "type": "text", "text": ANSWER }])),
        whole(json!([{ "type": "tool_use", "id": "t", "name": "answer", "input": input }])),
    ] {
        let fake = FakeProvider::start(move |_| Script::json(200, body.to_string())).await;
        let completion = ask(&provider(KIND, &fake)).await.unwrap();
        assert_eq!(completion.sql, "SELECT COUNT(*) FROM pots");
        assert_eq!(completion.usage.map(|usage| usage.output), Some(2));
    }
}

#[tokio::test]
async fn a_cut_answer_and_a_refusal_are_no_sql() {
    for reason in ["max_tokens", "model_context_window_exceeded"] {
        let script = events(&[
            delta(json!({ "text": ANSWER })),
            stopped(reason),
            json!({ "type": "message_stop" }),
        ]);
        let found = failure(KIND, script).await;
        assert!(found.message.contains("max_tokens (2048)"), "{}", found.message);
    }
    let script = events(&[stopped("refusal"), json!({ "type": "message_stop" })]);
    let fake = FakeProvider::start(move |_| script.clone()).await;
    let outcome = ask(&provider(KIND, &fake)).await;
    assert!(
        matches!(outcome, Err(ProviderError::Refused { kind: "declined", .. })),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn errors_in_the_stream_are_told_apart() {
    for (kind, expected) in [
        ("overloaded_error", FailureKind::Overloaded),
        ("rate_limit_error", FailureKind::RateLimit),
        ("api_error", FailureKind::Server),
        ("authentication_error", FailureKind::Auth),
    ] {
        let error = json!({ "type": "error", "error": { "type": kind, "message": "so it is" } });
        let found = failure(KIND, events(&[delta(json!({ "text": "{" })), error.clone()])).await;
        assert_eq!(found.kind, expected, "{}", found.message);
        // Without the event's name, too.
        let unnamed = Script::events().piece(format!("data: {error}\n\n")).end(End::Cut);
        assert_eq!(failure(KIND, unnamed).await.kind, expected);
    }
}

#[tokio::test]
async fn a_spend_limit_is_no_rate_limit() {
    let body = json!({ "type": "error", "error": {
        "type": "rate_limit_error", "message": "Spend limit", "details": { "error_code": "enforced_spend_limit_reached" }
    } });
    let found = failure(KIND, Script::json(429, body.to_string())).await;
    assert_eq!(found.kind, FailureKind::Quota, "{}", found.message);
}

#[tokio::test]
async fn temperature_and_top_p_are_not_sent_together_unasked() {
    let fake = FakeProvider::start(|received| {
        let body = received.json();
        assert!(
            body.get("temperature").is_none() && body["top_p"] == 0.5,
            "{body}"
        );
        anthropic_sse(ANSWER)
    })
    .await;
    let mut target = target(KIND, &fake.url());
    target.top_p = Some(0.5);
    ask(&open(target)).await.unwrap();
}

#[tokio::test]
async fn a_model_that_takes_no_temperature_is_asked_without_from_then_on() {
    for (set, told) in [(None, 0), (Some(0.7), 1)] {
        let fake = FakeProvider::start(|received| match received.json().get("temperature") {
            None => anthropic_sse(ANSWER),
            Some(_) => {
                let error = json!({ "type": "error", "error": {
                    "type": "invalid_request_error", "message": "`temperature` is deprecated for this model."
                } });
                Script::json(400, error.to_string())
            }
        })
        .await;
        let mut target = target(KIND, &fake.url());
        target.temperature = set;
        let provider = open(target);
        for calls in [2, 3] {
            let completion = ask(&provider).await.unwrap();
            assert_eq!(fake.requests(), calls);
            assert_eq!(completion.warnings.len(), told, "{:?}", completion.warnings);
        }
    }
}

/// Services that speak this wire over another count the prompt only at the end, or only at the beginning.
#[tokio::test]
async fn the_prompt_is_counted_wherever_it_is_told_and_its_cache_once() {
    for (start, end, input, cached_input) in [
        (json!({ "input_tokens": 0 }), json!({ "input_tokens": 90 }), 90, 0),
        (json!({ "input_tokens": 90 }), json!({ "input_tokens": 0 }), 90, 0),
        (json!({ "input_tokens": 90 }), json!({}), 90, 0),
        (json!({}), json!({ "input_tokens": 90 }), 90, 0),
        // Counted as new at first.
        (
            json!({ "input_tokens": 90 }),
            json!({ "input_tokens": 26, "cache_read_input_tokens": 64 }),
            90,
            64,
        ),
        (
            json!({ "input_tokens": 6, "cache_read_input_tokens": 64, "cache_creation_input_tokens": 20 }),
            json!({ "input_tokens": 6 }),
            90,
            64,
        ),
        (
            json!({ "input_tokens": 6, "cache_read_input_tokens": 64, "cache_creation_input_tokens": 20 }),
            json!({ "input_tokens": 6, "cache_read_input_tokens": 64, "cache_creation_input_tokens": 20 }),
            90,
            64,
        ),
        (
            json!({ "input_tokens": 0, "cache_read_input_tokens": null }),
            json!({ "input_tokens": 26, "cache_read_input_tokens": 64 }),
            90,
            64,
        ),
    ] {
        let (mut start, mut end) = (start, end);
        start["output_tokens"] = json!(1);
        end["output_tokens"] = json!(20);
        let script = events(&[
            json!({ "type": "message_start", "message": { "model": "m", "usage": start } }),
            delta(json!({ "type": "text_delta", "text": ANSWER })),
            json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" }, "usage": end }),
            json!({ "type": "message_stop" }),
        ]);
        let fake = FakeProvider::start(move |_| script.clone()).await;
        let expected = TokenUsage {
            input,
            output: 20,
            cached_input,
            reasoning: 0,
        };
        let usage = ask(&provider(KIND, &fake)).await.unwrap().usage;
        assert_eq!(usage, Some(expected), "{start} {end}");
    }
}

#[tokio::test]
async fn every_page_of_the_list_is_read() {
    let fake = FakeProvider::start(|received| match received.path.as_str() {
        "/v1/models?limit=1000" => Script::json(
            200,
            r#"{"data":[{"type":"model","id":"claude-b","display_name":"B"}],"has_more":true,"last_id":"claude-b"}"#,
        ),
        "/v1/models?limit=1000&after_id=claude-b" => {
            Script::json(200, r#"{"data":[{"id":"claude-a"}],"has_more":false,"last_id":"claude-a"}"#)
        }
        "/v1/models?limit=1" => Script::json(200, r#"{"data":[]}"#),
        _ => Script::json(500, ""),
    })
    .await;
    let provider = provider(KIND, &fake);
    let models = provider.models().await.unwrap();
    let ids: Vec<&str> = models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(ids, ["claude-a", "claude-b"]);
    assert_eq!(models[1].name, "B");
    provider.probe().await.unwrap();
}

#[tokio::test]
async fn a_list_without_end_is_not_read_to_its_end() {
    let fake = FakeProvider::start(|received| {
        let body = json!({ "data": [], "has_more": true, "last_id": format!("m{}", received.number) });
        Script::json(200, body.to_string())
    })
    .await;
    provider(KIND, &fake).models().await.unwrap();
    assert!(fake.requests() <= 5);
}
