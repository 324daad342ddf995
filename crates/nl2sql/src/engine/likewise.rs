//! Reads rows that share something with a row called by its name: "teachers in the same department as Anna Berg".

use super::asides::{read, told};
use super::lexicon::{ColumnId, Lexicon, TableId};
use super::link::Namer;
use super::phrases::Op;
use super::plan::{Cond, Expr, Literal};
use super::roles;
use super::text::{Shape, Token, word_at};
use super::{Draft, Request};

/// The answer to a question for rows that are alike one that is named.
pub(crate) fn answer(lexicon: &Lexicon<'_>, tokens: &[Token], request: &Request<'_>) -> Option<Draft> {
    let same = (1..tokens.len()).find(|at| word_at(tokens, *at) == "same")?;
    let as_ = (same + 2..tokens.len().min(same + 5)).find(|at| word_at(tokens, *at) == "as")?;
    let mut from = same - usize::from(word_at(tokens, same - 1) == "the");
    while from > 1
        && matches!(
            word_at(tokens, from - 1),
            "in" | "from"
                | "with"
                | "at"
                | "by"
                | "of"
                | "on"
                | "have"
                | "has"
                | "having"
                | "share"
                | "who"
                | "that"
                | "are"
                | "is"
                | "work"
                | "works"
                | "live"
                | "lives"
                | "working"
                | "living"
                | "written"
                | "made"
                | "which"
                | "for"
        )
    {
        from -= 1;
    }
    let chosen_tokens = tokens[..from].to_vec();
    let mut chosen = read(lexicon, &chosen_tokens, request)?;
    let home = chosen.reading.home;
    let words: Vec<&str> = tokens[same + 1..as_]
        .iter()
        .map(|token| token.text.as_str())
        .collect();
    let shared = shared(lexicon, home, &words.join(" "))?;
    let called = called(lexicon, home, tokens.get(as_ + 1..)?)?;
    chosen.reading.plan.filters.push(Cond::Among {
        column: shared,
        shown: shared,
        filters: called,
    });
    told(lexicon, &chosen, request)
}

/// The column of a table that some words name: its own, or its key of what they name.
fn shared(lexicon: &Lexicon<'_>, home: TableId, words: &str) -> Option<ColumnId> {
    let namer = Namer::new(lexicon);
    let mention = namer.mention(words);
    let own = mention.columns.iter().find(|hit| {
        hit.score >= 0.7 && lexicon.column(hit.id).table == home && !lexicon.column(hit.id).is_primary
    });
    own.map(|hit| hit.id).or_else(|| {
        let other = mention.tables.first().filter(|hit| hit.score >= 0.7)?.id;
        let mut keys = lexicon
            .columns_of(home)
            .filter(|id| lexicon.graph.target(*id) == Some(other));
        keys.next().filter(|_| keys.next().is_none() && other != home)
    })
}

/// What holds for the row that is called by a name.
fn called(lexicon: &Lexicon<'_>, home: TableId, words: &[Token]) -> Option<Vec<Cond>> {
    let skip = usize::from(word_at(words, 0) == "the");
    let mut words = words.get(skip..)?;
    let namer = Namer::new(lexicon);
    if words.len() > 1
        && namer
            .mention(&words[0].text)
            .tables
            .first()
            .is_some_and(|hit| hit.id == home && hit.score >= 0.8)
    {
        words = &words[1..];
    }
    let plain = words
        .iter()
        .all(|token| matches!(token.shape, Shape::Quoted) || token.is_word() && token.is_capital());
    if words.is_empty() || words.len() > 4 || !plain {
        return None;
    }
    let equal = |column: ColumnId, text: &str| {
        Cond::Compare(Expr::Column(column), Op::Eq, Literal::Text(text.to_owned()))
    };
    let text: Vec<&str> = words.iter().map(|token| token.text.as_str()).collect();
    match (&roles::names(lexicon, home)[..], &text[..]) {
        ([name], _) => Some(vec![equal(*name, &text.join(" "))]),
        ([first, last], [one, other]) => Some(vec![equal(*first, one), equal(*last, other)]),
        ([_, last], [one]) => Some(vec![equal(*last, one)]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn rows_may_share_a_column_with_one_that_is_named() {
        let farm = schema(&[
            "barns: id int, title text",
            "keepers: id int, first_name text, last_name text, town text, barn_id int > barns",
        ]);
        check(
            &farm,
            &[
                (
                    "keepers in the same barn as Olga Brandt",
                    "SELECT * FROM keepers WHERE barn_id IN (SELECT barn_id FROM keepers WHERE first_name = 'Olga' AND last_name = 'Brandt')",
                ),
                (
                    "how many keepers live in the same town as Olga Brandt",
                    "SELECT COUNT(*) FROM keepers WHERE town IN (SELECT town FROM keepers WHERE first_name = 'Olga' AND last_name = 'Brandt')",
                ),
            ],
        );
    }
}
