//! What it costs to be seen into: the same build with traces and log lines on and off, and a collector that fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use crate::fake_provider::{End, FakeProvider, Script};
use crate::load::Load;
use crate::server::Server;
use crate::spread;

/// Alternating pairs; the median is printed.
const PAIRS: usize = 45;

const WELL: u8 = 0;
const AWAY: u8 = 1;
const HANGING: u8 = 2;

/// A collector that takes what it gets, or does not.
async fn collector(state: Arc<AtomicU8>) -> FakeProvider {
    FakeProvider::start(move |_| match state.load(Ordering::Relaxed) {
        WELL => Script::status(200),
        AWAY => Script::status(200).end(End::Reset),
        _ => Script::silent(),
    })
    .await
}

fn traced(collector: &FakeProvider, more: &str) -> String {
    format!(
        "tracing:\n  endpoint: {}\n  protocol: http/protobuf\n{more}",
        collector.url()
    )
}

/// Prints what everything on costs over everything off, by the same load in alternating pairs.
pub async fn report(load: &Load) {
    let well = Arc::new(AtomicU8::new(WELL));
    let collector = collector(well).await;
    let off = Server::plugin_with("  level: error\n");
    let on = Server::plugin_with(&traced(&collector, ""));
    let all = Server::plugin_with(&traced(
        &collector,
        "  sampler: always_on\n  queue_size: 100000\n",
    ));
    let lines = Server::plugin_with("");
    let off_twice = Server::plugin_with("  level: error\n");
    let mut differences = [const { Vec::new() }; 4];
    for pair in 0..=PAIRS {
        let base = load.run(&off).await.cpu_per_request * 1e6;
        for (server, differences) in [&lines, &on, &all, &off_twice].into_iter().zip(&mut differences) {
            let more = load.run(server).await.cpu_per_request * 1e6 - base;
            // The first pair warms up.
            if pair > 0 {
                differences.push(more);
            }
        }
    }
    println!("  {}", load.name);
    for (what, figures) in [
        "log lines at info, no traces",
        "traces as by default, log lines at info",
        "every trace sent, log lines at info",
        "nothing, once more: the noise",
    ]
    .into_iter()
    .zip(&mut differences)
    {
        println!("    more CPU per request: {what:42} {} µs", spread(figures));
    }
    println!(
        "    traces sent in requests to the collector   {}",
        collector.requests()
    );
}

/// Prints what requests cost while the collector is well, away, and hangs.
pub async fn report_outage(load: &Load) {
    let state = Arc::new(AtomicU8::new(WELL));
    let collector = collector(Arc::clone(&state)).await;
    let plugin = Server::plugin_with(&traced(
        &collector,
        "  sampler: always_on\n  timeout: 3s\n  batch_delay: 500ms\n",
    ));
    plugin.first_answer().await;
    load.run(&plugin).await;
    let before = plugin.resident_bytes();
    for (name, value) in [
        ("well", WELL),
        ("away", AWAY),
        ("hanging", HANGING),
        ("back", WELL),
        ("away again", AWAY),
        ("hanging again", HANGING),
        ("back again", WELL),
    ] {
        state.store(value, Ordering::Relaxed);
        // What was under way when it changed is not this state's.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let done = load.run(&plugin).await;
        println!(
            "    the collector is {name:16} {:8.1} µs CPU per request at {:.0} a second",
            done.cpu_per_request * 1e6,
            done.per_second
        );
    }
    println!(
        "    resident memory before and after         {:.1} and {:.1} MB",
        before as f64 / 1e6,
        plugin.resident_bytes() as f64 / 1e6
    );
}
