//! Reads what stands in quotes: names, strings, bits.

use std::borrow::Cow;

use super::{Fault, FaultKind, Kind, Lexer};
use crate::Dialect;

/// Why a name cannot stand in quotes in one line of SQL, whatever the dialect; SQLite lets tables and columns have such
/// names.
pub(crate) fn unquotable(name: &str) -> Option<&'static str> {
    if name.contains(['\n', '\r', '\0']) {
        return Some("a quoted name with a line break in it");
    }
    name.is_empty().then_some("an empty quoted name")
}

impl<'t> Lexer<'t> {
    /// `"…"`, `` `…` `` or `[…]`; the closing quote doubled stands for itself, except in brackets.
    pub(super) fn quoted_name(&mut self, open: char) -> Result<Cow<'t, str>, Fault> {
        let start = self.pos;
        let close = if open == '[' { ']' } else { open };
        self.bump();
        let name = match self.until_quote(close, open != '[') {
            Some(name) => name,
            None => self.mend(start, "quoted name")?,
        };
        if let Some(why) = unquotable(&name) {
            self.fault(start, FaultKind::Other(why))?;
        }
        Ok(name)
    }

    /// `'…'`, and MySQL's `"…"`.
    pub(super) fn text_literal(&mut self) -> Result<Cow<'t, str>, Fault> {
        if self.dialect == Dialect::MySql {
            return self.escaped_text(mysql_escape);
        }
        let start = self.pos;
        let quote = self.bump().unwrap_or('\'');
        let value = match self.until_quote(quote, true) {
            Some(value) => value,
            None => self.mend(start, "string")?,
        };
        self.refuse_nul(start, value)
    }

    /// PostgreSQL's `'…'` after an `E`.
    pub(super) fn escape_text(&mut self) -> Result<Cow<'t, str>, Fault> {
        self.escaped_text(postgres_escape)
    }

    /// The tag of a dollar-quoted string that begins here, with its dollars. A lenient reading takes it in every
    /// dialect.
    pub(super) fn dollar_tag(&self) -> Option<&'t str> {
        if self.dialect != Dialect::PostgreSql && !self.lenient {
            return None;
        }
        let after = self.rest().strip_prefix('$')?;
        let length = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
        let is_tag = after[length..].starts_with('$') && !after.starts_with(|c: char| c.is_ascii_digit());
        is_tag.then(|| &self.rest()[..length + 2])
    }

    /// `$tag$…$tag$`.
    pub(super) fn dollar_text(&mut self) -> Result<Cow<'t, str>, Fault> {
        let start = self.pos;
        let tag = self.dollar_tag().unwrap_or("$$");
        self.pos += tag.len();
        let body = self.rest();
        let value = match body.find(tag) {
            Some(length) => {
                self.pos += length + tag.len();
                Cow::Borrowed(&body[..length])
            }
            None => self.mend(start, "dollar-quoted string")?,
        };
        self.refuse_nul(start, value)
    }

    /// `X'…'` and `B'…'`, as written; the letter is behind, the quote ahead.
    pub(super) fn bit_literal(&mut self, start: usize) -> Result<(Kind, Cow<'t, str>), Fault> {
        self.bump();
        let digits = match self.until_quote('\'', false) {
            Some(digits) => digits,
            None => self.mend(start, "bit string")?,
        };
        let is_binary = self.text[start..].starts_with(['b', 'B']);
        let is_digit = |byte: u8| byte.is_ascii_hexdigit() && (!is_binary || matches!(byte, b'0' | b'1'));
        if !digits.bytes().all(is_digit) {
            self.fault(
                start,
                FaultKind::Other("a bit string holds something that is no digit"),
            )?;
        }
        // PostgreSQL's are bits, the others' are bytes of two digits each.
        if !is_binary && digits.len() % 2 == 1 && self.dialect != Dialect::PostgreSql {
            self.fault(
                start,
                FaultKind::Other("a string of bytes has an odd number of digits"),
            )?;
        }
        Ok((Kind::Bits, Cow::Borrowed(&self.text[start..self.pos])))
    }

    /// Reads up to the closing quote and past it; `None`, with the position unchanged, when there is none.
    fn until_quote(&mut self, close: char, doubles: bool) -> Option<Cow<'t, str>> {
        let body = self.rest();
        let mut from = 0;
        let mut has_doubled = false;
        loop {
            let at = from + body[from..].find(close)?;
            let after = at + close.len_utf8();
            if doubles && body[after..].starts_with(close) {
                has_doubled = true;
                from = after + close.len_utf8();
                continue;
            }
            self.pos += after;
            let raw = &body[..at];
            if !has_doubled {
                return Some(Cow::Borrowed(raw));
            }
            let doubled: String = [close, close].iter().collect();
            return Some(Cow::Owned(raw.replace(&doubled, close.encode_utf8(&mut [0; 4]))));
        }
    }

    /// A string in which backslashes escape and a doubled quote stands for itself.
    fn escaped_text(
        &mut self,
        escape: fn(&mut Lexer<'t>, &mut String) -> bool,
    ) -> Result<Cow<'t, str>, Fault> {
        let start = self.pos;
        let quote = self.bump().unwrap_or('\'');
        let mut value = String::new();
        while let Some(c) = self.bump() {
            if c == '\\' {
                let at = self.pos - 1;
                if !escape(self, &mut value) {
                    self.fault(
                        at,
                        FaultKind::Other("an escape that is not taken; write the character itself"),
                    )?;
                }
            } else if c != quote {
                value.push(c);
            } else if self.peek() == Some(quote) {
                self.bump();
                value.push(quote);
            } else {
                return self.refuse_nul(start, Cow::Owned(value));
            }
        }
        self.mend(start, "string")
    }

    /// A strict reading fails; a lenient one goes on at the end of the line.
    fn mend(&mut self, start: usize, what: &'static str) -> Result<Cow<'t, str>, Fault> {
        self.fault(start, FaultKind::Unterminated(what))?;
        let end = self.end_of_line(start);
        self.pos = end.max(start + 1);
        Ok(Cow::Borrowed(&self.text[start + 1..self.pos]))
    }

    fn refuse_nul(&mut self, start: usize, value: Cow<'t, str>) -> Result<Cow<'t, str>, Fault> {
        if value.contains('\0') {
            self.fault(start, FaultKind::Other("a string with a NUL in it"))?;
        }
        Ok(value)
    }
}

/// <https://dev.mysql.com/doc/refman/8.4/en/string-literals.html>, table 11.1. `\%` and `\_` keep their backslash.
fn mysql_escape(lexer: &mut Lexer<'_>, value: &mut String) -> bool {
    match lexer.bump() {
        None => return false,
        Some('0') => value.push('\0'),
        Some('b') => value.push('\u{8}'),
        Some('n') => value.push('\n'),
        Some('r') => value.push('\r'),
        Some('t') => value.push('\t'),
        Some('Z') => value.push('\u{1a}'),
        Some(c @ ('%' | '_')) => value.extend(['\\', c]),
        Some(c) => value.push(c),
    }
    true
}

/// <https://www.postgresql.org/docs/current/sql-syntax-lexical.html>, table 4.1.
fn postgres_escape(lexer: &mut Lexer<'_>, value: &mut String) -> bool {
    match lexer.bump() {
        None => return false,
        Some('b') => value.push('\u{8}'),
        Some('f') => value.push('\u{c}'),
        Some('n') => value.push('\n'),
        Some('r') => value.push('\r'),
        Some('t') => value.push('\t'),
        Some('u') => return coded(lexer, value, 16, 4, 4),
        Some('U') => return coded(lexer, value, 16, 8, 8),
        Some('x') => return coded(lexer, value, 16, 1, 2),
        Some(c @ '0'..='7') => {
            lexer.pos -= c.len_utf8();
            return coded(lexer, value, 8, 1, 3);
        }
        Some(c) => value.push(c),
    }
    true
}

/// A character given by its number. Bytes beyond ASCII (`\xc3\xa9`) are not taken: they depend on the encoding.
fn coded(lexer: &mut Lexer<'_>, value: &mut String, radix: u32, least: usize, most: usize) -> bool {
    let digits = lexer
        .rest()
        .chars()
        .take(most)
        .take_while(|c| c.is_digit(radix))
        .count();
    let number = u32::from_str_radix(&lexer.rest()[..digits], radix).ok();
    lexer.pos += digits;
    let is_byte = least == 1;
    match number
        .filter(|number| digits >= least && !(is_byte && *number > 0x7f))
        .and_then(char::from_u32)
    {
        Some(c) => value.push(c),
        None => return false,
    }
    true
}
