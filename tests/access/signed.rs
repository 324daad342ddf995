//! Signed tokens of an issuer, as a Kubernetes Secret and a file of keys give them.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::{ELSEWHERE, bearer};
use crate::support::http::send;
use crate::support::plugin::Plugin;

const SECRET: &str = "planted-jwt-secret-of-32-bytes-00";
const PATH: &str = "/admin/cache";

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn claims(change: &Value) -> Value {
    let mut claims =
        json!({"sub": "ann@example.com", "aud": "atest-ext-ai", "exp": now() + 600, "scope": "admin"});
    for (name, value) in change.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

fn status(plugin: &Plugin, token: &str) -> u16 {
    let authorized = bearer(token);
    send(
        plugin.http,
        "DELETE",
        PATH,
        &[ELSEWHERE, ("Authorization", &authorized)],
        b"",
    )
    .status
}

#[test]
fn the_secret_of_the_guide_opens_with_right_claims_only() {
    let plugin = Plugin::start_with("logging: {level: trace}\n", &[("JWT_SECRET", SECRET)]);
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let sign = |change: Value, key: &EncodingKey| encode(&Header::default(), &claims(&change), key).unwrap();
    assert_eq!(status(&plugin, &sign(json!({}), &key)), 200);
    for (change, expected) in [
        (json!({"exp": now() - 120}), 401),
        (json!({"nbf": now() + 600}), 401),
        (json!({"exp": null}), 401),
        (json!({"aud": "another"}), 401),
        (json!({"aud": null}), 401),
        (json!({"scope": "api debug"}), 403),
    ] {
        assert_eq!(status(&plugin, &sign(change.clone(), &key)), expected, "{change}");
    }
    let other = EncodingKey::from_secret(b"another secret of another program");
    assert_eq!(status(&plugin, &sign(json!({}), &other)), 401);

    let audit = fs::read_to_string(plugin.folder().join("audit.log")).unwrap();
    let cleared = audit.lines().find(|line| line.contains("cache_clear")).unwrap();
    let cleared: Value = serde_json::from_str(cleared).unwrap();
    assert_eq!(cleared["actor"]["signed_in"], "jwt ann@example.com");
    for text in [audit, plugin.log()] {
        assert!(!text.contains("planted") && !text.contains("eyJ"), "{text}");
    }
}

#[test]
fn the_keys_of_an_issuer_open_without_a_secret_that_could_leak() {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let key = EncodingKey::from_rsa_pem(pair.serialize_pem().as_bytes()).unwrap();
    let mut jwk = Jwk::from_encoding_key(&key, Algorithm::RS256).unwrap();
    jwk.common.key_id = Some("one".into());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jwks.json");
    fs::write(&file, json!({"keys": [jwk]}).to_string()).unwrap();
    let plugin = Plugin::start(&format!(
        "access:\n  jwt: {{jwks_file: {}, issuer: https://issuer.example, audience: sql, scope_claim: roles}}\n",
        file.display()
    ));
    let right = json!({"aud": ["x", "sql"], "iss": "https://issuer.example", "roles": ["admin", "writer"]});
    let sign = |algorithm, kid: &str, key: &EncodingKey| {
        let mut header = Header::new(algorithm);
        header.kid = Some(kid.into());
        encode(&header, &claims(&right), key).unwrap()
    };
    assert_eq!(status(&plugin, &sign(Algorithm::RS256, "one", &key)), 200);
    assert_eq!(status(&plugin, &sign(Algorithm::RS256, "two", &key)), 401);
    let public = EncodingKey::from_secret(pair.public_key_pem().as_bytes());
    assert_eq!(status(&plugin, &sign(Algorithm::HS256, "one", &public)), 401);
}
