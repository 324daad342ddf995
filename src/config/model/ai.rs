//! `ai`: who answers questions, and within which limits.

use std::collections::BTreeMap;
use std::time::Duration;

use nl2sql::Dialect;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::config::kinds::{self, DialectName, Secret};
use crate::config::units::{Size, Time};

/// Who answers questions, and within which limits.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Ai {
    /// The service that answers when a question names none: `builtin`, a name under `services`, or a kind of provider.
    pub default_service: String,
    /// Longest time for one answer.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1ms"))]
    pub timeout: Duration,
    /// Longest question.
    #[serde(with = "kinds::bytes")]
    #[schemars(with = "Size", extend("x-min" = "1", "x-max" = "1MiB"))]
    pub max_question_bytes: usize,
    /// Dialect of the answer when neither the question nor its database says.
    #[serde(with = "kinds::dialect")]
    #[schemars(with = "DialectName")]
    pub default_dialect: Dialect,
    /// Configured services by name. `builtin` is always there and needs no entry.
    pub services: BTreeMap<String, Service>,
    /// Questions answered at once; further ones wait their turn, within `timeout`.
    #[schemars(range(min = 1, max = 10_000))]
    pub max_concurrent_requests: usize,
    /// Keys without effect in this version, and second spellings.
    #[serde(flatten)]
    pub later: AiLater,
}

/// Keys of `ai` without effect in this version, and second spellings (which loading has moved to their first one).
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct AiLater {
    /// Longest time for one answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-min" = "1ms"))]
    pub request_timeout: Option<Time>,
    /// Services to ask, in order, when the first fails.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fallback_order: Vec<String>,
    /// Whether sample values of a database may go to a provider on another host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_sample_values: Option<bool>,
    /// Asking a provider again after a failure that may pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// Most questions a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    /// Keeping answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<AiCache>,
    /// Not asking a provider that keeps failing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub circuit_breaker: Option<CircuitBreaker>,
    /// The Go plugin's security block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security: Option<AiSecurity>,
}

/// Asking a provider again after a failure that may pass.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Retry {
    #[serde(skip_serializing_if = "Option::is_none")]
    /// Whether to.
    pub enabled: Option<bool>,
    /// Most tries, the first included.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub max_attempts: Option<u32>,
    /// Wait before the second try.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_delay: Option<Time>,
    /// Longest wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_delay: Option<Time>,
    /// Factor from one wait to the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub multiplier: Option<f64>,
    /// Whether waits vary by chance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jitter: Option<bool>,
}

/// Most questions a minute.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RateLimit {
    /// Whether to limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Questions a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub requests_per_minute: Option<u32>,
    /// Questions at once beyond that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub burst_size: Option<u32>,
    /// Window in which they are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-min" = "1ms"))]
    pub window_size: Option<Time>,
}

/// Keeping answers.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct AiCache {
    /// Whether to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// How long an answer is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Time>,
    /// Most answers kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max_size: Option<u32>,
    /// Where they are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = ["memory", "redis"]))]
    pub provider: Option<String>,
    /// Address of Redis; may hold a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redis_url: Option<Secret>,
}

/// Not asking a provider that keeps failing.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CircuitBreaker {
    /// Whether to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Failures in a row that open it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub failure_threshold: Option<u32>,
    /// Successes that close it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub success_threshold: Option<u32>,
    /// Longest time for a trial call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Time>,
    /// Wait before a trial call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_timeout: Option<Time>,
}

/// The Go plugin's security block.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct AiSecurity {
    /// Whether stored credentials are encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypt_credentials: Option<bool>,
    /// Hosts that providers may have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_hosts: Vec<String>,
    /// Whether TLS is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_enabled: Option<bool>,
    /// Certificate, PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_file: Option<String>,
    /// Private key, PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<String>,
}

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
    /// Keys without effect in this version, and second spellings.
    #[serde(flatten)]
    pub later: ServiceLater,
}

/// Keys of a service without effect in this version.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ServiceLater {
    /// How freely the model chooses words.
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
    /// Models that may be asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
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

impl Default for Ai {
    fn default() -> Ai {
        Ai {
            default_service: "builtin".into(),
            timeout: Duration::from_secs(60),
            max_question_bytes: 16 * 1024,
            default_dialect: Dialect::MySql,
            services: BTreeMap::new(),
            max_concurrent_requests: 10,
            later: AiLater::default(),
        }
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
            later: ServiceLater::default(),
        }
    }
}
