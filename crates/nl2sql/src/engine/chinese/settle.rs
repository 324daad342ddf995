//! Settles what only its neighbours tell of a part: what counts, what ranks by what, who is a person.

use super::extremes::extremes;
use super::known::Known;
use super::marks::Mark;
use super::part::{Name, Part};
use super::people::{decades, people, sexes, surnames};
use crate::engine::lexicon::TableId;

/// Columns that say when something ends to hold.
const EXPIRIES: &[&str] = &[
    "expires at",
    "expires on",
    "expiry date",
    "expiration date",
    "expire date",
    "valid until",
    "valid to",
    "end date",
    "ends on",
    "end at",
    "due date",
];
const KINDS: &[&str] = &["category", "type", "kind", "species", "class", "genre"];

/// Settles the parts of a question, one kind of doubt after the other.
pub(super) fn settle(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for part in parts.iter_mut() {
        if *part == Part::Mark(Mark::Unit) {
            *part = Part::Mark(Mark::Measure);
        }
    }
    people(parts, known);
    surnames(parts, known);
    decades(parts, known);
    sexes(parts, known);
    unnamed(parts, known);
    kinds(parts, known);
    extremes(parts, known);
    expired(parts, known);
    counted_after(parts);
    quantities(parts);
    verbs(parts, known);
    lacked(parts, known);
}

/// 从没报修过的房间: a column of other rows stands for those rows.
fn lacked(parts: &mut [Part], known: &Known<'_, '_>) {
    for at in 1..parts.len() {
        let Part::Name(name) = &parts[at] else { continue };
        let lacks = matches!(parts[at - 1], Part::Mark(Mark::Lacks | Mark::NotYet));
        if !lacks || name.is_table() || name.measure {
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
}

/// 已绝育的狗: with no thing named, it is what has the value.
fn unnamed(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    let names = parts
        .iter()
        .any(|part| matches!(part, Part::Name(_) | Part::Quoted(_) | Part::Person(_)));
    let last = parts
        .iter()
        .rposition(|part| matches!(part, Part::Value(said, _) if known.table_of_sample(said).is_some()));
    let narrowed = parts
        .iter()
        .filter(|part| matches!(part, Part::Value(..) | Part::Coded(..)))
        .count()
        > 1;
    let ranked = parts
        .iter()
        .any(|part| matches!(part, Part::Mark(Mark::Highest(..) | Mark::Degree(_))));
    if let (false, true, Some(last)) = (names, narrowed || ranked, last)
        && let Part::Value(said, _) = &parts[last]
        && let Some(name) = known.table_of_sample(said)
    {
        parts.insert(last + 1, Part::Name(name));
    }
}

/// 每类维修: for each value of the column that tells their kind.
fn kinds(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    let mut at = 0;
    while at < parts.len() {
        if parts[at] == Part::Mark(Mark::EachKind) {
            parts[at] = Part::Mark(Mark::Each);
            if let Some(Part::Name(name)) = parts.get(at + 1)
                && name.is_table()
                && name.column < name.table + 0.05
                && let Some(column) = known.column_of(name.table_home, KINDS)
            {
                parts.insert(at + 2, Part::Name(column));
            }
        }
        at += 1;
    }
}

/// The table of the first entity after a place, if nothing but how many of it stands between.
pub(super) fn entity_after(parts: &[Part], at: usize) -> Option<(TableId, usize)> {
    let after = parts.iter().enumerate().skip(at).find(|(_, part)| {
        !matches!(
            part,
            Part::Mark(Mark::De | Mark::Measure | Mark::Filler)
                | Part::Number(_)
                | Part::Value(..)
                | Part::Coded(..)
        )
    })?;
    match after {
        (at, Part::Name(name)) if name.is_table() => Some((name.table_home?, at)),
        _ => None,
    }
}

/// 已过期的药品: those whose last day is over, where no column says so itself.
fn expired(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in (0..parts.len()).rev() {
        let over = match &parts[at] {
            Part::Value(said, _) if said == "expired" => true,
            Part::Value(said, _) if said == "unexpired" => false,
            _ => continue,
        };
        if known.column_of(None, &["is expired", "expired flag"]).is_some() {
            continue;
        }
        let home = entity_after(parts, at + 1).map(|(home, _)| home);
        let Some(column) = known.column_of(home, EXPIRIES) else {
            continue;
        };
        let side = if over { Mark::Before } else { Mark::Since };
        let told = [Part::Name(column), Part::Period("today".into()), Part::Mark(side)];
        parts.splice(at..=at, told);
    }
}

/// 两只以上宠物, 超过5篇文章: a thing that is counted is said before its number.
fn counted_after(parts: &mut Vec<Part>) {
    for at in 0..parts.len() {
        let before = at.checked_sub(1).map(|before| &parts[before]);
        if matches!(before, Some(Part::Name(name)) if !name.is_table())
            || matches!(
                before,
                Some(Part::Mark(
                    Mark::Count | Mark::Is | Mark::Compare(_) | Mark::First
                ))
            )
        {
            continue;
        }
        let mut end = at;
        let mut compares = false;
        let mut counts = false;
        while let Some(part) = parts.get(end) {
            match part {
                Part::Mark(Mark::Compare(_)) if end == at => compares = true,
                Part::Number(_) if !counts => counts = true,
                Part::Mark(Mark::CompareAfter(_)) if counts => compares = true,
                Part::Mark(Mark::Measure) if counts => {}
                _ => break,
            }
            end += 1;
        }
        if compares
            && counts
            && matches!(parts.get(end), Some(Part::Name(name)) if name.is_table())
            && matches!(parts.get(end + 1), Some(Part::Mark(Mark::De | Mark::Count)))
        {
            let name = parts.remove(end);
            parts.insert(at, name);
            return;
        }
    }
}

/// 数量 before a comparison is a column unless the things before it are what is counted.
fn quantities(parts: &mut [Part]) {
    for at in 0..parts.len() {
        let ranked = matches!(
            parts.get(at + 1),
            Some(Part::Mark(
                Mark::Compare(_) | Mark::Direction(_) | Mark::Highest(..) | Mark::Between | Mark::Is
            ))
        );
        let counted = at > 0 && matches!(parts[at - 1], Part::Name(_));
        // 座位数 is the column that already counts.
        if parts[at] == Part::Mark(Mark::Count)
            && at > 0
            && matches!(&parts[at - 1], Part::Name(name) if name.measure && !name.is_table())
        {
            parts[at] = Part::Mark(Mark::Filler);
        }
        if parts[at] == Part::Mark(Mark::Count) && ranked && !counted {
            parts[at] = Part::Name(Name {
                said: "quantity".into(),
                table: 0.0,
                column: 0.7,
                measure: true,
                ..Name::default()
            });
        }
    }
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
                {
                    parts[next] = Part::Name(known.table_name(*home));
                }
            }
            _ => parts[at] = Part::Mark(Mark::Filler),
        }
    }
}
