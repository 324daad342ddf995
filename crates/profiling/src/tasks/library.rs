//! The tasks that libraries spawn, which only the runtime's hooks see.

#[cfg(tokio_unstable)]
pub(super) use seen::*;

/// Nobody sees them without the hooks.
#[cfg(not(tokio_unstable))]
pub(super) fn all(_now: u64) -> Vec<super::Task> {
    Vec::new()
}

#[cfg(tokio_unstable)]
mod seen {
    use std::cell::Cell;
    use std::hash::BuildHasherDefault;
    use std::panic::Location;
    use std::sync::{Mutex, MutexGuard, PoisonError};
    use std::time::Duration;

    use crate::Site;
    use crate::tasks::number::{self, Numbered};
    use crate::tasks::{Kind, State, Task, clock, polled, sites};

    /// So many locks that workers which spawn at once seldom meet.
    const SHARDS: usize = 16;

    #[derive(Clone, Copy)]
    struct Spawned {
        place: &'static Location<'static>,
        at: u64,
        parent: u64,
    }

    type Shard = Mutex<Numbered<Spawned>>;

    static ALIVE: [Shard; SHARDS] =
        [const { Mutex::new(Numbered::with_hasher(BuildHasherDefault::new())) }; SHARDS];

    thread_local! {
        /// The last task that ended on this thread without having been kept. The runtime ends a task that it no longer
        /// accepts before it says that it was spawned.
        static ENDED_UNSEEN: Cell<u64> = const { Cell::new(0) };
    }

    pub(in crate::tasks) fn insert(task: u64, place: &'static Location<'static>) {
        if ENDED_UNSEEN.replace(0) == task {
            return;
        }
        let spawned = Spawned {
            place,
            at: clock::coarse(),
            parent: number::current(),
        };
        shard(task).insert(task, spawned);
    }

    /// Whether it was kept. The runtime also tells the end of blocking calls, of which it tells no beginning.
    pub(in crate::tasks) fn remove(task: u64) -> bool {
        let mut shard = shard(task);
        let was_kept = shard.remove(&task).is_some();
        if was_kept && shard.is_empty() && shard.capacity() > 1024 {
            // Room of a rush that is over.
            shard.shrink_to_fit();
        }
        drop(shard);
        if !was_kept {
            ENDED_UNSEEN.set(task);
        }
        was_kept
    }

    /// Where it was spawned; `None` for a named task.
    pub(in crate::tasks) fn site(task: u64) -> Option<&'static Site> {
        let place = shard(task).get(&task)?.place;
        Some(sites::unnamed(place))
    }

    pub(in crate::tasks) fn all(now: u64) -> Vec<Task> {
        let running: Numbered<u64> = polled::all().collect();
        let mut spawned: Vec<(u64, Spawned)> = Vec::new();
        for shard in &ALIVE {
            spawned.extend(lock(shard).iter().map(|(id, spawned)| (*id, *spawned)));
        }
        let look = |(id, spawned): (u64, Spawned)| {
            let polled = running.get(&id);
            let since = *polled.unwrap_or(&spawned.at);
            Task {
                id,
                kind: Kind::Library,
                site: sites::unnamed(spawned.place),
                parent: (spawned.parent != 0).then_some(spawned.parent),
                age: Duration::from_nanos(now.saturating_sub(spawned.at)),
                state: polled.map_or(State::Waiting, |_| State::Running),
                since: Duration::from_nanos(now.saturating_sub(since)),
                work: None,
            }
        };
        spawned.into_iter().map(look).collect()
    }

    fn shard(task: u64) -> MutexGuard<'static, Numbered<Spawned>> {
        lock(&ALIVE[task as usize % SHARDS])
    }

    fn lock(shard: &Shard) -> MutexGuard<'_, Numbered<Spawned>> {
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
