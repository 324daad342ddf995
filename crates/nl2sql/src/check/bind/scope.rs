//! What a name can see: the sources of a FROM, the names of a WITH, and what lies around them.

use std::rc::Rc;

use super::{ColumnRef, Columns, OutputColumn};
use crate::Table;

/// One thing in a FROM.
#[derive(Debug, Clone)]
pub(super) struct Source<'s> {
    /// The alias, or the table's own name.
    pub qualifier: String,
    /// Before the qualifier, when the table is not renamed: `public` in `public.users`.
    pub namespace: Option<String>,
    pub shape: Shape<'s>,
    /// Columns that USING or NATURAL joined into those of an earlier source.
    pub joined: Vec<String>,
}

/// What is known of a source's columns.
#[derive(Debug, Clone)]
pub(super) enum Shape<'s> {
    /// A table of the schema.
    Table(&'s Table),
    /// What a query gives.
    Derived(Rc<Columns>),
    /// A base table without a schema, by its name.
    Unknown(Option<String>),
}

/// A query that a WITH names.
#[derive(Debug, Clone)]
pub(super) struct NamedQuery {
    pub name: String,
    pub columns: Rc<Columns>,
}

/// One layer of what is visible.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scope<'p> {
    pub parent: Option<&'p Scope<'p>>,
    pub sources: &'p [Source<'p>],
    pub named: &'p [NamedQuery],
    /// The select list, in clauses that can refer to it.
    pub aliases: &'p [OutputColumn],
    /// Whether the select list is looked at before the sources.
    pub aliases_first: bool,
}

/// What a name means in one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hit {
    /// A column, with the column of the schema behind it.
    Column(Option<ColumnRef>),
    /// Not known, because not all of the source's columns are.
    Perhaps(Option<ColumnRef>),
    None,
}

impl<'p> Scope<'p> {
    pub(super) const EMPTY: Scope<'static> = Scope {
        parent: None,
        sources: &[],
        named: &[],
        aliases: &[],
        aliases_first: false,
    };

    /// A new layer on top of this one.
    pub(super) fn layer<'q>(&'q self) -> Scope<'q>
    where
        'p: 'q,
    {
        Scope {
            parent: Some(self),
            ..Scope::default()
        }
    }

    /// The layers from the inside out.
    pub(super) fn layers(&self) -> impl Iterator<Item = &Scope<'p>> {
        std::iter::successors(Some(self), |scope| scope.parent)
    }

    /// The query of a WITH by that name.
    pub(super) fn named_query(&self, name: &str) -> Option<&NamedQuery> {
        self.layers().find_map(|scope| {
            scope
                .named
                .iter()
                .rev()
                .find(|query| same_name(&query.name, name))
        })
    }

    /// The source that a qualifier names.
    pub(super) fn source(&self, namespace: Option<&str>, qualifier: &str) -> Option<&Source<'p>> {
        self.layers().find_map(|scope| {
            scope.sources.iter().find(|source| {
                let fits = match (namespace, &source.namespace) {
                    (Some(wanted), Some(given)) => same_name(wanted, given),
                    _ => true,
                };
                same_name(&source.qualifier, qualifier) && fits
            })
        })
    }

    /// The entry of the select list by that name.
    pub(super) fn alias(&self, name: &str) -> Option<&OutputColumn> {
        self.aliases.iter().find(|column| column.is_named(name))
    }
}

impl<'s> Source<'s> {
    pub(super) fn derived(qualifier: &str, columns: Columns) -> Source<'s> {
        Source::new(qualifier, Shape::Derived(Rc::new(columns)))
    }

    pub(super) fn new(qualifier: &str, shape: Shape<'s>) -> Source<'s> {
        Source {
            qualifier: qualifier.to_owned(),
            namespace: None,
            shape,
            joined: Vec::new(),
        }
    }

    /// What a column name means here.
    pub(super) fn column(&self, name: &str) -> Hit {
        match &self.shape {
            Shape::Table(table) => match table.columns.iter().find(|column| same_name(&column.name, name)) {
                Some(column) => Hit::Column(Some(column_of(table, &column.name))),
                None if table.columns.is_empty() => Hit::Perhaps(Some(column_of(table, name))),
                None => Hit::None,
            },
            Shape::Derived(columns) => match columns.list.iter().find(|column| column.is_named(name)) {
                Some(column) => Hit::Column(column.origin.clone()),
                None if columns.open => Hit::Perhaps(None),
                None => Hit::None,
            },
            Shape::Unknown(table) => Hit::Perhaps(table.as_ref().map(|table| ColumnRef {
                table: table.clone(),
                column: name.to_owned(),
            })),
        }
    }

    /// What an unqualified name means here: nothing where it was joined into an earlier source.
    pub(super) fn own_column(&self, name: &str) -> Hit {
        if self.joined.iter().any(|joined| same_name(joined, name)) {
            Hit::None
        } else {
            self.column(name)
        }
    }

    /// All columns, under their names here.
    pub(super) fn columns(&self) -> Columns {
        match &self.shape {
            Shape::Table(table) => Columns {
                list: table
                    .columns
                    .iter()
                    .map(|column| OutputColumn {
                        name: Some(column.name.clone()),
                        origin: Some(column_of(table, &column.name)),
                    })
                    .collect(),
                open: table.columns.is_empty(),
            },
            Shape::Derived(columns) => columns.as_ref().clone(),
            Shape::Unknown(_) => Columns {
                list: Vec::new(),
                open: true,
            },
        }
    }

    /// The names that a message may suggest.
    pub(super) fn column_names(&self) -> Vec<&str> {
        match &self.shape {
            Shape::Table(table) => table.columns.iter().map(|column| column.name.as_str()).collect(),
            Shape::Derived(columns) => columns
                .list
                .iter()
                .filter_map(|column| column.name.as_deref())
                .collect(),
            Shape::Unknown(_) => Vec::new(),
        }
    }

    /// Whether this is the table of that name, under whatever alias.
    pub(super) fn is_table(&self, name: &str) -> bool {
        match &self.shape {
            Shape::Table(table) => same_name(&table.name, name),
            Shape::Unknown(table) => table.as_deref().is_some_and(|table| same_name(table, name)),
            Shape::Derived(_) => false,
        }
    }

    /// Whether there is a row number or the like that no schema lists.
    pub(super) fn is_base_table(&self) -> bool {
        !matches!(self.shape, Shape::Derived(_))
    }
}

impl OutputColumn {
    /// Whether a name means this column. Made-up names such as `COUNT(*)` are compared without blanks.
    pub(super) fn is_named(&self, wanted: &str) -> bool {
        self.name.as_deref().is_some_and(|name| {
            same_name(name, wanted)
                || (wanted.contains('(') && same_name(&without_blanks(name), &without_blanks(wanted)))
        })
    }
}

fn without_blanks(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).collect()
}

fn column_of(table: &Table, column: &str) -> ColumnRef {
    ColumnRef {
        table: table.name.clone(),
        column: column.to_owned(),
    }
}

/// Whether two spellings are one name. Case is never told apart: MySQL and SQLite do not either, and a schema from DDL
/// does not tell how PostgreSQL folded a name.
pub(super) fn same_name(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || (!a.is_ascii() && !b.is_ascii() && a.to_lowercase() == b.to_lowercase())
}
