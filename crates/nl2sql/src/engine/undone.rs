//! Recognises what was never done where no table is called after the doing: "who never bought anything", "parts that nobody used".

use super::graph::Step;
use super::items::Kind;
use super::lexicon::TableId;
use super::phrases::Phrase;
use super::plan::{Cond, Related};
use super::reading::Reading;
use super::stem::stem;

/// Words for whatever it may be.
const ANYTHING: &[&str] = &[
    "anything",
    "anyone",
    "anybody",
    "something",
    "ever",
    "nothing",
    "yet",
    "before",
    "else",
    "single",
];
/// Words that say nobody did it.
const NOBODY: &[&str] = &[
    "nobody", "none", "never", "no", "not", "without", "do", "does", "did", "have", "has", "had", "is",
    "are", "was", "were",
];

impl Reading<'_> {
    /// Whatever it may be that was not done adds nothing to that.
    pub(crate) fn mark_anything(&mut self, at: usize) {
        let end = self.items.len().min(at + 5);
        for i in at + 1..end {
            if self.items[i].kind == Kind::Word && ANYTHING.contains(&self.word(i)) {
                self.mark(i);
            }
        }
    }

    /// `parts never used`, `mills that do not grind anything`: no row of the table of events that refers to the rows.
    pub(crate) fn read_undone(&mut self, at: usize) {
        let said = self.word(at);
        if !NOBODY.contains(&said) || self.head.is_none_or(|head| head >= at) {
            return;
        }
        let start = self.items[at].start;
        let clause: Vec<usize> = (at + 1..self.items.len())
            .take_while(|i| {
                !matches!(
                    self.items[*i].kind,
                    Kind::Comma | Kind::And | Kind::Or | Kind::Phrase(_) | Kind::Period(_)
                )
            })
            .collect();
        let never = self.tokens[start..self.items[at].end]
            .iter()
            .any(|token| matches!(token.lower.as_str(), "never" | "nobody"));
        let no_one = self
            .tokens
            .get(start + 1)
            .is_some_and(|token| token.lower == "one");
        let anything = clause
            .iter()
            .any(|i| matches!(self.word(*i), "anything" | "anyone" | "anybody"));
        let timed = (at + 1..self.items.len().min(at + 5)).any(|i| {
            matches!(
                self.items[i].kind,
                Kind::Period(_) | Kind::Phrase(Phrase::Compare { time: true, .. })
            )
        });
        if !(never || no_one || anything || timed) {
            return;
        }
        // One verb, and nothing that would need a place of its own.
        let content: Vec<usize> = clause
            .iter()
            .copied()
            .filter(|i| !self.is_glue(*i) && !ANYTHING.contains(&self.word(*i)))
            .collect();
        let verb = match content[..] {
            [] => clause.iter().copied().find(|i| {
                self.participle(*i) || self.word(*i).len() > 3 && !ANYTHING.contains(&self.word(*i))
            }),
            [only]
                if matches!(self.items[only].kind, Kind::Word | Kind::Mention(..))
                    && self.table(only).is_none_or(|table| table == self.home) =>
            {
                Some(only)
            }
            _ => None,
        };
        let Some(verb) = verb else { return };
        // "not shipped since May" is a moment of the rows themselves.
        if timed
            && self
                .column_where(verb, |id| {
                    self.is_day(id) && self.lexicon.column(id).table == self.home
                })
                .is_some()
        {
            return;
        }
        let Some((related, table)) = self.events_of(self.word(verb)) else {
            return;
        };
        self.plan.filters.push(Cond::Exists {
            related,
            negated: true,
        });
        let name = &self.lexicon.table(table).table.name;
        self.assume(format!("\"{}\" is told by the rows of {name}", self.word(verb)));
        self.mark(at);
        for i in clause {
            if i <= verb || ANYTHING.contains(&self.word(i)) {
                self.mark(i);
            }
        }
    }

    /// The table whose rows refer to those of the home table: the only one, or the one with the verb in a name.
    fn events_of(&self, verb: &str) -> Option<(Related, TableId)> {
        let graph = &self.lexicon.graph;
        let root = stem(verb);
        let mut events: Vec<(usize, TableId)> = graph
            .links
            .iter()
            .enumerate()
            .filter(|(_, link)| link.to == self.home && link.from != self.home)
            .map(|(at, link)| (at, link.from))
            .collect();
        events.sort_by_key(|(at, table)| (*table, *at));
        events.dedup_by_key(|(_, table)| *table);
        let says = |table: TableId| {
            let columns = self.lexicon.columns_of(table);
            columns
                .flat_map(|id| &self.lexicon.column(id).words)
                .chain(&self.lexicon.table(table).words)
                .any(|word| stem(word) == root)
        };
        let (link, table) = match events[..] {
            [only] => only,
            _ => {
                let mut kin = events.iter().copied().filter(|(_, table)| says(*table));
                kin.next().filter(|_| kin.next().is_none())?
            }
        };
        let step = Step {
            link,
            known: self.home,
            added: table,
        };
        Some((
            Related {
                steps: vec![step],
                filters: Vec::new(),
            },
            table,
        ))
    }

    /// The table of what was not done in a time, and where that is said: the time is one of its rows.
    pub(crate) fn undone_before(&self, at: usize) -> Option<TableId> {
        let not = (0..at)
            .rev()
            .take(6)
            .take_while(|i| self.items[*i].kind != Kind::Comma)
            .find(|i| matches!(self.phrase(*i), Some(Phrase::None_ | Phrase::Not)))?;
        (!self.is_free(not)).then_some(())?;
        self.plan.filters.iter().rev().find_map(|cond| match cond {
            Cond::Exists {
                related,
                negated: true,
            } => related.steps.last().map(|step| step.added),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn what_was_never_done_has_no_rows() {
        let shop = schema(&[
            "vendors: id int, name text",
            "tools: id int, name text, vendor_id int > vendors",
            "people: id int, name text, joined_on date",
            "rentals: id int, tool_id int > tools, person_id int > people, rented_at timestamp",
            "reviews: id int, tool_id int > tools, person_id int > people, stars int",
        ]);
        check(
            &shop,
            &[
                (
                    "vendors that do not deliver anything",
                    "SELECT * FROM vendors WHERE NOT EXISTS (SELECT 1 FROM tools WHERE tools.vendor_id = vendors.id)",
                ),
                (
                    "tools that were never rented",
                    "SELECT * FROM tools WHERE NOT EXISTS (SELECT 1 FROM rentals WHERE rentals.tool_id = tools.id)",
                ),
                (
                    "people with more than 5 rentals this year",
                    "SELECT * FROM people WHERE id IN (SELECT person_id FROM rentals WHERE rented_at >= MAKEDATE(YEAR(CURRENT_DATE), 1) \
                     AND rented_at < MAKEDATE(YEAR(CURRENT_DATE), 1) + INTERVAL 1 YEAR GROUP BY person_id HAVING COUNT(*) > 5)",
                ),
                (
                    "people who have never rented tools",
                    "SELECT * FROM people WHERE NOT EXISTS (SELECT 1 FROM rentals WHERE rentals.person_id = people.id)",
                ),
                (
                    "people who have never reviewed anything",
                    "SELECT * FROM people WHERE NOT EXISTS (SELECT 1 FROM reviews WHERE reviews.person_id = people.id)",
                ),
                (
                    "people who have never rented anything in the last 30 days",
                    "SELECT * FROM people WHERE NOT EXISTS (SELECT 1 FROM rentals WHERE rentals.person_id = people.id \
                     AND rentals.rented_at >= CURRENT_DATE - INTERVAL 30 DAY)",
                ),
            ],
        );
    }
}
