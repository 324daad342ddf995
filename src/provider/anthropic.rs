//! Anthropic's messages.

mod answer;
mod models;
mod request;

use futures_util::future::BoxFuture;

use super::remote::{Remote, Target};
use super::{
    ChatReply, ChatRequest, Completion, CompletionRequest, Failure, ModelInfo, Provider, ProviderError,
};

use answer::Reading;

/// A service that speaks messages.
pub(super) struct Anthropic(Remote);

impl Anthropic {
    /// Costs nothing until it is asked.
    pub(super) fn new(target: Target) -> Anthropic {
        let url = target.endpoint.versioned("/messages");
        Anthropic(Remote::new(target, url))
    }

    async fn chat(&self, chat: &ChatRequest<'_>) -> Result<ChatReply, Failure> {
        let remote = &self.0;
        let heard = remote
            .ask(chat.model, |habits| request::write(chat, remote, habits))
            .await?;
        let reading: Reading = heard.reading;
        Ok(remote.filled(reading.into_reply(), heard.first_token, &heard.habits, chat))
    }
}

impl Provider for Anthropic {
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
