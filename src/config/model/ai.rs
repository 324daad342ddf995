//! `ai`: who answers questions, and within which limits.

use std::collections::BTreeMap;
use std::time::Duration;

use nl2sql::Dialect;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Service;
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
    /// Questions answered at once; further ones wait their turn in `performance.worker_pools.ai_requests`.
    #[schemars(range(min = 1, max = 10_000))]
    pub max_concurrent_requests: usize,
    /// Services to ask, in order, when the first fails. The embedded engine comes last without being named.
    pub fallback_order: Vec<String>,
    /// Endpoints that a request or the page may name, besides the configured ones, those of the known services, and
    /// loopback addresses: `https://llm.example.com`, `http://*.lan:11434`, a host, or `*` for any.
    pub allowed_endpoints: Vec<String>,
    /// Longest silence in the middle of a reply before it counts as stalled.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1ms"))]
    pub stall_timeout: Duration,
    /// Whether sample values of a database may go to a provider on another host.
    pub share_sample_values: bool,
    /// Most tokens that tables may take in what a model is told, by an estimate of 3.5 bytes a token. Of a schema that takes more, the
    /// tables that fit the question best are shown, and the answer says how many were left out. The embedded engine sees all.
    #[schemars(range(min = 500, max = 1_000_000))]
    pub schema_tokens: usize,
    /// Asking again after a failure that may pass.
    pub retry: Retry,
    /// Most questions a minute that go to providers over the network.
    pub rate_limit: RateLimit,
    /// Not asking a provider that keeps failing.
    pub circuit_breaker: CircuitBreaker,
    /// Most money for providers, in US dollars.
    pub budget: Budget,
    /// Whether `rate_limit` and `budget` hold for all plugins on the same Redis together, where answers are kept in one
    /// (`performance.cache.type: redis`). Each counts alone while Redis is away.
    pub shared_limits: bool,
    /// Prices of models by `provider/model` or model, over the built-in ones.
    pub prices: BTreeMap<String, Price>,
    /// Time between two looks at a provider that no question has shown to be well; 0 looks at none.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time")]
    pub health_check_interval: Duration,
    /// How often a model is asked the same question, so that its answers can vote and their agreement tells how sure it is. Each
    /// is a call that costs; a request may say otherwise (`samples`).
    #[schemars(range(min = 1, max = 5))]
    pub samples: u32,
    /// What askers say of answers.
    pub feedback: FeedbackSettings,
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
    /// Keeping answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<AiCache>,
    /// The Go plugin's security block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security: Option<AiSecurity>,
}

/// Most samples of one question.
pub const MOST_SAMPLES: u32 = 5;

/// What askers say of answers (`ai.feedback` in the query language): used, corrected, rejected. It is kept in
/// `server.state_dir`, for fitting the confidence of models' answers (`eval --fit`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(inline)]
pub struct FeedbackSettings {
    /// Whether askers may say what became of an answer (`ai.feedback` in the query language).
    pub enabled: bool,
    /// Whether question and SQL are kept beside what an asker said of an answer; without, only figures are.
    pub keep_text: bool,
}

/// Asking again after a failure that may pass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Retry {
    /// Whether the same provider is asked again. Without, each provider of the chain is asked once.
    pub enabled: bool,
    /// Most calls for one question, the first included, over all providers together.
    #[schemars(range(min = 1, max = 100))]
    pub max_attempts: u32,
    /// Wait before the second call to the same provider.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time")]
    pub initial_delay: Duration,
    /// Longest wait. A provider that asks for a longer one is left alone until then.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time")]
    pub max_delay: Duration,
    /// Factor from one wait to the next.
    #[schemars(range(min = 1, max = 100))]
    pub multiplier: f64,
    /// Whether waits vary by chance.
    pub jitter: bool,
}

/// Most questions a minute that go to providers over the network. Answers from the cache and the embedded engine's
/// are not counted.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RateLimit {
    /// Whether to limit; when not set, it does as soon as `requests_per_minute` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Questions a minute; 60 when only `enabled` is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub requests_per_minute: Option<u32>,
    /// Questions at once before the rate counts; 10 when not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub burst_size: Option<u32>,
    /// Window in which they are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-min" = "1ms"))]
    pub window_size: Option<Time>,
}

/// Most money for providers, in US dollars. Counted from the tokens of each answer and the prices of its model.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Budget {
    /// US dollars for a day (UTC); no limit when not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub day: Option<f64>,
    /// US dollars for a calendar month (UTC); no limit when not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub month: Option<f64>,
    /// What happens when it is spent: answers go on with a warning, providers that cost money are passed over, or questions
    /// for them are refused.
    pub action: BudgetAction,
}

impl Budget {
    /// Whether there is a limit for any time.
    pub fn is_set(&self) -> bool {
        self.day.is_some() || self.month.is_some()
    }
}

/// What happens when the budget is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum BudgetAction {
    /// Answers go on, each with a warning.
    #[default]
    Warn,
    /// Providers that cost money are passed over; those without a price, and the embedded engine, go on.
    Fallback,
    /// Questions for providers that cost money are refused.
    Refuse,
}

/// Price of a model in US dollars for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Price {
    /// US dollars for a million tokens of the prompt.
    #[schemars(range(min = 0))]
    pub input: f64,
    /// US dollars for a million tokens of the answer, reasoning included.
    #[schemars(range(min = 0))]
    pub output: f64,
    /// US dollars for a million tokens of the prompt that the provider had in its own cache; as `input` when not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub cached_input: Option<f64>,
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CircuitBreaker {
    /// Whether a provider that keeps failing is left alone for a while.
    pub enabled: bool,
    /// Failures in a row that open it: no connection, no answer in time, errors of the server. What is wrong with a
    /// question or its key does not count.
    #[schemars(range(min = 1))]
    pub failure_threshold: u32,
    /// Successful trial calls that close it, one at a time.
    #[schemars(range(min = 1))]
    pub success_threshold: u32,
    /// Longest time for a trial call; as any other call when not set.
    #[serde(with = "kinds::optional_time", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Time>", extend("x-min" = "1ms"))]
    pub timeout: Option<Duration>,
    /// Wait before a trial call.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1ms"))]
    pub reset_timeout: Duration,
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

impl Default for Ai {
    fn default() -> Ai {
        Ai {
            default_service: "builtin".into(),
            timeout: Duration::from_secs(60),
            max_question_bytes: 16 * 1024,
            default_dialect: Dialect::MySql,
            services: BTreeMap::new(),
            max_concurrent_requests: 10,
            fallback_order: Vec::new(),
            allowed_endpoints: Vec::new(),
            stall_timeout: Duration::from_secs(30),
            share_sample_values: false,
            schema_tokens: 8_000,
            retry: Retry::default(),
            rate_limit: RateLimit::default(),
            circuit_breaker: CircuitBreaker::default(),
            budget: Budget::default(),
            shared_limits: true,
            prices: BTreeMap::new(),
            health_check_interval: Duration::from_secs(30),
            samples: 1,
            feedback: FeedbackSettings::default(),
            later: AiLater::default(),
        }
    }
}

impl Default for FeedbackSettings {
    fn default() -> FeedbackSettings {
        FeedbackSettings {
            enabled: true,
            keep_text: false,
        }
    }
}

impl Default for Retry {
    fn default() -> Retry {
        Retry {
            enabled: true,
            max_attempts: 3,
            initial_delay: Duration::from_secs(1),
            max_delay: Duration::from_secs(30),
            multiplier: 2.0,
            jitter: true,
        }
    }
}

impl Default for CircuitBreaker {
    fn default() -> CircuitBreaker {
        CircuitBreaker {
            enabled: true,
            failure_threshold: 5,
            success_threshold: 1,
            timeout: None,
            reset_timeout: Duration::from_secs(30),
        }
    }
}
