//! Who is slowed down, and who passes all the same.

use super::*;
use crate::config::model::Token;
use crate::config::{Config, Scope};

const RIGHT: &[u8] = b"0123456789abcdef";
const ALSO_RIGHT: &[u8] = b"fedcba9876543210";

fn access() -> Access {
    let mut config = Config::default();
    for (name, token) in [("a", RIGHT), ("b", ALSO_RIGHT)] {
        let token = Token {
            token: Some(std::str::from_utf8(token).unwrap().into()),
            scopes: vec![Scope::Api],
            ..Token::default()
        };
        config.access.tokens.insert(name.into(), token);
    }
    Access::new(Rules::new(&config).unwrap())
}

fn peer(last: u8) -> Option<IpAddr> {
    Some(IpAddr::from([192, 0, 2, last]))
}

#[test]
fn guesses_are_not_looked_at_while_an_address_waits_and_others_are_not_hit() {
    let access = access();
    let now = Now::new();
    assert!(access.check(RIGHT, peer(1), now).is_ok());
    for number in 0..11 {
        let guess = format!("guess-number-{number:04}");
        assert_eq!(
            access.check(guess.as_bytes(), peer(1), now),
            Err(Denied::Refused(Refusal::Unknown))
        );
    }
    let wait = Err(Denied::Wait(Duration::from_secs(1)));
    // Even a right guess says nothing.
    assert_eq!(access.check(ALSO_RIGHT, peer(1), now), wait);
    // Who was right before, perhaps behind the same proxy, is not locked out.
    assert!(access.check(RIGHT, peer(1), now).is_ok());
    assert!(access.check(ALSO_RIGHT, peer(2), now).is_ok());
    let after = Now {
        steady: now.steady + Duration::from_secs(1),
        ..now
    };
    assert!(access.check(ALSO_RIGHT, peer(1), after).is_ok());
}

#[test]
fn a_token_that_was_right_once_passes_no_longer_than_the_rules_say() {
    let access = access();
    let now = Now::new();
    assert!(access.check(RIGHT, peer(1), now).is_ok());
    access.put(Rules::default());
    assert_eq!(
        access.check(RIGHT, peer(1), now),
        Err(Denied::Refused(Refusal::Unknown))
    );
}

#[test]
fn other_rules_sign_out_who_came_by_the_old_ones() {
    let access = access();
    let now = Now::new();
    let holder = access.check(RIGHT, peer(1), now).unwrap();
    let (id, _) = access.sign_in(holder, now);
    let mut headers = HeaderMap::new();
    let cookie = format!("{}={id}", crate::http::access::SESSION_COOKIE);
    headers.insert("cookie", cookie.parse().unwrap());
    assert!(access.signed_in(&headers, now).is_some());
    access.put(Rules::default());
    assert!(access.signed_in(&headers, now).is_none());
}
