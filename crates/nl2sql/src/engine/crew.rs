//! Reads what is said of those who work somewhere: "who works in Sales", "people who left last month", "total payroll".

use super::lexicon::{Lexicon, Sort};
use super::link::Namer;
use super::listings::table_of;
use super::paraphrase::{Step, in_turn};
use super::roles;
use super::stem::stem;
use super::text::{self, Shape, Token, replaced, word_at};

/// The question with its people in plain words, when it speaks of them so.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[
        |_, tokens| works_in(tokens),
        came_in,
        left_us,
        payroll,
        ordered_by_people,
    ];
    in_turn(STEPS, lexicon, tokens)
}

/// `who works in Sales`: everyone who works there.
fn works_in(tokens: &[Token]) -> Option<Vec<Token>> {
    let end = match (word_at(tokens, 0), word_at(tokens, 1), word_at(tokens, 2)) {
        ("who", "works" | "work" | "worked", _) => 2,
        ("who", "is" | "are", "working" | "employed") => 3,
        _ => return None,
    };
    matches!(word_at(tokens, end), "in" | "at" | "for" | "with")
        .then(|| replaced(tokens, 0, end + 1, "everyone working at"))
}

/// `who joined this year`: the one kind of people that there are.
fn came_in(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let verb = 1 + usize::from(matches!(word_at(tokens, 1), "has" | "have"));
    let came = matches!(word_at(tokens, verb), "joined" | "started")
        || word_at(tokens, verb) == "signed" && word_at(tokens, verb + 1) == "up";
    let after = verb + if word_at(tokens, verb) == "signed" { 2 } else { 1 };
    let timed = matches!(
        word_at(tokens, after),
        "this"
            | "last"
            | "in"
            | "today"
            | "yesterday"
            | "since"
            | "after"
            | "before"
            | "on"
            | "within"
            | "during"
    );
    if word_at(tokens, 0) != "who" || !came || !timed {
        return None;
    }
    let mut people = lexicon
        .table_ids()
        .filter(|table| roles::names_people(lexicon, *table));
    let only = people.next().filter(|_| people.next().is_none())?;
    Some(replaced(tokens, 0, 1, &format!("{} who", lexicon.title(only))))
}

/// `people who left last month`: the moment that they went, where they have one.
fn left_us(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const GOING: &[&str] = &[
        "termination",
        "terminated",
        "exit",
        "leaving",
        "leave",
        "left",
        "separation",
        "departure",
        "resignation",
        "resigned",
        "quit",
        "offboarded",
        "offboarding",
    ];
    let at = (1..tokens.len()).find(|at| matches!(word_at(tokens, *at), "left" | "quit" | "resigned"))?;
    let who = at
        .checked_sub(1)
        .filter(|who| matches!(word_at(tokens, *who), "who" | "that" | "have" | "has"))?;
    let who = who
        - usize::from(
            who > 0
                && matches!(word_at(tokens, who), "have" | "has")
                && matches!(word_at(tokens, who - 1), "who" | "that"),
        );
    let whom = match (word_at(tokens, at + 1), word_at(tokens, at + 2)) {
        ("the" | "our", "company" | "firm" | "organization" | "organisation" | "team" | "business") => 2,
        ("us", _) => 1,
        _ => 0,
    };
    let after = at + 1 + whom;
    let timed = tokens.get(after).is_some_and(|next| {
        matches!(
            next.lower.as_str(),
            "last"
                | "this"
                | "in"
                | "since"
                | "before"
                | "after"
                | "during"
                | "between"
                | "today"
                | "yesterday"
                | "within"
        ) || next.shape == Shape::Date
    });
    let mut found = lexicon
        .table_ids()
        .filter(|table| roles::names_people(lexicon, *table))
        .flat_map(|table| lexicon.columns_of(table))
        .filter(|id| {
            let entry = lexicon.column(*id);
            matches!(entry.sort, Sort::Day { .. })
                && entry
                    .words
                    .iter()
                    .any(|word| GOING.contains(&word.as_str()) || stem(word) == stem(word_at(tokens, at)))
        });
    let column = found.next().filter(|_| found.next().is_none())?;
    let entry = lexicon.column(column);
    let said = entry.words.join(" ");
    let mut spelled = tokens[..who].to_vec();
    let people = spelled.last().is_none_or(|token| {
        matches!(
            token.lower.as_str(),
            "people" | "everyone" | "everybody" | "persons" | "those" | "list" | "show"
        )
    });
    if people {
        if spelled
            .last()
            .is_some_and(|token| !matches!(token.lower.as_str(), "list" | "show"))
        {
            spelled.pop();
        }
        spelled.extend(text::tokens(&lexicon.title(entry.table)));
    }
    spelled.extend(text::tokens(&if timed {
        format!("with {said}")
    } else {
        format!("whose {said} is not null")
    }));
    spelled.extend_from_slice(&tokens[after..]);
    Some(spelled)
}

/// `total payroll` is the sum of the salaries, where nothing else is called so.
fn payroll(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.iter().position(|token| token.lower == "payroll")?;
    let mut pay = lexicon.columns.iter().filter(|entry| {
        let mut words = entry.words.iter();
        entry.sort == Sort::Number && words.any(|word| matches!(word.as_str(), "salary" | "wage" | "wages"))
    });
    let entry = pay
        .next()
        .filter(|_| pay.next().is_none() && !lexicon.has_word("payroll"))?;
    let from = at
        - usize::from(
            at > 0
                && matches!(
                    word_at(tokens, at - 1),
                    "total" | "our" | "monthly" | "annual" | "whole"
                ),
        );
    Some(replaced(
        tokens,
        from,
        at + 1,
        &format!(
            "total {} of {}",
            entry.words.join(" "),
            lexicon.title(entry.table)
        ),
    ))
}

/// `services ordered by vip guests` were ordered by them: people are nothing to sort by.
fn ordered_by_people(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at =
        (1..tokens.len()).find(|at| word_at(tokens, *at) == "ordered" && word_at(tokens, at + 1) == "by")?;
    let last = tokens.len().checked_sub(1)?;
    let namer = Namer::new(lexicon);
    let people = table_of(&namer, &tokens[last..])?;
    let things = table_of(&namer, &tokens[at - 1..at])?;
    let several = tokens[last].lower.ends_with('s') && last > at + 1;
    (several && people != things && roles::names_people(lexicon, people) && last <= at + 4)
        .then(|| replaced(tokens, at, at + 2, "made by"))
}
