//! Cuts a Chinese question into parts: marks of structure, names of the schema, values, numbers, times and what is left.

use std::cell::Cell;

use jiff::civil::Date;

use super::bracketed::bracketed;
use super::explained::explained;
use super::is_han;
use super::known::{Known, is_chinese_word};
use super::marks::Mark;
use super::part::Part;
use super::respoken::respoken;
use super::settle::settle;
use super::shape::{iso_day, plain, quoted};
use super::stands::{beyond_unit, counts, spells};
use super::traditional::simple;
use super::{numerals, spans, words};
use crate::engine::lexicon::{Lexicon, Sort, TableId};

/// The parts of a question, in its order.
pub(crate) fn parts(question: &str, lexicon: Option<&Lexicon<'_>>, today: Date) -> Vec<Part> {
    let known = Known::new(lexicon);
    let said = respoken(&bracketed(question, &known));
    let typed: Vec<char> = explained(&said, &known).chars().map(plain).collect();
    let cutter = Cutter {
        known,
        samples: lexicon.map_or_else(Vec::new, |lexicon| samples_in(lexicon, &typed)),
        chars: typed.iter().copied().map(simple).collect(),
        typed,
        today,
        home: Cell::new(None),
        counted: Cell::new(false),
    };
    let mut parts: Vec<Part> = Vec::new();
    let mut at = 0;
    while at < cutter.chars.len() {
        if let Some(taken) = cutter
            .numbered(at, &mut parts)
            .or_else(|| cutter.surpassed(at, &mut parts))
        {
            at += taken;
            continue;
        }
        cutter.counted.set(counts(&parts));
        if !matches!(parts.last(), Some(Part::Number(_)))
            && let Some((more, taken)) = cutter.apart(at).or_else(|| cutter.qualified(at))
        {
            parts.extend(more);
            at += taken;
            continue;
        }
        let (part, taken) = cutter.next(at, parts.last());
        let part = cutter.valued(part, &parts, at, taken);
        at += taken;
        if let Some(Part::Name(name)) = &part
            && name.is_table()
        {
            cutter.home.set(name.table_home);
        }
        let literal = part
            .as_ref()
            .filter(|part| spells(part, parts.last()))
            .and_then(|_| cutter.literal(at));
        match (part, parts.last_mut()) {
            (Some(Part::Other(text)), Some(Part::Other(known))) => {
                if cutter.chars.get(at.wrapping_sub(taken + 1)) == Some(&' ') {
                    known.push(' ');
                }
                known.push_str(&text);
            }
            (Some(part), _) => parts.push(part),
            (None, _) => {}
        }
        if let Some((text, taken)) = literal {
            parts.push(Part::Quoted(text));
            at += taken;
        }
    }
    settle(&mut parts, &cutter.known, today);
    parts
}

/// A sample in simplified characters, and as the database spells it.
type Sample = (Vec<char>, String);

/// The sample values that the question spells, longest first.
fn samples_in(lexicon: &Lexicon<'_>, typed: &[char]) -> Vec<Sample> {
    let lower: String = typed
        .iter()
        .copied()
        .map(simple)
        .collect::<String>()
        .to_lowercase();
    let mut found: Vec<Sample> = lexicon
        .columns
        .iter()
        .filter(|entry| matches!(entry.sort, Sort::Text | Sort::Other))
        .flat_map(|entry| &entry.column.samples)
        .filter(|sample| {
            let telling = is_chinese_word(sample) || (sample.len() > 1 && sample.parse::<f64>().is_err());
            telling && sample.len() <= 80
        })
        .map(|sample| (sample.chars().map(simple).collect::<Vec<char>>(), sample.clone()))
        .filter(|(simple, _)| lower.contains(&simple.iter().collect::<String>().to_lowercase()))
        .collect();
    found.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.cmp(b)));
    found.dedup();
    found
}

/// A question over a schema, on the way to its parts.
pub(super) struct Cutter<'q, 'a> {
    pub known: Known<'q, 'a>,
    samples: Vec<Sample>,
    /// The question in simplified characters.
    pub chars: Vec<char>,
    /// The question as it was typed, character for character.
    pub typed: Vec<char>,
    today: Date,
    /// The table that was named last.
    pub home: Cell<Option<TableId>>,
    /// Whether a number and its measure word stand before: what follows is rows.
    pub counted: Cell<bool>,
}

impl Cutter<'_, '_> {
    /// The part that begins at a character, if any, and how many characters it takes.
    fn next(&self, at: usize, before: Option<&Part>) -> (Option<Part>, usize) {
        let rest = &self.chars[at..];
        if rest[0] == ' ' || matches!(rest[0], '?' | '？' | '!' | '！' | '。' | '.' | ';' | '；') {
            return (None, 1);
        }
        if let Some(taken) = quoted(rest) {
            let inside = self.typed[at + 1..at + taken - 1].iter().collect();
            return (Some(Part::Quoted(inside)), taken);
        }
        if let Some((text, taken)) = iso_day(rest) {
            return (Some(Part::Period(text)), taken);
        }
        // 张三, 李四: no numerals.
        if let ['张', '三', ..] | ['李', '四', ..] | ['王', '五', ..] | ['赵', '六', ..] = rest
            && self.longest_word(at) < 3
        {
            return (Some(Part::Person(self.typed[at..at + 2].iter().collect())), 2);
        }
        if let ['姓', name, '的', ..] = rest
            && is_han(*name)
        {
            return (Some(Part::Surname(self.typed[at + 1].to_string())), 2);
        }
        // 过亿, 超千: a unit alone is a number after a comparison.
        if let Some(part) = beyond_unit(rest, before) {
            return (Some(part), 1);
        }
        // 几笔捐款: how many, before a measure word.
        if let ['几', next, ..] = rest
            && !matches!(next, '点' | '年' | '月' | '天' | '号')
            && !matches!(before, Some(Part::Mark(Mark::Which)))
            && {
                let unit = next.to_string();
                words::is_mark(&unit, Mark::Measure) || words::is_mark(&unit, Mark::Unit)
            }
        {
            return (Some(Part::Mark(Mark::Count)), 1);
        }
        if self.is_measure(rest, before) {
            return (Some(Part::Mark(Mark::Measure)), 1);
        }
        if let Some((name, taken)) = self.done_when(at, before) {
            return (Some(Part::Name(name)), taken);
        }
        if let Some((name, taken)) = self.done(rest) {
            return (Some(Part::Name(name)), taken);
        }
        if self.never_did(at, before) {
            let taken = if rest.starts_with(&['下', '过', '单']) {
                3
            } else {
                2
            };
            return (Some(Part::Mark(Mark::Verb)), taken);
        }
        // 返回404: the code of the status.
        if let ['返', '回', digit, ..] = rest
            && digit.is_ascii_digit()
            && let Some(column) = self.known.column_of(
                None,
                &["status code", "http status", "response code", "return code"],
            )
        {
            return (Some(Part::Name(column)), 2);
        }
        let word = self.word(at, before);
        let known = word.as_ref().map_or(0, |(part, length)| match part {
            Part::Name(name) if !name.is_known() => 0,
            Part::Value(_, false) => 0,
            _ => *length,
        });
        // 没有空调: whether there is one is told by a column, before a value elsewhere is.
        let had = matches!(before, Some(Part::Mark(Mark::Has | Mark::Lacks | Mark::NotYet)))
            && matches!(&word, Some((Part::Name(name), _)) if name.is_known());
        if let Some((length, sample)) = self.sample(at)
            && length >= known + usize::from(had)
        {
            return (Some(Part::Value(sample.to_owned(), true)), length);
        }
        let degree = matches!(rest, ['最', ..]);
        // 最近7天 is a time, 最近10条 the latest ten.
        if let Some((text, taken)) = spans::span(rest, self.today).filter(|_| !degree || rest.len() > 3) {
            return (Some(Part::Period(text)), taken);
        }
        if let Some((digits, taken)) = numerals::number(rest)
            && self.longest_word(at) <= taken
        {
            return (Some(Part::Number(digits)), taken);
        }
        if let Some((part, taken)) = word {
            return (Some(part), taken);
        }
        if rest[0].is_ascii_alphanumeric() || rest[0] == '_' {
            return self.latin(rest);
        }
        if is_han(rest[0]) || rest[0].is_alphabetic() {
            return (Some(Part::Other(self.typed[at].to_string())), 1);
        }
        (None, 1)
    }

    /// A text that is looked for as it was typed, up to what ends it.
    fn literal(&self, at: usize) -> Option<(String, usize)> {
        let rest = &self.chars[at..];
        let start = rest
            .iter()
            .take_while(|c| matches!(c, ' ' | '了' | '有' | '着'))
            .count();
        if matches!(
            rest.get(start),
            None | Some('“' | '"' | '\'' | '「' | '‘' | '《' | '『' | '【')
        ) {
            return None;
        }
        let ends = |c: &char| {
            matches!(
                c,
                '的' | '，' | ',' | '。' | '、' | '？' | '?' | '且' | '并' | '或' | '和'
            )
        };
        let mut end = rest
            .iter()
            .skip(start)
            .position(ends)
            .map_or(rest.len(), |length| start + length);
        for tail in ["字样", "两个字", "这个词", "关键字", "关键词", "这两个字"] {
            let tail: Vec<char> = tail.chars().collect();
            if rest[start..end].ends_with(&tail) {
                end -= tail.len();
                break;
            }
        }
        let text: String = self.typed[at + start..at + end].iter().collect();
        let text = text.trim();
        (!text.is_empty() && text.chars().count() <= 20).then(|| (text.to_owned(), end))
    }

    fn sample(&self, at: usize) -> Option<(usize, &str)> {
        let inside = |c: Option<&char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let (simple, spelled) = self.samples.iter().find(|(sample, _)| {
            let end = at + sample.len();
            let same = self.chars.get(at..end).is_some_and(|said| {
                said.iter()
                    .zip(sample.iter())
                    .all(|(a, b)| a == b || a.to_lowercase().eq(b.to_lowercase()))
            });
            let cut = |c: Option<&char>, edge: Option<&char>| inside(c) && inside(edge);
            same && !cut(at.checked_sub(1).and_then(|i| self.chars.get(i)), sample.first())
                && !cut(self.chars.get(end), sample.last())
        })?;
        Some((simple.len(), spelled))
    }

    /// A word of Latin letters: a name of the schema, or something to look for.
    fn latin(&self, rest: &[char]) -> (Option<Part>, usize) {
        let length = rest
            .iter()
            .position(|c| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '@' | '.' | '\''))
            .unwrap_or(rest.len());
        let word: String = rest[..length.max(1)].iter().collect();
        // API key: two words that a table or column is called by.
        if let Some(' ') = rest.get(length) {
            let more = rest[length + 1..]
                .iter()
                .take_while(|c| c.is_ascii_alphanumeric() || **c == '_')
                .count();
            let both: String = rest[..length + 1 + more].iter().collect();
            let name = self.known.name(&both.to_lowercase());
            if more > 0 && self.known.has_schema() && name.table.max(name.column) >= 0.9 {
                return (Some(Part::Name(name)), length + 1 + more);
            }
        }
        let name = self.known.name(&word);
        let part = if self.known.has_schema() && name.table.max(name.column) >= 0.7 {
            Part::Name(name)
        } else if let Some(name) = self.known.begun_with(&word) {
            Part::Name(name)
        } else {
            Part::Other(word)
        };
        (Some(part), length.max(1))
    }
}
