//! Reads what should have been done by a day: "overdue loans", "books returned late", "invoices paid on time".

use super::asides::{has_unknown_states, read, restrict, told, without};
use super::lexicon::{ColumnId, Lexicon, Sort, TableId};
use super::period::{Moment, Unit};
use super::phrases::Op;
use super::plan::Cond;
use super::text::{Token, word_at};
use super::{Draft, Request};

/// Words of columns for the day by which something was to be done.
const DUE: &[&str] = &["due", "deadline", "promised", "expected"];
/// Words of columns for when it was.
const DONE: &[&str] = &[
    "returned",
    "paid",
    "completed",
    "closed",
    "delivered",
    "resolved",
    "finished",
    "settled",
    "return",
    "payment",
    "submitted",
    "actual",
    "done",
    "completion",
    "close",
    "pay",
];

/// A table whose rows are due on a day, and done on another, or done where a flag says so.
struct Dues {
    table: TableId,
    due: ColumnId,
    done: ColumnId,
}

#[derive(Clone, Copy, PartialEq)]
enum Said {
    Overdue,
    Late,
    OnTime,
}

/// The answer to a question for rows that are overdue, or were done late or in time.
pub(crate) fn answer(lexicon: &Lexicon<'_>, tokens: &[Token], request: &Request<'_>) -> Option<Draft> {
    let (said, from, to) = said(tokens)?;
    let word = if said == Said::Overdue { "overdue" } else { "late" };
    let known = lexicon.has_word(word)
        || lexicon
            .columns
            .iter()
            .flat_map(|entry| &entry.column.samples)
            .any(|sample| sample.to_lowercase().contains(word));
    if known {
        return None;
    }
    let rest = without(tokens, from, to);
    let mut chosen = read(lexicon, &rest, request)?;
    let home = chosen.reading.home;
    let dues = dues_of(lexicon, home).or_else(|| {
        let mut others = lexicon.table_ids().filter_map(|table| dues_of(lexicon, table));
        let only = others.next()?;
        (others.next().is_none() && chosen.reading.plan.group.is_empty()).then_some(only)
    })?;
    if said == Said::Overdue && has_unknown_states(lexicon, dues.table) {
        return None;
    }
    let flag = lexicon.column(dues.done).sort == Sort::Truth;
    if flag && said != Said::Overdue {
        return None;
    }
    let conds = match said {
        Said::Overdue => vec![
            Cond::At {
                column: dues.due,
                op: Op::Lt,
                moment: Moment::StartOf {
                    offset: 0,
                    unit: Unit::Day,
                },
            },
            if flag {
                Cond::Truth {
                    column: dues.done,
                    is_true: false,
                }
            } else {
                Cond::Null {
                    column: dues.done,
                    is_null: true,
                }
            },
        ],
        Said::Late => vec![Cond::Columns(dues.done, Op::Gt, dues.due)],
        Said::OnTime => vec![Cond::Columns(dues.done, Op::Le, dues.due)],
    };
    restrict(&mut chosen, dues.table, conds)?;
    told(lexicon, &chosen, request)
}

/// What is said, and where.
fn said(tokens: &[Token]) -> Option<(Said, usize, usize)> {
    let done = |at: usize| {
        at > 0
            && matches!(
                word_at(tokens, at - 1),
                "returned"
                    | "paid"
                    | "completed"
                    | "delivered"
                    | "finished"
                    | "closed"
                    | "resolved"
                    | "settled"
                    | "submitted"
            )
    };
    let found = (0..tokens.len()).find_map(|at| match (word_at(tokens, at), word_at(tokens, at + 1)) {
        ("overdue", _) => Some((Said::Overdue, at, at + 1)),
        ("past", "due") => Some((Said::Overdue, at, at + 2)),
        ("late", _) if done(at) => Some((Said::Late, at - 1, at + 1)),
        ("on", "time") if done(at) => Some((Said::OnTime, at - 1, at + 2)),
        _ => None,
    })?;
    let (said, mut from, mut to) = found;
    while from > 1
        && matches!(
            word_at(tokens, from - 1),
            "that" | "which" | "are" | "is" | "were" | "was" | "been" | "have" | "currently" | "now"
        )
    {
        from -= 1;
    }
    if matches!(word_at(tokens, to), "now" | "today" | "currently") {
        to += 1;
    }
    // "how many loans are overdue" leaves what is counted.
    (!(from == 0 && to == tokens.len())).then_some((said, from, to))
}

/// The day on which rows of a table are due, and what tells that they are done.
fn dues_of(lexicon: &Lexicon<'_>, table: TableId) -> Option<Dues> {
    let one = |words: &[&str], flag: bool| {
        let mut found = lexicon.columns_of(table).filter(|id| {
            let entry = lexicon.column(*id);
            let kind = if flag {
                entry.sort == Sort::Truth
            } else {
                matches!(entry.sort, Sort::Day { .. })
            };
            kind && entry.words.iter().any(|word| words.contains(&word.as_str()))
        });
        found.next().filter(|_| found.next().is_none())
    };
    let due = one(DUE, false)?;
    let done = one(DONE, false)
        .filter(|done| *done != due)
        .or_else(|| one(DONE, true))?;
    Some(Dues { table, due, done })
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn what_is_overdue_or_was_late_is_told_by_its_days() {
        let hire = schema(&[
            "clients: id int, full_name text",
            "hires: id int, client_id int > clients, taken_on date, due_on date, returned_on date",
        ]);
        check(
            &hire,
            &[
                (
                    "how many hires are overdue",
                    "SELECT COUNT(*) FROM hires WHERE due_on < CURRENT_DATE AND returned_on IS NULL",
                ),
                (
                    "hires returned late",
                    "SELECT * FROM hires WHERE returned_on > due_on",
                ),
                (
                    "hires that were returned on time",
                    "SELECT * FROM hires WHERE returned_on <= due_on",
                ),
            ],
        );
    }
}
