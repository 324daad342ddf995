//! Reads what has not happened for a while where a row keeps the last time: "contacts not contacted since January", "users who
//! haven't logged in for 30 days".

use super::asides::{read, restrict, told};
use super::coinciding::akin;
use super::items::{self, Kind};
use super::lexicon::{ColumnId, Lexicon, Sort, TableId};
use super::period::{Moment, Unit};
use super::phrases::Op;
use super::plan::Cond;
use super::text::{Shape, Token, word_at};
use super::{Draft, Request};

/// Words for what a column of last times is called otherwise.
const ALIKE: &[(&str, &str)] = &[
    ("logged", "login"),
    ("logged", "signin"),
    ("signed", "login"),
    ("seen", "active"),
    ("active", "seen"),
    ("active", "login"),
    ("active", "activity"),
    ("bought", "purchase"),
    ("ordered", "purchase"),
    ("serviced", "maintenance"),
    ("visited", "visit"),
    ("inspected", "inspection"),
    ("paid", "payment"),
];

/// The answer to a question for rows of which the last time lies before a moment.
pub(crate) fn answer(lexicon: &Lexicon<'_>, tokens: &[Token], request: &Request<'_>) -> Option<Draft> {
    let not = (1..tokens.len()).find(|at| {
        matches!(
            word_at(tokens, *at),
            "not" | "never" | "haven't" | "hasn't" | "inactive"
        )
    })?;
    let verb = if word_at(tokens, not) == "inactive" {
        not
    } else {
        (not + 1..tokens.len()).find(|at| !matches!(word_at(tokens, *at), "been" | "have" | "has" | "we"))?
    };
    let said = if word_at(tokens, verb) == "inactive" {
        "active"
    } else {
        word_at(tokens, verb)
    };
    let mut at = verb + 1;
    at += usize::from(
        matches!(word_at(tokens, at), "in" | "on")
            && said != "active"
            && word_at(tokens, at + 1) != "the"
            && tokens.get(at + 1).is_some_and(|next| {
                next.shape != Shape::Number && !matches!(next.lower.as_str(), "over" | "more" | "at")
            }),
    );
    let moment = since(lexicon, tokens, at, request)?;
    let mut from = not;
    while from > 1
        && matches!(
            word_at(tokens, from - 1),
            "who" | "that" | "which" | "have" | "has" | "were" | "was" | "we" | "are" | "is" | "did" | "do"
        )
    {
        from -= 1;
    }
    let rest = tokens[..from].to_vec();
    let mut chosen = read(lexicon, &rest, request)?;
    let home = chosen.reading.home;
    let column = last_time(lexicon, home, said)?;
    let open = Cond::Null {
        column,
        is_null: true,
    };
    let before = Cond::At {
        column,
        op: Op::Lt,
        moment,
    };
    restrict(&mut chosen, home, vec![Cond::Either(vec![open], vec![before])])?;
    told(lexicon, &chosen, request)
}

/// The one column of a table that keeps the last time of what a verb says.
fn last_time(lexicon: &Lexicon<'_>, table: TableId, verb: &str) -> Option<ColumnId> {
    let mut found = lexicon.columns_of(table).filter(|id| {
        let entry = lexicon.column(*id);
        let of_it = |word: &String| akin(word, verb) || ALIKE.contains(&(verb, word.as_str()));
        matches!(entry.sort, Sort::Day { .. })
            && entry.words.iter().any(|word| word == "last" || word == "latest")
            && entry.words.iter().any(of_it)
    });
    found.next().filter(|_| found.next().is_none())
}

/// `since January`, `in 30 days`, `for more than 6 months`, `in the last 2 weeks` at a place, to the end.
fn since(lexicon: &Lexicon<'_>, tokens: &[Token], at: usize, request: &Request<'_>) -> Option<Moment> {
    let mut number = at;
    while matches!(
        word_at(tokens, number),
        "in" | "for" | "over" | "more" | "than" | "at" | "least" | "within"
    ) {
        number += 1;
    }
    let unit = match word_at(tokens, number + 1) {
        "day" | "days" => Some(Unit::Day),
        "week" | "weeks" => Some(Unit::Week),
        "month" | "months" => Some(Unit::Month),
        "year" | "years" => Some(Unit::Year),
        _ => None,
    };
    if let (Some(unit), Ok(amount)) = (unit, word_at(tokens, number).parse::<i32>())
        && number + 2 == tokens.len()
        && (1..10_000).contains(&amount)
    {
        return Some(Moment::FromNow {
            amount: -amount,
            unit,
        });
    }
    let items = items::cut(lexicon, tokens, request.today);
    let said = items
        .iter()
        .find(|item| matches!(item.kind, Kind::Period(_)) && item.start >= at && item.start <= at + 2)
        .filter(|item| item.end == tokens.len())?;
    match said.kind {
        Kind::Period(period) => period.from,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn what_was_not_done_for_a_while_lies_before_it_or_never_was() {
        let club = schema(&[
            "players: id int, full_name text, joined_on date, last_seen_at timestamp, last_called_on date",
        ]);
        check(
            &club,
            &[
                (
                    "players not called in 30 days",
                    "SELECT * FROM players WHERE (last_called_on IS NULL OR last_called_on < CURRENT_DATE - INTERVAL 30 DAY)",
                ),
                (
                    "how many players have not been seen since 2025-01-01",
                    "SELECT COUNT(*) FROM players WHERE (last_seen_at IS NULL OR last_seen_at < '2025-01-01')",
                ),
            ],
        );
    }
}
