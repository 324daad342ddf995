//! Lines on their way to be written: a bounded queue, and the one thread that empties it.
//!
//! Whoever logs copies a line and goes on: a slow disk or a reader that has stopped costs lines, never time. The thread
//! wakes at the first line, lets more gather for a few milliseconds, and hands all of them to the sink at once, so that
//! a busy plugin pays for a hundred wake-ups a second and not for one a line. Errors do not wait.

use std::io;
use std::mem;
use std::sync::{Arc, Condvar, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use profiling::contention::Mutex;
use tracing::Level;

use super::LogCounts;
use super::counts::LevelIndex;

/// Bytes that may wait, those that are just being written included.
pub(super) const ROOM: usize = 4 * 1024 * 1024;
/// How long lines gather. Nobody who reads a log sees the difference.
const GATHER: Duration = Duration::from_millis(10);
/// Of an emptied buffer, as much is kept for the next lines.
const KEPT: usize = 64 * 1024;

/// Where lines end up.
pub(super) trait Sink: Send {
    /// Writes whole lines, each of which ends with a line feed and has no other. Gives how many of them, from the first,
    /// were written; the rest is lost.
    fn write_lines(&mut self, lines: &[u8]) -> usize;
}

/// How many lines that is.
pub(super) fn count_lines(lines: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', lines).count()
}

/// The queue's entry. Clones lead to the same one.
#[derive(Clone)]
pub(super) struct Queue(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// Tells the thread that there is something to do.
    work: Condvar,
    /// Tells those who flush that lines are done.
    done: Condvar,
    room: usize,
    counts: LogCounts,
}

#[derive(Default)]
struct State {
    lines: Vec<u8>,
    levels: Vec<LevelIndex>,
    /// Bytes that are just being written.
    under_way: usize,
    /// Lines taken in since the start, and lines of which it is known what became of them.
    taken: u64,
    settled: u64,
    pause: Pause,
    /// Whether lines are to be written without waiting for more.
    hurry: bool,
    closed: bool,
    ended: bool,
}

/// What the thread waits for. Waking it costs a system call, so it is done only where it is of use.
#[derive(Default, PartialEq, Eq)]
enum Pause {
    #[default]
    No,
    ForLines,
    ForMore,
}

impl Queue {
    /// Starts the thread.
    pub(super) fn start(sink: Box<dyn Sink>, room: usize, counts: LogCounts) -> io::Result<Queue> {
        let queue = Queue(Arc::new(Shared {
            state: Mutex::default(),
            work: Condvar::new(),
            done: Condvar::new(),
            room,
            counts,
        }));
        let shared = Arc::clone(&queue.0);
        thread::Builder::new()
            .name("log-writer".to_owned())
            .spawn(move || shared.write_all(sink))?;
        Ok(queue)
    }

    /// Takes in one line with its line feed, or counts it as lost when there is no room for it.
    pub(super) fn push(&self, level: Level, line: &[u8]) {
        let shared = &*self.0;
        let level = LevelIndex::of(level);
        let mut state = shared.lock();
        let waiting = state.lines.len() + state.under_way;
        if state.closed || waiting + line.len() > shared.room {
            drop(state);
            shared.counts.count_lost(1);
            return;
        }
        state.lines.extend_from_slice(line);
        state.levels.push(level);
        state.taken += 1;
        if level.is_urgent() || state.lines.len() > shared.room / 2 {
            state.hurry = true;
        }
        let wakes = match state.pause {
            Pause::No => false,
            Pause::ForLines => true,
            Pause::ForMore => state.hurry,
        };
        if wakes {
            state.pause = Pause::No;
            drop(state);
            shared.work.notify_one();
        }
    }

    /// Waits until every line taken in so far is written or lost. False when that did not happen in time.
    pub(super) fn flush(&self, within: Duration) -> bool {
        let mut state = self.0.lock();
        let wanted = state.taken;
        state.hurry = true;
        self.0.work.notify_one();
        let deadline = Instant::now() + within;
        while state.settled < wanted {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || state.ended {
                return false;
            }
            state = match self.0.done.wait_timeout(state, left) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        true
    }

    /// Takes no more lines, and waits until all are written, for as long as that.
    pub(super) fn close(&self, within: Duration) {
        self.0.lock().closed = true;
        self.flush(within);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread. Ends when the queue is closed and empty.
    fn write_all(&self, mut sink: Box<dyn Sink>) {
        let mut lines = Vec::new();
        let mut levels = Vec::new();
        while self.take(&mut lines, &mut levels) {
            let written = sink.write_lines(&lines).min(levels.len());
            self.counts.count_written(&levels[..written]);
            self.counts.count_lost(levels.len() - written);
            let mut state = self.lock();
            state.under_way = 0;
            state.settled += levels.len() as u64;
            drop(state);
            self.done.notify_all();
            lines.clear();
            levels.clear();
            // A flood must not leave its buffers behind.
            lines.shrink_to(KEPT);
            levels.shrink_to(KEPT);
        }
        self.lock().ended = true;
        self.done.notify_all();
    }

    /// Waits for lines, lets more gather, and takes them into the empty buffers. False when there will be no more.
    fn take(&self, lines: &mut Vec<u8>, levels: &mut Vec<LevelIndex>) -> bool {
        let mut state = self.lock();
        while state.lines.is_empty() {
            if state.closed {
                return false;
            }
            state.hurry = false;
            state.pause = Pause::ForLines;
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if !state.hurry && !state.closed {
            state.pause = Pause::ForMore;
            let more = (self.work).wait_timeout_while(state, GATHER, |state| !state.hurry && !state.closed);
            state = match more {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        state.pause = Pause::No;
        state.hurry = false;
        mem::swap(&mut state.lines, lines);
        mem::swap(&mut state.levels, levels);
        state.under_way = lines.len();
        true
    }
}

#[cfg(test)]
mod tests;
