//! Small things that the tests of the caches share.

use jiff::Timestamp;
use nl2sql::Dialect;

use super::{CacheKey, CachedAnswer, KeyBuilder};
use crate::answer::{Confidence, ConfidenceSource};

/// The key of a question.
pub(super) fn key(question: &str) -> CacheKey {
    KeyBuilder::new().words("question", question).finish()
}

/// A sure answer.
pub(super) fn answer(sql: &str) -> CachedAnswer {
    CachedAnswer {
        sql: sql.into(),
        pretty_sql: sql.into(),
        explanation: "names of users".into(),
        confidence: Confidence::new(0.9),
        confidence_source: ConfidenceSource::Builtin,
        features: None,
        warnings: Vec::new(),
        provider: "builtin".into(),
        model: "m".into(),
        dialect: Dialect::Sqlite,
        usage: None,
        cost: None,
        degraded: false,
        explained: false,
        alternative: None,
        instead_of: None,
        made_at: Timestamp::constant(1_800_000_000, 0),
    }
}
