//! What heap samples cost: nanoseconds an allocation with and without them, in turns, and so what one sample costs.
//!
//! `cargo run --release -p profiling --example heap_cost`
#![allow(clippy::print_stdout, reason = "a program that prints figures")]
#![allow(unsafe_code, reason = "samples are switched by jemalloc's own control")]

use std::hint::black_box;
use std::time::Instant;

use profiling::heap;

profiling::jemalloc!();

/// Bytes of one allocation.
const SIZE: usize = 4096;
const ALLOCATIONS: u32 = 200_000;
const RUNS: usize = 40;

fn main() {
    turns("unwinding");
    heap::walk_frame_pointers();
    turns("frame pointers");
}

/// Prints the medians of some runs of each.
fn turns(stacks: &str) {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        switch(true);
        with.push(deep(24));
        switch(false);
        without.push(deep(24));
    }
    switch(true);
    let (with, without) = (median(with), median(without));
    let samples = ALLOCATIONS as f64 * SIZE as f64 / heap::SAMPLE_BYTES as f64;
    let a_sample = (with - without) * f64::from(ALLOCATIONS) / samples;
    println!(
        "{stacks}: {with:.1} ns an allocation of {SIZE} bytes, {without:.1} without samples: {a_sample:.0} ns a sample, {:.2} ns for \
         each KiB that is asked for",
        a_sample * 1024.0 / heap::SAMPLE_BYTES as f64
    );
}

fn switch(on: bool) {
    // SAFETY: `prof.active` takes a flag.
    unsafe { tikv_jemalloc_ctl::raw::write(b"prof.active\0", on) }.expect("jemalloc samples");
}

/// A stack as deep as a server's.
#[inline(never)]
fn deep(depth: u32) -> f64 {
    match depth {
        0 => nanoseconds(),
        _ => black_box(deep(depth - 1)) + 0.0,
    }
}

/// Of one allocation and its end.
#[inline(never)]
fn nanoseconds() -> f64 {
    let started = Instant::now();
    for _ in 0..ALLOCATIONS {
        black_box(Vec::<u8>::with_capacity(black_box(SIZE)));
    }
    started.elapsed().as_secs_f64() * 1e9 / f64::from(ALLOCATIONS)
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
