//! Reads two moments of a row that fall together: "opened and closed in the same week".

use super::asides::{read, restrict, told, without};
use super::lexicon::{ColumnId, Lexicon, Sort, TableId};
use super::period::Unit;
use super::plan::Cond;
use super::stem::stem;
use super::text::{Token, word_at};
use super::{Draft, Request};

/// The answer to a question for rows of which two moments fall into one day, week, month or year.
pub(crate) fn answer(lexicon: &Lexicon<'_>, tokens: &[Token], request: &Request<'_>) -> Option<Draft> {
    let same = (1..tokens.len()).find(|at| word_at(tokens, *at) == "same")?;
    let unit = match word_at(tokens, same + 1) {
        "day" | "date" => Unit::Day,
        "week" => Unit::Week,
        "month" => Unit::Month,
        "quarter" => Unit::Quarter,
        "year" => Unit::Year,
        _ => return None,
    };
    let end = same - usize::from(word_at(tokens, same - 1) == "the");
    let end = end
        - usize::from(matches!(
            word_at(tokens, end.checked_sub(1)?),
            "in" | "on" | "within" | "during"
        ));
    let mut tail = same + 2;
    let mut verbs: Vec<&str> = Vec::new();
    // "in the same week they were resolved"
    if matches!(word_at(tokens, tail), "they" | "it" | "as" | "that") {
        let verb = tokens.len() - 1;
        verbs.push(word_at(tokens, verb));
        tail = tokens.len();
    }
    let mut from = end;
    while from > 0 && verbs.len() < 2 {
        let word = word_at(tokens, from - 1);
        if !matches!(word, "and" | "both" | "also" | "then") {
            verbs.insert(0, word);
        }
        from -= 1;
    }
    if word_at(tokens, from.checked_sub(1)?) == "both" {
        from -= 1;
    }
    let [one, other] = verbs[..] else { return None };
    while from > 1
        && matches!(
            word_at(tokens, from - 1),
            "that" | "who" | "which" | "were" | "was" | "are" | "have" | "been" | "got"
        )
    {
        from -= 1;
    }
    let rest = without(tokens, from, tail);
    let mut chosen = read(lexicon, &rest, request)?;
    let home = chosen.reading.home;
    let (one, other) = (moment_of(lexicon, home, one)?, moment_of(lexicon, home, other)?);
    if one == other {
        return None;
    }
    restrict(&mut chosen, home, vec![Cond::Together(one, other, unit)])?;
    told(lexicon, &chosen, request)
}

/// The moment of a table that a verb speaks of.
fn moment_of(lexicon: &Lexicon<'_>, table: TableId, verb: &str) -> Option<ColumnId> {
    let mut found = lexicon.columns_of(table).filter(|id| {
        let entry = lexicon.column(*id);
        matches!(entry.sort, Sort::Day { .. }) && entry.words.iter().any(|word| akin(word, verb))
    });
    found.next().filter(|_| found.next().is_none())
}

/// `hired` and `hire`, `expired` and `expires`, `cancelled` and `canceled`.
pub(crate) fn akin(word: &str, verb: &str) -> bool {
    let root = |word: &str| stem(word).trim_end_matches('e').to_owned();
    let (one, other) = (root(word), root(verb));
    one == other || one.len() >= 3 && other.len() >= 3 && (IRREGULAR.contains(&(word, verb)))
}

const IRREGULAR: &[(&str, &str)] = &[
    ("start", "began"),
    ("started", "began"),
    ("begin", "started"),
    ("end", "finished"),
    ("ended", "finished"),
    ("close", "shut"),
    ("hire", "joined"),
    ("termination", "left"),
    ("leave", "left"),
    ("pay", "paid"),
    ("deact", "deactivated"),
    ("act", "activated"),
];

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn two_moments_of_a_row_may_fall_together() {
        let bank = schema(&["safes: id int, opened_on date, closed_on date, fee decimal(8,2)"]);
        check(
            &bank,
            &[
                (
                    "safes that were opened and closed in the same year",
                    "SELECT * FROM safes WHERE DATE_FORMAT(opened_on, '%Y') = DATE_FORMAT(closed_on, '%Y')",
                ),
                (
                    "how many safes were closed on the same day they were opened",
                    "SELECT COUNT(*) FROM safes WHERE DATE_FORMAT(closed_on, '%Y-%m-%d') = DATE_FORMAT(opened_on, '%Y-%m-%d')",
                ),
            ],
        );
    }
}
