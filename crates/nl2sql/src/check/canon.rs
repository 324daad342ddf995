//! Writes lexemes anew: one line, no comments, and every string in a form that means the same in every mode of its
//! database.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::Dialect;
use crate::lex::{Gap, Kind, Lexeme, Lexer};

/// SQL on one line, and where its pieces came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Canonical {
    pub text: String,
    pub pieces: Vec<Piece>,
}

/// One lexeme in the new text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub kind: Kind,
    /// First character in the new text, from 1.
    pub column: u64,
    /// First byte in the text as given.
    pub origin: usize,
}

/// Joins strings that the database joins: MySQL any neighbours, PostgreSQL those on different lines.
pub(super) fn join_strings(lexemes: Vec<Lexeme<'_>>, dialect: Dialect) -> Vec<Lexeme<'_>> {
    let both_text = |pair: &[Lexeme<'_>]| pair.iter().all(|lexeme| lexeme.kind == Kind::Text);
    if !lexemes.windows(2).any(both_text) {
        return lexemes;
    }
    let mut joined: Vec<Lexeme<'_>> = Vec::with_capacity(lexemes.len());
    for lexeme in lexemes {
        let joins = lexeme.kind == Kind::Text
            && match dialect {
                Dialect::MySql => true,
                Dialect::PostgreSql => lexeme.gap == Gap::Line,
                Dialect::Sqlite => false,
            };
        match joined.last_mut().filter(|last| joins && last.kind == Kind::Text) {
            Some(last) => {
                last.value.to_mut().push_str(&lexeme.value);
                last.end = lexeme.end;
            }
            None => joined.push(lexeme),
        }
    }
    joined
}

/// The lexemes on one line.
pub(super) fn write(lexemes: &[Lexeme<'_>], dialect: Dialect) -> Canonical {
    let length = lexemes.last().map_or(0, |last| last.end);
    let mut text = String::with_capacity(length + length / 8);
    let mut pieces = Vec::with_capacity(lexemes.len());
    let mut column = 1;
    let mut last: Option<&Lexeme<'_>> = None;
    for lexeme in lexemes {
        if last.is_some_and(|last| lexeme.gap != Gap::None || must_part(last, lexeme)) {
            text.push(' ');
            column += 1;
        }
        let written = spelling(lexeme, dialect);
        if lexeme.kind == Kind::Text && written.starts_with('(') {
            pieces.extend(pieces_of_sum(&written, column, lexeme.start));
        } else {
            pieces.push(Piece {
                kind: lexeme.kind,
                column,
                origin: lexeme.start,
            });
        }
        column += written.chars().count() as u64;
        text.push_str(&written);
        last = Some(lexeme);
    }
    Canonical { text, pieces }
}

/// The same with other spellings of names, by the columns in which they begin.
pub(super) fn respelled(
    lexemes: &mut [Lexeme<'_>],
    canonical: &Canonical,
    names: BTreeMap<u64, String>,
    dialect: Dialect,
) -> Canonical {
    for (column, name) in names {
        let piece = canonical.pieces.iter().find(|piece| piece.column == column);
        let lexeme = piece.and_then(|piece| lexemes.iter_mut().find(|lexeme| lexeme.start == piece.origin));
        match lexeme.filter(|lexeme| lexeme.is_name()) {
            Some(lexeme) => lexeme.value = Cow::Owned(name),
            None => debug_assert!(false, "no name at column {column} of {}", canonical.text),
        }
    }
    write(lexemes, dialect)
}

/// The pieces of a string that was written as a sum, for SQLite.
fn pieces_of_sum(written: &str, column: u64, origin: usize) -> Vec<Piece> {
    let mut lexer = Lexer::strict(written, Dialect::Sqlite);
    let mut pieces = Vec::new();
    while let Ok(Some(lexeme)) = lexer.next() {
        let before = written[..lexeme.start].chars().count() as u64;
        pieces.push(Piece {
            kind: lexeme.kind,
            column: column + before,
            origin,
        });
    }
    pieces
}

/// Whether two neighbours would become something else without a blank: one word, or MySQL's `5--1` a comment.
fn must_part(last: &Lexeme<'_>, next: &Lexeme<'_>) -> bool {
    if last.is_symbol('-') && next.is_symbol('-') {
        return true;
    }
    // `1.` before a name would read as a number followed by one.
    last.kind != Kind::Symbol && next.kind != Kind::Symbol
}

fn spelling<'l>(lexeme: &'l Lexeme<'_>, dialect: Dialect) -> Cow<'l, str> {
    match lexeme.kind {
        Kind::Text => Cow::Owned(match dialect {
            Dialect::MySql => mysql_string(&lexeme.value),
            Dialect::PostgreSql => postgres_string(&lexeme.value),
            Dialect::Sqlite => sqlite_string(&lexeme.value),
        }),
        Kind::Quoted(quote) => {
            let close = match dialect {
                Dialect::MySql => '`',
                // SQLite may take a name in double quotes for a string, but never one in backticks; so they stay apart.
                Dialect::Sqlite if quote != '"' => '`',
                // A lenient reading takes backticks here too; the parser does not.
                Dialect::Sqlite | Dialect::PostgreSql => '"',
            };
            Cow::Owned(format!(
                "{close}{}{close}",
                lexeme.value.replace(close, &format!("{close}{close}"))
            ))
        }
        Kind::Word | Kind::Bits | Kind::Number | Kind::Symbol => Cow::Borrowed(&lexeme.value),
    }
}

/// Backslashes doubled and quotes doubled: the string ends at the same place in `NO_BACKSLASH_ESCAPES` mode too.
fn mysql_string(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('\'');
    for c in value.chars() {
        match c {
            '\'' => out.push_str("''"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\u{1a}' => out.push_str("\\Z"),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// A plain string, or `E'…'` where there is a line break or where a server with `standard_conforming_strings` off
/// would see another end.
fn postgres_string(value: &str) -> String {
    let quoted = value.replace('\'', "''");
    let ends_elsewhere = quoted.contains("\\'") || quoted.ends_with('\\');
    if !ends_elsewhere && !value.contains(['\n', '\r']) {
        return format!("'{quoted}'");
    }
    format!(
        "E'{}'",
        quoted
            .replace('\\', "\\\\")
            .replace('\n', "\\n")
            .replace('\r', "\\r")
    )
}

/// A plain string, or a sum of strings and `char(…)` where there is a line break.
fn sqlite_string(value: &str) -> String {
    let quoted = value.replace('\'', "''");
    if !value.contains(['\n', '\r']) {
        return format!("'{quoted}'");
    }
    let broken = quoted
        .replace('\n', "' || char(10) || '")
        .replace('\r', "' || char(13) || '");
    format!("('{broken}')")
}
