//! Limits that plugins on the same Redis count together.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use redis::Cmd;

use super::RedisStore;
use super::link::Trouble;
use crate::provider::{KnownSums, OwnSums, Pace, Together};
use crate::telemetry::trace::{Kind, Span};

/// Begins every key of limits. Braces keep those of one script together in a cluster.
const PREFIX: &str = "atest-ext-ai:v1:{limits}:";
/// How long sums are kept after their last change, seconds: longer than the day, and than the month.
const KEPT: [u32; 2] = [3 * 86_400, 40 * 86_400];

/// Each folder has a field with its sum, which only grows; the sum of all fields was spent. KEYS: day, month. ARGV: field,
/// sums, times. Replies with the own sum and that of the others, for each.
const SPENT: &str = "\
local reply = {}
for i, key in ipairs(KEYS) do
  local own = tonumber(redis.call('HGET', key, ARGV[1]) or '0')
  if tonumber(ARGV[1 + i]) > own then
    redis.call('HSET', key, ARGV[1], ARGV[1 + i])
    redis.call('EXPIRE', key, ARGV[3 + i])
    own = tonumber(ARGV[1 + i])
  end
  local all = redis.call('HGETALL', key)
  local others = 0
  for field = 1, #all, 2 do
    if all[field] ~= ARGV[1] then others = others + tonumber(all[field + 1]) end
  end
  reply[#reply + 1] = string.format('%.17g', own)
  reply[#reply + 1] = string.format('%.17g', others)
end
return reply";

/// The moment at which the line is empty moves on by one place for each question, at most `burst` places ahead of now.
/// KEYS: that moment. ARGV: microseconds of a place, burst. Replies with the microseconds to wait, 0 for a place.
const PLACE: &str = "\
if redis.replicate_commands then redis.replicate_commands() end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local every = tonumber(ARGV[1])
local empty = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local wait = empty + every - now - every * tonumber(ARGV[2])
if wait > 0 then return math.ceil(wait) end
empty = empty + every
redis.call('SET', KEYS[1], string.format('%.0f', empty), 'PX', math.ceil((empty - now) / 1000) + 1)
return 0";

/// Whether the log has been told that limits are counted alone.
#[derive(Default)]
pub(super) struct Told(AtomicBool);

impl RedisStore {
    async fn run<T: redis::FromRedisValue>(&self, command: Cmd) -> Option<T> {
        let mut span = Span::start("EVAL", Kind::Client);
        span.set("db.system.name", "redis");
        span.set("db.operation.name", "EVAL");
        let outcome = span.around(self.link.run::<T>(&command)).await;
        let reason = match outcome {
            Ok(value) => {
                if self.told.0.swap(false, Ordering::Relaxed) {
                    tracing::info!(
                        address = self.link.place(),
                        "redis counts ai.budget and ai.rate_limit again, for all plugins on it together"
                    );
                }
                return Some(value);
            }
            Err(Trouble::Refused(reason)) => reason,
            Err(Trouble::NoReply) => self.link.state().reason.unwrap_or_else(|| "no reply".to_owned()),
        };
        span.fail("unavailable");
        if !self.told.0.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                address = self.link.place(),
                reason,
                "redis does not count ai.budget and ai.rate_limit now: each plugin counts alone until it does"
            );
        }
        None
    }
}

impl std::fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisStore")
            .field("place", &self.link.place())
            .finish_non_exhaustive()
    }
}

impl Together for RedisStore {
    fn spent(&self, own: OwnSums) -> BoxFuture<'_, Option<KnownSums>> {
        async move {
            let mut command = redis::cmd("EVAL");
            command.arg(SPENT).arg(2);
            command.arg(format!("{PREFIX}spent:day:{}", own.day));
            command.arg(format!("{PREFIX}spent:month:{}", own.month));
            command.arg(format!("{:016x}", own.id));
            command
                .arg(own.day_usd.to_string())
                .arg(own.month_usd.to_string());
            command.arg(&KEPT);
            let sums: Vec<String> = self.run(command).await?;
            let usd = |at: usize| sums.get(at)?.parse::<f64>().ok().filter(|usd| usd.is_finite());
            Some(KnownSums {
                own_day_usd: usd(0)?,
                others_day_usd: usd(1)?,
                own_month_usd: usd(2)?,
                others_month_usd: usd(3)?,
            })
        }
        .boxed()
    }

    fn take_place(&self, pace: Pace) -> BoxFuture<'_, Option<Result<(), Duration>>> {
        async move {
            let every = u64::try_from(pace.every.as_micros()).unwrap_or(u64::MAX).max(1);
            let mut command = redis::cmd("EVAL");
            command.arg(PLACE).arg(1).arg(format!("{PREFIX}rate"));
            command.arg(every).arg(pace.burst);
            let wait: u64 = self.run(command).await?;
            Some(match wait {
                0 => Ok(()),
                wait => Err(Duration::from_micros(wait)),
            })
        }
        .boxed()
    }
}
