//! Recognises comparisons with an average, and ranges between two values.

use super::items::Kind;
use super::lexicon::Sort;
use super::period::Period;
use super::phrases::{Hint, Op, Phrase};
use super::plan::{Cond, Expr, Literal};
use super::reading::Reading;
use super::roles;

impl Reading<'_> {
    /// `above the average price`, `price above average`.
    pub(crate) fn read_averages(&mut self) {
        for at in 0..self.items.len() {
            let Some(Phrase::AboveAverage(above)) = self.phrase(at) else {
                continue;
            };
            if !self.is_free(at) {
                continue;
            }
            let own = |reading: &Self, i: usize| reading.number_column(i).filter(|_| reading.is_free(i));
            let after = self.after(at).filter(|i| i - at <= 2);
            let owned = after
                .filter(|i| self.items.get(i + 1).is_some_and(|next| next.owner.is_some()))
                .map(|i| i + 1);
            let places = [owned, after, self.before(at)];
            let found = places
                .into_iter()
                .flatten()
                .find_map(|i| own(self, i).map(|column| (i, column)));
            let column = match found {
                Some((_, column)) => Some(column),
                None if hinted(self.word(at)).is_some() => {
                    let hint = hinted(self.word(at)).unwrap_or_default();
                    self.hinted(self.home, hint, |id| self.is_measure(id))
                }
                None => {
                    let column = roles::measure(self.lexicon, self.home);
                    if let Some(column) = column {
                        self.assume(format!("the average is that of {}", self.column_title(column)));
                    }
                    column
                }
            };
            let Some(column) = column else { continue };
            self.mark(at);
            for i in places.into_iter().flatten() {
                if own(self, i) == Some(column) {
                    self.mark(i);
                }
            }
            self.plan
                .filters
                .push(Cond::Average(column, if above { Op::Gt } else { Op::Lt }));
        }
    }

    /// `between 100 and 200`, `from 2024-01-01 to 2024-03-01`.
    pub(crate) fn read_betweens(&mut self) {
        for at in 0..self.items.len() {
            if !self.is_free(at) {
                continue;
            }
            if self.read_span(at) {
                continue;
            }
            let between = self.phrase(at) == Some(Phrase::Between);
            let from = self.is_glue(at) && self.word(at) == "from";
            if !between && !from {
                continue;
            }
            let Some(low) = self.after(at).filter(|i| i - at <= 2) else {
                continue;
            };
            let Some(mid) =
                (low + 1..self.items.len()).find(|i| !self.is_glue(*i) || matches!(self.word(*i), "to"))
            else {
                continue;
            };
            let joined = matches!(self.items[mid].kind, Kind::And)
                || self.word(mid) == "to"
                || self.word(mid) == "until";
            let Some(high) = self.after(mid).filter(|_| joined) else {
                continue;
            };
            match (self.items[low].kind.clone(), self.items[high].kind.clone()) {
                (Kind::Number(one), Kind::Number(other)) => self.between_numbers(at, low, high, one, other),
                // `rent between 2000 and 5000`: beside a column of numbers, what looks like a year is a number.
                (one, other)
                    if self.measured_before(at) && (plain(&one).is_some() && plain(&other).is_some()) =>
                {
                    let (one, other) = (plain(&one).unwrap_or_default(), plain(&other).unwrap_or_default());
                    self.between_numbers(at, low, high, one, other);
                }
                (Kind::Period(one), Kind::Period(other)) => self.between_moments(at, high, one, other),
                _ => {}
            }
        }
    }

    /// `age 20 to 25`, `a salary in the range 7000 to 12000`.
    fn read_span(&mut self, at: usize) -> bool {
        let (Kind::Number(one), "to" | "through") = (self.items[at].kind.clone(), self.word(at + 1)) else {
            return false;
        };
        let Some(Kind::Number(other)) = self.items.get(at + 2).map(|item| item.kind.clone()) else {
            return false;
        };
        let measured = self
            .before(at)
            .filter(|i| at - i <= 4 && self.number_column(*i).is_some());
        if measured.is_none() {
            return false;
        }
        self.between_numbers(at, at, at + 2, one, other);
        true
    }

    /// Whether the column right before a range holds numbers that are no years.
    fn measured_before(&self, at: usize) -> bool {
        self.before(at)
            .and_then(|i| self.number_column(i))
            .is_some_and(|column| self.lexicon.column(column).sort == Sort::Number)
    }

    pub(crate) fn between_numbers(&mut self, at: usize, low: usize, high: usize, one: String, other: String) {
        let Some(column) = self.compared_column(at, high, &[]) else {
            return;
        };
        self.mark_all(at..=at);
        self.mark(low);
        self.mark_all(low..=high);
        let cond = Cond::Between(Expr::Column(column), Literal::Number(one), Literal::Number(other));
        self.plan.filters.push(cond);
    }

    pub(crate) fn between_moments(&mut self, at: usize, high: usize, one: Period, other: Period) {
        let Some(column) = self.moment_column(at) else {
            return;
        };
        let span = Period {
            from: one.from,
            to: other.to,
            year: None,
            single_day: false,
        };
        self.mark_all(at..=high);
        if self.lexicon.column(column).sort == Sort::Year
            && let (Some(low), Some(up)) = (one.year, other.year)
        {
            self.plan.filters.push(Cond::Between(
                Expr::Column(column),
                Literal::Number(low.to_string()),
                Literal::Number(up.to_string()),
            ));
            return;
        }
        self.plan.filters.push(Cond::Within {
            column,
            period: span,
            negated: false,
        });
    }

    /// `cost more than the average price`.
    pub(crate) fn compare_average(&mut self, at: usize, next: usize, op: Op, hint: Hint) -> bool {
        let after = self.after(next).filter(|i| i - next <= 2);
        let owned = after
            .filter(|i| self.items.get(i + 1).is_some_and(|item| item.owner.is_some()))
            .map(|i| i + 1);
        let places = [owned, after, self.before(at)];
        let found = places
            .into_iter()
            .flatten()
            .find_map(|i| self.number_column(i).map(|column| (i, column)));
        let column = found
            .map(|(_, column)| column)
            .or_else(|| self.hinted(self.home, hint, |id| self.is_measure(id)))
            .or_else(|| roles::measure(self.lexicon, self.home));
        let Some(column) = column else { return false };
        for i in places.into_iter().flatten() {
            if self.number_column(i) == Some(column) {
                self.mark(i);
            }
        }
        self.mark_all(at..=next);
        self.plan.filters.push(Cond::Average(column, op));
        true
    }
}

/// The columns that a comparison with an average speaks of: "taller than average".
pub(super) fn hinted(word: &str) -> Option<Hint> {
    Some(match word {
        "taller" => &["height", "elevation", "altitude"],
        "shorter" => &["height", "length", "duration", "distance"],
        "longer" => &["length", "duration", "runtime", "distance"],
        "heavier" | "lighter" => &["weight", "mass"],
        "older" | "younger" => &["age"],
        "faster" | "slower" => &["speed", "velocity"],
        "cheaper" => &["price", "cost", "fee", "rate"],
        _ => return None,
    })
}

/// A number, also one that was read as a year.
fn plain(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Number(digits) => Some(digits.clone()),
        Kind::Period(period) => period.year.map(|year| year.to_string()),
        _ => None,
    }
}
