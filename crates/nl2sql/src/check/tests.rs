use proptest::prelude::*;

use super::*;
use crate::read_ddl;

mod binding;
mod harmless;
mod hostile;
mod split;
mod statements;
mod text;

pub(super) use Dialect::{MySql as M, PostgreSql as P, Sqlite as S};

/// A small shop that all tests use.
pub(super) fn shop() -> Schema {
    let ddl = "
        CREATE TABLE users (id INT PRIMARY KEY, name TEXT, email TEXT, status TEXT, created_at DATE, manager_id INT);
        CREATE TABLE orders (id INT PRIMARY KEY, user_id INT, status TEXT, total DECIMAL(10,2), ordered_at TIMESTAMP);
        CREATE TABLE order_items (order_id INT, product_id INT, quantity INT, price DECIMAL(10,2));
        CREATE TABLE products (id INT PRIMARY KEY, title TEXT, tags TEXT, data JSON);";
    let reading = read_ddl(ddl, Dialect::Sqlite);
    assert_eq!(reading.problems, []);
    reading.schema
}

/// Checks against the shop.
pub(super) fn bound(sql: &str, dialect: Dialect) -> Result<CheckedSql, CheckError> {
    check(sql, dialect, Some(&shop()))
}

/// Every statement that must pass and every one that must not.
pub(super) fn every_statement() -> impl Iterator<Item = String> {
    let all = harmless::all().into_iter().chain(hostile::all());
    all.map(|statement| statement.sql)
}

/// The letter of a dialect in the tables of statements.
pub(super) fn letter(dialect: Dialect) -> char {
    match dialect {
        Dialect::MySql => 'M',
        Dialect::PostgreSql => 'P',
        Dialect::Sqlite => 'S',
    }
}

/// Texts that look like SQL often enough to get far.
fn sqlish() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "SELECT",
        "FROM",
        "WHERE",
        "users",
        "Users",
        "orders",
        "u",
        "U",
        "SELECT U.id FROM Users u",
        "id",
        "name",
        "*",
        ",",
        "(",
        ")",
        ".",
        "=",
        "<",
        "'",
        "\"",
        "`",
        "[",
        "]",
        "--",
        "/*",
        "*/",
        "#",
        ";",
        "$$",
        "$1",
        "?",
        ":a",
        "@x",
        "\\",
        "\n",
        "\r",
        " ",
        "1",
        "1.5e3",
        ".5",
        "0x1F",
        "'it''s'",
        "E'a\\nb'",
        "N'x'",
        "X'00'",
        "UNION",
        "ALL",
        "WITH",
        "AS",
        "JOIN",
        "ON",
        "USING",
        "NATURAL",
        "LATERAL",
        "GROUP BY",
        "ORDER BY",
        "HAVING",
        "LIMIT",
        "VALUES",
        "CASE",
        "WHEN",
        "END",
        "NOT",
        "EXISTS",
        "IN",
        "BETWEEN",
        "AND",
        "OR",
        "IS NULL",
        "::",
        "||",
        "->>",
        ":=",
        "é",
        "\u{a0}",
        "\0",
        "-",
        "/",
        "INTERVAL",
        "DATE",
        "COUNT(",
        "INTO",
        "FOR",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|words| words.join(" "))
}

fn holds_its_promises(sql: &str, dialect: Dialect) -> Result<(), TestCaseError> {
    let schema = shop();
    for schema in [None, Some(&schema)] {
        let Ok(checked) = check(sql, dialect, schema) else {
            continue;
        };
        prop_assert!(!checked.sql().contains(['\n', '\r']), "{}", checked.sql());
        let again = check(checked.sql(), dialect, schema);
        prop_assert_eq!(again.as_ref().map(CheckedSql::sql), Ok(checked.sql()));
        let pretty = check(checked.pretty(), dialect, schema);
        prop_assert!(pretty.is_ok(), "{:?} of {}", pretty, checked.pretty());
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_checked_without_a_panic(sql in ".*", dialect in 0..3_usize) {
        holds_its_promises(&sql, Dialect::ALL[dialect])?;
    }

    #[test]
    fn what_passes_is_one_line_and_passes_again_unchanged(sql in sqlish(), dialect in 0..3_usize) {
        holds_its_promises(&sql, Dialect::ALL[dialect])?;
    }

    #[test]
    fn any_string_survives_as_a_literal(value in "[^\0]*", dialect in 0..3_usize) {
        let dialect = Dialect::ALL[dialect];
        let quoted = match dialect {
            Dialect::MySql => value.replace('\\', "\\\\").replace('\'', "''"),
            Dialect::PostgreSql | Dialect::Sqlite => value.replace('\'', "''"),
        };
        let sql = format!("SELECT id FROM users WHERE name = '{quoted}'");
        holds_its_promises(&sql, dialect)?;
        prop_assert!(bound(&sql, dialect).is_ok());
    }
}

#[test]
fn deep_and_long_trees_do_not_overflow_the_stack() {
    let long_sum = format!("SELECT {}1", "1+".repeat(10_000));
    let long_or = format!("SELECT id FROM users WHERE {}id = 1", "id = 2 OR ".repeat(1_500));
    let union = format!("SELECT 1{}", " UNION SELECT 1".repeat(1_500));
    let nested = format!("SELECT {}1{}", "(".repeat(10_000), ")".repeat(10_000));
    let queries = format!("SELECT {}1{}", "(SELECT ".repeat(90), ")".repeat(90));
    let nots = format!("SELECT {}1", "NOT ".repeat(10_000));
    let minuses = format!("SELECT {}1", "- ".repeat(10_000));
    let casts = format!("SELECT 1{}", "::int".repeat(5_000));
    let cases = format!(
        "SELECT {}1{}",
        "CASE WHEN 1=1 THEN ".repeat(1_500),
        " END".repeat(1_500)
    );
    for sql in [
        &long_sum, &long_or, &union, &nested, &queries, &nots, &minuses, &casts, &cases,
    ] {
        for dialect in Dialect::ALL {
            // Whether it passes is the parser's affair; that it ends is ours.
            let _ = bound(sql, dialect);
        }
    }
    assert!(bound(&long_sum, Dialect::Sqlite).is_ok());
    assert!(bound(&long_or, Dialect::MySql).is_ok());
    assert!(matches!(
        bound(&nested, Dialect::Sqlite),
        Err(CheckError::Parse { .. })
    ));
}
