//! Says why a question has no answer, and what to ask instead.

use super::items::{Item, Kind};
use super::leftover::Part;
use super::lexicon::{ColumnId, Lexicon, TableId};
use super::phrases::{Function, Phrase};
use super::reading::Reading;
use super::stem;
use super::text::Token;
use super::{Refusal, RefusalKind, gate, shown, small_talk};

/// The most names that a reason lists.
const LISTED: usize = 8;

/// Words that ask for the database as a whole.
const WHOLE: &[&str] = &[
    "tables",
    "table",
    "everything",
    "schema",
    "schemas",
    "database",
    "databases",
    "anything",
    "structure",
];

/// Why no table of the schema is what the question is about.
pub(crate) fn not_in_schema(lexicon: &Lexicon<'_>, tokens: &[Token], items: &[Item]) -> Refusal {
    if gate::is_small_talk(tokens) {
        return small_talk();
    }
    let word = items
        .iter()
        .find(|item| item.kind == Kind::Word)
        .map(|item| tokens[item.start].text.clone());
    match word {
        Some(word) => unknown_subject(lexicon, &word),
        None => Refusal {
            kind: RefusalKind::NotUnderstood,
            reason: format!("the question names no table or column; {}", overview(lexicon)),
            suggestions: Vec::new(),
        },
    }
}

/// Why a noun is nothing that can be asked for.
pub(crate) fn unknown_subject(lexicon: &Lexicon<'_>, word: &str) -> Refusal {
    if WHOLE.contains(&word.to_lowercase().as_str()) {
        return Refusal {
            kind: RefusalKind::NotUnderstood,
            reason: format!(
                "one question reads one thing, not the whole database; {}",
                overview(lexicon)
            ),
            suggestions: Vec::new(),
        };
    }
    let suggestions = near_names(lexicon, word);
    let advice = if suggestions.is_empty() {
        overview(lexicon)
    } else {
        "ask for one of its tables or columns".to_owned()
    };
    Refusal {
        kind: RefusalKind::NotInSchema,
        reason: format!("the schema has nothing called \"{}\"; {advice}", shown(word)),
        suggestions,
    }
}

/// The tables there are, and how to ask for one.
fn overview(lexicon: &Lexicon<'_>) -> String {
    let names: Vec<&str> = lexicon
        .tables
        .iter()
        .take(LISTED)
        .map(|entry| entry.table.name.as_str())
        .collect();
    let more = lexicon.tables.len().saturating_sub(LISTED);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!(
        "the tables are {}{more}; ask for one of them, for example \"list all {first}\" or \"how many {first} are there\"",
        names.join(", "),
        first = names.first().copied().unwrap_or("rows"),
    )
}

/// Why a word that decides the answer could not be placed.
pub(crate) fn leftover(reading: &Reading<'_>, at: usize, end: usize, part: Part) -> Refusal {
    let words: Vec<String> = (at..=end).map(|i| reading.raw(i)).collect();
    let word = shown(&words.join(" "));
    let home = &reading.lexicon.table(reading.home).table.name;
    let numbers = |days: bool| {
        named(reading, |id| {
            reading.is_measure(id) || (days && reading.is_day(id))
        })
    };
    let all = || named(reading, |_| true);
    let (what, columns) = match part {
        Part::Figure(Function::Count) => return unknown_subject(reading.lexicon, &word),
        Part::Figure(function) => (
            format!("to take the {} of", figure(function)),
            (format!("columns of {home} with numbers"), numbers(false)),
        ),
        Part::Rank => (
            "to rank by".to_owned(),
            (format!("columns of {home} that can be ranked"), numbers(true)),
        ),
        Part::Compared => ("to compare".to_owned(), (format!("columns of {home}"), all())),
        Part::Group => ("to group by".to_owned(), (format!("columns of {home}"), all())),
        Part::Adjective => {
            return Refusal {
                kind: RefusalKind::NotInSchema,
                reason: format!(
                    "nothing in the schema says which {home} are \"{word}\"; name the column and the value that tell ({home} has {})",
                    listed(&all())
                ),
                suggestions: near_names(reading.lexicon, &words[0]),
            };
        }
        Part::Condition => {
            return Refusal {
                kind: RefusalKind::NotInSchema,
                reason: format!(
                    "\"{word}\" could not be placed: it is no table, column or known value, and an answer without it would answer another question; \
                     name the column it belongs to ({home} has {})",
                    listed(&all())
                ),
                suggestions: near_names(reading.lexicon, &words[0]),
            };
        }
    };
    let (label, names) = columns;
    Refusal {
        kind: RefusalKind::NotInSchema,
        reason: format!(
            "the schema has nothing called \"{word}\" {what}; {label}: {}",
            listed(&names)
        ),
        suggestions: near_names(reading.lexicon, &words[0]),
    }
}

/// Why too little of a question is understood.
pub(crate) fn vague(reading: &Reading<'_>, at: usize) -> Refusal {
    let word = shown(&reading.raw(at));
    let home = &reading.lexicon.table(reading.home).table.name;
    Refusal {
        kind: RefusalKind::NotUnderstood,
        reason: format!(
            "too little of the question is understood to answer it, beginning with \"{word}\"; ask in the words of the schema ({home} has {})",
            listed(&named(reading, |_| true))
        ),
        suggestions: near_names(reading.lexicon, &reading.raw(at)),
    }
}

/// Why a phrase of structure could not be placed.
pub(crate) fn lost(reading: &Reading<'_>, at: usize) -> Refusal {
    let word = shown(&reading.raw(at));
    let home = &reading.lexicon.table(reading.home).table.name;
    let rank = matches!(
        reading.phrase(at),
        Some(Phrase::Superlative { .. } | Phrase::Most(_) | Phrase::Top | Phrase::Bottom)
    );
    let advice = if rank {
        let names = named(reading, |id| reading.is_measure(id) || reading.is_day(id));
        format!(
            "nothing says what to rank {home} by; name a column that can be ranked: {}",
            listed(&names)
        )
    } else {
        let names = named(reading, |_| true);
        format!(
            "say it beside the column it speaks of; {home} has {}",
            listed(&names)
        )
    };
    Refusal {
        kind: RefusalKind::NotUnderstood,
        reason: format!("\"{word}\" could not be placed: {advice}"),
        suggestions: Vec::new(),
    }
}

/// The names of the home table's columns that `fits` allows, keys last.
fn named(reading: &Reading<'_>, fits: impl Fn(ColumnId) -> bool) -> Vec<String> {
    let columns = |table: TableId| {
        reading
            .lexicon
            .columns_of(table)
            .filter(|id| fits(*id))
            .map(|id| reading.lexicon.column(id).column.name.clone())
            .collect::<Vec<_>>()
    };
    columns(reading.home)
}

fn listed(names: &[String]) -> String {
    let more = names.len().saturating_sub(LISTED);
    match (names.is_empty(), more) {
        (true, _) => "none".to_owned(),
        (false, 0) => names.join(", "),
        (false, more) => format!("{} and {more} more", names[..LISTED].join(", ")),
    }
}

fn figure(function: Function) -> &'static str {
    match function {
        Function::Count => "count",
        Function::Sum => "sum",
        Function::Avg => "average",
        Function::Min => "minimum",
        Function::Max => "maximum",
    }
}

/// The names of tables and columns that a word is likely a misspelling or a part of, nearest first.
fn near_names(lexicon: &Lexicon<'_>, word: &str) -> Vec<String> {
    let lower: String = word.to_lowercase().chars().take(60).collect();
    let one = stem::singular(&lower);
    let tables = lexicon
        .tables
        .iter()
        .map(|entry| (entry.table.name.as_str(), entry.words.as_slice()));
    let columns = lexicon
        .columns
        .iter()
        .map(|entry| (entry.column.name.as_str(), entry.words.as_slice()));
    let mut names: Vec<(usize, &str)> = tables
        .chain(columns)
        .filter_map(|(name, words)| {
            let whole = strsim::osa_distance(&one, &stem::singular(&name.to_lowercase()));
            let part = words
                .iter()
                .map(|known| strsim::osa_distance(&one, &stem::singular(known)) + 1)
                .min();
            let distance = part.map_or(whole, |part| part.min(whole));
            (distance <= 1 + one.chars().count() / 4).then_some((distance, name))
        })
        .collect();
    names.sort_unstable();
    names.dedup_by(|a, b| a.1 == b.1);
    names
        .into_iter()
        .take(3)
        .map(|(_, name)| name.to_owned())
        .collect()
}
