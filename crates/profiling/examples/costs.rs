//! What it costs to have tasks listed and locks measured, while nobody looks: nanoseconds, the best of several runs.
//!
//! `cargo run --release -p profiling --no-default-features --example costs`
#![allow(clippy::print_stdout, reason = "a program that prints figures")]

use std::hint::black_box;
use std::time::Instant;

use profiling::contention;
use profiling::tasks;
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;

/// Many and short: on a busy machine, some of them are left alone.
const RUNS: usize = 100;
const POLLS: u32 = 20_000;
const SPAWNS: u32 = 10_000;
const LOCKS: u32 = 100_000;

type Run<'a> = (&'a str, &'a mut dyn FnMut());

fn main() {
    let plain = runtime(|_| ());
    let hooked = runtime(tasks::install);
    compare("the clock", LOCKS, &mut [("Instant::now", &mut clock)]);
    compare(
        "a poll that wakes itself",
        POLLS,
        &mut [
            ("tokio::spawn", &mut || bare_polls(&plain)),
            ("tokio::spawn, hooks", &mut || bare_polls(&hooked)),
            ("tasks::spawn", &mut || named_polls(&plain)),
            ("tasks::spawn, hooks", &mut || named_polls(&hooked)),
        ],
    );
    compare(
        "spawn and join",
        SPAWNS,
        &mut [
            ("tokio::spawn", &mut || bare_spawns(&plain)),
            ("tokio::spawn, hooks", &mut || bare_spawns(&hooked)),
            ("tasks::spawn", &mut || named_spawns(&plain)),
            ("tasks::spawn, hooks", &mut || named_spawns(&hooked)),
        ],
    );
    let bare = std::sync::Mutex::new(0);
    let measured = contention::Mutex::new(0);
    compare(
        "a lock that is free",
        LOCKS,
        &mut [
            ("std::sync::Mutex", &mut || {
                (0..LOCKS).for_each(|_| *black_box(&bare).lock().expect("nobody panics") += 1);
            }),
            ("contention::Mutex", &mut || {
                (0..LOCKS).for_each(|_| *black_box(&measured).lock().expect("nobody panics") += 1);
            }),
        ],
    );
    compare(
        "a wait for one poll",
        POLLS,
        &mut [
            ("not measured", &mut || bare_polls(&plain)),
            ("contention::wait", &mut || waits(&plain)),
            ("  ready at once", &mut || ready_waits(&plain)),
        ],
    );
}

/// By turns, so that what else the machine does falls on all alike.
fn compare(what: &str, times: u32, runs: &mut [Run<'_>]) {
    let mut best = vec![f64::INFINITY; runs.len()];
    for _ in 0..RUNS {
        for ((_, run), best) in runs.iter_mut().zip(&mut best) {
            let began = Instant::now();
            run();
            let each = began.elapsed().as_nanos() as f64 / f64::from(times);
            *best = best.min(each);
        }
    }
    println!("{what}");
    for ((name, _), best) in runs.iter().zip(best) {
        println!("  {name:20}{best:8.1}");
    }
}

fn runtime(install: impl FnOnce(&mut Builder)) -> Runtime {
    let mut builder = Builder::new_current_thread();
    install(&mut builder);
    builder.build().expect("a runtime of one thread")
}

fn clock() {
    for _ in 0..LOCKS {
        black_box(Instant::now());
    }
}

async fn polls() {
    for _ in 0..POLLS {
        yield_now().await;
    }
}

fn bare_polls(runtime: &Runtime) {
    let run = async { tokio::spawn(polls()).await };
    runtime.block_on(run).expect("it does not panic");
}

fn named_polls(runtime: &Runtime) {
    let run = async { tasks::spawn("poll", polls()).await };
    runtime.block_on(run).expect("it does not panic");
}

fn bare_spawns(runtime: &Runtime) {
    runtime.block_on(async {
        for _ in 0..SPAWNS {
            tokio::spawn(async {}).await.expect("it does not panic");
        }
    });
}

fn named_spawns(runtime: &Runtime) {
    runtime.block_on(async {
        for _ in 0..SPAWNS {
            tasks::spawn("nothing", async {})
                .await
                .expect("it does not panic");
        }
    });
}

fn ready_waits(runtime: &Runtime) {
    runtime.block_on(async {
        for _ in 0..POLLS {
            contention::wait("nothing", black_box(std::future::ready(()))).await;
        }
    });
}

fn waits(runtime: &Runtime) {
    let run = async {
        let waiting = async {
            for _ in 0..POLLS {
                contention::wait("a turn", yield_now()).await;
            }
        };
        tokio::spawn(waiting).await
    };
    runtime.block_on(run).expect("it does not panic");
}
