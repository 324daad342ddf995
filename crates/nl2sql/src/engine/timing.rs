//! Gives periods the column they speak of: "placed in 2024", "from the last 30 days".

use super::items::Kind;
use super::lexicon::{ColumnId, Sort, TableId};
use super::period::{Moment, Unit};
use super::phrases::{Op, Phrase};
use super::plan::Cond;
use super::reading::Reading;
use super::roles;

impl Reading<'_> {
    pub(crate) fn read_periods(&mut self) {
        for at in 0..self.items.len() {
            let Kind::Period(period) = self.items[at].kind.clone() else {
                continue;
            };
            if !self.is_free(at) {
                continue;
            }
            let done = self
                .done_before(at)
                .and_then(|table| roles::moment(self.lexicon, table));
            let Some(column) = done.or_else(|| self.moment_column(at)) else {
                continue;
            };
            let not = self.negation_before(at).filter(|i| self.is_free(*i));
            if let Some(not) = not {
                self.mark(not);
            }
            self.mark(at);
            self.plan.filters.push(Cond::Within {
                column,
                period,
                negated: not.is_some(),
            });
        }
    }

    /// "customers with orders last month": the table right before a time whose rows the home rows are to have.
    fn done_before(&self, at: usize) -> Option<TableId> {
        let before = self.before(at)?;
        let table = self.table(before).filter(|table| *table != self.home)?;
        let has = before.checked_sub(1).is_some_and(|i| self.word(i) == "with");
        let headed = self.head.is_some_and(|head| head < before);
        let links = &self.lexicon.graph.links;
        let refers = links
            .iter()
            .any(|link| link.from == table && link.to == self.home);
        (has && headed && refers).then_some(table)
    }

    /// The moment that words before `at` name ("shipped", "hire date"), else the one that dates the home table's rows.
    pub(crate) fn moment_column(&mut self, at: usize) -> Option<ColumnId> {
        if let Some(column) = self
            .undone_before(at)
            .and_then(|table| roles::moment(self.lexicon, table))
        {
            return Some(column);
        }
        let temporal = |id: ColumnId| self.is_day(id) || self.lexicon.column(id).sort == Sort::Year;
        let from = at.saturating_sub(5);
        let named = (from..at).rev().find_map(|i| {
            let stop = matches!(self.items[i].kind, Kind::Comma);
            if stop {
                return None;
            }
            let (column, score) = self.column_where(i, temporal)?;
            // "listings added this week": the doing is that of the rows themselves, whatever else is said so elsewhere.
            let table = self.lexicon.column(column).table;
            let own = (table != self.home && score < 0.76 && self.participle(i))
                .then(|| roles::moment(self.lexicon, self.home))
                .flatten()
                .filter(|_| !self.named.contains(&table) && self.table(i).is_none());
            if let Some(own) = own {
                return Some((i, own));
            }
            let verb = self.participle(i)
                || score >= 0.9
                || matches!(self.word(i), "date" | "birth" | "year" | "time")
                // "built before 2000", "start in 2025": right before the time.
                || score >= 0.55 && self.after(i) == Some(at) && self.table(i).is_none();
            (score >= 0.4 && verb).then_some((i, column))
        });
        if let Some((i, column)) = named {
            if self.table(i).is_none() || self.participle(i) {
                self.mark(i);
            }
            return Some(column);
        }
        let after = self.after(at).filter(|i| self.is_free(*i)).and_then(|i| {
            self.column_where(i, temporal)
                .filter(|(_, score)| *score >= 0.9)
                .map(|(column, _)| (i, column))
        });
        if let Some((i, column)) = after.filter(|(i, _)| self.table(*i).is_none()) {
            self.mark(i);
            return Some(column);
        }
        if let Some(column) = self.moment_beside_birth() {
            self.assume(format!("the time is that of {}", self.column_title(column)));
            return Some(column);
        }
        if let Some(column) = self.moment_of_counted(at) {
            return Some(column);
        }
        if let Some(column) = roles::moment(self.lexicon, self.home) {
            self.supposed = Some(column);
            let several = self
                .lexicon
                .columns_of(self.home)
                .filter(|id| self.is_day(*id))
                .count()
                > 1;
            if several {
                self.assume(format!("the time is that of {}", self.column_title(column)));
            }
            return Some(column);
        }
        // The nearest table that is named or one key away has the moment.
        let lexicon = self.lexicon;
        let mut near: Vec<_> = lexicon
            .table_ids()
            .filter(|table| self.reachable(*table) && *table != self.home && self.distance(*table) <= 3)
            .collect();
        // When a thing came out, or somebody was born, dates nothing that is done with them.
        let of_things = |table: &TableId| {
            const ONCE: &[&str] = &[
                "released",
                "release",
                "launched",
                "launch",
                "founded",
                "birth",
                "born",
                "dob",
                "hired",
                "hire",
                "established",
                "published",
            ];
            roles::moment(lexicon, *table).is_some_and(|id| {
                lexicon
                    .column(id)
                    .words
                    .iter()
                    .any(|word| ONCE.contains(&word.as_str()))
            })
        };
        near.sort_by_key(|table| {
            (
                !self.named.contains(table),
                of_things(table),
                self.distance(*table),
                *table,
            )
        });
        let found = near
            .into_iter()
            .find_map(|table| roles::moment(lexicon, table).filter(|id| self.is_day(*id)));
        if let Some(column) = found {
            self.assume(format!("the time is that of {}", self.column_title(column)));
        }
        found
    }

    /// `students absent on 1 March`: where the rows themselves only have a birth, the time is that of what else is spoken of.
    fn moment_beside_birth(&self) -> Option<ColumnId> {
        let own = roles::moment(self.lexicon, self.home)?;
        let words = &self.lexicon.column(own).words;
        if !words
            .iter()
            .any(|word| matches!(word.as_str(), "birth" | "dob" | "birthday" | "birthdate"))
        {
            return None;
        }
        let valued = self.items.iter().filter_map(|item| match &item.kind {
            Kind::Value(hits) => Some(self.lexicon.column(hits.first()?.column).table),
            _ => None,
        });
        let others = valued.chain(self.named.iter().copied());
        others
            .filter(|table| *table != self.home && self.reachable(*table))
            .find_map(|table| roles::moment(self.lexicon, table).filter(|id| self.is_day(*id)))
    }

    /// `expired members`, by a day that is known beforehand: it lies before today.
    pub(crate) fn lapsed(&self, at: usize, column: ColumnId) -> Option<Cond> {
        let words = &self.lexicon.column(column).words;
        let set = words
            .iter()
            .any(|word| matches!(word.as_str(), "expiry" | "expiration" | "expires" | "expire"));
        (set && self.word(at) == "expired").then_some(Cond::At {
            column,
            op: Op::Lt,
            moment: Moment::StartOf {
                offset: 0,
                unit: Unit::Day,
            },
        })
    }

    /// `drivers with more than 50 trips this year`: the time is that of the rows that are counted, named right before it.
    fn moment_of_counted(&self, at: usize) -> Option<ColumnId> {
        let table = (at.saturating_sub(3)..at)
            .rev()
            .take_while(|i| self.items[*i].kind != Kind::Comma)
            .find_map(|i| self.table(i))
            .filter(|table| *table != self.home)?;
        let counted = self.plan.filters.iter().any(|cond| {
            cond.related()
                .is_some_and(|related| related.steps.iter().any(|step| step.added == table))
        });
        roles::moment(self.lexicon, table).filter(|_| counted)
    }

    /// Whether a phrase of grouping or order claims the item before it.
    pub(crate) fn is_claimed(&self, at: usize) -> bool {
        self.before(at).is_some_and(|i| {
            matches!(
                self.phrase(i),
                Some(Phrase::PerEach | Phrase::By | Phrase::OrderBy | Phrase::OrderedOf(_))
            )
        })
    }
}
