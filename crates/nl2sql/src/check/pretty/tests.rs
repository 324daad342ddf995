use super::*;

/// The lexemes without what stands between them, but with the operators whole: `< =` is not `<=`.
fn pieces(sql: &str, dialect: Dialect) -> Vec<(Kind, String)> {
    let operator =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| b"+-*/<>=~!@%^&|?#:".contains(&byte));
    let mut pieces: Vec<(Kind, String)> = Vec::new();
    let mut end = 0;
    for lexeme in lexemes(sql, dialect).unwrap_or_else(|| panic!("it splits: {sql}")) {
        let continues = lexeme.kind == Kind::Symbol && lexeme.start == end && operator(&lexeme.value);
        let last = pieces.last_mut();
        match last.filter(|(kind, text)| continues && *kind == Kind::Symbol && operator(text)) {
            Some((_, text)) => text.push_str(&lexeme.value),
            None => pieces.push((lexeme.kind, lexeme.value.into_owned())),
        }
        end = lexeme.end;
    }
    pieces
}

fn keeps_every_piece(sql: &str, dialect: Dialect) {
    let pretty = format(sql, dialect);
    assert_eq!(pieces(&pretty, dialect), pieces(sql, dialect), "{sql}\n{pretty}");
}

#[test]
fn only_blanks_change() {
    for sql in crate::check::tests::every_statement() {
        for dialect in Dialect::ALL {
            if let Ok(checked) = crate::check(&sql, dialect, None) {
                keeps_every_piece(checked.sql(), dialect);
            }
        }
    }
}

/// Statements on one line, each followed by what people see.
const GOLDEN: &str = include_str!("golden.txt");

#[test]
fn people_see_clauses_on_lines() {
    let mut count = 0;
    for case in GOLDEN.split("\n\n").filter(|case| !case.trim().is_empty()) {
        let (sql, wanted) = case
            .trim_matches('\n')
            .split_once('\n')
            .expect("a statement and its lines");
        assert_eq!(format(sql, Dialect::PostgreSql), wanted);
        count += 1;
    }
    assert!(count > 10, "{count}");
}

#[test]
fn a_call_stays_a_call_and_an_operator_whole() {
    for (sql, wanted) in [
        (
            "SELECT GROUP_CONCAT(a), COUNT (*) FROM t",
            "SELECT GROUP_CONCAT(a), COUNT (*)\nFROM t",
        ),
        (
            "SELECT a FROM t WHERE b IN(1) AND c>=-1",
            "SELECT a\nFROM t\nWHERE b IN (1) AND c >=- 1",
        ),
        (
            "SELECT a-1, -1, b*-2, - 3 FROM t",
            "SELECT a - 1, -1, b *- 2, - 3\nFROM t",
        ),
        ("SELECT t.end, t.from FROM t", "SELECT t.end, t.from\nFROM t"),
    ] {
        assert_eq!(format(sql, Dialect::MySql), wanted);
        keeps_every_piece(sql, Dialect::MySql);
    }
}
