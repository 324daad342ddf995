//! Room for one at a time, which says how long it is taken.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// See the module.
#[derive(Debug)]
pub(crate) struct Slot {
    /// Milliseconds on [`CLOCK`]; 0 while it is free.
    until: AtomicU64,
}

/// What was taken. Gives it back when it is dropped.
#[derive(Debug)]
pub(crate) struct Taken(&'static Slot);

static CLOCK: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Slot {
    pub(crate) const fn new() -> Slot {
        Slot {
            until: AtomicU64::new(0),
        }
    }

    /// Takes it for about so long.
    ///
    /// # Errors
    /// It is taken. How long still.
    pub(crate) fn take(&'static self, duration: Duration) -> Result<Taken, Duration> {
        let now = milliseconds(CLOCK.elapsed());
        let until = now.saturating_add(milliseconds(duration)).max(1);
        match self
            .until
            .compare_exchange(0, until, Ordering::AcqRel, Ordering::Acquire)
        {
            Ok(_) => Ok(Taken(self)),
            Err(until) => Err(Duration::from_millis(until.saturating_sub(now))),
        }
    }

    pub(crate) fn is_taken(&self) -> bool {
        self.until.load(Ordering::Acquire) != 0
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.until.store(0, Ordering::Release);
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
