//! Compares two columns of one row, also where the one is only what there is: "whose balance is over their limit", "parts below
//! the reorder level".

use super::lexicon::ColumnId;
use super::phrases::Op;
use super::plan::Cond;
use super::reading::Reading;
use super::roles;

impl Reading<'_> {
    /// `whose balance is greater than their limit`: two columns of the same table.
    pub(crate) fn compare_columns(&mut self, at: usize, next: usize, op: Op) -> bool {
        let Some(other) = self.number_column(next) else {
            return false;
        };
        let table = self.lexicon.column(other).table;
        // "stock below the minimum quantity": what is there, and what there should be at least.
        let level = self.is_level(other);
        let beside = |id: ColumnId| {
            self.is_measure(id) && id != other && (!level || self.lexicon.column(id).table == table)
        };
        let left = self.before(at).and_then(|i| {
            let there = level.then(|| self.stocked_beside(i, other)).flatten();
            let named = self.number_column(i).filter(|id| beside(*id));
            Some((
                i,
                named
                    .or(there)
                    .or_else(|| self.number_column(i).filter(|_| !level))?,
            ))
        });
        // "offers above the asking price": the one figure that each of them has.
        let left = left.or_else(|| {
            let head = self
                .head
                .filter(|head| self.before(at) == Some(*head) && self.table(*head) == Some(self.home))?;
            let one = roles::measure(self.lexicon, self.home).filter(|_| !level && table != self.home)?;
            self.assume(format!("the number is {}", self.column_title(one)));
            Some((head, one))
        });
        let Some((i, one)) = left else {
            return false;
        };
        if one == other {
            return false;
        }
        self.plan.filters.push(Cond::Columns(one, op, other));
        if self.table(i) == Some(self.home) {
            self.mark_all(at..=next);
        } else {
            self.mark_all(i..=next);
        }
        true
    }

    /// Whether a column says how much there should be, at least or at most.
    pub(crate) fn is_level(&self, id: ColumnId) -> bool {
        const LEVELS: &[&str] = &[
            "minimum",
            "min",
            "reorder",
            "safety",
            "threshold",
            "maximum",
            "max",
        ];
        let words = &self.lexicon.column(id).words;
        words.iter().any(|word| LEVELS.contains(&word.as_str()))
    }

    /// What there is of the things of a table of stock, for a word that says no more than the things: `parts below the reorder level`.
    fn stocked_beside(&self, at: usize, level: ColumnId) -> Option<ColumnId> {
        let table = self.lexicon.column(level).table;
        let speaks = table == self.home && (self.table(at) == Some(table) || self.column(at).is_some());
        speaks
            .then(|| {
                self.hinted(
                    table,
                    &["hand", "stock", "available", "quantity", "balance"],
                    |id| self.is_measure(id) && id != level && !self.is_level(id),
                )
            })
            .flatten()
    }
}
