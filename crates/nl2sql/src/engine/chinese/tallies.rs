//! Conditions on how many things there are: 两只以上宠物, 至少有5个订单.

use super::known::Known;
use super::marks::Mark;
use super::part::Part;
use crate::engine::lexicon::Sort;

/// 两只以上宠物, 超过5篇文章: a thing that is counted is said before its number.
pub(super) fn counted_after(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
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
        let mut had = Vec::new();
        while let Some(part) = parts.get(end) {
            match part {
                // 有5个以上订单, 至少写过3条评论
                Part::Mark(Mark::Has | Mark::Verb | Mark::Filler) if !counts => had.push(end),
                // 买过10张以上船票: a verb that is the moment of it.
                Part::Name(verb) if !counts && matches!(known.sort_of(verb), Some(Sort::Day { .. })) => {
                    had.push(end);
                }
                Part::Mark(Mark::Compare(_)) if !compares && !counts => compares = true,
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
            && (matches!(parts.get(end + 1), Some(Part::Mark(Mark::De | Mark::Count)))
                || parts.get(end + 1).is_none() && !had.is_empty())
        {
            let name = parts.remove(end);
            for had in had.into_iter().rev() {
                parts.remove(had);
            }
            parts.insert(at, name);
            return;
        }
    }
}
