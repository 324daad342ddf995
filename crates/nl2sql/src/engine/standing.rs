//! Puts what is in use or no more into the flag or the day that tells: "vehicles out of service", "workers still employed".

use super::lexicon::{ColumnId, Lexicon, Sort, TableId};
use super::link::Namer;
use super::text::{Token, replaced, word_at};

/// Ways to say that something is no longer in use, and that it still is.
const SAYINGS: &[(&str, bool)] = &[
    ("out of service", false),
    ("out of order", false),
    ("out of use", false),
    ("out of commission", false),
    ("off the road", false),
    ("no longer in use", false),
    ("no longer in service", false),
    ("no longer employed", false),
    ("no longer work here", false),
    ("no longer active", false),
    ("not in service", false),
    ("not in use", false),
    ("decommissioned", false),
    ("still in service", true),
    ("currently in service", true),
    ("in service", true),
    ("still in use", true),
    ("still employed", true),
    ("currently employed", true),
    ("still work here", true),
    ("still working here", true),
    ("still working for us", true),
    ("still work for us", true),
];
/// Words of flags that say that something is in use, and that it is not.
const IN_USE: &[&str] = &[
    "active",
    "operational",
    "enabled",
    "use",
    "service",
    "employed",
    "working",
];
const GONE: &[&str] = &[
    "retired",
    "decommissioned",
    "disabled",
    "inactive",
    "scrapped",
    "archived",
    "terminated",
];
/// Words of days on which something ended.
const ENDED: &[&str] = &[
    "end",
    "ended",
    "termination",
    "terminated",
    "left",
    "leaving",
    "exit",
    "retired",
    "decommissioned",
];

/// What tells whether a row is in use.
enum Told {
    /// A flag, and whether it says so where it is true.
    Flag(ColumnId, bool),
    /// The day on which it ended.
    Ended(ColumnId),
}

/// The question with what tells of the rows, when it says that they are in use or no more.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let (at, length, in_use) = (0..tokens.len()).find_map(|at| {
        SAYINGS.iter().find_map(|(saying, in_use)| {
            let mut words = saying.split(' ').enumerate();
            let said = words.all(|(i, word)| word_at(tokens, at + i) == word);
            // One word may be a name of the schema.
            let named = !saying.contains(' ') && lexicon.has_word(saying);
            (said && !named).then(|| (at, saying.split(' ').count(), *in_use))
        })
    })?;
    let namer = Namer::new(lexicon);
    let table = tokens[..at]
        .iter()
        .rev()
        .filter(|token| token.is_word())
        .find_map(|token| {
            let mention = namer.mention(&token.text);
            let hit = mention.tables.first()?;
            (hit.score >= 0.6 && hit.score >= mention.column_score()).then_some(hit.id)
        })?;
    let said: String = tokens[at..at + length]
        .iter()
        .map(|token| token.lower.as_str())
        .collect::<Vec<_>>()
        .join(" ");
    let sampled = lexicon.columns_of(table).any(|id| {
        let samples = &lexicon.column(id).column.samples;
        samples.iter().any(|sample| {
            let plain = sample.to_lowercase().replace(['_', '-'], " ");
            said.contains(&plain) && plain.len() > 4 || plain.contains(&said)
        })
    });
    let told = told(lexicon, table).filter(|_| !sampled)?;
    let mut from = at;
    while from > 1
        && matches!(
            word_at(tokens, from - 1),
            "that"
                | "which"
                | "who"
                | "are"
                | "is"
                | "were"
                | "was"
                | "currently"
                | "been"
                | "taken"
                | "have"
        )
    {
        from -= 1;
    }
    let meant = match told {
        Told::Flag(id, says_so) => {
            let words = &lexicon.column(id).words;
            let name = words.last()?;
            if says_so == in_use {
                format!("that are {name}")
            } else {
                format!("that are not {name}")
            }
        }
        Told::Ended(id) => {
            let name = lexicon.column(id).words.join(" ");
            if in_use {
                format!("without {name}")
            } else {
                format!("whose {name} is not null")
            }
        }
    };
    Some(replaced(tokens, from, at + length, &meant))
}

/// The flag of a table that tells it, else the one day on which its rows ended.
fn told(lexicon: &Lexicon<'_>, table: TableId) -> Option<Told> {
    let last_is = |id: &ColumnId, list: &[&str]| {
        let entry = lexicon.column(*id);
        entry.sort == Sort::Truth
            && entry
                .words
                .last()
                .is_some_and(|last| list.contains(&last.as_str()))
    };
    let columns = || lexicon.columns_of(table);
    let flag = columns()
        .find(|id| last_is(id, IN_USE))
        .map(|id| Told::Flag(id, true))
        .or_else(|| {
            columns()
                .find(|id| last_is(id, GONE))
                .map(|id| Told::Flag(id, false))
        });
    flag.or_else(|| {
        let mut ends = columns().filter(|id| {
            let entry = lexicon.column(*id);
            matches!(entry.sort, Sort::Day { .. })
                && entry.words.iter().any(|word| ENDED.contains(&word.as_str()))
        });
        ends.next().filter(|_| ends.next().is_none()).map(Told::Ended)
    })
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn what_is_out_of_service_is_told_by_a_flag_or_a_day() {
        let port = schema(&[
            "cranes: id int, label text, is_active boolean",
            "tugs: id int, title text, is_retired boolean",
            "pilots: id int, full_name text, start_date date, end_date date",
        ]);
        check(
            &port,
            &[
                (
                    "cranes out of service",
                    "SELECT * FROM cranes WHERE is_active = 0",
                ),
                (
                    "tugs that are still in service",
                    "SELECT * FROM tugs WHERE is_retired = 0",
                ),
                (
                    "tugs that are out of order",
                    "SELECT * FROM tugs WHERE is_retired = 1",
                ),
                (
                    "how many pilots are still employed",
                    "SELECT COUNT(*) FROM pilots WHERE end_date IS NULL",
                ),
            ],
        );
    }
}
