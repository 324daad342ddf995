//! Three plugins on one Redis: one budget and one rate for all, and what becomes of both when Redis is lost and back.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::fake_provider::{FakeProvider, Received, openai_sse};
use crate::support::http::get;
use crate::support::plugin::{PATIENCE, Plugin};
use crate::support::redis::Redis;
use crate::{GOOD, ask, metric};

/// 100 tokens in, 64 of them cached, 20 out, at the prices below.
const COST: f64 = 0.000_268;
const PRICES: &str = "  prices: {it/m: {input: 1, output: 10, cached_input: 0.5}}\n";
const DAY: &str = r#"atest_ai_spent_usd{period="day"}"#;
const MONTH: &str = r#"atest_ai_spent_usd{period="month"}"#;
const ALONE: &str = "each plugin counts alone until it does";
const TOGETHER: &str = "for all plugins on it together";

struct Fleet {
    provider: FakeProvider,
    plugins: Vec<Plugin>,
    asked: u32,
}

impl Fleet {
    async fn start(redis: &Redis, limits: &str) -> Fleet {
        let provider = FakeProvider::start(|_: &Received| openai_sse(GOOD)).await;
        let config = format!(
            "performance:\n  cache:\n    type: redis\n    redis: {{address: '{}', retry_delay: 100ms}}\n\
             ai:\n  health_check_interval: 0s\n  default_service: it\n{PRICES}{limits}  services:\n    it: {{provider: custom, endpoint: '{}', model: m}}\n",
            redis.address,
            provider.url()
        );
        let plugins: Vec<Plugin> = (0..3).map(|_| Plugin::start(&config)).collect();
        let fleet = Fleet {
            provider,
            plugins,
            asked: 0,
        };
        fleet.wait(true);
        fleet
    }

    /// Waits until all use Redis, or none does.
    fn wait(&self, up: bool) {
        for plugin in &self.plugins {
            until(plugin, || {
                get(plugin.http, "/admin/cache").json()["redis"]["up"] == up
            });
        }
    }

    /// A question that nobody has asked before; the kind of its error, or nothing.
    fn ask(&mut self, index: usize) -> Option<String> {
        self.asked += 1;
        let reply = ask(
            &self.plugins[index],
            &json!({"existing_sql": format!("SELECT {}", self.asked)}),
        );
        let kind = reply.pair("error_kind");
        let succeeded = reply.pair("success").as_deref() == Some("true");
        assert_eq!(succeeded, kind.is_none(), "{}", reply.text());
        kind
    }

    /// Waits until each knows that so many answers were paid for.
    fn wait_for_answers(&self, answers: u32) {
        for plugin in &self.plugins {
            for series in [DAY, MONTH] {
                let right = f64::from(answers) * COST;
                until(plugin, || {
                    metric(plugin, series).is_some_and(|usd| (usd - right).abs() < COST / 1000.0)
                });
            }
        }
    }
}

fn until(plugin: &Plugin, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(
            started.elapsed() < PATIENCE,
            "{}\n{}",
            plugin.log(),
            get(plugin.http, "/metrics").text()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn plugins_on_one_redis_spend_one_budget() {
    let Some(mut redis) = Redis::start(&[]) else {
        return;
    };
    let mut fleet = Fleet::start(&redis, "  budget: {day: 0.002, action: refuse}\n").await;
    for index in [0, 1, 2] {
        assert_eq!(fleet.ask(index), None);
    }
    fleet.wait_for_answers(3);

    // What the others had spent stays known; each goes on until that and its own make the budget.
    redis.kill();
    for _ in 0..5 {
        assert_eq!(fleet.ask(0), None);
    }
    assert_eq!(fleet.ask(0).as_deref(), Some("budget"));
    assert_eq!(fleet.ask(1), None);
    assert!(
        fleet.plugins[0].log().contains(ALONE),
        "{}",
        fleet.plugins[0].log()
    );

    // It comes back empty, and each tells it what it has spent.
    redis.start_again();
    fleet.wait(true);
    fleet.wait_for_answers(9);
    for index in [0, 1, 2] {
        assert_eq!(fleet.ask(index).as_deref(), Some("budget"));
    }
    assert!(
        fleet.plugins[0].log().contains(TOGETHER),
        "{}",
        fleet.plugins[0].log()
    );
    assert_eq!(fleet.provider.requests(), 9);

    // One that is replaced goes on with what its folder holds.
    fleet.plugins[2].restart();
    fleet.wait(true);
    fleet.wait_for_answers(9);
    assert_eq!(fleet.ask(2).as_deref(), Some("budget"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_is_looked_up_before_each_question() {
    let Some(redis) = Redis::start(&[]) else { return };
    let mut fleet = Fleet::start(&redis, "  budget: {month: 0.001, action: refuse}\n").await;
    // At once one after the other: nobody waits for anything to be heard.
    let kinds: Vec<Option<String>> = (0..9).map(|number| fleet.ask(number % 3)).collect();
    assert!(kinds[..4].iter().all(Option::is_none), "{kinds:?}");
    assert!(
        kinds[4..].iter().all(|kind| kind.as_deref() == Some("budget")),
        "{kinds:?}"
    );
    assert_eq!(fleet.provider.requests(), 4);
    let names = redis.cli(&["keys", "atest-ext-ai:v1:{limits}:spent:*"]);
    assert_eq!(names.lines().count(), 2, "{names}");
    for name in names.lines() {
        assert!(
            redis.cli(&["ttl", name]).parse::<i64>().unwrap() > 86_400,
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_sharing_each_has_a_budget_of_its_own() {
    let Some(redis) = Redis::start(&[]) else { return };
    let limits = "  shared_limits: false\n  budget: {day: 0.0002, action: refuse}\n";
    let mut fleet = Fleet::start(&redis, limits).await;
    for index in [0, 1, 2] {
        assert_eq!(fleet.ask(index), None);
        assert_eq!(fleet.ask(index).as_deref(), Some("budget"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn plugins_on_one_redis_keep_one_rate() {
    let Some(mut redis) = Redis::start(&[]) else {
        return;
    };
    let limits = "  rate_limit: {requests_per_minute: 1, burst_size: 4}\n";
    let mut fleet = Fleet::start(&redis, limits).await;
    let kinds: Vec<Option<String>> = (0..9).map(|number| fleet.ask(number % 3)).collect();
    assert!(kinds[..4].iter().all(Option::is_none), "{kinds:?}");
    assert!(
        kinds[4..]
            .iter()
            .all(|kind| kind.as_deref() == Some("rate_limited")),
        "{kinds:?}"
    );
    assert_eq!(fleet.provider.requests(), 4);

    // Alone, each goes on with its own line, in which the questions that it has taken stand already.
    redis.kill();
    for (index, left) in [(0, 2), (1, 3)] {
        for _ in 0..left {
            assert_eq!(fleet.ask(index), None);
        }
        assert_eq!(fleet.ask(index).as_deref(), Some("rate_limited"));
    }
    redis.start_again();
    fleet.wait(true);
    assert_eq!(fleet.ask(0), None, "the line in an empty Redis is empty");
}

/// A Redis that keeps answers and may not run scripts: everybody counts alone, and is told why.
#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_runs_no_scripts_leaves_limits_to_each() {
    let Some(redis) = Redis::start(&["--rename-command", "EVAL", ""]) else {
        return;
    };
    let mut fleet = Fleet::start(&redis, "  budget: {day: 0.0002, action: refuse}\n").await;
    for index in [0, 1, 2] {
        assert_eq!(fleet.ask(index), None);
        assert_eq!(fleet.ask(index).as_deref(), Some("budget"));
        // Log lines are written behind the answers.
        fleet.plugins[index].wait_for_log(ALONE, 1);
        let log = fleet.plugins[index].log();
        assert_eq!(log.matches(ALONE).count(), 1, "{log}");
    }
    fleet.wait(true);
}
