//! Reads the smaller statements: CREATE INDEX, CREATE TYPE and DOMAIN, COMMENT ON, DROP.

use super::Reader;
use super::alter::set_unique;
use super::catalog::NamedType;
use super::column::read_type;
use super::cursor::{Cursor, Name, column_list};
use super::split::Statement;
use crate::lex::Kind;

/// A unique index over one column makes it unique, unless it covers only some rows.
pub(super) fn create_index(reader: &mut Reader<'_>, mut cursor: Cursor<'_, '_>) {
    let is_unique = cursor.behind().iter().any(|lexeme| lexeme.is_word("unique"));
    while cursor.peek().is_some_and(|lexeme| !lexeme.is_word("on")) {
        cursor.next();
    }
    cursor.take_word("on");
    cursor.take_word("only");
    let Some(name) = cursor.take_name(reader.dialect).filter(|_| is_unique) else {
        return;
    };
    if cursor.take_word("using") {
        cursor.next();
    }
    let Some((group, _)) = cursor.take_group() else {
        return;
    };
    let is_partial = cursor.rest().iter().any(|lexeme| lexeme.is_word("where"));
    let columns = column_list(group, reader.dialect).filter(|_| !is_partial);
    if let (Some(columns), Some(table)) = (columns, reader.catalog.table_mut(&name)) {
        set_unique(table, columns);
    }
}

/// `CREATE TYPE t AS ENUM (…)` and `CREATE DOMAIN t AS text CHECK (VALUE IN (…))`.
pub(super) fn create_type(reader: &mut Reader<'_>, mut cursor: Cursor<'_, '_>) {
    let Some(name) = cursor.take_name(reader.dialect) else {
        return;
    };
    cursor.take_word("as");
    let mut named = NamedType::default();
    if cursor.take_word("enum") {
        let group = cursor.take_group().map(|(group, _)| group).unwrap_or_default();
        let texts = group.iter().filter(|lexeme| lexeme.kind == Kind::Text);
        named.values = texts.map(|lexeme| lexeme.value.to_string()).collect();
    } else if cursor.behind().iter().any(|lexeme| lexeme.is_word("domain")) {
        named.base = Some(read_type(&mut cursor, reader.dialect).0);
        let rest = cursor.rest();
        if rest
            .windows(2)
            .any(|pair| pair[0].is_word("value") && pair[1].is_any_word(&["in", "="]))
        {
            let texts = rest.iter().filter(|lexeme| lexeme.kind == Kind::Text);
            named.values = texts.map(|lexeme| lexeme.value.to_string()).collect();
        }
    } else {
        return;
    }
    reader.catalog.types.insert(name.last.to_lowercase(), named);
}

/// `COMMENT ON TABLE t IS '…'` and `COMMENT ON COLUMN t.c IS '…'`.
pub(super) fn comment_on(reader: &mut Reader<'_>, statement: &Statement<'_>) {
    let mut cursor = statement.cursor();
    cursor.take_words(&["comment", "on"]);
    cursor.take_word("materialized");
    let is_column = cursor.take_word("column");
    if !is_column && !cursor.take_word("table") && !cursor.take_word("view") {
        return;
    }
    let parts = name_parts(&mut cursor, reader);
    let start = statement.start();
    let comment = cursor.take_word("is").then(|| cursor.take_text()).flatten();
    let (Some(comment), false) = (comment, parts.is_empty()) else {
        return; // `IS NULL` takes a comment away, and before this there is none.
    };
    let (column, table) = if is_column {
        parts
            .split_last()
            .map_or((None, &parts[..]), |(last, before)| (Some(last), before))
    } else {
        (None, &parts[..])
    };
    let Some((last, before)) = table.split_last() else {
        return;
    };
    let name = Name {
        namespace: before.last().cloned(),
        last: last.clone(),
        start,
    };
    let known = reader.catalog.table_mut(&name);
    let is_known = match (known, column) {
        (Some(table), None) => {
            table.comment = Some(comment);
            true
        }
        (Some(table), Some(column)) => table
            .columns
            .iter_mut()
            .find(|known| known.name.eq_ignore_ascii_case(column))
            .map(|known| known.comment = Some(comment))
            .is_some(),
        (None, _) => false,
    };
    // A view may still wait for its tables; its comment then waits with it.
    if !is_known && !super::view::is_pending(reader, &name) {
        reader.note(
            start,
            format!(
                "COMMENT ON names {}, which is not declared before",
                parts.join(".")
            ),
        );
    }
}

fn name_parts(cursor: &mut Cursor<'_, '_>, reader: &Reader<'_>) -> Vec<String> {
    let mut parts = Vec::new();
    while let Some(part) = cursor.take_simple_name(reader.dialect) {
        parts.push(part);
        if !cursor.take_symbol('.') {
            break;
        }
    }
    parts
}

/// Takes away what an earlier part of the text declared.
pub(super) fn drop_table(reader: &mut Reader<'_>, statement: &Statement<'_>) {
    let mut cursor = statement.cursor();
    cursor.next();
    cursor.next();
    cursor.take_words(&["if", "exists"]);
    while let Some(name) = cursor.take_name(reader.dialect) {
        reader.catalog.remove(&name);
        if !cursor.take_symbol(',') {
            break;
        }
    }
}
