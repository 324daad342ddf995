//! Identical work under way is done once: who comes later waits for the same result.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use profiling::contention::Mutex;
use tokio::time::Instant;

use super::key::CacheKey;

/// Most pieces of work that are known at once; further ones are done each for itself.
const MOST: usize = 10_000;

/// A place on a flight: waits for its result. The work lives as long as one ticket does; when the last is dropped, the
/// work is dropped too, which cancels the call on the wire.
pub(super) type Ticket<T> = Shared<BoxFuture<'static, T>>;

/// The work under way, by key.
pub(super) struct Flights<T: Clone> {
    under_way: Mutex<UnderWay<T>>,
    /// What the waiters get when the work panics: each of them would panic too.
    after_panic: fn() -> T,
}

struct UnderWay<T: Clone> {
    by_key: HashMap<CacheKey, Flight<T>>,
    /// The number of the next one, so that a flight only takes itself out.
    next: u64,
}

struct Flight<T: Clone> {
    number: u64,
    deadline: Instant,
    work: WeakShared<BoxFuture<'static, T>>,
}

/// How the work is done for one asker.
pub(super) enum Boarded<T: Clone> {
    /// The asker began it.
    First(Ticket<T>),
    /// It was under way, begun by somebody with that deadline.
    Later(Ticket<T>, Instant),
}

impl<T: Clone + Send + Sync + 'static> Flights<T> {
    pub(super) fn new(after_panic: fn() -> T) -> Arc<Flights<T>> {
        Arc::new(Flights {
            under_way: Mutex::new(UnderWay {
                by_key: HashMap::new(),
                next: 0,
            }),
            after_panic,
        })
    }

    /// Joins the work under way for the key, or takes the work that `begin` makes, which only runs with its ticket.
    pub(super) fn board<F>(
        self: &Arc<Self>,
        key: CacheKey,
        deadline: Instant,
        begin: impl FnOnce() -> F,
    ) -> Boarded<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let mut under_way = self.lock();
        if let Some(flight) = under_way.by_key.get(&key)
            && let Some(ticket) = flight.work.upgrade()
        {
            return Boarded::Later(ticket, flight.deadline);
        }
        let number = under_way.next;
        under_way.next += 1;
        let landing = Landing {
            flights: Arc::clone(self),
            key,
            number,
        };
        let after_panic = self.after_panic;
        let work = begin();
        let ticket = async move {
            let outcome = AssertUnwindSafe(work).catch_unwind().await;
            drop(landing);
            outcome.unwrap_or_else(|_| after_panic())
        }
        .boxed()
        .shared();
        if under_way.by_key.len() < MOST
            && let Some(work) = ticket.downgrade()
        {
            let flight = Flight {
                number,
                deadline,
                work,
            };
            under_way.by_key.insert(key, flight);
        }
        Boarded::First(ticket)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, UnderWay<T>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.lock().by_key.len()
    }
}

/// Takes a flight out of the books when its work has ended or was dropped. It is part of the work, so the books hold
/// nothing that has ended.
struct Landing<T: Clone + Send + Sync + 'static> {
    flights: Arc<Flights<T>>,
    key: CacheKey,
    number: u64,
}

impl<T: Clone + Send + Sync + 'static> Drop for Landing<T> {
    fn drop(&mut self) {
        let mut under_way = self.flights.lock();
        let is_own = |flight: &Flight<T>| flight.number == self.number;
        if under_way.by_key.get(&self.key).is_some_and(is_own) {
            under_way.by_key.remove(&self.key);
        }
    }
}
