//! Which task each thread polls, and since when. Handlers of requests run in tasks of hyper, so this is how one that does
//! not come back is found.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use super::clock;

/// More threads than poll tasks at once. Those beyond are not seen.
const THREADS: usize = 256;

/// Alone on its cache lines, as each thread writes its own all the time.
#[repr(align(128))]
struct Slot {
    is_taken: AtomicBool,
    /// 0 between polls.
    task: AtomicU64,
    since: AtomicU64,
}

static SLOTS: [Slot; THREADS] = [const {
    Slot {
        is_taken: AtomicBool::new(false),
        task: AtomicU64::new(0),
        since: AtomicU64::new(0),
    }
}; THREADS];

/// A thread's slot, given back when the thread ends.
struct Own(Option<&'static Slot>);

impl Own {
    fn take() -> Own {
        let is_free = |slot: &&Slot| {
            let taken = slot.is_taken.compare_exchange(false, true, Relaxed, Relaxed);
            taken.is_ok()
        };
        Own(SLOTS.iter().find(is_free))
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        if let Some(slot) = self.0 {
            slot.task.store(0, Relaxed);
            slot.is_taken.store(false, Relaxed);
        }
    }
}

thread_local! {
    static OWN: Own = Own::take();
}

/// This thread begins to poll that task.
#[inline]
pub(super) fn begin(task: u64) {
    with_slot(|slot| {
        slot.since.store(clock::coarse(), Relaxed);
        slot.task.store(task, Relaxed);
    });
}

/// This thread has polled it.
#[inline]
pub(super) fn end() {
    with_slot(|slot| slot.task.store(0, Relaxed));
}

/// Whether this thread polls that task.
pub(super) fn is_here(task: u64) -> bool {
    let mut is_here = false;
    with_slot(|slot| is_here = slot.task.load(Relaxed) == task);
    is_here
}

/// The tasks being polled, each with the time of the clock when the poll began.
pub(super) fn all() -> impl Iterator<Item = (u64, u64)> {
    SLOTS
        .iter()
        .map(|slot| (slot.task.load(Relaxed), slot.since.load(Relaxed)))
        .filter(|(task, _)| *task != 0)
}

#[inline]
fn with_slot(write: impl FnOnce(&'static Slot)) {
    // A thread that is ending polls no more.
    let _ = OWN.try_with(|own| {
        if let Some(slot) = own.0 {
            write(slot);
        }
    });
}
