//! Recognises comparisons with a length of time where a column counts in a unit: "longer than an hour" over `duration_minutes`.

use super::lexicon::{ColumnId, Sort};
use super::phrases::{Hint, Op};
use super::plan::{Cond, Expr, Literal};
use super::reading::Reading;
use super::text::{Shape, Token};
use super::words;

/// Words for units of time, with their thousandths of a second.
const UNITS: &[(&[&str], f64)] = &[
    (&["millisecond", "milliseconds", "ms", "millis"], 1.0),
    (&["second", "seconds", "sec", "secs"], 1_000.0),
    (&["minute", "minutes", "min", "mins"], 60_000.0),
    (&["hour", "hours", "hr", "hrs"], 3_600_000.0),
    (&["day", "days", "night", "nights"], 86_400_000.0),
    (&["week", "weeks"], 604_800_000.0),
];

/// Words of columns that hold a length of time in whatever unit.
const TIMES: &[&str] = &["duration", "runtime", "time", "length", "playtime"];

/// The size of a unit of time that a word names.
pub(super) fn unit(word: &str) -> Option<f64> {
    UNITS
        .iter()
        .find(|(words, _)| words.contains(&word))
        .map(|(_, size)| *size)
}

/// `an hour`, `2 hours`, `half an hour`, `one and a half hours`: how many of a unit, its size, and how many words say it.
pub(super) fn said(tokens: &[Token]) -> Option<(f64, f64, usize)> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
    let (amount, mut at) = match word(0) {
        "half" => (0.5, 1 + usize::from(matches!(word(1), "a" | "an"))),
        "a" | "an" => (1.0, 1),
        _ => match tokens.first() {
            Some(token) if token.shape == Shape::Number => (token.text.parse().ok()?, 1),
            Some(token) => (f64::from(words::number_word(&token.lower)?), 1),
            None => return None,
        },
    };
    let half = word(at) == "and" && word(at + 1) == "a" && word(at + 2) == "half";
    if half {
        at += 3;
    }
    let size = unit(word(at))?;
    let is_moment = matches!(word(at + 1), "ago" | "old" | "before" | "after");
    (!is_moment).then_some((amount + if half { 0.5 } else { 0.0 }, size, at + 1))
}

/// A number as it is written: whole where it is whole.
pub(super) fn digits(number: f64) -> String {
    if (number - number.round()).abs() < 1e-9 {
        format!("{}", number.round())
    } else {
        format!("{number}")
    }
}

impl Reading<'_> {
    /// Whether a number of seconds, minutes or hours follows.
    pub(crate) fn says_clock_time(&self, at: usize) -> bool {
        let unnamed = !self.lexicon.columns_of(self.home).any(|id| {
            self.lexicon
                .column(id)
                .words
                .iter()
                .any(|word| TIMES.contains(&word.as_str()))
        });
        self.tokens
            .get(self.items[at].end..)
            .and_then(said)
            .is_some_and(|(_, size, _)| size < 86_400_000.0)
            && unnamed
    }

    /// The unit of time that a column counts in, by its name.
    fn unit_of(&self, id: ColumnId) -> Option<f64> {
        let entry = self.lexicon.column(id);
        let counts = entry.sort == Sort::Number && !self.lexicon.is_key(id);
        // "hours_per_week" counts hours.
        let mut words = entry.words.iter().rev();
        let rate = entry.words.iter().position(|word| word == "per");
        match rate {
            Some(per) => counts.then(|| unit(entry.words.get(per.checked_sub(1)?)?))?,
            None => counts.then(|| words.find_map(|word| unit(word)))?,
        }
    }

    /// Compares a column that counts in a unit of time with a length said in any unit.
    pub(crate) fn compare_length(&mut self, at: usize, op: Op, hint: Hint) -> bool {
        let end = self.items[at].end;
        let Some((amount, size, taken)) = self.tokens.get(end..).and_then(said) else {
            return false;
        };
        let named = self.before(at).filter(|i| *i + 3 >= at).and_then(|i| {
            self.column_where(i, |id| self.unit_of(id).is_some())
                .map(|(id, _)| (i, id))
        });
        let column = match named {
            Some((i, id)) => {
                self.mark(i);
                Some(id)
            }
            None => self.timed_by_unit(hint),
        };
        let Some((column, unit)) = column.and_then(|id| Some((id, self.unit_of(id)?))) else {
            return self.compare_elapsed(at, op, (amount, size), taken);
        };
        let digits = digits(amount * size / unit);
        // "with an average latency over 500 ms": of groups, not of rows.
        let figure = named
            .is_some_and(|(i, _)| (i.saturating_sub(2)..i).any(|figure| self.aggregate_at(figure).is_some()));
        if figure
            && let Some(next) = self.after(at)
            && self.grouped_metric(at, next, op, &digits)
        {
            self.mark_all(at..=next);
            return true;
        }
        self.plan
            .filters
            .push(Cond::Compare(Expr::Column(column), op, Literal::Number(digits)));
        for i in at..self.items.len() {
            if self.items[i].start < end + taken {
                self.mark(i);
            }
        }
        true
    }

    /// The one column of the rows that counts in a unit of time; "longer" prefers what is called a length.
    fn timed_by_unit(&self, hint: Hint) -> Option<ColumnId> {
        let timed: Vec<ColumnId> = self
            .lexicon
            .columns_of(self.home)
            .filter(|id| self.unit_of(*id).is_some())
            .collect();
        match timed[..] {
            [only] => Some(only),
            _ => {
                let hinted = |id: &ColumnId| {
                    let words = &self.lexicon.column(*id).words;
                    words
                        .iter()
                        .any(|word| unit(word).is_none() && hint.contains(&word.as_str()))
                };
                let mut found = timed.iter().copied().filter(hinted);
                found.next().filter(|_| found.next().is_none())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::said;
    use crate::engine::tests::{check, schema};
    use crate::engine::text::tokens;

    #[test]
    fn a_length_is_told_in_the_unit_of_its_column() {
        let cinema = schema(&["films: id int, title text, running_minutes int, made_on date"]);
        check(
            &cinema,
            &[
                (
                    "films longer than 2 hours",
                    "SELECT * FROM films WHERE running_minutes > 120",
                ),
                (
                    "films shorter than half an hour",
                    "SELECT * FROM films WHERE running_minutes < 30",
                ),
                (
                    "films longer than 90 minutes",
                    "SELECT * FROM films WHERE running_minutes > 90",
                ),
            ],
        );
    }

    #[test]
    fn an_age_is_no_length() {
        assert!(said(&tokens("2 weeks ago")).is_none());
        assert_eq!(said(&tokens("one and a half hours")), Some((1.5, 3_600_000.0, 5)));
    }
}
