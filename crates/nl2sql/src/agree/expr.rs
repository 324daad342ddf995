//! The normal form of expressions.

use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments,
    Ident, InTarget, ObjectName, UnaryOperator, Value, visit_expressions_mut,
};

use super::condition::{negated, one_of};
use super::form::{Reader, last_part, lower};
use super::names::{Meant, Scope};
use crate::schema::{Column, Table};

/// Functions under the name that is most common.
const SAME_FUNCTIONS: [(&str, &str); 8] = [
    ("ifnull", "coalesce"),
    ("nvl", "coalesce"),
    ("ceiling", "ceil"),
    ("char_length", "length"),
    ("character_length", "length"),
    ("substring", "substr"),
    ("lcase", "lower"),
    ("ucase", "upper"),
];

impl<'s> Reader<'s> {
    /// An expression in its form.
    pub(super) fn expr(&mut self, expr: &Expr, scope: &Scope<'_, 's>) -> String {
        stacker::maybe_grow(128 * 1024, 1024 * 1024, || self.form(expr, scope))
    }

    fn form(&mut self, expr: &Expr, scope: &Scope<'_, 's>) -> String {
        match expr {
            Expr::Nested(inner) | Expr::IsTrue(inner) => self.expr(inner, scope),
            Expr::IsFalse(inner) => negated(self.expr(inner, scope)),
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => self.name(expr, scope),
            Expr::Value(value) => literal(&value.value),
            Expr::BinaryOp {
                op: BinaryOperator::And,
                ..
            } => self.all_of(expr, scope),
            Expr::BinaryOp {
                op: BinaryOperator::Or,
                ..
            } => self.any_of(expr, scope),
            Expr::Between {
                negated: is_negated, ..
            } => {
                let Expr::Between { expr, low, high, .. } = expr else {
                    return String::new();
                };
                let (value, low, high) = (
                    self.expr(expr, scope),
                    self.expr(low, scope),
                    self.expr(high, scope),
                );
                let mut both = [format!("{low} <= {value}"), format!("{value} <= {high}")];
                both.sort_unstable();
                maybe_not(format!("and({})", both.join("; ")), *is_negated)
            }
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right, scope),
            Expr::UnaryOp {
                op: UnaryOperator::Not,
                expr,
            } => self.opposite(expr, scope),
            Expr::UnaryOp { op, expr } => {
                let inner = self.expr(expr, scope);
                match op {
                    UnaryOperator::Plus => inner,
                    UnaryOperator::Minus => format!("-{inner}"),
                    other => format!("{other}({inner})"),
                }
            }
            Expr::IsNull(inner) => format!("{} is null", self.expr(inner, scope)),
            Expr::IsNotNull(inner) => format!("not({} is null)", self.expr(inner, scope)),
            Expr::In {
                expr,
                target,
                negated: is_negated,
                ..
            } => {
                let subject = self.expr(expr, scope);
                let text = match target {
                    InTarget::List(list) => {
                        let values = list.iter().map(|value| self.expr(value, scope)).collect();
                        one_of(subject, values)
                    }
                    InTarget::Subquery(query) => {
                        // What `IN` makes of NULL in the query is left out: nobody who asks means it.
                        let parts = self.query(query, scope);
                        let plain = parts.clone().membership(&subject);
                        plain.unwrap_or_else(|| format!("{subject} in {}", parts.mark()))
                    }
                    other => format!("{subject} in {other}"),
                };
                maybe_not(text, *is_negated)
            }
            Expr::Like {
                negated: is_negated,
                expr,
                pattern,
                escape_char: None,
                ..
            } => {
                let text = format!("{} like {}", self.expr(expr, scope), self.expr(pattern, scope));
                maybe_not(text, *is_negated)
            }
            Expr::Exists { subquery, negated } => {
                maybe_not(self.query(subquery, scope).existence(), *negated)
            }
            Expr::Subquery(query) => self.query(query, scope).mark(),
            Expr::Cast { expr, data_type, .. } => {
                format!(
                    "cast({} as {})",
                    self.expr(expr, scope),
                    data_type.to_string().to_lowercase()
                )
            }
            Expr::Substring {
                expr,
                substring_from,
                substring_for,
                ..
            } => {
                let mut list = vec![self.expr(expr, scope)];
                for part in [substring_from, substring_for].into_iter().flatten() {
                    list.push(self.expr(part, scope));
                }
                format!("substr({})", list.join(", "))
            }
            Expr::Function(function) => self.function(function, scope),
            Expr::Tuple(list) => {
                let list: Vec<String> = list.iter().map(|expr| self.expr(expr, scope)).collect();
                format!("({})", list.join(", "))
            }
            other => self.as_written(other, scope),
        }
    }

    fn binary(&mut self, left: &Expr, op: &BinaryOperator, right: &Expr, scope: &Scope<'_, 's>) -> String {
        if let Some(text) = self.comparison(left, op, right, scope) {
            return text;
        }
        let (a, b) = (self.expr(left, scope), self.expr(right, scope));
        match op {
            BinaryOperator::Plus | BinaryOperator::Multiply if a > b => format!("({b} {op} {a})"),
            _ => format!("({a} {op} {b})"),
        }
    }

    /// A function call. What has more to it than arguments is taken as written.
    fn function(&mut self, function: &Function, scope: &Scope<'_, 's>) -> String {
        let is_plain = function.over.is_none()
            && function.filter.is_none()
            && function.within_group.is_empty()
            && function.null_treatment.is_none();
        let name = last_part(&function.name);
        let list = match &function.args {
            FunctionArguments::List(list) if is_plain && list.clauses.is_empty() => list,
            FunctionArguments::None if is_plain => return name,
            _ => return self.as_written(&Expr::Function(function.clone()), scope),
        };
        let name = SAME_FUNCTIONS
            .iter()
            .find(|(other, _)| *other == name)
            .map_or(name.as_str(), |(_, common)| common);
        let mut args = Vec::with_capacity(list.args.len());
        for arg in &list.args {
            args.push(match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => self.expr(expr, scope),
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => "*".into(),
                other => other.to_string(),
            });
        }
        // The least of all values is that of all different ones.
        let is_distinct =
            list.duplicate_treatment == Some(DuplicateTreatment::Distinct) && !matches!(name, "min" | "max");
        if name == "count" && !is_distinct && self.counts_rows(&list.args, scope) {
            return "count(*)".into();
        }
        let distinct = if is_distinct { "distinct " } else { "" };
        format!("{name}({distinct}{})", args.join(", "))
    }

    /// Whether a count of this counts rows: `1`, or a key, which is never null unless an outer join brings it.
    fn counts_rows(&self, args: &[FunctionArg], scope: &Scope<'_, 's>) -> bool {
        let [FunctionArg::Unnamed(FunctionArgExpr::Expr(arg))] = args else {
            return false;
        };
        match arg {
            Expr::Value(value) => !matches!(value.value, Value::Null | Value::Placeholder(_)),
            _ if scope.has_outer_join => false,
            _ => self
                .column_of(arg, scope)
                .is_some_and(|(table, column)| is_key(table, column)),
        }
    }

    /// The column of the schema that an expression is, if it is no more than that.
    pub(super) fn column_of(&self, expr: &Expr, scope: &Scope<'_, 's>) -> Option<(&'s Table, &'s Column)> {
        match expr {
            Expr::Nested(inner) => self.column_of(inner, scope),
            other => meant(other, scope)?.column,
        }
    }

    fn name(&mut self, expr: &Expr, scope: &Scope<'_, 's>) -> String {
        let Some(meant) = meant(expr, scope) else {
            return expr.to_string().to_lowercase();
        };
        if !meant.is_own {
            self.names += 1;
            self.bound += u32::from(meant.column.is_some());
        }
        meant.text
    }

    /// An expression of a rarer kind: the parser's own spelling, with names replaced by what they stand for.
    fn as_written(&mut self, expr: &Expr, scope: &Scope<'_, 's>) -> String {
        let mut copy = expr.clone();
        let _ = visit_expressions_mut(&mut copy, |inner| {
            match inner {
                Expr::Identifier(_) | Expr::CompoundIdentifier(_) => {
                    *inner = Expr::Identifier(Ident::new(self.name(inner, scope)));
                }
                Expr::Function(function) => {
                    let name = last_part(&function.name);
                    function.name = ObjectName::from(vec![Ident::new(name)]);
                }
                _ => {}
            }
            ControlFlow::<()>::Continue(())
        });
        copy.to_string()
    }
}

fn meant<'s>(expr: &Expr, scope: &Scope<'_, 's>) -> Option<Meant<'s>> {
    match expr {
        Expr::Identifier(ident) => Some(scope.plain(&lower(ident))),
        Expr::CompoundIdentifier(parts) => match &parts[..] {
            [.., qualifier, name] => Some(scope.qualified(&lower(qualifier), &lower(name))),
            [name] => Some(scope.plain(&lower(name))),
            [] => None,
        },
        _ => None,
    }
}

fn is_key(table: &Table, column: &Column) -> bool {
    match &table.primary_key[..] {
        [key] => key.eq_ignore_ascii_case(&column.name),
        _ => false,
    }
}

fn maybe_not(text: String, is_negated: bool) -> String {
    if is_negated { negated(text) } else { text }
}

/// A literal; numbers without what does not change them.
fn literal(value: &Value) -> String {
    match value {
        Value::Number(number, _) => match number.parse::<f64>() {
            Ok(parsed) if number.len() <= 15 => parsed.to_string(),
            _ => number.clone(),
        },
        Value::SingleQuotedString(text)
        | Value::EscapedStringLiteral(text)
        | Value::NationalStringLiteral(text)
        | Value::DoubleQuotedString(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Boolean(yes) => yes.to_string(),
        Value::Null => "null".into(),
        other => other.to_string(),
    }
}
