//! Puts the parts of a Chinese question into the order of an English one: what is asked, of what, under which conditions,
//! for each of what, in which order.

use super::clause::{Clause, Highest, Said, english};
use super::cut::Part;
use super::marks::Mark;
use crate::engine::lexicon::TableId;
use crate::engine::text::Token;

/// The tokens of the question in the order of English.
pub(crate) fn english_order(parts: Vec<Part>) -> Vec<Token> {
    let mut parts = parts;
    mend(&mut parts);
    let shown_in = take_currency(&mut parts);
    let order = take_order(&mut parts);
    let groups = take_groups(&mut parts);
    let tallied = parts.contains(&Part::Mark(Mark::Tally));
    let top = take_top(&mut parts);
    parts.retain(|part| {
        !matches!(
            part,
            Part::Mark(Mark::Filler | Mark::Tally | Mark::By | Mark::Sort)
        )
    });
    let mut clauses: Vec<Clause> = stretches(&parts)
        .iter()
        .map(|stretch| Clause::of(stretch))
        .filter(|clause| !clause.is_empty() || clause.distinct || clause.which)
        .collect();
    settle(&mut clauses, tallied, !groups.is_empty());
    let mut said = sentence(clauses, top);
    for group in groups {
        said.extend(english("per"));
        said.extend(group);
    }
    said.extend(order);
    said.extend(shown_in);
    said
}

/// 是多少美元: a currency that counts no number says how an amount is shown.
fn take_currency(parts: &mut Vec<Part>) -> Said {
    let at = (0..parts.len()).find(|at| {
        let counts = at
            .checked_sub(1)
            .is_some_and(|before| matches!(parts[before], Part::Number(_) | Part::Mark(Mark::Measure)));
        matches!(parts[*at], Part::Mark(Mark::Currency(_))) && !counts
    });
    match at.map(|at| parts.remove(at)) {
        Some(Part::Mark(Mark::Currency(name))) => english(&format!("in {name}")),
        _ => Said::new(),
    }
}

/// Sequences that only one reading fits are put as the rest expects them.
fn mend(parts: &mut Vec<Part>) {
    let mut at = 0;
    while at < parts.len() {
        match &parts[at..] {
            // 总金额的平均值
            [Part::Mark(Mark::De), Part::Mark(Mark::FigureAfter(_)), ..]
                if at > 0 && matches!(parts[at - 1], Part::Name(_)) =>
            {
                parts.remove(at);
            }
            // 平均每笔订单的金额: an average of all, not of each.
            [Part::Mark(Mark::Figure(_)), Part::Mark(Mark::Each), ..] => average_of_all(parts, at),
            // 余额排名前10的会员: 余额最高的前10
            [Part::Name(name), Part::Mark(Mark::First), Part::Number(_), ..] if name.measure => {
                parts.insert(at + 1, Part::Mark(Mark::Highest(true)));
            }
            _ => {}
        }
        at += 1;
    }
}

/// 平均每笔订单的金额 as 订单的平均金额.
fn average_of_all(parts: &mut Vec<Part>, at: usize) {
    parts.remove(at + 1);
    while parts.get(at + 1) == Some(&Part::Mark(Mark::Measure)) {
        parts.remove(at + 1);
    }
    if matches!(parts.get(at + 1), Some(Part::Name(name)) if name.is_table()) {
        let figure = parts.remove(at);
        let place = at + 1 + usize::from(parts.get(at + 1) == Some(&Part::Mark(Mark::De)));
        parts.insert(place.min(parts.len()), figure);
    }
}

/// The parts between two 的; the last stretch is cut again where its entity ends and what is asked of it begins.
fn stretches(parts: &[Part]) -> Vec<Vec<Part>> {
    let mut found: Vec<Vec<Part>> = parts
        .split(|part| *part == Part::Mark(Mark::De))
        .map(<[Part]>::to_vec)
        .filter(|stretch| !stretch.is_empty())
        .collect();
    if let Some(last) = found.pop() {
        let cut = (1..last.len()).find(|at| {
            let entity = matches!(&last[at - 1], Part::Name(name) if name.is_table());
            let asked = match &last[*at] {
                Part::Mark(Mark::Figure(_) | Mark::FigureAfter(_) | Mark::Count) => true,
                Part::Mark(Mark::Highest(_)) => matches!(last.get(at + 1), Some(Part::Name(_))),
                Part::Name(name) => name.is_known() && !name.is_table(),
                _ => false,
            };
            let compared = last[*at..].iter().any(|part| {
                matches!(
                    part,
                    Part::Mark(
                        Mark::Compare(_)
                            | Mark::CompareAfter(_)
                            | Mark::Is
                            | Mark::RangeEnd
                            | Mark::Between
                            | Mark::Highest(_)
                            | Mark::Contains
                            | Mark::With
                            | Mark::Null
                            | Mark::NotNull
                    )
                )
            }) && !matches!(last[*at], Part::Mark(Mark::Highest(_)));
            entity && asked && !compared
        });
        match cut {
            Some(at) => {
                found.push(last[..at].to_vec());
                found.push(last[at..].to_vec());
            }
            None => found.push(last),
        }
    }
    found
}

/// 统计用户 counts them; a measure beside a group is added up.
fn settle(clauses: &mut [Clause], tallied: bool, grouped: bool) {
    // 高优先级的工单: a value beside its column narrows.
    let last = clauses.len().saturating_sub(1);
    for clause in &mut clauses[..last] {
        if let ([column], [value], None) = (&clause.ask[..], &clause.adjectives[..], &clause.entity) {
            let said = [english("whose"), column.clone(), english("is"), value.clone()].concat();
            clause.conditions.push(said);
            clause.ask.clear();
            clause.adjectives.clear();
        }
    }
    let asked = clauses
        .iter()
        .any(|clause| clause.counts || !clause.ask.is_empty());
    let Some(last) = clauses.last_mut() else {
        return;
    };
    if tallied && !asked {
        last.counts = true;
    }
    if grouped && last.entity.is_none() && !last.counts && last.measures && last.ask.len() == 1 {
        let figure = last.ask[0].first().map_or("", |token| token.lower.as_str());
        if !matches!(figure, "average" | "sum" | "maximum" | "minimum") {
            last.ask[0] = [english("sum of"), last.ask[0].clone()].concat();
        }
    }
}

/// 按价格从高到低排序, 价格降序.
fn take_order(parts: &mut Vec<Part>) -> Said {
    let Some(mark) = parts
        .iter()
        .position(|part| matches!(part, Part::Mark(Mark::Direction(_) | Mark::Sort)))
    else {
        return Said::new();
    };
    let mut end = mark;
    let mut descends = None;
    while let Some(Part::Mark(mark)) = parts.get(end) {
        match mark {
            Mark::Direction(down) => descends = Some(*down),
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
    let columns = listed(&span);
    if columns.is_empty() {
        return Said::new();
    }
    let mut said = english("sorted by");
    said.extend(columns);
    if descends == Some(true) {
        said.extend(english("descending"));
    }
    said
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

/// 每个城市, 按状态统计, 每月.
fn take_groups(parts: &mut Vec<Part>) -> Vec<Said> {
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
                if parts[at..]
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

/// 前5个.
fn take_top(parts: &mut Vec<Part>) -> Option<String> {
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

/// The whole question: the last stretch says what is asked, those before it of what.
fn sentence(clauses: Vec<Clause>, top: Option<String>) -> Said {
    let number = top.or_else(|| clauses.iter().find_map(|clause| clause.number.clone()));
    let highest = clauses.iter().find_map(|clause| clause.highest.clone());
    let counts = clauses.iter().any(|clause| clause.counts);
    let distinct = clauses.iter().any(|clause| clause.distinct);
    let which = clauses.iter().any(|clause| clause.which);
    // 来自哪些城市: each once.
    let asks = clauses.iter().any(|clause| !clause.ask.is_empty());
    let distinct = distinct || which && highest.is_none() && !counts && asks;
    let home = clauses.iter().rev().find_map(|clause| clause.home);
    let last = clauses.len().saturating_sub(1);
    let mut ask: Vec<Said> = Vec::new();
    // Entities with what narrows them, in the order of Chinese.
    let mut nouns: Vec<(Said, Said)> = Vec::new();
    let (mut adjectives, mut conditions) = (Said::new(), Said::new());
    for (at, clause) in clauses.into_iter().enumerate() {
        adjectives.extend(clause.adjectives.concat());
        conditions.extend(clause.conditions.concat());
        if let Some(entity) = clause.entity {
            // 订单金额最大的订单 names the same thing twice.
            if let Some((known, narrowed)) = nouns.last()
                && *known == entity
            {
                conditions.splice(0..0, narrowed.clone());
                nouns.pop();
            }
            let mut said = std::mem::take(&mut adjectives);
            said.extend(entity);
            nouns.push((said, std::mem::take(&mut conditions)));
        }
        if at == last || nouns.is_empty() || clause.ask.len() > 1 {
            ask.extend(clause.ask);
        } else {
            for column in clause.ask {
                nouns.push((column, Said::new()));
            }
        }
    }
    let mut said = Said::new();
    let ranks = highest.is_some() || which;
    let (number, highest) = summed(number, highest, home);
    if let Some(number) = number.as_ref().filter(|_| {
        highest
            .as_ref()
            .is_none_or(|highest| !highest.descends || highest.timed)
    }) {
        said.extend(english(number));
    }
    if let (
        Some(number),
        Some(Highest {
            descends: true,
            timed: false,
            ..
        }),
    ) = (&number, &highest)
    {
        said.extend(english(&format!("top {number}")));
    }
    if which && highest.is_some() {
        said.extend(english("which"));
    }
    if counts && !ranks {
        said.extend(english("number of"));
        if distinct {
            said.extend(english("different"));
        }
    } else if distinct {
        said.extend(english("distinct"));
    }
    for (at, column) in ask.iter().enumerate() {
        if at > 0 {
            said.extend(english("and"));
        }
        said.extend(column.clone());
    }
    // What is left over narrows what is asked itself.
    let (loose, under) = (adjectives, conditions);
    let nothing = nouns.is_empty();
    for (at, (noun, narrowed)) in nouns.into_iter().rev().enumerate() {
        if at > 0 || !ask.is_empty() {
            said.extend(english("of"));
        }
        said.extend(noun);
        said.extend(narrowed);
    }
    if !loose.is_empty() {
        if !nothing || !ask.is_empty() {
            said.extend(english("of"));
        }
        said.extend(loose);
    }
    said.extend(under);
    if let Some(highest) = highest {
        said.extend(rank(&highest, number.is_some(), which));
    }
    said
}

/// 购买数量最多的客户: a measure of another table is added up for each row.
fn summed(
    number: Option<String>,
    highest: Option<Highest>,
    home: Option<TableId>,
) -> (Option<String>, Option<Highest>) {
    match highest {
        Some(mut highest)
            if !highest.counts
                && highest.descends
                && !highest.timed
                && home.is_some()
                && highest.home != home =>
        {
            let mut said = english("sum of");
            said.append(&mut highest.said);
            highest.said = said;
            (number.or_else(|| Some("1".to_owned())), Some(highest))
        }
        highest => (number, highest),
    }
}

/// `with the highest salary`, `by number of loans`, `has the most customers`.
fn rank(highest: &Highest, numbered: bool, which: bool) -> Said {
    let lead = match (highest.counts, highest.descends, numbered, which) {
        (true, true, true, _) => "by number of",
        _ if highest.timed && highest.descends => "with the latest",
        _ if highest.timed => "with the earliest",
        (false, true, true, _) => "by",
        (true, true, _, true) => "has the most",
        (true, true, ..) => "with the most",
        (true, false, _, true) => "has the fewest",
        (true, false, ..) => "with the fewest",
        (false, true, ..) => "with the highest",
        (false, false, ..) => "with the lowest",
    };
    let mut said = english(lead);
    said.extend(highest.said.clone());
    said
}
