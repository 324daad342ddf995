//! Reads what rows lack or have of what a column holds: "no email or phone", "bookings with children", "total no shows".

use super::lexicon::{Lexicon, Sort};
use super::link::Namer;
use super::listings::table_of;
use super::paraphrase::{Step, in_turn};
use super::samples::key;
use super::text::{Token, replaced, word_at};

/// The question with what is lacking in plain words, when it says so.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[no_shows, lacking_either, with_some];
    in_turn(STEPS, lexicon, tokens)
}

/// `total no shows`: how many rows have that state.
fn no_shows(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens
        .windows(2)
        .position(|two| two[0].lower == "no" && matches!(two[1].lower.as_str(), "show" | "shows"))?;
    if lexicon.has_word("show") || lexicon.has_word("shows") {
        return None;
    }
    let mut held = lexicon.columns.iter().filter(|entry| {
        let stateful = entry
            .words
            .iter()
            .any(|word| matches!(word.as_str(), "status" | "state"));
        let mut samples = entry.column.samples.iter();
        stateful && samples.any(|sample| matches!(key(sample).as_str(), "n" | "ns" | "no show" | "noshow"))
    });
    let entry = held.next().filter(|_| held.next().is_none())?;
    let spelled_so = entry.column.samples.iter().any(|sample| key(sample) == "no show");
    let namer = Namer::new(lexicon);
    let things = tokens.iter().any(|token| {
        let mention = namer.mention(&token.text);
        mention
            .tables
            .first()
            .is_some_and(|hit| hit.id == entry.table && hit.score >= 0.8)
    });
    if things && spelled_so {
        return None;
    }
    let rows = lexicon.title(entry.table);
    let after = tokens
        .get(at + 2)
        .is_none_or(|next| !next.is_word() || table_of(&namer, std::slice::from_ref(next)).is_none());
    let noun = if !things && after {
        format!("no-show {rows}")
    } else {
        "no-show".to_owned()
    };
    Some(replaced(tokens, at, at + 2, &noun))
}

/// `with no email or no phone` lack the one or the other.
fn lacking_either(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len())
        .find(|at| matches!(word_at(tokens, *at), "no" | "without" | "missing" | "lacking"))?;
    let or = (at + 2..tokens.len().min(at + 6)).find(|or| word_at(tokens, *or) == "or")?;
    let namer = Namer::new(lexicon);
    let column = |from: usize, to: usize| -> Option<String> {
        let skip = |at: &usize| {
            matches!(
                word_at(tokens, *at),
                "a" | "an" | "any" | "no" | "without" | "their" | "the"
            )
        };
        let from = (from..to).find(|at| !skip(at))?;
        let words: Vec<&str> = tokens[from..to].iter().map(|token| token.text.as_str()).collect();
        let said = words.join(" ");
        let mention = namer.mention(&said);
        let hit = mention.columns.first()?;
        let sure = hit.score >= 0.8 && mention.table_score() < hit.score;
        (sure && !matches!(lexicon.column(hit.id).sort, Sort::Truth)).then_some(said)
    };
    let end = (or + 1..tokens.len())
        .find(|i| !tokens[*i].is_word())
        .unwrap_or(tokens.len());
    let (one, other) = (column(at + 1, or)?, column(or + 1, end)?);
    let lead = at
        - usize::from(matches!(
            word_at(tokens, at - 1),
            "with" | "have" | "has" | "having"
        ));
    let lead = lead - usize::from(lead > 1 && matches!(word_at(tokens, lead - 1), "who" | "that" | "which"));
    Some(replaced(
        tokens,
        lead,
        end,
        &format!("whose {one} is missing or whose {other} is missing"),
    ))
}

/// `bookings with children` have more than none of them, where a column counts them.
fn with_some(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len()).find(|at| matches!(word_at(tokens, *at), "with" | "having" | "including"))?;
    let namer = Namer::new(lexicon);
    let table = table_of(&namer, &tokens[at - 1..at])?;
    let thing = tokens.get(at + 1..at + 2)?;
    let ends = tokens.get(at + 2).is_none_or(|next| {
        matches!(
            next.lower.as_str(),
            "in" | "from" | "this" | "last" | "," | "and" | "that" | "who"
        )
    });
    let mention = namer.mention(&thing[0].text);
    let counted = mention.columns.iter().any(|hit| {
        let entry = lexicon.column(hit.id);
        let counts = entry
            .words
            .last()
            .is_some_and(|last| matches!(last.as_str(), "count" | "quantity" | "number"));
        entry.table == table && entry.sort == Sort::Number && counts && hit.score >= 0.6
    });
    (counted && ends && mention.table_score() < 0.6 && thing[0].lower.ends_with(['s', 'n']))
        .then(|| replaced(tokens, at, at + 1, "with more than 0"))
}
