//! Reads an order that is said last by its first rows: "soonest first", "biggest group first", "best rated on top".

use super::lexicon::{Lexicon, Sort};
use super::link::Namer;
use super::listings::table_of;
use super::text::{self, Token, word_at};

/// The question with its order in words that are read, when it ends in one.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    superlative_first(lexicon, tokens)
}

/// What an order is called by the superlative that its first rows have.
pub(super) fn order_of(superlative: &str) -> Option<&'static str> {
    Some(match superlative {
        "soonest" => "earliest first",
        "oldest" => "oldest first",
        "newest" | "latest" | "freshest" => "newest first",
        "earliest" => "earliest first",
        "largest" | "biggest" | "greatest" | "most" | "highest" | "top" | "best" | "strongest" => {
            "highest first"
        }
        "smallest" | "least" | "fewest" | "lowest" | "worst" | "tiniest" => "lowest first",
        "cheapest" => "cheapest first",
        "priciest" | "costliest" | "dearest" => "most expensive first",
        "longest" => "longest first",
        "shortest" => "shortest first",
        "youngest" => "youngest first",
        _ => return None,
    })
}

/// `soonest first`, `biggest group first`, `best rated on top`, `most common type at the top`: an order, said last. A noun
/// that is a column of its own is what is sorted by, and left to others.
fn superlative_first(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let word = |at: usize| word_at(tokens, at);
    let end = tokens.len();
    let top = match (end.checked_sub(1).map(word)?, end.checked_sub(2).map(word)) {
        ("first", _) => end - 1,
        ("top", Some("on")) => end - 2,
        ("top", Some("the")) if end >= 3 && matches!(word(end - 3), "at" | "on") => end - 3,
        _ => return None,
    };
    let at = (top.saturating_sub(4)..top)
        .rev()
        .find(|at| order_of(word(*at)).is_some())?;
    let named = &tokens[at + 1..top];
    let order = order_of(word(at))?;
    if at == 0 || named.iter().any(|token| !token.is_word()) {
        return None;
    }
    // "most recent first" is said in full.
    let adjective = matches!(word(at), "most" | "least")
        && matches!(named, [one] if matches!(
            one.lower.as_str(),
            "recent" | "expensive" | "costly" | "urgent" | "popular" | "valuable" | "recently"
        ));
    let already = adjective || named.is_empty() && top + 1 == end && word(at) != "soonest";
    let namer = Namer::new(lexicon);
    let said: Vec<&str> = named.iter().map(|token| token.text.as_str()).collect();
    let mention = namer.mention(&said.join(" "));
    let figure = mention.columns.iter().any(|hit| {
        let sort = lexicon.column(hit.id).sort;
        hit.score >= 0.75
            && matches!(sort, Sort::Number | Sort::Day { .. } | Sort::Year)
            && !lexicon.is_key(hit.id)
    });
    let ranked = matches!(
        word(at),
        "oldest" | "newest" | "latest" | "earliest" | "most" | "best" | "biggest" | "largest"
    );
    let noun = ranked
        || matches!(named, [one] if matches!(one.lower.as_str(), "rated" | "paid" | "priced" | "ones" | "one"));
    if already || figure && !ranked || !named.is_empty() && !noun {
        return None;
    }
    let grouped =
        matches!(named, [one] if matches!(one.lower.as_str(), "group" | "groups" | "category" | "count"));
    let by = tokens[..at]
        .iter()
        .position(|token| matches!(token.lower.as_str(), "by" | "per"));
    let things = by.and_then(|by| table_of(&namer, &tokens[..by]));
    // "guests by country, biggest group first": how many there are of each.
    let mut spelled = if grouped && things.is_some() {
        text::tokens("number of")
    } else {
        Vec::new()
    };
    spelled.extend_from_slice(&tokens[..at]);
    while spelled
        .last()
        .is_some_and(|token| matches!(token.lower.as_str(), "with" | "the" | "and" | ","))
    {
        spelled.pop();
    }
    spelled.extend(text::tokens(&format!(", {order}")));
    Some(spelled)
}
