//! One exchange with a language model, whatever wire carries it.

use std::ops::Range;
use std::time::Duration;

use super::TokenUsage;

/// What is said to a model.
#[derive(Debug, Clone)]
pub struct ChatRequest<'a> {
    /// Model.
    pub model: &'a str,
    /// Who it is and what the rules are.
    pub system: &'a str,
    /// The tables and, last and fenced as data, the question.
    pub user: String,
    /// Most tokens in the answer.
    pub max_tokens: u32,
    /// What the asker should know of what is said: that not all tables are in it.
    pub warnings: Vec<String>,
    /// Chance is wanted, whatever the settings say.
    pub is_sample: bool,
}

/// What came back.
#[derive(Debug, Clone, Default)]
pub struct ChatReply {
    /// The whole text, as the model wrote it; reasoning that the wire marks as such is not in it.
    pub text: String,
    /// The model that wrote it, as the provider names it.
    pub model: String,
    /// Tokens used, where the provider tells.
    pub usage: Option<TokenUsage>,
    /// The tokens of `text` with their log-probabilities, in order; empty where the provider does not tell.
    pub tokens: Vec<TokenLogprob>,
    /// The answer was cut at its most tokens.
    pub is_cut: bool,
    /// The model declined, in its own words.
    pub refusal: Option<String>,
    /// Time from sending the request to the first piece of text.
    pub first_token: Option<Duration>,
    /// What the provider itself says that the call has cost, in US dollars.
    pub stated_cost: Option<f64>,
    /// What the asker should know: a prompt that was cut, a setting that had no effect.
    pub warnings: Vec<String>,
}

/// A token's place in the text and how likely it was.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenLogprob {
    /// Bytes of the text.
    pub bytes: Range<usize>,
    /// Natural logarithm of its probability.
    pub logprob: f64,
}
