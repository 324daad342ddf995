//! Decides what a name in a question means here: which table, or which column of which table.

use super::items::Kind;
use super::lexicon::{ColumnId, Sort, TableId};
use super::link::{Hit, Mention};
use super::phrases::{Function, Phrase};
use super::reading::{Entity, Reading};
use super::roles;
use super::stem::singular;
use super::zones;

impl Reading<'_> {
    /// The column that an item names here, among those that `fits` allows: the score of the link, raised by closeness.
    pub(crate) fn column_where(&self, at: usize, fits: impl Fn(ColumnId) -> bool) -> Option<(ColumnId, f32)> {
        let item = self.items.get(at)?;
        let Kind::Mention(mention, _) = &item.kind else {
            return None;
        };
        let mut best: Option<(ColumnId, f32, f32)> = None;
        for hit in &mention.columns {
            let table = self.lexicon.column(hit.id).table;
            if !self.reachable(table) || !fits(hit.id) {
                continue;
            }
            let mut closeness = hit.score - 0.035 * self.distance(table).min(10) as f32;
            if item.owner == Some(table) {
                closeness += 0.5;
            }
            if table == self.home {
                // A word that is part of the very name counts for more than one that only means alike.
                closeness += match hit.score {
                    score if score >= 0.8 => 0.3,
                    _ if self.spells_part(at, hit.id) => 0.2,
                    _ => 0.12,
                };
            } else if self.named.contains(&table) {
                closeness += 0.2;
            }
            if self.lexicon.is_key(hit.id) && hit.score < 0.9 {
                closeness -= 0.2;
            }
            // "quantity" is what there is, not the least there should be.
            if hit.score < 0.9 && self.is_level(hit.id) && !self.spells_level(at) {
                closeness -= 0.25;
            } else if hit.score < 0.9 && self.lexicon.column(hit.id).words.ends_with(&["hand".to_owned()]) {
                closeness += 0.08;
            }
            if best.is_none_or(|(_, top, _)| closeness > top + 1e-6) {
                best = Some((hit.id, closeness, hit.score));
            }
        }
        best.map(|(id, _, score)| (id, score))
    }

    /// Whether an item, or the word before it, speaks of the least or the most.
    fn spells_level(&self, at: usize) -> bool {
        let item = &self.items[at];
        let words = &self.tokens[item.start.saturating_sub(1)..item.end];
        words.iter().any(|token| {
            token.lower.starts_with("min")
                || token.lower.starts_with("max")
                || token.lower.starts_with("reorder")
        })
    }

    /// Whether the last word of an item is a word of a column's name.
    fn spells_part(&self, at: usize, id: ColumnId) -> bool {
        let token = &self.tokens[self.items[at].end - 1];
        let said = singular(&token.lower);
        self.lexicon
            .column(id)
            .words
            .iter()
            .any(|word| singular(word) == said)
    }

    pub(crate) fn column(&self, at: usize) -> Option<(ColumnId, f32)> {
        self.column_where(at, |_| true)
    }

    /// What a mention is taken for: the table it names, unless a column fits better.
    pub(crate) fn entity(&self, at: usize) -> Option<Entity> {
        let Kind::Mention(mention, _) = &self.items.get(at)?.kind else {
            return None;
        };
        let table = mention
            .tables
            .iter()
            .find(|hit| hit.id == self.home && hit.score + 0.1 >= mention.table_score())
            .or(mention.tables.first());
        let column = self.column(at);
        match (table, column) {
            (None, None) => None,
            (None, Some((id, score))) => Some(Entity::Column(id, score)),
            (Some(hit), None) => Some(Entity::Table(hit.id, hit.score)),
            (Some(hit), Some((id, score))) => {
                let owned = self.items[at]
                    .owner
                    .is_some_and(|owner| owner == self.lexicon.column(id).table);
                let at_home = self.lexicon.column(id).table == self.home;
                let bonus = if owned {
                    0.4
                } else if at_home && hit.id != self.home {
                    0.06
                } else {
                    0.0
                };
                if score + bonus > hit.score + 0.01 && !(score < 0.96 && self.counts_rows(at, hit.score, id))
                {
                    Some(Entity::Column(id, score))
                } else {
                    Some(Entity::Table(hit.id, hit.score))
                }
            }
        }
    }

    /// `book categories`, where the books have a `book_title`: half a name right before a whole one only describes it.
    fn describes_next(&self, at: usize) -> bool {
        if self.key_describes_rows(at) {
            return true;
        }
        let (Some(Entity::Column(one, half)), Some(Entity::Column(other, whole))) =
            (self.entity(at), self.entity(at + 1))
        else {
            return false;
        };
        let together = self.items[at].end == self.items[at + 1].start
            && self.items[at].end - self.items[at].start == 1
            && !self.word(at).ends_with('s');
        together
            && half < 0.8
            && whole >= 0.9
            && one != other
            && self.lexicon.column(one).table == self.lexicon.column(other).table
            && self.is_textual(one)
    }

    /// `badge scans`, where the scans have a `badge_card_id`: a part of a key right before the rows that have it.
    fn key_describes_rows(&self, at: usize) -> bool {
        let Some(Entity::Table(rows, whole)) = self.entity(at + 1) else {
            return false;
        };
        let part = match self.entity(at) {
            Some(Entity::Column(key, half)) if half < 0.8 => {
                self.lexicon.column(key).table == rows && self.lexicon.graph.target(key).is_some()
            }
            Some(Entity::Table(table, half)) if half < 0.7 => {
                let refers = |id| {
                    self.lexicon
                        .graph
                        .target(id)
                        .is_some_and(|target| target == table)
                };
                self.lexicon.columns_of(rows).any(refers)
            }
            _ => false,
        };
        let one = self.items[at].end - self.items[at].start == 1 && !self.word(at).ends_with('s');
        let together = self.items[at].end == self.items[at + 1].start;
        part && whole >= 0.85 && one && together && self.word(at + 1).ends_with('s')
    }

    /// `population density`: of two measures side by side the last one is meant, and the first only says of what.
    pub(crate) fn find_compounds(&mut self) {
        for at in 1..self.items.len() {
            let named = |i: usize| match self.entity(i) {
                Some(Entity::Column(id, score)) if score >= 0.7 && self.is_measure(id) => Some(id),
                _ => None,
            };
            if self.describes_next(at - 1) {
                self.items[at - 1].kind = Kind::Glue;
                continue;
            }
            let (Some(one), Some(other)) = (named(at - 1), named(at)) else {
                continue;
            };
            let table = self.lexicon.column(other).table;
            let beside = self.lexicon.column(one).table == table || self.has_column_of(at - 1, table);
            let together = self.items[at - 1].end == self.items[at].start && beside && one != other;
            // Three in a row are a list without commas.
            let listed = at >= 2 && named(at - 2).is_some()
                || self.items.get(at + 1).is_some() && named(at + 1).is_some();
            if together && !listed {
                self.items[at - 1].kind = Kind::Glue;
            }
        }
    }

    /// `names of the studios`: where the studio is a column, the word adds nothing; where it is a table, its label is meant.
    pub(crate) fn find_names(&mut self) {
        for at in 0..self.items.len() {
            if !matches!(self.word(at), "name" | "names") || self.items[at].end - self.items[at].start > 1 {
                continue;
            }
            // "trainer name of all classes": the name has its owner.
            let owned = at.checked_sub(1).is_some_and(|i| {
                self.items[at].owner.is_some() && self.table_near(i) == self.items[at].owner
            });
            if owned {
                continue;
            }
            let mut seen_of = false;
            let named = (at + 1..self.items.len()).find(|i| {
                seen_of |= self.word(*i) == "of";
                // "names and addresses of the clubs"
                let listed = !seen_of
                    && (matches!(self.items[*i].kind, Kind::And | Kind::Comma)
                        || *i > at + 1 && matches!(self.entity(*i), Some(Entity::Column(..))));
                if listed {
                    return false;
                }
                let passed = self.is_glue(*i)
                    && matches!(
                        self.word(*i),
                        "of" | "the" | "all" | "any" | "its" | "their" | "his" | "her"
                    )
                    || matches!(self.phrase(*i), Some(Phrase::Distinct | Phrase::PerEach));
                !passed
            });
            // "the institution name", where the column of that name has the name
            let before = at.checked_sub(1).filter(|i| !seen_of && self.table(*i).is_some());
            let Some(named) = named.filter(|_| seen_of).or(before) else {
                continue;
            };
            match self.entity(named) {
                Some(Entity::Column(id, score))
                    if score >= 0.8
                        && self.is_textual(id)
                        && self.lexicon.graph.target(id).is_none()
                        && self.items[named].owner.is_none() =>
                {
                    self.items[at].used = true;
                }
                // "name of film studio"
                Some(Entity::Table(table, _))
                    if self
                        .items
                        .get(named + 1)
                        .is_some_and(|next| next.owner == Some(table))
                        && self.column(named + 1).is_some_and(|(id, score)| {
                            score >= 0.8 && self.is_textual(id) && !self.lexicon.is_key(id)
                        })
                        && !matches!(self.word(named + 1), "name" | "names") =>
                {
                    self.items[at].used = true;
                    self.items[at].owner = None;
                }
                Some(Entity::Table(table, _)) if !self.names_in_full(at, table) => {
                    let Some(label) = roles::label(self.lexicon, table).into_iter().next() else {
                        continue;
                    };
                    let hit = Hit {
                        id: label,
                        score: 0.8,
                    };
                    match &mut self.items[at].kind {
                        Kind::Mention(mention, _) => {
                            mention.columns.retain(|known| known.id != label);
                            mention.columns.insert(0, hit);
                        }
                        kind @ (Kind::Glue | Kind::Word) => {
                            let mention = Mention {
                                columns: vec![hit],
                                ..Mention::default()
                            };
                            *kind = Kind::Mention(mention, Vec::new());
                        }
                        _ => continue,
                    }
                    self.items[at].owner = Some(table);
                    self.targets = zones::targets(&self.items, self.tokens);
                }
                _ => {}
            }
        }
    }

    /// Whether a column of the table is called just so.
    fn names_in_full(&self, at: usize, table: TableId) -> bool {
        match &self.items[at].kind {
            Kind::Mention(mention, _) => mention
                .columns
                .iter()
                .any(|hit| hit.score >= 0.85 && self.lexicon.column(hit.id).table == table),
            _ => false,
        }
    }

    /// `number of transactions`, `the most visits`: a plural that is counted is a table where it can be one.
    fn counts_rows(&self, at: usize, table_score: f32, column: ColumnId) -> bool {
        let absent = self
            .before(at)
            .is_some_and(|i| self.phrase(i) == Some(Phrase::None_));
        if table_score < 0.6 || !(absent || self.word(at).ends_with('s')) {
            return false;
        }
        let owned = self.items[at]
            .owner
            .is_some_and(|owner| owner == self.lexicon.column(column).table);
        // "at least three visits"
        let compared = self
            .before(at)
            .filter(|i| matches!(self.items[*i].kind, Kind::Number(_)) && !self.is_measure(column))
            .and_then(|i| self.before(i))
            .is_some_and(|i| matches!(self.phrase(i), Some(Phrase::Compare { .. })));
        // "two or more events"
        let compared = compared
            || self.before(at).is_some_and(|i| {
                self.word(i) == "or" && matches!(self.phrase(i), Some(Phrase::Compare { .. }))
            });
        let counted = compared
            || absent
            || self.before(at).is_some_and(|i| match self.phrase(i) {
                Some(Phrase::Aggregate(Function::Count)) => true,
                Some(Phrase::Most(_)) => !self.raw(i).to_lowercase().contains("common"),
                _ => false,
            });
        counted && !owned
    }

    pub(crate) fn table(&self, at: usize) -> Option<TableId> {
        match self.entity(at)? {
            Entity::Table(id, _) => Some(id),
            Entity::Column(..) => None,
        }
    }

    /// A column of the item that can be added up or compared as a number; a table beside it may qualify it.
    pub(crate) fn number_column(&self, at: usize) -> Option<ColumnId> {
        if matches!(self.entity(at)?, Entity::Table(..)) && !self.next_is_owned(at) {
            let exact = self
                .column_where(at, |id| self.is_measure(id))
                .filter(|(_, score)| *score >= 0.7)?;
            let Kind::Mention(mention, _) = &self.items[at].kind else {
                return None;
            };
            return (mention.table_score() < 0.9).then_some(exact.0);
        }
        self.column_where(at, |id| self.is_measure(id)).map(|(id, _)| id)
    }

    pub(crate) fn next_is_owned(&self, at: usize) -> bool {
        self.items.get(at + 1).is_some_and(|item| item.owner.is_some())
    }

    /// Whether a column holds numbers that mean something, not keys.
    pub(crate) fn is_measure(&self, id: ColumnId) -> bool {
        let entry = self.lexicon.column(id);
        // A number that is called `…_id` names a row, whether it is declared a key or not.
        let named = entry.words.last().is_some_and(|last| last == "id");
        matches!(entry.sort, Sort::Number | Sort::Year) && !self.lexicon.is_key(id) && !named
    }

    pub(crate) fn is_day(&self, id: ColumnId) -> bool {
        matches!(self.lexicon.column(id).sort, Sort::Day { .. })
    }

    pub(crate) fn is_textual(&self, id: ColumnId) -> bool {
        matches!(self.lexicon.column(id).sort, Sort::Text | Sort::Other)
    }

    /// The first column of a table that a word of `hint` names and that `fits`, words in their order.
    pub(crate) fn hinted(
        &self,
        table: TableId,
        hint: &[&str],
        fits: impl Fn(ColumnId) -> bool,
    ) -> Option<ColumnId> {
        let lexicon = self.lexicon;
        for whole in [true, false] {
            for word in hint {
                let found = lexicon.columns_of(table).find(|id| {
                    let words = &lexicon.column(*id).words;
                    let named = if whole {
                        words.len() == 1 && words[0] == *word
                    } else {
                        words.iter().any(|w| w == word)
                    };
                    named && fits(*id)
                });
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }
}
