//! Reads a question under several suppositions and keeps the reading that explains it best.

use super::confidence;
use super::graph::Step;
use super::how;
use super::items::{Item, Kind};
use super::lexicon::{Lexicon, Sort, TableId};
use super::phrases::{Function, Phrase};
use super::plan::{Expr, Related};
use super::prefer;
use super::ranks;
use super::reading::Reading;
use super::roles;
use super::signals::{self, Signals};
use super::text::Token;

/// How many tables are tried as the one the question is about.
const MAX_CANDIDATES: usize = 5;
/// How much less a second reading may be worth to be told beside the first.
const NEAR: f64 = 0.5;
/// The margin of a reading without another one.
const NOTHING_NEAR: f64 = 9.0;

/// A reading with its joins and its worth.
pub(crate) struct Chosen<'q> {
    pub reading: Reading<'q>,
    pub joins: Vec<Step>,
    /// How well it explains the question.
    pub worth: f32,
    /// What speaks for its table before it is read.
    pub prior: f32,
    /// What is measured of it.
    pub signals: Signals,
    /// How much it is to be preferred.
    pub preference: f64,
    /// How much more than the next different one.
    pub margin: f64,
    /// The next different one, where it is nearly as good.
    pub rival: Option<Box<Chosen<'q>>>,
}

#[derive(Clone, Copy)]
struct Candidate {
    table: TableId,
    head: Option<usize>,
    prior: f32,
}

/// The best reading, when the question names anything of the schema.
pub(crate) fn best<'q>(lexicon: &'q Lexicon<'q>, tokens: &'q [Token], items: &[Item]) -> Option<Chosen<'q>> {
    let mut readings = ranked(lexicon, tokens, items).into_iter();
    let mut best = readings.next()?;
    if let Some(next) = readings.find(|next| next.reading.plan != best.reading.plan) {
        best.margin = best.preference - next.preference;
        best.rival = (best.margin < NEAR).then(|| Box::new(next));
    }
    best.signals = signals::compared(&best);
    Some(best)
}

/// Whether groups are sorted by how many rows belong to a row that is none of their keys.
fn counts_of_no_group(reading: &Reading<'_>) -> bool {
    let (plan, graph) = (&reading.plan, &reading.lexicon.graph);
    let is_keyed = |related: &Related| {
        related.steps.first().is_some_and(|step| {
            let link = &graph.links[step.link];
            link.pairs.iter().all(|(holder, target)| {
                let mine = if link.from == step.known { holder } else { target };
                plan.group.contains(&Expr::Column(*mine))
            })
        })
    };
    let mut read = plan.select.iter().chain(plan.order.iter().map(|(expr, _)| expr));
    !plan.group.is_empty() && read.any(|expr| matches!(expr, Expr::Related(related) if !is_keyed(related)))
}

/// The readings of a question, best first.
pub(crate) fn ranked<'q>(lexicon: &'q Lexicon<'q>, tokens: &'q [Token], items: &[Item]) -> Vec<Chosen<'q>> {
    let mut found: Vec<Chosen<'q>> = Vec::new();
    for candidate in candidates(lexicon, tokens, items) {
        let reading = Reading::new(lexicon, tokens, items, candidate.table, candidate.head).run();
        let Some(joins) = reading.joins() else {
            continue;
        };
        if !reading.plan.is_sound() || counts_of_no_group(&reading) {
            continue;
        }
        let mut one = Chosen {
            worth: worth(&reading, &joins) + candidate.prior,
            reading,
            joins,
            prior: candidate.prior,
            signals: Signals::none(),
            preference: 0.0,
            margin: NOTHING_NEAR,
            rival: None,
        };
        one.signals = prefer::measured(&one);
        one.preference = confidence::preference(&one.signals) + prefer::structured(&one.reading.plan);
        found.push(one);
    }
    prefer::forget_subject_less(tokens, &mut found);
    prefer::prefer_single_rows(lexicon, &mut found);
    prefer::prefer_ranked_rows(lexicon, &mut found);
    found.sort_by(|a, b| b.preference.total_cmp(&a.preference));
    found
}

/// Tables that the question may be about, with where it says so, likeliest first.
fn candidates(lexicon: &Lexicon<'_>, tokens: &[Token], items: &[Item]) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    let mut order = 0_u16;
    for (at, item) in items.iter().enumerate() {
        let Kind::Mention(mention, _) = &item.kind else {
            continue;
        };
        let strong = mention.table_score() >= 0.45 && mention.table_score() + 0.15 >= mention.column_score();
        if !strong {
            continue;
        }
        for hit in mention
            .tables
            .iter()
            .filter(|hit| hit.score + 0.25 >= mention.table_score())
            .take(3)
        {
            // "enrolled students": the participle only describes.
            let next = items.get(at + 1).is_some_and(
                |next| matches!(&next.kind, Kind::Mention(next, _) if next.table_score() >= 0.7),
            );
            let exactness = if next && item.end - item.start == 1 && tokens[item.start].lower.ends_with("ed")
            {
                -0.5
            } else {
                0.0
            } + hit.score
                - 0.5 * (mention.column_score() - hit.score).max(0.0);
            let prior = exactness - 0.35 * f32::from(order.min(4)) + context(items, at);
            offer(
                &mut found,
                Candidate {
                    table: hit.id,
                    head: Some(at),
                    prior,
                },
            );
        }
        order += 1;
    }
    if let Some(table) = kind_in_front(lexicon, tokens, items) {
        return vec![Candidate {
            table,
            head: None,
            prior: 1.2,
        }];
    }
    let most = if found.is_empty() { 2.0 } else { 0.4 };
    for (table, prior) in by_columns(lexicon, items) {
        offer(
            &mut found,
            Candidate {
                table,
                head: None,
                prior: prior.min(most),
            },
        );
    }
    if found.is_empty() {
        found.extend(hinted_table(lexicon, tokens, items).map(|table| Candidate {
            table,
            head: None,
            prior: 0.2,
        }));
    }
    if found.is_empty() {
        found.extend(ranks::table_of_ranks(lexicon, tokens).map(|table| Candidate {
            table,
            head: None,
            prior: 0.2,
        }));
    }
    if let Some(table) = money_table(lexicon, tokens, items) {
        let prior = if found.is_empty() { 0.2 } else { 0.4 };
        offer(
            &mut found,
            Candidate {
                table,
                head: None,
                prior,
            },
        );
    }
    found.sort_by(|a, b| b.prior.total_cmp(&a.prior).then(a.table.cmp(&b.table)));
    found.truncate(MAX_CANDIDATES);
    found
}

/// `paintings by …`: a question that begins with a kind of rows, in the plural, is about the table that has the kind.
fn kind_in_front(lexicon: &Lexicon<'_>, tokens: &[Token], items: &[Item]) -> Option<TableId> {
    let at = items.iter().position(|item| {
        !matches!(
            item.kind,
            Kind::Glue
                | Kind::Number(_)
                | Kind::Phrase(Phrase::Filler | Phrase::Distinct | Phrase::Aggregate(_))
        )
    })?;
    let Kind::Value(hits) = &items[at].kind else {
        return None;
    };
    let plural = tokens[items[at].end - 1].lower.ends_with('s');
    let followed = items
        .get(at + 1)
        .is_some_and(|next| matches!(next.kind, Kind::Glue | Kind::Phrase(Phrase::By)));
    let hit = hits.first().filter(|_| plural && followed)?;
    Some(lexicon.column(hit.column).table)
}

fn offer(found: &mut Vec<Candidate>, new: Candidate) {
    match found.iter_mut().find(|known| known.table == new.table) {
        Some(known) if known.prior < new.prior => *known = new,
        Some(_) => {}
        None => found.push(new),
    }
}

/// `who earns the most`: the table with names and the column that the ranking speaks of.
fn hinted_table(lexicon: &Lexicon<'_>, tokens: &[Token], items: &[Item]) -> Option<TableId> {
    let ranked = items.iter().find_map(|item| match item.kind {
        Kind::Phrase(Phrase::Superlative { hint, .. }) if !hint.is_empty() => Some(hint),
        _ => None,
    });
    let hint = ranked.or_else(|| how::measure(tokens))?;
    let measured = |table: &TableId| {
        lexicon.columns_of(*table).any(|id| {
            let entry = lexicon.column(id);
            entry.sort == Sort::Number && entry.words.iter().any(|word| hint.contains(&word.as_str()))
        })
    };
    let tables: Vec<TableId> = lexicon.table_ids().filter(measured).collect();
    let named = tables
        .iter()
        .find(|table| !roles::label(lexicon, **table).is_empty());
    named.or(tables.first()).copied()
}

/// A table whose rows multiply to money, when the question asks for money that no column holds.
fn money_table(lexicon: &Lexicon<'_>, tokens: &[Token], items: &[Item]) -> Option<TableId> {
    items
        .iter()
        .any(|item| item.kind == Kind::Word && roles::is_money(&tokens[item.start].stem))
        .then(|| {
            let tables = || lexicon.table_ids();
            tables()
                .find(|table| roles::product(lexicon, *table).is_some())
                .or_else(|| tables().find(|table| roles::taken(lexicon, *table).is_some()))
        })
        .flatten()
}

/// What the phrase before a table says about its part in the question.
fn context(items: &[Item], at: usize) -> f32 {
    let before = (0..at)
        .rev()
        .find(|i| items[*i].kind != Kind::Glue && items[*i].kind != Kind::Phrase(Phrase::Distinct));
    match before.map(|i| &items[i].kind) {
        Some(Kind::Phrase(Phrase::Aggregate(Function::Count))) => {
            // "wards by number of nurses": the count only sorts.
            let sorts = before
                .and_then(|i| i.checked_sub(1))
                .is_some_and(|i| i > 0 && items[i].kind == Kind::Phrase(Phrase::By));
            if sorts { -0.3 } else { 0.5 }
        }
        Some(Kind::Phrase(Phrase::None_)) => -1.2,
        Some(Kind::Phrase(Phrase::PerEach | Phrase::By)) => -0.5,
        Some(Kind::Phrase(Phrase::Most(_))) => 0.0,
        Some(Kind::Number(_)) => {
            let compared = before
                .and_then(|i| i.checked_sub(1))
                .is_some_and(|i| matches!(items[i].kind, Kind::Phrase(Phrase::Compare { .. })));
            if compared { -0.1 } else { 0.0 }
        }
        _ => 0.0,
    }
}

/// Tables whose columns or values the question names.
fn by_columns(lexicon: &Lexicon<'_>, items: &[Item]) -> Vec<(TableId, f32)> {
    let mut sums = vec![0.0_f32; lexicon.tables.len()];
    for item in items {
        match &item.kind {
            Kind::Mention(mention, hits) => {
                let mut seen: Vec<TableId> = Vec::new();
                let columns = mention
                    .columns
                    .iter()
                    .map(|hit| (lexicon.column(hit.id).table, hit.score));
                for (table, score) in
                    columns.chain(hits.iter().map(|hit| (lexicon.column(hit.column).table, 0.8)))
                {
                    if !seen.contains(&table) {
                        seen.push(table);
                        sums[table.0] += 0.2 * score * score;
                    }
                }
            }
            Kind::Value(hits) | Kind::Quoted(_, hits) => {
                let mut seen: Vec<TableId> = Vec::new();
                for hit in hits {
                    let table = lexicon.column(hit.column).table;
                    if !seen.contains(&table) {
                        seen.push(table);
                        let own = roles::label(lexicon, table).contains(&hit.column);
                        sums[table.0] += if own { 0.16 } else { 0.12 };
                    }
                }
            }
            _ => {}
        }
    }
    let mut ranked: Vec<(TableId, f32)> = sums
        .into_iter()
        .enumerate()
        .filter(|(_, sum)| *sum > 0.02)
        .map(|(table, sum)| (TableId(table), sum))
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranked.truncate(3);
    ranked
}

/// How well a reading explains the items: what it left unexplained costs, and so does every join.
fn worth(reading: &Reading<'_>, steps: &[Step]) -> f32 {
    let joins = steps.len();
    let mut worth = 0.0;
    for item in &reading.items {
        let weight = match &item.kind {
            Kind::Mention(mention, _) => 0.3 + 0.5 * mention.score(),
            Kind::Value(_) => 0.8,
            Kind::Quoted(..) => 1.0,
            Kind::Number(_) | Kind::Period(_) => 0.8,
            Kind::Word => 0.4,
            Kind::Phrase(_) => 0.4,
            Kind::And | Kind::Or | Kind::Comma | Kind::Glue => 0.0,
        };
        worth += if item.used { weight } else { -weight };
    }
    let read = reading
        .plan
        .columns()
        .iter()
        .any(|id| reading.lexicon.column(*id).table == reading.home);
    let leaf = steps.iter().filter(|step| step.known == reading.home).count() == 1;
    let idle = !read && !reading.plan.star && leaf && reading.head.is_none();
    if idle {
        worth -= 1.5;
    }
    worth - 0.2 * joins as f32 - 0.12 * reading.assumptions.len() as f32
}
