//! Recognises what is to be shown, and completes the plan.

use super::items::Kind;
use super::lexicon::{ColumnId, TableId};
use super::phrases::{Function, Phrase};
use super::plan::Expr;
use super::reading::{Entity, Reading};
use super::roles;

impl Reading<'_> {
    /// `average price`, `minimum and maximum fee`, `how many different cities`.
    pub(crate) fn read_aggregates(&mut self) {
        let mut at = 0;
        while at < self.items.len() {
            let Some(function) = self.aggregate_at(at).filter(|_| self.is_free(at)) else {
                at += 1;
                continue;
            };
            // "count the number of": asked once.
            if function == Function::Count
                && self
                    .after(at)
                    .is_some_and(|next| self.aggregate_at(next) == Some(Function::Count))
            {
                self.mark(at);
                at += 1;
                continue;
            }
            at = match function {
                Function::Count => self.read_count(at),
                _ => self.read_function(at),
            };
        }
    }

    pub(crate) fn read_count(&mut self, at: usize) -> usize {
        let mut next = self.after(at);
        let mut distinct = false;
        if let Some(i) = next.filter(|i| self.phrase(*i) == Some(Phrase::Distinct)) {
            distinct = true;
            self.mark(i);
            next = self.after(i);
        }
        self.mark(at);
        // "number of refunded tickets": the adjective is a condition on what is counted.
        while !distinct
            && let Some(i) = next
            && self
                .column(i)
                .is_some_and(|(id, _)| self.is_adjective_of_rows(i, id))
        {
            next = self.after(i);
        }
        let target = next.and_then(|i| Some((i, self.entity(i)?)));
        let expr = match target {
            Some((i, Entity::Table(table, _))) => {
                let owned = self
                    .items
                    .get(i + 1)
                    .filter(|item| item.owner == Some(table))
                    .and_then(|_| self.column(i + 1))
                    .filter(|(_, score)| *score >= 0.7);
                self.mark(i);
                let numbers = owned.filter(|(column, _)| !distinct && self.is_measure(*column));
                if let Some((column, _)) = numbers {
                    self.mark(i + 1);
                    self.aggregates.push(Expr::Apply(Function::Sum, column));
                    return i + 2;
                }
                match owned.filter(|(column, _)| distinct || self.is_textual(*column)) {
                    Some((column, _)) => {
                        self.mark(i + 1);
                        Expr::CountDistinct(column)
                    }
                    None => self.count_of_table(table),
                }
            }
            Some((i, Entity::Column(..)))
                if self.items.get(i + 1).is_some()
                    && self.number_column(i + 1).is_some()
                    && self.is_free(i + 1)
                    && self.table(i + 1).is_none() =>
            {
                // "number of leave days"
                let column = self.number_column(i + 1);
                self.mark_all(i..=i + 1);
                column.map_or(Expr::Rows, |column| Expr::Apply(Function::Sum, column))
            }
            // "the name and the number of floors": a column among others, not their sum.
            Some((i, Entity::Column(id, score)))
                if score >= 0.7
                    && self.is_measure(id)
                    && !distinct
                    && !self.grouped
                    && self.aggregates.is_empty()
                    && self.projected_columns().iter().any(|(other, id)| {
                        *other != i && self.targets[*other] && self.lexicon.graph.target(*id).is_none()
                    })
                    && self.targets[i] =>
            {
                return i;
            }
            Some((i, Entity::Column(id, score))) if score >= 0.5 && self.is_free(i) => {
                self.mark(i);
                self.count_of_column(id, distinct, i)
            }
            _ => Expr::Rows,
        };
        self.aggregates.push(expr);
        next.map_or(at + 1, |i| i.max(at) + 1)
    }

    pub(crate) fn count_of_table(&mut self, table: super::lexicon::TableId) -> Expr {
        if table != self.home {
            if self.grouped || !self.reachable(table) {
                self.via.push(table);
                return Expr::Rows;
            }
            if let Some(related) = self.related(table) {
                let outwards = self.lexicon.graph.fans_out(&related.steps[0]);
                if outwards && self.plan.aggregates() {
                    self.via.push(table);
                } else if outwards {
                    let keys = self.entity_keys(self.home);
                    self.group_by(keys);
                    self.via.push(table);
                }
            }
        }
        Expr::Rows
    }

    pub(crate) fn count_of_column(&self, id: ColumnId, distinct: bool, at: usize) -> Expr {
        let entry = self.lexicon.column(id);
        let own_key = entry.is_primary && entry.table == self.home;
        if own_key {
            return Expr::Rows;
        }
        if !distinct && self.grouped && self.is_textual(id) && entry.table == self.home {
            return Expr::Rows;
        }
        // A column that already counts: "how many pages".
        if !distinct && self.is_measure(id) {
            return if self.head.is_some_and(|head| head > at) || self.plan.filters.is_empty() {
                Expr::Apply(Function::Sum, id)
            } else {
                Expr::Column(id)
            };
        }
        Expr::CountDistinct(id)
    }

    /// One or several functions over one or several columns.
    pub(crate) fn read_function(&mut self, at: usize) -> usize {
        let mut functions = Vec::new();
        let mut last = at;
        let mut next = Some(at);
        while let Some(i) = next {
            let Some(function) = self.function_at(i) else {
                break;
            };
            functions.push((i, function));
            last = i;
            let mut joined = self.after(i);
            while let Some(j) = joined.filter(|j| matches!(self.items[*j].kind, Kind::And | Kind::Comma)) {
                joined = self.after(j);
            }
            let joined = joined.filter(|j| Some(*j) != self.after(i));
            next = joined.filter(|j| self.function_at(*j).is_some()).or_else(|| {
                self.after(i).filter(|j| {
                    self.aggregate_at(i) != Some(Function::Count) && self.function_at(*j).is_some()
                })
            });
        }
        // "total number of": only the count is meant.
        let target = self.after(last);
        let column_items = self.function_columns(last, &functions);
        if column_items.is_empty() {
            self.unclaimed_function(&functions, target);
        }
        let mut end = last;
        for (i, expr) in column_items {
            self.aggregates.push(expr);
            end = end.max(i);
        }
        for (i, _) in functions {
            self.mark(i);
        }
        end + 1
    }

    pub(crate) fn function_at(&self, at: usize) -> Option<Function> {
        match self.phrase(at)? {
            Phrase::Aggregate(Function::Count) => None,
            Phrase::Aggregate(function) => Some(function),
            Phrase::Superlative {
                descending, hint: [], ..
            } if matches!(self.word(at), "highest" | "lowest") && self.is_free(at) => {
                Some(if descending { Function::Max } else { Function::Min })
            }
            // "the average and largest salary": in a list of functions.
            Phrase::Superlative { descending, .. }
                if self.is_free(at)
                    && matches!(
                        self.word(at),
                        "largest" | "smallest" | "greatest" | "biggest" | "longest" | "shortest"
                    )
                    && self.before(at).is_some_and(|i| {
                        matches!(self.items[i].kind, Kind::And | Kind::Comma)
                            && self.before(i).is_some_and(|i| self.aggregate_at(i).is_some())
                    }) =>
            {
                Some(if descending { Function::Max } else { Function::Min })
            }
            _ => None,
        }
    }

    /// The expressions that the functions before `last` give with the columns after it.
    pub(crate) fn function_columns(
        &mut self,
        last: usize,
        functions: &[(usize, Function)],
    ) -> Vec<(usize, Expr)> {
        let mut found = Vec::new();
        let mut next = self.after(last);
        while let Some(i) = next {
            let mut end = i;
            for (_, function) in functions {
                if let Some((expr, upto)) = self.applied(*function, i) {
                    found.push((upto, expr));
                    end = end.max(upto);
                }
            }
            if found.is_empty() {
                break;
            }
            self.mark_all(i..=end);
            // "average price and stock": the functions speak of each column of the list.
            next = self
                .after(end)
                .filter(|j| *j == end + 1 && matches!(self.items[*j].kind, Kind::And | Kind::Comma))
                .and_then(|j| self.after(j))
                .filter(|j| self.number_column(*j).is_some() && self.table(*j).is_none());
        }
        found
    }

    /// A function whose column is not named: the measure of the home table, or a product of quantity and price.
    pub(crate) fn unclaimed_function(&mut self, functions: &[(usize, Function)], target: Option<usize>) {
        let before = self
            .before(functions[0].0)
            .and_then(|i| self.number_column(i).map(|column| (i, column)));
        if let Some((i, column)) = before {
            self.mark(i);
            self.aggregates.extend(
                functions
                    .iter()
                    .map(|(_, function)| Expr::Apply(*function, column)),
            );
            return;
        }
        if let Some(total) = self.total_column(functions) {
            self.aggregates.push(total);
            return;
        }
        if functions.iter().all(|(_, function)| *function == Function::Sum)
            && target.is_some_and(|i| self.read_money(i))
        {
            return;
        }
        if let Some(column) = roles::measure(self.lexicon, self.home) {
            self.assume(format!("the figure is taken from {}", self.column_title(column)));
            self.aggregates.extend(
                functions
                    .iter()
                    .map(|(_, function)| Expr::Apply(*function, column)),
            );
        }
    }

    /// "revenue" where no column holds it: the sum of quantity times price in the nearest table that has both.
    pub(crate) fn read_money(&mut self, at: usize) -> bool {
        if self.items[at].kind != Kind::Word || !roles::is_money(&self.tokens[self.items[at].start].stem) {
            return false;
        }
        let lexicon = self.lexicon;
        let mut tables: Vec<_> = lexicon
            .table_ids()
            .filter(|table| self.reachable(*table))
            .collect();
        tables.sort_by_key(|table| self.distance(*table));
        let Some((quantity, price)) = tables.iter().find_map(|table| roles::product(lexicon, *table)) else {
            return self.read_money_taken(at, &tables);
        };
        self.assume(format!(
            "{} is the sum of {} times {}",
            self.word(at),
            self.column_title(quantity),
            self.column_title(price)
        ));
        self.mark(at);
        let foreign = lexicon.column(quantity).table != self.home;
        if foreign && !self.grouped && self.head.is_some() {
            let keys = self.entity_keys(self.home);
            self.group_by(keys);
        }
        self.aggregates.push(Expr::SumOfProduct(quantity, price));
        true
    }

    /// "revenue" where nothing is sold by the piece: the sum of what was paid, in the nearest table that tells.
    fn read_money_taken(&mut self, at: usize, tables: &[TableId]) -> bool {
        let near = tables.iter().filter(|table| self.distance(**table) <= 4);
        let Some(column) = near.copied().find_map(|table| roles::taken(self.lexicon, table)) else {
            return false;
        };
        self.assume(format!(
            "{} is the sum of {}",
            self.word(at),
            self.column_title(column)
        ));
        self.mark(at);
        self.aggregates.push(Expr::Apply(Function::Sum, column));
        true
    }

    /// "total amount" is a column's name and asks for its sum at once.
    pub(crate) fn read_named_total(&mut self) {
        for at in 0..self.items.len() {
            let total = self.is_free(at)
                && self.word(at) == "total"
                && self.items[at].end - self.items[at].start > 1
                && matches!(self.items[at].kind, Kind::Mention(..));
            let listed = self.projected_columns().len() > 1;
            let each_row = self
                .items
                .iter()
                .any(|item| item.kind == Kind::Phrase(Phrase::PerEach) && !self.grouped);
            if let Some(column) = self.number_column(at).filter(|_| {
                total && !listed && !each_row && self.aggregates.is_empty() && self.plan.order.is_empty()
            }) {
                self.mark(at);
                self.aggregates.push(Expr::Apply(Function::Sum, column));
            }
        }
    }

    /// "revenue by month": a figure beside a group is added up.
    pub(crate) fn read_grouped_figure(&mut self) {
        if !self.grouped
            || !self.aggregates.is_empty()
            || !self.plan.having.is_empty()
            || !self.plan.order.is_empty()
        {
            return;
        }
        if let [(at, id)] = self.projected_columns()[..]
            && self.is_measure(id)
        {
            self.mark(at);
            self.aggregates.push(Expr::Apply(Function::Sum, id));
        }
    }

    /// "average order total": the word total is a column here.
    pub(crate) fn total_column(&self, functions: &[(usize, Function)]) -> Option<Expr> {
        let [(at, Function::Sum)] = functions else {
            return None;
        };
        let table = self.before(*at).and_then(|i| self.table(i))?;
        let column = self.hinted(table, &["total", "amount"], |id| self.is_measure(id))?;
        Some(Expr::Apply(Function::Sum, column))
    }

    /// A column as people read it.
    pub(crate) fn column_title(&self, id: ColumnId) -> String {
        let entry = self.lexicon.column(id);
        format!(
            "{}.{}",
            self.lexicon.table(entry.table).table.name,
            entry.column.name
        )
    }
}
