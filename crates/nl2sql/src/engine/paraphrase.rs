//! Puts words that stand for a whole phrase into the words of that phrase, before anything is read.

use super::belongings;
use super::brinks;
use super::coded;
use super::doers;
use super::flagged;
use super::idioms;
use super::leaders;
use super::lexicon::{Lexicon, Sort};
use super::link::Namer;
use super::listings;
use super::neithers;
use super::outlays;
use super::remarks;
use super::repeated;
use super::roles;
use super::sayings;
use super::slow;
use super::speech;
use super::standing;
use super::streets;
use super::subjects;
use super::tallies;
use super::text::{self, Token};
use super::tolls;
use super::turns;
use super::verbs;
use super::versus;
use super::wordings;
use super::{clientele, crew, lacking, lasting, lastly, opposed, sums};

/// Puts a question in other words, where it has the words for that.
pub(super) type Step = fn(&Lexicon<'_>, &[Token]) -> Option<Vec<Token>>;

/// The question after all steps, each from what the one before has left; nothing when none changes it.
pub(super) fn in_turn(steps: &[Step], lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    steps.iter().fold(None, |spelled: Option<Vec<Token>>, step| {
        step(lexicon, spelled.as_deref().unwrap_or(tokens)).or(spelled)
    })
}

/// `headcount` is the number of rows of the one table of people, and the people that `how many` counts are its rows,
/// unless the schema has the word itself.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[
        remarks::spelled_out,
        |_, tokens| brinks::spelled_out(tokens),
        neithers::spelled_out,
        standing::spelled_out,
        clientele::spelled_out,
        opposed::spelled_out,
        turns::spelled_out,
        repeated::spelled_out,
        doers::spelled_out,
        lastly::spelled_out,
        lacking::spelled_out,
        lasting::spelled_out,
        crew::spelled_out,
        sums::spelled_out,
        verbs::spelled_out,
        streets::spelled_out,
        leaders::spelled_out,
        wordings::spelled_out,
        belongings::spelled_out,
        flagged::spelled_out,
        tolls::spelled_out,
        outlays::spelled_out,
        tallies::spelled_out,
        coded::spelled_out,
        slow::than,
        slow::of_others,
        slow::on_average,
        slow::first,
        speech::spelled_out,
        versus::spelled_out,
        sayings::spelled_out,
        listings::spelled_out,
        subjects::spelled_out,
        |_, tokens| idioms::spelled_out(tokens),
        |_, tokens| both_names(tokens),
        inhabitants,
        |_, tokens| times(tokens),
        figure_of_number,
        family_name,
        name_of_other,
        worth,
        people_spelled_out,
    ];
    in_turn(STEPS, lexicon, tokens)
}

/// `how many people live in …` where people are no rows but a population.
fn inhabitants(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const PEOPLE: &[&str] = &["people", "persons", "citizens", "inhabitants", "residents"];
    const LIVE: &[&str] = &["live", "lives", "living", "stay", "reside", "are", "there", "is"];
    // "what is the number of citizens of …", "how many people live in …"
    let at = tokens.windows(3).position(|three| {
        let [how, many, people] = three else { return false };
        matches!(
            (how.lower.as_str(), many.lower.as_str()),
            ("how", "many") | ("number", "of")
        ) && PEOPLE.contains(&people.lower.as_str())
    })?;
    let people = &tokens[at + 2];
    let asked = tokens[..at].iter().all(|token| {
        matches!(
            token.lower.as_str(),
            "what" | "is" | "the" | "give" | "me" | "show" | "tell"
        )
    });
    let counted = lexicon
        .columns
        .iter()
        .any(|entry| entry.words.iter().any(|word| word == "population"));
    if !asked || !counted || !lexicon.senses(&people.lower, &people.stem).is_empty() {
        return None;
    }
    let rest = tokens[at + 3..]
        .iter()
        .skip_while(|token| LIVE.contains(&token.lower.as_str()));
    Some(
        text::tokens("what is the population")
            .into_iter()
            .chain(rest.cloned())
            .collect(),
    )
}

/// `average number of seats` where a column holds the seats is the average of that column.
fn figure_of_number(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let said = |at: usize| {
        matches!(tokens.get(at..at + 4), Some([figure, number, of, _]) if matches!(
            figure.lower.as_str(),
            "average" | "mean" | "avg" | "maximum" | "minimum" | "highest" | "lowest" | "total" | "median"
        ) && matches!(number.lower.as_str(), "number" | "amount" | "count")
            && of.lower == "of")
    };
    let measured = |at: usize| {
        let namer = Namer::new(lexicon);
        [2, 1].into_iter().any(|length| {
            let Some(words) = tokens.get(at + 3..at + 3 + length) else {
                return false;
            };
            let said: Vec<&str> = words.iter().map(|token| token.text.as_str()).collect();
            let mention = namer.mention(&said.join(" "));
            let column = mention.columns.iter().any(|hit| {
                hit.score >= 0.9 && lexicon.column(hit.id).sort == Sort::Number && !lexicon.is_key(hit.id)
            });
            column && mention.table_score() < 0.6
        })
    };
    let mut spelled: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        spelled.push(tokens[at].clone());
        let is_figure = said(at) && measured(at);
        at += if is_figure { 3 } else { 1 };
    }
    (spelled.len() < tokens.len()).then_some(spelled)
}

/// `family name` is the last name, where the schema does not speak of families.
fn family_name(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const OTHER: &[(&str, &str)] = &[("family", "last"), ("given", "first"), ("christian", "first")];
    let at = tokens.windows(2).position(|two| {
        matches!(two[1].lower.as_str(), "name" | "names")
            && OTHER.iter().any(|(word, _)| *word == two[0].lower)
            && !lexicon.has_word(&two[0].lower)
    })?;
    let (_, word) = OTHER.iter().find(|(word, _)| *word == tokens[at].lower)?;
    let mut spelled = tokens.to_vec();
    spelled.splice(at..=at, text::tokens(word));
    Some(spelled)
}

/// `order dates with the name of their customer`: both are asked for.
fn name_of_other(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const LINKS: &[&str] = &["the", "its", "their", "his", "her"];
    let is = |at: usize, words: &[&str]| {
        tokens
            .get(at)
            .is_some_and(|token| words.contains(&token.lower.as_str()))
    };
    let with = (1..tokens.len()).find(|at| {
        is(*at, &["with"]) && is(at + 1, &["the"]) && is(at + 2, &["name", "names"]) && is(at + 3, &["of"])
    })?;
    let thing = with + 4 + usize::from(is(with + 4, LINKS));
    let named = tokens.get(thing).filter(|_| thing + 1 == tokens.len())?;
    let table = Namer::new(lexicon).mention(&named.text).table_score() >= 0.8;
    table.then(|| {
        let mut spelled = tokens.to_vec();
        spelled.splice(with..=with, text::tokens("and"));
        spelled
    })
}

/// `total value of order 7`, `order value per client`: what the lines come to, where no column holds a value.
fn worth(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const LINKS: &[&str] = &["the", "all", "each", "every"];
    const OTHER: &[&str] = &[
        "average", "avg", "mean", "median", "highest", "lowest", "maximum", "minimum",
    ];
    let is = |at: usize, words: &[&str]| {
        tokens
            .get(at)
            .is_some_and(|token| words.contains(&token.lower.as_str()))
    };
    let at = (0..tokens.len()).find(|at| is(*at, &["value", "worth"]))?;
    if (0..at).any(|before| is(before, OTHER))
        || !lexicon
            .table_ids()
            .any(|table| roles::product(lexicon, table).is_some())
    {
        return None;
    }
    let held = lexicon.columns.iter().any(|entry| {
        let says = |word: &String| {
            matches!(
                word.as_str(),
                "value" | "worth" | "amount" | "total" | "subtotal" | "sum"
            )
        };
        entry.sort == Sort::Number && entry.words.iter().any(says)
    });
    let namer = Namer::new(lexicon);
    let names = |at: usize| {
        tokens
            .get(at)
            .is_some_and(|token| namer.mention(&token.text).table_score() >= 0.8)
    };
    let of = is(at + 1, &["of"]) && names(at + 2 + usize::from(is(at + 2, LINKS)));
    let before =
        at > 0 && names(at - 1) && (at + 1 == tokens.len() || is(at + 1, &["per", "by", "for", "of", "in"]));
    if held || !(of || before) {
        return None;
    }
    let mut spelled = tokens.to_vec();
    spelled.splice(at - usize::from(before)..=at, text::tokens("revenue"));
    Some(spelled)
}

/// `at least twice` is at least two times.
fn times(tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len()).find(|at| {
        let compared = matches!(
            tokens[at - 1].lower.as_str(),
            "than" | "least" | "most" | "exactly" | "only"
        );
        compared && matches!(tokens[*at].lower.as_str(), "once" | "twice")
    })?;
    let meant = if tokens[at].lower == "once" {
        "1 times"
    } else {
        "2 times"
    };
    let mut spelled = tokens[..at].to_vec();
    spelled.extend(text::tokens(meant));
    spelled.extend_from_slice(&tokens[at + 1..]);
    Some(spelled)
}

/// `first and last names` are the first name and the last name.
fn both_names(tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.windows(4).position(|four| {
        let [one, and, other, name] = four else {
            return false;
        };
        matches!(
            (one.lower.as_str(), other.lower.as_str()),
            ("first", "last") | ("last", "first")
        ) && and.lower == "and"
            && matches!(name.lower.as_str(), "name" | "names")
    })?;
    let mut spelled = tokens[..=at].to_vec();
    spelled.extend(text::tokens("name"));
    spelled.extend_from_slice(&tokens[at + 1..]);
    Some(spelled)
}

fn people_spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let counted = |at: usize| {
        let before = |back: usize| at.checked_sub(back).map_or("", |i| tokens[i].lower.as_str());
        matches!((before(2), before(1)), ("how", "many") | ("number", "of"))
    };
    let at = (0..tokens.len()).find(|at| match tokens[*at].lower.as_str() {
        "headcount" | "headcounts" | "head-count" => true,
        "people" | "persons" => counted(*at),
        _ => false,
    })?;
    if !lexicon.senses(&tokens[at].lower, &tokens[at].stem).is_empty() {
        return None;
    }
    let mut people = lexicon
        .table_ids()
        .filter(|table| roles::names_people(lexicon, *table));
    let (Some(only), None) = (people.next(), people.next()) else {
        return None;
    };
    let name = lexicon.title(only);
    let meant = if counted(at) {
        name
    } else {
        format!("number of {name}")
    };
    let mut spelled = tokens[..at].to_vec();
    spelled.extend(text::tokens(&meant));
    spelled.extend_from_slice(&tokens[at + 1..]);
    Some(spelled)
}
