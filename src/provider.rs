//! Who writes the SQL: one file a kind of provider behind one trait.

use std::sync::Arc;

use crate::config::{Config, ProviderKind};

/// The providers of one config.
#[derive(Debug, Clone)]
pub struct Providers {
    config: Arc<Config>,
}

/// A provider as lists show it.
#[derive(Debug, Clone)]
pub struct ProviderInfo {
    /// Configured name.
    pub name: String,
    /// What it speaks.
    pub kind: ProviderKind,
    /// Whether it can answer now.
    pub available: bool,
    /// Why not, for people.
    pub reason: Option<String>,
    /// Base URL, when it has one.
    pub endpoint: Option<String>,
    /// Models that it offers.
    pub models: Vec<ModelInfo>,
}

/// A model as lists show it.
#[derive(Debug, Clone)]
pub struct ModelInfo {
    /// What requests name it by.
    pub id: String,
    /// For people.
    pub name: String,
    /// For people.
    pub description: String,
    /// Most tokens in an answer; 0 when that has no meaning.
    pub max_tokens: u32,
}

/// The wished-for provider is not to be had.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ProviderError {
    /// No kind or service of that name.
    #[error("{0}")]
    Unknown(String),
    /// Known, but it cannot answer; the text says why and what to do.
    #[error("{0}")]
    Unavailable(String),
}

impl Providers {
    /// From a checked config.
    pub fn new(config: Arc<Config>) -> Providers {
        Providers { config }
    }
    /// Every provider, the embedded engine first, then configured services by name.
    pub fn list(&self) -> Vec<ProviderInfo> {
        Vec::new()
    }
    /// The one that a name or alias means.
    pub fn find(&self, _name: &str) -> Result<ProviderInfo, ProviderError> {
        Err(ProviderError::Unknown(String::new()))
    }
    /// The name of the one that answers when a question names none.
    pub fn default_name(&self) -> &str {
        &self.config.ai.default_service
    }
}
