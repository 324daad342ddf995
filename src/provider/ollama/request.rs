//! The body of a chat (<https://github.com/ollama/ollama/blob/main/docs/api.md>).

use serde::Serialize;
use serde_json::Value;

use crate::provider::client::{Habits, Level, Thinking};
use crate::provider::remote::Remote;
use crate::provider::{ChatRequest, prompt};

/// Beside the texts: names, numbers and the schema.
const OVERHEAD: usize = 2048;

/// Smallest context that is asked for: what Ollama has itself by default.
const MIN_CONTEXT: u32 = 4096;
/// Largest context that is asked for; its memory alone would be several GB.
const MAX_CONTEXT: u32 = 131_072;
/// Tokens around the texts: roles, and the schema where it stands in the prompt.
const TEMPLATE_TOKENS: usize = 256;

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: [Message<'a>; 2],
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Format>,
    /// Newer versions; older ones pass over it.
    #[serde(skip_serializing_if = "Option::is_none")]
    logprobs: Option<bool>,
    /// Newer versions then answer 400 instead of cutting the prompt silently.
    truncate: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    think: Option<bool>,
    options: Options,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Format {
    Schema(&'static Value),
    Name(&'static str),
}

#[derive(Serialize)]
struct Options {
    num_ctx: u32,
    num_predict: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
}

/// The body for a model with these habits and a context of `context` tokens.
pub(super) fn write(chat: &ChatRequest<'_>, remote: &Remote, habits: &Habits, context: u32) -> Vec<u8> {
    let body = Body {
        model: chat.model,
        messages: [
            Message {
                role: "system",
                content: chat.system,
            },
            Message {
                role: "user",
                content: &chat.user,
            },
        ],
        stream: true,
        format: match habits.level {
            Level::Schema | Level::ObjectBySchema => Some(Format::Schema(prompt::contract())),
            Level::Object => Some(Format::Name("json")),
            Level::Plain => None,
        },
        logprobs: habits.logprobs.then_some(true),
        truncate: false,
        think: (habits.thinking == Thinking::Off).then_some(false),
        options: Options {
            num_ctx: context,
            num_predict: chat.max_tokens,
            temperature: remote.temperature(habits, chat.is_sample),
            top_p: remote.top_p(habits),
        },
    };
    let texts = chat.system.len() + chat.user.len();
    // Line breaks and quotes take two bytes each.
    let mut bytes = Vec::with_capacity(texts + texts / 8 + OVERHEAD);
    serde_json::to_writer(&mut bytes, &body).expect("texts, numbers and a schema are JSON");
    bytes
}

/// The context that the prompt and its answer need, in few steps: a model is loaded anew for each other size.
pub(super) fn context(chat: &ChatRequest<'_>) -> u32 {
    let tokens = tokens_at_most(chat.system) + tokens_at_most(&chat.user) + TEMPLATE_TOKENS;
    let needed = u32::try_from(tokens)
        .unwrap_or(u32::MAX)
        .saturating_add(chat.max_tokens);
    if needed >= MAX_CONTEXT {
        return MAX_CONTEXT;
    }
    // 4096, 6144, 8192, 12288, 16384, …
    let above = needed.max(MIN_CONTEXT).next_power_of_two();
    let between = above / 4 * 3;
    if needed <= between && between >= MIN_CONTEXT {
        between
    } else {
        above
    }
}

/// More tokens than a text has: SQL and English have 3 to 4 bytes a token, Chinese (3 bytes a letter) up to 2 tokens a
/// letter with small vocabularies.
pub(super) fn tokens_at_most(text: &str) -> usize {
    let ascii = text.bytes().filter(u8::is_ascii).count();
    let others = text.len() - ascii;
    ascii.div_ceil(3) + others.div_ceil(2)
}

/// Fewer tokens than a text has.
pub(super) fn tokens_at_least(text: &str) -> usize {
    text.len() / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context_of(bytes: usize, max_tokens: u32) -> u32 {
        context(&ChatRequest {
            model: "",
            system: "",
            user: "x".repeat(bytes),
            max_tokens,
            warnings: Vec::new(),
            is_sample: false,
        })
    }

    #[test]
    fn the_context_grows_with_the_prompt_in_few_steps() {
        for (bytes, max_tokens, expected) in [
            (0, 0, 4096),
            (3000, 2048, 4096),
            (6000, 2048, 6144),
            (12_000, 2048, 8192),
            (20_000, 2048, 12_288),
            (40_000, 2048, 16_384),
            (10_000_000, 2048, MAX_CONTEXT),
            (0, u32::MAX, MAX_CONTEXT),
        ] {
            assert_eq!(context_of(bytes, max_tokens), expected, "{bytes}");
        }
        let sizes: std::collections::BTreeSet<u32> = (0..300_000)
            .step_by(500)
            .map(|bytes| context_of(bytes, 2048))
            .collect();
        assert!(sizes.len() <= 12, "{sizes:?}");
    }

    #[test]
    fn the_context_holds_the_prompt_and_the_answer() {
        for bytes in (0..300_000).step_by(997) {
            let needed = bytes / 3 + 2048;
            assert!(context_of(bytes, 2048) as usize >= needed, "{bytes}");
        }
        assert_eq!(tokens_at_most("订单"), 3);
    }
}
