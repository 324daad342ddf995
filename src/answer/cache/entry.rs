//! An answer as it is kept, and as bytes for Redis.

use std::time::Duration;

use jiff::Timestamp;
use nl2sql::Dialect;
use nl2sql::check::check;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::key::CacheKey;
use crate::answer::confidence::Features;
use crate::answer::{Confidence, ConfidenceSource};
use crate::provider::TokenUsage;

/// Begins every value; the digit is the format's version.
const MAGIC: &[u8; 4] = b"atx1";
/// Bytes of the checksum behind it.
const CHECKSUM: usize = 8;
/// Longest value that is written or read, bytes.
pub(super) const MAX_VALUE: usize = 1 << 20;

/// An answer without what belongs to one request alone (how long it took, and the request's name).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CachedAnswer {
    /// The SQL, on one line.
    pub sql: String,
    /// The SQL over several lines, for people.
    pub pretty_sql: String,
    /// What it does, on one line.
    pub explanation: String,
    /// SQL for another reading that is nearly as likely.
    #[serde(default)]
    pub alternative: Option<String>,
    /// How sure the provider is.
    #[serde(serialize_with = "write_confidence", deserialize_with = "read_confidence")]
    pub confidence: Confidence,
    /// Where the confidence comes from.
    pub confidence_source: ConfidenceSource,
    /// What the confidence was made from, for feedback; `None` for a provider's own score.
    #[serde(default)]
    pub features: Option<Features>,
    /// What the asker should know before trusting it.
    pub warnings: Vec<String>,
    /// The service that answered.
    pub provider: String,
    /// The model that answered.
    pub model: String,
    /// The dialect of the SQL.
    #[serde(serialize_with = "write_dialect", deserialize_with = "read_dialect")]
    pub dialect: Dialect,
    /// Tokens used, where the provider told.
    pub usage: Option<TokenUsage>,
    /// What it has cost, in US dollars, where the price is known.
    pub cost: Option<f64>,
    /// The embedded engine stood in for a model.
    pub degraded: bool,
    /// The provider that was wanted, where another one answered. Such answers are not kept.
    pub instead_of: Option<String>,
    /// The database that it is for has taken it.
    #[serde(default)]
    pub explained: bool,
    /// When it was made.
    pub made_at: Timestamp,
}

/// What Redis holds.
#[derive(Serialize, Deserialize)]
struct Envelope<A> {
    /// Milliseconds since 1970.
    expires_at: i64,
    answer: A,
}

impl CachedAnswer {
    /// Bytes that it holds on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        let texts = [
            &self.sql,
            &self.pretty_sql,
            &self.explanation,
            &self.provider,
            &self.model,
        ];
        let warnings = &self.warnings;
        texts.iter().map(|text| text.capacity()).sum::<usize>()
            + self.alternative.as_ref().map_or(0, String::capacity)
            + warnings.capacity() * size_of::<String>()
            + warnings.iter().map(String::capacity).sum::<usize>()
    }
}

/// The bytes of an answer that is good for `lifetime` from `now` on; `None` when there are too many.
pub(super) fn encode(
    key: &CacheKey,
    answer: &CachedAnswer,
    now: Timestamp,
    lifetime: Duration,
) -> Option<Vec<u8>> {
    let lifetime = i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX);
    let envelope = Envelope {
        expires_at: now.as_millisecond().saturating_add(lifetime),
        answer,
    };
    let mut bytes = [MAGIC.as_slice(), &[0; CHECKSUM]].concat();
    serde_json::to_writer(&mut bytes, &envelope).ok()?;
    let (head, body) = bytes.split_at_mut(MAGIC.len() + CHECKSUM);
    head[MAGIC.len()..].copy_from_slice(&checksum(key, body));
    (bytes.len() <= MAX_VALUE).then_some(bytes)
}

/// The answer in those bytes and how long it is good from `now` on. Bytes of another version, damaged ones, those of
/// another key, and SQL that would not pass as an answer today are `None`.
pub(super) fn decode(key: &CacheKey, bytes: &[u8], now: Timestamp) -> Option<(CachedAnswer, Duration)> {
    let (sum, body) = bytes.strip_prefix(MAGIC)?.split_at_checked(CHECKSUM)?;
    if sum != checksum(key, body) {
        return None;
    }
    let Envelope {
        expires_at,
        mut answer,
    } = serde_json::from_slice::<Envelope<CachedAnswer>>(body).ok()?;
    let left = u64::try_from(expires_at.checked_sub(now.as_millisecond())?).ok()?;
    if left == 0 || answer.degraded {
        return None;
    }
    // Others may write to Redis too: what comes from there is held to the same rule as what a provider writes.
    let checked = check(&answer.sql, answer.dialect, None).ok()?;
    checked.sql().clone_into(&mut answer.sql);
    checked.pretty().clone_into(&mut answer.pretty_sql);
    Some((answer, Duration::from_millis(left)))
}

/// Tells damage, and a value that stands under another key; it keeps nobody from forging one.
fn checksum(key: &CacheKey, body: &[u8]) -> [u8; CHECKSUM] {
    let digest = Sha256::new_with_prefix(key.as_bytes())
        .chain_update(body)
        .finalize();
    let mut sum = [0; CHECKSUM];
    sum.copy_from_slice(&digest[..CHECKSUM]);
    sum
}

fn write_confidence<S: Serializer>(confidence: &Confidence, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(confidence.get())
}

fn read_confidence<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Confidence, D::Error> {
    f64::deserialize(deserializer).map(Confidence::new)
}

fn write_dialect<S: Serializer>(dialect: &Dialect, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(dialect.as_str())
}

fn read_dialect<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Dialect, D::Error> {
    let word = String::deserialize(deserializer)?;
    Dialect::parse(&word).ok_or_else(|| serde::de::Error::custom("no dialect"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answer, key};
    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);
    const HOUR: Duration = Duration::from_secs(3600);

    fn full() -> CachedAnswer {
        const SQL: &str = "SELECT name FROM users";
        let checked = check(SQL, Dialect::Sqlite, None).unwrap();
        CachedAnswer {
            pretty_sql: checked.pretty().into(),
            warnings: vec!["mind \"this\" 🦀".into()],
            usage: Some(TokenUsage {
                input: 7,
                output: 3,
                ..TokenUsage::default()
            }),
            cost: Some(0.25),
            ..answer(SQL)
        }
    }

    #[test]
    fn bytes_give_back_the_answer_and_the_time_that_is_left() {
        let bytes = encode(&key("a"), &full(), NOW, HOUR).unwrap();
        let later = NOW.checked_add(jiff::SignedDuration::from_mins(45)).unwrap();
        let (back, left) = decode(&key("a"), &bytes, later).unwrap();
        assert_eq!(back, full());
        assert_eq!(left, HOUR / 4);
        let too_late = NOW.checked_add(jiff::SignedDuration::from_hours(1)).unwrap();
        assert_eq!(decode(&key("a"), &bytes, too_late), None);
    }

    #[test]
    fn every_damage_is_a_miss() {
        let bytes = encode(&key("a"), &full(), NOW, HOUR).unwrap();
        for length in 0..bytes.len() {
            assert_eq!(decode(&key("a"), &bytes[..length], NOW), None, "cut at {length}");
        }
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x20;
            assert_eq!(decode(&key("a"), &damaged, NOW), None, "byte {at}");
        }
        assert_eq!(decode(&key("a"), &[bytes.as_slice(), b" "].concat(), NOW), None);
        assert_eq!(
            decode(&key("b"), &bytes, NOW),
            None,
            "the value of another question"
        );
    }

    #[test]
    fn a_forged_value_cannot_bring_in_sql_that_writes() {
        let forged = CachedAnswer {
            pretty_sql: "SELECT name FROM users".into(),
            ..answer("DROP TABLE users")
        };
        let bytes = encode(&key("a"), &forged, NOW, HOUR).unwrap();
        assert_eq!(decode(&key("a"), &bytes, NOW), None);
        let forged = CachedAnswer {
            pretty_sql: "DROP TABLE users".into(),
            ..answer("SELECT name FROM users")
        };
        let bytes = encode(&key("a"), &forged, NOW, HOUR).unwrap();
        let (back, _) = decode(&key("a"), &bytes, NOW).unwrap();
        assert!(!back.pretty_sql.contains("DROP"), "{}", back.pretty_sql);
    }

    #[test]
    fn an_answer_longer_than_a_value_may_be_is_not_written() {
        let long = CachedAnswer {
            explanation: "x".repeat(MAX_VALUE),
            ..full()
        };
        assert_eq!(encode(&key("a"), &long, NOW, HOUR), None);
    }
}
