//! Anthropic's messages.

mod answer;
mod models;
mod request;

use std::time::Instant;

use futures_util::future::BoxFuture;

use super::client::read;
use super::remote::{Remote, without_question};
use super::{
    ChatReply, ChatRequest, Completion, CompletionRequest, Failure, ModelInfo, Provider, ProviderError,
};

use answer::Reading;

/// A service that speaks messages.
pub(super) struct Anthropic(pub(super) Remote);

impl Anthropic {
    async fn chat(&self, chat: &ChatRequest) -> Result<ChatReply, Failure> {
        let remote = &self.0;
        let url = remote.peer.endpoint().versioned("/messages");
        let sent = Instant::now();
        let (answer, habits) = remote
            .ask(&url, &chat.model, |habits| request::write(chat, remote, habits))
            .await?;
        let mut reading = Reading::default();
        let first_token = read(&remote.peer, answer, &mut reading, &chat.model, sent).await?;
        let mut reply = reading.into_reply();
        reply.first_token = first_token;
        reply.warnings = remote.ignored_settings(&habits);
        if reply.model.is_empty() {
            reply.model.clone_from(&chat.model);
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
