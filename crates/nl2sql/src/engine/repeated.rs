//! Puts how often something was done into the column that counts it: "loans renewed more than twice" over `renewals`.

use super::lexicon::{Lexicon, Sort};
use super::link::Namer;
use super::listings::table_of;
use super::text::{Shape, Token, replaced, word_at};

/// The question with the column that counts, where one does.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len())
        .find(|at| word_at(tokens, *at).ends_with("ed") && compared(tokens, at + 1).is_some())?;
    let (than, number, end) = compared(tokens, at + 1)?;
    let root = word_at(tokens, at).strip_suffix("ed")?;
    if root.len() < 4 {
        return None;
    }
    let mut from = at;
    while from > 1
        && matches!(
            word_at(tokens, from - 1),
            "that" | "which" | "who" | "were" | "was" | "have" | "has" | "been" | "are" | "got"
        )
    {
        from -= 1;
    }
    let namer = Namer::new(lexicon);
    let table = table_of(&namer, tokens.get(from - 1..from)?)?;
    let mut found = lexicon.columns_of(table).filter(|id| {
        let entry = lexicon.column(*id);
        let counts =
            |word: &String| word.starts_with(root) && (word.len() > root.len() || entry.words.len() > 1);
        entry.sort == Sort::Number && !lexicon.is_key(*id) && entry.words.iter().any(counts)
    });
    let column = found.next().filter(|_| found.next().is_none())?;
    let name = lexicon.column(column).words.join(" ");
    Some(replaced(
        tokens,
        from,
        end,
        &format!("with {name} {than} {number}"),
    ))
}

/// `more than twice`, `at least 3 times`: the comparison, its number, and where it ends.
fn compared(tokens: &[Token], at: usize) -> Option<(&'static str, String, usize)> {
    const OPS: &[(&str, &str, &str)] = &[
        ("more", "than", "more than"),
        ("less", "than", "less than"),
        ("fewer", "than", "less than"),
        ("at", "least", "at least"),
        ("at", "most", "at most"),
    ];
    let (_, _, op) = OPS
        .iter()
        .find(|(one, other, _)| *one == word_at(tokens, at) && *other == word_at(tokens, at + 1))?;
    let number = tokens.get(at + 2)?;
    match number.lower.as_str() {
        "once" => Some((op, "1".to_owned(), at + 3)),
        "twice" => Some((op, "2".to_owned(), at + 3)),
        _ => (number.shape == Shape::Number && matches!(word_at(tokens, at + 3), "times" | "time"))
            .then(|| (*op, number.text.clone(), at + 4)),
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn how_often_is_told_by_the_column_that_counts_it() {
        let hire = schema(&["permits: id int, holder text, renewals int, reminder_count int"]);
        check(
            &hire,
            &[
                (
                    "permits renewed more than twice",
                    "SELECT * FROM permits WHERE renewals > 2",
                ),
                (
                    "permits that were renewed at least 3 times",
                    "SELECT * FROM permits WHERE renewals >= 3",
                ),
            ],
        );
    }
}
