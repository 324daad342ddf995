//! Finds the longest word that begins at a character of a Chinese question and means something.

use super::cut::Cutter;
use super::known::{is_chinese_word, is_whole};
use super::marks::Mark;
use super::numerals;
use super::part::Part;
use super::rates::{money, spends};
use super::stands::which;
use super::words::{self, LONGEST};
use crate::engine::exonyms;

impl Cutter<'_, '_> {
    /// 5套房源: a character that counts is no beginning of the word that it counts.
    pub(super) fn is_measure(&self, rest: &[char], before: Option<&Part>) -> bool {
        let counted = matches!(
            before,
            Some(Part::Number(_) | Part::Mark(Mark::Each | Mark::Count | Mark::Which))
        );
        let first = rest[0].to_string();
        let measure = words::is_mark(&first, Mark::Measure)
            || before == Some(&Part::Mark(Mark::Each)) && words::is_mark(&first, Mark::Unit);
        let noun = |rest: &[char]| {
            (2..=LONGEST.min(rest.len())).any(|length| {
                let word: String = rest[..length].iter().collect();
                words::noun(&word).is_some() || self.known.spells(&word)
            })
        };
        // 各分馆员工: a longer word that names a thing of the schema begins here.
        let longer = (2..=3.min(rest.len())).any(|length| {
            let word: String = rest[..length].iter().collect();
            words::noun(&word).is_some_and(|said| self.known.rows(said).is_some())
        });
        counted && measure && noun(&rest[1..]) && !(longer && first == "分")
    }

    /// The length of the longest word of the tables or the schema at a character.
    pub(super) fn longest_word(&self, at: usize) -> usize {
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
    pub(super) fn word(&self, at: usize, before: Option<&Part>) -> Option<(Part, usize)> {
        let rest = &self.chars[at..];
        let mut unknown: Option<(Part, usize)> = None;
        for length in (1..=LONGEST.min(rest.len())).rev() {
            let word: String = rest[..length].iter().collect();
            if !is_chinese_word(&word) && word.chars().any(char::is_alphanumeric) {
                continue;
            }
            // 用户名单 is a list of users, no name of theirs.
            if word.ends_with('名') && rest.get(length) == Some(&'单') {
                continue;
            }
            if let Some(part) = self.spelled(at, length, &word, before) {
                return Some((part, length));
            }
            if let Some(name) = self.summed(&word) {
                return Some((Part::Name(name), length));
            }
            if let Some(name) = self.graded(&word).or_else(|| self.spanned(&word)) {
                return Some((Part::Name(name), length));
            }
            if let Some(name) = self.rate(&word).or_else(|| self.worth(&word)) {
                return Some((Part::Name(name), length));
            }
            if let Some(spent) = money(&word).filter(|_| self.known.has_schema())
                && !words::noun(&word).is_some_and(|said| {
                    let name = self.known.noun(&word, said);
                    let says = |word: &str| {
                        matches!(
                            word,
                            "sales"
                                | "sale"
                                | "revenue"
                                | "turnover"
                                | "income"
                                | "spent"
                                | "spending"
                                | "spend"
                                | "gmv"
                        )
                    };
                    let measured = spends(&rest[length..]);
                    name.is_table() && !measured || name.column >= 0.8 && name.said.split(' ').any(says)
                })
            {
                return Some((Part::Mark(Mark::Money(spent)), length));
            }
            let coded = self.known.coded(&word);
            // 公狗: a code of one character stands before what it tells of.
            if !coded.is_empty()
                && (length > 1 || self.chars.get(at + 1).is_none_or(|_| self.longest_word(at) == 1))
            {
                return Some((Part::Coded(word, coded), length));
            }
            if let Some(said) = words::place(&word) {
                // 意大利 where a nationality is Italian.
                let other = || {
                    said.iter()
                        .flat_map(|said| exonyms::others(said, true))
                        .find(|other| other.len() > 2 && self.known.sampled(other, None).is_some())
                };
                let (reading, is_told) = self.known.state(said, None);
                let value = if is_told {
                    Some(reading)
                } else {
                    other().map(str::to_owned)
                };
                let part = match value {
                    Some(value) => Part::Value(value, false),
                    _ => Part::Place(
                        self.known
                            .country(said)
                            .unwrap_or_else(|| self.typed[at..at + length].iter().collect()),
                    ),
                };
                return Some((part, length));
            }
            let mark = words::marks(&word);
            // 有多少个班, 最短的一集: what a measure word counts, or what it is, is a thing where there is such.
            let ends = matches!(rest.get(length), None | Some('是' | '？' | '?' | '，' | ','));
            if mark.contains(&Mark::Unit)
                && (matches!(before, Some(Part::Mark(Mark::Measure)))
                    || ends && matches!(before, Some(Part::Number(_) | Part::Mark(Mark::Which))))
                && words::noun(&word)
                    .is_some_and(|said| self.known.rows(said).is_some() && self.longest_word(at) == length)
            {
                let rows = words::noun(&word).and_then(|said| self.known.rows(said));
                return rows.map(|name| (Part::Name(name), length));
            }
            // 各类别 is each of the categories.
            if (mark.contains(&Mark::EachKind) || mark.contains(&Mark::EachSort))
                && word.ends_with(['类', '种'])
                && self.longest_word(at + 1) >= length
            {
                continue;
            }
            // 有多少人员: the people are said by a longer word.
            if mark
                .iter()
                .any(|mark| matches!(mark, Mark::People | Mark::Nobody))
                && word.ends_with('人')
                && self.longest_word(at + length - 1) > 1
            {
                continue;
            }
            // 没有过敏原: 过 is no end of a mark where a word begins with it.
            if length > 1 && word.ends_with('过') && self.longest_word(at + length - 1) > 1 {
                continue;
            }
            // 运营商运营的电厂: what one does to the other, whatever state it is too.
            if mark.contains(&Mark::Verb)
                && matches!(before, Some(Part::Name(doer)) if doer.is_table())
                && rest.get(length) == Some(&'的')
            {
                return Some((Part::Mark(Mark::Verb), length));
            }
            // 未结订单: a mark does not break off the beginning of a state whose rest means nothing.
            if let Some((Part::Value(..), longer)) = unknown
                && longer == length + 1
                && (mark.contains(&Mark::NotYet) && self.longest_word(at + length) == 0
                    || mark.contains(&Mark::Has) && length == 1 && self.longest_word(at + length) == 0
                    // 在职员工: 在 breaks off no state that a table follows.
                    || mark.contains(&Mark::From) && length == 1 && self.table_begins(at + longer))
            {
                return unknown;
            }
            if let Some(mark) = which(mark, length, before)
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
            let noun = noun.filter(|noun| self.is_no_count(&word, noun));
            // 未关闭 where there is more than open and closed: whatever is not closed.
            if let Some(bare) = word.strip_prefix('未')
                && self.is_one_of_many(&word, bare)
            {
                return Some((Part::Mark(Mark::NotYet), 1));
            }
            let state = words::state(&word).map(|said| self.known.state(said, self.table_ahead(at + length)));
            // 取消的挂号 where the value is 已取消.
            if state.as_ref().is_some_and(|(_, told)| !told) {
                let spelled = [
                    format!("已{word}"),
                    format!("被{word}"),
                    word.trim_start_matches('已').to_owned(),
                ]
                .iter()
                .find_map(|said| self.known.sampled(said, None));
                if let Some(sample) = spelled {
                    return Some((Part::Value(sample, true), length));
                }
            }
            // 库存不足10件: a comparison is no end of a state.
            let compares = |tail: &str| {
                word.strip_suffix(tail).is_some_and(|lead| !lead.is_empty())
                    && numerals::number(&rest[length..]).is_some()
            };
            let state = state.filter(|_| {
                ![
                    "不足", "超过", "低于", "高于", "少于", "多于", "大于", "小于", "不到",
                ]
                .iter()
                .any(|tail| compares(tail))
            });
            // 最新的10条评论: what is counted is rows.
            let noun = if self.counted.get() {
                let rows = words::noun(&word).and_then(|said| self.known.rows(said));
                rows.or(noun)
            } else {
                noun
            };
            // 2000年投产: a time says when, not that it is so.
            let timed = matches!(
                before,
                Some(Part::Period(_) | Part::Mark(Mark::After | Mark::Before | Mark::Since | Mark::RangeEnd))
            );
            // 充值过 where the rows of it have a table.
            if let Some(stem) = word.strip_suffix('过').filter(|_| mark.contains(&Mark::Verb))
                && let Some(rows) = words::noun(stem)
                    .or_else(|| words::noun(&word).filter(|_| matches!(rest.get(length), None | Some('的'))))
                    .map(|said| self.known.noun(stem, said))
                && rows.is_table()
                && rows.table >= 0.8
            {
                return Some((Part::Name(rows), length - 1));
            }
            // 付款 names the payments where there are such, 已付款 never.
            let thing = noun
                .as_ref()
                .is_some_and(|noun| noun.is_table() && noun.table >= 0.8);
            if let Some(name) = noun.as_ref().and_then(|noun| self.kind(&word, noun)) {
                return Some((Part::Name(name), length));
            }
            match (noun, state) {
                (Some(name), Some(_)) if thing => return Some((Part::Name(name), length)),
                (Some(name), Some(_)) if timed && self.known.says_when(&name) && !name.is_table() => {
                    return Some((self.placed(&word, length, at, name, before), length));
                }
                (_, Some(_)) if mark.contains(&Mark::Verb) && self.does(at, length, before) => {
                    return Some((Part::Mark(Mark::Verb), length));
                }
                (_, Some((said, true))) => return Some((Part::Value(said, false), length)),
                (Some(name), _) if self.thing_of_name(&word, &name).is_some() => {
                    return self.thing_of_name(&word, &name);
                }
                (Some(name), _) if name.is_known() => {
                    if let Some(cut) = self.lead_that_tells(&word, &name) {
                        return Some(cut);
                    }
                    return Some((self.placed(&word, length, at, name, before), length));
                }
                _ if mark.contains(&Mark::Verb) && unknown.is_none() => {
                    return Some((Part::Mark(Mark::Verb), length));
                }
                (_, Some((said, false))) if unknown.is_none() => {
                    unknown = Some((Part::Value(said, false), length));
                }
                // 最高价 is the highest price where no column is called so.
                (Some(_), None) if self.known.has_schema() && (length == 1 || figures(&word)) => {}
                // 和平均时长: a noun that nothing here is called by is no 和 before a longer word.
                (Some(_), None)
                    if self.known.has_schema()
                        && words::is_mark(&rest[0].to_string(), Mark::And)
                        && self.longest_word(at + 1) >= length => {}
                (Some(name), None) if unknown.is_none() && length > 1 => {
                    let part = if is_whole(&name.said) && matches!(before, Some(Part::Other(_))) {
                        // 华强公司 is a name to its end.
                        Part::Other(self.typed[at..at + length].iter().collect())
                    } else if is_whole(&name.said) {
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
}

/// Whether a word begins with a figure: 最高价.
fn figures(word: &str) -> bool {
    ["最", "平均", "总"].iter().any(|lead| word.starts_with(lead))
}
