//! Words that people say for a value that is called otherwise: "flats" where the values say `apartment`.

use super::lexicon::{ColumnId, Lexicon, Sort};
use super::link::{Span, ValueHit};
use super::samples::key;
use super::stem::{singular, stem};
use super::text::Token;

/// Words for one and the same value, as they are written in small letters with a blank between words.
const ALIKE: &[&[&str]] = &[
    &["apartment", "flat", "apartments", "condo"],
    &["townhouse", "terraced house", "row house"],
    &["rent", "rental", "lease", "letting", "to let", "for rent"],
    &["sale", "for sale"],
    &["office", "workplace"],
    &["cancelled", "canceled", "called off", "cancellation", "revoked"],
    &["completed", "complete", "finished", "done", "fulfilled"],
    &["rejected", "declined", "denied", "refused", "turned down"],
    &["approved", "accepted", "granted", "ok"],
    &["pending", "awaiting", "waiting", "outstanding", "unprocessed"],
    &[
        "in progress",
        "ongoing",
        "underway",
        "processing",
        "under way",
        "in process",
        "wip",
    ],
    &["shipped", "dispatched", "sent"],
    &["delivered", "arrived"],
    &["refunded", "paid back", "reimbursed"],
    &["failed", "unsuccessful"],
    &["successful", "succeeded", "success"],
    &["suspended", "blocked", "locked", "frozen"],
    &["draft", "unpublished"],
    &["urgent", "critical", "emergency"],
    &["car", "automobile"],
    &["truck", "lorry"],
    &["bike", "bicycle"],
    &["motorcycle", "motorbike"],
    &["petrol", "gasoline", "gas"],
    &["electric", "ev"],
    &["web", "online", "internet", "website"],
    &["phone", "telephone", "call"],
    &["mobile", "app", "mobile app"],
    &["email", "e mail", "mail"],
    &["walk in", "walkin"],
    &["agency", "travel agent", "travel agency"],
    &["credit card", "card", "credit"],
    &["bank transfer", "wire", "wire transfer", "transfer"],
    &["beginner", "novice", "entry level", "basic"],
    &["advanced", "expert"],
    &["intermediate", "medium"],
    &["high", "severe"],
    &["male", "man", "men", "m"],
    &["female", "woman", "women", "f"],
    &["child", "kid", "kids", "children"],
    &["adult", "grown up"],
    &["full time", "fulltime"],
    &["part time", "parttime"],
    &["contract", "contractor", "freelance", "freelancer"],
    &["intern", "trainee"],
    &["sick", "illness", "sickness"],
    &["annual", "vacation", "holiday", "paid time off", "pto"],
    &["parental", "maternity", "paternity"],
    &["married", "wed"],
    &["no show", "noshow", "no shows", "did not show up", "absent"],
    &["vegetarian", "veggie"],
    &["express", "fast", "priority"],
    &["domestic", "local", "national"],
    &["international", "foreign", "overseas", "abroad"],
    &["premium", "vip"],
    &["movie", "film"],
    &["novel", "fiction"],
    &["restaurant", "dining"],
    &["accommodation", "lodging", "hotel"],
    &["meal", "meals", "food"],
    &["travel", "trip", "trips"],
    &["software", "program"],
    &["laptop", "notebook"],
    &["hardware", "equipment"],
    &["hr", "human resources"],
    &["it", "information technology"],
    &["pr", "public relations"],
    &["r d", "research and development"],
];

/// The longest of them, in words.
const LONGEST: usize = 4;

/// Adds the values that words of a question stand for, where neither the schema nor a sample has the words themselves.
pub(super) fn other_words(
    lexicon: &Lexicon<'_>,
    tokens: &[Token],
    keys: &[String],
    found: &mut Vec<Span<Vec<ValueHit>>>,
) {
    for start in 0..keys.len() {
        for end in (start + 1..=keys.len().min(start + LONGEST)).rev() {
            let taken = found.iter().any(|span| span.start < end && span.end > start);
            if taken || !tokens[start..end].iter().all(Token::is_word) {
                continue;
            }
            let said = keys[start..end].join(" ");
            let one = singular(&said);
            let Some(kin) = ALIKE
                .iter()
                .find(|kin| said.len() > 2 && (kin.contains(&said.as_str()) || kin.contains(&one.as_str())))
            else {
                if end == start + 1 {
                    found.extend(inflected(lexicon, &tokens[start], start));
                }
                continue;
            };
            // What the schema calls so is no value.
            let named = end == start + 1
                && !lexicon
                    .senses(&tokens[start].lower, &tokens[start].stem)
                    .is_empty();
            if named {
                continue;
            }
            let hits: Vec<ValueHit> = lexicon
                .columns
                .iter()
                .enumerate()
                .filter(|(_, entry)| entry.sort == Sort::Text && entry.column.samples.len() <= 40)
                .filter_map(|(number, entry)| {
                    let samples = &entry.column.samples;
                    let value = samples
                        .iter()
                        .find(|sample| sample.len() > 2 && kin.contains(&key(sample).as_str()))?;
                    Some(ValueHit {
                        column: ColumnId(number),
                        value: value.clone(),
                    })
                })
                .collect();
            if !hits.is_empty() {
                found.push(Span {
                    start,
                    end,
                    what: hits,
                });
                break;
            }
            if end == start + 1 {
                found.extend(inflected(lexicon, &tokens[start], start));
            }
        }
    }
}

/// Verbs whose participle is no regular one.
const PARTICIPLES: &[(&str, &str)] = &[
    ("won", "win"),
    ("lost", "loss"),
    ("lost", "lose"),
    ("sold", "sale"),
    ("paid", "pay"),
    ("sent", "send"),
];

/// `failed`, where the values say `fail`, and the other way round.
fn inflected(lexicon: &Lexicon<'_>, token: &Token, start: usize) -> Option<Span<Vec<ValueHit>>> {
    let said = token.lower.as_str();
    if said.len() < 4 || !lexicon.senses(&token.lower, &token.stem).is_empty() {
        return None;
    }
    let same = |sample: &String| {
        let sample = key(sample);
        let (long, short) = if said.len() > sample.len() {
            (said, sample.as_str())
        } else {
            (sample.as_str(), said)
        };
        let regular = short.len() >= 4
            && long.ends_with("ed")
            && long.starts_with(short.trim_end_matches('e'))
            && long.len() <= short.len() + 3
            && stem(long).trim_end_matches('e') == stem(short).trim_end_matches('e');
        regular || PARTICIPLES.contains(&(said, sample.as_str()))
    };
    let what: Vec<ValueHit> = lexicon
        .columns
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.sort == Sort::Text && entry.column.samples.len() <= 12)
        .filter_map(|(number, entry)| {
            Some(ValueHit {
                column: ColumnId(number),
                value: entry.column.samples.iter().find(|sample| same(sample))?.clone(),
            })
        })
        .collect();
    (!what.is_empty()).then_some(Span {
        start,
        end: start + 1,
        what,
    })
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn a_value_is_known_by_other_words() {
        let mut homes = schema(&[
            "homes: id int, street text, kind text, offered_for text, price decimal(10,2), state text",
        ]);
        homes.tables[0].columns[2].samples = vec!["apartment".into(), "house".into(), "studio".into()];
        homes.tables[0].columns[3].samples = vec!["rent".into(), "sale".into()];
        homes.tables[0].columns[5].samples = vec!["in_progress".into(), "completed".into()];
        check(
            &homes,
            &[
                ("list all flats", "SELECT * FROM homes WHERE kind = 'apartment'"),
                (
                    "how many rentals are there",
                    "SELECT COUNT(*) FROM homes WHERE offered_for = 'rent'",
                ),
                ("finished homes", "SELECT * FROM homes WHERE state = 'completed'"),
                ("ongoing homes", "SELECT * FROM homes WHERE state = 'in_progress'"),
            ],
        );
    }
}
