//! Lets SQL through only when it is one query that reads, and binds its names against the schema.
//!
//! The way of a text: split by the database's own lexical rules ([`crate::lex`]), written anew on one line without
//! comments ([`canon`]), parsed, guarded ([`guard`], [`functions`]) and bound ([`bind`]). What comes out is the text
//! that was parsed, so the database sees what was checked. The database's own rights stay the last line: a role that
//! may only read.

mod bind;
mod canon;
mod error;
mod functions;
mod guard;
mod parse;
mod pretty;
mod system_tables;
mod tokens;

use sqlparser::ast::Query;

use crate::lex::{Lexeme, Lexer, line_and_column};
use crate::{Dialect, Schema};

pub use bind::ColumnRef;
pub(crate) use bind::{OutputColumn, output_columns};
pub use error::CheckError;
use pretty::Pretty;

/// The longest SQL that is looked at, in bytes. Answers are a few hundred; beyond this, somebody is trying something.
pub const MAX_SQL_BYTES: usize = 100_000;

/// Stack that one lexeme may cost while a tree of them is walked or dropped, in bytes. Measured at under 700 in a
/// debug build, for a chain of one operator a level.
pub(crate) const STACK_PER_LEXEME: usize = 2048;

/// The longest query of a view that is parsed, in lexemes.
const MAX_TRUSTED_LEXEMES: usize = 20_000;

/// SQL that is one query that only reads; made by [`check`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedSql {
    sql: String,
    pretty: Pretty,
    dialect: Dialect,
    tables: Vec<String>,
    columns: Vec<ColumnRef>,
    bound: bool,
}

impl CheckedSql {
    /// The SQL on one line, without comments and without a semicolon.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The same SQL on several lines, for people. Written when it is first asked for.
    pub fn pretty(&self) -> &str {
        self.pretty.of(&self.sql, self.dialect)
    }

    /// The dialect it was checked as.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The tables it reads, each once, in the order in which they appear, without the names that it defines itself.
    pub fn tables(&self) -> &[String] {
        &self.tables
    }

    /// The columns it reads whose table is known, each once.
    pub fn columns(&self) -> &[ColumnRef] {
        &self.columns
    }

    /// Whether there was a schema to bind the names against.
    pub fn bound(&self) -> bool {
        self.bound
    }
}

impl std::fmt::Display for CheckedSql {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.sql)
    }
}

/// Checks that the text is one query that only reads and, given a schema, that its tables and columns exist.
///
/// # Errors
/// The first reason why it does not pass, worded so that the writer, a person or a model, can mend it.
pub fn check(sql: &str, dialect: Dialect, schema: Option<&Schema>) -> Result<CheckedSql, CheckError> {
    if sql.len() > MAX_SQL_BYTES {
        return Err(CheckError::TooLong {
            bytes: sql.len(),
            limit: MAX_SQL_BYTES,
        });
    }
    let lexemes = single_statement(split(sql, dialect)?)?;
    guard::check_lexemes(sql, &lexemes)?;
    let stack = STACK_PER_LEXEME * (lexemes.len() + 64);
    stacker::maybe_grow(stack, stack, || check_tree(sql, lexemes, dialect, schema))
}

/// The part that recurses with the depth of the tree.
fn check_tree(
    sql: &str,
    mut lexemes: Vec<Lexeme<'_>>,
    dialect: Dialect,
    schema: Option<&Schema>,
) -> Result<CheckedSql, CheckError> {
    let mut canonical = canon::write(&lexemes, dialect);
    let query = parse::parse_query(&lexemes, &canonical, dialect).map_err(|fault| fault.in_text(sql))?;
    guard::check_query(&query, dialect)?;
    let reading = bind::bind(&query, dialect, schema)?;
    if !reading.respelled.is_empty() {
        canonical = canon::respelled(&mut lexemes, &canonical, reading.respelled, dialect);
    }
    Ok(CheckedSql {
        pretty: Pretty::default(),
        sql: canonical.text,
        dialect,
        tables: reading.tables,
        columns: reading.columns,
        bound: schema.is_some(),
    })
}

/// Parses what is trusted to be a query, such as the body of a view, without the guard, and looks at it. The tree does
/// not leave, because dropping it needs the stack that parsing it needed.
pub(crate) fn parse_trusted<R>(
    lexemes: &[Lexeme<'_>],
    dialect: Dialect,
    look: impl FnOnce(&Query) -> R,
) -> Option<R> {
    if lexemes.len() > MAX_TRUSTED_LEXEMES {
        return None;
    }
    let stack = STACK_PER_LEXEME * (lexemes.len() + 64);
    stacker::maybe_grow(stack, stack, || {
        let query = parse::parse_query(lexemes, &canon::write(lexemes, dialect), dialect).ok()?;
        Some(look(&query))
    })
}

fn split(sql: &str, dialect: Dialect) -> Result<Vec<Lexeme<'_>>, CheckError> {
    let mut lexer = Lexer::strict(sql, dialect);
    // Statements have a lexeme every four or five bytes.
    let mut lexemes = Vec::with_capacity(sql.len() / 4 + 8);
    loop {
        match lexer.next() {
            Ok(Some(lexeme)) => lexemes.push(lexeme),
            Ok(None) => return Ok(canon::join_strings(lexemes, dialect)),
            Err(fault) => {
                let (line, column) = line_and_column(sql, fault.at);
                return Err(CheckError::from_fault(fault.kind, line, column));
            }
        }
    }
}

/// Drops the semicolons at the end; one in the middle means more than one statement.
fn single_statement(mut lexemes: Vec<Lexeme<'_>>) -> Result<Vec<Lexeme<'_>>, CheckError> {
    while lexemes.last().is_some_and(|lexeme| lexeme.is_symbol(';')) {
        lexemes.pop();
    }
    if lexemes.is_empty() {
        return Err(CheckError::Empty);
    }
    guard::check_first_word(&lexemes)?;
    if lexemes.iter().any(|lexeme| lexeme.is_symbol(';')) {
        return Err(CheckError::SeveralStatements);
    }
    Ok(lexemes)
}

#[cfg(test)]
mod tests;
