//! What is known about one task, written by whoever polls or wakes it and read by whoever looks, without a lock.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::task::{Wake, Waker};
use std::time::Duration;

use super::list::{Kind, State, Task, Work};
use super::{clock, number, record};
use crate::Site;

/// Not known yet: a task gets its id inside the call that spawns it.
const UNKNOWN: u64 = 0;
/// Has ended; whoever still holds its waker has nothing to tell.
const GONE: u64 = u64::MAX;

/// One task that was spawned with a name.
#[derive(Debug)]
pub(super) struct Entry {
    kind: Kind,
    site: &'static Site,
    /// The task that spawned it; 0 when none did.
    parent: u64,
    spawned: u64,
    /// Its id, [`UNKNOWN`] or [`GONE`].
    number: AtomicU64,
    /// What it does, and since when: see [`Since`].
    since: AtomicU64,
    /// The next three are written by the one thread that polls, so they need no read-modify-write.
    polls: AtomicU64,
    busy: AtomicU64,
    waited: AtomicU64,
    /// The runtime's waker of this task, from its first poll.
    waker: OnceLock<Waker>,
}

/// A time and what began then, in one word: nobody reads the one without the other.
#[derive(Clone, Copy)]
struct Since(u64);

const IDLE: u64 = 0;
const RUNNABLE: u64 = 1;
const RUNNING: u64 = 2;
/// Woken while it runs: it will be runnable when the poll ends.
const RUNNING_AND_WOKEN: u64 = 3;

impl Since {
    fn new(time: u64, state: u64) -> Since {
        Since(time << 2 | state)
    }

    fn time(self) -> u64 {
        self.0 >> 2
    }

    fn state(self) -> u64 {
        self.0 & 3
    }
}

impl Entry {
    pub(super) fn new(kind: Kind, site: &'static Site) -> Entry {
        let now = clock::now();
        Entry {
            kind,
            site,
            parent: number::current(),
            spawned: now,
            number: AtomicU64::new(UNKNOWN),
            since: AtomicU64::new(Since::new(now, RUNNABLE).0),
            polls: AtomicU64::new(0),
            busy: AtomicU64::new(0),
            waited: AtomicU64::new(0),
            waker: OnceLock::new(),
        }
    }

    /// The id has become known. Whoever knows it first says that the task exists.
    pub(super) fn is_number(&self, number: u64) {
        let is_first = self
            .number
            .compare_exchange(UNKNOWN, number, Relaxed, Relaxed)
            .is_ok();
        if is_first && self.kind == Kind::Task {
            record::spawned(number, self.site);
        }
    }

    fn number(&self) -> Option<u64> {
        match self.number.load(Relaxed) {
            UNKNOWN | GONE => None,
            number => Some(number),
        }
    }

    /// Whether waking this entry wakes what `waker` wakes. The runtime always gives a task the same waker; should it ever
    /// give another, the task is polled with that one, and wakes are not seen.
    #[inline]
    pub(super) fn wakes(&self, waker: &Waker) -> bool {
        self.waker.get_or_init(|| waker.clone()).will_wake(waker)
    }

    /// A poll, or the call of a blocking function, begins.
    #[inline]
    pub(super) fn begin(&self) -> Running<'_> {
        let now = clock::now();
        if self.number.load(Relaxed) == UNKNOWN {
            self.is_number(number::current());
        }
        let before = Since(self.since.load(Relaxed));
        if before.state() == RUNNABLE {
            add(&self.waited, now.saturating_sub(before.time()));
        }
        self.since.store(Since::new(now, RUNNING).0, Relaxed);
        let number = self.number.load(Relaxed);
        match self.kind {
            Kind::Blocking => record::blocking_started(number, self.site),
            Kind::Task | Kind::Library => record::poll_started(number, Some(self.site)),
        }
        Running {
            entry: self,
            began: now,
            is_done: true,
        }
    }

    /// The task has been woken.
    #[inline]
    fn woken(&self) {
        let before = Since(self.since.load(Relaxed));
        let after = match before.state() {
            IDLE => Since::new(clock::now(), RUNNABLE),
            RUNNING => Since::new(before.time(), RUNNING_AND_WOKEN),
            _ => return,
        };
        let is_first = self
            .since
            .compare_exchange(before.0, after.0, Relaxed, Relaxed)
            .is_ok();
        if is_first && let Some(number) = self.number() {
            record::woken(number);
        }
    }

    /// The task has ended, by itself or because it was aborted or panicked.
    pub(super) fn end(&self) {
        match self.number.swap(GONE, Relaxed) {
            UNKNOWN | GONE => {}
            // A blocking call said when it began and ended.
            _ if self.kind == Kind::Blocking => {}
            number => record::ended(number),
        }
    }

    /// As it is at `now`; `None` when it is about to begin or has just ended.
    pub(super) fn look(&self, now: u64) -> Option<Task> {
        let number = self.number()?;
        let since = Since(self.since.load(Relaxed));
        let elapsed = now.saturating_sub(since.time());
        let state = match since.state() {
            IDLE => State::Idle,
            RUNNABLE => State::Runnable,
            _ => State::Running,
        };
        let under_way = |state_is: State| if state == state_is { elapsed } else { 0 };
        Some(Task {
            id: number,
            kind: self.kind,
            site: self.site,
            parent: (self.parent != 0).then_some(self.parent),
            age: Duration::from_nanos(now.saturating_sub(self.spawned)),
            state,
            since: Duration::from_nanos(elapsed),
            work: Some(Work {
                polls: self.polls.load(Relaxed) + u64::from(state == State::Running),
                busy: Duration::from_nanos(self.busy.load(Relaxed) + under_way(State::Running)),
                waited: Duration::from_nanos(self.waited.load(Relaxed) + under_way(State::Runnable)),
            }),
        })
    }
}

/// Only the thread that polls writes, so nothing is lost between the two.
#[inline]
fn add(sum: &AtomicU64, more: u64) {
    sum.store(sum.load(Relaxed) + more, Relaxed);
}

/// A poll under way. Dropped without [`Running::pending`], it was the last: it gave the result, or panicked.
pub(super) struct Running<'a> {
    entry: &'a Entry,
    began: u64,
    is_done: bool,
}

impl Running<'_> {
    /// The poll has ended without a result.
    #[inline]
    pub(super) fn pending(mut self) {
        self.is_done = false;
    }
}

impl Drop for Running<'_> {
    #[inline]
    fn drop(&mut self) {
        let entry = self.entry;
        let now = clock::now();
        add(&entry.polls, 1);
        add(&entry.busy, now.saturating_sub(self.began));
        if self.is_done {
            // Running until it is gone: what it held is dropped yet.
            entry.since.store(Since::new(now, RUNNING).0, Relaxed);
        } else {
            let running = Since::new(self.began, RUNNING).0;
            let idle = Since::new(now, IDLE).0;
            let is_woken = entry.since.load(Relaxed) != running
                || entry
                    .since
                    .compare_exchange(running, idle, Relaxed, Relaxed)
                    .is_err();
            if is_woken {
                entry.since.store(Since::new(now, RUNNABLE).0, Relaxed);
            }
        }
        let number = entry.number.load(Relaxed);
        match entry.kind {
            Kind::Blocking => record::blocking_ended(number),
            Kind::Task | Kind::Library => record::poll_ended(number, self.is_done),
        }
    }
}

impl Wake for Entry {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    #[inline]
    fn wake_by_ref(self: &Arc<Self>) {
        self.woken();
        if let Some(waker) = self.waker.get() {
            waker.wake_by_ref();
        }
    }
}
