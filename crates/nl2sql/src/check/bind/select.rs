//! Binds a SELECT clause by clause, each with what it can see.

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, GroupByWithModifier, NamedWindowExpr, ObjectName, OrderBy, OrderByKind,
    Select, SelectItem, SelectItemQualifiedWildcardKind,
};

use super::from::extend_own;
use super::scope::{Scope, Source};
use super::{Binder, CheckError, Columns, OutputColumn};
use crate::Dialect;

impl Binder<'_> {
    /// The columns that a SELECT gives.
    pub(super) fn select(
        &mut self,
        select: &Select,
        order_by: Option<&OrderBy>,
        outer: &Scope<'_>,
    ) -> Result<Columns, CheckError> {
        let sources = self.from(&select.from, outer)?;
        let plain = Scope {
            sources: &sources,
            ..outer.layer()
        };
        let mut columns = Columns::default();
        for item in &select.projection {
            self.projection(item, &plain, &mut columns)?;
        }
        // A column that is not renamed has a name for MySQL and PostgreSQL, but none for SQLite.
        let explicit = explicit_aliases(select);
        let aliases = if self.dialect == Dialect::Sqlite {
            &explicit
        } else {
            &columns.list
        };
        let with_aliases = Scope { aliases, ..plain };

        // SQLite alone lets WHERE see the names that the select list gives.
        let in_where = if self.dialect == Dialect::Sqlite {
            with_aliases
        } else {
            plain
        };
        select
            .selection
            .iter()
            .try_for_each(|expr| self.expr(expr, &in_where))?;
        self.group_by(&select.group_by, &with_aliases, &plain)?;
        let in_having = if self.dialect == Dialect::PostgreSql {
            plain
        } else {
            with_aliases
        };
        select
            .having
            .iter()
            .try_for_each(|expr| self.expr(expr, &in_having))?;

        for window in &select.named_window {
            if let NamedWindowExpr::WindowSpec(spec) = &window.1 {
                let orders = spec.order_by.iter().map(|order| &order.expr);
                spec.partition_by
                    .iter()
                    .chain(orders)
                    .try_for_each(|expr| self.expr(expr, &plain))?;
            }
        }
        let in_order = Scope {
            aliases_first: true,
            ..with_aliases
        };
        if let Some(Distinct::On(exprs)) = &select.distinct {
            exprs
                .iter()
                .try_for_each(|expr| self.term(expr, &in_order, &plain))?;
        }
        if let Some(OrderByKind::Expressions(exprs)) = order_by.map(|order_by| &order_by.kind) {
            exprs
                .iter()
                .try_for_each(|order| self.term(&order.expr, &in_order, &plain))?;
        }
        Ok(columns)
    }

    fn group_by(
        &mut self,
        group_by: &GroupByExpr,
        with_aliases: &Scope<'_>,
        plain: &Scope<'_>,
    ) -> Result<(), CheckError> {
        let (exprs, modifiers): (&[Expr], _) = match group_by {
            GroupByExpr::All(modifiers) => (&[], modifiers),
            GroupByExpr::Expressions(exprs, modifiers) => (exprs, modifiers),
        };
        exprs
            .iter()
            .try_for_each(|expr| self.term(expr, with_aliases, plain))?;
        modifiers.iter().try_for_each(|modifier| match modifier {
            GroupByWithModifier::GroupingSets(expr) => self.term(expr, with_aliases, plain),
            GroupByWithModifier::Rollup | GroupByWithModifier::Cube | GroupByWithModifier::Totals => Ok(()),
        })
    }

    /// An entry of GROUP BY or ORDER BY. PostgreSQL takes a name of the select list only when it stands alone, also
    /// inside ROLLUP and its like; where it stands alone in ORDER BY, it comes before the columns of the FROM.
    fn term(&mut self, expr: &Expr, with_aliases: &Scope<'_>, plain: &Scope<'_>) -> Result<(), CheckError> {
        let is_name = |expr: &Expr| matches!(expr, Expr::Identifier(_));
        let alone = match expr {
            Expr::Rollup(_) | Expr::Cube(_) | Expr::GroupingSets(_) => true,
            Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => is_name(inner),
            expr => is_name(expr),
        };
        match self.dialect {
            Dialect::PostgreSql if !alone || matches!(expr, Expr::Collate { .. }) => self.expr(expr, plain),
            Dialect::Sqlite if !alone => self.expr(
                expr,
                &Scope {
                    aliases_first: false,
                    ..*with_aliases
                },
            ),
            _ => self.expr(expr, with_aliases),
        }
    }

    fn projection(
        &mut self,
        item: &SelectItem,
        scope: &Scope<'_>,
        columns: &mut Columns,
    ) -> Result<(), CheckError> {
        match item {
            SelectItem::UnnamedExpr(expr) => {
                let origin = self.expr_origin(expr, scope)?;
                columns.list.push(OutputColumn {
                    name: self.made_up_name(expr),
                    origin,
                });
            }
            SelectItem::ExprWithAlias { expr, alias } => {
                let origin = self.expr_origin(expr, scope)?;
                columns.list.push(OutputColumn {
                    name: Some(alias.value.clone()),
                    origin,
                });
            }
            SelectItem::ExprWithAliases { expr, .. } => {
                self.expr(expr, scope)?;
                columns.open = true;
            }
            SelectItem::Wildcard(_) => {
                let before = columns.list.len();
                scope
                    .sources
                    .iter()
                    .for_each(|source| extend_own(columns, source));
                self.note_all(&columns.list[before..]);
            }
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                let source = self.qualified(name, scope)?;
                let all = source.columns();
                self.note_all(&all.list);
                columns.open |= all.open;
                columns.list.extend(all.list);
            }
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::Expr(expr), _) => {
                self.expr(expr, scope)?;
                columns.open = true;
            }
        }
        Ok(())
    }

    /// The source before `.*`.
    pub(super) fn qualified<'q, 'p>(
        &mut self,
        name: &ObjectName,
        scope: &'q Scope<'p>,
    ) -> Result<&'q Source<'p>, CheckError> {
        let mut parts = name.0.iter().rev().filter_map(|part| part.as_ident());
        let ident = parts.next();
        let qualifier = ident.map_or("", |ident| ident.value.as_str());
        let namespace = parts.next().map(|ident| ident.value.as_str());
        let source = scope
            .source(namespace, qualifier)
            .ok_or_else(|| Self::unknown_qualifier(qualifier, scope))?;
        if let Some(ident) = ident {
            self.note_spelling(ident, &source.qualifier);
        }
        Ok(source)
    }

    fn note_all(&mut self, columns: &[OutputColumn]) {
        for column in columns.iter().filter_map(|column| column.origin.as_ref()) {
            self.note_column(column);
        }
    }

    /// The name that a column without one gets.
    fn made_up_name(&self, expr: &Expr) -> Option<String> {
        let last = |name: &ObjectName| {
            name.0
                .last()
                .and_then(|part| part.as_ident())
                .map(|ident| ident.value.clone())
        };
        match expr {
            Expr::Identifier(ident) => Some(ident.value.clone()),
            Expr::CompoundIdentifier(parts) => parts.last().map(|ident| ident.value.clone()),
            Expr::Nested(inner) if self.dialect == Dialect::PostgreSql => self.made_up_name(inner),
            // MySQL and SQLite name it by its text.
            _ if self.dialect != Dialect::PostgreSql => Some(expr.to_string()),
            Expr::Function(function) => last(&function.name),
            Expr::Cast { expr, data_type, .. } => self
                .made_up_name(expr)
                .filter(|name| name != "?column?")
                .or(Some(data_type.to_string())),
            Expr::Case { .. } => Some("case".into()),
            Expr::Exists { .. } => Some("exists".into()),
            Expr::Extract { .. } => Some("extract".into()),
            Expr::Substring { .. } => Some("substring".into()),
            Expr::Trim { .. } => Some("btrim".into()),
            Expr::Ceil { .. } => Some("ceil".into()),
            Expr::Floor { .. } => Some("floor".into()),
            Expr::Position { .. } => Some("position".into()),
            Expr::Array(_) => Some("array".into()),
            _ => None,
        }
    }
}

/// The names that the select list gives with AS.
fn explicit_aliases(select: &Select) -> Vec<OutputColumn> {
    let alias_of = |item: &SelectItem| match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.clone()),
        _ => None,
    };
    let names = select.projection.iter().filter_map(alias_of);
    names
        .map(|name| OutputColumn {
            name: Some(name),
            origin: None,
        })
        .collect()
}
