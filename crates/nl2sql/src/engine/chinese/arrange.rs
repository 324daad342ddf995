//! Puts the parts of a Chinese question into the order of an English one: what is asked, of what, under which conditions,
//! for each of what, in which order.

use super::clause::{Clause, Said, english};
use super::grouping::take_groups;
use super::marks::Mark;
use super::mend::mend;
use super::ordering::{take_order, take_top};
use super::part::Part;
use super::wording::sentence;
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
            Part::Mark(Mark::Filler | Mark::Tally | Mark::By | Mark::Sort | Mark::EachKind)
        )
    });
    let mut clauses: Vec<Clause> = stretches(&parts)
        .iter()
        .map(|stretch| Clause::of(stretch))
        .filter(|clause| !clause.is_empty() || clause.distinct || clause.which)
        .collect();
    complete(&mut clauses, tallied, !groups.is_empty());
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
                Part::Mark(Mark::Highest(..)) => matches!(last.get(at + 1), Some(Part::Name(_))),
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
                            | Mark::Highest(..)
                            | Mark::Contains
                            | Mark::With
                            | Mark::Null
                            | Mark::NotNull
                    )
                )
            }) && !matches!(last[*at], Part::Mark(Mark::Highest(..)));
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
fn complete(clauses: &mut [Clause], tallied: bool, grouped: bool) {
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
