//! Sets SQL on several lines, for people.
//!
//! Each clause begins a line. What is longer than a line goes on over several, indented: the entries of a list, the
//! conditions, the insides of parentheses and of CASE. Only blanks change, because every lexeme is copied as it stands,
//! and no blank goes where it parts two lexemes that would be one without it.

mod layout;
mod words;

use std::sync::OnceLock;

use crate::Dialect;
use crate::lex::{Gap, Kind, Lexeme, Lexer};

/// Longer SQL stays on one line, in bytes: nobody reads it, and each level of parentheses is measured anew.
const MAX_BYTES: usize = 8_000;

/// SQL on several lines, once somebody has asked for it. It follows from the SQL, so it makes no difference between two.
#[derive(Debug, Clone, Default)]
pub(super) struct Pretty(OnceLock<String>);

impl Pretty {
    pub(super) fn of(&self, sql: &str, dialect: Dialect) -> &str {
        self.0.get_or_init(|| format(sql, dialect))
    }
}

impl PartialEq for Pretty {
    fn eq(&self, _other: &Pretty) -> bool {
        true
    }
}

impl Eq for Pretty {}

/// The same SQL on several lines; unchanged when it is too long for people anyway.
pub(super) fn format(sql: &str, dialect: Dialect) -> String {
    if sql.len() > MAX_BYTES {
        return sql.to_owned();
    }
    match lexemes(sql, dialect) {
        Some(lexemes) => layout::write(&tokens(sql, &lexemes)),
        None => sql.to_owned(),
    }
}

fn lexemes(sql: &str, dialect: Dialect) -> Option<Vec<Lexeme<'_>>> {
    let mut lexer = Lexer::strict(sql, dialect);
    let mut lexemes = Vec::with_capacity(sql.len() / 4);
    while let Some(lexeme) = lexer.next().ok()? {
        lexemes.push(lexeme);
    }
    Some(lexemes)
}

/// What a token does to the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Begins a clause, whose contents are indented where they do not fit.
    Clause,
    /// Begins a line of its own: UNION.
    Between,
    /// Begins a line where the clause around it does not fit: AND.
    Condition,
    /// A word after which a parenthesis never belongs to a call: IN.
    Joint,
    /// `(`, `[` and CASE.
    Open,
    /// `)`, `]` and END.
    Close,
    Comma,
    /// Stands close on both sides: `.`, `::`, `[]`.
    Tight,
    /// Stands apart on both sides.
    Operator,
    Other,
}

/// What stays together.
#[derive(Debug, Clone, Copy)]
struct Token<'t> {
    role: Role,
    text: &'t str,
    /// Whether a blank stands before it in the one-line text.
    is_apart: bool,
}

fn tokens<'t>(sql: &'t str, lexemes: &[Lexeme<'t>]) -> Vec<Token<'t>> {
    let mut tokens: Vec<Token<'t>> = Vec::with_capacity(lexemes.len());
    let mut in_between = false;
    let mut at = 0;
    while let Some(lexeme) = lexemes.get(at) {
        let last = tokens.last().copied();
        let (mut role, count) = match lexeme.kind {
            Kind::Symbol => symbols(&lexemes[at..], last),
            Kind::Word if last.is_none_or(|last| last.text != ".") => words::role(&lexemes[at..]),
            _ => (Role::Other, 1),
        };
        let text = &sql[lexeme.start..lexemes[at + count - 1].end];
        // The AND of BETWEEN is none that joins conditions.
        if role == Role::Condition && in_between && text.eq_ignore_ascii_case("and") {
            (role, in_between) = (Role::Joint, false);
        }
        in_between |= role == Role::Joint && text.eq_ignore_ascii_case("between");
        let is_apart = lexeme.gap != Gap::None;
        tokens.push(Token { role, text, is_apart });
        at += count;
    }
    tokens
}

/// The role of the symbol that comes next, and how many lexemes belong to it: an operator stays whole, and a minus stays
/// at its number.
fn symbols(next: &[Lexeme<'_>], last: Option<Token<'_>>) -> (Role, usize) {
    let symbol = |at: usize| match next.get(at) {
        Some(lexeme) if lexeme.kind == Kind::Symbol && (at == 0 || lexeme.gap == Gap::None) => {
            lexeme.value.as_bytes().first().copied().unwrap_or_default()
        }
        _ => 0,
    };
    match (symbol(0), symbol(1)) {
        (b'(', _) => return (Role::Open, 1),
        (b'[', b']') | (b':', b':') => return (Role::Tight, 2),
        (b'[', _) => return (Role::Open, 1),
        (b')' | b']', _) => return (Role::Close, 1),
        (b',', _) => return (Role::Comma, 1),
        (b'.', _) => return (Role::Tight, 1),
        _ => {}
    }
    let is_operator = |at: &usize| b"+-*/<>=~!@%^&|?#:".contains(&symbol(*at));
    let length = (0..).take_while(is_operator).count().max(1);
    let is_number = |lexeme: &Lexeme<'_>| lexeme.kind == Kind::Number && lexeme.gap == Gap::None;
    let is_sign = last.is_none_or(|last| !matches!(last.role, Role::Other | Role::Close));
    if symbol(0) == b'-' && length == 1 && is_sign && next.get(1).is_some_and(is_number) {
        return (Role::Other, 2);
    }
    (Role::Operator, length)
}

#[cfg(test)]
mod tests;
