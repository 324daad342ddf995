//! The tables read so far, found by name in constant time.

use std::collections::HashMap;

use super::cursor::Name;
use super::view::PendingView;
use crate::schema::{Column, ColumnKind, Schema, Table};

/// What a `CREATE TYPE` or `CREATE DOMAIN` says.
#[derive(Debug, Clone, Default)]
pub(super) struct NamedType {
    /// Of a domain.
    pub base: Option<String>,
    pub values: Vec<String>,
}

/// Tables, types and the views that wait for their tables.
#[derive(Debug, Default)]
pub(super) struct Catalog<'t> {
    /// `None` where one was dropped or replaced.
    tables: Vec<Option<Table>>,
    /// Places by name in lower case.
    places: HashMap<String, Vec<usize>>,
    pub types: HashMap<String, NamedType>,
    pub pending: Vec<PendingView<'t>>,
}

impl Catalog<'_> {
    pub fn new() -> Self {
        Catalog::default()
    }

    fn place(&self, namespace: Option<&str>, name: &str) -> Option<usize> {
        let places = self.places.get(&name.to_lowercase())?;
        let fits = |at: &&usize| match (&self.tables[**at], namespace) {
            (Some(table), Some(wanted)) => table
                .namespace
                .as_deref()
                .is_none_or(|given| given.eq_ignore_ascii_case(wanted)),
            (Some(_), None) => true,
            (None, _) => false,
        };
        places.iter().rev().find(fits).copied()
    }

    pub fn table_mut(&mut self, name: &Name) -> Option<&mut Table> {
        let at = self.place(name.namespace.as_deref(), &name.last)?;
        self.tables[at].as_mut()
    }

    pub fn table(&self, namespace: Option<&str>, name: &str) -> Option<&Table> {
        self.tables[self.place(namespace, name)?].as_ref()
    }

    /// Adds a table; tells whether it took the place of one with the same name and namespace.
    pub fn add(&mut self, table: Table) -> bool {
        let old = self
            .places
            .get(&table.name.to_lowercase())
            .and_then(|places| places.iter().copied().find(|at| self.is_same(*at, &table)));
        if let Some(at) = old {
            self.tables[at] = Some(table);
            return true;
        }
        self.places
            .entry(table.name.to_lowercase())
            .or_default()
            .push(self.tables.len());
        self.tables.push(Some(table));
        false
    }

    fn is_same(&self, at: usize, table: &Table) -> bool {
        let namespace = |table: &Table| table.namespace.as_deref().map(str::to_lowercase);
        self.tables[at]
            .as_ref()
            .is_some_and(|known| namespace(known) == namespace(table))
    }

    pub fn remove(&mut self, name: &Name) {
        if let Some(at) = self.place(name.namespace.as_deref(), &name.last) {
            self.tables[at] = None;
        }
    }

    /// Gives a table another name.
    pub fn rename(&mut self, name: &Name, new: String) {
        let Some(at) = self.place(name.namespace.as_deref(), &name.last) else {
            return;
        };
        if let Some(mut table) = self.tables[at].take() {
            table.name = new;
            self.add(table);
        }
    }

    /// The tables as a schema, for binding views.
    pub fn schema(&self) -> Schema {
        Schema {
            tables: self.tables.iter().flatten().cloned().collect(),
        }
    }

    /// The tables, with what named types say about their columns.
    pub fn into_schema(self) -> Schema {
        let mut schema = Schema {
            tables: self.tables.into_iter().flatten().collect(),
        };
        for column in schema.tables.iter_mut().flat_map(|table| &mut table.columns) {
            let bare = column
                .type_name
                .rsplit('.')
                .next()
                .unwrap_or_default()
                .trim_matches('"')
                .to_lowercase();
            if let Some(named) = self.types.get(&bare) {
                settle_type(column, named);
            }
        }
        schema
    }
}

fn settle_type(column: &mut Column, named: &NamedType) {
    column.kind = match &named.base {
        Some(base) => ColumnKind::from_type_name(base),
        None => ColumnKind::Text,
    };
    column.add_samples(&named.values);
}
