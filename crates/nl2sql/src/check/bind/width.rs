//! How many columns a query inside an expression may give: one where it stands for a value, as many as a row has where
//! it is compared with one.

use std::collections::HashMap;
use std::ptr;

use sqlparser::ast::{BinaryOperator, Expr, Function, InTarget, Query};

use super::scope::same_name;
use super::{CheckError, Columns};
use crate::Dialect;

/// What the expressions that were gone through ask of the queries in them.
#[derive(Debug, Default)]
pub(super) struct Widths {
    /// By the place of the query; without a number, any width is taken.
    of: HashMap<*const Query, Option<Wanted>>,
}

#[derive(Debug, Clone, Copy)]
struct Wanted {
    width: usize,
    what: &'static str,
}

impl Widths {
    /// Notes what an expression asks of the queries that are its own parts. What is further out is noted first.
    pub(super) fn note(&mut self, expr: &Expr, dialect: Dialect) {
        match expr {
            Expr::Subquery(query) => self.want(query, Some(value())),
            Expr::In { expr, target, .. } => self.looked_up(expr, target, dialect),
            Expr::BinaryOp { left, op, right } if compares(op) => self.compared(left, right, dialect),
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right)
                if dialect != Dialect::PostgreSql =>
            {
                self.compared(left, right, dialect);
            }
            Expr::AnyOp { left, right, .. } | Expr::AllOp { left, right, .. } => {
                self.compared(left, right, dialect);
            }
            // Rows can be chosen among too; who does so counts for himself.
            Expr::Between { expr, low, high, .. } if width(expr) != Some(1) => {
                self.any(low);
                self.any(high);
            }
            _ => {}
        }
    }

    fn looked_up(&mut self, expr: &Expr, target: &InTarget, dialect: Dialect) {
        let width = width(expr);
        match target {
            InTarget::Subquery(query) => {
                let wanted = width.map(|width| Wanted {
                    width,
                    what: "the query after IN",
                });
                self.want(query, wanted);
                if dialect != Dialect::PostgreSql {
                    self.any(expr);
                }
            }
            InTarget::List(list) if width != Some(1) => list.iter().for_each(|item| self.any(item)),
            InTarget::List(_) | InTarget::Unnest(_) | InTarget::Table { .. } => {}
        }
    }

    fn compared(&mut self, left: &Expr, right: &Expr, dialect: Dialect) {
        match (query_of(left), query_of(right)) {
            // PostgreSQL takes no query for a row on the left.
            (Some(_), Some(_)) if dialect != Dialect::PostgreSql => {
                self.any(left);
                self.any(right);
            }
            (None, Some(query)) => self.want(query, width(left).map(row)),
            (Some(query), None) if dialect != Dialect::PostgreSql => {
                self.want(query, width(right).map(row));
            }
            _ => {}
        }
    }

    fn any(&mut self, expr: &Expr) {
        if let Some(query) = query_of(expr) {
            self.want(query, None);
        }
    }

    fn want(&mut self, query: &Query, wanted: Option<Wanted>) {
        self.of.entry(ptr::from_ref(query)).or_insert(wanted);
    }

    /// # Errors
    /// The query gives more or fewer columns than its place takes.
    pub(super) fn check(&self, query: &Query, columns: &Columns) -> Result<(), CheckError> {
        match self.of.get(&ptr::from_ref(query)) {
            Some(Some(wanted)) if !columns.open && columns.list.len() != wanted.width => {
                Err(CheckError::ColumnCount {
                    what: wanted.what.into(),
                    found: columns.list.len(),
                    expected: wanted.width,
                })
            }
            _ => Ok(()),
        }
    }
}

fn value() -> Wanted {
    row(1)
}

fn row(width: usize) -> Wanted {
    Wanted {
        width,
        what: "a query in the place of a value",
    }
}

/// How many values an expression is; `None` where that cannot be told.
fn width(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Tuple(items) => Some(items.len()),
        Expr::Nested(inner) => width(inner),
        Expr::Function(function) if is_row(function) => None,
        Expr::Subquery(_) => None,
        // A whole row of PostgreSQL may stand under the name of its table.
        Expr::QualifiedWildcard(..) | Expr::Wildcard(_) => None,
        _ => Some(1),
    }
}

fn is_row(function: &Function) -> bool {
    let parts = &function.name.0;
    parts
        .last()
        .and_then(|part| part.as_ident())
        .is_some_and(|name| same_name(&name.value, "row"))
}

fn query_of(expr: &Expr) -> Option<&Query> {
    match expr {
        Expr::Subquery(query) => Some(query),
        Expr::Nested(inner) => query_of(inner),
        _ => None,
    }
}

fn compares(op: &BinaryOperator) -> bool {
    matches!(
        op,
        BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::Lt
            | BinaryOperator::LtEq
            | BinaryOperator::Gt
            | BinaryOperator::GtEq
            | BinaryOperator::Spaceship
    )
}
