//! Traces that have ended and wait to be sent: bounded, so that a collector that is away costs neither memory nor time.

use std::collections::VecDeque;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use profiling::contention::Mutex;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::TraceCounts;
use super::recorder::Finished;

/// Traces that have ended and wait to be sent.
#[derive(Debug)]
pub(super) struct Outbox {
    queue: Mutex<Queue>,
    /// There is a first trace, a whole batch, or nothing more to come.
    wake: Notify,
    /// Most spans that wait.
    most: usize,
    /// Spans of a whole batch.
    batch: usize,
    counts: TraceCounts,
}

#[derive(Debug, Default)]
struct Queue {
    traces: VecDeque<Finished>,
    spans: usize,
    is_closed: bool,
}

impl Outbox {
    pub(super) fn new(most: usize, batch: usize, counts: TraceCounts) -> Outbox {
        Outbox {
            queue: Mutex::default(),
            wake: Notify::new(),
            most,
            batch: batch.min(most),
            counts,
        }
    }

    /// Takes a trace, or drops it whole when there is no room: half a trace misleads.
    pub(super) fn offer(&self, trace: Finished) {
        let spans = trace.spans.len();
        self.counts.count_produced(spans);
        let mut queue = self.lock();
        if queue.is_closed || queue.spans + spans > self.most {
            drop(queue);
            self.counts.count_dropped(spans);
            return;
        }
        let before = queue.spans;
        queue.spans += spans;
        queue.traces.push_back(trace);
        let after = queue.spans;
        drop(queue);
        // Between these two moments the sender needs no word: it has set its clock.
        if before == 0 || (before < self.batch && after >= self.batch) {
            self.wake.notify_one();
        }
    }

    /// The next batch: as soon as it is whole, `delay` after its first trace, or at the end. `None` when it is closed and
    /// empty.
    pub(super) async fn next(&self, delay: Duration) -> Option<Vec<Finished>> {
        let mut due = None;
        loop {
            let is_due = due.is_some_and(|due| due <= Instant::now());
            if let Some(batch) = self.take(is_due) {
                return (!batch.is_empty()).then_some(batch);
            }
            if self.lock().spans == 0 {
                due = None;
                self.wake.notified().await;
            } else {
                let due = *due.get_or_insert_with(|| Instant::now() + delay);
                let _ = timeout_at(due, self.wake.notified()).await;
            }
        }
    }

    /// A batch when there is one to take; an empty one when none will come.
    fn take(&self, is_due: bool) -> Option<Vec<Finished>> {
        let mut queue = self.lock();
        let is_whole = queue.spans >= self.batch || is_due || queue.is_closed;
        if !is_whole || (queue.spans == 0 && !queue.is_closed) {
            return None;
        }
        let (mut batch, mut spans) = (Vec::new(), 0);
        while spans < self.batch
            && let Some(trace) = queue.traces.pop_front()
        {
            spans += trace.spans.len();
            batch.push(trace);
        }
        queue.spans -= spans;
        Some(batch)
    }

    /// Takes no more traces; what waits can still be had.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.wake.notify_one();
    }

    /// Gives up what still waits.
    pub(super) fn abandon(&self) {
        let mut queue = self.lock();
        let spans = std::mem::take(&mut queue.spans);
        queue.traces.clear();
        drop(queue);
        self.counts.count_dropped(spans);
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
