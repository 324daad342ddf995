//! The body of a chat completion (<https://platform.openai.com/docs/api-reference/chat/create>).

use serde::Serialize;
use serde_json::Value;

use crate::provider::client::{Habits, Level, Limit};
use crate::provider::remote::Remote;
use crate::provider::{ChatRequest, prompt};

/// Beside the texts: names, numbers and the schema.
const OVERHEAD: usize = 2048;

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: [Message<'a>; 2],
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logprobs: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Format>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<Route>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Format {
    JsonSchema {
        json_schema: Schema,
    },
    JsonObject {
        #[serde(skip_serializing_if = "Option::is_none")]
        schema: Option<&'static Value>,
    },
}

/// OpenRouter's (<https://openrouter.ai/docs/features/provider-routing>).
#[derive(Serialize)]
struct Route {
    /// Without, it asks services that pass over what they do not know, such as the schema.
    require_parameters: bool,
}

#[derive(Serialize)]
struct Schema {
    name: &'static str,
    strict: bool,
    schema: &'static Value,
}

/// The body for a model with these habits.
pub(super) fn write(chat: &ChatRequest<'_>, remote: &Remote, habits: &Habits) -> Vec<u8> {
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
        stream_options: habits
            .stream_options
            .then_some(StreamOptions { include_usage: true }),
        temperature: remote.temperature(habits, chat.is_sample),
        top_p: remote.top_p(habits),
        max_tokens: (habits.limit == Limit::MaxTokens).then_some(chat.max_tokens),
        max_completion_tokens: (habits.limit == Limit::MaxCompletionTokens).then_some(chat.max_tokens),
        logprobs: habits.logprobs.then_some(true),
        response_format: match habits.level {
            Level::Schema => Some(Format::JsonSchema {
                json_schema: Schema {
                    name: "answer",
                    strict: true,
                    schema: prompt::contract(),
                },
            }),
            Level::ObjectBySchema => Some(Format::JsonObject {
                schema: Some(prompt::contract()),
            }),
            Level::Object => Some(Format::JsonObject { schema: None }),
            Level::Plain => None,
        },
        provider: (remote.is_openrouter && habits.whole_route).then_some(Route {
            require_parameters: true,
        }),
    };
    let texts = chat.system.len() + chat.user.len();
    // Line breaks and quotes take two bytes each.
    let mut bytes = Vec::with_capacity(texts + texts / 8 + OVERHEAD);
    serde_json::to_writer(&mut bytes, &body).expect("texts, numbers and a schema are JSON");
    bytes
}
