//! Whether a part may stand after another in a Chinese question, and what has to follow it.

use super::marks::Mark;
use super::part::Part;

/// Whether what follows a part is a text to look for as it stands: 名称包含…, 叫….
pub(super) fn spells(part: &Part, before: Option<&Part>) -> bool {
    match part {
        Part::Mark(Mark::Contains) => matches!(before, Some(Part::Name(name)) if !name.is_table()),
        Part::Mark(Mark::Called) => true,
        _ => false,
    }
}

/// Which of its marks a phrase is here: one that its neighbour calls for before one that may stand anywhere. A verb is none
/// before the nouns have been tried.
pub(super) fn which(marks: &[Mark], length: usize, before: Option<&Part>) -> Option<Mark> {
    let bound = |mark: &Mark| match mark {
        Mark::Unit | Mark::Measure | Mark::Lasting(_) => true,
        // 带阳台 has one, 名称带“湖” contains it.
        Mark::Contains => matches!(before, Some(Part::Name(name)) if !name.is_table()),
        _ => false,
    };
    let fits = |mark: &&Mark| **mark != Mark::Verb && stands(**mark, length, before);
    let called = marks.iter().filter(|mark| bound(mark)).find(fits);
    let loose = || {
        let plain = marks
            .iter()
            .filter(|mark| !matches!(mark, Mark::Unit | Mark::Measure | Mark::Lasting(_)));
        plain.clone().find(fits)
    };
    called.or_else(loose).copied()
}

/// Whether a short mark may stand after what is before it: 个 counts only after a number.
fn stands(mark: Mark, length: usize, before: Option<&Part>) -> bool {
    match mark {
        Mark::Unit | Mark::Lasting(_) => matches!(
            before,
            Some(
                Part::Number(_)
                    | Part::Mark(Mark::Measure | Mark::Unit | Mark::Count | Mark::EachCount | Mark::Which)
            )
        ),
        Mark::Measure | Mark::Years => matches!(
            before,
            Some(
                Part::Number(_)
                    | Part::Value(..)
                    | Part::Place(_)
                    | Part::Other(_)
                    | Part::Quoted(_)
                    | Part::Mark(
                        Mark::Each | Mark::Count | Mark::EachCount | Mark::People | Mark::Which | Mark::First
                    )
            )
        ),
        Mark::Currency(_) => {
            length > 1 || matches!(before, Some(Part::Number(_) | Part::Mark(Mark::Measure)))
        }
        Mark::CompareAfter(_) => {
            matches!(
                before,
                Some(
                    Part::Number(_)
                        | Part::Mark(
                            Mark::Measure | Mark::Unit | Mark::Lasting(_) | Mark::Years | Mark::Currency(_)
                        )
                )
            )
        }
        Mark::After | Mark::Before | Mark::Since if length == 1 => matches!(before, Some(Part::Period(_))),
        Mark::First if length == 1 => !matches!(before, Some(Part::Period(_))),
        Mark::Count if length == 1 => {
            matches!(before, Some(Part::Name(_) | Part::Value(..) | Part::Coded(..)))
        }
        Mark::Maker => matches!(before, Some(Part::Value(..) | Part::Other(_) | Part::Quoted(_))),
        _ => true,
    }
}

/// 票房过亿: the comparison, or after it the unit that is a number by itself.
pub(super) fn beyond_unit(rest: &[char], before: Option<&Part>) -> Option<Part> {
    let unit = |c: char| match c {
        '百' => Some("100"),
        '千' => Some("1000"),
        '万' => Some("10000"),
        '亿' => Some("100000000"),
        _ => None,
    };
    match (rest, before) {
        (['过' | '超' | '破' | '上', next, ..], Some(Part::Name(name)))
            if name.measure && unit(*next).is_some() =>
        {
            Some(Part::Mark(Mark::Compare("more than")))
        }
        ([c, next @ ..], Some(Part::Mark(Mark::Compare(_))))
            if matches!(
                next.first(),
                None | Some('的' | '元' | '块' | '人' | '次' | '，' | ' ')
            ) =>
        {
            unit(*c).map(|digits| Part::Number(digits.to_owned()))
        }
        _ => None,
    }
}

/// Whether a number and its measure word end the parts: 10条.
pub(super) fn counts(parts: &[Part]) -> bool {
    let measures = parts
        .iter()
        .rev()
        .take_while(|part| matches!(part, Part::Mark(Mark::Measure | Mark::Unit | Mark::Lasting(_))));
    let taken = measures.count();
    taken > 0
        && matches!(
            parts.get(parts.len().wrapping_sub(taken + 1)),
            Some(Part::Number(_))
        )
}
