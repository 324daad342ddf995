//! Idioms of ranking, put into words that the recognisers read.

use super::money;
use super::text::{self, Shape, Token};

/// Degrees that leave open what is measured, and whether they are high.
const OPEN: &[(&str, bool)] = &[
    ("largest", true),
    ("biggest", true),
    ("greatest", true),
    ("longest", true),
    ("highest", true),
    ("heaviest", true),
    ("smallest", false),
    ("shortest", false),
    ("lowest", false),
    ("lightest", false),
];
/// Words after which `by` says something else than what is measured.
const OTHER: &[&str] = &[
    "per", "each", "grouped", "group", "sorted", "ordered", "order", "sort", "average", "total", "number",
    "every", "the", "made", "written", "placed",
];

fn degree(token: &Token) -> Option<bool> {
    OPEN.iter()
        .find(|(word, _)| *word == token.lower)
        .map(|(_, high)| *high)
}

/// The question without its idioms, when it has one.
pub(crate) fn spelled_out(tokens: &[Token]) -> Option<Vec<Token>> {
    first(tokens)
        .or_else(|| by(tokens))
        .or_else(|| rate(tokens))
        .or_else(|| comparative(tokens))
}

/// `a higher fee than 50` is a fee higher than 50.
fn comparative(tokens: &[Token]) -> Option<Vec<Token>> {
    const COMPARATIVES: &[&str] = &[
        "higher", "lower", "larger", "greater", "bigger", "smaller", "longer", "shorter", "better", "worse",
        "later", "earlier", "heavier", "lighter", "older", "younger",
    ];
    let at = tokens
        .iter()
        .position(|token| COMPARATIVES.contains(&token.lower.as_str()))?;
    let than = (at + 2..tokens.len().min(at + 5)).find(|i| tokens[*i].lower == "than")?;
    let measured = &tokens[at + 1..than];
    let plain =
        |token: &Token| token.is_word() && !matches!(token.lower.as_str(), "or" | "and" | "is" | "are");
    if !measured.iter().all(plain) {
        return None;
    }
    let mut spelled = tokens[..at].to_vec();
    spelled.extend_from_slice(measured);
    spelled.push(tokens[at].clone());
    spelled.extend_from_slice(&tokens[than..]);
    Some(spelled)
}

/// `30 dollars per hour` is a rate, not a group of each hour.
fn rate(tokens: &[Token]) -> Option<Vec<Token>> {
    const UNITS: &[&str] = &[
        "hour", "day", "night", "week", "month", "year", "unit", "item", "piece", "person", "kg", "km",
    ];
    let at = tokens.windows(4).position(|four| {
        let [number, currency, per, unit] = four else {
            return false;
        };
        number.shape == Shape::Number
            && money::is_currency(&currency.lower)
            && matches!(per.lower.as_str(), "per" | "a" | "an" | "each")
            && UNITS.contains(&unit.lower.as_str())
    })?;
    let mut spelled = tokens[..at + 2].to_vec();
    spelled.extend_from_slice(&tokens[at + 4..]);
    Some(spelled)
}

/// `largest vessel by capacity` is the vessel with the highest capacity.
fn by(tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.iter().position(|token| degree(token).is_some())?;
    let mid = (at + 2..tokens.len().min(at + 4)).find(|i| tokens[*i].lower == "by")?;
    let measured = &tokens[mid + 1..];
    let plain = |token: &Token| token.is_word() && !OTHER.contains(&token.lower.as_str());
    let named = &tokens[at + 1..mid];
    if measured.is_empty() || measured.len() > 3 || !measured.iter().chain(named).all(plain) {
        return None;
    }
    let high = degree(&tokens[at])?;
    let mut spelled = tokens[..at].to_vec();
    spelled.extend_from_slice(named);
    let lead = if high {
        "with the highest"
    } else {
        "with the lowest"
    };
    spelled.extend(text::tokens(lead));
    spelled.extend_from_slice(measured);
    Some(spelled)
}

/// `…, highest limit first` sorts by the limit.
fn first(tokens: &[Token]) -> Option<Vec<Token>> {
    let (last, before) = tokens.split_last().filter(|(last, _)| last.lower == "first")?;
    debug_assert_eq!(last.lower, "first");
    let at = before.iter().rposition(|token| degree(token).is_some())?;
    let measured = &before[at + 1..];
    if at == 0 || measured.is_empty() || measured.len() > 3 || !measured.iter().all(Token::is_word) {
        return None;
    }
    let high = degree(&before[at])?;
    let mut spelled: Vec<Token> = before[..at].to_vec();
    while spelled
        .last()
        .is_some_and(|token| matches!(token.lower.as_str(), "," | "with" | "the"))
    {
        spelled.pop();
    }
    spelled.extend(text::tokens("sorted by"));
    spelled.extend_from_slice(measured);
    spelled.extend(text::tokens(if high { "descending" } else { "ascending" }));
    Some(spelled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idioms_of_ranking_become_plain_words() {
        for (said, meant) in [
            ("largest hall by seating", Some("hall with the highest seating")),
            (
                "3 shortest trails by distance",
                Some("3 trails with the lowest distance"),
            ),
            (
                "halls, largest area first",
                Some("halls sorted by area descending"),
            ),
            (
                "halls with a larger area than 30",
                Some("halls with a area larger than 30"),
            ),
            ("largest hall per town", None),
            ("the first hall", None),
        ] {
            let spelled = spelled_out(&text::tokens(said)).map(|tokens| {
                let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
                words.join(" ")
            });
            assert_eq!(spelled.as_deref(), meant, "{said}");
        }
    }
}
