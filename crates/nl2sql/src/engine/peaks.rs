//! Reads which time is first: "which month had the most orders", "peak hour for calls", "busiest day of the week".

use super::asides::{read, told};
use super::lexicon::{Lexicon, Sort};
use super::period::{Slot, Unit};
use super::plan::Expr;
use super::text::{self, Token, word_at};
use super::{Draft, Request};

/// Words that a time is ranked by, and whether the highest is meant.
const FIRST: &[(&str, bool)] = &[
    ("most", true),
    ("highest", true),
    ("biggest", true),
    ("largest", true),
    ("greatest", true),
    ("best", true),
    ("maximum", true),
    ("fewest", false),
    ("least", false),
    ("lowest", false),
    ("smallest", false),
    ("worst", false),
    ("minimum", false),
];
/// Words for a time in which much or little happens.
const BUSY: &[(&str, bool)] = &[
    ("busiest", true),
    ("peak", true),
    ("quietest", false),
    ("slowest", false),
    ("best", true),
    ("worst", false),
];

/// A time that is ranked, and the words for what it is ranked by.
struct Peak<'t> {
    slot: Slot,
    descending: bool,
    by: &'t [Token],
    /// Whether rows are counted rather than a figure added up.
    counts: bool,
}

/// The answer to a question for the time in which most happened.
pub(crate) fn answer(lexicon: &Lexicon<'_>, tokens: &[Token], request: &Request<'_>) -> Option<Draft> {
    let peak = ranked(tokens).or_else(|| busy(tokens))?;
    // A column of its own may tell the month or the day.
    let (said, kept) = match peak.slot {
        Slot::Of(Unit::Month) => ("month", Unit::Month),
        Slot::Of(Unit::Week) => ("week", Unit::Week),
        Slot::Of(Unit::Quarter) => ("quarter", Unit::Quarter),
        Slot::Of(Unit::Year) => ("year", Unit::Year),
        _ => ("day", Unit::Day),
    };
    let own = lexicon.columns.iter().any(|entry| {
        let told = matches!(entry.words[..], [ref only] if only == said || peak.slot == Slot::HourOfDay && only == "hour");
        told && !matches!(entry.sort, Sort::Day { .. })
    });
    if own || peak.by.is_empty() {
        return None;
    }
    let averaged = matches!(word_at(peak.by, 0), "average" | "avg" | "mean" | "total");
    let leads: &[&str] = match (averaged, peak.counts) {
        (true, _) => &[""],
        (false, true) => &["number of", "total"],
        (false, false) => &["total", "average", "number of"],
    };
    leads.iter().find_map(|lead| {
        let mut asked = text::tokens(lead);
        asked.extend_from_slice(peak.by);
        asked.extend(text::tokens(&format!("per {said}")));
        let mut chosen = read(lexicon, &asked, request)?;
        let plan = &mut chosen.reading.plan;
        let [Expr::Bucket(Slot::Of(unit), moment)] = plan.group[..] else {
            return None;
        };
        let mut figures = plan.select.iter().filter(|expr| expr.is_aggregate());
        let (Some(figure), None) = (figures.next().cloned(), figures.next()) else {
            return None;
        };
        if unit != kept || plan.limit.is_some() {
            return None;
        }
        // Days alone do not tell the hour.
        let timed = matches!(lexicon.column(moment).sort, Sort::Day { timed: true });
        if peak.slot == Slot::HourOfDay && !timed {
            return None;
        }
        let bucket = Expr::Bucket(peak.slot, moment);
        plan.group = vec![bucket.clone()];
        plan.select = vec![bucket];
        plan.order = vec![(figure, peak.descending)];
        plan.limit = Some(1);
        told(lexicon, &chosen, request)
    })
}

/// The time that is named at a place, and how many words it takes.
fn slot(tokens: &[Token], at: usize) -> Option<(Slot, usize)> {
    let of = |unit: &[&str]| {
        word_at(tokens, at + 1) == "of" && {
            let the = usize::from(word_at(tokens, at + 2) == "the");
            unit.contains(&word_at(tokens, at + 2 + the))
        }
    };
    let length = 3 + usize::from(word_at(tokens, at + 2) == "the");
    Some(match word_at(tokens, at) {
        "hour" | "hours" if of(&["day"]) => (Slot::HourOfDay, length),
        "hour" | "hours" => (Slot::HourOfDay, 1),
        "day" | "days" if of(&["week"]) => (Slot::DayOfWeek, length),
        "weekday" | "weekdays" => (Slot::DayOfWeek, 1),
        "day" | "days" | "date" | "dates" => (Slot::Of(Unit::Day), 1),
        "week" | "weeks" => (Slot::Of(Unit::Week), 1),
        "month" | "months" => (Slot::Of(Unit::Month), 1),
        "quarter" | "quarters" => (Slot::Of(Unit::Quarter), 1),
        "year" | "years" => (Slot::Of(Unit::Year), 1),
        _ => return None,
    })
}

/// `which month had the most orders`, `day with the highest revenue`, `in which year were the fewest boats built`.
fn ranked(tokens: &[Token]) -> Option<Peak<'_>> {
    let lead = (0..tokens.len()).take(5).find(|at| {
        !matches!(
            word_at(tokens, *at),
            "in" | "on" | "at" | "which" | "what" | "the" | "is" | "was" | "show" | "me" | "find" | "during"
        )
    })?;
    let (slot, length) = slot(tokens, lead)?;
    let mut at = lead + length;
    while matches!(
        word_at(tokens, at),
        "of" | "the"
            | "year"
            | "that"
            | "which"
            | "has"
            | "have"
            | "had"
            | "with"
            | "were"
            | "was"
            | "is"
            | "are"
            | "saw"
            | "did"
            | "do"
            | "does"
            | "we"
            | "get"
            | "got"
            | "see"
            | "there"
            | "brought"
            | "generated"
            | "sold"
            | "made"
            | "took"
            | "recorded"
            | "received"
    ) {
        at += 1;
    }
    let (word, descending) = FIRST.iter().find(|(word, _)| *word == word_at(tokens, at))?;
    if at == lead + length {
        return None;
    }
    let mut from = at + 1;
    if word_at(tokens, from) == "number" && word_at(tokens, from + 1) == "of" {
        from += 2;
    }
    Some(Peak {
        slot,
        descending: *descending,
        by: tokens.get(from..)?,
        counts: matches!(*word, "most" | "fewest" | "least") || from > at + 1,
    })
}

/// `busiest day of the week for visits`, `peak hour of calls`, `best month for sales`.
fn busy(tokens: &[Token]) -> Option<Peak<'_>> {
    let lead = (0..tokens.len()).take(6).find(|at| {
        !matches!(
            word_at(tokens, *at),
            "which" | "what" | "when" | "the" | "is" | "was" | "our" | "show" | "me" | "find"
        )
    })?;
    let (_, descending) = BUSY.iter().find(|(word, _)| *word == word_at(tokens, lead))?;
    let (slot, length) = slot(tokens, lead + 1)?;
    let mut at = lead + 1 + length;
    if !matches!(word_at(tokens, at), "for" | "of" | "in" | "by") {
        return None;
    }
    at += 1;
    if word_at(tokens, at) == "terms" && word_at(tokens, at + 1) == "of" {
        at += 2;
    }
    if word_at(tokens, at) == "number" && word_at(tokens, at + 1) == "of" {
        at += 2;
    }
    Some(Peak {
        slot,
        descending: *descending,
        by: tokens.get(at..)?,
        counts: true,
    })
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn times_are_ranked_by_what_happened_in_them() {
        let pier = schema(&[
            "boats: id int, label text",
            "trips: id int, boat_id int > boats, departed_at timestamp, fare decimal(8,2), status text",
        ]);
        check(
            &pier,
            &[
                (
                    "which month had the most trips",
                    "SELECT DATE_FORMAT(departed_at, '%Y-%m') FROM trips GROUP BY DATE_FORMAT(departed_at, '%Y-%m') ORDER BY COUNT(*) DESC LIMIT 1",
                ),
                (
                    "peak hour for trips",
                    "SELECT HOUR(departed_at) FROM trips GROUP BY HOUR(departed_at) ORDER BY COUNT(*) DESC LIMIT 1",
                ),
                (
                    "what day had the highest fare",
                    "SELECT DATE_FORMAT(departed_at, '%Y-%m-%d') FROM trips GROUP BY DATE_FORMAT(departed_at, '%Y-%m-%d') ORDER BY SUM(fare) DESC LIMIT 1",
                ),
                (
                    "in which year were there the fewest trips",
                    "SELECT DATE_FORMAT(departed_at, '%Y') FROM trips GROUP BY DATE_FORMAT(departed_at, '%Y') ORDER BY COUNT(*) LIMIT 1",
                ),
            ],
        );
    }
}
