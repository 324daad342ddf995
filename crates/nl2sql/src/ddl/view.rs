//! Reads views, and tables made by a query: their columns are those of the query.

use std::collections::HashSet;

use super::Reader;
use super::cursor::{Cursor, Name, name_of, split_at_commas};
use super::split::Statement;
use crate::Dialect;
use crate::check::{OutputColumn, output_columns, parse_trusted};
use crate::lex::Lexeme;
use crate::schema::{Column, ColumnKind, Schema, Table};

/// Views read from one text.
const MAX_VIEWS: usize = 1000;

/// How often views that use later views are tried again.
const MAX_ROUNDS: usize = 8;

/// A view whose columns cannot be told before all tables are known.
#[derive(Debug)]
pub(super) struct PendingView<'t> {
    name: Name,
    /// Its own names for its columns; empty when it has none.
    columns: Vec<String>,
    query: Vec<Lexeme<'t>>,
}

/// Reads the statement after its `VIEW`.
pub(super) fn create_view<'t>(
    reader: &mut Reader<'t>,
    statement: &Statement<'t>,
    mut cursor: Cursor<'_, 't>,
) {
    cursor.take_words(&["if", "not", "exists"]);
    let Some(name) = cursor.take_name(reader.dialect) else {
        return reader.note(statement.start(), "CREATE VIEW without a name; it was skipped");
    };
    let dialect = reader.dialect;
    let columns = cursor
        .take_group()
        .map(|(group, _)| names_in(group, dialect))
        .unwrap_or_default();
    while cursor.peek().is_some_and(|lexeme| !lexeme.is_word("as")) {
        cursor.next();
    }
    cursor.take_word("as");
    add_query(reader, name, columns, cursor.rest());
}

fn names_in(group: &[Lexeme<'_>], dialect: Dialect) -> Vec<String> {
    split_at_commas(group)
        .into_iter()
        .filter_map(|item| name_of(item.first()?, dialect))
        .collect()
}

/// Adds a table with the columns of a query, now or when all tables are known.
pub(super) fn add_query<'t>(reader: &mut Reader<'t>, name: Name, columns: Vec<String>, query: &[Lexeme<'t>]) {
    if reader.catalog.pending.len() >= MAX_VIEWS {
        return reader.note(
            name.start,
            format!("there are more than {MAX_VIEWS} views; {} was skipped", name.last),
        );
    }
    let query = without_tail(query).to_vec();
    reader
        .catalog
        .pending
        .retain(|pending| pending.name.last != name.last || pending.name.namespace != name.namespace);
    // Declared already, so that a comment on it finds it; its columns come in the end.
    reader.catalog.remove(&name);
    reader.catalog.add(Table {
        name: name.last.clone(),
        namespace: name.namespace.clone(),
        ..Table::default()
    });
    reader.catalog.pending.push(PendingView { name, columns, query });
}

/// Whether the name is of a view that waits.
pub(super) fn is_pending(reader: &Reader<'_>, name: &Name) -> bool {
    reader
        .catalog
        .pending
        .iter()
        .any(|pending| pending.name.last.eq_ignore_ascii_case(&name.last))
}

/// The query without `WITH CHECK OPTION` and `WITH [NO] DATA`.
fn without_tail<'l, 't>(query: &'l [Lexeme<'t>]) -> &'l [Lexeme<'t>] {
    let tails: [&[&str]; 5] = [
        &["with", "check", "option"],
        &["with", "cascaded", "check", "option"],
        &["with", "local", "check", "option"],
        &["with", "data"],
        &["with", "no", "data"],
    ];
    let ends_so = |tail: &&&[&str]| {
        query.len() >= tail.len()
            && query[query.len() - tail.len()..]
                .iter()
                .zip(tail.iter())
                .all(|(lexeme, word)| lexeme.is_word(word))
    };
    let tail = tails.iter().find(ends_so).map_or(0, |tail| tail.len());
    &query[..query.len() - tail]
}

/// Gives every view its columns. In their order one round does; a view of a later one takes another.
pub(super) fn settle(reader: &mut Reader<'_>) {
    let mut pending = std::mem::take(&mut reader.catalog.pending);
    let mut schema = reader.catalog.schema();
    // A table that has no columns yet would make every name in it valid.
    let waiting: HashSet<&str> = pending.iter().map(|view| view.name.last.as_str()).collect();
    schema
        .tables
        .retain(|table| !waiting.contains(table.name.as_str()));
    for _ in 0..MAX_ROUNDS {
        let before = pending.len();
        pending.retain(|view| {
            let Some(columns) = columns_of(view, reader.dialect, &schema) else {
                return true;
            };
            if let Some(table) = reader.catalog.table_mut(&view.name) {
                table.columns = columns;
                schema.tables.push(table.clone());
            }
            false
        });
        if pending.len() == before {
            break;
        }
    }
    for view in pending {
        let by_name = view
            .columns
            .iter()
            .map(|name| Column::new(name, "", ColumnKind::Other));
        let columns: Vec<Column> = by_name.collect();
        if columns.is_empty() {
            let message = format!(
                "the columns of the view {} could not be told from its query",
                view.name.last
            );
            reader.note(view.name.start, message);
        }
        if let Some(table) = reader.catalog.table_mut(&view.name) {
            table.columns = columns;
        }
    }
}

fn columns_of(view: &PendingView<'_>, dialect: Dialect, schema: &Schema) -> Option<Vec<Column>> {
    let outputs = parse_trusted(&view.query, dialect, |query| {
        output_columns(query, dialect, schema)
    })??;
    let named = outputs.iter().enumerate();
    named
        .map(|(at, output)| {
            let name = view.columns.get(at).cloned().or_else(|| output.name.clone())?;
            Some(column_like(name, output, schema))
        })
        .collect()
}

/// A column that passes another one on has its type, comment and samples.
fn column_like(name: String, output: &OutputColumn, schema: &Schema) -> Column {
    let origin = output.origin.as_ref();
    let source = origin.and_then(|origin| schema.table(&origin.table)?.column(&origin.column));
    match source {
        Some(column) => Column {
            name,
            nullable: true,
            unique: false,
            ..column.clone()
        },
        None => Column::new(name, "", ColumnKind::Other),
    }
}
