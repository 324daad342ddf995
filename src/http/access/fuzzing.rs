//! Signed tokens, for `fuzz/`: nothing opens a door that was not signed with one of the keys.

use std::path::Path;
use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::Value;

use super::Refusal;
use super::jwt::{Claims, Jwt};
use crate::config;
use crate::config::Scope;

/// Signs what is tried; nowhere else a secret.
const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// The moment at which all tokens are looked at.
const NOW: i64 = 1_800_000_000;
/// The leeway of the config, in seconds.
const LEEWAY: f64 = 60.0;
/// Longest claims that make a token which is short enough.
const SHORT: usize = 4096;

/// Public keys whose private halves were thrown away once they had signed [`SIGNED`].
const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/keys/jwks.json");
/// Every token that the private halves have signed, one a line.
const SIGNED: &str = include_str!("../../../fuzz/keys/signed.txt");

/// What is asked of tokens.
static JWT: LazyLock<Jwt> = LazyLock::new(|| {
    let settings = config::Jwt {
        secret: Some(SECRET.into()),
        jwks_file: Some(Path::new(KEYS).to_owned()),
        audience: "us".into(),
        ..config::Jwt::default()
    };
    let jwt = Jwt::new(&settings).expect("the keys can be read");
    jwt.expect("there are keys")
});

/// Bytes with a line feed are a header and claims, which are signed here; with `!` before them, by a public key in place
/// of a secret. Other bytes are a token.
pub fn jwt(bytes: &[u8]) {
    let Some(at) = bytes.iter().position(|byte| *byte == b'\n') else {
        of_others(bytes);
        return;
    };
    let (header, claims) = (&bytes[..at], &bytes[at + 1..]);
    match header.strip_prefix(b"!") {
        Some(header) => {
            let key = std::fs::read(KEYS).expect("the keys can be read");
            let verdict = verdict(&signed(header, claims, &key));
            assert!(
                verdict.is_err(),
                "a public key was taken for a secret: {verdict:?}"
            );
        }
        None => ours(header, claims),
    }
}

fn verdict(token: &[u8]) -> Result<Claims, Refusal> {
    let now = Timestamp::from_second(NOW).expect("a moment within the calendar");
    let verdict = JWT.verify(token, now);
    if let Err(refusal) = &verdict {
        assert!(!refusal.to_string().is_empty(), "{refusal:?} has no reason");
        assert_ne!(
            *refusal,
            Refusal::Unknown,
            "a signed token is refused as another kind"
        );
    }
    verdict
}

fn signature(message: &[u8], key: &[u8]) -> String {
    let key = EncodingKey::from_secret(key);
    crypto::sign(message, &key, Algorithm::HS256).expect("HMAC takes any key")
}

fn signed(header: &[u8], claims: &[u8], key: &[u8]) -> Vec<u8> {
    let message = format!("{}.{}", URL.encode(header), URL.encode(claims));
    let signature = signature(message.as_bytes(), key);
    format!("{message}.{signature}").into_bytes()
}

/// A token that is not made here opens nothing, unless one of the keys has signed just that.
fn of_others(token: &[u8]) {
    if verdict(token).is_err() {
        return;
    }
    let token = std::str::from_utf8(token).expect("a right token is text");
    let (message, signed) = token.rsplit_once('.').expect("a right token has three parts");
    let is_of_the_secret = signature(message.as_bytes(), SECRET.as_bytes()) == signed;
    let is_of_the_keys = SIGNED
        .lines()
        .any(|right| right.rsplit_once('.').is_some_and(|(right, _)| right == message));
    assert!(
        is_of_the_secret || is_of_the_keys,
        "nobody signed {token}, and it opens the door"
    );
}

/// One that is signed opens what it says, within its time, and nothing else.
fn ours(header: &[u8], claims: &[u8]) {
    let verdict = verdict(&signed(header, claims, SECRET.as_bytes()));
    let said: Option<Value> = serde_json::from_slice(claims).ok();
    let number = |name: &str| said.as_ref()?.get(name)?.as_f64();
    let is_for_us = said.as_ref().and_then(|said| said.get("aud")).is_some_and(|aud| {
        let listed = aud
            .as_array()
            .is_some_and(|list| list.iter().any(|one| one == "us"));
        aud == "us" || listed
    });
    match verdict {
        Ok(right) => {
            let header: Value = serde_json::from_slice(header).expect("a right header is JSON");
            assert_eq!(header["alg"], "HS256");
            assert!(is_for_us, "it was made for another program");
            let ends = number("exp").expect("a right token expires");
            assert!(ends > NOW as f64 - LEEWAY, "it ended at {ends}");
            assert!(
                number("nbf").is_none_or(|begin| begin < NOW as f64 + LEEWAY + 1.0),
                "it is not valid yet"
            );
            let text = String::from_utf8_lossy(claims);
            for scope in Scope::ALL {
                // An escape can write any word.
                let is_said = text.contains(scope.word()) || text.contains('\\');
                assert!(is_said || !right.scopes.has(scope), "nobody gave it {scope:?}");
            }
            let subject = right.subject.unwrap_or_default();
            assert!(!subject.contains(char::is_control), "{subject:?}");
        }
        Err(refusal) => {
            let text = String::from_utf8_lossy(claims);
            let has_only_once = |name: &str| text.matches(&format!("\"{name}\"")).count() == 1;
            let is_right = header == br#"{"alg":"HS256"}"#
                && claims.len() <= SHORT
                && number("exp").is_some_and(|ends| ends >= NOW as f64 && ends < 1e12)
                && is_for_us
                // Names of RFC 7519 that the library reads have types of their own, and stand there once.
                && said.as_ref().and_then(Value::as_object).is_some_and(|said| said.len() == 2)
                && has_only_once("exp")
                && has_only_once("aud");
            assert!(!is_right, "a right token is refused: {refusal}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_keys_have_signed_is_right() {
        for token in SIGNED.lines() {
            assert!(verdict(token.as_bytes()).is_ok(), "{token}");
        }
        assert_eq!(SIGNED.lines().count(), 4);
    }
}
