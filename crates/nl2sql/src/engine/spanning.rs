//! Reads what lasts from one day of a row to another: "coupons valid today", "current contracts", "who is on leave".

use super::asides::{has_unknown_states, read, restrict, told, without};
use super::items::{self, Kind};
use super::lexicon::{ColumnId, Lexicon, Sort, TableId};
use super::link::Namer;
use super::listings::table_of;
use super::period::{Moment, Period, Unit};
use super::phrases::Op;
use super::plan::Cond;
use super::roles;
use super::text::{self, Token, word_at};
use super::{Draft, Request};

/// Words of columns for the day on which something begins, and on which it ends.
const FROM: &[&str] = &[
    "from",
    "start",
    "starts",
    "begin",
    "begins",
    "since",
    "effective",
    "beginning",
];
const TO: &[&str] = &[
    "to", "until", "till", "end", "ended", "ends", "through", "thru", "expires", "expiry", "ending",
];
/// Words for what lasts.
const LASTS: &[&[&str]] = &[
    &["in", "force"],
    &["in", "effect"],
    &["valid"],
    &["active"],
    &["effective"],
    &["current"],
    &["running"],
    &["ongoing"],
];
/// Words for what has ended.
const ENDED: &[&str] = &["expired", "ended", "lapsed"];

/// A table whose rows last from one day to another.
#[derive(Clone, Copy)]
struct Span {
    table: TableId,
    from: ColumnId,
    to: ColumnId,
}

/// The answer to a question for rows that last on a day.
pub(crate) fn answer(lexicon: &Lexicon<'_>, tokens: &[Token], request: &Request<'_>) -> Option<Draft> {
    if let Some(meant) = expiring(lexicon, tokens) {
        let chosen = read(lexicon, &meant, request)?;
        return told(lexicon, &chosen, request);
    }
    in_force(lexicon, tokens, request).or_else(|| on_something(lexicon, tokens, request))
}

/// `contracts expiring this month` end then, where no column says that they expire.
fn expiring(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len()).find(|at| {
        matches!(
            word_at(tokens, *at),
            "expiring" | "expire" | "expires" | "lapsing" | "lapse"
        ) && at + 1 < tokens.len()
    })?;
    let table = table_of(&Namer::new(lexicon), tokens.get(at - 1..at)?).or_else(|| {
        let before = matches!(word_at(tokens, at - 1), "that" | "which" | "will");
        before
            .then(|| table_of(&Namer::new(lexicon), tokens.get(at.checked_sub(2)?..at - 1)?))
            .flatten()
    })?;
    let span = span_of(lexicon, table)?;
    let named = lexicon.columns_of(table).any(|id| {
        let words = &lexicon.column(id).words;
        words.iter().any(|word| word.starts_with("expir"))
    });
    let name = lexicon.column(span.to).words.join(" ");
    (!named).then(|| text::replaced(tokens, at, at + 1, &format!("whose {name} is")))
}

/// `coupons valid today`, `current contracts`, `tariffs active on 2025-03-01`, `expired coupons`.
fn in_force(lexicon: &Lexicon<'_>, tokens: &[Token], request: &Request<'_>) -> Option<Draft> {
    let (from, length, ended) = (0..tokens.len()).find_map(|at| {
        let lasts = LASTS.iter().find(|words| {
            let mut said = words.iter().enumerate();
            said.all(|(i, word)| word_at(tokens, at + i) == *word)
        });
        let ended = ENDED.contains(&word_at(tokens, at));
        lasts
            .map(|words| (at, words.len(), false))
            .or_else(|| ended.then_some((at, 1, true)))
    })?;
    if matches!(
        word_at(tokens, from + length),
        "from" | "to" | "until" | "since" | "till" | "date" | "dates"
    ) {
        return None;
    }
    let (day, to) = day_after(lexicon, tokens, from + length, request)?;
    let length_said = from + length - said_from(tokens, from);
    let from = said_from(tokens, from);
    let rest = without(tokens, from, to);
    let mut chosen = read(lexicon, &rest, request)?;
    let home = chosen.reading.home;
    let span = span_of(lexicon, home)?;
    let state = tokens[from..to].iter().any(|token| {
        lexicon.columns_of(home).any(|id| {
            let entry = lexicon.column(id);
            let sampled = entry
                .column
                .samples
                .iter()
                .any(|one| one.eq_ignore_ascii_case(&token.text));
            let flag = entry.sort == Sort::Truth && entry.words.contains(&token.lower);
            sampled || flag
        })
    });
    let dated = [span.from, span.to].iter().any(|id| {
        let read = chosen.reading.plan.columns();
        read.contains(id)
    });
    let said_day = to > from + length_said;
    let unknown = !said_day && has_unknown_states(lexicon, home);
    if state || dated || unknown {
        return None;
    }
    let conds = if ended {
        vec![Cond::At {
            column: span.to,
            op: Op::Lt,
            moment: day.0,
        }]
    } else {
        lasting(lexicon, span, day)
    };
    restrict(&mut chosen, home, conds)?;
    told(lexicon, &chosen, request)
}

/// `who is on leave today`, `employees on sick leave right now`: rows of another table that last are told of.
fn on_something(lexicon: &Lexicon<'_>, tokens: &[Token], request: &Request<'_>) -> Option<Draft> {
    let namer = Namer::new(lexicon);
    let on = (1..tokens.len()).find(|at| word_at(tokens, *at) == "on")?;
    let (at, span) = (on + 1..tokens.len().min(on + 3)).find_map(|at| {
        let mention = namer.mention(&tokens[at].text);
        let hit = mention.tables.first().filter(|hit| hit.score >= 0.7)?;
        Some((at, span_of(lexicon, hit.id)?))
    })?;
    let (day, to) = day_after(lexicon, tokens, at + 1, request)?;
    // "nurses on call" are all that ever were.
    let absent = matches!(word_at(tokens, at), "leave" | "vacation" | "holiday");
    if to != tokens.len() || to == at + 1 && !absent {
        return None;
    }
    // "on sick leave": the kind of it.
    let kind = tokens.get(on + 1..at)?.first();
    let mut conds = Vec::new();
    if let Some(kind) = kind {
        let (column, value) = lexicon.columns_of(span.table).find_map(|id| {
            let samples = &lexicon.column(id).column.samples;
            let held = samples
                .iter()
                .find(|sample| sample.eq_ignore_ascii_case(&kind.text))?;
            Some((id, held.clone()))
        })?;
        conds.push(Cond::Compare(
            super::plan::Expr::Column(column),
            Op::Eq,
            super::plan::Literal::Text(value),
        ));
    }
    let mut rest = tokens[..said_from(tokens, on)].to_vec();
    if rest
        .last()
        .is_some_and(|last| matches!(last.lower.as_str(), "is" | "are" | "who"))
    {
        rest.pop();
    }
    if rest.is_empty() || word_at(&rest, rest.len() - 1) == "who" {
        let people = lexicon.table_ids().find(|table| {
            let refers = lexicon
                .columns_of(span.table)
                .any(|id| lexicon.graph.target(id) == Some(*table));
            refers && roles::names_people(lexicon, *table)
        })?;
        rest = text::tokens(&lexicon.title(people));
    }
    let mut chosen = read(lexicon, &rest, request)?;
    if chosen.reading.home == span.table || !chosen.reading.plan.group.is_empty() {
        return None;
    }
    conds.extend(lasting(lexicon, span, day));
    restrict(&mut chosen, span.table, conds)?;
    told(lexicon, &chosen, request)
}

/// The place at which the words that lead to a state begin.
fn said_from(tokens: &[Token], mut from: usize) -> usize {
    while from > 1
        && matches!(
            word_at(tokens, from - 1),
            "that" | "which" | "are" | "is" | "were" | "was" | "currently" | "still" | "now"
        )
    {
        from -= 1;
    }
    from
}

/// The day that is said at a place, else today, and where it ends: its first moment, and the first after it.
fn day_after(
    lexicon: &Lexicon<'_>,
    tokens: &[Token],
    at: usize,
    request: &Request<'_>,
) -> Option<((Moment, Moment), usize)> {
    let start = |offset: i32| Moment::StartOf {
        offset,
        unit: Unit::Day,
    };
    let now = (start(0), start(1));
    for saying in [
        &["right", "now"][..],
        &["at", "the", "moment"],
        &["now"],
        &["currently"],
    ] {
        let mut said = saying.iter().enumerate();
        if said.all(|(i, word)| word_at(tokens, at + i) == *word) {
            return Some((now, at + saying.len()));
        }
    }
    let items = items::cut(lexicon, tokens, request.today);
    let said = items.iter().find(|item| {
        matches!(item.kind, Kind::Period(_))
            && (item.start == at || item.start == at + 1 && matches!(word_at(tokens, at), "on" | "at" | "as"))
    });
    let Some(said) = said else {
        return Some((now, at));
    };
    let Kind::Period(Period {
        from: Some(from),
        to: Some(to),
        year: None,
        ..
    }) = said.kind
    else {
        return None;
    };
    let single = match (from, to) {
        (Moment::Fixed(from), Moment::Fixed(to)) => from.tomorrow().is_ok_and(|next| next == to),
        (
            Moment::StartOf {
                offset: one,
                unit: Unit::Day,
            },
            Moment::StartOf {
                offset: other,
                unit: Unit::Day,
            },
        ) => other == one + 1,
        _ => false,
    };
    single.then_some(((from, to), said.end))
}

/// What holds for a row that lasts on a day; one without an end still does.
fn lasting(lexicon: &Lexicon<'_>, span: Span, (day, next): (Moment, Moment)) -> Vec<Cond> {
    let timed = matches!(lexicon.column(span.from).sort, Sort::Day { timed: true });
    let begun = if timed {
        Cond::At {
            column: span.from,
            op: Op::Lt,
            moment: next,
        }
    } else {
        Cond::At {
            column: span.from,
            op: Op::Le,
            moment: day,
        }
    };
    let open = Cond::Null {
        column: span.to,
        is_null: true,
    };
    let later = Cond::At {
        column: span.to,
        op: Op::Ge,
        moment: day,
    };
    vec![begun, Cond::Either(vec![open], vec![later])]
}

/// The days between which the rows of a table last.
fn span_of(lexicon: &Lexicon<'_>, table: TableId) -> Option<Span> {
    let one = |words: &[&str]| {
        let mut found = lexicon.columns_of(table).filter(|id| {
            let entry = lexicon.column(*id);
            matches!(entry.sort, Sort::Day { .. })
                && entry.words.iter().any(|word| words.contains(&word.as_str()))
        });
        found.next().filter(|_| found.next().is_none())
    };
    let (from, to) = (one(FROM)?, one(TO)?);
    (from != to).then_some(Span { table, from, to })
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, sampled, schema};

    #[test]
    fn what_lasts_on_a_day_lies_between_two_of_its_columns() {
        let firm = sampled(
            schema(&[
                "workers: id int, full_name text",
                "leaves: id int, worker_id int > workers, kind text, from_date date, to_date date",
                "leases: id int, title text, start_date date, end_date date",
            ]),
            &["leaves.kind: sick|unpaid"],
        );
        check(
            &firm,
            &[
                (
                    "current leases",
                    "SELECT * FROM leases WHERE start_date <= CURRENT_DATE AND (end_date IS NULL OR end_date >= CURRENT_DATE)",
                ),
                (
                    "how many leases were active on 2025-03-01",
                    "SELECT COUNT(*) FROM leases WHERE start_date <= '2025-03-01' AND (end_date IS NULL OR end_date >= '2025-03-01')",
                ),
                (
                    "expired leases",
                    "SELECT * FROM leases WHERE end_date < CURRENT_DATE",
                ),
                (
                    "who is on sick leave today",
                    "SELECT * FROM workers WHERE EXISTS (SELECT 1 FROM leaves WHERE leaves.worker_id = workers.id AND leaves.kind = 'sick' AND leaves.from_date <= CURRENT_DATE \
                     AND (leaves.to_date IS NULL OR leaves.to_date >= CURRENT_DATE))",
                ),
            ],
        );
    }
}
