//! What a Chinese question says was done to a thing, was not, or will be, and from where to where: 被投诉过的运单, 还没发货的运单,
//! 从鹿特丹发往米兰的运单.

use super::clause::english;
use super::known::Known;
use super::literal::literal;
use super::marks::Mark;
use super::part::Part;

/// Settles what was done at a place in the parts.
pub(super) fn ways(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    passed(parts, at, known);
    from_to(parts, at);
    done_to(parts, at, known);
    undone(parts, at, known);
    dated(parts, at, known);
}

/// 从鹿特丹发往米兰的运单: both ends of a way.
fn from_to(parts: &mut Vec<Part>, at: usize) {
    let from = |part: &Part| matches!(part, Part::Other(text) if matches!(text.as_str(), "从" | "由" | "自"));
    if let [lead, one, Part::Mark(Mark::Toward), other, ..] = &parts[at..]
        && from(lead)
        && let (Some(one), Some(other)) = (literal(one), literal(other))
    {
        let said = [english("from"), one, english("to"), other].concat();
        parts.splice(at..at + 4, [Part::Said(said)]);
    }
}

/// 被投诉过的运单: those that have a row of what was done.
fn done_to(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    let begins = at == 0 || parts[..at].iter().all(|part| *part == Part::Mark(Mark::Filler));
    let Some(Part::Name(done)) = parts.get(at) else {
        return;
    };
    let idle = parts[at + 1..]
        .iter()
        .take_while(|part| **part == Part::Mark(Mark::Filler))
        .count();
    if begins
        && idle > 0
        && done.is_table()
        && let [Part::Mark(Mark::De), Part::Name(thing), ..] = &parts[at + 1 + idle..]
        && thing.is_table()
        && thing
            .table_home
            .zip(done.table_home)
            .is_some_and(|(to, from)| known.refers(from, to))
    {
        parts.drain(at + 1..at + 1 + idle);
        parts.insert(at, Part::Mark(Mark::Has));
    }
}

/// 还没发货的运单: the moment of what was not done to the thing that is called after it.
fn undone(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    if let [
        Part::Mark(Mark::NotYet | Mark::Lacks),
        Part::Name(done),
        Part::Mark(Mark::De),
        Part::Name(thing),
        ..,
    ] = &parts[at..]
        && done.is_table()
        && done.table_home == thing.table_home
        && let Some(moment) = thing
            .table_home
            .and_then(|home| known.moment_like(home, &done.said))
    {
        let said = english(&format!("whose {} is null", moment.said));
        parts.splice(at..at + 2, [Part::Said(said)]);
    }
}

/// 未通过实名认证的客户: the verb says no more than the flag does.
fn passed(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    if let [Part::Mark(Mark::With), Part::Name(flag), ..] = &parts[at..]
        && !flag.is_table()
        && known.is_flag(flag)
        && at > 0
        && matches!(parts[at - 1], Part::Mark(Mark::Lacks | Mark::NotYet | Mark::Not))
    {
        parts.remove(at);
    }
}

/// 驾照在未来90天内到期: the moment is that of what stands before the time.
fn dated(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    let Some(Part::Name(thing)) = parts.get(at) else {
        return;
    };
    let idle = |part: &Part| matches!(part, Part::Mark(Mark::From | Mark::Filler | Mark::De));
    let leads = parts[at + 1..].iter().take_while(|part| idle(part)).count();
    let time = at + 1 + leads;
    let [Part::Period(_), Part::Name(moment), ..] = &parts[time.min(parts.len())..] else {
        return;
    };
    if thing.is_table() || moment.is_table() {
        return;
    }
    let whole = known.name(&format!("{} {}", thing.said, moment.said));
    if whole.column >= 0.9 && !whole.is_table() && known.is_day(&whole) {
        parts.remove(time + 1);
        parts.splice(at..time, [Part::Name(whole), Part::Mark(Mark::From)]);
    }
}
