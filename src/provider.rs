//! Who writes the SQL: one file a kind of provider behind one trait.

mod anthropic;
mod builtin;
mod catalogue;
mod chat;
mod client;
mod completion;
mod endpoint;
mod failure;
mod ollama;
mod openai;
mod prompt;
mod remote;
mod reply;

#[cfg(test)]
#[path = "../tests/support/fake_provider.rs"]
mod fake_provider;

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::config::{Config, ProviderKind};

pub use builtin::{Builtin, MODEL as BUILTIN_MODEL, NAME as BUILTIN_NAME};
pub use catalogue::{ModelInfo, ProviderInfo};
pub use chat::{ChatReply, ChatRequest, TokenLogprob};
pub use client::{Client, ClientSettings, Learned};
pub use completion::{Completion, CompletionRequest, TokenUsage};
pub use endpoint::{Allowed, Endpoint};
pub use failure::{Failure, FailureKind, ProviderError};
pub use remote::{Target, open};

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
}

/// The providers of one config.
#[derive(Debug, Clone)]
pub struct Providers {
    config: Arc<Config>,
    builtin: Arc<Builtin>,
}

impl Providers {
    /// From a checked config.
    pub fn new(config: Arc<Config>) -> Providers {
        Providers {
            config,
            builtin: Arc::new(Builtin),
        }
    }

    /// Every provider: the embedded engine first, then configured services by name.
    pub fn list(&self) -> Vec<ProviderInfo> {
        let mut infos = vec![catalogue::builtin()];
        for (name, service) in &self.config.ai.services {
            if name != BUILTIN_NAME {
                infos.push(catalogue::configured(name, service));
            }
        }
        infos
    }

    /// The one that a configured name, a kind or an alias means.
    pub fn find(&self, name: &str) -> Result<ProviderInfo, ProviderError> {
        let wanted = name.trim();
        if let Some((configured, service)) = self.service(wanted) {
            return Ok(catalogue::configured(configured, service));
        }
        match ProviderKind::parse(wanted) {
            Some(ProviderKind::Builtin) => Ok(catalogue::builtin()),
            Some(kind) => Ok(self
                .service_of_kind(kind)
                .unwrap_or_else(|| catalogue::not_configured(kind))),
            None => Err(ProviderError::Unknown(format!(
                "no provider is called {wanted:?}; there are: {}",
                self.list()
                    .iter()
                    .map(|info| info.name.clone())
                    .collect::<Vec<_>>()
                    .join(", ")
            ))),
        }
    }

    /// The provider that answers for a name and what lists say of it, or why it cannot.
    pub fn open(&self, name: &str) -> Result<(ProviderInfo, Arc<dyn Provider>), ProviderError> {
        let info = self.find(name)?;
        match info.reason {
            Some(reason) => Err(ProviderError::Unavailable(reason)),
            None => Ok((info, Arc::clone(&self.builtin) as Arc<dyn Provider>)),
        }
    }

    /// The name of the one that answers when a question names none.
    pub fn default_name(&self) -> &str {
        &self.config.ai.default_service
    }

    fn service(&self, name: &str) -> Option<(&String, &crate::config::Service)> {
        self.config
            .ai
            .services
            .iter()
            .find(|(configured, _)| configured.eq_ignore_ascii_case(name))
    }

    fn service_of_kind(&self, kind: ProviderKind) -> Option<ProviderInfo> {
        let (name, service) = self
            .config
            .ai
            .services
            .iter()
            .find(|(_, service)| service.provider == kind)?;
        Some(catalogue::configured(name, service))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn providers() -> Providers {
        Providers::new(Arc::new(Config::default()))
    }

    #[test]
    fn the_embedded_engine_answers_to_its_aliases() {
        for name in ["builtin", "Embedded", "offline"] {
            assert!(providers().open(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_provider_that_cannot_answer_is_never_replaced_by_another() {
        let Err(ProviderError::Unavailable(reason)) = providers().open("openai") else {
            panic!("openai must not be answered by another provider");
        };
        assert!(
            reason.contains("openai") && reason.contains("builtin"),
            "{reason}"
        );
    }

    #[test]
    fn an_unknown_provider_is_told_which_ones_there_are() {
        let Err(ProviderError::Unknown(reason)) = providers().open("skynet") else {
            panic!("an unknown name must be an error");
        };
        assert!(reason.contains("builtin"), "{reason}");
    }
}
