//! What was answered and read before: answers in memory or Redis, schemas in memory, identical work under way done once.
//!
//! Nothing here can make a question fail: what Redis does wrong costs time, bounded by its timeout, and never an answer.
//! Errors and refusals are not kept, degraded answers neither, unsure ones for a tenth of the time.

mod answers;
mod entry;
mod flight;
mod key;
mod memory;
mod redis;
mod schemas;
mod stats;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use self::answers::Answers;
use self::memory::Memory;
use self::redis::RedisStore;
use self::schemas::Schemas;
use crate::answer::AskError;
use crate::config::{self, CacheKind, CachePolicy};
use crate::database::{KnownSchema, SchemaError};
use crate::provider::Together;
use crate::telemetry::{CacheBackend, CacheName, Metrics};

pub use answers::Origin;
pub use entry::CachedAnswer;
pub use key::{CacheKey, KeyBuilder};
pub use stats::{CacheStats, Cleared};

/// The caches of the plugin. It outlives config changes that do not touch it: see [`AnswerCache::is_made_from`].
pub struct AnswerCache {
    settings: config::Cache,
    answers: Arc<Answers>,
    schemas: Arc<Schemas>,
    upkeep: Option<AbortHandle>,
}

/// An answer in memory.
struct LocalAnswer {
    answer: Arc<CachedAnswer>,
    /// Redis has it too.
    in_redis: AtomicBool,
}

impl AnswerCache {
    /// Caches as the settings say. It is at once of use: Redis is connected to in the background. Belongs inside the
    /// tokio runtime; outside one there is no clean-up between uses, and Redis stays away.
    pub fn new(settings: &config::Cache, metrics: Arc<Metrics>) -> AnswerCache {
        let (answer_bytes, answer_ttl) = limits(settings, &settings.policies.sql_queries, 4);
        let (schema_bytes, schema_ttl) = limits(settings, &settings.policies.schema_info, 1);
        let wants_redis = settings.enabled && settings.kind == CacheKind::Redis;
        let redis = wants_redis.then(|| Arc::new(RedisStore::new(&settings.redis, Arc::clone(&metrics))));
        metrics.cache_backend_up(CacheBackend::Memory, settings.enabled);
        let answers = Arc::new(Answers::new(
            Memory::new(CacheName::Answers, answer_bytes, Arc::clone(&metrics)),
            redis,
            answer_ttl,
            settings.min_confidence,
            Arc::clone(&metrics),
        ));
        let schemas = Arc::new(Schemas::new(schema_bytes, schema_ttl, metrics));
        let upkeep = tokio::runtime::Handle::try_current().ok().map(|runtime| {
            let work = tidy_forever(
                Arc::clone(&answers),
                Arc::clone(&schemas),
                settings.cleanup_interval,
            );
            profiling::tasks::spawn_on(&runtime, "tidy the caches", work).abort_handle()
        });
        AnswerCache {
            settings: settings.clone(),
            answers,
            schemas,
            upkeep,
        }
    }

    /// Whether these settings would make the same caches, so that they can be kept over a config change.
    pub fn is_made_from(&self, settings: &config::Cache) -> bool {
        same(&self.settings, settings)
    }

    /// Where limits are counted together with the other plugins, when answers are kept in Redis.
    pub fn together(&self) -> Option<Arc<dyn Together>> {
        let redis = self.answers.redis.as_ref()?;
        Some(Arc::clone(redis) as Arc<dyn Together>)
    }

    /// The answer of that key: kept, or being got for another, or got by `ask`.
    ///
    /// Whatever decides the answer must be in the key. `ask` has to keep to `deadline` by itself. It lives as long as one
    /// of those who wait for it: a caller who goes away does not take the answer from the others, and when all are gone
    /// the call is dropped. Whoever finds the time of another up before the own one asks again.
    ///
    /// # Errors
    /// Those of `ask`, shared with all who waited for it; [`AskError::Timeout`] when `deadline` passes while waiting
    /// for another's call. None is kept.
    pub async fn get_or_ask<F>(
        &self,
        key: &CacheKey,
        deadline: Instant,
        ask: impl FnOnce() -> F + Send + 'static,
    ) -> Result<(Arc<CachedAnswer>, Origin), AskError>
    where
        F: Future<Output = Result<CachedAnswer, AskError>> + Send + 'static,
    {
        if !self.settings.enabled {
            return Ok((Arc::new(ask().await?), Origin::Asked));
        }
        self.answers.get_or_ask(*key, deadline, ask).await
    }

    /// The schema of that key: kept, or being read for another, or read by `read`. The key has to change whenever the
    /// schema may have: for a database its stamp belongs into it, for statements their text.
    ///
    /// # Errors
    /// Those of `read`, shared with all who waited for it. None is kept.
    pub async fn schema<F>(
        &self,
        key: &CacheKey,
        read: impl FnOnce() -> F + Send + 'static,
    ) -> Result<Arc<KnownSchema>, SchemaError>
    where
        F: Future<Output = Result<KnownSchema, SchemaError>> + Send + 'static,
    {
        if !self.settings.enabled {
            return Ok(Arc::new(read().await?));
        }
        self.schemas.get_or_read(*key, read).await
    }

    /// How the caches stand.
    pub fn stats(&self) -> CacheStats {
        self.tidy();
        let (answers, schemas) = (&self.answers, &self.schemas);
        CacheStats {
            enabled: self.settings.enabled,
            backend: match self.settings.kind {
                CacheKind::Memory => "memory",
                CacheKind::Redis => "redis",
            },
            answers: answers.lookups.stats(&answers.memory, answers.ttl),
            schemas: schemas.lookups.stats(&schemas.memory, schemas.ttl),
            redis: answers.redis.as_ref().map(|redis| redis.stats()),
        }
    }

    /// Takes everything out, here and in Redis. Other plugins on the same Redis serve what they have in memory for a few
    /// seconds more.
    pub async fn clear(&self) -> Cleared {
        let answers = self.answers.clear();
        let schemas = self.schemas.memory.clear();
        let outcome = match &self.answers.redis {
            Some(redis) => Some(redis.clear().await),
            None => None,
        };
        let (redis, problem) = match outcome {
            None => (None, None),
            Some(Ok(count)) => (Some(count), None),
            Some(Err(reason)) => (None, Some(reason)),
        };
        Cleared {
            answers,
            schemas,
            redis,
            problem,
        }
    }

    /// Takes out what is past its time.
    fn tidy(&self) {
        self.answers.memory.tidy();
        self.schemas.memory.tidy();
    }
}

impl Drop for AnswerCache {
    fn drop(&mut self) {
        if let Some(upkeep) = &self.upkeep {
            upkeep.abort();
        }
    }
}

impl fmt::Debug for AnswerCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerCache").finish_non_exhaustive()
    }
}

async fn tidy_forever(answers: Arc<Answers>, schemas: Arc<Schemas>, interval: Duration) {
    loop {
        tokio::time::sleep(interval).await;
        answers.memory.tidy();
        schemas.memory.tidy();
    }
}

/// Most bytes and longest life of one kind of entry; without a size of its own it has that many fifths of the whole.
fn limits(settings: &config::Cache, policy: &CachePolicy, fifths: u64) -> (u64, Duration) {
    let share = settings.size as u64 / 5 * fifths;
    let bytes = policy.max_size.as_ref().map_or(share, |size| size.0);
    (bytes, policy.ttl.unwrap_or(settings.ttl))
}

/// Taken apart, so that a new setting cannot be forgotten here.
fn same(one: &config::Cache, other: &config::Cache) -> bool {
    let config::Cache {
        enabled,
        kind,
        size,
        ttl,
        cleanup_interval,
        min_confidence,
        redis,
        policies,
    } = one;
    let policy = |policy: &CachePolicy| {
        let CachePolicy { ttl, max_size } = policy;
        (*ttl, *max_size)
    };
    *enabled == other.enabled
        && *kind == other.kind
        && *size == other.size
        && *ttl == other.ttl
        && *cleanup_interval == other.cleanup_interval
        && *min_confidence == other.min_confidence
        && policy(&policies.sql_queries) == policy(&other.policies.sql_queries)
        && policy(&policies.schema_info) == policy(&other.policies.schema_info)
        && (*kind == CacheKind::Memory || same_redis(redis, &other.redis))
}

fn same_redis(one: &config::Redis, other: &config::Redis) -> bool {
    let config::Redis {
        address,
        username,
        password,
        database,
        pool_size,
        max_retries,
        retry_delay,
        timeout,
    } = one;
    let bare = |secret: &Option<SecretString>| secret.as_ref().map(|text| text.expose_secret().to_owned());
    *address == other.address
        && *username == other.username
        && bare(password) == bare(&other.password)
        && *database == other.database
        && *pool_size == other.pool_size
        && *max_retries == other.max_retries
        && *retry_delay == other.retry_delay
        && *timeout == other.timeout
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
