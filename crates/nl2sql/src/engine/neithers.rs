//! Puts what is denied of two things at once into two denials: "missing both a phone and an email", "not yet paid or cancelled".

use super::lexicon::{ColumnId, Lexicon, Sort};
use super::paraphrase::{Step, in_turn};
use super::text::{self, Shape, Token, replaced, word_at};

/// The question with one denial for each thing, when it has one for two.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[|_, tokens| both_missing(tokens), neither, none_of_two];
    in_turn(STEPS, lexicon, tokens)
}

fn is_article(word: &str) -> bool {
    matches!(word, "a" | "an" | "any" | "the" | "their")
}

/// `missing both a phone and an email`, `with neither phone nor email`: without the one and without the other.
fn both_missing(tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len()).find(|at| {
        let before = word_at(tokens, at - 1);
        match word_at(tokens, *at) {
            "both" => matches!(before, "missing" | "lacking" | "lack" | "without" | "miss"),
            "neither" => matches!(before, "with" | "have" | "has" | "having" | "had" | "(" | ","),
            _ => false,
        }
    })?;
    let joint =
        (at + 2..tokens.len().min(at + 7)).find(|i| matches!(word_at(tokens, *i), "and" | "nor" | "or"))?;
    let bare = |from: usize, to: usize| {
        let from = from + usize::from(is_article(word_at(tokens, from)));
        tokens.get(from..to).filter(|words| !words.is_empty())
    };
    let one = bare(at + 1, joint)?;
    let plain = |token: &Token| token.is_word() && !matches!(token.lower.as_str(), "nor" | "and" | "or");
    let rest = joint + 1 + usize::from(is_article(word_at(tokens, joint + 1)));
    if !one.iter().all(plain) || rest >= tokens.len() {
        return None;
    }
    let mut spelled = tokens[..at - 1].to_vec();
    // "members who have neither …" are without.
    if matches!(word_at(tokens, at - 1), "have" | "has" | "had" | "lack" | "miss")
        && spelled
            .last()
            .is_some_and(|last| matches!(last.lower.as_str(), "who" | "that" | "which"))
    {
        spelled.pop();
    }
    spelled.extend(text::tokens("without"));
    spelled.extend_from_slice(one);
    spelled.extend(text::tokens("and without"));
    spelled.extend_from_slice(&tokens[rest..]);
    Some(spelled)
}

/// The column whose samples hold both words.
fn holder(lexicon: &Lexicon<'_>, one: &str, other: &str) -> Option<ColumnId> {
    let holds = |id: &ColumnId, word: &str| {
        let entry = lexicon.column(*id);
        entry.sort == Sort::Text
            && entry
                .column
                .samples
                .iter()
                .any(|sample| sample.eq_ignore_ascii_case(word))
    };
    let mut found = lexicon
        .table_ids()
        .flat_map(|table| lexicon.columns_of(table))
        .filter(|id| holds(id, one) && holds(id, other));
    found.next().filter(|_| found.next().is_none())
}

/// What is denied of both words: of the column that holds them, or word by word.
fn denied(lexicon: &Lexicon<'_>, one: &Token, other: &Token) -> (String, bool) {
    match holder(lexicon, &one.lower, &other.lower) {
        Some(id) => {
            let name = lexicon.column(id).words.join(" ");
            let not = |word: &Token| format!("whose {name} is not '{}'", word.lower);
            (format!("{} and {}", not(one), not(other)), true)
        }
        None => (format!("not {} and not {}", one.text, other.text), false),
    }
}

/// `that are neither cancelled nor finished`: not the one and not the other.
fn neither(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len().saturating_sub(3)).find(|at| {
        word_at(tokens, *at) == "neither" && word_at(tokens, at + 2) == "nor" && tokens[at + 3].is_word()
    })?;
    Some(deny(
        lexicon,
        tokens,
        at,
        at + 4,
        &tokens[at + 1],
        &tokens[at + 3],
    ))
}

/// `not yet paid or cancelled`: neither of two states.
fn none_of_two(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len().saturating_sub(3)).find(|at| {
        let yet = usize::from(matches!(word_at(tokens, at + 1), "yet" | "been" | "already"));
        let one = at + 1 + yet;
        let is_state = |at: usize| tokens.get(at).is_some_and(|token| token.shape == Shape::Word);
        word_at(tokens, *at) == "not"
            && word_at(tokens, one + 1) == "or"
            && is_state(one)
            && is_state(one + 2)
    })?;
    let one = at + 1 + usize::from(matches!(word_at(tokens, at + 1), "yet" | "been" | "already"));
    let end = one + 3;
    let ends = tokens.get(end).is_none_or(|next| {
        matches!(
            next.lower.as_str(),
            "," | "and" | "in" | "for" | "from" | "since" | "yet" | "by" | "." | "on" | "with" | "sorted"
        )
    });
    let (first, second) = (&tokens[one], &tokens[one + 2]);
    let states = holder(lexicon, &first.lower, &second.lower).is_some()
        || [first, second].iter().all(|token| is_state(&token.lower));
    (ends && states).then(|| deny(lexicon, tokens, at, end, first, second))
}

/// Whether a word says what became of something.
fn is_state(lower: &str) -> bool {
    lower.ends_with("ed")
        || matches!(
            lower,
            "paid" | "done" | "sent" | "sold" | "lost" | "won" | "complete"
        )
}

/// The question with two denials in the place of one.
fn deny(
    lexicon: &Lexicon<'_>,
    tokens: &[Token],
    from: usize,
    to: usize,
    one: &Token,
    other: &Token,
) -> Vec<Token> {
    let (meant, of_column) = denied(lexicon, one, other);
    let mut from = from;
    if of_column {
        while from > 1
            && matches!(
                word_at(tokens, from - 1),
                "are" | "is" | "were" | "was" | "that" | "which" | "who" | "have" | "has" | "been"
            )
        {
            from -= 1;
        }
    }
    let to = to + usize::from(word_at(tokens, to) == "yet");
    replaced(tokens, from, to, &meant)
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, sampled, schema};

    #[test]
    fn one_denial_of_two_things_is_two() {
        let shop = sampled(
            schema(&[
                "buyers: id int, full_name text, phone text, email text",
                "parcels: id int, buyer_id int > buyers, state text, due_on date",
            ]),
            &["parcels.state: packed|sent|lost|returned"],
        );
        check(
            &shop,
            &[
                (
                    "buyers missing both a phone and an email",
                    "SELECT * FROM buyers WHERE phone IS NULL AND email IS NULL",
                ),
                (
                    "buyers with neither phone nor email",
                    "SELECT * FROM buyers WHERE phone IS NULL AND email IS NULL",
                ),
                (
                    "parcels that are neither sent nor lost",
                    "SELECT * FROM parcels WHERE state <> 'sent' AND state <> 'lost'",
                ),
                (
                    "parcels past their due date and not yet sent or returned",
                    "SELECT * FROM parcels WHERE due_on < CURRENT_DATE AND state <> 'sent' AND state <> 'returned'",
                ),
            ],
        );
    }
}
