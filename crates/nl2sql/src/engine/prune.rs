//! Takes tables out of a plan that nothing is read from but a key which another table holds as well.

use super::graph::Step;
use super::lexicon::{ColumnId, TableId};
use super::plan::{Cond, Expr};
use super::reading::Reading;

/// More rounds than any plan has tables that can go.
const ROUNDS: usize = 6;

impl Reading<'_> {
    /// A condition that related rows exist says nothing where they are joined anyway.
    fn drop_idle_exists(&mut self) {
        let Some(steps) = self.joins() else {
            return;
        };
        self.plan.filters.retain(|cond| match cond {
            Cond::Exists {
                related,
                negated: false,
            } if related.filters.is_empty() => !related
                .steps
                .iter()
                .all(|step| steps.iter().any(|joined| joined.added == step.added)),
            _ => true,
        });
    }

    /// Leaves out joins that the question does not need; the answer stays the same wherever keys hold.
    pub(crate) fn prune(&mut self) {
        self.drop_idle_exists();
        for _ in 0..ROUNDS {
            let Some(steps) = self.joins().filter(|steps| !steps.is_empty()) else {
                return;
            };
            if !self.prune_leaf(&steps) && !self.prune_home(&steps) {
                return;
            }
        }
    }

    /// A table at the end of a join of which only the key is read that the table before it holds.
    fn prune_leaf(&mut self, steps: &[Step]) -> bool {
        for step in steps {
            let is_leaf = !steps.iter().any(|other| other.known == step.added);
            let link = &self.lexicon.graph.links[step.link];
            let ([(mine, other)], true) = (&link.pairs[..], is_leaf && link.to == step.added) else {
                continue;
            };
            let (mine, other) = (*mine, *other);
            if self.via.contains(&step.added) || !self.reads_only(step.added, Some(other)) {
                continue;
            }
            self.replace(other, mine);
            return true;
        }
        false
    }

    /// The home table, when nothing is read of it but the key that the next table holds.
    fn prune_home(&mut self, steps: &[Step]) -> bool {
        let mut outgoing = steps.iter().filter(|step| step.known == self.home);
        let (Some(step), None) = (outgoing.next(), outgoing.next()) else {
            return false;
        };
        // One number of a longer chain of tables stays as it is asked.
        if self.plan.star || (self.plan.group.is_empty() && steps.len() > 1) || self.reads_rows_beside() {
            return false;
        }
        let link = &self.lexicon.graph.links[step.link];
        let ([(mine, other)], true) = (&link.pairs[..], link.to == self.home) else {
            return false;
        };
        let (mine, other, next) = (*mine, *other, step.added);
        if !self.reads_only(self.home, Some(other)) {
            return false;
        }
        let counts_rows = self.plan.select.contains(&Expr::Rows) && self.via.is_empty();
        if counts_rows {
            return false;
        }
        self.replace(other, mine);
        let grouped = !self.plan.group.is_empty();
        // Each row of the next table belongs to one group: its rows are what is counted.
        let rows = Expr::CountDistinct(mine);
        let places = self
            .plan
            .select
            .iter_mut()
            .chain(self.plan.order.iter_mut().map(|(expr, _)| expr));
        for expr in places {
            if grouped && *expr == rows {
                *expr = Expr::Rows;
            }
        }
        self.move_home(next);
        true
    }

    /// Whether a part of the plan asks for rows beside those of the home table.
    fn reads_rows_beside(&self) -> bool {
        let related = |expr: &Expr| matches!(expr, Expr::Related(_));
        self.plan.select.iter().any(related)
            || self.plan.order.iter().any(|(expr, _)| related(expr))
            || self
                .plan
                .filters
                .iter()
                .chain(&self.plan.having)
                .any(|cond| cond.related().is_some())
    }

    /// Whether no column of a table is read but perhaps this one.
    fn reads_only(&self, table: TableId, key: Option<ColumnId>) -> bool {
        self.plan
            .columns()
            .into_iter()
            .filter(|id| self.lexicon.column(*id).table == table)
            .all(|id| Some(id) == key)
    }

    /// Puts one column in the place of another.
    fn replace(&mut self, old: ColumnId, new: ColumnId) {
        let plan = &mut self.plan;
        let exprs = plan
            .select
            .iter_mut()
            .chain(plan.group.iter_mut())
            .chain(plan.order.iter_mut().map(|(expr, _)| expr));
        exprs.for_each(|expr| expr.replace(old, new));
        let conds = plan.filters.iter_mut().chain(plan.having.iter_mut());
        conds.for_each(|cond| cond.replace(old, new));
        for list in [&mut plan.select, &mut plan.group] {
            let mut kept: Vec<Expr> = Vec::new();
            for expr in list.drain(..) {
                if !kept.contains(&expr) {
                    kept.push(expr);
                }
            }
            *list = kept;
        }
    }
}
