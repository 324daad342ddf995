//! Cuts questions that are two in one into two whole questions that share their beginning.

use super::items::{Item, Kind};
use super::phrases::{Op, Phrase};
use super::plan::{Cond, Expr, Literal, Plan};
use super::reading::Reading;
use super::text::Token;

/// How many places are tried as the beginning of a first condition: each costs a reading of the whole question.
pub(crate) const TRIES: usize = 6;
/// Words that may begin a condition.
const BEGINNINGS: &[&str] = &[
    "in", "at", "on", "from", "with", "of", "for", "by", "to", "that", "which", "who", "whose", "where",
    "have", "has", "had", "is", "are", "was", "were", "either", "both", "do", "does", "did", "named",
    "called",
];

/// Two questions that were one.
pub(crate) struct Cut {
    pub op: Join,
    /// Whether the negation is of a deed ("did not …") rather than of a state ("is not …").
    pub deed: bool,
    pub first: Vec<Token>,
    pub second: Vec<Token>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Join {
    Either,
    Both,
    /// What the second question finds is taken from what the first finds.
    ButNot,
}

/// The ways to cut a question, likeliest first.
pub(crate) fn cuts(tokens: &[Token], items: &[Item], whole: &Reading<'_>) -> Vec<Cut> {
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
    let truth = |cond: &Cond| match cond {
        Cond::Truth { column, is_true } => Some((*column, *is_true)),
        _ => None,
    };
    let truths: Vec<_> = plan.filters.iter().filter_map(truth).collect();
    let torn = truths
        .iter()
        .any(|(column, is_true)| truths.contains(&(*column, !is_true)));
    if apart || torn {
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
