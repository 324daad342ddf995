//! Which value of a schema a Chinese word for a state stands for: one that a sample spells, or that a flag or a moment tells.

use super::known::{Known, says};
use super::words::Readings;
use crate::engine::codes as usual_codes;
use crate::engine::lexicon::{Sort, TableId};
use crate::engine::values;

impl Known<'_, '_> {
    /// The reading of a state that a sample or a column of yes and no has, and whether one has.
    pub(super) fn state(&self, readings: &Readings, home: Option<TableId>) -> (String, bool) {
        // A word that columns are known to hold, or that has a usual code, sooner than one that is only a translation.
        let usual = readings
            .iter()
            .find(|said| values::is_exactly_known(said) || usual_codes::is_known(said));
        let first = usual.or(readings.first()).copied().unwrap_or_default().to_owned();
        let Some(lexicon) = self.lexicon else {
            return (first, true);
        };
        let truth = |said: &&str, home: Option<TableId>| {
            let fits = lexicon.columns.iter().any(|entry| {
                let holds = match entry.sort {
                    Sort::Truth => true,
                    // 已付款 is told by the day of it; 待处理 is not told by the day of an opening.
                    Sort::Day { .. } => {
                        !matches!(*said, "open" | "new" | "todo" | "pending" | "free") && is_participle(said)
                    }
                    _ => false,
                };
                holds && home.is_none_or(|home| entry.table == home) && says(&entry.words, said)
            });
            (fits && said.len() > 1).then(|| (*said).to_owned())
        };
        // The thing in question first, then anything.
        let homes = [home, None];
        homes[usize::from(home.is_none())..]
            .iter()
            .find_map(|home| {
                let sampled = readings.iter().find_map(|said| self.sampled(said, *home));
                sampled.or_else(|| readings.iter().find_map(|said| truth(said, *home)))
            })
            .map_or((first, false), |said| (said, true))
    }

    /// How a sample spells an English word.
    pub(super) fn sampled(&self, said: &str, home: Option<TableId>) -> Option<String> {
        let lexicon = self.lexicon?;
        let columns = lexicon.columns.iter();
        columns
            .filter(|entry| home.is_none_or(|home| entry.table == home))
            .find_map(|entry| {
                let text = matches!(entry.sort, Sort::Text | Sort::Other);
                let sample = entry.column.samples.iter().find(|sample| same_word(sample, said));
                sample
                    .filter(|_| {
                        text && (said.len() > 1 || entry.words.iter().any(|w| w == "gender" || w == "sex"))
                    })
                    .cloned()
            })
    }
}

/// Whether a word says what was done, not what is: `paid`, never `call`.
fn is_participle(said: &str) -> bool {
    const OTHERS: &[&str] = &[
        "sent", "sold", "left", "built", "held", "lost", "made", "begun", "shut", "paid", "won", "bought",
        "read", "done", "born", "spent",
    ];
    said.split(' ').any(|word| {
        word.ends_with("ed") || word.ends_with("en") || word.ends_with("wn") || OTHERS.contains(&word)
    })
}

/// Whether a sample is a word, in any case, in the singular or plural, with blanks or underscores.
fn same_word(sample: &str, said: &str) -> bool {
    let plain = |c: char| {
        if matches!(c, '_' | '-') {
            ' '
        } else {
            c.to_ascii_lowercase()
        }
    };
    let same = |sample: &str| sample.chars().map(plain).eq(said.chars());
    same(sample) || sample.len() > 3 && sample.strip_suffix(['s', 'S']).is_some_and(same)
}
