//! "Did you mean": the closest of the words that would have been right.

/// Likeness (0 to 1, Damerau-Levenshtein) below which a word is no help.
const LIKE: f64 = 0.6;

/// The word most like `word`, when one is like it at all.
pub fn closest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for candidate in words {
        let lower = candidate.to_ascii_lowercase();
        let likeness = if lower == word.replace('-', "_") {
            1.0
        } else {
            strsim::normalized_damerau_levenshtein(&word, &lower)
        };
        if likeness >= LIKE && best.is_none_or(|(most, _)| likeness > most) {
            best = Some((likeness, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let keys = ["host", "port", "socket_path", "timeout"];
        assert_eq!(closest("prot", keys), Some("port"));
        assert_eq!(closest("Socket-Path", keys), Some("socket_path"));
        assert_eq!(closest("time_out", keys), Some("timeout"));
        assert_eq!(closest("banana", keys), None);
    }
}
