//! Recognises questions after a measure by its adjective: "how big is …", "how old are …".

use super::items::Kind;
use super::plan::Expr;
use super::reading::Reading;
use super::text::Token;

/// Adjectives after `how`, and the words of columns that measure them, likeliest first.
const MEASURES: &[(&[&str], &[&str])] = &[
    (&["big", "large"], &["area", "size", "capacity", "population"]),
    (&["high"], &["height", "elevation", "altitude"]),
    (&["tall"], &["height", "elevation", "altitude"]),
    (
        &["long"],
        &["length", "duration", "runtime", "distance", "milliseconds"],
    ),
    (&["old"], &["age", "birth", "birthday", "dob", "founded", "built"]),
    (&["heavy"], &["weight", "mass"]),
    (
        &["expensive", "costly", "cheap"],
        &["price", "cost", "fee", "rate"],
    ),
    (&["fast", "quick"], &["speed", "velocity"]),
    (&["far"], &["distance", "mileage"]),
    (&["deep"], &["depth"]),
    (&["wide"], &["width", "breadth"]),
    (&["populous", "populated"], &["population", "density"]),
    (&["dense", "crowded"], &["density", "population"]),
    (&["popular"], &["popularity", "rating", "votes", "views"]),
    (&["good"], &["rating", "score", "grade"]),
];

/// The words of columns that `how big` and the like ask for.
pub(crate) fn measure(tokens: &[Token]) -> Option<&'static [&'static str]> {
    let at = tokens.iter().position(|token| token.lower == "how")?;
    let adjective = tokens.get(at + 1)?.lower.as_str();
    MEASURES
        .iter()
        .find(|(words, _)| words.contains(&adjective))
        .map(|(_, hint)| *hint)
}

impl Reading<'_> {
    /// `how big is Alaska`: the measure that the adjective asks for.
    pub(crate) fn read_how(&mut self) {
        for at in 1..self.items.len() {
            if self.word(at - 1) != "how"
                || !self.is_free(at)
                || !matches!(self.items[at].kind, Kind::Word | Kind::Mention(..))
            {
                continue;
            }
            let Some((_, hint)) = MEASURES.iter().find(|(words, _)| words.contains(&self.word(at))) else {
                continue;
            };
            let fits = |id| self.is_measure(id) || self.is_day(id) || self.lexicon.is_text_measure(id);
            if let Some(column) = self.hinted(self.home, hint, fits) {
                self.mark(at);
                self.plan.select.push(Expr::Column(column));
            }
        }
    }
}
