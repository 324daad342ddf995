//! Finds the sample values that spans of a question spell, also places by their other names.

use super::alike;
use super::codes;
use super::countries;
use super::exonyms;
use super::languages;
use super::lexicon::{ColumnId, Lexicon, Sort};
use super::link::{Span, ValueHit};
use super::stem::singular;
use super::text::Token;
use super::{phrases, values, words};

/// The longest sample value that is looked for, in words.
const MAX_VALUE_SPAN: usize = 8;

/// All spans that name a known value, overlapping ones too.
pub(crate) fn sample_values(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Vec<Span<Vec<ValueHit>>> {
    let keys: Vec<String> = tokens.iter().map(|token| key(&token.lower)).collect();
    let mut found: Vec<Span<Vec<ValueHit>>> = Vec::new();
    for (number, entry) in lexicon.columns.iter().enumerate() {
        if !matches!(entry.sort, Sort::Text | Sort::Other) {
            continue;
        }
        for sample in &entry.column.samples {
            let head = first_word(sample);
            if head.is_empty() || sample.len() > 80 {
                continue;
            }
            for start in 0..tokens.len() {
                if !starts_like(&keys[start], head) {
                    continue;
                }
                if let Some(end) = value_end(sample, &keys, start)
                    && grade(sample) == grade(&tokens[end - 1].text)
                {
                    let hit = ValueHit {
                        column: ColumnId(number),
                        value: sample.clone(),
                    };
                    match found
                        .iter_mut()
                        .find(|span| span.start == start && span.end == end)
                    {
                        Some(span) => span.what.push(hit),
                        None => found.push(Span {
                            start,
                            end,
                            what: vec![hit],
                        }),
                    }
                }
            }
        }
    }
    other_names(lexicon, tokens, &keys, &mut found);
    alike::other_words(lexicon, tokens, &keys, &mut found);
    coded(lexicon, tokens, &mut found);
    found
}

/// Words that columns of codes have a short form of, where nothing of the schema is called so: `ELEC` for "electronics".
fn coded(lexicon: &Lexicon<'_>, tokens: &[Token], found: &mut Vec<Span<Vec<ValueHit>>>) {
    let columns: Vec<(usize, &[String])> = lexicon
        .columns
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.sort == Sort::Text && codes::are_codes(&entry.column.samples))
        .map(|(number, entry)| (number, entry.column.samples.as_slice()))
        .collect();
    if columns.is_empty() {
        return;
    }
    for (start, token) in tokens.iter().enumerate() {
        // "available rooms": elsewhere the word says nothing.
        let describes = matches!(token.lower.as_str(), "available" | "complete")
            && (tokens.get(start + 1).is_some_and(Token::is_word)
                || start > 0 && matches!(tokens[start - 1].lower.as_str(), "are" | "is" | "still"));
        let is_open = token.is_word()
            && token.lower.len() >= 4
            && (describes || !words::STOP.contains(token.lower.as_str()))
            && !words::VERBS.contains(token.lower.as_str())
            && !phrases::is_part(&token.lower)
            && !found.iter().any(|span| span.start <= start && span.end > start);
        // "on leave", "in transit": the noun alone says less.
        let on = start > 0
            && matches!(tokens[start - 1].lower.as_str(), "on" | "in" | "under")
            && STANDS.contains(&token.lower.as_str());
        if !is_open && !on {
            continue;
        }
        let is_named = !lexicon.senses(&token.lower, &token.stem).is_empty()
            || !lexicon.vowelless(&token.lower, &token.stem).is_empty();
        let is_spelled = lexicon.has_word(&token.lower) || lexicon.has_word(&singular(&token.lower));
        let unsaid = on || describes || !is_spelled && is_qualifier(&token.lower) || !is_named;
        let ranked: Vec<(usize, ValueHit)> = columns
            .iter()
            .filter_map(|(number, samples)| {
                let usual = codes::distance(&token.lower, &lexicon.columns[*number].words)
                    .filter(|_| unsaid && (on || describes || !values::is_known(&token.lower)))
                    .and_then(|far| {
                        codes::usual(&token.lower, samples).map(|(rank, code)| (far + rank, code))
                    });
                let cut = || (!is_named).then(|| codes::cut(&token.lower, samples)).flatten();
                let (rank, value) = usual.or_else(|| cut().map(|code| (0, code)))?;
                let hit = ValueHit {
                    column: ColumnId(*number),
                    value: value.clone(),
                };
                Some((rank, hit))
            })
            .collect();
        // CORP says "corporate" better than any C does.
        let spelled =
            |hit: &ValueHit| hit.value.len() >= 3 && token.lower.starts_with(&hit.value.to_ascii_lowercase());
        let is_spelled_out = ranked.iter().any(|(_, hit)| spelled(hit));
        let ranked: Vec<(usize, ValueHit)> = ranked
            .into_iter()
            .filter(|(_, hit)| !is_spelled_out || spelled(hit))
            .collect();
        // The most usual code of all columns is meant.
        let least = ranked.iter().map(|(rank, _)| *rank).min();
        let hits: Vec<ValueHit> = ranked
            .into_iter()
            .filter(|(rank, _)| Some(*rank) == least)
            .map(|(_, hit)| hit)
            .collect();
        if !hits.is_empty() {
            found.push(Span {
                start: start - usize::from(on),
                end: start + 1,
                what: hits,
            });
        }
    }
}

/// Nouns that say a state after "on", "in" or "under".
const STANDS: &[&str] = &[
    "leave",
    "hold",
    "probation",
    "progress",
    "transit",
    "review",
    "maintenance",
    "repair",
    "process",
];

/// Whether a word is an adjective of a figure, which says a kind where it stands alone: "hourly employees", not hours.
fn is_qualifier(lower: &str) -> bool {
    lower.ends_with("ly") || lower.ends_with("ied")
}

/// Places that the question calls otherwise than the values do.
fn other_names(
    lexicon: &Lexicon<'_>,
    tokens: &[Token],
    keys: &[String],
    found: &mut Vec<Span<Vec<ValueHit>>>,
) {
    for start in 0..keys.len() {
        for end in (start + 1..=keys.len().min(start + exonyms::LONGEST)).rev() {
            let capitals = tokens[start..end]
                .iter()
                .all(|token| token.text.chars().all(char::is_uppercase));
            let spelled = keys[start..end].join(" ");
            let names: Vec<&str> = exonyms::others(&spelled, capitals).collect();
            if names.is_empty() || found.iter().any(|span| span.start <= start && span.end >= end) {
                continue;
            }
            let hits: Vec<ValueHit> = lexicon
                .columns
                .iter()
                .enumerate()
                .filter(|(_, entry)| matches!(entry.sort, Sort::Text | Sort::Other))
                .filter_map(|(number, entry)| {
                    let samples = &entry.column.samples;
                    let same = |sample: &&String| {
                        let shape = sample.len() > 2 || sample.chars().all(char::is_uppercase);
                        shape && names.contains(&key(sample).as_str())
                    };
                    let coded = || {
                        let code = countries::code_of(&spelled, countries::letters_in(entry)?)?;
                        samples.contains(&code).then_some(code)
                    };
                    let spoken = || languages::value_of(&spelled, entry).filter(|_| !samples.is_empty());
                    let value = samples
                        .iter()
                        .find(same)
                        .cloned()
                        .or_else(coded)
                        .or_else(spoken)?;
                    Some(ValueHit {
                        column: ColumnId(number),
                        value,
                    })
                })
                .collect();
            if !hits.is_empty() {
                found.push(Span {
                    start,
                    end,
                    what: hits,
                });
                break;
            }
        }
    }
}

/// The sign at the end of a short code, which tells it from another: `A+`, `A-`.
fn grade(text: &str) -> Option<char> {
    text.chars()
        .last()
        .filter(|last| matches!(last, '+' | '-') && text.len() <= 3)
}

fn first_word(sample: &str) -> &str {
    let trimmed = sample.trim_start_matches(|c: char| !c.is_alphanumeric());
    let end = trimmed
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(trimmed.len());
    &trimmed[..end]
}

/// A cheap test before the words are compared: same first letters, in any case.
fn starts_like(key: &str, head: &str) -> bool {
    let mut letters = key.chars();
    head.chars()
        .take(3)
        .all(|c| letters.next().is_some_and(|k| c.to_lowercase().next() == Some(k)))
}

/// The end of the span at `start` that spells the sample, in any case and punctuation; a single word also in the plural.
fn value_end(sample: &str, keys: &[String], start: usize) -> Option<usize> {
    let wanted = key(sample);
    // One letter says nothing, one Chinese character is a word.
    if wanted.chars().count() < 2
        && sample
            .chars()
            .next()
            .is_some_and(|c| c.is_ascii() && !c.is_uppercase())
    {
        return None;
    }
    let mut said = String::new();
    for end in start + 1..=keys.len().min(start + MAX_VALUE_SPAN) {
        if !said.is_empty() {
            said.push(' ');
        }
        said.push_str(&keys[end - 1]);
        if said == wanted
            || (end == start + 1 && wanted.len() > 2 && !wanted.contains(' ') && singular(&said) == wanted)
        {
            return Some(end);
        }
        if said.len() > wanted.len() {
            return None;
        }
    }
    None
}

/// Lower case, with every run of other characters as one blank.
pub(super) fn key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() {
            key.extend(c.to_lowercase());
        } else if !key.ends_with(' ') && !key.is_empty() {
            key.push(' ');
        }
    }
    key.trim_end().to_owned()
}
