//! Good answers of the three wires, as the real services send them.

use serde_json::json;

use super::Script;

/// Streamed chat completion of an OpenAI-compatible service: the text in pieces with their log-probabilities, then the
/// usage.
pub fn openai_sse(text: &str) -> Script {
    let mut body = String::new();
    let mut chunk = |choices: serde_json::Value, usage: serde_json::Value| {
        let chunk = json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": "gpt-test-2025",
            "choices": choices, "usage": usage,
        });
        body.push_str(&format!("data: {chunk}\n\n"));
    };
    chunk(
        json!([{ "index": 0, "delta": { "role": "assistant", "content": "" }, "finish_reason": null }]),
        json!(null),
    );
    for piece in pieces(text) {
        let logprobs = json!({ "content": [
            { "token": piece, "logprob": -0.5, "bytes": piece.as_bytes(), "top_logprobs": [] }
        ] });
        chunk(
            json!([{ "index": 0, "delta": { "content": piece }, "logprobs": logprobs, "finish_reason": null }]),
            json!(null),
        );
    }
    chunk(
        json!([{ "index": 0, "delta": {}, "finish_reason": "stop" }]),
        json!(null),
    );
    chunk(
        json!([]),
        json!({
            "prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120,
            "prompt_tokens_details": { "cached_tokens": 64 },
            "completion_tokens_details": { "reasoning_tokens": 5 },
        }),
    );
    body.push_str("data: [DONE]\n\n");
    Script::events().piece(body)
}

/// Streamed message of Anthropic.
pub fn anthropic_sse(text: &str) -> Script {
    let mut body = String::new();
    let mut event = |name: &str, mut data: serde_json::Value| {
        data["type"] = name.into();
        body.push_str(&format!("event: {name}\ndata: {data}\n\n"));
    };
    event(
        "message_start",
        json!({ "message": {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-test-2025", "content": [],
            "stop_reason": null, "usage": {
                "input_tokens": 36, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 64, "output_tokens": 1
            },
        } }),
    );
    event(
        "content_block_start",
        json!({ "index": 0, "content_block": { "type": "text", "text": "" } }),
    );
    event("ping", json!({}));
    for piece in pieces(text) {
        event(
            "content_block_delta",
            json!({ "index": 0, "delta": { "type": "text_delta", "text": piece } }),
        );
    }
    event("content_block_stop", json!({ "index": 0 }));
    event(
        "message_delta",
        json!({ "delta": { "stop_reason": "end_turn", "stop_sequence": null }, "usage": { "output_tokens": 20 } }),
    );
    event("message_stop", json!({}));
    Script::events().piece(body)
}

/// Streamed chat of Ollama.
pub fn ollama_ndjson(text: &str) -> Script {
    let mut body = String::new();
    for piece in pieces(text) {
        let line = json!({
            "model": "qwen-test", "created_at": "2025-01-01T00:00:00Z",
            "message": { "role": "assistant", "content": piece }, "done": false,
        });
        body.push_str(&format!("{line}\n"));
    }
    let last = json!({
        "model": "qwen-test", "created_at": "2025-01-01T00:00:00Z", "message": { "role": "assistant", "content": "" },
        "done": true, "done_reason": "stop", "total_duration": 5_000_000, "load_duration": 1_000_000,
        "prompt_eval_count": 100, "prompt_eval_duration": 1_000_000, "eval_count": 20, "eval_duration": 3_000_000,
    });
    body.push_str(&format!("{last}\n"));
    Script::lines().piece(body)
}

/// The text in pieces of about eight characters.
fn pieces(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(8).map(|piece| piece.iter().collect()).collect()
}
