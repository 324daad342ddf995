//! What is left of the question, how surely names were linked, and which tables that gave.

use super::super::items::Kind;
use super::super::lexicon::TableId;
use super::super::link::Mention;
use super::super::plan::{Cond, Expr};
use super::{Chosen, Signal, Signals, tables_of};

/// Under this a link is a poor one.
const POOR: f32 = 0.7;
/// From this on a mention names a table or column by itself.
const NAMES: f32 = 0.6;

pub(super) fn measure(chosen: &Chosen<'_>, all: &mut Signals) {
    leftovers(chosen, all);
    mentions(chosen, all);
    tables(chosen, all);
}

fn is_joint(kind: &Kind) -> bool {
    matches!(kind, Kind::Glue | Kind::And | Kind::Or | Kind::Comma)
}

fn leftovers(chosen: &Chosen<'_>, all: &mut Signals) {
    let reading = &chosen.reading;
    let items = &reading.items;
    let last_used = items.iter().rposition(|item| item.used).unwrap_or(0);
    let (mut tokens_used, mut content, mut gap, mut longest, mut after) = (0, 0, 0, 0, 0);
    let (mut capitals, mut leftovers, mut phrases, mut tables, mut columns, mut numbers) = (0, 0, 0, 0, 0, 0);
    let mut left = 0;
    for (at, item) in items.iter().enumerate() {
        let joint = is_joint(&item.kind);
        content += usize::from(!joint);
        if item.used {
            tokens_used += item.end - item.start;
            gap = 0;
            continue;
        }
        gap += 1;
        longest = longest.max(gap);
        left += usize::from(!joint);
        after += usize::from(at > last_used && !joint);
        match &item.kind {
            Kind::Word => {
                capitals += usize::from(at > 0 && reading.tokens[item.start].is_capital());
                leftovers += usize::from(reading.is_leftover(at));
            }
            Kind::Phrase(super::super::phrases::Phrase::Filler) => {}
            Kind::Phrase(_) => phrases += 1,
            Kind::Mention(mention, _) if mention.table_score() >= mention.column_score() => tables += 1,
            Kind::Mention(..) => columns += 1,
            Kind::Number(_) => numbers += 1,
            _ => {}
        }
    }
    all.count(Signal::Content, content, 20);
    all.set(
        Signal::TokensUsed,
        tokens_used as f64 / reading.tokens.len().max(1) as f64,
    );
    all.count(Signal::LongestGap, longest, 8);
    all.count(Signal::LeftAfter, after, 4);
    all.count(Signal::LeftCapitals, capitals, 4);
    all.count(Signal::Leftovers, leftovers, 4);
    all.count(Signal::LeftPhrases, phrases, 4);
    all.count(Signal::LeftTables, tables, 4);
    all.count(Signal::LeftColumns, columns, 4);
    all.count(Signal::LeftNumbers, numbers, 4);
    all.mark(Signal::AloneWhole, left == 0);
    let number_of = |kind: Kind| items.iter().filter(|item| item.kind == kind).count();
    all.count(Signal::Glue, number_of(Kind::Glue), 20);
    all.count(Signal::Ors, number_of(Kind::Or), 3);
}

fn mentions(chosen: &Chosen<'_>, all: &mut Signals) {
    let reading = &chosen.reading;
    let read = reading.plan.columns();
    let inside = tables_of(chosen);
    let mut least = 1.0_f32;
    let (mut poor, mut within, mut outside, mut same, mut either, mut unread) = (0, 0, 0, 0, 0, 0);
    let used = reading.items.iter().filter(|item| item.used);
    for mention in used.filter_map(|item| match &item.kind {
        Kind::Mention(mention, _) => Some(mention),
        _ => None,
    }) {
        least = least.min(mention.score());
        poor += usize::from(mention.score() < POOR);
        either += usize::from(is_either(mention));
        let taken = mention.columns.iter().find(|hit| read.contains(&hit.id));
        let is_table =
            mention.table_score() >= NAMES && mention.tables.iter().any(|hit| inside.contains(&hit.id));
        if let Some(hit) = taken {
            let as_good = mention
                .columns
                .iter()
                .filter(|other| other.id != hit.id && other.score + 0.05 >= hit.score);
            for other in as_good {
                if inside.contains(&reading.lexicon.column(other.id).table) {
                    within += 1;
                } else {
                    outside += 1;
                }
            }
        } else if is_table {
            let best = mention.table_score();
            let as_good = mention.tables.iter().filter(|hit| hit.score + 0.1 >= best);
            same += as_good.count().saturating_sub(1);
        } else {
            unread += 1;
        }
    }
    all.set(Signal::LinkMin, f64::from(least));
    all.count(Signal::LinkPoor, poor, 5);
    all.count(Signal::LinkAmbIn, within, 4);
    all.count(Signal::LinkAmbOut, outside, 6);
    all.count(Signal::LinkAmbTables, same, 4);
    all.count(Signal::LinkTableOrColumn, either, 3);
    all.count(Signal::LinkUnread, unread, 4);
}

/// Whether a mention names a table about as well as it names a column.
fn is_either(mention: &Mention) -> bool {
    let (table, column) = (mention.table_score(), mention.column_score());
    table.min(column) >= NAMES && (table - column).abs() < 0.15
}

fn tables(chosen: &Chosen<'_>, all: &mut Signals) {
    let reading = &chosen.reading;
    let lexicon = reading.lexicon;
    let plan = &reading.plan;
    let inside = tables_of(chosen);
    let read: Vec<TableId> = plan
        .columns()
        .iter()
        .map(|id| lexicon.column(*id).table)
        .collect();
    let in_filters = plan.filters.iter().filter_map(Cond::related);
    let order = plan.order.iter().map(|(expr, _)| expr);
    let in_exprs = plan.select.iter().chain(order).filter_map(|expr| match expr {
        Expr::Related(related) => Some(related),
        _ => None,
    });
    let nested: Vec<TableId> = in_filters
        .chain(in_exprs)
        .flat_map(|related| related.steps.iter().map(|step| step.added))
        .collect();
    let home_score = reading
        .items
        .iter()
        .filter_map(|item| match &item.kind {
            Kind::Mention(mention, _) => mention.tables.iter().find(|hit| hit.id == reading.home),
            _ => None,
        })
        .map(|hit| f64::from(hit.score))
        .fold(0.0, f64::max);
    let out = reading
        .named
        .iter()
        .filter(|table| !inside.contains(table) && !nested.contains(table))
        .count();
    let joins = |wanted: &dyn Fn(&super::super::graph::Step) -> bool| {
        chosen.joins.iter().filter(|step| wanted(step)).count()
    };
    all.mark(Signal::TableHead, reading.head.is_some());
    all.set(Signal::TableHomeScore, home_score);
    all.count(Signal::TableNamedOut, out, 3);
    all.count(Signal::TableJoins, chosen.joins.len(), 4);
    all.count(
        Signal::TableUnnamed,
        joins(&|step| !reading.named.contains(&step.added)),
        3,
    );
    all.count(
        Signal::TableBridges,
        joins(&|step| !read.contains(&step.added)),
        3,
    );
    all.count(
        Signal::TableGuessed,
        joins(&|step| lexicon.graph.links[step.link].cost > 2),
        3,
    );
    all.count(Signal::TableNested, nested.len(), 3);
}
