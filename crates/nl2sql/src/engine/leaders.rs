//! Puts words for what leads into what it is counted by: "the most popular plan", "the busiest room", "the best rated
//! trainer", "members under 25".

use super::lexicon::{ColumnId, Lexicon, Sort, TableId};
use super::link::Namer;
use super::listings::table_of;
use super::paraphrase::{Step, in_turn};
use super::roles;
use super::text::{self, Shape, Token, replaced, word_at};

/// The question with what such words mean, when it has some.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[most_popular, best_rated, young];
    in_turn(STEPS, lexicon, tokens)
}

/// Rows that tell how much something is asked for, likeliest first.
const DEEDS: &[&str] = &[
    "order",
    "booking",
    "sale",
    "purchase",
    "reservation",
    "rental",
    "enrollment",
    "enrolment",
    "registration",
    "loan",
    "ticket",
    "visit",
    "appointment",
    "session",
    "subscription",
    "item",
    "line",
    "member",
    "customer",
    "trip",
    "view",
];

/// The tables whose rows refer to those of one.
fn referring(lexicon: &Lexicon<'_>, table: TableId) -> Vec<TableId> {
    let mut found: Vec<TableId> = lexicon
        .graph
        .links
        .iter()
        .filter(|link| link.to == table && link.from != table)
        .map(|link| link.from)
        .collect();
    found.dedup();
    found
}

/// The table named right after a place, past a number, and where its name ends.
fn things_after(lexicon: &Lexicon<'_>, tokens: &[Token], at: usize) -> Option<(TableId, usize)> {
    let namer = Namer::new(lexicon);
    (1..=2).rev().find_map(|length| {
        let words = tokens.get(at..at + length)?;
        Some((table_of(&namer, words)?, at + length))
    })
}

/// `the 3 most popular plans` are those with the most members, where nothing measures how popular they are.
fn most_popular(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const MEASURES: &[&str] = &[
        "popularity",
        "popular",
        "views",
        "likes",
        "votes",
        "sold",
        "rating",
        "downloads",
        "hits",
    ];
    let word = |at: usize| word_at(tokens, at);
    let (at, said, most) = (0..tokens.len()).find_map(|at| match (word(at), word(at + 1)) {
        ("most", "popular" | "booked" | "used" | "visited" | "requested" | "ordered" | "active") => {
            Some((at, 2, true))
        }
        ("least", "popular" | "booked" | "used" | "visited" | "requested" | "ordered" | "active") => {
            Some((at, 2, false))
        }
        ("busiest", _) => Some((at, 1, true)),
        ("quietest", _) => Some((at, 1, false)),
        _ => None,
    })?;
    let (table, end) = things_after(lexicon, tokens, at + said)?;
    let measured = lexicon.columns_of(table).any(|id| {
        lexicon
            .column(id)
            .words
            .iter()
            .any(|word| MEASURES.contains(&word.as_str()))
    });
    // What ranks them may be said: "most popular plan by revenue".
    let ranked = (end..tokens.len()).any(|i| matches!(word(i), "by" | "per" | "in" | "among" | "based"));
    if measured || ranked {
        return None;
    }
    let children = referring(lexicon, table);
    let deed = match &children[..] {
        [only] => *only,
        several => DEEDS.iter().find_map(|deed| {
            several.iter().copied().find(|child| {
                lexicon
                    .table(*child)
                    .words
                    .last()
                    .is_some_and(|last| last == deed)
            })
        })?,
    };
    let mut spelled = tokens[..at].to_vec();
    spelled.extend_from_slice(&tokens[at + said..end]);
    spelled.extend(text::tokens(&format!(
        "with the {} {}",
        if most { "most" } else { "fewest" },
        lexicon.title(deed)
    )));
    spelled.extend_from_slice(&tokens[end..]);
    Some(spelled)
}

/// `the best rated trainer` has the highest average rating, where another table holds the ratings.
fn best_rated(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.windows(2).position(|two| {
        two[1].lower == "rated"
            && matches!(
                two[0].lower.as_str(),
                "best" | "highest" | "top" | "worst" | "lowest" | "poorest"
            )
    })?;
    let high = matches!(word_at(tokens, at), "best" | "highest" | "top");
    let (table, end) = things_after(lexicon, tokens, at + 2)?;
    let rating = |id: &ColumnId| {
        let entry = lexicon.column(*id);
        let says = |word: &String| matches!(word.as_str(), "rating" | "stars" | "score" | "satisfaction");
        entry.sort == Sort::Number && !lexicon.is_key(*id) && entry.words.iter().any(says)
    };
    if lexicon.columns_of(table).any(|id| rating(&id)) {
        return None;
    }
    let mut held = lexicon
        .table_ids()
        .flat_map(|table| lexicon.columns_of(table))
        .filter(rating);
    let column = held.next().filter(|_| held.next().is_none())?;
    let mut spelled = tokens[..at].to_vec();
    spelled.extend_from_slice(&tokens[at + 2..end]);
    spelled.extend(text::tokens(&format!(
        "with the {} average {}",
        if high { "highest" } else { "lowest" },
        lexicon.column(column).words.join(" ")
    )));
    spelled.extend_from_slice(&tokens[end..]);
    Some(spelled)
}

/// `members under 25` are younger than that, where people have a day of birth or an age.
fn young(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at =
        (1..tokens.len()).find(|at| matches!(word_at(tokens, *at), "under" | "over" | "above" | "below"))?;
    let number: u32 = tokens
        .get(at + 1)
        .filter(|token| token.shape == Shape::Number)?
        .text
        .parse()
        .ok()?;
    let years = matches!(word_at(tokens, at + 2), "years" | "yrs");
    let ends = years
        || tokens.get(at + 2).is_none_or(|next| {
            !next.is_word()
                || matches!(
                    next.lower.as_str(),
                    "and" | "or" | "who" | "with" | "from" | "in" | "that" | "by" | "per"
                )
        });
    let before = at - 1 - usize::from(at > 2 && matches!(word_at(tokens, at - 1), "are" | "is" | "aged"));
    let namer = Namer::new(lexicon);
    let table = table_of(&namer, tokens.get(before..=before)?).or_else(|| {
        matches!(word_at(tokens, before), "who" | "that")
            .then(|| table_of(&namer, tokens.get(before.checked_sub(1)?..before)?))
            .flatten()
    })?;
    let aged = lexicon.columns_of(table).any(|id| {
        let says =
            |word: &String| matches!(word.as_str(), "birth" | "dob" | "birthdate" | "birthday" | "age");
        lexicon.column(id).words.iter().any(says)
    });
    let people = roles::names_people(lexicon, table);
    if !(ends && aged && people && (5..=110).contains(&number)) {
        return None;
    }
    let than = if matches!(word_at(tokens, at), "under" | "below") {
        "younger than"
    } else {
        "older than"
    };
    Some(replaced(tokens, at, at + 1, than))
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn what_leads_is_counted_by_what_refers_to_it() {
        let pool = schema(&[
            "plans: id int, title text, fee decimal(8,2)",
            "swimmers: id int, full_name text, birth_date date, plan_id int > plans",
            "coaches: id int, full_name text",
            "lessons: id int, coach_id int > coaches, title text, starts_at timestamp",
            "bookings: id int, lesson_id int > lessons, swimmer_id int > swimmers, rating int",
        ]);
        check(
            &pool,
            &[
                (
                    "most popular plan",
                    "SELECT plans.title FROM plans JOIN swimmers ON swimmers.plan_id = plans.id GROUP BY plans.id, plans.title ORDER BY COUNT(*) DESC LIMIT 1",
                ),
                (
                    "the best rated coach",
                    "SELECT coaches.full_name FROM coaches JOIN lessons ON lessons.coach_id = coaches.id JOIN bookings ON bookings.lesson_id = lessons.id \
                     GROUP BY coaches.id, coaches.full_name ORDER BY AVG(bookings.rating) DESC LIMIT 1",
                ),
                (
                    "swimmers under 25",
                    "SELECT * FROM swimmers WHERE birth_date > CURRENT_DATE - INTERVAL 25 YEAR",
                ),
            ],
        );
    }
}
