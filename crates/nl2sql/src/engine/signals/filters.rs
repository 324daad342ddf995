//! What a reading narrows the rows to, and whether the values it compares with are known ones.

use super::super::items::Kind;
use super::super::lexicon::Sort;
use super::super::plan::{Cond, Expr, Literal};
use super::output::is_label;
use super::{Chosen, Signal, Signals};

/// A column with fewer samples than this has no other values, as samples are taken.
const ALL_SAMPLES: usize = 100;

pub(super) fn measure(chosen: &Chosen<'_>, all: &mut Signals) {
    let reading = &chosen.reading;
    let plan = &reading.plan;
    let lexicon = reading.lexicon;
    let number_of = |wanted: &dyn Fn(&Cond) -> bool| plan.filters.iter().filter(|cond| wanted(cond)).count();
    all.mark(
        Signal::WhereNone,
        plan.filters.is_empty() && plan.having.is_empty(),
    );
    all.count(
        Signal::WhereSeveral,
        number_of(&|cond| matches!(cond, Cond::OneOf { negated: false, values, .. } if values.len() > 1)),
        3,
    );
    all.count(
        Signal::WhereBetween,
        number_of(&|cond| matches!(cond, Cond::Between(..))),
        3,
    );
    all.count(
        Signal::WhereNull,
        number_of(&|cond| matches!(cond, Cond::Null { .. })),
        3,
    );
    let exists =
        |denied: bool| number_of(&|cond| matches!(cond, Cond::Exists { negated, .. } if *negated == denied));
    all.count(Signal::WhereExists, exists(false), 3);
    all.count(Signal::WhereAbsent, exists(true), 3);
    let mut columns = Vec::new();
    plan.filters.iter().for_each(|cond| cond.columns(&mut columns));
    all.count(
        Signal::WhereKey,
        columns.iter().filter(|id| lexicon.is_key(**id)).count(),
        2,
    );
    all.count(
        Signal::WhereLabel,
        columns.iter().filter(|id| is_label(reading, **id)).count(),
        2,
    );
    let numbers_of_text = number_of(
        &|cond| matches!(cond, Cond::Compare(Expr::Column(id), _, Literal::Number(_)) if lexicon.column(*id).sort == Sort::Text),
    );
    all.count(Signal::WhereNumberOfText, numbers_of_text, 2);
    values(chosen, all);
}

fn values(chosen: &Chosen<'_>, all: &mut Signals) {
    let reading = &chosen.reading;
    let (mut lower, mut despite, mut complete) = (0, 0, 0);
    for cond in &reading.plan.filters {
        let Cond::OneOf { column, values, .. } = cond else {
            continue;
        };
        let samples = &reading.lexicon.column(*column).column.samples;
        let mut unknown = values.iter().filter_map(|value| match value {
            Literal::Text(text) if !samples.contains(text) => Some(text),
            _ => None,
        });
        let known_samples = !samples.is_empty() && unknown.clone().next().is_some();
        despite += usize::from(known_samples);
        complete += usize::from(known_samples && samples.len() < ALL_SAMPLES);
        lower += usize::from(unknown.any(|text| text.starts_with(char::is_lowercase)));
    }
    let words = reading
        .items
        .iter()
        .filter(|item| item.used && item.kind == Kind::Word)
        .count();
    all.count(Signal::WhereLower, lower, 2);
    all.count(Signal::WhereDespite, despite, 2);
    all.count(Signal::WhereComplete, complete, 2);
    all.count(Signal::WhereWordsUsed, words, 3);
}
