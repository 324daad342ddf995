//! Reads opposites of yes and no that are no single word: "part-time staff", "on-site employees".

use super::lexicon::{Lexicon, Sort};
use super::text::{Token, replaced};

/// The question with a denial in the place of an opposite, when it has one.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    opposed(lexicon, tokens)
}

/// `part-time staff` are not full time, where a column of yes and no tells who is.
fn opposed(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const OPPOSED: &[(&[&str], &[&str])] = &[
        (&["part", "time"], &["full", "time"]),
        (&["full", "time"], &["part", "time"]),
        (&["on", "site"], &["remote"]),
        (&["in", "office"], &["remote"]),
        (&["off", "site"], &["on", "site"]),
        (&["smoke", "free"], &["smoking"]),
    ];
    let flag = |words: &[&str]| {
        lexicon.columns.iter().any(|entry| {
            let whole = entry.words.concat();
            entry.sort == Sort::Truth && whole.strip_prefix("is").unwrap_or(&whole) == words.concat()
        })
    };
    let known = |said: &[&str]| {
        let joined = [said.join(" "), said.join("-"), said.join("_"), said.concat()];
        lexicon.columns.iter().any(|entry| {
            let samples = entry.column.samples.iter();
            let mut same = samples.filter(|sample| joined.iter().any(|one| sample.eq_ignore_ascii_case(one)));
            same.next().is_some()
        })
    };
    let parts: Vec<(usize, &str)> = tokens
        .iter()
        .enumerate()
        .flat_map(|(at, token)| token.lower.split('-').map(move |part| (at, part)))
        .collect();
    OPPOSED.iter().find_map(|(said, held)| {
        let found = parts
            .windows(said.len())
            .find(|window| window.iter().zip(*said).all(|((_, part), word)| part == word))?;
        let (from, to) = (found.first()?.0, found.last()?.0 + 1);
        let whole = tokens[from..to]
            .iter()
            .map(|token| token.lower.split('-').count())
            .sum::<usize>()
            == said.len();
        let fits = whole && flag(held) && !flag(said) && !known(said);
        fits.then(|| replaced(tokens, from, to, &format!("not {}", held.join(" "))))
    })
}
