//! The connections to Redis and whether they are of use: a small breaker that opens after a few failures.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use jiff::Timestamp;
use profiling::contention::Mutex;
use redis::aio::ConnectionManager;
use redis::{Cmd, ErrorKind, FromRedisValue, RedisError};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Notify;

use crate::config;
use crate::telemetry::{CacheBackend, Metrics};

/// Failures in a row after which nothing is asked any more.
const FAILURES: u32 = 3;

/// Connections that are used in turn. Each carries many commands at once, and connects again by itself.
pub(super) struct Connections {
    each: Vec<ConnectionManager>,
    turn: AtomicUsize,
}

impl Connections {
    /// At least one.
    pub(super) fn new(each: Vec<ConnectionManager>) -> Connections {
        debug_assert!(!each.is_empty(), "no connection to take turns with");
        Connections {
            each,
            turn: AtomicUsize::new(0),
        }
    }

    pub(super) fn next(&self) -> ConnectionManager {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.each[turn % self.each.len()].clone()
    }
}

/// The way to Redis and its state.
pub(super) struct Link {
    /// Where it is, without user and password.
    place: String,
    /// Never shown: an old Redis repeats it in an error.
    password: Option<SecretString>,
    /// Longest wait for one reply.
    timeout: Duration,
    /// None while it is away.
    connections: ArcSwapOption<Connections>,
    /// In a row.
    failures: AtomicU32,
    state: Mutex<State>,
    /// Wakes the watch when Redis was found away.
    pub(super) lost: Notify,
    metrics: Arc<Metrics>,
}

/// Whether Redis is of use, since when, and why not.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub up: bool,
    pub since: Timestamp,
    pub reason: Option<String>,
    /// The log has been told of this outage.
    is_told: bool,
}

/// A command that got no reply of use.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Redis is well and refuses the command; its words.
    Refused(String),
    /// No reply.
    NoReply,
}

impl Link {
    pub(super) fn new(place: String, settings: &config::Redis, metrics: Arc<Metrics>) -> Link {
        metrics.cache_backend_up(CacheBackend::Redis, false);
        Link {
            place,
            password: settings.password.clone(),
            timeout: settings.timeout,
            connections: ArcSwapOption::empty(),
            failures: AtomicU32::new(0),
            state: Mutex::new(State {
                up: false,
                since: Timestamp::now(),
                reason: Some("connecting".into()),
                is_told: false,
            }),
            lost: Notify::new(),
            metrics,
        }
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    pub(super) fn is_up(&self) -> bool {
        self.connections.load().is_some()
    }

    pub(super) fn connections(&self) -> Option<Arc<Connections>> {
        self.connections.load_full()
    }

    pub(super) fn state(&self) -> State {
        self.lock().clone()
    }

    /// Asks for something that a healthy Redis gives; whatever else it says counts as a failure.
    pub(super) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Trouble> {
        self.send(command, |_| false).await
    }

    /// Tells Redis to do something that a healthy one may refuse.
    pub(super) async fn tell(&self, command: &Cmd) -> Result<(), Trouble> {
        self.run::<redis::Value>(command).await.map(drop)
    }

    /// Has Redis do something that a healthy one may refuse: it is full, a replica, or may not be written to.
    pub(super) async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Trouble> {
        let is_refusal = |error: &RedisError| {
            let is_loading = error.code() == Some("LOADING") || error.code() == Some("BUSYLOADING");
            matches!(error.kind(), ErrorKind::Server(_) | ErrorKind::Extension) && !is_loading
        };
        self.send(command, is_refusal).await
    }

    async fn send<T: FromRedisValue>(
        &self,
        command: &Cmd,
        is_refusal: impl Fn(&RedisError) -> bool,
    ) -> Result<T, Trouble> {
        let Some(connections) = self.connections() else {
            return Err(Trouble::NoReply);
        };
        let sent = self.sent(&connections, command);
        let error = match tokio::time::timeout(self.timeout, sent).await {
            Ok(Ok(value)) => {
                self.failures.store(0, Ordering::Relaxed);
                return Ok(value);
            }
            Ok(Err(error)) => error,
            Err(_) => {
                self.failed(
                    &connections,
                    &format!("no reply within {:?}", self.timeout),
                    false,
                );
                return Err(Trouble::NoReply);
            }
        };
        let words = self.without_secrets(&error.to_string());
        // A key of ours that holds no string: somebody's mistake, and no illness.
        if error.code() == Some("WRONGTYPE") || is_refusal(&error) {
            self.failures.store(0, Ordering::Relaxed);
            return Err(Trouble::Refused(words));
        }
        let is_certain = error.is_connection_dropped()
            || error.is_connection_refusal()
            || error.kind() == ErrorKind::AuthenticationFailed
            || matches!(error.code(), Some("NOAUTH" | "WRONGPASS"));
        self.failed(&connections, &words, is_certain);
        Err(Trouble::NoReply)
    }

    /// Once more when the connection was found closed: Redis closes those that were idle for long, and each connection
    /// finds out by its next command.
    async fn sent<T: FromRedisValue>(
        &self,
        connections: &Connections,
        command: &Cmd,
    ) -> Result<T, RedisError> {
        let mut connection = connections.next();
        match command.query_async(&mut connection).await {
            Err(error) if error.is_connection_dropped() => command.query_async(&mut connection).await,
            outcome => outcome,
        }
    }

    /// Counts a failure over those connections; at the third in a row, or at a certain one, they are given up.
    fn failed(&self, over: &Arc<Connections>, reason: &str, is_certain: bool) {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        let is_current = (self.connections.load().as_ref()).is_some_and(|now| Arc::ptr_eq(now, over));
        // What was asked before an outage says nothing about the time after it.
        if is_current && (is_certain || failures >= FAILURES) {
            self.is_away(reason);
            self.lost.notify_one();
        }
    }

    /// Nothing is asked any more. The log hears of an outage once.
    pub(super) fn is_away(&self, reason: &str) {
        self.connections.store(None);
        self.metrics.cache_backend_up(CacheBackend::Redis, false);
        let mut state = self.lock();
        if state.up {
            state.up = false;
            state.since = Timestamp::now();
        }
        state.reason = Some(reason.to_owned());
        if !state.is_told {
            state.is_told = true;
            tracing::warn!(
                address = self.place,
                reason,
                "redis is away: answers are kept in memory alone until it is back"
            );
        }
    }

    /// Everything goes over those connections from now on.
    pub(super) fn is_back(&self, connections: Connections) {
        self.failures.store(0, Ordering::Relaxed);
        self.connections.store(Some(Arc::new(connections)));
        self.metrics.cache_backend_up(CacheBackend::Redis, true);
        *self.lock() = State {
            up: true,
            since: Timestamp::now(),
            reason: None,
            is_told: false,
        };
        tracing::info!(address = self.place, "redis keeps answers");
    }

    /// The text without the password.
    pub(super) fn without_secrets(&self, text: &str) -> String {
        match self.password.as_ref().map(SecretString::expose_secret) {
            Some(password) if !password.is_empty() => text.replace(password, "***"),
            _ => text.to_owned(),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_redis_says_is_told_without_the_password() {
        let with = |password: Option<&str>| {
            let settings = config::Redis {
                password: password.map(SecretString::from),
                ..config::Redis::default()
            };
            let link = Link::new("h:1".into(), &settings, Arc::default());
            link.without_secrets("ERR unknown command 'AUTH', with args beginning with: 'hunter2'")
        };
        assert!(with(Some("hunter2")).ends_with("beginning with: '***'"));
        for none in [None, Some("")] {
            assert!(
                with(none).ends_with("'hunter2'"),
                "nothing to hide, nothing changed"
            );
        }
    }
}
