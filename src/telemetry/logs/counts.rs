//! How many log lines were written and how many were lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::Level;
use tracing_appender::non_blocking::ErrorCounter;

/// The levels in the order of [`LogCounts::by_level`].
const LEVELS: [(Level, &str); 5] = [
    (Level::ERROR, "error"),
    (Level::WARN, "warn"),
    (Level::INFO, "info"),
    (Level::DEBUG, "debug"),
    (Level::TRACE, "trace"),
];

/// How many log lines were written and how many were lost. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct LogCounts {
    written: Arc<[AtomicU64; 5]>,
    unwritable: Arc<AtomicU64>,
    queue: Option<ErrorCounter>,
}

impl LogCounts {
    /// Counts that also include the lines which that queue had no room for.
    pub(super) fn with_queue(self, queue: ErrorCounter) -> LogCounts {
        LogCounts {
            queue: Some(queue),
            ..self
        }
    }

    /// A line was handed on to be written.
    pub(super) fn count(&self, level: Level) {
        if let Some(index) = LEVELS.iter().position(|(known, _)| *known == level) {
            self.written[index].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A line could not be written.
    pub(super) fn count_unwritable(&self) {
        self.unwritable.fetch_add(1, Ordering::Relaxed);
    }

    /// Lines by level since the start.
    pub fn by_level(&self) -> [(&'static str, u64); 5] {
        std::array::from_fn(|index| (LEVELS[index].1, self.written[index].load(Ordering::Relaxed)))
    }

    /// Lines lost since the start: their queue was full, or they could not be written.
    pub fn dropped(&self) -> u64 {
        let queue = self.queue.as_ref().map_or(0, ErrorCounter::dropped_lines);
        self.unwritable.load(Ordering::Relaxed) + queue as u64
    }
}
