//! What still holds and what is over, told by the moment of its end: 已过期, 仍在运行.

use super::clause::english;
use super::known::Known;
use super::marks::Mark;
use super::part::Part;
use super::settle::entity_after;
use crate::engine::lexicon::Sort;

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
/// Columns whose moment says that something is no longer at work.
#[rustfmt::skip]
const CLOSINGS: &[&str] = &[
    "decommissioned at", "decommissioned on", "decommission date", "retired at", "retired on", "closed at", "closed on", "closing date",
    "closed date", "shut down at", "shutdown date", "ended at", "ended on", "end date", "terminated at", "terminated on", "discontinued at",
    "left at", "left on", "dissolved at", "dissolved on",
];
/// What English says of a thing that is at work.
const AT_WORK: &[&str] = &[
    "active",
    "running",
    "operating",
    "operational",
    "in operation",
    "in use",
    "open",
    "online",
    "ongoing",
    "in service",
];

/// 已过期的药品: those whose last day is over, where no column says so itself.
pub(super) fn expired(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
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

/// 已关闭的影院: those with a moment of it, where a column is called so.
pub(super) fn over(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in (0..parts.len()).rev() {
        let Part::Value(said, _) = &parts[at] else {
            continue;
        };
        let Some((home, _)) = entity_after(parts, at + 1) else {
            continue;
        };
        let said = said.to_lowercase();
        let called: Vec<&str> = CLOSINGS
            .iter()
            .filter(|closing| {
                closing
                    .strip_prefix(said.as_str())
                    .is_some_and(|rest| rest.starts_with(' '))
            })
            .copied()
            .collect();
        if known.holds(&said, home) {
            continue;
        }
        let column = known.column_of(Some(home), &called);
        // 已关闭 is told by the status sooner than by the day of another end.
        let told_elsewhere = column
            .as_ref()
            .is_some_and(|column| !known.is_literal(column, &said))
            && known.column_of(Some(home), &["status", "state"]).is_some();
        if told_elsewhere {
            continue;
        }
        let denied = at.checked_sub(1).is_some_and(|before| {
            matches!(parts[before], Part::Mark(Mark::Lacks | Mark::NotYet | Mark::Not))
        });
        if let Some(column) = column.filter(|column| matches!(known.sort_of(column), Some(Sort::Day { .. })))
        {
            let told = if denied { Mark::Null } else { Mark::NotNull };
            parts.splice(
                at - usize::from(denied)..=at,
                [Part::Name(column), Part::Mark(told)],
            );
        }
    }
}

/// 已签到的报名: a state of two words that a moment tells.
pub(super) fn happened(parts: &mut [Part], known: &Known<'_, '_>) {
    for at in (0..parts.len()).rev() {
        let Part::Value(said, false) = &parts[at] else {
            continue;
        };
        let two = said.split(' ').count() == 2 && known.sampled(said, None).is_none();
        let denied = at.checked_sub(1).is_some_and(|before| {
            matches!(parts[before], Part::Mark(Mark::Lacks | Mark::NotYet | Mark::Not))
        });
        let home = entity_after(parts, at + 1).map(|(home, _)| home);
        let moment = known
            .moment_saying(said)
            .filter(|moment| moment.column_home == home && home.is_some());
        if let Some(moment) = moment.filter(|_| two && !denied) {
            parts[at] = Part::Said(english(&format!("whose {} is not null", moment.said)));
        }
    }
}

/// 仍在运行的电厂: those without a moment of their end, where nothing else says so.
pub(super) fn running(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in (0..parts.len()).rev() {
        let Part::Value(said, _) = &parts[at] else {
            continue;
        };
        if !AT_WORK.contains(&said.to_lowercase().as_str()) {
            continue;
        }
        let Some((home, _)) = entity_after(parts, at + 1) else {
            continue;
        };
        if known.holds(said, home) {
            continue;
        }
        let column = known.column_of(Some(home), CLOSINGS);
        let Some(column) = column.filter(|column| matches!(known.sort_of(column), Some(Sort::Day { .. })))
        else {
            continue;
        };
        let led = at
            .checked_sub(1)
            .is_some_and(|before| parts[before] == Part::Mark(Mark::From));
        let told = [Part::Name(column), Part::Mark(Mark::Null)];
        parts.splice(at - usize::from(led)..=at, told);
    }
}
