//! Recognises who is above whom in one table: "who reports to Ann", "who earn more than their manager".

use super::counterparts::Role;
use super::lexicon::{Lexicon, TableId};
use super::phrases::{Op, Phrase};
use super::plan::{Across, Cond};
use super::reading::Reading;
use super::text::Token;

/// Verbs, and the word after them, that say whose other row somebody is: `reports to Ann`.
const UNDER: &[(&str, &[&str])] = &[
    ("report", &["to"]),
    ("reports", &["to"]),
    ("reporting", &["to"]),
    ("reported", &["to"]),
    ("managed", &["by"]),
    ("supervised", &["by"]),
    ("led", &["by"]),
    ("headed", &["by"]),
    ("mentored", &["by"]),
    ("referred", &["by"]),
    ("works", &["under"]),
    ("work", &["under"]),
    ("working", &["under"]),
];
/// The table of whose rows the words say that one is under another: `who reports to Ann`.
pub(crate) fn table_of_ranks(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<TableId> {
    let said = tokens.windows(2).any(|two| {
        UNDER
            .iter()
            .any(|(verb, links)| two[0].lower == *verb && links.contains(&two[1].lower.as_str()))
    });
    let mut tables = lexicon
        .graph
        .own
        .iter()
        .map(|(key, _)| lexicon.column(*key).table);
    tables
        .next()
        .filter(|first| said && tables.all(|other| other == *first))
}

impl Reading<'_> {
    /// `who report to Ann Weber`, `managed by Ann`.
    pub(crate) fn read_under(&mut self, roles: &[Role]) {
        let Some(role) = roles.iter().find(|role| role.own).copied() else {
            return;
        };
        for at in 0..self.items.len() {
            let word = self.word(at);
            let Some((_, links)) = UNDER.iter().find(|(verb, _)| *verb == word) else {
                continue;
            };
            // A key that is called so takes its small word along: `reports_to`.
            let whole = self.items[at].end - self.items[at].start > 1;
            let from = if whole { at + 1 } else { at + 2 };
            if !whole && !links.contains(&self.word(at + 1)) {
                continue;
            }
            let from = if self.table(from).is_some() {
                from + 1
            } else {
                from
            };
            if let Some(found) = self.value_from(from) {
                self.find_other(at, role, &found, false);
                // "who reports to …": the verb says whose rows are meant.
                self.head = self.head.or(Some(at));
            }
        }
    }

    /// `who earn more than their manager`: the same column of the other row.
    pub(crate) fn against_own(&mut self, at: usize, role: Role) -> bool {
        let Some(compared) = self.before(at).filter(|i| at - i <= 3) else {
            return false;
        };
        let Some(Phrase::Compare { op, hint, time }) = self.phrase(compared) else {
            return false;
        };
        if matches!(op, Op::Eq | Op::Ne) {
            return false;
        }
        let measure = |reading: &Self, i: usize| {
            let day = || reading.column_where(i, |id| reading.is_day(id)).map(|(id, _)| id);
            reading
                .number_column(i)
                .or_else(day)
                .filter(|id| reading.is_free(i) && reading.lexicon.column(*id).table == reading.home)
        };
        let named = (at + 1..self.items.len().min(at + 3))
            .chain((0..compared).rev())
            .find_map(|i| measure(self, i).map(|column| (i, column)));
        let earning =
            (0..compared).find(|i| matches!(self.word(*i), "earn" | "earns" | "earning" | "paid" | "makes"));
        let paid = || {
            self.hinted(self.home, &["salary", "pay", "wage", "income"], |id| {
                self.is_measure(id)
            })
        };
        let aged = || self.hinted(self.home, hint, |id| self.is_measure(id) || self.is_day(id));
        let found = named
            .map(|(i, column)| (Some(i), column))
            .or_else(|| earning.and_then(|i| Some((Some(i), paid()?))))
            .or_else(|| aged().filter(|_| !hint.is_empty()).map(|column| (None, column)));
        let Some((i, column)) = found.filter(|(_, column)| self.lexicon.column(*column).table == self.home)
        else {
            return false;
        };
        // Who was born, or hired, earlier is older.
        let op = match op {
            Op::Gt if self.is_day(column) && !time => Op::Lt,
            Op::Lt if self.is_day(column) && !time => Op::Gt,
            other => other,
        };
        if let Some(i) = i {
            self.mark(i);
        }
        self.mark_all(compared..=at);
        self.plan.filters.push(Cond::Against(
            column,
            op,
            Across {
                key: role.key,
                target: role.target,
                column,
            },
        ));
        true
    }
}
