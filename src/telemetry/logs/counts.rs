//! How many log lines were written and how many were lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::Level;

/// The levels in the order of [`LogCounts::by_level`].
const LEVELS: [(Level, &str); 5] = [
    (Level::ERROR, "error"),
    (Level::WARN, "warn"),
    (Level::INFO, "info"),
    (Level::DEBUG, "debug"),
    (Level::TRACE, "trace"),
];

/// How many log lines were written and how many were lost: each line is one or the other, once it is no longer
/// waiting. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct LogCounts {
    written: Arc<[AtomicU64; 5]>,
    lost: Arc<AtomicU64>,
}

/// A level's place in [`LogCounts::by_level`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LevelIndex(u8);

impl LevelIndex {
    pub(super) fn of(level: Level) -> LevelIndex {
        let index = LEVELS.iter().position(|(known, _)| *known == level);
        LevelIndex(index.unwrap_or_default() as u8)
    }

    /// Whether lines of it are for now and not for a few milliseconds later.
    pub(super) fn is_urgent(self) -> bool {
        self == LevelIndex::of(Level::ERROR)
    }
}

impl LogCounts {
    /// Lines of these levels were written.
    pub(super) fn count_written(&self, levels: &[LevelIndex]) {
        let mut sums = [0; LEVELS.len()];
        for level in levels {
            sums[usize::from(level.0)] += 1;
        }
        for (total, more) in self.written.iter().zip(sums) {
            if more > 0 {
                total.fetch_add(more, Ordering::Relaxed);
            }
        }
    }

    /// So many lines were lost.
    pub(super) fn count_lost(&self, lines: usize) {
        self.lost.fetch_add(lines as u64, Ordering::Relaxed);
    }

    /// Lines written since the start, by level.
    pub fn by_level(&self) -> [(&'static str, u64); 5] {
        std::array::from_fn(|index| (LEVELS[index].1, self.written[index].load(Ordering::Relaxed)))
    }

    /// Lines lost since the start: their queue was full, or they could not be written.
    pub fn dropped(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}
