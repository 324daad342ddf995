//! Judges whether a reading says enough of its question to be an answer.

use super::choose::Chosen;
use super::confidence;
use super::cuts;
use super::items::Kind;
use super::kept;
use super::leftover::Part;
use super::phrases::Phrase;
use super::plan::Cond;
use super::reading::Reading;
use super::refuse;
use super::{Refusal, RefusalKind};

/// The share of the words with a meaning that an answer with words left over must have used.
const EXPLAINED: f64 = 0.6;
/// The confidence under which an answer with words left over is none.
const LEAST: f64 = 0.06;

/// Why a reading is no answer to its question.
pub(crate) fn objection(chosen: &Chosen<'_>) -> Option<Refusal> {
    let reading = &chosen.reading;
    if let Some((at, end, part)) = reading.decisive_leftover() {
        return Some(refuse::leftover(reading, at, end, part));
    }
    // "books that are available": the word says nothing elsewhere, but here all.
    let told = reading.items.len().checked_sub(1).filter(|last| {
        *last > 1
            && matches!(reading.word(*last), "available" | "full")
            && reading.is_glue(*last)
            && reading.is_free(*last)
            && matches!(reading.word(*last - 1), "are" | "is")
            && matches!(reading.word(*last - 2), "that" | "which")
            && reading.plan.filters.is_empty()
    });
    if let Some(at) = told {
        return Some(refuse::leftover(reading, at, at, Part::Adjective));
    }
    if let Some(at) = reading.lost_phrase() {
        return Some(refuse::lost(reading, at));
    }
    if let Some(at) = unranked(reading) {
        return Some(refuse::lost(reading, at));
    }
    if let Some(at) = reading.takes_beside().or_else(|| reading.grouped_by_unit()) {
        return Some(refuse::lost(reading, at));
    }
    if let Some(at) = kept::lost(chosen) {
        return Some(refuse::lost(reading, at));
    }
    let (explained, left) = explained(reading);
    let sure = confidence::estimate(&chosen.signals);
    let vague = explained < EXPLAINED || sure < LEAST;
    left.filter(|_| vague).map(|at| refuse::vague(reading, at))
}

/// `top departments`: a ranking word whose order the question does not say.
fn unranked(reading: &Reading<'_>) -> Option<usize> {
    if !reading.plan.order.is_empty() {
        return None;
    }
    (0..reading.items.len()).find(|at| {
        let ranking = matches!(reading.phrase(*at), Some(Phrase::Top | Phrase::Bottom));
        ranking && !reading.word(*at).starts_with("limit") && reading.number_beside_used(*at).is_none()
    })
}

/// The share of the words with a meaning that the plan came from, and the first word left over.
fn explained(reading: &Reading<'_>) -> (f64, Option<usize>) {
    let (mut total, mut used, mut left) = (0.0, 0.0, None);
    for (at, item) in reading.items.iter().enumerate() {
        let content = matches!(
            item.kind,
            Kind::Word
                | Kind::Mention(..)
                | Kind::Value(_)
                | Kind::Quoted(..)
                | Kind::Number(_)
                | Kind::Period(_)
        );
        if !content || (item.kind == Kind::Word && !item.used && !reading.is_leftover(at)) {
            continue;
        }
        total += 1.0;
        if item.used {
            used += 1.0;
        } else if left.is_none() && !matches!(item.kind, Kind::Mention(..)) {
            left = Some(at);
        }
    }
    (if total > 0.0 { used / total } else { 0.0 }, left)
}

/// Calculations that no recogniser makes, with how people call them.
const UNSUPPORTED: &[(&[&str], &str)] = &[
    (
        &["percentage", "percentages", "percent", "pct", "%"],
        "percentages",
    ),
    (&["ratio", "ratios", "proportion", "proportions"], "ratios"),
    (
        &[
            "median",
            "medians",
            "percentile",
            "percentiles",
            "quartile",
            "quartiles",
            "p50",
            "p90",
            "p95",
            "p99",
        ],
        "medians or percentiles",
    ),
    (
        &["variance", "stddev", "deviation", "correlation", "correlate"],
        "statistics beyond averages",
    ),
    (&["cumulative", "running"], "running totals"),
    (&["union", "intersect", "intersection"], "unions or intersections"),
];

/// A calculation that the question asks for and that this engine does not make, unless the schema has something of that name.
pub(crate) fn unsupported(reading: &Reading<'_>, question: &str) -> Option<Refusal> {
    let refused = |word: &str, what: &str| Refusal {
        kind: RefusalKind::NotUnderstood,
        reason: format!(
            "\"{word}\" asks for what this engine does not compute: it has no {what}; ask for the counts, sums or lists it is made of, one at a time"
        ),
        suggestions: Vec::new(),
    };
    if question.contains("% of") {
        return Some(refused("% of", "percentages"));
    }
    const OVER: &[&str] = &[
        "day over day",
        "week over week",
        "month over month",
        "quarter over quarter",
        "year over year",
        "week-over-week",
        "month-over-month",
        "year-over-year",
    ];
    let unmade = (0..reading.items.len()).find(|at| {
        matches!(reading.word(*at), "rate" | "rates")
            && reading.items[*at].kind == Kind::Word
            && reading.is_free(*at)
    });
    if let Some(at) = unmade {
        return Some(refused(reading.word(at), "rates of what no state or flag tells"));
    }
    let lower = question.to_lowercase();
    let signs = [" times ", " multiplied by ", " plus ", " minus "];
    if signs
        .iter()
        .map(|sign| lower.matches(sign).count())
        .sum::<usize>()
        > 1
    {
        return Some(refused("times", "figures of more than two columns"));
    }
    if let Some(said) = OVER.iter().find(|said| lower.contains(**said)) {
        return Some(refused(said, "changes from one time to the next"));
    }
    let several = reading
        .plan
        .filters
        .iter()
        .any(|cond| matches!(cond, Cond::OneOf { values, negated: false, .. } if values.len() > 1));
    let both = reading
        .tokens
        .iter()
        .find(|token| token.lower == "both")
        .filter(|_| several || (0..reading.items.len()).any(|at| reading.is_leftover(at)));
    if let Some(both) = both {
        return Some(refused(&both.text, "conditions that several rows meet together"));
    }
    let calculation = reading.items.iter().find_map(|item| {
        // "Union" may be what a club is called.
        let name = item.used
            && reading
                .tokens
                .get(item.start)
                .is_some_and(|token| token.is_capital());
        if name || !matches!(item.kind, Kind::Word | Kind::Glue) {
            return None;
        }
        let word = reading.tokens.get(item.start)?.lower.as_str();
        let next = reading
            .tokens
            .get(item.start + 1)
            .map(|token| token.lower.as_str());
        // "plants that are still running" adds nothing up.
        if word == "running"
            && !matches!(
                next,
                Some("total" | "totals" | "sum" | "average" | "count" | "balance")
            )
        {
            return None;
        }
        let (_, what) = UNSUPPORTED.iter().find(|(words, _)| words.contains(&word))?;
        Some(refused(word, what))
    });
    calculation.or_else(|| {
        cuts::contradicts(&reading.plan).then(|| refused("and", "conditions that no single row can meet"))
    })
}
