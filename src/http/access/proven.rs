//! Tokens that were right a short while ago: they pass while others behind the same address are made to wait.
//!
//! Behind a proxy all callers share one address. Without this, whoever guesses through the proxy would lock out those who
//! do not. A guess is never among them, so they tell nothing.

use std::collections::HashMap;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use profiling::contention::Mutex;

use super::rules::Digest;

/// Most tokens that are remembered.
const MAX_PROVEN: usize = 256;
/// How long one is remembered after its last use.
const REMEMBERED: Duration = Duration::from_secs(3600);

/// Digests of tokens that were right, and when.
#[derive(Debug, Default)]
pub(super) struct Proven(Mutex<HashMap<Digest, Instant>>);

impl Proven {
    /// One was right just now.
    pub(super) fn add(&self, digest: Digest, now: Instant) {
        let mut proven = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !proven.contains_key(&digest)
            && proven.len() >= MAX_PROVEN
            && let Some((&oldest, _)) = proven.iter().min_by_key(|(_, last)| **last)
        {
            proven.remove(&oldest);
        }
        proven.insert(digest, now);
    }

    /// Whether it was right a short while ago. It is checked again all the same.
    pub(super) fn has(&self, digest: &Digest, now: Instant) -> bool {
        let proven = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        proven
            .get(digest)
            .is_some_and(|last| now.saturating_duration_since(*last) < REMEMBERED)
    }
}
