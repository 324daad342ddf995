//! Takes sample values from INSERT statements.

use super::Reader;
use super::cursor::{column_list, split_at_commas};
use super::split::Statement;
use crate::lex::Kind;
use crate::schema::ColumnKind;

/// Values kept of one column.
const MAX_SAMPLES: usize = 32;

/// Longer values, in bytes, are prose, which helps nobody to find a column.
const MAX_SAMPLE_BYTES: usize = 80;

/// Rows looked at in one statement.
const MAX_ROWS: usize = 200;

/// `INSERT INTO t (a, b) VALUES (…), (…)`: literal texts become samples of text columns.
pub(super) fn insert(reader: &mut Reader<'_>, statement: &Statement<'_>) {
    let dialect = reader.dialect;
    let mut cursor = statement.cursor();
    while cursor.peek().is_some_and(|lexeme| !lexeme.is_word("into")) {
        cursor.next();
    }
    cursor.take_word("into");
    let Some(table) = cursor
        .take_name(dialect)
        .and_then(|name| reader.catalog.table_mut(&name))
    else {
        return;
    };
    let listed = cursor
        .take_group()
        .map(|(group, _)| column_list(group, dialect).unwrap_or_default());
    let places: Vec<Option<usize>> = match listed {
        Some(names) => names
            .iter()
            .map(|name| {
                table
                    .columns
                    .iter()
                    .position(|column| column.name.eq_ignore_ascii_case(name))
            })
            .collect(),
        None => (0..table.columns.len()).map(Some).collect(),
    };
    if cursor.take_words(&["overriding", "system", "value"]) | cursor.take_word("values") {
        cursor.take_word("values");
    } else {
        return;
    }
    for _ in 0..MAX_ROWS {
        let Some((row, true)) = cursor.take_group() else {
            return;
        };
        for (value, place) in split_at_commas(row).into_iter().zip(&places) {
            let (Some(place), [literal]) = (place, value) else {
                continue;
            };
            let column = &mut table.columns[*place];
            let is_short = literal.value.len() <= MAX_SAMPLE_BYTES && !literal.value.contains(['\n', '\r']);
            let is_text = literal.kind == Kind::Text && !literal.value.is_empty();
            if column.kind == ColumnKind::Text && is_text && is_short && column.samples.len() < MAX_SAMPLES {
                column.add_samples(&[literal.value.to_string()]);
            }
        }
        if !cursor.take_symbol(',') {
            return;
        }
    }
}
