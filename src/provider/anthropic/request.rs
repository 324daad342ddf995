//! The body of a message (<https://platform.claude.com/docs/en/api/messages>).

use serde::Serialize;
use serde_json::Value;

use crate::provider::client::{Habits, Level};
use crate::provider::remote::Remote;
use crate::provider::{ChatRequest, prompt};

/// Beside the texts: names, numbers and the schema.
const OVERHEAD: usize = 2048;

/// The tool that a model without structured output is made to call: its input is the answer.
const TOOL: &str = "answer";

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    max_tokens: u32,
    system: &'a str,
    messages: [Message<'a>; 1],
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<[Tool; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<Typed>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
struct OutputConfig {
    format: Format,
}

#[derive(Serialize)]
struct Format {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: &'static Value,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    description: &'static str,
    input_schema: &'static Value,
}

#[derive(Serialize)]
struct Typed {
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'static str,
}

/// The body for a model with these habits.
pub(super) fn write(chat: &ChatRequest<'_>, remote: &Remote, habits: &Habits) -> Vec<u8> {
    let is_tool = habits.level == Level::Object;
    let body = Body {
        model: chat.model,
        max_tokens: chat.max_tokens,
        system: chat.system,
        messages: [Message {
            role: "user",
            content: &chat.user,
        }],
        stream: true,
        temperature: remote.temperature(habits, chat.is_sample),
        top_p: remote.top_p(habits),
        output_config: (habits.level == Level::Schema).then(|| OutputConfig {
            format: Format {
                kind: "json_schema",
                schema: prompt::contract(),
            },
        }),
        tools: is_tool.then(|| {
            [Tool {
                name: TOOL,
                description: "Gives the answer.",
                input_schema: prompt::contract(),
            }]
        }),
        tool_choice: is_tool.then_some(Typed {
            kind: "tool",
            name: TOOL,
        }),
    };
    let texts = chat.system.len() + chat.user.len();
    // Line breaks and quotes take two bytes each.
    let mut bytes = Vec::with_capacity(texts + texts / 8 + OVERHEAD);
    serde_json::to_writer(&mut bytes, &body).expect("texts, numbers and a schema are JSON");
    bytes
}
