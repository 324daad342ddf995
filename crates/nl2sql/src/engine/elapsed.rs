//! Finds the two moments of a row that a time is between.

use super::durations::Asked;
use super::lexicon::{ColumnId, Sort};
use super::reading::Reading;
use super::roles;
use super::stem::stem;

/// Words of moments at which something is over.
const ENDS: &[&str] = &[
    "finished",
    "finish",
    "completed",
    "complete",
    "closed",
    "close",
    "ended",
    "end",
    "returned",
    "return",
    "resolved",
    "delivered",
    "delivery",
    "shipped",
    "ship",
    "discharged",
    "settled",
    "checkout",
    "out",
    "paid",
    "approved",
    "fixed",
    "arrived",
    "arrival",
    "departed",
    "solved",
    "done",
    "fulfilled",
    "processed",
    "received",
    "released",
    "left",
];
/// Words of moments that tell of the row and not of what it is about.
const KEPT: &[&str] = &[
    "updated", "modified", "deleted", "changed", "birth", "dob", "due", "expiry", "expires",
];
/// Words that mean alike for what is over.
const ALIKE: &[&[&str]] = &[
    &["finish", "complete", "end", "do", "done"],
    &["resolve", "solve", "close", "fix", "settle"],
    &["ship", "send", "dispatch"],
    &["deliver", "arrive"],
    &["return", "bring"],
    &["settle", "settlement"],
    &["deliver", "delivery"],
    &["ship", "shipping", "shipment"],
    &["complete", "completion"],
    &["resolve", "resolution"],
    &["approve", "approval"],
    &["pay", "payment", "paid"],
    &["publish", "publication"],
    &["repair", "fix"],
    &["depart", "departure"],
    &["arrive", "arrival"],
    &["book", "booking", "reserve", "reservation"],
    &["admit", "admission"],
];

impl Reading<'_> {
    /// The two moments of the home table that a time is between.
    pub(super) fn two_moments(&self, asked: &Asked) -> Option<(ColumnId, ColumnId)> {
        if let Some((a, b, c, d)) = asked.between {
            let from = self.moment_in(a, b)?;
            let to = self.moment_in(c, d)?;
            return (from != to).then_some((from, to));
        }
        let days = self.moments();
        if asked.over.is_none_or(|over| self.says_home(over))
            && let Some(pair) = self.paired(&days)
        {
            return Some(pair);
        }
        let end = match asked.over {
            Some(over) => {
                let verb = self.tokens.get(over)?;
                days.iter().copied().find(|id| self.is_of(*id, &verb.lower))
            }
            None => None,
        };
        // "a repair takes", where there are a beginning and an end.
        let end = match (end, &days[..]) {
            (Some(end), _) => end,
            (None, [one, other])
                if asked
                    .over
                    .is_none_or(|over| (over..over + 3).any(|token| self.says_home(token))) =>
            {
                let ends = |id: ColumnId| {
                    self.lexicon
                        .column(id)
                        .words
                        .iter()
                        .any(|word| ENDS.contains(&word.as_str()))
                };
                match (ends(*one), ends(*other)) {
                    (false, true) => *other,
                    (true, false) => *one,
                    // "received" begins what is "finished".
                    (true, true) => *other,
                    _ => return None,
                }
            }
            _ => return None,
        };
        let begin = roles::moment(self.lexicon, self.home)
            .filter(|id| *id != end)
            .or_else(|| days.iter().copied().find(|id| *id != end))?;
        (days.contains(&begin) && self.is_day(end)).then_some((begin, end))
    }

    /// A beginning and an end whose names go together.
    fn paired(&self, days: &[ColumnId]) -> Option<(ColumnId, ColumnId)> {
        const PAIRS: &[(&str, &str)] = &[
            ("start", "end"),
            ("started", "ended"),
            ("begin", "end"),
            ("started", "finished"),
            ("opened", "closed"),
            ("in", "out"),
            ("checkin", "checkout"),
            ("departed", "arrived"),
            ("departure", "arrival"),
            ("admitted", "discharged"),
            ("admission", "discharge"),
            ("borrowed", "returned"),
            ("loaned", "returned"),
            ("rented", "returned"),
            ("pickup", "dropoff"),
            ("from", "to"),
            ("from", "until"),
            ("entered", "left"),
            ("entry", "exit"),
            ("enter", "exit"),
            ("entered", "exited"),
            ("arrived", "departed"),
            ("arrival", "departure"),
            ("arrived", "left"),
            ("planted", "harvested"),
            ("declared", "released"),
        ];
        let with = |word: &str| {
            let mut found = days
                .iter()
                .copied()
                .filter(|id| self.lexicon.column(*id).words.iter().any(|known| known == word));
            found.next().filter(|_| found.next().is_none())
        };
        PAIRS
            .iter()
            .find_map(|(begin, end)| Some((with(begin)?, with(end)?)))
    }

    /// The moments of the home table that tell of what it is about.
    fn moments(&self) -> Vec<ColumnId> {
        self.lexicon
            .columns_of(self.home)
            .filter(|id| {
                let entry = self.lexicon.column(*id);
                matches!(entry.sort, Sort::Day { .. })
                    && !roles::is_planned(self.lexicon, *id)
                    && !entry.words.iter().any(|word| KEPT.contains(&word.as_str()))
            })
            .collect()
    }

    /// Whether a word is the verb of a moment.
    fn is_of(&self, id: ColumnId, word: &str) -> bool {
        let root = stem(word);
        let near = |known: &str| {
            stem(known) == root
                || ALIKE.iter().any(|group| {
                    let within = |word: &str| group.iter().any(|member| stem(member) == stem(word));
                    within(word) && within(known)
                })
        };
        self.lexicon.column(id).words.iter().any(|known| near(known))
    }

    pub(super) fn says_home(&self, token: usize) -> bool {
        self.items
            .iter()
            .position(|item| item.start <= token && token < item.end)
            .is_some_and(|at| self.table(at) == Some(self.home))
            || self
                .lexicon
                .table(self.home)
                .words
                .iter()
                .any(|word| self.tokens.get(token).is_some_and(|said| stem(word) == said.stem))
    }

    /// The moment that words name: a column of the home table, or its rows themselves.
    fn moment_in(&self, start: usize, end: usize) -> Option<ColumnId> {
        let days = self.moments();
        let said: Vec<&str> = self.tokens[start..end]
            .iter()
            .map(|token| token.lower.as_str())
            .filter(|word| {
                !matches!(
                    *word,
                    "the"
                        | "a"
                        | "an"
                        | "its"
                        | "their"
                        | "being"
                        | "was"
                        | "is"
                        | "it"
                        | "date"
                        | "time"
                        | "day"
                        | "of"
                        | "when"
                )
            })
            .collect();
        let scored = |id: ColumnId| said.iter().filter(|word| self.is_of(id, word)).count();
        let best = days
            .iter()
            .copied()
            .max_by_key(|id| (scored(*id), std::cmp::Reverse(*id)))?;
        if scored(best) > 0 {
            let same = days.iter().filter(|id| scored(**id) == scored(best)).count();
            return (same == 1).then_some(best);
        }
        let own = (start..end).any(|token| self.says_home(token));
        own.then(|| roles::moment(self.lexicon, self.home)).flatten()
    }
}
