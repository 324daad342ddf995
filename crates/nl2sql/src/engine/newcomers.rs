//! Reads who or what came in a time by the moment of the rows themselves: "new members this month", "shops that joined in 2024".

use super::lexicon::{Lexicon, Sort};
use super::link::Namer;
use super::listings::table_of;
use super::stem::stem;
use super::text::{self, Token, word_at};

/// Words that begin a time.
fn begins_time(word: &str) -> bool {
    matches!(
        word,
        "this" | "last" | "in" | "since" | "during" | "today" | "yesterday"
    )
}

/// `new members joined this year`, `new members this month`: those that joined then.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const CAME: &[&str] = &[
        "joined",
        "registered",
        "created",
        "signed",
        "added",
        "opened",
        "started",
        "enrolled",
        "onboarded",
        "hired",
    ];
    let time = (0..tokens.len()).find(|at| begins_time(word_at(tokens, *at)))?;
    let new = tokens[..time].iter().position(|token| token.lower == "new");
    let sampled = lexicon.columns.iter().any(|entry| {
        let samples = &entry.column.samples;
        samples.iter().any(|sample| sample.eq_ignore_ascii_case("new"))
    });
    if new.is_some() && (sampled || lexicon.has_word("new")) {
        return None;
    }
    let verb = (1..time).find(|at| CAME.contains(&word_at(tokens, *at)));
    let between = verb.map_or(&[][..], |verb| &tokens[verb + 1..time]);
    let thing = match (new, verb) {
        (Some(new), _) => new + 1,
        (None, Some(verb)) => {
            verb.checked_sub(1 + usize::from(matches!(word_at(tokens, verb - 1), "that" | "who")))?
        }
        _ => return None,
    };
    let after = verb.unwrap_or(time);
    let linked = tokens.get(thing + 1..after)?.iter().all(|token| {
        matches!(
            token.lower.as_str(),
            "that" | "who" | "have" | "were" | "did" | "we"
        )
    });
    let plain = between
        .iter()
        .all(|token| matches!(token.lower.as_str(), "up" | "with" | "us"));
    let namer = Namer::new(lexicon);
    let table = table_of(&namer, &tokens[thing..=thing]).filter(|_| linked && plain)?;
    let days = || {
        lexicon
            .columns_of(table)
            .map(|id| lexicon.column(id))
            .filter(|entry| matches!(entry.sort, Sort::Day { .. }))
    };
    let moment = days().find_map(|entry| entry.words.iter().find(|word| CAME.contains(&word.as_str())))?;
    // What the rows themselves say needs no other word.
    let own = verb
        .filter(|verb| days().any(|entry| entry.words.iter().any(|known| stem(known) == tokens[*verb].stem)));
    if new.is_none()
        && (own.is_some() || !matches!(word_at(tokens, verb?), "joined" | "registered" | "signed"))
    {
        return None;
    }
    let mut spelled: Vec<Token> = tokens[..new.unwrap_or(thing)].to_vec();
    spelled.push(tokens[thing].clone());
    spelled.extend_from_slice(tokens.get(thing + 1..after).unwrap_or_default());
    spelled.extend(text::tokens(
        own.map_or(moment.as_str(), |verb| word_at(tokens, verb)),
    ));
    spelled.extend_from_slice(&tokens[time..]);
    Some(spelled)
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn newcomers_came_when_their_own_rows_say() {
        let club = schema(&[
            "halls: id int, name text, opened_on date",
            "players: id int, hall_id int > halls, full_name text, joined_on date",
            "coaches: id int, full_name text, registered_on date",
        ]);
        check(
            &club,
            &[
                (
                    "how many new players joined in 2024",
                    "SELECT COUNT(*) FROM players WHERE joined_on >= '2024-01-01' AND joined_on < '2025-01-01'",
                ),
                (
                    "new coaches in 2024",
                    "SELECT * FROM coaches WHERE registered_on >= '2024-01-01' AND registered_on < '2025-01-01'",
                ),
                (
                    "how many halls joined in 2024",
                    "SELECT COUNT(*) FROM halls WHERE opened_on >= '2024-01-01' AND opened_on < '2025-01-01'",
                ),
            ],
        );
    }
}
