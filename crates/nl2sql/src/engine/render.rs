//! Writes a plan as SQL of one dialect.

use super::dates;
use super::graph::Step;
use super::lexicon::{ColumnId, Lexicon, Sort, TableId};
use super::money;
use super::phrases::{Function, Match, Op};
use super::plan::{Across, Cond, Expr, Literal, Plan, Related, SetOp};
use super::quote::{identifier, text_literal};
use super::words::truth_of;
use crate::dialect::Dialect;
use crate::schema::ColumnKind;

/// A writer for one plan.
pub(crate) struct Writer<'a> {
    lexicon: &'a Lexicon<'a>,
    dialect: Dialect,
    /// Whether column names carry their table's name.
    qualified: bool,
}

/// What the row that a key refers to is called beside the rows of its own table.
const OTHER: &str = "other";

/// The SQL of a plan whose joins are known.
pub(crate) fn sql(lexicon: &Lexicon<'_>, plan: &Plan, joins: &[Step], dialect: Dialect) -> String {
    named(lexicon, plan, joins, dialect, None)
}

/// A function over the one figure that a plan shows for each of its groups.
pub(crate) fn over_groups(
    lexicon: &Lexicon<'_>,
    function: Function,
    (plan, joins): (&Plan, &[Step]),
    dialect: Dialect,
) -> String {
    let inner = named(lexicon, plan, joins, dialect, Some("figure"));
    let name = function_name(function);
    format!("SELECT {name}(figure) FROM ({inner}) AS figures")
}

/// One figure divided by another, times a factor; nothing where the other is nothing.
pub(crate) fn quotient(
    lexicon: &Lexicon<'_>,
    factor: &str,
    one: (&Plan, &[Step]),
    other: (&Plan, &[Step]),
    dialect: Dialect,
) -> String {
    format!(
        "SELECT {factor} * ({}) / NULLIF(({}), 0)",
        sql(lexicon, one.0, one.1, dialect),
        sql(lexicon, other.0, other.1, dialect)
    )
}

/// The SQL of a plan, the one thing it shows perhaps under a name.
fn named(lexicon: &Lexicon<'_>, plan: &Plan, joins: &[Step], dialect: Dialect, name: Option<&str>) -> String {
    let outer = Writer {
        lexicon,
        dialect,
        qualified: !joins.is_empty(),
    };
    let inner = Writer {
        lexicon,
        dialect,
        qualified: true,
    };
    let mut sql = format!(
        "SELECT {}{}",
        if plan.distinct { "DISTINCT " } else { "" },
        outer.outputs(plan, &inner)
    );
    if let Some(name) = name {
        sql.push_str(&format!(" AS {name}"));
    }
    sql.push_str(&format!(" FROM {}", outer.table(plan.home)));
    for step in joins {
        sql.push_str(&format!(
            " JOIN {} ON {}",
            outer.table(step.added),
            inner.on(step)
        ));
    }
    let conditions = |conds: &[Cond]| -> Vec<String> {
        conds
            .iter()
            .map(|cond| {
                if cond.is_correlated() {
                    inner.condition(cond)
                } else {
                    outer.condition(cond)
                }
            })
            .collect()
    };
    push_list(&mut sql, " WHERE ", " AND ", &conditions(&plan.filters));
    let group: Vec<String> = plan.group.iter().map(|expr| outer.expr(expr)).collect();
    push_list(&mut sql, " GROUP BY ", ", ", &group);
    push_list(&mut sql, " HAVING ", " AND ", &conditions(&plan.having));
    let order: Vec<String> = plan
        .order
        .iter()
        .map(|(expr, descending)| {
            let writer = if expr.is_correlated() { &inner } else { &outer };
            format!("{}{}", writer.expr(expr), if *descending { " DESC" } else { "" })
        })
        .collect();
    push_list(&mut sql, " ORDER BY ", ", ", &order);
    if let Some(limit) = plan.limit {
        sql.push_str(&format!(" LIMIT {limit}"));
    }
    sql
}

/// The SQL of two plans as one set operation, which all three dialects spell alike (MySQL since 8.0.31).
pub(crate) fn combined(
    lexicon: &Lexicon<'_>,
    op: SetOp,
    first: (&Plan, &[Step]),
    second: (&Plan, &[Step]),
    dialect: Dialect,
) -> String {
    let word = match op {
        SetOp::Both => "INTERSECT",
        SetOp::ButNot => "EXCEPT",
    };
    format!(
        "{} {word} {}",
        sql(lexicon, first.0, first.1, dialect),
        sql(lexicon, second.0, second.1, dialect)
    )
}

fn push_list(sql: &mut String, before: &str, between: &str, parts: &[String]) {
    if !parts.is_empty() {
        sql.push_str(before);
        sql.push_str(&parts.join(between));
    }
}

impl Writer<'_> {
    fn outputs(&self, plan: &Plan, inner: &Writer<'_>) -> String {
        let mut outputs = Vec::new();
        if plan.star {
            outputs.push(if self.qualified {
                format!("{}.*", self.table(plan.home))
            } else {
                "*".to_owned()
            });
        }
        outputs.extend(plan.select.iter().map(|expr| match expr {
            _ if expr.is_correlated() => inner.expr(expr),
            _ if plan.whole_units => self.in_whole_units(expr),
            _ => self.expr(expr),
        }));
        outputs.join(", ")
    }

    /// An amount in cents as one in dollars; anything else as it is.
    fn in_whole_units(&self, expr: &Expr) -> String {
        let scale = money::measured(expr).and_then(|id| self.lexicon.column(id).scale);
        let shown = self.expr(expr);
        scale.map_or_else(|| shown.clone(), |scale| format!("{shown} / {scale}.0"))
    }

    fn table(&self, id: TableId) -> String {
        identifier(&self.lexicon.table(id).table.name, self.dialect)
    }

    fn column(&self, id: ColumnId) -> String {
        let entry = self.lexicon.column(id);
        let name = identifier(&entry.column.name, self.dialect);
        if self.qualified {
            format!("{}.{name}", self.table(entry.table))
        } else {
            name
        }
    }

    fn on(&self, step: &Step) -> String {
        let pairs = &self.lexicon.graph.links[step.link].pairs;
        let equal: Vec<String> = pairs
            .iter()
            .map(|(mine, other)| format!("{} = {}", self.column(*mine), self.column(*other)))
            .collect();
        equal.join(" AND ")
    }

    fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Column(column) => self.column(*column),
            Expr::Rows => "COUNT(*)".to_owned(),
            Expr::CountDistinct(column) => format!("COUNT(DISTINCT {})", self.column(*column)),
            Expr::Apply(function, column) => {
                format!("{}({})", function_name(*function), self.column(*column))
            }
            Expr::SumOfProduct(one, other) => format!("SUM({} * {})", self.column(*one), self.column(*other)),
            Expr::Bucket(unit, column) => dates::bucket(&self.column(*column), *unit, self.dialect),
            Expr::Related(related) => format!("({})", self.related(related, "COUNT(*)")),
            Expr::Share(conds) => {
                let conds: Vec<String> = conds.iter().map(|cond| self.condition(cond)).collect();
                format!("AVG(CASE WHEN {} THEN 100.0 ELSE 0 END)", conds.join(" AND "))
            }
            Expr::PartOfAll => "100.0 * COUNT(*) / SUM(COUNT(*)) OVER ()".to_owned(),
            Expr::Across(across) => self.across(across),
        }
    }

    /// What a column holds in the row that a key refers to; a row of the same table goes by another name.
    fn across(&self, across: &Across) -> String {
        let Across { key, target, column } = *across;
        let table = self.lexicon.column(target).table;
        let name = |id: ColumnId| identifier(&self.lexicon.column(id).column.name, self.dialect);
        format!(
            "(SELECT {OTHER}.{} FROM {} AS {OTHER} WHERE {OTHER}.{} = {})",
            name(column),
            self.table(table),
            name(target),
            self.column(key)
        )
    }

    /// The correlated subquery over related rows.
    fn related(&self, related: &Related, what: &str) -> String {
        let Some((first, more)) = related.steps.split_first() else {
            return format!("SELECT {what}");
        };
        let mut sql = format!("SELECT {what} FROM {}", self.table(first.added));
        for step in more {
            sql.push_str(&format!(" JOIN {} ON {}", self.table(step.added), self.on(step)));
        }
        let mut conditions = vec![self.on(first)];
        conditions.extend(related.filters.iter().map(|cond| self.condition(cond)));
        push_list(&mut sql, " WHERE ", " AND ", &conditions);
        sql
    }

    fn condition(&self, cond: &Cond) -> String {
        match cond {
            Cond::Compare(expr, op, value) => format!(
                "{} {} {}",
                self.expr(expr),
                op_sign(*op),
                self.value_for(expr, value)
            ),
            Cond::Columns(one, op, other) => {
                format!("{} {} {}", self.column(*one), op_sign(*op), self.column(*other))
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
                let inside = dates::within(&self.column(*column), entry.sort, period, self.dialect);
                if *negated {
                    format!("NOT ({inside})")
                } else {
                    inside
                }
            }
            Cond::At { column, op, moment } => {
                let timed = matches!(self.lexicon.column(*column).sort, Sort::Day { timed: true });
                format!(
                    "{} {} {}",
                    self.column(*column),
                    op_sign(*op),
                    dates::moment(*moment, timed, self.dialect)
                )
            }
            Cond::Average(column, op) => {
                let plain = Writer {
                    lexicon: self.lexicon,
                    dialect: self.dialect,
                    qualified: false,
                };
                let table = self.table(self.lexicon.column(*column).table);
                format!(
                    "{} {} (SELECT AVG({}) FROM {table})",
                    self.column(*column),
                    op_sign(*op),
                    plain.column(*column)
                )
            }
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
                let plain = Writer {
                    lexicon: self.lexicon,
                    dialect: self.dialect,
                    qualified: false,
                };
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
                let plain = Writer {
                    lexicon: self.lexicon,
                    dialect: self.dialect,
                    qualified: false,
                };
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
            Cond::Exists { related, negated } => {
                format!(
                    "{}EXISTS ({})",
                    if *negated { "NOT " } else { "" },
                    self.related(related, "1")
                )
            }
        }
    }

    fn one_of(&self, column: ColumnId, values: &[Literal], negated: bool) -> String {
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

    fn like(&self, column: ColumnId, place: Match, text: &str, negated: bool) -> String {
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

    fn truth(&self, column: ColumnId, is_true: bool) -> String {
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
    fn value_for(&self, expr: &Expr, value: &Literal) -> String {
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

fn function_name(function: Function) -> &'static str {
    match function {
        Function::Count => "COUNT",
        Function::Sum => "SUM",
        Function::Avg => "AVG",
        Function::Min => "MIN",
        Function::Max => "MAX",
    }
}

/// The comparison as SQL spells it.
pub(super) fn op_sign(op: Op) -> &'static str {
    match op {
        Op::Eq => "=",
        Op::Ne => "<>",
        Op::Gt => ">",
        Op::Ge => ">=",
        Op::Lt => "<",
        Op::Le => "<=",
    }
}
