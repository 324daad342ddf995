//! What is kept and found again.

use prometheus::{IntCounter, IntCounterVec, IntGauge, IntGaugeVec};

use super::Metrics;
use super::register::Register;
use crate::telemetry::catalogue::{self, MetricDef};
use crate::telemetry::label::{CacheBackend, CacheName, CacheResult};

pub(super) struct Caches {
    hits: IntCounter,
    misses: IntCounter,
    /// By [`CacheName`].
    each: Vec<Cache>,
    backend_up: IntGaugeVec,
}

struct Cache {
    /// By [`CacheResult`].
    lookups: Vec<IntCounter>,
    entries: IntGauge,
    bytes: IntGauge,
    evictions: IntCounter,
}

impl Caches {
    pub(super) fn new(register: &Register<'_>) -> Caches {
        let lookups = register.counters(&catalogue::CACHE_LOOKUPS);
        let gauges = |def: &MetricDef| register.gauges(def);
        let (entries, bytes) = (gauges(&catalogue::CACHE_ENTRIES), gauges(&catalogue::CACHE_SIZE));
        let evictions = register.counters(&catalogue::CACHE_EVICTIONS);
        let cache = |name: &&str| Cache {
            lookups: lookups_of(&lookups, name),
            entries: entries.with_label_values(&[name]),
            bytes: bytes.with_label_values(&[name]),
            evictions: evictions.with_label_values(&[name]),
        };
        Caches {
            hits: register.counter(&catalogue::CACHE_HITS),
            misses: register.counter(&catalogue::CACHE_MISSES),
            each: CacheName::WORDS.iter().map(cache).collect(),
            backend_up: register.gauges(&catalogue::CACHE_BACKEND_UP),
        }
    }
}

fn lookups_of(lookups: &IntCounterVec, name: &str) -> Vec<IntCounter> {
    let results = CacheResult::WORDS.iter();
    results
        .map(|result| lookups.with_label_values(&[name, *result]))
        .collect()
}

impl Metrics {
    /// A look-up. Those of answers count as hits and misses of the plugin too; one that was shared with the same question
    /// under way took no further call, so it is a hit there.
    pub fn cache_lookup(&self, cache: CacheName, result: CacheResult) {
        self.caches.each[cache as usize].lookups[result as usize].inc();
        match (cache, result) {
            (CacheName::Answers, CacheResult::Hit | CacheResult::Shared) => self.caches.hits.inc(),
            (CacheName::Answers, CacheResult::Miss) => self.caches.misses.inc(),
            (CacheName::Schemas, _) => {}
        }
    }

    /// How much is kept in memory.
    pub fn cache_size(&self, cache: CacheName, entries: u64, bytes: u64) {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let cache = &self.caches.each[cache as usize];
        cache.entries.set(number(entries));
        cache.bytes.set(number(bytes));
    }

    /// Entries that went because of their time or for lack of room.
    pub fn cache_evicted(&self, cache: CacheName, entries: u64) {
        self.caches.each[cache as usize].evictions.inc_by(entries);
    }

    /// Whether entries can be kept there. The series begins with the first call.
    pub fn cache_backend_up(&self, backend: CacheBackend, up: bool) {
        let word = CacheBackend::WORDS[backend as usize];
        self.caches
            .backend_up
            .with_label_values(&[word])
            .set(i64::from(up));
    }
}
