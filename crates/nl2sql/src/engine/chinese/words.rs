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
    include_str!("nouns/accounts.txt"),
    include_str!("nouns/analysis.txt"),
    include_str!("nouns/banking.txt"),
    include_str!("nouns/common.txt"),
    include_str!("nouns/computing.txt"),
    include_str!("nouns/connected.txt"),
    include_str!("nouns/culture.txt"),
    include_str!("nouns/defence.txt"),
    include_str!("nouns/endings.txt"),
    include_str!("nouns/energy.txt"),
    include_str!("nouns/food.txt"),
    include_str!("nouns/gallery.txt"),
    include_str!("nouns/general.txt"),
    include_str!("nouns/giving.txt"),
    include_str!("nouns/geography.txt"),
    include_str!("nouns/health.txt"),
    include_str!("nouns/home.txt"),
    include_str!("nouns/industry.txt"),
    include_str!("nouns/learning.txt"),
    include_str!("nouns/living.txt"),
    include_str!("nouns/machines.txt"),
    include_str!("nouns/measures.txt"),
    include_str!("nouns/media.txt"),
    include_str!("nouns/medicine.txt"),
    include_str!("nouns/money.txt"),
    include_str!("nouns/nature.txt"),
    include_str!("nouns/objects.txt"),
    include_str!("nouns/office.txt"),
    include_str!("nouns/outing.txt"),
    include_str!("nouns/people.txt"),
    include_str!("nouns/projects.txt"),
    include_str!("nouns/science.txt"),
    include_str!("nouns/selling.txt"),
    include_str!("nouns/society.txt"),
    include_str!("nouns/sport.txt"),
    include_str!("nouns/study.txt"),
    include_str!("nouns/systems.txt"),
    include_str!("nouns/things.txt"),
    include_str!("nouns/trade.txt"),
    include_str!("nouns/travel.txt"),
    include_str!("nouns/warehousing.txt"),
    include_str!("nouns/wider.txt"),
    include_str!("nouns/work.txt"),
    include_str!("nouns/insuring.txt"),
    include_str!("nouns/podcasting.txt"),
    include_str!("nouns/community.txt"),
    include_str!("nouns/stockroom.txt"),
    include_str!("nouns/staffing.txt"),
    include_str!("nouns/everyday.txt"),
];
const STATES: &[&str] = &[
    include_str!("states.txt"),
    include_str!("kinds.txt"),
    include_str!("states_common.txt"),
    include_str!("states_computing.txt"),
    include_str!("states_firms.txt"),
    include_str!("states_general.txt"),
    include_str!("states_home.txt"),
    include_str!("states_kinds.txt"),
    include_str!("states_learning.txt"),
    include_str!("states_life.txt"),
    include_str!("states_makers.txt"),
    include_str!("states_medicine.txt"),
    include_str!("states_office.txt"),
    include_str!("states_outing.txt"),
    include_str!("states_peoples.txt"),
    include_str!("states_sport.txt"),
    include_str!("states_technical.txt"),
    include_str!("states_trade.txt"),
    include_str!("states_wild.txt"),
    include_str!("states_everyday.txt"),
];
const PLACES: &[&str] = &[
    include_str!("places.txt"),
    include_str!("peoples.txt"),
    include_str!("places_america.txt"),
    include_str!("places_capitals.txt"),
    include_str!("places_china.txt"),
    include_str!("places_cities.txt"),
    include_str!("places_world.txt"),
];

static MARKS_OF: LazyLock<HashMap<&'static str, Vec<Mark>>> = LazyLock::new(|| {
    let mut marks: HashMap<&'static str, Vec<Mark>> = HashMap::new();
    for (mark, said) in MARKS {
        for word in said.split_whitespace() {
            marks.entry(word).or_default().push(*mark);
        }
    }
    marks
});
static NOUN_OF: LazyLock<HashMap<String, Readings>> = LazyLock::new(|| read(NOUNS));
static PLACE_OF: LazyLock<HashMap<String, Readings>> = LazyLock::new(|| read(PLACES));
static STATE_OF: LazyLock<HashMap<String, Readings>> = LazyLock::new(|| {
    let mut states = read(STATES);
    // 归档 says of itself what 已归档 says, else what 被归档 does: 未归档 is its opposite.
    let without = |prefix: char| {
        states.iter().filter_map(move |(word, said)| {
            let bare = word.strip_prefix(prefix)?;
            (bare.chars().count() > 1).then(|| (bare.to_owned(), said.clone()))
        })
    };
    let bare: Vec<(String, Readings)> = without('已').chain(without('被')).collect();
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
                if !keeps_figure(word, reading) {
                    continue;
                }
                if !readings.contains(&reading) {
                    readings.push(reading);
                }
            }
        }
    }
    found
}

/// Whether a reading says the figure that a word begins with: 最大容量 is no plain capacity, of which the highest is asked.
fn keeps_figure(word: &str, reading: &str) -> bool {
    const FIGURES: &[&str] = &[
        "最大", "最小", "最高", "最低", "最多", "最少", "最长", "最短", "平均",
    ];
    const SAID: &[&str] = &[
        "max",
        "maximum",
        "min",
        "minimum",
        "highest",
        "lowest",
        "high",
        "low",
        "top",
        "peak",
        "most",
        "least",
        "longest",
        "shortest",
        "average",
        "avg",
        "mean",
        "supreme",
        "gust",
        "gpa",
        "aov",
        "mttr",
        "moq",
        "expectancy",
    ];
    !FIGURES.iter().any(|figure| word.starts_with(figure))
        || reading.split([' ', '_']).any(|part| SAID.contains(&part))
}

/// What a phrase of structure may do.
pub(crate) fn marks(word: &str) -> &'static [Mark] {
    MARKS_OF.get(word).map_or(&[], Vec::as_slice)
}

/// Whether a phrase may do something.
pub(crate) fn is_mark(word: &str, mark: Mark) -> bool {
    marks(word).contains(&mark)
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
    noun(&word).is_some() && marks(&word).is_empty()
}

/// Whether a text is what is left of a Chinese question rather than a word of it: one character, or a phrase of structure.
pub(crate) fn is_scrap(text: &str) -> bool {
    const KEPT: &[&str] = &["男", "女", "公", "母", "雄", "雌", "是", "否"];
    let mut chars = text.chars();
    let one = chars.next().is_some_and(super::is_han) && chars.next().is_none();
    one && !KEPT.contains(&text) || text.chars().any(super::is_han) && !marks(text).is_empty()
}

/// Whether a word is in any of the tables.
pub(crate) fn is_word(word: &str) -> bool {
    !marks(word).is_empty() || noun(word).is_some() || state(word).is_some() || place(word).is_some()
}

/// All words of structure, and one in some of the nouns and states: what questions are made of.
#[cfg(test)]
pub(crate) fn listed() -> Vec<&'static str> {
    let marks = MARKS.iter().flat_map(|(_, said)| said.split_whitespace());
    let known = NOUNS.iter().chain(STATES).flat_map(|file| file.lines());
    let named = known
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(':'))
        .filter_map(|(words, _)| words.split_whitespace().next());
    marks.chain(named.step_by(3)).collect()
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
        // 被借出 says it, too, with other readings first.
        assert_eq!(state("借出"), state("已借出"));
        assert!(is_noun("訂單"));
    }
}
