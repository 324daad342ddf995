//! Turns what is known of a reading into how likely it is right.

use super::choose::Chosen;
use super::items::Kind;
use super::plan::{Cond, Expr};
use super::reading::Reading;

/// What the estimate is made from, in the order of [`WEIGHTS`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Features(pub [f64; FEATURES]);

const FEATURES: usize = 31;

/// Weights of a logistic regression over the features, in their order: fitted to which answers were right on one half of the
/// development databases, and tried on the other half.
const WEIGHTS: [f64; FEATURES] = [
    -0.63, 1.29, 0.36, -2.39, -0.44, 0.36, -0.25, -1.31, -1.41, 0.19, -0.07, 0.83, -0.53, -0.83, -0.09,
    -0.06, -0.22, -0.26, -0.71, 0.40, 0.08, 1.61, 0.38, -0.23, -0.45, -0.28, -0.09, -0.04, -0.22, 0.13, 0.04,
];

/// The features of a reading.
pub(crate) fn features(chosen: &Chosen<'_>) -> Features {
    let reading = &chosen.reading;
    let count = |wanted: &dyn Fn(&Kind) -> bool| {
        reading
            .items
            .iter()
            .filter(|item| !item.used && wanted(&item.kind))
            .count() as f64
    };
    let content = reading
        .items
        .iter()
        .filter(|item| !matches!(item.kind, Kind::Glue | Kind::And | Kind::Or | Kind::Comma));
    let (total, used) = content.fold((0.0, 0.0), |(total, used), item| {
        (total + 1.0, used + f64::from(u8::from(item.used)))
    });
    let coverage = if total > 0.0 { used / total } else { 0.0 };
    let (sum, links) = reading.link_scores;
    let link = if links > 0 {
        f64::from(sum) / f64::from(links)
    } else {
        0.5
    };
    let fuzzy = reading
        .items
        .iter()
        .any(|item| matches!(&item.kind, Kind::Mention(mention, _) if mention.fuzzy && item.used));
    let aggregate = reading.plan.select.iter().any(Expr::is_aggregate) || !reading.plan.group.is_empty();
    let flag = |on: bool| f64::from(u8::from(on));
    let plan = &reading.plan;
    let beside = |cond: &Cond| matches!(cond, Cond::Exists { .. } | Cond::Compare(Expr::Related(_), ..));
    let values = |wanted: &dyn Fn(usize) -> bool| {
        let found = reading.items.iter().filter(|item| match &item.kind {
            Kind::Value(hits) | Kind::Quoted(_, hits) => item.used && wanted(hits.len()),
            Kind::Word => item.used && wanted(0),
            _ => false,
        });
        (found.count() as f64).min(3.0)
    };
    let ambiguous = values(&|hits| hits > 1);
    let unsampled = values(&|hits| hits == 0);
    let unnamed = chosen
        .joins
        .iter()
        .filter(|step| !reading.named.contains(&step.added))
        .count() as f64;
    let guessed = chosen
        .joins
        .iter()
        .filter(|step| reading.lexicon.graph.links[step.link].cost > 2)
        .count() as f64;
    Features([
        1.0,
        coverage,
        link,
        count(&|kind| matches!(kind, Kind::Number(_) | Kind::Quoted(..) | Kind::Period(_))),
        count(&|kind| matches!(kind, Kind::Word)),
        count(&|kind| matches!(kind, Kind::Phrase(_))),
        chosen.joins.len() as f64,
        flag(reading.plan.star),
        reading.assumptions.len() as f64,
        flag(fuzzy),
        reading.tokens.len().min(60) as f64,
        f64::from(chosen.margin.clamp(0.0, 1.0)),
        flag(aggregate),
        count(&|kind| matches!(kind, Kind::Mention(..) | Kind::Value(_))),
        (plan.select.len() as f64).min(5.0),
        (plan.filters.len() as f64).min(5.0),
        flag(!plan.order.is_empty()),
        flag(!plan.group.is_empty()),
        flag(
            plan.filters.iter().any(beside)
                || plan
                    .order
                    .iter()
                    .any(|(expr, _)| matches!(expr, Expr::Related(_))),
        ),
        flag(reading.tokens.iter().any(|token| token.text == ".")),
        flag(plan.distinct),
        weakest(reading),
        flag(reading.head.is_some()),
        ambiguous,
        unsampled,
        unnamed,
        flag(
            reading
                .tokens
                .iter()
                .any(|token| HARD.contains(&token.lower.as_str())),
        ),
        flag(!plan.having.is_empty()),
        (reading.lexicon.columns.len() as f64).ln().min(6.0),
        flag(
            reading
                .lexicon
                .columns
                .iter()
                .any(|entry| !entry.column.samples.is_empty()),
        ),
        guessed,
    ])
}

/// Words of questions that are seldom read in full.
const HARD: &[&str] = &[
    "same",
    "another",
    "other",
    "difference",
    "both",
    "either",
    "every",
    "only",
    "any",
    "corresponding",
    "single",
    "rest",
    "least",
    "together",
    "than",
];

/// The score of the least sure link that was used.
fn weakest(reading: &Reading<'_>) -> f64 {
    let used = reading
        .items
        .iter()
        .filter(|item| item.used)
        .filter_map(|item| match &item.kind {
            Kind::Mention(mention, _) => Some(f64::from(mention.score())),
            _ => None,
        });
    used.fold(1.0, f64::min)
}

/// The weighted sum of the features.
pub(crate) fn logit(features: &Features) -> f64 {
    features
        .0
        .iter()
        .zip(WEIGHTS)
        .map(|(feature, weight)| feature * weight)
        .sum()
}

/// How likely a reading that is made of two is right: two readings that are whole and fit together bear each other out.
pub(crate) fn of_halves(one: &Chosen<'_>, other: &Chosen<'_>) -> f64 {
    /// How sure the two are for how sure the weaker is.
    const TRUST: f64 = 1.15;
    /// How sure they are at most.
    const SUREST: f64 = 0.9;
    let weaker = estimate(&features(one)).min(estimate(&features(other)));
    (TRUST * weaker).min(SUREST)
}

/// The probability that an answer with these features is right.
pub(crate) fn estimate(features: &Features) -> f64 {
    let sum = logit(features);
    let probability = 1.0 / (1.0 + (-sum).exp());
    // Four digits are more than the fit is worth, and keep printed answers alike on every machine.
    (probability * 10_000.0).round() / 10_000.0
}
