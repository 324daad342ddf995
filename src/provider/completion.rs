//! What a provider is asked to do, and what it wrote.

use std::sync::Arc;
use std::time::Duration;

use nl2sql::{Aliases, Dialect, Schema, engine};
use serde::{Deserialize, Serialize};

/// What a provider is asked to do.
#[derive(Debug, Clone)]
pub struct CompletionRequest {
    /// The question's words.
    pub question: String,
    /// The dialect to write.
    pub dialect: Dialect,
    /// The tables to choose from; `None` when nothing is known.
    pub schema: Option<Arc<Schema>>,
    /// Other words for the tables and columns.
    pub aliases: Arc<Aliases>,
    /// SQL that the asker already has, to start from.
    pub existing_sql: Option<String>,
    /// The day that "today" means.
    pub today: jiff::civil::Date,
    /// Whether sample values in the schema may go to a provider on another host.
    pub share_values: bool,
    /// How many tokens the tables may take in a prompt (`ai.schema_tokens`).
    pub schema_tokens: usize,
    /// What was written before and did not pass; `None` on the first try.
    pub repair: Option<Repair>,
    /// It is one of several samples, which chance should make differ.
    pub is_sample: bool,
}

impl CompletionRequest {
    /// The same for the embedded engine.
    pub fn to_engine(&self) -> engine::Request<'_> {
        engine::Request {
            question: &self.question,
            schema: self.schema.as_deref(),
            dialect: self.dialect,
            today: self.today,
            aliases: Some(&*self.aliases).filter(|aliases| !aliases.is_empty()),
        }
    }
}

/// SQL that did not pass, for the one who wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// The SQL as it was written.
    pub sql: String,
    /// Why it does not pass, in the words of the check or of the database.
    pub reason: String,
}

/// What a provider wrote, before anybody has checked it.
#[derive(Debug, Clone, Default)]
pub struct Completion {
    /// One SQL statement.
    pub sql: String,
    /// What it does, on one line, in the language of the question.
    pub explanation: String,
    /// SQL for another reading of the question that is nearly as likely, before anybody has checked it.
    pub alternative: Option<String>,
    /// How sure the provider says it is, 0 to 1, when it says so by a measured score (the embedded engine).
    pub confidence: Option<f64>,
    /// Mean natural logarithm of the probabilities of the tokens that make up the SQL, where the provider tells them.
    pub mean_logprob: Option<f64>,
    /// The sum of the same: the logarithm of the probability of the SQL as a whole.
    pub sum_logprob: Option<f64>,
    /// What it assumed, each on one line.
    pub assumptions: Vec<String>,
    /// What the asker should know before trusting it.
    pub warnings: Vec<String>,
    /// The model that wrote it.
    pub model: String,
    /// Tokens used, where the provider tells.
    pub usage: Option<TokenUsage>,
    /// Time from sending the request to the first piece of the answer.
    pub first_token: Option<Duration>,
    /// What the provider itself says that the call has cost, in US dollars.
    pub stated_cost: Option<f64>,
}

impl Completion {
    /// What it took.
    pub fn bill(&self) -> Bill {
        Bill {
            model: self.model.clone(),
            usage: self.usage,
            stated_cost: self.stated_cost,
        }
    }
}

/// What an answer took. It is owed for one of no use, too.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bill {
    /// The model that wrote it, as the provider names it.
    pub model: String,
    /// Tokens used, where the provider tells.
    pub usage: Option<TokenUsage>,
    /// What the provider itself says that the call has cost, in US dollars.
    pub stated_cost: Option<f64>,
}

/// Tokens of one call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenUsage {
    /// Of the prompt, those in the provider's cache included.
    pub input: u64,
    /// Of the answer, reasoning included.
    pub output: u64,
    /// Of the prompt, found in the provider's cache.
    pub cached_input: u64,
    /// Of the answer, reasoning that is not shown.
    pub reasoning: u64,
}
