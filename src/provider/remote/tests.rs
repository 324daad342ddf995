//! What each wire keeps to.

mod trust;

use crate::provider::fake_provider::{End, FakeProvider, Script};

use super::testing::*;
use super::*;

const MS: fn(u64) -> Duration = Duration::from_millis;

/// The first part of a good answer, cut within a line.
fn half(kind: ProviderKind) -> Script {
    let (start, text) = match kind {
        ProviderKind::Anthropic => (
            Script::events(),
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\
             \"text\":\"{\\\"sql\\\"\"}}\n\nevent: content_bl",
        ),
        ProviderKind::Ollama => (
            Script::lines(),
            "{\"model\":\"m\",\"message\":{\"content\":\"{\\\"sql\\\"\"},\"done\":false}\n{\"model\":\"m\",\"mess",
        ),
        _ => (
            Script::events(),
            "data: {\"choices\":[{\"delta\":{\"content\":\"{\\\"sql\\\"\"}}]}\n\ndata: {\"choi",
        ),
    };
    start.piece(text)
}

#[tokio::test]
async fn a_good_answer_is_read_with_its_model_and_usage() {
    for kind in WIRES {
        let fake = FakeProvider::start(move |_| good(kind, ANSWER)).await;
        let completion = ask(&provider(kind, &fake)).await.unwrap();
        assert_eq!(completion.sql, "SELECT COUNT(*) FROM pots", "{kind:?}");
        assert_eq!(completion.explanation, "Counts the pots.", "{kind:?}");
        assert!(
            completion.model.contains("-test"),
            "{kind:?}: {}",
            completion.model
        );
        let usage = completion.usage.unwrap();
        assert_eq!((usage.input, usage.output), (100, 20), "{kind:?}");
        assert!(completion.first_token.is_some(), "{kind:?}");
        assert_eq!(
            completion.mean_logprob.is_some(),
            kind == ProviderKind::OpenAi,
            "{kind:?}"
        );
        assert_eq!(completion.warnings, Vec::<String>::new(), "{kind:?}");
    }
}

#[tokio::test]
async fn each_call_is_signed_and_streamed_and_names_the_plugin() {
    for (kind, path, header, value) in [
        (
            ProviderKind::OpenAi,
            "/v1/chat/completions",
            "authorization",
            format!("Bearer {KEY}"),
        ),
        (
            ProviderKind::Anthropic,
            "/v1/messages",
            "x-api-key",
            KEY.to_owned(),
        ),
        (
            ProviderKind::Ollama,
            "/api/chat",
            "authorization",
            format!("Bearer {KEY}"),
        ),
    ] {
        let fake = FakeProvider::start(move |received| {
            let body = received.json();
            let is_good = received.method == "POST"
                && received.path == path
                && received.header(header) == value
                && received.header("x-extra") == HEADER
                && received.header("content-type") == "application/json"
                && received.header("user-agent") == concat!("atest-ext-ai/", env!("CARGO_PKG_VERSION"))
                && body["stream"] == true
                && body["model"] == "some-model"
                && body.to_string().contains(QUESTION);
            if is_good {
                good(kind, ANSWER)
            } else {
                Script::json(400, format!("{received:?}"))
            }
        })
        .await;
        ask(&provider(kind, &fake))
            .await
            .unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    }
}

#[tokio::test]
async fn connections_are_used_again() {
    for kind in WIRES {
        let fake = FakeProvider::start(move |_| good(kind, ANSWER)).await;
        let provider = provider(kind, &fake);
        for _ in 0..50 {
            ask(&provider).await.unwrap();
        }
        assert_eq!((fake.requests(), fake.seen().connections), (50, 1), "{kind:?}");
    }
}

#[tokio::test]
async fn the_connections_of_calls_at_the_same_time_are_used_again() {
    const AT_ONCE: usize = 10;
    for kind in WIRES {
        // In pieces, and with the end of the body by itself.
        let fake = FakeProvider::start(move |_| good(kind, ANSWER).spread(4, MS(5)).later(MS(2), "\n")).await;
        let provider = provider(kind, &fake);
        for round in 1..=3 {
            let calls = (0..AT_ONCE).map(|_| ask(&provider));
            for outcome in futures_util::future::join_all(calls).await {
                outcome.unwrap();
            }
            assert_eq!(fake.requests(), round * AT_ONCE, "{kind:?}");
            assert!(fake.seen().connections <= AT_ONCE, "{kind:?} {:?}", fake.seen());
        }
    }
}

#[tokio::test]
async fn the_connection_of_a_refused_call_is_used_again() {
    for kind in WIRES {
        let fake = FakeProvider::start(|_| Script::json(429, r#"{"error":{"message":"slow down"}}"#)).await;
        let provider = provider(kind, &fake);
        for _ in 0..5 {
            failure_of(&provider).await;
        }
        assert_eq!((fake.requests(), fake.seen().connections), (5, 1), "{kind:?}");
    }
}

#[tokio::test]
async fn a_rate_limit_tells_how_long_to_wait_if_the_provider_does() {
    for kind in WIRES {
        let limited = || {
            Script::json(
                429,
                r#"{"error":{"message":"slow down","type":"rate_limit_error"}}"#,
            )
        };
        let with = failure(kind, limited().header("Retry-After", "7")).await;
        assert_eq!(
            (with.kind, with.status),
            (FailureKind::RateLimit, Some(429)),
            "{kind:?}"
        );
        assert_eq!(with.retry_after, Some(Duration::from_secs(7)), "{kind:?}");
        assert!(with.message.contains("slow down"), "{}", with.message);
        let without = failure(kind, limited()).await;
        assert_eq!(
            (without.kind, without.retry_after),
            (FailureKind::RateLimit, None),
            "{kind:?}"
        );
    }
}

#[tokio::test]
async fn overload_and_server_errors_are_told_apart() {
    for kind in WIRES {
        for (status, expected) in [
            (529, FailureKind::Overloaded),
            (503, FailureKind::Overloaded),
            (500, FailureKind::Server),
            (502, FailureKind::Server),
            (401, FailureKind::Auth),
            (402, FailureKind::Quota),
            (404, FailureKind::NotFound),
            (400, FailureKind::BadRequest),
        ] {
            let found = failure(kind, Script::json(status, r#"{"error":{"message":"so it is"}}"#)).await;
            assert_eq!(
                (found.kind, found.status),
                (expected, Some(status)),
                "{kind:?} {status}"
            );
            assert!(
                found.message.contains("so it is") && found.message.contains("tea"),
                "{}",
                found.message
            );
        }
    }
}

#[tokio::test]
async fn an_answer_that_ends_too_early_is_a_network_failure() {
    for kind in WIRES {
        for script in [
            half(kind).end(End::Cut),
            half(kind).end(End::Reset),
            // The HTTP body is whole, the answer is not.
            half(kind),
        ] {
            let found = failure(kind, script.clone()).await;
            assert_eq!(
                found.kind,
                FailureKind::Network,
                "{kind:?}: {} {script:?}",
                found.message
            );
        }
    }
}

#[tokio::test]
async fn silence_in_the_middle_of_an_answer_is_noticed_and_ends_the_call() {
    for kind in WIRES {
        let fake = FakeProvider::start(move |_| half(kind).end(End::Hang)).await;
        let mut target = target(kind, &fake.url());
        target.stall_timeout = MS(80);
        let found = failure_of(&open(target)).await;
        assert_eq!(found.kind, FailureKind::Stalled, "{kind:?}: {}", found.message);
        fake.until(|seen| seen.disconnects == 1 && seen.open == 0).await;
    }
}

#[tokio::test]
async fn a_slow_head_is_waited_for_and_so_is_a_slow_stream() {
    for kind in WIRES {
        let fake = FakeProvider::start(move |_| {
            // Longer than the stall timeout in all, and each piece in time.
            good(kind, ANSWER).spread(6, MS(60)).head_after(MS(400))
        })
        .await;
        let mut target = target(kind, &fake.url());
        target.stall_timeout = MS(200);
        let completion = ask(&open(target))
            .await
            .unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        assert_eq!(completion.sql, "SELECT COUNT(*) FROM pots");
        assert!(completion.first_token.unwrap() >= MS(400), "{kind:?}");
    }
}

#[tokio::test]
async fn garbage_is_no_answer() {
    for kind in WIRES {
        for script in [
            Script::raw("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
            Script::events().piece("Bad gateway, sorry\nreally\n"),
            Script::events().piece("data: {nonsense}\n\n"),
            Script::json(200, "{\"nonsense\": "),
            Script::json(200, "[1, 2"),
            Script::json(200, ""),
            Script::events().piece([0xff, 0xfe, 0x00, 0x0a]),
        ] {
            let found = failure(kind, script.clone()).await;
            let expected = matches!(found.kind, FailureKind::InvalidResponse | FailureKind::Network);
            assert!(expected, "{kind:?}: {found:?} {script:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_with_the_key_in_it_is_not_used() {
    for kind in WIRES {
        for part in ["pots\"", "Counts the pots.", "\"assumptions\":[]"] {
            let with_key = match part {
                "pots\"" => format!("pots WHERE name = '{KEY}'\""),
                "Counts the pots." => KEY.to_owned(),
                _ => format!("\"assumptions\":[\"{KEY}\"]"),
            };
            let found = failure(kind, good(kind, &ANSWER.replace(part, &with_key))).await;
            assert_eq!(found.kind, FailureKind::InvalidResponse, "{kind:?}: {part}");
            assert!(!found.message.contains(KEY), "{}", found.message);
        }
        let refusal = ANSWER
            .replace("true", "false")
            .replace("\"clarification\":\"\"", &format!("\"clarification\":\"{KEY}?\""));
        let found = failure(kind, good(kind, &refusal)).await;
        assert!(!found.message.contains(KEY), "{}", found.message);
        let listed = serde_json::json!({"id": KEY, "name": KEY});
        let list = serde_json::json!({"data": [listed], "models": [listed]}).to_string();
        let fake = FakeProvider::start(move |_| Script::json(200, list.clone())).await;
        let error = provider(kind, &fake).models().await.unwrap_err().to_string();
        assert!(error.contains("wrote a key") && !error.contains(KEY), "{error}");
    }
}

#[tokio::test]
async fn a_web_page_is_called_one() {
    for kind in WIRES {
        let page = "<!DOCTYPE html><title>Please sign in</title>";
        for script in [
            Script::status(200)
                .header("content-type", "text/html; charset=utf-8")
                .piece(page),
            Script::status(200)
                .header("Content-Type", "TEXT/HTML")
                .piece(page),
        ] {
            let found = failure(kind, script).await;
            assert_eq!(found.kind, FailureKind::InvalidResponse);
            assert!(found.message.contains("login page"), "{}", found.message);
        }
        let unnamed = failure(kind, Script::status(200).piece(page)).await;
        assert_eq!(unnamed.kind, FailureKind::InvalidResponse, "{}", unnamed.message);
        // Nor is a page repeated when it says why something failed.
        let found = failure(
            kind,
            Script::status(502)
                .header("content-type", "text/html")
                .piece(page),
        )
        .await;
        assert!(
            found.kind == FailureKind::Server && !found.message.contains("DOCTYPE"),
            "{}",
            found.message
        );
    }
}

#[tokio::test]
async fn a_huge_answer_is_given_up_and_a_huge_error_is_not_read() {
    for kind in WIRES {
        let line = match kind {
            ProviderKind::Ollama => {
                "{\"message\":{\"content\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}}\n".to_owned()
            }
            ProviderKind::Anthropic => {
                "data: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"xxxxxxxxxxxxxx\"}}\n\n"
                    .to_owned()
            }
            _ => "data: {\"choices\":[{\"delta\":{\"content\":\"xxxxxxxxxxxxxx\"}}]}\n\n".to_owned(),
        };
        let lines = line.repeat(5 * 1024 * 1024 / line.len());
        let found = failure(kind, good(kind, "").body(lines)).await;
        assert_eq!(found.kind, FailureKind::InvalidResponse, "{}", found.message);
        assert!(found.message.contains("4 MiB"), "{}", found.message);
        let long_line = format!("data: {}", "x".repeat(2 * 1024 * 1024));
        let found = failure(kind, Script::events().piece(long_line)).await;
        assert_eq!(found.kind, FailureKind::InvalidResponse, "{}", found.message);
        let error = format!("{{\"error\":{{\"message\":\"{}\"}}}}", "so long ".repeat(100_000));
        let found = failure(kind, Script::json(500, error)).await;
        assert_eq!(found.kind, FailureKind::Server);
        assert!(
            found.message.len() < 600 && found.message.contains("so long"),
            "{}",
            found.message
        );
    }
}

#[tokio::test]
async fn an_error_inside_a_good_answer_is_an_error() {
    for kind in WIRES {
        let error = r#"{"error":{"code":502,"message":"the one behind is down"}}"#;
        for script in [
            Script::json(200, error),
            Script::json(200, format!("\n\n{error}\n")),
            Script::events().piece(format!(": OPENROUTER PROCESSING\n\ndata: {error}\n\n")),
            Script::events().piece(format!("event: error\ndata: {error}\n\n")),
        ] {
            let found = failure(kind, script.clone()).await;
            assert_eq!(
                (found.kind, found.status),
                (FailureKind::Server, Some(502)),
                "{kind:?} {script:?}"
            );
            assert!(
                found.message.contains("the one behind is down"),
                "{}",
                found.message
            );
        }
    }
}

/// The parameter of each wire that prescribes the form of the answer.
fn form_of(kind: ProviderKind) -> &'static str {
    match kind {
        ProviderKind::Anthropic => "output_config",
        ProviderKind::Ollama => "format",
        _ => "response_format",
    }
}

#[tokio::test]
async fn a_complaint_in_place_of_an_answer_is_heard_like_one_by_a_status() {
    for kind in WIRES {
        let form = form_of(kind);
        let error = format!(
            r#"{{"type":"error","error":{{"type":"invalid_request_error","message":"{form}: json_schema is unsupported"}}}}"#
        );
        let refused =
            format!(r#"{{"model":"m","done":true,"error":"Error code: 500 - {form} is unsupported"}}"#);
        for script in [
            Script::json(200, error.clone()),
            Script::events().piece(format!("event: error\ndata: {error}\n\n")),
            Script::events().piece(format!(": wait\n\ndata: {refused}\n\n")),
            Script::lines().piece(format!("{refused}\n")),
        ] {
            let shown = format!("{kind:?} {script:?}");
            let fake = FakeProvider::start(move |received| match &received.json()[form] {
                serde_json::Value::Null => good(kind, ANSWER),
                value if value == "json" || value["type"] == "json_object" => good(kind, ANSWER),
                _ => script.clone(),
            })
            .await;
            let provider = provider(kind, &fake);
            ask(&provider)
                .await
                .unwrap_or_else(|error| panic!("{shown}: {error}"));
            assert_eq!(fake.requests(), 2, "{shown}");
            ask(&provider).await.unwrap();
            assert_eq!(
                fake.requests(),
                3,
                "what was refused must not be tried again: {shown}"
            );
            assert_eq!(fake.seen().connections, 1, "{shown}");
        }
    }
}

#[tokio::test]
async fn an_error_after_the_first_text_is_no_complaint() {
    for kind in WIRES {
        let form = form_of(kind);
        let error = format!(r#"{{"error":{{"message":"{form} is unsupported"}}}}"#);
        let begun = match kind {
            ProviderKind::Ollama => format!("{{\"message\":{{\"content\":\"x\"}}}}\n{error}\n"),
            ProviderKind::Anthropic => format!(
                "data: {{\"type\":\"content_block_delta\",\"delta\":{{\"text\":\"x\"}}}}\n\ndata: {error}\n\n"
            ),
            _ => format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"x\"}}}}]}}\n\ndata: {error}\n\n"),
        };
        let fake = FakeProvider::start(move |received| {
            assert!(!received.json()[form].is_null());
            good(kind, "").body(begun.clone())
        })
        .await;
        let provider = provider(kind, &fake);
        for asked in 1..=2 {
            let found = failure_of(&provider).await;
            assert_eq!(
                (found.kind, fake.requests()),
                (FailureKind::Server, asked),
                "{kind:?}"
            );
        }
    }
}

#[tokio::test]
async fn an_answer_of_no_use_says_what_it_took() {
    let refusal = r#"{"sql":"","explanation":"","tables":[],"assumptions":[],"answerable":false,"clarification":"Which pots?"}"#;
    for kind in WIRES {
        for text in ["", " ", "I would rather not.", r#"{"sql":"SELECT ..."}"#, refusal] {
            let fake = FakeProvider::start(move |_| good(kind, text)).await;
            let error = ask(&provider(kind, &fake)).await.unwrap_err();
            let bill = error
                .bill()
                .unwrap_or_else(|| panic!("{kind:?} {text:?}: {error}"));
            let usage = bill.usage.unwrap();
            assert_eq!((usage.input, usage.output), (100, 20), "{kind:?} {text:?}");
            assert!(bill.model.contains("-test"), "{}", bill.model);
        }
        // Without an answer there is nothing to pay.
        let found = failure(kind, half(kind)).await;
        assert_eq!(found.bill, None);
    }
}

#[tokio::test]
async fn without_a_model_nothing_is_asked_of_one() {
    for kind in WIRES {
        let fake = FakeProvider::start(|received| match received.path.as_str() {
            "/api/tags" => Script::json(200, r#"{"models":[{"name":"qwen:7b"},{"name":"llama:8b"}]}"#),
            path if path.starts_with("/v1/models") => Script::json(
                200,
                r#"{"data":[{"id":"qwen:7b"},{"id":"llama:8b"}],"has_more":false}"#,
            ),
            _ => Script::json(500, "asked"),
        })
        .await;
        let mut target = target(kind, &fake.url());
        target.model = Some("  ".into());
        let Err(ProviderError::Unavailable(reason)) = ask(&open(target)).await else {
            panic!("{kind:?}: no model must be no answer");
        };
        assert!(reason.contains("ai.services.tea.model"), "{reason}");
        assert!(reason.contains("llama:8b, qwen:7b"), "{reason}");
    }
}

#[test]
fn probabilities_are_those_of_the_tokens_that_touch_the_statement() {
    let token = |start, end, logprob| TokenLogprob {
        bytes: start..end,
        logprob,
    };
    let tokens = [
        token(0, 4, -9.0),
        token(4, 8, -1.0),
        token(8, 12, -2.0),
        token(12, 16, -9.0),
    ];
    assert_eq!(logprobs(&tokens, 5, 11), Some((-3.0, 2)));
    assert_eq!(logprobs(&tokens, 4, 12), Some((-3.0, 2)));
    assert_eq!(logprobs(&tokens, 0, 1), Some((-9.0, 1)));
    assert_eq!(logprobs(&tokens, 16, 20), None);
    assert_eq!(logprobs(&[], 0, 4), None);
}

#[tokio::test]
async fn the_answer_says_what_of_the_schema_the_model_was_not_shown() {
    for kind in WIRES {
        let fake = FakeProvider::start(move |_| good(kind, ANSWER)).await;
        let table = |number: usize| nl2sql::Table {
            name: format!("pots_{number}"),
            columns: vec![nl2sql::Column::new("id", "INTEGER", nl2sql::ColumnKind::Integer)],
            ..nl2sql::Table::default()
        };
        let request = CompletionRequest {
            schema: Some(Arc::new(nl2sql::Schema {
                tables: (0..200).map(table).collect(),
            })),
            schema_tokens: 500,
            ..request()
        };
        let completion = provider(kind, &fake).complete(&request).await.unwrap();
        let told = completion
            .warnings
            .iter()
            .filter(|warning| warning.contains("ai.schema_tokens"));
        assert_eq!(told.count(), 1, "{kind:?}: {:?}", completion.warnings);
    }
}
