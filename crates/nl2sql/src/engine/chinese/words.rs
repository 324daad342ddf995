//! The Chinese words that are known whatever the schema: marks of structure, nouns, states and places, from tables of data.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::marks::{MARKS, Mark};

/// The longest word of the tables or of a schema, in characters.
pub(crate) const LONGEST: usize = 10;

/// A word with its English readings, likeliest first.
pub(crate) type Readings = Vec<&'static str>;

/// Nouns and verbs that name tables and columns, by the trade that they come from.
const NOUNS: &[&str] = &[
    include_str!("nouns/analysis.txt"),
    include_str!("nouns/common.txt"),
    include_str!("nouns/computing.txt"),
    include_str!("nouns/connected.txt"),
    include_str!("nouns/defence.txt"),
    include_str!("nouns/endings.txt"),
    include_str!("nouns/energy.txt"),
    include_str!("nouns/geography.txt"),
    include_str!("nouns/health.txt"),
    include_str!("nouns/machines.txt"),
    include_str!("nouns/media.txt"),
    include_str!("nouns/medicine.txt"),
    include_str!("nouns/money.txt"),
    include_str!("nouns/people.txt"),
    include_str!("nouns/science.txt"),
    include_str!("nouns/study.txt"),
    include_str!("nouns/systems.txt"),
    include_str!("nouns/things.txt"),
    include_str!("nouns/trade.txt"),
    include_str!("nouns/travel.txt"),
    include_str!("nouns/work.txt"),
];
const STATES: &[&str] = &[
    include_str!("states.txt"),
    include_str!("states_computing.txt"),
    include_str!("states_makers.txt"),
    include_str!("states_medicine.txt"),
    include_str!("states_peoples.txt"),
    include_str!("states_technical.txt"),
];
const PLACES: &[&str] = &[
    include_str!("places.txt"),
    include_str!("places_america.txt"),
    include_str!("places_capitals.txt"),
    include_str!("places_china.txt"),
    include_str!("places_cities.txt"),
    include_str!("places_world.txt"),
];

static MARK_OF: LazyLock<HashMap<&'static str, Mark>> = LazyLock::new(|| {
    let split = |(mark, said): &(Mark, &'static str)| -> Vec<(&'static str, Mark)> {
        said.split_whitespace().map(|said| (said, *mark)).collect()
    };
    MARKS.iter().flat_map(split).collect()
});
static NOUN_OF: LazyLock<HashMap<String, Readings>> = LazyLock::new(|| read(NOUNS));
static PLACE_OF: LazyLock<HashMap<String, Readings>> = LazyLock::new(|| read(PLACES));
static STATE_OF: LazyLock<HashMap<String, Readings>> = LazyLock::new(|| {
    let mut states = read(STATES);
    // 归档 says of itself what 已归档 says: 未归档 is its opposite.
    let bare: Vec<(String, Readings)> = states
        .iter()
        .filter_map(|(word, said)| {
            let bare = word.strip_prefix('已').or_else(|| word.strip_prefix('被'))?;
            (bare.chars().count() > 1).then(|| (bare.to_owned(), said.clone()))
        })
        .collect();
    for (word, said) in bare {
        states.entry(word).or_insert(said);
    }
    states
});

/// Lines of `words: reading|reading`; a word that stands twice has the readings of both lines.
fn read(files: &[&'static str]) -> HashMap<String, Readings> {
    let mut found: HashMap<String, Readings> = HashMap::new();
    for (words, said) in files
        .iter()
        .flat_map(|file| file.lines())
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(':'))
    {
        for word in words.split_whitespace() {
            let readings = found.entry(word.to_owned()).or_default();
            for reading in said.split('|').map(str::trim) {
                if !readings.contains(&reading) {
                    readings.push(reading);
                }
            }
        }
    }
    found
}

/// What a phrase of structure does.
pub(crate) fn mark(word: &str) -> Option<Mark> {
    MARK_OF.get(word).copied()
}

/// The English readings of a noun.
pub(crate) fn noun(word: &str) -> Option<&'static Readings> {
    NOUN_OF.get(word)
}

/// The English values of a state or kind.
pub(crate) fn state(word: &str) -> Option<&'static Readings> {
    STATE_OF.get(word)
}

/// The English names of a place.
pub(crate) fn place(word: &str) -> Option<&'static Readings> {
    PLACE_OF.get(word)
}

/// Whether a word is a noun that schemas use.
pub(crate) fn is_noun(word: &str) -> bool {
    let word = super::traditional::simplified(word);
    noun(&word).is_some() && mark(&word).is_none()
}

/// Whether a word is in any of the tables.
pub(crate) fn is_word(word: &str) -> bool {
    mark(word).is_some() || noun(word).is_some() || state(word).is_some() || place(word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_tables_has_words_and_readings() {
        for file in NOUNS.iter().chain(STATES).chain(PLACES) {
            for line in file.lines().filter(|line| !line.starts_with('#')) {
                let (words, said) = line.split_once(':').unwrap_or_else(|| panic!("{line}"));
                assert!(
                    words
                        .split_whitespace()
                        .all(|word| word.chars().count() <= LONGEST),
                    "{line}"
                );
                assert!(!words.trim().is_empty(), "{line}");
                assert!(
                    said.split('|').all(|reading| !reading.trim().is_empty()),
                    "{line}"
                );
            }
        }
    }

    #[test]
    fn a_word_of_two_trades_has_the_readings_of_both() {
        assert!(noun("用户").is_some_and(|said| said.first() == Some(&"user")));
        assert!(state("归档").is_some());
        assert!(is_noun("訂單"));
    }
}
