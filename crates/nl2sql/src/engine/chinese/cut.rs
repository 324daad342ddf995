//! Cuts a Chinese question into parts: marks of structure, names of the schema, values, numbers, times and what is left.

use jiff::civil::Date;

use super::is_han;
use super::known::{Known, is_chinese_word, is_whole};
use super::marks::Mark;
use super::part::Part;
use super::settle::settle;
use super::traditional::simple;
use super::words::{self, LONGEST};
use super::{numerals, spans};
use crate::engine::lexicon::{Lexicon, Sort, TableId};

/// The parts of a question, in its order.
pub(crate) fn parts(question: &str, lexicon: Option<&Lexicon<'_>>, today: Date) -> Vec<Part> {
    let typed: Vec<char> = question.chars().map(plain).collect();
    let cutter = Cutter {
        known: Known::new(lexicon),
        samples: lexicon.map_or_else(Vec::new, |lexicon| samples_in(lexicon, &typed)),
        chars: typed.iter().copied().map(simple).collect(),
        typed,
        today,
    };
    let mut parts: Vec<Part> = Vec::new();
    let mut at = 0;
    while at < cutter.chars.len() {
        let (part, taken) = cutter.next(at, parts.last());
        at += taken;
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
    settle(&mut parts, &cutter.known);
    parts
}

/// Whether what follows a part is a text to look for as it stands: 名称包含…, 叫….
fn spells(part: &Part, before: Option<&Part>) -> bool {
    match part {
        Part::Mark(Mark::Contains) => matches!(before, Some(Part::Name(name)) if !name.is_table()),
        Part::Mark(Mark::Called) => true,
        _ => false,
    }
}

/// Full-width letters and digits as plain ones.
fn plain(c: char) -> char {
    match c {
        '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => u32::from(c)
            .checked_sub(0xfee0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        c if c.is_control() || c.is_whitespace() => ' ',
        c => c,
    }
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

struct Cutter<'q, 'a> {
    known: Known<'q, 'a>,
    samples: Vec<Sample>,
    /// The question in simplified characters.
    chars: Vec<char>,
    /// The question as it was typed, character for character.
    typed: Vec<char>,
    today: Date,
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
        if let ['姓', name, '的', ..] = rest
            && is_han(*name)
        {
            return (Some(Part::Surname(self.typed[at + 1].to_string())), 2);
        }
        if self.is_measure(rest, before) {
            return (Some(Part::Mark(Mark::Measure)), 1);
        }
        let word = self.word(at, before);
        let known = word.as_ref().map_or(0, |(part, length)| match part {
            Part::Name(name) if !name.is_known() => 0,
            Part::Value(_, false) => 0,
            _ => *length,
        });
        if let Some((length, sample)) = self.sample(at)
            && length >= known
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

    /// 5套房源: a character that counts is no beginning of the word that it counts.
    fn is_measure(&self, rest: &[char], before: Option<&Part>) -> bool {
        let counted = matches!(
            before,
            Some(Part::Number(_) | Part::Mark(Mark::Each | Mark::Count | Mark::Which))
        );
        let measure = words::mark(&rest[0].to_string()) == Some(Mark::Measure);
        let noun = |rest: &[char]| {
            (2..=LONGEST.min(rest.len())).any(|length| {
                let word: String = rest[..length].iter().collect();
                words::noun(&word).is_some() || self.known.spells(&word)
            })
        };
        counted && measure && noun(&rest[1..])
    }

    /// The length of the longest word of the tables or the schema at a character.
    fn longest_word(&self, at: usize) -> usize {
        let rest = &self.chars[at..];
        (1..=LONGEST.min(rest.len()))
            .rev()
            .find(|length| {
                let word: String = rest[..*length].iter().collect();
                words::is_word(&word) || self.known.spells(&word)
            })
            .unwrap_or(0)
    }

    /// The longest word that means something here; a noun or state that nothing here is called by comes last.
    fn word(&self, at: usize, before: Option<&Part>) -> Option<(Part, usize)> {
        let rest = &self.chars[at..];
        let mut unknown: Option<(Part, usize)> = None;
        for length in (1..=LONGEST.min(rest.len())).rev() {
            let word: String = rest[..length].iter().collect();
            if !is_chinese_word(&word) && word.chars().any(char::is_alphanumeric) {
                continue;
            }
            if let Some(part) = self.spelled(at, length, &word, before) {
                return Some((part, length));
            }
            let coded = self.known.coded(&word);
            // 公狗: a code of one character stands before what it tells of.
            if !coded.is_empty()
                && (length > 1 || self.chars.get(at + 1).is_none_or(|_| self.longest_word(at) == 1))
            {
                return Some((Part::Coded(word, coded), length));
            }
            if let Some(said) = words::place(&word) {
                let part = match self.known.state(said, None) {
                    (said, true) => Part::Value(said, false),
                    _ => Part::Place(self.typed[at..at + length].iter().collect()),
                };
                return Some((part, length));
            }
            let mark = words::mark(&word);
            if let Some(mark) = mark
                && mark != Mark::Verb
                && stands(mark, length, before)
                // 按年龄 sorts or groups by 年龄, not by 年.
                && !(matches!(mark, Mark::Monthly(_)) && self.longest_word(at + 1) >= length)
            {
                return Some((Part::Mark(mark), length));
            }
            let after: String = rest[length..].iter().take(2).collect();
            if let Some((name, more)) = self.known.recorded(&word, &after) {
                return Some((Part::Name(name), length + more));
            }
            // 支付宝: what is left of a longer word that nothing here is called by is to be a word too.
            if let Some((_, longer)) = unknown
                && longer > length
                && longer - length < 2
                && self.longest_word(at + length) == 0
            {
                return unknown;
            }
            let noun = words::noun(&word)
                .map(|said| self.known.noun(&word, said))
                .filter(|noun| noun.is_known() || !self.known.has_schema())
                .or_else(|| self.known.compound(&word))
                .or_else(|| words::noun(&word).map(|said| self.known.noun(&word, said)));
            // 订单数 counts the orders where there is no column that does.
            let noun = noun.filter(|noun| !(counts(&word) && (noun.is_table() || !noun.is_known())));
            let state = words::state(&word).map(|said| self.known.state(said, self.table_ahead(at + length)));
            // 付款 names the payments where there are such, 已付款 never.
            let thing = noun
                .as_ref()
                .is_some_and(|noun| noun.is_table() && noun.table >= 0.8);
            match (noun, state) {
                (Some(name), Some(_)) if thing => return Some((Part::Name(name), length)),
                (_, Some((said, true))) => return Some((Part::Value(said, false), length)),
                (Some(name), _) if name.is_known() => {
                    return Some((Part::Name(self.known.sharper(&word, name)), length));
                }
                _ if mark == Some(Mark::Verb) && unknown.is_none() => {
                    return Some((Part::Mark(Mark::Verb), length));
                }
                (_, Some((said, false))) if unknown.is_none() => {
                    unknown = Some((Part::Value(said, false), length));
                }
                // 最高价 is the highest price where no column is called so.
                (Some(_), None) if self.known.has_schema() && (length == 1 || figures(&word)) => {}
                (Some(name), None) if unknown.is_none() && length > 1 => {
                    let part = if is_whole(&name.said) {
                        Part::Mark(Mark::Filler)
                    } else {
                        Part::Name(name)
                    };
                    return Some((part, length));
                }
                (Some(name), None) if unknown.is_none() => unknown = Some((Part::Name(name), length)),
                _ => {}
            }
        }
        unknown
    }

    /// The next table that the question names.
    fn table_ahead(&self, at: usize) -> Option<TableId> {
        (at..self.chars.len().min(at + 8)).find_map(|at| {
            let rest = &self.chars[at..];
            (1..=LONGEST.min(rest.len())).rev().find_map(|length| {
                let word: String = rest[..length].iter().collect();
                let name = if self.known.spells(&word) {
                    self.known.name(&word)
                } else {
                    self.known.noun(&word, words::noun(&word)?)
                };
                name.table_home.filter(|_| name.is_table())
            })
        })
    }

    /// A word that the schema itself uses, as it was typed or in simplified characters.
    fn spelled(&self, at: usize, length: usize, word: &str, before: Option<&Part>) -> Option<Part> {
        let typed: String = self.typed[at..at + length].iter().collect();
        let word = [typed.as_str(), word]
            .into_iter()
            .find(|word| self.known.spells(word))?;
        let name = self.known.name(word);
        if !name.is_known() {
            return None;
        }
        // 宠物数量 counts the pets, whatever other table has a 数量.
        if words::mark(word) == Some(Mark::Count)
            && matches!(before, Some(Part::Name(thing)) if thing.is_table() && thing.table_home != name.column_home)
        {
            return None;
        }
        let noun = words::noun(word).map(|said| self.known.noun(word, said));
        // A column that is called like a table only refers to it.
        let table = noun.filter(|noun| {
            let sure = if name.column < 0.9 { 0.65 } else { 0.9 };
            noun.table >= sure && !name.is_table()
        });
        let total = word.contains('总');
        Some(Part::Name(table.unwrap_or(super::part::Name { total, ..name })))
    }

    /// A word of Latin letters: a name of the schema, or something to look for.
    fn latin(&self, rest: &[char]) -> (Option<Part>, usize) {
        let length = rest
            .iter()
            .position(|c| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '@' | '.' | '\''))
            .unwrap_or(rest.len());
        let word: String = rest[..length.max(1)].iter().collect();
        let name = self.known.name(&word);
        let part = if self.known.has_schema() && name.table.max(name.column) >= 0.7 {
            Part::Name(name)
        } else {
            Part::Other(word)
        };
        (Some(part), length.max(1))
    }
}

/// Whether a word says how many there are: 订单数.
fn counts(word: &str) -> bool {
    ["数", "量", "人次"].iter().any(|end| word.ends_with(end))
}

/// Whether a word begins with a figure: 最高价.
fn figures(word: &str) -> bool {
    ["最", "平均", "总"].iter().any(|lead| word.starts_with(lead))
}

/// Whether a short mark may stand after what is before it: 个 counts only after a number.
fn stands(mark: Mark, length: usize, before: Option<&Part>) -> bool {
    match mark {
        Mark::Measure | Mark::Years => matches!(
            before,
            Some(
                Part::Number(_)
                    | Part::Value(..)
                    | Part::Other(_)
                    | Part::Quoted(_)
                    | Part::Mark(Mark::Each | Mark::Count | Mark::Which | Mark::First)
            )
        ),
        Mark::Currency(_) => {
            length > 1 || matches!(before, Some(Part::Number(_) | Part::Mark(Mark::Measure)))
        }
        Mark::CompareAfter(_) => {
            matches!(
                before,
                Some(Part::Number(_) | Part::Mark(Mark::Measure | Mark::Years | Mark::Currency(_)))
            )
        }
        Mark::After | Mark::Before | Mark::Since if length == 1 => matches!(before, Some(Part::Period(_))),
        Mark::First if length == 1 => !matches!(before, Some(Part::Period(_))),
        Mark::Count if length == 1 => {
            matches!(before, Some(Part::Name(_) | Part::Value(..) | Part::Coded(..)))
        }
        Mark::Maker => matches!(before, Some(Part::Value(..) | Part::Other(_) | Part::Quoted(_))),
        _ => true,
    }
}

/// How many characters a quotation takes, its marks included.
fn quoted(chars: &[char]) -> Option<usize> {
    let close = match chars[0] {
        '“' => '”',
        '「' => '」',
        '『' => '』',
        '《' => '》',
        '‘' => '’',
        '"' => '"',
        '\'' => '\'',
        '【' => '】',
        _ => return None,
    };
    let end = chars.iter().skip(1).position(|c| *c == close)? + 1;
    (end > 1).then_some(end + 1)
}

fn iso_day(chars: &[char]) -> Option<(String, usize)> {
    let shape = chars.get(..10)?;
    let fits = shape.iter().enumerate().all(|(i, c)| match i {
        4 | 7 => *c == '-' || *c == '/',
        _ => c.is_ascii_digit(),
    });
    fits.then(|| (shape.iter().collect(), 10))
}
