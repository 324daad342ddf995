//! Reads comparisons with what another question finds: "longer than the average of …", "cheaper than all … from …".

use super::choose::{self, Chosen};
use super::combine::is_whole;
use super::items::{self, Item, Kind};
use super::lexicon::Lexicon;
use super::phrases::{Function, Op, Phrase};
use super::plan::{Cond, Expr};
use super::reading::Reading;
use super::text::{self, Token};
use super::{Draft, Request, confidence, draft_of};

/// The answer to a question that compares with what another question finds.
pub(crate) fn answer(
    lexicon: &Lexicon<'_>,
    tokens: &[Token],
    items: &[Item],
    whole: &Reading<'_>,
    request: &Request<'_>,
) -> Option<Draft> {
    let peers = |cond: &Cond| matches!(cond, Cond::PeerAverage { .. });
    if whole.plan.filters.iter().any(peers) {
        return None;
    }
    let at = (1..items.len()).find(|at| compares(items, *at))?;
    let (op, average) = match items[at].kind {
        Kind::Phrase(Phrase::Compare { op, .. }) => (op, false),
        Kind::Phrase(Phrase::AboveAverage(above)) => (if above { Op::Gt } else { Op::Lt }, true),
        _ => return None,
    };
    let (measure, start) = measured(whole, tokens, items, at);
    let asked = inner_question(tokens, items, at, op, average, measure)?;
    let outer = tokens[..items[start].start].to_vec();
    let outer_items = items::cut(lexicon, &outer, request.today);
    let first = choose::best(lexicon, &outer, &outer_items).filter(is_whole)?;
    let inner_items = items::cut(lexicon, &asked, request.today);
    let second = choose::best(lexicon, &asked, &inner_items).filter(is_whole)?;
    written(lexicon, first, &second, op, request)
}

/// Whether a comparison begins here whose other side is neither a number nor a value, and has a condition of its own.
fn compares(items: &[Item], at: usize) -> bool {
    match items[at].kind {
        Kind::Phrase(Phrase::Compare {
            op: Op::Gt | Op::Ge | Op::Lt | Op::Le,
            ..
        }) => (at + 1..items.len())
            .find(|i| items[*i].kind != Kind::Glue)
            .is_some_and(|i| matches!(items[i].kind, Kind::Mention(..) | Kind::Phrase(_) | Kind::Word)),
        Kind::Phrase(Phrase::AboveAverage(_)) => at + 3 < items.len(),
        _ => false,
    }
}

/// The words of the measure before a comparison, and where its condition begins.
fn measured<'t>(whole: &Reading<'_>, tokens: &'t [Token], items: &[Item], at: usize) -> (&'t [Token], usize) {
    let named = (1..at)
        .rev()
        .take(4)
        .find(|i| matches!(items[*i].kind, Kind::Mention(..)) && whole.number_column(*i).is_some());
    let (words, mut start) = match named {
        Some(i) => (&tokens[items[i].start..items[i].end], i),
        None => (&[][..], at),
    };
    while start > 1 && items[start - 1].kind == Kind::Glue {
        start -= 1;
    }
    (words, start)
}

/// The question after the other side of a comparison.
fn inner_question(
    tokens: &[Token],
    items: &[Item],
    at: usize,
    op: Op,
    average: bool,
    measure: &[Token],
) -> Option<Vec<Token>> {
    let mut next = at + 1;
    let mut kind = None;
    while let Some(item) = items
        .get(next)
        .filter(|item| item.kind == Kind::Glue || item.kind == Kind::Word)
    {
        match tokens[item.start].lower.as_str() {
            "all" | "any" | "every" | "each" => kind = Some(true),
            "some" | "one" => kind = Some(false),
            "that" | "those" | "of" | "the" | "a" | "an" | "its" | "their" | "from" | "in" | "for" | "by" => {
            }
            _ if item.kind == Kind::Word => break,
            _ => {}
        }
        next += 1;
    }
    // "more than the price of all …": the measure is said again before whose it is.
    if kind.is_none() && matches!(items.get(next)?.kind, Kind::Mention(..)) {
        kind = items[next + 1..]
            .iter()
            .take(3)
            .find_map(|item| match tokens[item.start].lower.as_str() {
                "all" | "any" | "every" | "each" => Some(true),
                "some" | "one" => Some(false),
                _ => None,
            });
    }
    let upper = matches!(op, Op::Gt | Op::Ge);
    let (function, from) = match items.get(next)?.kind {
        _ if average => ("average", next),
        Kind::Phrase(Phrase::Aggregate(function)) => (
            match function {
                Function::Avg => "average",
                Function::Max => "maximum",
                Function::Min => "minimum",
                Function::Sum => "total",
                Function::Count => return None,
            },
            next + 1,
        ),
        Kind::Phrase(Phrase::Superlative { descending, .. }) => {
            (if descending { "maximum" } else { "minimum" }, next + 1)
        }
        Kind::Phrase(Phrase::Compare { op: Op::Ge, .. }) => {
            (if upper { "minimum" } else { "maximum" }, next + 2)
        }
        _ => (if kind? == upper { "maximum" } else { "minimum" }, next),
    };
    let rest = tokens.get(items.get(from)?.start..)?;
    let mut asked = text::tokens(&format!("what is the {function}"));
    let own = items
        .get(from)
        .is_some_and(|item| matches!(&item.kind, Kind::Mention(mention, _) if mention.column_score() > mention.table_score()));
    if !own {
        if measure.is_empty() {
            return None;
        }
        asked.extend_from_slice(measure);
        asked.extend(text::tokens("of"));
    }
    asked.extend_from_slice(rest);
    Some(asked)
}

fn written(
    lexicon: &Lexicon<'_>,
    first: Chosen<'_>,
    second: &Chosen<'_>,
    op: Op,
    request: &Request<'_>,
) -> Option<Draft> {
    let inner = &second.reading.plan;
    let [Expr::Apply(_, column)] = inner.select[..] else {
        return None;
    };
    let simple = inner.group.is_empty() && inner.order.is_empty();
    let sure = confidence::of_halves(&first, second);
    let mut reading = first.reading;
    if !simple
        || !reading.reachable(lexicon.column(column).table)
        || reading.plan.aggregates() && !reading.plan.group.is_empty()
    {
        return None;
    }
    reading.plan.filters.push(Cond::Beyond {
        column,
        op,
        plan: Box::new(inner.clone()),
        joins: second.joins.clone(),
    });
    let joins = reading.joins()?;
    Some(draft_of(
        lexicon,
        (&reading.plan, &joins),
        sure,
        reading.assumptions.clone(),
        request,
    ))
}
