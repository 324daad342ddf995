//! Anthropic's messages.

mod answer;
mod models;
mod request;

use futures_util::future::BoxFuture;

use super::remote::{Remote, Target, without_question};
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
        let mut reply = reading.into_reply();
        reply.first_token = heard.first_token;
        reply.warnings = remote.ignored_settings(&heard.habits);
        if reply.model.is_empty() {
            chat.model.clone_into(&mut reply.model);
        }
        Ok(reply)
    }
}

impl Provider for Anthropic {
    fn complete<'a>(
        &'a self,
        request: &'a CompletionRequest,
    ) -> BoxFuture<'a, Result<Completion, ProviderError>> {
        Box::pin(async move {
            let Some(chat) = self.0.chat(request) else {
                return Err(self.0.no_model(models::list(&self.0.peer)).await);
            };
            let reply = self.chat(&chat).await;
            let reply = reply.map_err(|failure| without_question(failure.into(), &request.question))?;
            self.0.completion(reply, request.dialect)
        })
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
