//! How many requests a second one caller may make, at each door.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

/// Most callers that are told apart. When there are more, and none of them is quiet, further ones share one place.
const MOST_CALLERS: usize = 4096;

/// Who is counted as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    /// An address; of IPv6, the network of 64 bits that a machine usually has for itself.
    Address(IpAddr),
    /// A user of this machine, behind a Unix socket.
    User(u32),
    /// Nobody knows.
    Unknown,
}

impl Caller {
    /// The one behind that address.
    pub fn at(address: IpAddr) -> Caller {
        Caller::Address(network(address))
    }
}

/// The address that counts: who has one address of an IPv6 /64 has all of them.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64))
        }
        address => address,
    }
}

/// The rates of one door's callers.
#[derive(Debug, Default)]
pub struct Rates(ArcSwapOption<Limited>);

#[derive(Debug)]
struct Limited {
    per_second: NonZeroU32,
    callers: DefaultKeyedRateLimiter<Caller>,
}

impl Rates {
    /// Counts a request. `per_second` is what the config in effect says, and so many may come at once.
    ///
    /// # Errors
    /// It is one too many; when there is room again.
    pub fn admit(&self, caller: Caller, per_second: Option<NonZeroU32>) -> Result<(), Duration> {
        let Some(per_second) = per_second else {
            return Ok(());
        };
        let limited = self.limited(per_second);
        let callers = &limited.callers;
        if callers.len() >= MOST_CALLERS {
            callers.retain_recent();
        }
        let caller = match callers.len() {
            MOST_CALLERS.. => Caller::Unknown,
            _ => caller,
        };
        callers
            .check_key(&caller)
            .map_err(|too_early| too_early.wait_time_from(DefaultClock::default().now()))
    }

    fn limited(&self, per_second: NonZeroU32) -> Arc<Limited> {
        if let Some(limited) = self.0.load_full()
            && limited.per_second == per_second
        {
            return limited;
        }
        let limited = Arc::new(Limited {
            per_second,
            callers: DefaultKeyedRateLimiter::keyed(Quota::per_second(per_second)),
        });
        self.0.store(Some(Arc::clone(&limited)));
        limited
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> Caller {
        Caller::at(address.parse().unwrap())
    }

    #[test]
    fn each_caller_has_a_rate_of_its_own_and_a_new_setting_begins_anew() {
        let rates = Rates::default();
        let two = NonZeroU32::new(2);
        let (one, other) = (at("192.0.2.1"), at("192.0.2.2"));
        assert!(rates.admit(one, two).is_ok() && rates.admit(one, two).is_ok());
        let wait = rates.admit(one, two).unwrap_err();
        assert!(
            wait > Duration::ZERO && wait <= Duration::from_secs(1),
            "{wait:?}"
        );
        assert!(rates.admit(other, two).is_ok());
        assert!(rates.admit(one, None).is_ok());
        assert!(rates.admit(one, NonZeroU32::new(3)).is_ok());
    }

    #[test]
    fn a_network_of_64_bits_is_one_caller() {
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:0:2"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
    }

    #[test]
    fn a_flood_of_addresses_takes_bounded_room() {
        let rates = Rates::default();
        let one = NonZeroU32::new(1);
        for number in 0..u32::try_from(MOST_CALLERS).unwrap() * 2 {
            let _ = rates.admit(Caller::at(IpAddr::V4(number.into())), one);
        }
        let held = rates.0.load_full().unwrap();
        assert!(held.callers.len() <= MOST_CALLERS + 1, "{}", held.callers.len());
    }
}
