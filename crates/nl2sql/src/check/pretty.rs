//! Sets SQL on several lines, for people.

use sqlformat::{FormatOptions, QueryParams};

use crate::Dialect;
use crate::lex::{Kind, Lexer};

/// Longer SQL stays on one line, in bytes: the formatter's time grows with the square of the length where there are no
/// blanks, and at this length it is a tenth of a second.
const MAX_BYTES: usize = 8_000;

/// The same SQL on several lines; unchanged when it is too long for people anyway, and when the formatter would have changed more than blanks.
pub(super) fn format(sql: &str, dialect: Dialect) -> String {
    if sql.len() > MAX_BYTES {
        return sql.to_owned();
    }
    let options = FormatOptions {
        dialect: match dialect {
            Dialect::PostgreSql => sqlformat::Dialect::PostgreSql,
            Dialect::MySql | Dialect::Sqlite => sqlformat::Dialect::Generic,
        },
        max_inline_block: 60,
        max_inline_arguments: Some(80),
        max_inline_top_level: Some(80),
        joins_as_top_level: true,
        ..FormatOptions::default()
    };
    let pretty = sqlformat::format(sql, &QueryParams::None, &options);
    if pieces(&pretty, dialect) == pieces(sql, dialect) {
        pretty
    } else {
        sql.to_owned()
    }
}

/// The lexemes without what stands between them, but with the operators whole: `< =` is not `<=`.
fn pieces(sql: &str, dialect: Dialect) -> Option<Vec<(Kind, String)>> {
    let mut lexer = Lexer::strict(sql, dialect);
    let mut pieces: Vec<(Kind, String)> = Vec::new();
    let mut end = 0;
    while let Some(lexeme) = lexer.next().ok()? {
        let operator =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| b"+-*/<>=~!@%^&|?#:".contains(&byte));
        let continues = lexeme.kind == Kind::Symbol && lexeme.start == end && operator(&lexeme.value);
        match pieces
            .last_mut()
            .filter(|(kind, text)| continues && *kind == Kind::Symbol && operator(text))
        {
            Some((_, text)) => text.push_str(&lexeme.value),
            None => pieces.push((lexeme.kind, lexeme.value.into_owned())),
        }
        end = lexeme.end;
    }
    Some(pieces)
}
