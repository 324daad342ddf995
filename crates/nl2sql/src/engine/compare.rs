//! Recognises comparisons with numbers, moments and averages.

use super::items::Kind;
use super::lexicon::{ColumnId, Sort};
use super::period::{self, Moment, Period, Unit};
use super::phrases::{Function, Hint, Op, Phrase};
use super::plan::{Cond, Expr, Literal};
use super::reading::{Entity, Reading};
use super::roles;

impl Reading<'_> {
    pub(crate) fn read_comparisons(&mut self) {
        for at in 0..self.items.len() {
            if !self.is_free(at) {
                continue;
            }
            if let Some(Phrase::Compare { op, hint, time }) = self.phrase(at) {
                let not = self.negation_before(at).filter(|i| self.is_free(*i));
                let op = if not.is_some() { opposite(op) } else { op };
                let done = self.compare_at(at, op, hint, time);
                if let (true, Some(not)) = (done, not) {
                    self.mark(not);
                }
            }
        }
    }

    pub(crate) fn compare_at(&mut self, at: usize, op: Op, hint: Hint, time: bool) -> bool {
        if self.trailing_comparison(at, op, hint) || !time && self.compare_length(at, op, hint) {
            return true;
        }
        // "shorter than 45 minutes" is said of no distance.
        let measured = self.before(at).and_then(|i| self.number_column(i)).is_some();
        if !hint.is_empty() && !measured && self.says_clock_time(at) {
            return false;
        }
        let Some(next) = self.after(at).filter(|i| i - at <= 3) else {
            return false;
        };
        // "before the year 2010", "after the date 2020-01-01"
        let next = match self.after(next) {
            Some(further)
                if time
                    && further - next <= 2
                    && matches!(self.items[further].kind, Kind::Number(_) | Kind::Period(_))
                    && self.column(next).is_some() =>
            {
                further
            }
            _ => next,
        };
        if !time && self.compare_overall(at, next, op) {
            return true;
        }
        if self.aggregate_at(next) == Some(Function::Avg) && matches!(op, Op::Gt | Op::Ge | Op::Lt | Op::Le) {
            return self.compare_average(at, next, op, hint);
        }
        match self.items[next].kind.clone() {
            Kind::Number(number) => {
                // "later than 2010"
                let year = number
                    .parse::<i16>()
                    .ok()
                    .filter(|year| time && (1000..2200).contains(year));
                if let Some(period) = year.and_then(period::whole_year)
                    && self.compare_period(at, next, op, period)
                {
                    return true;
                }
                if self.ago(at, next, op, &number)
                    || self.counted(at, next, op, &number)
                    || self.grouped_metric(at, next, op, &number)
                {
                    return true;
                }
                self.compare_number(at, next, op, hint, number)
            }
            // "price below 2000": a figure that only looks like a year.
            Kind::Period(period) if self.is_figure(at, next, time, &period) => {
                let number = self.tokens[self.items[next].start].text.clone();
                self.compare_number(at, next, op, hint, number)
            }
            // "more than 90 days ago" is earlier.
            Kind::Period(period) if !time && self.raw(next).ends_with("ago") => {
                self.compare_period(at, next, reversed(op), period)
            }
            Kind::Period(period) => self.compare_period(at, next, op, period),
            Kind::Mention(..) if time => self.compare_moments(at, next, op),
            Kind::Mention(..) if !time && !matches!(op, Op::Eq | Op::Ne) => {
                self.compare_columns(at, next, op)
            }
            Kind::Quoted(text, _) if matches!(op, Op::Eq | Op::Ne) => self.compare_text(at, next, op, text),
            Kind::Value(hits) if matches!(op, Op::Eq | Op::Ne) => {
                let text = hits[0].value.clone();
                self.compare_text(at, next, op, text)
            }
            Kind::Word | Kind::Mention(..) if matches!(op, Op::Eq | Op::Ne) && self.raw(next).len() > 1 => {
                let text = self.raw(next);
                self.compare_text(at, next, op, text)
            }
            _ => false,
        }
    }

    /// `5 or more orders`, `18 or older`: the number comes first.
    pub(crate) fn trailing_comparison(&mut self, at: usize, op: Op, hint: Hint) -> bool {
        if self.word(at) != "or" {
            return false;
        }
        let Some(before) = self.before(at) else {
            return false;
        };
        if let Kind::Period(period) = self.items[before].kind.clone() {
            return self.compare_period(at, before, op, period) && {
                self.mark(before);
                self.mark(at);
                true
            };
        }
        let Kind::Number(number) = self.items[before].kind.clone() else {
            return false;
        };
        self.counted(before, at, op, &number) || self.compare_number(before, at, op, hint, number)
    }

    /// `more than 30 days ago`, `older than 30 days`, `in more than 5 years`.
    pub(crate) fn ago(&mut self, at: usize, next: usize, op: Op, number: &str) -> bool {
        let Some(unit) = self
            .after(next)
            .filter(|i| i - next <= 1)
            .and_then(|i| time_unit(self.word(i)).map(|unit| (i, unit)))
        else {
            return false;
        };
        let ago = self.word(unit.0 + 1) == "ago" || self.raw_next(unit.0) == "ago";
        let measured = self.before(at).and_then(|i| self.number_column(i)).is_some();
        let age = self
            .hinted(self.home, &["age"], |id| self.is_measure(id))
            .is_some();
        if measured || (!ago && (age || self.word(at) != "older")) {
            return false;
        }
        let (Some(column), Ok(amount)) = (self.moment_column(at), number.parse::<i32>()) else {
            return false;
        };
        self.plan.filters.push(Cond::At {
            column,
            op: reversed(op),
            moment: Moment::FromNow {
                amount: -amount.min(100_000),
                unit: unit.1,
            },
        });
        self.mark_all(at..=unit.0);
        if ago && unit.0 + 1 < self.items.len() {
            self.mark(unit.0 + 1);
        }
        true
    }

    /// Whether a number that was taken for a year is compared with a measure named right before.
    fn is_figure(&self, at: usize, next: usize, time: bool, period: &Period) -> bool {
        let alone = self.items[next].end - self.items[next].start == 1 && period.year.is_some();
        alone
            && !time
            && self
                .before(at)
                .and_then(|i| self.number_column(i))
                .is_some_and(|id| self.lexicon.column(id).sort == Sort::Number)
    }

    pub(crate) fn raw_next(&self, at: usize) -> &str {
        self.word(at + 1)
    }

    pub(crate) fn compare_number(
        &mut self,
        at: usize,
        next: usize,
        op: Op,
        hint: Hint,
        number: String,
    ) -> bool {
        let last = next.max(at);
        if let Some(column) = self.compared_column(at, last, hint) {
            self.plan
                .filters
                .push(Cond::Compare(Expr::Column(column), op, Literal::Number(number)));
            self.mark_all(at..=next);
            return true;
        }
        // An age where only a birth date is known.
        let birth = self
            .hinted(self.home, hint, |id| self.is_day(id))
            .filter(|_| !hint.is_empty());
        let (Some(column), Ok(years)) = (birth, number.parse::<i32>()) else {
            return false;
        };
        let op = if matches!(op, Op::Gt | Op::Ge) {
            Op::Lt
        } else {
            Op::Gt
        };
        self.assume(format!("ages are counted from {}", self.column_title(column)));
        self.plan.filters.push(Cond::At {
            column,
            op,
            moment: Moment::FromNow {
                amount: -years.min(10_000),
                unit: Unit::Year,
            },
        });
        self.mark_all(at..=next);
        true
    }

    /// The number column that a comparison between `at` and `last` speaks of: beside it, by its hint, or the nearest before it.
    pub(crate) fn compared_column(&mut self, at: usize, last: usize, hint: Hint) -> Option<ColumnId> {
        let before = self.before(at).map(|i| {
            if self.phrase(i) == Some(Phrase::Not) {
                self.before(i).unwrap_or(i)
            } else {
                i
            }
        });
        if let Some(i) = before
            && let Some(column) = self
                .number_column(i)
                .or_else(|| self.text_number(i).filter(|_| hint.is_empty()))
        {
            self.mark(i);
            // "with a number of seats above 40": the column counts by itself.
            if let Some(count) = self.before(i).filter(|count| {
                *count + 1 == i && self.aggregate_at(*count) == Some(Function::Count) && !self.targets[*count]
            }) {
                self.mark(count);
            }
            return Some(column);
        }
        if let Some(i) = self.after(last).filter(|i| i - last <= 2) {
            let owned = if self.items.get(i + 1).is_some_and(|next| next.owner.is_some()) {
                i + 1
            } else {
                i
            };
            if let Some(column) = self.number_column(owned).filter(|_| self.is_free(owned)) {
                self.mark_all(i..=owned);
                return Some(column);
            }
        }
        if let Some(column) = self
            .hinted(self.home, hint, |id| self.is_measure(id))
            .filter(|_| !hint.is_empty())
        {
            return Some(column);
        }
        let earlier = (0..at)
            .rev()
            .find_map(|i| self.number_column(i).map(|column| (i, column)));
        if let Some((i, column)) = earlier {
            self.mark(i);
            return Some(column);
        }
        // "more than 3 repairs": a number of what nothing is called so is none of the one figure that there is.
        let of_unknown = self.items.get(last + 1).is_some_and(|next| {
            let word = self.word(last + 1);
            let few = self.word(last).parse::<f64>().is_ok_and(|number| number < 200.0);
            next.kind == Kind::Word
                && few
                && word.len() > 4
                && word.ends_with('s')
                && super::lengths::unit(word).is_none()
                && !super::money::is_currency(word)
        });
        if (hint.is_empty() || hint.contains(&"worth")) && !of_unknown {
            let column = roles::measure(self.lexicon, self.home)?;
            self.assume(format!(
                "the number is compared with {}",
                self.column_title(column)
            ));
            return Some(column);
        }
        None
    }

    /// A column without a number's type may still hold numbers when it is named right before one.
    pub(crate) fn text_number(&self, at: usize) -> Option<ColumnId> {
        match self.entity(at)? {
            Entity::Column(id, score) if score >= 0.8 => {
                let entry = self.lexicon.column(id);
                // What rows are called is no figure.
                let samples = &entry.column.samples;
                let named = entry.sort == Sort::Text
                    && !samples
                        .iter()
                        .any(|sample| sample.starts_with(|c: char| c.is_ascii_digit()))
                    && (roles::label(self.lexicon, entry.table).contains(&id) || !samples.is_empty());
                (entry.sort != Sort::Truth && !named).then_some(id)
            }
            _ => None,
        }
    }

    pub(crate) fn compare_period(&mut self, at: usize, next: usize, op: Op, period: Period) -> bool {
        let Some(column) = self.moment_column(at) else {
            return false;
        };
        if self.lexicon.column(column).sort == Sort::Year {
            let Some(year) = period.year else { return false };
            self.plan.filters.push(Cond::Compare(
                Expr::Column(column),
                op,
                Literal::Number(year.to_string()),
            ));
        } else {
            let timed = self.lexicon.column(column).sort == (Sort::Day { timed: true });
            let whole_day = period.single_day && !timed;
            let (op, moment) = match op {
                Op::Gt if whole_day => (Op::Gt, period.from),
                Op::Gt => (Op::Ge, period.to.or(period.from)),
                Op::Ge => (Op::Ge, period.from),
                Op::Lt => (Op::Lt, period.from),
                Op::Le if whole_day => (Op::Le, period.from),
                Op::Le => (Op::Lt, period.to.or(period.from)),
                Op::Eq | Op::Ne => {
                    self.plan.filters.push(Cond::Within {
                        column,
                        period,
                        negated: op == Op::Ne,
                    });
                    self.mark_all(at..=next);
                    return true;
                }
            };
            let Some(moment) = moment else { return false };
            self.plan.filters.push(Cond::At { column, op, moment });
        }
        // "opened after 1950": the verb only says what the one moment is of.
        if let Some(verb) = at
            .checked_sub(1)
            .filter(|i| self.items[*i].kind == Kind::Word && self.participle(*i))
        {
            self.mark(verb);
        }
        self.mark_all(at..=next);
        true
    }

    /// `status = 'open'`, `name equals Anna`.
    pub(crate) fn compare_text(&mut self, at: usize, next: usize, op: Op, text: String) -> bool {
        let Some((i, (column, _))) = self.before(at).and_then(|i| Some((i, self.column(i)?))) else {
            return false;
        };
        let truth = super::words::truth_of(&text).filter(|_| self.lexicon.column(column).sort == Sort::Truth);
        let cond = match truth {
            Some(is_true) => Cond::Truth {
                column,
                is_true: is_true == (op == Op::Eq),
            },
            None => Cond::OneOf {
                column,
                values: vec![Literal::Text(text)],
                negated: op == Op::Ne,
            },
        };
        self.plan.filters.push(cond);
        self.mark_all(i..=next);
        true
    }
}

fn time_unit(word: &str) -> Option<Unit> {
    match word {
        "day" | "days" => Some(Unit::Day),
        "week" | "weeks" => Some(Unit::Week),
        "month" | "months" => Some(Unit::Month),
        "year" | "years" => Some(Unit::Year),
        "hour" | "hours" => Some(Unit::Hour),
        "minute" | "minutes" => Some(Unit::Minute),
        _ => None,
    }
}

/// The comparison of moments that says how long ago they were.
fn reversed(op: Op) -> Op {
    match op {
        Op::Gt => Op::Lt,
        Op::Ge => Op::Le,
        Op::Lt => Op::Gt,
        Op::Le => Op::Ge,
        other => other,
    }
}

fn opposite(op: Op) -> Op {
    match op {
        Op::Eq => Op::Ne,
        Op::Ne => Op::Eq,
        Op::Gt => Op::Le,
        Op::Ge => Op::Lt,
        Op::Lt => Op::Ge,
        Op::Le => Op::Gt,
    }
}

/// A whole number at an item, in digits or as a word.
pub(crate) fn small_number(reading: &Reading<'_>, at: usize) -> Option<u32> {
    match &reading.items.get(at)?.kind {
        Kind::Number(text) => text.parse().ok(),
        Kind::Glue | Kind::Word => reading
            .tokens
            .get(reading.items[at].start)
            .and_then(period::count),
        _ => None,
    }
}
