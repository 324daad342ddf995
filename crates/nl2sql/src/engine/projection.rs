//! Recognises which columns are to be shown, and what words left over say.

use super::items::Kind;
use super::lexicon::{ColumnId, Sort};
use super::phrases::Phrase;
use super::plan::{Cond, Expr, Literal};
use super::reading::{Entity, Reading};
use super::roles;

impl Reading<'_> {
    /// `when`, `where` and `who` ask for a moment, a place, a name.
    pub(crate) fn read_question_word(&mut self) {
        if !self.plan.select.is_empty()
            || !self.aggregates.is_empty()
            || self.grouped
            || !self.projected_columns().is_empty()
        {
            return;
        }
        let first = self.tokens.first().map_or("", |token| token.lower.as_str());
        let named = roles::label(self.lexicon, self.home);
        let shown: Vec<ColumnId> = match first {
            "when" => roles::moment(self.lexicon, self.home).into_iter().collect(),
            "where" => self
                .hinted(self.home, super::values::WHERE, |id| {
                    self.is_textual(id) && !named.contains(&id)
                })
                .into_iter()
                .collect(),
            "who" => roles::label(self.lexicon, self.home),
            _ => Vec::new(),
        };
        self.plan.select.extend(shown.into_iter().map(Expr::Column));
        // "who earns the most": the figure that decides is part of the answer.
        if let (true, [(Expr::Column(ranked), _)]) =
            (first == "who" && self.head.is_none(), &self.plan.order[..])
        {
            self.show(Expr::Column(*ranked));
        }
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
                if score >= 0.5
                    && self.targets[at]
                    && !fuzzy_table
                    && !self.is_claimed(at)
                    && !self.is_qualifier_of_value(at)
                    && !self.is_adjective_of_rows(at, id)
                {
                    found.push((at, id));
                }
            }
        }
        found
    }

    /// `shipped orders` speaks of a moment, it does not ask for it.
    pub(crate) fn is_qualifier_of_value(&self, at: usize) -> bool {
        let day = self.column(at).is_some_and(|(id, _)| self.is_day(id));
        let adjective = self.head == Some(at + 1)
            || (self.head.is_none_or(|head| head <= at)
                && at > 0
                && self.tokens[0].lower != "when"
                && !matches!(self.word(at.saturating_sub(1)), "date" | "time" | "the" | "and"))
            // "reviews written by …"
            || (at > 0 && self.table(at - 1).is_some() && self.word(at + 1) == "by")
            || (at > 0
                && matches!(
                    self.word(at - 1),
                    "been" | "were" | "was" | "are" | "is" | "be" | "have" | "has" | "that" | "who"
                ));
        day && self.participle(at) && adjective
    }

    /// `refunded tickets`, `available electric cars`: an adjective of the rows, whatever the question is taken to be about.
    pub(crate) fn is_adjective_of_rows(&self, at: usize, id: ColumnId) -> bool {
        let entry = self.lexicon.column(id);
        let adjective = entry.sort == Sort::Truth || self.is_day(id) && self.participle(at);
        let next = (at + 1..self.items.len().min(at + 4))
            .find(|i| !matches!(self.items[*i].kind, Kind::Value(_) | Kind::Word));
        adjective
            && self.items[at].end - self.items[at].start == 1
            && next.is_some_and(|i| self.table(i) == Some(entry.table))
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
        let listed = self.projected_columns();
        for (at, id) in listed.iter().copied() {
            if self.is_trailing(at, id, listed_before) {
                continue;
            }
            if self.is_owner_said_by_column(at) {
                self.mark(at);
                continue;
            }
            self.mark(at);
            if !self.aggregates.is_empty() && !self.grouped && self.only_says_of_what(at) {
                continue;
            }
            if at > 0 && self.items[at].owner.is_some() && self.table(at - 1) == self.items[at].owner {
                self.mark(at - 1);
            }
            if self.grouped
                && self.plan.group.contains(&Expr::Column(id))
                && self.lexicon.column(id).is_primary
                && !self.says_key(at)
            {
                continue;
            }
            self.project(id, at);
        }
        if !listed_before {
            self.show_owners();
        }
        self.show_listed_head();
        self.listed = listed;
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

    /// `employees with their salary`: the rows that own what is shown are named first.
    fn show_owners(&mut self) {
        let Some(head) = self.head.filter(|_| self.aggregates.is_empty() && !self.grouped) else {
            return;
        };
        let owned = (head + 1..self.items.len().saturating_sub(1)).any(|i| {
            self.word(i) == "with"
                && (matches!(self.word(i + 1), "their" | "its" | "his" | "her") || self.targets[i + 1])
        });
        let labels = roles::label(self.lexicon, self.home);
        let shown = labels
            .iter()
            .any(|id| self.plan.select.contains(&Expr::Column(*id)));
        if !owned || shown || self.plan.select.is_empty() {
            return;
        }
        let asked = std::mem::take(&mut self.plan.select);
        let rows = asked.iter().all(|expr| matches!(expr, Expr::Column(_)));
        if rows {
            self.plan.select = labels.into_iter().map(Expr::Column).collect();
        }
        asked.into_iter().for_each(|expr| self.show(expr));
    }

    /// `the cities and their areas`: the rows that begin a list are part of it.
    fn show_listed_head(&mut self) {
        let Some(head) = self
            .head
            .filter(|head| self.targets[*head] && self.aggregates.is_empty() && !self.grouped)
        else {
            return;
        };
        let first = (0..head).all(|at| {
            !matches!(
                self.items[at].kind,
                Kind::Mention(..) | Kind::Phrase(Phrase::Aggregate(_))
            )
        });
        let joint = |at: &usize| self.is_glue(*at) || matches!(self.items[*at].kind, Kind::And | Kind::Comma);
        let listed = self
            .items
            .get(head + 1)
            .is_some_and(|next| matches!(next.kind, Kind::And | Kind::Comma))
            && (head + 2..self.items.len())
                .find(|at| !joint(at))
                .is_some_and(|at| self.targets[at] && self.column(at).is_some());
        if !first || !listed || self.plan.select.is_empty() || self.plan.star {
            return;
        }
        let asked = std::mem::take(&mut self.plan.select);
        self.plan.select = roles::label(self.lexicon, self.home)
            .into_iter()
            .map(Expr::Column)
            .collect();
        asked.into_iter().for_each(|expr| self.show(expr));
    }

    /// A column after the head that nothing introduces as wanted; one that a condition already reads is spoken for.
    pub(crate) fn is_trailing(&mut self, at: usize, id: ColumnId, listed_before: bool) -> bool {
        if self.targets[at] {
            return false;
        }
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
    pub(crate) fn distinct_entity(&mut self, at: usize) {
        if let Some(Entity::Table(..)) = self.after(at).and_then(|i| self.entity(i)) {
            self.plan.distinct = self.plan.distinct && !self.plan.select.is_empty();
        }
    }

    /// `type of game`, `colleges of the players`: the second column only says whose the first one is.
    fn is_owner_said_by_column(&self, at: usize) -> bool {
        let mut of = false;
        let mut before = None;
        for i in (0..at).rev() {
            match self.items[i].kind {
                Kind::Glue => of |= self.word(i) == "of",
                Kind::Mention(..) => {
                    before = Some(i);
                    break;
                }
                _ => break,
            }
        }
        let shown =
            |id| self.plan.select.contains(&Expr::Column(id)) || self.plan.group.contains(&Expr::Column(id));
        of && before.is_some_and(|i| {
            self.targets[i] && self.table(i).is_none() && self.column(i).is_some_and(|(id, _)| shown(id))
        })
    }

    /// `total amount of the loans`: a column after a figure, without a joint, tells what the figure is of.
    fn only_says_of_what(&self, at: usize) -> bool {
        let after = (0..at).any(|i| self.aggregate_at(i).is_some());
        let joined = (0..at)
            .rev()
            .take_while(|i| self.is_glue(*i) || matches!(self.items[*i].kind, Kind::And | Kind::Comma))
            .any(|i| matches!(self.items[i].kind, Kind::And | Kind::Comma));
        after && !joined
    }

    /// Whether the item speaks of a key as such.
    pub(crate) fn says_key(&self, at: usize) -> bool {
        let tokens = &self.tokens[self.items[at].start..self.items[at].end];
        let words = ["id", "ids", "code", "codes", "number", "numbers", "no", "key"];
        tokens.iter().any(|token| {
            words.contains(&token.lower.as_str()) || token.lower.contains('_') || token.lower.ends_with("id")
        })
    }

    pub(crate) fn project(&mut self, id: ColumnId, at: usize) {
        let key = self.lexicon.graph.target(id);
        let wants_key = self.says_key(at);
        match key {
            Some(table) if !wants_key && self.reachable(table) && table != self.home => {
                let labels = roles::names(self.lexicon, table);
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
    pub(crate) fn whole_name(&self, id: ColumnId, at: usize) -> Vec<ColumnId> {
        let labels = roles::label(self.lexicon, self.lexicon.column(id).table);
        let partial =
            matches!(self.word(at), "name" | "names") && self.items[at].end - self.items[at].start == 1;
        if partial && labels.len() > 1 && labels.contains(&id) {
            labels
        } else {
            vec![id]
        }
    }

    pub(crate) fn show(&mut self, expr: Expr) {
        if !self.plan.select.contains(&expr) {
            self.plan.select.push(expr);
        }
    }

    /// Words left over that say that something happened: `shipped orders`, `customers with orders`.
    pub(crate) fn read_done(&mut self) {
        for at in 0..self.items.len() {
            if !self.is_free(at) {
                continue;
            }
            if self.is_qualifier_of_value(at) {
                // "paid invoices": a state that a sample spells says more than a moment.
                if let Kind::Mention(_, hits) = &self.items[at].kind
                    && let Some(hit) = hits
                        .iter()
                        .find(|hit| self.lexicon.column(hit.column).table == self.home)
                        .cloned()
                {
                    self.mark(at);
                    self.plan.filters.push(Cond::OneOf {
                        column: hit.column,
                        values: vec![Literal::Text(hit.value)],
                        negated: false,
                    });
                    continue;
                }
                if let Some((column, _)) = self.column_where(at, |id| self.is_day(id)) {
                    self.mark(at);
                    // "quantity ordered per dish": what was ordered is in the plan, and orders are not spoken of.
                    let table = self.lexicon.column(column).table;
                    let beside = self.items.iter().enumerate().any(|(i, item)| {
                        i != at && matches!(item.kind, Kind::Mention(..)) && self.table(i) == Some(table)
                    });
                    if table != self.home && !beside {
                        continue;
                    }
                    let cond = self.lapsed(at, column).unwrap_or(Cond::Null {
                        column,
                        is_null: false,
                    });
                    self.plan.filters.push(cond);
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
    pub(crate) fn read_company(&mut self, at: usize, table: super::lexicon::TableId) {
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
        // "who have never booked a class": there is nothing of it.
        let undone = self.plan.filters.iter().any(|cond| {
            matches!(cond, Cond::Exists { related: known, negated: true } if known.steps[0] == related.steps[0])
        });
        if undone {
            return;
        }
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
        let denied =
            (0..self.items.len()).any(|i| matches!(self.phrase(i), Some(Phrase::None_ | Phrase::Not)));
        let counted = self.plan.filters.iter().any(|cond| {
            cond.related()
                .is_some_and(|known| known.steps[0] == related.steps[0])
        });
        let mere = !self.targets[at] && !self.grouped && self.plan.order.is_empty() && !denied && !counted;
        let open = (0..self.items.len()).any(|i| {
            self.is_free(i) && matches!(self.phrase(i), Some(Phrase::Compare { .. } | Phrase::Between))
        });
        let has = has || (mere && !open);
        // "how many customers have an order": the rows that are counted are those.
        let counts = self.aggregates.iter().all(|expr| *expr == Expr::Rows);
        let figure_of_all = counts && !self.grouped && self.via.is_empty() && !counted && !denied;
        if outwards && has && (self.aggregates.is_empty() || figure_of_all) {
            self.plan.filters.push(Cond::Exists {
                related,
                negated: false,
            });
        } else if !outwards
            && self.targets[at]
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
}
