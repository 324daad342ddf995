//! Leaves out what a question only says about itself: "(only count those with at least one)", "i mean the last 7 days", "as a percentage".

use jiff::civil::Date;

use super::lexicon::Lexicon;
use super::paraphrase::{Step, in_turn};
use super::period;
use super::text::{Token, replaced, word_at};

/// Words that rank groups by how many rows they have.
const RANKED: &[&str] = &["fewest", "least", "most", "lowest", "smallest", "top", "bottom"];
/// Words that begin what is to be counted only, or left out.
const ONLY: &[&str] = &[
    "only",
    "count",
    "consider",
    "including",
    "include",
    "excluding",
    "exclude",
    "ignore",
    "ignoring",
    "among",
    "just",
    "not",
    "without",
    "of",
];
/// Words of an aside that says that there must be one at all.
const ASIDE: &[&str] = &[
    "only",
    "count",
    "counting",
    "consider",
    "considering",
    "include",
    "including",
    "excluding",
    "exclude",
    "ignore",
    "ignoring",
    "among",
    "just",
    "not",
    "those",
    "ones",
    "the",
    "that",
    "who",
    "which",
    "with",
    "have",
    "has",
    "at",
    "least",
    "one",
    "1",
    "any",
    "some",
    "none",
    "zero",
    "0",
    "no",
    "had",
    "of",
    "all",
];
/// Words that ask for a part of the whole.
const SHARES: &[&str] = &[
    "share",
    "proportion",
    "fraction",
    "percentage",
    "percent",
    "pct",
    "part",
    "rate",
    "rates",
];

/// The question without its remarks, when it has some.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[
        |_, tokens| meant(tokens),
        |_, tokens| at_least_one(tokens),
        |_, tokens| as_percentage(tokens),
        got,
    ];
    in_turn(STEPS, lexicon, tokens)
}

/// `this week? i mean the last 7 days`: the later time is the one that is meant.
fn meant(tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.windows(2).position(|two| {
        matches!(two[0].lower.as_str(), "i" | "we") && matches!(two[1].lower.as_str(), "mean" | "meant")
    })?;
    let said = &tokens[at + 2..];
    let time = |tokens: &[Token], from: usize| {
        let before = from.checked_sub(1).map(|before| &tokens[before]);
        period::read(&tokens[from..], before, Date::constant(2000, 1, 1)).map(|(_, taken)| from + taken)
    };
    let second = (0..said.len()).find(|from| time(said, *from) == Some(said.len()))?;
    let first = (0..at).find_map(|from| time(&tokens[..at], from).map(|end| (from, end)))?;
    let is_alone = said[..second]
        .iter()
        .all(|token| matches!(token.lower.as_str(), "," | "in" | "within" | "during" | "over"));
    let mut spelled = tokens[..first.0].to_vec();
    if spelled
        .last()
        .is_none_or(|last| !matches!(last.lower.as_str(), "in" | "during" | "over" | "within"))
    {
        spelled.extend(super::text::tokens("in"));
    }
    spelled.extend_from_slice(&said[second..]);
    let rest = tokens[first.1..at].iter();
    spelled.extend(
        rest.filter(|token| !matches!(token.lower.as_str(), "." | ","))
            .cloned(),
    );
    is_alone.then_some(spelled)
}

/// `the driver with the fewest trips (only count those with at least one)`: groups without rows are never ranked.
fn at_least_one(tokens: &[Token]) -> Option<Vec<Token>> {
    let start = (2..tokens.len()).find(|at| {
        let opens = matches!(tokens[at - 1].text.as_str(), "(" | ",");
        opens && ONLY.contains(&word_at(tokens, *at))
    })?;
    let end = (start..tokens.len())
        .find(|at| tokens[*at].text == ")")
        .unwrap_or(tokens.len());
    let aside = &tokens[start..end];
    let is_aside = aside.iter().all(|token| ASIDE.contains(&token.lower.as_str()))
        && aside.iter().any(|token| {
            matches!(
                token.lower.as_str(),
                "one" | "1" | "none" | "zero" | "0" | "any" | "no"
            )
        });
    let is_ranked = tokens[..start]
        .iter()
        .any(|token| RANKED.contains(&token.lower.as_str()));
    (is_aside && is_ranked && end + 1 >= tokens.len()).then(|| tokens[..start - 1].to_vec())
}

/// `what share of trips was cancelled, as a percentage`: a share is told in percent anyhow.
fn as_percentage(tokens: &[Token]) -> Option<Vec<Token>> {
    let [before @ .., last] = tokens else { return None };
    if !matches!(
        last.lower.as_str(),
        "percentage" | "percent" | "percentages" | "%"
    ) {
        return None;
    }
    let lead = before
        .iter()
        .rev()
        .take_while(|token| {
            matches!(
                token.lower.as_str(),
                "as" | "a" | "in" | "," | "expressed" | "shown"
            )
        })
        .count();
    let kept = &before[..before.len() - lead];
    let asked = kept.iter().any(|token| SHARES.contains(&token.lower.as_str()));
    (lead > 0 && asked).then(|| kept.to_vec())
}

/// `trips that got cancelled` were.
fn got(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len().saturating_sub(1)).find(|at| {
        let done = word_at(tokens, at + 1);
        matches!(word_at(tokens, *at), "got" | "get" | "gets")
            && word_at(tokens, at - 1) != "to"
            && done.ends_with("ed")
            && done.len() > 4
    })?;
    (!lexicon.has_word("got")).then(|| replaced(tokens, at, at + 1, "were"))
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, sampled, schema};

    #[test]
    fn what_a_question_says_of_itself_changes_nothing() {
        let harbour = sampled(
            schema(&[
                "pilots: id int, full_name text",
                "ships: id int, name text",
                "dockings: id int, ship_id int > ships, pilot_id int > pilots, state text, docked_at datetime",
            ]),
            &["dockings.state: moored|cancelled|left"],
        );
        check(
            &harbour,
            &[
                (
                    "dockings from this month? i mean the last 10 days",
                    "SELECT * FROM dockings WHERE docked_at >= CURRENT_DATE - INTERVAL 10 DAY",
                ),
                (
                    "the pilot with the fewest dockings (only count those with at least one)",
                    "SELECT pilots.full_name FROM dockings JOIN pilots ON dockings.pilot_id = pilots.id \
                     GROUP BY pilots.id, pilots.full_name ORDER BY COUNT(*) LIMIT 1",
                ),
                (
                    "the pilot with the fewest dockings, excluding those with none",
                    "SELECT pilots.full_name FROM dockings JOIN pilots ON dockings.pilot_id = pilots.id \
                     GROUP BY pilots.id, pilots.full_name ORDER BY COUNT(*) LIMIT 1",
                ),
                (
                    "what share of dockings got cancelled, as a percentage",
                    "SELECT 100.0 * (SELECT COUNT(*) FROM dockings WHERE state = 'cancelled') \
                     / NULLIF((SELECT COUNT(*) FROM dockings), 0)",
                ),
            ],
        );
    }
}
