//! Idioms of ranking, comparing and listing, put into words that the recognisers read.

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
/// Comparatives of what can be measured.
const MEASURED: &[&str] = &[
    "higher", "lower", "larger", "greater", "bigger", "smaller", "longer", "shorter", "heavier", "lighter",
    "older", "younger",
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
    [
        first,
        by,
        rate,
        comparative,
        without_than,
        both_ends,
        once,
        kinds,
        holding,
    ]
    .iter()
    .find_map(|idiom| idiom(tokens))
}

/// `a higher fee than 50` is a fee higher than 50.
fn comparative(tokens: &[Token]) -> Option<Vec<Token>> {
    const OTHERS: &[&str] = &["better", "worse", "later", "earlier"];
    let at = tokens.iter().position(|token| {
        let word = token.lower.as_str();
        MEASURED.contains(&word) || OTHERS.contains(&word)
    })?;
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

/// `enrollment greater 18000` leaves out a "than".
fn without_than(tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.windows(2).position(|two| {
        let word = two[0].lower.as_str();
        (MEASURED.contains(&word) || matches!(word, "less" | "fewer")) && two[1].shape == Shape::Number
    })?;
    let mut spelled = tokens[..=at].to_vec();
    spelled.extend(text::tokens("than"));
    spelled.extend_from_slice(&tokens[at + 1..]);
    Some(spelled)
}

/// `lowest and highest rating` is the minimum and maximum rating.
fn both_ends(tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.windows(4).position(|four| {
        matches!(four, [one, and, other, named] if matches!(and.lower.as_str(), "and" | "&")
            && degree(one).is_some_and(|one| degree(other) == Some(!one))
            && named.is_word())
    })?;
    let high = degree(&tokens[at])?;
    let ends = if high {
        "maximum and minimum"
    } else {
        "minimum and maximum"
    };
    let mut spelled = tokens[..at].to_vec();
    spelled.extend(text::tokens(ends));
    spelled.extend_from_slice(&tokens[at + 3..]);
    Some(spelled)
}

/// `the genres, no duplicates`, `cities without repetition`: each once.
fn once(tokens: &[Token]) -> Option<Vec<Token>> {
    const NO: &[&str] = &["no", "without", "excluding", "removing"];
    const TWICE: &[&str] = &[
        "duplicates",
        "duplicate",
        "repetition",
        "repetitions",
        "repeats",
        "doubles",
    ];
    let last = tokens.len().checked_sub(1)?;
    let is_said = TWICE.contains(&tokens[last].lower.as_str())
        && NO.contains(&tokens.get(last.checked_sub(1)?)?.lower.as_str());
    if !is_said {
        return None;
    }
    let mut rest = &tokens[..last - 1];
    while let [before @ .., end] = rest
        && matches!(end.lower.as_str(), "," | "with" | "but" | "and" | "-" | "any")
    {
        rest = before;
    }
    // The word stands before what is listed.
    let lead = rest
        .iter()
        .take_while(|token| {
            matches!(
                token.lower.as_str(),
                "show" | "list" | "get" | "give" | "me" | "find" | "display" | "all" | "the" | "of"
            )
        })
        .count();
    let mut spelled: Vec<Token> = rest[..lead]
        .iter()
        .filter(|token| token.lower != "all")
        .cloned()
        .collect();
    spelled.extend(text::tokens("distinct"));
    spelled.extend_from_slice(&rest[lead..]);
    (lead < rest.len()).then_some(spelled)
}

/// `which brands do we have`, `what genres are there`: each once.
fn kinds(tokens: &[Token]) -> Option<Vec<Token>> {
    const HAD: &[&[&str]] = &[
        &["do", "we", "have"],
        &["do", "we", "offer"],
        &["do", "we", "sell"],
        &["do", "you", "have"],
        &["are", "there"],
        &["exist"],
    ];
    let [asked, rest @ ..] = tokens else { return None };
    let rest = match rest {
        [before @ .., end] if end.lower == "?" => before,
        rest => rest,
    };
    let named = HAD.iter().find_map(|had| {
        let stump = rest.len().checked_sub(had.len())?;
        rest[stump..]
            .iter()
            .zip(*had)
            .all(|(token, word)| token.lower == *word)
            .then_some(&rest[..stump])
    })?;
    let is_kind = matches!(asked.lower.as_str(), "which" | "what")
        && (1..=3).contains(&named.len())
        && named.iter().all(|token| {
            token.is_word()
                && !matches!(
                    token.lower.as_str(),
                    "is" | "are" | "different" | "distinct" | "and"
                )
        });
    is_kind.then(|| {
        let mut spelled = text::tokens("list the distinct");
        spelled.extend_from_slice(named);
        spelled
    })
}

/// `30 dollars per hour` is a rate, not a group of each hour.
fn rate(tokens: &[Token]) -> Option<Vec<Token>> {
    const UNITS: &[&str] = &[
        "hour", "day", "night", "week", "month", "year", "unit", "item", "piece", "person", "kg", "km",
    ];
    let paid = |four: &[Token]| {
        matches!(four, [number, currency, per, unit] if number.shape == Shape::Number
            && money::is_currency(&currency.lower)
            && matches!(per.lower.as_str(), "per" | "a" | "an" | "each")
            && UNITS.contains(&unit.lower.as_str()))
    };
    // "more than 30 per hour"
    let compared = |four: &[Token]| {
        matches!(four, [than, number, per, unit] if number.shape == Shape::Number
            && matches!(
                than.lower.as_str(),
                "than" | "over" | "under" | "above" | "below" | "least" | "most" | "exactly"
            )
            && matches!(per.lower.as_str(), "per" | "a" | "an")
            && matches!(unit.lower.as_str(), "hour" | "night" | "kg" | "km" | "unit" | "piece"))
    };
    let at = tokens
        .windows(4)
        .position(paid)
        .or_else(|| tokens.windows(4).position(compared))?;
    let mut spelled = tokens[..at + 2].to_vec();
    spelled.extend_from_slice(&tokens[at + 4..]);
    Some(spelled)
}

/// `dishes with Tofu in the name` is dishes whose name contains Tofu.
fn holding(tokens: &[Token]) -> Option<Vec<Token>> {
    let [before @ .., inside, the, column] = tokens else {
        return None;
    };
    let is_said = matches!(inside.lower.as_str(), "in" | "within")
        && matches!(the.lower.as_str(), "the" | "its" | "their" | "his" | "her")
        && matches!(
            column.lower.as_str(),
            "name" | "names" | "title" | "titles" | "description" | "subject" | "comment"
        );
    let with = before
        .iter()
        .rposition(|token| matches!(token.lower.as_str(), "with" | "having"))?;
    let text = &before[with + 1..];
    let plain = |token: &Token| token.shape == Shape::Quoted || token.is_capital();
    if !is_said || with == 0 || !(1..=3).contains(&text.len()) || !text.iter().all(plain) {
        return None;
    }
    let mut spelled = before[..with].to_vec();
    spelled.extend(text::tokens("whose"));
    spelled.push(column.clone());
    spelled.extend(text::tokens("contains"));
    spelled.extend_from_slice(text);
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
            ("lowest and highest fare", Some("minimum and maximum fare")),
            ("list the towns, no duplicates", Some("list the distinct towns")),
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
