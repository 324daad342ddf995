//! What types cannot say of limits: times, money and sizes that contradict each other.

use std::time::Duration;

use super::Rules;
use crate::config::redis;

/// Looking at a provider more often than this would be load, not care.
const SHORTEST_LOOK: Duration = Duration::from_secs(1);

impl Rules<'_> {
    pub(super) fn limits(&mut self) {
        self.times();
        self.rates();
        self.cache();
    }

    fn times(&mut self) {
        let ai = &self.config.ai;
        let server = &self.config.server;
        let are_given = self.is_given("ai.timeout") || self.is_given("server.timeout");
        if are_given && ai.timeout > server.timeout {
            self.advise(
                "server.timeout",
                "shorter than `ai.timeout`, so a question over HTTP ends before the answer's time is up",
            );
        }
        if self.is_given("ai.stall_timeout") && ai.stall_timeout > ai.timeout {
            self.advise(
                "ai.stall_timeout",
                "longer than `ai.timeout`, which ends the answer first",
            );
        }
        if ai.retry.initial_delay > ai.retry.max_delay {
            self.wrong(
                "ai.retry.initial_delay",
                "longer than `ai.retry.max_delay`, the longest wait",
                "make it shorter, or `max_delay` longer",
            );
        }
        let between = ai.health_check_interval;
        if !between.is_zero() && between < SHORTEST_LOOK {
            self.wrong(
                "ai.health_check_interval",
                "shorter than a second",
                "write 30s, or 0 for no look at all",
            );
        }
    }

    fn rates(&mut self) {
        let ai = &self.config.ai;
        let limit = &ai.rate_limit;
        if limit.enabled.is_none() && limit.requests_per_minute.is_none() && limit.burst_size.is_some() {
            self.advise(
                "ai.rate_limit.burst_size",
                "limits nothing without `requests_per_minute` or `enabled: true` beside it",
            );
        }
        if let (Some(day), Some(month)) = (ai.budget.day, ai.budget.month)
            && day > month
        {
            self.wrong(
                "ai.budget.day",
                "more for a day than for the month",
                "make it smaller, or `month` larger",
            );
        }
    }

    fn cache(&mut self) {
        let cache = &self.config.performance.cache;
        if let Err((message, suggestion)) = redis::check(&cache.redis.address) {
            self.wrong("performance.cache.redis.address", message, suggestion);
        }
        if cache.redis.username.is_some() && cache.redis.password.is_none() {
            self.advise(
                "performance.cache.redis.username",
                "a user without a `password` beside it cannot sign in",
            );
        }
        if !cache.enabled {
            return;
        }
        let policies = [
            ("sql_queries", cache.policies.sql_queries.max_size),
            ("schema_info", cache.policies.schema_info.max_size),
        ];
        if cache.size == 0 && policies.iter().all(|(_, size)| size.is_none()) {
            self.advise(
                "performance.cache.size",
                "nothing fits into 0 bytes; `enabled: false` says so more plainly",
            );
        }
        for (name, size) in policies {
            if size.is_some_and(|size| size.0 == 0) {
                let key = format!("performance.cache.policies.{name}.max_size");
                self.advise(&key, "nothing fits into 0 bytes, so nothing of this kind is kept");
            }
        }
    }
}
