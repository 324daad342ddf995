//! Two things at once in a Chinese question: 同时买了A和B的客户, 既发过帖又评论过的用户.

use super::clause::{Said, english};
use super::literal::literal;
use super::marks::Mark;
use super::part::Part;

/// Reads what 同时 or 既 begins; where it cannot be read, 同时 only joins and 既 is a word that nothing explains.
pub(super) fn both(parts: &mut Vec<Part>) {
    while let Some(at) = parts
        .iter()
        .position(|part| matches!(part, Part::Mark(Mark::Both(_))))
    {
        match told(&parts[at + 1..]) {
            Some((said, taken)) => {
                parts.splice(at..=at + taken, [Part::Said(said)]);
            }
            None => {
                let joins = parts[at] == Part::Mark(Mark::Both(false));
                parts[at] = if joins {
                    Part::Mark(Mark::And)
                } else {
                    Part::Other("既".to_owned())
                };
            }
        }
    }
    for part in parts {
        if *part == Part::Mark(Mark::Also) {
            *part = Part::Mark(Mark::And);
        }
    }
}

/// What is both, in English, and how many parts it takes.
fn told(rest: &[Part]) -> Option<(Said, usize)> {
    let end = rest
        .iter()
        .position(|part| *part == Part::Mark(Mark::De))
        .unwrap_or(rest.len());
    let joins = |part: &Part| matches!(part, Part::Mark(Mark::And | Mark::Also | Mark::Or));
    let middle = rest[..end].iter().position(joins)?;
    let first = rest[middle..end].iter().position(|part| !joins(part))? + middle;
    if rest[first..end].iter().any(joins) {
        return None;
    }
    let (one, other) = (bare(&rest[..middle]), bare(&rest[first..end]));
    match (&one[..], &other[..]) {
        // 既买过A又买过B: what was done twice says no more.
        ([.., value], [Part::Name(done), also])
            if literal(value).is_some()
                && literal(also).is_some()
                && one.contains(&Part::Name(done.clone())) =>
        {
            let mut said = english("with both");
            said.extend(literal(value)?);
            said.extend(english("and"));
            said.extend(literal(also)?);
            Some((said, end))
        }
        ([.., value], [also, more @ ..])
            if literal(value).is_some() && literal(also).is_some() && summary(more).len() < 2 =>
        {
            let more = summary(more);
            let mut said = english("with both");
            said.extend(literal(value)?);
            said.extend(english("and"));
            said.extend(literal(also)?);
            if let [Part::Name(thing)] = more
                && thing.is_table()
            {
                said.extend(english(&thing.said));
            }
            Some((said, end))
        }
        ([Part::Name(thing)], [Part::Name(another)])
            if thing.is_table() && another.is_table() && thing.table_home != another.table_home =>
        {
            let said = format!("with {} and with {}", thing.said, another.said);
            Some((english(&said), end))
        }
        _ => None,
    }
}

/// The parts that say what, not how.
fn bare(parts: &[Part]) -> Vec<Part> {
    let says = |part: &&Part| {
        !matches!(
            part,
            Part::Mark(Mark::Filler | Mark::Verb | Mark::Has | Mark::From | Mark::With | Mark::Measure)
        )
    };
    parts.iter().filter(says).cloned().collect()
}

/// 两种环境密钥 after two values: how many there are, and which column has them, is said by the values.
fn summary(more: &[Part]) -> &[Part] {
    match more {
        [Part::Number(digits), rest @ ..] if digits == "2" => match rest {
            [Part::Name(column), thing @ ..] if !column.is_table() => thing,
            _ => rest,
        },
        _ => more,
    }
}
