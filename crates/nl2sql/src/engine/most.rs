//! Recognises rankings by a count: "the most orders", "most common status", "top 5 by number of visits".

use super::degree::{SEVERAL, expr_table};
use super::lexicon::{Sort, TableId};
use super::phrases::{Function, Phrase};
use super::plan::Expr;
use super::reading::{Entity, Reading};
use super::roles;

impl Reading<'_> {
    /// `top 5 customers by total order amount`, `top 10 highest paid employees`, `limit 20`.
    pub(crate) fn read_top(&mut self, at: usize, descending: bool) {
        let number = self.number_beside(at);
        if let Some((i, number)) = number {
            self.mark(i);
            self.plan.limit = Some(number);
        }
        self.mark(at);
        if !self.plan.order.is_empty() {
            return;
        }
        let start = number.map_or(at, |(i, _)| i.max(at));
        let follows_degree = self
            .after(start)
            .is_some_and(|i| matches!(self.phrase(i), Some(Phrase::Superlative { .. } | Phrase::Most(_))));
        if follows_degree {
            return;
        }
        let by = (start..self.items.len())
            .find(|i| matches!(self.phrase(*i), Some(Phrase::By)) || self.in_terms_of(*i));
        if let Some((by, metric)) = by.and_then(|by| Some((by, self.after(by)?))) {
            let rows = self
                .table(metric)
                .filter(|table| *table != self.home && self.metric_is_table(metric))
                .and_then(|table| self.related(table));
            if let Some(related) = rows {
                self.mark_all(by..=metric);
                let related = self.trimmed(related);
                self.rank_by(Expr::Related(related), descending);
            } else if let Some((expr, end)) = self.metric(metric) {
                self.mark_metric(by, end);
                if expr == Expr::Rows {
                    self.group_ranked(start, by);
                }
                self.rank_by(self.summed(expr), descending);
            }
        } else if let Some(expr) = self.with_highest(start) {
            self.rank_by(expr, descending);
        }
        if self.plan.limit.is_none() && !self.plan.order.is_empty() {
            let many = self.head.is_none_or(|head| self.word(head).ends_with('s'));
            self.plan.limit = Some(if many { SEVERAL } else { 1 });
        }
    }

    /// `top 3 customers by number of orders`, where the customer is a column of the orders.
    fn group_ranked(&mut self, start: usize, by: usize) {
        let ranked = (start + 1..by).find_map(|i| match self.entity(i)? {
            entity @ Entity::Column(id, score)
                if score >= 0.5 && self.lexicon.column(id).table == self.home && !self.is_measure(id) =>
            {
                Some((i, entity))
            }
            _ => None,
        });
        if let Some((i, entity)) = ranked.filter(|_| self.plan.group.is_empty()) {
            self.mark(i);
            let keys = self.group_keys(entity);
            self.group_by(keys);
        }
    }

    /// Marks what a metric took, but not an adjective before a related table: that is still to become a condition.
    pub(crate) fn mark_metric(&mut self, from: usize, end: usize) {
        let described = end
            .checked_sub(1)
            .filter(|i| *i > from && self.is_adjective_of_table(*i) && self.aggregate_at(*i).is_none());
        for i in from..=end {
            if Some(i) != described {
                self.mark(i);
            }
        }
    }

    /// Whether an item names a table alone, with no column of it beside.
    pub(crate) fn metric_is_table(&self, at: usize) -> bool {
        self.items.get(at + 1).is_none_or(|next| next.owner.is_none())
    }

    /// A measure of rows on the many side is added up before it ranks.
    pub(crate) fn summed(&self, expr: Expr) -> Expr {
        match expr {
            Expr::Column(id) if self.is_measure(id) => {
                let table = self.lexicon.column(id).table;
                let outwards = self.related(table).is_some_and(|related| {
                    related.steps.iter().any(|step| self.lexicon.graph.fans_out(step))
                });
                if outwards {
                    Expr::Apply(Function::Sum, id)
                } else {
                    Expr::Column(id)
                }
            }
            other => other,
        }
    }

    pub(crate) fn in_terms_of(&self, at: usize) -> bool {
        self.word(at) == "terms" || self.word(at) == "according" || self.word(at) == "based"
    }

    /// `top 3 prices`: the column itself is ranked.
    pub(crate) fn with_highest(&self, start: usize) -> Option<Expr> {
        let next = self.after(start)?;
        match self.entity(next)? {
            Entity::Column(id, score) if score >= 0.7 && self.is_measure(id) => Some(Expr::Column(id)),
            _ => None,
        }
    }

    /// Sorts by a metric; an aggregate over another table groups by the home table's rows.
    pub(crate) fn rank_by(&mut self, expr: Expr, descending: bool) {
        let aggregate = expr.is_aggregate();
        let related = matches!(expr, Expr::Related(_));
        if aggregate && self.plan.group.is_empty() {
            let foreign = expr_table(self, &expr).is_some_and(|table| table != self.home);
            if foreign {
                let keys = self.entity_keys(self.home);
                self.group_by(keys);
                self.aggregates.push(expr.clone());
            }
        }
        // "name and genre of the top 5 artists by number of concerts": what is listed is all that is shown.
        if related && self.projected_columns().is_empty() {
            self.show_labels();
            self.plan.select.push(expr.clone());
        }
        self.plan.order.push((expr, descending));
    }

    /// Shows the names of the home table's rows rather than all of their columns.
    pub(crate) fn show_labels(&mut self) {
        if self.plan.select.is_empty() && self.projected_columns().is_empty() {
            let labels = roles::label(self.lexicon, self.home);
            self.plan.select.extend(labels.into_iter().map(Expr::Column));
        }
    }

    /// `most orders`, `most common status`, `most points`, `the method that is used most often`.
    pub(crate) fn read_most(&mut self, at: usize, most: bool) {
        self.most_of_next(at, most);
        // "who has lent the most books": the verb says no more than the claims do.
        let verb = at.checked_sub(1).filter(|i| {
            !self.is_free(at)
                && self.participle(*i)
                && self.table(*i).is_none()
                && i.checked_sub(1)
                    .is_some_and(|i| matches!(self.word(i), "has" | "have" | "had" | "who" | "that"))
        });
        if let Some(verb) = verb {
            self.mark(verb);
        }
        if self.is_free(at) {
            self.most_of_subject(at, most);
        }
    }

    /// `the colour that is most common`, `the product bought the most`: what was named before is what is counted.
    pub(crate) fn most_of_subject(&mut self, at: usize, most: bool) {
        if self.word(at) == "the" && self.items[at].end - self.items[at].start == 1 {
            return;
        }
        let kind = (0..at).find_map(|i| match self.entity(i) {
            Some(Entity::Column(id, score))
                if self.targets[i]
                    && score >= 0.6
                    && self.lexicon.column(id).table == self.home
                    && !self.is_measure(id)
                    && !self.lexicon.column(id).is_primary
                    && !roles::label(self.lexicon, self.home).contains(&id) =>
            {
                Some((i, id))
            }
            _ => None,
        });
        if let Some((i, id)) = kind.filter(|_| self.plan.group.is_empty()) {
            self.mark_all(at..=at);
            self.mark(i);
            self.group_by(vec![Expr::Column(id)]);
            self.plan.order.push((Expr::Rows, most));
            self.limit_for(at);
            return;
        }
        let other = |i: usize| {
            self.table(i)
                .filter(|table| *table != self.home && self.is_free(i))
        };
        let named = (at + 1..self.items.len())
            .find_map(other)
            .or_else(|| (0..at).rev().find_map(other));
        let mut holders = self
            .lexicon
            .graph
            .links
            .iter()
            .filter(|link| link.to == self.home && link.from != self.home);
        let only = match (holders.next(), holders.next()) {
            (Some(link), None) => Some(link.from),
            _ => None,
        };
        if let Some(table) = named.or(only).filter(|table| self.reachable(*table))
            && self.head.is_some_and(|head| head < at)
        {
            self.most_related(at, at, table, most);
        }
    }

    fn most_of_next(&mut self, at: usize, most: bool) {
        if self.word(at) == "the" && self.items[at].end - self.items[at].start == 1 {
            return;
        }
        // "the most people", where they are a population
        let people = self.items.get(at + 1).is_some_and(|_| {
            matches!(
                self.word(at + 1),
                "people" | "residents" | "inhabitants" | "citizens" | "persons"
            )
        });
        let population = self
            .hinted(self.home, &["population", "inhabitants"], |id| {
                self.is_measure(id)
            })
            .filter(|_| people && self.table(at + 1).is_none());
        if let Some(column) = population {
            self.mark(at + 1);
            self.degree(at, Expr::Column(column), most, None);
            return;
        }
        let Some(next) = self.after(at) else {
            return;
        };
        let phrase = self.raw(at).to_lowercase();
        let frequency = ["common", "frequent", "often"]
            .iter()
            .any(|word| phrase.contains(word));
        let owned_number = self
            .items
            .get(next + 1)
            .is_some_and(|item| item.owner.is_some())
            .then(|| self.number_column(next + 1))
            .flatten();
        if let Some(column) = owned_number
            .or_else(|| self.number_column(next))
            .filter(|_| !frequency)
        {
            self.mark_all(at..=next);
            let expr = self.summed(Expr::Column(column));
            if expr.is_aggregate() && self.plan.group.is_empty() {
                let keys = self.entity_keys(self.home);
                self.group_by(keys);
            }
            self.plan.order.push((expr, most));
            self.limit_for(at);
            return;
        }
        // "cities with the most vip members": what describes the rows is a condition.
        let described = !self.is_free(next)
            && self
                .column_where(next, |id| self.lexicon.column(id).sort == Sort::Truth)
                .is_some()
            && self
                .items
                .get(next + 1)
                .is_some_and(|_| self.table(next + 1) == Some(self.home));
        if described && !frequency {
            self.most_of_home(at, next + 1, most);
            return;
        }
        match self.entity(next) {
            Some(Entity::Column(..)) | None if !frequency && self.is_adjective_of_table(next) => {
                let Some(related) = self.table(next + 1).and_then(|table| self.related(table)) else {
                    return;
                };
                self.mark(at);
                self.mark(next + 1);
                self.show_labels();
                self.plan.order.push((Expr::Related(related), most));
                self.limit_for(at);
            }
            // "the publisher with the most books", where the book is a text: its rows are counted by what was named before.
            Some(Entity::Column(id, _))
                if !frequency
                    && self.is_textual(id)
                    && self.word(next).ends_with('s')
                    && self.lexicon.column(id).table == self.home
                    && self.subject_of(at, id).is_some() =>
            {
                let subject = self.subject_of(at, id);
                self.mark_all(at..=next);
                if let Some((i, entity)) = subject {
                    self.mark(i);
                    let keys = self.group_keys(entity);
                    self.group_by(keys);
                }
                self.plan.order.push((Expr::Rows, most));
                self.limit_for(at);
            }
            Some(Entity::Column(id, _)) if frequency || !self.is_measure(id) => {
                self.mark_all(at..=next);
                self.group_by(vec![Expr::Column(id)]);
                self.plan.order.push((Expr::Rows, most));
                self.limit_for(at);
            }
            Some(Entity::Table(table, _)) if frequency && table != self.home => {
                self.mark_all(at..=next);
                let keys = self.entity_keys(table);
                self.group_by(keys);
                self.plan.order.push((Expr::Rows, most));
                self.limit_for(at);
            }
            Some(Entity::Table(table, _)) if table == self.home => self.most_of_home(at, next, most),
            Some(Entity::Table(table, _)) => self.most_related(at, next, table, most),
            _ => {}
        }
    }

    /// Another column of the same table that was asked for before.
    fn subject_of(&self, at: usize, counted: super::lexicon::ColumnId) -> Option<(usize, Entity)> {
        (0..at).rev().find_map(|i| match self.entity(i)? {
            entity @ Entity::Column(id, score)
                if score >= 0.7
                    && id != counted
                    && self.targets[i]
                    && self.is_free(i)
                    && !self.is_measure(id)
                    && self.lexicon.column(id).table == self.home =>
            {
                Some((i, entity))
            }
            _ => None,
        })
    }

    /// `the customer with the most orders`: a join counts what is there; the fewest may be none, which only a subquery counts.
    pub(crate) fn most_related(&mut self, at: usize, next: usize, table: TableId, most: bool) {
        let Some(related) = self.related(table) else {
            return;
        };
        self.mark_all(at..=next);
        let keys = self.entity_keys(self.home);
        let outwards = self.lexicon.graph.fans_out(&related.steps[0]);
        if most
            && outwards
            && self.plan.filters.is_empty()
            && self.lexicon.primary_key(self.home).is_some()
            && !keys.is_empty()
        {
            let related = self.trimmed(related);
            self.via.extend(related.steps.iter().map(|step| step.added));
            self.group_by(keys);
            self.plan.order.push((Expr::Rows, true));
        } else {
            let related = self.trimmed(related);
            self.show_labels();
            self.plan.order.push((Expr::Related(related), most));
        }
        self.limit_for(at);
    }

    /// `which town has the most members`: the rows of the home table by what was named before (or after).
    pub(crate) fn most_of_home(&mut self, at: usize, next: usize, most: bool) {
        let subject = |reading: &Self, i: usize| match reading.entity(i) {
            Some(Entity::Table(table, _)) if table == reading.home => None,
            // "has lent the most books": the verb is no subject.
            Some(Entity::Column(id, _))
                if reading.is_day(id) && reading.participle(i) && i < at && i + 2 >= at =>
            {
                None
            }
            Some(entity) if reading.is_free(i) => Some((i, entity)),
            _ => None,
        };
        let Some((i, entity)) = (0..at)
            .rev()
            .find_map(|i| subject(self, i))
            .or_else(|| (next + 1..self.items.len()).find_map(|i| subject(self, i)))
        else {
            return;
        };
        self.mark(i);
        self.mark_all(at..=next);
        let keys = self.group_keys(entity);
        self.group_by(keys);
        self.plan.order.push((Expr::Rows, most));
        self.limit_for(at);
    }
}
