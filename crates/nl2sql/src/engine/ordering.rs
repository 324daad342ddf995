//! Recognises what an answer is sorted by.

use super::items::Kind;
use super::phrases::{Function, Phrase};
use super::plan::Expr;
use super::reading::{Entity, Reading};
use super::roles;

impl Reading<'_> {
    /// `sorted by price descending`, `in descending order of age`, `alphabetically`.
    pub(crate) fn read_order(&mut self) {
        for at in 0..self.items.len() {
            match self.phrase(at) {
                Some(Phrase::OrderBy) => self.order_list(at, None),
                Some(Phrase::OrderedOf(descending)) => self.order_list(at, Some(descending)),
                _ => {}
            }
        }
        self.loose_direction();
    }

    fn order_list(&mut self, at: usize, direction: Option<bool>) {
        let mut next = self.after(at);
        let first = self.plan.order.len();
        while let Some(i) = next {
            let mut hinted = None;
            let mut i = i;
            if let Some(Phrase::Superlative { descending, .. }) = self.phrase(i) {
                hinted = Some(descending);
                self.mark(i);
                let Some(following) = self.after(i) else { break };
                i = following;
            }
            // "ordered by descending price"
            if let Some(Phrase::Direction(descending)) = self.phrase(i)
                && self.after(i).and_then(|i| self.metric(i)).is_some()
                && let Some(following) = self.after(i)
            {
                hinted = Some(descending);
                self.mark(i);
                i = following;
            }
            let Some((expr, end)) = self.metric(i) else { break };
            self.mark_all(i..=end);
            self.plan
                .order
                .push((expr, direction.or(hinted).unwrap_or(false)));
            self.mark(at);
            let mut last = end;
            if let Some(Phrase::Direction(descending)) = self.after(end).and_then(|i| self.phrase(i))
                && let (Some(i), Some((_, desc))) = (self.after(end), self.plan.order.last_mut())
            {
                *desc = descending;
                self.mark(i);
                last = i;
            }
            next = self
                .after(last)
                .filter(|i| matches!(self.items[*i].kind, Kind::And | Kind::Comma))
                .and_then(|i| self.after(i));
        }
        // "sorted by price" before "in descending order" elsewhere.
        let direction = (0..self.items.len()).find_map(|i| match self.phrase(i) {
            Some(Phrase::Direction(descending)) if self.is_free(i) => Some((i, descending)),
            _ => None,
        });
        if let (Some((i, descending)), true) = (direction, self.plan.order.len() > first) {
            self.mark(i);
            for (_, desc) in &mut self.plan.order[first..] {
                *desc = descending;
            }
        }
    }

    /// What may be sorted, ranked or compared at an item, and the last item it takes.
    pub(crate) fn metric(&self, at: usize) -> Option<(Expr, usize)> {
        if let Some(function) = self.aggregate_at(at) {
            return self.aggregate_metric(function, at);
        }
        if let Some(next) = self.items.get(at + 1).filter(|next| next.owner.is_some()) {
            let owner = next.owner;
            let (id, score) = self.column(at + 1)?;
            if score >= 0.5 && owner == Some(self.lexicon.column(id).table) && self.table_or_column_of_it(at)
            {
                return Some((Expr::Column(id), at + 1));
            }
        }
        match self.entity(at)? {
            Entity::Column(id, _) => {
                let measured = self
                    .column_where(at, |id| self.is_measure(id) || self.is_day(id))
                    .filter(|(_, score)| *score >= 0.9);
                Some((Expr::Column(measured.map_or(id, |(id, _)| id)), at))
            }
            Entity::Table(table, _) => {
                if self.after(at).and_then(|i| self.aggregate_at(i)) == Some(Function::Count)
                    && table != self.home
                {
                    return Some((Expr::Related(self.related(table)?), self.after(at)?));
                }
                let label = *roles::label(self.lexicon, table).first()?;
                Some((Expr::Column(label), at))
            }
        }
    }

    fn table_or_column_of_it(&self, at: usize) -> bool {
        matches!(self.entity(at), Some(Entity::Table(..)))
    }

    /// `number of orders`, `total order amount`, `average price`.
    pub(crate) fn aggregate_metric(&self, function: Function, at: usize) -> Option<(Expr, usize)> {
        let mut next = self.after(at)?;
        let distinct = self.phrase(next) == Some(Phrase::Distinct);
        if distinct {
            next = self.after(next)?;
        }
        if function == Function::Count {
            if self.is_adjective_of_table(next) {
                let table = self.table(next + 1)?;
                return Some((Expr::Related(self.related(table)?), next + 1));
            }
            return match self.entity(next)? {
                Entity::Table(table, _) if table == self.home => Some((Expr::Rows, next)),
                // "by number of different customers": each of them once.
                Entity::Table(table, _) if distinct && self.reachable(table) => {
                    let key = self.lexicon.primary_key(table)?;
                    Some((Expr::CountDistinct(key), next))
                }
                Entity::Table(table, _) => Some((Expr::Related(self.related(table)?), next)),
                Entity::Column(id, _) if distinct => Some((Expr::CountDistinct(id), next)),
                Entity::Column(id, score) => {
                    if score >= 0.9 && self.is_measure(id) {
                        return Some((Expr::Column(id), next));
                    }
                    Some((Expr::Rows, next))
                }
            };
        }
        self.applied(function, next)
    }

    /// A function over the column at an item; a table before it qualifies it, a table alone means its measure.
    pub(crate) fn applied(&self, function: Function, at: usize) -> Option<(Expr, usize)> {
        let qualified = self.items.get(at + 1).is_some_and(|next| next.owner.is_some())
            && matches!(self.entity(at), Some(Entity::Table(..)));
        if qualified
            && let Some((id, _)) = self.column_where(at + 1, |id| {
                self.is_measure(id) || (self.is_day(id) && function != Function::Sum)
            })
        {
            return Some((Expr::Apply(function, id), at + 1));
        }
        if let Some(id) = self.number_column(at) {
            return Some((Expr::Apply(function, id), at));
        }
        if matches!(function, Function::Min | Function::Max)
            && let Some((id, _)) = self.column_where(at, |id| self.is_day(id))
        {
            return Some((Expr::Apply(function, id), at));
        }
        let table = self.table(at).filter(|table| self.reachable(*table))?;
        // "average song duration", where another table keeps the duration
        if self.items.get(at + 1).is_some_and(|next| next.kind != Kind::Glue)
            && self.table(at + 1).is_none()
            && let Some((id, _)) = self
                .column_where(at + 1, |id| self.is_measure(id))
                .filter(|(_, score)| *score >= 0.8)
        {
            return Some((Expr::Apply(function, id), at + 1));
        }
        // "order total": the word after the table is the function's name and a column's at once.
        if let Some(next) = self
            .after(at)
            .filter(|next| *next == at + 1 && self.aggregate_at(*next) == Some(Function::Sum))
        {
            let total = self.hinted(table, &["total", "amount"], |id| self.is_measure(id))?;
            return Some((Expr::Apply(function, total), next));
        }
        roles::measure(self.lexicon, table).map(|id| (Expr::Apply(function, id), at))
    }
}
