//! Reads CREATE TABLE: columns, keys, options.

use std::collections::HashSet;

use super::Reader;
use super::allowed::samples_of_check;
use super::column::{ColumnReading, read_column};
use super::cursor::{Cursor, Name, column_list, split_at_commas};
use super::judge::Skipped;
use super::split::Statement;
use super::view;
use crate::Dialect;
use crate::lex::{Comment, Kind, Lexeme};
use crate::schema::{Column, ColumnKind, ForeignKey, Table};

/// Reads the statement after its `TABLE`.
pub(super) fn create_table<'t>(
    reader: &mut Reader<'t>,
    statement: &Statement<'t>,
    mut cursor: Cursor<'_, 't>,
) {
    let is_virtual = statement
        .lexemes
        .iter()
        .take(3)
        .any(|lexeme| lexeme.is_word("virtual"));
    cursor.take_words(&["if", "not", "exists"]);
    let Some(name) = cursor.take_name(reader.dialect) else {
        return reader.note(statement.start(), "CREATE TABLE without a name; it was skipped");
    };
    if cursor.take_words(&["partition", "of"]) {
        return; // A part of a table is read through that table.
    }
    if is_virtual {
        return virtual_table(reader, name, cursor);
    }
    if cursor.take_word("like") {
        return like_table(reader, name, &mut cursor);
    }
    let opens_query = |at: usize| {
        cursor
            .peek_at(at)
            .is_some_and(|lexeme| lexeme.is_any_word(&["select", "with"]))
    };
    if cursor.is_at_word("as")
        || opens_query(0)
        || (cursor.peek().is_some_and(|l| l.is_symbol('(')) && opens_query(1))
    {
        cursor.take_word("as");
        return view::add_query(reader, name, Vec::new(), cursor.rest());
    }
    let open = cursor.peek().map_or(0, |lexeme| lexeme.start);
    let Some((group, is_closed)) = cursor.take_group() else {
        return reader.note(
            statement.start(),
            format!("the table {} has no list of columns; it was skipped", name.last),
        );
    };
    let mut body = TableBody::new(name, open);
    // PostgreSQL has tables without columns of their own.
    for item in split_at_commas(group).into_iter().filter(|_| !group.is_empty()) {
        body.item(item, reader);
    }
    if !is_closed {
        let message = format!(
            "the list of columns of the table {} never closes; what is there was read",
            body.table.name
        );
        body.skipped.push(Skipped::certain(statement.end(), message));
    }
    table_options(&mut body, &mut cursor, reader);
    body.finish(reader, statement, group);
}

/// Where a column is defined.
struct Span {
    start: usize,
    end: usize,
    /// Its place in the table.
    column: usize,
}

/// A table while its body is read.
struct TableBody<'l, 't> {
    table: Table,
    start: usize,
    seen: HashSet<String>,
    /// Byte offset of the parenthesis that opens the list of columns.
    open: usize,
    spans: Vec<Span>,
    checks: Vec<&'l [Lexeme<'t>]>,
    uniques: Vec<String>,
    skipped: Vec<Skipped>,
}

impl<'l, 't> TableBody<'l, 't> {
    fn new(name: Name, open: usize) -> Self {
        TableBody {
            start: name.start,
            table: Table {
                name: name.last,
                namespace: name.namespace,
                ..Table::default()
            },
            seen: HashSet::new(),
            open,
            spans: Vec::new(),
            checks: Vec::new(),
            uniques: Vec::new(),
            skipped: Vec::new(),
        }
    }

    fn item(&mut self, item: &'l [Lexeme<'t>], reader: &Reader<'t>) {
        let Some(first) = item.first() else {
            let message = format!("the table {} has a comma with nothing beside it", self.table.name);
            return self.skipped.push(Skipped::perhaps(self.start, message));
        };
        if let Some(key) = read_key(item, reader.dialect) {
            return self.key(key);
        }
        if first.is_word("like")
            && let Some(other) = Cursor::new(&item[1..]).take_name(reader.dialect)
        {
            let columns = reader.catalog.table(other.namespace.as_deref(), &other.last);
            return self.inherit(columns.map(|table| table.columns.clone()).unwrap_or_default());
        }
        match read_column(item, reader.dialect) {
            Some(reading) => self.column(reading),
            None => {
                let message = format!(
                    "the table {} has something here that is no column; it was skipped",
                    self.table.name
                );
                self.skipped.push(Skipped::perhaps(first.start, message));
            }
        }
    }

    fn column(&mut self, reading: ColumnReading<'l, 't>) {
        let name = reading.column.name.clone();
        self.skipped.extend(reading.skipped);
        if !self.seen.insert(name.to_lowercase()) {
            let message = format!(
                "the table {} has the column {name} twice; the first was kept",
                self.table.name
            );
            return self.skipped.push(Skipped::certain(reading.span.0, message));
        }
        if reading.is_primary {
            self.table.primary_key.push(name);
        }
        self.table.foreign_keys.extend(reading.foreign_key);
        self.checks.extend(reading.checks);
        let (start, end) = reading.span;
        self.spans.push(Span {
            start,
            end,
            column: self.table.columns.len(),
        });
        self.table.columns.push(reading.column);
    }

    fn inherit(&mut self, columns: Vec<Column>) {
        for column in columns {
            if self.seen.insert(column.name.to_lowercase()) {
                self.table.columns.push(column);
            }
        }
    }

    fn key(&mut self, key: Key<'l, 't>) {
        match key {
            Key::Primary(columns) => self.table.primary_key = columns,
            Key::Unique(columns) => self.uniques.extend(single(columns)),
            Key::Foreign(key) => self.table.foreign_keys.push(key),
            Key::Check(check) => self.checks.push(check),
            Key::Other => {}
        }
    }

    fn finish(mut self, reader: &mut Reader<'t>, statement: &Statement<'t>, group: &[Lexeme<'_>]) {
        if self.table.columns.is_empty() && !group.is_empty() {
            self.skipped.push(Skipped::perhaps(
                self.start,
                format!("the table {} has no column that could be read", self.table.name),
            ));
        }
        for check in &self.checks {
            samples_of_check(check, &mut self.table.columns, reader.dialect);
        }
        let sqlite = reader.dialect == Dialect::Sqlite;
        apply_keys(&mut self.table, &self.uniques, sqlite);
        take_comments(
            &mut self.table,
            &self.spans,
            &statement.comments,
            self.open,
            reader.text,
        );
        let (name, start) = (self.table.name.clone(), self.start);
        reader.note_skipped(statement, self.skipped);
        if reader.catalog.add(self.table) {
            reader.note(
                start,
                format!("the table {name} is declared twice; the last declaration was kept"),
            );
        }
    }
}

/// Marks the columns of keys. SQLite allows NULL in a primary key that is not `INTEGER`, so nothing is said of it there.
fn apply_keys(table: &mut Table, uniques: &[String], keeps_nullable: bool) {
    let is_whole_key = table.primary_key.len() == 1;
    for column in &mut table.columns {
        let is_named = |name: &String| name.eq_ignore_ascii_case(&column.name);
        if table.primary_key.iter().any(is_named) {
            column.nullable &= keeps_nullable;
            column.unique |= is_whole_key;
        }
        if !column.unique && uniques.iter().any(|name| name.eq_ignore_ascii_case(&column.name)) {
            column.unique = true;
        }
    }
}

/// A comment behind a column, on its line, is its comment; one behind the opening parenthesis is the table's.
fn take_comments(table: &mut Table, spans: &[Span], comments: &[Comment<'_>], open: usize, text: &str) {
    for comment in comments
        .iter()
        .filter(|comment| !comment.text.is_empty() && comment.start > open)
    {
        let is_behind = |end: usize| !text[end.min(comment.start)..comment.start].contains('\n');
        let words = || Some(comment.text.split_whitespace().collect::<Vec<_>>().join(" "));
        let before = spans.partition_point(|span| span.start <= comment.start);
        match before.checked_sub(1).map(|at| &spans[at]) {
            Some(span) if is_behind(span.end) => {
                let column = &mut table.columns[span.column];
                column.comment = column.comment.take().or_else(words);
            }
            None if is_behind(open) => table.comment = table.comment.take().or_else(words),
            _ => {}
        }
    }
}

fn table_options<'t>(body: &mut TableBody<'_, 't>, cursor: &mut Cursor<'_, 't>, reader: &Reader<'t>) {
    while let Some(lexeme) = cursor.next() {
        if lexeme.is_word("comment") {
            cursor.take_symbol('=');
            if let Some(comment) = cursor.take_text() {
                body.table.comment = Some(comment).filter(|comment| !comment.is_empty());
            }
        } else if lexeme.is_word("inherits")
            && let Some((group, _)) = cursor.take_group()
        {
            for parent in split_at_commas(group) {
                let Some(name) = Cursor::new(parent).take_name(reader.dialect) else {
                    continue;
                };
                let parent = reader.catalog.table(name.namespace.as_deref(), &name.last);
                body.inherit(parent.map(|table| table.columns.clone()).unwrap_or_default());
            }
        }
    }
}

/// A key or constraint of a table.
pub(super) enum Key<'l, 't> {
    Primary(Vec<String>),
    Unique(Vec<String>),
    Foreign(ForeignKey),
    Check(&'l [Lexeme<'t>]),
    /// An index or the like, which says nothing about the data.
    Other,
}

/// Reads a key; `None` when the item is a column.
pub(super) fn read_key<'l, 't>(item: &'l [Lexeme<'t>], dialect: Dialect) -> Option<Key<'l, 't>> {
    let mut cursor = Cursor::new(item);
    if cursor.take_word("constraint") {
        let begins_key = |lexeme: &Lexeme<'_>| lexeme.is_any_word(&["primary", "unique", "foreign", "check"]);
        if !cursor.peek().is_some_and(begins_key) {
            cursor.take_name(dialect);
        }
    }
    let is_named = cursor.rest().len() < item.len();
    if cursor.take_words(&["primary", "key"]) {
        return Some(Key::Primary(key_columns(&mut cursor, dialect)?));
    }
    if cursor.take_words(&["foreign", "key"]) {
        let columns = key_columns(&mut cursor, dialect)?;
        if !cursor.take_word("references") {
            return Some(Key::Other);
        }
        let key = reference(&mut cursor, dialect);
        return Some(key.map_or(Key::Other, |(table, references)| {
            Key::Foreign(ForeignKey {
                columns,
                table,
                references,
            })
        }));
    }
    if cursor.is_at_word("check") && cursor.peek_at(1).is_some_and(|next| next.is_symbol('(')) {
        cursor.next();
        return cursor.take_group().map(|(group, _)| Key::Check(group));
    }
    let is_unique = cursor.take_word("unique");
    let is_index = cursor.take_word("fulltext") | cursor.take_word("spatial");
    let says_key = cursor.take_word("key") || cursor.take_word("index");
    if is_unique || is_index || says_key {
        let columns = key_columns(&mut cursor, dialect);
        return match columns {
            Some(columns) if is_unique => Some(Key::Unique(columns)),
            Some(_) => Some(Key::Other),
            None => (is_unique && is_named).then_some(Key::Other),
        };
    }
    let is_other = cursor.take_word("exclude") || cursor.take_words(&["period", "for"]);
    (is_named
        || (is_other
            && cursor
                .peek()
                .is_some_and(|next| next.is_symbol('(') || next.is_word("using"))))
    .then_some(Key::Other)
}

/// The columns of a key, past a name and `USING BTREE`. `None` when no list follows, or when what follows is a type's
/// length, as in a column named `key`.
fn key_columns(cursor: &mut Cursor<'_, '_>, dialect: Dialect) -> Option<Vec<String>> {
    for _ in 0..6 {
        if let Some((group, _)) = cursor.take_group() {
            let is_length = group.first().is_some_and(|lexeme| lexeme.kind == Kind::Number);
            return if is_length {
                None
            } else {
                Some(column_list(group, dialect).unwrap_or_default())
            };
        }
        cursor.next().filter(|lexeme| lexeme.is_name())?;
    }
    None
}

/// What REFERENCES names: a table and perhaps columns.
pub(super) fn reference(cursor: &mut Cursor<'_, '_>, dialect: Dialect) -> Option<(String, Vec<String>)> {
    let table = cursor.take_name(dialect)?;
    let columns = cursor
        .take_group()
        .and_then(|(group, _)| column_list(group, dialect));
    Some((table.last, columns.unwrap_or_default()))
}

/// The only one of several.
pub(super) fn single(columns: Vec<String>) -> Option<String> {
    <[String; 1]>::try_from(columns).ok().map(|[column]| column)
}

fn like_table(reader: &mut Reader<'_>, name: Name, cursor: &mut Cursor<'_, '_>) {
    let other = cursor.take_name(reader.dialect);
    let table = other
        .as_ref()
        .and_then(|other| reader.catalog.table(other.namespace.as_deref(), &other.last))
        .cloned();
    match table {
        Some(table) => {
            let copy = Table {
                name: name.last,
                namespace: name.namespace,
                foreign_keys: Vec::new(),
                ..table
            };
            reader.catalog.add(copy);
        }
        None => reader.note(
            name.start,
            format!("the table {} is like one that is not declared", name.last),
        ),
    }
}

/// SQLite's `USING fts5(title, body, tokenize = '…')`: its plain words are the columns.
fn virtual_table(reader: &mut Reader<'_>, name: Name, mut cursor: Cursor<'_, '_>) {
    cursor.take_word("using");
    cursor.next();
    let group = cursor.take_group().map(|(group, _)| group).unwrap_or_default();
    let column_of = |item: &[Lexeme<'_>]| {
        let is_setting = item.iter().any(|lexeme| lexeme.is_symbol('='));
        let name = Cursor::new(item)
            .take_simple_name(reader.dialect)
            .filter(|_| !is_setting)?;
        Some(Column::new(name, "", ColumnKind::Text))
    };
    let columns = split_at_commas(group).into_iter().filter_map(column_of).collect();
    reader.catalog.add(Table {
        name: name.last,
        namespace: name.namespace,
        columns,
        ..Table::default()
    });
}
