//! The clauses of a plan beside the phrases of its question.

use super::super::items::Kind;
use super::super::phrases::Phrase;
use super::super::plan::Expr;
use super::super::reading::Reading;
use super::{Chosen, Signal, Signals};

pub(super) fn measure(chosen: &Chosen<'_>, all: &mut Signals) {
    let reading = &chosen.reading;
    let plan = &reading.plan;
    let each = phrases(reading, |phrase| matches!(phrase, Phrase::PerEach)) > 0;
    let superlatives = superlatives(reading);
    let first = plan.order.first().map(|(expr, _)| expr);
    let home = reading.home;
    let foreign = |expr: &Expr| matches!(expr, Expr::Column(id) if reading.lexicon.column(*id).table != home);
    all.count(Signal::Groups, plan.group.len(), 3);
    all.mark(Signal::EachUngrouped, each && plan.group.is_empty());
    all.mark(Signal::OrderForeign, first.is_some_and(foreign));
    all.mark(Signal::OrderRelated, matches!(first, Some(Expr::Related(_))));
    all.mark(
        Signal::SuperlativeUnordered,
        superlatives > 0 && plan.order.is_empty(),
    );
    all.count(Signal::Superlatives, superlatives, 3);
    all.count(
        Signal::Comparisons,
        phrases(reading, |phrase| matches!(phrase, Phrase::Compare { .. })),
        3,
    );
    all.mark(
        Signal::Not,
        phrases(reading, |phrase| matches!(phrase, Phrase::Not)) > 0,
    );
    let simple = plan.group.is_empty()
        && plan.filters.is_empty()
        && plan.having.is_empty()
        && plan.order.is_empty()
        && chosen.joins.is_empty();
    all.mark(Signal::Simple, simple);
    all.count(Signal::Assumptions, reading.assumptions.len(), 4);
    all.mark(Signal::Assumes, !reading.assumptions.is_empty());
}

/// How many phrases of a kind the question has.
pub(super) fn phrases(reading: &Reading<'_>, wanted: impl Fn(&Phrase) -> bool) -> usize {
    let is_wanted = |kind: &Kind| matches!(kind, Kind::Phrase(phrase) if wanted(phrase));
    reading.items.iter().filter(|item| is_wanted(&item.kind)).count()
}

/// How often the question asks for what is highest, lowest or most.
pub(super) fn superlatives(reading: &Reading<'_>) -> usize {
    phrases(reading, |phrase| {
        matches!(phrase, Phrase::Superlative { .. } | Phrase::Most(_))
    })
}
