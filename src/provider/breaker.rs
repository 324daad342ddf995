//! Not asking a provider that keeps failing, and finding out when it is well again.
//!
//! Closed: calls pass; failures in a row are counted. Open: none passes until `reset_timeout` is over. Half-open: one
//! call at a time passes as a trial; enough good ones close the breaker, a bad one opens it again. Beside that, a
//! provider that says how long it wants to be left alone (`Retry-After`) is left alone that long.

use std::fmt;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use profiling::contention::Mutex;
use tokio::time::Instant;

use super::FailureKind;
use crate::config::CircuitBreaker;
use crate::telemetry::{CircuitState, Metrics};

/// A provider that asks for more is asked again after this time all the same.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

/// One provider's breaker.
pub struct Breaker {
    /// Name of the service in metrics and logs; `None` for endpoints that came with a request.
    name: Option<String>,
    settings: CircuitBreaker,
    metrics: Arc<Metrics>,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    state: State,
    paused_until: Option<Instant>,
    /// What the last failure said.
    reason: String,
}

/// Why no call may be made now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// How long none will be allowed.
    pub wait: Duration,
    /// What the last failure said.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant },
    HalfOpen { successes: u32, on_trial: bool },
}

/// The right to make one call. What became of it is told to [`Permit::succeeded`] or [`Permit::failed`]; dropped
/// untold (the caller went away), it changes nothing.
#[derive(Debug)]
pub struct Permit<'a> {
    breaker: &'a Breaker,
    is_trial: bool,
    is_told: bool,
}

impl Breaker {
    /// A closed one.
    pub fn new(name: Option<String>, settings: CircuitBreaker, metrics: Arc<Metrics>) -> Breaker {
        if let Some(name) = &name {
            metrics.circuit(name, CircuitState::Closed);
        }
        Breaker {
            name,
            settings,
            metrics,
            inner: Mutex::new(Inner {
                state: State::Closed { failures: 0 },
                paused_until: None,
                reason: String::new(),
            }),
        }
    }

    /// The right to make a call now, or why none is given.
    pub fn admit(&self) -> Result<Permit<'_>, Closed> {
        let mut inner = self.lock();
        match self.try_admit(&mut inner) {
            Ok(is_trial) => Ok(Permit {
                breaker: self,
                is_trial,
                is_told: false,
            }),
            Err(wait) => Err(Closed {
                wait,
                reason: inner.reason.clone(),
            }),
        }
    }

    /// Whether the call is a trial, or how long there will be none.
    fn try_admit(&self, inner: &mut Inner) -> Result<bool, Duration> {
        let now = Instant::now();
        if let Some(until) = inner.paused_until {
            if now < until {
                return Err(until - now);
            }
            inner.paused_until = None;
        }
        let is_trial = match inner.state {
            _ if !self.settings.enabled => false,
            State::Closed { .. } => false,
            State::Open { until } if now < until => return Err(until - now),
            State::Open { .. } => {
                inner.state = State::HalfOpen {
                    successes: 0,
                    on_trial: true,
                };
                self.tell(CircuitState::HalfOpen);
                true
            }
            // Nobody knows how long the trial takes; a second is soon enough to look again.
            State::HalfOpen { on_trial: true, .. } => return Err(Duration::from_secs(1)),
            State::HalfOpen { successes, .. } => {
                inner.state = State::HalfOpen {
                    successes,
                    on_trial: true,
                };
                true
            }
        };
        Ok(is_trial)
    }

    /// Where it stands.
    pub fn state(&self) -> CircuitState {
        match self.lock().state {
            State::Closed { .. } => CircuitState::Closed,
            State::Open { .. } => CircuitState::Open,
            State::HalfOpen { .. } => CircuitState::HalfOpen,
        }
    }

    /// Longest time for a trial call.
    pub fn trial_timeout(&self) -> Option<Duration> {
        self.settings.timeout
    }

    /// Leaves the provider alone for a time, as it asked.
    pub fn pause(&self, time: Duration, reason: &str) {
        let until = Instant::now() + time.min(LONGEST_PAUSE);
        let mut inner = self.lock();
        reason.clone_into(&mut inner.reason);
        inner.paused_until = Some(inner.paused_until.map_or(until, |standing| standing.max(until)));
    }

    fn succeeded(&self, is_trial: bool) {
        let mut inner = self.lock();
        match inner.state {
            State::Closed { .. } => inner.state = State::Closed { failures: 0 },
            State::HalfOpen { successes, .. } if is_trial => {
                if successes + 1 >= self.settings.success_threshold {
                    inner.state = State::Closed { failures: 0 };
                    self.tell(CircuitState::Closed);
                } else {
                    inner.state = State::HalfOpen {
                        successes: successes + 1,
                        on_trial: false,
                    };
                }
            }
            // A call from before the breaker opened says nothing about now.
            State::Open { .. } | State::HalfOpen { .. } => {}
        }
    }

    fn failed(&self, is_trial: bool, reason: &str) {
        if !self.settings.enabled {
            return;
        }
        let until = Instant::now() + self.settings.reset_timeout;
        let mut inner = self.lock();
        reason.clone_into(&mut inner.reason);
        match inner.state {
            State::Closed { failures } if failures + 1 < self.settings.failure_threshold => {
                inner.state = State::Closed {
                    failures: failures + 1,
                };
            }
            State::HalfOpen { .. } if !is_trial => {}
            State::Closed { .. } | State::HalfOpen { .. } => {
                inner.state = State::Open { until };
                self.tell(CircuitState::Open);
            }
            State::Open { .. } => {}
        }
    }

    fn trial_abandoned(&self) {
        let mut inner = self.lock();
        if let State::HalfOpen { successes, .. } = inner.state {
            inner.state = State::HalfOpen {
                successes,
                on_trial: false,
            };
        }
    }

    fn tell(&self, state: CircuitState) {
        let Some(name) = &self.name else { return };
        self.metrics.circuit(name, state);
        match state {
            CircuitState::Open => tracing::warn!(
                provider = %name, wait_s = self.settings.reset_timeout.as_secs_f64(),
                "circuit opened: the provider keeps failing and is not asked for a while"
            ),
            CircuitState::HalfOpen => {
                tracing::info!(provider = %name, "circuit half-open: one call tries whether the provider is well");
            }
            CircuitState::Closed => {
                tracing::info!(provider = %name, "circuit closed: the provider is well again")
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Every change is a single assignment, so a panic cannot leave half of one.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// Whether this call tries if the provider is well again.
    pub fn is_trial(&self) -> bool {
        self.is_trial
    }

    /// The provider gave a usable reply.
    pub fn succeeded(mut self) {
        self.is_told = true;
        self.breaker.succeeded(self.is_trial);
    }

    /// The call failed. A provider that could say what is wrong with the request is well.
    pub fn failed(mut self, kind: FailureKind, reason: &str) {
        self.is_told = true;
        match kind {
            kind if kind.is_the_providers() => self.breaker.failed(self.is_trial, reason),
            // No call was made.
            FailureKind::Busy | FailureKind::Budget | FailureKind::CircuitOpen => {
                self.is_told = false;
            }
            _ => self.breaker.succeeded(self.is_trial),
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if !self.is_told && self.is_trial {
            self.breaker.trial_abandoned();
        }
    }
}

impl fmt::Debug for Breaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Breaker")
            .field("name", &self.name)
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker(failure_threshold: u32, success_threshold: u32) -> Breaker {
        let settings = CircuitBreaker {
            failure_threshold,
            success_threshold,
            reset_timeout: Duration::from_secs(30),
            ..CircuitBreaker::default()
        };
        Breaker::new(Some("builtin".into()), settings, Arc::new(Metrics::default()))
    }

    fn fail(breaker: &Breaker, times: usize) {
        for _ in 0..times {
            breaker.admit().unwrap().failed(FailureKind::Network, "refused");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_opens_after_failures_in_a_row_and_only_then() {
        let breaker = breaker(3, 1);
        fail(&breaker, 2);
        breaker.admit().unwrap().succeeded();
        fail(&breaker, 2);
        assert_eq!(breaker.state(), CircuitState::Closed);
        fail(&breaker, 1);
        assert_eq!(breaker.state(), CircuitState::Open);
        assert_eq!(breaker.admit().unwrap_err().wait, Duration::from_secs(30));
    }

    #[tokio::test(start_paused = true)]
    async fn half_open_lets_one_call_through_at_a_time() {
        let breaker = breaker(1, 2);
        fail(&breaker, 1);
        tokio::time::advance(Duration::from_secs(30)).await;
        let trial = breaker.admit().unwrap();
        assert!(trial.is_trial());
        assert!(breaker.admit().is_err(), "a second trial at the same time");
        trial.succeeded();
        assert_eq!(breaker.state(), CircuitState::HalfOpen);
        breaker.admit().unwrap().succeeded();
        assert_eq!(breaker.state(), CircuitState::Closed);
        assert!(breaker.admit().is_ok_and(|permit| !permit.is_trial()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_trial_opens_it_for_the_whole_time_again() {
        let breaker = breaker(1, 1);
        fail(&breaker, 1);
        tokio::time::advance(Duration::from_secs(31)).await;
        breaker.admit().unwrap().failed(FailureKind::Timeout, "too slow");
        assert_eq!(breaker.admit().unwrap_err().wait, Duration::from_secs(30));
    }

    #[tokio::test(start_paused = true)]
    async fn an_abandoned_trial_leaves_room_for_the_next() {
        let breaker = breaker(1, 1);
        fail(&breaker, 1);
        tokio::time::advance(Duration::from_secs(31)).await;
        drop(breaker.admit().unwrap());
        assert!(breaker.admit().is_ok_and(|permit| permit.is_trial()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_wrong_with_a_question_or_a_key_never_opens_it() {
        let breaker = breaker(1, 1);
        for kind in [
            FailureKind::Auth,
            FailureKind::BadRequest,
            FailureKind::NotFound,
            FailureKind::Quota,
            FailureKind::RateLimit,
            FailureKind::InvalidResponse,
            FailureKind::Busy,
        ] {
            breaker.admit().unwrap().failed(kind, "not the provider's");
        }
        assert_eq!(breaker.state(), CircuitState::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn a_provider_is_left_alone_as_long_as_it_asks_but_not_for_ever() {
        let breaker = breaker(5, 1);
        breaker.pause(Duration::from_secs(20), "slow down");
        breaker.pause(Duration::from_secs(5), "slow down");
        assert_eq!(
            breaker.admit().unwrap_err(),
            Closed {
                wait: Duration::from_secs(20),
                reason: "slow down".into()
            }
        );
        tokio::time::advance(Duration::from_secs(20)).await;
        assert!(breaker.admit().is_ok());
        breaker.pause(Duration::from_secs(1_000_000), "slow down");
        assert_eq!(breaker.admit().unwrap_err().wait, LONGEST_PAUSE);
    }

    #[tokio::test(start_paused = true)]
    async fn late_news_from_before_it_opened_changes_nothing() {
        let breaker = breaker(1, 1);
        let early = breaker.admit().unwrap();
        fail(&breaker, 1);
        early.succeeded();
        assert_eq!(breaker.state(), CircuitState::Open);
    }
}
