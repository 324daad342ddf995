//! `performance` and `backup`: how the plugin is run.

use std::time::Duration;

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::config::kinds::{self, Secret};
use crate::config::units::{Rate, Size, Time};

/// Threads, pools, memory and caches.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Performance {
    /// Threads that run requests; one for each CPU, but at least two, when not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1024))]
    pub worker_threads: Option<usize>,
    /// Limits of work under way.
    pub worker_pools: WorkerPools,
    /// Keeping answers and schemas.
    pub cache: Cache,
    /// Connections to other programs.
    pub connection_pools: ConnectionPools,
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
    /// Memory of the process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
}

/// Limits of work under way.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WorkerPools {
    /// Questions.
    pub ai_requests: WorkerPool,
}

/// Limits of questions under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WorkerPool {
    /// Questions answered at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10_000))]
    pub size: Option<u32>,
    /// Questions that may wait for a place; further ones are refused at once.
    #[schemars(range(max = 100_000))]
    pub queue_size: usize,
    /// Longest wait for a place; `ai.timeout` bounds the whole answer all the same.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1ms"))]
    pub timeout: Duration,
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
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Cache {
    /// Whether answers and schemas are kept.
    pub enabled: bool,
    /// Where answers are kept. With `redis` several plugins share them; memory takes over while Redis is away.
    #[serde(rename = "type")]
    pub kind: CacheKind,
    /// Most memory for answers (four fifths of it) and schemas (one fifth), where a policy gives no size of its own.
    #[serde(with = "kinds::bytes")]
    #[schemars(with = "Size")]
    pub size: usize,
    /// How long an entry is kept, where its policy does not say.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1s"))]
    pub ttl: Duration,
    /// Time between two clean-ups of entries that are past their time.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1s"))]
    pub cleanup_interval: Duration,
    /// Answers less sure than this are kept a tenth of the time, and degraded ones not at all.
    #[schemars(range(min = 0, max = 1))]
    pub min_confidence: f64,
    /// Redis.
    pub redis: Redis,
    /// Limits for each kind of entry.
    pub policies: CachePolicies,
}

/// Where answers are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum CacheKind {
    /// In the plugin's memory.
    #[default]
    Memory,
    /// In Redis.
    Redis,
}

/// Redis.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Redis {
    /// `host:port`, a `redis://` or `rediss://` (TLS) URL, or `unix:/path`.
    pub address: String,
    /// User, where Redis has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Password.
    #[serde(with = "kinds::secret", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Secret>")]
    pub password: Option<SecretString>,
    /// Number of the database.
    pub database: u32,
    /// Connections, each shared by many questions.
    #[schemars(range(min = 1, max = 1000))]
    pub pool_size: u32,
    /// Tries to connect again, `retry_delay` apart; then ever more rarely, up to 30 s apart. Memory takes over at once.
    #[schemars(range(max = 100))]
    pub max_retries: u32,
    /// Wait between two tries.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time")]
    pub retry_delay: Duration,
    /// Longest wait for one reply of Redis; then the question goes on without it.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1ms"))]
    pub timeout: Duration,
}

/// Limits for each kind of entry.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CachePolicies {
    /// Answers.
    pub sql_queries: CachePolicy,
    /// Schemas.
    pub schema_info: CachePolicy,
}

/// Limits for one kind of entry.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CachePolicy {
    /// How long an entry is kept; `performance.cache.ttl` when not set.
    #[serde(with = "kinds::optional_time", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Time>", extend("x-min" = "1s"))]
    pub ttl: Option<Duration>,
    /// Most memory. In Redis, its own `maxmemory` bounds the entries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_size: Option<Size>,
}

/// Connections to other programs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ConnectionPools {
    /// To each provider.
    pub ai_providers: ProviderPool,
    /// To each database on a server.
    pub databases: DatabasePool,
}

/// Connections to each provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ProviderPool {
    /// Most idle connections.
    pub max_idle_connections: usize,
    /// Most calls at once.
    #[schemars(range(min = 1, max = 100_000))]
    pub max_active_connections: usize,
    /// Longest time to connect.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1ms"))]
    pub connection_timeout: Duration,
    /// Idle time at which a connection is closed.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time")]
    pub idle_timeout: Duration,
}

/// Connections to each database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct DatabasePool {
    /// Most idle connections.
    pub max_idle_connections: u32,
    /// Most connections.
    #[schemars(range(min = 1, max = 10_000))]
    pub max_active_connections: u32,
    /// Longest time to connect, or to wait for a connection that is free.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1ms"))]
    pub connection_timeout: Duration,
    /// Idle time at which a connection is closed.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1s"))]
    pub idle_timeout: Duration,
    /// Age at which a connection is closed.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1s"))]
    pub max_lifetime: Duration,
}

impl Default for DatabasePool {
    fn default() -> DatabasePool {
        DatabasePool {
            max_idle_connections: 5,
            max_active_connections: 20,
            connection_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(600),
            max_lifetime: Duration::from_secs(1800),
        }
    }
}

impl Default for WorkerPool {
    fn default() -> WorkerPool {
        WorkerPool {
            size: None,
            queue_size: 100,
            timeout: Duration::from_secs(60),
        }
    }
}

impl Default for Cache {
    fn default() -> Cache {
        Cache {
            enabled: true,
            kind: CacheKind::Memory,
            size: 10_000_000,
            ttl: Duration::from_secs(3600),
            cleanup_interval: Duration::from_secs(300),
            min_confidence: 0.7,
            redis: Redis::default(),
            policies: CachePolicies::default(),
        }
    }
}

impl Default for Redis {
    fn default() -> Redis {
        Redis {
            address: "127.0.0.1:6379".into(),
            username: None,
            password: None,
            database: 0,
            pool_size: 10,
            max_retries: 3,
            retry_delay: Duration::from_secs(1),
            timeout: Duration::from_millis(250),
        }
    }
}

impl Default for ProviderPool {
    fn default() -> ProviderPool {
        ProviderPool {
            max_idle_connections: 10,
            max_active_connections: 50,
            connection_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(300),
        }
    }
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
