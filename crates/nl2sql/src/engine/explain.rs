//! Says in one sentence what a plan asks the database for, in the words of a language.

use super::lexicon::{ColumnId, Lexicon};
use super::period::{Moment, Period, Slot, Unit};
use super::phrases::{Function, Match, Op};
use super::plan::{Across, Cond, Expr, Literal, Plan, Related, Sign};
use super::tongue::{Tongue, fill};

/// The sentence for a plan, assumptions at its end.
pub(crate) fn sentence(
    lexicon: &Lexicon<'_>,
    plan: &Plan,
    assumptions: &[String],
    tongue: &Tongue,
) -> String {
    let teller = Teller { lexicon, tongue };
    let home = &lexicon.table(plan.home).table.name;
    let mut text = if plan.star && plan.select.is_empty() {
        fill(tongue.all_columns, &[home])
    } else if plan.star {
        let shown: Vec<String> = plan.select.iter().map(|expr| teller.expr(expr)).collect();
        fill(tongue.all_and, &[home, &tongue.list(&shown, tongue.things)])
    } else {
        let shown: Vec<String> = plan.select.iter().map(|expr| teller.expr(expr)).collect();
        fill(tongue.columns, &[&tongue.list(&shown, tongue.things), home])
    };
    if plan.whole_units {
        text.push_str(tongue.whole_units);
    }
    if plan.distinct {
        text.push_str(tongue.distinct);
    }
    let mut say = |piece: &str, told: String| {
        if !told.is_empty() {
            text.push_str(&fill(piece, &[&told]));
        }
    };
    say(tongue.filters, teller.conds(&plan.filters));
    let groups: Vec<String> = plan.group.iter().map(|expr| teller.expr(expr)).collect();
    say(tongue.groups, tongue.list(&groups, tongue.things));
    say(tongue.having, teller.conds(&plan.having));
    let order: Vec<String> = plan
        .order
        .iter()
        .map(|(expr, down)| {
            let piece = if *down {
                tongue.descending
            } else {
                tongue.ascending
            };
            fill(piece, &[&teller.expr(expr)])
        })
        .collect();
    say(tongue.order, tongue.list(&order, tongue.order_keys));
    match plan.limit {
        Some(1) => text.push_str(tongue.one_row),
        Some(limit) => text.push_str(&fill(tongue.rows, &[&limit.to_string()])),
        None => {}
    }
    if plan.skip > 0 {
        text.push_str(&fill(tongue.skipped, &[&plan.skip.to_string()]));
    }
    text.push_str(tongue.stop);
    if !assumptions.is_empty() {
        let notes: Vec<String> = assumptions.iter().map(|note| tongue.note(note)).collect();
        text.push_str(&fill(tongue.assumed, &[&tongue.list(&notes, tongue.notes)]));
    }
    one_line(&text)
}

/// Text of the question may hold line breaks and control characters; an explanation is one line.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

struct Teller<'a> {
    lexicon: &'a Lexicon<'a>,
    tongue: &'a Tongue,
}

impl Teller<'_> {
    fn column(&self, id: ColumnId) -> String {
        let entry = self.lexicon.column(id);
        let table = &self.lexicon.table(entry.table).table.name;
        fill(self.tongue.column, &[table, &entry.column.name])
    }

    fn conds(&self, conds: &[Cond]) -> String {
        let told: Vec<String> = conds.iter().map(|cond| self.cond(cond)).collect();
        self.tongue.list(&told, self.tongue.conditions)
    }

    fn expr(&self, expr: &Expr) -> String {
        let tongue = self.tongue;
        match expr {
            Expr::Column(id) => self.column(*id),
            Expr::Rows => tongue.row_count.to_owned(),
            Expr::CountDistinct(id) => fill(tongue.count_distinct, &[&self.column(*id)]),
            Expr::Apply(function, id) => fill(tongue.apply, &[self.function(*function), &self.column(*id)]),
            Expr::Joint(joint) => {
                let [plus, minus, times] = tongue.joint;
                let piece = match joint.sign {
                    Sign::Plus => plus,
                    Sign::Minus => minus,
                    Sign::Times => times,
                };
                let made = fill(piece, &[&self.column(joint.one), &self.column(joint.other)]);
                match joint.function {
                    Some(function) => fill(tongue.apply, &[self.function(function), &made]),
                    None => made,
                }
            }
            Expr::SumOfProduct(one, other) => {
                fill(tongue.product, &[&self.column(*one), &self.column(*other)])
            }
            Expr::Bucket(slot, id) => {
                let part = match slot {
                    Slot::Of(unit) => self.unit(*unit),
                    Slot::DayOfWeek => tongue.day_of_week,
                    Slot::HourOfDay => tongue.hour_of_day,
                };
                fill(tongue.bucket, &[part, &self.column(*id)])
            }
            Expr::Related(related) => fill(tongue.related_count, &[&self.related(related)]),
            Expr::Share(conds) => fill(tongue.share, &[&self.conds(conds)]),
            Expr::Elapsed(elapsed) => {
                let time = fill(
                    tongue.elapsed,
                    &[
                        self.unit(elapsed.unit),
                        &self.column(elapsed.from),
                        &elapsed
                            .to
                            .map_or_else(|| tongue.now.to_owned(), |to| self.column(to)),
                    ],
                );
                match elapsed.function {
                    Some(function) => fill(tongue.apply, &[self.function(function), &time]),
                    None => time,
                }
            }
            Expr::PartOfAll => tongue.part_of_all.to_owned(),
            Expr::Across(across) => self.across(across),
        }
    }

    fn across(&self, across: &Across) -> String {
        fill(
            self.tongue.across,
            &[&self.column(across.column), &self.column(across.key)],
        )
    }

    fn related(&self, related: &Related) -> String {
        related.steps.last().map_or_else(String::new, |step| {
            fill(self.tongue.related, &[&self.lexicon.table(step.added).table.name])
        })
    }

    fn cond(&self, cond: &Cond) -> String {
        let tongue = self.tongue;
        match cond {
            Cond::Compare(expr, op, value) => fill(
                tongue.compare,
                &[&self.expr(expr), self.op(*op), &self.literal(value)],
            ),
            Cond::Columns(one, op, other) => fill(
                tongue.against,
                &[&self.column(*one), self.op(*op), &self.column(*other)],
            ),
            Cond::Together(one, other, unit) => fill(
                tongue.together,
                &[&self.column(*one), &self.column(*other), self.unit(*unit)],
            ),
            Cond::Counts(one, op, other) => {
                let count = |related| fill(tongue.related_count, &[&self.related(related)]);
                fill(tongue.against, &[&count(one), self.op(*op), &count(other)])
            }
            Cond::Between(expr, low, high) => fill(
                tongue.between,
                &[&self.expr(expr), &self.literal(low), &self.literal(high)],
            ),
            Cond::OneOf {
                column,
                values,
                negated,
            } => {
                let shown: Vec<String> = values.iter().map(|value| self.literal(value)).collect();
                let piece = if *negated { tongue.none_of } else { tongue.one_of };
                fill(
                    piece,
                    &[&self.column(*column), &tongue.list(&shown, tongue.values)],
                )
            }
            Cond::Like {
                column,
                place,
                text,
                negated,
            } => {
                let piece = match (place, negated) {
                    (Match::Starts, false) => tongue.starts,
                    (Match::Contains, false) => tongue.contains,
                    (Match::Ends, false) => tongue.ends,
                    (Match::Starts, true) => tongue.not_starts,
                    (Match::Contains, true) => tongue.not_contains,
                    (Match::Ends, true) => tongue.not_ends,
                };
                fill(piece, &[&self.column(*column), text])
            }
            Cond::Null { column, is_null } => {
                let piece = if *is_null { tongue.null } else { tongue.not_null };
                fill(piece, &[&self.column(*column)])
            }
            Cond::Truth { column, is_true } => {
                let piece = if *is_true { tongue.is_true } else { tongue.is_false };
                fill(piece, &[&self.column(*column)])
            }
            Cond::Within {
                column,
                period,
                negated,
            } => {
                let piece = if *negated { tongue.outside } else { tongue.within };
                fill(piece, &[&self.column(*column), &self.period(period)])
            }
            Cond::At { column, op, moment } => fill(
                tongue.against,
                &[&self.column(*column), self.op(*op), &self.moment(*moment)],
            ),
            Cond::OnDays { column, days } => {
                let names: Vec<&str> = days
                    .iter()
                    .map(|day| tongue.weekdays[usize::from(*day)])
                    .collect();
                fill(
                    tongue.on_days,
                    &[&self.column(*column), &names.join(tongue.values.0)],
                )
            }
            Cond::Recurs { column, unit, moment } => {
                let piece = match unit {
                    Unit::Day => tongue.same_day,
                    _ => tongue.same_month,
                };
                fill(piece, &[&self.column(*column), &self.moment(*moment)])
            }
            Cond::Average(id, op) => fill(tongue.average, &[&self.column(*id), self.op(*op)]),
            Cond::GroupAverage(id, op) => fill(
                tongue.group_average,
                &[&self.expr(&Expr::Apply(Function::Avg, *id)), self.op(*op)],
            ),
            Cond::PeerAverage { column, op, key } => fill(
                tongue.peer_average,
                &[&self.column(*column), self.op(*op), &self.column(*key)],
            ),
            Cond::FirstOfGroup(first) => {
                let piece = if first.descending {
                    tongue.highest_of_each
                } else {
                    tongue.lowest_of_each
                };
                fill(piece, &[&self.column(first.by), &self.column(first.key)])
            }
            Cond::Beyond { column, op, plan, .. } => {
                let found = sentence(self.lexicon, plan, &[], tongue);
                let found = found
                    .trim_start_matches(tongue.lead)
                    .trim_end_matches(tongue.stop);
                fill(tongue.beyond, &[&self.column(*column), self.op(*op), found])
            }
            Cond::Among {
                column,
                shown,
                filters,
            } => fill(
                tongue.among,
                &[&self.column(*column), &self.column(*shown), &self.conds(filters)],
            ),
            Cond::Extreme {
                column,
                target,
                by,
                descending,
            } => {
                let piece = if *descending {
                    tongue.highest_of
                } else {
                    tongue.lowest_of
                };
                fill(
                    piece,
                    &[&self.column(*column), &self.column(*target), &self.column(*by)],
                )
            }
            Cond::Against(column, op, across) => fill(
                tongue.against,
                &[&self.column(*column), self.op(*op), &self.across(across)],
            ),
            Cond::Either(one, other) => fill(tongue.either, &[&self.conds(one), &self.conds(other)]),
            Cond::Exists { related, negated } => {
                let piece = if *negated { tongue.exist_not } else { tongue.exist };
                fill(piece, &[&self.related(related)])
            }
        }
    }

    fn literal(&self, value: &Literal) -> String {
        match value {
            Literal::Text(text) => fill(self.tongue.text, &[text]),
            Literal::Number(digits) => digits.clone(),
        }
    }

    fn function(&self, function: Function) -> &'static str {
        let [count, sum, average, minimum, maximum] = self.tongue.functions;
        match function {
            Function::Count => count,
            Function::Sum => sum,
            Function::Avg => average,
            Function::Min => minimum,
            Function::Max => maximum,
        }
    }

    fn op(&self, op: Op) -> &'static str {
        let [equal, other, above, at_least, below, at_most] = self.tongue.comparisons;
        match op {
            Op::Eq => equal,
            Op::Ne => other,
            Op::Gt => above,
            Op::Ge => at_least,
            Op::Lt => below,
            Op::Le => at_most,
        }
    }

    fn unit(&self, unit: Unit) -> &'static str {
        let [minute, hour, day, week, month, quarter, year] = self.tongue.units;
        match unit {
            Unit::Minute => minute,
            Unit::Hour => hour,
            Unit::Day => day,
            Unit::Week => week,
            Unit::Month => month,
            Unit::Quarter => quarter,
            Unit::Year => year,
        }
    }

    fn moment(&self, moment: Moment) -> String {
        let tongue = self.tongue;
        let (piece, amount, unit) = match moment {
            Moment::Fixed(day) => return fill(tongue.day, &[&day.to_string()]),
            Moment::FromNow { amount, unit } if amount < 0 => (tongue.ago, amount, unit),
            Moment::FromNow { amount, unit } => (tongue.from_now, amount, unit),
            Moment::StartOf { offset: 0, unit } => (tongue.start_of_this, 0, unit),
            Moment::StartOf { offset, unit } if offset < 0 => (tongue.start_ago, offset, unit),
            Moment::StartOf { offset, unit } => (tongue.start_ahead, offset, unit),
        };
        fill(piece, &[&i64::from(amount).abs().to_string(), self.unit(unit)])
    }

    fn period(&self, period: &Period) -> String {
        let tongue = self.tongue;
        match (period.year, period.from, period.to) {
            (Some(year), ..) => fill(tongue.year, &[&year.to_string()]),
            (None, Some(from), Some(to)) => fill(tongue.span, &[&self.moment(from), &self.moment(to)]),
            (None, Some(from), None) => fill(tongue.since, &[&self.moment(from)]),
            (None, None, Some(to)) => fill(tongue.before, &[&self.moment(to)]),
            (None, None, None) => tongue.any_time.to_owned(),
        }
    }
}
