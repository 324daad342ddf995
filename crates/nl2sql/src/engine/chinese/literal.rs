//! The small pieces of a Chinese condition in English: values, lists of them, times and units.

use super::clause::{Said, english, quoted, value};
use super::is_han;
use super::marks::Mark;
use super::part::Part;

/// Values that English would take for a rank.
const ORDINALS: &[&str] = &[
    "first", "second", "third", "last", "top", "best", "most", "latest",
];

/// Values that English would take for a part of the question's structure: annual leave is no figure for each year.
const STRUCTURAL: &[&str] = &[
    "annual",
    "yearly",
    "monthly",
    "weekly",
    "daily",
    "hourly",
    "quarterly",
    "total",
    "average",
    "no show",
    "no-show",
    "no_show",
];

/// A word of Latin letters as English, one of Chinese letters as a value.
pub(super) fn english_or_value(text: &str) -> Said {
    if text.chars().any(is_han) {
        value(text)
    } else {
        english(text)
    }
}

/// `上海或广州`, `A、B和C`: values of one column.
pub(super) fn values(rest: &[Part]) -> (Said, usize) {
    let mut said = Said::new();
    let mut at = 0;
    while let Some(one) = rest.get(at).and_then(literal) {
        said.extend(one);
        at += 1;
        while rest.get(at) == Some(&Part::Mark(Mark::Measure)) {
            at += 1;
        }
        let joins = matches!(rest.get(at), Some(Part::Mark(Mark::Or | Mark::And)));
        if joins && rest.get(at + 1).and_then(literal).is_some() {
            said.extend(english("or"));
            at += 1;
        } else {
            break;
        }
    }
    (said, at.max(1))
}

pub(super) fn literal(part: &Part) -> Option<Said> {
    match part {
        Part::Value(text, _) if STRUCTURAL.contains(&text.to_lowercase().as_str()) => Some(quoted(text)),
        Part::Value(text, true) => Some(value(text)),
        // A class that is called `first` is no ranking.
        Part::Value(text, false) if ORDINALS.contains(&text.as_str()) => Some(quoted(text)),
        // VIP as a flag is a word, not a name.
        Part::Value(text, false) if text.len() > 1 && text.chars().all(|c| c.is_ascii_uppercase()) => {
            Some(english(&text.to_lowercase()))
        }
        Part::Value(text, false) => Some(english(text)),
        Part::Quoted(text) => Some(quoted(text)),
        Part::Other(text) => Some(english_or_value(text)),
        Part::Place(text) | Part::Person(text) => Some(value(text)),
        _ => None,
    }
}

/// A time with the word that introduces it.
pub(super) fn when(said: &str) -> String {
    let bare = [
        "today",
        "yesterday",
        "tomorrow",
        "this ",
        "last ",
        "next ",
        "between ",
        "year to ",
        "on ",
    ]
    .iter()
    .any(|lead| said.starts_with(lead));
    let day = said.len() == 10 && said.as_bytes()[4] == b'-';
    match (bare, day) {
        (true, _) => said.to_owned(),
        (_, true) => format!("on {said}"),
        _ => format!("in {said}"),
    }
}

/// Skips measure words; gives what the number counts when it is money.
pub(super) fn unit(rest: &[Part], at: &mut usize) -> Said {
    let mut said = Said::new();
    while let Some(Part::Mark(mark)) = rest.get(*at) {
        match mark {
            Mark::Currency(name) => said.extend(english(name)),
            Mark::Measure | Mark::Years => {}
            _ => break,
        }
        *at += 1;
    }
    said
}

pub(super) fn skip(rest: &[Part], at: &mut usize, marks: &[Mark]) {
    while matches!(rest.get(*at), Some(Part::Mark(mark)) if marks.contains(mark)) {
        *at += 1;
    }
}

/// `已取消或已完成`, as the codes that the comment of a column has for them.
pub(super) fn coded(codes: &[(String, String)], rest: &[Part]) -> (Said, usize) {
    let Some((column, code)) = codes.first() else {
        return (Said::new(), 1);
    };
    let mut all = vec![code.clone()];
    let mut at = 1;
    while let (Some(Part::Mark(Mark::Or | Mark::And)), Some(Part::Coded(_, more))) =
        (rest.get(at), rest.get(at + 1))
        && let Some((_, code)) = more.iter().find(|(said, _)| said == column)
    {
        all.push(code.clone());
        at += 2;
    }
    (is_code(column, &all, false), at)
}

/// A column that has one of some codes.
pub(super) fn is_code(column: &str, codes: &[String], negated: bool) -> Said {
    let number = codes.iter().all(|code| code.chars().all(|c| c.is_ascii_digit()));
    match codes {
        [code] if number => {
            let op = if negated { "!=" } else { "=" };
            english(&format!("with {column} {op} {code}"))
        }
        _ => {
            let is = if negated { "is not" } else { "is" };
            let mut said = english(&format!("whose {column} {is}"));
            for (at, code) in codes.iter().enumerate() {
                if at > 0 {
                    said.extend(english("or"));
                }
                said.extend(quoted(code));
            }
            said
        }
    }
}
