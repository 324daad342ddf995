//! stub
use super::{Confidence, ConfidenceSource};
pub fn of(completion: &crate::provider::Completion, _: &nl2sql::check::CheckedSql, _: Option<&nl2sql::Schema>, _: &str) -> (Confidence, ConfidenceSource) {
    (Confidence::new(completion.confidence.unwrap_or(0.5)), ConfidenceSource::Builtin)
}
