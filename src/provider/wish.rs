//! Which provider a request asks for, and how.

use std::time::Duration;

use secrecy::SecretString;

/// Which provider a request asks for, and how. Empty fields fall to the config.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Configured name or kind.
    pub provider: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Base URL.
    pub endpoint: Option<String>,
    /// API key.
    pub api_key: Option<SecretString>,
    /// Most tokens in the answer.
    pub max_tokens: Option<u32>,
    /// Longest time for the answer.
    pub timeout: Option<Duration>,
    /// How often the model is asked, so that its answers can vote.
    pub samples: Option<u32>,
}
