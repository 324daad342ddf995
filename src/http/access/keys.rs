//! The keys that signed tokens are checked with, each bound to its algorithms.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, KeyOperations, PublicKeyUse,
};
use jsonwebtoken::{Algorithm, DecodingKey};
use secrecy::ExposeSecret;

use super::rules::{Digest, sha256};
use crate::config;

/// Largest file of keys, bytes.
const MAX_FILE: u64 = 1024 * 1024;
/// Most keys in it: a token without `kid` is tried with each.
const MAX_KEYS: usize = 32;
/// Fewest characters of an RSA modulus in base64: 2048 bits (RFC 7518 §3.3).
const MIN_MODULUS: usize = 2048 / 6;

const RSA: &[Algorithm] = &[
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

/// One key.
pub(super) struct Key {
    id: Option<String>,
    /// Which key it is, for sessions to end with it.
    pub digest: Digest,
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

impl Key {
    pub(super) fn is_for(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// Whether a token that names that key (or none) may be its own. The one secret there is needs no name.
    pub(super) fn is_named(&self, id: Option<&str>) -> bool {
        let is_secret = self.algorithms == [Algorithm::HS256];
        is_secret || id.is_none() || id == self.id.as_deref()
    }

    pub(super) fn public(&self) -> &DecodingKey {
        &self.key
    }
}

/// The secret, and the keys of the file.
pub(super) fn keys(settings: &config::Jwt) -> Result<Vec<Key>, String> {
    let secret = settings.secret.as_ref().map(|secret| Key {
        id: None,
        digest: sha256(secret.expose_secret().as_bytes()),
        algorithms: vec![Algorithm::HS256],
        key: DecodingKey::from_secret(secret.expose_secret().as_bytes()),
    });
    let mut keys: Vec<Key> = secret.into_iter().collect();
    if let Some(file) = &settings.jwks_file {
        keys.extend(of_file(file).map_err(|reason| {
            format!("the keys of signed tokens cannot be used (`access.jwt.jwks_file`): {reason}")
        })?);
    }
    Ok(keys)
}

fn of_file(file: &Path) -> Result<Vec<Key>, String> {
    let mut text = String::new();
    let unreadable = |reason: std::io::Error| format!("{}: {reason}", file.display());
    // Looked at first: opening a named pipe would wait for somebody to write.
    if !std::fs::metadata(file).map_err(unreadable)?.is_file() {
        return Err(format!("{} is not a file", file.display()));
    }
    let opened = File::open(file).map_err(unreadable)?;
    opened
        .take(MAX_FILE + 1)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    if text.len() as u64 > MAX_FILE {
        return Err(format!("{} is larger than 1 MiB", file.display()));
    }
    let set: JwkSet = serde_json::from_str(&text).map_err(|reason| {
        format!(
            "{} is not a set of keys ({{\"keys\": […]}}, RFC 7517): {reason}",
            file.display()
        )
    })?;
    if set.keys.len() > MAX_KEYS {
        return Err(format!("{} has more than {MAX_KEYS} keys", file.display()));
    }
    let mut keys = Vec::new();
    for (index, jwk) in set.keys.iter().enumerate() {
        let key = key(jwk).map_err(|reason| format!("{}: key {}: {reason}", file.display(), index + 1))?;
        keys.extend(key);
    }
    if keys.is_empty() {
        return Err(format!(
            "{} has no key to check signatures with: RSA, EC P-256 or P-384, Ed25519",
            file.display()
        ));
    }
    Ok(keys)
}

/// `None` for a key that is for something else, or of a kind that is not known here.
fn key(jwk: &Jwk) -> Result<Option<Key>, String> {
    let common = &jwk.common;
    let is_for_more = |operations: &Vec<KeyOperations>| !operations.contains(&KeyOperations::Verify);
    if matches!(&common.public_key_use, Some(usage) if *usage != PublicKeyUse::Signature)
        || common.key_operations.as_ref().is_some_and(is_for_more)
    {
        return Ok(None);
    }
    let possible = match &jwk.algorithm {
        AlgorithmParameters::RSA(key) if key.n.trim_end_matches('=').len() < MIN_MODULUS => {
            return Err("RSA keys need at least 2048 bits".into());
        }
        AlgorithmParameters::RSA(_) => RSA.to_vec(),
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => vec![Algorithm::ES256],
            EllipticCurve::P384 => vec![Algorithm::ES384],
            _ => return Ok(None),
        },
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            vec![Algorithm::EdDSA]
        }
        AlgorithmParameters::OctetKey(_) => {
            return Err(
                "a secret (kty oct) does not belong among public keys; set `access.jwt.secret`".into(),
            );
        }
        _ => return Ok(None),
    };
    let named = common.key_algorithm.as_ref().map(algorithm);
    let algorithms: Vec<Algorithm> = match named {
        None => possible,
        Some(named) => possible.into_iter().filter(|one| Some(*one) == named).collect(),
    };
    if algorithms.is_empty() {
        return Ok(None);
    }
    let key = DecodingKey::from_jwk(jwk).map_err(|_| "cannot be read".to_owned())?;
    let written = serde_json::to_vec(&jwk.algorithm).map_err(|_| "cannot be read".to_owned())?;
    Ok(Some(Key {
        id: common.key_id.clone(),
        digest: sha256(&written),
        algorithms,
        key,
    }))
}

/// `None` for one that is not for signatures.
fn algorithm(named: &KeyAlgorithm) -> Option<Algorithm> {
    named.to_string().parse().ok()
}
