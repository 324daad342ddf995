//! Adds up money that is asked for as a whole: "revenue this month", "sales in 2025".

use super::items::Kind;
use super::lexicon::Sort;
use super::period::{Slot, Unit};
use super::phrases::Function;
use super::plan::Expr;
use super::reading::Reading;
use super::roles;

impl Reading<'_> {
    /// `days with more than 50 calls` are days, not moments of them.
    pub(crate) fn settle_days(&mut self) {
        let [Expr::Column(moment)] = self.plan.group[..] else {
            return;
        };
        let timed = self.lexicon.column(moment).sort == Sort::Day { timed: true };
        let days = self
            .tokens
            .iter()
            .any(|token| matches!(token.lower.as_str(), "day" | "days" | "date" | "dates"));
        if !timed || !days {
            return;
        }
        let day = Expr::Bucket(Slot::Of(Unit::Day), moment);
        for expr in self.plan.select.iter_mut().chain(&mut self.plan.group) {
            if *expr == Expr::Column(moment) {
                *expr = day.clone();
            }
        }
        for (expr, _) in &mut self.plan.order {
            if *expr == Expr::Column(moment) {
                *expr = day.clone();
            }
        }
    }

    /// `revenue this month` is one figure, where nothing else is asked for.
    pub(crate) fn settle_takings(&mut self) {
        let plan = &self.plan;
        let [Expr::Column(figure)] = plan.select[..] else {
            return;
        };
        let entry = self.lexicon.column(figure);
        let alone = !plan.star && plan.group.is_empty() && plan.order.is_empty() && plan.limit.is_none();
        // The first word with a meaning is the money.
        let first = (0..self.items.len()).find(|at| {
            !matches!(self.items[*at].kind, Kind::Glue)
                && !matches!(self.word(*at), "show" | "our" | "get" | "give")
        });
        let money = first.is_some_and(|at| {
            let token = &self.tokens[self.items[at].start];
            self.items[at].end == self.items[at].start + 1
                && roles::is_money(&token.stem)
                && !token.owns
                && self.table(at).is_none()
        });
        let each = self.tokens.iter().any(|token| {
            matches!(
                token.lower.as_str(),
                "each"
                    | "every"
                    | "list"
                    | "all"
                    | "per"
                    | "by"
                    | "of"
                    | "above"
                    | "over"
                    | "below"
                    | "which"
            )
        });
        if alone && money && !each && entry.sort == Sort::Number && !plan.distinct {
            self.plan.select = vec![Expr::Apply(Function::Sum, figure)];
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn money_taken_in_a_time_is_one_figure() {
        let cafe = schema(&["bills: id int, paid_on date, amount decimal(8,2)"]);
        check(
            &cafe,
            &[(
                "revenue in 2024",
                "SELECT SUM(amount) FROM bills WHERE paid_on >= '2024-01-01' AND paid_on < '2025-01-01'",
            )],
        );
    }
}
