//! Cuts a question into items: phrases of structure, names of the schema, values, numbers, times and leftover words.

use jiff::civil::Date;

use super::lexicon::{Lexicon, Sort, TableId};
use super::link::{self, Mention, Span, ValueHit};
use super::money;
use super::period::{self, Period};
use super::phrases::{self, Phrase};
use super::samples;
use super::stem::singular;
use super::text::{Shape, Token};
use super::words;

/// One item of a question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    /// Whether a part of the plan came from it.
    pub used: bool,
    /// The table that the words around say a column belongs to.
    pub owner: Option<TableId>,
}

/// What an item is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Phrase(Phrase),
    /// Names of tables or columns, with values of the same spelling.
    Mention(Mention, Vec<ValueHit>),
    /// Values that the schema's samples hold.
    Value(Vec<ValueHit>),
    /// Something in quotes, with samples of the same spelling.
    Quoted(String, Vec<ValueHit>),
    Number(String),
    Period(Period),
    And,
    Or,
    Comma,
    /// A word that only holds others together.
    Glue,
    /// A word that nothing explains yet.
    Word,
}

enum Choice<'a> {
    Value(&'a [ValueHit]),
    Phrase(Phrase),
    Mention(&'a Mention),
    Period(Period),
}

/// Cuts the tokens into items.
pub(crate) fn cut(lexicon: &Lexicon<'_>, tokens: &[Token], today: Date) -> Vec<Item> {
    let mentions = link::mentions(lexicon, tokens);
    let samples = samples::sample_values(lexicon, tokens);
    let mut items = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let (kind, taken) = next(lexicon, tokens, at, today, &mentions, &samples);
        items.push(Item {
            kind,
            start: at,
            end: at + taken,
            used: false,
            owner: None,
        });
        at += taken;
    }
    if let Some(each) = lists_each(&items, tokens) {
        items[each].kind = Kind::Glue;
    }
    items
}

/// `list each film title with …`: every row, where nothing is counted, added up or ranked.
fn lists_each(items: &[Item], tokens: &[Token]) -> Option<usize> {
    let each = items.iter().position(|item| item.kind != Kind::Glue)?;
    let alone = tokens[items[each].start].lower == "each" && items[each].end - items[each].start == 1;
    let figures = items.iter().any(|item| {
        matches!(
            item.kind,
            Kind::Phrase(Phrase::Aggregate(_) | Phrase::Superlative { .. } | Phrase::Most(_) | Phrase::Top)
        )
    });
    (each > 0 && alone && !figures).then_some(each)
}

fn next(
    lexicon: &Lexicon<'_>,
    tokens: &[Token],
    at: usize,
    today: Date,
    mentions: &[Span<Mention>],
    samples: &[Span<Vec<ValueHit>>],
) -> (Kind, usize) {
    let token = &tokens[at];
    let same_values = |end: usize| -> Vec<ValueHit> {
        samples
            .iter()
            .filter(|span| span.start == at && span.end == end)
            .flat_map(|span| span.what.clone())
            .collect()
    };
    if token.shape == Shape::Quoted {
        return (Kind::Quoted(token.text.clone(), same_values(at + 1)), 1);
    }
    // "phone number of": the number is part of the name before it.
    let names_before = matches!(token.lower.as_str(), "number" | "numbers")
        && mentions
            .iter()
            .any(|span| span.end == at && span.what.score() >= 0.6)
        && !tokens[..at].iter().any(|token| token.lower == "total");
    let names_it = mentions
        .iter()
        .any(|span| span.start == at && span.what.score() >= 0.9);
    let names_it = names_it
        && !(names_before
            && mentions
                .iter()
                .all(|span| span.start != at || span.end > at + 1 || span.what.score() < 0.97));
    if names_before && !names_it {
        return (Kind::Glue, 1);
    }
    let named_after = mentions
        .iter()
        .any(|span| span.start == at + 1 && span.what.score() >= 0.7);
    let owned = mentions
        .iter()
        .any(|span| span.end == at && span.what.table_score() >= 0.7);
    let mut choices: Vec<(usize, u8, Choice<'_>)> = Vec::new();
    if let Some(span) = samples
        .iter()
        .filter(|span| span.start == at)
        .max_by_key(|span| span.end)
    {
        let capital = tokens[at..span.end]
            .iter()
            .any(|token| token.text.chars().any(char::is_uppercase));
        // "available rooms", where a code says so.
        let coded = matches!(token.lower.as_str(), "available" | "complete")
            && span
                .what
                .iter()
                .all(|hit| hit.value.len() <= 3 && hit.value.bytes().all(|byte| byte.is_ascii_uppercase()));
        let weak = span.end - at == 1
            && !coded
            && tokens[at..span.end]
                .iter()
                .all(|token| words::STOP.contains(&token.lower.as_str()));
        if !weak || (capital && at > 0) {
            choices.push((
                span.end - at,
                if capital && at > 0 { 6 } else { 3 },
                Choice::Value(&span.what),
            ));
        }
    }
    // "before 2000 or after 2010": two moments, not "2000 or later".
    let two_moments = |taken: usize| {
        token.lower == "or"
            && matches!(phrases::read(tokens, at), Some((Phrase::Compare { time, .. }, _)) if time
                || tokens.get(at + taken).is_some_and(|next| next.shape == Shape::Number || next.lower == "than"))
            && tokens.get(at + taken).is_some_and(|next| {
                next.shape != Shape::Sign && !matches!(next.lower.as_str(), "and" | "with")
            })
    };
    // "with name and genre": columns, not a name.
    let lists_name = |phrase: Phrase, taken: usize| {
        phrase == Phrase::Named
            && token.lower == "with"
            && tokens
                .get(at + taken)
                .is_none_or(|next| matches!(next.lower.as_str(), "and" | "," | "or"))
    };
    if let Some((phrase, taken)) = phrases::read(tokens, at).filter(|(phrase, taken)| {
        !(names_before
            || lists_name(*phrase, *taken)
            || two_moments(*taken)
            || names_it && is_plain_name(tokens, at, owned, named_after))
    }) {
        // A state that a sample spells just so is that state: sold_out.
        let priority = match phrase {
            Phrase::Exhausted | Phrase::Stocked => 2,
            _ => 5,
        };
        choices.push((taken, priority, Choice::Phrase(phrase)));
    }
    if let Some(span) = mentions
        .iter()
        .filter(|span| span.start == at && span.what.score() >= min_score(span))
        .max_by(|a, b| rank(a).total_cmp(&rank(b)))
    {
        // A word that is only kin to a name is sooner the value that a sample spells just so.
        // "open tickets", whose moment is opened_at: the state, not the moment.
        let moment = span.end - span.start == 1
            && span.what.table_score() < 0.8
            && span.what.columns.first().is_some_and(|hit| {
                let entry = lexicon.column(hit.id);
                matches!(entry.sort, Sort::Day { .. }) && !entry.words.contains(&token.lower)
            });
        let priority = match span.what.score() {
            _ if moment => 2,
            score if score >= 0.97 && span.end - span.start > 1 => 8,
            score if score >= 0.8 => 4,
            score if score >= 0.7 => 2,
            _ => 1,
        };
        // "total revenue" for total_amount: the first word is better taken as a function.
        // TOT_CHG_CTS is the total charge itself.
        let spelled = span.end - at == 2
            && span.what.columns.first().is_some_and(|hit| {
                let words = &lexicon.column(hit.id).words;
                words.starts_with(&[token.lower.clone(), singular(&tokens[at + 1].lower)])
            });
        let whole = if spelled { 0.85 } else { 0.95 };
        // "open tickets" where nothing is known of the states of tickets.
        let stated = moment && states_of_rows(lexicon, tokens, at, mentions);
        let function = stated
            || span.end - at > 1
                && span.what.score() < whole
                && matches!(phrases::read(tokens, at), Some((Phrase::Aggregate(_), 1)));
        if !function {
            choices.push((span.end - at, priority, Choice::Mention(&span.what)));
        }
    }
    if let Some((period, taken)) = period::read(
        &tokens[at..],
        at.checked_sub(1).map(|before| &tokens[before]),
        today,
    ) {
        // "upcoming": a state where the schema has one, else a time.
        let priority = if period.is_open() { 2 } else { 7 };
        choices.push((taken, priority, Choice::Period(period)));
    }
    let best = choices
        .into_iter()
        .max_by_key(|(taken, priority, _)| (*taken, *priority));
    match best {
        Some((taken, _, Choice::Value(hits))) => (Kind::Value(hits.to_vec()), taken),
        Some((taken, _, Choice::Phrase(phrase))) => (Kind::Phrase(phrase), taken),
        Some((taken, _, Choice::Mention(mention))) => {
            (Kind::Mention(mention.clone(), same_values(at + taken)), taken)
        }
        Some((taken, _, Choice::Period(period))) => (Kind::Period(period), taken),
        None if token.lower == "one"
            && at > 0
            && matches!(
                tokens[at - 1].lower.as_str(),
                "than" | "least" | "most" | "exactly" | "only" | "over"
            ) =>
        {
            (Kind::Number("1".into()), 1)
        }
        None if money::is_currency(&token.lower)
            && at > 0
            && (tokens[at - 1].shape == Shape::Number
                || matches!(tokens[at - 1].lower.as_str(), "in" | "as")) =>
        {
            (Kind::Glue, 1)
        }
        // "orders on hold": a state, not a verb.
        None if token.lower == "hold" && at > 0 && tokens[at - 1].lower == "on" => (Kind::Word, 1),
        None if is_shouted(tokens, at) => (Kind::Word, 1),
        None => (plain(token), 1),
    }
}

/// Whether a state stands before rows that have a column of states without samples, and a moment of a kindred name.
fn states_of_rows(lexicon: &Lexicon<'_>, tokens: &[Token], at: usize, mentions: &[Span<Mention>]) -> bool {
    let named = mentions
        .iter()
        .filter(|span| span.start == at + 1 && span.what.table_score() >= 0.9)
        .find_map(|span| span.what.tables.first());
    tokens[at].lower == "open"
        && named.is_some_and(|hit| {
            lexicon.columns_of(hit.id).any(|id| {
                let entry = lexicon.column(id);
                entry.sort == Sort::Text
                    && entry.column.samples.is_empty()
                    && matches!(entry.words.last().map(String::as_str), Some("status" | "state"))
            })
        })
}

/// `a total of at most 20`, `the card limit`: words of structure that are columns where the schema has them and no number follows.
fn is_plain_name(tokens: &[Token], at: usize, owned: bool, named_after: bool) -> bool {
    let before = at.checked_sub(1).map_or("", |i| tokens[i].lower.as_str());
    let after = tokens.get(at + 1);
    match tokens[at].lower.as_str() {
        "total" if owned && after.is_none() => true,
        // "a total score above 300", where the total is a column
        "total"
            if !named_after
                && after.is_some_and(|token| {
                    matches!(
                        token.lower.as_str(),
                        "score" | "scores" | "points" | "medals" | "marks"
                    )
                }) =>
        {
            true
        }
        "total" => {
            matches!(before, "a" | "whose")
                && after.is_some_and(|token| {
                    !token.is_word() || token.lower == "of" || phrases::is_part(&token.lower)
                })
        }
        "limit" => at > 0 && after.is_none_or(|token| token.shape != Shape::Number && token.lower != "to"),
        _ => false,
    }
}

/// `US`, `IT`: capitals among small letters are a name, even where the word is a small one.
fn is_shouted(tokens: &[Token], at: usize) -> bool {
    let text = &tokens[at].text;
    let upper = text.len() >= 2 && text.chars().all(char::is_uppercase);
    upper
        && !matches!(text.as_str(), "AND" | "OR" | "NOT" | "ALL" | "THE")
        && tokens
            .iter()
            .any(|token| token.text.chars().any(char::is_lowercase))
}

/// A longer span must name something nearly in full; otherwise its parts say more.
fn min_score(span: &Span<Mention>) -> f32 {
    match span.end - span.start {
        1 => 0.0,
        2 => 0.72,
        _ => 0.7,
    }
}

/// Longer names first, then better ones.
fn rank(span: &Span<Mention>) -> f32 {
    (span.end - span.start) as f32 + span.what.score()
}

fn plain(token: &Token) -> Kind {
    match token.shape {
        Shape::Number => Kind::Number(token.text.clone()),
        Shape::Sign => match token.text.as_str() {
            "," | ";" => Kind::Comma,
            _ => Kind::Glue,
        },
        _ => match token.lower.as_str() {
            "and" | "&" | "plus" => Kind::And,
            "or" => Kind::Or,
            "one" => Kind::Glue,
            lower => match words::number_word(lower) {
                Some(number) => Kind::Number(number.to_string()),
                None if words::STOP.contains(&lower) || words::VERBS.contains(&lower) => Kind::Glue,
                None => Kind::Word,
            },
        },
    }
}
