//! When Vault is asked next. Replicas that started together do not ask together, and a Vault that is ill is asked less
//! and less often.

use std::hash::{BuildHasher, Hasher, RandomState};

use tokio::time::{Duration, Instant};

/// Wait after a first failure, and the longest one.
const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// When Vault is asked next.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    failures: u32,
    seed: u64,
}

impl Pace {
    pub(super) fn new(interval: Duration) -> Pace {
        Pace {
            interval,
            failures: 0,
            seed: RandomState::new().build_hasher().finish(),
        }
    }

    /// The next regular look: the interval, a tenth more or less.
    pub(super) fn next_read(&mut self) -> Instant {
        Instant::now() + self.interval.mul_f64(0.9 + 0.2 * self.chance())
    }

    /// The first look for what was not there at the start.
    pub(super) fn soon(&mut self) -> Instant {
        Instant::now() + WAITS.0.min(self.interval)
    }

    /// The next try after a failure: ever later, between half of the wait and all of it.
    pub(super) fn next_try(&mut self) -> Instant {
        let first = WAITS.0.min(self.interval);
        let wait = first
            .saturating_mul(1 << self.failures.min(10))
            .min(WAITS.1.max(first));
        self.failures += 1;
        Instant::now() + wait.mul_f64(0.5 + 0.5 * self.chance())
    }

    pub(super) fn went_well(&mut self) {
        self.failures = 0;
    }

    /// From 0 to 1 (splitmix64, <https://prng.di.unimi.it/splitmix64.c>).
    fn chance(&mut self) -> f64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        (mixed >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn looks_are_spread_and_tries_come_ever_later_up_to_a_bound() {
        let interval = Duration::from_secs(60);
        let mut pace = Pace::new(interval);
        let waits: Vec<Duration> = (0..100).map(|_| pace.next_read() - Instant::now()).collect();
        assert!(
            waits
                .iter()
                .all(|wait| *wait >= interval * 9 / 10 && *wait <= interval * 11 / 10)
        );
        assert!(*waits.iter().max().unwrap() - *waits.iter().min().unwrap() > Duration::from_secs(3));
        for failure in 0..20 {
            let wait = pace.next_try() - Instant::now();
            let most = (WAITS.0 * (1 << failure.min(10))).min(WAITS.1);
            assert!(wait >= most / 2 && wait <= most, "{failure}: {wait:?}");
        }
        pace.went_well();
        assert!(pace.next_try() - Instant::now() <= WAITS.0);
    }
}
