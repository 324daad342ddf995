//! That the tokens handed to the parser are those that it would find itself.

use super::*;
use crate::check::{canon, parse, split, tokens};

/// Whether the text was plain.
fn is_split_alike(sql: &str, dialect: Dialect) -> Option<bool> {
    let lexemes = split(sql, dialect).ok()?;
    let canonical = canon::write(&lexemes, dialect);
    let Some(plain) = tokens::plain(&lexemes, &canonical) else {
        return Some(false);
    };
    assert_eq!(
        Ok(plain),
        parse::tokenized(&canonical, dialect),
        "{dialect}: {}",
        canonical.text
    );
    Some(true)
}

#[test]
fn plain_statements_are_split_once_and_like_the_parser_would() {
    let (mut all, mut plain) = (0, 0);
    for sql in every_statement() {
        for dialect in Dialect::ALL {
            if let Some(is_plain) = is_split_alike(&sql, dialect) {
                all += 1;
                plain += usize::from(is_plain);
            }
        }
    }
    assert!(plain * 2 > all, "{plain} of {all}");
    for sql in [
        "SELECT u.name, COUNT(*) AS n FROM users u WHERE u.total >= 1.5 AND u.x <> 'a b' OR -1 != 2 GROUP BY 1",
        "SELECT a || b, c / 2 - 3 + 4 * 5 FROM t1.t WHERE x = -1 AND y<=-2 LIMIT 10",
    ] {
        for dialect in Dialect::ALL {
            is_split_alike(sql, dialect);
        }
    }
}

proptest! {
    #[test]
    fn any_pieces_are_split_like_the_parser_would(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "a", "x", "N", "e", "b1", "_c", "t$", "é", "1", "1.5", ".5", "1.", "0x1F", "1e3", "'s'", "'it''s'", "'\\'", "\"q\"",
            "`q`", "[q]", "(", ")", ".", ",", "*", "+", "-", "/", "=", "<", ">", "!", "|", ":", "~", "@", "#", "%", "&", "^",
            " ", " ", " ", "\n", "/**/",
        ]), 0..24),
        dialect in 0..3_usize,
    ) {
        is_split_alike(&pieces.concat(), Dialect::ALL[dialect]);
    }
}
