//! The text that comes out.

use super::*;

fn one_line(sql: &str, dialect: Dialect) -> String {
    check(sql, dialect, None)
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
        .sql()
        .to_owned()
}

#[test]
fn comments_and_line_breaks_go_and_the_rest_stays() {
    let sql = "SELECT  a, -- first\n\tb /* second */\r\nFROM t\n;\n";
    assert_eq!(one_line(sql, Dialect::PostgreSql), "SELECT a, b FROM t");
    assert_eq!(
        one_line("SELECT a/**/b FROM t", Dialect::Sqlite),
        "SELECT a b FROM t"
    );
}

#[test]
fn a_line_break_in_a_string_is_written_without_one() {
    let sql = "SELECT 'a\nb'";
    assert_eq!(one_line(sql, Dialect::MySql), r"SELECT 'a\nb'");
    assert_eq!(one_line(sql, Dialect::PostgreSql), r"SELECT E'a\nb'");
    assert_eq!(one_line(sql, Dialect::Sqlite), "SELECT ('a' || char(10) || 'b')");
}

#[test]
fn a_string_ends_at_the_same_place_in_every_mode_of_the_server() {
    assert_eq!(
        one_line(r"SELECT 'a\'b', 'c\\'", Dialect::MySql),
        r"SELECT 'a''b', 'c\\'"
    );
    assert_eq!(one_line("SELECT \"it's\"", Dialect::MySql), "SELECT 'it''s'");
    assert_eq!(one_line(r"SELECT 'a\'", Dialect::PostgreSql), r"SELECT E'a\\'");
    assert_eq!(one_line(r"SELECT '\d+'", Dialect::PostgreSql), r"SELECT '\d+'");
    assert_eq!(one_line("SELECT $$it's$$", Dialect::PostgreSql), "SELECT 'it''s'");
}

#[test]
fn two_minuses_never_become_a_comment() {
    assert_eq!(one_line("SELECT 5--1", Dialect::MySql), "SELECT 5- -1");
}

#[test]
fn strings_that_the_database_joins_are_joined() {
    assert_eq!(one_line("SELECT 'a' \"b\"", Dialect::MySql), "SELECT 'ab'");
    assert_eq!(one_line("SELECT 'a'\n'b'", Dialect::PostgreSql), "SELECT 'ab'");
}

#[test]
fn pretty_has_lines_and_the_same_meaning() {
    let sql = "SELECT u.name, COUNT(*) AS n FROM users u JOIN orders o ON o.user_id = u.id WHERE u.status = 'a  b' \
               AND o.total >= 10 GROUP BY u.name ORDER BY n DESC LIMIT 10";
    for dialect in Dialect::ALL {
        let checked = bound(sql, dialect).expect("it passes");
        assert!(checked.pretty().lines().count() > 5, "{}", checked.pretty());
        assert_eq!(
            bound(checked.pretty(), dialect).expect("it passes").sql(),
            checked.sql()
        );
    }
}

#[test]
fn a_parse_error_is_told_at_its_place_in_the_text_as_given() {
    let error =
        check("SELECT a -- x\nFROM t\nWHERE = b", Dialect::MySql, None).expect_err("it does not parse");
    assert!(
        matches!(
            error,
            CheckError::Parse {
                line: 3,
                column: 7,
                ..
            }
        ),
        "{error:?}"
    );
}

#[test]
fn mysql_gets_names_of_tables_in_the_case_in_which_they_are_defined() {
    for (sql, written) in [
        ("SELECT Name FROM USERS", "SELECT Name FROM users"),
        (
            "SELECT USERS.id, Users.* FROM users",
            "SELECT users.id, users.* FROM users",
        ),
        (
            "SELECT U.id FROM Users u WHERE U.id = 'U'",
            "SELECT u.id FROM users u WHERE u.id = 'U'",
        ),
        ("SELECT Ü.id FROM users ü", "SELECT ü.id FROM users ü"),
        (
            "SELECT `U`.id FROM `Users` AS `u`",
            "SELECT `u`.id FROM `users` AS `u`",
        ),
        (
            "WITH a AS (SELECT 1 AS n) SELECT n FROM A",
            "WITH a AS (SELECT 1 AS n) SELECT n FROM a",
        ),
        (
            "SELECT id FROM users O WHERE EXISTS (SELECT 1 FROM ORDERS WHERE o.id = orders.user_id)",
            "SELECT id FROM users O WHERE EXISTS (SELECT 1 FROM orders WHERE O.id = orders.user_id)",
        ),
    ] {
        assert_eq!(bound(sql, Dialect::MySql).expect(sql).sql(), written);
    }
    let other = "SELECT U.ID FROM USERS u";
    assert_eq!(bound(other, Dialect::Sqlite).expect(other).sql(), other);
}
