//! What a Chinese question says of each thing while something else stands between: 每道有评分的菜谱, 订单超过5个的客户及其订单数.

use super::clause::english;
use super::known::Known;
use super::marks::Mark;
use super::part::{Name, Part};

/// Puts 每 before its thing, and how many there are beside the things that have so many.
pub(super) fn eachwise(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    each_of_some(parts);
    distances(parts, known);
    rows_of_measure(parts, known);
    done_of(parts);
    with_tally(parts, known);
}

/// 每道有评分的菜谱: each of the things that the condition leaves.
fn each_of_some(parts: &mut Vec<Part>) {
    let Some(each) = parts.iter().position(|part| *part == Part::Mark(Mark::Each)) else {
        return;
    };
    let mut first = each + 1;
    while matches!(parts.get(first), Some(Part::Mark(Mark::Measure | Mark::Filler))) {
        first += 1;
    }
    let conditions = matches!(
        parts.get(first),
        Some(
            Part::Mark(Mark::Has | Mark::Lacks | Mark::NotYet | Mark::Not | Mark::From | Mark::Compare(_))
                | Part::Value(..)
                | Part::Coded(..)
                | Part::Place(_)
                | Part::Period(_)
        )
    );
    if !conditions {
        return;
    }
    // 每个黄金会员, 每个上海的会员, 每道有评分的菜谱
    let plain = matches!(parts[first], Part::Value(..) | Part::Coded(..))
        && matches!(parts.get(first + 1), Some(Part::Name(name)) if name.is_table());
    let thing = if plain {
        Some(first + 1)
    } else {
        (first..parts.len())
            .find(|at| parts[*at] == Part::Mark(Mark::De))
            .map(|de| de + 1)
            .filter(|thing| matches!(parts.get(*thing), Some(Part::Name(name)) if name.is_table()))
    };
    let figures = thing.is_some_and(|thing| {
        parts[thing + 1..].iter().any(|part| {
            matches!(
                part,
                Part::Mark(
                    Mark::Figure(_)
                        | Mark::FigureAfter(_)
                        | Mark::Count
                        | Mark::EachCount
                        | Mark::Highest(..)
                )
            ) || matches!(part, Part::Name(name) if name.total)
        })
    });
    if let Some(thing) = thing.filter(|_| figures) {
        parts.insert(thing, Part::Mark(Mark::Each));
        parts.drain(each..first);
    }
}

/// 总行驶里程: what a meter shows is never added up where each trip has its distance.
fn distances(parts: &mut [Part], known: &Known<'_, '_>) {
    const METERS: &[&str] = &["odometer", "mileage"];
    for at in 0..parts.len() {
        let summed = at > 0 && parts[at - 1] == Part::Mark(Mark::Figure("sum of"));
        let Part::Name(name) = &parts[at] else { continue };
        if name.is_table()
            || !(summed || name.total)
            || !name.said.split(' ').any(|said| METERS.contains(&said))
        {
            continue;
        }
        let distance = known.column_of(
            None,
            &["distance", "distance km", "distance miles", "trip distance", "km"],
        );
        if let Some(distance) = distance.filter(|distance| distance.measure && !known.is_same(distance, name))
        {
            parts[at] = Part::Name(Name {
                total: name.total,
                ..distance
            });
        }
    }
}

/// 油量最大的3条记录: the rows of what is ranked, where nothing is called a record.
fn rows_of_measure(parts: &mut [Part], known: &Known<'_, '_>) {
    const ROWS: &[&str] = &["record", "data", "entry", "row", "item"];
    let Some(last) = parts
        .iter()
        .rposition(|part| !matches!(part, Part::Mark(Mark::Filler)))
    else {
        return;
    };
    let loose = matches!(&parts[last], Part::Name(name) if ROWS.contains(&name.said.as_str()) && name.table < 0.9 && name.column < 0.9);
    let ranked = parts[..last]
        .iter()
        .enumerate()
        .find_map(|(at, part)| match part {
            Part::Name(name)
                if name.measure
                    && !name.is_table()
                    && matches!(
                        parts.get(at + 1),
                        Some(Part::Mark(Mark::Highest(..) | Mark::Compare(_)))
                    ) =>
            {
                name.column_home
            }
            _ => None,
        });
    let named = parts[..last]
        .iter()
        .any(|part| matches!(part, Part::Name(name) if name.is_table()));
    if let (true, false, Some(home)) = (loose, named, ranked) {
        parts[last] = Part::Name(known.table_name(home));
    }
}

/// 跑的趟数最多的车: a verb and 的 before what was done say no more than that.
fn done_of(parts: &mut Vec<Part>) {
    for at in (0..parts.len().saturating_sub(2)).rev() {
        let begins = at == 0 || matches!(parts[at - 1], Part::Mark(Mark::De | Mark::And | Mark::Filler));
        if begins
            && parts[at] == Part::Mark(Mark::Verb)
            && parts[at + 1] == Part::Mark(Mark::De)
            && matches!(&parts[at + 2..], [Part::Name(name), Part::Mark(Mark::Count), Part::Mark(Mark::Highest(..)), ..] | [Part::Name(name), Part::Mark(Mark::Highest(..)), ..] if name.is_table())
        {
            parts.drain(at..at + 2);
        }
    }
}

/// 订单超过5个的客户及其订单数: each of them by its name, with the count.
fn with_tally(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    let Some(end) = parts
        .iter()
        .rposition(|part| !matches!(part, Part::Mark(Mark::Filler | Mark::Measure)))
    else {
        return;
    };
    let tail = match parts[end] {
        Part::Mark(Mark::Count | Mark::Times) => end + 1,
        _ => return,
    };
    let Some(start) = tail.checked_sub(4).filter(|start| *start > 1) else {
        return;
    };
    let [
        Part::Name(thing),
        Part::Mark(Mark::And),
        Part::Name(rows),
        Part::Mark(_),
    ] = &parts[start..tail]
    else {
        return;
    };
    let refers = thing
        .table_home
        .zip(rows.table_home)
        .is_some_and(|(to, from)| known.refers(from, to));
    let counted = parts[..start].iter().any(|part| {
        matches!(
            part,
            Part::Mark(Mark::Compare(_) | Mark::CompareAfter(_) | Mark::Highest(..))
        )
    });
    let led = parts[start - 1] == Part::Mark(Mark::De);
    if !(thing.is_table() && rows.is_table() && refers && counted && led) {
        return;
    }
    let Some(label) = thing.table_home.and_then(|home| known.label_of(home)) else {
        return;
    };
    let said = english(&format!("and number of {}", rows.said));
    let listed = [
        Part::Name(thing.clone()),
        Part::Said(said),
        Part::Mark(Mark::De),
        Part::Name(label),
    ];
    parts.splice(start..tail, listed);
}
