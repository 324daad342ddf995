//! Puts words that stand for a whole phrase into the words of that phrase, before anything is read.

use super::lexicon::Lexicon;
use super::roles;
use super::text::{self, Token};

/// `headcount` is the number of rows of the one table of people, unless the schema has the word itself.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens
        .iter()
        .position(|token| matches!(token.lower.as_str(), "headcount" | "headcounts" | "head-count"))?;
    if !lexicon.senses(&tokens[at].lower, &tokens[at].stem).is_empty() {
        return None;
    }
    let mut people = lexicon
        .table_ids()
        .filter(|table| roles::names_people(lexicon, *table));
    let (Some(only), None) = (people.next(), people.next()) else {
        return None;
    };
    let mut spelled = tokens[..at].to_vec();
    spelled.extend(text::tokens(&format!(
        "number of {}",
        lexicon.table(only).words.join(" ")
    )));
    spelled.extend_from_slice(&tokens[at + 1..]);
    Some(spelled)
}
