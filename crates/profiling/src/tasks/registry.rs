//! The named tasks that are alive.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::entry::Entry;
use super::number::Numbered;

/// So many locks that workers which spawn at once seldom meet.
const SHARDS: usize = 16;

/// Where an entry is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place(u64);

type Shard = Mutex<Numbered<Arc<Entry>>>;

static ALIVE: [Shard; SHARDS] =
    [const { Mutex::new(Numbered::with_hasher(std::hash::BuildHasherDefault::new())) }; SHARDS];
static NEXT: AtomicU64 = AtomicU64::new(0);

/// Keeps an entry until it is removed.
pub(super) fn insert(entry: Arc<Entry>) -> Place {
    let place = NEXT.fetch_add(1, Ordering::Relaxed);
    shard(place).insert(place, entry);
    Place(place)
}

/// Takes it out.
pub(super) fn remove(Place(place): Place) {
    let mut shard = shard(place);
    let _entry = shard.remove(&place);
    if shard.is_empty() && shard.capacity() > 1024 {
        // Room of a rush that is over.
        shard.shrink_to_fit();
    }
}

/// All entries, in no order.
pub(super) fn all() -> Vec<Arc<Entry>> {
    let mut all = Vec::new();
    for shard in &ALIVE {
        all.extend(lock(shard).values().cloned());
    }
    all
}

fn shard(place: u64) -> MutexGuard<'static, Numbered<Arc<Entry>>> {
    lock(&ALIVE[place as usize % SHARDS])
}

fn lock(shard: &Shard) -> MutexGuard<'_, Numbered<Arc<Entry>>> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}
