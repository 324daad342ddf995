//! Recognises comparisons of how many rows there are: "more than 3 orders", "ordered at least twice".

use super::items::Kind;
use super::lexicon::ColumnId;
use super::phrases::{Function, Op, Phrase};
use super::plan::{Cond, Expr, Literal};
use super::reading::{Entity, Reading};

impl Reading<'_> {
    /// `more than 3 orders`: a count of rows, of the home table by group or of a related one.
    pub(crate) fn counted(&mut self, at: usize, next: usize, op: Op, number: &str) -> bool {
        let Some(thing) = self.after(next).filter(|i| *i - next <= 3) else {
            return false;
        };
        if self.word(thing) == "times" {
            return self.counted_times(at, thing, op, number);
        }
        let thing = if self.phrase(thing) == Some(Phrase::Distinct) {
            thing + 1
        } else {
            thing
        };
        if thing < self.items.len() && self.is_adjective_of_table(thing) {
            return self.counted_described(at, next, thing + 1, op, number);
        }
        let (table, score) = match self.entity(thing) {
            Some(Entity::Table(table, score)) => (table, score),
            // "students with two hobbies", where each row of the table is one.
            Some(Entity::Column(id, score)) if self.counts_each(id, thing, at) => {
                (self.lexicon.column(id).table, score)
            }
            // "towns with two delegates", where the delegate is a text of another table.
            Some(Entity::Column(id, score)) if self.stands_for_rows(id, thing) => {
                (self.lexicon.column(id).table, score)
            }
            _ => return false,
        };
        if score < 0.55 || self.next_owned_number(thing) {
            return false;
        }
        let value = Literal::Number(number.to_owned());
        if table == self.home {
            // "recipes with an average of less than 3 and at least 2 ratings": groups already.
            if self.grouped && !self.plan.group.is_empty() && self.subject_before(at).is_none() {
                self.plan.having.push(Cond::Compare(Expr::Rows, op, value));
                self.mark_all(at..=thing);
                return true;
            }
            let Some((subject, column)) = self.subject_before(at) else {
                // "an average rating above 4 and at least 3 ratings": of the same groups.
                let of_groups = self.grouped && !self.plan.having.is_empty();
                if of_groups {
                    self.plan.having.push(Cond::Compare(Expr::Rows, op, value));
                    self.mark_all(at..=thing);
                }
                return of_groups;
            };
            self.mark(subject);
            let keys = self.group_keys(column);
            self.plan.select.extend(keys.iter().cloned());
            self.plan.group.extend(keys);
            self.grouped = true;
            self.plan.having.push(Cond::Compare(Expr::Rows, op, value));
        } else {
            let Some(related) = self.related(table) else {
                return false;
            };
            let related = self.trimmed(related);
            let one = matches!((op, number), (Op::Ge, "1") | (Op::Gt, "0"));
            let cond = if one {
                Cond::Exists {
                    related,
                    negated: false,
                }
            } else {
                Cond::Compare(Expr::Related(related), op, value)
            };
            self.plan.filters.push(cond);
        }
        self.mark_all(at..=thing);
        true
    }

    /// Whether a plural that names a text of the home table stands for its rows, by what was named before.
    fn counts_each(&self, id: ColumnId, thing: usize, at: usize) -> bool {
        let rows = self.lexicon.column(id).table == self.home
            && self.is_textual(id)
            && self.word(thing).ends_with('s')
            && self
                .items
                .get(thing + 1)
                .is_none_or(|next| !matches!(next.kind, Kind::Mention(..) | Kind::Value(_)));
        rows && self
            .subject_before(at)
            .is_some_and(|(_, entity)| matches!(entity, Entity::Column(other, _) if other != id))
    }

    /// Whether a plural that names a text of another table stands for that table's rows.
    fn stands_for_rows(&self, id: ColumnId, thing: usize) -> bool {
        let table = self.lexicon.column(id).table;
        table != self.home
            && self.reachable(table)
            && self.is_textual(id)
            && self.word(thing).ends_with('s')
            && self
                .items
                .get(thing + 1)
                .is_none_or(|next| !matches!(next.kind, Kind::Mention(..) | Kind::Value(_)))
    }

    /// `more than 3 cancelled orders`: the adjective becomes a condition on what is counted.
    pub(crate) fn counted_described(
        &mut self,
        at: usize,
        next: usize,
        thing: usize,
        op: Op,
        number: &str,
    ) -> bool {
        let Some(related) = self.table(thing).and_then(|table| self.related(table)) else {
            return false;
        };
        self.plan.filters.push(Cond::Compare(
            Expr::Related(related),
            op,
            Literal::Number(number.to_owned()),
        ));
        self.mark_all(at..=next);
        self.mark(thing);
        true
    }

    /// `ordered more than 3 times`, `drugs prescribed more than 5 times`.
    pub(crate) fn counted_times(&mut self, at: usize, thing: usize, op: Op, number: &str) -> bool {
        let value = Literal::Number(number.to_owned());
        let other = (0..at).rev().find_map(|i| {
            self.table(i)
                .filter(|table| *table != self.home)
                .map(|table| (i, table))
        });
        if let Some((i, related)) = other.and_then(|(i, table)| Some((i, self.related(table)?))) {
            let related = self.trimmed(related);
            self.mark(i);
            self.plan
                .filters
                .push(Cond::Compare(Expr::Related(related), op, value));
        } else {
            let Some((subject, entity)) = self.subject_before(at) else {
                return false;
            };
            self.mark(subject);
            let keys = self.group_keys(entity);
            self.plan.select.extend(keys.iter().cloned());
            self.plan.group.extend(keys);
            self.grouped = true;
            self.plan.having.push(Cond::Compare(Expr::Rows, op, value));
        }
        self.mark_all(at..=thing);
        true
    }

    pub(crate) fn next_owned_number(&self, at: usize) -> bool {
        self.items.get(at + 1).is_some_and(|item| item.owner.is_some())
            && self.number_column(at + 1).is_some()
    }

    /// The column (or table) that a count by group speaks of: `countries with more than …`.
    pub(crate) fn subject_before(&self, at: usize) -> Option<(usize, Entity)> {
        (0..at).rev().find_map(|i| match self.entity(i) {
            Some(Entity::Table(table, _)) if table == self.home => None,
            Some(entity) if self.is_free(i) => Some((i, entity)),
            _ => None,
        })
    }

    /// `with an average salary above 5000`: a condition on groups.
    pub(crate) fn grouped_metric(&mut self, at: usize, next: usize, op: Op, number: &str) -> bool {
        let Some(column_at) = self.before(at) else {
            return false;
        };
        let Some((function, function_at)) = (column_at.saturating_sub(3)..=column_at)
            .rev()
            .find_map(|i| self.aggregate_at(i).map(|function| (function, i)))
        else {
            return false;
        };
        if function == Function::Count {
            return self.counted_metric(at, function_at, column_at, next, op, number);
        }
        let Some((expr, end)) = self
            .applied(function, function_at + 1)
            .or_else(|| self.applied(function, column_at))
        else {
            return false;
        };
        if end > column_at {
            return false;
        }
        self.plan
            .having
            .push(Cond::Compare(expr, op, Literal::Number(number.to_owned())));
        self.mark_all(function_at..=next);
        if let Some((subject, entity)) = self.subject_before(function_at) {
            self.mark(subject);
            if !self.grouped {
                let keys = self.group_keys(entity);
                let named = keys.len() > 1;
                let lexicon = self.lexicon;
                let shown = |expr: &&Expr| {
                    !(named && matches!(expr, Expr::Column(id) if lexicon.column(*id).is_primary))
                };
                self.plan.select.extend(keys.iter().filter(shown).cloned());
                self.plan.group.extend(keys);
                self.grouped = true;
            }
        }
        true
    }

    /// `whose number of orders is above 3`.
    pub(crate) fn counted_metric(
        &mut self,
        at: usize,
        function_at: usize,
        column_at: usize,
        next: usize,
        op: Op,
        number: &str,
    ) -> bool {
        let Some(Entity::Table(table, _)) = self.entity(column_at) else {
            return false;
        };
        let Some(related) = self
            .related(table)
            .filter(|_| table != self.home && at > column_at)
        else {
            return false;
        };
        let related = self.trimmed(related);
        self.plan.filters.push(Cond::Compare(
            Expr::Related(related),
            op,
            Literal::Number(number.to_owned()),
        ));
        self.mark_all(function_at..=next);
        true
    }
}
