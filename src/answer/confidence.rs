//! How sure an answer is: the provider's own score, or what is known of the SQL and its question, weighed.
//!
//! Asking a model how sure it is tells little. The probability of the whole sequence tells more
//! (<https://arxiv.org/abs/2411.16742>), so does a second reading that comes to the same
//! (<https://arxiv.org/abs/2505.23804>), and so does how much of the question the SQL accounts for, which was the strongest
//! signal of all for the embedded engine. The score of a model's answer is a logistic over the [`Features`]:
//!
//! ```text
//! score = ceiling / (1 + exp(-(bias + Σ weight · feature)))
//! ```
//!
//! The weights are set by hand until they are fitted on answers that somebody judged ([`mod@fit`]); until then no model's answer
//! is surer than 0.8. Without a schema none is surer than 0.5, because nothing then says that the names exist.

mod features;
mod fit;
mod fitted;
mod opinion;
mod quality;
mod samples;
mod weights;

use nl2sql::{CheckedSql, Schema};

use super::{Confidence, ConfidenceSource};
use crate::provider::Completion;
pub use features::Features;
pub use fit::{Fit, Judged, fit};
pub use fitted::{Calibration, FILE, Fitted};
pub use opinion::second_opinion;
pub use quality::{Figures, coverage_at};
pub(in crate::answer) use samples::sample;
pub use weights::{Weights, WeightsSource};

/// The fewest judged answers that weights are fitted on: 24 numbers need some twenty answers each.
pub const FEWEST_JUDGED: usize = 500;

/// Ceiling of a model's answer while the weights are set by hand.
const BY_HAND: f64 = 0.8;

/// Ceiling without a schema, whatever the weights.
const WITHOUT_SCHEMA: f64 = 0.5;

/// What became of an answer after it was written.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Trial {
    /// It passed only after its writer was told what was wrong with it.
    pub repaired: bool,
    /// Whether the database itself could plan it (EXPLAIN); `None` when there was none to ask.
    pub explained: Option<bool>,
    /// How far others came to the same; `None` when nobody else was asked, or had an opinion.
    pub agreement: Option<Agreement>,
}

/// How far others came to the same SQL.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Agreement {
    /// How far the embedded engine reads the question as the model does, from 0 to 1; `None` without an opinion.
    pub engine: Option<f64>,
    /// The share of the model's own samples that mean the same; `None` when there was one alone.
    pub samples: Option<f64>,
}

/// A score and what it was made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// How sure.
    pub confidence: Confidence,
    /// What decided.
    pub source: ConfidenceSource,
    /// What was weighed; `None` for a provider's own score.
    pub features: Option<Features>,
}

/// How sure an answer is, and where that comes from.
pub fn of(
    completion: &Completion,
    checked: &CheckedSql,
    schema: Option<&Schema>,
    question: &str,
    trial: &Trial,
    weights: &Weights,
) -> Scored {
    if let Some(score) = completion.confidence {
        return Scored {
            confidence: Confidence::new(score),
            source: ConfidenceSource::Builtin,
            features: None,
        };
    }
    let schema = schema.filter(|schema| !schema.is_empty());
    let features = features::read(completion, checked, schema, question, trial);
    let mut ceiling = match weights.source {
        WeightsSource::Heuristic => BY_HAND,
        WeightsSource::Fitted => 1.0,
    };
    if schema.is_none() {
        ceiling = ceiling.min(WITHOUT_SCHEMA);
    }
    let score = ceiling * weights.probability(&features);
    Scored {
        // Four digits are more than the weights are worth, and keep printed answers alike.
        confidence: Confidence::new((score * 10_000.0).round() / 10_000.0),
        source: source(&features),
        features: Some(features),
    }
}

/// The strongest evidence there was: another reading of the question, else probabilities, else what the SQL shows.
fn source(features: &Features) -> ConfidenceSource {
    let had = |name: &str| features.get(name) > 0.0;
    if had("engine_known") || had("samples_known") {
        ConfidenceSource::Agreement
    } else if had("tokens_known") {
        ConfidenceSource::Logprob
    } else {
        ConfidenceSource::Heuristic
    }
}

#[cfg(test)]
mod tests;
