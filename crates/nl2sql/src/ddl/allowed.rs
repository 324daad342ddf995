//! Takes sample values from CHECK constraints.

use super::cursor::name_of;
use crate::Dialect;
use crate::lex::{Kind, Lexeme};
use crate::schema::Column;

/// Values that CHECKs of a table allow in its columns become samples.
pub(super) fn samples_of_check(check: &[Lexeme<'_>], columns: &mut [Column], dialect: Dialect) {
    let mut at_column: Option<usize> = None;
    let mut is_allowed = false;
    for (at, lexeme) in check.iter().enumerate() {
        if lexeme.kind == Kind::Text {
            if let Some(column) = at_column.filter(|_| is_allowed) {
                columns[column].add_samples(&[lexeme.value.to_string()]);
            }
            continue;
        }
        let after_cast = at > 0 && check[at - 1].is_symbol(':');
        let before = at.checked_sub(1).and_then(|before| check.get(before));
        if lexeme.is_any_word(&["and", "or", "not", "like"]) {
            is_allowed = false;
            at_column = at_column.filter(|_| !lexeme.is_any_word(&["and", "or"]));
        } else if lexeme.is_any_word(&["in", "any"]) && !before.is_some_and(|word| word.is_word("not")) {
            is_allowed = true;
        } else if lexeme.is_symbol('=') {
            is_allowed = !before.is_some_and(|before| ['<', '>', '!'].iter().any(|c| before.is_symbol(*c)));
        } else if lexeme.is_name() && !after_cast && !is_allowed {
            let name = name_of(lexeme, dialect).unwrap_or_default();
            let found = columns
                .iter()
                .position(|column| column.name.eq_ignore_ascii_case(&name));
            at_column = found.filter(|_| !name.is_empty()).or(at_column);
        }
    }
}
