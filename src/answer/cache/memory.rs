//! Entries in memory, bounded in bytes, each with an end of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::notification::RemovalCause;
use moka::policy::EvictionPolicy;
use tokio::time::Instant;

use super::key::CacheKey;
use crate::telemetry::{CacheName, Metrics};

/// Bytes that moka itself holds for an entry, beside key and value: hash bucket, queue nodes, timer node, counters. The
/// heap grew by 275 for each of 100,000 entries; the rest is for what the allocator rounds up.
const OVERHEAD: usize = 300;

/// A bounded map whose entries end by themselves. When it is full, the entry that was not used for longest goes: of two
/// questions, the one asked last is more likely to come again, and a new answer is never refused its place.
pub(super) struct Memory<T: Send + Sync + 'static> {
    entries: moka::sync::Cache<CacheKey, Arc<Kept<T>>>,
    fill: Arc<Fill>,
    /// Most bytes.
    limit: u64,
}

/// An entry.
pub(super) struct Kept<T> {
    /// What is kept.
    pub value: T,
    /// When it was put here.
    pub since: Instant,
    /// How long it is good.
    pub lifetime: Duration,
    /// Bytes.
    weight: u32,
}

impl<T> Kept<T> {
    /// A value with `heap` bytes of its own beside its size.
    pub(super) fn new(value: T, heap: usize, lifetime: Duration) -> Kept<T> {
        let weight = OVERHEAD + size_of::<CacheKey>() + size_of::<Kept<T>>() + heap;
        Kept {
            value,
            since: Instant::now(),
            lifetime,
            weight: u32::try_from(weight).unwrap_or(u32::MAX),
        }
    }

    /// How long it is still good; zero when it is over.
    pub(super) fn left(&self) -> Duration {
        self.lifetime.saturating_sub(self.since.elapsed())
    }
}

/// How full it is, counted when entries come and go, so that it is right at any moment.
struct Fill {
    name: CacheName,
    entries: AtomicU64,
    bytes: AtomicU64,
    evicted: AtomicU64,
    metrics: Arc<Metrics>,
}

impl Fill {
    fn came(&self, weight: u32) {
        self.entries.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(u64::from(weight), Ordering::Relaxed);
        self.tell();
    }

    fn went(&self, weight: u32, cause: RemovalCause) {
        self.entries.fetch_sub(1, Ordering::Relaxed);
        self.bytes.fetch_sub(u64::from(weight), Ordering::Relaxed);
        if cause == RemovalCause::Size {
            self.evicted.fetch_add(1, Ordering::Relaxed);
            self.metrics.cache_evicted(self.name, 1);
        }
        self.tell();
    }

    fn tell(&self) {
        let entries = self.entries.load(Ordering::Relaxed);
        let bytes = self.bytes.load(Ordering::Relaxed);
        self.metrics.cache_size(self.name, entries, bytes);
    }
}

/// The end of each entry is its own.
struct OwnLifetime;

impl<T> moka::Expiry<CacheKey, Arc<Kept<T>>> for OwnLifetime {
    fn expire_after_create(
        &self,
        _: &CacheKey,
        kept: &Arc<Kept<T>>,
        _: std::time::Instant,
    ) -> Option<Duration> {
        Some(kept.lifetime)
    }

    fn expire_after_update(
        &self,
        _: &CacheKey,
        kept: &Arc<Kept<T>>,
        _: std::time::Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(kept.lifetime)
    }
}

impl<T: Send + Sync + 'static> Memory<T> {
    pub(super) fn new(name: CacheName, limit: u64, metrics: Arc<Metrics>) -> Memory<T> {
        let fill = Arc::new(Fill {
            name,
            entries: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            evicted: AtomicU64::new(0),
            metrics,
        });
        fill.tell();
        let books = Arc::clone(&fill);
        let entries = moka::sync::Cache::builder()
            .max_capacity(limit)
            .weigher(|_: &CacheKey, kept: &Arc<Kept<T>>| kept.weight)
            .eviction_policy(EvictionPolicy::lru())
            .expire_after(OwnLifetime)
            .eviction_listener(move |_, kept: Arc<Kept<T>>, cause| books.went(kept.weight, cause))
            .build();
        Memory { entries, fill, limit }
    }

    /// The entry, while it is good.
    pub(super) fn get(&self, key: &CacheKey) -> Option<Arc<Kept<T>>> {
        self.entries.get(key).filter(|kept| !kept.left().is_zero())
    }

    pub(super) fn put(&self, key: CacheKey, kept: Arc<Kept<T>>) {
        self.fill.came(kept.weight);
        self.entries.insert(key, kept);
    }

    pub(super) fn remove(&self, key: &CacheKey) {
        self.entries.invalidate(key);
    }

    /// Takes out what is over or too much. Otherwise that is done bit by bit when entries come and are read.
    pub(super) fn tidy(&self) {
        self.entries.run_pending_tasks();
        self.fill.tell();
    }

    /// Takes everything out and tells how many entries that were.
    pub(super) fn clear(&self) -> u64 {
        self.tidy();
        let keys: Vec<Arc<CacheKey>> = self.entries.iter().map(|(key, _)| key).collect();
        for key in &keys {
            self.entries.invalidate(key.as_ref());
        }
        self.tidy();
        keys.len() as u64
    }

    pub(super) fn entries(&self) -> u64 {
        self.fill.entries.load(Ordering::Relaxed)
    }

    /// Bytes held now.
    pub(super) fn bytes(&self) -> u64 {
        self.fill.bytes.load(Ordering::Relaxed)
    }

    /// Most bytes.
    pub(super) fn limit(&self) -> u64 {
        self.limit
    }

    /// Entries that had to go for others.
    pub(super) fn evicted(&self) -> u64 {
        self.fill.evicted.load(Ordering::Relaxed)
    }
}
