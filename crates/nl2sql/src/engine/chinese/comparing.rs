//! Comparisons and ranges of a Chinese question, of columns, figures and counts of things.

use super::clause::{Said, english};
use super::literal::unit;
use super::marks::Mark;
use super::part::{Name, Part};

/// 客户数量超过5, 预约超过3次: a group or an entity with so many of something.
pub(super) fn counted(rest: &[Part]) -> Option<(Said, usize)> {
    let Part::Name(name) = &rest[0] else {
        return None;
    };
    let mut at = 1;
    let said_count = rest.get(at) == Some(&Part::Mark(Mark::Count));
    at += usize::from(said_count);
    if !name.is_table() && !said_count || said_count && !name.is_known() {
        return None;
    }
    let (op, digits, next) = number_after(rest, at)?;
    let mut end = next;
    unit(rest, &mut end);
    // "with exactly 1 policy"
    let op = if op == "=" { "exactly" } else { op };
    let mut said = english(&format!("with {op} {digits}"));
    said.extend(english(&name.said));
    Some((said, end))
}

/// A comparison and its number, `大于5` or `5以上`, and where it ends.
fn number_after(rest: &[Part], at: usize) -> Option<(&'static str, String, usize)> {
    match (rest.get(at)?, rest.get(at + 1)) {
        (Part::Mark(Mark::Compare(op)), Some(Part::Number(digits))) => Some((op, digits.clone(), at + 2)),
        (Part::Mark(Mark::Is), _) => number_after(rest, at + 1),
        (Part::Mark(Mark::From), _) => number_after(rest, at + 1),
        (Part::Number(digits), _) => {
            let mut end = at + 1;
            unit(rest, &mut end);
            match rest.get(end) {
                Some(Part::Mark(Mark::CompareAfter(op))) => Some((op, digits.clone(), end + 1)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// 价格在10到20之间, 2024年1月到3月.
pub(super) fn between(rest: &[Part]) -> Option<(Said, usize)> {
    let mut at = 0;
    let mut said = Said::new();
    if let Part::Name(name) = &rest[0] {
        said.extend(english("with"));
        said.extend(english(&name.said));
        at = 1;
    }
    let link = rest.get(at);
    if matches!(link, Some(Part::Mark(Mark::From | Mark::Between | Mark::Is))) {
        at += 1;
    }
    let low = at;
    let mut mid = low + 1;
    let mut money = unit(rest, &mut mid);
    if !matches!(rest.get(mid), Some(Part::Mark(Mark::To | Mark::And))) {
        return None;
    }
    let mut end = mid + 2;
    let (first, second) = (rest.get(low)?, rest.get(mid + 1)?);
    match (first, second) {
        (Part::Number(one), Part::Number(other)) => {
            money.extend(unit(rest, &mut end));
            let closed = matches!(rest.get(end), Some(Part::Mark(Mark::RangeEnd)));
            let joined = rest.get(mid) == Some(&Part::Mark(Mark::To)) || closed;
            if !joined && link != Some(&Part::Mark(Mark::Between)) {
                return None;
            }
            said.extend(english(&format!("between {one} and {other}")));
            said.extend(money.into_iter().take(1));
            end += usize::from(closed);
        }
        (Part::Number(one) | Part::Period(one), Part::Period(other))
            if matches!(first, Part::Period(_)) || one.len() == 4 && other.len() == 4 =>
        {
            end += usize::from(matches!(rest.get(end), Some(Part::Mark(Mark::RangeEnd))));
            if said.is_empty()
                && let Some(Part::Name(name)) = rest
                    .get(end)
                    .filter(|part| matches!(part, Part::Name(name) if !name.is_table()))
            {
                said.extend(english(&name.said));
                end += 1;
            }
            said.extend(english(&format!("between {one} and {other}")));
        }
        _ => return None,
    }
    Some((said, end))
}

/// 价格大于30, 大于等于1000且小于2000, 高于平均价格, 60岁以上.
pub(super) fn compared(rest: &[Part]) -> Option<(Said, usize)> {
    // 平均工资大于10000, 工资平均值大于10000: a condition on what is grouped.
    if let (Part::Mark(Mark::Figure(figure)), Some(Part::Name(name)))
    | (Part::Name(name), Some(Part::Mark(Mark::FigureAfter(figure)))) = (&rest[0], rest.get(1))
    {
        let (op, digits, next) = number_after(rest, 2)?;
        let mut end = next;
        let money = unit(rest, &mut end);
        let mut said = english(&format!("with {figure} {} {op} {digits}", name.said));
        said.extend(money);
        return Some((said, end));
    }
    // 票房大于预算: two columns.
    if let [
        Part::Name(one),
        Part::Mark(Mark::Compare(op)),
        Part::Name(other),
        ..,
    ] = rest
        && [one, other]
            .iter()
            .all(|name| !name.is_table() && name.is_known())
    {
        return Some((english(&format!("whose {} is {op} {}", one.said, other.said)), 3));
    }
    let (column, mut at) = match &rest[0] {
        Part::Name(name) => (Some(name), 1),
        _ => (None, 0),
    };
    let mut said = Said::new();
    loop {
        let more = !said.is_empty();
        if let Some(Part::Mark(Mark::Compare(op))) = rest.get(at)
            && let Some(Part::Mark(Mark::Figure(figure) | Mark::FigureAfter(figure))) = rest.get(at + 1)
        {
            let name = match rest.get(at + 2) {
                Some(Part::Name(name)) => Some(name),
                _ => None,
            };
            said.extend(with(column));
            said.extend(english(&format!("{op} the {figure}")));
            said.extend(name.or(column).map_or_else(Said::new, |name| english(&name.said)));
            return Some((said, at + 2 + usize::from(name.is_some())));
        }
        let Some((op, digits, next)) = number_after(rest, at) else {
            return more.then_some((said, at));
        };
        let mut end = next;
        let aged = matches!(rest.get(next), Some(Part::Mark(Mark::Years)))
            || matches!(rest.get(next.wrapping_sub(2)), Some(Part::Mark(Mark::Years)));
        let mut money = unit(rest, &mut end);
        if money.is_empty() {
            money = currency_within(&rest[at..next]);
        }
        if more {
            said.extend(english("and"));
        }
        if column.is_none() && aged {
            said.extend(english("with age"));
        }
        said.extend(with(column));
        said.extend(english(&format!("{op} {digits}")));
        said.extend(money);
        at = end;
        // A second bound of the same column.
        let joins = matches!(rest.get(at), Some(Part::Mark(Mark::And)));
        if joins && number_after(rest, at + 1).is_some() {
            at += 1;
        } else {
            return Some((said, at));
        }
    }
}

fn currency_within(parts: &[Part]) -> Said {
    parts
        .iter()
        .find_map(|part| match part {
            Part::Mark(Mark::Currency(name)) => Some(english(name)),
            _ => None,
        })
        .unwrap_or_default()
}

fn with(column: Option<&Name>) -> Said {
    column.map_or_else(Said::new, |name| english(&format!("with {}", name.said)))
}
