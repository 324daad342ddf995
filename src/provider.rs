//! Who writes the SQL: one file a kind of provider behind one trait, and what keeps them safe.

mod anthropic;
mod breaker;
mod builtin;
mod catalogue;
mod chain;
mod chat;
mod client;
mod completion;
mod endpoint;
mod failure;
mod health;
mod member;
mod ollama;
mod openai;
mod prices;
mod prompt;
mod providers;
mod remote;
mod reply;
mod spending;
mod together;
mod wish;

#[cfg(test)]
#[path = "../tests/support/fake_provider.rs"]
mod fake_provider;

use futures_util::future::BoxFuture;

pub use catalogue::{ModelInfo, ProviderInfo, display_name};
pub use chain::{Answered, Judge, Rejection, Unanswered};
pub use completion::{Bill, Completion, CompletionRequest, Repair, TokenUsage};
pub use endpoint::Endpoint;
pub use failure::{Failure, FailureKind, ProviderError};
pub use ollama::Pulling;
pub use prices::{Prices, origin as price_origin};
pub use prompt::VERSION as PROMPT_VERSION;
pub use providers::{Plan, Providers, metric_labels};
pub use spending::{Spending, keep_spending};
pub use together::{KnownSums, OwnSums, Pace, Together};
pub use wish::Wish;

use chat::{ChatReply, ChatRequest, TokenLogprob};
use client::{Client, ClientSettings, Learned};
use providers::no_reply_within;
use remote::{Target, open};

/// Writes SQL for questions. Each call is one attempt: whether to ask again, or another, is decided above it.
pub trait Provider: Send + Sync {
    /// Answers one question. Dropping the future cancels the call on the wire too.
    fn complete<'a>(
        &'a self,
        request: &'a CompletionRequest,
    ) -> BoxFuture<'a, Result<Completion, ProviderError>>;

    /// The models that it offers now, asked of it.
    fn models(&self) -> BoxFuture<'_, Result<Vec<ModelInfo>, ProviderError>>;

    /// Whether it is there, by a call that costs nothing.
    fn probe(&self) -> BoxFuture<'_, Result<(), ProviderError>>;

    /// Host and port that it is asked at; `None` for one that is part of this program.
    fn address(&self) -> Option<(&str, u16)> {
        None
    }
}
