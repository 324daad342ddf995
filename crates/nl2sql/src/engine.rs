//! The engine that needs no model: words of the question are linked to the schema, rules of language make a plan of them,
//! and the plan is written in the dialect asked for.

mod abbreviations;
mod abreast;
mod absence;
mod against;
mod ages;
mod alike;
mod asides;
mod bare;
mod belonging;
mod belongings;
mod beside;
mod between;
mod brinks;
mod calendar;
mod chinese;
mod choose;
mod clientele;
mod coded;
mod codes;
mod coinciding;
mod combine;
mod company;
mod compare;
mod conditions;
mod confidence;
mod counterparts;
mod counting;
mod countries;
mod crew;
mod cuts;
mod dated;
mod dates;
mod degree;
mod directions;
mod doers;
mod durations;
mod elapsed;
mod exonyms;
mod explain;
mod extremes;
mod finish;
mod flagged;
mod forms;
mod gate;
mod glued;
pub(crate) mod graph;
mod grouping;
mod how;
mod idioms;
mod incidental;
mod items;
mod judge;
mod kept;
mod kinds;
mod kinship;
mod lacking;
mod languages;
mod lapsed;
mod lasting;
mod lastly;
mod layers;
mod leaders;
mod leftover;
mod lengths;
mod levels;
mod lexicon;
mod likewise;
mod link;
mod listings;
mod lost;
mod money;
mod most;
mod naming;
mod neithers;
mod newcomers;
mod opposed;
mod ordering;
mod outlays;
mod outnumbered;
mod output;
mod overall;
mod overdue;
mod owners;
mod paraphrase;
mod pattern;
mod peaks;
mod peers;
mod period;
mod persons;
mod phrases;
mod places;
mod placing;
mod plan;
mod prefer;
mod projection;
mod prune;
mod quote;
mod quotients;
mod ranks;
mod rates;
mod reading;
mod referrers;
mod refuse;
mod related;
mod remarks;
mod render;
mod repeated;
mod roles;
mod samples;
mod sayings;
mod sellers;
pub(crate) mod shorthand;
mod signals;
mod slow;
mod sorts;
mod spanning;
mod speech;
mod spending;
mod standing;
mod states;
pub(crate) mod stem;
mod streets;
mod subjects;
mod sums;
pub(crate) mod synonyms;
mod takings;
mod tallies;
mod termwise;
pub(crate) mod text;
mod timing;
mod tolls;
pub(crate) mod tongue;
mod tops;
mod totals;
mod truth;
mod turns;
mod undone;
mod values;
mod verbs;
mod versus;
mod weights;
mod wordings;
pub(crate) mod words;
mod zones;

#[cfg(test)]
mod generated;
#[cfg(test)]
mod habits;
#[cfg(test)]
mod nearness;
#[cfg(test)]
mod readings;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod trust;

use jiff::civil::Date;

pub use lexicon::Lexicon;

use crate::dialect::Dialect;
use crate::schema::{Aliases, Schema};
use choose::Chosen;
use items::Kind;
use text::Token;
use tongue::Tongue;

/// A question to the engine.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What the user typed: any text at all.
    pub question: &'a str,
    /// What is known of the database; without it, names are guessed and confidence stays low.
    pub schema: Option<&'a Schema>,
    /// The dialect of the answer.
    pub dialect: Dialect,
    /// The day that "in March" and "q2" are counted from.
    pub today: Date,
    /// Other words for the schema's tables and columns; [`answer_with`] takes them from its vocabulary instead.
    pub aliases: Option<&'a Aliases>,
}

/// An answer: one `SELECT` and what is to be known about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// One line without a trailing semicolon.
    pub sql: String,
    /// One line, written from the plan, with the assumptions made.
    pub explanation: String,
    /// How likely the answer is right, 0 to 1.
    pub confidence: f64,
    /// What the user should know before trusting the answer.
    pub warnings: Vec<String>,
    /// What was supposed where the question leaves a choice.
    pub assumptions: Vec<String>,
    /// The SQL of another reading that is nearly as likely.
    pub alternative: Option<String>,
    /// What the confidence was made from, by name: to fit it anew, and to see why it is what it is.
    pub signals: Vec<(&'static str, f64)>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// The kind of reason, for programs.
    pub kind: RefusalKind,
    /// The reason, for people, with what to do next.
    pub reason: String,
    /// The nearest names of tables and columns.
    pub suggestions: Vec<String>,
}

/// The kinds of reasons for which there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// There is nothing to read.
    Empty,
    /// The request would change data or structure.
    Write,
    /// It is talk, not a question about data.
    ChitChat,
    /// It asks for something the schema does not have.
    NotInSchema,
    /// It is about the schema, but not in a way that the engine reads.
    NotUnderstood,
    /// It is longer than the engine reads.
    TooLong,
}

/// Answers one question; prepares the schema's vocabulary for this question alone.
pub fn answer(request: &Request<'_>) -> Result<Draft, Refusal> {
    match request.schema.filter(|schema| !schema.is_empty()) {
        Some(schema) => {
            let lexicon = match request.aliases {
                Some(aliases) => Lexicon::with_aliases(schema, aliases),
                None => Lexicon::new(schema),
            };
            answer_with(&lexicon, request)
        }
        None => in_its_language(request, None, |tokens| bare::answer(tokens, request)),
    }
}

/// Answers one question with a vocabulary that was prepared from the request's schema before.
pub fn answer_with(lexicon: &Lexicon<'_>, request: &Request<'_>) -> Result<Draft, Refusal> {
    in_its_language(request, Some(lexicon), |tokens| {
        answer_from(lexicon, tokens, request)
    })
}

/// Answers from the tokens of a question in whatever language it is asked, and refuses in that language.
fn in_its_language(
    request: &Request<'_>,
    lexicon: Option<&Lexicon<'_>>,
    answer: impl Fn(&[Token]) -> Result<Draft, Refusal>,
) -> Result<Draft, Refusal> {
    if !chinese::is_chinese(request.question) {
        return answer(&admit(request.question)?);
    }
    let tongue = tongue_of(request);
    admit_chinese(request, lexicon)
        .and_then(|tokens| answer(&tokens))
        .map(|draft| Draft {
            warnings: draft.warnings.iter().map(|note| tongue.note(note)).collect(),
            assumptions: draft.assumptions.iter().map(|note| tongue.note(note)).collect(),
            ..draft
        })
        .map_err(|refusal| {
            let tables = lexicon.map_or_else(Vec::new, Lexicon::table_names);
            chinese::refusal_of(refusal, &tables)
        })
}

/// The language that a question is asked and answered in.
fn tongue_of(request: &Request<'_>) -> &'static Tongue {
    if chinese::is_chinese(request.question) {
        &chinese::CHINESE
    } else {
        &tongue::ENGLISH
    }
}

/// The tokens of a Chinese question in the order of English, unless it is none.
fn admit_chinese(request: &Request<'_>, lexicon: Option<&Lexicon<'_>>) -> Result<Vec<Token>, Refusal> {
    if request.question.len() > text::MAX_BYTES {
        return Err(too_long());
    }
    if let Some(verb) = chinese::write_verb(&chinese::simplified(request.question)) {
        return Err(writing(verb));
    }
    let tokens = chinese::tokens(request.question, lexicon, request.today);
    if tokens.len() > text::MAX_TOKENS {
        return Err(too_long());
    }
    if chinese::is_small_talk(request.question, lexicon) || tokens.is_empty() {
        return Err(small_talk());
    }
    Ok(tokens)
}

/// The tokens of a question, unless it is none.
fn admit(question: &str) -> Result<Vec<Token>, Refusal> {
    if question.len() > text::MAX_BYTES {
        return Err(too_long());
    }
    let tokens = text::tokens(question);
    if tokens.len() > text::MAX_TOKENS {
        return Err(too_long());
    }
    if !tokens
        .iter()
        .any(|token| token.shape != text::Shape::Sign && !token.text.is_empty())
    {
        return Err(refusal(
            RefusalKind::Empty,
            "the question is empty; ask for something in the database, for example \"list all customers\"",
        ));
    }
    if let Some(verb) = gate::write_verb(&tokens) {
        return Err(writing(verb));
    }
    Ok(tokens)
}

fn writing(verb: &str) -> Refusal {
    Refusal {
        kind: RefusalKind::Write,
        reason: format!(
            "\"{verb}\" would change the database, and only questions are answered; ask what to show instead"
        ),
        suggestions: Vec::new(),
    }
}

fn too_long() -> Refusal {
    Refusal {
        kind: RefusalKind::TooLong,
        reason: format!(
            "the question is longer than {} bytes or {} words; ask for one thing at a time",
            text::MAX_BYTES,
            text::MAX_TOKENS
        ),
        suggestions: Vec::new(),
    }
}

/// Words that ask nothing of a database.
fn small_talk() -> Refusal {
    refusal(
        RefusalKind::ChitChat,
        "this is no question about the database; ask for its data, for example \"how many customers are there\"",
    )
}

fn refusal(kind: RefusalKind, reason: &str) -> Refusal {
    Refusal {
        kind,
        reason: reason.to_owned(),
        suggestions: Vec::new(),
    }
}

fn answer_from(lexicon: &Lexicon<'_>, tokens: &[Token], request: &Request<'_>) -> Result<Draft, Refusal> {
    let spelled = paraphrase::spelled_out(lexicon, tokens);
    let tokens = spelled.as_deref().unwrap_or(tokens);
    let items = items::cut(lexicon, tokens, request.today);
    let talk = gate::is_small_talk(tokens);
    let named = items.iter().any(
        |item| matches!(&item.kind, Kind::Mention(mention, _) if mention.score() >= 0.7 && !mention.fuzzy),
    );
    if talk && !named {
        return Err(small_talk());
    }
    if let Some(draft) = quotients::answer(lexicon, tokens, request)
        .or_else(|| layers::answer(lexicon, tokens, &items, request))
        .or_else(|| beside::answer(lexicon, tokens, &items, request))
        .or_else(|| asides::answer(lexicon, tokens, request))
    {
        return Ok(draft);
    }
    let mut chosen = choose::best(lexicon, tokens, &items)
        .ok_or_else(|| refuse::not_in_schema(lexicon, tokens, &items))?;
    if let Some(draft) = combine::answer(lexicon, tokens, &items, &chosen, request) {
        return Ok(draft);
    }
    if let Some(draft) = against::answer(lexicon, tokens, &items, &chosen.reading, request) {
        return Ok(draft);
    }
    if let Some(refusal) = judge::unsupported(&chosen.reading, request.question) {
        return Err(refusal);
    }
    if let Some(unknown) = unknown_subject(&chosen) {
        return Err(refuse::unknown_subject(lexicon, &unknown));
    }
    if let Some(refusal) = judge::objection(&chosen) {
        return Err(refusal);
    }
    company::shown(&mut chosen);
    Ok(draft(lexicon, &chosen, request))
}

/// A reading of a question that was weighed against others, as a fit needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed {
    /// The SQL.
    pub sql: String,
    /// Its measures.
    pub signals: Vec<(&'static str, f64)>,
}

/// All readings of a question in English, best first: what there is to choose from.
pub fn weighed(lexicon: &Lexicon<'_>, request: &Request<'_>) -> Vec<Weighed> {
    let Ok(tokens) = admit(request.question) else {
        return Vec::new();
    };
    let spelled = paraphrase::spelled_out(lexicon, &tokens);
    let tokens = spelled.as_deref().unwrap_or(&tokens);
    let items = items::cut(lexicon, tokens, request.today);
    choose::ranked(lexicon, tokens, &items)
        .iter()
        .map(|one| Weighed {
            sql: render::sql(lexicon, &one.reading.plan, &one.joins, request.dialect),
            signals: one.signals.named(),
        })
        .collect()
}

/// The noun that the question asks for, when neither the schema nor the reading knows it.
fn unknown_subject(chosen: &Chosen<'_>) -> Option<String> {
    let reading = &chosen.reading;
    if reading.head.is_some() {
        return None;
    }
    let first = (0..reading.items.len()).find(|at| {
        let passed = reading.is_glue(*at)
            || matches!(
                reading.items[*at].kind,
                Kind::Phrase(_) | Kind::Number(_) | Kind::And
            );
        !passed
    })?;
    let item = &reading.items[first];
    let mentions_weak =
        reading.link_scores.1 == 0 || reading.link_scores.0 / (reading.link_scores.1 as f32) < 0.62;
    let unexplained = !item.used && matches!(item.kind, Kind::Word | Kind::Mention(..));
    let figure = reading.plan.select.iter().any(plan::Expr::is_aggregate);
    let measured = first
        .checked_sub(1)
        .is_some_and(|at| item.used && reading.word(at) == "how");
    (unexplained || (!measured && mentions_weak && !figure && item.kind == Kind::Word))
        .then(|| reading.raw(first))
}

fn draft(lexicon: &Lexicon<'_>, chosen: &Chosen<'_>, request: &Request<'_>) -> Draft {
    let reading = &chosen.reading;
    let mut plan = reading.plan.clone();
    if chinese::is_chinese(request.question) {
        chinese::respell(lexicon, &mut plan, request.question);
    }
    let sql = render::sql(lexicon, &plan, &chosen.joins, request.dialect);
    let unread = kept::unread(chosen);
    let mut warnings = Vec::new();
    for (at, item) in reading.items.iter().enumerate() {
        let left = !item.used
            && matches!(
                item.kind,
                Kind::Word | Kind::Number(_) | Kind::Quoted(..) | Kind::Value(_) | Kind::Period(_)
            );
        if left || unread.contains(&at) {
            warnings.push(format!(
                "\"{}\" was not understood and is not part of the answer",
                shown(&reading.raw(at))
            ));
        }
    }
    Draft {
        explanation: explain::sentence(lexicon, &plan, &reading.assumptions, tongue_of(request)),
        confidence: confidence::estimate(&chosen.signals),
        alternative: rival(lexicon, chosen, request).filter(|other| *other != sql),
        sql,
        warnings,
        assumptions: reading.assumptions.clone(),
        signals: chosen.signals.named(),
    }
}

/// The answer that a plan is, where the whole question is in it.
fn draft_of(
    lexicon: &Lexicon<'_>,
    (plan, joins): (&plan::Plan, &[graph::Step]),
    sure: f64,
    assumptions: Vec<String>,
    request: &Request<'_>,
) -> Draft {
    Draft {
        sql: render::sql(lexicon, plan, joins, request.dialect),
        explanation: explain::sentence(lexicon, plan, &assumptions, tongue_of(request)),
        confidence: sure,
        warnings: Vec::new(),
        assumptions,
        alternative: None,
        signals: Vec::new(),
    }
}

/// The SQL of the next reading, when it is nearly as good and says all of the question.
fn rival(lexicon: &Lexicon<'_>, chosen: &Chosen<'_>, request: &Request<'_>) -> Option<String> {
    let rival = chosen.rival.as_ref().filter(|rival| combine::is_whole(rival))?;
    Some(render::sql(
        lexicon,
        &rival.reading.plan,
        &rival.joins,
        request.dialect,
    ))
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}
