//! Splits SQL text into lexemes by each database's own lexical rules.
//!
//! The check and the DDL reader stand on this rather than on a parser's tokenizer, because both need to know where
//! *the database* ends a string or a comment:
//!
//! | | MySQL | PostgreSQL | SQLite |
//! |---|---|---|---|
//! | strings | `'…'` `"…"` with backslashes | `'…'` `E'…'` `$tag$…$tag$` | `'…'` |
//! | quoted names | `` `…` `` | `"…"` | `"…"` `` `…` `` `[…]` |
//! | line comments | `-- ` (a blank must follow), `#` | `--` | `--` |
//! | block comments | do not nest; `/*! … */` runs | nest | do not nest |

mod gap;
mod quoted;

use std::borrow::Cow;
use std::fmt;

use crate::Dialect;
pub(crate) use quoted::unquotable;

/// One word, name, literal or symbol character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lexeme<'t> {
    pub kind: Kind,
    /// First byte in the text.
    pub start: usize,
    /// One past the last byte in the text.
    pub end: usize,
    /// What it stands for: decoded for names and strings, as written for the rest.
    pub value: Cow<'t, str>,
    /// What stands before it.
    pub gap: Gap,
}

/// What a lexeme is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword or an unquoted name.
    Word,
    /// A quoted name, with the quote that opened it.
    Quoted(char),
    /// A character string.
    Text,
    /// `X'…'` and `B'…'`.
    Bits,
    /// A number.
    Number,
    /// One character of an operator or of punctuation.
    Symbol,
}

/// What separates a lexeme from the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gap {
    None,
    /// Blanks or a comment.
    Space,
    /// The same, with a line break.
    Line,
}

/// A comment that a lenient reading passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Comment<'t> {
    /// First byte in the text.
    pub start: usize,
    /// Without its marks, trimmed.
    pub text: &'t str,
}

/// Why text cannot be split, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Byte offset in the text.
    pub at: usize,
    pub kind: FaultKind,
}

/// Why text cannot be split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// The named thing begins but never ends.
    Unterminated(&'static str),
    /// `/*! … */`, which MySQL runs.
    ExecutableComment,
    /// `?`, `:name`, `$1`: something that a caller would have to fill in.
    Placeholder,
    /// `@name`, `@@name`.
    Variable,
    /// A character that has no place in this dialect; a hint may follow.
    Character(char, &'static str),
    /// Anything else, in words.
    Other(&'static str),
}

/// Reads lexemes one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Lexer<'t> {
    text: &'t str,
    pos: usize,
    dialect: Dialect,
    /// A lenient lexer notes faults, mends them and goes on; a strict one stops.
    lenient: bool,
    /// Only a lenient lexer keeps them.
    pub comments: Vec<Comment<'t>>,
    /// Only a lenient lexer keeps them.
    pub faults: Vec<Fault>,
}

impl<'t> Lexer<'t> {
    /// A lexer for text that will be run: the first fault ends it.
    pub fn strict(text: &'t str, dialect: Dialect) -> Lexer<'t> {
        Lexer {
            text,
            pos: 0,
            dialect,
            lenient: false,
            comments: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// A lexer for text that is only read: it takes every dialect's quotes and goes on after faults.
    pub fn lenient(text: &'t str, dialect: Dialect) -> Lexer<'t> {
        Lexer {
            lenient: true,
            ..Lexer::strict(text, dialect)
        }
    }

    /// Byte offset of what comes next.
    pub fn position(&self) -> usize {
        self.pos
    }

    /// Goes on from another byte offset, which must be a character boundary.
    pub fn seek(&mut self, position: usize) {
        debug_assert!(self.text.is_char_boundary(position), "seek into a character");
        self.pos = position;
    }

    fn rest(&self) -> &'t str {
        &self.text[self.pos..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn peek_second(&self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.pos += c.len_utf8();
        Some(c)
    }

    /// Stops a strict reading; a lenient one notes the fault.
    fn fault(&mut self, at: usize, kind: FaultKind) -> Result<(), Fault> {
        let fault = Fault { at, kind };
        if self.lenient {
            self.faults.push(fault);
            return Ok(());
        }
        Err(fault)
    }

    /// The next lexeme; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Lexeme<'t>>, Fault> {
        let gap = self.skip_gap()?;
        let start = self.pos;
        let Some(c) = self.peek() else { return Ok(None) };
        let (kind, value) = match c {
            '\'' => (Kind::Text, self.text_literal()?),
            '"' if self.dialect == Dialect::MySql && !self.lenient => (Kind::Text, self.text_literal()?),
            '"' | '`' | '[' if self.opens_name(c) => (Kind::Quoted(c), self.quoted_name(c)?),
            '$' if self.dollar_tag().is_some() => (Kind::Text, self.dollar_text()?),
            _ if is_word_start(c) => self.word()?,
            _ if c.is_ascii_digit() => self.number()?,
            '.' if self.peek_second().is_some_and(|next| next.is_ascii_digit()) && gap != Gap::None => {
                self.number()?
            }
            _ => self.symbol(c)?,
        };
        Ok(Some(Lexeme {
            kind,
            start,
            end: self.pos,
            value,
            gap,
        }))
    }

    /// Whether this character opens a quoted name here. A lenient lexer takes every dialect's quotes, but leaves
    /// `[]` and `[3]`, which are PostgreSQL's arrays.
    fn opens_name(&self, c: char) -> bool {
        match (c, self.dialect) {
            ('"', Dialect::MySql) => self.lenient,
            ('[', Dialect::Sqlite) if !self.lenient => true,
            ('[', _) => {
                let begins_name =
                    |next| is_word_start(next) || (next == ' ' && self.dialect == Dialect::Sqlite);
                self.lenient && self.peek_second().is_some_and(begins_name)
            }
            ('"', _) | ('`', Dialect::MySql | Dialect::Sqlite) => true,
            (_, _) => self.lenient,
        }
    }

    fn word(&mut self) -> Result<(Kind, Cow<'t, str>), Fault> {
        let start = self.pos;
        // Most words are ASCII, and bytes are quicker than characters.
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
        self.pos += self.rest().bytes().take_while(is_plain).count();
        while self.peek().is_some_and(is_word_part) {
            self.bump();
        }
        let word = &self.text[start..self.pos];
        let postgres = self.dialect == Dialect::PostgreSql;
        match (word, self.peek()) {
            ("x" | "X", Some('\'')) => self.bit_literal(start),
            ("b" | "B", Some('\'')) if self.dialect != Dialect::Sqlite => self.bit_literal(start),
            ("n" | "N", Some('\'')) if self.dialect != Dialect::Sqlite => {
                Ok((Kind::Text, self.text_literal()?))
            }
            ("e" | "E", Some('\'')) if postgres => Ok((Kind::Text, self.escape_text()?)),
            ("u" | "U", Some('&')) if postgres && matches!(self.peek_second(), Some('\'' | '"')) => {
                self.fault(
                    start,
                    FaultKind::Other("U&'…' is not taken; write the characters themselves"),
                )?;
                Ok((Kind::Word, Cow::Borrowed(word)))
            }
            _ => Ok((Kind::Word, Cow::Borrowed(word))),
        }
    }

    fn number(&mut self) -> Result<(Kind, Cow<'t, str>), Fault> {
        let start = self.pos;
        let bytes = self.text.as_bytes();
        let digits =
            |from: usize, is: fn(&u8) -> bool| from + bytes[from..].iter().take_while(|b| is(b)).count();
        let is_digit = |b: &u8| b.is_ascii_digit() || *b == b'_';
        let mut end;
        if bytes[start] == b'0' && matches!(bytes.get(start + 1), Some(b'x' | b'X')) {
            end = digits(start + 2, |b| b.is_ascii_hexdigit());
        } else {
            end = digits(start, is_digit);
            if bytes.get(end) == Some(&b'.') && bytes.get(end + 1) != Some(&b'.') {
                end = digits(end + 1, is_digit);
            }
            if matches!(bytes.get(end), Some(b'e' | b'E')) {
                let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
                let exponent_end = digits(end + 1 + sign, u8::is_ascii_digit);
                if exponent_end > end + 1 + sign {
                    end = exponent_end;
                }
            }
        }
        self.pos = end;
        if self.peek().is_some_and(is_word_start) {
            self.fault(
                start,
                FaultKind::Other("a name that begins with a digit needs quotes"),
            )?;
            while self.peek().is_some_and(is_word_part) {
                self.bump();
            }
            return Ok((Kind::Word, Cow::Borrowed(&self.text[start..self.pos])));
        }
        Ok((Kind::Number, Cow::Borrowed(&self.text[start..end])))
    }

    fn symbol(&mut self, c: char) -> Result<(Kind, Cow<'t, str>), Fault> {
        let start = self.pos;
        self.bump();
        let names_something = self
            .peek()
            .is_some_and(|next| is_word_start(next) || next.is_ascii_digit());
        let fault = match (c, self.dialect) {
            ('\0', _) => Some(FaultKind::Character(c, "")),
            ('?', Dialect::MySql | Dialect::Sqlite) => Some(FaultKind::Placeholder),
            ('@' | ':', Dialect::Sqlite) => Some(FaultKind::Placeholder),
            ('$', _) if names_something => Some(FaultKind::Placeholder),
            ('@', Dialect::MySql) => Some(FaultKind::Variable),
            ('`', Dialect::PostgreSql) => Some(FaultKind::Character(
                c,
                "; PostgreSQL quotes names with double quotes",
            )),
            ('[' | ']', Dialect::MySql) => {
                Some(FaultKind::Character(c, "; MySQL quotes names with backticks"))
            }
            ('#', Dialect::Sqlite) | ('\\' | '$', _) => Some(FaultKind::Character(c, "")),
            _ if c.is_ascii_graphic() => None,
            _ => Some(FaultKind::Character(c, "")),
        };
        // To a lenient reading a stray character is only a symbol that no statement asks for.
        if let Some(kind) = fault.filter(|_| !self.lenient) {
            self.fault(start, kind)?;
        }
        Ok((Kind::Symbol, Cow::Borrowed(&self.text[start..self.pos])))
    }

    /// Where a lenient reading goes on after something that never ends.
    fn end_of_line(&self, start: usize) -> usize {
        self.text[start..]
            .find(['\n', '\r'])
            .map_or(self.text.len(), |length| start + length)
    }
}

fn is_word_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || is_foreign_letter(c)
}

fn is_word_part(c: char) -> bool {
    is_word_start(c) || c.is_ascii_digit() || c == '$'
}

/// All three take every character beyond ASCII in a name. Blanks are not taken here, because they are never meant,
/// nor are typographic quotes, because what looks like a string would be read as a name.
fn is_foreign_letter(c: char) -> bool {
    !c.is_ascii() && !c.is_whitespace() && !c.is_control() && !"\u{feff}‘’‚“”„«»".contains(c)
}

impl Lexeme<'_> {
    /// Whether this is the unquoted word, in any case.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.value.eq_ignore_ascii_case(word)
    }

    /// Whether this is one of the unquoted words, in any case.
    pub fn is_any_word(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_word(word))
    }

    /// Whether this is the symbol character.
    pub fn is_symbol(&self, symbol: char) -> bool {
        self.kind == Kind::Symbol && self.value.starts_with(symbol)
    }

    /// Whether this can be a name: quoted or not.
    pub fn is_name(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Quoted(_))
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FaultKind::Unterminated(what) => write!(f, "a {what} begins here that never ends"),
            FaultKind::ExecutableComment => f.write_str("a comment that MySQL would run"),
            FaultKind::Placeholder => f.write_str("a placeholder that nothing fills"),
            FaultKind::Variable => f.write_str("a variable"),
            FaultKind::Character(c, hint) => write!(f, "the character {c:?} has no place here{hint}"),
            FaultKind::Other(message) => f.write_str(message),
        }
    }
}

/// Line and column of a byte offset, both from 1, the column in characters.
pub(crate) fn line_and_column(text: &str, offset: usize) -> (u32, u32) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.matches('\n').count() + 1;
    let column = before[line_start..].chars().count() + 1;
    (
        u32::try_from(line).unwrap_or(u32::MAX),
        u32::try_from(column).unwrap_or(u32::MAX),
    )
}

#[cfg(test)]
mod tests;
