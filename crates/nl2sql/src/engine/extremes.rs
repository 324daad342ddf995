//! Tells what a word of the highest degree is about: a figure, the row that has it, or the rows of another row that has it.

use super::items::Kind;
use super::lexicon::ColumnId;
use super::phrases::{Function, Hint, Phrase};
use super::plan::{Cond, Expr};
use super::reading::{Entity, Reading};

impl Reading<'_> {
    /// `the maximum and minimum number of seats`: the second phrase is a function like the first.
    pub(crate) fn is_one_of_functions(&self, at: usize) -> bool {
        matches!(self.word(at), "minimum" | "maximum")
            && self
                .before(at)
                .filter(|i| self.items[*i].kind == Kind::And)
                .and_then(|i| self.before(i))
                .is_some_and(|i| {
                    matches!(
                        self.aggregate_at(i),
                        Some(Function::Max | Function::Min | Function::Avg)
                    )
                })
            && self.after(at).is_some_and(|i| self.number_column(i).is_some())
    }

    /// `the id of the vessel with the maximum range`: not the range is asked for but whose it is.
    pub(crate) fn tells_which(&self, at: usize) -> bool {
        let introduced = (1..=3).any(|back| {
            at.checked_sub(back).is_some_and(|i| {
                matches!(self.word(i), "with" | "has" | "have" | "having" | "had")
                    && (i + 1..at).all(|between| matches!(self.word(between), "the" | "a"))
            })
        });
        let shown = (0..at).any(|i| {
            self.targets[i]
                && self.is_free(i)
                && matches!(self.items[i].kind, Kind::Mention(..))
                && self.entity(i).is_some()
        });
        let figure = self.after(at).is_some_and(|i| {
            self.column_where(i, |id| self.is_measure(id) || self.is_day(id))
                .is_some()
        });
        let grouped = self
            .items
            .iter()
            .any(|item| item.kind == Kind::Phrase(Phrase::PerEach));
        introduced && shown && figure && !grouped
    }

    /// `the rivers of the largest county`: of the one row that a key of the home table refers to, all rows.
    pub(crate) fn of_the_first(&self, at: usize, expr: &Expr, descending: bool) -> Option<Cond> {
        let Expr::Column(by) = *expr else { return None };
        let table = self.lexicon.column(by).table;
        let apart = table != self.home && !self.targets[at] && self.plan.limit.is_none();
        let several = (0..self.items.len()).any(|i| {
            self.targets[i] && matches!(self.items[i].kind, Kind::Mention(..)) && self.word(i).ends_with('s')
        });
        let related = self
            .related(table)
            .filter(|_| apart && (several || self.asks_aggregate()))?;
        let [step] = &related.steps[..] else { return None };
        let link = &self.lexicon.graph.links[step.link];
        let ([(column, target)], false) = (&link.pairs[..], self.lexicon.graph.fans_out(step)) else {
            return None;
        };
        Some(Cond::Extreme {
            column: *column,
            target: *target,
            by,
            descending,
        })
    }

    /// Whether `highest price` asks for the number itself rather than for the row that has it.
    pub(crate) fn is_extreme(&self, at: usize, end: usize) -> bool {
        let introduced = at >= 1
            && matches!(
                self.word(at - 1),
                "with" | "has" | "have" | "had" | "having" | "whose"
            );
        // "the aircraft that can cover the maximum distance": whose it is, is asked.
        let related = self.head.is_some_and(|head| {
            head < at && (head + 1..at).any(|i| matches!(self.word(i), "that" | "who" | "which"))
        });
        let introduced = introduced
            || related
            || (at >= 2
                && self.word(at - 1) == "the"
                && matches!(
                    self.word(at - 2),
                    "with" | "has" | "have" | "had" | "having" | "by"
                ));
        let table_follows = self
            .items
            .get(end + 1)
            .is_some_and(|_| self.table(end + 1).is_some());
        let something_before = (0..at).any(|i| {
            matches!(self.items[i].kind, Kind::Mention(..)) && self.is_free(i) && self.entity(i).is_some()
        });
        let who = matches!(self.word(0), "who" | "which") || self.plan.limit.is_some();
        !introduced && !table_follows && !who && (!something_before || self.listed_before(at))
    }

    /// `the lowest and highest price`: part of a list of aggregates.
    pub(crate) fn listed_before(&self, at: usize) -> bool {
        at > 0 && matches!(self.items[at - 1].kind, Kind::And | Kind::Comma)
            || at > 1
                && self.word(at - 1) == "the"
                && matches!(self.items[at - 2].kind, Kind::And | Kind::Comma)
    }

    /// The column right after a superlative: `highest price`, `most recently hired`.
    pub(crate) fn ranked_column(&self, at: usize, hint: Hint) -> Option<(ColumnId, usize)> {
        let fits = |id: ColumnId| self.is_measure(id) || self.is_day(id);
        if self.items.get(at + 1).is_some_and(|item| item.owner.is_some())
            && let Some((column, _)) = self.column_where(at + 1, fits).filter(|(_, score)| *score >= 0.5)
        {
            return Some((column, at + 1));
        }
        let (column, score) = self.column_where(at, fits)?;
        let table = match self.entity(at) {
            Some(Entity::Table(_, table)) => table,
            _ => 0.0,
        };
        let state = score < 0.9 && super::values::is_known(self.word(at));
        (score > table && !state && (hint.is_empty() || score >= 0.7)).then_some((column, at))
    }
}
