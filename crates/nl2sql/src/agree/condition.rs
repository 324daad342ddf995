//! The normal form of conditions.

use sqlparser::ast::{BinaryOperator, Expr, InTarget, UnaryOperator, Value};

use super::form::Reader;
use super::names::Scope;
use crate::schema::ColumnKind;

/// `a = b`, whichever stands first.
pub(super) fn equal(a: String, b: String) -> String {
    if a <= b {
        format!("{a} = {b}")
    } else {
        format!("{b} = {a}")
    }
}

impl<'s> Reader<'s> {
    /// The conditions that all have to hold.
    pub(super) fn conjuncts(&mut self, expr: &Expr, scope: &Scope<'_, 's>, into: &mut Vec<String>) {
        let mut todo = vec![expr];
        while let Some(expr) = todo.pop() {
            match expr {
                Expr::Nested(inner) => todo.push(inner),
                Expr::BinaryOp {
                    left,
                    op: BinaryOperator::And,
                    right,
                } => todo.extend([left.as_ref(), right.as_ref()]),
                Expr::Between {
                    expr,
                    negated: false,
                    low,
                    high,
                } => {
                    let value = self.expr(expr, scope);
                    let (low, high) = (self.expr(low, scope), self.expr(high, scope));
                    into.push(format!("{low} <= {value}"));
                    into.push(format!("{value} <= {high}"));
                }
                other => into.push(self.expr(other, scope)),
            }
        }
    }

    /// Several conditions as one.
    pub(super) fn all_of(&mut self, expr: &Expr, scope: &Scope<'_, 's>) -> String {
        let mut list = Vec::new();
        self.conjuncts(expr, scope, &mut list);
        joined("and", list)
    }

    /// Conditions of which one has to hold. What one thing may be equal to stands together, as in a list.
    pub(super) fn any_of(&mut self, expr: &Expr, scope: &Scope<'_, 's>) -> String {
        let mut todo = vec![expr];
        let mut lists: Vec<(String, Vec<String>)> = Vec::new();
        let mut others = Vec::new();
        let mut add = |subject: String, mut values: Vec<String>| match lists
            .iter_mut()
            .find(|(known, _)| *known == subject)
        {
            Some((_, all)) => all.append(&mut values),
            None => lists.push((subject, values)),
        };
        while let Some(expr) = todo.pop() {
            match expr {
                Expr::Nested(inner) => todo.push(inner),
                Expr::BinaryOp {
                    left,
                    op: BinaryOperator::Or,
                    right,
                } => todo.extend([left.as_ref(), right.as_ref()]),
                Expr::BinaryOp {
                    left,
                    op: BinaryOperator::Eq,
                    right,
                } if is_text_or_number(right) => {
                    add(self.expr(left, scope), vec![self.expr(right, scope)]);
                }
                Expr::In {
                    expr,
                    target: InTarget::List(list),
                    negated: false,
                    ..
                } => {
                    let subject = self.expr(expr, scope);
                    let values = list.iter().map(|value| self.expr(value, scope)).collect();
                    add(subject, values);
                }
                other => others.push(self.expr(other, scope)),
            }
        }
        others.extend(lists.into_iter().map(|(subject, values)| one_of(subject, values)));
        joined("or", others)
    }

    /// A comparison; `None` when the operator compares nothing.
    pub(super) fn comparison(
        &mut self,
        left: &Expr,
        op: &BinaryOperator,
        right: &Expr,
        scope: &Scope<'_, 's>,
    ) -> Option<String> {
        match op {
            BinaryOperator::Eq | BinaryOperator::NotEq => {
                if let Some(text) = self.truth(left, right, scope, *op == BinaryOperator::NotEq) {
                    return Some(text);
                }
                let (a, b) = (self.expr(left, scope), self.expr(right, scope));
                Some(match op {
                    BinaryOperator::Eq => equal(a, b),
                    _ => format!("not({})", equal(a, b)),
                })
            }
            BinaryOperator::Lt | BinaryOperator::LtEq | BinaryOperator::Gt | BinaryOperator::GtEq => {
                let (a, b) = (self.expr(left, scope), self.expr(right, scope));
                Some(match op {
                    BinaryOperator::Lt => format!("{a} < {b}"),
                    BinaryOperator::LtEq => format!("{a} <= {b}"),
                    BinaryOperator::Gt => format!("{b} < {a}"),
                    _ => format!("{b} <= {a}"),
                })
            }
            _ => None,
        }
    }

    /// `active = TRUE` and, where the column is one of truth, `active = 1` are `active`.
    fn truth(&mut self, left: &Expr, right: &Expr, scope: &Scope<'_, 's>, negated: bool) -> Option<String> {
        let Expr::Value(value) = right else { return None };
        let is_true = match &value.value {
            Value::Boolean(yes) => *yes,
            Value::Number(number, _) if matches!(number.as_str(), "0" | "1") => {
                let kind = self.column_of(left, scope)?.1.kind;
                if kind != ColumnKind::Boolean {
                    return None;
                }
                number == "1"
            }
            _ => return None,
        };
        let text = self.expr(left, scope);
        Some(if is_true == negated {
            format!("not({text})")
        } else {
            text
        })
    }

    /// The opposite of a condition.
    pub(super) fn opposite(&mut self, expr: &Expr, scope: &Scope<'_, 's>) -> String {
        match expr {
            Expr::Nested(inner) => self.opposite(inner, scope),
            Expr::UnaryOp {
                op: UnaryOperator::Not,
                expr,
            } => self.expr(expr, scope),
            Expr::BinaryOp { left, op, right } => {
                let turned = match op {
                    BinaryOperator::Lt => BinaryOperator::GtEq,
                    BinaryOperator::LtEq => BinaryOperator::Gt,
                    BinaryOperator::Gt => BinaryOperator::LtEq,
                    BinaryOperator::GtEq => BinaryOperator::Lt,
                    BinaryOperator::NotEq => BinaryOperator::Eq,
                    _ => return negated(self.expr(expr, scope)),
                };
                let text = self.comparison(left, &turned, right, scope);
                text.unwrap_or_else(|| negated(self.expr(expr, scope)))
            }
            other => negated(self.expr(other, scope)),
        }
    }
}

/// The opposite of a condition in its form.
pub(super) fn negated(text: String) -> String {
    let inner = text.strip_prefix("not(").and_then(|rest| rest.strip_suffix(')'));
    match inner {
        // The bracket at the end may close another one than that after `not`.
        Some(inner) if is_balanced(inner) => inner.to_owned(),
        _ => format!("not({text})"),
    }
}

fn is_balanced(text: &str) -> bool {
    let mut depth = 0_i32;
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            // Brackets in a text may be anything.
            '\'' => return false,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// `subject IN (values)`; with one value that is an equation.
pub(super) fn one_of(subject: String, mut values: Vec<String>) -> String {
    values.sort_unstable();
    values.dedup();
    match &values[..] {
        [one] => equal(subject, one.clone()),
        _ => format!("{subject} in ({})", values.join(", ")),
    }
}

fn joined(word: &str, mut list: Vec<String>) -> String {
    list.sort_unstable();
    list.dedup();
    match &list[..] {
        [one] => one.clone(),
        _ => format!("{word}({})", list.join("; ")),
    }
}

fn is_text_or_number(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(value) if !matches!(value.value, Value::Boolean(_) | Value::Null))
}
