//! Where questions wait for their turn: so many are worked on, so many wait, and the rest is told at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use profiling::contention;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::telemetry::trace::{Kind, Span};
use crate::telemetry::{GaugeGuard, Metrics};

/// Places for questions under way, and the line before them. First come, first served.
#[derive(Debug)]
pub struct Queue {
    size: usize,
    queue_size: usize,
    timeout: Duration,
    places: Semaphore,
    waiting: AtomicUsize,
    metrics: Arc<Metrics>,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPlace {
    /// As many wait as may.
    Full,
    /// None became free in time.
    Timeout,
}

impl Queue {
    /// For `size` questions at once and `queue_size` waiting, each at most `timeout`.
    pub fn new(size: usize, queue_size: usize, timeout: Duration, metrics: Arc<Metrics>) -> Queue {
        metrics.worker_pool(size, queue_size);
        Queue {
            size,
            queue_size,
            timeout,
            places: Semaphore::new(size),
            waiting: AtomicUsize::new(0),
            metrics,
        }
    }

    /// Whether it was made with these settings.
    pub fn is_like(&self, size: usize, queue_size: usize, timeout: Duration) -> bool {
        (self.size, self.queue_size, self.timeout) == (size, queue_size, timeout)
    }

    /// Whether questions are waiting: work that can be left out should be.
    pub fn is_busy(&self) -> bool {
        self.waiting.load(Ordering::Acquire) > 0
    }

    /// Waits for a place, until the deadline at most. The place is free again when dropped.
    pub async fn enter(&self, deadline: Instant) -> Result<SemaphorePermit<'_>, NoPlace> {
        const OPEN: &str = "nobody closes the semaphore";
        if let Ok(place) = self.places.try_acquire() {
            self.metrics.queue_waited(Duration::ZERO);
            return Ok(place);
        }
        let _waiting = Waiting::begin(self)?;
        let since = Instant::now();
        let until = deadline.min(since + self.timeout);
        let span = Span::start("wait for a place", Kind::Internal);
        let outcome =
            tokio::time::timeout_at(until, contention::wait("wait for a place", self.places.acquire())).await;
        drop(span);
        self.metrics.queue_waited(since.elapsed());
        match outcome {
            Ok(place) => Ok(place.expect(OPEN)),
            Err(_) => Err(NoPlace::Timeout),
        }
    }
}

/// One question in the line; leaves it however the wait ends.
struct Waiting<'a> {
    queue: &'a Queue,
    _counted: GaugeGuard,
}

impl<'a> Waiting<'a> {
    fn begin(queue: &'a Queue) -> Result<Waiting<'a>, NoPlace> {
        let before = queue.waiting.fetch_add(1, Ordering::AcqRel);
        if before >= queue.queue_size {
            queue.waiting.fetch_sub(1, Ordering::AcqRel);
            return Err(NoPlace::Full);
        }
        Ok(Waiting {
            queue,
            _counted: queue.metrics.queue_waiting(),
        })
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.queue.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(size: usize, queue_size: usize) -> Arc<Queue> {
        Arc::new(Queue::new(
            size,
            queue_size,
            Duration::from_secs(10),
            Arc::new(Metrics::default()),
        ))
    }

    fn in_a_minute() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    #[tokio::test(start_paused = true)]
    async fn beyond_places_and_line_questions_are_refused_at_once() {
        let queue = queue(1, 1);
        let place = queue.enter(in_a_minute()).await.unwrap();
        let line = Arc::clone(&queue);
        let waits = tokio::spawn(async move { line.enter(in_a_minute()).await.map(drop) });
        tokio::task::yield_now().await;
        let started = Instant::now();
        assert_eq!(queue.enter(in_a_minute()).await.err(), Some(NoPlace::Full));
        assert_eq!(started.elapsed(), Duration::ZERO);
        drop(place);
        assert_eq!(waits.await.unwrap(), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_longer_than_the_pool_or_the_deadline_allows() {
        let queue = queue(1, 5);
        let _place = queue.enter(in_a_minute()).await.unwrap();
        let started = Instant::now();
        assert_eq!(queue.enter(in_a_minute()).await.err(), Some(NoPlace::Timeout));
        assert_eq!(started.elapsed(), Duration::from_secs(10));
        let soon = Instant::now() + Duration::from_secs(1);
        assert_eq!(queue.enter(soon).await.err(), Some(NoPlace::Timeout));
        assert_eq!(started.elapsed(), Duration::from_secs(11));
    }

    #[tokio::test(start_paused = true)]
    async fn who_goes_away_leaves_the_line_to_others() {
        let queue = queue(1, 1);
        let _place = queue.enter(in_a_minute()).await.unwrap();
        let line = Arc::clone(&queue);
        let gone = tokio::spawn(async move { line.enter(in_a_minute()).await.map(drop) });
        tokio::task::yield_now().await;
        gone.abort();
        let _ = gone.await;
        assert_eq!(queue.waiting.load(Ordering::Acquire), 0);
        assert_eq!(
            queue.enter(Instant::now()).await.err(),
            Some(NoPlace::Timeout),
            "the line is free again"
        );
    }
}
