//! Reads ages and birthdays where a day of birth is known: "average age by team", "whose birthday is this month".

use super::lexicon::{ColumnId, Sort};
use super::period::{Moment, Period, Unit};
use super::phrases::Function;
use super::plan::{Cond, Elapsed, Expr};
use super::reading::Reading;

const BIRTHS: &[&str] = &["birth", "dob", "birthdate", "birthday", "born"];

impl Reading<'_> {
    /// `average age of members`: the years since they were born.
    pub(crate) fn read_ages(&mut self) {
        for at in 0..self.items.len() {
            let said = matches!(self.word(at), "age" | "ages") && self.is_free(at);
            let counted = self
                .column_where(at, |id| self.lexicon.column(id).sort == Sort::Number)
                .is_some();
            let Some(before) = self.before(at).filter(|_| said && !counted) else {
                continue;
            };
            let Some(function @ (Function::Avg | Function::Max | Function::Min)) = self.aggregate_at(before)
            else {
                continue;
            };
            let Some(from) = self.hinted(self.home, BIRTHS, |id| self.is_day(id)) else {
                continue;
            };
            self.assume(format!("ages are counted from {}", self.column_title(from)));
            self.aggregates.push(Expr::Elapsed(Elapsed {
                from,
                to: None,
                unit: Unit::Year,
                function: Some(function),
            }));
            self.mark(before);
            self.mark(at);
        }
    }

    /// `birthdays this month` are of whatever year, and so is who was born in March.
    pub(crate) fn settle_birthdays(&mut self) {
        let word = |at: usize| self.tokens.get(at).map_or("", |token| token.lower.as_str());
        let birthday = (0..self.tokens.len()).any(|at| matches!(word(at), "birthday" | "birthdays"));
        let born = (0..self.tokens.len()).any(|at| {
            word(at) == "born" && word(at + 1) == "in" && super::period::month(word(at + 2)).is_some()
        });
        let dated = self
            .tokens
            .iter()
            .any(|token| token.lower.len() == 4 && token.lower.bytes().all(|byte| byte.is_ascii_digit()));
        if !(birthday || born) || dated {
            return;
        }
        let lexicon = self.lexicon;
        let of_birth = |column: ColumnId| {
            lexicon
                .column(column)
                .words
                .iter()
                .any(|word| BIRTHS.contains(&word.as_str()))
        };
        for cond in &mut self.plan.filters {
            if let Cond::Within {
                column,
                period,
                negated: false,
            } = cond
                && of_birth(*column)
                && let Some((unit, moment)) = recurring(period)
            {
                *cond = Cond::Recurs {
                    column: *column,
                    unit,
                    moment,
                };
            }
        }
    }
}

/// The month or the day that a period is, whatever its year.
fn recurring(period: &Period) -> Option<(Unit, Moment)> {
    let (from, to) = (period.from?, period.to);
    if period.single_day {
        return Some((Unit::Day, from));
    }
    match (from, to) {
        (
            Moment::StartOf {
                unit: Unit::Month, ..
            },
            _,
        ) => Some((Unit::Month, from)),
        (
            Moment::StartOf {
                unit: Unit::Day,
                offset,
            },
            Some(Moment::StartOf { offset: next, .. }),
        ) if next == offset + 1 => Some((Unit::Day, from)),
        (Moment::Fixed(day), Some(Moment::Fixed(end))) if day.day() == 1 && end.day() == 1 => {
            let next = day.saturating_add(jiff::Span::new().months(1));
            (next == end).then_some((Unit::Month, from))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::dialect::Dialect;
    use crate::engine::tests::{ask, check, clinic};

    #[test]
    fn ages_and_birthdays_are_those_of_whatever_year() {
        check(
            &clinic(),
            &[
                (
                    "average age of patients per city",
                    "SELECT city, AVG((DATEDIFF(CURRENT_DATE, birth_date)) / 365.25) FROM patients GROUP BY city",
                ),
                (
                    "patients whose birthday is this month",
                    "SELECT * FROM patients WHERE MONTH(birth_date) = MONTH(CAST(DATE_FORMAT(CURRENT_DATE, '%Y-%m-01') AS DATE))",
                ),
                (
                    "patients born in March",
                    "SELECT * FROM patients WHERE MONTH(birth_date) = 3",
                ),
                (
                    "patients with a birthday today",
                    "SELECT * FROM patients WHERE DATE_FORMAT(birth_date, '%m-%d') = DATE_FORMAT(CURRENT_DATE, '%m-%d')",
                ),
                (
                    "patients born in March 1990",
                    "SELECT * FROM patients WHERE birth_date >= '1990-03-01' AND birth_date < '1990-04-01'",
                ),
            ],
        );
        for (dialect, sql) in [
            (
                Dialect::Sqlite,
                "SELECT AVG((julianday('now') - julianday(birth_date)) / 365.25) FROM patients",
            ),
            (
                Dialect::PostgreSql,
                "SELECT AVG((CURRENT_DATE - birth_date) / 365.25) FROM patients",
            ),
        ] {
            assert_eq!(
                ask(&clinic(), dialect, "average age of patients").unwrap().sql,
                sql
            );
        }
    }
}
