//! The settings as the rest of the program reads them, and as files and the reference show them.
//!
//! One set of types is everything: serde reads them, their doc comments and bounds make the JSON schema, the schema is
//! what files are checked against ([`super::check`]), and the reference is printed from it ([`super::reference`]).
//! Structs named `…Later` hold keys that are understood and checked, but do nothing in this version;
//! [`super::effect`] says why for each.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod access;
mod ai;
mod audit;
mod databases;
mod logging;
mod operation;
mod preview;
mod profiling;
mod reload;
mod secrets;
mod server;
mod service;
mod tls;
mod tracing;

pub use access::{Access, Jwt, MetricsFor, Scope, Token};
pub use ai::{Ai, Budget, BudgetAction, CircuitBreaker, MOST_SAMPLES, Price, RateLimit, Retry};
pub use audit::Audit;
pub use databases::{Database, DatabaseBlock, Explain};
pub use logging::{LogFormat, LogLevel, LogOutput, Logging};
pub use operation::{Backup, Cache, CacheKind, CachePolicy, DatabasePool, Performance, ProviderPool, Redis};
pub use preview::Preview;
pub use profiling::{ContinuousProfiling, Profiling, ProfilingGuard};
pub use reload::Reload;
pub use secrets::{AuthMethod, KvVersion, Secrets, Vault, VaultMapping};
pub use server::{ExitWithParent, Plugin, Server};
pub use service::{ProviderKind, Service};
pub use tls::{ClientAuth, Tls, TlsVersion};
pub use tracing::{OtlpCompression, OtlpProtocol, Sampler, Tracing};

/// Everything that can be set.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Config {
    /// Listeners and how the process ends.
    pub server: Server,
    /// Who may do what over HTTP.
    pub access: Access,
    /// What the plugin calls itself, and how talkative it is.
    pub plugin: Plugin,
    /// Who answers questions, and within which limits.
    pub ai: Ai,
    /// Databases whose schemas may be read, by name. A question that names none gets `default`.
    pub databases: BTreeMap<String, Database>,
    /// The Go plugin's one database; read as `databases.default` when `enabled` is true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseBlock>,
    /// Running an answer to show its first rows.
    pub preview: Preview,
    /// Logs.
    pub logging: Logging,
    /// The log of who did what to the plugin.
    pub audit: Audit,
    /// Spans of questions, sent to a collector by OTLP.
    pub tracing: Tracing,
    /// Profiles that nobody has to ask for.
    pub profiling: Profiling,
    /// How a change of the config reaches a running plugin.
    pub reload: Reload,
    /// Threads, pools, memory and caches.
    pub performance: Performance,
    /// Where secrets come from, besides this file and the environment.
    pub secrets: Secrets,
    /// Copies of the configuration and logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup: Option<Backup>,
}
