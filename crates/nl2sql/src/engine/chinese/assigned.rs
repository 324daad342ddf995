//! What a Chinese question says has been assigned to nobody, or was never filled in: 还没分配给任何人的工单, 未指定教练的课程.

use super::clause::english;
use super::known::Known;
use super::marks::Mark;
use super::part::Part;
use super::settle::entity_after;
use crate::engine::lexicon::{Lexicon, TableId};

/// Words of keys that say whose work a row is.
const OF_WORK: &[&str] = &[
    "assignee",
    "assigned",
    "assign",
    "agent",
    "handler",
    "handled",
    "owner",
    "operator",
    "technician",
    "worker",
    "staff",
    "employee",
    "responsible",
    "manager",
    "driver",
    "courier",
    "rider",
    "doctor",
    "nurse",
    "teacher",
    "coach",
    "trainer",
    "engineer",
    "mechanic",
    "guide",
    "salesperson",
    "rep",
    "reviewer",
    "inspector",
    "cleaner",
];

/// Settles what 分配, 指派 and 安排 say; elsewhere they say no more than the things beside them.
pub(super) fn assigned(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in (0..parts.len()).rev() {
        unassigned(parts, at, known);
    }
    for part in parts.iter_mut() {
        if *part == Part::Mark(Mark::Assign) {
            *part = Part::Mark(Mark::Filler);
        }
    }
}

fn is_idle(part: &Part) -> bool {
    matches!(
        part,
        Part::Mark(Mark::Filler | Mark::Assign | Mark::Has | Mark::Verb | Mark::Toward)
    ) || matches!(part, Part::Other(text) if matches!(text.as_str(), "给" | "到"))
}

/// 未分配客服的工单, 还没分配的工单: the key of who does it is empty.
fn unassigned(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    let (lead, mut next) = match &parts[at..] {
        [Part::Value(said, false), ..] if said == "unassigned" && known.sampled(said, None).is_none() => {
            (at, at + 1)
        }
        [Part::Mark(Mark::Lacks | Mark::NotYet), rest @ ..]
            if rest
                .iter()
                .take_while(|part| is_idle(part))
                .any(|part| *part == Part::Mark(Mark::Assign)) =>
        {
            (at, at + 1)
        }
        _ => return,
    };
    while parts.get(next).is_some_and(is_idle) {
        next += 1;
    }
    // 未分配客服: there is none of what is named.
    if let Some(Part::Name(named)) = parts.get(next)
        && parts.get(next + 1) == Some(&Part::Mark(Mark::De))
        && named.is_known()
    {
        parts.splice(lead..next, [Part::Mark(Mark::Lacks)]);
        return;
    }
    let Some((home, _)) = entity_after(parts, next) else {
        return;
    };
    let Some(key) = known.lexicon.and_then(|lexicon| key_of_work(lexicon, home)) else {
        return;
    };
    parts.splice(lead..next, [Part::Said(english(&format!("whose {key} is null")))]);
}

/// The words of the key of whoever does the work of a row: one whose name says so, else the only one that may be empty.
fn key_of_work(lexicon: &Lexicon<'_>, home: TableId) -> Option<String> {
    let columns: Vec<_> = lexicon
        .columns_of(home)
        .map(|id| (id, lexicon.column(id)))
        .collect();
    let said = columns.iter().find(|(id, entry)| {
        !entry.is_primary
            && entry.words.iter().any(|word| OF_WORK.contains(&word.as_str()))
            && (lexicon.is_key(*id)
                || entry
                    .words
                    .iter()
                    .any(|word| matches!(word.as_str(), "to" | "assignee" | "by")))
    });
    let said = said.or_else(|| {
        columns.iter().find(|(_, entry)| {
            entry
                .words
                .iter()
                .any(|word| matches!(word.as_str(), "assignee" | "assigned"))
        })
    });
    let mut open = columns
        .iter()
        .filter(|(id, entry)| lexicon.is_key(*id) && !entry.is_primary && entry.column.nullable);
    let only = || match (open.next(), open.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    };
    said.or_else(only).map(|(_, entry)| entry.words.join(" "))
}
