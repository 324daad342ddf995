//! Execution traces: when each task of a tokio program was polled, on which thread, what woke it and what it waited for, for
//! `go tool trace` (Go 1.19 and later) and <https://ui.perfetto.dev>.
//!
//! The program tells what happens: whoever spawns and polls tasks calls [`spawned`], [`poll_started`], [`woken`] and so on, and
//! whoever answers requests calls [`begin_task`], [`begin_phase`] and [`log`]. While nothing is recorded each of them loads one
//! atomic and returns. [`record`] records for some time:
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use profiling::execution::{self, Options, Waits};
//! use std::time::Duration;
//!
//! let recording = tokio::spawn(execution::record(Duration::from_secs(1), Options::default()));
//! let question = execution::begin_task("query", None);
//! let phase = execution::begin_phase(question, "provider", Waits::Network);
//! execution::log(Some(question), "model", "builtin");
//! execution::end_phase(phase);
//! execution::end_task(question);
//! let trace = recording.await??;
//! trace.write_go(&mut std::fs::File::create("service.trace")?)?;
//! # Ok(())
//! # }
//! ```
//!
//! What is seen there: threads that poll as processors, tasks as goroutines under the names they were spawned with, blocking calls as
//! goroutines on processors of their own, requests as user tasks, their phases as regions where they nest inside one task and as
//! sub-tasks where they do not.

#[cfg(test)]
mod acceptance;
#[cfg(test)]
mod check;
#[cfg(test)]
mod check_perfetto;
mod event;
mod go;
mod perfetto;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod random;
mod recorder;
mod schedule;
mod spans;
mod stacks;
mod survey;
mod thread;
mod trace;

use std::time::Duration;

use crate::Site;
use crate::slot::Slot;

use event::What;
use recorder::record as put;

pub use recorder::{Alive, Busy, Options, Recording};
pub use trace::{Lost, Summary, Trace};

/// A task of people: a request, from its beginning to its end, whichever tasks of tokio work on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UserTask(u32);

/// A part of the work on a request, or of any other work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Phase(u32);

/// What a task waits for when its poll ends during a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Waits {
    /// Another machine or process.
    Network,
    /// Another task.
    Sync,
    /// A timer.
    Sleep,
    /// Anything.
    #[default]
    Unknown,
}

/// Whether something is recorded now.
#[inline]
pub fn is_recording() -> bool {
    recorder::generation() != 0
}

/// A task was spawned, by whatever runs on this thread.
#[inline]
pub fn spawned(task: u64, site: &'static Site) {
    if is_recording() {
        put(What::Spawned { task, site });
    }
}

/// This thread begins to poll a task. `site` is where it was spawned, when that is known.
#[inline]
pub fn poll_started(task: u64, site: Option<&'static Site>) {
    if is_recording() {
        put(What::PollStarted { task, site });
    }
}

/// This thread ends the poll of a task; `done` when the task is finished by it.
#[inline]
pub fn poll_ended(task: u64, done: bool) {
    if is_recording() {
        put(What::PollEnded { task, done });
    }
}

/// This thread wakes a task. Call it *before* the runtime hears of the wake, else the poll may seem to come first.
#[inline]
pub fn woken(task: u64) {
    if is_recording() {
        put(What::Woken { task });
    }
}

/// A task is gone: finished or aborted. Whom this thread wakes between its last poll and this, the task woke.
#[inline]
pub fn ended(task: u64) {
    if is_recording() {
        put(What::Ended { task });
    }
}

/// A blocking call begins on this thread.
#[inline]
pub fn blocking_started(task: u64, site: &'static Site) {
    if is_recording() {
        put(What::BlockingStarted { task, site });
    }
}

/// A blocking call ends on this thread.
#[inline]
pub fn blocking_ended(task: u64) {
    if is_recording() {
        put(What::BlockingEnded { task });
    }
}

/// A request begins, maybe as a part of another.
#[inline]
pub fn begin_task(name: &'static str, parent: Option<UserTask>) -> UserTask {
    if !is_recording() {
        return UserTask(0);
    }
    let id = recorder::next_id();
    let parent = parent.map_or(0, |parent| parent.0);
    put(What::TaskBegun { id, parent, name });
    UserTask(id)
}

/// A request ends, on any thread.
#[inline]
pub fn end_task(task: UserTask) {
    if task.0 != 0 && is_recording() {
        put(What::TaskEnded { id: task.0 });
    }
}

/// A phase begins. That of a task which was begun while nothing was recorded belongs to no task.
#[inline]
pub fn begin_phase(task: UserTask, name: &'static str, waits: Waits) -> Phase {
    if !is_recording() {
        return Phase(0);
    }
    let id = recorder::next_id();
    let task = task.0;
    put(What::PhaseBegun {
        id,
        task,
        waits,
        name,
    });
    Phase(id)
}

/// A phase ends, in any task and on any thread.
#[inline]
pub fn end_phase(phase: Phase) {
    if phase.0 != 0 && is_recording() {
        put(What::PhaseEnded { id: phase.0 });
    }
}

/// A line of the log. Without a task it goes to that of the innermost open phase of what runs on this thread.
/// A text over 1000 bytes is cut, and counted in [`Lost::texts`].
#[inline]
pub fn log(task: Option<UserTask>, key: &'static str, text: &str) {
    if is_recording() {
        recorder::record_text(task.map_or(0, |task| task.0), key, text);
    }
}

/// Records for `duration`, or until the future is dropped; then what was recorded is gone.
///
/// # Errors
/// When another recording is under way.
pub async fn record(duration: Duration, options: Options) -> Result<Trace, Busy> {
    const TICK: Duration = Duration::from_millis(10);
    static SLOT: Slot = Slot::new();
    let _taken = SLOT.take(duration).map_err(|left| Busy { left })?;
    let ticks = options.heap.is_some();
    let recording = Recording::start(options)?;
    let end = tokio::time::Instant::now() + duration;
    let mut now = tokio::time::Instant::now();
    while ticks && now < end {
        recording.tick();
        tokio::time::sleep_until(end.min(now + TICK)).await;
        now = tokio::time::Instant::now();
    }
    tokio::time::sleep_until(end).await;
    Ok(recording.finish())
}
