//! Conditions on how much or how many in a Chinese question that no comparison says: 只有一张保单, 累计请假超过10天, 入职满5年.

use super::known::Known;
use super::marks::Mark;
use super::part::Part;
use super::settle::entity_after;
use crate::engine::lexicon::Sort;

/// 只有一张保单的客户: exactly so many.
pub(super) fn only(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    once(parts, known);
    for at in 0..parts.len() {
        if !matches!(&parts[at], Part::Other(text) if matches!(text.as_str(), "只" | "仅" | "仅仅" | "恰"))
        {
            continue;
        }
        let counts = (at + 1..parts.len()).find(|next| {
            !matches!(parts[*next], Part::Mark(Mark::Has | Mark::Verb | Mark::Filler))
                && !matches!(&parts[*next], Part::Name(name) if !name.is_table() && !name.measure)
        });
        if matches!(counts.map(|counts| &parts[counts]), Some(Part::Number(_))) {
            parts[at] = Part::Mark(Mark::Compare("="));
        }
    }
}

/// 只来过一次的客人: exactly one row of what refers to them; else 一次 says nothing.
fn once(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    while let Some(at) = parts.iter().position(|part| *part == Part::Mark(Mark::Once)) {
        parts[at] = Part::Mark(Mark::Filler);
        let only = parts[..at]
            .iter()
            .rposition(|part| matches!(part, Part::Other(text) if matches!(text.as_str(), "只" | "仅")));
        let Some(only) = only else { continue };
        let between = &parts[only + 1..at];
        let named = between.iter().find_map(|part| match part {
            Part::Name(name) if name.is_table() => Some(name.clone()),
            _ => None,
        });
        let idle = between.iter().all(|part| {
            matches!(
                part,
                Part::Name(_) | Part::Value(_, false) | Part::Mark(Mark::Verb | Mark::Filler | Mark::Has)
            )
        });
        let home = entity_after(parts, at + 1).map(|(home, _)| home);
        let thing = named.or_else(|| home.and_then(|home| known.only_referring(home)));
        if let Some(thing) = thing.filter(|thing| idle && home.is_some() && thing.table_home != home) {
            let told = [
                Part::Name(thing),
                Part::Mark(Mark::Compare("=")),
                Part::Number("1".to_owned()),
            ];
            parts.splice(only..=at, told);
        }
    }
}

/// 入职满5年: so long ago or longer.
pub(super) fn elapsed(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in 1..parts.len().saturating_sub(1) {
        let full = match &parts[at] {
            Part::Other(text) => matches!(text.as_str(), "满" | "已满" | "超"),
            Part::Mark(Mark::Compare("more than" | "at least")) => true,
            _ => false,
        };
        if let (Part::Value(said, false), Some(Part::Mark(Mark::Lasting(_)))) =
            (&parts[at - 1], parts.get(at + 2))
            && full
            && let Some(moment) = known.moment_saying(said)
        {
            parts[at - 1] = Part::Name(moment);
        }
        let (Part::Name(moment), Part::Number(digits), Some(Part::Mark(Mark::Lasting(unit)))) =
            (&parts[at - 1], &parts[at + 1], parts.get(at + 2))
        else {
            continue;
        };
        if full && matches!(known.sort_of(moment), Some(Sort::Day { .. })) {
            let ago = Part::Period(format!("{digits} {unit} ago"));
            let end = at
                + 3
                + usize::from(matches!(
                    parts.get(at + 3),
                    Some(Part::Mark(Mark::CompareAfter(_)))
                ));
            parts.splice(at..end, [ago, Part::Mark(Mark::Before)]);
            return;
        }
    }
}

/// 累计消费超过1000元的客户: the measure of a thing is added up.
pub(super) fn amounts(parts: &mut [Part], known: &Known<'_, '_>) {
    for at in 0..parts.len() {
        if let [
            Part::Mark(Mark::Figure("sum of")),
            Part::Name(thing),
            Part::Mark(Mark::Compare(_)),
            Part::Number(_),
            ..,
        ] = &parts[at..]
            && thing.is_table()
        {
            let days = matches!(parts.get(at + 4), Some(Part::Mark(Mark::Lasting(_))));
            let measure = thing.table_home.and_then(|home| known.measure_of(home, days));
            if let Some(measure) = measure {
                parts[at + 1] = Part::Name(measure);
            }
        }
    }
}
