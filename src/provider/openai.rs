//! OpenAI's chat completions, and everything that speaks them: DeepSeek, OpenRouter, vLLM, llama.cpp, LM Studio.

mod answer;
mod models;
mod request;

use futures_util::future::BoxFuture;

use super::remote::{Remote, Target};
use super::{
    ChatReply, ChatRequest, Completion, CompletionRequest, Failure, FailureKind, ModelInfo, Provider,
    ProviderError,
};
use crate::config::ProviderKind;

use answer::Reading;

pub(super) use answer::Count;
pub(super) use models::NoList;

/// A service that speaks chat completions.
pub(super) struct OpenAi(Remote);

impl OpenAi {
    /// Costs nothing until it is asked.
    pub(super) fn new(target: Target) -> OpenAi {
        let url = target.endpoint.versioned("/chat/completions");
        OpenAi(Remote::new(target, url))
    }

    async fn chat(&self, chat: &ChatRequest<'_>) -> Result<ChatReply, Failure> {
        let remote = &self.0;
        let heard = remote
            .ask(chat.model, |habits| request::write(chat, remote, habits))
            .await?;
        let reading: Reading = heard.reading;
        Ok(remote.filled(reading.reply, heard.first_token, &heard.habits, chat))
    }

    async fn list(&self) -> Result<Vec<ModelInfo>, ProviderError> {
        let peer = &self.0.peer;
        let answer = peer.get(peer.endpoint().versioned("/models")).await?;
        let body = answer.whole(peer).await?;
        Ok(models::read(&body).map_err(|reason| reason.explain(peer))?)
    }
}

impl Provider for OpenAi {
    fn complete<'a>(
        &'a self,
        request: &'a CompletionRequest,
    ) -> BoxFuture<'a, Result<Completion, ProviderError>> {
        Box::pin(async move {
            let Some(chat) = self.0.chat(request).await else {
                return Err(self.0.no_model(self.list()).await);
            };
            self.0.outcome(self.chat(&chat).await, request)
        })
    }

    fn address(&self) -> Option<(&str, u16)> {
        Some(self.0.address())
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<ModelInfo>, ProviderError>> {
        Box::pin(self.list())
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(async {
            match self.list().await {
                Ok(_) => Ok(()),
                // A compatible service may have no list of models; that it says so shows that it is there.
                Err(ProviderError::Failed(failure))
                    if self.0.peer.kind() == ProviderKind::Custom
                        && failure.kind == FailureKind::NotFound =>
                {
                    Ok(())
                }
                Err(error) => Err(error),
            }
        })
    }
}

#[cfg(test)]
mod tests;
