//! What goes on on one connection: its calls, what they hold, and the replies that nobody takes.

use std::collections::BTreeMap;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use profiling::contention::Mutex;
use tokio::time::Instant;

/// Most bytes of requests that are not whole yet, on one connection: four of the largest.
pub(super) const MOST_HELD: usize = 16 * 1024 * 1024;

/// How patient a connection is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// Without any call.
    pub(super) idle: Duration,
    /// With a request that is not whole yet.
    pub(super) read: Duration,
    /// With a client that takes nothing of a reply.
    pub(super) stall: Duration,
}

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overdue {
    /// There was no call for too long.
    Idle,
    /// Nobody takes a reply.
    Stalled,
}

/// The calls of one connection.
#[derive(Debug)]
pub(super) struct Traffic(Mutex<State>);

#[derive(Debug)]
struct State {
    calls: usize,
    /// When the last call ended, or the connection began.
    quiet_since: Instant,
    /// Replies that wait for their client, and since when.
    waiting: BTreeMap<u64, Instant>,
    next: u64,
    held: usize,
}

impl Traffic {
    pub(super) fn new() -> Traffic {
        Traffic(Mutex::new(State {
            calls: 0,
            quiet_since: Instant::now(),
            waiting: BTreeMap::new(),
            next: 0,
            held: 0,
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A call that is under way until it is dropped.
    pub(super) fn call(self: &Arc<Self>) -> Call {
        let mut state = self.state();
        state.calls += 1;
        let number = state.next;
        state.next += 1;
        drop(state);
        Call {
            traffic: Arc::clone(self),
            number,
            held: 0,
        }
    }

    /// Why the connection is to end now, if it is.
    pub(super) fn overdue(&self, patience: Patience) -> Option<Overdue> {
        let state = self.state();
        let now = Instant::now();
        if state.calls == 0 {
            return (now.duration_since(state.quiet_since) >= patience.idle).then_some(Overdue::Idle);
        }
        let mut waiting = state.waiting.values();
        waiting
            .any(|since| now.duration_since(*since) >= patience.stall)
            .then_some(Overdue::Stalled)
    }
}

/// One call.
#[derive(Debug)]
pub(super) struct Call {
    traffic: Arc<Traffic>,
    number: u64,
    held: usize,
}

impl Call {
    /// Its reply waits until the client takes it.
    pub(super) fn waits(&self) {
        self.traffic.state().waiting.insert(self.number, Instant::now());
    }

    /// The client takes its reply.
    pub(super) fn goes_on(&self) {
        self.traffic.state().waiting.remove(&self.number);
    }

    /// So many more bytes of its request came; `false` when the connection's requests hold too many.
    pub(super) fn holds(&mut self, bytes: usize) -> bool {
        self.held += bytes;
        let mut state = self.traffic.state();
        state.held += bytes;
        state.held <= MOST_HELD
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let mut state = self.traffic.state();
        state.waiting.remove(&self.number);
        state.held -= self.held;
        state.calls -= 1;
        if state.calls == 0 {
            state.quiet_since = Instant::now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience {
        idle: Duration::from_secs(300),
        read: Duration::from_secs(30),
        stall: Duration::from_secs(30),
    };

    #[tokio::test(start_paused = true)]
    async fn a_connection_without_calls_is_overdue_and_one_with_a_call_is_not() {
        let traffic = Arc::new(Traffic::new());
        assert_eq!(traffic.overdue(PATIENCE), None);
        tokio::time::advance(PATIENCE.idle).await;
        assert_eq!(traffic.overdue(PATIENCE), Some(Overdue::Idle));
        let call = traffic.call();
        tokio::time::advance(PATIENCE.idle).await;
        assert_eq!(traffic.overdue(PATIENCE), None);
        drop(call);
        assert_eq!(traffic.overdue(PATIENCE), None);
    }

    #[tokio::test(start_paused = true)]
    async fn one_reply_that_nobody_takes_is_seen_beside_others_that_go_on() {
        let traffic = Arc::new(Traffic::new());
        let (stuck, lively) = (traffic.call(), traffic.call());
        stuck.waits();
        for _ in 0..4 {
            lively.waits();
            tokio::time::advance(PATIENCE.stall / 4).await;
            lively.goes_on();
        }
        assert_eq!(traffic.overdue(PATIENCE), Some(Overdue::Stalled));
        drop(stuck);
        assert_eq!(traffic.overdue(PATIENCE), None);
    }

    #[test]
    fn what_requests_hold_is_bounded_and_given_back() {
        let traffic = Arc::new(Traffic::new());
        let mut first = traffic.call();
        assert!(first.holds(MOST_HELD));
        let mut second = traffic.call();
        assert!(!second.holds(1));
        drop((first, second));
        assert!(traffic.call().holds(MOST_HELD));
    }
}
