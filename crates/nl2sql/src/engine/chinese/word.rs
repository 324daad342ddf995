//! Finds the longest word that begins at a character of a Chinese question and means something.

use super::cut::Cutter;
use super::known::{is_chinese_word, is_whole};
use super::marks::Mark;
use super::numerals;
use super::part::{Name, Part};
use super::rates::money;
use super::stands::which;
use super::words::{self, LONGEST};
use crate::engine::exonyms;
use crate::engine::lexicon::TableId;

/// Verbs that say when a thing itself began or came out.
#[rustfmt::skip]
const BEGINNINGS: &[&str] = &[
    "成立", "创立", "创办", "创建", "建立", "建成", "落成", "建造", "竣工", "投产", "投运", "开业", "开办", "出生", "入职", "上映", "首映", "退役",
];

/// Those of a thing that was made or opened, and what a schema may call the day of it.
const THINGS_BEGIN: &[&str] = &[
    "成立", "创立", "创办", "创建", "建立", "建成", "落成", "建造", "竣工", "投产", "投运", "开业", "开办",
];
const BEGUN: &[&str] = &[
    "founded",
    "formed",
    "established",
    "opened",
    "commissioned",
    "built",
    "launched",
    "created",
];

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
        counted && measure && noun(&rest[1..])
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
            if let Some(part) = self.spelled(at, length, &word, before) {
                return Some((part, length));
            }
            if let Some(name) = self.summed(&word) {
                return Some((Part::Name(name), length));
            }
            if let Some(name) = self.rate(&word) {
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
                    name.is_table() || name.column >= 0.8 && name.said.split(' ').any(says)
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
                    _ => Part::Place(self.typed[at..at + length].iter().collect()),
                };
                return Some((part, length));
            }
            let mark = words::marks(&word);
            // 有多少个班: what a measure word counts is a thing where there is such.
            if mark.contains(&Mark::Unit)
                && matches!(before, Some(Part::Mark(Mark::Measure)))
                && words::noun(&word)
                    .is_some_and(|said| self.known.rows(said).is_some() && self.longest_word(at) == length)
            {
                let rows = words::noun(&word).and_then(|said| self.known.rows(said));
                return rows.map(|name| (Part::Name(name), length));
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
                && mark.contains(&Mark::NotYet)
                && self.longest_word(at + length) == 0
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
            // 付款 names the payments where there are such, 已付款 never.
            let thing = noun
                .as_ref()
                .is_some_and(|noun| noun.is_table() && noun.table >= 0.8);
            if let Some(name) = noun.as_ref().and_then(|noun| self.kind(&word, noun)) {
                return Some((Part::Name(name), length));
            }
            match (noun, state) {
                (Some(name), Some(_)) if thing => return Some((Part::Name(name), length)),
                (Some(name), Some(_)) if timed && name.is_known() && !name.is_table() => {
                    return Some((self.placed(&word, length, at, name, before), length));
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

    /// 绘画 where works are of the kind `painting`: a likelier reading than the table's is a sample of the table.
    fn kind(&self, word: &str, noun: &Name) -> Option<Name> {
        let readings = words::noun(word).filter(|_| noun.is_table())?;
        let table = readings.iter().position(|said| *said == noun.said)?;
        let likelier = readings[..table].to_vec();
        let (said, told) = self.known.state(&likelier, noun.table_home);
        let sampled = |home| self.known.sampled(&said.to_lowercase(), Some(home)).is_some();
        let is_kind = told && !likelier.is_empty() && noun.table_home.is_some_and(sampled);
        is_kind.then(|| Name {
            said: format!("{said} {}", noun.said),
            ..noun.clone()
        })
    }

    /// 智能电表 where the meters have a column that tells the smart ones: the beginning of the word is a condition.
    fn lead_that_tells(&self, word: &str, name: &Name) -> Option<(Part, usize)> {
        if !self.known.has_schema() {
            return None;
        }
        let cuts = word.char_indices().skip(1).map(|(at, _)| word.split_at(at));
        cuts.collect::<Vec<_>>()
            .into_iter()
            .rev()
            .find_map(|(lead, tail)| {
                let readings = words::state(lead).or_else(|| words::noun(lead))?;
                let rest = self.known.noun(tail, words::noun(tail)?);
                let same = rest.is_known()
                    && if name.is_table() {
                        rest.is_table() && rest.table_home == name.table_home
                    } else {
                        !rest.is_table() && rest.column_home == name.column_home && rest.said == name.said
                    };
                if !same {
                    return None;
                }
                let (said, told) = self.known.state(
                    readings,
                    name.table_home.filter(|_| name.is_table()).or(name.column_home),
                );
                let unsaid = !name.said.contains(said.as_str());
                (told && unsaid).then(|| (Part::Value(said, false), lead.chars().count()))
            })
    }

    /// 维修总费用: the sum of a column whose name goes on around the word that says so.
    fn summed(&self, word: &str) -> Option<Name> {
        let (lead, tail) = word.split_once('总')?;
        if lead.chars().count() < 2 || tail.chars().count() < 2 {
            return None;
        }
        let whole = format!("{lead}{tail}");
        let name = if self.known.spells(&whole) {
            self.known.name(&whole)
        } else {
            self.known.compound(&whole)?
        };
        (name.measure && !name.is_table()).then_some(Name { total: true, ..name })
    }

    /// Whether a noun is a column, and not how many there are of a thing that has a table.
    fn is_no_count(&self, word: &str, noun: &Name) -> bool {
        let Some(thing) = counted(word) else {
            return true;
        };
        let column = noun.measure && noun.is_known() && !noun.is_table();
        let table = words::noun(thing)
            .map(|said| self.known.noun(thing, said))
            .filter(Name::is_table);
        // 评论数 beside comments is a column only where it is called so in full; 载客量 is how much fits in.
        column
            && table.is_none_or(|table| {
                let full = noun.said.contains(' ') || word.ends_with('量') && !word.ends_with("数量");
                table.table_home == noun.column_home || full && noun.column >= 0.9
            })
    }

    /// A name of the thing in question; a beginning that it has no column of is a word that nothing explains.
    fn placed(&self, word: &str, length: usize, at: usize, name: Name, before: Option<&Part>) -> Part {
        let owner = match before {
            Some(Part::Name(thing)) if thing.is_table() => thing.table_home,
            _ => None,
        };
        let name = self.at_home(word, length, at, name, owner);
        if name.is_known() || !BEGINNINGS.contains(&word) {
            Part::Name(self.known.sharper(word, name))
        } else {
            Part::Other(self.typed[at..at + length].iter().collect())
        }
    }

    /// 场馆名称: the name of the thing that the word begins with, where it has one.
    fn thing_of_name(&self, word: &str, name: &Name) -> Option<(Part, usize)> {
        if name.is_table() || !matches!(name.said.as_str(), "name" | "title") {
            return None;
        }
        let (lead, tail) = ["名称", "姓名", "名字", "标题"]
            .iter()
            .find_map(|tail| Some((word.strip_suffix(tail)?, *tail)))?;
        let thing = self.known.noun(lead, words::noun(lead)?);
        let home = thing
            .table_home
            .filter(|_| thing.is_table() && thing.table >= 0.9)?;
        self.known.column_of(Some(home), words::noun(tail)?)?;
        Some((Part::Name(thing), lead.chars().count()))
    }

    /// 导演的出生年份: a column of the table in question, where a noun has one there too.
    fn at_home(&self, word: &str, length: usize, at: usize, name: Name, owner: Option<TableId>) -> Name {
        let Some(said) = words::noun(word).filter(|_| !name.is_table()) else {
            return name;
        };
        let ahead = self.table_ahead(at + length);
        let homes = [owner, ahead, self.home.get()];
        let mut homes = homes.into_iter().flatten();
        // 赞助商名称: what names the thing right before, whatever its column is called.
        if let Some(owner) = owner.filter(|owner| Some(*owner) != name.column_home)
            && matches!(word, "名称" | "姓名" | "名字" | "标题" | "名")
            && self.known.column_of(Some(owner), said).is_none()
            && let Some(label) = self.known.label_of(owner)
        {
            return label;
        }
        if homes.clone().any(|home| Some(home) == name.column_home) {
            return name;
        }
        // 成立 is when the thing itself began, never when a row of another table did.
        let elsewhere = match said.first() {
            Some(first) if BEGINNINGS.contains(&word) && homes.clone().next().is_some() => Name {
                said: (*first).to_owned(),
                ..Name::default()
            },
            _ => name.clone(),
        };
        let begun: &[&str] = if THINGS_BEGIN.contains(&word) { BEGUN } else { &[] };
        let moments: Vec<String> = said
            .iter()
            .filter(|_| BEGINNINGS.contains(&word))
            .chain(begun)
            .flat_map(|said| ["year", "on", "at", "date"].map(|unit| format!("{said} {unit}")))
            .collect();
        let moments: Vec<&str> = moments.iter().map(String::as_str).collect();
        homes
            .find_map(|home| {
                let plain = self.known.column_of(Some(home), said);
                plain.or_else(|| self.known.column_of(Some(home), &moments))
            })
            .map_or(elsewhere, |column| Name {
                total: name.total,
                ..column
            })
    }

    /// The next table that the question names.
    pub(super) fn table_ahead(&self, at: usize) -> Option<TableId> {
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
        let name = self.known.in_english(self.known.name(word));
        if !name.is_known() {
            return None;
        }
        // 宠物数量 counts the pets, whatever other table has a 数量.
        if words::is_mark(word, Mark::Count)
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
        Some(Part::Name(table.unwrap_or(Name { total, ..name })))
    }
}

/// What a word says the number of: 订单数.
fn counted(word: &str) -> Option<&str> {
    ["总数", "数量", "人数", "次数", "总量", "数", "量"]
        .iter()
        .find_map(|end| word.strip_suffix(end))
        .filter(|thing| words::noun(thing).is_some())
}

/// Whether a word begins with a figure: 最高价.
fn figures(word: &str) -> bool {
    ["最", "平均", "总"].iter().any(|lead| word.starts_with(lead))
}
