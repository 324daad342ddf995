//! What was waited for, by the stack that waited: a table of fixed size, so that counting allocates nothing and takes no
//! lock. Whoever waited for a lock still holds it while counting.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::Site;
use crate::stack;
use crate::tasks::sites;

/// Frames that are kept of a stack, the innermost.
pub(super) const FRAMES: usize = 64;
/// Different stacks that are kept. Further ones are counted together.
const STACKS: usize = 4096;
/// Places that are tried for a stack before it goes to the others. With the table half full, two suffice mostly.
const TRIES: usize = 64;

/// What was waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Awaited {
    /// A lock that blocks the thread.
    Lock,
    /// Something asynchronous.
    Named(&'static Site),
}

/// How often and how long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) count: u64,
    pub(super) nanoseconds: u64,
}

/// One stack's sums, for good.
pub(super) struct Slot {
    /// [`FREE`], [`BEING_WRITTEN`], or the hash of what is in it.
    key: AtomicU64,
    /// The address of the [`Site`]; 0 for a lock.
    site: AtomicUsize,
    depth: AtomicUsize,
    frames: [AtomicU64; FRAMES],
    done: Counter,
    given_up: Counter,
}

struct Counter {
    count: AtomicU64,
    nanoseconds: AtomicU64,
}

/// What a slot says.
#[derive(Debug, Clone)]
pub(super) struct Waited {
    pub(super) awaited: Awaited,
    /// Innermost first; empty for those that found no place.
    pub(super) frames: Vec<u64>,
    pub(super) done: Sum,
    /// Waits that ended without what was waited for: dropped, by a deadline for example.
    pub(super) given_up: Sum,
}

/// What waits share that found no place in the table.
static NOWHERE: Site = Site {
    name: "other waits, for which the table had no place",
    file: "",
    line: 0,
};

const FREE: u64 = 0;
const BEING_WRITTEN: u64 = 1;

/// Slots in a fixed number.
pub(super) struct Table<const N: usize> {
    slots: [Slot; N],
    other_locks: Slot,
    other_waits: Slot,
}

/// The process's.
pub(super) static TABLE: Table<STACKS> = Table::new();

impl<const N: usize> Table<N> {
    pub(super) const fn new() -> Table<N> {
        Table {
            slots: [const { Slot::new() }; N],
            other_locks: Slot::new(),
            other_waits: Slot::new(),
        }
    }

    /// The slot of whoever calls.
    #[inline(never)]
    pub(super) fn slot(&self, awaited: Awaited) -> &Slot {
        let mut frames = [0; FRAMES];
        let depth = stack::here(&mut frames);
        // The first is this function.
        self.slot_of(awaited, frames[..depth].get(1..).unwrap_or_default())
    }

    fn slot_of(&self, awaited: Awaited, frames: &[u64]) -> &Slot {
        let key = hash(awaited, frames);
        for attempt in 0..TRIES.min(N) {
            let slot = &self.slots[(key as usize).wrapping_add(attempt) % N];
            match slot
                .key
                .compare_exchange(FREE, BEING_WRITTEN, Ordering::Acquire, Ordering::Acquire)
            {
                Ok(_) => {
                    slot.write(key, awaited, frames);
                    return slot;
                }
                Err(found) if found == key => return slot,
                // Another's; or this very stack, being written by another thread: then it stands here twice, and the
                // reader adds the two up.
                Err(_) => {}
            }
        }
        match awaited {
            Awaited::Lock => &self.other_locks,
            Awaited::Named(_) => &self.other_waits,
        }
    }

    /// Whether a stack with such an address has a place, also while its first wait is under way.
    #[cfg(test)]
    pub(super) fn has(&self, is_wanted: impl Fn(u64) -> bool) -> bool {
        let mut kept = self.slots.iter().filter_map(Slot::read);
        kept.any(|waited| waited.frames.into_iter().any(&is_wanted))
    }

    /// All that was waited for. Where the stack has no place of its own, `frames` is empty.
    pub(super) fn read(&self, is_wanted: impl Fn(Awaited) -> bool) -> Vec<Waited> {
        let kept = self.slots.iter().filter_map(Slot::read);
        let others = [
            self.other_locks.sums(Awaited::Lock, Vec::new()),
            self.other_waits.sums(Awaited::Named(&NOWHERE), Vec::new()),
        ];
        kept.chain(others)
            .filter(|waited| is_wanted(waited.awaited))
            .filter(|waited| waited.done.count + waited.given_up.count > 0)
            .collect()
    }
}

impl Slot {
    const fn new() -> Slot {
        Slot {
            key: AtomicU64::new(FREE),
            site: AtomicUsize::new(0),
            depth: AtomicUsize::new(0),
            frames: [const { AtomicU64::new(0) }; FRAMES],
            done: Counter::new(),
            given_up: Counter::new(),
        }
    }
}

impl Slot {
    fn write(&self, key: u64, awaited: Awaited, frames: &[u64]) {
        let site = match awaited {
            Awaited::Lock => 0,
            Awaited::Named(site) => std::ptr::from_ref(site) as usize,
        };
        self.site.store(site, Ordering::Relaxed);
        self.depth.store(frames.len(), Ordering::Relaxed);
        for (place, frame) in self.frames.iter().zip(frames) {
            place.store(*frame, Ordering::Relaxed);
        }
        self.key.store(key, Ordering::Release);
    }

    fn read(&self) -> Option<Waited> {
        if matches!(self.key.load(Ordering::Acquire), FREE | BEING_WRITTEN) {
            return None;
        }
        let awaited = match self.site.load(Ordering::Relaxed) {
            0 => Awaited::Lock,
            address => Awaited::Named(sites::at(address)?),
        };
        let depth = self.depth.load(Ordering::Relaxed);
        let frames = self.frames[..depth].iter();
        let frames = frames.map(|frame| frame.load(Ordering::Relaxed)).collect();
        Some(self.sums(awaited, frames))
    }

    fn sums(&self, awaited: Awaited, frames: Vec<u64>) -> Waited {
        Waited {
            awaited,
            frames,
            done: self.done.read(),
            given_up: self.given_up.read(),
        }
    }

    /// A wait of that many nanoseconds has ended; `is_given_up` when without what was waited for.
    pub(super) fn add(&self, nanoseconds: u64, is_given_up: bool) {
        let counter = if is_given_up { &self.given_up } else { &self.done };
        counter.count.fetch_add(1, Ordering::Relaxed);
        counter.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }
}

impl Counter {
    const fn new() -> Counter {
        Counter {
            count: AtomicU64::new(0),
            nanoseconds: AtomicU64::new(0),
        }
    }

    fn read(&self) -> Sum {
        Sum {
            count: self.count.load(Ordering::Relaxed),
            nanoseconds: self.nanoseconds.load(Ordering::Relaxed),
        }
    }
}

/// Never [`FREE`] or [`BEING_WRITTEN`]. Of 4096 stacks, two have the same with a chance of one in 10¹².
fn hash(awaited: Awaited, frames: &[u64]) -> u64 {
    let mut hasher = DefaultHasher::new();
    match awaited {
        Awaited::Lock => 0,
        Awaited::Named(site) => std::ptr::from_ref(site) as usize,
    }
    .hash(&mut hasher);
    frames.hash(&mut hasher);
    hasher.finish() | 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums<const N: usize>(table: &Table<N>) -> Vec<(Vec<u64>, Sum, Sum)> {
        let mut all: Vec<_> = table
            .read(|_| true)
            .into_iter()
            .map(|waited| (waited.frames, waited.done, waited.given_up))
            .collect();
        all.sort_by(|one, other| one.0.cmp(&other.0));
        all
    }

    fn sum(count: u64, nanoseconds: u64) -> Sum {
        Sum { count, nanoseconds }
    }

    #[test]
    fn waits_of_one_stack_are_added_up_and_those_given_up_kept_apart() {
        static TABLE: Table<64> = Table::new();
        TABLE.slot_of(Awaited::Lock, &[1, 2]).add(10, false);
        TABLE.slot_of(Awaited::Lock, &[1, 2]).add(5, false);
        TABLE.slot_of(Awaited::Lock, &[1, 2]).add(7, true);
        TABLE.slot_of(Awaited::Lock, &[1]).add(1, false);
        assert_eq!(
            sums(&TABLE),
            [
                (vec![1], sum(1, 1), sum(0, 0)),
                (vec![1, 2], sum(2, 15), sum(1, 7))
            ]
        );
    }

    #[test]
    fn stacks_beyond_the_room_are_counted_together() {
        static TABLE: Table<4> = Table::new();
        for frame in 0..100 {
            TABLE.slot_of(Awaited::Lock, &[frame]).add(1, false);
        }
        let all = sums(&TABLE);
        assert_eq!(all.len(), 5);
        assert_eq!(all[0], (vec![], sum(96, 96), sum(0, 0)));
    }

    #[test]
    fn nothing_is_lost_when_threads_count_the_same_stacks_at_once() {
        static TABLE: Table<256> = Table::new();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for round in 0..10_000 {
                        TABLE.slot_of(Awaited::Lock, &[round % 50]).add(2, false);
                    }
                });
            }
        });
        let all = TABLE.read(|_| true);
        let count: u64 = all.iter().map(|waited| waited.done.count).sum();
        let time: u64 = all.iter().map(|waited| waited.done.nanoseconds).sum();
        assert_eq!((count, time), (40_000, 80_000));
    }
}
