//! The runtime's hooks, which see the tasks of libraries. Tokio has them behind `--cfg tokio_unstable`; without it, each
//! function here has a twin that does nothing.

use std::sync::Arc;

use super::entry::Entry;

#[cfg(tokio_unstable)]
pub(super) use seeing::as_own;
#[cfg(tokio_unstable)]
pub use seeing::install;

/// Puts the hooks into a runtime that is about to be built. Built without `--cfg tokio_unstable`, it does nothing, and the
/// tasks of libraries are not listed.
#[cfg(not(tokio_unstable))]
pub fn install(_runtime: &mut tokio::runtime::Builder) {}

/// Spawns a named task.
#[cfg(not(tokio_unstable))]
#[inline]
pub(super) fn as_own<T>(_entry: &Arc<Entry>, spawn: impl FnOnce() -> T) -> T {
    spawn()
}

#[cfg(tokio_unstable)]
mod seeing {
    use std::cell::Cell;

    use tokio::runtime::{Builder, TaskMeta};

    use super::{Arc, Entry};
    use crate::tasks::{library, number, polled, record, sites};

    thread_local! {
        /// The named task whose spawn call is under way on this thread.
        static SPAWNING: Cell<Option<Arc<Entry>>> = const { Cell::new(None) };
    }

    /// Exchanges what is being spawned. Nothing is, on a thread that has ended up to its last destructors.
    #[inline]
    fn under_way(next: Option<Arc<Entry>>) -> Option<Arc<Entry>> {
        SPAWNING.try_with(|now| now.replace(next)).unwrap_or_default()
    }

    /// Spawns a named task: the hook then sees whose it is, and does not list it a second time.
    #[inline]
    pub(in crate::tasks) fn as_own<T>(entry: &Arc<Entry>, spawn: impl FnOnce() -> T) -> T {
        /// Also when there is no runtime, and the call panics.
        struct Reset;
        impl Drop for Reset {
            fn drop(&mut self) {
                under_way(None);
            }
        }
        under_way(Some(Arc::clone(entry)));
        let _reset = Reset;
        spawn()
    }

    /// Puts the hooks into a runtime that is about to be built, in place of any that are there: tokio keeps one of each.
    pub fn install(runtime: &mut Builder) {
        runtime
            .on_task_spawn(spawned)
            .on_before_task_poll(poll_begins)
            .on_after_task_poll(poll_ended)
            .on_task_terminate(terminated);
    }

    fn spawned(task: &TaskMeta<'_>) {
        let id = number::of(task.id());
        // Taken, so that what a task spawns while it is being dropped is not taken for it.
        if let Some(entry) = under_way(None) {
            entry.is_number(id);
            return;
        }
        library::insert(id, task.spawned_at());
        if record::is_recording() {
            record::spawned(id, sites::unnamed(task.spawned_at()));
        }
    }

    /// Named tasks tell the trace themselves; here it hears of the others.
    fn poll_begins(task: &TaskMeta<'_>) {
        let id = number::of(task.id());
        polled::begin(id);
        if record::is_recording()
            && let Some(site) = library::site(id)
        {
            record::poll_started(id, Some(site));
        }
    }

    /// After a last poll it comes behind [`terminated`], and finds the task gone.
    fn poll_ended(task: &TaskMeta<'_>) {
        polled::end();
        if record::is_recording() {
            let id = number::of(task.id());
            if library::site(id).is_some() {
                record::poll_ended(id, false);
            }
        }
    }

    fn terminated(task: &TaskMeta<'_>) {
        let id = number::of(task.id());
        let was_kept = library::remove(id);
        if was_kept && record::is_recording() {
            if polled::is_here(id) {
                record::poll_ended(id, true);
            }
            record::ended(id);
        }
    }
}
