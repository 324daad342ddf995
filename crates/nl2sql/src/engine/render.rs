//! Writes a plan as SQL of one dialect.

use super::dates;
use super::graph::Step;
use super::lexicon::{ColumnId, Lexicon, Sort, TableId};
use super::money;
use super::phrases::{Function, Op};
use super::plan::{Across, Cond, Elapsed, Expr, First, Joint, Plan, SetOp, Sign};
use super::quote::identifier;
use super::related::Counts;
use crate::dialect::Dialect;
use crate::schema::ColumnKind;

/// A writer for one plan.
#[derive(Clone, Copy)]
pub(crate) struct Writer<'a> {
    pub(crate) lexicon: &'a Lexicon<'a>,
    pub(crate) dialect: Dialect,
    /// Whether column names carry their table's name.
    pub(crate) qualified: bool,
}

/// What the row that a key refers to is called beside the rows of its own table.
const OTHER: &str = "other";
/// What rows with the same key are called beside a row of their table.
const PEER: &str = "peer";

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

/// Two figures in one row.
pub(crate) fn beside(
    lexicon: &Lexicon<'_>,
    one: (&Plan, &[Step]),
    other: (&Plan, &[Step]),
    dialect: Dialect,
) -> String {
    format!(
        "SELECT ({}), ({})",
        sql(lexicon, one.0, one.1, dialect),
        sql(lexicon, other.0, other.1, dialect)
    )
}

/// The SQL of a plan, the one thing it shows perhaps under a name.
fn named(lexicon: &Lexicon<'_>, plan: &Plan, joins: &[Step], dialect: Dialect, name: Option<&str>) -> String {
    let mut writer = Writer {
        lexicon,
        dialect,
        qualified: !joins.is_empty(),
    };
    let counts = writer.counts(plan, joins);
    writer.qualified |= counts.is_some();
    let mut sql = format!(
        "SELECT {}{}",
        if plan.distinct { "DISTINCT " } else { "" },
        writer.outputs(plan, counts.as_ref())
    );
    if let Some(name) = name {
        sql.push_str(&format!(" AS {name}"));
    }
    sql.push_str(&format!(" FROM {}", writer.table(plan.home)));
    for step in joins {
        sql.push_str(&format!(
            " JOIN {} ON {}",
            writer.table(step.added),
            writer.on(step)
        ));
    }
    let conditions =
        |conds: &[Cond]| -> Vec<String> { conds.iter().map(|cond| writer.condition(cond)).collect() };
    let mut group: Vec<String> = plan.group.iter().map(|expr| writer.expr(expr)).collect();
    if let Some(counts) = &counts {
        sql.push_str(&counts.joins);
        group.extend_from_slice(&counts.group);
    }
    push_list(&mut sql, " WHERE ", " AND ", &conditions(&plan.filters));
    push_list(&mut sql, " GROUP BY ", ", ", &group);
    push_list(&mut sql, " HAVING ", " AND ", &conditions(&plan.having));
    let order: Vec<String> = plan
        .order
        .iter()
        .map(|(expr, descending)| {
            let direction = if *descending { " DESC" } else { "" };
            format!("{}{direction}", writer.figure(expr, counts.as_ref()))
        })
        .collect();
    push_list(&mut sql, " ORDER BY ", ", ", &order);
    if let Some(limit) = plan.limit {
        sql.push_str(&format!(" LIMIT {limit}"));
        if plan.skip > 0 {
            sql.push_str(&format!(" OFFSET {}", plan.skip));
        }
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

pub(super) fn push_list(sql: &mut String, before: &str, between: &str, parts: &[String]) {
    if !parts.is_empty() {
        sql.push_str(before);
        sql.push_str(&parts.join(between));
    }
}

impl<'a> Writer<'a> {
    /// The same, with each column's table before its name.
    pub(super) fn qualified(&self) -> Writer<'a> {
        Writer {
            qualified: true,
            ..*self
        }
    }

    /// The same for a query over one table alone.
    pub(super) fn plain(&self) -> Writer<'a> {
        Writer {
            qualified: false,
            ..*self
        }
    }

    fn outputs(&self, plan: &Plan, counts: Option<&Counts<'_>>) -> String {
        let mut outputs = Vec::new();
        if plan.star {
            outputs.push(if self.qualified {
                format!("{}.*", self.table(plan.home))
            } else {
                "*".to_owned()
            });
        }
        outputs.extend(plan.select.iter().map(|expr| match expr {
            _ if plan.whole_units => self.in_whole_units(expr, self.figure(expr, counts)),
            _ => self.figure(expr, counts),
        }));
        outputs.join(", ")
    }

    /// An expression, by the counts of the query where it is one of them.
    fn figure(&self, expr: &Expr, counts: Option<&Counts<'_>>) -> String {
        let counted = match (expr, counts) {
            (Expr::Related(related), Some(counts)) => counts.figure_of(related),
            _ => None,
        };
        counted.map_or_else(|| self.expr(expr), str::to_owned)
    }

    /// An amount in cents as one in dollars; anything else as it is.
    fn in_whole_units(&self, expr: &Expr, shown: String) -> String {
        match money::measured(expr).and_then(|id| self.lexicon.column(id).scale) {
            Some(scale) => format!("{shown} / {scale}.0"),
            None => shown,
        }
    }

    pub(crate) fn table(&self, id: TableId) -> String {
        identifier(&self.lexicon.table(id).table.name, self.dialect)
    }

    pub(crate) fn column(&self, id: ColumnId) -> String {
        let entry = self.lexicon.column(id);
        let name = identifier(&entry.column.name, self.dialect);
        if self.qualified {
            format!("{}.{name}", self.table(entry.table))
        } else {
            name
        }
    }

    /// A column as a moment: PostgreSQL compares no text with one.
    pub(super) fn moment(&self, id: ColumnId) -> String {
        let column = self.column(id);
        let is_text = self.lexicon.column(id).column.kind == ColumnKind::Text;
        match self.lexicon.column(id).sort {
            Sort::Day { .. } if is_text && self.dialect == Dialect::PostgreSql => {
                format!("CAST({column} AS TIMESTAMP)")
            }
            _ => column,
        }
    }

    pub(super) fn on(&self, step: &Step) -> String {
        let pairs = &self.lexicon.graph.links[step.link].pairs;
        let equal: Vec<String> = pairs
            .iter()
            .map(|(mine, other)| format!("{} = {}", self.column(*mine), self.column(*other)))
            .collect();
        equal.join(" AND ")
    }

    pub(crate) fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Column(column) => self.column(*column),
            Expr::Rows => "COUNT(*)".to_owned(),
            Expr::CountDistinct(column) => format!("COUNT(DISTINCT {})", self.column(*column)),
            Expr::Apply(function, column) => {
                format!("{}({})", function_name(*function), self.column(*column))
            }
            Expr::Joint(joint) => self.joint(joint),
            Expr::SumOfProduct(one, other) => format!("SUM({} * {})", self.column(*one), self.column(*other)),
            Expr::Bucket(slot, column) => dates::bucket(&self.moment(*column), *slot, self.dialect),
            Expr::Related(related) => format!("({})", self.qualified().correlated(related, "COUNT(*)")),
            Expr::Share(conds) => {
                let conds: Vec<String> = conds.iter().map(|cond| self.condition(cond)).collect();
                format!("AVG(CASE WHEN {} THEN 100.0 ELSE 0 END)", conds.join(" AND "))
            }
            Expr::Elapsed(elapsed) => self.elapsed(elapsed),
            Expr::PartOfAll => "100.0 * COUNT(*) / SUM(COUNT(*)) OVER ()".to_owned(),
            Expr::Across(across) => self.across(across),
        }
    }

    /// What two columns make, or what is taken of it.
    fn joint(&self, joint: &Joint) -> String {
        let sign = match joint.sign {
            Sign::Plus => "+",
            Sign::Minus => "-",
            Sign::Times => "*",
        };
        let made = format!("{} {sign} {}", self.column(joint.one), self.column(joint.other));
        match joint.function {
            Some(function) => format!("{}({made})", function_name(function)),
            None => made,
        }
    }

    /// Above or below the average of the rows with the same key; those go by another name.
    pub(super) fn peer_average(&self, column: ColumnId, op: Op, key: ColumnId) -> String {
        let name = |id: ColumnId| identifier(&self.lexicon.column(id).column.name, self.dialect);
        let table = self.table(self.lexicon.column(column).table);
        format!(
            "{} {} (SELECT AVG({PEER}.{}) FROM {table} AS {PEER} WHERE {PEER}.{} = {})",
            self.column(column),
            op_sign(op),
            name(column),
            name(key),
            self.qualified().column(key)
        )
    }

    /// First within its group, by a list of what is first in each.
    pub(super) fn first_of_group(&self, first: &First) -> String {
        let inside = Writer {
            qualified: !first.steps.is_empty(),
            ..*self
        };
        let home = self.lexicon.column(first.by).table;
        let mut from = inside.table(home);
        for step in &first.steps {
            from.push_str(&format!(
                " JOIN {} ON {}",
                inside.table(step.added),
                inside.on(step)
            ));
        }
        let conds: Vec<String> = first.filters.iter().map(|cond| inside.condition(cond)).collect();
        push_list(&mut from, " WHERE ", " AND ", &conds);
        let key = inside.column(first.key);
        format!(
            "({}, {}) IN (SELECT {key}, {}({}) FROM {from} GROUP BY {key})",
            self.column(first.key),
            self.column(first.by),
            if first.descending { "MAX" } else { "MIN" },
            inside.column(first.by)
        )
    }

    /// The time between two moments of a row, or what is taken of it over rows.
    fn elapsed(&self, elapsed: &Elapsed) -> String {
        let side = |id: ColumnId| (self.column(id), self.lexicon.column(id).column.kind);
        let to = elapsed
            .to
            .map_or_else(|| (dates::today(self.dialect).to_owned(), ColumnKind::Date), side);
        let time = dates::elapsed(side(elapsed.from), to, elapsed.unit, self.dialect);
        match elapsed.function {
            Some(function) => format!("{}({time})", function_name(function)),
            None => time,
        }
    }

    /// What a column holds in the row that a key refers to; a row of the same table goes by another name.
    pub(crate) fn across(&self, across: &Across) -> String {
        let Across { key, target, column } = *across;
        let table = self.lexicon.column(target).table;
        let name = |id: ColumnId| identifier(&self.lexicon.column(id).column.name, self.dialect);
        format!(
            "(SELECT {OTHER}.{} FROM {} AS {OTHER} WHERE {OTHER}.{} = {})",
            name(column),
            self.table(table),
            name(target),
            self.qualified().column(key)
        )
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
