//! A front for questions in Chinese: they are cut into parts and put into the order of an English question, whose tokens
//! the engine reads as any other.

mod affixes;
mod aged;
mod apart;
mod arrange;
mod assigned;
mod beside;
mod both;
mod bracketed;
mod clause;
mod codes;
mod comparing;
mod countries;
mod cut;
mod doings;
mod eachwise;
#[cfg(test)]
mod everyday;
mod explained;
mod extremes;
mod facts;
mod grades;
mod grouping;
mod headcount;
mod held;
mod known;
mod lasting;
mod lengths;
mod listing;
mod literal;
mod marks;
mod mend;
mod moments;
mod months;
mod named;
mod nobody;
mod numbered;
mod numerals;
mod only;
mod opposites;
mod ordering;
mod part;
mod people;
pub(crate) mod pinyin;
mod plainly;
mod prices;
mod qualified;
mod ranking;
mod rates;
#[cfg(test)]
mod refined;
mod refining;
mod refuse;
mod respell;
mod respoken;
#[cfg(test)]
mod sayings;
mod settle;
mod several;
mod shape;
mod shares;
mod spanned;
mod spans;
mod stands;
#[cfg(test)]
mod structures;
mod sums;
mod tallies;
mod telling;
#[cfg(test)]
mod tests;
mod than;
mod timing;
mod tongue;
mod traditional;
mod ways;
mod word;
mod wording;
mod words;

use jiff::civil::Date;

use super::lexicon::Lexicon;
use super::text::Token;

pub(crate) use people::{is_name, is_person};
pub(crate) use refuse::{is_small_talk, refusal_of, write_verb};
pub(crate) use respell::respell;
pub(crate) use tongue::CHINESE;
pub(crate) use traditional::simplified;
#[cfg(test)]
pub(crate) use words::listed;
pub(crate) use words::{is_noun, is_scrap};

/// English words that make a question English although it holds a Chinese value.
const ENGLISH: &[&str] = &[
    "the", "of", "with", "from", "in", "for", "by", "show", "list", "get", "find", "how", "many", "what",
    "which", "where", "who", "whose", "that", "all", "are", "is", "per", "each", "count", "select", "give",
    "me", "named",
];

/// Whether a question is asked in Chinese.
pub(crate) fn is_chinese(question: &str) -> bool {
    // 爽约(no show): what brackets hold is a value, whatever words it has.
    let mut depth = 0_i32;
    let bare: String = question
        .chars()
        .filter(|c| {
            depth += i32::from(matches!(c, '(' | '（')) - i32::from(matches!(c, ')' | '）'));
            depth <= 0
        })
        .collect();
    let question = if bare.chars().any(is_han) {
        bare.as_str()
    } else {
        question
    };
    let mixed = question.chars().any(|c| c.is_ascii_lowercase());
    let english = || {
        question
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            // GET请求的数量: a value in capitals.
            .filter(|word| mixed || word.chars().any(|c| c.is_ascii_lowercase()))
            .any(|word| ENGLISH.contains(&word.to_ascii_lowercase().as_str()))
    };
    question.chars().any(is_han) && !english()
}

/// Whether a character is a Chinese one.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{f900}'..='\u{faff}')
}

/// The tokens of a Chinese question in the order and words that the engine reads.
pub(crate) fn tokens(question: &str, lexicon: Option<&Lexicon<'_>>, today: Date) -> Vec<Token> {
    one_figure(arrange::english_order(cut::parts(question, lexicon, today)))
}

/// 平均耗时多少秒: how much it is, and not how many of them there are.
fn one_figure(mut tokens: Vec<Token>) -> Vec<Token> {
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.lower == word);
    let at = (0..tokens.len()).find(|at| is(*at, "number") && is(at + 1, "of") && is(at + 2, "average"));
    if let Some(at) = at {
        tokens.drain(at..at + 2);
    }
    tokens
}
