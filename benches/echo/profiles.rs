//! What profiles cost: heap samples that are always on, a CPU profile at 100 Hz, an execution trace; the same load on the same
//! build in alternating pairs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crate::http;
use crate::load::Load;
use crate::server::Server;
use crate::spread;

/// Alternating pairs; the median is printed.
const PAIRS: usize = 25;

/// A profile that is taken again and again until this is dropped.
struct Taking {
    stop: Arc<AtomicBool>,
    taker: Option<JoinHandle<()>>,
}

impl Taking {
    fn of(server: &Server, path: &'static str) -> Taking {
        let stop = Arc::new(AtomicBool::new(false));
        let (address, stopped) = (server.http, Arc::clone(&stop));
        let taker = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                let reply = http::get(address, path);
                assert_eq!(reply.status, 200, "{}", reply.text());
            }
        });
        Taking {
            stop,
            taker: Some(taker),
        }
    }
}

impl Drop for Taking {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(taker) = self.taker.take() {
            // It has said why, if it ended early.
            let _ = taker.join();
        }
    }
}

/// Prints it.
pub async fn report(load: &Load, settings: &str) {
    let without = Server::plugin_in(settings, &[("MALLOC_CONF", "prof:false")]);
    let heap = Server::plugin_with(settings);
    let sampled = Server::plugin_with(settings);
    let traced = Server::plugin_with(settings);
    let twice = Server::plugin_in(settings, &[("MALLOC_CONF", "prof:false")]);
    for server in [&without, &heap, &sampled, &traced, &twice] {
        server.first_answer().await;
        load.run(server).await;
    }
    let before = [
        heap.resident_bytes(),
        sampled.resident_bytes(),
        traced.resident_bytes(),
    ];
    // Long ones: symbolising at the end of each is work too, and part of what is measured.
    let sampling = Taking::of(&sampled, "/debug/pprof/profile?seconds=10");
    let tracing = Taking::of(&traced, "/debug/pprof/trace?seconds=10");
    let (mut base, mut differences) = (Vec::new(), [const { Vec::new() }; 4]);
    for _ in 0..PAIRS {
        let cost = load.run(&without).await.cpu_per_request * 1e6;
        base.push(cost);
        for (server, differences) in [&heap, &sampled, &traced, &twice]
            .into_iter()
            .zip(&mut differences)
        {
            differences.push(load.run(server).await.cpu_per_request * 1e6 - cost);
        }
    }
    drop((sampling, tracing));
    println!("  {}", load.name);
    println!(
        "    CPU per request without heap samples              {} µs",
        spread(&mut base)
    );
    for (what, figures) in [
        "heap samples on, as by default",
        "and a CPU profile at 100 Hz, one after the other",
        "and an execution trace, one after the other",
        "without heap samples, once more: the noise",
    ]
    .into_iter()
    .zip(&mut differences)
    {
        println!("    more CPU per request: {what:50} {} µs", spread(figures));
    }
    let after = [
        heap.resident_bytes(),
        sampled.resident_bytes(),
        traced.resident_bytes(),
    ];
    for ((what, before), after) in ["no profile", "CPU profiles", "execution traces"]
        .into_iter()
        .zip(before)
        .zip(after)
    {
        println!(
            "    resident memory before and after, {what:18} {:.1} and {:.1} MB",
            before as f64 / 1e6,
            after as f64 / 1e6
        );
    }
}
