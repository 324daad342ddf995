//! What each feature counts for.

use super::features::{FEATURES, Features, NAMES};

/// The version of the list of features; weights of another one are not used.
pub(super) const VERSION: u32 = 1;

/// Weights set by hand, in the order and sign of the strengths measured for the embedded engine. An agreement is worth about
/// as much as half of the coverage, both ways; what is not known counts for nothing.
const BY_HAND: [(&str, f64); 22] = [
    ("schema", 0.6),
    ("coverage", 3.6),
    ("coverage_known", -1.8),
    ("uses_constant", 0.3),
    ("unused", -1.2),
    ("unasked_numbers", -0.9),
    ("unasked_texts", -0.4),
    ("assumptions", -0.35),
    ("star", -0.5),
    ("unconnected", -0.8),
    ("long", -0.02),
    ("bound_share", 1.0),
    ("bound_known", -1.0),
    ("repaired", -0.6),
    ("explained", 1.4),
    ("explained_known", -1.0),
    ("engine", 2.2),
    ("engine_known", -1.0),
    ("samples", 2.6),
    ("samples_known", -1.3),
    ("certainty", 1.2),
    ("sequence", 0.3),
];

const BIAS_BY_HAND: f64 = 0.2;

/// Where weights come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightsSource {
    /// Set by hand.
    Heuristic,
    /// Fitted on answers that were judged.
    Fitted,
}

/// What each feature counts for.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// The version of the list of features.
    pub version: u32,
    /// Where they come from.
    pub source: WeightsSource,
    /// Answers that they were fitted on.
    pub judged: u32,
    /// What counts without any feature.
    pub bias: f64,
    /// In the order of [`NAMES`].
    pub weights: [f64; FEATURES],
}

impl Weights {
    /// Those set by hand.
    pub fn heuristic() -> Weights {
        let of = |name: &str| BY_HAND.iter().find(|(known, _)| *known == name);
        Weights {
            version: VERSION,
            source: WeightsSource::Heuristic,
            judged: 0,
            bias: BIAS_BY_HAND,
            weights: NAMES.map(|name| of(name).map_or(0.0, |(_, weight)| *weight)),
        }
    }

    /// How likely an answer with these features is right.
    pub fn probability(&self, features: &Features) -> f64 {
        let terms = self.weights.iter().zip(features.0);
        let sum: f64 = terms.map(|(weight, feature)| weight * feature).sum();
        logistic(self.bias + sum)
    }
}

pub(super) fn logistic(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_weight_set_by_hand_is_that_of_a_feature() {
        for (name, _) in BY_HAND {
            assert!(NAMES.contains(&name), "{name}");
        }
        let weights = Weights::heuristic();
        let set = weights.weights.iter().filter(|weight| **weight != 0.0).count();
        assert_eq!(set, BY_HAND.len());
    }

    #[test]
    fn features_of_which_nothing_is_known_count_for_nothing() {
        let weights = Weights::heuristic();
        let nothing = weights.probability(&Features([0.0; FEATURES]));
        assert_eq!(nothing, logistic(BIAS_BY_HAND));
    }
}
