//! What a schema is like where the structure of a Chinese question depends on it: keys, moments, flags, rows.

use super::known::{Known, says};
use super::part::Name;
use super::words::Readings;
use crate::engine::lexicon::{Sort, TableId};

impl Known<'_, '_> {
    /// The first reading of a noun that is a table: what 10条评论 are.
    pub(super) fn rows(&self, readings: &Readings) -> Option<Name> {
        self.namer.as_ref()?;
        readings
            .iter()
            .map(|said| self.name(said))
            .find(|name| name.is_table() && name.table >= 0.9)
    }

    /// What a column holds.
    pub(super) fn sort_of(&self, name: &Name) -> Option<Sort> {
        let hit = self.namer.as_ref()?.mention(&name.said).columns.first()?.id;
        (!name.is_table()).then(|| self.lexicon.map(|lexicon| lexicon.column(hit).sort))?
    }

    /// The words of a column that holds a moment.
    pub(super) fn words_of_moment(&self, name: &Name) -> Option<String> {
        let hits = self.namer.as_ref()?.mention(&name.said).columns;
        let lexicon = self.lexicon?;
        let mut columns = hits.iter().map(|hit| lexicon.column(hit.id));
        let column = columns.find(|entry| name.column_home.is_none_or(|home| home == entry.table))?;
        matches!(column.sort, Sort::Day { .. }).then(|| column.words.join(" "))
    }

    /// Whether rows of a table have a key of another.
    pub(super) fn refers(&self, from: TableId, to: TableId) -> bool {
        self.lexicon.is_some_and(|lexicon| {
            lexicon
                .graph
                .links
                .iter()
                .any(|link| link.from == from && link.to == to && link.from != link.to)
        })
    }

    /// Whether a table has a state as a sample or a flag.
    pub(super) fn holds(&self, said: &str, home: TableId) -> bool {
        let Some(lexicon) = self.lexicon else { return false };
        self.sampled(said, Some(home)).is_some()
            || lexicon
                .columns
                .iter()
                .any(|entry| entry.table == home && entry.sort == Sort::Truth && says(&entry.words, said))
    }
}
