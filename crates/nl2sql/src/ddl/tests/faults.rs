//! DDL that does not parse: where it is told, and what is kept.

use super::*;

fn places(text: &str, dialect: Dialect) -> Vec<(u32, u32)> {
    read_ddl(text, dialect)
        .problems
        .iter()
        .map(|problem| (problem.line, problem.column))
        .collect()
}

#[test]
fn one_odd_clause_costs_only_itself() {
    let text = "CREATE TABLE a (id INT);\nCREATE TABLE b (\n  id INT,\n  name TEXT FROBNICATE TWICE,\n  n INT NOT NULL\n);\nCREATE TABLE c (id INT);";
    let reading = read_ddl(text, Dialect::MySql);
    assert_eq!(reading.schema.tables.len(), 3);
    let names: Vec<&str> = reading.schema.tables[1]
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(names, ["id", "name", "n"]);
    assert!(!reading.schema.tables[1].columns[2].nullable);
    assert_eq!(places(text, Dialect::MySql).len(), 1);
    assert_eq!(reading.problems[0].line, 4);
    assert_eq!(reading.problems[0].to_string().lines().count(), 1);
    assert!(
        reading.problems[0].to_string().starts_with("line 4, column "),
        "{}",
        reading.problems[0]
    );
}

#[test]
fn a_bad_column_is_skipped_and_the_others_are_kept() {
    let reading = read_ddl(
        "CREATE TABLE a (\n  id INT,\n  = 3,\n  n INT\n)",
        Dialect::PostgreSql,
    );
    assert_eq!(reading.schema.tables[0].columns.len(), 2);
    assert_eq!(
        reading
            .problems
            .iter()
            .map(|p| (p.line, p.column))
            .collect::<Vec<_>>(),
        [(3, 3)]
    );
    assert_eq!(reading.problems[0].excerpt, "= 3,");
}

#[test]
fn a_missing_parenthesis_or_semicolon_costs_no_other_table() {
    let reading = read_ddl(
        "CREATE TABLE a (id INT\nCREATE TABLE b (id INT)\nCREATE TABLE c (id INT);",
        Dialect::Sqlite,
    );
    let names: Vec<&str> = reading
        .schema
        .tables
        .iter()
        .map(|table| table.name.as_str())
        .collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(reading.problems.len(), 1, "{:?}", reading.problems);
}

#[test]
fn what_cannot_be_used_is_told() {
    for text in [
        "CREATE TABLE",
        "CREATE TABLE a",
        "CREATE VIEW v AS SELECT x FROM nowhere",
        "ALTER TABLE nowhere ADD COLUMN x INT",
        "COMMENT ON TABLE nowhere IS 'x'",
        "CREATE TABLE a (id INT); CREATE TABLE a (id INT, n INT)",
        "CREATE TABLE a (id INT, id TEXT)",
        "CREATE TABLE a (id INT,)",
        "CREATE TABLE a LIKE nowhere",
    ] {
        assert_eq!(
            places(text, Dialect::MySql).len(),
            1,
            "{text}: {:?}",
            read_ddl(text, Dialect::MySql).problems
        );
    }
}

#[test]
fn a_string_that_never_ends_costs_its_line() {
    let reading = read_ddl(
        "CREATE TABLE a (id INT,\n  x TEXT DEFAULT 'x,\n  y INT);\nCREATE TABLE b (id INT);",
        Dialect::MySql,
    );
    let columns = reading.schema.tables.iter().map(|table| table.columns.len());
    assert_eq!(columns.collect::<Vec<_>>(), [2, 1]);
    assert_eq!(reading.problems[0].line, 2);
}

#[test]
fn the_last_of_two_declarations_wins() {
    let reading = read_ddl(
        "CREATE TABLE a (x INT);\nCREATE TABLE A (y INT, z INT);",
        Dialect::MySql,
    );
    assert_eq!(reading.schema.tables.len(), 1);
    assert_eq!(reading.schema.tables[0].columns.len(), 2);
    assert_eq!(reading.problems[0].line, 2);
}

#[test]
fn what_is_no_ddl_is_passed_over() {
    for text in [
        "",
        ";;",
        "hello world",
        "SELECT 1; DELETE FROM x; GRANT ALL ON x TO y;",
        "SET NAMES utf8; USE shop;",
        "-- x",
    ] {
        for dialect in Dialect::ALL {
            assert_eq!(read_ddl(text, dialect), DdlReading::default(), "{text}");
        }
    }
}
