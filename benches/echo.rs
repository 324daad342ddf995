//! CPU, throughput, start and memory beside a bare tonic echo: `make bench`, or some of its parts by
//! `cargo bench --bench echo -- start cache engine telemetry profiles provider reload`.
//!
//! Both servers run as processes of their own on Unix sockets, under the same load, in alternating pairs; what counts
//! is the ratio within a pair, because the machine's speed changes between runs. CPU is utime + stime of the server
//! process from `/proc/PID/stat`, so the load generator does not count.

#![allow(clippy::print_stdout, reason = "the report")]

#[path = "echo/bare.rs"]
mod bare;
#[path = "echo/contract.rs"]
mod contract;
#[path = "echo/engine.rs"]
mod engine;
#[path = "../tests/support/fake_provider.rs"]
mod fake_provider;
#[allow(dead_code, reason = "tests use more of it")]
#[path = "../tests/support/http.rs"]
mod http;
/// What `http` takes from its neighbour.
mod plugin {
    /// Longest wait for a reply.
    pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);
}
#[path = "echo/load.rs"]
mod load;
#[path = "echo/profiles.rs"]
mod profiles;
#[path = "echo/provider.rs"]
mod provider;
#[path = "echo/reload.rs"]
mod reload;
#[path = "echo/server.rs"]
mod server;
#[path = "echo/telemetry.rs"]
mod telemetry;

use std::path::{Path, PathBuf};
use std::time::Duration;

use bare::Bare;
use load::Load;
use server::Server;

/// Pairs of runs; the median is printed.
const PAIRS: usize = 7;
/// Starts of the plugin; the median is printed.
const STARTS: usize = 9;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        [_, "--serve-echo", socket] => return bare::serve(PathBuf::from(socket), Bare::Echo),
        [_, "--serve-relay", socket, url, body] => {
            return bare::serve(PathBuf::from(socket), Bare::relay(url, Path::new(body)));
        }
        _ => {}
    }
    let wanted: Vec<&String> = arguments[1..]
        .iter()
        .filter(|word| !word.starts_with('-'))
        .collect();
    let is_wanted = |part: &str| wanted.is_empty() || wanted.iter().any(|word| *word == part);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        if is_wanted("start") {
            println!("start and memory (plugin, {STARTS} starts, median)");
            report_starts().await;
        }
        if is_wanted("cache") {
            println!("\nanswers from the cache, over Unix sockets, {PAIRS} alternating pairs, median [least .. most]");
            for load in [Load::question_alone(), Load::question_with_schema()] {
                report_load(&load, "").await;
            }
        }
        if is_wanted("engine") {
            println!("\nanswers of the embedded engine, cache off, the same way");
            for load in [Load::question_alone(), Load::question_with_schema()] {
                report_load(&load, "performance:\n  cache:\n    enabled: false\n").await;
            }
        }
        if is_wanted("telemetry") {
            println!("\nto be seen into, answers from the cache, alternating");
            for load in [Load::question_alone(), Load::question_with_schema()] {
                telemetry::report(&load).await;
            }
            println!("\na collector that fails, every trace sent, 500 requests a second");
            telemetry::report_outage(&Load::question_alone().at(500.0)).await;
        }
        if is_wanted("profiles") {
            println!("\nprofiles, answers of the embedded engine at 500 a second, alternating");
            let settings = "performance:\n  cache:\n    enabled: false\n";
            profiles::report(&Load::question_alone().at(500.0), settings).await;
        }
        if is_wanted("provider") {
            println!("\na provider over the network, everything on, 1,000 questions a second");
            for load in [Load::new_questions(), Load::new_questions_with_schema()] {
                provider::report(load.at(1000.0)).await;
            }
            println!("  the same as fast as they are answered");
            for load in [Load::new_questions(), Load::new_questions_with_schema()] {
                provider::report(load).await;
            }
        }
        if is_wanted("reload") {
            println!("\nreloads, 1,000 questions a second");
            reload::report(Load::question_alone().at(1000.0)).await;
        }
    });
    if is_wanted("engine") {
        println!("\nembedded engine over a 30-table schema, one thread");
        engine::report();
    }
}

async fn report_starts() {
    let mut first_answers = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..STARTS {
        let server = Server::plugin();
        first_answers.push(server.first_answer().await.as_secs_f64() * 1e3);
        // Idle: after the first answer, once allocator and runtime have settled.
        tokio::time::sleep(Duration::from_millis(500)).await;
        memory.push(server.resident_bytes() as f64 / 1e6);
    }
    println!(
        "  from start to the first answered call  {} ms",
        spread(&mut first_answers)
    );
    println!(
        "  resident memory, idle                  {} MB",
        spread(&mut memory)
    );
}

async fn report_load(load: &Load, settings: &str) {
    let echo = Server::echo();
    let plugin = Server::plugin_with(settings);
    echo.first_answer().await;
    plugin.first_answer().await;
    let (mut cpu, mut throughput, mut micros) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..=PAIRS {
        let bare = load.run(&echo).await;
        let ours = load.run(&plugin).await;
        // The first pair warms both up.
        if pair > 0 {
            cpu.push(ours.cpu_per_request / bare.cpu_per_request);
            throughput.push(ours.per_second / bare.per_second);
            micros.push(ours.cpu_per_request * 1e6);
        }
    }
    println!("  {}", load.name);
    println!("    CPU per request, plugin / echo       {}", spread(&mut cpu));
    println!(
        "    throughput, plugin / echo            {}",
        spread(&mut throughput)
    );
    println!(
        "    CPU per request, plugin              {} µs",
        spread(&mut micros)
    );
}

/// The median and the range of some figures.
fn spread(figures: &mut [f64]) -> String {
    figures.sort_by(f64::total_cmp);
    let (least, most) = (figures[0], figures[figures.len() - 1]);
    format!("{:8.2} [{least:.2} .. {most:.2}]", figures[figures.len() / 2])
}
