//! Writes answers to Redis beside the questions, through a bounded queue.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};

use futures_util::StreamExt;
use jiff::Timestamp;
use profiling::contention::Mutex;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::link::{Link, Trouble};
use super::redis_key;
use crate::answer::cache::LocalAnswer;
use crate::answer::cache::entry;
use crate::answer::cache::key::CacheKey;
use crate::answer::cache::memory::Kept;

/// Answers that may wait. They are in memory too, so a waiting one costs little.
const WAITING: usize = 1024;
/// Answers written at once.
const AT_ONCE: usize = 16;

/// The near end of the queue.
pub(super) struct Writes {
    queue: mpsc::Sender<Write>,
    counts: Arc<Counts>,
}

/// An answer to write.
pub(super) struct Write {
    key: CacheKey,
    kept: Arc<Kept<LocalAnswer>>,
    /// Clearings before it came; after another it is out of date.
    round: u64,
}

/// What became of the answers.
#[derive(Default)]
pub(super) struct Counts {
    written: AtomicU64,
    dropped: AtomicU64,
    refused: AtomicU64,
    last_refusal: Mutex<Option<String>>,
    round: AtomicU64,
}

impl Counts {
    /// Those that Redis took.
    pub(super) fn written(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }

    /// Those that were not sent, because too many waited or they were too long.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Those that Redis did not take.
    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Acquire)
    }

    /// Why it did not take the last one, if so.
    pub(super) fn last_refusal(&self) -> Option<String> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.last_refusal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writes {
    pub(super) fn new() -> (Writes, mpsc::Receiver<Write>) {
        let (queue, far_end) = mpsc::channel(WAITING);
        let counts = Arc::default();
        (Writes { queue, counts }, far_end)
    }

    pub(super) fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }

    /// Puts an answer into the queue; a full one takes no more.
    pub(super) fn add(&self, key: CacheKey, kept: Arc<Kept<LocalAnswer>>) {
        let round = self.counts.round.load(Ordering::Acquire);
        if self.queue.try_send(Write { key, kept, round }).is_err() {
            self.counts.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What waits now is written no more.
    pub(super) fn forget(&self) {
        self.counts.round.fetch_add(1, Ordering::AcqRel);
    }
}

/// Writes what comes out of the queue until its other end is gone.
pub(super) async fn write(link: Arc<Link>, queue: mpsc::Receiver<Write>, counts: Arc<Counts>) {
    ReceiverStream::new(queue)
        .for_each_concurrent(AT_ONCE, |write| write_one(&link, write, &counts))
        .await;
}

async fn write_one(link: &Link, write: Write, counts: &Counts) {
    let lifetime = write.kept.left();
    if !link.is_up() || lifetime.as_millis() == 0 || counts.round.load(Ordering::Acquire) != write.round {
        return;
    }
    let answer = &write.kept.value.answer;
    let Some(bytes) = entry::encode(&write.key, answer, Timestamp::now(), lifetime) else {
        counts.dropped.fetch_add(1, Ordering::Relaxed);
        return;
    };
    let milliseconds = u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX);
    let mut command = redis::cmd("SET");
    command.arg(redis_key(&write.key)).arg(bytes);
    command.arg("PX").arg(milliseconds);
    match link.tell(&command).await {
        Ok(()) => {
            write.kept.value.in_redis.store(true, Ordering::Release);
            *counts.lock() = None;
            counts.written.fetch_add(1, Ordering::Release);
        }
        Err(trouble) => {
            if let Trouble::Refused(reason) = trouble {
                tell_once(link, counts, reason);
            }
            counts.refused.fetch_add(1, Ordering::Release);
        }
    }
}

/// The log hears of the first refusal after a success.
fn tell_once(link: &Link, counts: &Counts, reason: String) {
    let mut last = counts.lock();
    if last.is_none() {
        tracing::warn!(
            address = link.place(),
            reason,
            "redis takes no answers: new ones are kept in memory alone"
        );
    }
    *last = Some(reason);
}
