//! A chat as it comes: a JSON document a line, the last one with `done`.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use crate::provider::client::{Documents, Fault, Progress, Said, each};
use crate::provider::openai::Count;
use crate::provider::{ChatReply, ChatRequest, TokenLogprob, TokenUsage};

use super::request::tokens_at_least;

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default)]
    model: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    message: Option<Message<'a>>,
    #[serde(default)]
    done: bool,
    #[serde(borrow, default)]
    done_reason: Option<Cow<'a, str>>,
    #[serde(default)]
    prompt_eval_count: Option<u64>,
    #[serde(default)]
    eval_count: Option<u64>,
    #[serde(borrow, default)]
    logprobs: Option<Vec<Token<'a>>>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    content: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    thinking: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Token<'a> {
    #[serde(borrow)]
    token: Cow<'a, str>,
    #[serde(default)]
    logprob: Option<f64>,
    #[serde(default)]
    bytes: Option<Count>,
}

/// Takes an answer in.
#[derive(Default)]
pub(super) struct Reading {
    pub reply: ChatReply,
    /// The model has thought aloud.
    pub has_thought: bool,
    is_done: bool,
    /// Tokens of the prompt, if it says.
    prompt_tokens: Option<u64>,
}

impl Documents for Reading {
    const BY_LINE: bool = true;

    fn take(&mut self, json: &[u8]) -> Result<(), Fault> {
        each(json, |line: Line<'_>| self.line(line))
    }

    fn progress(&self) -> Progress {
        if self.is_done {
            Progress::Ended
        } else {
            Progress::Open
        }
    }

    fn has_text(&self) -> bool {
        !self.reply.text.is_empty()
    }
}

impl Reading {
    fn line(&mut self, line: Line<'_>) -> Result<(), Fault> {
        if let Some(said) = line.error.filter(|said| !said.is_null()) {
            return Err(Fault::Error(Said::of(&serde_json::json!({ "error": said }))));
        }
        if let Some(model) = line.model
            && self.reply.model.is_empty()
        {
            self.reply.model = model.into_owned();
        }
        let start = self.reply.text.len();
        if let Some(message) = line.message {
            self.reply
                .text
                .push_str(message.content.as_deref().unwrap_or_default());
            self.has_thought |= message.thinking.is_some_and(|text| !text.is_empty());
        }
        // Tokens of thinking have no place in the text.
        let grew = self.reply.text.len() > start;
        if let Some(tokens) = line.logprobs.filter(|_| grew) {
            self.tokens(start, &tokens);
        }
        if line.done {
            self.is_done = true;
            self.reply.is_cut = line.done_reason.as_deref() == Some("length");
            self.prompt_tokens = line.prompt_eval_count;
            if line.prompt_eval_count.is_some() || line.eval_count.is_some() {
                self.reply.usage = Some(TokenUsage {
                    input: line.prompt_eval_count.unwrap_or_default(),
                    output: line.eval_count.unwrap_or_default(),
                    ..TokenUsage::default()
                });
            }
        }
        Ok(())
    }

    fn tokens(&mut self, start: usize, tokens: &[Token<'_>]) {
        let mut place = start;
        for token in tokens {
            let length = token.bytes.as_ref().map_or(token.token.len(), |count| count.0);
            if let Some(logprob) = token.logprob {
                self.reply.tokens.push(TokenLogprob {
                    bytes: place..place + length,
                    logprob,
                });
            }
            place += length;
        }
    }

    /// What the asker should know when the model has read less than was written: Ollama cuts a prompt that is longer
    /// than the context silently, and a model's own context may be smaller than the one asked for.
    pub(super) fn cut_prompt(&self, chat: &ChatRequest<'_>, context: u32) -> Option<String> {
        /// Older versions count only what they had not in memory, so a small count says nothing.
        const MIN: u64 = 1024;
        let read = self.prompt_tokens?;
        let written = tokens_at_least(chat.system) + tokens_at_least(&chat.user);
        let is_full = read >= u64::from(context);
        let is_short = read >= MIN && (written as u64) > read;
        (is_full || is_short).then(|| {
            format!(
                "Ollama cut the prompt: the model read only {read} tokens of it, so it may not know every table; \
                 send fewer tables, or use a model with a longer context"
            )
        })
    }
}
