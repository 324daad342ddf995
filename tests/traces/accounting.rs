//! A collector that is away, hangs and returns: nobody waits for it, and every span is accounted for.

use std::time::{Duration, Instant};

use crate::collector::Collector;
use crate::fake_provider::{End, Script};
use crate::support::http;
use crate::support::plugin::{PATIENCE, Plugin};
use crate::{ask, traced};

/// Questions; each is a trace of four spans, and of two once its answer is in the cache.
const QUESTIONS: usize = 400;

fn counter(metrics: &str, series: &str) -> u64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(series));
    let line = line.unwrap_or_else(|| panic!("no series {series} in\n{metrics}"));
    line.trim().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn sent_and_dropped_together_are_what_was_produced() {
    // Away, hanging and well in turns.
    let collector = Collector::with(|number| match number % 7 {
        0 => Script::raw(""),
        1 => Script::status(503),
        2 => Script::status(400),
        3 => Script::silent(),
        4 => Script::status(200).end(End::Reset),
        _ => Script::status(200),
    })
    .await;
    let config = traced(&collector.url()).replace(
        "batch_delay: 50ms",
        "timeout: 300ms, batch_delay: 20ms, queue_size: 60, batch_size: 20",
    );
    let mut plugin = Plugin::start(&config);
    for _ in 0..QUESTIONS {
        let started = Instant::now();
        let reply = ask(&plugin, "show all users", &[]);
        assert_eq!(reply.pair("success").as_deref(), Some("true"), "{}", reply.text());
        assert!(started.elapsed() < PATIENCE);
    }
    let metrics = http::get(plugin.http, "/metrics").text();
    let produced = (4 + 2 * (QUESTIONS - 1)) as u64;
    let started = Instant::now();
    let (mut taken, mut dropped) = (0, 0);
    while taken + dropped != produced && started.elapsed() < PATIENCE {
        let metrics = http::get(plugin.http, "/metrics").text();
        dropped = counter(&metrics, "atest_ai_telemetry_dropped_total{signal=\"traces\"} ");
        taken = collector.taken().len() as u64;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(
        taken + dropped,
        produced,
        "{taken} taken, {dropped} dropped\n{metrics}"
    );
    assert!(taken > 0 && dropped > 0, "{taken} taken, {dropped} dropped");
    let metrics = http::get(plugin.http, "/metrics").text();
    assert!(
        counter(
            &metrics,
            "atest_ai_telemetry_export_failures_total{signal=\"traces\"} "
        ) > 0
    );
    let log = plugin.log();
    let outages = log
        .lines()
        .filter(|line| line.contains("traces cannot be sent"))
        .count();
    assert!(
        outages > 0 && outages < QUESTIONS / 10,
        "{outages} lines of outages"
    );

    plugin.ask_to_stop();
    assert!(plugin.wait_until_ended().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_traces_are_sent_when_the_plugin_stops() {
    let collector = Collector::start().await;
    let config = traced(&collector.url()).replace("batch_delay: 50ms", "batch_delay: 10m");
    let mut plugin = Plugin::start(&config);
    ask(&plugin, "show all users", &[]);
    assert!(collector.taken().is_empty());
    plugin.ask_to_stop();
    assert!(plugin.wait_until_ended().success());
    assert_eq!(collector.taken().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_hangs_holds_up_the_end_for_five_seconds_at_most() {
    let collector = Collector::with(|_| Script::silent()).await;
    let config = traced(&collector.url()).replace("batch_delay: 50ms", "batch_delay: 10m, timeout: 10m");
    let mut plugin = Plugin::start(&config);
    ask(&plugin, "show all users", &[]);
    plugin.ask_to_stop();
    assert!(plugin.wait_until_ended().success());
    assert!(
        plugin.log().contains("did not take the last traces in time"),
        "{}",
        plugin.log()
    );
}
