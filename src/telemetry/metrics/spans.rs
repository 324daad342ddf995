//! How many spans there were, how many were sent, and how many were lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many spans there were and what became of them. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct TraceCounts(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    produced: AtomicU64,
    sent: AtomicU64,
    dropped: AtomicU64,
    export_failures: AtomicU64,
}

#[allow(dead_code, reason = "counted by whoever makes and sends spans")]
impl TraceCounts {
    /// A span ended and was to be sent.
    pub fn count_produced(&self) {
        self.0.produced.fetch_add(1, Ordering::Relaxed);
    }

    /// Whoever collects spans has taken so many.
    pub fn count_sent(&self, spans: u64) {
        self.0.sent.fetch_add(spans, Ordering::Relaxed);
    }

    /// So many spans were lost: their queue was full, or they could not be sent.
    pub fn count_dropped(&self, spans: u64) {
        self.0.dropped.fetch_add(spans, Ordering::Relaxed);
    }

    /// A batch could not be sent. Its spans count as dropped when they are not kept for another try.
    pub fn count_export_failure(&self) {
        self.0.export_failures.fetch_add(1, Ordering::Relaxed);
    }
}

impl TraceCounts {
    /// Spans that ended and were to be sent, since the start.
    pub fn produced(&self) -> u64 {
        self.0.produced.load(Ordering::Relaxed)
    }

    /// Spans that were taken, since the start.
    pub fn sent(&self) -> u64 {
        self.0.sent.load(Ordering::Relaxed)
    }

    /// Spans that were lost, since the start.
    pub fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }

    /// Batches that could not be sent, since the start.
    pub fn export_failures(&self) -> u64 {
        self.0.export_failures.load(Ordering::Relaxed)
    }
}
