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
