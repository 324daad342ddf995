//! What a thread does while it is profiled, until it is told to stop.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};

#[inline(never)]
pub fn known_busy_function(stop: &AtomicBool) -> u64 {
    let (mut sum, mut round) = (1_u64, 0_u64);
    while !stop.load(Ordering::Relaxed) {
        let mut step = 0;
        while step != 100_000 {
            sum = sum << 5 ^ sum >> 3 ^ round;
            step += 1;
        }
        round += 1;
    }
    black_box(sum)
}

#[inline(never)]
pub fn known_copying_function(stop: &AtomicBool) -> u64 {
    let (from, mut to) = (vec![1_u8; 1 << 20], vec![0_u8; 1 << 20]);
    while !stop.load(Ordering::Relaxed) {
        to.copy_from_slice(black_box(&from));
        black_box(&mut to);
    }
    u64::from(to[7])
}

#[inline(never)]
pub fn known_allocating_function(stop: &AtomicBool) -> u64 {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    let mut size = 0;
    while !stop.load(Ordering::Relaxed) {
        size = (size + 37) % 5000;
        kept.push(black_box(Vec::with_capacity(size + 1)));
        if kept.len() > 500 {
            kept.clear();
        }
    }
    kept.len() as u64
}
