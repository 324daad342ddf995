//! Recognises how long something took: the time between two moments of a row.

use super::items::Kind;
use super::period::Unit;
use super::phrases::{Function, Op, Phrase};
use super::plan::{Cond, Elapsed, Expr, Literal};
use super::reading::Reading;
use super::stem::stem;

fn unit_of(word: &str) -> Option<Unit> {
    match word {
        "minute" | "minutes" => Some(Unit::Minute),
        "day" | "days" | "night" | "nights" => Some(Unit::Day),
        "hour" | "hours" => Some(Unit::Hour),
        "week" | "weeks" => Some(Unit::Week),
        _ => None,
    }
}

/// What is asked of the time, and which tokens ask it.
pub(super) struct Asked {
    function: Function,
    /// Whether the question says which function.
    is_said: bool,
    unit: Unit,
    from: usize,
    to: usize,
    /// The verb or noun that says what was over.
    pub(super) over: Option<usize>,
    /// The words for the two moments.
    pub(super) between: Option<(usize, usize, usize, usize)>,
}

impl Reading<'_> {
    /// `…, in hours`: the unit that the time is wanted in, and where that is said.
    fn unit_said(&self) -> Option<(usize, Unit)> {
        let word = |at: usize| self.tokens.get(at).map_or("", |token| token.lower.as_str());
        (1..self.tokens.len()).find_map(|at| {
            let next = self.tokens.get(at + 2);
            let ends = next.is_none_or(|next| {
                !next.is_word() || matches!(next.lower.as_str(), "per" | "by" | "for" | "each")
            });
            let unit = unit_of(word(at + 1)).filter(|_| word(at) == "in" && ends)?;
            Some((at, unit))
        })
    }

    pub(crate) fn read_durations(&mut self) {
        let Some(mut asked) = self.asked_time() else {
            return;
        };
        let unit_said = self.unit_said();
        if let Some((_, unit)) = unit_said {
            asked.unit = unit;
        }
        let Some((from, to)) = self.two_moments(&asked) else {
            return;
        };
        if !asked.is_said {
            self.assume("the average is shown".to_owned());
        }
        if asked.between.is_none() {
            self.assume(format!(
                "the time is from {} to {}",
                self.column_title(from),
                self.column_title(to)
            ));
        }
        let each = self
            .tokens
            .iter()
            .any(|token| matches!(token.lower.as_str(), "each" | "every"));
        let elapsed = |function| {
            Expr::Elapsed(Elapsed {
                from,
                to: Some(to),
                unit: asked.unit,
                function,
            })
        };
        // "how long did each repair take": a time for each row, not one for all.
        let row = each
            && !asked.is_said
            && (0..self.items.len()).any(|at| {
                matches!(self.word(at), "each" | "every")
                    && self.after(at).is_some_and(|i| self.table(i) == Some(self.home))
            });
        if row {
            for at in 0..self.items.len() {
                if self.phrase(at) == Some(Phrase::PerEach) {
                    self.items[at].kind = Kind::Glue;
                }
            }
            self.show_labels();
            if self.plan.select.is_empty() {
                self.plan.star = true;
            }
            self.plan.select.push(elapsed(None));
        } else {
            self.aggregates.push(elapsed(Some(asked.function)));
        }
        for at in 0..self.items.len() {
            let (start, end) = (self.items[at].start, self.items[at].end);
            let inside = start < asked.to && end > asked.from;
            let over = asked.over.is_some_and(|over| start <= over && over < end);
            // "to mend a boat": the rows themselves.
            let object = asked.over.is_some_and(|over| {
                (over + 1..=over + 2).contains(&start) && end == start + 1 && self.says_home(start)
            });
            let over = over || object;
            let average = self.word(at) == "average" && start > 0 && self.tokens[start - 1].lower == "on";
            let unit = unit_said.is_some_and(|(said, _)| start < said + 2 && end > said);
            if Some(at) != self.head && (inside || over || average || unit) {
                self.mark(at);
                if !matches!(self.items[at].kind, Kind::Mention(..)) || over || inside {
                    self.items[at].kind = Kind::Glue;
                }
            }
        }
    }

    fn asked_time(&self) -> Option<Asked> {
        let word = |at: usize| self.tokens.get(at).map_or("", |token| token.lower.as_str());
        let count = self.tokens.len();
        let on_average = (1..count).any(|at| word(at - 1) == "on" && word(at) == "average")
            || (0..count).any(|at| matches!(word(at), "usually" | "typically" | "generally"));
        for at in 0..count {
            // "how long does it take to …", "how many days does a repair take"
            let how = match (word(at), word(at + 1)) {
                ("how", "long") => Some((Unit::Day, at + 2)),
                ("how", "many") => unit_of(word(at + 2)).map(|unit| (unit, at + 3)),
                _ => None,
            };
            if let Some((unit, next)) = how {
                let between =
                    (word(next) == "between" || word(next + 1) == "between" || word(next + 2) == "between")
                        .then(|| self.sides((next..next + 3).find(|i| word(*i) == "between")? + 1))
                        .flatten();
                let asks = matches!(word(next), "does" | "do" | "did" | "will" | "it");
                let take = (next..count.min(next + 9)).find(|i| {
                    asks && matches!(word(*i), "take" | "takes" | "took" | "taken" | "last" | "lasts")
                });
                if take.is_none() && between.is_none() {
                    continue;
                }
                let asked = Asked {
                    function: Function::Avg,
                    is_said: on_average,
                    unit,
                    from: at,
                    to: next,
                    over: None,
                    between,
                };
                let Some(take) = take else {
                    let to = asked.between.map_or(next, |sides| sides.3);
                    return Some(Asked { to, ..asked });
                };
                let does_it = (next..take).any(|i| word(i) == "it");
                let to_verb = (take + 1..count.min(take + 5)).find(|i| word(*i) == "to");
                return Some(match to_verb {
                    Some(to) if does_it => Asked {
                        to: to + 1,
                        over: Some(to + 1),
                        ..asked
                    },
                    Some(to) => Asked {
                        over: Some(to + 1 + usize::from(word(to + 1) == "be")),
                        to: next + 1,
                        ..asked
                    },
                    None => Asked {
                        to: next + usize::from(matches!(word(next), "does" | "did" | "do")),
                        over: None,
                        ..asked
                    },
                });
            }
            let function = match word(at) {
                "average" | "avg" | "mean" => Function::Avg,
                "longest" | "maximum" | "max" => Function::Max,
                "shortest" | "minimum" | "min" => Function::Min,
                _ => continue,
            };
            let mut next = at + 1;
            if word(next) == "number" && word(next + 1) == "of" {
                next += 2;
            }
            let named = |i: usize| {
                matches!(
                    word(i),
                    "time"
                        | "days"
                        | "nights"
                        | "hours"
                        | "minutes"
                        | "weeks"
                        | "duration"
                        | "delay"
                        | "interval"
                        | "gap"
                )
            };
            let asked = |to, over, between| Asked {
                function,
                is_said: true,
                unit: (next..next + 2)
                    .find_map(|i| unit_of(word(i)))
                    .unwrap_or(Unit::Day),
                from: at,
                to,
                over,
                between,
            };
            if named(next) {
                let mut follow = next + 1;
                if word(follow) == "in" && unit_of(word(follow + 1)).is_some() {
                    follow += 2;
                }
                match word(follow) {
                    "between" | "from" => {
                        let between = self.sides(follow + 1)?;
                        return Some(asked(between.3, None, Some(between)));
                    }
                    "to" => return Some(asked(follow + 1, Some(follow + 1), None)),
                    "it" => {
                        let to = (follow..count.min(follow + 5)).find(|i| word(*i) == "to")?;
                        return Some(asked(to + 1, Some(to + 1), None));
                    }
                    _ => continue,
                }
            }
            // "average settlement time", where no column is called so
            if next < count
                && (named(next + 1) || word(next + 1) == "length")
                && self.tokens[next].is_word()
                && unit_of(word(next)).is_none()
            {
                let held = self.lexicon.columns_of(self.home).any(|id| {
                    let words = &self.lexicon.column(id).words;
                    self.is_measure(id)
                        && words.iter().any(|known| {
                            stem(known) == stem(word(next)) || super::lengths::unit(known).is_some()
                        })
                });
                if !held {
                    return Some(asked(next + 2, Some(next), None));
                }
            }
        }
        None
    }

    /// `A and B` after `between`: the first and last tokens of both.
    fn sides(&self, start: usize) -> Option<(usize, usize, usize, usize)> {
        let word = |at: usize| self.tokens.get(at).map_or("", |token| token.lower.as_str());
        let mid = (start + 1..self.tokens.len().min(start + 6))
            .find(|i| matches!(word(*i), "and" | "to" | "until"))?;
        // "check in" ends no side.
        let verb = |i: usize| {
            let before = i.checked_sub(1).map_or("", word);
            word(i) == "in"
                && matches!(
                    before,
                    "check" | "checked" | "chk" | "clock" | "clocked" | "sign" | "signed" | "moved"
                )
                || word(i) == "on" && matches!(before, "put" | "logged")
        };
        let stop = |i: &usize| {
            !verb(*i)
                && matches!(
                    word(*i),
                    "per" | "for" | "by" | "of" | "in" | "on" | "each" | "," | "where" | "with" | "grouped"
                )
        };
        let end = (mid + 1..self.tokens.len())
            .find(stop)
            .unwrap_or(self.tokens.len());
        (mid + 1 < end && end - mid <= 6).then_some((start, mid, mid + 1, end))
    }

    /// `repairs that took more than 10 days`: the time between a beginning and an end.
    pub(crate) fn compare_elapsed(
        &mut self,
        at: usize,
        op: Op,
        (amount, size): (f64, f64),
        taken: usize,
    ) -> bool {
        let end = self.items[at].end + taken;
        let took = at.checked_sub(1).is_some_and(|i| {
            matches!(
                self.word(i),
                "took" | "take" | "takes" | "taken" | "taking" | "lasted" | "lasting"
            )
        }) || matches!(self.word(at), "longer" | "shorter");
        let to = self
            .tokens
            .get(end)
            .is_some_and(|token| token.lower == "to")
            .then_some(end + 1);
        let asked = Asked {
            function: Function::Avg,
            is_said: true,
            unit: Unit::Day,
            from: at,
            to: at,
            over: to,
            between: None,
        };
        if !(took || to.is_some()) {
            return false;
        }
        let Some((from, until)) = self.two_moments(&asked) else {
            return false;
        };
        let unit = if size < 86_400_000.0 {
            Unit::Hour
        } else {
            Unit::Day
        };
        let number = amount * size
            / if unit == Unit::Hour {
                3_600_000.0
            } else {
                86_400_000.0
            };
        self.assume(format!(
            "the time is from {} to {}",
            self.column_title(from),
            self.column_title(until)
        ));
        let elapsed = Expr::Elapsed(Elapsed {
            from,
            to: Some(until),
            unit,
            function: None,
        });
        self.plan.filters.push(Cond::Compare(
            elapsed,
            op,
            Literal::Number(super::lengths::digits(number)),
        ));
        for i in at..self.items.len() {
            if self.items[i].start < end || to.is_some_and(|to| self.items[i].start <= to) {
                self.mark(i);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::dialect::Dialect;
    use crate::engine::tests::{ask, check, desk, schema, sql};

    #[test]
    fn a_time_is_between_two_moments_of_a_row() {
        let hires = schema(&["hires: id int, client text, ordered_on date, delivered_on date, place text"]);
        check(
            &hires,
            &[
                (
                    "how many days does it take to deliver a hire on average",
                    "SELECT AVG(DATEDIFF(delivered_on, ordered_on)) FROM hires",
                ),
                (
                    "average time between ordered and delivered per place",
                    "SELECT place, AVG(DATEDIFF(delivered_on, ordered_on)) FROM hires GROUP BY place",
                ),
                (
                    "hires that took more than 2 weeks",
                    "SELECT * FROM hires WHERE DATEDIFF(delivered_on, ordered_on) > 14",
                ),
            ],
        );
        for (dialect, wanted) in [
            (
                Dialect::Sqlite,
                "SELECT AVG(julianday(resolved_at) - julianday(created_at)) FROM tickets",
            ),
            (
                Dialect::PostgreSql,
                "SELECT AVG(EXTRACT(EPOCH FROM (resolved_at - created_at)) / 86400.0) FROM tickets",
            ),
            (
                Dialect::MySql,
                "SELECT AVG(TIMESTAMPDIFF(SECOND, created_at, resolved_at) / 86400.0) FROM tickets",
            ),
        ] {
            let question = "how long does it take to resolve a ticket";
            assert_eq!(sql(&desk(), dialect, question), wanted);
            let draft = ask(&desk(), dialect, question).unwrap();
            assert!(
                draft
                    .explanation
                    .contains("the average of days from tickets.created_at to tickets.resolved_at"),
                "{}",
                draft.explanation
            );
            assert!(crate::check(&draft.sql, dialect, Some(&desk())).is_ok());
        }
    }

    #[test]
    fn two_moments_that_cannot_be_told_are_no_time() {
        let trips = schema(&["trips: id int, client text, planned_on date, noted_on date, signed_on date"]);
        assert!(ask(&trips, Dialect::Sqlite, "how long does it take to repaint a trip").is_err());
    }
}
