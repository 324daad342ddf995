//! Reads a schema from DDL: what people paste, and what `mysqldump`, `pg_dump` and `sqlite3 .dump` write.
//!
//! The reader is tolerant by construction: it goes over lexemes and takes what it knows of each statement, in whatever
//! dialect that is written, so that one odd clause costs only itself. What it did not know is shown to a real parser;
//! only what no dialect takes becomes a problem.

mod allowed;
mod alter;
mod catalog;
mod column;
mod cursor;
mod judge;
mod object;
mod split;
mod table;
mod values;
mod view;

use std::fmt;

use crate::lex::{FaultKind, line_and_column};
use crate::{Dialect, Schema};
use catalog::Catalog;
use judge::{Judge, Skipped};
use split::{Statement, Statements};

/// The most problems that are told; a text that is no DDL at all would have thousands.
const MAX_PROBLEMS: usize = 100;

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DdlReading {
    /// Everything that could be used.
    pub schema: Schema,
    /// What could not, in the order of the text. Statements that are no DDL are passed over without a word.
    pub problems: Vec<DdlProblem>,
}

/// A piece of DDL that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DdlProblem {
    /// From 1, in the whole text.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// What is wrong, and what was done about it.
    pub message: String,
    /// What stands there, shortened to one line.
    pub excerpt: String,
}

impl fmt::Display for DdlProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)?;
        if self.excerpt.is_empty() {
            Ok(())
        } else {
            write!(f, " (at `{}`)", self.excerpt)
        }
    }
}

/// Reads every table, view, key and comment that the text declares.
pub fn read_ddl(text: &str, dialect: Dialect) -> DdlReading {
    let mut reader = Reader {
        text,
        dialect,
        catalog: Catalog::new(),
        judge: Judge::new(dialect),
        notes: Vec::new(),
    };
    let mut statements = Statements::new(text, dialect);
    while let Some(statement) = statements.next() {
        reader.statement(&statement);
    }
    view::settle(&mut reader);
    for fault in statements.faults() {
        if let FaultKind::Unterminated(_) = fault.kind {
            reader.note(fault.at, fault.kind.to_string());
        }
    }
    reader.finish()
}

/// What is known while reading.
struct Reader<'t> {
    text: &'t str,
    dialect: Dialect,
    catalog: Catalog<'t>,
    judge: Judge,
    /// Problems by byte offset.
    notes: Vec<(usize, String)>,
}

impl<'t> Reader<'t> {
    fn note(&mut self, at: usize, message: impl Into<String>) {
        if self.notes.len() < MAX_PROBLEMS {
            self.notes.push((at, message.into()));
        }
    }

    /// Notes what was skipped in a statement, unless it is only doubtful and a parser knows the statement.
    fn note_skipped(&mut self, statement: &Statement<'t>, mut skipped: Vec<Skipped>) {
        let is_doubtful = |skipped: &Skipped| !skipped.certain;
        if skipped.iter().any(is_doubtful) && self.judge.accepts(statement, self.text) {
            skipped.retain(|skipped| skipped.certain);
        }
        skipped
            .into_iter()
            .for_each(|skipped| self.note(skipped.at, skipped.message));
    }

    fn statement(&mut self, statement: &Statement<'t>) {
        let words = statement.first_words();
        match words[0].as_str() {
            "create" => self.create(statement),
            "alter" if words[1] == "table" => alter::alter_table(self, statement),
            "comment" if words[1] == "on" => object::comment_on(self, statement),
            "drop" if words[1] == "table" || words[1] == "view" => object::drop_table(self, statement),
            "insert" | "replace" => values::insert(self, statement),
            _ => {}
        }
    }

    /// CREATE, with any of the words that may stand between it and the kind of thing.
    fn create(&mut self, statement: &Statement<'t>) {
        let mut cursor = statement.cursor();
        while let Some(lexeme) = cursor.next() {
            if lexeme.is_word("table") {
                return table::create_table(self, statement, cursor);
            }
            if lexeme.is_word("view") {
                return view::create_view(self, statement, cursor);
            }
            if lexeme.is_word("index") {
                return object::create_index(self, cursor);
            }
            if lexeme.is_word("type") || lexeme.is_word("domain") {
                return object::create_type(self, cursor);
            }
            // Things with a body that may say TABLE or VIEW.
            let no_table = [
                "procedure",
                "function",
                "trigger",
                "event",
                "rule",
                "policy",
                "role",
                "user",
                "extension",
            ];
            let options = ["on", "as", "("];
            if lexeme.is_any_word(&no_table) || lexeme.is_any_word(&options) || lexeme.is_symbol('(') {
                return;
            }
        }
    }

    fn finish(mut self) -> DdlReading {
        self.notes.sort_by_key(|(at, _)| *at);
        let text = self.text;
        let problems = self.notes.into_iter().map(|(at, message)| {
            let (line, column) = line_and_column(text, at);
            DdlProblem {
                line,
                column,
                message,
                excerpt: excerpt(text, at),
            }
        });
        DdlReading {
            problems: problems.collect(),
            schema: self.catalog.into_schema(),
        }
    }
}

/// The rest of the line, at most 60 characters.
fn excerpt(text: &str, at: usize) -> String {
    let rest = &text[text.floor_char_boundary(at)..];
    let line = rest.trim_start().lines().next().unwrap_or_default().trim_end();
    let short: String = line
        .chars()
        .take(60)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if line.chars().count() > 60 {
        format!("{short}…")
    } else {
        short
    }
}

#[cfg(test)]
mod tests;
