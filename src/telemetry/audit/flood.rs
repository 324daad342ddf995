//! How many refusals are written: a flood of them must not fill the disk.

use std::time::{Duration, Instant};

/// Refusals written in one minute: more than any misconfigured client makes, and 10 kB.
pub(super) const A_MINUTE: u64 = 60;
const MINUTE: Duration = Duration::from_secs(60);

/// The refusals of the minute that began with the first of them.
#[derive(Debug, Default)]
pub(super) struct Flood {
    since: Option<Instant>,
    seen: u64,
}

impl Flood {
    /// Whether one more is written. A minute that is over must be asked for with [`Flood::over`] before.
    pub(super) fn admits(&mut self, now: Instant) -> bool {
        self.since.get_or_insert(now);
        self.seen += 1;
        self.seen <= A_MINUTE
    }

    /// Ends a minute that is over, and gives how many were left out in it.
    pub(super) fn over(&mut self, now: Instant) -> Option<u64> {
        let since = self.since?;
        (now.saturating_duration_since(since) >= MINUTE)
            .then(|| self.take())
            .flatten()
    }

    /// Ends the minute at once.
    pub(super) fn take(&mut self) -> Option<u64> {
        let left_out = self.seen.saturating_sub(A_MINUTE);
        *self = Flood::default();
        (left_out > 0).then_some(left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_is_either_written_or_in_a_sum() {
        let start = Instant::now();
        let mut flood = Flood::default();
        let mut written = 0;
        let mut left_out = 0;
        for number in 0..30_000u64 {
            // 100 a second for five minutes.
            let now = start + Duration::from_millis(10 * number);
            left_out += flood.over(now).unwrap_or_default();
            written += u64::from(flood.admits(now));
        }
        left_out += flood.take().unwrap_or_default();
        assert_eq!((written, left_out), (5 * A_MINUTE, 30_000 - 5 * A_MINUTE));
        assert_eq!(flood.take(), None);
    }

    #[test]
    fn a_few_leave_nothing_out() {
        let start = Instant::now();
        let mut flood = Flood::default();
        assert!(flood.admits(start));
        assert_eq!(flood.over(start + MINUTE), None);
        assert_eq!(flood.over(start + MINUTE * 2), None);
    }
}
