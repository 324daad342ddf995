//! `performance`, `secrets` and `backup`: how the plugin is run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::kinds::Secret;
use crate::config::units::{Rate, Size, Time};

/// Threads, pools, memory and caches.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Performance {
    /// Threads that run requests; one for each CPU, but at least two, when not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1024))]
    pub worker_threads: Option<usize>,
    /// Keys without effect in this version, and second spellings.
    #[serde(flatten)]
    pub later: PerformanceLater,
}

/// Keys of `performance` without effect in this version, and second spellings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PerformanceLater {
    /// Questions answered at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10_000))]
    pub worker_pool_size: Option<u32>,
    /// Limits of work under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker_pools: Option<WorkerPools>,
    /// Memory of the process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    /// Keeping answers and schemas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<Cache>,
    /// Connections to other programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_pools: Option<ConnectionPools>,
}

/// Limits of work under way.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WorkerPools {
    /// Questions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ai_requests: Option<WorkerPool>,
}

/// One limit of work under way.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WorkerPool {
    /// Questions answered at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10_000))]
    pub size: Option<u32>,
    /// Questions that may wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_size: Option<u32>,
    /// Longest time in the pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-min" = "1ms"))]
    pub timeout: Option<Time>,
}

/// Memory of the process.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Memory {
    /// Most memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Size>,
    /// The Go runtime's GOGC.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -1))]
    pub gc_percent: Option<i32>,
    /// Most memory allocated a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allocation_rate_limit: Option<Rate>,
}

/// Keeping answers and schemas.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Cache {
    /// Whether to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Where they are kept.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = ["memory", "redis"]))]
    pub kind: Option<String>,
    /// Most memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// How long an entry is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Time>,
    /// Time between clean-ups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cleanup_interval: Option<Time>,
    /// Redis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redis: Option<Redis>,
    /// Limits for each kind of entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policies: Option<CachePolicies>,
}

/// Redis.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Redis {
    /// `host:port`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Number of the database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<u32>,
    /// Connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub pool_size: Option<u32>,
    /// Tries after a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_retries: Option<u32>,
    /// Wait between tries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_delay: Option<Time>,
}

/// Limits for each kind of entry.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CachePolicies {
    /// Answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sql_queries: Option<CachePolicy>,
    /// Schemas of databases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_info: Option<CachePolicy>,
}

/// Limits for one kind of entry.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CachePolicy {
    /// How long an entry is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Time>,
    /// Most memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_size: Option<Size>,
}

/// Connections to other programs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ConnectionPools {
    /// To providers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ai_providers: Option<ConnectionPool>,
    /// To databases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub databases: Option<ConnectionPool>,
}

/// Connections to one kind of program.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ConnectionPool {
    /// Most idle connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_idle_connections: Option<u32>,
    /// Most connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max_active_connections: Option<u32>,
    /// Longest time to connect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_timeout: Option<Time>,
    /// Idle time at which a connection is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_timeout: Option<Time>,
}

/// Where secrets come from, besides this file and the environment.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Secrets {
    /// HashiCorp Vault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vault: Option<Vault>,
}

/// HashiCorp Vault.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Vault {
    /// Whether to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// How the plugin proves who it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_method: Option<String>,
    /// Role to sign in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Where the secrets are mounted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mount_path: Option<String>,
    /// Which secret becomes which variable.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mappings: Vec<VaultMapping>,
}

/// Which secret becomes which variable.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct VaultMapping {
    /// Path of the secret.
    pub vault_path: String,
    /// The variable that it becomes.
    pub env_var: String,
}

/// Copies of the configuration and logs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Backup {
    /// When copies are made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<BackupSchedule>,
    /// How many copies are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<BackupRetention>,
    /// Where copies go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locations: Option<BackupLocations>,
}

/// When copies are made: `daily at 02:00`, `hourly`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct BackupSchedule {
    /// Of the configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<String>,
    /// Of the logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logs: Option<String>,
    /// Of the metrics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<String>,
}

/// How many copies are kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct BackupRetention {
    /// Of each day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily: Option<u32>,
    /// Of each week.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weekly: Option<u32>,
    /// Of each month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monthly: Option<u32>,
}

/// Where copies go: a folder, `s3://bucket/prefix` or `gcs://bucket/prefix`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct BackupLocations {
    /// First.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary: Option<String>,
    /// Second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secondary: Option<String>,
    /// Far away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offsite: Option<String>,
}
