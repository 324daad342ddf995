//! Parts of a plan that seldom go together, with each other or with the words of the question.

use super::super::items::Kind;
use super::super::lexicon::ColumnId;
use super::super::phrases::{Function, Phrase};
use super::super::plan::{Cond, Expr};
use super::output::is_label;
use super::shape::{phrases, superlatives};
use super::{Chosen, Signal, Signals};

/// Words that ask for whole rows.
const WHOLE: &[&str] = &[
    "details",
    "detail",
    "information",
    "info",
    "data",
    "everything",
    "records",
    "all",
];
/// Words that say of what, where and by what.
const PREPOSITIONS: &[&str] = &["of", "in", "on", "at", "for", "from", "with", "by", "to"];
/// Words that begin a condition.
const OPENERS: &[&str] = &["who", "whose", "that", "which", "where", "with", "having"];

pub(super) fn measure(chosen: &Chosen<'_>, all: &mut Signals) {
    columns(chosen, all);
    figures(chosen, all);
    rows(chosen, all);
    words(chosen, all);
}

/// The columns that are shown as they are.
fn plain(chosen: &Chosen<'_>) -> Vec<ColumnId> {
    let columns = chosen.reading.plan.select.iter().filter_map(|expr| match expr {
        Expr::Column(id) => Some(*id),
        _ => None,
    });
    columns.collect()
}

fn columns(chosen: &Chosen<'_>, all: &mut Signals) {
    let reading = &chosen.reading;
    let plan = &reading.plan;
    let lexicon = reading.lexicon;
    let plain = plain(chosen);
    let only = !plain.is_empty() && plain.len() == plan.select.len() && !plan.star;
    let named = |id: &ColumnId| is_label(reading, *id);
    // Kinds and places repeat from row to row, names and keys do not.
    let repeats = |id: &ColumnId| !named(id) && !lexicon.is_key(*id);
    let category = only && plan.limit.is_none() && plan.group.is_empty() && plain.iter().all(repeats);
    all.mark(
        Signal::RepeatsUnfiltered,
        category && !plan.distinct && plan.filters.is_empty(),
    );
    all.mark(Signal::CategoryDistinct, category && plan.distinct);
    let keyed = plain.iter().any(|id| lexicon.column(*id).is_primary);
    all.mark(
        Signal::NamesAlone,
        only && !keyed && !plan.distinct && plain.iter().any(named),
    );
    all.mark(
        Signal::ForeignKeyShown,
        plain.iter().any(|id| lexicon.graph.target(*id).is_some()),
    );
    let exists = plan
        .filters
        .iter()
        .any(|cond| matches!(cond, Cond::Exists { .. }));
    all.mark(Signal::ExistsUnique, exists && plain.iter().any(repeats));
    all.mark(
        Signal::JoinedShown,
        plain.iter().any(|id| lexicon.column(*id).table != reading.home),
    );
    // What is shown, beyond what stands where the question says what to show.
    let asked = reading
        .items
        .iter()
        .zip(&reading.targets)
        .filter(|(item, target)| match &item.kind {
            Kind::Mention(mention, _) if **target && item.used => {
                mention.column_score() > mention.table_score() || item.owner.is_some()
            }
            _ => false,
        });
    all.count(
        Signal::WantedOver,
        plan.select.len().saturating_sub(asked.count()),
        3,
    );
}

fn figures(chosen: &Chosen<'_>, all: &mut Signals) {
    let reading = &chosen.reading;
    let plan = &reading.plan;
    let each = phrases(reading, |phrase| matches!(phrase, Phrase::PerEach)) > 0;
    let extremes = plan
        .select
        .iter()
        .filter(|expr| matches!(expr, Expr::Apply(Function::Min | Function::Max, _)))
        .count();
    let figure = plan.select.iter().any(Expr::is_aggregate);
    let grouped = !plan.group.is_empty();
    all.mark(Signal::ExtremeGroup, extremes > 0 && grouped && !each);
    all.mark(Signal::FigureGroupUnasked, figure && grouped && !each);
    all.mark(
        Signal::FigureFilterGroup,
        figure && grouped && !plan.filters.is_empty(),
    );
    all.mark(Signal::GroupHavingFigure, figure && !plan.having.is_empty());
    let settled = plan.order.len() + extremes;
    all.count(
        Signal::SuperlativesOver,
        superlatives(reading).saturating_sub(settled),
        2,
    );
    let says = |words: &[&str]| says(chosen, words) > 0;
    let sum = plan
        .select
        .iter()
        .any(|expr| matches!(expr, Expr::Apply(Function::Sum, _)));
    all.mark(
        Signal::SumUnsaid,
        sum && !says(&["total", "sum", "overall", "combined"]),
    );
    let counted = sum
        || plan
            .select
            .iter()
            .any(|expr| matches!(expr, Expr::Rows | Expr::CountDistinct(_) | Expr::Related(_)));
    all.mark(Signal::NumberUncounted, says(&["number"]) && !counted);
}

fn rows(chosen: &Chosen<'_>, all: &mut Signals) {
    let plan = &chosen.reading.plan;
    let joined = !chosen.joins.is_empty();
    let first = plan.order.first().map(|(expr, _)| expr);
    let says = |words: &[&str]| says(chosen, words) > 0;
    all.mark(
        Signal::DistinctOrder,
        plan.distinct && first.is_some_and(|expr| !plan.select.contains(expr)),
    );
    all.mark(
        Signal::LimitUnordered,
        plan.limit.is_some() && plan.order.is_empty(),
    );
    all.mark(Signal::StarFiltered, plan.star && !plan.filters.is_empty());
    all.mark(Signal::StarJoined, plan.star && joined);
    all.mark(
        Signal::StarNames,
        plan.star && says(&["name", "names", "who", "which"]),
    );
    all.mark(Signal::StarDetails, plan.star && says(WHOLE));
    let several = plan
        .filters
        .iter()
        .any(|cond| matches!(cond, Cond::OneOf { values, negated: false, .. } if values.len() > 1));
    all.mark(Signal::SeveralAnd, several && !says(&["or"]));
    all.mark(Signal::JoinedFilters, joined && !plan.filters.is_empty());
    all.mark(Signal::JoinedGroup, joined && !plan.group.is_empty());
}

/// Small words of the question, beside the number of clauses that may have come from them.
fn words(chosen: &Chosen<'_>, all: &mut Signals) {
    let plan = &chosen.reading.plan;
    let parts = plan.filters.len() + plan.select.len() + plan.order.len() + plan.group.len();
    let over = says(chosen, PREPOSITIONS) as f64 - parts as f64;
    all.set(Signal::PrepositionsOver, over.clamp(-2.0, 4.0));
    let first = chosen.reading.tokens.first();
    let asks = first.is_some_and(|token| matches!(token.lower.as_str(), "who" | "whose" | "which" | "where"));
    all.count(
        Signal::Openers,
        says(chosen, OPENERS).saturating_sub(usize::from(asks)),
        3,
    );
}

/// How often the question has one of the words.
fn says(chosen: &Chosen<'_>, words: &[&str]) -> usize {
    let tokens = chosen.reading.tokens.iter();
    tokens
        .filter(|token| words.contains(&token.lower.as_str()))
        .count()
}
