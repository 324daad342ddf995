//! Answers in a real Redis: shared between plugins, and never in the way when it is ill.

// Each test crate uses another part of it.
#[allow(dead_code, unreachable_pub)]
#[path = "../../../../tests/support"]
mod support {
    pub mod peer;
    pub mod redis;
}

mod illness;
mod sharing;

use self::support::redis::Redis;
use super::*;
use crate::answer::cache::stats::RedisStats;
use crate::config::CacheKind;

/// Longest wait of a test for something that happens in the background.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long Redis may take for a reply in these tests.
const TIMEOUT: Duration = Duration::from_millis(300);
/// What a question may take beside waiting for Redis, on a machine with other things to do.
const SLACK: Duration = Duration::from_millis(700);

fn settings_for(redis: &Redis) -> config::Cache {
    let mut settings = settings();
    settings.kind = CacheKind::Redis;
    settings.redis.address = redis.address.to_string();
    settings.redis.pool_size = 3;
    settings.redis.retry_delay = Duration::from_millis(50);
    settings.redis.timeout = TIMEOUT;
    settings
}

fn stats(cache: &AnswerCache) -> RedisStats {
    cache.stats().redis.expect("redis is configured")
}

/// Waits until the statistics are as expected.
async fn until(cache: &AnswerCache, expected: impl Fn(&RedisStats) -> bool) -> RedisStats {
    let started = std::time::Instant::now();
    loop {
        let now = stats(cache);
        if expected(&now) {
            return now;
        }
        assert!(started.elapsed() < PATIENCE, "it never was as expected: {now:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A cache that has found its Redis.
async fn connected(settings: &config::Cache) -> AnswerCache {
    let cache = cache(settings);
    until(&cache, |redis| redis.up).await;
    cache
}

/// The name that a question's answer has in Redis.
fn name_of(question: &str) -> String {
    format!("atest-ext-ai:v1:answer:{}", key(question))
}
