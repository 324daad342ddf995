//! Binds the names in an expression, and the queries in it.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::ptr;

use sqlparser::ast::{
    AccessExpr, BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident,
    ObjectName, Query, Visit, Visitor,
};

use super::scope::{Hit, Scope, Source, same_name};
use super::width::Widths;
use super::{Binder, CheckError, ColumnRef};
use crate::Dialect;
use crate::check::functions::why_denied;
use crate::names::nearest;

/// Functions of MySQL whose first argument is a word of the language: `TIMESTAMPDIFF(DAY, a, b)`.
const UNIT_FUNCTIONS: [&str; 3] = ["timestampdiff", "timestampadd", "get_format"];

/// Columns that SQLite has beside the declared ones (<https://www.sqlite.org/lang_createtable.html#rowid>).
const SQLITE_HIDDEN: [&str; 3] = ["rowid", "oid", "_rowid_"];

/// Columns that PostgreSQL has beside the declared ones
/// (<https://www.postgresql.org/docs/current/ddl-system-columns.html>).
const POSTGRES_HIDDEN: [&str; 6] = ["ctid", "tableoid", "xmin", "xmax", "cmin", "cmax"];

/// Words that look like columns but are values of the language.
const VALUE_WORDS: [&str; 14] = [
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "current_role",
    "current_catalog",
    "current_schema",
    "session_user",
    "user",
    "localtime",
    "localtimestamp",
    "utc_date",
    "utc_time",
    "utc_timestamp",
];

impl Binder<'_> {
    /// Binds every name in the expression.
    pub(super) fn expr(&mut self, expr: &Expr, scope: &Scope<'_>) -> Result<(), CheckError> {
        let mut walk = Walk {
            binder: self,
            scope,
            depth: 0,
            skip: HashSet::new(),
            widths: Widths::default(),
        };
        match expr.visit(&mut walk) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(error) => Err(error),
        }
    }

    /// The same, and the column that the expression is when it is no more than that.
    pub(super) fn expr_origin(
        &mut self,
        expr: &Expr,
        scope: &Scope<'_>,
    ) -> Result<Option<ColumnRef>, CheckError> {
        match expr {
            Expr::Identifier(ident) => self.column(ident, scope),
            Expr::CompoundIdentifier(parts) => self.qualified_column(parts, scope),
            _ => self.expr(expr, scope).map(|()| None),
        }
    }

    /// An unqualified name: the innermost layer that has it wins.
    fn column(&mut self, ident: &Ident, scope: &Scope<'_>) -> Result<Option<ColumnRef>, CheckError> {
        let name = ident.value.as_str();
        for layer in scope.layers() {
            let alias = layer.alias(name);
            if layer.aliases_first
                && let Some(alias) = alias
            {
                return Ok(alias.origin.clone());
            }
            let hits: Vec<(&Source<'_>, Option<ColumnRef>)> = layer
                .sources
                .iter()
                .filter_map(|source| match source.own_column(name) {
                    Hit::Column(origin) => Some((source, origin)),
                    Hit::Perhaps(_) | Hit::None => None,
                })
                .collect();
            match (&hits[..], alias) {
                ([(_, origin)], _) => {
                    origin.iter().for_each(|column| self.note_column(column));
                    return Ok(origin.clone());
                }
                ([], None) => {}
                ([], Some(alias)) => return Ok(alias.origin.clone()),
                // MySQL alone settles a doubt with the select list.
                (_, Some(alias)) if self.dialect == Dialect::MySql => return Ok(alias.origin.clone()),
                (several, _) => {
                    let tables = several
                        .iter()
                        .map(|(source, _)| source.qualifier.clone())
                        .collect();
                    return Err(CheckError::AmbiguousColumn {
                        name: name.to_owned(),
                        tables,
                    });
                }
            }
            if self.is_beyond_schema(name, layer) {
                return Ok(self.only_candidate(name, layer));
            }
        }
        if ident.quote_style.is_none() && VALUE_WORDS.iter().any(|word| same_name(word, name)) {
            return Ok(None);
        }
        Err(self.unknown_column(ident, scope))
    }

    /// Names that mean something although no known column has them.
    fn is_beyond_schema(&self, name: &str, layer: &Scope<'_>) -> bool {
        let among = |words: &[&str]| words.iter().any(|word| same_name(word, name));
        let has_base_table = layer.sources.iter().any(Source::is_base_table);
        let is_open = layer
            .sources
            .iter()
            .any(|source| matches!(source.own_column(name), Hit::Perhaps(_)));
        let is_hidden = has_base_table
            && match self.dialect {
                Dialect::Sqlite => among(&SQLITE_HIDDEN),
                Dialect::PostgreSql => among(&POSTGRES_HIDDEN),
                Dialect::MySql => false,
            };
        // In PostgreSQL the name of a source is its whole row.
        let is_row = self.dialect == Dialect::PostgreSql
            && layer
                .sources
                .iter()
                .any(|source| same_name(&source.qualifier, name));
        is_open || is_hidden || is_row
    }

    /// The column that an unqualified name of an unknown table must be, when there is only one table.
    fn only_candidate(&mut self, name: &str, layer: &Scope<'_>) -> Option<ColumnRef> {
        let [source] = layer.sources else { return None };
        let Hit::Perhaps(Some(column)) = source.own_column(name) else {
            return None;
        };
        self.note_column(&column);
        Some(column)
    }

    /// `t.c` or `n.t.c`.
    fn qualified_column(
        &mut self,
        parts: &[Ident],
        scope: &Scope<'_>,
    ) -> Result<Option<ColumnRef>, CheckError> {
        let [before @ .., qualifier, last] = parts else {
            return Ok(None);
        };
        let namespace = before.last().map(|ident| ident.value.as_str());
        let Some(source) = scope.source(namespace, &qualifier.value) else {
            return Err(Self::unknown_qualifier(&qualifier.value, scope));
        };
        self.note_spelling(qualifier, &source.qualifier);
        match source.column(&last.value) {
            // PostgreSQL reads `f.g` as `g(f)` where `f` is what a function in the FROM gives, and has no such column;
            // MariaDB reads `s.nextval` as a sequence's in its mode for Oracle.
            Hit::Perhaps(_) if self.is_call(source, &last.value) => {
                let why = why_denied(&last.value).unwrap_or_default();
                Err(CheckError::Forbidden {
                    what: format!("the function {}", last.value),
                    why: why.into(),
                })
            }
            Hit::Column(origin) | Hit::Perhaps(origin) => {
                origin.iter().for_each(|column| self.note_column(column));
                Ok(origin)
            }
            Hit::None if self.is_hidden_in(source, &last.value) => Ok(None),
            Hit::None => Err(CheckError::UnknownColumn {
                name: last.value.clone(),
                table: Some(qualifier.value.clone()),
                nearest: nearest(&last.value, source.column_names(), 3),
            }),
        }
    }

    /// Whether a column that nobody knows may be the call of a function that is refused.
    fn is_call(&self, source: &Source<'_>, name: &str) -> bool {
        let may_be = match self.dialect {
            Dialect::PostgreSql => !source.is_base_table(),
            Dialect::MySql => same_name(name, "nextval"),
            Dialect::Sqlite => false,
        };
        may_be && why_denied(name).is_some()
    }

    fn is_hidden_in(&self, source: &Source<'_>, name: &str) -> bool {
        let words: &[&str] = match self.dialect {
            Dialect::Sqlite => &SQLITE_HIDDEN,
            Dialect::PostgreSql => &POSTGRES_HIDDEN,
            Dialect::MySql => &[],
        };
        source.is_base_table() && words.iter().any(|word| same_name(word, name))
    }

    pub(super) fn unknown_qualifier(name: &str, scope: &Scope<'_>) -> CheckError {
        let sources: Vec<&Source<'_>> = scope.layers().flat_map(|layer| layer.sources).collect();
        // A table that got an alias is known by that alone.
        let renamed = sources
            .iter()
            .filter(|source| source.is_table(name))
            .map(|source| source.qualifier.clone());
        let mut names: Vec<String> = renamed.collect();
        if names.is_empty() {
            names = nearest(name, sources.iter().map(|source| source.qualifier.as_str()), 3);
        }
        CheckError::UnknownQualifier {
            name: name.to_owned(),
            nearest: names,
        }
    }

    fn unknown_column(&self, ident: &Ident, scope: &Scope<'_>) -> CheckError {
        let name = ident.value.as_str();
        let visible = scope
            .layers()
            .flat_map(|layer| layer.sources)
            .flat_map(Source::column_names);
        let mut names = nearest(name, visible, 3);
        let elsewhere = self
            .schema
            .iter()
            .flat_map(|schema| &schema.tables)
            .filter_map(|table| {
                let column = table
                    .columns
                    .iter()
                    .find(|column| same_name(&column.name, name))?;
                Some(format!("{}.{}", table.name, column.name))
            });
        names.extend(elsewhere.take(2));
        if self.dialect == Dialect::Sqlite && ident.quote_style == Some('"') {
            return CheckError::DoubleQuoted {
                name: name.to_owned(),
                nearest: names,
            };
        }
        CheckError::UnknownColumn {
            name: name.to_owned(),
            table: None,
            nearest: names,
        }
    }
}

/// Goes through an expression, and around the queries in it, which are bound on their own.
struct Walk<'w, 's, 'p> {
    binder: &'w mut Binder<'s>,
    scope: &'w Scope<'p>,
    /// How many queries deep.
    depth: usize,
    /// Expressions that are words of the language or names of fields.
    skip: HashSet<*const Expr>,
    widths: Widths,
}

impl Walk<'_, '_, '_> {
    fn skip_words_of(&mut self, function: &Function) {
        let FunctionArguments::List(list) = &function.args else {
            return;
        };
        let name = function
            .name
            .0
            .last()
            .and_then(|part| part.as_ident())
            .map_or("", |ident| &ident.value);
        let takes_unit = UNIT_FUNCTIONS.iter().any(|unit| same_name(unit, name));
        for (at, arg) in list.args.iter().enumerate() {
            match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) if at == 0 && takes_unit => {
                    self.skip.insert(ptr::from_ref(expr));
                }
                FunctionArg::ExprNamed { name, .. } => {
                    self.skip.insert(ptr::from_ref(name));
                }
                _ => {}
            }
        }
    }

    fn visit_name(&mut self, expr: &Expr) -> Result<(), CheckError> {
        match expr {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => {
                self.binder.expr_origin(expr, self.scope).map(|_| ())
            }
            Expr::QualifiedWildcard(name, _) => self.binder.qualified(name, self.scope).map(|_| ()),
            Expr::MatchAgainst { columns, .. } => {
                columns.iter().try_for_each(|name| self.column_by_name(name))
            }
            Expr::Function(function) => {
                self.skip_words_of(function);
                Ok(())
            }
            // Full-text search of SQLite: a table's name stands for all its columns.
            Expr::BinaryOp {
                left,
                op: BinaryOperator::Match,
                ..
            } => {
                self.skip.insert(ptr::from_ref(left.as_ref()));
                Ok(())
            }
            Expr::CompoundFieldAccess { access_chain, .. } => {
                let fields = access_chain.iter().filter_map(|access| match access {
                    AccessExpr::Dot(field) => Some(ptr::from_ref(field)),
                    AccessExpr::Subscript(_) => None,
                });
                self.skip.extend(fields);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn column_by_name(&mut self, name: &ObjectName) -> Result<(), CheckError> {
        let parts: Vec<Ident> = name
            .0
            .iter()
            .filter_map(|part| part.as_ident().cloned())
            .collect();
        match &parts[..] {
            [ident] => self.binder.column(ident, self.scope).map(|_| ()),
            parts => self.binder.qualified_column(parts, self.scope).map(|_| ()),
        }
    }
}

impl Visitor for Walk<'_, '_, '_> {
    type Break = CheckError;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<CheckError> {
        self.depth += 1;
        if self.depth > 1 {
            return ControlFlow::Continue(());
        }
        let bound = self.binder.query(query, self.scope);
        match bound.and_then(|columns| self.widths.check(query, &columns)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<CheckError> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    /// SQLite's `x IN table`; the relations of queries are deeper.
    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<CheckError> {
        if self.depth > 0 {
            return ControlFlow::Continue(());
        }
        match self.binder.table(relation, None, self.scope) {
            Ok(_) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<CheckError> {
        if self.depth > 0 || self.skip.contains(&ptr::from_ref(expr)) {
            return ControlFlow::Continue(());
        }
        self.widths.note(expr, self.binder.dialect);
        match self.visit_name(expr) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
    }
}
