//! What speaks for one reading of a question beside others, beyond what is measured of each by itself.

use super::choose::Chosen;
use super::items::{Item, Kind};
use super::lexicon::{ColumnId, Lexicon, Sort};
use super::plan::{Cond, Expr, Plan};
use super::signals::{self, Signals};
use super::text::Token;

/// How much a structure of several words speaks for the reading that has it.
const STRUCTURE: f64 = 3.0;

/// `guides that led tours …`: a reading that has no place for what the question begins with asks for something else.
pub(super) fn forget_subject_less(tokens: &[Token], found: &mut [Chosen<'_>]) {
    let Some(one) = found.first() else { return };
    let items = &one.reading.items;
    let lexicon = one.reading.lexicon;
    // "optional courses that …": what describes the rows stands before them.
    let describes = |item: &Item| match &item.kind {
        Kind::Glue | Kind::Value(_) => true,
        Kind::Mention(mention, _) => {
            mention.column_score() > mention.table_score()
                && mention
                    .columns
                    .first()
                    .is_some_and(|hit| lexicon.column(hit.id).sort == Sort::Truth)
        }
        _ => false,
    };
    let Some(first) = items.iter().position(|item| !describes(item)) else {
        return;
    };
    let Kind::Mention(mention, _) = &items[first].kind else {
        return;
    };
    let word = |at: usize| items.get(at).map_or("", |item| tokens[item.start].lower.as_str());
    let told = matches!(word(first + 1), "that" | "who" | "which" | "whose")
        || items
            .get(first + 1)
            .is_some_and(|_| one.reading.participle(first + 1))
            && word(first + 2) == "by";
    let plural = tokens[items[first].end - 1].lower.ends_with('s');
    if !told
        || !plural
        || mention.table_score() < 0.9
        || mention.column_score() + 0.01 > mention.table_score()
    {
        return;
    }
    let Some(table) = mention.tables.first().map(|hit| hit.id) else {
        return;
    };
    let tells = |one: &Chosen<'_>| {
        let plan = &one.reading.plan;
        let shows = |expr: &Expr| {
            matches!(expr, Expr::Column(id) if lexicon.column(*id).table == table
                || lexicon.graph.target(*id) == Some(table))
        };
        plan.star && one.reading.home == table
            || plan.select.iter().any(shows)
            || !plan.select.is_empty() && plan.select.iter().all(Expr::is_aggregate)
    };
    if found.iter().any(tells) {
        for one in found.iter_mut().filter(|one| !tells(one)) {
            one.preference -= STRUCTURE;
        }
    }
}

/// `top 5 drivers by distance`: rows of another table that are ranked are no drivers, where some reading has them.
pub(super) fn prefer_ranked_rows(lexicon: &Lexicon<'_>, found: &mut [Chosen<'_>]) {
    let Some(one) = found.first() else { return };
    let items = &one.reading.items;
    let wanted = (2..items.len()).find_map(|at| {
        let Kind::Mention(mention, _) = &items[at].kind else {
            return None;
        };
        let top = matches!(items[at - 1].kind, Kind::Number(_))
            && matches!(one.reading.word(at - 2), "top" | "best" | "worst" | "bottom")
            && one.reading.word(at + 1) == "by";
        let hit = mention.tables.first()?;
        (top && hit.score >= 0.8 && mention.column_score() < hit.score).then_some(hit.id)
    });
    let Some(table) = wanted else { return };
    let has = |one: &Chosen<'_>| {
        let plan = &one.reading.plan;
        let mut columns = Vec::new();
        plan.select
            .iter()
            .chain(&plan.group)
            .for_each(|expr| expr.columns(&mut columns));
        let refers =
            |id: &ColumnId| lexicon.column(*id).table == table || lexicon.graph.target(*id) == Some(table);
        plan.home == table || columns.iter().any(refers)
    };
    if found.iter().any(has) {
        for one in found.iter_mut().filter(|one| !has(one)) {
            one.preference -= STRUCTURE;
        }
    }
}

/// Columns that are listed alone are of the table of which each row has one row of the others.
pub(super) fn prefer_single_rows(lexicon: &Lexicon<'_>, found: &mut [Chosen<'_>]) {
    let listed = |one: &Chosen<'_>| {
        let plan = &one.reading.plan;
        plan.select.len() > 1
            && plan.select.iter().all(|expr| matches!(expr, Expr::Column(_)))
            && plan.group.is_empty()
            && plan.filters.is_empty()
            && plan.order.is_empty()
            && !plan.star
            && !plan.distinct
    };
    let fans = |one: &Chosen<'_>| one.joins.iter().any(|step| lexicon.graph.fans_out(step));
    let shown = |one: &Chosen<'_>| {
        let mut columns = one.reading.plan.columns();
        columns.sort_unstable();
        columns
    };
    for at in 0..found.len() {
        if !listed(&found[at]) || fans(&found[at]) {
            continue;
        }
        let columns = shown(&found[at]);
        let rivals = found
            .iter()
            .filter(|one| listed(one) && fans(one) && shown(one) == columns);
        let best = rivals.map(|one| one.preference).reduce(f64::max);
        if let Some(best) = best {
            found[at].preference = found[at].preference.max(best + 0.01);
        }
    }
}

/// What is measured of a reading; of one that keeps what is first in each group, by the figures of the groups that it stands for.
pub(super) fn measured(one: &Chosen<'_>) -> Signals {
    let Some(plan) = one.reading.figures_of_groups() else {
        return signals::of(one);
    };
    let mut reading = one.reading.clone();
    reading.plan = plan;
    signals::of(&Chosen {
        joins: reading.joins().unwrap_or_default(),
        reading,
        worth: one.worth,
        prior: one.prior,
        signals: Signals::none(),
        preference: 0.0,
        margin: one.margin,
        rival: None,
    })
}

/// What speaks for a plan that has a place for a structure of several words: others leave it out.
pub(super) fn structured(plan: &Plan) -> f64 {
    let timed = plan.select.iter().any(|expr| matches!(expr, Expr::Elapsed(_)));
    let filtered = plan.filters.iter().any(|cond| {
        matches!(
            cond,
            Cond::FirstOfGroup(_) | Cond::PeerAverage { .. } | Cond::Compare(Expr::Elapsed(_), ..)
        )
    });
    if timed || filtered { STRUCTURE } else { 0.0 }
}
