//! Splits a text of DDL into statements, past everything that dumps put between them.

use super::cursor::Cursor;
use crate::Dialect;
use crate::lex::{Comment, Fault, Gap, Kind, Lexeme, Lexer};

/// After this many faults the text is no SQL, and going on would only be slow.
const MAX_FAULTS: usize = 64;

/// Lexemes kept of a statement that is no DDL; of INSERT, a few rows are enough.
const MAX_DATA_LEXEMES: usize = 4096;

/// One statement, without its semicolon.
#[derive(Debug)]
pub(super) struct Statement<'t> {
    pub lexemes: Vec<Lexeme<'t>>,
    pub comments: Vec<Comment<'t>>,
}

impl<'t> Statement<'t> {
    /// Byte offset where it begins.
    pub fn start(&self) -> usize {
        self.lexemes.first().map_or(0, |lexeme| lexeme.start)
    }

    /// One past its last byte.
    pub fn end(&self) -> usize {
        self.lexemes.last().map_or(0, |lexeme| lexeme.end)
    }

    /// A cursor over it.
    pub fn cursor(&self) -> Cursor<'_, 't> {
        Cursor::new(&self.lexemes)
    }

    /// The first two unquoted words, in lower case; empty where there is none.
    pub fn first_words(&self) -> [String; 2] {
        [0, 1].map(|at| match self.lexemes.get(at) {
            Some(lexeme) if lexeme.kind == Kind::Word => lexeme.value.to_ascii_lowercase(),
            _ => String::new(),
        })
    }
}

/// The statements of a text, in order.
pub(super) struct Statements<'t> {
    text: &'t str,
    dialect: Dialect,
    lexer: Lexer<'t>,
    /// What `DELIMITER` set instead of the semicolon.
    delimiter: Option<&'t str>,
    /// The first lexemes of the next statement, when that began without a semicolon before it.
    ahead: Vec<Lexeme<'t>>,
}

impl<'t> Statements<'t> {
    pub fn new(text: &'t str, dialect: Dialect) -> Statements<'t> {
        let lexer = Lexer::lenient(text, dialect);
        Statements {
            text,
            dialect,
            lexer,
            delimiter: None,
            ahead: Vec::new(),
        }
    }

    /// What could not be split.
    pub fn faults(&self) -> &[Fault] {
        &self.lexer.faults
    }

    fn next_lexeme(&mut self) -> Option<Lexeme<'t>> {
        if self.lexer.faults.len() > MAX_FAULTS {
            return None;
        }
        self.lexer.next().ok().flatten()
    }

    /// The next statement that is not empty.
    pub fn next(&mut self) -> Option<Statement<'t>> {
        loop {
            self.lexer.comments.clear();
            let lexemes = match self.delimiter {
                Some(delimiter) => self.piece(delimiter)?,
                None => self.until_semicolon()?,
            };
            if lexemes.is_empty() {
                continue;
            }
            let statement = Statement {
                lexemes,
                comments: std::mem::take(&mut self.lexer.comments),
            };
            self.skip_copied_rows(&statement);
            return Some(statement);
        }
    }

    fn until_semicolon(&mut self) -> Option<Vec<Lexeme<'t>>> {
        let mut lexemes = std::mem::take(&mut self.ahead);
        let mut routine = Routine::default();
        loop {
            let Some(lexeme) = self.next_lexeme() else {
                return (!lexemes.is_empty()).then_some(lexemes);
            };
            if lexemes.is_empty() && self.is_client_command(&lexeme) {
                continue;
            }
            if lexemes.is_empty() && lexeme.is_word("delimiter") {
                self.set_delimiter(&lexeme);
                return Some(Vec::new());
            }
            routine.see(&lexemes, &lexeme);
            if lexeme.is_symbol(';') && !routine.is_open() {
                return Some(lexemes);
            }
            if begins_another(&lexemes, &lexeme) {
                self.ahead.extend(lexemes.pop());
                self.ahead.push(lexeme);
                return Some(lexemes);
            }
            let is_ddl = lexemes
                .first()
                .is_none_or(|first| first.is_any_word(&["create", "alter", "comment"]));
            if is_ddl || lexemes.len() < MAX_DATA_LEXEMES {
                lexemes.push(lexeme);
            }
        }
    }

    /// `\connect …` of psql, `.mode …` of sqlite3, `GO` of sqlcmd: passed over to the end of the line.
    fn is_client_command(&mut self, lexeme: &Lexeme<'t>) -> bool {
        let is_command = lexeme.is_symbol('\\') || lexeme.is_symbol('.') || lexeme.is_word("go");
        if is_command {
            let line = self.text[lexeme.start..]
                .find('\n')
                .map_or(self.text.len(), |length| lexeme.start + length);
            self.lexer.seek(line);
        }
        is_command
    }

    fn set_delimiter(&mut self, word: &Lexeme<'t>) {
        let rest = &self.text[word.end..];
        let line = rest.lines().next().unwrap_or_default();
        self.lexer.seek(word.end + line.len());
        self.delimiter = Some(line.trim()).filter(|delimiter| !delimiter.is_empty() && *delimiter != ";");
    }

    /// Everything up to a delimiter that is no semicolon.
    fn piece(&mut self, delimiter: &'t str) -> Option<Vec<Lexeme<'t>>> {
        let start = self.lexer.position();
        let mut first = self.lexer.clone();
        if let Some(lexeme) = first.next().ok()?.filter(|lexeme| lexeme.is_word("delimiter")) {
            self.set_delimiter(&lexeme);
            return Some(Vec::new());
        }
        if start >= self.text.len() || self.lexer.faults.len() > MAX_FAULTS {
            return None;
        }
        let end = self.text[start..]
            .find(delimiter)
            .map_or(self.text.len(), |length| start + length);
        let mut lexer = Lexer::lenient(&self.text[..end], self.dialect);
        lexer.seek(start);
        let mut lexemes = Vec::new();
        while let Some(lexeme) = lexer.next().ok()? {
            lexemes.push(lexeme);
        }
        self.lexer.faults.extend(lexer.faults);
        self.lexer.comments.extend(lexer.comments);
        self.lexer.seek((end + delimiter.len()).min(self.text.len()));
        Some(lexemes)
    }

    /// The rows after `COPY … FROM stdin;`, up to a line with `\.`.
    fn skip_copied_rows(&mut self, statement: &Statement<'t>) {
        let lexemes = &statement.lexemes;
        let from_stdin = || {
            lexemes
                .windows(2)
                .any(|pair| pair[0].is_word("from") && pair[1].is_word("stdin"))
        };
        if !lexemes.first().is_some_and(|first| first.is_word("copy")) || !from_stdin() {
            return;
        }
        let from = self.lexer.position();
        let rest = &self.text[from..];
        let mut at = from;
        for line in rest.split_inclusive('\n') {
            at += line.len();
            if line.trim_end_matches(['\n', '\r']) == "\\." {
                self.lexer.seek(at);
                return;
            }
        }
    }
}

/// Whether a statement begins here although no semicolon ended the last one: CREATE at the start of a line, and then
/// a word that goes with it.
fn begins_another(lexemes: &[Lexeme<'_>], lexeme: &Lexeme<'_>) -> bool {
    let things = [
        "table",
        "view",
        "unique",
        "index",
        "temporary",
        "temp",
        "or",
        "type",
        "unlogged",
        "materialized",
    ];
    lexemes.len() > 1
        && lexemes
            .last()
            .is_some_and(|last| last.is_word("create") && last.gap == Gap::Line)
        && lexeme.is_any_word(&things)
        && lexemes[0].is_any_word(&["create", "alter", "insert", "comment", "drop"])
        && !Routine::begins(lexemes)
}

/// Follows BEGIN and END in the body of a trigger or a procedure, where semicolons end nothing.
#[derive(Default)]
struct Routine {
    depth: usize,
}

impl Routine {
    fn begins(lexemes: &[Lexeme<'_>]) -> bool {
        let kinds = ["trigger", "procedure", "function", "event", "schema"];
        lexemes.first().is_some_and(|first| first.is_word("create"))
            && lexemes.iter().take(12).any(|lexeme| lexeme.is_any_word(&kinds))
    }

    fn see(&mut self, before: &[Lexeme<'_>], lexeme: &Lexeme<'_>) {
        if lexeme.kind != Kind::Word || before.is_empty() {
            return;
        }
        let opens = lexeme.is_any_word(&["begin", "case"]);
        let after_end = before.last().is_some_and(|last| last.is_word("end"));
        if opens && !after_end && Routine::begins(before) {
            self.depth += 1;
        } else if lexeme.is_word("end") {
            self.depth = self.depth.saturating_sub(1);
        } else if after_end && lexeme.is_any_word(&["if", "loop", "while", "repeat"]) {
            // That END closed no BEGIN.
            self.depth += usize::from(Routine::begins(before));
        }
    }

    fn is_open(&self) -> bool {
        self.depth > 0
    }
}
