//! Verbs that are columns, what is had, roles that stand for their people, and lists of columns in a Chinese question: 创建了3个以上项目的用户,
//! 有备注的订单, 从未下过单的管理员, 每个订单的编号和金额.

use super::clause::english;
use super::known::Known;
use super::literal::when;
use super::marks::Mark;
use super::part::{Name, Part};
use super::settle::entity_after;
use crate::engine::lexicon::Sort;

/// Moments at which a row came to be.
const CREATED: &[&str] = &[
    "created at",
    "created on",
    "created date",
    "create time",
    "registered at",
    "registered on",
    "registration date",
    "signed up at",
    "signup date",
    "joined at",
    "joined on",
    "join date",
    "added at",
    "added on",
];

/// Settles what each of some sequences says.
pub(super) fn refine(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    latin(parts);
    counted_in(parts);
    for at in (0..parts.len()).rev() {
        verb_of_column(parts, at, known);
        had(parts, at, known);
        happened(parts, at, known);
        increased(parts, at, known);
        coded(parts, at);
        valued(parts, at, known);
        lacking_rows(parts, at, known);
        most_recent(parts, at, known);
        summed_thing(parts, at, known);
    }
    role(parts, known);
    listed(parts);
}

fn is_filler(part: &Part) -> bool {
    *part == Part::Mark(Mark::Filler)
}

/// API密钥: the Latin word is said again by the name after it.
fn latin(parts: &mut Vec<Part>) {
    for at in (0..parts.len().saturating_sub(1)).rev() {
        if let [Part::Other(text), Part::Name(name), ..] = &parts[at..]
            && text.is_ascii()
            && name.is_known()
            && text
                .to_lowercase()
                .split([' ', '-', '_'])
                .all(|word| name.said.split(' ').any(|said| said == word))
        {
            parts.remove(at);
        }
    }
}

/// 次数在3次以上: 在 only leads to the number that a comparison follows.
fn counted_in(parts: &mut Vec<Part>) {
    for at in (1..parts.len().saturating_sub(1)).rev() {
        if parts[at] == Part::Mark(Mark::From)
            && matches!(parts[at + 1], Part::Number(_))
            && matches!(parts[at - 1], Part::Name(_) | Part::Mark(Mark::Count))
            && parts[at + 2..]
                .iter()
                .take(3)
                .any(|part| matches!(part, Part::Mark(Mark::CompareAfter(_))))
        {
            parts.remove(at);
        }
    }
}

/// 创建了3个以上项目的用户: a verb that is a moment of what it makes says no more than that there is some.
fn verb_of_column(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    let begins = match parts.get(at) {
        Some(Part::Name(verb)) => !verb.is_table() && matches!(known.sort_of(verb), Some(Sort::Day { .. })),
        Some(Part::Value(said, false)) => matches!(said.as_str(), "registered" | "created" | "added"),
        _ => false,
    };
    let free = at.checked_sub(1).is_none_or(|before| {
        matches!(
            parts[before],
            Part::Mark(Mark::Lacks | Mark::NotYet | Mark::And | Mark::De | Mark::Filler)
        )
    });
    if !free || !begins {
        return;
    }
    let mut next = at + 1;
    while parts.get(next).is_some_and(is_filler) {
        next += 1;
    }
    if next == at + 1 {
        return;
    }
    let counts = |part: &Part| {
        matches!(
            part,
            Part::Number(_) | Part::Mark(Mark::Measure | Mark::Compare(_) | Mark::CompareAfter(_))
        )
    };
    let thing = (next..parts.len()).find(|thing| !counts(&parts[*thing]));
    if let Some(thing) = thing
        && let [Part::Name(name), Part::Mark(Mark::De), ..] = &parts[thing..]
        && name.is_table()
        && entity_or_role(parts, thing + 2, name)
    {
        parts.drain(at..next);
    }
}

/// Whether what follows is another thing, or a value that stands for one.
fn entity_or_role(parts: &[Part], at: usize, name: &Name) -> bool {
    match entity_after(parts, at) {
        Some((home, _)) => Some(home) != name.table_home,
        None => matches!(parts.get(at), Some(Part::Value(..))),
    }
}

/// 有备注的订单, 使用了优惠码的订单: a text of the thing itself that it has.
fn had(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    if !matches!(parts[at], Part::Mark(Mark::Has | Mark::With)) {
        return;
    }
    let mut next = at + 1;
    while parts.get(next).is_some_and(is_filler) {
        next += 1;
    }
    if let [Part::Name(column), Part::Mark(Mark::De), ..] = &parts[next..]
        && column.is_known()
        && !column.is_table()
        && !column.measure
        && matches!(
            known.sort_of(column),
            Some(Sort::Text | Sort::Other | Sort::Day { .. })
        )
        && entity_after(parts, next + 2).is_some_and(|(home, _)| column.column_home == Some(home))
    {
        let said = english(&format!("whose {} is not null", column.said));
        parts.splice(at..=next, [Part::Said(said)]);
    }
}

/// 入院次数, 注册人次: a moment happens once in each row of its table.
fn happened(parts: &mut [Part], at: usize, known: &Known<'_, '_>) {
    if let [Part::Name(moment), Part::Mark(Mark::Count), ..] = &parts[at..]
        && !moment.is_table()
        && matches!(known.sort_of(moment), Some(Sort::Day { .. }))
        && let Some(home) = moment.column_home
    {
        parts[at] = Part::Name(known.table_name(home));
    }
}

/// 上个月新增了多少用户: the time is that of their beginning.
fn increased(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    let [Part::Period(period), Part::Value(said, false), rest @ ..] = &parts[at..] else {
        return;
    };
    if !matches!(said.as_str(), "new" | "newly added") {
        return;
    }
    let idle = |part: &&Part| matches!(part, Part::Mark(Mark::Filler | Mark::Count | Mark::Measure));
    let taken = rest.iter().take_while(idle).count();
    let Some(Part::Name(thing)) = rest.get(taken).filter(|_| taken > 0) else {
        return;
    };
    let home = thing.table_home.filter(|_| thing.is_table());
    if let Some(column) = home.and_then(|home| known.column_of(Some(home), CREATED)) {
        let told = english(&format!("{} {}", column.said, when(period)));
        parts.insert(at + 3 + taken, Part::Said(told));
        parts.drain(at..at + 2);
    }
}

/// 状态码404的请求: a number right after a code says which.
fn coded(parts: &mut Vec<Part>, at: usize) {
    if let [Part::Name(code), Part::Number(_), ..] = &parts[at..]
        && !code.is_table()
        && code.is_known()
        && code.said.split(' ').any(|word| word == "code")
        && !matches!(
            parts.get(at + 2),
            Some(Part::Mark(
                Mark::To | Mark::CompareAfter(_) | Mark::Measure | Mark::And | Mark::RangeEnd
            ))
        )
    {
        parts.insert(at + 1, Part::Mark(Mark::Is));
    }
}

/// 访问过首页的不同IP: the rows that have the value are of the table whose column is asked.
fn valued(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    if let [
        Part::Value(said, true),
        Part::Mark(Mark::De),
        Part::Mark(Mark::Distinct),
        Part::Name(column),
        Part::Mark(Mark::Count),
        ..,
    ] = &parts[at..]
        && !column.is_table()
        && let Some(home) = column.column_home
        && known
            .holding(said, home)
            .is_some_and(|holds| !known.is_same(&holds, column))
    {
        let name = known.table_name(home);
        parts.insert(at + 1, Part::Name(name));
    }
}

/// 没有任何成绩的学生: what other rows hold is lacking with the rows, where they are called so too.
fn lacking_rows(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    if !matches!(parts[at], Part::Mark(Mark::Lacks | Mark::NotYet)) {
        return;
    }
    let fillers = parts[at + 1..].iter().take_while(|part| is_filler(part)).count();
    let next = at + 1 + fillers;
    if let [Part::Name(held), Part::Mark(Mark::De), ..] = &parts[next..]
        && !held.is_table()
        && held.table >= 0.8
        && held.table_home == held.column_home
        && let Some(rows) = held.table_home
        && entity_after(parts, next + 2).is_some_and(|(home, _)| home != rows && known.refers(rows, home))
    {
        parts[next] = Part::Name(known.table_name(rows));
        parts.drain(at + 1..next);
    }
}

/// 每台设备最近一次上报时间: the latest of the moments.
fn most_recent(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    let figure = match parts[at] {
        Part::Mark(Mark::Degree("latest")) => Mark::Figure("maximum"),
        Part::Mark(Mark::Degree("earliest")) => Mark::Figure("minimum"),
        _ => return,
    };
    let grouped = parts[..at].contains(&Part::Mark(Mark::Each));
    let mut next = at + 1;
    while parts.get(next).is_some_and(is_filler) {
        next += 1;
    }
    let moment = match &parts[next..] {
        [Part::Name(moment), rest @ ..] if rest.iter().all(is_filler) => moment,
        _ => return,
    };
    if grouped && !moment.is_table() && matches!(known.sort_of(moment), Some(Sort::Day { .. })) {
        parts[at] = Part::Mark(figure);
        parts.drain(at + 1..next);
    }
}

/// 累计捐款最多的5位捐赠人: the measure of what is added up ranks.
fn summed_thing(parts: &mut [Part], at: usize, known: &Known<'_, '_>) {
    if let [
        Part::Mark(Mark::Figure("sum of")),
        Part::Name(thing),
        Part::Mark(Mark::Highest(..)),
        ..,
    ] = &parts[at..]
        && thing.is_table()
        && let Some(measure) = thing.table_home.and_then(|home| known.measure_of(home, false))
    {
        parts[at + 1] = Part::Name(measure);
    }
}

/// 没有提交过报告的管理员: a value at the end stands for the people that have it.
fn role(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    let Some(last) = parts.iter().rposition(|part| {
        !matches!(
            part,
            Part::Mark(Mark::Filler | Mark::Distinct | Mark::Count | Mark::Which)
        )
    }) else {
        return;
    };
    let Part::Value(said, true) = &parts[last] else {
        return;
    };
    let led = last
        .checked_sub(1)
        .is_some_and(|before| parts[before] == Part::Mark(Mark::De));
    let home = known
        .table_telling(said)
        .filter(|home| led && known.names_people(*home));
    let named = parts
        .iter()
        .any(|part| matches!(part, Part::Name(name) if name.is_table() && name.table_home == home));
    if let Some(home) = home.filter(|_| !named) {
        let name = known.table_name(home);
        parts.insert(last + 1, Part::Name(name));
    }
}

/// 每个订单的编号和金额: columns of the thing itself, no figures of it.
fn listed(parts: &mut Vec<Part>) {
    let Some(each) = parts.iter().position(|part| *part == Part::Mark(Mark::Each)) else {
        return;
    };
    let mut at = each + 1;
    while parts.get(at) == Some(&Part::Mark(Mark::Measure)) {
        at += 1;
    }
    let [Part::Name(thing), Part::Mark(Mark::De), rest @ ..] = &parts[at..] else {
        return;
    };
    let plain = |part: &Part| match part {
        Part::Name(name) => {
            name.is_known() && !name.total && (!name.measure || name.column_home == thing.table_home)
        }
        Part::Mark(Mark::And | Mark::Filler) => true,
        _ => false,
    };
    let columns = rest
        .iter()
        .filter(|part| matches!(part, Part::Name(name) if !name.is_table()))
        .count();
    let own = rest.iter().any(
        |part| matches!(part, Part::Name(name) if !name.is_table() && name.column_home == thing.table_home),
    );
    if thing.is_table() && columns > 1 && own && rest.iter().all(plain) {
        parts.drain(each..at);
    }
}
