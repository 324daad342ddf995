//! What the caches tell about themselves, as `GET` and `DELETE /admin/cache` show it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::memory::Memory;

/// How the caches stand.
#[derive(Debug, Clone, Serialize)]
pub struct CacheStats {
    /// Whether anything is kept at all.
    pub enabled: bool,
    /// Where answers are kept as configured: `memory` or `redis`.
    pub backend: &'static str,
    /// Answers in memory.
    pub answers: MemoryStats,
    /// Schemas in memory.
    pub schemas: MemoryStats,
    /// Redis, where it is configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redis: Option<RedisStats>,
}

/// How one kind of entry stands.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MemoryStats {
    /// Entries in memory.
    pub entries: u64,
    /// Bytes that they take.
    pub bytes: u64,
    /// Most bytes that they may take.
    pub max_bytes: u64,
    /// Seconds that an entry is kept.
    pub ttl_seconds: f64,
    /// Look-ups that needed no work: found in memory or in Redis.
    pub hits: u64,
    /// Look-ups that waited for the same work begun by another.
    pub shared: u64,
    /// Look-ups that had to do the work.
    pub misses: u64,
    /// Share of look-ups that did not have to do the work, 0 to 1; null before the first.
    pub hit_ratio: Option<f64>,
    /// Entries that had to go for others before their time.
    pub evictions: u64,
}

/// How Redis stands.
#[derive(Debug, Clone, Serialize)]
pub struct RedisStats {
    /// Where it is, without user and password.
    pub address: String,
    /// Whether it is used now; if not, memory keeps the answers.
    pub up: bool,
    /// Since when.
    pub since: Timestamp,
    /// Why it is not used.
    pub reason: Option<String>,
    /// Answers written to it.
    pub written: u64,
    /// Answers not written: too many were waiting, or one was too long.
    pub dropped: u64,
    /// Answers that it did not take.
    pub refused: u64,
    /// Why it did not take the last one; null when it did.
    pub last_refusal: Option<String>,
}

/// What a clearing took out.
#[derive(Debug, Clone, Serialize)]
pub struct Cleared {
    /// Answers in memory.
    pub answers: u64,
    /// Schemas in memory.
    pub schemas: u64,
    /// Answers in Redis, where it is configured; null when it could not be cleared.
    pub redis: Option<u64>,
    /// Why Redis could not be cleared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Counts look-ups of one kind.
#[derive(Debug, Default)]
pub(super) struct Lookups {
    pub hits: AtomicU64,
    pub shared: AtomicU64,
    pub misses: AtomicU64,
}

impl Lookups {
    pub(super) fn stats<T: Send + Sync + 'static>(&self, memory: &Memory<T>, ttl: Duration) -> MemoryStats {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (hits, shared, misses) = (count(&self.hits), count(&self.shared), count(&self.misses));
        let all = hits + shared + misses;
        MemoryStats {
            entries: memory.entries(),
            bytes: memory.bytes(),
            max_bytes: memory.limit(),
            ttl_seconds: ttl.as_secs_f64(),
            hits,
            shared,
            misses,
            hit_ratio: (all > 0).then(|| (hits + shared) as f64 / all as f64),
            evictions: memory.evicted(),
        }
    }
}
