//! `ai.services`: configured providers, and what they speak.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::config::kinds::{self, Secret};
use crate::config::units::Time;
use crate::config::watch::Content;

/// One configured provider.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Service {
    /// Whether it may be used.
    pub enabled: bool,
    /// What it speaks. Taken from the service's name when that is a kind of provider or an alias of one.
    #[schemars(extend("x-inferred" = true))]
    pub provider: ProviderKind,
    /// Base URL (`http` or `https`, without user and password). Each kind but `custom` has its own default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// API key.
    #[serde(with = "kinds::secret", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Secret>")]
    pub api_key: Option<SecretString>,
    /// Model asked for when a question names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Most tokens in an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max_tokens: Option<u32>,
    /// Longest time for one call; `ai.timeout` bounds the whole answer all the same.
    #[serde(with = "kinds::optional_time", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Time>", extend("x-min" = "1ms"))]
    pub timeout: Option<Duration>,
    /// How freely the model chooses words; 0 when not set, for models that take it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 2))]
    pub temperature: Option<f64>,
    /// Share of probability that words are chosen from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1))]
    pub top_p: Option<f64>,
    /// Extra HTTP headers; values are kept secret.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Secret>,
    /// Models that may be asked for, besides `model`; any when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// Certificates (PEM) of authorities to trust besides the system's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// What was in that file when the config was loaded.
    #[serde(skip)]
    pub ca_content: Option<Content>,
    /// Keys without effect in this version.
    #[serde(flatten)]
    pub later: ServiceLater,
}

/// Keys of a service without effect in this version.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ServiceLater {
    /// Rank among services; 1 is first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
}

/// What a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderKind {
    /// The embedded engine.
    Builtin,
    /// Ollama.
    Ollama,
    /// OpenAI.
    OpenAi,
    /// DeepSeek.
    DeepSeek,
    /// Anthropic.
    Anthropic,
    /// Anything OpenAI-compatible.
    Custom,
}

impl ProviderKind {
    /// Every word for a kind, its own name first.
    pub const WORDS: [(&'static str, ProviderKind); 12] = [
        ("builtin", ProviderKind::Builtin),
        ("embedded", ProviderKind::Builtin),
        ("offline", ProviderKind::Builtin),
        ("ollama", ProviderKind::Ollama),
        ("local", ProviderKind::Ollama),
        ("openai", ProviderKind::OpenAi),
        ("deepseek", ProviderKind::DeepSeek),
        ("online", ProviderKind::DeepSeek),
        ("anthropic", ProviderKind::Anthropic),
        ("claude", ProviderKind::Anthropic),
        ("custom", ProviderKind::Custom),
        ("openai_compatible", ProviderKind::Custom),
    ];

    /// The name used in config, replies and metric labels.
    pub fn as_str(self) -> &'static str {
        match self {
            ProviderKind::Builtin => "builtin",
            ProviderKind::Ollama => "ollama",
            ProviderKind::OpenAi => "openai",
            ProviderKind::DeepSeek => "deepseek",
            ProviderKind::Anthropic => "anthropic",
            ProviderKind::Custom => "custom",
        }
    }

    /// The endpoint of a service of this kind that names none.
    pub fn default_endpoint(self) -> Option<&'static str> {
        match self {
            ProviderKind::Builtin | ProviderKind::Custom => None,
            ProviderKind::Ollama => Some("http://localhost:11434"),
            ProviderKind::OpenAi => Some("https://api.openai.com/v1"),
            ProviderKind::DeepSeek => Some("https://api.deepseek.com"),
            ProviderKind::Anthropic => Some("https://api.anthropic.com"),
        }
    }

    /// Whether its provider answers nobody without a key.
    pub fn needs_key(self) -> bool {
        matches!(
            self,
            ProviderKind::OpenAi | ProviderKind::DeepSeek | ProviderKind::Anthropic
        )
    }

    /// The kind that a name or one of its aliases means, in any case.
    pub fn parse(word: &str) -> Option<ProviderKind> {
        let word = word.trim();
        ProviderKind::WORDS
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(word))
            .map(|(_, kind)| *kind)
    }

    /// The names, for messages.
    pub fn names() -> String {
        let own = ProviderKind::WORDS
            .iter()
            .filter(|(word, kind)| *word == kind.as_str());
        own.map(|(word, _)| *word).collect::<Vec<_>>().join(", ")
    }
}

impl Default for Service {
    fn default() -> Service {
        Service {
            enabled: true,
            provider: ProviderKind::Builtin,
            endpoint: None,
            api_key: None,
            model: None,
            max_tokens: None,
            timeout: None,
            temperature: None,
            top_p: None,
            headers: BTreeMap::new(),
            models: Vec::new(),
            ca_file: None,
            ca_content: None,
            later: ServiceLater::default(),
        }
    }
}
