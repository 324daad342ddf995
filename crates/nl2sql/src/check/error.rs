//! Why SQL does not pass, in words that its writer can act on.

use thiserror::Error;

use crate::lex::FaultKind;

/// Why SQL does not pass.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CheckError {
    /// There is nothing but blanks, comments and semicolons.
    #[error("there is no SQL to check")]
    Empty,
    /// The text is longer than what is looked at.
    #[error("the SQL is {bytes} bytes long; at most {limit} are taken")]
    TooLong {
        /// Its length in bytes.
        bytes: usize,
        /// The most that is taken.
        limit: usize,
    },
    /// The text is not valid in its dialect.
    #[error("line {line}, column {column}: {message}")]
    Parse {
        /// From 1, in the text as given.
        line: u32,
        /// From 1, in characters.
        column: u32,
        /// What is wrong there.
        message: String,
    },
    /// More follows after a semicolon.
    #[error("there is more than one statement; exactly one query is taken")]
    SeveralStatements,
    /// The statement is no query.
    #[error("{what} is not a query; only SELECT, WITH … SELECT and VALUES are taken")]
    NotAQuery {
        /// What it is instead: its first keyword.
        what: String,
    },
    /// A query that does more than read, or reads what is no table.
    #[error("{what} is not allowed: {why}")]
    Forbidden {
        /// The clause, function or mark.
        what: String,
        /// The reason.
        why: String,
    },
    /// A table that the schema does not have.
    #[error("the schema has no table {name}{}", suggestion(.nearest))]
    UnknownTable {
        /// As written.
        name: String,
        /// The most similar names, best first.
        nearest: Vec<String>,
    },
    /// A column that no table in reach has.
    #[error("{}{}", no_column(.name, .table.as_deref()), suggestion(.nearest))]
    UnknownColumn {
        /// As written.
        name: String,
        /// The table, or the alias, that it was said to be of.
        table: Option<String>,
        /// The most similar names, best first.
        nearest: Vec<String>,
    },
    /// A name in double quotes that SQLite would silently take for a string.
    #[error(
        "no table of this query has a column \"{name}\", and SQLite would take it for a string; a string has single quotes{}",
        suggestion(.nearest)
    )]
    DoubleQuoted {
        /// As written, without the quotes.
        name: String,
        /// The most similar names, best first.
        nearest: Vec<String>,
    },
    /// A qualifier that names nothing in this query.
    #[error("{name} is no table or alias of this query{}", suggestion(.nearest))]
    UnknownQualifier {
        /// As written.
        name: String,
        /// The most similar names, best first.
        nearest: Vec<String>,
    },
    /// Two sources of one FROM under the same name.
    #[error("{name} stands twice in one FROM; give each its own alias")]
    SameName {
        /// The table, or its alias, as written.
        name: String,
    },
    /// A table of this FROM that the condition of a join cannot see.
    #[error(
        "{name} is in this FROM, but the condition of this JOIN does not see it: it stands before a comma, or further to the right; write all joins with JOIN, in order"
    )]
    NotInReach {
        /// The table, or its alias, as written.
        name: String,
    },
    /// A column that more than one table in reach has.
    #[error("the column {name} is ambiguous: it could be of {}; write which", .tables.join(" or "))]
    AmbiguousColumn {
        /// As written.
        name: String,
        /// The tables, by alias where they have one.
        tables: Vec<String>,
    },
    /// The sides of a set operation, or a list of column names and its query, differ in width.
    #[error("{what} has {found} columns where {expected} are needed")]
    ColumnCount {
        /// The side or list.
        what: String,
        /// How many it has.
        found: usize,
        /// How many it must have.
        expected: usize,
    },
}

impl CheckError {
    /// What the lexer found, as an error of the text at that place.
    pub(super) fn from_fault(kind: FaultKind, line: u32, column: u32) -> CheckError {
        let forbidden = |what: &str, why: &str| CheckError::Forbidden {
            what: what.into(),
            why: why.into(),
        };
        match kind {
            FaultKind::ExecutableComment => forbidden("/*! … */", "MySQL runs what stands in it"),
            FaultKind::Placeholder => forbidden("a placeholder", "nothing fills it; write the value itself"),
            FaultKind::Variable => forbidden(
                "a variable (@…)",
                "a single query has none; write the value itself",
            ),
            kind => CheckError::Parse {
                line,
                column,
                message: kind.to_string(),
            },
        }
    }
}

fn no_column(name: &str, table: Option<&str>) -> String {
    match table {
        Some(table) => format!("{table} has no column {name}"),
        None => format!("no table of this query has a column {name}"),
    }
}

fn suggestion(nearest: &[String]) -> String {
    if nearest.is_empty() {
        String::new()
    } else {
        format!("; nearest: {}", nearest.join(", "))
    }
}
