//! Ten thousand questions while providers fail, stall, die and return: each is answered or clearly refused in its
//! time, none is asked more often than its budget, and nothing grows.
#![allow(clippy::disallowed_methods, reason = "tests need no names for their tasks")]

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::fake_provider::{End, FakeProvider, Received, Script, openai_sse};
use crate::support::plugin::Plugin;
use crate::{GOOD, metric};

const QUESTIONS: usize = 10_000;
/// Questions under way at once.
const LANES: usize = 32;
/// Calls that one question may cost.
const BUDGET: usize = 3;
/// Time that one question has.
const DEADLINE: Duration = Duration::from_secs(3);
/// What a loaded machine may add to it between the plugin and this test.
const SLACK: Duration = Duration::from_secs(5);

/// Calls by question.
type Calls = Arc<Mutex<HashMap<usize, usize>>>;

/// Fails three of ten calls, each in another way, stalls one of twenty, and is dead for a tenth of the time.
async fn unreliable(calls: &Calls) -> FakeProvider {
    let calls = Arc::clone(calls);
    let born = Instant::now();
    FakeProvider::start(move |request: &Received| {
        if request.method == "GET" {
            return Script::json(200, r#"{"data":[{"id":"m"}]}"#);
        }
        if let Some(question) = question_of(&request.body) {
            *calls.lock().unwrap().entry(question).or_default() += 1;
        }
        if born.elapsed().as_millis() % 2_000 < 200 {
            return Script::raw("");
        }
        // Spread over the hundred so that neighbours differ.
        match request.number * 37 % 100 {
            0..6 => Script::json(500, "{}"),
            6..12 => Script::json(503, "{}").header("retry-after", "0"),
            12..18 => openai_sse(GOOD).end(End::Reset),
            18..24 => Script::events().piece("data: {\"choices\":[").end(End::Cut),
            24..30 => Script::json(
                429,
                r#"{"error":{"message":"slow down","code":"rate_limit_exceeded"}}"#,
            ),
            30..33 => Script::silent(),
            33..35 => Script::events().piece(": keep-alive\n\n").end(End::Hang),
            _ => openai_sse(GOOD),
        }
    })
    .await
}

/// The number in the SQL that went along with the question.
fn question_of(body: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(body).ok()?;
    let (_, number) = text.split_once("SELECT 77")?;
    let end = number.find(|c: char| !c.is_ascii_digit())?;
    number[..end].parse().ok()
}

fn config(first: &FakeProvider, second: &FakeProvider) -> String {
    format!(
        "logging:\n  level: error\nai:\n  default_service: first\n  fallback_order: [second]\n  timeout: {}ms\n  stall_timeout: 150ms\n  \
         max_concurrent_requests: {LANES}\n  health_check_interval: 1s\n  \
         retry:\n    max_attempts: {BUDGET}\n    initial_delay: 5ms\n    max_delay: 50ms\n  \
         circuit_breaker:\n    failure_threshold: 8\n    reset_timeout: 100ms\n  \
         services:\n    first:\n      provider: custom\n      endpoint: {}\n      model: m\n      timeout: 400ms\n    \
         second:\n      provider: custom\n      endpoint: {}\n      model: m\n      timeout: 400ms\n\
         performance:\n  cache:\n    size: 500kB\n  connection_pools:\n    ai_providers:\n      idle_timeout: 1s\n",
        DEADLINE.as_millis(),
        first.url(),
        second.url()
    )
}

/// What the plugin holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    files: f64,
    memory: f64,
    tasks: f64,
}

fn held(plugin: &Plugin) -> Held {
    Held {
        files: metric(plugin, "process_open_fds").unwrap(),
        memory: metric(plugin, "process_resident_memory_bytes").unwrap(),
        tasks: metric(plugin, "atest_ai_tokio_live_tasks").unwrap(),
    }
}

/// How questions ended.
#[derive(Debug, Default)]
struct Ends {
    by_model: AtomicUsize,
    degraded: AtomicUsize,
    refused: AtomicUsize,
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_overspent_or_left_behind() {
    let calls = Calls::default();
    let (first, second) = (unreliable(&calls).await, unreliable(&calls).await);
    let plugin = Plugin::start(&config(&first, &second));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://{}/api/v1/data/query", plugin.http);
    let ends = Arc::new(Ends::default());

    // The first part fills pools, buffers and the cache.
    run(&client, &url, 0..QUESTIONS / 5, &ends).await;
    settle(&plugin, &first, &second).await;
    let before = held(&plugin);
    run(&client, &url, QUESTIONS / 5..QUESTIONS, &ends).await;
    settle(&plugin, &first, &second).await;
    let after = held(&plugin);

    let calls = calls.lock().unwrap();
    let most = calls.values().max().copied().unwrap_or_default();
    assert!(most <= BUDGET, "a question cost {most} calls");
    assert!(
        calls.len() > QUESTIONS / 2,
        "the providers were hardly asked: {}",
        calls.len()
    );
    let [by_model, degraded, refused] =
        [&ends.by_model, &ends.degraded, &ends.refused].map(|count| count.load(Ordering::SeqCst));
    assert_eq!(by_model + degraded + refused, QUESTIONS);
    assert!(by_model > QUESTIONS / 2, "{ends:?}");
    assert!(degraded > 0, "no provider ever failed: {ends:?}");
    assert!(after.files <= before.files + 8.0, "{before:?} {after:?}");
    assert!(after.tasks <= before.tasks + 8.0, "{before:?} {after:?}");
    assert!(after.memory <= before.memory + 10e6, "{before:?} {after:?}");
}

async fn run(client: &reqwest::Client, url: &str, numbers: std::ops::Range<usize>, ends: &Arc<Ends>) {
    let numbers = Arc::new(Mutex::new(numbers));
    let mut lanes = tokio::task::JoinSet::new();
    for _ in 0..LANES {
        let (client, url, numbers, ends) = (
            client.clone(),
            url.to_owned(),
            Arc::clone(&numbers),
            Arc::clone(ends),
        );
        lanes.spawn(async move {
            loop {
                let Some(number) = numbers.lock().unwrap().next() else {
                    return;
                };
                ask(&client, &url, number, &ends).await;
            }
        });
    }
    while let Some(lane) = lanes.join_next().await {
        lane.unwrap();
    }
}

async fn ask(client: &reqwest::Client, url: &str, number: usize, ends: &Ends) {
    let parameters = json!({"prompt": "show all users", "existing_sql": format!("SELECT 77{number}"),
                            "database_type": "mysql", "schema_ddl": crate::DDL});
    let body = json!({"type": "ai", "key": "generate", "sql": parameters.to_string()});
    let started = Instant::now();
    let reply = client.post(url).json(&body).send().await.unwrap();
    let reply: Value = reply.json().await.unwrap();
    assert!(
        started.elapsed() < DEADLINE + SLACK,
        "{:?}: {reply}",
        started.elapsed()
    );
    let pair = |key: &str| {
        let pairs = reply["data"].as_array().unwrap();
        let found = pairs.iter().find(|pair| pair["key"] == key);
        found.and_then(|pair| pair["value"].as_str()).unwrap_or_default()
    };
    let end = match (pair("success"), pair("degraded")) {
        ("true", "true") => &ends.degraded,
        ("true", _) => &ends.by_model,
        _ => {
            assert!(
                !pair("error").is_empty() && !pair("error_kind").is_empty(),
                "{reply}"
            );
            &ends.refused
        }
    };
    end.fetch_add(1, Ordering::SeqCst);
}

/// Waits until nothing is under way any more.
async fn settle(plugin: &Plugin, first: &FakeProvider, second: &FakeProvider) {
    let started = Instant::now();
    loop {
        let under_way = metric(plugin, "atest_ai_requests_in_flight").unwrap();
        // Idle connections are closed after a second; one may be there from the last look at the provider.
        let open = first.seen().open.max(second.seen().open);
        if under_way == 0.0 && open <= 2 {
            return;
        }
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "{under_way} questions, {open} connections"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
