//! Recognises groups: "per country", "by status", "for each doctor", "monthly".

use super::items::Kind;
use super::lexicon::{ColumnId, Sort, TableId};
use super::period::{Slot, Unit};
use super::phrases::{Function, Phrase};
use super::plan::Expr;
use super::reading::{Entity, Reading};
use super::roles;

impl Reading<'_> {
    pub(crate) fn read_groups(&mut self) {
        for at in 0..self.items.len() {
            if !self.is_free(at) {
                continue;
            }
            match self.phrase(at) {
                Some(Phrase::Monthly) => self.group_time(at, Unit::Month),
                Some(Phrase::Yearly) => self.group_time(at, Unit::Year),
                Some(Phrase::Daily) => self.group_time(at, Unit::Day),
                Some(Phrase::Each(Slot::Of(unit))) => self.group_time(at, unit),
                Some(Phrase::Each(slot)) => self.group_slot(at, slot),
                Some(Phrase::PerEach) => self.group_list(at, true),
                Some(Phrase::By) if self.sort_by_count(at) || self.rank_by_sum(at) => {}
                // "driven by drivers from …" tells who did it.
                Some(Phrase::By) if self.tells_who(at) => {}
                Some(Phrase::By) => self.group_list(at, false),
                _ => {}
            }
        }
    }

    /// Whether `by` stands between a participle and the table of those who did it.
    fn tells_who(&self, at: usize) -> bool {
        const NOT: &[&str] = &["grouped", "sorted", "ordered", "ranked", "summed", "counted"];
        let done = at.checked_sub(1).is_some_and(|before| {
            (self.participle(before) || self.word(before) == "driven") && !NOT.contains(&self.word(before))
        });
        // "by admins", "by vip members": what describes those who did it is a condition on them.
        let told = self
            .after(at)
            .filter(|i| {
                let people = self.items.get(i + 1).is_some_and(|_| self.table(i + 1).is_some())
                    || self.word(*i).ends_with('s');
                !self.is_free(*i) && (done || people)
            })
            .is_some_and(|i| {
                let truth = |id| self.lexicon.column(id).sort == Sort::Truth;
                self.column_where(i, truth)
                    .is_some_and(|(id, _)| self.lexicon.column(id).table != self.home)
            });
        if told && self.head.is_some_and(|head| head < at) && !self.asks_aggregate() {
            return true;
        }
        // "articles by authors from Peru": of those who did it something is said.
        let described = self.after(at).is_some_and(|i| {
            self.items.get(i + 1).is_some_and(|_| {
                matches!(
                    self.word(i + 1),
                    "from" | "who" | "that" | "whose" | "with" | "in" | "named" | "called"
                )
            })
        });
        let things = at.checked_sub(1).is_some_and(|i| self.table(i).is_some());
        let done = done || described && things && !self.asks_aggregate();
        let table = self.after(at).and_then(|i| self.table(i));
        done && table.is_some_and(|table| table != self.home) && self.head.is_some_and(|head| head < at)
    }

    /// `wards by number of nurses`: the rows with how many of the others each has, most first.
    fn sort_by_count(&mut self, at: usize) -> bool {
        let asked = self.head.is_some_and(|head| head < at) && self.plan.order.is_empty();
        let Some(next) = self
            .after(at)
            .filter(|i| asked && self.aggregate_at(*i) == Some(Function::Count))
        else {
            return false;
        };
        let counts_before = (0..at).any(|i| self.aggregate_at(i).is_some());
        match self.metric(next) {
            Some((Expr::Related(related), end)) if !counts_before => {
                self.mark_metric(at, end);
                let related = self.trimmed(related);
                self.rank_by(Expr::Related(related), true);
                true
            }
            _ => false,
        }
    }

    /// `most rented film by days`: what ranks the groups is a sum, not how often they occur.
    fn rank_by_sum(&mut self, at: usize) -> bool {
        let column = self.after(at).and_then(|i| {
            let id = self.number_column(i).filter(|_| self.table(i).is_none())?;
            (self.lexicon.column(id).table == self.home).then_some((i, id))
        });
        match (&mut self.plan.order[..], column) {
            ([(expr @ Expr::Rows, _)], Some((i, id))) if !self.plan.group.is_empty() => {
                *expr = Expr::Apply(Function::Sum, id);
                self.mark_all(at..=i);
                true
            }
            _ => false,
        }
    }

    fn group_time(&mut self, at: usize, unit: Unit) {
        if unit == Unit::Year
            && let Some(year) = self
                .lexicon
                .columns_of(self.home)
                .find(|id| self.lexicon.column(*id).sort == Sort::Year)
        {
            self.mark(at);
            self.group_by(vec![Expr::Column(year)]);
            return;
        }
        let Some(column) = self.moment_column(at) else {
            return;
        };
        self.mark(at);
        if self.lexicon.column(column).sort == Sort::Year {
            self.group_by(vec![Expr::Column(column)]);
        } else {
            self.group_by(vec![Expr::Bucket(Slot::Of(unit), column)]);
        }
    }

    /// `per country and city`; `by` groups only where something is counted or added up.
    fn group_list(&mut self, at: usize, each: bool) {
        let mut next = self.after(at).filter(|i| i - at <= 3);
        if let Some(i) = next.filter(|i| each && self.phrase(*i) == Some(Phrase::Distinct)) {
            self.mark(i);
            next = self.after(i);
        }
        let mut first = true;
        if each {
            self.mark(at);
        }
        while let Some(i) = next {
            let i = if self.items.get(i + 1).is_some_and(|item| item.owner.is_some())
                && self.table(i).is_some()
                && self.groupable(i + 1)
            {
                i + 1
            } else {
                i
            };
            let Some(entity) = self.entity(i) else { break };
            if first && self.sum_per(at, entity) {
                self.mark(i);
                return;
            }
            // "total fee by department": of what is added up nothing is said but its column.
            let figure = at
                .checked_sub(1)
                .is_some_and(|before| self.number_column(before).is_some() && !self.participle(before));
            let one = !self.word(i).ends_with('s') && i == at + 1;
            let told = each || self.head == Some(i) && self.phrase(at) == Some(Phrase::By) && one && figure;
            if !self.may_group(entity, each, told, first) {
                if first && !each {
                    self.sort_instead(at, i, entity);
                }
                break;
            }
            if first && self.averages_rows(at, entity) {
                self.mark_all(at..=i);
                return;
            }
            let keys = self.group_keys(entity);
            self.mark_all(at..=at);
            self.mark(i);
            if i > 0 && self.table(i - 1).is_some() && self.items[i].owner.is_some() {
                self.mark(i - 1);
            }
            self.group_by(keys);
            first = false;
            next = self
                .after(i)
                .filter(|and| self.items[*and].kind == Kind::And && *and == i + 1)
                .and_then(|and| self.after(and));
        }
    }

    /// `average fee per visit`: where the visit itself has the fee, it is the average of all.
    fn averages_rows(&self, at: usize, entity: Entity) -> bool {
        let home = matches!(entity, Entity::Table(table, _) if table == self.home) && self.word(at) == "per";
        let mut functions = (0..at).filter(|i| self.aggregate_at(*i).is_some());
        let only = match (functions.next(), functions.next()) {
            (Some(i), None) if home && self.aggregate_at(i) == Some(Function::Avg) => i,
            _ => return false,
        };
        self.after(only)
            .and_then(|i| self.number_column(i))
            .is_some_and(|id| self.lexicon.column(id).table == self.home)
    }

    /// `hours per project`: a figure of the many is added up for each of the few.
    fn sum_per(&mut self, at: usize, entity: Entity) -> bool {
        let listed = self.projected_columns();
        let [(i, id)] = listed[..] else { return false };
        let said = self.word(at) == "per" || self.word(at) == "by" && self.adds_up(i, id, entity);
        let measured = said && i < at && !self.asks_aggregate() && self.is_measure(id);
        let table = self.lexicon.column(id).table;
        let many = match entity {
            Entity::Table(group, _) => group != table && self.reachable(group),
            Entity::Column(key, _) => {
                key != id && self.lexicon.column(key).table == table && !self.is_measure(key)
            }
        };
        if !measured || !many || !self.aggregates.is_empty() || table != self.home && !self.reachable(table) {
            return false;
        }
        self.mark_all(i..=at);
        let keys = self.group_keys(entity);
        self.group_by(keys);
        self.aggregates.push(Expr::Apply(Function::Sum, id));
        true
    }

    /// `repair cost by garage`: what adds up, by a kind or by other rows, is added up; a list of rows is sorted.
    fn adds_up(&self, at: usize, id: ColumnId, entity: Entity) -> bool {
        const ADDING: &[&str] = &[
            "cost",
            "costs",
            "amount",
            "fee",
            "fees",
            "total",
            "revenue",
            "sales",
            "hours",
            "minutes",
            "quantity",
            "expense",
            "expenses",
            "spend",
            "spent",
            "paid",
            "income",
            "profit",
            "turnover",
            "tax",
            "donation",
            "payout",
            "km",
            "liters",
            "litres",
            "consumption",
            "usage",
            "qty",
            "amt",
        ];
        let adds = self
            .lexicon
            .column(id)
            .words
            .iter()
            .any(|word| ADDING.contains(&word.as_str()));
        let of_kind = match entity {
            Entity::Table(..) => true,
            Entity::Column(key, _) => self.lexicon.is_key(key) || self.is_textual(key),
        };
        let lists_rows = (0..at.saturating_sub(1)).any(|i| self.table(i).is_some())
            || self.tokens.first().is_some_and(|token| token.lower == "list")
            || self.plan.limit.is_some();
        adds && of_kind && !lists_rows
    }

    fn groupable(&self, at: usize) -> bool {
        self.column(at)
            .is_some_and(|(id, score)| score >= 0.5 && !self.is_measure(id))
    }

    fn may_group(&self, entity: Entity, each: bool, told: bool, first: bool) -> bool {
        let countable = self.asks_aggregate()
            || !self.aggregates.is_empty()
            || self.items.iter().any(|item| {
                matches!(
                    item.kind,
                    Kind::Phrase(Phrase::Superlative { .. } | Phrase::Most(_))
                )
            });
        let shows_columns = !self.projected_columns().is_empty();
        match entity {
            Entity::Table(table, _) if table == self.home => told && self.asks_aggregate(),
            Entity::Table(_, score) => score >= 0.55 && (countable || !shows_columns || !first),
            Entity::Column(id, _) if self.is_day(id) => countable || each,
            Entity::Column(id, score)
                if self.lexicon.column(id).sort == Sort::Number && !self.lexicon.is_key(id) =>
            {
                // "errors by status code", "rooms by floor": numbers that are kinds.
                let kind = self.lexicon.column(id).words.last().is_some_and(|last| {
                    matches!(
                        last.as_str(),
                        "code"
                            | "tier"
                            | "level"
                            | "grade"
                            | "floor"
                            | "type"
                            | "category"
                            | "severity"
                            | "priority"
                    )
                });
                countable || each || kind && score >= 0.6 && !shows_columns
            }
            Entity::Column(_, score) => score >= 0.45 && (countable || !shows_columns),
        }
    }

    /// `list products by price`: nothing is counted, so it is an order.
    fn sort_instead(&mut self, at: usize, i: usize, entity: Entity) {
        if let Entity::Column(id, score) = entity {
            let sortable = self.is_measure(id) || self.is_day(id) || !self.projected_columns().is_empty();
            if score >= 0.5 && sortable && self.plan.order.is_empty() {
                self.mark_all(at..=i);
                self.plan.order.push((Expr::Column(id), false));
            }
        }
    }

    pub(crate) fn group_by(&mut self, keys: Vec<Expr>) {
        self.grouped = true;
        for key in keys {
            if !self.plan.group.contains(&key) {
                self.plan.group.push(key);
            }
        }
    }

    /// What groups by an entity: the column, or the key and names of a table.
    pub(crate) fn group_keys(&self, entity: Entity) -> Vec<Expr> {
        match entity {
            Entity::Column(id, _) => match self.lexicon.graph.target(id) {
                Some(table)
                    if !self.says_id(id)
                        && self.reachable(table)
                        && !roles::names(self.lexicon, table).is_empty() =>
                {
                    self.entity_keys(table)
                }
                _ => vec![Expr::Column(id)],
            },
            Entity::Table(table, _) => self.entity_keys(table),
        }
    }

    /// Whether the question speaks of a key as such ("per customer id").
    fn says_id(&self, id: ColumnId) -> bool {
        let tail = self.lexicon.column(id).words.last().map_or("", String::as_str);
        let own = roles::label(self.lexicon, self.lexicon.column(id).table);
        own.contains(&id)
            || self.tokens.iter().any(|token| {
                token.lower == tail || matches!(token.lower.as_str(), "id" | "ids" | "code" | "codes")
            })
    }

    /// The key and the names of a table: the key keeps rows of the same name apart.
    pub(crate) fn entity_keys(&self, table: TableId) -> Vec<Expr> {
        let labels = roles::names(self.lexicon, table);
        let key = self.lexicon.primary_key(table);
        let mut keys: Vec<Expr> = Vec::new();
        if labels.is_empty() {
            keys.extend(key.map(Expr::Column));
            return keys;
        }
        let unique = labels.len() == 1 && self.lexicon.column(labels[0]).column.unique;
        keys.extend(key.filter(|_| !unique).map(Expr::Column));
        keys.extend(labels.into_iter().map(Expr::Column));
        keys
    }
}
