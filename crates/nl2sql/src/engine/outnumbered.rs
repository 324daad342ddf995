//! Reads rows that have more of one thing than of another: "services with more incidents than deployments".

use super::asides::{read, told};
use super::lexicon::Lexicon;
use super::phrases::Op;
use super::plan::{Cond, Related};
use super::reading::Reading;
use super::text::{Token, word_at};
use super::{Draft, Request};

/// The answer to a question that compares two counts of related rows.
pub(crate) fn answer(lexicon: &Lexicon<'_>, tokens: &[Token], request: &Request<'_>) -> Option<Draft> {
    let more = (2..tokens.len()).find(|at| matches!(word_at(tokens, *at), "more" | "fewer" | "less"))?;
    let than = (more + 2..tokens.len()).find(|at| word_at(tokens, *at) == "than")?;
    let op = if word_at(tokens, more) == "more" {
        Op::Gt
    } else {
        Op::Lt
    };
    let mut from = more;
    while from > 1
        && matches!(
            word_at(tokens, from - 1),
            "with"
                | "have"
                | "has"
                | "had"
                | "having"
                | "who"
                | "that"
                | "which"
                | "got"
                | "received"
                | "made"
                | "placed"
        )
    {
        from -= 1;
    }
    if from == more || than + 1 >= tokens.len() {
        return None;
    }
    let left = tokens[..from].to_vec();
    let mut chosen = read(lexicon, &left, request)?;
    if !chosen.reading.plan.group.is_empty() {
        return None;
    }
    let one = counted(lexicon, &chosen.reading, &tokens[more + 1..than], request)?;
    let other = counted(lexicon, &chosen.reading, &tokens[than + 1..], request)?;
    if one == other {
        return None;
    }
    chosen.reading.plan.filters.push(Cond::Counts(one, op, other));
    told(lexicon, &chosen, request)
}

/// The rows that some words name, as they belong to a row of a reading.
fn counted(
    lexicon: &Lexicon<'_>,
    reading: &Reading<'_>,
    words: &[Token],
    request: &Request<'_>,
) -> Option<Related> {
    let chosen = read(lexicon, words, request)?;
    let plan = &chosen.reading.plan;
    let mut columns = Vec::new();
    plan.filters.iter().for_each(|cond| cond.columns(&mut columns));
    let own = columns.iter().all(|id| lexicon.column(*id).table == plan.home);
    let listed = plan.star && plan.select.is_empty() && plan.limit.is_none() && plan.group.is_empty();
    if !own || !listed || chosen.reading.head.is_none() {
        return None;
    }
    let mut related = reading.related(plan.home)?;
    related.filters = plan.filters.clone();
    Some(related)
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn two_counts_of_what_belongs_to_a_row_are_compared() {
        let arena = schema(&[
            "fighters: id int, nick text",
            "wins: id int, fighter_id int > fighters, won_on date",
            "losses: id int, fighter_id int > fighters, lost_on date",
        ]);
        check(
            &arena,
            &[(
                "fighters with more wins than losses",
                "SELECT * FROM fighters WHERE (SELECT COUNT(*) FROM wins WHERE wins.fighter_id = fighters.id) > \
                 (SELECT COUNT(*) FROM losses WHERE losses.fighter_id = fighters.id)",
            )],
        );
    }
}
