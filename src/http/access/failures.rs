//! How wrong tokens slow down the address that they come from.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use profiling::contention::Mutex;

use super::rules::Limits;
use crate::http::rate::network;

/// Most addresses that are remembered; the one that failed longest ago makes room.
const MAX_ADDRESSES: usize = 4096;
/// One failure is forgotten in this time.
const FORGOTTEN_IN: Duration = Duration::from_secs(10);
/// The first wait; each further failure doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// Addresses that sent wrong tokens.
#[derive(Debug, Default)]
pub(super) struct Failures(Mutex<HashMap<IpAddr, Failed>>);

#[derive(Debug, Clone, Copy)]
struct Failed {
    count: u32,
    last: Instant,
    waits_until: Instant,
}

impl Failures {
    /// How long the address must wait before another token of its is looked at.
    pub(super) fn wait(&self, peer: Option<IpAddr>, now: Instant) -> Option<Duration> {
        let addresses = self.all();
        let failed = addresses.get(&counted(peer))?;
        failed
            .waits_until
            .checked_duration_since(now)
            .filter(|wait| !wait.is_zero())
    }

    /// A wrong token came from there.
    pub(super) fn add(&self, peer: Option<IpAddr>, limits: Limits, now: Instant) {
        let address = counted(peer);
        let mut addresses = self.all();
        if !addresses.contains_key(&address) && addresses.len() >= MAX_ADDRESSES {
            make_room(&mut addresses);
        }
        let failed = addresses.entry(address).or_insert(Failed {
            count: 0,
            last: now,
            waits_until: now,
        });
        failed.count = failed.remembered(now).saturating_add(1);
        failed.last = now;
        if let Some(over) = failed.count.checked_sub(limits.free.saturating_add(1)) {
            let wait = FIRST_WAIT.saturating_mul(2u32.saturating_pow(over));
            failed.waits_until = now + wait.min(limits.longest);
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<IpAddr, Failed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Failed {
    /// What is left of the count.
    fn remembered(&self, now: Instant) -> u32 {
        let since = now.saturating_duration_since(self.last);
        let forgotten = since.as_secs() / FORGOTTEN_IN.as_secs();
        self.count
            .saturating_sub(u32::try_from(forgotten).unwrap_or(u32::MAX))
    }
}

fn make_room(addresses: &mut HashMap<IpAddr, Failed>) {
    if let Some((&oldest, _)) = addresses.iter().min_by_key(|(_, failed)| failed.last) {
        addresses.remove(&oldest);
    }
}

/// The address that counts; all callers whose address nobody knows count as one.
fn counted(peer: Option<IpAddr>) -> IpAddr {
    peer.map_or(Ipv6Addr::UNSPECIFIED.into(), network)
}

#[cfg(test)]
mod tests;
