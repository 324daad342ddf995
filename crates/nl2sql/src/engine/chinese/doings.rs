//! Verbs of a Chinese question: what was done to what, by whom, and what never was.

use super::cut::Cutter;
use super::is_han;
use super::known::Known;
use super::marks::Mark;
use super::part::{Name, Part};
use super::settle::entity_after;
use super::words;
use crate::engine::lexicon::Sort;

const CAUSES: &[&str] = &["cause", "reason", "root cause", "cause type"];
/// Flags of what one may sign up for are told by a verb: 订阅了新闻邮件, 开通短信通知.
const JOINS: &[&str] = &[
    "subscribed",
    "enabled",
    "opened",
    "registered",
    "activated",
    "active",
];

impl Cutter<'_, '_> {
    /// 下过单, 请了假: a verb and its thing with 过 or 了 between them.
    pub(super) fn done(&self, rest: &[char]) -> Option<(Name, usize)> {
        let [verb, '过' | '了', thing, ..] = rest else {
            return None;
        };
        let word: String = [*verb, *thing].iter().collect();
        let readings = words::noun(&word)?;
        let longer: String = rest[1..3].iter().collect();
        let name = self.known.noun(&word, readings);
        (name.is_known() && !words::is_word(&longer)).then_some((name, 3))
    }

    /// 处理工单最多的客服, 处理的工单数: a verb that a doer is told by, no state of what follows.
    pub(super) fn does(&self, at: usize, length: usize, before: Option<&Part>) -> bool {
        let begins = matches!(
            before,
            None | Some(Part::Mark(Mark::De | Mark::And | Mark::Filler)) | Some(Part::Period(_))
        );
        let rest = &self.chars[at + length..];
        let next = rest.first().copied().unwrap_or(' ');
        let thing = |from: usize| {
            (2..=words::LONGEST.min(self.chars.len() - from))
                .rev()
                .find_map(|length| {
                    let word: String = self.chars[from..from + length].iter().collect();
                    let name = self.known.noun(&word, words::noun(&word)?);
                    name.table_home
                        .filter(|_| name.is_table())
                        .map(|home| (home, from + length))
                })
        };
        if !begins || next == '的' || !self.known.has_schema() {
            return false;
        }
        let Some((home, end)) = thing(at + length) else {
            return false;
        };
        // Another thing after 的 does it.
        let Some(of) = self.chars[end..].iter().position(|c| *c == '的') else {
            return false;
        };
        self.table_ahead(end + of + 1)
            .is_some_and(|doer| doer != home && self.known.refers(home, doer))
    }

    /// Whether a column of three states or more has the one that a word denies, and none that says so.
    pub(super) fn is_one_of_many(&self, denied: &str, bare: &str) -> bool {
        let Some((whole, readings)) = words::state(denied).zip(words::state(bare)) else {
            return false;
        };
        let negative = |said: &&&str| {
            ["un", "not ", "non", "in", "no "]
                .iter()
                .any(|lead| said.starts_with(lead))
        };
        let says = whole
            .iter()
            .filter(negative)
            .any(|said| self.known.sampled(said, None).is_some());
        let other = whole.iter().find_map(|said| self.known.sampled(said, None));
        let Some(sample) = readings.iter().find_map(|said| self.known.sampled(said, None)) else {
            return false;
        };
        let both = other.map_or_else(|| vec![sample.clone()], |other| vec![sample.clone(), other]);
        let many = self
            .known
            .column_holding(&both, None)
            .is_some_and(|column| self.known.samples_of(&column).len() > 2);
        !says && many && both.len() > 1
    }

    /// 从未办过演唱会: whatever the verb is, there is none of its thing.
    pub(super) fn never_did(&self, at: usize, before: Option<&Part>) -> bool {
        // 没有下过单 where no table is called an order.
        let placed = matches!(self.chars[at..], ['下', '过', '单', '的', ..])
            && words::noun("下单").is_none_or(|said| !self.known.noun("下单", said).is_known());
        if placed && matches!(before, Some(Part::Mark(Mark::Lacks | Mark::NotYet))) {
            return true;
        }
        let never = matches!(before, Some(Part::Mark(Mark::Lacks | Mark::NotYet)));
        let verb = matches!(&self.chars[at..], [verb, '过', thing, ..] if is_han(*verb) && is_han(*thing) && *thing != '的');
        never && verb && self.longest_word(at) < 2 && self.longest_word(at + 1) < 2
    }
}

/// Settles the verbs of a question, those with a meaning of their own first.
pub(super) fn doings(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    caused(parts, known);
    joined(parts, known);
    never(parts, known);
    verbs(parts, known);
    lacked(parts, known);
}

/// 由雷击引起的停电: the column that tells the cause is what is told.
fn caused(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in (0..parts.len()).rev() {
        if parts[at] != Part::Mark(Mark::Caused) {
            continue;
        }
        let before = at.checked_sub(1);
        let told = before.and_then(|before| match &parts[before] {
            Part::Name(name) if !name.is_known() => Some(Part::Value(name.said.clone(), false)),
            part @ (Part::Value(..) | Part::Quoted(_) | Part::Other(_) | Part::Person(_)) => {
                Some(part.clone())
            }
            _ => None,
        });
        let home = entity_after(parts, at + 1).map(|(home, _)| home);
        let column = home.and_then(|home| known.column_of(Some(home), CAUSES));
        match (before, told, column) {
            (Some(before), Some(told), Some(column)) => {
                parts.splice(before..=at, [Part::Name(column), Part::Mark(Mark::Is), told]);
            }
            // 燃料不足导致的停电: a cause that nothing here knows is not left out.
            (Some(before), None, Some(_)) if !matches!(&parts[before], Part::Name(name) if name.is_table()) =>
            {
                parts[at] = Part::Other("导致".to_owned());
            }
            _ => parts[at] = Part::Mark(Mark::Verb),
        }
    }
}

/// 订阅了新闻邮件的粉丝: who has said yes to it.
fn joined(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in 0..parts.len() {
        let joins = match &parts[at] {
            Part::Value(said, false) => JOINS.contains(&said.as_str()),
            Part::Name(name) => JOINS.contains(&name.said.as_str()),
            _ => false,
        };
        let next = (at + 1..parts.len()).find(|next| parts[*next] != Part::Mark(Mark::Filler));
        if joins
            && let Some(next) = next
            && let Part::Name(name) = &parts[next]
            && known.sort_of(name) == Some(Sort::Truth)
            && parts.get(next + 1) == Some(&Part::Mark(Mark::De))
        {
            let lacks = at.checked_sub(1).is_some_and(|before| {
                matches!(parts[before], Part::Mark(Mark::Lacks | Mark::NotYet | Mark::Not))
            });
            let has = if lacks { Mark::Filler } else { Mark::Has };
            parts[at] = Part::Mark(has);
            parts.drain(at + 1..next);
            return;
        }
    }
}

/// 从没买过票的粉丝: of a verb and its thing, the thing is what there is none of.
fn never(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in 1..parts.len() {
        if !matches!(parts[at - 1], Part::Mark(Mark::Lacks | Mark::NotYet)) {
            continue;
        }
        let Part::Name(verb) = &parts[at] else { continue };
        let next = (at + 1..parts.len()).find(|next| parts[*next] != Part::Mark(Mark::Filler));
        if matches!(known.sort_of(verb), Some(Sort::Day { .. }))
            && let Some(next) = next
            && matches!(&parts[next], Part::Name(thing) if thing.is_table())
            && matches!(parts.get(next + 1), Some(Part::Mark(Mark::De)))
        {
            parts.drain(at..next);
            return;
        }
    }
}

/// 从没报修过的房间: a column of other rows stands for those rows.
fn lacked(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    let mut zeros = Vec::new();
    for at in 1..parts.len() {
        let Part::Name(name) = &parts[at] else { continue };
        let lacks = matches!(parts[at - 1], Part::Mark(Mark::Lacks | Mark::NotYet));
        // 从没订过票: what was never done has no rows, what is lacking may be a figure.
        let figure = name.measure && parts[at - 1] != Part::Mark(Mark::NotYet);
        // 9月没有奖金的员工: a figure of other rows that is nothing.
        if lacks
            && figure
            && !name.is_table()
            && entity_after(parts, at + 1).is_some_and(|(home, _)| name.column_home != Some(home))
        {
            let column = parts[at].clone();
            parts[at - 1] = column;
            parts[at] = Part::Mark(Mark::Is);
            zeros.push(at + 1);
            continue;
        }
        if !lacks || name.is_table() || figure {
            continue;
        }
        let Some((home, _)) = entity_after(parts, at + 1) else {
            continue;
        };
        if let Some(other) = name.column_home
            && other != home
            && known.column_of(Some(home), &[name.said.as_str()]).is_none()
        {
            parts[at] = Part::Name(known.table_name(other));
        }
    }
    for at in zeros.into_iter().rev() {
        parts.insert(at, Part::Number("0".to_owned()));
    }
}

/// Whether a verb with 过 or 了 and its thing stand before another thing.
fn has_done(parts: &[Part], at: usize) -> bool {
    let next = (at + 1..parts.len()).find(|next| parts[*next] != Part::Mark(Mark::Filler));
    let Some(next) = next else { return false };
    matches!(
        &parts[next..],
        [Part::Name(done), Part::Mark(Mark::De), Part::Name(thing), ..]
            if done.is_table() && thing.is_table() && done.table_home != thing.table_home
    )
}

/// 不养宠物 says that there are none; a verb elsewhere says no more than the things that it is between.
fn verbs(parts: &mut [Part], known: &Known<'_, '_>) {
    for at in 0..parts.len() {
        if parts[at] != Part::Mark(Mark::Verb) {
            continue;
        }
        let before = at.checked_sub(1);
        match before.map(|before| &parts[before]) {
            Some(Part::Mark(Mark::Not)) => {
                if let Some(before) = before {
                    parts[before] = Part::Mark(Mark::Lacks);
                }
            }
            Some(Part::Mark(Mark::Lacks | Mark::NotYet)) => {
                let next = (at + 1..parts.len()).find(|next| parts[*next] != Part::Mark(Mark::Filler));
                // 没打过疫苗: a row that has one is what there is none of.
                if let Some(next) = next
                    && let Part::Name(Name {
                        column_home: Some(home),
                        measure: false,
                        ..
                    }) = &parts[next]
                    && !matches!(&parts[next], Part::Name(name) if name.is_table())
                    && entity_after(parts, next + 1).is_none_or(|(entity, _)| entity != *home)
                {
                    parts[next] = Part::Name(known.table_name(*home));
                }
            }
            // 投过票的用户: those who have some of what is done.
            None | Some(Part::Mark(Mark::And | Mark::De)) if has_done(parts, at) => {
                parts[at] = Part::Mark(Mark::Has);
            }
            _ => parts[at] = Part::Mark(Mark::Filler),
        }
    }
}
