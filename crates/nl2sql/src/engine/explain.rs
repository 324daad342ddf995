//! Says in one sentence what a plan asks the database for.

use super::lexicon::{ColumnId, Lexicon};
use super::period::{Moment, Period, Unit};
use super::phrases::{Function, Match, Op};
use super::plan::{Across, Cond, Expr, Literal, Plan, Related};

/// The sentence for a plan, assumptions at its end.
pub(crate) fn sentence(lexicon: &Lexicon<'_>, plan: &Plan, assumptions: &[String]) -> String {
    let teller = Teller { lexicon };
    let home = &lexicon.table(plan.home).table.name;
    let mut text = if plan.star {
        format!("Shows every column of {home}")
    } else {
        let shown: Vec<String> = plan.select.iter().map(|expr| teller.expr(expr)).collect();
        format!("Shows {} from {home}", join(&shown))
    };
    if plan.distinct {
        text.push_str(", each row once");
    }
    let filters: Vec<String> = plan.filters.iter().map(|cond| teller.cond(cond)).collect();
    if !filters.is_empty() {
        text.push_str(&format!(", where {}", join(&filters)));
    }
    let groups: Vec<String> = plan.group.iter().map(|expr| teller.expr(expr)).collect();
    if !groups.is_empty() {
        text.push_str(&format!(", for each {}", join(&groups)));
    }
    let having: Vec<String> = plan.having.iter().map(|cond| teller.cond(cond)).collect();
    if !having.is_empty() {
        text.push_str(&format!(", keeping groups where {}", join(&having)));
    }
    let order: Vec<String> = plan
        .order
        .iter()
        .map(|(expr, down)| {
            format!(
                "{} ({})",
                teller.expr(expr),
                if *down { "highest first" } else { "lowest first" }
            )
        })
        .collect();
    if !order.is_empty() {
        text.push_str(&format!(", sorted by {}", join(&order)));
    }
    if let Some(limit) = plan.limit {
        text.push_str(&format!(
            ", at most {limit} {}",
            if limit == 1 { "row" } else { "rows" }
        ));
    }
    text.push('.');
    if !assumptions.is_empty() {
        text.push_str(&format!(" Assumed: {}.", assumptions.join("; ")));
    }
    one_line(&text)
}

/// Text of the question may hold line breaks and control characters; an explanation is one line.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

fn join(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [many @ .., last] => format!("{} and {last}", many.join(", ")),
    }
}

struct Teller<'a> {
    lexicon: &'a Lexicon<'a>,
}

impl Teller<'_> {
    fn column(&self, id: ColumnId) -> String {
        let entry = self.lexicon.column(id);
        format!(
            "{}.{}",
            self.lexicon.table(entry.table).table.name,
            entry.column.name
        )
    }

    fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Column(id) => self.column(*id),
            Expr::Rows => "the number of rows".into(),
            Expr::CountDistinct(id) => format!("the number of different {}", self.column(*id)),
            Expr::Apply(function, id) => format!("the {} of {}", function_word(*function), self.column(*id)),
            Expr::SumOfProduct(one, other) => {
                format!("the sum of {} times {}", self.column(*one), self.column(*other))
            }
            Expr::Bucket(unit, id) => format!("the {} of {}", unit_word(*unit), self.column(*id)),
            Expr::Related(related) => format!("the number of {}", self.related(related)),
            Expr::Share(conds) => {
                let conds: Vec<String> = conds.iter().map(|cond| self.cond(cond)).collect();
                format!("the percentage of rows where {}", join(&conds))
            }
            Expr::PartOfAll => "the percentage of all rows".into(),
            Expr::Across(across) => self.across(across),
        }
    }

    fn across(&self, across: &Across) -> String {
        format!(
            "the {} that {} refers to",
            self.column(across.column),
            self.column(across.key)
        )
    }

    fn related(&self, related: &Related) -> String {
        related.steps.last().map_or_else(String::new, |step| {
            format!("related {}", self.lexicon.table(step.added).table.name)
        })
    }

    fn cond(&self, cond: &Cond) -> String {
        match cond {
            Cond::Compare(expr, op, value) => {
                format!("{} is {} {}", self.expr(expr), op_words(*op), literal(value))
            }
            Cond::Columns(one, op, other) => format!(
                "{} is {} {}",
                self.column(*one),
                op_words(*op),
                self.column(*other)
            ),
            Cond::Between(expr, low, high) => format!(
                "{} is between {} and {}",
                self.expr(expr),
                literal(low),
                literal(high)
            ),
            Cond::OneOf {
                column,
                values,
                negated,
            } => {
                let shown: Vec<String> = values.iter().map(literal).collect();
                format!(
                    "{} is {}{}",
                    self.column(*column),
                    if *negated { "not " } else { "" },
                    shown.join(" or ")
                )
            }
            Cond::Like {
                column,
                place,
                text,
                negated,
            } => {
                let verb = match place {
                    Match::Starts => "starts with",
                    Match::Contains => "contains",
                    Match::Ends => "ends with",
                };
                format!(
                    "{} {}{verb} '{text}'",
                    self.column(*column),
                    if *negated { "is not one that " } else { "" }
                )
            }
            Cond::Null { column, is_null } => format!(
                "{} is {}",
                self.column(*column),
                if *is_null { "missing" } else { "known" }
            ),
            Cond::Truth { column, is_true } => format!("{} is {is_true}", self.column(*column)),
            Cond::Within {
                column,
                period,
                negated,
            } => {
                format!(
                    "{} {} {}",
                    self.column(*column),
                    if *negated { "lies outside" } else { "lies in" },
                    period_words(period)
                )
            }
            Cond::At { column, op, moment } => format!(
                "{} is {} {}",
                self.column(*column),
                op_words(*op),
                moment_words(*moment)
            ),
            Cond::Average(id, op) => format!("{} is {} its average", self.column(*id), op_words(*op)),
            Cond::Beyond { column, op, plan, .. } => {
                let found = sentence(self.lexicon, plan, &[]);
                let found = found.trim_start_matches("Shows ").trim_end_matches('.');
                format!("{} is {} {found}", self.column(*column), op_words(*op))
            }
            Cond::Among {
                column,
                shown,
                filters,
            } => {
                let conds: Vec<String> = filters.iter().map(|cond| self.cond(cond)).collect();
                format!(
                    "{} is the {} of a row where {}",
                    self.column(*column),
                    self.column(*shown),
                    join(&conds)
                )
            }
            Cond::Extreme {
                column,
                target,
                by,
                descending,
            } => format!(
                "{} is the {} of the row with the {} {}",
                self.column(*column),
                self.column(*target),
                if *descending { "highest" } else { "lowest" },
                self.column(*by)
            ),
            Cond::Against(column, op, across) => {
                format!(
                    "{} is {} {}",
                    self.column(*column),
                    op_words(*op),
                    self.across(across)
                )
            }
            Cond::Either(one, other) => {
                let side =
                    |conds: &[Cond]| join(&conds.iter().map(|cond| self.cond(cond)).collect::<Vec<_>>());
                format!("either {}, or {}", side(one), side(other))
            }
            Cond::Exists { related, negated } => format!(
                "there {} {}",
                if *negated { "are no" } else { "are" },
                self.related(related)
            ),
        }
    }
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Text(text) => format!("'{text}'"),
        Literal::Number(digits) => digits.clone(),
    }
}

fn function_word(function: Function) -> &'static str {
    match function {
        Function::Count => "count",
        Function::Sum => "sum",
        Function::Avg => "average",
        Function::Min => "minimum",
        Function::Max => "maximum",
    }
}

fn op_words(op: Op) -> &'static str {
    match op {
        Op::Eq => "equal to",
        Op::Ne => "other than",
        Op::Gt => "above",
        Op::Ge => "at least",
        Op::Lt => "below",
        Op::Le => "at most",
    }
}

fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Hour => "hour",
        Unit::Day => "day",
        Unit::Week => "week",
        Unit::Month => "month",
        Unit::Quarter => "quarter",
        Unit::Year => "year",
    }
}

fn moment_words(moment: Moment) -> String {
    match moment {
        Moment::Fixed(day) => day.to_string(),
        Moment::FromNow { amount, unit } if amount < 0 => {
            format!("{} {}s ago", -i64::from(amount), unit_word(unit))
        }
        Moment::FromNow { amount, unit } => format!("{amount} {}s from now", unit_word(unit)),
        Moment::StartOf { offset: 0, unit } => format!("the start of this {}", unit_word(unit)),
        Moment::StartOf { offset, unit } if offset < 0 => {
            format!("the start of the {} {} ago", unit_word(unit), -i64::from(offset))
        }
        Moment::StartOf { offset, unit } => format!("the start of the {} {offset} ahead", unit_word(unit)),
    }
}

fn period_words(period: &Period) -> String {
    match (period.year, period.from, period.to) {
        (Some(year), ..) => format!("the year {year}"),
        (None, Some(from), Some(to)) => format!(
            "the time from {} to before {}",
            moment_words(from),
            moment_words(to)
        ),
        (None, Some(from), None) => format!("the time since {}", moment_words(from)),
        (None, None, Some(to)) => format!("the time before {}", moment_words(to)),
        (None, None, None) => "any time".into(),
    }
}
