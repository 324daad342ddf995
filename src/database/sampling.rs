//! Which values of text columns are read, and by which SQL: what a question says ("in Oslo") can then be found.

use std::time::Duration;

use nl2sql::{Column, ColumnKind, Dialect, Table};

use super::privacy::Privacy;

/// Rows looked at for the values of a column.
const ROWS: u32 = 10_000;
/// Most values of one column.
const MOST: usize = 100;
/// Longest value, characters.
const LONGEST: usize = 64;
/// Largest schema, in columns, for which values are read.
pub(super) const MOST_COLUMNS: usize = 2_000;
/// Longest time for the values of one schema; tables that come later have none then.
pub(super) const TIME: Duration = Duration::from_secs(10);
/// Columns read with one statement.
const AT_ONCE: usize = 50;

/// The columns of a table that may be looked into, by their places.
fn places(table: &Table, privacy: &Privacy) -> Vec<usize> {
    let is_text = |column: &Column| matches!(column.kind, ColumnKind::Text | ColumnKind::Other);
    let columns = table.columns.iter().enumerate();
    columns
        .filter(|(_, column)| column.samples.is_empty() && is_text(column))
        .filter(|(_, column)| privacy.may_read(&table.name, &column.name))
        .map(|(place, _)| place)
        .collect()
}

/// Statements that give pairs of a column's place and one of its values.
pub(super) fn statements(table: &Table, privacy: &Privacy, dialect: Dialect) -> Vec<String> {
    let from = match &table.namespace {
        Some(namespace) if dialect != Dialect::Sqlite => {
            format!("{}.{}", quoted(namespace, dialect), quoted(&table.name, dialect))
        }
        _ => quoted(&table.name, dialect),
    };
    let branch = |place: &usize| {
        let name = quoted(&table.columns[*place].name, dialect);
        // One character more than is kept tells values that were cut.
        let cut = LONGEST + 1;
        let (value, kept) = match dialect {
            Dialect::PostgreSql => (format!("left({name}::text, {cut})"), "v <> ''"),
            Dialect::MySql => (format!("LEFT(CONVERT({name} USING utf8mb4), {cut})"), "v <> ''"),
            Dialect::Sqlite => (
                format!("CASE WHEN typeof({name}) = 'text' THEN substr({name}, 1, {cut}) END"),
                "v <> ''",
            ),
        };
        // Identifiers cannot be bound; all are quoted.
        format!(
            "SELECT {place} AS place, v FROM (SELECT DISTINCT v FROM (SELECT {value} AS v FROM {from} LIMIT {ROWS}) AS s \
             WHERE {kept} AND {length}(v) <= {LONGEST} ORDER BY v LIMIT {MOST}) AS d",
            length = if dialect == Dialect::Sqlite {
                "length"
            } else {
                "char_length"
            },
        )
    };
    places(table, privacy)
        .chunks(AT_ONCE)
        .map(|places| places.iter().map(branch).collect::<Vec<_>>().join(" UNION ALL "))
        .collect()
}

/// Puts values to their columns, and takes out what turns out to be nobody's business.
pub(super) fn keep(table: &mut Table, privacy: &Privacy, values: Vec<(i64, String)>) {
    for (place, value) in values {
        let column = usize::try_from(place)
            .ok()
            .and_then(|place| table.columns.get_mut(place));
        if let Some(column) = column {
            column.samples.push(value);
        }
    }
    for column in &mut table.columns {
        if !privacy.may_keep(&table.name, &column.name, &column.samples) {
            column.samples.clear();
        }
    }
}

/// A name in the quotes of the dialect.
pub(super) fn quoted(name: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::MySql => format!("`{}`", name.replace('`', "``")),
        Dialect::PostgreSql | Dialect::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}
