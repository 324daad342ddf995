//! Codes of languages, as data.

use super::lexicon::{ColumnEntry, Sort};

/// A language with its usual codes, of two letters and of three.
const LANGUAGES: &[(&str, &str)] = &[
    ("arabic", "ar ara"),
    ("chinese", "zh zho chi cn"),
    ("czech", "cs ces cze"),
    ("danish", "da dan"),
    ("dutch", "nl nld dut"),
    ("english", "en eng"),
    ("finnish", "fi fin"),
    ("french", "fr fra fre"),
    ("german", "de deu ger"),
    ("greek", "el ell gre"),
    ("hebrew", "he heb"),
    ("hindi", "hi hin"),
    ("hungarian", "hu hun"),
    ("indonesian", "id ind"),
    ("italian", "it ita"),
    ("japanese", "ja jpn jp"),
    ("korean", "ko kor kr"),
    ("latin", "la lat"),
    ("norwegian", "no nor nb"),
    ("polish", "pl pol"),
    ("portuguese", "pt por"),
    ("romanian", "ro ron rum"),
    ("russian", "ru rus"),
    ("spanish", "es spa"),
    ("swedish", "sv swe"),
    ("thai", "th tha"),
    ("turkish", "tr tur"),
    ("ukrainian", "uk ukr"),
    ("vietnamese", "vi vie"),
];

/// The value of a column of languages that is the code of one, as its samples spell it; of two letters where there are none.
pub(crate) fn value_of(name: &str, entry: &ColumnEntry<'_>) -> Option<String> {
    let spoken = entry
        .words
        .iter()
        .any(|word| matches!(word.as_str(), "language" | "lang" | "locale"));
    let (_, codes) = LANGUAGES.iter().find(|(language, _)| *language == name)?;
    if !spoken || !matches!(entry.sort, Sort::Text | Sort::Other) {
        return None;
    }
    let samples = &entry.column.samples;
    let mut codes = codes.split(' ');
    if samples.is_empty() {
        let short = entry
            .column
            .type_name
            .to_ascii_lowercase()
            .replace(' ', "")
            .ends_with("char(2)");
        return codes.next().filter(|_| short).map(str::to_ascii_uppercase);
    }
    codes.find_map(|code| {
        samples
            .iter()
            .find(|sample| sample.eq_ignore_ascii_case(code))
            .cloned()
    })
}
