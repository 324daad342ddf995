//! Turns what is measured of a reading into how likely it is right, and into how it ranks among others of the same question.

use super::choose::Chosen;
use super::signals::Signals;
use super::weights::{BIAS, CHOICE, PAIRS, SURE};

/// How much a reading's measures speak for it beside others of the same question.
pub(crate) fn preference(signals: &Signals) -> f64 {
    CHOICE
        .iter()
        .map(|(signal, weight)| signals.get(*signal) * weight)
        .sum()
}

/// The probability that an answer with these measures is right.
pub(crate) fn estimate(signals: &Signals) -> f64 {
    let single: f64 = SURE
        .iter()
        .map(|(signal, weight)| signals.get(*signal) * weight)
        .sum();
    let pairs: f64 = PAIRS
        .iter()
        .filter(|(one, other, _)| signals.get(*one) != 0.0 && signals.get(*other) != 0.0)
        .map(|(_, _, weight)| weight)
        .sum();
    let probability = 1.0 / (1.0 + (-(BIAS + single + pairs)).exp());
    // Four digits are more than the fit is worth, and keep printed answers alike on every machine.
    (probability * 10_000.0).round() / 10_000.0
}

/// How likely a reading that is made of two is right: two readings that are whole and fit together bear each other out.
pub(crate) fn of_halves(one: &Chosen<'_>, other: &Chosen<'_>) -> f64 {
    /// How sure the two are for how sure the weaker is.
    const TRUST: f64 = 1.15;
    /// How sure they are at most.
    const SUREST: f64 = 0.9;
    let weaker = estimate(&one.signals).min(estimate(&other.signals));
    (TRUST * weaker).min(SUREST)
}
