//! CPU, throughput, start and memory beside a bare tonic echo: `make bench`.
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
#[path = "echo/load.rs"]
mod load;
#[path = "echo/provider.rs"]
mod provider;
#[path = "echo/server.rs"]
mod server;

use std::path::PathBuf;
use std::time::Duration;

use load::Load;
use server::Server;

/// Pairs of runs; the median is printed.
const PAIRS: usize = 7;
/// Starts of the plugin; the median is printed.
const STARTS: usize = 9;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, socket] = arguments.as_slice()
        && flag == "--serve-echo"
    {
        return bare::serve(PathBuf::from(socket));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        println!("start and memory (plugin, {STARTS} starts, median)");
        report_starts().await;
        println!("\nload over Unix sockets, {PAIRS} alternating pairs, median [least .. most]");
        println!("  answers from the cache");
        for load in [Load::question_alone(), Load::question_with_schema()] {
            report_load(&load, "").await;
        }
        println!("  answers of the embedded engine, cache off");
        for load in [Load::question_alone(), Load::question_with_schema()] {
            report_load(&load, "performance:\n  cache:\n    enabled: false\n").await;
        }
        println!("\na provider over the network, everything on, 1,000 questions a second");
        for load in [Load::new_questions(), Load::new_questions_with_schema()] {
            provider::report(load.at(1000.0)).await;
        }
    });
    println!("\nembedded engine over a 30-table schema, one thread");
    engine::report();
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
