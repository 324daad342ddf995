//! Finds the table that a column of a question belongs to, by the words around it.

use super::items::Kind;
use super::lexicon::TableId;
use super::phrases::{Function, Phrase};
use super::reading::Reading;

impl Reading<'_> {
    /// `customer name`, `name of the customer`: the column belongs to the table beside it.
    pub(crate) fn find_owners(&mut self) {
        for at in 0..self.items.len() {
            let Some(table) = self.table_near(at) else {
                continue;
            };
            if at + 1 < self.items.len() && self.has_column_of(at + 1, table) {
                self.items[at + 1].owner = Some(table);
            }
            let Some(before) = self.before_list(at) else {
                continue;
            };
            // "quantity per product": a group owns a column only where no other table says its name better.
            let grouped = (before..at).any(|i| self.phrase(i) == Some(Phrase::PerEach));
            let mut column = Some(before);
            while let Some(at) = column {
                let foreign = grouped && !self.names_best(at, table);
                if foreign || !self.has_column_of(at, table) || self.items[at].owner.is_some() {
                    break;
                }
                self.items[at].owner = Some(table);
                column = self.list_before(at);
            }
        }
    }

    /// `the province with the largest population`: what describes a table's rows is a column of that table.
    pub(crate) fn find_described_owners(&mut self) {
        for at in 0..self.items.len() {
            let Some(table) = self.table_near(at) else {
                continue;
            };
            let mut next = at + 1;
            let mut said = false;
            while next < self.items.len() && self.is_glue(next) {
                let word = self.word(next);
                said |= matches!(word, "with" | "having" | "has" | "have" | "had" | "whose");
                if !said && !matches!(word, "that" | "which" | "who") || said && word == "of" {
                    break;
                }
                next += 1;
            }
            let degree = matches!(
                self.phrase(next),
                Some(Phrase::Superlative { .. } | Phrase::Aggregate(Function::Max | Function::Min))
            );
            let Some(column) = Some(next + 1).filter(|i| said && degree && *i < self.items.len()) else {
                continue;
            };
            if self.items[column].owner.is_none() && self.has_column_of(column, table) {
                self.items[column].owner = Some(table);
            }
        }
    }

    /// `the account name, id and balance`: a bare id or name in a list belongs to the table of what is listed before it.
    pub(crate) fn find_listed_owners(&mut self) {
        const BARE: &[&str] = &[
            "id", "ids", "name", "names", "code", "codes", "number", "type", "types",
        ];
        for at in 1..self.items.len() {
            let bare = self.items[at].end - self.items[at].start == 1 && BARE.contains(&self.word(at));
            if !bare || self.items[at].owner.is_some() {
                continue;
            }
            let before = self.list_before(at).filter(|i| self.table_near(*i).is_none());
            let Some((id, _)) = before
                .and_then(|i| self.column(i))
                .filter(|(_, score)| *score >= 0.8)
            else {
                continue;
            };
            let table = self.lexicon.column(id).table;
            if self.has_column_of(at, table) {
                self.items[at].owner = Some(table);
            }
        }
    }

    /// The table that an item names outright.
    pub(crate) fn table_near(&self, at: usize) -> Option<TableId> {
        match &self.items[at].kind {
            Kind::Mention(mention, _) => mention
                .tables
                .first()
                .filter(|hit| hit.score >= 0.6 && hit.score + 0.05 >= mention.column_score())
                .map(|hit| hit.id),
            _ => None,
        }
    }

    pub(crate) fn has_column_of(&self, at: usize, table: TableId) -> bool {
        match &self.items[at].kind {
            Kind::Mention(mention, _) => mention.columns.iter().any(|hit| {
                hit.score >= 0.5
                    && hit.score + 0.05 >= mention.table_score()
                    && self.lexicon.column(hit.id).table == table
            }),
            _ => false,
        }
    }

    /// Whether no column of another table fits the item clearly better than one of this table.
    pub(crate) fn names_best(&self, at: usize, table: TableId) -> bool {
        match &self.items[at].kind {
            Kind::Mention(mention, _) => mention.columns.iter().any(|hit| {
                self.lexicon.column(hit.id).table == table && hit.score + 0.15 >= mention.column_score()
            }),
            _ => false,
        }
    }

    /// The item before `of [all] [the]` at `at`.
    pub(crate) fn before_list(&self, at: usize) -> Option<usize> {
        let mut i = at.checked_sub(1)?;
        let mut seen_of = false;
        loop {
            match &self.items[i].kind {
                Kind::Glue if matches!(self.word(i), "of" | "for" | "from" | "in" | "on") => seen_of = true,
                Kind::Glue | Kind::Phrase(Phrase::Distinct) => {}
                Kind::Phrase(Phrase::PerEach) => seen_of = true,
                _ => return seen_of.then_some(i),
            }
            i = i.checked_sub(1)?;
        }
    }

    /// The item before `and` or a comma before `at`.
    pub(crate) fn list_before(&self, at: usize) -> Option<usize> {
        let mut i = at.checked_sub(1)?;
        let mut joined = false;
        loop {
            match &self.items[i].kind {
                Kind::And | Kind::Comma => joined = true,
                Kind::Glue
                    if matches!(
                        self.word(i),
                        "the" | "their" | "a" | "its" | "as" | "well" | "both"
                    ) => {}
                _ => return joined.then_some(i),
            }
            i = i.checked_sub(1)?;
        }
    }
}
