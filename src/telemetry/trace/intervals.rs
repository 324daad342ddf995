//! Time spent in intervals that may overlap.

use std::time::Duration;

/// An interval, from the start of its request: from and to.
pub(super) type Interval = (Duration, Duration);

/// The time that at least one of the intervals covers, within the first `limit`.
pub(super) fn union(intervals: &mut [Interval], limit: Duration) -> Duration {
    intervals.sort_unstable();
    let mut covered = Duration::ZERO;
    let mut reached = Duration::ZERO;
    for &(from, to) in &*intervals {
        let (from, to) = (from.max(reached), to.min(limit));
        if to > from {
            covered += to - from;
            reached = to;
        }
    }
    covered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(intervals: &[(u64, u64)], limit: u64) -> u64 {
        let mut intervals: Vec<Interval> = intervals
            .iter()
            .map(|(from, to)| (Duration::from_millis(*from), Duration::from_millis(*to)))
            .collect();
        let covered = union(&mut intervals, Duration::from_millis(limit));
        u64::try_from(covered.as_millis()).unwrap()
    }

    #[test]
    fn what_overlaps_counts_once() {
        assert_eq!(covered(&[], 9), 0);
        assert_eq!(covered(&[(1, 3), (5, 8)], 9), 5);
        assert_eq!(covered(&[(5, 8), (1, 6)], 9), 7);
        assert_eq!(covered(&[(1, 8), (2, 3), (2, 3), (8, 9)], 9), 8);
    }

    #[test]
    fn what_lies_after_the_end_does_not_count() {
        assert_eq!(covered(&[(1, 3), (5, 12), (10, 12)], 7), 4);
    }
}
