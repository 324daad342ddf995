//! Finds the column that a value belongs to: beside it, by samples, by kind, or by the preposition before it.

use super::codes;
use super::counterparts;
use super::items::Kind;
use super::lexicon::{ColumnId, TableId};
use super::link::ValueHit;
use super::phrases::{Op, Phrase};
use super::placing::Found;
use super::plan::Cond;
use super::reading::{Entity, Reading};
use super::roles;
use super::values;

impl Reading<'_> {
    /// The column of a value, and the item beside it that says so.
    pub(crate) fn column_for(&mut self, found: &Found) -> Option<(ColumnId, Option<usize>)> {
        if let Some(column) = self.possessor(found) {
            return Some((column, None));
        }
        if let Some((i, column)) = self.beside(found) {
            return Some((column, Some(i)));
        }
        if let Some(column) = self.sampled(&found.hits, found.start) {
            return Some((column, None));
        }
        if let Some((column, i)) = self.named_entity(found) {
            return Some((column, i));
        }
        if let Some(column) = self.continued(found) {
            return Some((column, None));
        }
        if let Some(column) = self.destination(found) {
            return Some((column, None));
        }
        if let Some(column) = self
            .described(found)
            .and_then(|table| self.known_in(table, &found.text.to_lowercase()))
        {
            return Some((column, None));
        }
        if let Some(column) = self.known_place(&found.text.to_lowercase()) {
            return Some((column, None));
        }
        if let Some(column) = self.through_verb(found) {
            return Some((column, None));
        }
        let column = self
            .by_preposition(found)
            .or_else(|| self.uncapitalised_name(found))
            .or_else(|| self.by_adjective(found))
            .or_else(|| self.name_of(found))
            .or_else(|| self.person(found))?;
        self.assume(format!(
            "\"{}\" is taken for a value of {}",
            found.text,
            self.column_title(column)
        ));
        Some((column, None))
    }

    /// A column named right before the value (`status pending`, `whose city is Paris`) or right after it (`Cardiology department`).
    pub(crate) fn beside(&self, found: &Found) -> Option<(usize, ColumnId)> {
        // "Lund county": the word right after says which of the columns that hold the value is meant.
        if let Some(hit) = self.column(found.end + 1).filter(|(id, score)| {
            *score >= 0.8 && self.is_free(found.end + 1) && found.hits.iter().any(|hit| hit.column == *id)
        }) {
            return Some((found.end + 1, hit.0));
        }
        let before = self.before(found.start).map(|i| match self.phrase(i) {
            Some(
                Phrase::Not
                | Phrase::Compare {
                    op: Op::Eq | Op::Ne, ..
                }
                | Phrase::Named,
            ) => self.before(i).unwrap_or(i),
            _ => i,
        });
        if let Some(i) = before.filter(|i| found.start - i <= 4) {
            let place = found.certain
                && matches!(self.entity(i), Some(Entity::Column(id, score)) if score >= 0.8 && {
                    let words = &self.lexicon.column(id).words;
                    words.iter().any(|word| values::PLACES.contains(&word.as_str()))
                });
            let linked = (i + 1..found.start).all(|g| {
                !self.is_glue(g)
                    || (!matches!(
                        self.word(g),
                        "from"
                            | "by"
                            | "who"
                            | "that"
                            | "at"
                            | "for"
                            | "with"
                            | "whose"
                            | "having"
                            | "has"
                            | "where"
                            | "all"
                    ) && (place || self.word(g) != "of"))
            });
            // "states that border Texas": the word is a table's name too, but its column holds the value.
            if let Kind::Mention(mention, _) = &self.items[i].kind
                && i + 1 == found.start
                && let Some(hit) = mention.columns.iter().find(|hit| {
                    hit.score >= 0.7
                        && found.hits.iter().any(|value| value.column == hit.id)
                        && self.reachable(self.lexicon.column(hit.id).table)
                })
            {
                return Some((i, hit.id));
            }
            let text = |id: ColumnId| self.is_textual(id) && !self.lexicon.column(id).is_primary;
            if let Some(Entity::Column(id, score)) = self.entity(i).filter(|_| linked) {
                let fits = if text(id) {
                    Some((id, score))
                } else {
                    self.column_where(i, text)
                        .or_else(|| (!self.is_day(id)).then_some((id, score)))
                };
                if let Some((id, _)) = fits.filter(|(id, score)| {
                    *score >= 0.5
                        && self.lexicon.column(*id).sort != super::lexicon::Sort::Truth
                        && !self.is_day(*id)
                        && (found.certain
                            || values::is_known(&found.text)
                            || self.plain_value_fits(*id, i, found))
                }) {
                    let id = self.follow_key(id);
                    let sampled_elsewhere =
                        !found.hits.is_empty() && !found.hits.iter().any(|hit| hit.column == id);
                    return (!sampled_elsewhere
                        || matches!(self.items[found.start].kind, Kind::Quoted(..)) && score >= 0.8)
                        .then_some((i, id));
                }
            }
        }
        let after = found.end + 1;
        match self.entity(after)? {
            Entity::Column(id, score)
                if score >= 0.6
                    && self.is_textual(id)
                    && self.is_free(after)
                    && (found.certain || values::is_known(&found.text)) =>
            {
                let id = self.follow_key(id);
                (found.hits.is_empty() || found.hits.iter().any(|hit| hit.column == id))
                    .then_some((after, id))
            }
            Entity::Table(table, score)
                if table != self.home && score >= 0.6 && self.is_free(after) && found.certain =>
            {
                let label = roles::label(self.lexicon, table).into_iter().next()?;
                let fits = found.hits.is_empty() || found.hits.iter().any(|hit| hit.column == label);
                (fits && self.reachable(table)).then_some((after, label))
            }
            _ => None,
        }
    }

    /// A plain unknown word after a column that holds states, kinds or places: `specialized in cardiology`, `team support`.
    pub(crate) fn plain_value_fits(&self, id: ColumnId, at: usize, found: &Found) -> bool {
        let words = &self.lexicon.column(id).words;
        let stateful = values::STATES
            .iter()
            .chain(values::PLACES)
            .any(|known| words.iter().any(|word| word == known));
        let ends = self.items.get(found.end + 1).is_none_or(|_| {
            self.is_glue(found.end + 1)
                || matches!(
                    self.items[found.end + 1].kind,
                    Kind::And | Kind::Or | Kind::Comma | Kind::Phrase(_)
                )
        });
        let said = found.start == at + 1
            || matches!(
                self.word(at + 1),
                "in" | "is" | "are" | "as" | "equals" | "of" | "to"
            );
        let attribute = matches!(
            found.text.as_str(),
            "number"
                | "size"
                | "name"
                | "names"
                | "type"
                | "side"
                | "user"
                | "date"
                | "code"
                | "count"
                | "rate"
                | "level"
        );
        let key = self.lexicon.graph.target(id).is_some() && matches!(self.word(at + 1), "to" | "by");
        (stateful || key) && ends && said && !attribute
    }

    /// A value beside a foreign key means the name of what the key refers to.
    pub(crate) fn follow_key(&self, id: ColumnId) -> ColumnId {
        match self.lexicon.graph.target(id) {
            Some(table) if self.reachable(table) => {
                roles::names(self.lexicon, table).into_iter().next().unwrap_or(id)
            }
            _ => id,
        }
    }

    /// The best of the columns whose samples hold the value: at home, then in a named table, then near.
    pub(crate) fn sampled(&self, hits: &[ValueHit], at: usize) -> Option<ColumnId> {
        // "rivers in colorado": a place holds the rows, it is not what they are called.
        let placed = at
            .checked_sub(1)
            .is_some_and(|i| matches!(self.word(i), "in" | "through" | "from" | "at"));
        let labels = roles::label(self.lexicon, self.home);
        let placed = placed
            && hits.iter().any(|hit| {
                self.lexicon.column(hit.column).table == self.home && !labels.contains(&hit.column)
            });
        let reachable = hits
            .iter()
            .filter(|hit| self.reachable(self.lexicon.column(hit.column).table));
        reachable
            .min_by_key(|hit| {
                let table = self.lexicon.column(hit.column).table;
                let mentioned = self.items.iter().any(|item| match &item.kind {
                    Kind::Mention(mention, _) => mention
                        .columns
                        .iter()
                        .any(|known| known.id == hit.column && known.score >= 0.6),
                    _ => false,
                });
                let before = at.checked_sub(1).map_or("", |i| self.word(i));
                (
                    counterparts::contradicts(self.lexicon, hit.column, before),
                    placed && labels.contains(&hit.column),
                    !mentioned,
                    table != self.home,
                    !self.named.contains(&table),
                    self.distance(table),
                    hit.column,
                )
            })
            .map(|hit| hit.column)
    }

    /// `France or Spain`: the column of the value before.
    pub(crate) fn continued(&self, found: &Found) -> Option<ColumnId> {
        let joint = self
            .before(found.start)
            .filter(|i| matches!(self.items[*i].kind, Kind::Or | Kind::And | Kind::Comma))?;
        self.before(joint).filter(|i| {
            self.items[*i].used
                && matches!(
                    self.items[*i].kind,
                    Kind::Word | Kind::Value(_) | Kind::Quoted(..)
                )
        })?;
        match self.plan.filters.last()? {
            Cond::OneOf { column, .. } => Some(*column),
            _ => None,
        }
    }

    /// `students enrolled in Biology`: the verb names a table between, whose other key refers to what is meant.
    pub(crate) fn through_verb(&self, found: &Found) -> Option<ColumnId> {
        let verb = self
            .before(found.start)
            .filter(|i| found.certain && self.participle(*i))?;
        let Kind::Mention(mention, _) = &self.items[verb].kind else {
            return None;
        };
        let lexicon = self.lexicon;
        let between = mention
            .tables
            .iter()
            .map(|hit| hit.id)
            .find(|table| *table != self.home && self.reachable(*table))?;
        let mut others = lexicon
            .graph
            .links
            .iter()
            .filter(|link| link.from == between && link.to != self.home)
            .map(|link| link.to);
        let other = others.next()?;
        others
            .next()
            .is_none()
            .then(|| roles::label(lexicon, other).into_iter().next())
            .flatten()
    }

    /// `shipments to Lisbon`: where the home table says where something goes.
    pub(crate) fn destination(&self, found: &Found) -> Option<ColumnId> {
        found.start.checked_sub(1).filter(|i| self.word(*i) == "to")?;
        self.hinted(
            self.home,
            &["destination", "dest", "arrival", "recipient", "to", "target"],
            |id| self.is_textual(id),
        )
        .map(|id| self.follow_key(id))
    }

    /// The table right after an adjective: `cancelled orders` speaks of orders whatever the question is about.
    pub(crate) fn described(&self, found: &Found) -> Option<TableId> {
        self.table(found.end + 1).filter(|table| self.reachable(*table))
    }

    pub(crate) fn known_in(&self, table: TableId, text: &str) -> Option<ColumnId> {
        values::classes(text).find_map(|class| {
            self.hinted(table, class.columns, |id| {
                self.is_textual(id)
                    && !self.lexicon.is_key(id)
                    && codes::tells_people(text, &self.lexicon.column(id).words)
            })
        })
    }

    /// The column of the home table (or of a near one) for a value of a known kind.
    pub(crate) fn known_place(&self, text: &str) -> Option<ColumnId> {
        let fits = |id: ColumnId| {
            self.is_textual(id)
                && !self.lexicon.is_key(id)
                && codes::tells_people(text, &self.lexicon.column(id).words)
        };
        let home = values::classes(text).find_map(|class| self.hinted(self.home, class.columns, fits));
        if home.is_some() {
            return home;
        }
        let lexicon = self.lexicon;
        let mut near: Vec<TableId> = lexicon
            .table_ids()
            .filter(|table| self.reachable(*table) && *table != self.home)
            .collect();
        near.sort_by_key(|table| (!self.named.contains(table), self.distance(*table), *table));
        near.into_iter()
            .filter(|table| self.distance(*table) <= 3 || self.named.contains(table))
            .find_map(|table| {
                values::classes(text)
                    .find_map(|class| self.hinted(table, &class.columns[..2.min(class.columns.len())], fits))
            })
    }

    /// `from Springfield`, `made by Acme`: a word after a preposition of place or doing.
    pub(crate) fn by_preposition(&self, found: &Found) -> Option<ColumnId> {
        let before = found.start.checked_sub(1)?;
        let fits = |id: ColumnId| self.is_textual(id) && !self.lexicon.column(id).is_primary;
        let word = if self.phrase(before) == Some(Phrase::Not) {
            self.word(found.start - 1)
        } else {
            self.word(before)
        };
        let tables = [
            Some(self.home),
            self.named.iter().copied().find(|table| *table != self.home),
        ];
        let hint = match word {
            "from" | "in" | "at" | "near" => values::PLACES,
            "by" | "via" | "with" | "using" | "through" => values::DOERS,
            "not" if found.certain => values::PLACES,
            _ => return self.role_noun(found),
        };
        let own = tables
            .into_iter()
            .flatten()
            .find_map(|table| self.hinted(table, hint, fits))
            .map(|id| self.follow_key(id));
        if own.is_some() {
            return own;
        }
        // "books by Tolkien": the one table that a key of ours refers to and that has a name.
        let lexicon = self.lexicon;
        let mut parents = lexicon
            .graph
            .links
            .iter()
            .filter(|link| link.from == self.home && link.to != self.home);
        let parent = parents
            .clone()
            .find(|link| {
                hint.iter()
                    .any(|word| lexicon.table(link.to).words.iter().any(|known| known == word))
            })
            .or_else(|| {
                let first = parents.next();
                if parents.next().is_none() { first } else { None }
            })?;
        (found.certain || word == "by")
            .then(|| roles::label(lexicon, parent.to).into_iter().next())
            .flatten()
    }

    /// `usernames of editors`: a plural noun of a known kind.
    pub(crate) fn role_noun(&self, found: &Found) -> Option<ColumnId> {
        if !found.certain {
            return None;
        }
        let labels = roles::label(self.lexicon, self.home);
        matches!(self.items[found.start].kind, Kind::Quoted(..))
            .then(|| labels.first().copied())
            .flatten()
    }

    /// `overdue loans`: an unknown word right before the head is a state or a kind.
    pub(crate) fn by_adjective(&self, found: &Found) -> Option<ColumnId> {
        let head = self.head?;
        let adjective = found.end + 1 == head && !self.is_glue(found.end);
        let predicate = found.start > head
            && found.start > 0
            && matches!(self.word(found.start - 1), "are" | "is" | "were" | "was")
            && found.end + 1 >= self.items.len();
        let first = found.start == 0 || self.is_first_word(found.start);
        if !(adjective || predicate) || (first && self.tokens.len() <= 1) {
            return None;
        }
        let fits = |id: ColumnId| self.is_textual(id) && !self.lexicon.is_key(id);
        // "Fiat vans": a name in capitals is sooner the maker's than a state.
        let made = self.tokens[self.items[found.start].start]
            .is_capital()
            .then(|| self.hinted(self.home, values::MAKERS, fits))
            .flatten();
        made.or_else(|| self.kind_for(found))
            .or_else(|| self.hinted(self.home, values::STATES, fits))
    }

    /// `savings accounts`: of a state and a type, the one that such a word is usually the code of.
    fn kind_for(&self, found: &Found) -> Option<ColumnId> {
        let lower = found.text.to_lowercase();
        let lexicon = self.lexicon;
        let columns = lexicon
            .columns_of(self.home)
            .filter(|id| codes::is_known(&lower) && self.is_textual(*id) && !lexicon.is_key(*id));
        let told = columns.filter_map(|id| Some((codes::distance(&lower, &lexicon.column(id).words)?, id)));
        told.min().map(|(_, id)| id)
    }

    pub(crate) fn is_first_word(&self, at: usize) -> bool {
        (0..at).all(|i| self.is_glue(i))
    }
}
