//! Takes apart names that are glued together without a sign of where one word ends: `custname`, `balamtcents`, `OPENDT`.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::shorthand;
use super::stem::identifier_words;
use super::{synonyms, values};

/// Words that such names end with.
const TAILS: &[&str] = &[
    "name", "nm", "id", "num", "nbr", "no", "code", "cd", "date", "dt", "type", "typ", "tp", "amount", "amt",
    "cents", "cts", "qty", "quantity", "status", "stat", "sts", "stts", "flag", "flg", "yn", "desc", "descr",
    "title", "ttl", "price", "prc", "cost", "cst", "rate", "time", "tm", "year", "yr", "count", "cnt",
    "total", "tot", "addr", "address", "email", "phone", "tel", "city", "state", "country", "ctry", "master",
    "mstr", "mst", "hdr", "header", "dtl", "detail", "details", "log", "info", "inf", "hist", "history",
    "tbl", "level", "lvl", "pct", "percent", "balance", "bal", "limit", "lmt", "score", "scr", "grade",
    "note", "notes", "value", "val", "start", "loc", "location", "dept", "sal", "salary", "hrs", "hours",
    "days", "seq", "ref", "cat", "category", "grp", "group",
];

/// A shorter name is a word by itself.
const LEAST: usize = 5;

/// Everything that may be a part: short forms, what they stand for, and words with synonyms.
static PARTS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let words = synonyms::listed().chain(shorthand::listed());
    words
        .filter(|word| word.len() > 2 && !word.contains('_'))
        .collect()
});

/// The words of an identifier, those that are glued together apart.
pub(crate) fn words(name: &str) -> Vec<String> {
    identifier_words(name)
        .into_iter()
        .flat_map(|word| match apart(&word) {
            Some(parts) => parts,
            None => vec![word],
        })
        .collect()
}

/// The parts of a word that is no word, where a short form is among them or it is a code.
fn apart(word: &str) -> Option<Vec<String>> {
    if word.len() < LEAST
        || !word.bytes().all(|b| b.is_ascii_lowercase())
        || PARTS.contains(word)
        || values::is_known(word)
    {
        return None;
    }
    let tails = TAILS
        .iter()
        .filter_map(|tail| Some((word.strip_suffix(tail)?, *tail)));
    let parts = tails.filter_map(|(head, tail)| {
        let mut parts = split(head)?;
        parts.push(tail);
        Some(parts)
    });
    // The fewest parts, and of those the first.
    let parts = parts.min_by_key(Vec::len)?;
    parts
        .iter()
        .any(|part| shorthand::is_short(part) || *part == "code")
        .then(|| parts.into_iter().map(str::to_owned).collect())
}

/// One part or two that make up the beginning of a name.
fn split(head: &str) -> Option<Vec<&str>> {
    if PARTS.contains(head) {
        return Some(vec![head]);
    }
    (3..head.len().saturating_sub(2))
        .rev()
        .map(|at| head.split_at(at))
        .find(|(one, other)| PARTS.contains(one) && PARTS.contains(other))
        .map(|(one, other)| vec![one, other])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_seams_are_taken_apart_and_words_are_not() {
        for (name, apart) in [
            ("custname", "cust name"),
            ("balamtcents", "bal amt cents"),
            ("OPENDT", "open dt"),
            ("acctmaster", "acct master"),
            ("empno", "emp no"),
            ("txntypecd", "txn type cd"),
            ("update", "update"),
            ("discount", "discount"),
            ("corporate", "corporate"),
            ("transport", "transport"),
            ("estate", "estate"),
            ("mondays", "mondays"),
            ("order_total", "order total"),
        ] {
            assert_eq!(words(name).join(" "), apart, "{name}");
        }
    }
}
