//! Which traces are sent.

use std::time::Duration;

use super::TraceContext;
use crate::config::{Sampler as Word, Tracing};

/// Which traces are sent.
#[derive(Debug, Clone)]
pub(super) struct Sampler {
    word: Word,
    /// Of 2^63 traces, how many are sent.
    threshold: u64,
    keep_errors: bool,
    slow: Option<Duration>,
}

impl Sampler {
    pub(super) fn new(config: &Tracing) -> Sampler {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a ratio from 0 to 1 of 2^63"
        )]
        let threshold = (config.sample_ratio.clamp(0.0, 1.0) * (1_u64 << 63) as f64) as u64;
        Sampler {
            word: config.sampler,
            threshold,
            keep_errors: config.keep_errors,
            slow: (!config.slow_threshold.is_zero()).then_some(config.slow_threshold),
        }
    }

    /// Whether a trace is sent, decided at its beginning.
    pub(super) fn chooses(&self, trace: u128, caller: Option<&TraceContext>) -> bool {
        match (self.word, caller) {
            (
                Word::ParentBasedAlwaysOn | Word::ParentBasedAlwaysOff | Word::ParentBasedTraceIdRatio,
                Some(caller),
            ) => caller.is_sampled,
            (Word::AlwaysOn | Word::ParentBasedAlwaysOn, _) => true,
            (Word::AlwaysOff | Word::ParentBasedAlwaysOff, _) => false,
            (Word::TraceIdRatio | Word::ParentBasedTraceIdRatio, _) => self.is_in_share(trace),
        }
    }

    /// Whether a trace is sent all the same, decided at its end.
    pub(super) fn keeps(&self, took: Duration, is_error: bool) -> bool {
        (is_error && self.keep_errors) || self.slow.is_some_and(|slow| took >= slow)
    }

    /// Whether a trace may be sent at all, so that its spans are worth recording.
    pub(super) fn may_keep(&self) -> bool {
        self.keep_errors || self.slow.is_some()
    }

    /// As OpenTelemetry's own samplers reckon, so that two programs with one ratio choose the same traces.
    fn is_in_share(&self, trace: u128) -> bool {
        #[allow(clippy::cast_possible_truncation, reason = "the lower half is what counts")]
        let lower = trace as u64;
        lower >> 1 < self.threshold
    }
}

#[cfg(test)]
mod tests {
    use super::super::SpanIds;
    use super::*;

    fn sampler(word: Word, ratio: f64) -> Sampler {
        Sampler::new(&Tracing {
            sampler: word,
            sample_ratio: ratio,
            ..Tracing::default()
        })
    }

    fn caller(is_sampled: bool) -> TraceContext {
        TraceContext {
            ids: SpanIds { trace: 7, span: 7 },
            is_sampled,
        }
    }

    #[test]
    fn a_caller_decides_for_parentbased_and_only_there() {
        for word in [
            Word::ParentBasedAlwaysOn,
            Word::ParentBasedAlwaysOff,
            Word::ParentBasedTraceIdRatio,
        ] {
            let sampler = sampler(word, 0.5);
            assert!(sampler.chooses(u128::MAX, Some(&caller(true))), "{word:?}");
            assert!(!sampler.chooses(0, Some(&caller(false))), "{word:?}");
        }
        assert!(sampler(Word::AlwaysOn, 0.0).chooses(7, Some(&caller(false))));
        assert!(!sampler(Word::AlwaysOff, 1.0).chooses(7, Some(&caller(true))));
    }

    #[test]
    fn a_share_is_a_share_and_the_ends_are_all_and_none() {
        let count = |ratio: f64| {
            let sampler = sampler(Word::TraceIdRatio, ratio);
            let ids = (0..10_000_u64).map(|n| u128::from(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
            ids.filter(|id| sampler.chooses(*id, None)).count()
        };
        assert_eq!((count(0.0), count(1.0)), (0, 10_000));
        let tenth = count(0.1);
        assert!((900..1100).contains(&tenth), "{tenth}");
    }

    #[test]
    fn errors_and_slow_ones_are_kept_unless_switched_off() {
        let usual = sampler(Word::AlwaysOff, 0.0);
        assert!(usual.keeps(Duration::ZERO, true) && usual.keeps(Duration::from_secs(5), false));
        assert!(!usual.keeps(Duration::from_millis(4999), false) && usual.may_keep());
        let off = Sampler::new(&Tracing {
            keep_errors: false,
            slow_threshold: Duration::ZERO,
            ..Tracing::default()
        });
        assert!(!off.keeps(Duration::from_secs(9000), true) && !off.may_keep());
    }
}
