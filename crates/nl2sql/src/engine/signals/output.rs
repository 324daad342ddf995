//! What a reading shows, beside what the question says is to be shown.

use super::super::items::Kind;
use super::super::lexicon::{ColumnId, Sort};
use super::super::plan::Expr;
use super::super::reading::Reading;
use super::super::roles;
use super::{Chosen, Signal, Signals};

/// From this on a mention names a column by itself.
const NAMES: f32 = 0.6;

pub(super) fn measure(chosen: &Chosen<'_>, all: &mut Signals) {
    let reading = &chosen.reading;
    let plan = &reading.plan;
    let lexicon = reading.lexicon;
    let mut filtered = Vec::new();
    plan.filters.iter().for_each(|cond| cond.columns(&mut filtered));
    let columns: Vec<ColumnId> = plan
        .select
        .iter()
        .filter_map(|expr| match expr {
            Expr::Column(id) => Some(*id),
            _ => None,
        })
        .collect();
    let number_of = |wanted: &dyn Fn(ColumnId) -> bool| columns.iter().filter(|id| wanted(**id)).count();
    let sort = |id: ColumnId| lexicon.column(id).sort;
    let unsaid = |id: ColumnId| !is_said(reading, id);
    let key = |id: ColumnId| lexicon.is_key(id);
    all.mark(Signal::ShownStar, plan.star);
    all.mark(Signal::ShownOne, plan.select.len() == 1 && !plan.star);
    all.count(Signal::ShownUnsaid, number_of(&unsaid), 3);
    all.count(Signal::ShownUnsaidKey, number_of(&|id| unsaid(id) && key(id)), 2);
    all.count(Signal::ShownKeys, number_of(&key), 2);
    all.count(
        Signal::ShownForeign,
        number_of(&|id| lexicon.column(id).table != reading.home),
        3,
    );
    all.count(Signal::ShownFiltered, number_of(&|id| filtered.contains(&id)), 2);
    all.count(Signal::ShownLabels, number_of(&|id| is_label(reading, id)), 3);
    all.count(Signal::ShownText, number_of(&|id| sort(id) == Sort::Text), 3);
    all.count(
        Signal::ShownNumber,
        number_of(&|id| matches!(sort(id), Sort::Number | Sort::Year)),
        3,
    );
    all.count(Signal::ShownMissed, missed(reading), 3);
}

/// Whether a column is one of those that stand for a row of its table.
pub(super) fn is_label(reading: &Reading<'_>, id: ColumnId) -> bool {
    roles::label(reading.lexicon, reading.lexicon.column(id).table).contains(&id)
}

/// Whether an item that was used names the column.
fn is_said(reading: &Reading<'_>, id: ColumnId) -> bool {
    reading.items.iter().any(|item| {
        item.used
            && matches!(&item.kind, Kind::Mention(mention, _) if mention.columns.iter().any(|hit| hit.id == id))
    })
}

/// How many columns stand where the question says what to show, and are not shown.
fn missed(reading: &Reading<'_>) -> usize {
    let shown = |id: ColumnId| {
        reading.plan.select.iter().any(|expr| {
            matches!(expr, Expr::Column(own) | Expr::Apply(_, own) | Expr::CountDistinct(own) | Expr::Bucket(_, own) if *own == id)
        })
    };
    let asked = reading.items.iter().zip(&reading.targets);
    asked
        .filter(|(item, target)| match &item.kind {
            Kind::Mention(mention, _) if **target => {
                mention.column_score() >= NAMES
                    && mention.table_score() <= mention.column_score()
                    && !mention.columns.iter().any(|hit| shown(hit.id))
            }
            _ => false,
        })
        .count()
}
