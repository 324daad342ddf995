//! Checks that what a reading took from its question is in its plan: what was taken and lost is told by no word left over.

use std::cell::LazyCell;

use super::choose::Chosen;
use super::items::Kind;
use super::phrases::{Function, Phrase};
use super::plan::{Cond, Expr, Plan};
use super::reading::Reading;
use super::render;
use super::signals::echoes::Said;
use super::stem::singular;
use super::words;
use crate::dialect::Dialect;

/// From this on a word names a column, and from there on it may name a table.
const SURE: f32 = 0.9;
const MAY_BE: f32 = 0.6;
/// Words for what rows are called, which is shown for them anyway.
const NAMES: &[&str] = &[
    "name", "title", "id", "code", "number", "type", "kind", "date", "record",
];

/// How many of a smaller unit make one: days, hours, minutes, cents, grams and the like.
const UNITS: &[u32] = &[
    7, 12, 24, 30, 60, 100, 365, 1_000, 1_440, 3_600, 60_000, 1_000_000,
];

/// The first item that was taken and is not in the plan.
pub(crate) fn lost(chosen: &Chosen<'_>) -> Option<usize> {
    let reading = &chosen.reading;
    // Few questions have a number.
    let sql = LazyCell::new(|| render::sql(reading.lexicon, &reading.plan, &chosen.joins, Dialect::Sqlite));
    (0..reading.items.len()).find(|at| match &reading.items[*at].kind {
        Kind::Number(digits) => !reading.is_free(*at) && !holds_number(&sql, digits),
        Kind::Phrase(Phrase::PerEach) => is_lost_group(reading, *at),
        Kind::Phrase(Phrase::Aggregate(function)) => {
            !reading.is_free(*at) && is_lost_figure(&reading.plan, *function)
        }
        _ => false,
    })
}

/// Columns of the plan's tables that are named and that nothing reads. That is no wrong answer by itself ("the names of all
/// cities"), but whoever asked should know.
pub(crate) fn unread(chosen: &Chosen<'_>) -> Vec<usize> {
    let reading = &chosen.reading;
    let counts =
        reading.plan.aggregates() || reading.plan.filters.iter().any(|cond| cond.related().is_some());
    let said = Said::new(chosen);
    let is_unread = |at: &usize| {
        let item = &reading.items[*at];
        let Kind::Mention(mention, values) = &item.kind else {
            return false;
        };
        let is_here = mention
            .columns
            .iter()
            .any(|hit| hit.score >= SURE && said.tables.contains(&reading.lexicon.column(hit.id).table));
        let tokens = &reading.tokens[item.start..item.end];
        // "the number of authors": rows.
        let is_rows = counts && tokens.last().is_some_and(|token| token.lower.ends_with('s'));
        is_here
            && values.is_empty()
            && !mention.fuzzy
            && !is_rows
            && mention.table_score() < MAY_BE
            && !mention.columns.iter().any(|hit| said.columns.contains(&hit.id))
            && !tokens.iter().any(|token| {
                let word = token.lower.as_str();
                said.stems.contains(&token.stem)
                    || words::VERBS.contains(word)
                    || NAMES.contains(&singular(word).as_str())
            })
    };
    (0..reading.items.len()).filter(is_unread).collect()
}

/// Whether a number is in the SQL, perhaps in another unit or as a part of a date. "At least one" needs none.
fn holds_number(sql: &str, digits: &str) -> bool {
    let plain = digits.trim_start_matches('0');
    let in_unit = |per: u32| {
        plain
            .parse::<f64>()
            .is_ok_and(|number| sql.contains(&(number * f64::from(per)).round().to_string()))
    };
    matches!(plain, "" | "1") || sql.contains(plain) || UNITS.iter().any(|per| in_unit(*per))
}

/// `total minutes for each show` where no row of the answer is a show; a figure for each of the rows it is of is one for all.
fn is_lost_group(reading: &Reading<'_>, at: usize) -> bool {
    let plan = &reading.plan;
    let one_row = plan.group.is_empty() && !plan.star && plan.select.iter().all(Expr::is_aggregate);
    one_row
        && reading.after(at).is_some_and(|i| {
            matches!(reading.items[i].kind, Kind::Mention(..)) && reading.table(i) != Some(plan.home)
        })
}

/// A sum, an average or an extreme of which nothing is shown, sorted by or compared with.
fn is_lost_figure(plan: &Plan, function: Function) -> bool {
    let is_figure = |expr: &Expr| expr.is_aggregate() || matches!(expr, Expr::Related(_) | Expr::Column(_));
    let shown = plan
        .select
        .iter()
        .any(|expr| expr.is_aggregate() || matches!(expr, Expr::Related(_)));
    let compared = plan.filters.iter().any(|cond| {
        matches!(
            cond,
            Cond::Average(..)
                | Cond::Beyond { .. }
                | Cond::Extreme { .. }
                | Cond::Compare(Expr::Related(_), ..)
        )
    });
    function != Function::Count
        && !shown
        && !compared
        && plan.having.is_empty()
        && !plan.order.iter().any(|(expr, _)| is_figure(expr))
}

#[cfg(test)]
mod tests {
    use crate::dialect::Dialect;
    use crate::engine::tests::{ask, clinic};

    #[test]
    fn what_was_said_and_is_not_in_the_plan_is_no_answer() {
        for (question, word) in [
            ("total fee of the 3 newest visits", "3"),
            ("find the total fee of visits of the top 2 doctors", "2"),
        ] {
            match ask(&clinic(), Dialect::Sqlite, question) {
                Err(refusal) => assert!(refusal.reason.contains(&format!("\"{word}\"")), "{refusal}"),
                Ok(draft) => assert!(draft.sql.contains(&format!("LIMIT {word}")), "{}", draft.sql),
            }
        }
        let one = ask(&clinic(), Dialect::Sqlite, "doctors with at least one visit").unwrap();
        assert!(!one.sql.contains('1'), "{}", one.sql);
    }

    #[test]
    fn a_column_that_is_named_and_not_read_is_warned_of() {
        let question = "top 3 doctors by number of visits, with name and specialty";
        let draft = ask(&clinic(), Dialect::Sqlite, question).unwrap();
        let warned = draft.warnings.iter().any(|text| text.contains("specialty"));
        assert!(warned != draft.sql.contains("specialty"), "{draft:?}");
    }
}
