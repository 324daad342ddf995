//! Finds whose name a value is, where nothing samples it: what is called so, whose something is, a person's whole name.

use super::chinese;
use super::items::Kind;
use super::lexicon::{ColumnId, TableId};
use super::phrases::Phrase;
use super::placing::Found;
use super::reading::{Entity, Reading};
use super::roles;

impl Reading<'_> {
    /// `customer Alice`, `department "Sales"`, `named Anna`.
    pub(crate) fn named_entity(&self, found: &Found) -> Option<(ColumnId, Option<usize>)> {
        let before = self.before(found.start)?;
        let label = |table: TableId| {
            roles::label(self.lexicon, table)
                .into_iter()
                .next()
                .filter(|_| self.reachable(table))
        };
        if self.phrase(before) == Some(Phrase::Named) {
            let table = self
                .before(before)
                .and_then(|i| self.table(i))
                .unwrap_or(self.home);
            return label(table).map(|id| (id, Some(before)));
        }
        let adjacent = found.start - before <= 1
            || (found.start - before == 2 && matches!(self.word(before + 1), "is" | "was"));
        let participle = self.participle(before) && self.items[found.start].kind == Kind::Word;
        if (found.certain || participle)
            && adjacent
            && let Some(Entity::Table(table, score)) = self.entity(before)
            && score >= 0.7
            && matches!(self.items[found.start].kind, Kind::Quoted(..) | Kind::Word)
        {
            return label(table).map(|id| (id, (table != self.home).then_some(before)));
        }
        None
    }

    /// `email of Alice`, `visits for Anna Weber`: a name in capitals is the name of the row that owns what is asked for.
    pub(crate) fn name_of(&self, found: &Found) -> Option<ColumnId> {
        let name = found.certain
            && matches!(self.items[found.start].kind, Kind::Word)
            && found.text.split(' ').all(|word| {
                let mut letters = word.chars();
                letters.next().is_some_and(char::is_uppercase) && letters.any(char::is_lowercase)
                    || chinese::is_name(word)
            });
        let cue = found
            .start
            .checked_sub(1)
            .filter(|i| name && matches!(self.word(*i), "of" | "for"))?;
        let asked = self.before(cue)?;
        let lexicon = self.lexicon;
        match self.entity(asked)? {
            // "the manager of Ann": a row of the same table, which needs the table twice.
            Entity::Column(id, _) if lexicon.graph.target(id) == Some(self.home) => None,
            Entity::Column(id, _) if lexicon.column(id).table == self.home => {
                roles::label(lexicon, self.home).into_iter().next()
            }
            Entity::Table(table, _) if table == self.home => {
                let parents: Vec<TableId> = lexicon
                    .graph
                    .links
                    .iter()
                    .filter(|link| link.from == self.home && link.to != self.home)
                    .map(|link| link.to)
                    .filter(|parent| roles::names_people(lexicon, *parent))
                    .collect();
                let parents = match parents.is_empty() {
                    true => roles::namesakes(lexicon, self.home, &found.text),
                    false => parents,
                };
                match parents[..] {
                    [parent] => roles::label(lexicon, parent).into_iter().next(),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// `how high is everest`, `the thames river`: in a question without capitals, what is asked about is called so.
    pub(crate) fn uncapitalised_name(&self, found: &Found) -> Option<ColumnId> {
        let plain = matches!(self.items[found.start].kind, Kind::Word)
            && !self.tokens.iter().any(|token| token.is_capital())
            && matches!(self.word(0), "what" | "how" | "where" | "which" | "who");
        let before = found
            .start
            .checked_sub(1)
            .filter(|_| plain)
            .map(|i| self.word(i))?;
        let last = found.end + 1 >= self.items.len() && matches!(before, "of" | "is");
        let titled =
            before == "the" && self.head == Some(found.end + 1) && !self.word(found.end + 1).ends_with('s');
        let asked = self.aggregates.is_empty() && !self.is_first_word(found.start - 1);
        (asked && (last || titled))
            .then(|| roles::names(self.lexicon, self.home).into_iter().next())
            .flatten()
    }

    /// `Ann Weber's email`, `Aalto's buildings`: the name of the row that owns what comes next, or of its parent.
    pub(crate) fn possessor(&self, found: &Found) -> Option<ColumnId> {
        let owns = found.hits.is_empty()
            && self.items[found.end].end > 0
            && self.tokens[self.items[found.end].end - 1].owns
            && self.tokens[self.items[found.start].start].is_capital();
        let lexicon = self.lexicon;
        match self.entity(self.after(found.end)?).filter(|_| owns)? {
            Entity::Column(id, score) if score >= 0.6 => {
                let table = lexicon.column(id).table;
                roles::names(lexicon, table)
                    .into_iter()
                    .next()
                    .filter(|name| *name != id)
            }
            Entity::Table(table, _) if self.reachable(table) => {
                let mut parents = lexicon
                    .graph
                    .links
                    .iter()
                    .filter(|link| link.from == table && link.to != table)
                    .filter_map(|link| roles::names(lexicon, link.to).into_iter().next());
                let first = parents.next();
                first.filter(|_| parents.next().is_none())
            }
            _ => None,
        }
    }

    /// `ROY KEANE has booked`: two words in capitals that no sample holds are the whole name of somebody, where it is clear of whom.
    pub(crate) fn person(&self, found: &Found) -> Option<ColumnId> {
        let lexicon = self.lexicon;
        let words: Vec<&str> = found.text.split(' ').collect();
        let whole = words.len() == 2
            && matches!(self.items[found.start].kind, Kind::Word)
            && words.iter().all(|word| {
                word.len() > 1
                    && word.starts_with(char::is_uppercase)
                    && word.chars().all(char::is_alphabetic)
            });
        if !whole || !(found.certain || found.start == 0) {
            return None;
        }
        let unseen = |id: &ColumnId| {
            let samples = lexicon.column(*id).column.samples.len();
            samples == 0 || samples >= 100
        };
        let named = |table: TableId| -> Option<ColumnId> {
            let labels = roles::names(lexicon, table);
            let fits = roles::names_people(lexicon, table) && labels.iter().all(unseen);
            labels.into_iter().next().filter(|_| fits)
        };
        if let Some(own) = named(self.home) {
            return Some(own);
        }
        let mut near: Vec<(u32, ColumnId)> = lexicon
            .table_ids()
            .filter(|table| *table != self.home && self.reachable(*table) && self.distance(*table) <= 6)
            .filter_map(|table| Some((self.distance(table), named(table)?)))
            .collect();
        near.sort_unstable();
        match near[..] {
            [(_, only)] => Some(only),
            [(first, column), (second, _), ..] if first < second => Some(column),
            _ => None,
        }
    }
}
