//! How many spans there were, and what became of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many spans there were, and what became of them: produced = sent + dropped + those that wait. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct TraceCounts(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    produced: AtomicU64,
    sent: AtomicU64,
    dropped: AtomicU64,
    failures: AtomicU64,
}

impl TraceCounts {
    /// Spans of traces that were to be sent.
    pub fn produced(&self) -> u64 {
        self.0.produced.load(Ordering::Relaxed)
    }

    /// Spans that the collector took.
    pub fn sent(&self) -> u64 {
        self.0.sent.load(Ordering::Relaxed)
    }

    /// Spans lost: their queue was full, or their batch could not be sent.
    pub fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }

    /// Batches that could not be sent.
    pub fn export_failures(&self) -> u64 {
        self.0.failures.load(Ordering::Relaxed)
    }

    pub(in crate::telemetry) fn count_produced(&self, spans: usize) {
        self.0.produced.fetch_add(spans as u64, Ordering::Relaxed);
    }

    pub(in crate::telemetry) fn count_sent(&self, spans: usize) {
        self.0.sent.fetch_add(spans as u64, Ordering::Relaxed);
    }

    pub(in crate::telemetry) fn count_dropped(&self, spans: usize) {
        self.0.dropped.fetch_add(spans as u64, Ordering::Relaxed);
    }

    pub(in crate::telemetry) fn count_failure(&self) {
        self.0.failures.fetch_add(1, Ordering::Relaxed);
    }
}
