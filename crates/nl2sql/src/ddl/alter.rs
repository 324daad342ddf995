//! Reads ALTER TABLE.

use super::Reader;
use super::allowed::samples_of_check;
use super::column::read_column;
use super::cursor::{Cursor, Name, split_at_commas};
use super::judge::Skipped;
use super::split::Statement;
use super::table::{Key, read_key, single};
use crate::Dialect;
use crate::lex::Lexeme;
use crate::schema::{ColumnKind, Table};

/// Reads the whole statement.
pub(super) fn alter_table<'t>(reader: &mut Reader<'t>, statement: &Statement<'t>) {
    let mut cursor = statement.cursor();
    cursor.take_words(&["alter", "table"]);
    cursor.take_words(&["if", "exists"]);
    cursor.take_word("only");
    let Some(name) = cursor.take_name(reader.dialect) else {
        return reader.note(statement.start(), "ALTER TABLE without a name; it was skipped");
    };
    cursor.take_symbol('*');
    let mut skipped = Vec::new();
    for action in split_at_commas(cursor.rest()) {
        if let Some(problem) = alter(reader, &name, action) {
            skipped.push(problem);
        }
    }
    reader.note_skipped(statement, skipped);
}

/// One action; gives what could not be used.
fn alter<'t>(reader: &mut Reader<'t>, name: &Name, action: &[Lexeme<'t>]) -> Option<Skipped> {
    let dialect = reader.dialect;
    let mut cursor = Cursor::new(action);
    let first = cursor.next()?;
    if first.is_word("rename") {
        rename(reader, name, &mut cursor);
        return None;
    }
    if first.is_word("attach") {
        // What is attached is read through this table.
        cursor.take_word("partition");
        if let Some(part) = cursor.take_name(dialect) {
            reader.catalog.remove(&part);
        }
        return None;
    }
    let changes_columns = ["add", "modify", "change", "drop", "alter"];
    if !first.is_any_word(&changes_columns) {
        return None;
    }
    let Some(table) = reader.catalog.table_mut(name) else {
        let message = format!(
            "ALTER TABLE names {}, which is not declared before; it was skipped",
            name.last
        );
        return Some(Skipped::certain(name.start, message));
    };
    match first.value.to_ascii_lowercase().as_str() {
        "add" => add(table, &mut cursor, dialect),
        "modify" => {
            cursor.take_word("column");
            let old = Cursor::new(cursor.rest()).take_simple_name(dialect)?;
            redefine(table, &old, cursor.rest(), dialect)
        }
        "change" => {
            cursor.take_word("column");
            let old = cursor.take_simple_name(dialect)?;
            redefine(table, &old, cursor.rest(), dialect)
        }
        "drop" => {
            drop_column(table, &mut cursor, dialect);
            None
        }
        _ => {
            alter_column(table, &mut cursor, dialect);
            None
        }
    }
}

fn add(table: &mut Table, cursor: &mut Cursor<'_, '_>, dialect: Dialect) -> Option<Skipped> {
    if let Some(key) = read_key(cursor.rest(), dialect) {
        add_key(table, key, dialect);
        return None;
    }
    cursor.take_word("column");
    cursor.take_words(&["if", "not", "exists"]);
    if let Some((group, _)) = Cursor::new(cursor.rest()).take_group() {
        return split_at_commas(group)
            .into_iter()
            .filter_map(|item| add_column(table, item, dialect))
            .next();
    }
    add_column(table, cursor.rest(), dialect)
}

fn add_key(table: &mut Table, key: Key<'_, '_>, dialect: Dialect) {
    match key {
        Key::Primary(columns) => {
            for column in table.columns.iter_mut() {
                if columns.iter().any(|name| name.eq_ignore_ascii_case(&column.name)) {
                    column.nullable = false;
                    column.unique |= columns.len() == 1;
                }
            }
            table.primary_key = columns;
        }
        Key::Unique(columns) => set_unique(table, columns),
        Key::Foreign(key) => table.foreign_keys.push(key),
        Key::Check(check) => samples_of_check(check, &mut table.columns, dialect),
        Key::Other => {}
    }
}

/// Marks the column of a unique key that has only one.
pub(super) fn set_unique(table: &mut Table, columns: Vec<String>) {
    let Some(name) = single(columns) else { return };
    if let Some(column) = table
        .columns
        .iter_mut()
        .find(|column| column.name.eq_ignore_ascii_case(&name))
    {
        column.unique = true;
    }
}

fn add_column(table: &mut Table, item: &[Lexeme<'_>], dialect: Dialect) -> Option<Skipped> {
    if let Some(key) = read_key(item, dialect) {
        add_key(table, key, dialect);
        return None;
    }
    let Some(reading) = read_column(item, dialect) else {
        let at = item.first().map_or(0, |lexeme| lexeme.start);
        return Some(Skipped::perhaps(
            at,
            format!(
                "ALTER TABLE {} adds something that is no column; it was skipped",
                table.name
            ),
        ));
    };
    let name = &reading.column.name;
    if table
        .columns
        .iter()
        .any(|column| column.name.eq_ignore_ascii_case(name))
    {
        return Some(Skipped::certain(
            reading.span.0,
            format!("the table {} has the column {name} already", table.name),
        ));
    }
    if reading.is_primary {
        table.primary_key = vec![name.clone()];
    }
    table.foreign_keys.extend(reading.foreign_key);
    table.columns.push(reading.column);
    for check in reading.checks {
        samples_of_check(check, &mut table.columns, dialect);
    }
    reading.skipped.into_iter().next()
}

/// MODIFY and CHANGE of MySQL: a whole new definition in the same place.
fn redefine(table: &mut Table, old: &str, item: &[Lexeme<'_>], dialect: Dialect) -> Option<Skipped> {
    let reading = read_column(item, dialect)?;
    let Some(column) = table
        .columns
        .iter_mut()
        .find(|column| column.name.eq_ignore_ascii_case(old))
    else {
        return Some(Skipped::certain(
            reading.span.0,
            format!("the table {} has no column {old} to change", table.name),
        ));
    };
    let is_key = table.primary_key.iter().any(|key| key.eq_ignore_ascii_case(old));
    let was_unique = column.unique;
    *column = reading.column;
    column.unique |= was_unique;
    column.nullable &= !is_key;
    rename_in_keys(table, old, &reading_name(item, dialect));
    reading.skipped.into_iter().next()
}

fn reading_name(item: &[Lexeme<'_>], dialect: Dialect) -> String {
    Cursor::new(item).take_simple_name(dialect).unwrap_or_default()
}

fn rename_in_keys(table: &mut Table, old: &str, new: &str) {
    let keys = table
        .foreign_keys
        .iter_mut()
        .flat_map(|key| &mut key.columns)
        .chain(&mut table.primary_key);
    for name in keys.filter(|name| name.eq_ignore_ascii_case(old)) {
        new.clone_into(name);
    }
}

fn drop_column(table: &mut Table, cursor: &mut Cursor<'_, '_>, dialect: Dialect) {
    let no_columns = [
        "constraint",
        "primary",
        "foreign",
        "index",
        "key",
        "check",
        "partition",
    ];
    if cursor
        .peek()
        .is_some_and(|lexeme| lexeme.is_any_word(&no_columns))
    {
        return;
    }
    cursor.take_word("column");
    cursor.take_words(&["if", "exists"]);
    let Some(name) = cursor.take_simple_name(dialect) else {
        return;
    };
    table
        .columns
        .retain(|column| !column.name.eq_ignore_ascii_case(&name));
}

/// `ALTER COLUMN c SET NOT NULL`, `DROP NOT NULL`, `[SET DATA] TYPE t`.
fn alter_column(table: &mut Table, cursor: &mut Cursor<'_, '_>, dialect: Dialect) {
    cursor.take_word("column");
    let Some(name) = cursor.take_simple_name(dialect) else {
        return;
    };
    let Some(column) = table
        .columns
        .iter_mut()
        .find(|column| column.name.eq_ignore_ascii_case(&name))
    else {
        return;
    };
    if cursor.take_words(&["set", "not", "null"]) {
        column.nullable = false;
    } else if cursor.take_words(&["drop", "not", "null"]) {
        column.nullable = true;
    } else if cursor.take_words(&["set", "data", "type"]) || cursor.take_word("type") {
        let type_name = super::column::read_type(cursor, dialect).0;
        column.kind = ColumnKind::from_type_name(&type_name);
        column.type_name = type_name;
    }
}

fn rename(reader: &mut Reader<'_>, name: &Name, cursor: &mut Cursor<'_, '_>) {
    if cursor.take_word("to") || cursor.take_word("as") {
        if let Some(new) = cursor.take_name(reader.dialect) {
            reader.catalog.rename(name, new.last);
        }
        return;
    }
    cursor.take_word("column");
    let (dialect, Some(table)) = (reader.dialect, reader.catalog.table_mut(name)) else {
        return;
    };
    let Some(old) = cursor.take_simple_name(dialect) else {
        return;
    };
    if let Some(new) = cursor
        .take_word("to")
        .then(|| cursor.take_simple_name(dialect))
        .flatten()
    {
        let column = table
            .columns
            .iter_mut()
            .find(|column| column.name.eq_ignore_ascii_case(&old));
        if let Some(column) = column {
            column.name.clone_from(&new);
        }
        rename_in_keys(table, &old, &new);
    }
}
