//! A message as it comes: events of a stream, or one whole document.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use crate::provider::client::{Documents, Fault, Progress, Said, each};
use crate::provider::{ChatReply, TokenUsage};

/// An event, or the whole message; each kind has some of the fields.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Option<Cow<'a, str>>,
    /// Of `message_start`.
    #[serde(borrow, default)]
    message: Option<Message<'a>>,
    /// Of `content_block_start`.
    #[serde(borrow, default)]
    content_block: Option<Block<'a>>,
    /// Of `content_block_delta` and `message_delta`.
    #[serde(borrow, default)]
    delta: Option<Delta<'a>>,
    /// Of `message_delta` and the whole message.
    #[serde(default)]
    usage: Option<Usage>,
    #[serde(default)]
    error: Option<Value>,
    // The whole message's own.
    #[serde(borrow, default)]
    model: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    content: Option<Vec<Block<'a>>>,
    #[serde(borrow, default)]
    stop_reason: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    model: Option<Cow<'a, str>>,
    #[serde(default)]
    usage: Option<Usage>,
}

/// A block of thinking has no `text`, so it is no part of the answer.
#[derive(Deserialize)]
struct Block<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
    #[serde(default)]
    input: Option<Value>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    partial_json: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    stop_reason: Option<Cow<'a, str>>,
}

#[derive(Clone, Copy, Deserialize, Default)]
struct Usage {
    #[serde(default)]
    input_tokens: Option<u64>,
    #[serde(default)]
    output_tokens: Option<u64>,
    #[serde(default)]
    cache_creation_input_tokens: Option<u64>,
    #[serde(default)]
    cache_read_input_tokens: Option<u64>,
}

impl Usage {
    /// With what it does not say from `other`.
    fn or(self, other: Usage) -> Usage {
        Usage {
            input_tokens: self.input_tokens.or(other.input_tokens),
            output_tokens: self.output_tokens.or(other.output_tokens),
            cache_creation_input_tokens: self
                .cache_creation_input_tokens
                .or(other.cache_creation_input_tokens),
            cache_read_input_tokens: self.cache_read_input_tokens.or(other.cache_read_input_tokens),
        }
    }

    /// Tokens of the whole prompt: `input_tokens` are those after the last point of the cache.
    fn prompt(&self) -> u64 {
        [
            self.input_tokens,
            self.cache_creation_input_tokens,
            self.cache_read_input_tokens,
        ]
        .into_iter()
        .flatten()
        .fold(0, u64::saturating_add)
    }
}

/// Takes an answer in.
#[derive(Default)]
pub(super) struct Reading {
    reply: ChatReply,
    usage: Option<Usage>,
    is_finished: bool,
    is_ended: bool,
}

impl Documents for Reading {
    const BY_LINE: bool = false;

    fn take(&mut self, json: &[u8]) -> Result<(), Fault> {
        each(json, |event: Event<'_>| self.event(event))
    }

    fn progress(&self) -> Progress {
        match (self.is_ended, self.is_finished) {
            (true, _) => Progress::Ended,
            (false, true) => Progress::Finished,
            (false, false) => Progress::Open,
        }
    }

    fn has_text(&self) -> bool {
        !self.reply.text.is_empty()
    }
}

impl Reading {
    fn event(&mut self, event: Event<'_>) -> Result<(), Fault> {
        if let Some(said) = event.error.filter(|said| !said.is_null()) {
            return Err(Fault::Error(Said::of(&serde_json::json!({ "error": said }))));
        }
        match event.kind.as_deref() {
            Some("message_start") => {
                if let Some(message) = event.message {
                    self.model(message.model);
                    self.usage(message.usage);
                }
            }
            Some("content_block_start") => {
                // Its text is nearly always empty; the input of a tool comes in pieces after it.
                if let Some(text) = event.content_block.and_then(|block| block.text) {
                    self.reply.text.push_str(&text);
                }
            }
            Some("content_block_delta") => {
                if let Some(delta) = event.delta {
                    let piece = delta.text.or(delta.partial_json);
                    self.reply.text.push_str(piece.as_deref().unwrap_or_default());
                }
            }
            Some("message_delta") => {
                self.usage(event.usage);
                self.stop(event.delta.and_then(|delta| delta.stop_reason).as_deref());
            }
            Some("message_stop") => {
                self.is_finished = true;
                self.is_ended = true;
            }
            Some("message") => {
                self.model(event.model);
                self.usage(event.usage);
                for block in event.content.unwrap_or_default() {
                    self.block(block);
                }
                self.stop(event.stop_reason.as_deref());
            }
            Some("error") => return Err(Fault::Error(Said::default())),
            // `ping`, `content_block_stop`, and whatever comes to be: "handle unknown event types gracefully".
            Some(_) => {}
            None => return Err(Fault::Unreadable),
        }
        Ok(())
    }

    fn block(&mut self, block: Block<'_>) {
        match (block.kind.as_deref(), block.text, block.input) {
            (Some("text"), Some(text), _) => self.reply.text.push_str(&text),
            (Some("tool_use"), _, Some(input)) => self.reply.text.push_str(&input.to_string()),
            _ => {}
        }
    }

    fn model(&mut self, model: Option<Cow<'_, str>>) {
        if let Some(model) = model {
            self.reply.model = model.into_owned();
        }
    }

    /// `message_delta` has totals. Services that speak this wire over another may know nothing in `message_start`, or
    /// nothing in `message_delta`, and say 0 there: the larger count is the right one.
    fn usage(&mut self, newer: Option<Usage>) {
        let Some(newer) = newer else { return };
        let older = self.usage.take().unwrap_or_default();
        let newer = newer.or(older);
        // One may count as read from the cache what the other counts as new, so the parts of the prompt stay together.
        let prompt = if newer.prompt() >= older.prompt() {
            newer
        } else {
            older
        };
        self.usage = Some(Usage {
            output_tokens: newer.output_tokens.max(older.output_tokens),
            ..prompt
        });
    }

    fn stop(&mut self, reason: Option<&str>) {
        let Some(reason) = reason else { return };
        self.is_finished = true;
        self.reply.is_cut |= matches!(reason, "max_tokens" | "model_context_window_exceeded");
        if reason == "refusal" {
            // What was written before it is withdrawn.
            self.reply.refusal = Some(std::mem::take(&mut self.reply.text));
        }
    }

    /// What has been read.
    pub(super) fn into_reply(mut self) -> ChatReply {
        self.reply.usage = self.usage.map(|usage| TokenUsage {
            input: usage.prompt(),
            output: usage.output_tokens.unwrap_or_default(),
            cached_input: usage.cache_read_input_tokens.unwrap_or_default(),
            reasoning: 0,
        });
        self.reply
    }
}
