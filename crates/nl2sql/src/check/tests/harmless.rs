//! Queries that must pass, by dialect, against the shop. To add one, add a line to `statements/harmless.sql`.

use super::statements::{Statement, read};
use super::*;

pub(super) fn all() -> Vec<Statement> {
    read(include_str!("statements/harmless.sql"))
}

#[test]
fn harmless_queries_pass() {
    let mut wrong = Vec::new();
    for statement in all().iter().filter(|statement| statement.why == "Passes") {
        for dialect in Dialect::ALL
            .into_iter()
            .filter(|dialect| statement.is_of(letter(*dialect)))
        {
            if let Err(error) = bound(&statement.sql, dialect) {
                wrong.push(format!("{dialect}: {}\n    {error}", statement.sql));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_at_least_two_hundred_for_each_dialect() {
    for dialect in Dialect::ALL {
        let of_dialect =
            |statement: &&Statement| statement.why == "Passes" && statement.is_of(letter(dialect));
        let count = all().iter().filter(of_dialect).count();
        assert!(count >= 200, "{dialect}: {count}");
    }
}

/// Known limits, so that it is seen when one is gone.
#[test]
fn what_the_parser_does_not_know_is_refused_and_not_misread() {
    for statement in all().iter().filter(|statement| statement.why == "NotTaken") {
        for dialect in Dialect::ALL
            .into_iter()
            .filter(|dialect| statement.is_of(letter(*dialect)))
        {
            let found = bound(&statement.sql, dialect);
            assert!(
                matches!(found, Err(CheckError::Parse { .. })),
                "{dialect}: {}: {found:?}",
                statement.sql
            );
        }
    }
}
