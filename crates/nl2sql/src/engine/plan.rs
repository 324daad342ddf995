//! What is to be asked of the database, before it is written in a dialect.

use super::graph::Step;
use super::lexicon::{ColumnId, TableId};
use super::period::{Moment, Period, Slot, Unit};
use super::phrases::{Function, Match, Op};

/// A value in a condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    /// Plain digits, perhaps with a sign and a decimal point.
    Number(String),
}

/// Something that can be shown, grouped, compared or sorted by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    Column(ColumnId),
    /// `COUNT(*)`.
    Rows,
    CountDistinct(ColumnId),
    Apply(Function, ColumnId),
    /// What two columns of a row make, or what is taken of it over rows: `quantity * unit_price`.
    Joint(Joint),
    /// A sum of products: `SUM(quantity * unit_price)`.
    SumOfProduct(ColumnId, ColumnId),
    /// The month, year or day that a moment falls in.
    Bucket(Slot, ColumnId),
    /// How many related rows there are.
    Related(Related),
    /// How many percent of the rows meet all of the conditions.
    Share(Vec<Cond>),
    /// How many percent of all rows are in a group.
    PartOfAll,
    /// A column of the row that a key of the home table refers to, where several keys refer to one table or one to the table itself.
    Across(Across),
    /// The time between two moments of a row.
    Elapsed(Elapsed),
}

/// A figure made of two columns of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Joint {
    pub function: Option<Function>,
    pub sign: Sign,
    pub one: ColumnId,
    pub other: ColumnId,
}

/// What is made of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Plus,
    Minus,
    Times,
}

/// A column of the row that a key refers to, read apart from the joins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Across {
    /// The key that the home table holds.
    pub key: ColumnId,
    /// The column it refers to.
    pub target: ColumnId,
    /// What is read of the other row.
    pub column: ColumnId,
}

/// Rows of other tables that belong to a row of the home table: a correlated subquery.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Related {
    /// From the home table outwards; the first step is the correlation.
    pub steps: Vec<Step>,
    pub filters: Vec<Cond>,
}

/// The rows that are first within their groups.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct First {
    /// What the rows of a group share.
    pub key: ColumnId,
    pub by: ColumnId,
    pub descending: bool,
    /// From the home table to that of the key.
    pub steps: Vec<Step>,
    /// What holds for all rows that the first is taken of.
    pub filters: Vec<Cond>,
}

/// How long it was from one moment of a row to another, in a unit of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Elapsed {
    pub from: ColumnId,
    /// Until now where nothing ends it.
    pub to: Option<ColumnId>,
    pub unit: Unit,
    /// What is taken of the rows' lengths.
    pub function: Option<Function>,
}

/// A condition on rows or groups.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cond {
    Compare(Expr, Op, Literal),
    Columns(ColumnId, Op, ColumnId),
    /// Two moments in the same day, week, month, quarter or year.
    Together(ColumnId, ColumnId, Unit),
    /// More, or fewer, related rows of one kind than of another.
    Counts(Related, Op, Related),
    Between(Expr, Literal, Literal),
    /// One of several values, or none of them when `negated`.
    OneOf {
        column: ColumnId,
        values: Vec<Literal>,
        negated: bool,
    },
    Like {
        column: ColumnId,
        place: Match,
        text: String,
        negated: bool,
    },
    Null {
        column: ColumnId,
        is_null: bool,
    },
    Truth {
        column: ColumnId,
        is_true: bool,
    },
    Within {
        column: ColumnId,
        period: Period,
        negated: bool,
    },
    At {
        column: ColumnId,
        op: Op,
        moment: Moment,
    },
    /// On some days of the week, from Sunday as 0.
    OnDays {
        column: ColumnId,
        days: &'static [u8],
    },
    /// In the month, or on the day, that a moment is in, of whatever year.
    Recurs {
        column: ColumnId,
        unit: Unit,
        moment: Moment,
    },
    /// Above (or below) the average of the same column over the whole table.
    Average(ColumnId, Op),
    /// A group's average above (or below) that of the whole table.
    GroupAverage(ColumnId, Op),
    /// Above (or below) the average of the same column over the rows with the same key.
    PeerAverage {
        column: ColumnId,
        op: Op,
        key: ColumnId,
    },
    /// First by a column among the rows with the same key.
    FirstOfGroup(First),
    Exists {
        related: Related,
        negated: bool,
    },
    /// Compared with the one number that another plan gives.
    Beyond {
        column: ColumnId,
        op: Op,
        plan: Box<Plan>,
        joins: Vec<Step>,
    },
    /// The column is among what another column holds in the rows that meet the conditions: `manager_id IN (SELECT id …)`.
    Among {
        column: ColumnId,
        shown: ColumnId,
        filters: Vec<Cond>,
    },
    /// The key is that of the one row of another table that is first by a column.
    Extreme {
        column: ColumnId,
        target: ColumnId,
        by: ColumnId,
        descending: bool,
    },
    /// Compared with a column of the row that a key refers to.
    Against(ColumnId, Op, Across),
    /// All of the first, or all of the second.
    Either(Vec<Cond>, Vec<Cond>),
}

/// How the rows of two plans become those of one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SetOp {
    /// Rows of both.
    Both,
    /// Rows of the first that the second has not.
    ButNot,
}

/// The whole question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    /// The table that a row of the answer stands for.
    pub home: TableId,
    /// Whether all columns of the home table are shown, before those of `select`.
    pub star: bool,
    pub select: Vec<Expr>,
    pub distinct: bool,
    pub filters: Vec<Cond>,
    pub group: Vec<Expr>,
    pub having: Vec<Cond>,
    /// Expressions with whether they descend.
    pub order: Vec<(Expr, bool)>,
    pub limit: Option<u32>,
    /// How many rows before the first that is shown are left out.
    pub skip: u32,
    /// Whether amounts kept in cents are shown in whole units.
    pub whole_units: bool,
}

impl Plan {
    pub(crate) fn new(home: TableId) -> Plan {
        Plan {
            home,
            star: false,
            select: Vec::new(),
            distinct: false,
            filters: Vec::new(),
            group: Vec::new(),
            having: Vec::new(),
            order: Vec::new(),
            limit: None,
            skip: 0,
            whole_units: false,
        }
    }

    /// Every column that the outer query reads, in the order of the clauses.
    pub(crate) fn columns(&self) -> Vec<ColumnId> {
        let mut found = Vec::new();
        for expr in self
            .select
            .iter()
            .chain(&self.group)
            .chain(self.order.iter().map(|(expr, _)| expr))
        {
            expr.columns(&mut found);
        }
        for cond in self.filters.iter().chain(&self.having) {
            cond.columns(&mut found);
        }
        found
    }

    /// Whether a database would take it: something is shown, and aggregates of groups have groups.
    pub(crate) fn is_sound(&self) -> bool {
        let shown = self.star || !self.select.is_empty();
        let grouped = !self.group.is_empty();
        let all_rows = self.select.iter().any(Expr::is_aggregate);
        let ordered = grouped || !self.order.iter().any(|(expr, _)| expr.is_aggregate());
        let one_or_group = grouped || !all_rows || self.select.iter().all(Expr::is_aggregate) && !self.star;
        // How many rows belong to a row is told of the row, not of a group of them.
        let counted = self.group.iter().any(|expr| matches!(expr, Expr::Related(_)));
        shown && ordered && one_or_group && !counted && (grouped || self.having.is_empty())
    }

    /// Whether an aggregate is shown or sorted by.
    pub(crate) fn aggregates(&self) -> bool {
        self.select
            .iter()
            .chain(self.order.iter().map(|(expr, _)| expr))
            .any(Expr::is_aggregate)
            || !self.having.is_empty()
    }
}

impl Expr {
    pub(crate) fn is_aggregate(&self) -> bool {
        matches!(self, Expr::Elapsed(elapsed) if elapsed.function.is_some())
            || matches!(self, Expr::Joint(joint) if joint.function.is_some())
            || matches!(
                self,
                Expr::Rows
                    | Expr::CountDistinct(_)
                    | Expr::Apply(..)
                    | Expr::SumOfProduct(..)
                    | Expr::Share(_)
                    | Expr::PartOfAll
            )
    }

    /// Puts one column in the place of another.
    pub(crate) fn replace(&mut self, old: ColumnId, new: ColumnId) {
        match self {
            Expr::Column(column)
            | Expr::CountDistinct(column)
            | Expr::Apply(_, column)
            | Expr::Bucket(_, column) => swap(column, old, new),
            Expr::SumOfProduct(one, other) => {
                swap(one, old, new);
                swap(other, old, new);
            }
            Expr::Joint(joint) => {
                swap(&mut joint.one, old, new);
                swap(&mut joint.other, old, new);
            }
            Expr::Share(conds) => conds.iter_mut().for_each(|cond| cond.replace(old, new)),
            Expr::Elapsed(elapsed) => {
                swap(&mut elapsed.from, old, new);
                if let Some(to) = &mut elapsed.to {
                    swap(to, old, new);
                }
            }
            Expr::Rows | Expr::Related(_) | Expr::PartOfAll | Expr::Across(_) => {}
        }
    }

    pub(crate) fn columns(&self, found: &mut Vec<ColumnId>) {
        match self {
            Expr::Column(column)
            | Expr::CountDistinct(column)
            | Expr::Apply(_, column)
            | Expr::Bucket(_, column) => found.push(*column),
            Expr::SumOfProduct(one, other) | Expr::Joint(Joint { one, other, .. }) => {
                found.extend([*one, *other]);
            }
            Expr::Share(conds) => conds.iter().for_each(|cond| cond.columns(found)),
            Expr::Across(across) => found.push(across.key),
            Expr::Elapsed(elapsed) => found.extend([elapsed.from].into_iter().chain(elapsed.to)),
            Expr::Rows | Expr::Related(_) | Expr::PartOfAll => {}
        }
    }
}

fn swap(column: &mut ColumnId, old: ColumnId, new: ColumnId) {
    if *column == old {
        *column = new;
    }
}

impl Cond {
    /// The related rows that it asks for or counts.
    pub(crate) fn related(&self) -> Option<&Related> {
        match self {
            Cond::Exists { related, .. } | Cond::Compare(Expr::Related(related), ..) => Some(related),
            _ => None,
        }
    }

    /// Puts one column in the place of another.
    pub(crate) fn replace(&mut self, old: ColumnId, new: ColumnId) {
        match self {
            Cond::Compare(expr, ..) | Cond::Between(expr, ..) => expr.replace(old, new),
            Cond::Columns(one, _, other) | Cond::Together(one, other, _) => {
                swap(one, old, new);
                swap(other, old, new);
            }
            Cond::OneOf { column, .. }
            | Cond::Like { column, .. }
            | Cond::Null { column, .. }
            | Cond::Truth { column, .. }
            | Cond::Within { column, .. }
            | Cond::At { column, .. }
            | Cond::Recurs { column, .. }
            | Cond::OnDays { column, .. }
            | Cond::Beyond { column, .. }
            | Cond::Among { column, .. }
            | Cond::Extreme { column, .. }
            | Cond::PeerAverage { column, .. }
            | Cond::Average(column, _)
            | Cond::GroupAverage(column, _) => swap(column, old, new),
            Cond::Either(one, other) => {
                one.iter_mut()
                    .chain(other)
                    .for_each(|cond| cond.replace(old, new));
            }
            Cond::Exists { .. } | Cond::Counts(..) | Cond::Against(..) | Cond::FirstOfGroup(_) => {}
        }
    }

    pub(crate) fn columns(&self, found: &mut Vec<ColumnId>) {
        match self {
            Cond::Compare(expr, ..) | Cond::Between(expr, ..) => expr.columns(found),
            Cond::Columns(one, _, other) | Cond::Together(one, other, _) => found.extend([*one, *other]),
            Cond::OneOf { column, .. }
            | Cond::Like { column, .. }
            | Cond::Null { column, .. }
            | Cond::Truth { column, .. }
            | Cond::Within { column, .. }
            | Cond::At { column, .. }
            | Cond::Recurs { column, .. }
            | Cond::OnDays { column, .. }
            | Cond::Beyond { column, .. }
            | Cond::Among { column, .. }
            | Cond::Extreme { column, .. }
            | Cond::Average(column, _)
            | Cond::GroupAverage(column, _) => found.push(*column),
            Cond::PeerAverage { column, key, .. } => found.extend([*column, *key]),
            Cond::FirstOfGroup(first) => found.extend([first.by, first.key]),
            Cond::Against(column, _, across) => found.extend([*column, across.key]),
            Cond::Either(one, other) => one.iter().chain(other).for_each(|cond| cond.columns(found)),
            Cond::Exists { .. } | Cond::Counts(..) => {}
        }
    }
}
