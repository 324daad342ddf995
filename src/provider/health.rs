//! Whether providers are well: seen by the questions they answer, else by calls that cost nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::telemetry::Metrics;

const UNKNOWN: u8 = 0;
const WELL: u8 = 1;
const FAILING: u8 = 2;

/// What is known of one provider over the network.
#[derive(Debug)]
pub struct Health {
    name: String,
    /// Where it is told; `None` for one that is not in the config.
    metrics: Option<Arc<Metrics>>,
    state: AtomicU8,
    born: Instant,
    /// Milliseconds after `born` at which a call last succeeded, plus one; 0 when none has.
    last_well: AtomicU64,
}

impl Health {
    /// Nothing is known yet.
    pub fn new(name: String, metrics: Option<Arc<Metrics>>) -> Health {
        Health {
            name,
            metrics,
            state: AtomicU8::new(UNKNOWN),
            born: Instant::now(),
            last_well: AtomicU64::new(0),
        }
    }

    /// A call succeeded.
    pub fn seen_well(&self) {
        let now = u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_well.store(now.saturating_add(1), Ordering::Relaxed);
        if self.state.swap(WELL, Ordering::Relaxed) != WELL
            && let Some(metrics) = &self.metrics
        {
            metrics.provider_up(&self.name, true);
            tracing::info!(provider = %self.name, "the provider is well");
        }
    }

    /// A call failed in a way that says that the provider cannot serve now.
    pub fn seen_failing(&self) {
        if self.state.swap(FAILING, Ordering::Relaxed) != FAILING
            && let Some(metrics) = &self.metrics
        {
            metrics.provider_up(&self.name, false);
            tracing::warn!(provider = %self.name, "the provider is failing");
        }
    }

    /// Whether it was well when last seen; `None` when nobody has looked.
    pub fn is_well(&self) -> Option<bool> {
        match self.state.load(Ordering::Relaxed) {
            UNKNOWN => None,
            state => Some(state == WELL),
        }
    }

    /// Whether a call has succeeded within that time, with no failure since.
    pub fn was_well_within(&self, time: Duration) -> bool {
        let last = self.last_well.load(Ordering::Relaxed);
        self.state.load(Ordering::Relaxed) == WELL
            && last != 0
            && self.born.elapsed() < Duration::from_millis(last - 1) + time
    }
}
