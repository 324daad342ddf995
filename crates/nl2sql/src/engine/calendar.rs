//! Reads the parts of a calendar that come again: "per day of the week", "by hour of the day", "on Mondays", "at weekends".

use super::lexicon::{ColumnId, Sort};
use super::period::Slot;
use super::phrases::Phrase;
use super::plan::{Cond, Expr};
use super::reading::Reading;
use super::text::word_at;

/// Days of the week, from Sunday on as 0.
const DAYS: [&str; 7] = [
    "sundays",
    "mondays",
    "tuesdays",
    "wednesdays",
    "thursdays",
    "fridays",
    "saturdays",
];
const WEEKEND: &[u8] = &[0, 6];
const WORKDAYS: &[u8] = &[1, 2, 3, 4, 5];
const EACH: [&[u8]; 7] = [&[0], &[1], &[2], &[3], &[4], &[5], &[6]];

/// The days of the week that a word names.
fn days(word: &str) -> Option<&'static [u8]> {
    match word {
        "weekend" | "weekends" => Some(WEEKEND),
        "weekdays" | "workdays" => Some(WORKDAYS),
        _ => DAYS.iter().position(|day| *day == word).map(|at| EACH[at]),
    }
}

impl Reading<'_> {
    /// `check-ins on Mondays`, `orders placed at weekends`: a condition on the day of the week.
    pub(crate) fn read_days_of_week(&mut self) {
        for at in 0..self.items.len() {
            let one = self.items[at].end == self.items[at].start + 1;
            let Some(days) = days(self.word(at)).filter(|_| one && self.is_free(at)) else {
                continue;
            };
            let said = at.checked_sub(1).map_or("", |i| self.word(i));
            let article = said == "the";
            let joint = if article {
                at.checked_sub(2).map_or("", |i| self.word(i))
            } else {
                said
            };
            let start = self.items[at].start;
            let before = start.checked_sub(1).map_or("", |i| word_at(self.tokens, i));
            if !matches!(joint, "on" | "at" | "during" | "over") && !matches!(before, "on" | "at") {
                continue;
            }
            // A column of its own says it better.
            if self.held_slot(Slot::DayOfWeek).is_some() {
                continue;
            }
            let Some(column) = self.moment_column(at).filter(|id| self.is_day(*id)) else {
                continue;
            };
            self.mark(at);
            self.plan.filters.push(Cond::OnDays { column, days });
        }
    }

    /// The column of the home table that holds a part of the calendar by itself.
    pub(crate) fn held_slot(&self, slot: Slot) -> Option<ColumnId> {
        let says = |words: &[String]| {
            let has = |word: &str| words.iter().any(|known| known == word);
            match slot {
                Slot::DayOfWeek => has("weekday") || has("dow") || has("day") && has("week"),
                Slot::HourOfDay => has("hour") && !has("rate"),
                Slot::Of(_) => false,
            }
        };
        self.lexicon.columns_of(self.home).find(|id| {
            let entry = self.lexicon.column(*id);
            says(&entry.words) && !matches!(entry.sort, Sort::Day { .. } | Sort::Truth)
        })
    }

    /// Groups by a part of the calendar: the column that holds it, or the moment that it is a part of.
    pub(crate) fn group_slot(&mut self, at: usize, slot: Slot) {
        if let Some(held) = self.held_slot(slot) {
            self.mark(at);
            self.group_by(vec![Expr::Column(held)]);
            return;
        }
        let Some(column) = self.moment_column(at) else {
            return;
        };
        let sort = self.lexicon.column(column).sort;
        let fits = match slot {
            Slot::HourOfDay => sort == Sort::Day { timed: true },
            Slot::DayOfWeek | Slot::Of(_) => matches!(sort, Sort::Day { .. }),
        };
        if fits {
            self.mark(at);
            if slot == Slot::DayOfWeek {
                self.assume("days of the week are numbers, from Sunday as 0".to_owned());
            }
            self.group_by(vec![Expr::Bucket(slot, column)]);
        }
    }

    /// Whether an item is a phrase of grouping by time.
    pub(crate) fn groups_time(&self, at: usize) -> bool {
        matches!(
            self.phrase(at),
            Some(Phrase::Monthly | Phrase::Yearly | Phrase::Daily | Phrase::Each(_))
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::dialect::Dialect;
    use crate::engine::tests::{ask, check, schema};

    #[test]
    fn weeks_quarters_hours_and_days_of_the_week_group_and_filter() {
        let gate = schema(&["passages: id int, lane text, passed_at timestamp, fee decimal(8,2)"]);
        check(
            &gate,
            &[
                (
                    "passages per week",
                    "SELECT DATE_FORMAT(passed_at, '%x-%v'), COUNT(*) FROM passages GROUP BY DATE_FORMAT(passed_at, '%x-%v')",
                ),
                (
                    "total fee by quarter",
                    "SELECT CONCAT(YEAR(passed_at), '-Q', QUARTER(passed_at)), SUM(fee) FROM passages GROUP BY CONCAT(YEAR(passed_at), '-Q', QUARTER(passed_at))",
                ),
                (
                    "number of passages by hour of the day",
                    "SELECT HOUR(passed_at), COUNT(*) FROM passages GROUP BY HOUR(passed_at)",
                ),
                (
                    "passages per day of the week",
                    "SELECT DAYOFWEEK(passed_at) - 1, COUNT(*) FROM passages GROUP BY DAYOFWEEK(passed_at) - 1",
                ),
                (
                    "how many passages were there on Mondays",
                    "SELECT COUNT(*) FROM passages WHERE DAYOFWEEK(passed_at) - 1 = 1",
                ),
                (
                    "passages at weekends",
                    "SELECT * FROM passages WHERE DAYOFWEEK(passed_at) - 1 IN (0, 6)",
                ),
            ],
        );
        for (dialect, sql) in [
            (
                Dialect::Sqlite,
                "SELECT strftime('%Y', passed_at) || '-Q' || ((CAST(strftime('%m', passed_at) AS INTEGER) + 2) / 3), COUNT(*) FROM passages \
                 GROUP BY strftime('%Y', passed_at) || '-Q' || ((CAST(strftime('%m', passed_at) AS INTEGER) + 2) / 3)",
            ),
            (
                Dialect::PostgreSql,
                "SELECT TO_CHAR(passed_at, 'YYYY-\"Q\"Q'), COUNT(*) FROM passages GROUP BY TO_CHAR(passed_at, 'YYYY-\"Q\"Q')",
            ),
        ] {
            assert_eq!(ask(&gate, dialect, "passages per quarter").unwrap().sql, sql);
        }
    }
}
