//! Reads questions that are two questions in one: "… or …" over different columns, "both … and …", "… but not …".
//!
//! The question is cut in two whole questions that share their beginning; each is read by itself, and the two plans become one
//! condition or one set operation. A cut counts only when both halves are understood in full.

use super::choose::{self, Chosen};
use super::items::{self, Item, Kind};
use super::lexicon::Lexicon;
use super::phrases::{Op, Phrase};
use super::plan::{Cond, Expr, Literal, Plan, SetOp};
use super::reading::Reading;
use super::text::Token;
use super::{Draft, Request, judge, render};
use super::{confidence, explain};

/// How many places are tried as the beginning of a first condition: each costs a reading of the whole question.
const TRIES: usize = 6;
/// How sure a combined reading is for how sure its weaker half is: two readings that are whole and fit together bear each other out.
const TRUST: f64 = 1.15;
/// How sure it is at most.
const SUREST: f64 = 0.9;

/// Words that may begin a condition.
const BEGINNINGS: &[&str] = &[
    "in", "at", "on", "from", "with", "of", "for", "by", "to", "that", "which", "who", "whose", "where",
    "have", "has", "had", "is", "are", "was", "were", "either", "both", "do", "does", "did", "named",
    "called",
];

/// Two questions that were one.
struct Cut {
    op: Join,
    /// Whether the negation is of a deed ("did not …") rather than of a state ("is not …").
    deed: bool,
    first: Vec<Token>,
    second: Vec<Token>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Join {
    Either,
    Both,
    /// What the second question finds is taken from what the first finds.
    ButNot,
}

/// The answer to a question that is two in one, where the reading of it as one question misses that.
pub(crate) fn answer(
    lexicon: &Lexicon<'_>,
    tokens: &[Token],
    items: &[Item],
    whole: &Chosen<'_>,
    request: &Request<'_>,
) -> Option<Draft> {
    cuts(tokens, items, &whole.reading)
        .into_iter()
        .take(TRIES)
        .find_map(|cut| joined(lexicon, &cut, request))
}

/// The ways to cut a question, likeliest first.
fn cuts(tokens: &[Token], items: &[Item], whole: &Reading<'_>) -> Vec<Cut> {
    let several = whole
        .plan
        .filters
        .iter()
        .any(|cond| matches!(cond, Cond::OneOf { values, .. } if values.len() > 1));
    let mut found = Vec::new();
    let word = |at: usize| {
        items
            .get(at)
            .and_then(|item| tokens.get(item.start))
            .map_or("", |token| token.lower.as_str())
    };
    if let Some(both) = (0..items.len()).find(|at| word(*at) == "both" && items[*at].kind == Kind::Glue)
        && let Some(and) = (both + 1..items.len()).find(|at| items[*at].kind == Kind::And)
        && and > both + 1
        && and + 1 < items.len()
        && !whole.targets[both + 1]
    {
        found.push(both_of(tokens, items, both, and));
    }
    if let Some(but) =
        (1..items.len()).find(|at| matches!(word(*at), "but" | "and") && is_negated(items, *at + 1))
    {
        let not = (but + 1..items.len())
            .find(|at| negates(&items[*at]))
            .unwrap_or(but + 1);
        let rest = &tokens[items[not].end..];
        for at in beginnings(items, tokens, but) {
            found.push(Cut {
                op: Join::ButNot,
                deed: true,
                first: tokens[..items[but].start].to_vec(),
                second: glued(&tokens[..items[at].start], rest),
            });
        }
    } else if let Some(not) = (1..items.len()).find(|at| negates(&items[*at]))
        && not + 1 < items.len()
        && !whole.plan.filters.iter().any(
            |cond| matches!(cond, Cond::Exists { related, negated: true } if !related.filters.is_empty()),
        )
    {
        found.extend(without(tokens, items, not));
    }
    if contradicts(&whole.plan)
        && let Some(and) = (1..items.len()).rev().find(|at| items[*at].kind == Kind::And)
    {
        for at in beginnings(items, tokens, and) {
            found.push(halves(Join::Both, tokens, items, at, and));
        }
    }
    let or = (1..items.len())
        .find(|at| items[*at].kind == Kind::Or)
        .filter(|_| !several);
    if let Some(or) = or.filter(|or| or + 1 < items.len()) {
        for at in beginnings(items, tokens, or) {
            found.push(halves(Join::Either, tokens, items, at, or));
        }
    }
    found
}

fn halves(op: Join, tokens: &[Token], items: &[Item], start: usize, joint: usize) -> Cut {
    Cut {
        op,
        deed: false,
        first: tokens[..items[joint].start].to_vec(),
        second: glued(&tokens[..items[start].start], &tokens[items[joint].end..]),
    }
}

/// `both A and B`; where both are single items, what follows the second belongs to both.
fn both_of(tokens: &[Token], items: &[Item], both: usize, and: usize) -> Cut {
    let before = &tokens[..items[both].start];
    let one = &tokens[items[both].end..items[and].start];
    let is_value = |at: usize| {
        matches!(
            items[at].kind,
            Kind::Value(_) | Kind::Quoted(..) | Kind::Word | Kind::Period(_) | Kind::Number(_)
        )
    };
    let mut other = and + 1;
    while other + 1 < items.len() && items[other].kind == Kind::Glue {
        other += 1;
    }
    let last = (both + 1..and).rev().find(|at| items[*at].kind != Kind::Glue);
    let shared = last.is_some_and(is_value) && is_value(other);
    let first = if shared {
        glued(&glued(before, one), &tokens[items[other].end..])
    } else {
        glued(before, one)
    };
    // "both products Latte and Americano": what stands before the first value belongs to the second as well.
    let lead = match last {
        Some(last) if shared && last > both + 1 => &tokens[items[both].end..items[last].start],
        _ => &[][..],
    };
    let second = if shared {
        glued(&glued(before, lead), &tokens[items[other].start..])
    } else {
        glued(before, &tokens[items[and].end..])
    };
    Cut {
        op: Join::Both,
        deed: false,
        first,
        second,
    }
}

/// `X that did not C`, `X without C`: all X but those with C.
fn without(tokens: &[Token], items: &[Item], not: usize) -> Vec<Cut> {
    let word = |at: usize| tokens[items[at].start].lower.as_str();
    let glue = |at: usize| items[at].kind == Kind::Glue;
    let mut start = not;
    while start > 1
        && glue(start - 1)
        && matches!(
            word(start - 1),
            "do" | "does"
                | "did"
                | "have"
                | "has"
                | "had"
                | "are"
                | "is"
                | "was"
                | "were"
                | "who"
                | "that"
                | "which"
                | "can"
                | "been"
        )
    {
        start -= 1;
    }
    let deed = (start..not).any(|at| matches!(word(at), "do" | "does" | "did" | "have" | "has" | "had"))
        || matches!(items[not].kind, Kind::Phrase(Phrase::None_));
    let raw = tokens[items[not].start..items[not].end]
        .iter()
        .map(|token| token.lower.as_str());
    let owns = raw
        .clone()
        .any(|word| matches!(word, "have" | "has" | "without" | "no" | "had"));
    let mut link = tokens[items[start].start..items[not].start].to_vec();
    link.retain(|token| !matches!(token.lower.as_str(), "do" | "does" | "did"));
    if owns {
        link.push(with());
    }
    let second = glued(
        &glued(&tokens[..items[start].start], &link),
        &tokens[items[not].end..],
    );
    let first = tokens[..items[start].start].to_vec();
    let asked = items[..start]
        .iter()
        .any(|item| matches!(item.kind, Kind::Mention(..)));
    asked
        .then_some(Cut {
            op: Join::ButNot,
            deed,
            first,
            second,
        })
        .into_iter()
        .collect()
}

fn with() -> Token {
    super::text::tokens("with").remove(0)
}

fn glued(one: &[Token], other: &[Token]) -> Vec<Token> {
    [one, other].concat()
}

fn negates(item: &Item) -> bool {
    matches!(item.kind, Kind::Phrase(Phrase::Not | Phrase::None_))
}

/// Whether a negation begins here, perhaps after a small word: "but do not", "and not".
fn is_negated(items: &[Item], at: usize) -> bool {
    (at..items.len().min(at + 4))
        .take_while(|i| *i == at || items[*i - 1].kind == Kind::Glue)
        .any(|i| negates(&items[i]))
}

/// Where the condition before a joint may begin, nearest first.
fn beginnings(items: &[Item], tokens: &[Token], joint: usize) -> Vec<usize> {
    let mut found: Vec<usize> = (1..joint)
        .rev()
        .filter(|at| match &items[*at].kind {
            Kind::Glue => BEGINNINGS.contains(&tokens[items[*at].start].lower.as_str()),
            Kind::Phrase(phrase) => matches!(
                phrase,
                Phrase::Compare { .. } | Phrase::Between | Phrase::Like(_) | Phrase::Named
            ),
            Kind::Quoted(..) | Kind::Value(_) | Kind::Period(_) | Kind::Number(_) => true,
            _ => false,
        })
        .collect();
    // "an area above 10 or a price under 5": the second condition names its own column, so the first one goes with its column.
    let own = items
        .get(joint + 1..)
        .into_iter()
        .flatten()
        .find(|item| item.kind != Kind::Glue);
    if own.is_some_and(|item| matches!(item.kind, Kind::Mention(..))) {
        found.sort_by_key(|at| items[*at].kind != Kind::Glue);
    }
    found.truncate(TRIES);
    found
}

/// Whether no row can meet all conditions: above 20 and below 10, in 2001 and in 2002.
pub(crate) fn contradicts(plan: &Plan) -> bool {
    let one = |cond: &Cond| match cond {
        Cond::OneOf {
            column,
            values,
            negated: false,
        } => Some((*column, values.clone())),
        _ => None,
    };
    let equal: Vec<_> = plan.filters.iter().filter_map(one).collect();
    let apart = equal.iter().enumerate().any(|(at, (column, values))| {
        equal[at + 1..]
            .iter()
            .any(|(other, others)| column == other && !values.iter().any(|value| others.contains(value)))
    });
    if apart {
        return true;
    }
    let number = |cond: &Cond| match cond {
        Cond::Compare(Expr::Column(id), op, Literal::Number(text)) => {
            Some((*id, *op, text.parse::<f64>().ok()?))
        }
        _ => None,
    };
    let bounds: Vec<_> = plan.filters.iter().filter_map(number).collect();
    bounds.iter().any(|(id, op, low)| {
        bounds.iter().any(|(other, against, high)| {
            let apart = matches!(op, Op::Gt | Op::Ge) && matches!(against, Op::Lt | Op::Le) && low >= high
                || *op == Op::Eq && *against == Op::Eq && low < high;
            id == other && apart
        })
    })
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
    let weaker = confidence::estimate(&confidence::features(&first))
        .min(confidence::estimate(&confidence::features(&second)));
    let sure = (TRUST * weaker).min(SUREST);
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
    Some(Draft {
        sql: render::sql(lexicon, &reading.plan, &joins, request.dialect),
        explanation: explain::sentence(lexicon, &reading.plan, &reading.assumptions),
        confidence: sure,
        warnings: Vec::new(),
        assumptions: reading.assumptions.clone(),
        alternative: None,
    })
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
    if !plans.iter().all(plain) {
        return None;
    }
    let sql = render::combined(
        lexicon,
        op,
        (&first.reading.plan, &first.joins),
        (&second.reading.plan, &second.joins),
        request.dialect,
    );
    let told = |chosen: &Chosen<'_>| explain::sentence(lexicon, &chosen.reading.plan, &[]);
    let mut assumptions = first.reading.assumptions.clone();
    for text in &second.reading.assumptions {
        if !assumptions.contains(text) {
            assumptions.push(text.clone());
        }
    }
    let relation = match op {
        SetOp::Both => "that are also found by",
        SetOp::ButNot => "that are not found by",
    };
    Some(Draft {
        sql,
        explanation: format!("{} Only rows {relation}: {}", told(first), told(second)),
        confidence: sure,
        warnings: Vec::new(),
        assumptions,
        alternative: None,
    })
}
