//! Conditions of time of a Chinese question: 2025年注册, 2024年3月之后.

use super::clause::{Said, english, is_open};
use super::literal::{skip, when};
use super::marks::Mark;
use super::part::Part;

/// 2025年注册, 2024年3月之后, 创建于2025年.
pub(super) fn timed(rest: &[Part]) -> Option<(Said, usize)> {
    let (mut column, mut at) = match &rest[0] {
        Part::Name(name) if !name.is_table() => (Some(name), 1),
        _ => (None, 0),
    };
    skip(rest, &mut at, &[Mark::From, Mark::Is]);
    let mut lead = None;
    if let Some(Part::Mark(Mark::Compare(op))) = rest.get(at) {
        lead = match *op {
            "more than" => Some("after"),
            "less than" => Some("before"),
            "at least" => Some("since"),
            _ => None,
        };
        at += usize::from(lead.is_some());
    }
    let Part::Period(period) = rest.get(at)? else {
        return None;
    };
    if is_open(period) {
        return None;
    }
    at += 1;
    if let Some(Part::Mark(mark)) = rest.get(at) {
        let said = match mark {
            Mark::After => Some("after"),
            Mark::Before => Some("before"),
            Mark::Since => Some("since"),
            _ => None,
        };
        if said.is_some() {
            lead = said;
            at += 1;
        }
    }
    if column.is_none()
        && let Some(Part::Name(name)) = rest.get(at)
        && !name.is_table()
        && !name.measure
        && !matches!(
            rest.get(at + 1),
            Some(Part::Mark(
                Mark::Count | Mark::FigureAfter(_) | Mark::Compare(_) | Mark::Is
            ))
        )
    {
        column = Some(name).filter(|name| name.is_known());
        at += 1;
    }
    let (begun, ended) = (Mark::Starts, Mark::Ends);
    let verb = match rest.get(at) {
        Some(Part::Mark(mark)) if *mark == begun || *mark == ended => {
            at += 1;
            if *mark == begun { "start date" } else { "end date" }
        }
        _ => column.map_or("", |name| name.said.as_str()),
    };
    let said = lead.map_or_else(|| when(period), |lead| format!("{lead} {period}"));
    Some((english(&format!("{verb} {said}")), at))
}
