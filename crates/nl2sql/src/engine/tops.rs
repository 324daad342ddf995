//! Ranks kinds of rows by what theirs come to: "top 3 stations by liters", "top 5 destinations by distance".

use super::lexicon::Sort;
use super::phrases::{Function, Phrase};
use super::plan::Expr;
use super::reading::Reading;
use super::roles;

/// Figures that nobody adds up.
const SINGLE: &[&str] = &[
    "price",
    "rate",
    "rating",
    "score",
    "age",
    "year",
    "percent",
    "percentage",
    "average",
    "avg",
    "max",
    "min",
    "capacity",
    "level",
    "rank",
    "grade",
    "temperature",
    "speed",
    "population",
    "gpa",
];

impl Reading<'_> {
    /// A kind that many rows share is ranked by the sum over its rows, not by its highest one.
    pub(crate) fn settle_tops(&mut self) {
        let lexicon = self.lexicon;
        let said = (0..self.items.len()).any(|at| self.phrase(at) == Some(Phrase::Top))
            && (0..self.items.len()).any(|at| self.word(at) == "by");
        let plan = &self.plan;
        let ([Expr::Column(kind)], [(Expr::Column(figure), _)]) = (&plan.select[..], &plan.order[..]) else {
            return;
        };
        let (kind, figure) = (*kind, *figure);
        let (one, other) = (lexicon.column(kind), lexicon.column(figure));
        let adds =
            other.sort == Sort::Number && !other.words.iter().any(|word| SINGLE.contains(&word.as_str()));
        let shared = one.table == self.home
            && other.table == self.home
            && one.sort == Sort::Text
            && !one.column.unique
            && !one.is_primary
            && !roles::names(lexicon, self.home).contains(&kind);
        let happens = roles::moment(lexicon, self.home).is_some();
        if !said
            || !adds
            || !shared
            || !happens
            || !plan.group.is_empty()
            || plan.limit.is_none()
            || plan.star
        {
            return;
        }
        let sum = Expr::Apply(Function::Sum, figure);
        self.plan.group = vec![Expr::Column(kind)];
        self.plan.select.push(sum.clone());
        self.plan.order[0].0 = sum;
        self.plan.distinct = false;
        self.assume(format!(
            "they are ranked by the sum of {}",
            self.column_title(figure)
        ));
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn kinds_are_ranked_by_what_their_rows_come_to() {
        let fuel = schema(&["refills: id int, station text, filled_on date, liters decimal(8,2)"]);
        check(
            &fuel,
            &[(
                "top 3 stations by liters",
                "SELECT station, SUM(liters) FROM refills GROUP BY station ORDER BY SUM(liters) DESC LIMIT 3",
            )],
        );
    }
}
