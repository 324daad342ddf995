//! How long somebody stays signed in.

use super::*;
use crate::config::model::{Access, Token};
use crate::config::{Config, Scope};

const TOKEN: &str = "0123456789abcdef";
const HOUR: Duration = Duration::from_secs(3600);

fn now() -> Timestamp {
    "2027-01-15T08:00:00Z".parse().unwrap()
}

fn later(seconds: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() + seconds).unwrap()
}

fn rules(token: &str, scopes: &[Scope], expires: Option<Timestamp>) -> Rules {
    let token = Token {
        token: Some(token.into()),
        scopes: scopes.to_vec(),
        expires: expires.map(crate::config::units::Moment),
        ..Token::default()
    };
    Rules::new(&Config {
        access: Access {
            tokens: [("a".to_owned(), token)].into(),
            ..Access::default()
        },
        ..Config::default()
    })
    .unwrap()
}

#[test]
fn a_session_ends_with_its_lifetime_its_token_or_at_will() {
    let rules_now = rules(TOKEN, &[Scope::Api], Some(later(600)));
    let holder = rules_now.check(TOKEN.as_bytes(), now()).unwrap();
    let sessions = Sessions::default();
    let short = sessions.begin(holder.clone(), Duration::from_secs(60), now());
    let long = sessions.begin(holder.clone(), HOUR, now());
    let left = sessions.begin(holder, HOUR, now());
    assert!(short.len() == 64 && short != long);
    let is_in = |id: &str, seconds| sessions.holder(id, &rules_now, later(seconds)).is_some();
    assert!(is_in(&short, 59) && !is_in(&short, 60));
    assert!(is_in(&long, 599) && !is_in(&long, 600));
    sessions.end(&left);
    assert!(!is_in(&left, 1));
    assert!(!is_in("", 1) && !is_in(&"0".repeat(64), 1));
}

#[test]
fn other_rules_take_away_at_once_what_they_do_not_give() {
    let all = [Scope::Api, Scope::Admin];
    let before = rules(TOKEN, &all, None);
    let sessions = Sessions::default();
    let id = sessions.begin(before.check(TOKEN.as_bytes(), now()).unwrap(), HOUR, now());
    let fewer = rules(TOKEN, &[Scope::Api], None);
    sessions.keep_those_of(&fewer, now());
    let holder = sessions.holder(&id, &fewer, now()).unwrap();
    assert!(holder.scopes.has(Scope::Api) && !holder.scopes.has(Scope::Admin));
    let another = rules("another-token-00", &all, None);
    sessions.keep_those_of(&another, now());
    assert!(sessions.all().is_empty());
}

#[test]
fn a_session_of_a_signed_token_ends_when_the_secret_changes() {
    let rules = |secret: &str| {
        let mut config = Config::default();
        config.access.jwt.secret = Some(secret.into());
        Rules::new(&config).unwrap()
    };
    let first = rules(&"a".repeat(32));
    let claims = serde_json::json!({"sub": "ann", "aud": "atest-ext-ai", "exp": later(600).as_second(), "scope": "api"});
    let key = jsonwebtoken::EncodingKey::from_secret("a".repeat(32).as_bytes());
    let token = jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &key).unwrap();
    let sessions = Sessions::default();
    let id = sessions.begin(first.check(token.as_bytes(), now()).unwrap(), HOUR, now());
    assert_eq!(sessions.holder(&id, &first, now()).unwrap().name, "jwt ann");
    assert!(sessions.holder(&id, &first, later(600)).is_none());
    let id = sessions.begin(first.check(token.as_bytes(), now()).unwrap(), HOUR, now());
    assert!(sessions.holder(&id, &rules(&"b".repeat(32)), now()).is_none());
    let id = sessions.begin(first.check(token.as_bytes(), now()).unwrap(), HOUR, now());
    assert!(sessions.holder(&id, &rules(&"a".repeat(32)), now()).is_some());
}

#[test]
fn they_are_bounded_and_the_one_that_ends_first_makes_room() {
    let rules = rules(TOKEN, &[Scope::Api], None);
    let holder = rules.check(TOKEN.as_bytes(), now()).unwrap();
    let sessions = Sessions::default();
    let first = sessions.begin(holder.clone(), Duration::from_secs(60), now());
    let second = sessions.begin(holder.clone(), Duration::from_secs(120), now());
    for _ in 0..MAX_SESSIONS - 1 {
        sessions.begin(holder.clone(), HOUR, now());
    }
    assert_eq!(sessions.all().len(), MAX_SESSIONS);
    assert!(sessions.holder(&first, &rules, now()).is_none());
    assert!(sessions.holder(&second, &rules, now()).is_some());
}
