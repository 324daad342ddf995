//! Moves a time that no moment was named for to the rows that a figure is taken of: "top 5 customers by total amount last month".

use super::lexicon::{ColumnId, TableId};
use super::plan::{Cond, Expr};
use super::reading::Reading;
use super::roles;

impl Reading<'_> {
    /// A time that was given to the home table only because it is home is that of the rows whose figures its groups are ranked by.
    pub(crate) fn date_figures(&mut self) {
        let Some(supposed) = self.supposed else { return };
        let lexicon = self.lexicon;
        if self.date_counts(supposed) {
            return;
        }
        let plan = &self.plan;
        if plan.group.is_empty() {
            return;
        }
        let measured = |expr: &Expr| match expr {
            Expr::Apply(_, column) | Expr::SumOfProduct(column, _) => Some(lexicon.column(*column).table),
            _ => None,
        };
        let ordered = plan.order.iter().map(|(expr, _)| expr);
        let tables: Vec<TableId> = plan.select.iter().chain(ordered).filter_map(measured).collect();
        let Some(figures) = tables.first().copied().filter(|first| {
            *first != self.home
                && lexicon.column(supposed).table == self.home
                && tables.iter().all(|table| table == first)
        }) else {
            return;
        };
        let Some(moment) = self.moment_of_figures(figures) else {
            return;
        };
        for cond in &mut self.plan.filters {
            if let Cond::Within { column, .. } = cond
                && *column == supposed
            {
                *column = moment;
            }
        }
        let title = self.column_title(moment);
        self.assume(format!("the time is that of {title}"));
    }

    /// The moment of the rows that a figure is taken of; lines of an order have that of the order.
    fn moment_of_figures(&self, figures: TableId) -> Option<ColumnId> {
        let lexicon = self.lexicon;
        let moment = |table| roles::moment(lexicon, table).filter(|id| self.is_day(*id));
        moment(figures).or_else(|| {
            let joined = self.joins()?;
            let between = |table: TableId| {
                joined
                    .iter()
                    .any(|step| step.added == table && step.added != self.home)
            };
            let links = lexicon.graph.links.iter().filter(|link| link.from == figures);
            links
                .filter(|link| between(link.to))
                .find_map(|link| moment(link.to))
        })
    }

    /// "customers with the most orders last month": the orders are those of last month.
    fn date_counts(&mut self, supposed: ColumnId) -> bool {
        let lexicon = self.lexicon;
        let counted = self.plan.order.iter().find_map(|(expr, _)| match expr {
            Expr::Related(related) => related.steps.last().map(|step| step.added),
            _ => None,
        });
        let Some(counted) = counted.filter(|table| *table != self.home) else {
            return false;
        };
        let Some(moment) = roles::moment(lexicon, counted).filter(|id| self.is_day(*id)) else {
            return false;
        };
        let plan = &mut self.plan;
        let Some(at) = plan
            .filters
            .iter()
            .position(|cond| matches!(cond, Cond::Within { column, .. } if *column == supposed))
        else {
            return false;
        };
        let Cond::Within { period, negated, .. } = plan.filters.remove(at) else {
            return false;
        };
        let shown = plan
            .select
            .iter_mut()
            .chain(plan.order.iter_mut().map(|(expr, _)| expr));
        for expr in shown {
            if let Expr::Related(related) = expr
                && related.steps.last().is_some_and(|step| step.added == counted)
            {
                related.filters.push(Cond::Within {
                    column: moment,
                    period,
                    negated,
                });
            }
        }
        let title = self.column_title(moment);
        self.assume(format!("the time is that of {title}"));
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn a_time_is_that_of_the_rows_that_a_figure_is_taken_of() {
        let shop = schema(&[
            "people: id int, name text, joined_on date",
            "rentals: id int, person_id int > people, price decimal(8,2), rented_at timestamp",
        ]);
        check(
            &shop,
            &[
                (
                    "top 5 people by total price in 2024",
                    "SELECT people.name, SUM(rentals.price) FROM people JOIN rentals ON rentals.person_id = people.id WHERE rentals.rented_at >= '2024-01-01' AND rentals.rented_at < '2025-01-01' GROUP BY people.id, people.name ORDER BY SUM(rentals.price) DESC LIMIT 5",
                ),
                (
                    "people with rentals in 2024",
                    "SELECT DISTINCT people.* FROM people JOIN rentals ON rentals.person_id = people.id WHERE rentals.rented_at >= '2024-01-01' AND rentals.rented_at < '2025-01-01'",
                ),
                (
                    "people who joined in 2024",
                    "SELECT * FROM people WHERE joined_on >= '2024-01-01' AND joined_on < '2025-01-01'",
                ),
            ],
        );
    }

    #[test]
    fn a_state_is_no_moment_of_nearly_the_same_name() {
        let mut desk = schema(&["tickets: id int, subject text, state text, opened_at timestamp"]);
        desk.tables[0].columns[2].samples = vec!["open".to_owned(), "closed".to_owned()];
        check(
            &desk,
            &[
                ("open tickets", "SELECT * FROM tickets WHERE state = 'open'"),
                (
                    "tickets opened in 2024",
                    "SELECT * FROM tickets WHERE opened_at >= '2024-01-01' AND opened_at < '2025-01-01'",
                ),
            ],
        );
    }
}
