//! Puts ways of saying into the words that the recognisers read, where the schema tells what is meant.

use super::lexicon::Lexicon;
use super::paraphrase::{Step, in_turn};
use super::text::{self, Token};

/// The question without its turns of speech, when it has one.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[
        |_, tokens| on_file(tokens),
        |_, tokens| run_together(tokens),
        |_, tokens| one_ago(tokens),
        held_in,
    ];
    in_turn(STEPS, lexicon, tokens)
}

/// `with no phone on record` is with no phone.
fn on_file(tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.windows(2).position(|two| {
        two[0].lower == "on" && matches!(two[1].lower.as_str(), "file" | "record" | "hand" | "hold")
    })?;
    let none = tokens[..at].iter().any(|token| {
        matches!(
            token.lower.as_str(),
            "no" | "without" | "missing" | "lack" | "lacking"
        )
    });
    let is_file = tokens[at + 1].lower == "file" || tokens[at + 1].lower == "record";
    (none && is_file).then(|| {
        let mut spelled = tokens[..at].to_vec();
        spelled.extend_from_slice(&tokens[at + 2..]);
        spelled
    })
}

/// `a year ago` is 1 year ago.
fn one_ago(tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.windows(3).position(|three| {
        matches!(three[0].lower.as_str(), "a" | "an")
            && matches!(
                three[1].lower.as_str(),
                "day" | "week" | "month" | "year" | "hour"
            )
            && three[2].lower == "ago"
    })?;
    let mut spelled = tokens[..at].to_vec();
    spelled.extend(text::tokens("1"));
    spelled.extend_from_slice(&tokens[at + 1..]);
    Some(spelled)
}

/// `havent`, `dont`: the apostrophe is often left out.
fn run_together(tokens: &[Token]) -> Option<Vec<Token>> {
    const SHORT: &[&str] = &[
        "havent", "hasnt", "hadnt", "dont", "doesnt", "didnt", "isnt", "arent", "wasnt", "werent",
    ];
    let is_short = |token: &Token| SHORT.contains(&token.lower.as_str());
    tokens.iter().any(is_short).then(|| {
        tokens
            .iter()
            .flat_map(|token| match token.lower.strip_suffix("nt") {
                Some(stump) if is_short(token) => text::tokens(&format!("{stump} not")),
                _ => vec![token.clone()],
            })
            .collect()
    })
}

/// `tools with hammer in the description`, `tenants with a gmail address`: a text in a column that is named.
fn held_in(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const HOSTS: &[&str] = &[
        "gmail",
        "yahoo",
        "hotmail",
        "outlook",
        "icloud",
        "proton",
        "protonmail",
        "gmx",
        "aol",
        "live",
    ];
    let with = tokens
        .iter()
        .position(|token| matches!(token.lower.as_str(), "with" | "having" | "have" | "use" | "using"))?;
    let word = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
    let unknown = |at: usize| {
        tokens
            .get(at)
            .is_some_and(|token| token.is_word() && lexicon.senses(&token.lower, &token.stem).is_empty())
    };
    let from = with + 1 + usize::from(matches!(word(with + 1), "a" | "an" | "the"));
    let host = word(from);
    let mailed = matches!(
        word(from + 1),
        "address" | "addresses" | "email" | "emails" | "account" | "accounts" | "mail"
    );
    let end = (from + 2..tokens.len())
        .find(|at| !matches!(word(*at), "address" | "addresses"))
        .unwrap_or(tokens.len());
    if with > 0 && mailed && HOSTS.contains(&host) && lexicon.has_word("email") {
        let mut spelled = tokens[..with].to_vec();
        spelled.extend(text::tokens(&format!("whose email contains '{host}'")));
        spelled.extend_from_slice(&tokens[end..]);
        return Some(spelled);
    }
    let inside = (from + 1..tokens.len().min(from + 4)).find(|at| matches!(word(*at), "in" | "within"))?;
    let column = inside
        + 1
        + usize::from(matches!(
            word(inside + 1),
            "the" | "its" | "their" | "his" | "her"
        ));
    let named = tokens.get(column)?;
    let texts = lexicon.columns.iter().any(|entry| {
        entry.sort == super::lexicon::Sort::Text
            && entry
                .words
                .last()
                .is_some_and(|last| *last == named.lower || super::stem::singular(&named.lower) == *last)
    });
    let pointed = column > inside + 1
        && !matches!(
            word(from),
            "word" | "words" | "phrase" | "term" | "text" | "string" | "letter" | "letters" | "substring"
        );
    if with == 0 || !pointed || !texts || !(from..inside).all(unknown) {
        return None;
    }
    let said: Vec<&str> = tokens[from..inside]
        .iter()
        .map(|token| token.text.as_str())
        .collect();
    let mut spelled = tokens[..with].to_vec();
    spelled.extend(text::tokens("whose"));
    spelled.push(named.clone());
    spelled.extend(text::tokens("contains"));
    spelled.push(Token::new(said.join(" "), text::Shape::Quoted));
    spelled.extend_from_slice(&tokens[column + 1..]);
    Some(spelled)
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, clinic, library};

    #[test]
    fn turns_of_speech_are_read_as_what_they_mean() {
        check(
            &clinic(),
            &[
                (
                    "patients with no phone on file",
                    "SELECT * FROM patients WHERE phone IS NULL",
                ),
                (
                    "patients that dont have a phone",
                    "SELECT * FROM patients WHERE phone IS NULL",
                ),
            ],
        );
        check(
            &library(),
            &[
                (
                    "members with a gmail address",
                    "SELECT * FROM Members WHERE Email LIKE '%gmail%'",
                ),
                (
                    "books with dragon in the title",
                    "SELECT * FROM Books WHERE Title LIKE '%dragon%'",
                ),
            ],
        );
    }
}
