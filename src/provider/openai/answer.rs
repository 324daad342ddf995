//! A chat completion as it comes: chunks of a stream, or one whole document.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::Value;

use crate::provider::client::{Documents, Fault, Progress, Said, each};
use crate::provider::{ChatReply, TokenLogprob, TokenUsage};

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow, default)]
    model: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(default)]
    usage: Option<Usage>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    /// In a stream.
    #[serde(borrow, default)]
    delta: Option<Message<'a>>,
    /// In a whole document.
    #[serde(borrow, default)]
    message: Option<Message<'a>>,
    #[serde(borrow, default)]
    finish_reason: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    logprobs: Option<Logprobs<'a>>,
    /// OpenRouter's, beside the finish reason `error`.
    #[serde(default)]
    error: Option<Value>,
}

/// Reasoning (`reasoning`, `reasoning_content`) is no part of the answer.
#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    content: Option<Text<'a>>,
    #[serde(borrow, default)]
    refusal: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Logprobs<'a> {
    #[serde(borrow, default)]
    content: Option<Vec<Token<'a>>>,
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

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    prompt_tokens: Option<u64>,
    #[serde(default)]
    completion_tokens: Option<u64>,
    #[serde(default)]
    prompt_tokens_details: Option<PromptDetails>,
    #[serde(default)]
    completion_tokens_details: Option<CompletionDetails>,
    /// DeepSeek's.
    #[serde(default)]
    prompt_cache_hit_tokens: Option<u64>,
    /// OpenRouter's, in US dollars.
    #[serde(default)]
    cost: Option<f64>,
}

#[derive(Deserialize)]
struct PromptDetails {
    #[serde(default)]
    cached_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct CompletionDetails {
    #[serde(default)]
    reasoning_tokens: Option<u64>,
}

/// Takes an answer in.
#[derive(Default)]
pub(super) struct Reading {
    pub reply: ChatReply,
    is_finished: bool,
    is_done: bool,
}

impl Documents for Reading {
    const BY_LINE: bool = false;

    fn take(&mut self, json: &[u8]) -> Result<(), Fault> {
        // Only errors come in lists, and only as a whole body.
        if json.first() == Some(&b'[') {
            return match serde_json::from_slice::<Value>(json) {
                Ok(list) => Err(error(&list)),
                Err(_) => Err(Fault::Unreadable),
            };
        }
        each(json, |chunk: Chunk<'_>| self.chunk(chunk))
    }

    fn done(&mut self) {
        self.is_done = true;
    }

    fn progress(&self) -> Progress {
        match (self.is_done, self.is_finished) {
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
    fn chunk(&mut self, chunk: Chunk<'_>) -> Result<(), Fault> {
        if let Some(said) = chunk.error.filter(|said| !said.is_null()) {
            return Err(error(&serde_json::json!({ "error": said })));
        }
        if let Some(model) = chunk.model
            && self.reply.model.is_empty()
        {
            self.reply.model = model.into_owned();
        }
        if let Some(usage) = chunk.usage {
            self.usage(&usage);
        }
        // One answer was asked for, so there is one choice.
        match chunk.choices.and_then(|choices| choices.into_iter().next()) {
            Some(choice) => self.choice(choice),
            None => Ok(()),
        }
    }

    fn choice(&mut self, choice: Choice<'_>) -> Result<(), Fault> {
        if let Some(said) = choice.error.filter(|said| !said.is_null()) {
            return Err(error(&serde_json::json!({ "error": said })));
        }
        let message = choice.delta.or(choice.message);
        let start = self.reply.text.len();
        if let Some(message) = message {
            if let Some(Text(text)) = &message.content {
                self.reply.text.push_str(text);
            }
            if let Some(words) = message.refusal.filter(|words| !words.is_empty()) {
                self.reply.refusal.get_or_insert_default().push_str(&words);
            }
        }
        if let Some(tokens) = choice.logprobs.and_then(|logprobs| logprobs.content) {
            self.tokens(start, &tokens);
        }
        match choice.finish_reason.as_deref() {
            None | Some("") => {}
            Some("error") => return Err(error(&Value::Null)),
            Some(reason) => {
                self.is_finished = true;
                self.reply.is_cut |= reason == "length";
                if reason == "content_filter" {
                    self.reply.refusal.get_or_insert_default();
                }
            }
        }
        Ok(())
    }

    /// The tokens of a piece of text that begins at `start`.
    fn tokens(&mut self, start: usize, tokens: &[Token<'_>]) {
        // Half a letter is a token, too; its text comes with the other half, so the place goes on without text.
        let grew = self.reply.text.len() > start;
        let last = self.reply.tokens.last().map_or(0, |token| token.bytes.end);
        let mut place = if grew { start } else { last.max(start) };
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

    fn usage(&mut self, usage: &Usage) {
        let details = usage.prompt_tokens_details.as_ref();
        self.reply.usage = Some(TokenUsage {
            input: usage.prompt_tokens.unwrap_or_default(),
            output: usage.completion_tokens.unwrap_or_default(),
            cached_input: details
                .and_then(|details| details.cached_tokens)
                .or(usage.prompt_cache_hit_tokens)
                .unwrap_or_default(),
            reasoning: usage
                .completion_tokens_details
                .as_ref()
                .and_then(|details| details.reasoning_tokens)
                .unwrap_or_default(),
        });
        self.reply.stated_cost = usage.cost.or(self.reply.stated_cost);
    }
}

fn error(document: &Value) -> Fault {
    Fault::Error(Said::of(document))
}

/// A text, or the texts of a list of parts (Mistral), without their thinking.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of parts")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
            fn visit_string<E>(self, text: String) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text)))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Text<'de>, A::Error> {
                let mut all = String::new();
                while let Some(part) = list.next_element::<Part>()? {
                    if let Part {
                        kind: Some(kind),
                        text: Some(text),
                    } = part
                        && kind == "text"
                    {
                        all.push_str(&text);
                    }
                }
                Ok(Text(Cow::Owned(all)))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

#[derive(Deserialize)]
struct Part {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    text: Option<String>,
}

/// How long a list is; what is in it does not matter.
pub(in crate::provider) struct Count(pub usize);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Counting;

        impl<'de> Visitor<'de> for Counting {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Count, A::Error> {
                let mut count = 0;
                while list.next_element::<IgnoredAny>()?.is_some() {
                    count += 1;
                }
                Ok(Count(count))
            }
        }

        deserializer.deserialize_seq(Counting)
    }
}
