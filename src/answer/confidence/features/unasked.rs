//! Constants of the SQL that the question does not account for: conditions that a model made up.

use super::evidence::same_word;
use super::pieces::{Piece, Pieces};

/// Words after which a query has numbers or days that the question does not spell: relative times, numbers as words,
/// shares.
#[rustfmt::skip]
const NUMERIC_WORDS: [&str; 58] = [
    "ago", "april", "august", "average", "birthday", "century", "couple", "current", "currently", "daily", "day", "december",
    "double", "dozen", "eight", "even", "february", "five", "four", "friday", "half", "hour", "hundred", "january", "july",
    "june", "last", "march", "median", "minute", "monday", "month", "monthly", "nine", "november", "october", "percent",
    "percentage", "quarter", "ratio", "recent", "recently", "saturday", "september", "seven", "share", "six", "sunday", "ten",
    "thousand", "three", "thursday", "today", "tuesday", "twice", "two", "week", "year",
];

/// Texts that are part of a function rather than a value: formats, units, what dates count from.
const UNITS: [&str; 16] = [
    "now",
    "utc",
    "localtime",
    "start",
    "day",
    "month",
    "year",
    "week",
    "quarter",
    "hour",
    "minute",
    "second",
    "yyyy",
    "iso",
    "epoch",
    "unixepoch",
];

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unasked {
    pub numbers: u32,
    pub texts: u32,
}

/// Looks at SQL and question, both in lower case.
pub(super) fn read(sql: &str, question: &str) -> Unasked {
    let mut unasked = Unasked { numbers: 0, texts: 0 };
    let mut says = None;
    for (at, part) in sql.split('\'').enumerate() {
        let is_text = at % 2 == 1;
        if !is_text {
            for number in numbers(part) {
                let says = says.get_or_insert_with(|| Said::of(question));
                unasked.numbers += u32::from(!says.number(number));
            }
            continue;
        }
        let text = part.trim_matches('%');
        let is_date =
            text.len() >= 4 && text.bytes().all(|byte| !byte.is_ascii_alphabetic()) && text.is_ascii();
        let says = says.get_or_insert_with(|| Said::of(question));
        if is_date {
            let first = numbers(text).next().unwrap_or_default();
            unasked.numbers += u32::from(!says.number(first));
        } else if !says.text(text) {
            unasked.texts += 1;
        }
    }
    unasked
}

/// Numbers that stand for themselves, not those in names such as `address2`, and neither 0 nor 1, which SQL has for
/// truth, emptiness and the first row.
fn numbers(sql: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let words = sql.split(move |c| !is_word(c));
    words.filter(|word| {
        let is_number = word.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
        is_number && !matches!(*word, "0" | "1" | "0.0" | "1.0" | "100" | "100.0")
    })
}

/// Whether a word is one of [`NUMERIC_WORDS`], perhaps with another ending.
fn is_numeric(word: &str) -> bool {
    let Some(first) = word.bytes().next() else {
        return false;
    };
    // Words that differ in their endings begin alike, and the list is in order.
    let from = NUMERIC_WORDS.partition_point(|known| known.as_bytes()[0] < first);
    let mut alike = NUMERIC_WORDS[from..]
        .iter()
        .take_while(|known| known.as_bytes()[0] == first);
    alike.any(|known| same_word(known, word))
}

/// What a question says.
struct Said<'q> {
    question: &'q str,
    words: Vec<&'q str>,
    /// Its numbers, without separators of thousands and written out.
    numbers: Vec<String>,
    has_numeric_words: bool,
}

impl<'q> Said<'q> {
    fn of(question: &'q str) -> Said<'q> {
        let mut said = Said {
            question,
            words: Vec::with_capacity(16),
            numbers: Vec::new(),
            has_numeric_words: false,
        };
        for piece in Pieces::new(question) {
            match piece {
                Piece::Word(word) => {
                    said.has_numeric_words |= is_numeric(word);
                    said.words.push(word);
                }
                Piece::Number(number) => said.numbers.push(number.replace(',', "")),
                Piece::Quoted(text) => said.words.extend(text.split(|c: char| !c.is_alphanumeric())),
            }
        }
        said
    }

    /// Whether a number comes from the question.
    fn number(&self, number: &str) -> bool {
        if self.has_numeric_words || !self.question.is_ascii() && self.numbers.is_empty() {
            // Of other scripts, nothing says whether a word is a number.
            return true;
        }
        let value: Option<f64> = number.parse().ok();
        self.numbers.iter().any(|said| {
            let digits = said.trim_end_matches(|c: char| !c.is_ascii_digit());
            let by = match &said[digits.len()..] {
                "k" => 1e3,
                "m" | "mio" => 1e6,
                "bn" => 1e9,
                _ => 1.0,
            };
            let scaled = digits.parse::<f64>().ok().map(|digits| digits * by);
            said.contains(number) || (scaled.is_some() && scaled == value)
        })
    }

    /// Whether a text has a word in common with the question; one without words says nothing.
    fn text(&self, text: &str) -> bool {
        if !text.is_ascii() || !self.question.is_ascii() {
            return true;
        }
        let mut words = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .peekable();
        let has_none = words.peek().is_none();
        has_none
            || self.question.contains(text)
            || words.any(|word| {
                let is_unit = UNITS.iter().any(|unit| same_word(unit, word)) || word.len() < 3;
                is_unit || self.words.iter().any(|said| same_word(said, word))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::{NUMERIC_WORDS, Unasked, is_numeric, read};

    #[test]
    fn constants_come_from_the_question_or_from_nowhere() {
        for (sql, question, numbers, texts) in [
            (
                "select * from users where id = 2017 - 3 - 4",
                "show all users",
                3,
                0,
            ),
            ("select id from t where total > 1500", "total over 1,500", 0, 0),
            (
                "select id from t where total > 10000 limit 5",
                "top 5 with a total over 10k",
                0,
                0,
            ),
            ("select id from t where d > '2024-01-01'", "since 2024", 0, 0),
            ("select id from t where d > '2024-01-01'", "show them", 1, 0),
            (
                "select id from t where d > date('now', '-7 days')",
                "in the last week",
                0,
                0,
            ),
            ("select strftime('%y-%m', d) from t", "per month", 0, 0),
            ("select id from t where city = 'oslo'", "in oslo", 0, 0),
            ("select id from t where city = 'oslo'", "in rome", 0, 1),
            (
                "select id from t where status = 'active'",
                "actively used ones",
                0,
                0,
            ),
            ("select id from t limit 3", "the three best", 0, 0),
            ("select address2 from t where a = 1", "second addresses", 0, 0),
            ("select id from t where name like '%ann%'", "names with ann", 0, 0),
            ("select id from t where s = '' or s = '-'", "empty ones", 0, 0),
        ] {
            assert_eq!(
                read(sql, question),
                Unasked { numbers, texts },
                "{sql} / {question}"
            );
        }
    }

    #[test]
    fn words_for_numbers_are_known_by_any_ending() {
        assert!(NUMERIC_WORDS.is_sorted());
        assert!(NUMERIC_WORDS.into_iter().all(is_numeric));
        assert!(is_numeric("weeks") && is_numeric("doubled"));
        assert!(!is_numeric("users") && !is_numeric("") && !is_numeric("été") && !is_numeric("zebra"));
    }
}
