//! Finds the names that somebody may have meant.

use std::cmp::Ordering;

/// The least similarity (Jaro-Winkler, 0..=1) that still helps. Below it, suggestions are noise.
const LEAST_SIMILARITY: f64 = 0.72;

/// What is this much less similar than the best is not what was meant.
const WIDEST_GAP: f64 = 0.15;

/// The names most similar to `name`, best first, at most `max`; equal ones keep the order of `candidates`.
///
/// Case and underscores do not count, and a name whose parts hold the other's (`name` in `user_name`) is a good one.
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>, max: usize) -> Vec<String> {
    let wanted = plain(name);
    let mut scored: Vec<(f64, &str)> = Vec::new();
    for candidate in candidates {
        let score = similarity(&wanted, &plain(candidate));
        if score >= LEAST_SIMILARITY && !scored.iter().any(|(_, known)| *known == candidate) {
            scored.push((score, candidate));
        }
    }
    let best = scored.iter().map(|(score, _)| *score).fold(0.0, f64::max);
    scored.retain(|(score, _)| *score >= best - WIDEST_GAP);
    scored.sort_by(|a, b| b.0.partial_cmp(&a.0).unwrap_or(Ordering::Equal));
    scored
        .into_iter()
        .take(max)
        .map(|(_, candidate)| candidate.to_owned())
        .collect()
}

fn similarity(wanted: &str, candidate: &str) -> f64 {
    if wanted == candidate {
        return 1.0;
    }
    let (short, long) = if wanted.len() < candidate.len() {
        (wanted, candidate)
    } else {
        (candidate, wanted)
    };
    let holds = short.chars().count() >= 3 && long.contains(short);
    let by_letters = strsim::jaro_winkler(wanted, candidate);
    if holds { by_letters.max(0.9) } else { by_letters }
}

fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| *c != '_' && *c != ' ')
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn what_was_meant_comes_first() {
        let columns = ["id", "created_at", "user_name", "email"];
        assert_eq!(nearest("createdAt", columns, 1), ["created_at"]);
        assert_eq!(nearest("name", columns, 1), ["user_name"]);
        assert_eq!(nearest("emial", columns, 1), ["email"]);
        assert!(nearest("zzz", columns, 3).is_empty());
    }
}
