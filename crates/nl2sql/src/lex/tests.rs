use proptest::prelude::*;

use super::*;

fn values(text: &str, dialect: Dialect) -> Vec<String> {
    let mut lexer = Lexer::strict(text, dialect);
    let mut values = Vec::new();
    while let Some(lexeme) = lexer.next().expect("it splits") {
        values.push(lexeme.value.into_owned());
    }
    values
}

#[test]
fn two_dashes_begin_a_comment_on_mysql_only_before_a_blank() {
    assert_eq!(values("5--1", Dialect::MySql), ["5", "-", "-", "1"]);
    assert_eq!(values("5-- 1", Dialect::MySql), ["5"]);
    assert_eq!(values("5--1", Dialect::Sqlite), ["5"]);
}

#[test]
fn block_comments_nest_on_postgresql_only() {
    assert_eq!(values("1 /* /* */ 2 */ 3", Dialect::PostgreSql), ["1", "3"]);
    assert_eq!(values("1 /* /* */ 2", Dialect::Sqlite), ["1", "2"]);
}

#[test]
fn backslashes_escape_where_the_database_says_so() {
    assert_eq!(values(r"'a\'b'", Dialect::MySql), ["a'b"]);
    assert_eq!(values(r"'a\' 'b'", Dialect::PostgreSql), [r"a\", "b"]);
    assert_eq!(values(r"E'a\'b\n\u00e9'", Dialect::PostgreSql), ["a'b\né"]);
    assert_eq!(values(r"'50\%'", Dialect::MySql), [r"50\%"]);
}

#[test]
fn a_name_is_read_by_every_quote_of_its_dialect() {
    assert_eq!(
        values(r#""a""b" `c` [d e]"#, Dialect::Sqlite),
        ["a\"b", "c", "d e"]
    );
    assert_eq!(values("$x$it's$x$", Dialect::PostgreSql), ["it's"]);
}

#[test]
fn positions_count_lines_and_characters() {
    assert_eq!(line_and_column("é\nabc", "é\na".len()), (2, 2));
    assert_eq!(line_and_column("", 9), (1, 1));
}

proptest! {
    #[test]
    fn a_lenient_reading_reaches_the_end_of_any_text(text in ".*", dialect in 0..3_usize) {
        let mut lexer = Lexer::lenient(&text, Dialect::ALL[dialect]);
        let mut last = 0;
        while let Some(lexeme) = lexer.next().expect("a lenient lexer has no errors") {
            prop_assert!(lexeme.start >= last && lexeme.end > lexeme.start);
            last = lexeme.end;
        }
        prop_assert_eq!(lexer.position(), text.len());
    }
}
