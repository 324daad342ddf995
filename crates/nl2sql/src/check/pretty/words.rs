//! The words that lines begin with.

use super::Role;
use crate::lex::Lexeme;

/// Words, in lower case, and what they do. Longer ones stand before those that they begin with.
const PHRASES: &[(&[&str], Role)] = &[
    (&["select", "distinct"], Role::Clause),
    (&["select", "all"], Role::Clause),
    (&["select"], Role::Clause),
    (&["from"], Role::Clause),
    (&["where"], Role::Clause),
    (&["group", "by"], Role::Clause),
    (&["having"], Role::Clause),
    (&["window"], Role::Clause),
    (&["order", "by"], Role::Clause),
    (&["partition", "by"], Role::Clause),
    (&["limit"], Role::Clause),
    (&["fetch", "first"], Role::Clause),
    (&["values"], Role::Clause),
    (&["except"], Role::Clause),
    (&["join"], Role::Clause),
    (&["inner", "join"], Role::Clause),
    (&["cross", "join"], Role::Clause),
    (&["left", "join"], Role::Clause),
    (&["left", "outer", "join"], Role::Clause),
    (&["right", "join"], Role::Clause),
    (&["right", "outer", "join"], Role::Clause),
    (&["full", "join"], Role::Clause),
    (&["full", "outer", "join"], Role::Clause),
    (&["natural", "join"], Role::Clause),
    (&["natural", "inner", "join"], Role::Clause),
    (&["natural", "left", "join"], Role::Clause),
    (&["natural", "left", "outer", "join"], Role::Clause),
    (&["with", "recursive"], Role::Between),
    (&["with", "rollup"], Role::Other),
    (&["with", "ties"], Role::Other),
    (&["with", "ordinality"], Role::Other),
    (&["with", "time"], Role::Other),
    (&["with"], Role::Between),
    (&["union", "all"], Role::Between),
    (&["union"], Role::Between),
    (&["intersect", "all"], Role::Between),
    (&["intersect"], Role::Between),
    (&["and"], Role::Condition),
    (&["or"], Role::Condition),
    (&["xor"], Role::Condition),
    (&["when"], Role::Condition),
    (&["else"], Role::Condition),
    (&["case"], Role::Open),
    (&["end"], Role::Close),
    (&["distinct", "from"], Role::Joint),
    (&["as"], Role::Joint),
    (&["between"], Role::Joint),
    (&["exists"], Role::Joint),
    (&["in"], Role::Joint),
    (&["like"], Role::Joint),
    (&["not"], Role::Joint),
    (&["offset"], Role::Joint),
    (&["on"], Role::Joint),
    (&["then"], Role::Joint),
    (&["using"], Role::Joint),
];

/// The role of the word that comes next, and how many words belong to it.
pub(super) fn role(next: &[Lexeme<'_>]) -> (Role, usize) {
    let first = next.first().map_or(&[][..], |lexeme| lexeme.value.as_bytes());
    let begins = |phrase: &str| {
        phrase.len() == first.len()
            && phrase.as_bytes().first() == first.first().map(u8::to_ascii_lowercase).as_ref()
    };
    let found = PHRASES.iter().find(|(phrase, _)| {
        begins(phrase[0])
            && phrase.len() <= next.len()
            && phrase.iter().zip(next).all(|(word, lexeme)| lexeme.is_word(word))
    });
    found.map_or((Role::Other, 1), |(phrase, role)| (*role, phrase.len()))
}
