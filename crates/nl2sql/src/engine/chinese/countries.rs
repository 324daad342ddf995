//! How a schema in English spells a country that a Chinese question names, where no sample tells.

use super::is_han;
use super::known::Known;
use crate::engine::countries;

impl Known<'_, '_> {
    /// How an English schema without samples spells a country that a Chinese word names.
    pub(super) fn country(&self, readings: &[&'static str]) -> Option<String> {
        let lexicon = self.lexicon.filter(|lexicon| !lexicon.is_pinyin)?;
        let is_country = readings.iter().any(|said| countries::code_of(said, 2).is_some());
        let mut columns = lexicon
            .columns
            .iter()
            .filter(|entry| {
                entry
                    .words
                    .iter()
                    .any(|word| matches!(word.as_str(), "country" | "nation" | "nationality"))
            })
            .peekable();
        let any = columns.peek().is_some();
        let english = columns.all(|entry| {
            let comment = entry.column.comment.as_deref().unwrap_or_default();
            entry.column.samples.is_empty() && !comment.chars().any(is_han)
        });
        let first = readings.first().filter(|_| is_country && any && english)?;
        Some(match *first {
            "usa" | "uk" | "uae" => first.to_uppercase(),
            first => first.split(' ').map(capital).collect::<Vec<_>>().join(" "),
        })
    }
}

/// A word with a capital.
pub(super) fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
