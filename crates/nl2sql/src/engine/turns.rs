//! Puts small turns of speech into words that are read: "whats", "check-ins", "nightly rate", "scheduled for tomorrow",
//! "on leave today", "in our company".

use super::lastly::order_of;
use super::lexicon::{Lexicon, Sort};
use super::link::Namer;
use super::paraphrase::{Step, in_turn};
use super::samples::key;
use super::shorthand;
use super::stem::stem;
use super::text::{self, Shape, Token, replaced, word_at};

/// The question in words that are read, when it has others.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[
        |_, tokens| without_apostrophe(tokens),
        hyphenated,
        by_the_night,
        planned,
        as_of_now,
        single_most,
        in_our_company,
    ];
    in_turn(STEPS, lexicon, tokens)
}

/// `whats`, `todays`: the apostrophe is often left out.
fn without_apostrophe(tokens: &[Token]) -> Option<Vec<Token>> {
    const SHORT: &[(&str, &str)] = &[
        ("whats", "what is"),
        ("whos", "who is"),
        ("wheres", "where is"),
        ("hows", "how is"),
        ("todays", "today's"),
        ("yesterdays", "yesterday's"),
        ("tomorrows", "tomorrow's"),
    ];
    let full = |token: &Token| {
        let known = SHORT.iter().find(|(short, _)| *short == token.lower);
        known.filter(|_| token.is_word()).map(|(_, full)| *full)
    };
    tokens.iter().any(|token| full(token).is_some()).then(|| {
        tokens
            .iter()
            .flat_map(|token| match full(token) {
                Some(full) => text::tokens(full),
                None => vec![token.clone()],
            })
            .collect()
    })
}

/// `check-ins` are check ins, and `full-time` is full time, where the schema has a name of these words.
fn hyphenated(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let namer = Namer::new(lexicon);
    let parted = |token: &Token| -> Option<Vec<Token>> {
        let letters = |part: &str| part.len() >= 2 && part.chars().all(char::is_alphabetic);
        let parts: Vec<&str> = token.text.split('-').collect();
        // "2-bedroom flats"
        if let [number, thing] = &parts[..]
            && !number.is_empty()
            && number.len() <= 3
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && letters(thing)
            && namer.mention(thing).column_score() >= 0.8
        {
            return Some(text::tokens(&format!("{number} {thing}")));
        }
        if !token.is_word() || parts.len() < 2 || !parts.iter().all(|part| letters(part)) {
            return None;
        }
        let sampled = lexicon.columns.iter().any(|entry| {
            let samples = entry.column.samples.iter();
            let mut same = samples.filter(|sample| sample.eq_ignore_ascii_case(&token.text));
            same.next().is_some()
        });
        let (negated, rest) = match &parts[..] {
            [first, rest @ ..] if first.eq_ignore_ascii_case("non") => (true, rest.join(" ")),
            parts => (false, parts.join(" ")),
        };
        let mention = namer.mention(&rest);
        let truth = mention
            .columns
            .first()
            .is_some_and(|hit| lexicon.column(hit.id).sort == Sort::Truth)
            || negated
                && lexicon.columns.iter().any(|entry| {
                    let mut words = entry.words.iter();
                    entry.sort == Sort::Truth
                        && words.any(|word| stem(word) == stem(&rest) || shorthand::may_shorten(word, &rest))
                });
        let named = negated || mention.table_score().max(mention.column_score()) >= 0.8;
        if sampled || !named || negated && !truth {
            return None;
        }
        let lead = if negated { "not " } else { "" };
        Some(text::tokens(&format!("{lead}{rest}")))
    };
    let found: Vec<Option<Vec<Token>>> = tokens.iter().map(parted).collect();
    found.iter().any(Option::is_some).then(|| {
        tokens
            .iter()
            .zip(found)
            .flat_map(|(token, parts)| parts.unwrap_or_else(|| vec![token.clone()]))
            .collect()
    })
}

/// `nightly rate` is the rate, where the schema has no nights.
fn by_the_night(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.iter().position(|token| {
        matches!(token.lower.as_str(), "nightly" | "hourly" | "daily")
            && lexicon.senses(&token.lower, &token.stem).is_empty()
    })?;
    let rate = matches!(
        word_at(tokens, at + 1),
        "rate" | "rates" | "price" | "prices" | "fee" | "fees" | "cost"
    );
    rate.then(|| replaced(tokens, at, at + 1, ""))
}

/// `sessions scheduled for tomorrow` are those of tomorrow, where nothing is called so.
fn planned(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len()).find(|at| {
        matches!(word_at(tokens, *at), "scheduled" | "planned" | "booked" | "due")
            && matches!(word_at(tokens, at + 1), "for" | "on" | "in")
    })?;
    let timed = tokens.get(at + 2).is_some_and(|token| {
        token.shape == Shape::Date
            || matches!(
                token.lower.as_str(),
                "today" | "tomorrow" | "next" | "this" | "yesterday" | "last"
            )
    });
    let held = lexicon.has_word(word_at(tokens, at))
        || lexicon
            .columns
            .iter()
            .flat_map(|entry| &entry.column.samples)
            .any(|sample| sample.eq_ignore_ascii_case(word_at(tokens, at)));
    (timed && !held && word_at(tokens, at) != "booked" && word_at(tokens, at) != "due")
        .then(|| replaced(tokens, at, at + 2, ""))
}

/// Whether a column of states has a sample that reads so.
fn is_state(lexicon: &Lexicon<'_>, said: &str) -> bool {
    lexicon.columns.iter().any(|entry| {
        let stateful = entry
            .words
            .iter()
            .any(|word| matches!(word.as_str(), "status" | "state" | "stage" | "phase"));
        let mut samples = entry.column.samples.iter();
        stateful && samples.any(|sample| key(sample) == said)
    })
}

/// `employees on leave today` are on leave: a state is as of now.
fn as_of_now(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let last = tokens.len().checked_sub(1)?;
    let from = match (word_at(tokens, last), word_at(tokens, last.saturating_sub(1))) {
        ("now", "right") => last - 1,
        ("today" | "now" | "currently", _) => last,
        _ => return None,
    };
    let state = (1..=3usize.min(from)).any(|length| {
        let said: Vec<&str> = tokens[from - length..from]
            .iter()
            .map(|token| token.lower.as_str())
            .collect();
        is_state(lexicon, &said.join(" "))
    });
    (state && from > 1).then(|| tokens[..from].to_vec())
}

/// `single biggest claim` is the biggest one.
fn single_most(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.windows(2).position(|two| {
        matches!(two[0].lower.as_str(), "single" | "very" | "absolute")
            && (order_of(&two[1].lower).is_some() || two[1].lower == "most")
    })?;
    lexicon
        .senses(&tokens[at].lower, &tokens[at].stem)
        .is_empty()
        .then(|| replaced(tokens, at, at + 1, ""))
}

/// `people in the company`, `all members we have in the system`: all of them, where nothing is called so.
fn in_our_company(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const PLACES: &[&str] = &[
        "company",
        "organization",
        "organisation",
        "firm",
        "database",
        "db",
        "system",
        "business",
    ];
    let place = tokens
        .iter()
        .position(|token| PLACES.contains(&token.lower.as_str()))?;
    let pointed = matches!(word_at(tokens, place.checked_sub(1)?), "the" | "our" | "this");
    let joint = place.checked_sub(2)?;
    let within = matches!(word_at(tokens, joint), "in" | "at" | "of" | "within" | "across");
    let free = lexicon
        .senses(&tokens[place].lower, &tokens[place].stem)
        .is_empty();
    let ends = tokens
        .get(place + 1)
        .is_none_or(|next| !next.is_word() || !next.text.chars().all(char::is_uppercase));
    // "above the average of the company" is the average of all.
    let compared = tokens[..joint]
        .last()
        .is_some_and(|before| matches!(before.lower.as_str(), "average" | "mean" | "median"));
    (joint > 0 && pointed && within && free && ends && !compared)
        .then(|| replaced(tokens, joint, place + 1, ""))
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn what_is_said_loosely_is_read() {
        let mut pool = schema(&[
            "swimmers: id int, full_name text, email text, phone text, joined_on date, left_on date, is_fulltime boolean",
            "drop_ins: id int, swimmer_id int > swimmers, came_at timestamp, went_at timestamp",
            "lessons: id int, title text, level text, starts_at timestamp, duration_minutes int, fee decimal(8,2)",
        ]);
        pool.tables[2].columns[2].samples = vec!["beginner".into(), "expert".into()];
        check(
            &pool,
            &[
                (
                    "number of drop-ins this month",
                    "SELECT COUNT(*) FROM drop_ins WHERE came_at >= CAST(DATE_FORMAT(CURRENT_DATE, '%Y-%m-01') AS DATE) AND came_at < CAST(DATE_FORMAT(CURRENT_DATE, '%Y-%m-01') AS DATE) + INTERVAL 1 MONTH",
                ),
                (
                    "lessons, soonest first",
                    "SELECT * FROM lessons ORDER BY starts_at",
                ),
                (
                    "lessons with the soonest first",
                    "SELECT * FROM lessons ORDER BY starts_at",
                ),
                (
                    "number of lessons per level, most common level first",
                    "SELECT level, COUNT(*) FROM lessons GROUP BY level ORDER BY COUNT(*) DESC",
                ),
                (
                    "swimmers with no email or no phone",
                    "SELECT * FROM swimmers WHERE (email IS NULL OR phone IS NULL)",
                ),
                (
                    "swimmers without an email or a phone",
                    "SELECT * FROM swimmers WHERE (email IS NULL OR phone IS NULL)",
                ),
                (
                    "swimmers who have neither an email nor a phone",
                    "SELECT * FROM swimmers WHERE email IS NULL AND phone IS NULL",
                ),
                (
                    "how long does a lesson last on average",
                    "SELECT AVG(duration_minutes) FROM lessons",
                ),
                ("whats the average fee of lessons", "SELECT AVG(fee) FROM lessons"),
                (
                    "full-time swimmers",
                    "SELECT * FROM swimmers WHERE is_fulltime = 1",
                ),
                (
                    "swimmers who left in 2024",
                    "SELECT * FROM swimmers WHERE left_on >= '2024-01-01' AND left_on < '2025-01-01'",
                ),
                (
                    "how many swimmers are there in our company",
                    "SELECT COUNT(*) FROM swimmers",
                ),
            ],
        );
    }
}
