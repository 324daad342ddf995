//! Writes the conditions of a plan as SQL of one dialect.

use super::dates;
use super::lexicon::{ColumnId, Sort};
use super::period::Slot;
use super::phrases::Match;
use super::plan::{Cond, Expr, Literal};
use super::quote::text_literal;
use super::render::{Writer, op_sign, sql};
use super::words::truth_of;
use crate::dialect::Dialect;
use crate::schema::ColumnKind;

impl Writer<'_> {
    pub(crate) fn condition(&self, cond: &Cond) -> String {
        match cond {
            Cond::Compare(Expr::Related(related), op, value) => self.compared_count(related, *op, value),
            Cond::Compare(expr, op, value) => format!(
                "{} {} {}",
                self.expr(expr),
                op_sign(*op),
                self.value_for(expr, value)
            ),
            Cond::Columns(one, op, other) => {
                format!("{} {} {}", self.column(*one), op_sign(*op), self.column(*other))
            }
            Cond::Together(one, other, unit) => {
                let part = |id| dates::bucket(&self.moment(id), Slot::Of(*unit), self.dialect);
                format!("{} = {}", part(*one), part(*other))
            }
            Cond::Counts(one, op, other) => {
                let outer = self.qualified();
                let count = |related| outer.correlated(related, "COUNT(*)");
                format!("({}) {} ({})", count(one), op_sign(*op), count(other))
            }
            Cond::Between(expr, low, high) => {
                format!(
                    "{} BETWEEN {} AND {}",
                    self.expr(expr),
                    self.value_for(expr, low),
                    self.value_for(expr, high)
                )
            }
            Cond::OneOf {
                column,
                values,
                negated,
            } => self.one_of(*column, values, *negated),
            Cond::Like {
                column,
                place,
                text,
                negated,
            } => self.like(*column, *place, text, *negated),
            Cond::Null { column, is_null } => format!(
                "{} IS {}",
                self.column(*column),
                if *is_null { "NULL" } else { "NOT NULL" }
            ),
            Cond::Truth { column, is_true } => self.truth(*column, *is_true),
            Cond::Within {
                column,
                period,
                negated,
            } => {
                let entry = self.lexicon.column(*column);
                let inside = dates::within(&self.moment(*column), entry.sort, period, self.dialect);
                if *negated {
                    format!("NOT ({inside})")
                } else {
                    inside
                }
            }
            Cond::At { column, op, moment } if self.lexicon.column(*column).sort == Sort::Year => format!(
                "{} {} {}",
                self.column(*column),
                op_sign(*op),
                dates::year_of(*moment, self.dialect)
            ),
            Cond::At { column, op, moment } => {
                let timed = matches!(self.lexicon.column(*column).sort, Sort::Day { timed: true });
                format!(
                    "{} {} {}",
                    self.moment(*column),
                    op_sign(*op),
                    dates::moment(*moment, timed, self.dialect)
                )
            }
            Cond::OnDays { column, days } => dates::on_days(&self.moment(*column), days, self.dialect),
            Cond::Recurs { column, unit, moment } => {
                dates::recurs(&self.moment(*column), *unit, *moment, self.dialect)
            }
            Cond::Average(column, op) => {
                let plain = self.plain();
                let table = self.table(self.lexicon.column(*column).table);
                format!(
                    "{} {} (SELECT AVG({}) FROM {table})",
                    self.column(*column),
                    op_sign(*op),
                    plain.column(*column)
                )
            }
            Cond::GroupAverage(column, op) => {
                let plain = self.plain();
                let table = self.table(self.lexicon.column(*column).table);
                format!(
                    "AVG({}) {} (SELECT AVG({}) FROM {table})",
                    self.column(*column),
                    op_sign(*op),
                    plain.column(*column)
                )
            }
            Cond::PeerAverage { column, op, key } => self.peer_average(*column, *op, *key),
            Cond::FirstOfGroup(first) => self.first_of_group(first),
            Cond::Beyond {
                column,
                op,
                plan,
                joins,
            } => format!(
                "{} {} ({})",
                self.column(*column),
                op_sign(*op),
                sql(self.lexicon, plan, joins, self.dialect)
            ),
            Cond::Among {
                column,
                shown,
                filters,
            } => {
                let plain = self.plain();
                let conds: Vec<String> = filters.iter().map(|cond| plain.condition(cond)).collect();
                format!(
                    "{} IN (SELECT {} FROM {} WHERE {})",
                    self.column(*column),
                    plain.column(*shown),
                    self.table(self.lexicon.column(*shown).table),
                    conds.join(" AND ")
                )
            }
            Cond::Extreme {
                column,
                target,
                by,
                descending,
            } => {
                let plain = self.plain();
                format!(
                    "{} = (SELECT {} FROM {} ORDER BY {}{} LIMIT 1)",
                    self.column(*column),
                    plain.column(*target),
                    self.table(self.lexicon.column(*target).table),
                    plain.column(*by),
                    if *descending { " DESC" } else { "" }
                )
            }
            Cond::Against(column, op, across) => {
                format!(
                    "{} {} {}",
                    self.column(*column),
                    op_sign(*op),
                    self.across(across)
                )
            }
            Cond::Either(one, other) => {
                let side = |conds: &[Cond]| -> String {
                    let parts: Vec<String> = conds.iter().map(|cond| self.condition(cond)).collect();
                    parts.join(" AND ")
                };
                format!("({} OR {})", side(one), side(other))
            }
            Cond::Exists { related, negated } => self.exists(related, *negated),
        }
    }

    pub(crate) fn one_of(&self, column: ColumnId, values: &[Literal], negated: bool) -> String {
        let name = self.column(column);
        let written: Vec<String> = values
            .iter()
            .map(|value| self.value_for(&Expr::Column(column), value))
            .collect();
        match (&written[..], negated) {
            ([one], false) => format!("{name} = {one}"),
            ([one], true) => format!("{name} <> {one}"),
            (many, false) => format!("{name} IN ({})", many.join(", ")),
            (many, true) => format!("{name} NOT IN ({})", many.join(", ")),
        }
    }

    pub(crate) fn like(&self, column: ColumnId, place: Match, text: &str, negated: bool) -> String {
        let special = text.contains(['%', '_', '\\', '!']);
        let escaped: String = if special {
            text.chars()
                .flat_map(|c| {
                    if matches!(c, '%' | '_' | '!') {
                        vec!['!', c]
                    } else {
                        vec![c]
                    }
                })
                .collect()
        } else {
            text.to_owned()
        };
        let pattern = match place {
            Match::Starts => format!("{escaped}%"),
            Match::Contains => format!("%{escaped}%"),
            Match::Ends => format!("%{escaped}"),
        };
        let operator = if self.dialect == Dialect::PostgreSql {
            "ILIKE"
        } else {
            "LIKE"
        };
        let escape = if special { " ESCAPE '!'" } else { "" };
        let not = if negated { "NOT " } else { "" };
        format!(
            "{} {not}{operator} {}{escape}",
            self.column(column),
            text_literal(&pattern, self.dialect)
        )
    }

    pub(crate) fn truth(&self, column: ColumnId, is_true: bool) -> String {
        let entry = self.lexicon.column(column);
        let name = self.column(column);
        if let Some(sample) = entry
            .column
            .samples
            .iter()
            .find(|sample| truth_of(sample) == Some(is_true))
            && !matches!(
                entry.column.kind,
                ColumnKind::Boolean | ColumnKind::Integer | ColumnKind::Decimal
            )
        {
            return format!("{name} = {}", text_literal(sample, self.dialect));
        }
        match (self.dialect, entry.column.kind) {
            (Dialect::PostgreSql, ColumnKind::Boolean) => {
                format!("{name} = {}", if is_true { "TRUE" } else { "FALSE" })
            }
            (_, ColumnKind::Text) => format!("{name} = {}", if is_true { "'Y'" } else { "'N'" }),
            _ => format!("{name} = {}", i32::from(is_true)),
        }
    }

    /// A literal as the type of what it is compared with wants it.
    pub(crate) fn value_for(&self, expr: &Expr, value: &Literal) -> String {
        let kind = match expr {
            Expr::Column(column) => Some(self.lexicon.column(*column).column.kind),
            _ => None,
        };
        match value {
            Literal::Number(digits)
                if !matches!(
                    kind,
                    Some(ColumnKind::Text | ColumnKind::Date | ColumnKind::Timestamp)
                ) =>
            {
                digits.clone()
            }
            Literal::Number(text) | Literal::Text(text) => text_literal(text, self.dialect),
        }
    }
}
