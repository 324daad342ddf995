//! Recognises rankings: "top 5", "cheapest", "the customer with the most orders".

use super::compare::small_number;
use super::items::Kind;
use super::lexicon::{ColumnId, TableId};
use super::phrases::{Function, Hint, Phrase};
use super::plan::Expr;
use super::reading::{Entity, Reading};
use super::roles;

/// How many rows a ranking shows when the question asks for several and says no number.
pub(crate) const SEVERAL: u32 = 10;

impl Reading<'_> {
    pub(crate) fn read_degrees(&mut self) {
        for at in 0..self.items.len() {
            if !self.is_free(at) {
                continue;
            }
            match self.phrase(at) {
                Some(Phrase::Top) => self.read_top(at, true),
                Some(Phrase::Bottom) => self.read_top(at, false),
                Some(Phrase::Most(most)) if self.is_one_of_functions(at) => {
                    let function = if most { Function::Max } else { Function::Min };
                    self.items[at].kind = Kind::Phrase(Phrase::Aggregate(function));
                }
                Some(Phrase::Most(most)) => self.read_most(at, most),
                Some(Phrase::Aggregate(function @ (Function::Max | Function::Min)))
                    if self.tells_which(at) =>
                {
                    self.read_superlative(at, function == Function::Max, &[], false);
                }
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
    pub(crate) fn number_beside(&self, at: usize) -> Option<(usize, u32)> {
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

    /// Whether a number beside a ranking word says how many rows are wanted.
    pub(crate) fn number_beside_used(&self, at: usize) -> Option<usize> {
        [Some(at + 1), at.checked_sub(1)].into_iter().flatten().find(|i| {
            self.items
                .get(*i)
                .is_some_and(|item| item.used && matches!(item.kind, Kind::Number(_)))
        })
    }

    pub(crate) fn limit_for(&mut self, at: usize) {
        if self.plan.limit.is_none() {
            let number = self.number_beside(at).or_else(|| self.leading_number());
            if let Some((i, _)) = number {
                self.mark(i);
            }
            self.plan.limit = Some(number.map_or(1, |(_, number)| number));
        }
    }

    /// `the 3 branches with the most …`: the number before the head.
    pub(crate) fn leading_number(&self) -> Option<(usize, u32)> {
        let number = |i: usize| {
            (matches!(self.items[i].kind, Kind::Number(_)) && self.is_free(i))
                .then(|| small_number(self, i).map(|number| (i, number)))
                .flatten()
        };
        let before_head = self.head.and_then(|head| head.checked_sub(1)).and_then(number);
        // "which 3 towns have the most …": the number before what is asked for.
        before_head.or_else(|| {
            let asked = self.targets.iter().position(|target| *target)?;
            number(asked.checked_sub(1)?)
        })
    }

    /// `cheapest product`, `highest price`, `latest 10 orders`, `the doctor with the highest fee`.
    pub(crate) fn read_superlative(&mut self, at: usize, descending: bool, hint: Hint, flip: bool) {
        // "classes that last between 30 and 60 minutes": a verb.
        let verb = self.word(at) == "last"
            && self.items[at].end - self.items[at].start == 1
            && at
                .checked_sub(1)
                .is_some_and(|i| matches!(self.word(i), "that" | "which" | "who" | "they" | "must" | "not"));
        if verb {
            self.mark(at);
            return;
        }
        // "the average and largest salary": one of several functions.
        if !matches!(self.word(at), "highest" | "lowest") && self.function_at(at).is_some() {
            return;
        }
        let (descending, hint) = self.lasting(descending, hint);
        let number = self.number_beside(at);
        let start = number.map_or(at, |(i, _)| i.max(at));
        let next = self.after(start);
        let explicit = next.and_then(|i| self.ranked_column(i, hint));
        let recent = matches!(
            self.word(at),
            "newest" | "latest" | "last" | "recent" | "earliest" | "first"
        ) || self.raw(at).to_lowercase().contains("recent");
        // "the largest transaction": its amount, not its date.
        let sized = |column: ColumnId| {
            let fits = |id: ColumnId| self.is_measure(id);
            !recent && !flip && self.is_day(column) && self.hinted(self.home, hint, fits).is_some()
        };
        if let Some((column, end)) =
            explicit.filter(|(column, _)| (!recent || self.is_day(*column)) && !sized(*column))
        {
            if (hint.is_empty() || self.is_measure(column))
                && !recent
                && number.is_none()
                && self.is_extreme(at, end)
            {
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
        // "trained in the most expensive procedure": the table after the word has what ranks.
        let ranked = |i: usize| Some((i, self.table(i)?));
        let before = self
            .before(at)
            .filter(|i| matches!(self.word(*i + 1), "that" | "which" | "who"));
        let other = next
            .and_then(ranked)
            .or_else(|| before.and_then(ranked))
            .filter(|(_, table)| *table != self.home && self.reachable(*table) && !hint.is_empty());
        if let Some((i, column)) = other.and_then(|(i, table)| {
            let fits = |id: ColumnId| self.is_measure(id) || (flip && self.is_day(id));
            let nearest = &hint[..hint.len().min(3)];
            let column = self
                .hinted(table, nearest, fits)
                .or_else(|| self.hinted(table, hint, fits))?;
            Some((i, column))
        }) {
            self.mark_all(at.min(i)..=at.max(i));
            let descending = descending != (flip && self.is_day(column));
            self.degree(at, Expr::Column(column), descending, number);
            return;
        }
        // "the largest sales", where the column says more than that
        let loosely = next
            .filter(|_| !hint.is_empty() && number.is_none())
            .and_then(|i| {
                self.column_where(i, |id| {
                    self.is_measure(id) && self.lexicon.column(id).table == self.home
                })
                .filter(|(_, score)| *score >= 0.5 && self.table(i).is_none())
                .map(|(column, _)| (i, column))
            });
        if let Some((i, column)) = loosely {
            self.mark_all(at..=i);
            self.degree(at, Expr::Column(column), descending, number);
            return;
        }
        let found = self.hinted(self.home, hint, |id| {
            self.is_measure(id) || (flip && self.is_day(id))
        });
        if found.is_none() && self.rank_by_sales(at, descending, hint, number) {
            return;
        }
        let oldest = flip.then(|| roles::moment(self.lexicon, self.home)).flatten();
        if found.is_none() && self.raw(at).to_lowercase().contains("popular") {
            self.most_popular(at, descending);
            return;
        }
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

    /// `the most popular position`, where nothing measures popularity: how often it occurs.
    fn most_popular(&mut self, at: usize, most: bool) {
        match self.after(at).and_then(|i| Some((i, self.entity(i)?))) {
            Some((i, Entity::Column(id, score)))
                if score >= 0.6 && !self.is_measure(id) && self.is_free(i) =>
            {
                self.mark_all(at..=i);
                let keys = self.group_keys(Entity::Column(id, score));
                self.group_by(keys);
                self.plan.order.push((Expr::Rows, most));
                self.limit_for(at);
            }
            _ => self.most_of_subject(at, most),
        }
    }

    /// `best selling products`: what was sold is added up from another table.
    pub(crate) fn rank_by_sales(
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

    pub(crate) fn read_recent(&mut self, at: usize, descending: bool, number: Option<(usize, u32)>) {
        if matches!(self.word(at), "recent")
            && number.is_none()
            && self.items[at].end - self.items[at].start == 1
            && self.head.is_none()
        {
            return;
        }
        let dated = |i: usize| {
            let sort =
                |id: ColumnId| self.is_day(id) || self.lexicon.column(id).sort == super::lexicon::Sort::Year;
            let home = self
                .column_where(i, |id| sort(id) && self.lexicon.column(id).table == self.home)
                .or_else(|| self.column_where(i, sort));
            home.map(|(column, _)| (i, column))
        };
        let verb = self
            .after(at)
            .filter(|i| self.is_free(*i))
            .and_then(dated)
            .or_else(|| {
                self.before(at)
                    .filter(|i| self.is_free(*i) && Some(*i) != self.head)
                    .and_then(dated)
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
    pub(crate) fn degree(&mut self, at: usize, expr: Expr, descending: bool, number: Option<(usize, u32)>) {
        self.mark(at);
        if let Some(cond) = self
            .of_the_first(at, &expr, descending)
            .filter(|_| number.is_none())
        {
            self.plan.filters.push(cond);
            return;
        }
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
    pub(crate) fn rank_group(&mut self, expr: Expr, descending: bool) {
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
pub(crate) fn expr_table(reading: &Reading<'_>, expr: &Expr) -> Option<TableId> {
    match expr {
        Expr::Column(id)
        | Expr::CountDistinct(id)
        | Expr::Apply(_, id)
        | Expr::Bucket(_, id)
        | Expr::SumOfProduct(id, _) => Some(reading.lexicon.column(*id).table),
        Expr::Elapsed(elapsed) => Some(reading.lexicon.column(elapsed.from).table),
        Expr::Rows
        | Expr::Joint(_)
        | Expr::Related(_)
        | Expr::Share(_)
        | Expr::PartOfAll
        | Expr::Across(_) => None,
    }
}
