//! Shows the rows that a question lists beside what it asks of other rows: "each open ticket with the customer's name".

use super::choose::Chosen;
use super::items::Kind;
use super::lexicon::{ColumnId, TableId};
use super::phrases::Phrase;
use super::plan::{Cond, Expr};
use super::reading::Reading;
use super::roles;

/// Words that add something to what is listed.
const ADDING: &[&str] = &[
    "with",
    "including",
    "incl",
    "along",
    "together",
    "alongside",
    "plus",
    "showing",
];
/// Words that only point at what is added.
const POINTING: &[&str] = &["the", "their", "its", "his", "her", "name", "names", "of", "also"];

/// Rows whose owner's columns are all that would be shown are shown themselves: by their names, by the text that a
/// condition searches, or in full. This comes once a reading is chosen, since what is shown unsaid speaks against one.
pub(crate) fn shown(chosen: &mut Chosen<'_>) {
    let reading = &chosen.reading;
    let plan = &reading.plan;
    let is_distinct = (0..reading.items.len()).any(|at| reading.phrase(at) == Some(Phrase::Distinct));
    let is_list = reading.aggregates.is_empty()
        && !reading.grouped
        && !plan.star
        && !is_distinct
        && !plan.aggregates()
        && plan.filters.iter().all(|cond| cond.related().is_none());
    if !is_list || plan.select.is_empty() || reading.listed.is_empty() {
        return;
    }
    let Some((head, table)) = reading.first_rows() else {
        return;
    };
    let mut company = if table == reading.home {
        reading.clone()
    } else {
        reading.rebased(table, head)
    };
    company.plan.distinct = false;
    if company.show_company(head)
        && let Some(joins) = company.joins()
    {
        chosen.reading = company;
        chosen.joins = joins;
    }
}

impl Reading<'_> {
    /// The rows that a question names first, where it says what to show.
    fn first_rows(&self) -> Option<(usize, TableId)> {
        // "open jobs": what describes the rows may be a name as well.
        let described = |at: usize| {
            self.items
                .get(at + 1)
                .is_some_and(|_| self.table(at + 1).is_some())
        };
        let first = (0..self.items.len()).find(|at| {
            let named = matches!(self.items[*at].kind, Kind::Mention(..));
            self.targets[*at] && named && (self.table(*at).is_some() || !described(*at))
        })?;
        self.table(first).map(|table| (first, table))
    }

    /// Shows the rows of the home table before what is asked of others; false when that is not what the question lists.
    fn show_company(&mut self, head: usize) -> bool {
        let foreign = |expr: &Expr| matches!(expr, Expr::Column(id) if self.refers_to(*id));
        let asked = &self.listed;
        if !self.plan.select.iter().all(foreign)
            || asked.iter().any(|(at, _)| *at < head)
            || !asked.first().is_some_and(|(at, _)| self.is_added(head, *at))
        {
            return false;
        }
        let others = std::mem::take(&mut self.plan.select);
        let own = match self.searched_text(head) {
            Some(id) => vec![id],
            None => roles::label(self.lexicon, self.home),
        };
        self.plan.star = own.is_empty();
        self.plan.select = own.into_iter().map(Expr::Column).collect();
        others.into_iter().for_each(|expr| self.show(expr));
        true
    }

    /// Whether a column is one of a row that each row of the home table refers to.
    fn refers_to(&self, id: ColumnId) -> bool {
        let table = self.lexicon.column(id).table;
        table != self.home
            && self.related(table).is_some_and(|related| {
                !related.steps.is_empty()
                    && related
                        .steps
                        .iter()
                        .all(|step| !self.lexicon.graph.fans_out(step))
            })
    }

    /// Whether what an item names is added to the rows named before it.
    fn is_added(&self, head: usize, at: usize) -> bool {
        for i in (head + 1..at).rev() {
            let word = self.word(i);
            if ADDING.contains(&word) || matches!(self.items[i].kind, Kind::And | Kind::Comma) {
                return true;
            }
            let points = POINTING.contains(&word) || matches!(self.items[i].kind, Kind::Mention(..));
            if !points {
                return false;
            }
        }
        false
    }

    /// `notes that mention …`: the text that is searched, where it is named before the search.
    fn searched_text(&self, head: usize) -> Option<ColumnId> {
        self.plan.filters.iter().find_map(|cond| match cond {
            Cond::Like { column, .. } if self.lexicon.column(*column).table == self.home => {
                let like =
                    (head..self.items.len()).find(|i| matches!(self.phrase(*i), Some(Phrase::Like(_))))?;
                (0..like)
                    .any(|i| self.targets[i] && self.column_where(i, |id| id == *column).is_some())
                    .then_some(*column)
            }
            _ => None,
        })
    }
}
