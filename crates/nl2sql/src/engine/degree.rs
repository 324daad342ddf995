//! Recognises rankings: "top 5", "cheapest", "the customer with the most orders".

use super::compare::small_number;
use super::items::Kind;
use super::lexicon::{ColumnId, TableId};
use super::phrases::{Function, Hint, Phrase};
use super::plan::Expr;
use super::reading::{Entity, Reading};
use super::roles;

/// How many rows a ranking shows when the question asks for several and says no number.
const SEVERAL: u32 = 10;

impl Reading<'_> {
    pub(crate) fn read_degrees(&mut self) {
        for at in 0..self.items.len() {
            if !self.is_free(at) {
                continue;
            }
            match self.phrase(at) {
                Some(Phrase::Top) => self.read_top(at, true),
                Some(Phrase::Bottom) => self.read_top(at, false),
                Some(Phrase::Most(most)) => self.read_most(at, most),
                Some(Phrase::Superlative {
                    descending,
                    hint,
                    flip,
                }) => self.read_superlative(at, descending, hint, flip),
                _ => {}
            }
        }
    }

    /// The number beside a ranking word, before or after it.
    fn number_beside(&self, at: usize) -> Option<(usize, u32)> {
        let after = self.after(at).filter(|i| *i == at + 1);
        let before = at
            .checked_sub(1)
            .filter(|i| matches!(self.items[*i].kind, Kind::Number(_)) && self.is_free(*i));
        [after, before]
            .into_iter()
            .flatten()
            .find_map(|i| match &self.items[i].kind {
                Kind::Number(_) => small_number(self, i).map(|number| (i, number)),
                _ => None,
            })
    }

    /// `top 5 customers by total order amount`, `top 10 highest paid employees`, `limit 20`.
    fn read_top(&mut self, at: usize, descending: bool) {
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
        if let Some((by, metric)) = by.and_then(|by| Some((by, self.after_metric_word(by)?))) {
            let rows = self
                .table(metric)
                .filter(|table| *table != self.home && self.metric_is_table(metric))
                .and_then(|table| self.related(table));
            if let Some(related) = rows {
                self.mark_all(by..=metric);
                let related = self.trimmed(related);
                self.rank_by(Expr::Related(related), descending);
            } else if let Some((expr, end)) = self.metric(metric) {
                self.mark_all(by..=end);
                self.rank_by(self.summed(expr), descending);
            }
        } else if let Some((expr, end)) = self.with_highest(start) {
            let _ = end;
            self.rank_by(expr, descending);
        }
        if self.plan.limit.is_none() && !self.plan.order.is_empty() {
            let many = self.head.is_none_or(|head| self.word(head).ends_with('s'));
            self.plan.limit = Some(if many { SEVERAL } else { 1 });
        }
    }

    /// Whether an item names a table alone, with no column of it beside.
    fn metric_is_table(&self, at: usize) -> bool {
        self.items.get(at + 1).is_none_or(|next| next.owner.is_none())
    }

    /// A measure of rows on the many side is added up before it ranks.
    fn summed(&self, expr: Expr) -> Expr {
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

    fn in_terms_of(&self, at: usize) -> bool {
        self.word(at) == "terms" || self.word(at) == "according" || self.word(at) == "based"
    }

    /// The item at which a metric begins, after `by` and words such as `the`, `their`, `of`.
    fn after_metric_word(&self, by: usize) -> Option<usize> {
        self.after(by)
    }

    /// `top 3 prices`: the column itself is ranked.
    fn with_highest(&self, start: usize) -> Option<(Expr, usize)> {
        let next = self.after(start)?;
        match self.entity(next)? {
            Entity::Column(id, score) if score >= 0.7 && self.is_measure(id) => {
                Some((Expr::Column(id), next))
            }
            _ => None,
        }
    }

    /// Sorts by a metric; an aggregate over another table groups by the home table's rows.
    fn rank_by(&mut self, expr: Expr, descending: bool) {
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
        if related {
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

    /// `most orders`, `most common status`, `most points`.
    fn read_most(&mut self, at: usize, most: bool) {
        if self.word(at) == "the" && self.items[at].end - self.items[at].start == 1 {
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
            self.plan.order.push((Expr::Column(column), most));
            self.limit_for(at);
            return;
        }
        match self.entity(next) {
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
            Some(Entity::Table(table, _)) => {
                let Some(related) = self.related(table) else {
                    return;
                };
                let related = self.trimmed(related);
                self.mark_all(at..=next);
                self.show_labels();
                self.plan.order.push((Expr::Related(related), most));
                self.limit_for(at);
            }
            _ => {}
        }
    }

    /// `which country has the most customers`: the rows of the home table by what was named before (or after).
    fn most_of_home(&mut self, at: usize, next: usize, most: bool) {
        let subject = |reading: &Self, i: usize| match reading.entity(i) {
            Some(Entity::Table(table, _)) if table == reading.home => None,
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

    fn limit_for(&mut self, at: usize) {
        if self.plan.limit.is_none() {
            let number = self.number_beside(at).or_else(|| self.leading_number());
            if let Some((i, _)) = number {
                self.mark(i);
            }
            self.plan.limit = Some(number.map_or(1, |(_, number)| number));
        }
    }

    /// `the 3 branches with the most …`: the number before the head.
    fn leading_number(&self) -> Option<(usize, u32)> {
        let head = self.head?;
        let i = head.checked_sub(1).filter(|i| self.is_free(*i))?;
        matches!(self.items[i].kind, Kind::Number(_))
            .then(|| small_number(self, i).map(|number| (i, number)))
            .flatten()
    }

    /// `cheapest product`, `highest price`, `latest 10 orders`, `the doctor with the highest fee`.
    fn read_superlative(&mut self, at: usize, descending: bool, hint: Hint, flip: bool) {
        let number = self.number_beside(at);
        let start = number.map_or(at, |(i, _)| i.max(at));
        let next = self.after(start);
        let explicit = next.and_then(|i| self.ranked_column(i, hint));
        let recent = matches!(
            self.word(at),
            "newest" | "latest" | "last" | "recent" | "earliest" | "first"
        ) || self.raw(at).to_lowercase().contains("recent");
        if let Some((column, end)) = explicit.filter(|(column, _)| !recent || self.is_day(*column)) {
            if hint.is_empty() && !recent && number.is_none() && self.is_extreme(at, end) {
                let function = if descending { Function::Max } else { Function::Min };
                self.aggregates.push(Expr::Apply(function, column));
                self.mark_all(at..=end);
                return;
            }
            self.mark_all(start..=end);
            let descending = descending != (flip && self.is_day(column));
            self.degree(at, Expr::Column(column), descending, number);
            return;
        }
        if let Some((expr, end)) = next.filter(|_| !recent).and_then(|i| {
            self.aggregate_at(i)
                .and_then(|function| self.aggregate_metric(function, i))
        }) {
            // "the highest average salary", "the largest number of visits"
            self.mark_all(start..=end);
            self.mark(at);
            self.rank_group(expr, descending);
            self.limit_for(at);
            return;
        }
        if recent {
            self.read_recent(at, descending, number);
            return;
        }
        let found = self.hinted(self.home, hint, |id| {
            self.is_measure(id) || (flip && self.is_day(id))
        });
        if found.is_none() && self.rank_by_sales(at, descending, hint, number) {
            return;
        }
        let oldest = flip.then(|| roles::moment(self.lexicon, self.home)).flatten();
        let column = found.or(oldest).or_else(|| {
            if hint.is_empty() || number.is_some() {
                roles::measure(self.lexicon, self.home)
            } else {
                None
            }
        });
        let Some(column) = column else {
            return;
        };
        // Born earlier, or founded earlier, is older.
        let descending = if flip
            && (self.is_day(column) || self.lexicon.column(column).sort == super::lexicon::Sort::Year)
        {
            !descending
        } else {
            descending
        };
        if found.is_none()
            || hint
                .first()
                .is_none_or(|first| !self.lexicon.column(column).words.iter().any(|word| word == first))
        {
            self.assume(format!(
                "\"{}\" is read as a ranking by {}",
                self.raw(at),
                self.column_title(column)
            ));
        }
        self.degree(at, Expr::Column(column), descending, number);
    }

    /// `best selling products`: what was sold is added up from another table.
    fn rank_by_sales(
        &mut self,
        at: usize,
        descending: bool,
        hint: Hint,
        number: Option<(usize, u32)>,
    ) -> bool {
        if !hint.contains(&"quantity") || hint.contains(&"size") {
            return false;
        }
        let lexicon = self.lexicon;
        let mut tables: Vec<TableId> = lexicon
            .table_ids()
            .filter(|table| self.reachable(*table) && *table != self.home)
            .collect();
        tables.sort_by_key(|table| self.distance(*table));
        let Some(column) = tables.into_iter().find_map(|table| {
            self.hinted(table, &["quantity", "qty", "units", "copies"], |id| {
                self.is_measure(id)
            })
        }) else {
            return false;
        };
        self.rank_by(Expr::Apply(Function::Sum, column), descending);
        self.plan.order.pop();
        self.degree(at, Expr::Apply(Function::Sum, column), descending, number);
        if self.plan.limit == Some(1) && self.head.is_some_and(|head| self.word(head).ends_with('s')) {
            self.plan.limit = Some(SEVERAL);
        }
        true
    }

    /// The column right after a superlative: `highest price`, `most recently hired`.
    fn ranked_column(&self, at: usize, hint: Hint) -> Option<(ColumnId, usize)> {
        let fits = |id: ColumnId| self.is_measure(id) || self.is_day(id);
        if self.items.get(at + 1).is_some_and(|item| item.owner.is_some()) {
            if let Some((column, score)) = self.column_where(at + 1, fits).filter(|(_, score)| *score >= 0.5)
            {
                let _ = score;
                return Some((column, at + 1));
            }
        }
        let (column, score) = self.column_where(at, fits)?;
        let table = match self.entity(at) {
            Some(Entity::Table(_, table)) => table,
            _ => 0.0,
        };
        let state = score < 0.9 && super::values::is_known(self.word(at));
        (score > table && !state && (hint.is_empty() || score >= 0.7)).then_some((column, at))
    }

    /// Whether `highest price` asks for the number itself rather than for the row that has it.
    fn is_extreme(&self, at: usize, end: usize) -> bool {
        let introduced = at >= 1
            && matches!(
                self.word(at - 1),
                "with" | "has" | "have" | "had" | "having" | "whose"
            );
        let introduced = introduced
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
    fn listed_before(&self, at: usize) -> bool {
        at > 0 && matches!(self.items[at - 1].kind, Kind::And | Kind::Comma)
            || at > 1
                && self.word(at - 1) == "the"
                && matches!(self.items[at - 2].kind, Kind::And | Kind::Comma)
    }

    fn read_recent(&mut self, at: usize, descending: bool, number: Option<(usize, u32)>) {
        if matches!(self.word(at), "recent")
            && number.is_none()
            && self.items[at].end - self.items[at].start == 1
            && self.head.is_none()
        {
            return;
        }
        let verb = self.after(at).filter(|i| self.is_free(*i)).and_then(|i| {
            self.column_where(i, |id| self.is_day(id))
                .map(|(column, _)| (i, column))
        });
        let column = verb
            .map(|(_, column)| column)
            .or_else(|| roles::moment(self.lexicon, self.home));
        if let Some((i, _)) = verb.filter(|(i, _)| self.table(*i).is_none()) {
            self.mark(i);
        }
        let first = self.word(at) == "first" && number.is_some();
        match column {
            Some(column) if !first => self.degree(at, Expr::Column(column), descending, number),
            _ => {
                if let Some(key) = self
                    .lexicon
                    .primary_key(self.home)
                    .filter(|_| !first || self.plan.order.is_empty())
                {
                    if !first {
                        self.assume(format!(
                            "\"{}\" is read as an order by {}",
                            self.raw(at),
                            self.column_title(key)
                        ));
                    }
                    self.degree(at, Expr::Column(key), descending, number);
                }
            }
        }
    }

    /// Sorts by the expression and limits: to the number said, to one for a singular, to several for a plural.
    fn degree(&mut self, at: usize, expr: Expr, descending: bool, number: Option<(usize, u32)>) {
        self.mark(at);
        self.plan.order.push((expr, descending));
        if let Some((i, number)) = number {
            self.mark(i);
            self.plan.limit = Some(number);
            return;
        }
        if self.plan.limit.is_some() {
            return;
        }
        if let Some((i, number)) = self.leading_number() {
            self.mark(i);
            self.plan.limit = Some(number);
            return;
        }
        let next = self.after(at);
        let plural = next == self.head
            && next.is_some_and(|i| self.word(i).ends_with('s') && !self.word(i).ends_with("ss"));
        let recent = matches!(self.word(at), "latest" | "newest" | "recent" | "last")
            || self.word(at) == "most" && self.raw(at).contains("recent");
        self.plan.limit = Some(if plural && recent { SEVERAL } else { 1 });
        if plural && recent {
            self.assume(format!(
                "{SEVERAL} rows are shown, since the question says no number"
            ));
        }
    }

    /// Ranks groups by an aggregate: `the department with the highest average salary`.
    fn rank_group(&mut self, expr: Expr, descending: bool) {
        if matches!(expr, Expr::Related(_)) {
            self.show_labels();
            self.plan.order.push((expr, descending));
            return;
        }
        let inner = expr_table(self, &expr).unwrap_or(self.home);
        let subject = (0..self.items.len()).find_map(|i| match self.entity(i) {
            Some(Entity::Table(table, _)) if table == inner && table == self.home => None,
            Some(entity) if self.is_free(i) => Some((i, entity)),
            _ => None,
        });
        if let Some((i, entity)) = subject {
            self.mark(i);
            let keys = self.group_keys(entity);
            self.group_by(keys);
        } else if inner != self.home {
            let keys = self.entity_keys(self.home);
            self.group_by(keys);
        }
        self.plan.order.push((expr, descending));
    }
}

/// The table that an aggregate reads.
fn expr_table(reading: &Reading<'_>, expr: &Expr) -> Option<TableId> {
    match expr {
        Expr::Column(id)
        | Expr::CountDistinct(id)
        | Expr::Apply(_, id)
        | Expr::Bucket(_, id)
        | Expr::SumOfProduct(id, _) => Some(reading.lexicon.column(*id).table),
        Expr::Rows | Expr::Related(_) => None,
    }
}
