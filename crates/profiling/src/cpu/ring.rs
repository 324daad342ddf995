//! The slots that signal handlers fill and one thread empties, without locks.
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

use memmap2::MmapMut;

/// Frames of a stack that are kept; the outermost of a deeper one are cut off.
pub(super) const DEPTH: usize = 250;

/// A second at the highest rate on four busy processors, if nobody empties them: 2 MB, of which only what is used is real.
const SLOTS: usize = 1024;

const FREE: u32 = 0;
const BEING_FILLED: u32 = 1;
const FULL: u32 = 2;

/// One interrupted thread.
#[repr(C)]
pub(super) struct Sample {
    /// Its number in the system.
    pub(super) thread: u32,
    /// How many of the addresses are used.
    pub(super) depth: u32,
    /// Whether the last one is the start of the thread.
    pub(super) is_whole: bool,
    /// Where it was, and from where that was called.
    pub(super) addresses: [u64; DEPTH],
}

#[repr(C)]
struct Slot {
    state: AtomicU32,
    sample: UnsafeCell<Sample>,
}

/// The slots, in memory of their own, which is given back.
pub(super) struct Ring {
    memory: MmapMut,
    next: AtomicUsize,
    lost: AtomicU64,
}

// SAFETY: a slot's sample is touched by whoever moved its state from `FREE` (the filler) or found it `FULL` (the one that
// empties) only.
unsafe impl Sync for Ring {}

impl Ring {
    pub(super) fn new() -> std::io::Result<Ring> {
        Ok(Ring {
            // Zeros are a `FREE` slot, and a sample that is valid.
            memory: MmapMut::map_anon(SLOTS * size_of::<Slot>())?,
            next: AtomicUsize::new(0),
            lost: AtomicU64::new(0),
        })
    }

    /// Lets `fill` write a sample. Safe to call in a signal handler when `fill` is.
    pub(super) fn fill(&self, fill: impl FnOnce(&mut Sample)) {
        let at = self.next.fetch_add(1, Ordering::Relaxed) % SLOTS;
        let slot = &self.slots()[at];
        let taken = slot
            .state
            .compare_exchange(FREE, BEING_FILLED, Ordering::Acquire, Ordering::Relaxed);
        if taken.is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        // SAFETY: nobody else touches a slot that is being filled.
        fill(unsafe { &mut *slot.sample.get() });
        slot.state.store(FULL, Ordering::Release);
    }

    /// Gives every full slot to `take`, and frees it. For one thread at a time.
    pub(super) fn empty(&self, take: &mut dyn FnMut(&Sample)) {
        for slot in self.slots() {
            if slot.state.load(Ordering::Acquire) == FULL {
                // SAFETY: no filler touches a full slot, and only one thread empties.
                take(unsafe { &*slot.sample.get() });
                slot.state.store(FREE, Ordering::Release);
            }
        }
    }

    /// How many samples found no free slot.
    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    fn slots(&self) -> &[Slot] {
        let start = self.memory.as_ptr().cast::<Slot>();
        // SAFETY: the memory is that long, aligned to a page, and zeros are valid; changes go through atomics and cells.
        unsafe { std::slice::from_raw_parts(start, SLOTS) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_beyond_the_slots_are_counted_and_the_others_come_out_once() {
        let ring = Ring::new().unwrap();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let ring = &ring;
                scope.spawn(move || {
                    for _ in 0..300 {
                        ring.fill(|sample| sample.thread = thread);
                    }
                });
            }
        });
        let mut counts = [0; 4];
        ring.empty(&mut |sample| counts[sample.thread as usize] += 1);
        assert_eq!(counts.iter().sum::<u64>() + ring.lost(), 1200);
        assert_eq!(counts.iter().sum::<u64>(), SLOTS as u64);
        ring.empty(&mut |_| panic!("a slot came out twice"));
        ring.fill(|sample| sample.thread = 9);
        let mut again = 0;
        ring.empty(&mut |sample| again += u64::from(sample.thread));
        assert_eq!(again, 9);
    }
}
