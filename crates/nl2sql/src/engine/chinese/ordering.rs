//! Takes out of a Chinese question how its rows are sorted and how many there are: 按价格降序, 前5个.

use super::clause::{Said, english};
use super::marks::Mark;
use super::part::Part;

/// 按价格从高到低排序, 价格降序.
pub(super) fn take_order(parts: &mut Vec<Part>) -> Said {
    let Some(mark) = parts.iter().position(|part| {
        matches!(
            part,
            Part::Mark(Mark::Direction(_) | Mark::Newest(_) | Mark::Sort)
        )
    }) else {
        return Said::new();
    };
    let mut end = mark;
    let mut descends = None;
    let mut newest = false;
    while let Some(Part::Mark(mark)) = parts.get(end) {
        match mark {
            Mark::Direction(down) => descends = Some(*down),
            Mark::Newest(down) => {
                descends = Some(*down);
                newest = true;
            }
            Mark::Sort | Mark::Filler => {}
            _ => break,
        }
        end += 1;
    }
    let counted = |part: &Part| {
        matches!(
            part,
            Part::Name(_) | Part::Mark(Mark::Count | Mark::And | Mark::Figure(_))
        )
    };
    let by = (0..mark).rev().find(|at| parts[*at] == Part::Mark(Mark::By));
    let start = match by {
        Some(by)
            if parts[by + 1..mark]
                .iter()
                .all(|part| counted(part) || *part == Part::Mark(Mark::De)) =>
        {
            by
        }
        _ => match mark.checked_sub(1) {
            Some(at) if matches!(parts[at], Part::Name(_)) => at,
            _ => mark,
        },
    };
    if end < parts.len() && parts[end] == Part::Mark(Mark::De) {
        end += 1;
    }
    let span: Vec<Part> = parts.drain(start..end).collect();
    let mut columns = listed(&span);
    // 每个城市的客户数，从高到低: by the figure that is asked for.
    if columns.is_empty() && newest {
        return english(if descends == Some(true) {
            "newest first"
        } else {
            "oldest first"
        });
    }
    if columns.is_empty() && descends.is_some() {
        columns = figure(parts);
    }
    if columns.is_empty() {
        return Said::new();
    }
    let mut said = english("sorted by");
    said.extend(columns);
    if descends == Some(true) {
        said.extend(english("descending"));
    }
    if let Some(more) = second(parts, start) {
        said.extend(english("and"));
        said.extend(more);
    }
    said
}

/// 按学分从高到低、再按课程名排: what decides among equals.
fn second(parts: &mut Vec<Part>, at: usize) -> Option<Said> {
    let idle = |part: &Part| matches!(part, Part::Mark(Mark::And | Mark::Filler));
    let by = at + parts.get(at..)?.iter().take_while(|part| idle(part)).count();
    let [
        Part::Mark(Mark::By),
        Part::Name(column),
        Part::Mark(Mark::Sort | Mark::Direction(_)),
        rest @ ..,
    ] = parts.get(by..)?
    else {
        return None;
    };
    let sorts = |part: &Part| idle(part) || matches!(part, Part::Mark(Mark::Sort | Mark::Direction(_)));
    if by == at || !rest.iter().all(sorts) {
        return None;
    }
    let mut said = english(&column.said);
    if parts[by..].contains(&Part::Mark(Mark::Direction(true))) {
        said.extend(english("descending"));
    }
    parts.truncate(at);
    Some(said)
}

/// The figure that a question asks for.
fn figure(parts: &[Part]) -> Said {
    let at = parts.iter().position(|part| {
        matches!(
            part,
            Part::Mark(Mark::Figure(_) | Mark::FigureAfter(_) | Mark::Count)
        ) || matches!(part, Part::Name(name) if name.total && !name.is_table())
    });
    let Some(at) = at else { return Said::new() };
    let name = |at: Option<usize>| match at.and_then(|at| parts.get(at)) {
        Some(Part::Name(name)) => name.said.as_str(),
        _ => "",
    };
    let before = name(at.checked_sub(1));
    match &parts[at] {
        Part::Mark(Mark::Figure(said)) => english(&format!("{said} {}", name(Some(at + 1)))),
        Part::Mark(Mark::FigureAfter(said)) => english(&format!("{said} {before}")),
        Part::Mark(Mark::Count) => {
            let after = name(Some(at + 1));
            english(&format!(
                "number of {}",
                if before.is_empty() { after } else { before }
            ))
        }
        _ => english(&format!("sum of {}", name(Some(at)))),
    }
}

/// The names of a span as a list, counts as counts.
fn listed(span: &[Part]) -> Said {
    let mut said = Said::new();
    for (at, part) in span.iter().enumerate() {
        let lead = match part {
            Part::Mark(Mark::Figure(figure)) => english(figure),
            Part::Mark(Mark::And) if !said.is_empty() => english("and"),
            Part::Name(name) => {
                let counts = span.get(at + 1) == Some(&Part::Mark(Mark::Count));
                english(&format!(
                    "{}{}",
                    if counts { "number of " } else { "" },
                    name.said
                ))
            }
            _ => continue,
        };
        said.extend(lead);
    }
    said
}

/// 前5个.
pub(super) fn take_top(parts: &mut Vec<Part>) -> Option<String> {
    let at = parts
        .windows(2)
        .position(|pair| matches!(pair, [Part::Mark(Mark::First), Part::Number(_)]))?;
    let mut end = at + 2;
    while parts.get(end) == Some(&Part::Mark(Mark::Measure)) {
        end += 1;
    }
    let Some(Part::Number(digits)) = parts.get(at + 1).cloned() else {
        return None;
    };
    parts.drain(at..end);
    Some(digits)
}
