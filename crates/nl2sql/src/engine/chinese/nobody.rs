//! What nobody did and what never was in a Chinese question: 没有人评论的帖子, 从没投放过广告的赞助商, 没被使用过的标签, 从未迟到过的员工.

use super::clause::{english, is_open, value};
use super::known::Known;
use super::literal::when;
use super::marks::Mark;
use super::part::{Name, Part};
use super::settle::entity_after;
use crate::engine::lexicon::TableId;

/// Settles what there is none of.
pub(super) fn nobody(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in (0..parts.len()).rev() {
        match parts[at] {
            Part::Mark(Mark::Nobody) => by_nobody(parts, at, known),
            Part::Mark(Mark::Lacks | Mark::NotYet) => never(parts, at, known),
            Part::Mark(Mark::But) => but(parts, at),
            _ => {}
        }
    }
}

/// 没有写过书但打过分的用户: what is done in spite of it.
fn but(parts: &mut Vec<Part>, at: usize) {
    let idle = parts[at + 1..].iter().take_while(|part| is_idle(part)).count();
    if let [Part::Name(done), Part::Mark(Mark::De), ..] = &parts[at + 1 + idle..]
        && done.is_table()
    {
        let told = english(&format!("but with {}", done.said));
        parts.splice(at..at + 2 + idle, [Part::Said(told)]);
    } else {
        parts[at] = Part::Said(english("but"));
    }
}

/// 上个月下过单的客户, 最近30天没有活动的客户: the time is that of what was done, or was not.
pub(super) fn in_time(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in (0..parts.len()).rev() {
        let Part::Period(period) = &parts[at] else {
            continue;
        };
        if is_open(period) {
            continue;
        }
        let Some(end) = parts[at..].iter().position(|part| *part == Part::Mark(Mark::De)) else {
            continue;
        };
        let end = at + end;
        let Some((home, _)) = entity_after(parts, end) else {
            continue;
        };
        let lacks = parts[at + 1..end]
            .iter()
            .any(|part| matches!(part, Part::Mark(Mark::Lacks | Mark::NotYet)));
        let said: Vec<&Part> = parts[at + 1..end]
            .iter()
            .filter(|part| !is_idle(part) && !matches!(part, Part::Mark(Mark::Lacks | Mark::NotYet)))
            .collect();
        let done = match said[..] {
            [Part::Name(done)] => done.clone(),
            // 上个月迟到过的员工: in the rows that have the value.
            [Part::Value(value, _)] => match known.rows_holding(value, home) {
                Some(rows) => Name {
                    said: format!("{value} {}", rows.said),
                    ..rows
                },
                None => continue,
            },
            _ => continue,
        };
        let Some(rows) = done.table_home.filter(|rows| done.is_table() && *rows != home) else {
            continue;
        };
        if !(known.refers(rows, home) || lacks) {
            continue;
        }
        let with = if lacks { "without" } else { "with" };
        let told = english(&format!("{with} {} {}", done.said, when(period)));
        parts.splice(at..end, [Part::Said(told)]);
    }
}

/// Whether a part only says how something came about.
fn is_idle(part: &Part) -> bool {
    matches!(
        part,
        Part::Mark(Mark::Filler | Mark::Verb | Mark::With | Mark::Maker | Mark::Has)
    )
}

/// 没有人评论的帖子: those without a row of what is done.
fn by_nobody(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    parts[at] = Part::Other("没有人".to_owned());
    let Some(end) = parts[at..].iter().position(|part| *part == Part::Mark(Mark::De)) else {
        return;
    };
    let end = at + end;
    let Some((home, _)) = entity_after(parts, end) else {
        return;
    };
    if let Some(done) = deed(&parts[at + 1..end], home, known) {
        parts.splice(at..end, [Part::Mark(Mark::Lacks), Part::Name(done)]);
    }
}

/// The rows that some words say were made of a thing: those of the table they name, or the only ones that refer to it.
fn deed(said: &[Part], home: TableId, known: &Known<'_, '_>) -> Option<Name> {
    let named: Vec<&Name> = said
        .iter()
        .filter_map(|part| match part {
            Part::Name(name) if name.is_table() => Some(name),
            _ => None,
        })
        .collect();
    let verbs = |part: &Part| {
        is_idle(part)
            || matches!(part, Part::Name(_))
            || matches!(part, Part::Value(said, false) if known.column_holding(std::slice::from_ref(said), None).is_none())
    };
    if !said.iter().all(verbs) {
        return None;
    }
    match named[..] {
        [only] if only.table_home != Some(home) => Some(only.clone()),
        // 没有人评价过的菜: the rows whose rating it is.
        [] => said
            .iter()
            .find_map(|part| match part {
                Part::Name(name) => name.column_home.filter(|rows| known.refers(*rows, home)),
                _ => None,
            })
            .map(|rows| known.table_name(rows))
            .or_else(|| known.only_referring(home)),
        _ => None,
    }
}

/// 从没投放过广告的赞助商, 没被使用过的标签, 从未迟到过的员工.
fn never(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    let Some(end) = parts[at..].iter().position(|part| *part == Part::Mark(Mark::De)) else {
        return;
    };
    let end = at + end;
    let Some((home, _)) = entity_after(parts, end) else {
        return;
    };
    let said: Vec<&Part> = parts[at + 1..end].iter().filter(|part| !is_idle(part)).collect();
    match said[..] {
        // 没被使用过的标签: whatever was done, its rows are the only ones that refer to the thing.
        [] if end > at + 1 => {
            // 还没使用的优惠券: told by the moment or the flag of it.
            let used = parts[at + 1..end].contains(&Part::Mark(Mark::With));
            let column = known.column_of(
                Some(home),
                &["used at", "used on", "used date", "used", "is used"],
            );
            if let Some(column) = column.filter(|_| used) {
                parts.splice(at + 1..end, [Part::Name(column)]);
            } else if let Some(done) = known.only_referring(home) {
                parts.splice(at + 1..end, [Part::Name(done)]);
            } else if parts[at + 1..end]
                .iter()
                .all(|part| matches!(part, Part::Mark(Mark::Verb | Mark::Filler)))
            {
                // What was never done is not left out.
                parts[at] = Part::Other("没有".to_owned());
            }
        }
        // 从没投放过广告: of a verb and its thing, the thing is what there is none of.
        [verb, Part::Name(thing)] if thing.is_table() && thing.table_home != Some(home) => {
            let is_verb = match verb {
                Part::Value(said, false) => thing
                    .table_home
                    .is_none_or(|thing| known.holding(said, thing).is_none() && !known.holds(said, thing)),
                Part::Name(name) => {
                    let sure = name.measure && name.column >= 0.8;
                    !sure && (!name.is_table() || name.table_home == Some(home))
                }
                _ => false,
            };
            if is_verb {
                let thing = thing.clone();
                parts.splice(at + 1..end, [Part::Name(thing)]);
            }
        }
        // 从未迟到过的员工: no row of them has the value.
        [Part::Value(said, _)] => {
            if let Some(rows) = known.rows_holding(said, home) {
                let mut told = english("without");
                told.extend(value(said));
                told.extend(english(&rows.said));
                parts.splice(at..end, [Part::Said(told)]);
            }
        }
        _ => {}
    }
}

/// 迟到次数最多的员工, 下单次数最多的客户: the rows that a word before 次数 stands for.
pub(super) fn times(parts: &mut [Part], known: &Known<'_, '_>) {
    for at in 1..parts.len() {
        if !matches!(
            parts[at],
            Part::Mark(Mark::Times | Mark::Highest(_, "most" | "fewest"))
        ) {
            continue;
        }
        let ranked = matches!(parts[at], Part::Mark(Mark::Highest(_, "most" | "fewest")));
        if !ranked {
            parts[at] = Part::Mark(Mark::Count);
        }
        let Part::Value(said, _) = &parts[at - 1] else {
            continue;
        };
        let home = entity_after(parts, at + 1).map(|(home, _)| home).or_else(|| {
            parts.iter().find_map(|part| match part {
                Part::Name(name) if name.is_table() => name.table_home,
                _ => None,
            })
        });
        let rows = home.and_then(|home| known.rows_holding(said, home));
        if let Some(rows) = rows {
            let told = Name {
                said: format!("{said} {}", rows.said),
                ..rows
            };
            parts[at - 1] = Part::Name(told);
        }
    }
}
