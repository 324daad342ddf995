//! Spells out the short forms of a schema: `stu_nm` is a student's name, `TCHR` a teacher.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::abbreviations::{ABBREVIATIONS, KEPT};
use super::synonyms;

/// Words of business schemas beside the synonyms, for names that leave their vowels out.
const COMMON: &[&str] = &[
    "active",
    "approved",
    "attended",
    "balance",
    "battery",
    "board",
    "branch",
    "budget",
    "building",
    "card",
    "claim",
    "class",
    "contract",
    "credit",
    "created",
    "deleted",
    "department",
    "discount",
    "district",
    "floor",
    "format",
    "gender",
    "humidity",
    "insured",
    "interest",
    "leave",
    "level",
    "limit",
    "market",
    "measure",
    "member",
    "model",
    "month",
    "network",
    "number",
    "parent",
    "passed",
    "period",
    "policy",
    "port",
    "premium",
    "product",
    "province",
    "purchase",
    "quarter",
    "quantity",
    "reading",
    "region",
    "request",
    "response",
    "rating",
    "review",
    "route",
    "salary",
    "section",
    "segment",
    "sensor",
    "serial",
    "settled",
    "shift",
    "skill",
    "start",
    "station",
    "subject",
    "system",
    "target",
    "tax",
    "temperature",
    "tenant",
    "ticket",
    "title",
    "tracking",
    "trainer",
    "transfer",
    "transport",
    "updated",
    "version",
    "visit",
    "vessel",
    "warranty",
    "weight",
    "width",
    "worker",
    "workshop",
    "zone",
];

static SHORT: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let entries = ABBREVIATIONS.split_whitespace();
    entries
        .filter_map(|entry| entry.split_once('='))
        .map(|(short, long)| (short, long.split(',').collect()))
        .collect()
});

static AS_THEY_ARE: LazyLock<HashSet<&'static str>> = LazyLock::new(|| KEPT.split_whitespace().collect());

static WHOLE: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let mut whole = HashMap::new();
    for word in COMMON.iter().copied().chain(synonyms::listed()) {
        whole.entry(skeleton(word)).or_insert(word);
    }
    whole
});

/// What a short form in a schema stands for.
pub(crate) fn long_forms(word: &str) -> &'static [&'static str] {
    SHORT.get(word).map_or(&[], Vec::as_slice)
}

/// Short forms, what they stand for and common words: whatever a name may be made of.
pub(crate) fn listed() -> impl Iterator<Item = &'static str> {
    let known = SHORT
        .iter()
        .flat_map(|(short, long)| std::iter::once(*short).chain(long.iter().copied()));
    known.chain(COMMON.iter().copied())
}

/// Whether a word is a short form.
pub(crate) fn is_short(word: &str) -> bool {
    SHORT.contains_key(word)
}

/// The words of a name with its short forms spelled out: by the list, else by the letters that are left of a common word.
pub(crate) fn spelled_out(words: &[String]) -> Vec<String> {
    let last = words.len().saturating_sub(1);
    words
        .iter()
        .enumerate()
        .flat_map(|(at, word)| {
            let short = long_forms(word);
            let beside = words.get(at + 1).and_then(|next| before(word, next));
            let said = match short.first() {
                _ if beside.is_some() => beside,
                // "no" in front denies: `no_show`.
                Some(_) if word == "no" && at < last.max(1) => None,
                Some(_) if AS_THEY_ARE.contains(word.as_str()) => None,
                Some(long) => Some(*long),
                None if is_vowelless(word) => WHOLE.get(&skeleton(word)).copied(),
                None => None,
            };
            let said = said.unwrap_or(word.as_str());
            said.split('_').map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

/// What a short form of many meanings stands for before another one: `exp_dt` is when something expires.
fn before(word: &str, next: &str) -> Option<&'static str> {
    let dated = matches!(next, "dt" | "date" | "tm" | "time" | "ts" | "dttm" | "yr");
    let flagged = matches!(next, "flg" | "flag" | "fl" | "ind" | "yn" | "sw");
    let counted = matches!(
        next,
        "qty" | "amt" | "hrs" | "cst" | "cost" | "days" | "wgt" | "wt"
    );
    let long = match word {
        "exp" if dated => "expiry",
        "st" if dated => "start",
        "ret" if dated => "return",
        "rel" if dated => "release",
        "rec" if dated => "received",
        "res" if dated => "reservation",
        "del" if dated => "delivery",
        "mod" if dated => "modified",
        "conf" if dated => "confirmed",
        "comp" if dated => "completed",
        "dep" if dated => "departure",
        "arr" if dated => "arrival",
        "pub" if dated => "published",
        "rev" if dated => "review",
        "reg" if dated => "registration",
        "term" if dated => "termination",
        "act" if flagged => "active",
        "del" if flagged => "deleted",
        "ver" if flagged => "verified",
        "cmpl" if matches!(next, "tkt" | "ticket" | "no" | "typ" | "cat" | "txt") => "complaint",
        "scr" if counted => "scrap",
        "rev" if flagged => "reversed",
        "can" | "canc" | "cxl" if flagged => "cancelled",
        "out" | "os" if counted || matches!(next, "bal" | "prin") => "outstanding",
        "act" if counted || dated => "actual",
        "est" if counted || dated => "estimated",
        "int" if matches!(next, "rate" | "rt" | "amt") => "interest",
        "rt" if matches!(next, "cts" | "cents" | "amt") => "rate",
        "str" if matches!(next, "rtg" | "rating") => "star",
        "dev" if matches!(next, "sl" | "sale" | "typ" | "mdl" | "no" | "id" | "mst" | "inf") => "device",
        "sl" if matches!(next, "dt" | "id" | "no" | "amt") => "sale",
        "dep" if next == "amt" => "deposit",
        "ins" if matches!(next, "co" | "no" | "cd" | "typ" | "flg") => "insurance",
        "f" if matches!(next, "nm" | "nam" | "name") => "first",
        "l" if matches!(next, "nm" | "nam" | "name") => "last",
        _ => return None,
    };
    Some(long)
}

/// Whether a word looks as if its vowels had been left out: three letters or more and none of them a vowel after the first.
pub(crate) fn is_vowelless(word: &str) -> bool {
    word.len() >= 3
        && word.bytes().all(|b| b.is_ascii_lowercase())
        && !word.bytes().skip(1).any(is_vowel)
        && !word.bytes().all(|b| b == word.as_bytes()[0])
}

/// The first letter and the consonants after it, each run of one letter once.
pub(crate) fn skeleton(word: &str) -> String {
    let mut bones = String::with_capacity(word.len());
    for (at, c) in word.char_indices() {
        let vowel = u8::try_from(c).is_ok_and(is_vowel);
        if (at == 0 || !vowel) && !bones.ends_with(c) {
            bones.push(c);
        }
    }
    bones
}

/// Whether a word without vowels leaves out one more letter of a long word: `dlvd` for "delivered".
pub(crate) fn may_shorten(short: &str, word: &str) -> bool {
    is_vowelless(short) && bones_of_long(word).is_some_and(|bones| leaves_one_out(&skeleton(short), &bones))
}

/// The letters that are left of a word long enough to lose one more.
pub(crate) fn bones_of_long(word: &str) -> Option<String> {
    (word.len() >= 6 && word.is_ascii()).then(|| skeleton(word))
}

/// Whether the letters of a short form are those that are left of a long word, but one.
pub(crate) fn leaves_one_out(short: &str, bones: &str) -> bool {
    let mut left = bones.chars();
    bones.len() == short.len() + 1
        && short.len() >= 3
        && bones.chars().next() == short.chars().next()
        && bones.chars().last() == short.chars().last()
        && short.chars().all(|letter| left.any(|bone| bone == letter))
}

/// Whether the letters of a short form stand in their order among those left of a long word, begin like it and are more than half of them.
pub(crate) fn stands_in(short: &str, bones: &str) -> bool {
    let mut left = bones.chars();
    short.len() >= 3
        && short.len() * 2 > bones.len()
        && short.len() < bones.len()
        && short.as_bytes()[..1] == bones.as_bytes()[..1]
        && (short.as_bytes()[1] == bones.as_bytes()[1] || short.ends_with(&bones[bones.len() - 1..]))
        && short.chars().all(|letter| left.any(|bone| bone == letter))
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u')
}

#[cfg(test)]
mod tests {
    use super::super::stem::identifier_words;
    use super::*;

    #[test]
    fn terse_names_are_spelled_out() {
        for (name, said) in [
            ("stu_nm", "student name"),
            ("TCHR", "teacher"),
            ("CUST_NO", "customer number"),
            ("prdQty", "product quantity"),
            ("GNDR_CD", "gender code"),
            ("QTY_OH", "quantity on hand"),
            ("FRT_CTS", "freight cents"),
            ("LST_CNT_DT", "last count date"),
            ("BATCH_RCVD_TM", "batch received tm"),
            ("EXP_DT", "expiry date"),
            ("REV_FLG", "reversed flag"),
            ("OUT_AMT", "outstanding amount"),
            ("ACT_QTY", "actual quantity"),
            ("L_NM", "last name"),
            ("no_show", "no show"),
            ("order_item_id", "order item id"),
        ] {
            assert_eq!(spelled_out(&identifier_words(name)).join(" "), said, "{name}");
        }
    }

    #[test]
    fn a_word_without_its_vowels_keeps_its_letters() {
        assert_eq!(skeleton("approved"), skeleton("apprvd"));
        assert!(is_vowelless("mbr"));
        assert!(may_shorten("dlvd", "delivered") && may_shorten("cnfmd", "confirmed"));
        assert!(!may_shorten("dlvd", "devoured") && !may_shorten("cnt", "contracts"));
        assert!(stands_in("hrvs", &skeleton("harvester")) && stands_in("bldg", &skeleton("bulldogging")));
        assert!(
            !stands_in("hrv", &skeleton("unharvested")) && !stands_in("cnt", &skeleton("constitutional"))
        );
        assert!(!is_vowelless("member"));
        assert!(!is_vowelless("id"));
    }
}
