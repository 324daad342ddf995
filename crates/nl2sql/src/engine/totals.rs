//! Tells a total that counts from one that adds up: "total orders" is how many there are, "total sales" what they come to.

use super::items::Kind;
use super::phrases::{Function, Phrase};
use super::reading::Reading;
use super::roles;

/// Rows that are amounts: their total is a sum.
const AMOUNTS: &[&str] = &[
    "bonus",
    "consumption",
    "distance",
    "duration",
    "mileage",
    "output",
    "production",
    "revenue",
    "usage",
    "volume",
    "weight",
    "yield",
    "budget",
    "charge",
    "commission",
    "contribution",
    "cost",
    "deduction",
    "deposit",
    "discount",
    "donation",
    "expenditure",
    "expense",
    "fare",
    "fee",
    "fine",
    "grant",
    "hour",
    "loss",
    "payment",
    "payout",
    "premium",
    "profit",
    "refund",
    "rent",
    "salary",
    "score",
    "spend",
    "spending",
    "subsidy",
    "tax",
    "tip",
    "toll",
    "wage",
    "withdrawal",
];

impl Reading<'_> {
    /// "total orders", "total cancelled orders": "total" asks how many rows there are, unless they are amounts.
    pub(crate) fn read_totals(&mut self) {
        for at in 0..self.items.len() {
            let is_total = self.word(at) == "total" && self.aggregate_at(at) == Some(Function::Sum);
            if is_total && (self.are_rows(at + 1) || self.is_described(at + 1) && self.are_rows(at + 2)) {
                self.items[at].kind = Kind::Phrase(Phrase::Aggregate(Function::Count));
            }
        }
    }

    /// Whether an item is a plural that names a table and nothing that can be added up.
    fn are_rows(&self, at: usize) -> bool {
        let Some(item) = self.items.get(at) else {
            return false;
        };
        let last = &self.tokens[item.end - 1];
        let is_amount =
            roles::is_money(&last.stem) || AMOUNTS.contains(&super::stem::singular(&last.lower).as_str());
        let is_named_on = self
            .items
            .get(at + 1)
            .is_some_and(|next| next.owner.is_some() && self.number_column(at + 1).is_some());
        self.table(at).is_some()
            && self.number_column(at).is_none()
            && last.lower.ends_with('s')
            && !is_amount
            && !is_named_on
    }

    /// Whether an item tells which rows, as "cancelled" does.
    fn is_described(&self, at: usize) -> bool {
        self.items
            .get(at)
            .is_some_and(|item| matches!(item.kind, Kind::Value(_) | Kind::Mention(..)))
            && self.table(at).is_none()
            && self.number_column(at).is_none()
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, clinic};

    #[test]
    fn a_total_of_rows_counts_them_and_a_total_of_amounts_adds_them_up() {
        check(&clinic(), &[("total visits", "SELECT COUNT(*) FROM visits")]);
    }
}
