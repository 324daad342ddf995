//! Takes out of a Chinese question what its figures are for each of: 每个城市, 按状态统计, 每月.

use super::clause::{Said, english};
use super::marks::Mark;
use super::part::Part;

/// 每个城市, 按状态统计, 每月.
pub(super) fn take_groups(parts: &mut Vec<Part>) -> Vec<Said> {
    // 每次事故的日期: with nothing to add up, it is one row for each anyway.
    let figures = parts.iter().any(|part| match part {
        Part::Mark(mark) => matches!(
            mark,
            Mark::Count
                | Mark::Figure(_)
                | Mark::FigureAfter(_)
                | Mark::Highest(..)
                | Mark::Degree(_)
                | Mark::Tally
                | Mark::Monthly(_)
        ),
        Part::Name(name) => name.measure || name.total || !name.is_known(),
        _ => false,
    });
    if !figures {
        parts.retain(|part| *part != Part::Mark(Mark::Each));
    }
    let mut groups = Vec::new();
    let mut at = 0;
    while at < parts.len() {
        let taken = match &parts[at] {
            Part::Mark(Mark::Monthly(unit)) => {
                groups.push(english(unit));
                1
            }
            Part::Mark(Mark::Each) => each(parts, at, &mut groups),
            // 不同城市的客户数量
            Part::Mark(Mark::Distinct)
                if !counts_kinds(parts, at)
                    && parts[at..]
                        .iter()
                        .any(|part| matches!(part, Part::Mark(Mark::Count | Mark::Figure(_)))) =>
            {
                each(parts, at, &mut groups)
            }
            Part::Mark(Mark::By) => by(parts, at, &mut groups),
            _ => 0,
        };
        if taken == 0 {
            at += 1;
            continue;
        }
        let mut end = at + taken;
        while matches!(
            parts.get(end),
            Some(Part::Mark(Mark::De | Mark::And | Mark::Filler | Mark::Has))
        ) && !(parts[end] == Part::Mark(Mark::And)
            && matches!(parts.get(end + 1), Some(Part::Mark(Mark::Each))))
        {
            end += 1;
        }
        parts.drain(at..end);
    }
    groups
}

/// What follows 每个: a name, with its table before it where both belong together.
fn each(parts: &[Part], at: usize, groups: &mut Vec<Said>) -> usize {
    let mut next = at + 1;
    while matches!(parts.get(next), Some(Part::Mark(Mark::Measure | Mark::Filler))) {
        next += 1;
    }
    let Some(Part::Name(name)) = parts.get(next) else {
        return 0;
    };
    let follows = |i: usize| {
        matches!(
            parts.get(i),
            None | Some(Part::Mark(
                Mark::De | Mark::Count | Mark::Has | Mark::Figure(_) | Mark::Lacks
            ))
        )
    };
    if name.is_table()
        && let Some(Part::Name(column)) = parts.get(next + 1)
        && !column.is_table()
        && !column.measure
        && follows(next + 2)
    {
        groups.push(english(&format!("{} {}", name.said, column.said)));
        return next + 2 - at;
    }
    groups.push(english(&name.said));
    next + 1 - at
}

/// What follows 按: names in a list.
fn by(parts: &[Part], at: usize, groups: &mut Vec<Said>) -> usize {
    let mut next = at + 1;
    let mut named = false;
    loop {
        match parts.get(next) {
            Some(Part::Name(name)) if !named => {
                named = true;
                groups.push(english(&name.said));
            }
            // 按工单状态: the table only says whose column it is.
            Some(Part::Name(name)) if !name.is_table() && !name.measure => {
                if let Some(group) = groups.last_mut() {
                    group.extend(english(&name.said));
                }
            }
            Some(Part::Mark(Mark::And)) if matches!(parts.get(next + 1), Some(Part::Name(name)) if !name.is_table()) =>
            {
                named = false;
            }
            Some(Part::Mark(Mark::Monthly(unit))) => groups.push(english(unit)),
            Some(Part::Mark(Mark::Tally)) => return next + 1 - at,
            _ => break,
        }
        next += 1;
    }
    if next > at + 1 { next - at } else { 0 }
}

/// 用过的不同IP有多少个: at the end, how many different values there are, not how many rows of each.
fn counts_kinds(parts: &[Part], at: usize) -> bool {
    let idle = |part: &Part| matches!(part, Part::Mark(Mark::Filler | Mark::Measure));
    at > 0
        && parts[at - 1] == Part::Mark(Mark::De)
        && matches!(&parts[at + 1..], [Part::Name(column), Part::Mark(Mark::Count), rest @ ..]
            if !column.is_table() && rest.iter().all(idle))
}
