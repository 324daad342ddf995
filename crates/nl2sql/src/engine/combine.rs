//! Reads questions that are two questions in one: "… or …" over different columns, "both … and …", "… but not …".
//!
//! The question is cut in two whole questions that share their beginning; each is read by itself, and the two plans become one
//! condition or one set operation. A cut counts only when both halves are understood in full.

use super::choose::{self, Chosen};
use super::cuts::{Cut, Join, TRIES, cuts};
use super::items::{self, Item};
use super::lexicon::Lexicon;
use super::plan::{Cond, Expr, Plan, SetOp};
use super::text::Token;
use super::tongue::fill;
use super::{Draft, Request, draft_of, judge, render};
use super::{confidence, explain, tongue_of};

/// The answer to a question that is two in one, where the reading of it as one question misses that.
pub(crate) fn answer(
    lexicon: &Lexicon<'_>,
    tokens: &[Token],
    items: &[Item],
    whole: &Chosen<'_>,
    request: &Request<'_>,
) -> Option<Draft> {
    // "who have not ordered since May": none of their rows in that time says it all.
    let none_such =
        whole.reading.plan.filters.iter().any(
            |cond| matches!(cond, Cond::Exists { related, negated: true } if !related.filters.is_empty()),
        ) && is_whole(whole);
    cuts(tokens, items, &whole.reading)
        .into_iter()
        .filter(|cut| !(none_such && cut.op == Join::ButNot))
        .take(TRIES)
        .find_map(|cut| joined(lexicon, &cut, request))
}

/// One answer of two readings, when both are whole and fit together.
fn joined(lexicon: &Lexicon<'_>, cut: &Cut, request: &Request<'_>) -> Option<Draft> {
    let first_items = items::cut(lexicon, &cut.first, request.today);
    let first = choose::best(lexicon, &cut.first, &first_items).filter(is_whole)?;
    let second_items = items::cut(lexicon, &cut.second, request.today);
    let second = choose::best(lexicon, &cut.second, &second_items).filter(is_whole)?;
    let (one, other) = (&first.reading.plan, &second.reading.plan);
    if one.home != other.home && cut.op == Join::Either
        || one.star != other.star
        || one.star && one.home != other.home
        || one.select != other.select
        || one.group != other.group
    {
        return None;
    }
    let own: Vec<Cond> = one
        .filters
        .iter()
        .filter(|cond| !other.filters.contains(cond))
        .cloned()
        .collect();
    let new: Vec<Cond> = other
        .filters
        .iter()
        .filter(|cond| !one.filters.contains(cond))
        .cloned()
        .collect();
    if new.is_empty() || (own.is_empty() && cut.op != Join::ButNot) || one.having != other.having {
        return None;
    }
    let sure = confidence::of_halves(&first, &second);
    match cut.op {
        Join::Either => either(lexicon, first, second, own, new, sure, request),
        // One row has one city: rows themselves cannot be in two.
        Join::Both
            if one.star
                || one
                    .select
                    .iter()
                    .any(|expr| matches!(expr, Expr::Column(id) if lexicon.column(*id).is_primary))
                    && ![&first, &second]
                        .iter()
                        .any(|half| half.joins.iter().any(|step| lexicon.graph.fans_out(step))) =>
        {
            let fans = [&first, &second]
                .iter()
                .any(|half| half.joins.iter().any(|step| lexicon.graph.fans_out(step)));
            fans.then(|| set(lexicon, SetOp::Both, &first, &second, sure, request))
                .flatten()
        }
        Join::Both => set(lexicon, SetOp::Both, &first, &second, sure, request),
        Join::ButNot => {
            let many = second.joins.iter().any(|step| lexicon.graph.fans_out(step));
            let kinds = cut.deed
                && other.select.iter().all(|expr| {
                    matches!(expr, Expr::Column(id) if {
                        let entry = lexicon.column(*id);
                        !entry.is_primary && !super::roles::label(lexicon, entry.table).contains(id)
                    })
                })
                && !other.star;
            (many || kinds)
                .then(|| set(lexicon, SetOp::ButNot, &first, &second, sure, request))
                .flatten()
        }
    }
}

/// Whether a reading says all of its question.
pub(crate) fn is_whole(chosen: &Chosen<'_>) -> bool {
    judge::objection(chosen).is_none()
        && !(0..chosen.reading.items.len()).any(|at| chosen.reading.is_leftover(at))
}

fn either(
    lexicon: &Lexicon<'_>,
    first: Chosen<'_>,
    second: Chosen<'_>,
    own: Vec<Cond>,
    new: Vec<Cond>,
    sure: f64,
    request: &Request<'_>,
) -> Option<Draft> {
    let mut reading = second.reading;
    let mut plan = reading.plan.clone();
    plan.filters.retain(|cond| !new.contains(cond));
    plan.filters.push(Cond::Either(own, new));
    plan.distinct |= first.reading.plan.distinct;
    reading.plan = plan;
    let joins = reading.joins()?;
    Some(draft_of(
        lexicon,
        (&reading.plan, &joins),
        sure,
        reading.assumptions.clone(),
        request,
    ))
}

fn set(
    lexicon: &Lexicon<'_>,
    op: SetOp,
    first: &Chosen<'_>,
    second: &Chosen<'_>,
    sure: f64,
    request: &Request<'_>,
) -> Option<Draft> {
    let plans = [&first.reading.plan, &second.reading.plan];
    let plain = |plan: &&Plan| {
        plan.order.is_empty() && plan.limit.is_none() && !plan.select.iter().any(Expr::is_aggregate)
    };
    // Both sides are rows of one kind.
    let alike = plans[0].star == plans[1].star
        && plans[0].select.len() == plans[1].select.len()
        && (!plans[0].star || first.reading.home == second.reading.home);
    if !plans.iter().all(plain) || !alike {
        return None;
    }
    let sql = render::combined(
        lexicon,
        op,
        (&first.reading.plan, &first.joins),
        (&second.reading.plan, &second.joins),
        request.dialect,
    );
    let tongue = tongue_of(request);
    let told = |chosen: &Chosen<'_>| explain::sentence(lexicon, &chosen.reading.plan, &[], tongue);
    let mut assumptions = first.reading.assumptions.clone();
    for text in &second.reading.assumptions {
        if !assumptions.contains(text) {
            assumptions.push(text.clone());
        }
    }
    let piece = match op {
        SetOp::Both => tongue.also_found,
        SetOp::ButNot => tongue.not_found,
    };
    Some(Draft {
        sql,
        explanation: fill(piece, &[&told(first), &told(second)]),
        confidence: sure,
        warnings: Vec::new(),
        assumptions,
        alternative: None,
        signals: Vec::new(),
    })
}
