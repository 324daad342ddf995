//! Recognises what is to be shown, and completes the plan.

use super::items::Kind;
use super::lexicon::ColumnId;
use super::phrases::{Function, Phrase};
use super::plan::{Cond, Expr};
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
            at = match function {
                Function::Count => self.read_count(at),
                _ => self.read_function(at),
            };
        }
    }

    fn read_count(&mut self, at: usize) -> usize {
        let mut next = self.after(at);
        let mut distinct = false;
        if let Some(i) = next.filter(|i| self.phrase(*i) == Some(Phrase::Distinct)) {
            distinct = true;
            self.mark(i);
            next = self.after(i);
        }
        self.mark(at);
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
            Some((i, Entity::Column(id, score))) if score >= 0.5 && self.is_free(i) => {
                self.mark(i);
                self.count_of_column(id, distinct, i)
            }
            _ => Expr::Rows,
        };
        self.aggregates.push(expr);
        next.map_or(at + 1, |i| i.max(at) + 1)
    }

    fn count_of_table(&mut self, table: super::lexicon::TableId) -> Expr {
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

    fn count_of_column(&self, id: ColumnId, distinct: bool, at: usize) -> Expr {
        let entry = self.lexicon.column(id);
        let own_key = entry.is_primary && entry.table == self.home;
        if own_key {
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
    fn read_function(&mut self, at: usize) -> usize {
        let mut functions = Vec::new();
        let mut last = at;
        let mut next = Some(at);
        while let Some(i) = next {
            let Some(function) = self.function_at(i) else {
                break;
            };
            functions.push((i, function));
            last = i;
            let joined = self
                .after(i)
                .filter(|j| matches!(self.items[*j].kind, Kind::And | Kind::Comma))
                .and_then(|j| self.after(j));
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

    fn function_at(&self, at: usize) -> Option<Function> {
        match self.phrase(at)? {
            Phrase::Aggregate(Function::Count) => None,
            Phrase::Aggregate(function) => Some(function),
            Phrase::Superlative {
                descending, hint: [], ..
            } if matches!(self.word(at), "highest" | "lowest") && self.is_free(at) => {
                Some(if descending { Function::Max } else { Function::Min })
            }
            _ => None,
        }
    }

    /// The expressions that the functions before `last` give with the columns after it.
    fn function_columns(&mut self, last: usize, functions: &[(usize, Function)]) -> Vec<(usize, Expr)> {
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
    fn unclaimed_function(&mut self, functions: &[(usize, Function)], target: Option<usize>) {
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
    fn read_money(&mut self, at: usize) -> bool {
        if self.items[at].kind != Kind::Word || !roles::is_money(&self.tokens[self.items[at].start].stem) {
            return false;
        }
        let lexicon = self.lexicon;
        let mut tables: Vec<_> = lexicon
            .table_ids()
            .filter(|table| self.reachable(*table))
            .collect();
        tables.sort_by_key(|table| self.distance(*table));
        let Some((quantity, price)) = tables
            .into_iter()
            .find_map(|table| roles::product(lexicon, table))
        else {
            return false;
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

    /// "total amount" is a column's name and asks for its sum at once.
    fn read_named_total(&mut self) {
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
            if let Some(column) = self
                .number_column(at)
                .filter(|_| total && !listed && !each_row && self.aggregates.is_empty())
            {
                self.mark(at);
                self.aggregates.push(Expr::Apply(Function::Sum, column));
            }
        }
    }

    /// "revenue by month": a figure beside a group is added up.
    fn read_grouped_figure(&mut self) {
        if !self.grouped
            || !self.aggregates.is_empty()
            || !self.plan.having.is_empty()
            || !self.plan.order.is_empty()
        {
            return;
        }
        if let [(at, id)] = self.projected_columns()[..] {
            if self.is_measure(id) {
                self.mark(at);
                self.aggregates.push(Expr::Apply(Function::Sum, id));
            }
        }
    }

    /// `when`, `where` and `who` ask for a moment, a place, a name.
    fn read_question_word(&mut self) {
        if !self.plan.select.is_empty()
            || !self.aggregates.is_empty()
            || self.grouped
            || !self.projected_columns().is_empty()
        {
            return;
        }
        let first = self.tokens.first().map_or("", |token| token.lower.as_str());
        let shown: Vec<ColumnId> = match first {
            "when" => roles::moment(self.lexicon, self.home).into_iter().collect(),
            "where" => self
                .hinted(self.home, super::values::PLACES, |id| self.is_textual(id))
                .into_iter()
                .collect(),
            "who" => roles::label(self.lexicon, self.home),
            _ => Vec::new(),
        };
        self.plan.select.extend(shown.into_iter().map(Expr::Column));
    }

    /// "average order total": the word total is a column here.
    fn total_column(&self, functions: &[(usize, Function)]) -> Option<Expr> {
        let [(at, Function::Sum)] = functions else {
            return None;
        };
        let table = self.before(*at).and_then(|i| self.table(i))?;
        let column = self.hinted(table, &["total", "amount"], |id| self.is_measure(id))?;
        Some(Expr::Apply(Function::Sum, column))
    }

    /// The free columns that a question lists, in its order.
    pub(crate) fn projected_columns(&self) -> Vec<(usize, ColumnId)> {
        let mut found = Vec::new();
        for at in 0..self.items.len() {
            if !self.is_free(at) {
                continue;
            }
            if let Some(Entity::Column(id, score)) = self.entity(at) {
                let fuzzy_table = self.lexicon.column(id).table != self.home
                    && self.items[at].owner.is_none()
                    && score < 0.6;
                if score >= 0.5 && !fuzzy_table && !self.is_claimed(at) && !self.is_qualifier_of_value(at) {
                    found.push((at, id));
                }
            }
        }
        found
    }

    /// `shipped orders` speaks of a moment, it does not ask for it.
    fn is_qualifier_of_value(&self, at: usize) -> bool {
        let day = self.column(at).is_some_and(|(id, _)| self.is_day(id));
        let adjective = self.head == Some(at + 1)
            || (self.head.is_some_and(|head| head < at)
                && self.tokens[0].lower != "when"
                && !matches!(self.word(at.saturating_sub(1)), "date" | "time" | "the" | "and"))
            || (at > 0
                && matches!(
                    self.word(at - 1),
                    "been" | "were" | "was" | "are" | "is" | "be" | "have" | "has" | "that" | "who"
                ));
        day && self.participle(at) && adjective
    }

    pub(crate) fn read_projection(&mut self) {
        self.read_named_total();
        for at in 0..self.items.len() {
            if self.is_free(at) && self.aggregates.is_empty() {
                self.read_money(at);
            }
        }
        self.read_grouped_figure();
        self.read_done();
        self.read_question_word();
        let listed_before = self
            .head
            .is_some_and(|head| self.projected_columns().iter().any(|(at, _)| *at < head))
            || !self.aggregates.is_empty();
        for (at, id) in self.projected_columns() {
            if self.is_trailing(at, id, listed_before) {
                continue;
            }
            self.mark(at);
            if at > 0 && self.items[at].owner.is_some() && self.table(at - 1) == self.items[at].owner {
                self.mark(at - 1);
            }
            if self.grouped && self.plan.group.contains(&Expr::Column(id)) {
                continue;
            }
            self.project(id, at);
        }
        for at in 0..self.items.len() {
            if self.phrase(at) == Some(Phrase::Distinct) && self.is_free(at) {
                self.mark(at);
                self.plan.distinct = !self.plan.select.is_empty() && self.aggregates.is_empty();
                self.distinct_entity(at);
            }
        }
        if let Some(head) = self.head {
            self.mark(head);
        }
    }

    /// A column after the head that nothing introduces as wanted; one that a condition already reads is spoken for.
    fn is_trailing(&mut self, at: usize, id: ColumnId, listed_before: bool) -> bool {
        let Some(head) = self.head.filter(|head| *head < at) else {
            return false;
        };
        let mut read = Vec::new();
        self.plan.filters.iter().for_each(|cond| cond.columns(&mut read));
        if read.contains(&id) || self.plan.order.iter().any(|(expr, _)| *expr == Expr::Column(id)) {
            self.mark(at);
            return true;
        }
        if at == head + 1 || self.items[at].owner.is_some() && !listed_before {
            return false;
        }
        let introduced = (head + 1..at).rev().take(3).any(|i| {
            matches!(self.items[i].kind, Kind::And | Kind::Comma)
                || matches!(
                    self.word(i),
                    "with"
                        | "their"
                        | "its"
                        | "including"
                        | "show"
                        | "give"
                        | "list"
                        | "return"
                        | "find"
                        | "what"
                        | "and"
                        | "along"
                        | "display"
                        | "select"
                        | "report"
                        | "whose"
                )
        });
        !introduced
            || (listed_before
                && !(head + 1..at).rev().take(3).any(|i| {
                    matches!(self.items[i].kind, Kind::And | Kind::Comma)
                        || matches!(
                            self.word(i),
                            "with" | "their" | "its" | "along" | "give" | "show" | "list" | "return" | "what"
                        )
                }))
    }

    /// `different cities` where a table holds the cities needs no DISTINCT.
    fn distinct_entity(&mut self, at: usize) {
        if let Some(Entity::Table(..)) = self.after(at).and_then(|i| self.entity(i)) {
            self.plan.distinct = self.plan.distinct && !self.plan.select.is_empty();
        }
    }

    fn project(&mut self, id: ColumnId, at: usize) {
        let key = self.lexicon.graph.target(id);
        let named = self.word(at).to_owned();
        let wants_key = self.tokens[self.items[at].start..self.items[at].end]
            .iter()
            .any(|token| matches!(token.lower.as_str(), "id" | "ids" | "code" | "codes" | "number"))
            || named.contains('_');
        match key {
            Some(table) if !wants_key && self.reachable(table) && table != self.home => {
                let labels = roles::label(self.lexicon, table);
                if labels.is_empty() {
                    self.show(Expr::Column(id))
                } else {
                    labels
                        .into_iter()
                        .for_each(|label| self.show(Expr::Column(label)))
                }
            }
            _ => {
                for column in self.whole_name(id, at) {
                    self.show(Expr::Column(column));
                }
            }
        }
    }

    /// "name" of someone with a first and a last name means both.
    fn whole_name(&self, id: ColumnId, at: usize) -> Vec<ColumnId> {
        let labels = roles::label(self.lexicon, self.lexicon.column(id).table);
        let partial =
            matches!(self.word(at), "name" | "names") && self.items[at].end - self.items[at].start == 1;
        if partial && labels.len() > 1 && labels.contains(&id) {
            labels
        } else {
            vec![id]
        }
    }

    fn show(&mut self, expr: Expr) {
        if !self.plan.select.contains(&expr) {
            self.plan.select.push(expr);
        }
    }

    /// Words left over that say that something happened: `shipped orders`, `customers with orders`.
    fn read_done(&mut self) {
        for at in 0..self.items.len() {
            if !self.is_free(at) {
                continue;
            }
            if self.is_qualifier_of_value(at) {
                if let Some((column, _)) = self.column_where(at, |id| self.is_day(id)) {
                    self.mark(at);
                    self.plan.filters.push(Cond::Null {
                        column,
                        is_null: false,
                    });
                }
                continue;
            }
            let Some(Entity::Table(table, score)) = self.entity(at) else {
                continue;
            };
            if table == self.home || score < 0.6 || self.head == Some(at) || !self.reachable(table) {
                continue;
            }
            self.read_company(at, table);
        }
    }

    /// Another table that is only named: joined when a condition reads it, required to have rows when it lies outwards.
    fn read_company(&mut self, at: usize, table: super::lexicon::TableId) {
        let filtered = self.plan.filters.iter().any(|cond| {
            let mut columns = Vec::new();
            cond.columns(&mut columns);
            columns.iter().any(|id| self.lexicon.column(*id).table == table)
        });
        let owner = self
            .items
            .get(at + 1)
            .is_some_and(|item| item.owner == Some(table))
            || self.items.iter().any(|item| item.owner == Some(table));
        self.mark(at);
        if filtered || owner {
            return;
        }
        let Some(related) = self.related(table) else {
            return;
        };
        let related = self.trimmed(related);
        let outwards = self.lexicon.graph.fans_out(&related.steps[0]);
        let has = (at.saturating_sub(3)..at).any(|i| {
            matches!(
                self.word(i),
                "with"
                    | "have"
                    | "has"
                    | "had"
                    | "who"
                    | "that"
                    | "having"
                    | "been"
                    | "least"
                    | "placed"
                    | "made"
            )
        }) || self.participle(at);
        if outwards && has && self.aggregates.is_empty() {
            self.plan.filters.push(Cond::Exists {
                related,
                negated: false,
            });
        } else if !outwards
            && self.head.is_some_and(|head| at > head)
            && self.aggregates.is_empty()
            && !self.grouped
        {
            // "tickets and their projects"
            for label in roles::label(self.lexicon, table) {
                self.show(Expr::Column(label));
            }
            if !self.plan.select.is_empty()
                && self.projected_columns().is_empty()
                && self
                    .plan
                    .select
                    .iter()
                    .all(|expr| matches!(expr, Expr::Column(id) if self.lexicon.column(*id).table == table))
            {
                let own = roles::label(self.lexicon, self.home)
                    .into_iter()
                    .map(Expr::Column)
                    .collect::<Vec<_>>();
                let theirs = std::mem::take(&mut self.plan.select);
                self.plan.select = own;
                theirs.into_iter().for_each(|expr| self.show(expr));
            }
        }
    }

    /// Settles what is shown, and keeps rows from being repeated by joins.
    pub(crate) fn finish(&mut self) {
        let aggregates = std::mem::take(&mut self.aggregates);
        if self.grouped {
            self.finish_group(aggregates);
        } else if aggregates.is_empty() {
            if self.plan.select.is_empty() {
                self.plan.star = true;
            }
        } else {
            self.finish_aggregate(aggregates);
        }
        self.keep_rows_single();
    }

    fn finish_group(&mut self, aggregates: Vec<Expr>) {
        let ranked = !self.plan.order.is_empty() || !self.plan.having.is_empty();
        let mut labels = self.shown_keys();
        let asked: Vec<Expr> = std::mem::take(&mut self.plan.select);
        // What was asked of the group's table replaces its names.
        let table_of = |expr: &Expr| match expr {
            Expr::Column(id) => Some(self.lexicon.column(*id).table),
            _ => None,
        };
        let chosen: Vec<_> = asked.iter().filter_map(table_of).collect();
        let keyed = |table| {
            self.plan.group.iter().any(|expr| matches!(expr, Expr::Column(id) if self.lexicon.column(*id).table == table && self.lexicon.column(*id).is_primary))
        };
        labels.retain(|expr| table_of(expr).is_none_or(|table| !chosen.contains(&table) || !keyed(table)));
        let mut select = Vec::new();
        for expr in labels.into_iter().chain(asked) {
            let key = matches!(expr, Expr::Column(_) | Expr::Bucket(..));
            if key && !self.plan.group.contains(&expr) && !self.plan.select.contains(&expr) {
                self.plan.group.push(expr.clone());
            }
            if !select.contains(&expr) {
                select.push(expr);
            }
        }
        for expr in aggregates {
            if !select.contains(&expr) {
                select.push(expr);
            }
        }
        if !select.iter().any(Expr::is_aggregate) && !ranked {
            select.push(Expr::Rows);
        }
        self.plan.select = select;
    }

    /// The group's keys without those that only keep equal names apart.
    fn shown_keys(&self) -> Vec<Expr> {
        let keys = &self.plan.group;
        let named = |table| {
            keys.iter().any(|expr| matches!(expr, Expr::Column(id) if self.lexicon.column(*id).table == table && !self.lexicon.column(*id).is_primary))
        };
        keys.iter()
            .filter(|expr| match expr {
                Expr::Column(id) => {
                    !(self.lexicon.column(*id).is_primary && named(self.lexicon.column(*id).table))
                        || self.plan.select.contains(expr)
                }
                _ => true,
            })
            .cloned()
            .collect()
    }

    /// Aggregates over all rows; columns beside them become groups.
    fn finish_aggregate(&mut self, aggregates: Vec<Expr>) {
        let columns: Vec<Expr> = std::mem::take(&mut self.plan.select);
        self.plan.group = columns.clone();
        self.plan.select = columns;
        for expr in aggregates {
            let expr = match expr {
                Expr::Rows if self.fans_out() && self.via.is_empty() => self
                    .lexicon
                    .primary_key(self.home)
                    .map_or(Expr::Rows, Expr::CountDistinct),
                other => other,
            };
            if !self.plan.select.contains(&expr) {
                self.plan.select.push(expr);
            }
        }
        if self.plan.group.is_empty() {
            self.plan.order.clear();
            self.plan.limit = None;
        }
    }

    /// A join to the many side repeats rows; DISTINCT or EXISTS keeps them single.
    fn keep_rows_single(&mut self) {
        if self.plan.aggregates() || self.grouped || !self.fans_out() {
            return;
        }
        let foreign_shown = self
            .plan
            .select
            .iter()
            .any(|expr| matches!(expr, Expr::Column(id) if self.lexicon.column(*id).table != self.home));
        let foreign_order = self
            .plan
            .order
            .iter()
            .any(|(expr, _)| !self.plan.select.contains(expr));
        if !foreign_shown && !foreign_order {
            self.plan.distinct = true;
        }
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
