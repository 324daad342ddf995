//! Passes over what stands between lexemes: blanks and comments.

use super::{Comment, Fault, FaultKind, Gap, Lexer};
use crate::Dialect;

impl<'t> Lexer<'t> {
    /// Passes over blanks and comments.
    pub(super) fn skip_gap(&mut self) -> Result<Gap, Fault> {
        let mut gap = Gap::None;
        while let Some(c) = self.peek() {
            let start = self.pos;
            if c == ' ' {
                self.pos += 1;
                gap = gap.max(Gap::Space);
                continue;
            }
            if c.is_whitespace() || c == '\u{feff}' {
                self.bump();
            } else if self.at_line_comment(c) {
                let line = self.rest().split(['\n', '\r']).next().unwrap_or_default();
                self.pos += line.len();
                self.keep_comment(start, line.trim_start_matches(['-', '#']));
            } else if self.rest().starts_with("/*") {
                self.block_comment(start)?;
            } else if self.lenient && self.rest().starts_with("*/") {
                // The end of `/*!40101 …`, whose contents were read as SQL.
                self.pos += 2;
            } else {
                break;
            }
            let has_break = self.text[start..self.pos].contains(['\n', '\r']);
            gap = gap.max(if has_break { Gap::Line } else { Gap::Space });
        }
        Ok(gap)
    }

    /// MySQL needs a blank, a control character or the end after `--`
    /// (<https://dev.mysql.com/doc/refman/8.4/en/ansi-diff-comments.html>), else `5--1` is six.
    fn at_line_comment(&self, c: char) -> bool {
        match c {
            '#' => self.dialect == Dialect::MySql,
            '-' => self.rest().strip_prefix("--").is_some_and(|after| {
                self.dialect != Dialect::MySql
                    || self.lenient
                    || after
                        .chars()
                        .next()
                        .is_none_or(|next| next.is_ascii_whitespace() || next.is_ascii_control())
            }),
            _ => false,
        }
    }

    fn block_comment(&mut self, start: usize) -> Result<(), Fault> {
        let body = &self.rest()[2..];
        let version = body.strip_prefix('!').or_else(|| body.strip_prefix("M!"));
        if let Some(version) = version.filter(|_| self.dialect == Dialect::MySql || self.lenient) {
            self.pos = self.text.len() - version.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            return if self.lenient {
                Ok(())
            } else {
                self.fault(start, FaultKind::ExecutableComment)
            };
        }
        let Some(length) = comment_length(body, self.dialect == Dialect::PostgreSql) else {
            self.fault(start, FaultKind::Unterminated("comment"))?;
            self.pos = self.end_of_line(start);
            return Ok(());
        };
        self.pos += 2 + length;
        self.keep_comment(start, &body[..length - 2]);
        Ok(())
    }

    fn keep_comment(&mut self, start: usize, text: &'t str) {
        if self.lenient {
            self.comments.push(Comment {
                start,
                text: text.trim(),
            });
        }
    }
}

/// Length of a block comment after its `/*`, with its `*/`.
fn comment_length(body: &str, nests: bool) -> Option<usize> {
    let bytes = body.as_bytes();
    let mut depth = 1;
    let mut at = 0;
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"*/" => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return Some(at);
                }
            }
            b"/*" if nests => {
                depth += 1;
                at += 2;
            }
            _ => at += 1,
        }
    }
    None
}
