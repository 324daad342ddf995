//! Statements that must never pass, by dialect. To add one, add a line to `statements/hostile.sql`.

use super::statements::{Statement, read};
use super::*;

pub(super) fn all() -> Vec<Statement> {
    read(include_str!("statements/hostile.sql"))
}

/// The word of the table for an error.
fn word(error: &CheckError) -> &'static str {
    match error {
        CheckError::Parse { .. } => "Parse",
        CheckError::SeveralStatements => "Several",
        CheckError::NotAQuery { .. } => "NotAQuery",
        CheckError::Forbidden { .. } => "Forbidden",
        CheckError::Empty => "Empty",
        _ => "Bound",
    }
}

#[test]
fn hostile_statements_are_refused_for_the_right_reason() {
    let mut wrong = Vec::new();
    for statement in all() {
        for dialect in Dialect::ALL
            .into_iter()
            .filter(|dialect| statement.is_of(letter(*dialect)))
        {
            for schema in [None, Some(shop())] {
                // A table of the server is none of the schema's; without a schema it is known by its name.
                let wanted = match (statement.why.as_str(), &schema) {
                    ("System", None) => "Forbidden",
                    ("System", Some(_)) => "Bound",
                    (why, _) => why,
                };
                let result = check(&statement.sql, dialect, schema.as_ref());
                if result.as_ref().err().map(word) != Some(wanted) {
                    let result = result.map(|checked| checked.sql().to_owned());
                    wrong.push(format!(
                        "{dialect}: {}\n    expected {wanted}, found {result:?}",
                        statement.sql
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_at_least_a_hundred_and_fifty_for_each_dialect() {
    for dialect in Dialect::ALL {
        let all = all();
        let count = all
            .iter()
            .filter(|statement| statement.is_of(letter(dialect)))
            .count();
        assert!(count >= 150, "{dialect}: {count}");
    }
}

#[test]
fn nothing_is_no_query() {
    for dialect in Dialect::ALL {
        assert_eq!(check("", dialect, None), Err(CheckError::Empty));
    }
}

#[test]
fn longer_text_than_the_limit_is_not_looked_at() {
    let sql = format!("SELECT '{}'", "x".repeat(MAX_SQL_BYTES));
    assert!(matches!(
        check(&sql, Dialect::MySql, None),
        Err(CheckError::TooLong { .. })
    ));
}
