//! Binds a FROM: its tables, queries, functions and joins.

use std::collections::HashSet;
use std::rc::Rc;

use sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, Ident, JoinConstraint, ObjectName, TableAlias, TableFactor,
    TableWithJoins,
};

use super::super::system_tables;
use super::join::{constraint, natural};
use super::scope::{Scope, Shape, Source, same_name};
use super::{Binder, CheckError, Columns, OutputColumn};
use crate::names::nearest;
use crate::{Dialect, Table};

/// Namespaces of the databases themselves; what is in them is no table of the schema unless the schema says so.
const SYSTEM_NAMESPACES: [&str; 5] = [
    "information_schema",
    "pg_catalog",
    "mysql",
    "performance_schema",
    "sys",
];

impl<'s> Binder<'s> {
    /// The sources of a FROM, in order.
    pub(super) fn from<'p>(
        &mut self,
        from: &[TableWithJoins],
        outer: &Scope<'p>,
    ) -> Result<Vec<Source<'s>>, CheckError> {
        let mut sources = Vec::new();
        let mut conditions: Vec<(usize, usize, &Expr)> = Vec::new();
        for item in from {
            let first = sources.len();
            self.item(item, first, &mut sources, &mut conditions, outer)?;
        }
        if self.dialect != Dialect::Sqlite {
            one_name_each(&sources)?;
        }
        for (first, end, condition) in conditions {
            // SQLite lets a condition see the whole FROM, the others only what is joined so far.
            let visible = if self.dialect == Dialect::Sqlite {
                &sources[..]
            } else {
                &sources[first..end]
            };
            let bound = self.expr(
                condition,
                &Scope {
                    sources: visible,
                    ..outer.layer()
                },
            );
            if let Err(CheckError::UnknownQualifier { name, .. }) = &bound
                && sources.iter().any(|source| same_name(&source.qualifier, name))
            {
                return Err(CheckError::NotInReach { name: name.clone() });
            }
            bound?;
        }
        Ok(sources)
    }

    fn item<'e>(
        &mut self,
        item: &'e TableWithJoins,
        first: usize,
        sources: &mut Vec<Source<'s>>,
        conditions: &mut Vec<(usize, usize, &'e Expr)>,
        outer: &Scope<'_>,
    ) -> Result<(), CheckError> {
        self.factor(&item.relation, first, sources, conditions, outer)?;
        for join in &item.joins {
            let right = sources.len();
            self.factor(&join.relation, first, sources, conditions, outer)?;
            match constraint(join) {
                Some(JoinConstraint::On(condition)) => conditions.push((first, sources.len(), condition)),
                Some(JoinConstraint::Using(names) | JoinConstraint::UsingAlias(names, _)) => {
                    let names: Vec<&str> = names.iter().filter_map(last_name).collect();
                    self.using(&names, first, right, sources)?;
                }
                Some(JoinConstraint::Natural) => natural(first, right, sources),
                Some(JoinConstraint::None) | None => {}
            }
        }
        Ok(())
    }

    fn factor<'e>(
        &mut self,
        factor: &'e TableFactor,
        first: usize,
        sources: &mut Vec<Source<'s>>,
        conditions: &mut Vec<(usize, usize, &'e Expr)>,
        outer: &Scope<'_>,
    ) -> Result<(), CheckError> {
        let source = match factor {
            TableFactor::Table {
                name,
                alias,
                args: None,
                ..
            } => self.table(name, alias.as_ref(), outer)?,
            TableFactor::Table {
                name,
                alias,
                args: Some(args),
                ..
            } => self.function(Some(name), &args.args, alias.as_ref(), sources, outer)?,
            TableFactor::Function {
                name, alias, args, ..
            } => self.function(Some(name), args, alias.as_ref(), sources, outer)?,
            TableFactor::Derived {
                lateral,
                subquery,
                alias,
                ..
            } => {
                let seen = Scope {
                    sources: if *lateral { sources } else { &[] },
                    ..outer.layer()
                };
                let columns = self.query(subquery, &seen)?;
                self.derived(columns, alias.as_ref())?
            }
            TableFactor::NestedJoin {
                table_with_joins,
                alias: None,
            } => {
                // MySQL's `a JOIN b JOIN c ON …` comes as `a JOIN (b JOIN c ON …)`, but the condition sees `a`.
                let first = if self.dialect == Dialect::MySql {
                    first
                } else {
                    sources.len()
                };
                return self.item(table_with_joins, first, sources, conditions, outer);
            }
            TableFactor::NestedJoin {
                table_with_joins,
                alias: Some(alias),
            } => {
                let inner = self.from(std::slice::from_ref(table_with_joins), outer)?;
                let mut columns = Columns::default();
                for source in &inner {
                    extend_own(&mut columns, source);
                }
                self.derived(columns, Some(alias))?
            }
            TableFactor::UNNEST {
                alias, array_exprs, ..
            } => {
                let seen = Scope {
                    sources,
                    ..outer.layer()
                };
                array_exprs.iter().try_for_each(|expr| self.expr(expr, &seen))?;
                self.function(None, &[], alias.as_ref(), sources, outer)?
            }
            TableFactor::JsonTable {
                json_expr: expr,
                alias,
                ..
            }
            | TableFactor::XmlTable {
                row_expression: expr,
                alias,
                ..
            }
            | TableFactor::TableFunction { expr, alias } => {
                self.expr(
                    expr,
                    &Scope {
                        sources,
                        ..outer.layer()
                    },
                )?;
                open_source(alias.as_ref())
            }
            // The guard refuses them before.
            _ => open_source(None),
        };
        sources.push(source);
        Ok(())
    }

    /// A function in a FROM: it sees the sources before it, and its columns are known only when the alias lists them.
    fn function(
        &mut self,
        name: Option<&ObjectName>,
        args: &[FunctionArg],
        alias: Option<&TableAlias>,
        sources: &[Source<'s>],
        outer: &Scope<'_>,
    ) -> Result<Source<'s>, CheckError> {
        let seen = Scope {
            sources,
            ..outer.layer()
        };
        for arg in args {
            let (FunctionArg::Named { arg, .. }
            | FunctionArg::ExprNamed { arg, .. }
            | FunctionArg::Unnamed(arg)) = arg;
            if let FunctionArgExpr::Expr(expr) = arg {
                self.expr(expr, &seen)?;
            }
        }
        let qualifier = alias
            .map(|alias| alias.name.value.as_str())
            .or(name.and_then(last_name))
            .unwrap_or_default();
        let list: Vec<OutputColumn> = alias
            .iter()
            .flat_map(|alias| &alias.columns)
            .map(|column| OutputColumn {
                name: Some(column.name.value.clone()),
                origin: None,
            })
            .collect();
        let open = list.is_empty();
        Ok(Source::derived(qualifier, Columns { list, open }))
    }

    fn derived(&self, columns: Columns, alias: Option<&TableAlias>) -> Result<Source<'s>, CheckError> {
        match alias {
            Some(alias) => Ok(Source::derived(&alias.name.value, self.renamed(columns, alias)?)),
            None => Ok(Source::derived("", columns)),
        }
    }

    pub(super) fn table(
        &mut self,
        name: &ObjectName,
        alias: Option<&TableAlias>,
        scope: &Scope<'_>,
    ) -> Result<Source<'s>, CheckError> {
        let mut parts = name.0.iter().rev().filter_map(|part| part.as_ident());
        let last = parts.next();
        let namespace = parts.next().map(|ident: &Ident| ident.value.as_str());
        let mut source = self.table_source(namespace, last, alias, scope)?;
        if let Some(alias) = alias.filter(|alias| !alias.columns.is_empty()) {
            source.shape = Shape::Derived(Rc::new(self.renamed(source.columns(), alias)?));
        }
        Ok(source)
    }

    /// The source that a table name means: a query of a WITH, or a table of the schema.
    pub(super) fn table_source(
        &mut self,
        namespace: Option<&str>,
        ident: Option<&Ident>,
        alias: Option<&TableAlias>,
        scope: &Scope<'_>,
    ) -> Result<Source<'s>, CheckError> {
        let name = ident.map_or("", |ident| ident.value.as_str());
        if let Some(query) = scope.named_query(name).filter(|_| namespace.is_none()) {
            ident
                .iter()
                .for_each(|ident| self.note_spelling(ident, &query.name));
            let qualifier = alias.map_or(query.name.as_str(), |alias| alias.name.value.as_str());
            return Ok(Source::new(qualifier, Shape::Derived(Rc::clone(&query.columns))));
        }
        if self.dialect == Dialect::MySql && namespace.is_none() && same_name(name, "dual") {
            return Ok(Source::derived("", Columns::default()));
        }
        let shape = match self.schema_table(namespace, name, scope)? {
            Some(table) => Shape::Table(table),
            None => Shape::Unknown(Some(name.to_owned())),
        };
        let spelled = if let Shape::Table(table) = &shape {
            table.name.as_str()
        } else {
            name
        };
        self.note_table(spelled);
        ident.iter().for_each(|ident| self.note_spelling(ident, spelled));
        let qualifier = match alias {
            Some(alias) => alias.name.value.as_str(),
            None if self.dialect == Dialect::MySql => spelled,
            None => name,
        };
        let namespace = namespace.filter(|_| alias.is_none()).map(str::to_owned);
        Ok(Source {
            namespace,
            ..Source::new(qualifier, shape)
        })
    }

    /// `None` when there is no schema to look in.
    fn schema_table(
        &self,
        namespace: Option<&str>,
        name: &str,
        scope: &Scope<'_>,
    ) -> Result<Option<&'s Table>, CheckError> {
        let Some(schema) = self.schema else {
            return match system_tables::why_denied(namespace, name) {
                Some(why) => Err(CheckError::Forbidden {
                    what: format!("the table {name}"),
                    why: why.into(),
                }),
                None => Ok(None),
            };
        };
        let fits = |table: &&Table| match (namespace, &table.namespace) {
            (Some(wanted), Some(given)) => same_name(wanted, given),
            (Some(wanted), None) => !SYSTEM_NAMESPACES.iter().any(|system| same_name(system, wanted)),
            (None, _) => true,
        };
        let exact = schema.tables.iter().filter(fits).find(|table| table.name == name);
        let found = exact.or_else(|| {
            schema
                .tables
                .iter()
                .filter(fits)
                .find(|table| same_name(&table.name, name))
        });
        if found.is_some() {
            return Ok(found);
        }
        let named = scope
            .layers()
            .flat_map(|scope| scope.named)
            .map(|query| query.name.as_str());
        let candidates = named.chain(schema.tables.iter().map(|table| table.name.as_str()));
        let name_as_written = namespace.map_or(name.to_owned(), |namespace| format!("{namespace}.{name}"));
        Err(CheckError::UnknownTable {
            name: name_as_written,
            nearest: nearest(name, candidates, 3),
        })
    }
}

/// MySQL and PostgreSQL refuse two sources with one name; SQLite only what is then ambiguous.
fn one_name_each(sources: &[Source<'_>]) -> Result<(), CheckError> {
    let mut seen: HashSet<(Option<String>, String)> = HashSet::new();
    for source in sources.iter().filter(|source| !source.qualifier.is_empty()) {
        let namespace = source
            .namespace
            .as_ref()
            .map(|namespace| namespace.to_lowercase());
        if !seen.insert((namespace, source.qualifier.to_lowercase())) {
            return Err(CheckError::SameName {
                name: source.qualifier.clone(),
            });
        }
    }
    Ok(())
}

/// Adds the columns of a source that were not joined into an earlier one.
pub(super) fn extend_own(columns: &mut Columns, source: &Source<'_>) {
    let own = source.columns();
    columns.open |= own.open;
    let is_joined = |column: &OutputColumn| source.joined.iter().any(|joined| column.is_named(joined));
    columns
        .list
        .extend(own.list.into_iter().filter(|column| !is_joined(column)));
}

fn open_source<'s>(alias: Option<&TableAlias>) -> Source<'s> {
    let qualifier = alias.map_or("", |alias| alias.name.value.as_str());
    Source::derived(
        qualifier,
        Columns {
            list: Vec::new(),
            open: true,
        },
    )
}

pub(super) fn last_name(name: &ObjectName) -> Option<&str> {
    name.0
        .last()
        .and_then(|part| part.as_ident())
        .map(|ident| ident.value.as_str())
}
