//! Goes over the lexemes of one statement.

use crate::Dialect;
use crate::lex::{Kind, Lexeme};

/// A place in a list of lexemes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'l, 't> {
    lexemes: &'l [Lexeme<'t>],
    at: usize,
}

/// A name with what stood before its last dot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub namespace: Option<String>,
    pub last: String,
    /// Byte offset of its first part.
    pub start: usize,
}

impl<'l, 't> Cursor<'l, 't> {
    pub fn new(lexemes: &'l [Lexeme<'t>]) -> Cursor<'l, 't> {
        Cursor { lexemes, at: 0 }
    }

    pub fn peek(&self) -> Option<&'l Lexeme<'t>> {
        self.lexemes.get(self.at)
    }

    pub fn peek_at(&self, ahead: usize) -> Option<&'l Lexeme<'t>> {
        self.lexemes.get(self.at + ahead)
    }

    pub fn next(&mut self) -> Option<&'l Lexeme<'t>> {
        let lexeme = self.lexemes.get(self.at)?;
        self.at += 1;
        Some(lexeme)
    }

    /// What was passed.
    pub fn behind(&self) -> &'l [Lexeme<'t>] {
        &self.lexemes[..self.at.min(self.lexemes.len())]
    }

    /// What is left.
    pub fn rest(&self) -> &'l [Lexeme<'t>] {
        &self.lexemes[self.at.min(self.lexemes.len())..]
    }

    pub fn is_at_word(&self, word: &str) -> bool {
        self.peek().is_some_and(|lexeme| lexeme.is_word(word))
    }

    /// Passes the words when they all come next, in this order.
    pub fn take_words(&mut self, words: &[&str]) -> bool {
        let all = words
            .iter()
            .enumerate()
            .all(|(n, word)| self.peek_at(n).is_some_and(|next| next.is_word(word)));
        if all {
            self.at += words.len();
        }
        all
    }

    /// Passes the word when it comes next.
    pub fn take_word(&mut self, word: &str) -> bool {
        self.take_words(&[word])
    }

    /// Passes the symbol when it comes next.
    pub fn take_symbol(&mut self, symbol: char) -> bool {
        let is_next = self.peek().is_some_and(|lexeme| lexeme.is_symbol(symbol));
        self.at += usize::from(is_next);
        is_next
    }

    /// Passes one name, folded as the dialect does.
    pub fn take_simple_name(&mut self, dialect: Dialect) -> Option<String> {
        let lexeme = self.peek()?;
        let name = name_of(lexeme, dialect)?;
        self.at += 1;
        Some(name)
    }

    /// Passes a name with dots in it.
    pub fn take_name(&mut self, dialect: Dialect) -> Option<Name> {
        let start = self.peek()?.start;
        let mut last = self.take_simple_name(dialect)?;
        let mut namespace = None;
        while self.peek().is_some_and(|lexeme| lexeme.is_symbol('.')) {
            self.at += 1;
            let Some(next) = self.take_simple_name(dialect) else {
                break;
            };
            namespace = Some(std::mem::replace(&mut last, next));
        }
        Some(Name {
            namespace,
            last,
            start,
        })
    }

    /// Passes a group in parentheses that comes next and gives what is in it. One that never closes ends with the
    /// statement; the flag tells.
    pub fn take_group(&mut self) -> Option<(&'l [Lexeme<'t>], bool)> {
        if !self.take_symbol('(') {
            return None;
        }
        let start = self.at;
        let mut depth = 1_usize;
        while let Some(lexeme) = self.next() {
            if lexeme.is_symbol('(') {
                depth += 1;
            } else if lexeme.is_symbol(')') {
                depth -= 1;
                if depth == 0 {
                    return Some((&self.lexemes[start..self.at - 1], true));
                }
            }
        }
        Some((&self.lexemes[start..], false))
    }

    /// The text of a string that comes next, in whichever quotes; passes it.
    pub fn take_text(&mut self) -> Option<String> {
        let lexeme = self.peek().filter(|lexeme| is_text(lexeme))?;
        self.at += 1;
        Some(lexeme.value.to_string())
    }
}

/// The pieces between commas that stand in no parentheses or brackets.
pub(super) fn split_at_commas<'l, 't>(lexemes: &'l [Lexeme<'t>]) -> Vec<&'l [Lexeme<'t>]> {
    let mut pieces = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for (at, lexeme) in lexemes.iter().enumerate() {
        if lexeme.kind != Kind::Symbol {
            continue;
        }
        match lexeme.value.as_ref() {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            "," if depth == 0 => {
                pieces.push(&lexemes[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(&lexemes[start..]);
    pieces
}

/// The name that a lexeme is; PostgreSQL folds unquoted ones. MySQL and SQLite also take strings for names.
pub(super) fn name_of(lexeme: &Lexeme<'_>, dialect: Dialect) -> Option<String> {
    match lexeme.kind {
        Kind::Word if dialect == Dialect::PostgreSql => Some(lexeme.value.to_lowercase()),
        Kind::Word | Kind::Quoted(_) => Some(lexeme.value.to_string()),
        Kind::Text if dialect == Dialect::Sqlite && !lexeme.value.is_empty() => {
            Some(lexeme.value.to_string())
        }
        _ => None,
    }
}

/// Whether this is a string; MySQL's may have double quotes.
pub(super) fn is_text(lexeme: &Lexeme<'_>) -> bool {
    matches!(lexeme.kind, Kind::Text | Kind::Quoted('"'))
}

/// The names in a column list such as `(a, b DESC, c(10))`; `None` when it holds an expression.
pub(super) fn column_list(group: &[Lexeme<'_>], dialect: Dialect) -> Option<Vec<String>> {
    split_at_commas(group)
        .into_iter()
        .map(|piece| {
            let mut cursor = Cursor::new(piece);
            let name = cursor.take_simple_name(dialect)?;
            let is_prefix = |group: &[Lexeme<'_>]| matches!(group, [length] if length.kind == Kind::Number);
            if let Some((group, _)) = cursor.take_group()
                && !is_prefix(group)
            {
                return None;
            }
            Some(name)
        })
        .collect()
}
