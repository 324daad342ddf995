//! Who waits, how long, and who does not.

use super::*;

const LIMITS: Limits = Limits {
    free: 3,
    longest: Duration::from_secs(20),
};

fn peer(text: &str) -> Option<IpAddr> {
    Some(text.parse().unwrap())
}

#[test]
fn the_wait_begins_after_some_failures_doubles_and_has_an_end() {
    let failures = Failures::default();
    let start = Instant::now();
    let wait = || failures.wait(peer("192.0.2.1"), start).map(|wait| wait.as_secs());
    let mut waits = Vec::new();
    for _ in 0..10 {
        failures.add(peer("192.0.2.1"), LIMITS, start);
        waits.push(wait());
    }
    let some = |seconds: [u64; 7]| seconds.map(Some);
    assert_eq!(waits[..3], [None; 3]);
    assert_eq!(waits[3..], some([1, 2, 4, 8, 16, 20, 20]));
    assert_eq!(failures.wait(peer("192.0.2.2"), start), None);
    assert_eq!(
        failures.wait(peer("192.0.2.1"), start + Duration::from_secs(20)),
        None
    );
}

#[test]
fn failures_are_forgotten_with_time() {
    let failures = Failures::default();
    let start = Instant::now();
    for number in 0..100 {
        // One every ten seconds, like a scraper with an old token.
        failures.add(peer("192.0.2.1"), LIMITS, start + FORGOTTEN_IN * number);
    }
    assert_eq!(failures.wait(peer("192.0.2.1"), start + FORGOTTEN_IN * 99), None);
}

#[test]
fn all_addresses_of_a_64_are_one_and_so_are_both_forms_of_ipv4() {
    let failures = Failures::default();
    let start = Instant::now();
    for number in 0..10 {
        failures.add(peer(&format!("2001:db8:1:2::{number}")), LIMITS, start);
        failures.add(peer("::ffff:192.0.2.1"), LIMITS, start);
    }
    assert!(failures.wait(peer("2001:db8:1:2:ffff::1"), start).is_some());
    assert!(failures.wait(peer("2001:db8:1:3::1"), start).is_none());
    assert!(failures.wait(peer("192.0.2.1"), start).is_some());
    assert!(failures.wait(peer("::1"), start).is_none());
}

#[test]
fn the_table_is_bounded_and_forgets_the_oldest() {
    let failures = Failures::default();
    let start = Instant::now();
    for number in 0..20_000u32 {
        let address = IpAddr::from((0x0a00_0000 + number).to_be_bytes());
        failures.add(
            Some(address),
            LIMITS,
            start + Duration::from_millis(u64::from(number)),
        );
    }
    assert_eq!(failures.all().len(), MAX_ADDRESSES);
    assert!(failures.all().contains_key(&peer("10.0.78.31").unwrap()));
}
