//! A task that must come round every second: how late it is tells whether the runtime turns.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

const PERIOD: Duration = Duration::from_secs(1);

/// When the beat was last heard.
#[derive(Debug)]
pub(super) struct Heartbeat {
    /// What `last` counts from.
    born: Instant,
    /// Milliseconds from `born` to the last beat.
    last: AtomicU64,
}

impl Heartbeat {
    /// A heart that beats now and, until [`Heartbeat::beat`] runs, never again.
    pub(super) fn new() -> Heartbeat {
        Heartbeat {
            born: Instant::now(),
            last: AtomicU64::new(0),
        }
    }

    /// Beats every second, for ever.
    pub(super) async fn beat(self: Arc<Self>) {
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let since_birth = u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.last.store(since_birth, Ordering::Relaxed);
        }
    }

    /// Time since the last beat.
    pub(super) fn age(&self) -> Duration {
        let last = Duration::from_millis(self.last.load(Ordering::Relaxed));
        self.born.elapsed().saturating_sub(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_beating_heart_is_young_and_a_stopped_one_ages() {
        let heartbeat = Arc::new(Heartbeat::new());
        let beating = tokio::spawn(Arc::clone(&heartbeat).beat());
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(heartbeat.age() <= PERIOD, "{:?}", heartbeat.age());
        beating.abort();
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(
            heartbeat.age() >= Duration::from_secs(59),
            "{:?}",
            heartbeat.age()
        );
    }
}
