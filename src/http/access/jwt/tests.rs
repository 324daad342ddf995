//! Attacks on signed tokens, and tokens at the edges of their time.

use std::fs;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use proptest::prelude::*;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PKCS_RSA_SHA256};
use serde_json::json;

use super::*;
use crate::config::Scope;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const NOW: i64 = 1_800_000_000;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn settings() -> config::Jwt {
    config::Jwt {
        secret: Some(SECRET.into()),
        audience: "us".into(),
        ..config::Jwt::default()
    }
}

fn by_secret() -> Jwt {
    Jwt::new(&settings()).unwrap().unwrap()
}

/// One that is right, but for what `change` says.
fn claims(change: Value) -> Value {
    let mut claims = json!({"sub": "ann", "aud": "us", "exp": NOW + 600, "scope": "api admin other"});
    for (name, value) in change.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    claims
}

fn signed(header: &Header, claims: &Value, key: &EncodingKey) -> Vec<u8> {
    encode(header, claims, key).unwrap().into_bytes()
}

fn hs256(change: Value) -> Vec<u8> {
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    signed(&Header::new(Algorithm::HS256), &claims(change), &key)
}

/// The same with another header, signed all the same.
fn with_header(header: Value, key: &[u8]) -> Vec<u8> {
    let part = |value: &Value| URL.encode(value.to_string());
    let message = format!("{}.{}", part(&header), part(&claims(json!({}))));
    let signature = jsonwebtoken::crypto::sign(
        message.as_bytes(),
        &EncodingKey::from_secret(key),
        Algorithm::HS256,
    );
    format!("{message}.{}", signature.unwrap()).into_bytes()
}

fn refusal(jwt: &Jwt, token: &[u8]) -> Refusal {
    jwt.verify(token, now()).unwrap_err()
}

#[test]
fn a_right_token_says_for_whom_it_is_and_what_it_opens() {
    let right = by_secret().verify(&hs256(json!({})), now()).unwrap();
    assert_eq!(right.subject.as_deref(), Some("ann"));
    assert!(right.scopes.has(Scope::Api) && right.scopes.has(Scope::Admin));
    assert!(!right.scopes.has(Scope::Debug) && !right.scopes.has(Scope::Metrics));
    assert_eq!(right.expires.as_second(), NOW + 600);
    for (change, opens) in [
        (json!({"scope": ["api", "debug"]}), true),
        (json!({"aud": ["them", "us"]}), true),
        (json!({"exp": NOW as f64 + 0.5}), true),
        (json!({"scope": "API apis"}), false),
        (json!({"scope": null}), false),
        (json!({"scope": {"api": true}}), false),
        (json!({"scope": 7}), false),
    ] {
        let right = by_secret().verify(&hs256(change.clone()), now()).unwrap();
        assert_eq!(right.scopes.has(Scope::Api), opens, "{change}");
    }
    let long = hs256(json!({"sub": "x\n".repeat(1000)}));
    let subject = by_secret().verify(&long, now()).unwrap().subject.unwrap();
    assert_eq!(subject, "x".repeat(MAX_SUBJECT));
}

#[test]
fn times_are_kept_to_the_second_with_the_leeway() {
    let minute = 60;
    for (change, expected) in [
        (json!({"exp": NOW - minute + 1}), None),
        (json!({"exp": NOW - minute}), Some(Refusal::Expired)),
        (json!({"exp": 0}), Some(Refusal::Expired)),
        (json!({"exp": -1e300}), Some(Refusal::Expired)),
        (json!({"exp": 1e300}), None),
        (json!({"exp": null}), Some(Refusal::NoExpiry)),
        (json!({"exp": "2099-01-01"}), Some(Refusal::NoExpiry)),
        (json!({"exp": "1900000000"}), Some(Refusal::NoExpiry)),
        (json!({"exp": [NOW + 5]}), Some(Refusal::Malformed)),
        (json!({"nbf": NOW + minute}), None),
        (json!({"nbf": NOW + minute + 1}), Some(Refusal::NotYet)),
        (json!({"nbf": "soon"}), Some(Refusal::Malformed)),
    ] {
        let verdict = by_secret().verify(&hs256(change.clone()), now());
        assert_eq!(verdict.err(), expected, "{change}");
    }
}

#[test]
fn a_token_for_another_program_or_of_another_issuer_is_refused() {
    let jwt = by_secret();
    for aud in [
        json!(null),
        json!("them"),
        json!(["them"]),
        json!([]),
        json!("us, them"),
        json!({"us": 1}),
        json!(7),
    ] {
        assert_eq!(
            refusal(&jwt, &hs256(json!({"aud": aud}))),
            Refusal::Audience,
            "{aud}"
        );
    }
    let strict = Jwt::new(&config::Jwt {
        issuer: Some("https://issuer.example".into()),
        ..settings()
    });
    let strict = strict.unwrap().unwrap();
    for iss in [
        json!(null),
        json!("https://issuer.example/"),
        json!(["https://issuer.example"]),
    ] {
        assert_eq!(
            refusal(&strict, &hs256(json!({"iss": iss}))),
            Refusal::Issuer,
            "{iss}"
        );
    }
    assert!(
        strict
            .verify(&hs256(json!({"iss": "https://issuer.example"})), now())
            .is_ok()
    );
}

#[test]
fn no_algorithm_and_other_algorithms_have_no_key() {
    let jwt = by_secret();
    for alg in ["none", "None", "NONE", "nOnE", "", "HS257"] {
        let mut token = with_header(json!({"alg": alg, "typ": "JWT"}), SECRET.as_bytes());
        assert_eq!(refusal(&jwt, &token), Refusal::Malformed, "{alg}");
        token.truncate(token.iter().rposition(|byte| *byte == b'.').unwrap() + 1);
        assert_eq!(
            refusal(&jwt, &token),
            Refusal::Malformed,
            "{alg} without signature"
        );
    }
    for alg in ["HS384", "HS512", "RS256", "ES256", "EdDSA", "PS256"] {
        let token = with_header(json!({"alg": alg}), SECRET.as_bytes());
        assert_eq!(refusal(&jwt, &token), Refusal::Algorithm, "{alg}");
    }
}

#[test]
fn what_a_header_says_beside_the_algorithm_brings_no_key_in() {
    let jwt = by_secret();
    let attackers = b"the attacker's own key of 32 bytes".as_slice();
    let own = json!({"kty": "oct", "k": "dGhlIGF0dGFja2VyJ3Mgb3duIGtleSBvZiAzMiBieXRlcw"});
    for header in [
        json!({"alg": "HS256", "jwk": own}),
        json!({"alg": "HS256", "jku": "http://127.0.0.1:9/keys"}),
        json!({"alg": "HS256", "x5u": "http://127.0.0.1:9/cert"}),
        json!({"alg": "HS256", "kid": "../../../dev/null"}),
        json!({"alg": "HS256", "kid": "' OR 1=1 --"}),
    ] {
        assert_eq!(
            refusal(&jwt, &with_header(header.clone(), attackers)),
            Refusal::Signature,
            "{header}"
        );
    }
    // An empty key is what a `kid` of /dev/null would give.
    assert_eq!(
        refusal(&jwt, &with_header(json!({"alg": "HS256"}), b"")),
        Refusal::Signature
    );
    let critical = json!({"alg": "HS256", "crit": ["b64"], "b64": false});
    assert_eq!(
        refusal(&jwt, &with_header(critical, SECRET.as_bytes())),
        Refusal::Malformed
    );
}

/// Three keys in a file, as issuers rotate them, and how to sign with each.
struct Issuer {
    folder: tempfile::TempDir,
    pairs: Vec<(&'static str, Algorithm, KeyPair)>,
}

impl Issuer {
    fn new() -> Issuer {
        let pair = |kid, algorithm, kind| (kid, algorithm, KeyPair::generate_for(kind).unwrap());
        let issuer = Issuer {
            folder: tempfile::tempdir().unwrap(),
            pairs: vec![
                pair("rsa", Algorithm::RS256, &PKCS_RSA_SHA256),
                pair("ec", Algorithm::ES256, &PKCS_ECDSA_P256_SHA256),
                pair("ed", Algorithm::EdDSA, &PKCS_ED25519),
            ],
        };
        let keys: Vec<Value> = issuer
            .pairs
            .iter()
            .map(|(kid, algorithm, pair)| {
                let mut jwk = match algorithm {
                    Algorithm::EdDSA => {
                        let x = URL.encode(pair.public_key_raw());
                        json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": x})
                    }
                    _ => json!(Jwk::from_encoding_key(&issuer.key(kid), *algorithm).unwrap()),
                };
                jwk["kid"] = json!(kid);
                jwk["use"] = json!("sig");
                jwk
            })
            .collect();
        issuer.write(&json!({"keys": keys}));
        issuer
    }

    fn write(&self, keys: &Value) {
        fs::write(self.folder.path().join("keys.json"), keys.to_string()).unwrap();
    }

    fn pair(&self, kid: &str) -> &(&'static str, Algorithm, KeyPair) {
        self.pairs.iter().find(|(known, ..)| *known == kid).unwrap()
    }

    fn key(&self, kid: &str) -> EncodingKey {
        let (_, algorithm, pair) = self.pair(kid);
        let pem = pair.serialize_pem();
        match algorithm {
            Algorithm::RS256 => EncodingKey::from_rsa_pem(pem.as_bytes()),
            Algorithm::ES256 => EncodingKey::from_ec_pem(pem.as_bytes()),
            _ => EncodingKey::from_ed_pem(pem.as_bytes()),
        }
        .unwrap()
    }

    fn sign(&self, by: &str, named: Option<&str>) -> Vec<u8> {
        let mut header = Header::new(self.pair(by).1);
        header.kid = named.map(str::to_owned);
        signed(&header, &claims(json!({})), &self.key(by))
    }

    fn jwt(&self) -> Result<Jwt, String> {
        let settings = config::Jwt {
            secret: None,
            jwks_file: Some(self.folder.path().join("keys.json")),
            ..settings()
        };
        Jwt::new(&settings).map(Option::unwrap)
    }
}

#[test]
fn each_key_of_an_issuer_is_good_for_its_own_algorithm() {
    let issuer = Issuer::new();
    let jwt = issuer.jwt().unwrap();
    for kid in ["rsa", "ec", "ed"] {
        assert!(jwt.verify(&issuer.sign(kid, Some(kid)), now()).is_ok(), "{kid}");
        assert!(
            jwt.verify(&issuer.sign(kid, None), now()).is_ok(),
            "{kid} without a name"
        );
        for unknown in ["other", "", "RSA"] {
            assert_eq!(
                refusal(&jwt, &issuer.sign(kid, Some(unknown))),
                Refusal::Key,
                "{kid}"
            );
        }
    }
    assert_eq!(refusal(&jwt, &issuer.sign("ec", Some("rsa"))), Refusal::Key);
    let another = Issuer::new();
    for kid in ["rsa", "ec", "ed"] {
        assert_eq!(
            refusal(&jwt, &another.sign(kid, Some(kid))),
            Refusal::Signature,
            "{kid}"
        );
    }
}

#[test]
fn what_one_key_signed_outlives_a_new_key_but_not_its_own_end() {
    let issuer = Issuer::new();
    let before = issuer.jwt().unwrap();
    let right = before.verify(&issuer.sign("ec", Some("ec")), now()).unwrap();
    let text = fs::read_to_string(issuer.folder.path().join("keys.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let only = |index: usize| {
        issuer.write(&json!({"keys": [all["keys"][index]]}));
        issuer.jwt().unwrap()
    };
    assert!(before.still_goes_by(&right.found_right_by));
    assert!(only(1).still_goes_by(&right.found_right_by));
    assert!(!only(0).still_goes_by(&right.found_right_by));
}

#[test]
fn a_public_key_is_no_secret() {
    let issuer = Issuer::new();
    let public = issuer.pair("rsa").2.public_key_pem();
    let only_keys = issuer.jwt().unwrap();
    let both = Jwt::new(&config::Jwt {
        jwks_file: Some(issuer.folder.path().join("keys.json")),
        ..settings()
    })
    .unwrap()
    .unwrap();
    for kid in [json!("rsa"), Value::Null] {
        let header = json!({"alg": "HS256", "kid": kid});
        for public in [public.as_bytes(), public.trim().as_bytes()] {
            let token = with_header(header.clone(), public);
            assert_eq!(refusal(&only_keys, &token), Refusal::Algorithm);
            assert_eq!(refusal(&both, &token), Refusal::Signature);
        }
    }
    // With both, each still works.
    assert!(both.verify(&hs256(json!({})), now()).is_ok());
    assert!(both.verify(&issuer.sign("ec", Some("ec")), now()).is_ok());
}

#[test]
fn a_file_of_keys_that_cannot_be_used_says_why() {
    let issuer = Issuer::new();
    let keys: Value =
        serde_json::from_slice(&fs::read(issuer.folder.path().join("keys.json")).unwrap()).unwrap();
    let key = |index: usize, name: &str, value: Value| {
        let mut key = keys["keys"][index].clone();
        key[name] = value;
        key
    };
    for (file, told) in [
        (json!({}), "is not a set of keys"),
        (json!({"keys": []}), "has no key to check signatures with"),
        (
            json!({"keys": [key(0, "use", json!("enc"))]}),
            "has no key to check signatures with",
        ),
        (
            json!({"keys": [key(0, "alg", json!("RSA-OAEP"))]}),
            "has no key to check signatures with",
        ),
        (
            json!({"keys": [key(0, "n", json!("AQAB"))]}),
            "at least 2048 bits",
        ),
        (
            json!({"keys": [{"kty": "oct", "k": "c2VjcmV0LXBsYW50ZWQ"}]}),
            "does not belong among public keys",
        ),
        (
            json!({"keys": vec![keys["keys"][1].clone(); 40]}),
            "more than 32 keys",
        ),
    ] {
        issuer.write(&file);
        let error = issuer.jwt().unwrap_err();
        assert!(
            error.contains(told) && error.contains("access.jwt.jwks_file"),
            "{error}"
        );
        assert!(!error.contains("c2VjcmV0"), "{error}");
    }
    fs::remove_file(issuer.folder.path().join("keys.json")).unwrap();
    assert!(issuer.jwt().unwrap_err().contains("No such file"));
}

#[test]
fn a_pipe_in_place_of_the_file_of_keys_is_refused_and_not_waited_for() {
    let issuer = Issuer::new();
    let file = issuer.folder.path().join("keys.json");
    fs::remove_file(&file).unwrap();
    let (fifo, mode) = (
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
    );
    rustix::fs::mknodat(rustix::fs::CWD, &file, fifo, mode, 0).unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || tell.send(issuer.jwt().map(drop)));
    let outcome = told.recv_timeout(std::time::Duration::from_secs(10));
    assert!(
        outcome
            .expect("it waits for the pipe")
            .unwrap_err()
            .contains("is not a file")
    );
}

#[test]
fn a_key_of_a_kind_that_is_not_known_here_is_no_obstacle() {
    let issuer = Issuer::new();
    let text = fs::read_to_string(issuer.folder.path().join("keys.json")).unwrap();
    let mut keys: Value = serde_json::from_str(&text).unwrap();
    let list = keys["keys"].as_array_mut().unwrap();
    list.insert(
        0,
        json!({"kty": "AKP", "alg": "ML-DSA-65", "kid": "pq", "pub": "AA"}),
    );
    list.insert(
        0,
        json!({"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA", "kid": "k1"}),
    );
    issuer.write(&keys);
    let jwt = issuer.jwt().unwrap();
    assert!(jwt.verify(&issuer.sign("rsa", Some("rsa")), now()).is_ok());
}

#[test]
fn a_huge_token_is_not_read() {
    let token = hs256(json!({"padding": "x".repeat(LONGEST)}));
    assert_eq!(refusal(&by_secret(), &token), Refusal::TooLong);
}

#[test]
fn one_bit_changed_anywhere_is_refused() {
    let jwt = by_secret();
    let right = hs256(json!({}));
    for at in 0..right.len() {
        for bit in 0..7 {
            let mut token = right.clone();
            token[at] ^= 1 << bit;
            assert!(
                jwt.verify(&token, now()).is_err(),
                "bit {bit} of byte {at}: {:?}",
                String::from_utf8_lossy(&token)
            );
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_an_answer_and_never_right(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(by_secret().verify(&bytes, now()).is_err());
    }

    #[test]
    fn any_signed_claims_are_an_answer(exp in any::<f64>(), nbf in any::<f64>(), aud in ".{0,8}", scope in ".{0,20}") {
        let token = hs256(json!({"exp": exp, "nbf": nbf, "aud": [aud, "us"], "scope": scope}));
        let _ = by_secret().verify(&token, now());
    }
}
