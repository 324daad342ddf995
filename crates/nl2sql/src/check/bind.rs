//! Binds the names of a query to the tables and columns that they mean.
//!
//! Without a schema, base tables have unknown columns, but what the query itself defines is still checked.

mod expr;
mod from;
mod join;
mod scope;
mod select;
mod width;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use sqlparser::ast::{Cte, Expr, Ident, LimitClause, OrderBy, OrderByKind, Query, SetExpr, TableAlias};

use super::error::CheckError;
use crate::{Dialect, Schema};
use scope::{NamedQuery, Scope, Source, same_name};

/// A column of a table of the schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ColumnRef {
    /// The table, spelled as in the schema.
    pub table: String,
    /// The column, spelled as in the schema.
    pub column: String,
}

/// A column that a query gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutputColumn {
    /// `None` when the database makes a name up.
    pub name: Option<String>,
    /// The column that it passes on unchanged.
    pub origin: Option<ColumnRef>,
}

/// The columns that a query or a source gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Columns {
    pub list: Vec<OutputColumn>,
    /// Whether there may be more that are not known.
    pub open: bool,
}

/// What a query reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reading {
    pub tables: Vec<String>,
    pub columns: Vec<ColumnRef>,
    /// Names that MySQL wants in another case: by the column of their first character, from 1, what to write.
    pub respelled: BTreeMap<u64, String>,
}

/// Binds every name of the query.
///
/// # Errors
/// The first name that means nothing, or more than one thing.
pub(super) fn bind(query: &Query, dialect: Dialect, schema: Option<&Schema>) -> Result<Reading, CheckError> {
    let mut binder = Binder::new(dialect, schema);
    binder.query(query, &Scope::EMPTY)?;
    Ok(binder.reading)
}

/// The columns that a query gives; `None` when they cannot be told.
pub(crate) fn output_columns(query: &Query, dialect: Dialect, schema: &Schema) -> Option<Vec<OutputColumn>> {
    let columns = Binder::new(dialect, Some(schema))
        .query(query, &Scope::EMPTY)
        .ok()?;
    (!columns.open).then_some(columns.list)
}

/// Walks a query from the outside in.
pub(super) struct Binder<'s> {
    dialect: Dialect,
    schema: Option<&'s Schema>,
    reading: Reading,
    seen_columns: BTreeSet<ColumnRef>,
}

impl<'s> Binder<'s> {
    fn new(dialect: Dialect, schema: Option<&'s Schema>) -> Binder<'s> {
        Binder {
            dialect,
            schema,
            reading: Reading::default(),
            seen_columns: BTreeSet::new(),
        }
    }

    fn note_table(&mut self, name: &str) {
        if !self.reading.tables.iter().any(|known| known == name) {
            self.reading.tables.push(name.to_owned());
        }
    }

    /// MySQL on Linux tells names of tables and aliases apart by their case, which its writers forget; elsewhere it does
    /// not mind. So each is written as it is defined.
    fn note_spelling(&mut self, ident: &Ident, defined: &str) {
        let is_other = ident.value != defined && same_name(&ident.value, defined);
        if self.dialect == Dialect::MySql && is_other && ident.span.start.column > 0 {
            self.reading
                .respelled
                .insert(ident.span.start.column, defined.to_owned());
        }
    }

    fn note_column(&mut self, column: &ColumnRef) {
        if self.seen_columns.insert(column.clone()) {
            self.reading.columns.push(column.clone());
        }
    }

    /// Binds a query; `outer` is what it can see around it.
    fn query(&mut self, query: &Query, outer: &Scope<'_>) -> Result<Columns, CheckError> {
        // Frames of one level of nesting, with some room; the parser bounds the number of levels.
        stacker::maybe_grow(256 * 1024, 1024 * 1024, || {
            let mut named = self.announced(query, outer);
            for at in 0..query.with.as_ref().map_or(0, |with| with.cte_tables.len()) {
                self.named_query(query, at, &mut named, outer)?;
            }
            let scope = Scope {
                named: &named,
                ..outer.layer()
            };
            let columns = self.body(&query.body, query.order_by.as_ref(), &scope)?;
            self.limits(query, &scope)?;
            Ok(columns)
        })
    }

    /// Where any order is allowed (`WITH RECURSIVE`, and SQLite), every name of a WITH is known from the start.
    fn announced(&self, query: &Query, outer: &Scope<'_>) -> Vec<NamedQuery> {
        let Some(with) = &query.with else {
            return Vec::new();
        };
        if !with.recursive && self.dialect != Dialect::Sqlite {
            return Vec::new();
        }
        let unknown = Rc::new(Columns {
            list: Vec::new(),
            open: true,
        });
        with.cte_tables
            .iter()
            .filter(|cte| with.recursive || outer.named_query(&cte.alias.name.value).is_none())
            .map(|cte| NamedQuery {
                name: cte.alias.name.value.clone(),
                columns: Rc::clone(&unknown),
            })
            .collect()
    }

    fn named_query(
        &mut self,
        query: &Query,
        at: usize,
        named: &mut Vec<NamedQuery>,
        outer: &Scope<'_>,
    ) -> Result<(), CheckError> {
        let Some(Cte {
            alias, query: body, ..
        }) = query.with.as_ref().and_then(|with| with.cte_tables.get(at))
        else {
            return Ok(());
        };
        let is_announced = named
            .iter()
            .any(|known| same_name(&known.name, &alias.name.value));
        // A recursive query sees itself with the columns of its first part.
        if let (true, SetExpr::SetOperation { left, .. }) = (is_announced, body.body.as_ref()) {
            let scope = Scope {
                named,
                ..outer.layer()
            };
            let first = self.with_own_names(body, left, alias, &scope)?;
            set_named(named, &alias.name.value, first);
        }
        let scope = Scope {
            named,
            ..outer.layer()
        };
        let columns = self.query(body, &scope)?;
        let columns = self.renamed(columns, alias)?;
        set_named(named, &alias.name.value, columns);
        Ok(())
    }

    /// The columns of the first part of a recursive query.
    fn with_own_names(
        &mut self,
        query: &Query,
        first: &SetExpr,
        alias: &TableAlias,
        scope: &Scope<'_>,
    ) -> Result<Columns, CheckError> {
        if query.with.is_some() {
            return Ok(Columns {
                list: Vec::new(),
                open: true,
            });
        }
        let columns = self.body(first, None, scope)?;
        self.renamed(columns, alias)
    }

    /// Columns under the names of an alias like `t(a, b)`.
    fn renamed(&self, mut columns: Columns, alias: &TableAlias) -> Result<Columns, CheckError> {
        let names: Vec<&Ident> = alias.columns.iter().map(|column| &column.name).collect();
        if names.is_empty() {
            return Ok(columns);
        }
        // PostgreSQL lets later columns keep their names.
        let fits = names.len() == columns.list.len()
            || (self.dialect == Dialect::PostgreSql && names.len() < columns.list.len());
        if !columns.open && !fits {
            return Err(CheckError::ColumnCount {
                what: format!("the list of names after {}", alias.name.value),
                found: names.len(),
                expected: columns.list.len(),
            });
        }
        if columns.open {
            let list = names.iter().map(|name| OutputColumn {
                name: Some(name.value.clone()),
                origin: None,
            });
            let open = self.dialect == Dialect::PostgreSql;
            return Ok(Columns {
                list: list.collect(),
                open,
            });
        }
        for (column, name) in columns.list.iter_mut().zip(names) {
            column.name = Some(name.value.clone());
        }
        Ok(columns)
    }

    /// Binds what stands between WITH and LIMIT; `order_by` belongs to it.
    fn body(
        &mut self,
        body: &SetExpr,
        order_by: Option<&OrderBy>,
        scope: &Scope<'_>,
    ) -> Result<Columns, CheckError> {
        match body {
            SetExpr::Select(select) => self.select(select, order_by, scope),
            SetExpr::Query(query) if query.order_by.is_none() && query.with.is_none() => {
                let columns = self.body(&query.body, order_by, scope)?;
                self.limits(query, scope)?;
                Ok(columns)
            }
            SetExpr::Query(query) => {
                let columns = self.query(query, scope)?;
                self.order_of_output(order_by, &[&columns], scope)?;
                Ok(columns)
            }
            SetExpr::SetOperation { left, right, .. } => {
                let columns = self.body(left, None, scope)?;
                let others = self.body(right, None, scope)?;
                if !columns.open && !others.open && columns.list.len() != others.list.len() {
                    return Err(CheckError::ColumnCount {
                        what: "the right side of UNION, EXCEPT or INTERSECT".into(),
                        found: others.list.len(),
                        expected: columns.list.len(),
                    });
                }
                // SQLite also looks among the names of later parts.
                let sides = if self.dialect == Dialect::Sqlite {
                    vec![&columns, &others]
                } else {
                    vec![&columns]
                };
                self.order_of_output(order_by, &sides, scope)?;
                Ok(columns)
            }
            SetExpr::Values(values) => {
                for expr in values.rows.iter().flat_map(|row| row.content.iter()) {
                    self.expr(expr, scope)?;
                }
                let width = values.rows.first().map_or(0, |row| row.content.len());
                let columns = Columns {
                    list: (0..width).map(|at| self.values_column(at)).collect(),
                    open: false,
                };
                self.order_of_output(order_by, &[&columns], scope)?;
                Ok(columns)
            }
            SetExpr::Table(table) => {
                let name = table.table_name.as_ref();
                let source = self.table_source(table.schema_name.as_deref_name(), name, None, scope)?;
                let columns = source.columns();
                self.order_of_output(order_by, &[&columns], scope)?;
                Ok(columns)
            }
            // The guard refuses them before.
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => Ok(Columns {
                list: Vec::new(),
                open: true,
            }),
        }
    }

    /// The name that the database gives to a column of VALUES.
    fn values_column(&self, at: usize) -> OutputColumn {
        let name = match self.dialect {
            Dialect::MySql => format!("column_{at}"),
            Dialect::PostgreSql | Dialect::Sqlite => format!("column{}", at + 1),
        };
        OutputColumn {
            name: Some(name),
            origin: None,
        }
    }

    /// ORDER BY of anything but a SELECT: over the columns that come out.
    fn order_of_output(
        &mut self,
        order_by: Option<&OrderBy>,
        outputs: &[&Columns],
        scope: &Scope<'_>,
    ) -> Result<(), CheckError> {
        let Some(OrderByKind::Expressions(exprs)) = order_by.map(|order_by| &order_by.kind) else {
            return Ok(());
        };
        let mut known = Columns {
            list: Vec::new(),
            open: outputs.iter().any(|columns| columns.open),
        };
        for column in outputs.iter().flat_map(|columns| &columns.list) {
            let name = column.name.as_deref();
            if !known.list.iter().any(|other| other.name.as_deref() == name) {
                known.list.push(column.clone());
            }
        }
        let sources = [Source::derived("", known)];
        let scope = Scope {
            sources: &sources,
            ..scope.layer()
        };
        exprs.iter().try_for_each(|order| self.expr(&order.expr, &scope))
    }

    fn limits(&mut self, query: &Query, scope: &Scope<'_>) -> Result<(), CheckError> {
        let mut exprs: Vec<&Expr> = Vec::new();
        match &query.limit_clause {
            Some(LimitClause::LimitOffset { limit, offset, .. }) => {
                exprs.extend(limit);
                exprs.extend(offset.as_ref().map(|offset| &offset.value));
            }
            Some(LimitClause::OffsetCommaLimit { offset, limit }) => exprs.extend([offset, limit]),
            None => {}
        }
        exprs.extend(query.fetch.as_ref().and_then(|fetch| fetch.quantity.as_ref()));
        exprs.into_iter().try_for_each(|expr| self.expr(expr, scope))
    }
}

fn set_named(named: &mut Vec<NamedQuery>, name: &str, columns: Columns) {
    let columns = Rc::new(columns);
    match named.iter_mut().find(|known| same_name(&known.name, name)) {
        Some(known) => known.columns = columns,
        None => named.push(NamedQuery {
            name: name.to_owned(),
            columns,
        }),
    }
}

/// The text of an optional identifier.
trait AsName {
    fn as_deref_name(&self) -> Option<&str>;
}

impl AsName for Option<Ident> {
    fn as_deref_name(&self) -> Option<&str> {
        self.as_ref().map(|ident| ident.value.as_str())
    }
}
