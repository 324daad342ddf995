//! Ollama's own chat.

mod answer;
mod models;
mod pull;
mod request;

use futures_util::future::BoxFuture;

use super::client::{Habits, Thinking};
use super::remote::{Remote, Target};
use super::{
    ChatReply, ChatRequest, Completion, CompletionRequest, Failure, ModelInfo, Provider, ProviderError,
};

use answer::Reading;

pub use pull::Pulling;
pub(super) use pull::pull;

/// An Ollama server.
pub(super) struct Ollama(Remote);

impl Ollama {
    /// Costs nothing until it is asked.
    pub(super) fn new(target: Target) -> Ollama {
        let url = target.endpoint.ollama("/chat");
        Ollama(Remote::new(target, url))
    }

    async fn chat(&self, chat: &ChatRequest<'_>) -> Result<ChatReply, Failure> {
        let remote = &self.0;
        let context = request::context(chat);
        let heard = remote
            .ask(chat.model, |habits| request::write(chat, remote, habits, context))
            .await?;
        let (reading, habits): (Reading, Habits) = (heard.reading, heard.habits);
        self.learn_thinking(habits, &reading);
        let cut = reading.cut_prompt(chat, context);
        let mut reply = remote.filled(reading.reply, heard.first_token, &habits, chat);
        reply.warnings.extend(cut);
        Ok(reply)
    }

    /// A model that has been seen to think can be told not to, which saves most of its time; one that then says
    /// nothing at all is left alone from then on.
    fn learn_thinking(&self, habits: Habits, reading: &Reading) {
        let thinking = match habits.thinking {
            Thinking::Unseen if reading.has_thought => Thinking::Off,
            Thinking::Off if reading.reply.text.trim().is_empty() => Thinking::Untouched,
            unchanged => unchanged,
        };
        if thinking != habits.thinking {
            self.0.learn(Habits { thinking, ..habits });
        }
    }
}

impl Provider for Ollama {
    fn complete<'a>(
        &'a self,
        request: &'a CompletionRequest,
    ) -> BoxFuture<'a, Result<Completion, ProviderError>> {
        Box::pin(async move {
            let Some(chat) = self.0.chat(request).await else {
                return Err(self.0.no_model(models::list(&self.0.peer)).await);
            };
            self.0.outcome(self.chat(&chat).await, request)
        })
    }

    fn address(&self) -> Option<(&str, u16)> {
        Some(self.0.address())
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<ModelInfo>, ProviderError>> {
        Box::pin(models::list(&self.0.peer))
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(models::probe(&self.0.peer))
    }
}

#[cfg(test)]
mod tests;
