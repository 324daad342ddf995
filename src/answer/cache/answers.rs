//! Answers that were given: looked up in memory, then in Redis; identical questions under way are asked once.
//!
//! With Redis, memory stands before it. While Redis is well, memory is trusted for [`TRUSTED`] and then asks whether
//! Redis still has the answer, so that a clearing by one plugin reaches all of them within that time. While Redis is away,
//! memory is trusted to the end of an answer's time. An answer that never got into Redis (it was full, or away) is
//! served from memory alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use profiling::contention;
use tokio::time::Instant;
use tokio::time::error::Elapsed;

use super::LocalAnswer;
use super::entry::CachedAnswer;
use super::flight::{Boarded, Flights, Ticket};
use super::key::CacheKey;
use super::memory::{Kept, Memory};
use super::redis::{Lookup, RedisStore};
use super::stats::Lookups;
use crate::answer::AskError;
use crate::telemetry::trace::{self, Kind, Span};
use crate::telemetry::{CacheName, CacheResult, Metrics};

/// How long an answer that is in Redis is served from memory before Redis is asked about it again.
const TRUSTED: Duration = Duration::from_secs(5);
/// Least time that must be left for asking again after somebody else's time was up.
const WORTH_ASKING: Duration = Duration::from_millis(500);
/// By how much the time of an answer is cut that is not sure enough.
const UNSURE_CUT: u32 = 10;

/// Where a reply came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It was kept in memory.
    Memory,
    /// It was kept in Redis.
    Redis,
    /// The provider was asked.
    Asked,
    /// The provider was being asked the same by another, and this is that answer.
    Shared,
}

impl Origin {
    /// Whether the answer had been given before.
    pub fn is_cached(self) -> bool {
        matches!(self, Origin::Memory | Origin::Redis)
    }
}

pub(super) type Arrival = Result<(Arc<CachedAnswer>, Origin), AskError>;

/// Everything about answers.
pub(super) struct Answers {
    pub(super) memory: Memory<LocalAnswer>,
    pub(super) redis: Option<Arc<RedisStore>>,
    pub(super) flights: Arc<Flights<Arrival>>,
    pub(super) lookups: Lookups,
    pub(super) ttl: Duration,
    min_confidence: f64,
    /// Clearings so far: an answer asked for before one is not kept after it.
    round: AtomicU64,
    metrics: Arc<Metrics>,
}

/// What memory says about a key.
enum Remembered {
    /// This is the answer.
    Sure(Arc<CachedAnswer>),
    /// This was the answer; Redis knows whether it still is.
    Unsure(Arc<CachedAnswer>),
    Nothing,
}

impl Answers {
    pub(super) fn new(
        memory: Memory<LocalAnswer>,
        redis: Option<Arc<RedisStore>>,
        ttl: Duration,
        min_confidence: f64,
        metrics: Arc<Metrics>,
    ) -> Answers {
        Answers {
            memory,
            redis,
            flights: Flights::new(after_panic),
            lookups: Lookups::default(),
            ttl,
            min_confidence,
            round: AtomicU64::new(0),
            metrics,
        }
    }

    pub(super) async fn get_or_ask<F>(
        self: &Arc<Self>,
        key: CacheKey,
        deadline: Instant,
        ask: impl FnOnce() -> F + Send + 'static,
    ) -> Arrival
    where
        F: Future<Output = Result<CachedAnswer, AskError>> + Send + 'static,
    {
        let mut span = Span::start("look into cache", Kind::Internal);
        if let Remembered::Sure(answer) = self.remembered(&key) {
            self.count(Origin::Memory);
            span.set("atest_ai.cache.result", "hit");
            return Ok((answer, Origin::Memory));
        }
        span.set("atest_ai.cache.result", "miss");
        drop(span);
        let mut ask = Some(ask);
        loop {
            let boarded = self.flights.board(key, deadline, || {
                let answers = Arc::clone(self);
                let ask = ask.take().expect("whoever is first does not come by here again");
                // Whoever waits may turn the work further: it stays in the trace of the first.
                trace::here().around(async move { answers.arrive(key, ask).await })
            });
            match boarded {
                Boarded::First(ticket) => return ticket.await,
                Boarded::Later(ticket, theirs) => match self.another(deadline, ticket).await {
                    Ok(Err(AskError::Timeout(_))) if theirs < deadline && is_worth_asking(deadline) => {}
                    Ok(outcome) => return outcome.map(|(answer, origin)| (answer, self.of_another(origin))),
                    Err(_) => return Err(out_of_time()),
                },
            }
        }
    }

    /// Waits for what another has asked.
    async fn another(&self, deadline: Instant, ticket: Ticket<Arrival>) -> Result<Arrival, Elapsed> {
        let _span = Span::start("wait for the same question of another", Kind::Waiting);
        tokio::time::timeout_at(
            deadline,
            contention::wait("wait for the same question of another", ticket),
        )
        .await
    }

    /// The way of whoever is first: memory once more, Redis, the provider.
    async fn arrive<F>(&self, key: CacheKey, ask: impl FnOnce() -> F) -> Arrival
    where
        F: Future<Output = Result<CachedAnswer, AskError>>,
    {
        let round = self.round.load(Ordering::Acquire);
        // Another may have got the answer between the caller's look and this place.
        let remembered = self.remembered(&key);
        if let Remembered::Sure(answer) = remembered {
            self.count(Origin::Memory);
            return Ok((answer, Origin::Memory));
        }
        if let Some(redis) = &self.redis {
            match (look_into_redis(redis, &key).await, remembered) {
                (Lookup::Found(answer, left), _) => {
                    self.count(Origin::Redis);
                    self.remember(key, &answer, left, true, round);
                    return Ok((answer, Origin::Redis));
                }
                (Lookup::Missing, Remembered::Unsure(_)) => self.memory.remove(&key),
                (Lookup::Away, Remembered::Unsure(answer)) => {
                    self.count(Origin::Memory);
                    return Ok((answer, Origin::Memory));
                }
                _ => {}
            }
        }
        self.count(Origin::Asked);
        let answer = Arc::new(ask().await?);
        if let Some(lifetime) = self.lifetime(&answer)
            && let Some(kept) = self.remember(key, &answer, lifetime, false, round)
            && let Some(redis) = &self.redis
        {
            redis.put(key, &kept);
        }
        Ok((answer, Origin::Asked))
    }

    fn remembered(&self, key: &CacheKey) -> Remembered {
        let Some(kept) = self.memory.get(key) else {
            return Remembered::Nothing;
        };
        let answer = Arc::clone(&kept.value.answer);
        let is_in_redis = kept.value.in_redis.load(Ordering::Acquire);
        let redis_knows = is_in_redis && self.redis.as_ref().is_some_and(|redis| redis.is_up());
        if redis_knows && kept.since.elapsed() >= TRUSTED {
            Remembered::Unsure(answer)
        } else {
            Remembered::Sure(answer)
        }
    }

    /// Puts an answer into memory, unless everything was cleared since it was asked for.
    fn remember(
        &self,
        key: CacheKey,
        answer: &Arc<CachedAnswer>,
        lifetime: Duration,
        in_redis: bool,
        round: u64,
    ) -> Option<Arc<Kept<LocalAnswer>>> {
        if self.round.load(Ordering::Acquire) != round {
            return None;
        }
        let value = LocalAnswer {
            answer: Arc::clone(answer),
            in_redis: AtomicBool::new(in_redis),
        };
        let heap = size_of::<CachedAnswer>() + answer.heap_bytes();
        let kept = Arc::new(Kept::new(value, heap, lifetime));
        self.memory.put(key, Arc::clone(&kept));
        Some(kept)
    }

    /// How long an answer may be kept, if at all.
    fn lifetime(&self, answer: &CachedAnswer) -> Option<Duration> {
        if answer.degraded || answer.instead_of.is_some() {
            None
        } else if answer.confidence.get() < self.min_confidence {
            Some(self.ttl / UNSURE_CUT)
        } else {
            Some(self.ttl)
        }
    }

    /// Takes everything out of memory; nothing asked for before this moment is kept after it.
    pub(super) fn clear(&self) -> u64 {
        self.round.fetch_add(1, Ordering::AcqRel);
        self.memory.clear()
    }

    fn of_another(&self, origin: Origin) -> Origin {
        let origin = match origin {
            Origin::Asked => Origin::Shared,
            found => found,
        };
        self.count(origin);
        origin
    }

    fn count(&self, origin: Origin) {
        let (counter, result) = match origin {
            Origin::Memory | Origin::Redis => (&self.lookups.hits, CacheResult::Hit),
            Origin::Shared => (&self.lookups.shared, CacheResult::Shared),
            Origin::Asked => (&self.lookups.misses, CacheResult::Miss),
        };
        counter.fetch_add(1, Ordering::Relaxed);
        self.metrics.cache_lookup(CacheName::Answers, result);
    }
}

async fn look_into_redis(redis: &RedisStore, key: &CacheKey) -> Lookup {
    let mut span = Span::start("GET", Kind::Client);
    span.set("db.system.name", "redis");
    span.set("db.operation.name", "GET");
    let found = span.around(redis.get(key)).await;
    match &found {
        Lookup::Found(..) => span.set("atest_ai.cache.result", "hit"),
        Lookup::Missing => span.set("atest_ai.cache.result", "miss"),
        Lookup::Away => span.fail("unavailable"),
    }
    found
}

fn is_worth_asking(deadline: Instant) -> bool {
    deadline.saturating_duration_since(Instant::now()) >= WORTH_ASKING
}

fn out_of_time() -> AskError {
    AskError::Timeout(
        "no answer in the time for this question, which waited for the same question of another; ask again, or allow \
         more time (ai.timeout, or timeout in the request)"
            .into(),
    )
}

fn after_panic() -> Arrival {
    Err(AskError::Internal(
        "a fault of the plugin ended this question; please report it with the log around this moment".into(),
    ))
}
