//! The places that can hold a secret. Each has one of its own, by which a leak tells where it came from.

use std::collections::BTreeSet;
use std::sync::Mutex;

use sha2::{Digest, Sha256};

/// What a secret may be made of.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Letters and digits, with no beginning that gives it away.
    Key,
    /// Signs too, which encodings change.
    Signs,
}

use Kind::{Key, Signs};

/// The places. A secret in a further place is one more line here, and [`secret`] where it is planted.
pub const PLACES: &[(&str, Kind)] = &[
    // The config.
    ("config: api_key", Key),
    ("config: api_key of a service that refuses", Key),
    ("config: headers of a service", Signs),
    ("config: headers of a service that refuses", Key),
    ("config: redis password", Signs),
    ("config: redis address", Signs),
    ("config: tracing headers", Signs),
    ("config: profiling headers", Signs),
    ("config: dsn of a database", Signs),
    ("config: access.tokens", Signs),
    ("config: access.jwt.secret", Signs),
    ("config: secrets.vault.token", Key),
    ("config: what is wrong in it", Key),
    // The environment.
    ("environment: ANTHROPIC_API_KEY", Key),
    ("environment: OTEL_EXPORTER_OTLP_HEADERS", Key),
    ("environment: JWT_SECRET", Signs),
    ("environment: ATEST_EXT_AI_ADMIN_TOKEN", Signs),
    ("environment: ATEST_EXT_AI_METRICS_TOKEN", Key),
    ("environment: HTTPS_PROXY", Signs),
    ("environment: a key that loses to another", Key),
    ("environment: a variable in the config", Key),
    ("environment: a weak JWT_SECRET", Key),
    // Files.
    ("a file named in the config", Signs),
    ("a secret folder", Key),
    ("CREDENTIALS_DIRECTORY", Key),
    ("--token-file", Key),
    ("a wrong token file", Signs),
    // Vault.
    ("Vault", Key),
    ("Vault: after a rotation", Key),
    // Requests.
    ("request: api_key", Key),
    ("request: api_key of a test", Key),
    ("request: api_key of a page", Key),
    ("request: api_key of a page that is refused", Key),
    ("request: endpoint with a password", Signs),
    ("request: metadata password", Key),
    ("request: metadata pro.api_key", Key),
    ("request: metadata x-auth", Key),
    ("request: metadata authorization", Key),
    ("request: a wrong Bearer", Signs),
    ("request: a wrong Basic", Signs),
    ("request: an unknown scheme", Key),
    ("request: user and password in the target", Key),
    ("request: query string", Key),
    ("request: path", Key),
    ("request: a cookie of others", Key),
    ("request: a wrong session", Key),
    ("request: a wrong token at /login", Signs),
    ("request: a body that is no JSON", Key),
    ("request: a header of others", Key),
    ("command line: a database", Key),
];

/// The places whose secrets somebody has asked for, to plant them.
static PLANTED: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());

/// The secret of a place, to be planted there.
pub fn secret(place: &str) -> String {
    let known = PLACES.iter().find(|(known, _)| *known == place);
    let (place, kind) = known.unwrap_or_else(|| panic!("{place} is in no table"));
    PLANTED.lock().unwrap().insert(place);
    value(place, *kind)
}

/// No place is in the table for nothing.
pub fn assert_that_all_are_planted() {
    let planted = PLANTED.lock().unwrap();
    let left: Vec<&str> = PLACES
        .iter()
        .map(|(place, _)| *place)
        .filter(|place| !planted.contains(place))
        .collect();
    assert!(left.is_empty(), "nobody planted {left:?}");
}

fn value(place: &str, kind: Kind) -> String {
    let digest: String = Sha256::digest(place)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    match kind {
        Key => format!("Q{}", &digest[..39]),
        Signs => format!("Z\"/+&{}=", &digest[..40]),
    }
}

/// All of them with their places.
pub fn all() -> Vec<(String, String)> {
    PLACES
        .iter()
        .map(|(place, kind)| ((*place).to_owned(), value(place, *kind)))
        .collect()
}
