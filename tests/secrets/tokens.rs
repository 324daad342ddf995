//! What opens the door changes while the plugin runs: tokens, the sessions of tokens, an issuer's keys.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;

use crate::support::http::send;
use crate::support::kubelet;
use crate::support::plugin::Plugin;
use crate::until_metric;

/// What nobody on this machine calls it: whoever does is not local.
const ELSEWHERE: (&str, &str) = ("Host", "plugin.example.com");
const OWN: (&str, &str) = ("Origin", "http://plugin.example.com");
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

fn status(plugin: &Plugin, name: &str, value: &str) -> u16 {
    send(
        plugin.http,
        "GET",
        "/admin/cache",
        &[ELSEWHERE, (name, value)],
        b"",
    )
    .status
}

fn with_token(plugin: &Plugin, token: &str) -> u16 {
    status(plugin, "Authorization", &format!("Bearer {token}"))
}

/// Signs in with a token, and gives the session's cookie.
fn sign_in(plugin: &Plugin, token: &str) -> String {
    let form = format!("next=/debug/&token={token}");
    let reply = send(
        plugin.http,
        "POST",
        "/login",
        &[ELSEWHERE, OWN, FORM],
        form.as_bytes(),
    );
    assert_eq!(reply.status, 303, "{}", reply.text());
    let cookie = reply.header("set-cookie").split(';').next();
    cookie.unwrap().to_owned()
}

#[test]
fn a_replaced_token_is_refused_and_its_sessions_have_ended() {
    let (old, new, other) = (
        "an-old-token-0123456789",
        "a-new-token-0123456789",
        "another-token-0123456789",
    );
    let config = |token: &str| {
        format!(
            "access:\n  tokens:\n    operator: {{token: {token}, scopes: [admin, debug]}}\n    \
             other: {{token: {other}, scopes: [admin]}}\n"
        )
    };
    let plugin = Plugin::start(&config(old));
    assert_eq!(with_token(&plugin, old), 200);
    assert_eq!(with_token(&plugin, new), 401);
    let (session, others) = (sign_in(&plugin, old), sign_in(&plugin, other));
    assert_eq!(status(&plugin, "Cookie", &session), 200);

    fs::write(plugin.config_file(), plugin.config_text(&config(new))).unwrap();
    until_metric(
        &plugin,
        "atest_ai_config_reloads_total{result=\"applied\",trigger=\"file\"} 1",
    );
    assert_eq!(with_token(&plugin, old), 401);
    assert_eq!(with_token(&plugin, new), 200);
    assert_eq!(status(&plugin, "Cookie", &session), 401);
    // Who signed in with a token that stays, stays.
    assert_eq!(status(&plugin, "Cookie", &others), 200);
    let session = sign_in(&plugin, new);
    assert_eq!(status(&plugin, "Cookie", &session), 200);
}

/// A pair of keys: what signs, and the file that an issuer publishes.
fn issuer(kid: &str) -> (EncodingKey, String) {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let key = EncodingKey::from_ec_pem(pair.serialize_pem().as_bytes()).unwrap();
    let mut jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap();
    jwk.common.key_id = Some(kid.into());
    (key, json!({"keys": [jwk]}).to_string())
}

fn signed(kid: &str, key: &EncodingKey) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some(kid.into());
    let claims = json!({"sub": "ann", "aud": "atest-ext-ai", "exp": now + 600, "scope": "admin"});
    encode(&header, &claims, key).unwrap()
}

#[test]
fn an_issuers_exchanged_keys_open_and_those_before_do_not() {
    let (first, first_file) = issuer("one");
    let (second, second_file) = issuer("two");
    let folder = tempfile::tempdir().unwrap();
    let volume = folder.path().join("keys");
    kubelet::write(&volume, "1", &[("jwks.json", &first_file)]);
    let plugin = Plugin::start(&format!(
        "access:\n  jwt: {{jwks_file: {}/jwks.json}}\n",
        volume.display()
    ));
    let (one, two) = (signed("one", &first), signed("two", &second));
    assert_eq!((with_token(&plugin, &one), with_token(&plugin, &two)), (200, 401));
    let session = sign_in(&plugin, &one);

    kubelet::write(&volume, "2", &[("jwks.json", "{\"keys\": 7}")]);
    until_metric(&plugin, "atest_ai_config_last_reload_successful 0");
    assert_eq!((with_token(&plugin, &one), with_token(&plugin, &two)), (200, 401));

    kubelet::write(&volume, "3", &[("jwks.json", &second_file)]);
    until_metric(&plugin, "atest_ai_config_last_reload_successful 1");
    assert_eq!((with_token(&plugin, &one), with_token(&plugin, &two)), (401, 200));
    assert_eq!(status(&plugin, "Cookie", &session), 401);
}
