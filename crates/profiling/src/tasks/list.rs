//! What people get to know about the tasks that are alive.

use std::time::Duration;

use super::{clock, library, registry};
use crate::Site;

/// A task that is alive, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The runtime's number of it, as `tokio::task::Id` prints it.
    pub id: u64,
    /// Who spawned it.
    pub kind: Kind,
    /// Its name, and where it was spawned.
    pub site: &'static Site,
    /// The task that spawned it, which may have ended; `None` when that was not done in a task.
    pub parent: Option<u64>,
    /// Since it was spawned.
    pub age: Duration,
    /// What it does.
    pub state: State,
    /// For how long it has been doing that. Of a library's task that is not being polled: its age.
    pub since: Duration,
    /// What it has done; `None` for the tasks of libraries, whose polls are not counted.
    pub work: Option<Work>,
}

/// What a task has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// Polls, the present one included.
    pub polls: u64,
    /// Time being polled, in all.
    pub busy: Duration,
    /// Time between being woken and being polled, in all: it grows when the workers have too much to do.
    pub waited: Duration,
}

/// Who spawned a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// [`spawn`](super::spawn) and its like.
    Task,
    /// [`spawn_blocking`](super::spawn_blocking): it has a thread of its own while it runs.
    Blocking,
    /// `tokio::spawn`, which libraries call.
    Library,
}

/// What a task does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// It is being polled, or its blocking function runs.
    Running,
    /// It has been woken and waits for a worker, or has not begun yet.
    Runnable,
    /// It waits to be woken.
    Idle,
    /// Not being polled: idle or runnable, which nobody sees of a library's task.
    Waiting,
}

impl State {
    /// In a word, as Go writes states.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Running => "running",
            State::Runnable => "runnable",
            State::Idle => "idle",
            State::Waiting => "waiting",
        }
    }
}

impl Task {
    /// Whether it has been polled for this long without a pause, so that other tasks wait for its worker. A blocking
    /// function holds nobody up.
    pub fn is_stuck(&self, longer_than: Duration) -> bool {
        self.kind != Kind::Blocking && self.state == State::Running && self.since > longer_than
    }
}

/// The numbers of the tasks that are alive, and where each was spawned: what an execution trace needs to name them.
pub fn alive() -> Vec<(u64, &'static Site)> {
    list().into_iter().map(|task| (task.id, task.site)).collect()
}

/// The tasks that are alive: those being polled first, the longest poll at the top, then the others by id.
pub fn list() -> Vec<Task> {
    let entries = registry::all();
    let now = clock::now();
    let mut tasks: Vec<Task> = entries.iter().filter_map(|entry| entry.look(now)).collect();
    tasks.extend(library::all(now));
    tasks.sort_by_key(|task| {
        let is_polled = task.state == State::Running && task.kind != Kind::Blocking;
        let poll = if is_polled { task.since } else { Duration::ZERO };
        (!is_polled, std::cmp::Reverse(poll), task.id)
    });
    tasks
}
