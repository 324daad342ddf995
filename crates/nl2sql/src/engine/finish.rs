//! Completes a plan: what a group shows, where conditions belong, and how rows stay single.

use super::phrases::Function;
use super::plan::{Cond, Expr};
use super::reading::Reading;
use super::roles;

impl Reading<'_> {
    /// Settles what is shown, and keeps rows from being repeated by joins.
    pub(crate) fn finish(&mut self) {
        self.absorb_filters();
        self.settle_peers();
        let aggregates = std::mem::take(&mut self.aggregates);
        if self.grouped {
            self.finish_group(aggregates);
        } else if aggregates.is_empty() {
            if self.plan.select.is_empty() {
                let named = if self.asks_which() {
                    roles::label(self.lexicon, self.home)
                } else {
                    Vec::new()
                };
                self.plan.star = named.is_empty();
                self.plan.select = named.into_iter().map(Expr::Column).collect();
            }
        } else {
            self.finish_aggregate(aggregates);
        }
        self.date_figures();
        self.settle_direction();
        self.show_kinds_once();
        self.count_once();
        self.settle_order();
        self.drop_idle_keys();
        self.prune();
        self.keep_rows_single();
        self.mark_home();
    }

    /// `show all payment methods`: where no rows are spoken of, the kinds there are, each once.
    fn show_kinds_once(&mut self) {
        let plan = &self.plan;
        let alone = plan.filters.is_empty() && plan.group.is_empty() && plan.order.is_empty() && !plan.star;
        let [Expr::Column(id)] = plan.select[..] else {
            return;
        };
        let entry = self.lexicon.column(id);
        let kind = self.is_textual(id)
            && !entry.is_primary
            && !entry.column.unique
            && !roles::label(self.lexicon, entry.table).contains(&id);
        let rows = self
            .items
            .iter()
            .enumerate()
            .any(|(at, _)| self.table(at).is_some() || Some(at) == self.head);
        let all = self.tokens.iter().any(|token| token.lower == "all");
        // "which towns do the members come from": a kind is asked for, whosever it is.
        let which = (1..self.items.len()).any(|at| {
            matches!(self.word(at - 1), "which" | "what")
                && self.table(at).is_none()
                && self.column_where(at, |other| other == id).is_some()
                && self.tokens[self.items[at].end - 1].lower.ends_with('s')
        });
        if alone && kind && (!rows && all || which) {
            self.plan.distinct = true;
        }
    }

    /// "top 5 artists by number of concerts, with … total concerts": what is sorted by is the count of the joined rows that is shown.
    fn count_once(&mut self) {
        let via = &self.via;
        let is_counted = |expr: &Expr| match expr {
            Expr::Related(related) => {
                related.filters.is_empty()
                    && related.steps.last().is_some_and(|step| via.contains(&step.added))
            }
            _ => false,
        };
        let plan = &mut self.plan;
        if plan.group.is_empty() || !plan.select.contains(&Expr::Rows) {
            return;
        }
        plan.select.retain(|expr| !is_counted(expr));
        for (expr, _) in &mut plan.order {
            if is_counted(expr) {
                *expr = Expr::Rows;
            }
        }
    }

    /// A group by a key needs no name that is not shown.
    fn drop_idle_keys(&mut self) {
        let lexicon = self.lexicon;
        let plan = &mut self.plan;
        let keyed: Vec<_> = plan
            .group
            .iter()
            .filter_map(|expr| match expr {
                Expr::Column(id) if lexicon.column(*id).is_primary => Some(lexicon.column(*id).table),
                _ => None,
            })
            .collect();
        let (select, order) = (&plan.select, &plan.order);
        plan.group.retain(|expr| match expr {
            Expr::Column(id) => {
                lexicon.column(*id).is_primary
                    || !keyed.contains(&lexicon.column(*id).table)
                    || select.contains(expr)
                    || order.iter().any(|(known, _)| known == expr)
            }
            _ => true,
        });
    }

    /// "Which wards …", or a table whose rows are called by one column of its own name: the name is the answer.
    fn asks_which(&self) -> bool {
        let Some(head) = self.head.filter(|head| self.targets[*head]) else {
            return false;
        };
        let whole = self.tokens.iter().any(|token| {
            matches!(
                token.lower.as_str(),
                "information"
                    | "info"
                    | "details"
                    | "detail"
                    | "everything"
                    | "data"
                    | "records"
                    | "record"
                    | "attributes"
            )
        });
        let which = !whole && (0..head).any(|at| matches!(self.word(at), "which" | "what"));
        let own = roles::label(self.lexicon, self.home);
        let called = matches!(own[..], [one] if {
            let words = &self.lexicon.column(one).words;
            words.len() == self.lexicon.table(self.home).words.len()
                && words.iter().zip(&self.lexicon.table(self.home).words).all(|(a, b)| super::stem::singular(a) == *b)
        });
        which || called
    }

    /// Every further mention of the table that the question is about is explained with it.
    fn mark_home(&mut self) {
        for at in 0..self.items.len() {
            if self.is_free(at) && self.table(at) == Some(self.home) {
                self.mark(at);
            }
        }
    }

    /// Rows that are not grouped are sorted by a column itself, not by an aggregate of it; groups are sorted by what they
    /// have one of. "The newest order of each customer" has one row for each customer, not one in all.
    pub(crate) fn settle_order(&mut self) {
        if !self.plan.group.is_empty() {
            let plan = &mut self.plan;
            let is_of_each = !plan.select.iter().any(Expr::is_aggregate);
            let mut is_sorted_by_own = false;
            for (expr, descends) in &mut plan.order {
                if let Expr::Column(column) = *expr
                    && !plan.group.contains(expr)
                {
                    // "the sum of amounts by category sorted by amount" is sorted by the sum.
                    let shown = plan.select.iter().filter_map(|shown| match shown {
                        Expr::Apply(function, of) if *of == column => Some(*function),
                        _ => None,
                    });
                    let shown: Vec<Function> = shown.collect();
                    let function = match (&shown[..], *descends) {
                        ([one], _) => *one,
                        (_, true) => Function::Max,
                        (_, false) => Function::Min,
                    };
                    *expr = Expr::Apply(function, column);
                    is_sorted_by_own = true;
                    if is_of_each {
                        plan.select.push(expr.clone());
                    }
                }
            }
            if is_of_each && is_sorted_by_own && plan.limit == Some(1) {
                plan.limit = None;
            }
            return;
        }
        for (expr, _) in &mut self.plan.order {
            if let Expr::Apply(_, column) = expr {
                *expr = Expr::Column(*column);
            }
        }
    }

    /// Conditions on rows that are only counted (or missing) belong to the counting, not to the outer rows.
    pub(crate) fn absorb_filters(&mut self) {
        let mut filters = std::mem::take(&mut self.plan.filters);
        let shown: Vec<_> = self
            .plan
            .select
            .iter()
            .filter_map(|expr| {
                if let Expr::Column(id) = expr {
                    Some(self.lexicon.column(*id).table)
                } else {
                    None
                }
            })
            .collect();
        let lexicon = self.lexicon;
        let home = self.home;
        let take = |related: &mut super::plan::Related, filters: &mut Vec<Cond>| {
            let tables: Vec<_> = related
                .steps
                .iter()
                .map(|step| step.added)
                .filter(|table| *table != home && !shown.contains(table))
                .collect();
            let mut kept = Vec::new();
            for cond in filters.drain(..) {
                let mut columns = Vec::new();
                cond.columns(&mut columns);
                let inside = !columns.is_empty()
                    && columns
                        .iter()
                        .all(|id| tables.contains(&lexicon.column(*id).table));
                if inside {
                    related.filters.push(cond)
                } else {
                    kept.push(cond)
                }
            }
            *filters = kept;
        };
        let expressions = self.plan.order.iter_mut().map(|(expr, _)| expr);
        for expr in expressions {
            if let Expr::Related(related) = expr {
                take(related, &mut filters);
            }
        }
        for at in 0..filters.len() {
            let Some(known) = filters.get(at).cloned() else {
                break;
            };
            let mut cond = known.clone();
            if let Cond::Compare(Expr::Related(related), ..) | Cond::Exists { related, .. } = &mut cond {
                take(related, &mut filters);
                if let Some(place) = filters.iter_mut().find(|other| **other == known) {
                    *place = cond;
                }
            }
        }
        // A metric that is shown as well as sorted by is the same metric.
        let ranked = self.plan.order.iter().find_map(|(expr, _)| {
            if let Expr::Related(related) = expr {
                Some(related.clone())
            } else {
                None
            }
        });
        for expr in &mut self.plan.select {
            if let (Expr::Related(related), Some(ranked)) = (expr, &ranked)
                && related.steps == ranked.steps
            {
                *related = ranked.clone();
            }
        }
        self.plan.filters = filters;
    }

    pub(crate) fn finish_group(&mut self, aggregates: Vec<Expr>) {
        let ranked = !self.plan.order.is_empty() || !self.plan.having.is_empty();
        self.drop_keys_of_kinds();
        let mut labels = self.shown_keys();
        let asked: Vec<Expr> = std::mem::take(&mut self.plan.select);
        // What was asked of the group's table replaces its names.
        let table_of = |expr: &Expr| match expr {
            Expr::Column(id) => Some(self.lexicon.column(*id).table),
            _ => None,
        };
        let mut chosen: Vec<_> = asked.iter().filter_map(table_of).collect();
        // "order ids": the key that another table holds says which rows are meant.
        chosen.extend(asked.iter().filter_map(|expr| match expr {
            Expr::Column(id) => self.lexicon.graph.target(*id),
            _ => None,
        }));
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
            let expr = if expr == Expr::Rows {
                self.rows_of_home()
            } else {
                expr
            };
            if !select.contains(&expr) {
                select.push(expr);
            }
        }
        if !select.iter().any(Expr::is_aggregate) && !ranked {
            select.push(Expr::Rows);
        }
        self.plan.select = select;
    }

    /// "card types and the number of transfers of each": what is asked of a table's rows is their kind, so the kind is the group.
    fn drop_keys_of_kinds(&mut self) {
        let lexicon = self.lexicon;
        let column = |expr: &Expr| match expr {
            Expr::Column(id) => Some(*id),
            _ => None,
        };
        let asked: Vec<_> = self.plan.select.iter().filter_map(column).collect();
        let tables: Vec<_> = asked.iter().map(|id| lexicon.column(*id).table).collect();
        for table in tables {
            let labels = roles::label(lexicon, table);
            let names_rows = asked
                .iter()
                .filter(|id| lexicon.column(**id).table == table)
                .any(|id| {
                    let entry = lexicon.column(*id);
                    entry.is_primary || entry.column.unique || labels.contains(id)
                });
            let keyed = self
                .plan
                .group
                .iter()
                .filter_map(column)
                .any(|id| lexicon.column(id).is_primary);
            if !names_rows && keyed && self.plan.order.is_empty() && self.plan.having.is_empty() {
                self.plan.group.retain(|expr| {
                    column(expr).is_none_or(|id| lexicon.column(id).table != table || asked.contains(&id))
                });
            }
        }
    }

    /// A count of the home table's rows, each once when joins repeat them.
    pub(crate) fn rows_of_home(&self) -> Expr {
        let repeats = self.via.is_empty()
            && self.joins().is_some_and(|steps| {
                steps
                    .iter()
                    .any(|step| step.known == self.home && self.lexicon.graph.fans_out(step))
            });
        match self.lexicon.primary_key(self.home).filter(|_| repeats) {
            Some(key) => Expr::CountDistinct(key),
            None => Expr::Rows,
        }
    }

    /// The group's keys without those that only keep equal names apart.
    pub(crate) fn shown_keys(&self) -> Vec<Expr> {
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
    pub(crate) fn finish_aggregate(&mut self, aggregates: Vec<Expr>) {
        let columns: Vec<Expr> = std::mem::take(&mut self.plan.select);
        self.plan.group = columns.clone();
        // What the figures are taken of may repeat the rows that are counted.
        self.plan.select = columns.iter().chain(&aggregates).cloned().collect();
        let repeats = self.fans_out() && self.via.is_empty();
        self.plan.select = columns;
        for expr in aggregates {
            let expr = match expr {
                Expr::Rows if repeats => self
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
            self.keep_the_first();
            self.plan.order.clear();
            self.plan.limit = None;
        }
    }

    /// `the average rent of the oldest house`: a figure of one row is of the row that is first.
    fn keep_the_first(&mut self) {
        let ([(Expr::Column(by), descending)], Some(1)) = (&self.plan.order[..], self.plan.limit) else {
            return;
        };
        let (by, descending) = (*by, *descending);
        let key = self.lexicon.primary_key(self.home);
        if let Some(key) = key.filter(|_| self.lexicon.column(by).table == self.home) {
            self.plan.filters.push(Cond::Extreme {
                column: key,
                target: key,
                by,
                descending,
            });
        }
    }

    /// A join to the many side repeats rows; DISTINCT or EXISTS keeps them single.
    pub(crate) fn keep_rows_single(&mut self) {
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
}
