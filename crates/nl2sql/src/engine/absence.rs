//! Recognises what is missing: "without an email", "who have no orders", "not shipped yet".

use super::items::Kind;
use super::lexicon::{ColumnId, Sort};
use super::phrases::{Op, Phrase};
use super::plan::{Cond, Expr, Literal, Related};
use super::reading::{Entity, Reading};

impl Reading<'_> {
    pub(crate) fn read_absences(&mut self) {
        for at in 0..self.items.len() {
            if !self.is_free(at) {
                continue;
            }
            match self.phrase(at) {
                Some(Phrase::Absent(is_null)) => self.read_null(at, is_null),
                Some(Phrase::None_) => self.read_none(at),
                Some(Phrase::Not) => self.read_not(at),
                _ => continue,
            }
            if self.is_free(at) && matches!(self.phrase(at), Some(Phrase::None_ | Phrase::Not)) {
                self.read_undone(at);
            }
            if !self.is_free(at) {
                self.mark_anything(at);
            }
        }
    }

    /// `whose phone is missing`, `with missing phone`.
    fn read_null(&mut self, at: usize, is_null: bool) {
        let neighbour = self
            .before(at)
            .filter(|i| self.column(*i).is_some() && self.is_free(*i))
            .or_else(|| self.after(at));
        if let Some((i, (column, _))) = neighbour.and_then(|i| Some((i, self.column(i)?))) {
            self.plan.filters.push(Cond::Null { column, is_null });
            self.mark(at);
            self.mark(i);
        }
    }

    /// `no orders`, `without an email`, `never logged in`.
    fn read_none(&mut self, at: usize) {
        let Some(next) = self.after(at) else {
            return;
        };
        let next = match self.phrase(next) {
            // "never ordered any", "has no associated": a second small word of absence adds nothing.
            Some(Phrase::None_ | Phrase::Distinct) => match self.after(next) {
                Some(further) => further,
                None => return,
            },
            _ => next,
        };
        // "no open tickets": the adjective becomes a condition on what is missing.
        if self.is_adjective_of_table(next) && self.absent_table_described(at, next + 1) {
            return;
        }
        // "never had a rating above 8": what is absent is a value, not the column.
        let compared = self.column(next).is_some()
            && self.after(next).is_some_and(|i| {
                i - next <= 2
                    && matches!(
                        self.items[i].kind,
                        Kind::Phrase(Phrase::Compare { .. } | Phrase::Between | Phrase::Like(_))
                            | Kind::Quoted(..)
                            | Kind::Value(_)
                    )
            });
        if compared && self.table(next).is_none() {
            return;
        }
        if self.never_did_with(at, next) {
            return;
        }
        let taken = self.absent_table(at, next, 0.55) || self.absent_column(at, next);
        if taken {
            return;
        }
        // "never had a visit": one unknown verb may stand between.
        if self.items[next].kind == Kind::Word
            && let Some(object) = self.after(next)
            && (self.absent_table(at, object, 0.7) || self.absent_column(at, object))
        {
            self.mark(next);
        }
    }

    /// `never created a token`: the things tell it, whatever moment or key the verb names.
    fn never_did_with(&mut self, at: usize, next: usize) -> bool {
        let verb = self.word(at) == "never" && self.participle(next) && self.table(next).is_none();
        let named = matches!(self.items[next].kind, Kind::Mention(..)) && self.items[next].owner.is_none();
        let object = self.after(next).filter(|i| verb && named && i - next <= 2);
        let article = object.is_some_and(|i| {
            i - next == 1 || matches!(self.word(i - 1), "a" | "an" | "any" | "one" | "single")
        });
        let Some(object) = object.filter(|_| article) else {
            return false;
        };
        let direct = self.table(object).and_then(|table| self.related(table));
        let refers = direct
            .is_some_and(|related| matches!(&related.steps[..], [step] if self.lexicon.graph.fans_out(step)));
        refers && self.absent_table(at, object, 0.7)
    }

    /// `not shipped`, `have not placed any orders`; what is followed by a value is a comparison and left alone.
    fn read_not(&mut self, at: usize) {
        let Some(next) = self.after(at) else {
            return;
        };
        // "not used by any post"
        if self.phrase(next) == Some(Phrase::By)
            && let Some(by) = self.after(next).filter(|i| i - at <= 4)
            && self.table(by).is_some_and(|table| table != self.home)
            && self.absent_table(at, by, 0.7)
        {
            return;
        }
        if next - at > 4 || !matches!(self.items[next].kind, Kind::Mention(..) | Kind::Word) {
            return;
        }
        let value_follows = self.after(next).is_some_and(|i| {
            i - next <= 2
                && matches!(
                    self.items[i].kind,
                    Kind::Quoted(..) | Kind::Value(_) | Kind::Number(_) | Kind::Period(_)
                )
        });
        if value_follows {
            return;
        }
        let passive = self.items[next].kind != Kind::Word;
        if passive && self.participle(next) && (self.absent_moment(at, next) || self.absent_key(at, next)) {
            return;
        }
        if let Some(Entity::Table(table, score)) = self.entity(next) {
            let verb = (at + 1..next).any(|i| {
                matches!(
                    self.word(i),
                    "have" | "had" | "placed" | "made" | "any" | "used" | "in" | "by"
                )
            }) || self.participle(next)
                || !self.word(next).ends_with('s');
            if table != self.home && score >= 0.6 && verb && self.absent_table(at, next, 0.55) {
                return;
            }
        }
        if self.items[next].kind == Kind::Word
            && let Some(object) = self
                .after(next)
                .filter(|i| self.table(*i).is_some_and(|table| table != self.home))
            && self.absent_table(at, object, 0.7)
        {
            self.mark(next);
        }
    }

    /// Whether an item describes another table right after it: `cancelled orders`.
    pub(crate) fn is_adjective_of_table(&self, at: usize) -> bool {
        let describes = matches!(self.items[at].kind, Kind::Word | Kind::Value(_))
            || matches!(self.entity(at), Some(Entity::Column(..)));
        describes
            && self.items.get(at + 1).is_some_and(|next| next.owner.is_none())
            && self.table(at + 1).is_some_and(|table| table != self.home)
    }

    fn absent_table_described(&mut self, at: usize, object: usize) -> bool {
        let Some(related) = self.table(object).and_then(|table| self.related(table)) else {
            return false;
        };
        // "never booked classes": the verb is that of the rows between.
        let verb = object.checked_sub(1).filter(|i| {
            let between = |table| related.steps.iter().any(|step| step.added == table);
            self.participle(*i)
                && self
                    .column_where(*i, |id| self.is_day(id))
                    .is_some_and(|(id, _)| between(self.lexicon.column(id).table))
        });
        let related = match verb {
            Some(_) => self.trimmed(related),
            None => related,
        };
        self.plan.filters.push(Cond::Exists {
            related,
            negated: true,
        });
        self.mark(at);
        self.mark(object);
        if let Some(verb) = verb {
            self.mark(verb);
        }
        true
    }

    /// Whether a word looks like the participle of a verb.
    pub(crate) fn participle(&self, at: usize) -> bool {
        let word = self.word(at);
        word.ends_with("ed")
            || matches!(
                word,
                "paid"
                    | "sent"
                    | "sold"
                    | "seen"
                    | "given"
                    | "taken"
                    | "written"
                    | "born"
                    | "done"
                    | "begun"
                    | "bought"
                    | "lent"
                    | "returned"
                    | "logged"
                    | "run"
                    | "driven"
                    | "flown"
                    | "held"
                    | "led"
                    | "taught"
                    | "built"
                    | "made"
                    | "drawn"
                    | "sung"
                    | "won"
                    | "chosen"
                    | "shown"
                    | "grown"
                    | "worn"
            )
    }

    fn absent_moment(&mut self, at: usize, next: usize) -> bool {
        let found = self.column_where(next, |id| {
            self.is_day(id) && self.lexicon.column(id).table == self.home
        });
        let Some((column, _)) = found else {
            return false;
        };
        self.plan.filters.push(Cond::Null {
            column,
            is_null: true,
        });
        self.mark_all(at..=next);
        true
    }

    /// `tasks not assigned`: a key of the home table is empty.
    fn absent_key(&mut self, at: usize, next: usize) -> bool {
        let found = self.column_where(next, |id| {
            self.lexicon.graph.target(id).is_some() && self.lexicon.column(id).table == self.home
        });
        let Some((column, _)) = found.filter(|_| self.table(next).is_none()) else {
            return false;
        };
        self.plan.filters.push(Cond::Null {
            column,
            is_null: true,
        });
        self.mark_all(at..=next);
        true
    }

    fn absent_table(&mut self, at: usize, next: usize, least: f32) -> bool {
        let Some(Entity::Table(table, score)) = self.entity(next) else {
            return false;
        };
        if table == self.home || score < least {
            return false;
        }
        let Some(related) = self.related(table) else {
            return false;
        };
        let related = self.trimmed(related);
        // A key of our own says it: "tasks without an assignee".
        let first = &related.steps[0];
        let link = &self.lexicon.graph.links[first.link];
        if let ([(mine, _)], 1, false) = (
            &link.pairs[..],
            related.steps.len(),
            self.lexicon.graph.fans_out(first),
        ) {
            self.plan.filters.push(Cond::Null {
                column: *mine,
                is_null: true,
            });
        } else {
            self.plan.filters.push(Cond::Exists {
                related,
                negated: true,
            });
        }
        self.mark_all(at..=next);
        true
    }

    /// Steps that only follow a key to its one row add nothing to whether a row exists.
    pub(crate) fn trimmed(&self, mut related: Related) -> Related {
        while related.steps.len() > 1
            && related.filters.is_empty()
            && related
                .steps
                .last()
                .is_some_and(|step| !self.lexicon.graph.fans_out(step))
        {
            related.steps.pop();
        }
        related
    }

    fn absent_column(&mut self, at: usize, next: usize) -> bool {
        let nearest = |id: ColumnId| self.lexicon.column(id).table == self.home;
        let Some((column, _)) = self.column_where(next, nearest) else {
            return false;
        };
        // "students who have no allergies": nothing of the students is empty where the rows are those of the allergies.
        let elsewhere =
            self.head.is_none() && (0..at).any(|i| self.table(i).is_some_and(|table| table != self.home));
        if elsewhere {
            return false;
        }
        let key = self.lexicon.column(column).is_primary;
        if key {
            return false;
        }
        let stock = self.lexicon.column(column).words.iter().any(|word| {
            matches!(
                word.as_str(),
                "stock" | "quantity" | "qty" | "count" | "balance" | "total" | "inventory"
            )
        });
        let cond = match self.lexicon.column(column).sort {
            Sort::Truth => Cond::Truth {
                column,
                is_true: false,
            },
            Sort::Number if stock => Cond::Compare(Expr::Column(column), Op::Eq, Literal::Number("0".into())),
            _ => Cond::Null {
                column,
                is_null: true,
            },
        };
        self.plan.filters.push(cond);
        self.mark_all(at..=next);
        true
    }
}
