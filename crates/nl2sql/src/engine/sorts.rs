//! What a column holds, as far as questions care: told from its type, its name and its samples.

use super::lexicon::Sort;
use super::shorthand;
use super::words;
use crate::schema::{Column, ColumnKind};

/// What a column holds, by its type, its name and its samples.
pub(crate) fn sort_of(column: &Column, words: &[String]) -> Sort {
    let last = words.last().map_or("", String::as_str);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let samples = || column.samples.iter().map(String::as_str);
    let truth_prefix = words.len() > 1 && words::TRUTH_PREFIXES.contains(&words[0].as_str());
    let truth_suffix = words.len() > 1 && words::TRUTH_SUFFIXES.contains(&last);
    let named_truth =
        words.concat() == "onsale" || matches!(words, [only] if words::TRUTH_WORDS.contains(&only.as_str()));
    // CHECKED_IN CHAR(1)
    let one_letter = column.kind == ColumnKind::Text
        && matches!(
            column.type_name.to_ascii_lowercase().replace(' ', "").as_str(),
            "char(1)" | "varchar(1)" | "varchar2(1)" | "nchar(1)"
        )
        && words.iter().any(|word| word.len() > 4 && word.ends_with("ed"));
    match column.kind {
        ColumnKind::Boolean => Sort::Truth,
        ColumnKind::Date => Sort::Day { timed: false },
        ColumnKind::Timestamp => Sort::Day { timed: true },
        ColumnKind::Integer | ColumnKind::Decimal
            if last == "year"
                || words.first().is_some_and(|first| first == "year")
                || matches!(words, [only] if YEARLY.contains(&only.as_str())) =>
        {
            Sort::Year
        }
        ColumnKind::Integer | ColumnKind::Decimal | ColumnKind::Other | ColumnKind::Text
            if (truth_prefix
                || truth_suffix
                || one_letter
                || named_truth && column.kind == ColumnKind::Integer)
                && samples().all(|s| words::truth_of(s).is_some()) =>
        {
            Sort::Truth
        }
        ColumnKind::Integer | ColumnKind::Decimal => Sort::Number,
        ColumnKind::Text | ColumnKind::Other
            if !column.samples.is_empty()
                && samples().all(|s| words::truth_of(s).is_some() && s.parse::<f64>().is_err()) =>
        {
            Sort::Truth
        }
        ColumnKind::Text | ColumnKind::Other
            if has(&["date", "dob", "birthday"])
                || matches!(last, "at" | "on" | "timestamp" | "datetime") && words.len() > 1 =>
        {
            match column.samples.first() {
                Some(sample) if !looks_like_day(sample) => Sort::Text,
                Some(sample) => Sort::Day {
                    timed: sample.len() > 10,
                },
                None => Sort::Day { timed: false },
            }
        }
        ColumnKind::Text
            if column.samples.len() > 1
                && !matches!(
                    last,
                    "id" | "code" | "no" | "number" | "phone" | "zip" | "key" | "name"
                )
                && samples().all(|s| s.parse::<f64>().is_ok()) =>
        {
            if last == "year" || samples().all(looks_like_year) {
                Sort::Year
            } else {
                Sort::Number
            }
        }
        ColumnKind::Text => Sort::Text,
        ColumnKind::Other if column.samples.is_empty() || samples().any(|s| s.parse::<f64>().is_err()) => {
            Sort::Text
        }
        ColumnKind::Other => Sort::Number,
        ColumnKind::Time | ColumnKind::Json | ColumnKind::Binary => Sort::Other,
    }
}

/// Numbers of these names are years.
const YEARLY: &[&str] = &[
    "founded",
    "established",
    "built",
    "opened",
    "closed",
    "released",
    "published",
    "born",
];

fn looks_like_year(sample: &str) -> bool {
    sample.len() == 4
        && sample
            .parse::<u16>()
            .is_ok_and(|year| (1500..2100).contains(&year))
}

fn looks_like_day(sample: &str) -> bool {
    let bytes = sample.as_bytes();
    bytes.len() >= 10 && bytes[..4].iter().all(u8::is_ascii_digit) && matches!(bytes[4], b'-' | b'/')
}

/// How many of a column's units make one that people speak of: amounts in cents are told by their names.
pub(crate) fn scale_of(column: &Column, words: &[String]) -> Option<u32> {
    let small = |word: &String| {
        matches!(
            word.as_str(),
            "cents" | "cent" | "cts" | "pence" | "pennies" | "penny" | "minor" | "fen" | "centavos" | "paise"
        )
    };
    // A single "ct" may count; at the end of a price it says cents.
    let after_money = matches!(words, [.., what, last]
        if matches!(last.as_str(), "ct" | "c" | "p") && is_money(shorthand::long_forms(what).first().unwrap_or(&what.as_str())));
    (column.kind.is_number() && words.len() > 1 && (words.iter().any(small) || after_money)).then_some(100)
}

/// Whether a word of a column's name says that it is an amount of money.
fn is_money(word: &str) -> bool {
    matches!(
        word,
        "price"
            | "cost"
            | "amount"
            | "fee"
            | "pay"
            | "salary"
            | "wage"
            | "total"
            | "charge"
            | "fare"
            | "balance"
            | "premium"
            | "freight"
            | "tax"
            | "discount"
            | "rent"
            | "revenue"
            | "payment"
            | "budget"
            | "gross"
            | "net"
            | "deposit"
            | "bonus"
            | "value"
    )
}
