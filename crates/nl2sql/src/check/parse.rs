//! Parses the one-line text, and makes sure that the parser split it as the database will.

use sqlparser::ast::{Query, Statement};
use sqlparser::dialect::{Dialect as ParserDialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use super::canon::Canonical;
use super::error::CheckError;
use super::tokens;
use crate::Dialect;
use crate::lex::{Lexeme, line_and_column};

/// How deep expressions and queries may nest. Answers stay under ten; PostgreSQL itself gives up at some hundreds.
const MAX_DEPTH: usize = 100;

/// What does not parse, and where that was in the text as given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ParseFault {
    /// Byte offset in the text as given.
    origin: usize,
    fault: Fault,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Fault {
    Message(String),
    NotAQuery(String),
}

impl ParseFault {
    /// As an error of the text as given.
    pub(super) fn in_text(self, sql: &str) -> CheckError {
        let (line, column) = line_and_column(sql, self.origin);
        match self.fault {
            Fault::Message(message) => CheckError::Parse {
                line,
                column,
                message,
            },
            Fault::NotAQuery(what) => CheckError::NotAQuery { what },
        }
    }
}

/// The parser's name for a dialect.
pub(crate) fn parser_dialect(dialect: Dialect) -> &'static dyn ParserDialect {
    match dialect {
        Dialect::MySql => &MySqlDialect {},
        Dialect::PostgreSql => &PostgreSqlDialect {},
        Dialect::Sqlite => &SQLiteDialect {},
    }
}

/// The query that the lexemes are.
pub(super) fn parse_query(
    lexemes: &[Lexeme<'_>],
    canonical: &Canonical,
    dialect: Dialect,
) -> Result<Box<Query>, ParseFault> {
    let parser_dialect = parser_dialect(dialect);
    let tokens = match tokens::plain(lexemes, canonical) {
        Some(tokens) => {
            // The tokenizer counts lines; a name may have a line break in it, and then its places are others.
            debug_assert!(
                canonical.text.contains('\n') || Ok(&tokens) == tokenized(canonical, dialect).as_ref(),
                "not split as the parser would: {}",
                canonical.text
            );
            tokens
        }
        None => tokenized(canonical, dialect)?,
    };
    let mut parser = Parser::new(parser_dialect)
        .with_recursion_limit(MAX_DEPTH)
        .with_tokens_with_locations(tokens);
    let statement = parser
        .parse_statement()
        .map_err(|error| from_parser(canonical, error))?;
    let end = parser.peek_token();
    if end.token != Token::EOF {
        let message = format!("expected the end of the query, found {}", end.token);
        return Err(fault_at(canonical, end.span.start.column, message));
    }
    match statement {
        Statement::Query(query) => Ok(query),
        other => {
            let what = other
                .to_string()
                .split_whitespace()
                .next()
                .unwrap_or("this")
                .to_owned();
            Err(ParseFault {
                origin: 0,
                fault: Fault::NotAQuery(what),
            })
        }
    }
}

/// The tokens as the parser's own tokenizer sees them.
pub(super) fn tokenized(canonical: &Canonical, dialect: Dialect) -> Result<Vec<TokenWithSpan>, ParseFault> {
    let tokens = Tokenizer::new(parser_dialect(dialect), &canonical.text)
        .tokenize_with_location()
        .map_err(|error| fault_at(canonical, error.location.column, error.message))?;
    tokens::agree(canonical, &tokens)?;
    Ok(tokens)
}

pub(super) fn fault_at(canonical: &Canonical, column: u64, message: String) -> ParseFault {
    let before = canonical.pieces.partition_point(|piece| piece.column <= column);
    let piece = canonical.pieces.get(before.saturating_sub(1));
    ParseFault {
        origin: piece.map_or(0, |piece| piece.origin),
        fault: Fault::Message(message),
    }
}

/// Takes the place out of the parser's message, which is one in the one-line text.
fn from_parser(canonical: &Canonical, error: ParserError) -> ParseFault {
    let message = match error {
        ParserError::RecursionLimitExceeded => {
            format!("expressions or queries nest deeper than {MAX_DEPTH} levels")
        }
        ParserError::ParserError(message) | ParserError::TokenizerError(message) => message,
    };
    let Some((what, place)) = message.rsplit_once(" at Line: ") else {
        return fault_at(canonical, 1, message);
    };
    let column = place
        .rsplit_once("Column: ")
        .and_then(|(_, column)| column.trim().parse().ok());
    let what = what
        .strip_prefix("Expected: ")
        .map_or(what.to_owned(), |rest| format!("expected {rest}"));
    fault_at(canonical, column.unwrap_or(1), what)
}
