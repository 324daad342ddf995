//! Which static token is whose.

use super::*;
use crate::config::Scope;
use crate::config::model::{Access, Token};
use crate::config::units::Moment;

const NOW: &str = "2027-01-15T08:00:00Z";
const WHOLE: &str = "0123456789abcdef-token";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn token(text: &str, scopes: &[Scope]) -> Token {
    Token {
        token: Some(text.into()),
        scopes: scopes.to_vec(),
        ..Token::default()
    }
}

fn rules(tokens: impl IntoIterator<Item = (&'static str, Token)>) -> Rules {
    let tokens = tokens.into_iter().map(|(name, token)| (name.to_owned(), token));
    Rules::new(&Config {
        access: Access {
            tokens: tokens.collect(),
            ..Access::default()
        },
        ..Config::default()
    })
    .unwrap()
}

#[test]
fn a_token_opens_its_own_scopes_and_is_told_by_name() {
    let digest: String = (sha256(b"kept-elsewhere-0000").iter())
        .map(|byte| format!("{byte:02X}"))
        .collect();
    let rules = rules([
        ("asker", token(WHOLE, &[Scope::Api])),
        (
            "operator",
            Token {
                sha256: Some(digest.into()),
                scopes: vec![Scope::Admin, Scope::Debug],
                ..Token::default()
            },
        ),
    ]);
    let asker = rules.check(WHOLE.as_bytes(), now()).unwrap();
    assert_eq!(asker.name, "token asker");
    assert!(asker.scopes.has(Scope::Api) && !asker.scopes.has(Scope::Admin));
    let operator = rules.check(b"kept-elsewhere-0000", now()).unwrap();
    assert_eq!(operator.name, "token operator");
    assert_eq!(operator.scopes.words(), "debug, admin");
    for wrong in [
        "",
        "0123456789abcdef-toke",
        "0123456789abcdef-token ",
        "0123456789ABCDEF-token",
        "kept-elsewhere-0001",
    ] {
        assert_eq!(
            rules.check(wrong.as_bytes(), now()),
            Err(Refusal::Unknown),
            "{wrong}"
        );
    }
    assert!(!format!("{rules:?}").contains("0123456789abcdef"));
}

#[test]
fn a_token_ends_at_its_moment() {
    let at = |expires: &str| {
        rules([(
            "a",
            Token {
                expires: Some(Moment::parse(expires).unwrap()),
                ..token(WHOLE, &[Scope::Api])
            },
        )])
    };
    assert!(at("2027-01-15T08:00:01Z").check(WHOLE.as_bytes(), now()).is_ok());
    assert_eq!(at(NOW).check(WHOLE.as_bytes(), now()), Err(Refusal::Expired));
}

#[test]
fn without_tokens_nothing_opens() {
    let none = Rules::new(&Config::default()).unwrap();
    assert!(!none.has_credentials() && none.metrics_are_open());
    for token in ["", "x", "a.b.c"] {
        assert_eq!(none.check(token.as_bytes(), now()), Err(Refusal::Unknown));
    }
}
