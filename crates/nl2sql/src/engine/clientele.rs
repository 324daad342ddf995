//! Puts general words for people into those of the schema: "customers" where the table is `subscribers`, "who is on the
//! Basic plan", "new signups", "someone in the core team", "who deployed the most".

use super::lexicon::{Lexicon, Sort, TableId};
use super::link::Namer;
use super::listings::table_of;
use super::paraphrase::{Step, in_turn};
use super::roles;
use super::stem::{singular, stem};
use super::text::{self, Shape, Token, replaced, word_at};

/// The question with its people by their name, when it calls them otherwise.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[
        general,
        someone,
        who_is_on,
        signups,
        who_did_most,
        not_seen_for,
        paid_with,
    ];
    in_turn(STEPS, lexicon, tokens)
}

/// Words for those whom somebody serves.
const SERVED: &[&str] = &[
    "customer",
    "client",
    "member",
    "user",
    "subscriber",
    "patron",
    "shopper",
    "guest",
    "buyer",
    "visitor",
    "account",
    "consumer",
    "passenger",
    "reader",
    "borrower",
    "tenant",
    "student",
    "patient",
    "attendee",
    "participant",
];
/// Those of them that may stand for any other.
const GENERAL: &[&str] = &["customer", "client", "member", "user", "buyer", "consumer"];

/// The one table of people who are served.
fn served(lexicon: &Lexicon<'_>) -> Option<TableId> {
    let mut found = lexicon.table_ids().filter(|table| {
        let words = &lexicon.table(*table).words;
        words.last().is_some_and(|last| SERVED.contains(&last.as_str()))
            && !roles::label(lexicon, *table).is_empty()
    });
    found.next().filter(|_| found.next().is_none())
}

/// Whether some sample reads like a word.
fn is_sample(lexicon: &Lexicon<'_>, word: &str) -> bool {
    lexicon
        .columns
        .iter()
        .flat_map(|entry| &entry.column.samples)
        .any(|sample| sample.eq_ignore_ascii_case(word))
}

/// `customers` are the subscribers, where no table is called so.
fn general(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let table = served(lexicon)?;
    let namer = Namer::new(lexicon);
    let at = (0..tokens.len()).find(|at| {
        let lower = &tokens[*at].lower;
        let one = singular(lower);
        let plural = *lower != one;
        GENERAL.contains(&one.as_str())
            && (plural
                || tokens[*at].owns
                || at.checked_sub(1).is_some_and(|i| {
                    matches!(
                        word_at(tokens, i),
                        "which" | "per" | "each" | "every" | "by" | "the" | "a" | "any"
                    )
                }))
    })?;
    let mention = namer.mention(&tokens[at].text);
    let named = mention
        .tables
        .iter()
        .any(|hit| hit.score >= 0.74 && lexicon.table(hit.id).words.contains(&singular(&tokens[at].lower)));
    // "faculty members" are the faculty.
    let described = at
        .checked_sub(1)
        .is_some_and(|i| namer.mention(&tokens[i].text).table_score() >= 0.74);
    if named
        || described
        || is_sample(lexicon, &tokens[at].lower)
        || lexicon.has_word(&singular(&tokens[at].lower)) && mention.table_score() >= 0.8
    {
        return None;
    }
    let mut name = text::tokens(&lexicon.title(table));
    if let Some(last) = name.last_mut() {
        last.owns = tokens[at].owns;
        let several = tokens[at].lower != singular(&tokens[at].lower);
        if several && !tokens[at].owns && !last.lower.ends_with('s') {
            *last = Token::new(format!("{}s", last.text), Shape::Word);
        }
    }
    let mut spelled = tokens[..at].to_vec();
    spelled.extend(name);
    spelled.extend_from_slice(&tokens[at + 1..]);
    Some(spelled)
}

/// The one table of people that another one refers to, or that there is.
fn people(lexicon: &Lexicon<'_>) -> Option<TableId> {
    let mut found = lexicon
        .table_ids()
        .filter(|table| roles::names_people(lexicon, *table));
    found.next().filter(|_| found.next().is_none())
}

/// `owned by someone in the core team`: by one of the people.
fn someone(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len()).find(|at| {
        matches!(
            word_at(tokens, *at),
            "someone" | "somebody" | "anyone" | "anybody" | "people"
        ) && word_at(tokens, at - 1) == "by"
            && matches!(
                word_at(tokens, at + 1),
                "in" | "from" | "of" | "at" | "who" | "on"
            )
    })?;
    let table = people(lexicon)?;
    Some(replaced(
        tokens,
        at,
        at + 1,
        &format!("{}s", lexicon.title(table)),
    ))
}

/// `who is on the Basic plan`: the people who have it.
fn who_is_on(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let begins = word_at(tokens, 0) == "who"
        && matches!(word_at(tokens, 1), "is" | "are" | "has" | "uses")
        && matches!(word_at(tokens, 2), "on" | "in" | "at" | "using" | "the");
    let last = tokens.last().filter(|_| begins && tokens.len() > 4)?;
    let namer = Namer::new(lexicon);
    let thing = table_of(&namer, std::slice::from_ref(last))?;
    let mut holders = lexicon
        .graph
        .links
        .iter()
        .filter(|link| link.to == thing && link.from != thing && roles::names_people(lexicon, link.from))
        .map(|link| link.from);
    let holder = holders.next()?;
    if holders.any(|other| other != holder) {
        return None;
    }
    let from = if word_at(tokens, 2) == "the" { 2 } else { 3 };
    let mut spelled = text::tokens(&format!("{}s with", lexicon.title(holder)));
    spelled.extend_from_slice(&tokens[from..]);
    Some(spelled)
}

/// `new signups per month`: those who signed up.
fn signups(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.iter().position(|token| {
        matches!(
            token.lower.as_str(),
            "signups" | "sign-ups" | "registrations" | "joiners" | "sign-up"
        ) && lexicon
            .senses(&token.lower, &token.stem)
            .iter()
            .all(|(_, weight)| *weight < 0.9)
    })?;
    let joined = |id: &super::lexicon::ColumnId| {
        let entry = lexicon.column(*id);
        let says = |word: &String| {
            matches!(
                word.as_str(),
                "signed" | "signup" | "registered" | "registration" | "joined" | "join"
            )
        };
        matches!(entry.sort, Sort::Day { .. }) && entry.words.iter().any(says)
    };
    let mut tables = lexicon.table_ids().filter(|table| {
        roles::names_people(lexicon, *table) && lexicon.columns_of(*table).any(|id| joined(&id))
    });
    let table = tables.next().filter(|_| tables.next().is_none())?;
    let from = at - usize::from(at > 0 && word_at(tokens, at - 1) == "new");
    let counted = tokens[..from]
        .iter()
        .any(|token| matches!(token.lower.as_str(), "many" | "number" | "count" | "list"));
    let grouped = matches!(word_at(tokens, at + 1), "per" | "by" | "each");
    let lead = if grouped && !counted { "number of " } else { "" };
    Some(replaced(
        tokens,
        from,
        at + 1,
        &format!("{lead}{}s", lexicon.title(table)),
    ))
}

/// `who deployed the most`: who has the most of what is called after the doing.
fn who_did_most(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let verb = 1 + usize::from(matches!(word_at(tokens, 1), "has" | "have"));
    let most = verb + 2;
    if word_at(tokens, 0) != "who"
        || word_at(tokens, verb + 1) != "the"
        || !matches!(word_at(tokens, most), "most" | "least" | "fewest")
    {
        return None;
    }
    // "the most often", "the most last month"
    if let Some(next) = tokens.get(most + 1)
        && !matches!(
            next.lower.as_str(),
            "often" | "frequently" | "this" | "last" | "in" | "since" | "times" | ","
        )
    {
        return None;
    }
    let root = stem(word_at(tokens, verb));
    let called = |table: &TableId| {
        lexicon.table(*table).words.last().is_some_and(|last| {
            let noun = stem(last);
            root.len() > 3 && (noun == root || noun.starts_with(&root))
        })
    };
    let mut doings =
        lexicon.graph.links.iter().filter(|link| {
            called(&link.from) && link.from != link.to && roles::names_people(lexicon, link.to)
        });
    let link = doings.next()?;
    if doings.any(|other| other.to != link.to || other.from != link.from) {
        return None;
    }
    let skip = usize::from(matches!(
        word_at(tokens, most + 1),
        "often" | "frequently" | "times"
    ));
    let mut spelled = text::tokens(&format!(
        "which {} has the {} {}",
        lexicon.title(link.to),
        word_at(tokens, most),
        lexicon.title(link.from)
    ));
    spelled.extend_from_slice(&tokens[most + 1 + skip..]);
    Some(spelled)
}

/// `users who have not logged in for 90 days`: whose last time lies before that.
fn not_seen_for(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let not = (1..tokens.len()).find(|at| word_at(tokens, *at) == "not")?;
    let verb = not + 1 + usize::from(word_at(tokens, not + 1) == "been");
    let particle = usize::from(matches!(word_at(tokens, verb + 1), "in" | "on" | "up"));
    let joint = verb + 1 + particle;
    let number = joint
        + 1
        + usize::from(word_at(tokens, joint + 1) == "the")
        + usize::from(matches!(word_at(tokens, joint + 2), "last" | "past"));
    let unit = word_at(tokens, number + 1);
    if !matches!(word_at(tokens, joint), "for" | "in" | "within" | "since")
        || tokens.get(number)?.shape != Shape::Number
        || !matches!(
            unit,
            "day" | "days" | "week" | "weeks" | "month" | "months" | "year" | "years"
        )
    {
        return None;
    }
    let root = stem(word_at(tokens, verb));
    let mut last = lexicon
        .table_ids()
        .flat_map(|table| lexicon.columns_of(table))
        .filter(|id| {
            let entry = lexicon.column(*id);
            let says = entry.words.iter().any(|word| {
                let known = stem(word);
                known == root
                    || known.starts_with(&root)
                    || matches!(
                        (root.as_str(), known.as_str()),
                        ("sign" | "log", "login" | "signin") | ("see", "seen") | ("seen", "seen")
                    )
            });
            matches!(entry.sort, Sort::Day { .. })
                && entry.words.first().is_some_and(|word| word == "last")
                && says
        });
    let column = last.next().filter(|_| last.next().is_none())?;
    let lead = (0..not)
        .rev()
        .take_while(|at| {
            matches!(
                word_at(tokens, *at),
                "have" | "has" | "had" | "who" | "that" | "which" | "did"
            )
        })
        .last()
        .filter(|lead| *lead > 0)?;
    let said = lexicon.column(column).words.join(" ");
    Some(replaced(
        tokens,
        lead,
        number + 2,
        &format!("whose {said} is before {} {unit} ago", tokens[number].text),
    ))
}

/// `that were paid with paypal`: by that method, whatever became of the payment.
fn paid_with(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len()).find(|at| {
        word_at(tokens, *at) == "paid"
            && matches!(
                word_at(tokens, at + 1),
                "with" | "by" | "via" | "in" | "using" | "through"
            )
    })?;
    let from = at + 2 + usize::from(matches!(word_at(tokens, at + 2), "a" | "the"));
    let value = tokens.get(from)?;
    let mut methods = lexicon.columns.iter().filter(|entry| {
        let method = entry
            .words
            .iter()
            .any(|word| matches!(word.as_str(), "method" | "payment" | "type" | "via"));
        let mut samples = entry.column.samples.iter();
        method
            && samples.any(|sample| {
                let first = sample
                    .split(|c: char| !c.is_alphanumeric())
                    .next()
                    .unwrap_or_default();
                first.eq_ignore_ascii_case(&value.text)
            })
    });
    let method = methods.next().filter(|_| methods.next().is_none())?;
    let lead = at
        - (0..at)
            .rev()
            .take_while(|i| {
                matches!(
                    word_at(tokens, *i),
                    "that" | "were" | "was" | "which" | "are" | "is" | "been" | "have"
                )
            })
            .count();
    (lead > 0).then(|| replaced(tokens, lead, from, &format!("with {}", method.words.join(" "))))
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn people_go_by_the_name_that_the_schema_has_for_them() {
        let mut radio = schema(&[
            "plans: id int, title text, fee decimal(8,2)",
            "subscribers: id int, full_name text, plan_id int > plans, signed_up_on date, last_login_at timestamp",
            "bills: id int, subscriber_id int > subscribers, amount decimal(8,2), status text, payment_method text, issued_on date",
            "deployments: id int, subscriber_id int > subscribers, started_at timestamp",
        ]);
        radio.tables[0].columns[1].samples = vec!["Basic".into(), "Full".into()];
        radio.tables[2].columns[3].samples = vec!["paid".into(), "open".into(), "void".into()];
        radio.tables[2].columns[4].samples = vec!["card".into(), "paypal".into()];
        check(
            &radio,
            &[
                ("how many customers are there", "SELECT COUNT(*) FROM subscribers"),
                (
                    "customers without bills",
                    "SELECT * FROM subscribers WHERE NOT EXISTS (SELECT 1 FROM bills WHERE bills.subscriber_id = subscribers.id)",
                ),
                (
                    "who is on the Basic plan",
                    "SELECT subscribers.* FROM subscribers JOIN plans ON subscribers.plan_id = plans.id WHERE plans.title = 'Basic'",
                ),
                (
                    "new signups per month in 2024",
                    "SELECT DATE_FORMAT(signed_up_on, '%Y-%m'), COUNT(*) FROM subscribers WHERE signed_up_on >= '2024-01-01' AND signed_up_on < '2025-01-01' \
                     GROUP BY DATE_FORMAT(signed_up_on, '%Y-%m')",
                ),
                (
                    "subscribers who have not logged in for 90 days",
                    "SELECT * FROM subscribers WHERE last_login_at < CURRENT_DATE - INTERVAL 90 DAY",
                ),
                (
                    "void bills that were paid with paypal",
                    "SELECT * FROM bills WHERE status = 'void' AND payment_method = 'paypal'",
                ),
                (
                    "who deployed the most",
                    "SELECT subscribers.full_name FROM subscribers JOIN deployments ON deployments.subscriber_id = subscribers.id \
                     GROUP BY subscribers.id, subscribers.full_name ORDER BY COUNT(*) DESC LIMIT 1",
                ),
            ],
        );
    }
}
