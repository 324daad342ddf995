//! Answers in Redis, where several plugins share them.
//!
//! Redis may make a question wait at most `timeout`, and only while it is believed to be well: after a few failures
//! nothing is asked of it until [`watch`] has found it well again. Writing goes on beside the questions ([`write`]).

mod address;
mod limits;
mod link;
mod watch;
mod write;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use profiling::tasks::spawn_on;
use tokio::task::AbortHandle;

use self::link::{Connections, Link};
use self::write::Writes;
use super::LocalAnswer;
use super::entry::{self, CachedAnswer};
use super::key::CacheKey;
use super::memory::Kept;
use super::stats::RedisStats;
use crate::config;
use crate::telemetry::Metrics;

/// Begins every key of ours; nothing else in Redis is touched. The digit changes with the meaning of keys.
const PREFIX: &str = "atest-ext-ai:v1:answer:";
/// Longest wait for one step of a clearing: somebody waits for its end, but no question does.
const CLEAR_STEP: Duration = Duration::from_secs(5);
/// Keys that Redis looks at in one step of a clearing.
const CLEAR_COUNT: usize = 500;

/// The way to one Redis.
pub(super) struct RedisStore {
    link: Arc<Link>,
    writes: Writes,
    tasks: Vec<AbortHandle>,
    told: limits::Told,
}

/// What Redis said about a key.
pub(super) enum Lookup {
    /// The answer, and how long it is still good.
    Found(Arc<CachedAnswer>, Duration),
    /// It has none.
    Missing,
    /// It said nothing, or nothing of use.
    Away,
}

impl RedisStore {
    /// Connects in the background. Without a runtime around it (in tests of other things), it stays away.
    pub(super) fn new(settings: &config::Redis, metrics: Arc<Metrics>) -> RedisStore {
        let opened = address::connection_info(settings);
        let place = match &opened {
            Ok((_, place)) => place.0.clone(),
            Err(_) => "?".into(),
        };
        let link = Arc::new(Link::new(place, settings, metrics));
        let (writes, queue) = Writes::new();
        let client = opened.and_then(|(info, _)| {
            redis::Client::open(info).map_err(|error| link.without_secrets(&error.to_string()))
        });
        let mut tasks = Vec::new();
        match (client, tokio::runtime::Handle::try_current()) {
            (Ok(client), Ok(runtime)) => {
                let watch = watch::watch(Arc::clone(&link), client, settings.clone());
                tasks.push(spawn_on(&runtime, "watch Redis", watch).abort_handle());
                let write = write::write(Arc::clone(&link), queue, writes.counts());
                tasks.push(spawn_on(&runtime, "write to Redis", write).abort_handle());
            }
            (Ok(_), Err(_)) => link.is_away("nothing runs in the background of this process"),
            (Err(reason), _) => link.is_away(&reason),
        }
        RedisStore {
            link,
            writes,
            tasks,
            told: limits::Told::default(),
        }
    }

    /// Whether questions may ask it.
    pub(super) fn is_up(&self) -> bool {
        self.link.is_up()
    }

    /// Asks for an answer; takes at most the configured timeout, and no time while Redis is away.
    pub(super) async fn get(&self, key: &CacheKey) -> Lookup {
        // A part of the value is asked for rather than the value, so that nothing unbounded comes back.
        let mut command = redis::cmd("GETRANGE");
        command.arg(redis_key(key)).arg(0).arg(entry::MAX_VALUE - 1);
        match self.link.ask::<Vec<u8>>(&command).await {
            Ok(bytes) if bytes.is_empty() => Lookup::Missing,
            Ok(bytes) => match entry::decode(key, &bytes, Timestamp::now()) {
                Some((answer, left)) => Lookup::Found(Arc::new(answer), left),
                None => Lookup::Missing,
            },
            Err(_) => Lookup::Away,
        }
    }

    /// Writes an answer in the background, unless Redis is away or too much waits already.
    pub(super) fn put(&self, key: CacheKey, kept: &Arc<Kept<LocalAnswer>>) {
        if self.link.is_up() {
            self.writes.add(key, Arc::clone(kept));
        }
    }

    /// Takes all answers out, and tells how many that were or why it could not.
    pub(super) async fn clear(&self) -> Result<u64, String> {
        self.writes.forget();
        let Some(connections) = self.link.connections() else {
            return Err(format!(
                "redis at {} is away ({}); its answers stay there until their time is over",
                self.link.place(),
                self.link.state().reason.unwrap_or_default()
            ));
        };
        self.clear_over(&connections).await.map_err(|reason| {
            format!(
                "redis at {} did not clear everything: {reason}",
                self.link.place()
            )
        })
    }

    async fn clear_over(&self, connections: &Connections) -> Result<u64, String> {
        let mut cleared = 0;
        let mut cursor = 0_u64;
        loop {
            let mut scan = redis::cmd("SCAN");
            scan.arg(cursor).arg("MATCH").arg(format!("{PREFIX}*"));
            scan.arg("COUNT").arg(CLEAR_COUNT);
            let (next, keys): (u64, Vec<Vec<u8>>) = self.step(connections, &scan).await?;
            if !keys.is_empty() {
                let mut unlink = redis::cmd("UNLINK");
                unlink.arg(keys);
                cleared += self.step::<u64>(connections, &unlink).await?;
            }
            if next == 0 {
                return Ok(cleared);
            }
            cursor = next;
        }
    }

    async fn step<T: redis::FromRedisValue>(
        &self,
        connections: &Connections,
        command: &redis::Cmd,
    ) -> Result<T, String> {
        let mut connection = connections.next();
        match tokio::time::timeout(CLEAR_STEP, command.query_async(&mut connection)).await {
            Ok(outcome) => outcome.map_err(|error| self.link.without_secrets(&error.to_string())),
            Err(_) => Err(format!("no reply within {} s", CLEAR_STEP.as_secs())),
        }
    }

    /// How it stands.
    pub(super) fn stats(&self) -> RedisStats {
        let state = self.link.state();
        let counts = self.writes.counts();
        RedisStats {
            address: self.link.place().to_owned(),
            up: state.up,
            since: state.since,
            reason: state.reason,
            written: counts.written(),
            dropped: counts.dropped(),
            refused: counts.refused(),
            last_refusal: counts.last_refusal(),
        }
    }
}

impl Drop for RedisStore {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// The name of an answer in Redis.
fn redis_key(key: &CacheKey) -> String {
    format!("{PREFIX}{key}")
}
