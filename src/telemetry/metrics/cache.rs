//! What the caches record.

use super::Metrics;

/// The caches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheName {
    /// Answers.
    Answers,
    /// Schemas.
    Schemas,
}

/// Where entries are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheBackend {
    /// In the plugin.
    Memory,
    /// In Redis.
    Redis,
}

impl Metrics {
    /// A look-up that needed no work, or did.
    pub fn cache_lookup(&self, _cache: CacheName, _hit: bool) {}

    /// How full a cache is.
    pub fn cache_size(&self, _cache: CacheName, _entries: u64, _bytes: u64) {}

    /// Entries that had to go for others.
    pub fn cache_evicted(&self, _cache: CacheName, _count: u64) {}

    /// Whether a backend is of use.
    pub fn cache_backend_up(&self, _backend: CacheBackend, _up: bool) {}
}
