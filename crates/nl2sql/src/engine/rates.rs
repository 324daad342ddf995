//! Reads rates of what was done: "completion rate by course" is the percentage of completed rows.

use super::codes;
use super::lexicon::{Lexicon, Sort, TableId};
use super::link::Namer;
use super::listings::table_of;
use super::samples::key;
use super::stem::stem;
use super::text::{self, Token, word_at};

/// `completion rate by course` is the percentage of completed rows per course.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    part_of_all(lexicon, tokens).or_else(|| rate(lexicon, tokens))
}

/// `rejected claims as a percentage of all claims` is the percentage of rejected claims.
fn part_of_all(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (2..tokens.len()).find(|at| {
        word_at(tokens, *at) == "as"
            && matches!(word_at(tokens, at + 1), "a" | "the")
            && matches!(
                word_at(tokens, at + 2),
                "percentage" | "share" | "proportion" | "percent" | "fraction"
            )
            && word_at(tokens, at + 3) == "of"
    })?;
    let of = at + 4 + usize::from(matches!(word_at(tokens, at + 4), "all" | "the" | "total"));
    let namer = Namer::new(lexicon);
    let all = (1..=2).rev().find_map(|length| {
        let words = tokens.get(of..of + length)?;
        Some((table_of(&namer, words)?, of + length))
    });
    let (table, end) = all?;
    let part = (1..=2)
        .rev()
        .find_map(|length| table_of(&namer, tokens.get(at.checked_sub(length)?..at)?))?;
    let lead = tokens
        .iter()
        .take_while(|token| {
            matches!(
                token.lower.as_str(),
                "show" | "give" | "me" | "what" | "is" | "are" | "the"
            )
        })
        .count();
    if part != table || lead >= at {
        return None;
    }
    let mut spelled = text::tokens("percentage of");
    spelled.extend_from_slice(&tokens[lead..at]);
    spelled.extend_from_slice(&tokens[end..]);
    Some(spelled)
}

fn rate(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len()).find(|at| matches!(tokens[*at].lower.as_str(), "rate" | "rates"))?;
    let namer = Namer::new(lexicon);
    // "dropped call rate": the state stands before the rows.
    let described =
        at >= 2 && tokens[at - 2].lower.ends_with("ed") && table_of(&namer, &tokens[at - 1..at]).is_some();
    let said = &tokens[at - 1 - usize::from(described)];
    let held = lexicon.columns.iter().any(|entry| {
        entry.words.iter().any(|word| word == "rate")
            && entry.words.iter().any(|word| stem(word) == said.stem)
    });
    let mut start = tokens[..at - 1]
        .iter()
        .take_while(|token| {
            matches!(
                token.lower.as_str(),
                "what" | "is" | "the" | "show" | "give" | "me" | "list" | "our" | "overall" | "get" | "are"
            )
        })
        .count();
    // "course pass rate", "order cancellation rate": whose rate it is.
    let owner = (start + 1..at - 1).rev().chain([start]).find_map(|from| {
        tokens
            .get(from..at - 1)
            .filter(|words| !words.is_empty())
            .and_then(|words| table_of(&namer, words))
    });
    let owner = if described && start + 2 == at {
        table_of(&namer, &tokens[at - 1..at])
    } else {
        owner
    };
    if owner.is_some() {
        start = at - 1;
    }
    let joint = tokens.get(at + 1).is_none_or(|next| {
        !next.is_word()
            || matches!(
                next.lower.as_str(),
                "by" | "per" | "for" | "of" | "in" | "across" | "among" | "this" | "last" | "since"
            )
    });
    if held || start + 1 != at || !joint || !said.is_word() {
        return None;
    }
    let (table, word) = state_of_rate(lexicon, said, owner, &tokens[at + 1..])?;
    let mut question = text::tokens("percentage of");
    question.extend(text::tokens(&word));
    question.extend(text::tokens(&lexicon.title(table)));
    let mut rest = tokens.get(at + 1..).unwrap_or_default();
    // "rejection rate of claims": the rows themselves, said already.
    if let [of, things @ ..] = rest
        && of.lower == "of"
        && (1..=2).any(|length| things.get(..length).and_then(|words| table_of(&namer, words)) == Some(table))
    {
        let length = (1..=2)
            .rev()
            .find(|length| things.get(..*length).and_then(|words| table_of(&namer, words)) == Some(table));
        rest = &things[length.unwrap_or(1)..];
    }
    if let [next, more @ ..] = rest {
        match next.lower.as_str() {
            "by" | "across" => question.extend(text::tokens("per")),
            _ => question.push(next.clone()),
        }
        question.extend_from_slice(more);
    }
    Some(question)
}

/// The state that a rate counts, and the rows that have it: of several, those that the rest of the question speaks of.
fn state_of_rate(
    lexicon: &Lexicon<'_>,
    said: &Token,
    owner: Option<TableId>,
    rest: &[Token],
) -> Option<(TableId, String)> {
    let mut found: Vec<(TableId, String)> = Vec::new();
    // What has a day on which it was done, where nothing else tells.
    let mut dated: Vec<(TableId, String)> = Vec::new();
    let plain = said.lower.replace('-', " ");
    for entry in &lexicon.columns {
        let kin = |known: &str| is_kin(lexicon, known, said) || key(known) == plain;
        match entry.sort {
            Sort::Truth => {
                if let Some(word) = entry.words.iter().find(|word| kin(word)) {
                    found.push((entry.table, word.clone()));
                }
            }
            Sort::Day { .. } => {
                if let Some(word) = entry.words.iter().find(|word| word.ends_with("ed") && kin(word)) {
                    dated.push((entry.table, word.clone()));
                }
            }
            Sort::Text => {
                if let Some(sample) = entry.column.samples.iter().find(|sample| kin(sample)) {
                    found.push((entry.table, key(sample)));
                } else if entry
                    .words
                    .iter()
                    .any(|word| matches!(word.as_str(), "status" | "state"))
                    && let Some(state) = DONE
                        .iter()
                        .find(|(noun, _)| said.lower.starts_with(noun))
                        .map(|(_, state)| *state)
                    && codes::are_codes(&entry.column.samples)
                    && codes::usual(state, &entry.column.samples).is_some()
                {
                    found.push((entry.table, state.to_owned()));
                }
            }
            _ => {}
        }
    }
    if found.is_empty() {
        found = dated;
    }
    if found.len() > 1
        && let Some(owner) = owner
    {
        let own: Vec<_> = found
            .iter()
            .filter(|(table, _)| *table == owner)
            .cloned()
            .collect();
        if !own.is_empty() {
            found = own;
        }
    }
    if found.len() > 1 {
        let namer = Namer::new(lexicon);
        let spoken: Vec<TableId> = rest
            .iter()
            .flat_map(|token| {
                let mention = namer.mention(&token.text);
                let tables = mention
                    .tables
                    .into_iter()
                    .filter(|hit| hit.score >= 0.8)
                    .map(|hit| hit.id);
                let columns = mention.columns.into_iter().filter(|hit| hit.score >= 0.8);
                tables
                    .chain(columns.map(|hit| lexicon.column(hit.id).table))
                    .collect::<Vec<_>>()
            })
            .collect();
        found.retain(|(table, _)| spoken.contains(table));
    }
    match &found[..] {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// Nouns of what was done, and the state that it leaves.
const DONE: &[(&str, &str)] = &[
    ("cancel", "cancelled"),
    ("complet", "completed"),
    ("reject", "rejected"),
    ("approv", "approved"),
    ("accept", "accepted"),
    ("refund", "refunded"),
    ("return", "returned"),
    ("fail", "failed"),
    ("success", "successful"),
    ("default", "defaulted"),
    ("deliver", "delivered"),
];

/// Whether a state is what a noun counts: `completed`, or `finished`, for "completion".
fn is_kin(lexicon: &Lexicon<'_>, state: &str, noun: &Token) -> bool {
    let short = |word: &str| -> String {
        let word = stem(word);
        let cut = word
            .strip_suffix("ance")
            .or_else(|| word.strip_suffix("anc"))
            .or_else(|| word.strip_suffix("al"))
            .or_else(|| word.strip_suffix("ur"))
            .or_else(|| word.strip_suffix("ation"))
            .unwrap_or(&word);
        cut.trim_end_matches('e').to_owned()
    };
    let (one, other) = (short(state), short(&noun.lower));
    if one.len() > 3 && one == other {
        return true;
    }
    let alike = [
        ("complet", "finish"),
        ("cancel", "cancell"),
        ("cancell", "cancel"),
        ("renew", "renew"),
        ("success", "succeed"),
        ("fail", "fail"),
        ("failure", "fail"),
        ("pass", "pass"),
        ("approv", "approv"),
        ("reject", "reject"),
        ("refund", "refund"),
        ("attend", "attend"),
        ("cancelat", "cancel"),
        ("return", "return"),
        ("default", "default"),
        ("accept", "accept"),
        ("deliver", "deliver"),
    ];
    let known = !lexicon.has_word(&noun.lower);
    known
        && alike
            .iter()
            .any(|(a, b)| other.starts_with(a) && one.starts_with(b))
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn a_rate_is_the_percentage_of_what_was_done() {
        let mut pool = schema(&[
            "lessons: id int, title text, level text, is_cancelled boolean",
            "bookings: id int, lesson_id int > lessons, source text, status text",
        ]);
        pool.tables[1].columns[3].samples = vec!["attended".into(), "no_show".into(), "cancelled".into()];
        check(
            &pool,
            &[
                (
                    "cancellation rate by level",
                    "SELECT level, AVG(CASE WHEN is_cancelled = 1 THEN 100.0 ELSE 0 END) FROM lessons GROUP BY level",
                ),
                (
                    "cancellation rate per source in percent",
                    "SELECT source, AVG(CASE WHEN status = 'cancelled' THEN 100.0 ELSE 0 END) FROM bookings GROUP BY source",
                ),
                (
                    "no-show rate per source",
                    "SELECT source, AVG(CASE WHEN status = 'no_show' THEN 100.0 ELSE 0 END) FROM bookings GROUP BY source",
                ),
            ],
        );
    }
}
