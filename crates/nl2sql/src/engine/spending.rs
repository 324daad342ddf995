//! Recognises what somebody spent or paid in all: "customers who spent more than 500", "which member has paid the most".

use super::items::Kind;
use super::lexicon::{ColumnId, TableId};
use super::phrases::{Function, Op, Phrase};
use super::plan::{Cond, Expr, Literal};
use super::reading::Reading;
use super::roles;
use super::stem::stem;

/// Verbs that give money away.
const VERBS: &[&str] = &[
    "spent",
    "spend",
    "spends",
    "paid",
    "pay",
    "pays",
    "donated",
    "donate",
    "gave",
    "given",
    "contributed",
    "contribute",
    "raise",
    "raised",
    "collect",
    "collected",
    "receive",
    "received",
];
/// Nouns for all that somebody spent.
const SPENT: &[&str] = &[
    "spend",
    "spending",
    "spent",
    "expenditure",
    "paid",
    "donated",
    "raised",
];
/// Words of columns that hold what something costs.
const COSTS: &[&str] = &["fee", "cost", "price"];
/// Words that add nothing to a sum of money.
const IDLE: &[&str] = &["money", "total", "altogether", "overall", "us", "in"];

impl Reading<'_> {
    /// The sum of what is paid in another table, compared or ranked by.
    pub(crate) fn read_spending(&mut self) {
        let Some(head) = self.head.filter(|head| self.table(*head) == Some(self.home)) else {
            return;
        };
        if self.ranked_by_spending(head) {
            return;
        }
        for at in head + 1..self.items.len() {
            if !VERBS.contains(&self.word(at)) || !self.is_free(at) {
                continue;
            }
            let verb = self.word(at);
            // "how much has each member paid"
            let asks = (0..head).find(|i| {
                self.aggregate_at(*i) == Some(Function::Sum) && self.word(*i) == "how" && self.is_free(*i)
            });
            if let Some(asks) = asks {
                if let Some(column) = self.spent(verb).filter(|_| self.after_idle(at).is_none()) {
                    let each = (asks..head).any(|i| self.phrase(i) == Some(Phrase::PerEach));
                    if each {
                        self.sum_of_each(column);
                    }
                    self.aggregates.push(Expr::Apply(Function::Sum, column));
                    self.mark_all(asks..=at);
                    self.mark_idle(at);
                }
                return;
            }
            // "paid the most" is one phrase.
            let ranked = match self.phrase(at) {
                Some(Phrase::Superlative { descending, .. }) => Some((at, descending)),
                _ => self.after(at).and_then(|i| match self.phrase(i) {
                    Some(Phrase::Most(most)) => Some((i, most)),
                    _ => None,
                }),
            };
            if let Some((end, most)) = ranked {
                let ends = self.after_idle(end).is_none();
                if let Some(column) = self.spent(verb).filter(|_| ends) {
                    self.sum_of_each(column);
                    self.plan.order.push((Expr::Apply(Function::Sum, column), most));
                    self.limit_for(at);
                    self.mark_all(at..=end);
                    self.mark_idle(end);
                }
                return;
            }
            let compared = self.after(at).and_then(|i| match self.phrase(i)? {
                Phrase::Compare {
                    op: op @ (Op::Gt | Op::Ge | Op::Lt | Op::Le),
                    time: false,
                    ..
                } => Some((i, op)),
                _ => None,
            });
            let Some((compare, op)) = compared else { continue };
            let Some(number) = self.after(compare) else { return };
            let digits = match &self.items[number].kind {
                Kind::Number(digits) => digits.clone(),
                Kind::Period(period) if period.year.is_some() => {
                    self.tokens[self.items[number].start].text.clone()
                }
                _ => return,
            };
            let names_more = self
                .after_idle(number)
                .is_some_and(|i| matches!(self.items[i].kind, Kind::Mention(..)) && i <= number + 2);
            if let Some(column) = self.spent(verb).filter(|_| !names_more) {
                self.sum_of_each(column);
                self.plan.having.push(Cond::Compare(
                    Expr::Apply(Function::Sum, column),
                    op,
                    Literal::Number(digits),
                ));
                self.mark_all(at..=number);
                self.mark_idle(number);
            }
            return;
        }
    }

    /// `top 5 customers by total spend`, `guests by amount spent`.
    fn ranked_by_spending(&mut self, head: usize) -> bool {
        let top = (0..head).find(|i| matches!(self.word(*i), "top" | "bottom"));
        let Some(by) = self
            .after(head)
            .filter(|i| self.phrase(*i) == Some(Phrase::By) || self.word(*i) == "by")
        else {
            return false;
        };
        let Some(at) = (by + 1..self.items.len().min(by + 5))
            .find(|i| self.is_free(*i) && SPENT.contains(&self.word(*i)))
        else {
            return false;
        };
        let plain = |i: usize| {
            self.is_glue(i)
                || matches!(
                    self.word(i),
                    "total" | "amount" | "money" | "their" | "overall" | "lifetime"
                )
        };
        let (Some(top), true) = (top, (by + 1..at).all(plain) && self.after_idle(at).is_none()) else {
            return false;
        };
        let Some(column) = self.spent(self.word(at)) else {
            return false;
        };
        self.sum_of_each(column);
        let sum = Expr::Apply(Function::Sum, column);
        self.plan.order.push((sum.clone(), self.word(top) == "top"));
        self.aggregates.push(sum);
        let number = self.leading_number().or_else(|| self.number_beside(top));
        if let Some((i, _)) = number {
            self.mark(i);
        }
        self.plan.limit = Some(number.map_or(10, |(_, number)| number));
        self.mark(top);
        self.mark_all(by..=at);
        self.mark_idle(at);
        true
    }

    fn sum_of_each(&mut self, column: ColumnId) {
        self.assume(format!("what was paid is told by {}", self.column_title(column)));
        let keys = self.entity_keys(self.home);
        self.group_by(keys);
    }

    /// The next item that says more than that it is a sum.
    fn after_idle(&self, at: usize) -> Option<usize> {
        (at + 1..self.items.len()).find(|i| {
            !self.is_glue(*i)
                && !IDLE.contains(&self.word(*i))
                && !matches!(self.phrase(*i), Some(Phrase::Filler))
        })
    }

    fn mark_idle(&mut self, at: usize) {
        for i in at + 1..self.items.len() {
            if !(self.is_glue(i) || IDLE.contains(&self.word(i)) || self.phrase(i) == Some(Phrase::Filler)) {
                break;
            }
            self.mark(i);
        }
    }

    /// The amounts that rows of another table hold for those of the home table: those of payments for what was paid, else
    /// the nearest.
    fn spent(&self, verb: &str) -> Option<ColumnId> {
        let lexicon = self.lexicon;
        let own = lexicon.columns_of(self.home).any(|id| {
            let words = &lexicon.column(id).words;
            self.is_measure(id)
                && words
                    .iter()
                    .any(|word| stem(word) == stem(verb) || word == "spent" || word == "paid")
        });
        if own {
            return None;
        }
        let pays = !matches!(verb, "spent" | "spend" | "spends" | "spending" | "expenditure");
        let mut found: Vec<(bool, u32, TableId, ColumnId)> = lexicon
            .table_ids()
            .filter(|table| *table != self.home && self.reachable(*table))
            .filter_map(|table| {
                let steps = self.related(table)?.steps;
                let outwards = steps.iter().all(|step| lexicon.graph.fans_out(step));
                let column = roles::taken(lexicon, table)
                    .or_else(|| self.hinted(table, COSTS, |id| self.is_measure(id) && !lexicon.is_key(id)))?;
                let kin = lexicon.table(table).words.iter().any(|word| {
                    matches!(
                        word.as_str(),
                        "payment" | "transaction" | "donation" | "contribution"
                    )
                });
                outwards.then_some((!(pays && kin), self.distance(table), table, column))
            })
            .collect();
        found.sort_unstable();
        match &found[..] {
            [] => None,
            [only] => Some(only.3),
            [first, second, ..] => ((first.0, first.1) != (second.0, second.1)).then_some(first.3),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn what_somebody_spent_is_the_sum_of_their_rows() {
        let club = schema(&[
            "guests: id int, name text",
            "stays: id int, guest_id int > guests, room text, price decimal(8,2)",
            "payments: id int, guest_id int > guests, amount decimal(8,2)",
        ]);
        check(
            &club,
            &[
                (
                    "guests who have paid us more than 500 in total",
                    "SELECT guests.name FROM guests JOIN payments ON payments.guest_id = guests.id \
                     GROUP BY guests.id, guests.name HAVING SUM(payments.amount) > 500",
                ),
                (
                    "how much has each guest paid",
                    "SELECT guests.name, SUM(payments.amount) FROM guests JOIN payments ON payments.guest_id = guests.id \
                     GROUP BY guests.id, guests.name",
                ),
                (
                    "top 3 guests by total paid",
                    "SELECT guests.name, SUM(payments.amount) FROM guests JOIN payments ON payments.guest_id = guests.id \
                     GROUP BY guests.id, guests.name ORDER BY SUM(payments.amount) DESC LIMIT 3",
                ),
                (
                    "guests who gave more than 500 in total",
                    "SELECT guests.name FROM guests JOIN payments ON payments.guest_id = guests.id \
                     GROUP BY guests.id, guests.name HAVING SUM(payments.amount) > 500",
                ),
                (
                    "which guest has paid the most",
                    "SELECT guests.name FROM guests JOIN payments ON payments.guest_id = guests.id \
                     GROUP BY guests.id, guests.name ORDER BY SUM(payments.amount) DESC LIMIT 1",
                ),
            ],
        );
    }
}
