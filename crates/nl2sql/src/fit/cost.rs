//! How many tokens it takes to show a table.
//!
//! An estimate: providers count by vocabularies of their own, which are not to be had here. CREATE TABLE statements take
//! 3.3 to 4.2 bytes a token with those of OpenAI, Anthropic and Llama; 3.5 is on the careful side. Signs of Chinese have
//! three bytes and take about one token.

use crate::schema::{Column, ColumnKind, ForeignKey, Table};

/// Sample values that are shown of a column, and the longest, in bytes.
const VALUES: (usize, usize) = (3, 40);
/// Longest comment that is shown, in bytes.
const COMMENT: usize = 200;

/// The tokens that so many bytes of text are, rounded up.
pub fn tokens(bytes: usize) -> usize {
    (bytes * 2).div_ceil(7)
}

/// The tokens that it takes to show a table as a CREATE TABLE statement.
pub fn table_tokens(table: &Table, with_values: bool) -> usize {
    let columns = table
        .columns
        .iter()
        .map(|column| bytes_of(table, column, with_values));
    tokens(frame(table) + columns.sum::<usize>())
}

/// The same with some of its columns.
pub(super) fn some_columns(table: &Table, columns: &[usize], with_values: bool) -> usize {
    let columns = columns
        .iter()
        .map(|at| bytes_of(table, &table.columns[*at], with_values));
    tokens(frame(table) + columns.sum::<usize>())
}

/// The tokens of one column's line.
pub(super) fn column_tokens(table: &Table, column: &Column, with_values: bool) -> usize {
    tokens(bytes_of(table, column, with_values))
}

/// What there is of it beside its columns.
fn frame(table: &Table) -> usize {
    let namespace = table.namespace.as_ref().map_or(0, |name| name.len() + 1);
    let compound = table.foreign_keys.iter().filter(|key| key.columns.len() > 1);
    let keys: usize = compound
        .map(|key| "  FOREIGN KEY,\n".len() + names(&key.columns) + reference(key))
        .sum();
    let primary = match table.primary_key.len() {
        0 | 1 => 0,
        _ => "  PRIMARY KEY,\n".len() + names(&table.primary_key),
    };
    "CREATE TABLE  (\n);\n\n".len()
        + table.name.len()
        + namespace
        + comment(table.comment.as_deref())
        + keys
        + primary
}

fn bytes_of(table: &Table, column: &Column, with_values: bool) -> usize {
    let is_named = |names: &[String]| names.len() == 1 && names[0] == column.name;
    let constraints = if is_named(&table.primary_key) {
        " PRIMARY KEY".len()
    } else {
        let not_null = if column.nullable { 0 } else { " NOT NULL".len() };
        not_null + if column.unique { " UNIQUE".len() } else { 0 }
    };
    let key = table.foreign_keys.iter().find(|key| is_named(&key.columns));
    let values = if with_values && column.kind == ColumnKind::Text {
        column.samples.as_slice()
    } else {
        &[]
    };
    let (most, longest) = VALUES;
    let shown = values.iter().filter(|value| value.len() <= longest).take(most);
    let values: usize = shown.map(|value| "e.g. ''".len() + value.len()).sum();
    "  ,\n".len()
        + name(&column.name)
        + 1
        + column.type_name.len()
        + constraints
        + key.map_or(0, reference)
        + comment(column.comment.as_deref())
        + values
}

fn reference(key: &ForeignKey) -> usize {
    " REFERENCES ".len() + name(&key.table) + names(&key.references)
}

fn names(names: &[String]) -> usize {
    match names.is_empty() {
        true => 0,
        false => " ()".len() + names.iter().map(|text| name(text) + 2).sum::<usize>(),
    }
}

/// A name, with quotes where it may need them.
fn name(name: &str) -> usize {
    let is_plain = name
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    name.len() + if is_plain { 0 } else { 2 }
}

fn comment(comment: Option<&str>) -> usize {
    let length = comment.map_or(0, |comment| comment.trim().len().min(COMMENT));
    if length == 0 { 0 } else { length + " -- ".len() }
}
