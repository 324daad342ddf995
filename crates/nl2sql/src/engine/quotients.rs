//! Reads percentages, shares and ratios: a figure of some rows, divided by that of all or of others.
//!
//! Each figure is a question by itself ("how many orders", "how many orders were cancelled"); both must be understood in full.

use super::choose::{self, Chosen};
use super::combine::is_whole;
use super::items;
use super::lexicon::Lexicon;
use super::phrases::Function;
use super::plan::{Cond, Expr, Plan};
use super::text::{self, Shape, Token};
use super::tongue::fill;
use super::{Draft, Request, confidence, draft_of, explain, render, tongue_of};

/// Words that ask for a percentage of what follows.
const SHARES: &[&str] = &[
    "percentage",
    "percentages",
    "percent",
    "pct",
    "share",
    "shares",
    "proportion",
    "proportions",
    "fraction",
];
/// Words that begin what some of the rows are or do.
const DEEDS: &[&str] = &[
    "are", "is", "were", "was", "have", "has", "had", "that", "who", "which", "whose", "come", "comes",
    "came", "belong", "belongs", "go", "goes", "went", "do", "does", "did", "been", "be", "with", "without",
];
/// Words of a figure that is added up rather than counted.
const SUMS: &[&str] = &[
    "total", "overall", "revenue", "sales", "sum", "turnover", "income", "amount",
];

/// The answer to a question for a percentage or a ratio, when the schema has no column of that name.
pub(crate) fn answer(lexicon: &Lexicon<'_>, tokens: &[Token], request: &Request<'_>) -> Option<Draft> {
    share(lexicon, tokens, request).or_else(|| ratio(lexicon, tokens, request))
}

/// A figure read from the words that ask for it.
fn figure<'q>(lexicon: &'q Lexicon<'q>, tokens: &'q [Token], request: &Request<'_>) -> Option<Chosen<'q>> {
    let items = items::cut(lexicon, tokens, request.today);
    choose::best(lexicon, tokens, &items).filter(|chosen| {
        let plan = &chosen.reading.plan;
        is_whole(chosen)
            && plan.limit.is_none()
            && plan.having.is_empty()
            && !plan.star
            && plan.select.iter().filter(|expr| is_figure(expr)).count() == 1
            && (plan.select.len() == 1 || !plan.group.is_empty())
    })
}

fn is_figure(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Rows | Expr::CountDistinct(_) | Expr::Apply(Function::Sum, _) | Expr::SumOfProduct(..)
    )
}

/// `what percentage of orders were cancelled`, `share of open tickets per team`.
fn share(lexicon: &Lexicon<'_>, tokens: &[Token], request: &Request<'_>) -> Option<Draft> {
    let at = (0..tokens.len()).find(|at| {
        SHARES.contains(&tokens[*at].lower.as_str())
            && !lexicon.has_word(&tokens[*at].lower)
            && tokens.get(at + 1).is_some_and(|next| next.lower == "of")
    })?;
    let lead = grouped_lead(&tokens[..at]);
    let rest = &tokens[at + 2..];
    let rest = rest.split_first().map_or(rest, |(first, more)| {
        if matches!(first.lower.as_str(), "the" | "all" | "our") {
            more
        } else {
            rest
        }
    });
    let deed = (1..rest.len()).find(|i| DEEDS.contains(&rest[*i].lower.as_str()));
    let some = deed.map_or_else(|| asked(lead, rest), |i| asked(lead, &done(rest, i)));
    let some = figure(lexicon, &some, request).map(|chosen| Part::of(&chosen))?;
    let all = match deed {
        Some(i) => {
            let mut all = asked(lead, &rest[..i]);
            all.extend_from_slice(grouped_tail(&rest[i..]));
            figure(lexicon, &all, request).map(|chosen| Part::of(&chosen))
        }
        None => Some(some.unfiltered()),
    };
    let all = all.filter(|all| counts_alike(lexicon, &some.plan, &all.plan))?;
    let mut some = some;
    if !tokens[at].lower.starts_with('p') || tokens[at].lower.starts_with("pro") {
        some.assumptions
            .push(format!("the {} is told in percent", tokens[at].lower));
    }
    let own: Vec<Cond> = some
        .plan
        .filters
        .iter()
        .filter(|cond| !all.plan.filters.contains(cond))
        .cloned()
        .collect();
    if !some.plan.group.is_empty() {
        return grouped_share(lexicon, some, own, all.plan.filters, request);
    }
    if own.is_empty() {
        return None;
    }
    Some(divided(
        lexicon,
        "100.0",
        tongue_of(request).percentage,
        &some,
        &all,
        request,
    ))
}

/// Whether two figures are of the same rows, or add up the same column.
fn counts_alike(lexicon: &Lexicon<'_>, some: &Plan, all: &Plan) -> bool {
    if some.home == all.home && some.select == all.select {
        return true;
    }
    // Each row once, where a join or another table repeats it.
    let once = matches!(some.select[..], [Expr::CountDistinct(key)] if {
        lexicon.graph.target(key) == Some(all.home) || lexicon.primary_key(all.home) == Some(key)
    });
    once && all.select == [Expr::Rows]
}

/// The group that a question says first: `for each team, what percentage of …`.
fn grouped_lead(before: &[Token]) -> &[Token] {
    let end = before.iter().position(|token| token.text == ",").unwrap_or(0);
    let groups = before[..end]
        .iter()
        .any(|token| matches!(token.lower.as_str(), "each" | "per" | "every" | "by"));
    if groups { &before[..=end] } else { &[] }
}

/// The group that a question says last: `… were cancelled per team`.
fn grouped_tail(rest: &[Token]) -> &[Token] {
    let start = rest
        .iter()
        .rposition(|token| matches!(token.lower.as_str(), "per" | "each" | "every" | "by"));
    let Some(start) = start.filter(|start| (1..=3).contains(&(rest.len() - 1 - start))) else {
        return &[];
    };
    let lead = usize::from(rest[start - usize::from(start > 0)].lower == "for");
    &rest[start - lead..]
}

/// The question for a figure over the words: how many there are, or their total.
fn asked(lead: &[Token], rest: &[Token]) -> Vec<Token> {
    let summed = rest
        .iter()
        .take(3)
        .any(|token| SUMS.contains(&token.lower.as_str()));
    let mut question = lead.to_vec();
    if summed {
        if rest[0].lower != "total" {
            question.extend(text::tokens("total"));
        }
    } else {
        question.extend(text::tokens("number of"));
    }
    question.extend_from_slice(rest);
    question
}

/// The rows and what some of them do, as a clause: `orders that were cancelled`, `revenue from Spain`.
fn done(rest: &[Token], verb: usize) -> Vec<Token> {
    let mut clause = rest[..verb].to_vec();
    match rest[verb].lower.as_str() {
        "that" | "who" | "which" | "whose" | "with" | "without" => clause.extend_from_slice(&rest[verb..]),
        "come" | "comes" | "came" | "belong" | "belongs" | "go" | "goes" | "went" => {
            clause.extend_from_slice(&rest[verb + 1..]);
        }
        _ => {
            clause.extend(text::tokens("that"));
            clause.extend_from_slice(&rest[verb..]);
        }
    }
    clause
}

/// A share for each group: of the group's own rows where some of them are meant, else of all rows.
fn grouped_share(
    lexicon: &Lexicon<'_>,
    some: Part,
    own: Vec<Cond>,
    shared: Vec<Cond>,
    request: &Request<'_>,
) -> Option<Draft> {
    let mut plan = some.plan;
    let at = plan.select.iter().position(|expr| *expr == Expr::Rows)?;
    let repeated = some.joins.iter().any(|step| lexicon.graph.fans_out(step));
    if repeated {
        return None;
    }
    plan.select[at] = if own.is_empty() {
        Expr::PartOfAll
    } else {
        Expr::Share(own)
    };
    plan.filters = shared;
    plan.order.clear();
    Some(draft_of(
        lexicon,
        (&plan, &some.joins),
        some.sure,
        some.assumptions,
        request,
    ))
}

/// `ratio of open to closed tickets`, `ratio between students and teachers`.
fn ratio(lexicon: &Lexicon<'_>, tokens: &[Token], request: &Request<'_>) -> Option<Draft> {
    let at = tokens.iter().position(|token| {
        matches!(token.lower.as_str(), "ratio" | "ratios") && !lexicon.has_word(&token.lower)
    })?;
    let rest = tokens.get(at + 2..)?;
    let joint = match tokens[at + 1].lower.as_str() {
        "of" => "to",
        "between" => "and",
        _ => return None,
    };
    let mid = (1..rest.len()).find(|i| rest[*i].lower == joint)?;
    let (one, other) = (&rest[..mid], &rest[mid + 1..]);
    let last = other.last()?;
    if rest
        .iter()
        .any(|token| matches!(token.lower.as_str(), "per" | "each" | "by" | "every"))
    {
        return None;
    }
    let read = |words: &[Token]| figure(lexicon, &asked(&[], words), request).map(|chosen| Part::of(&chosen));
    // "open to closed tickets": what is counted is said once.
    let said_once = || {
        let mut words = one.to_vec();
        words.push(last.clone());
        read(&words)
    };
    let alone = read(one);
    let first = alone
        .as_ref()
        .filter(|part| part.named)
        .cloned()
        .or_else(|| said_once().filter(|part| part.named && !part.plan.filters.is_empty()))
        .or(alone)?;
    let second = read(other)?;
    let same = first.plan == second.plan;
    let grouped = !first.plan.group.is_empty() || !second.plan.group.is_empty();
    (!same && !grouped && last.shape == Shape::Word).then(|| {
        divided(
            lexicon,
            "1.0",
            tongue_of(request).quotient,
            &first,
            &second,
            request,
        )
    })
}

/// What is kept of the reading of a figure.
#[derive(Clone)]
pub(super) struct Part {
    pub(super) plan: Plan,
    pub(super) joins: Vec<super::graph::Step>,
    assumptions: Vec<String>,
    sure: f64,
    /// Whether the words name what is counted.
    named: bool,
}

impl Part {
    pub(super) fn of(chosen: &Chosen<'_>) -> Part {
        Part {
            plan: chosen.reading.plan.clone(),
            joins: chosen.joins.clone(),
            assumptions: chosen.reading.assumptions.clone(),
            sure: confidence::estimate(&chosen.signals),
            named: chosen.reading.head.is_some(),
        }
    }

    /// The same figure of all rows.
    fn unfiltered(&self) -> Part {
        let mut plan = self.plan.clone();
        plan.filters.clear();
        let joins = if plan.group.is_empty() && plan.columns().is_empty() {
            Vec::new()
        } else {
            self.joins.clone()
        };
        Part {
            plan,
            joins,
            assumptions: Vec::new(),
            sure: self.sure,
            named: self.named,
        }
    }
}

fn divided(
    lexicon: &Lexicon<'_>,
    factor: &str,
    piece: &str,
    one: &Part,
    other: &Part,
    request: &Request<'_>,
) -> Draft {
    let sql = render::quotient(
        lexicon,
        factor,
        (&one.plan, &one.joins),
        (&other.plan, &other.joins),
        request.dialect,
    );
    both(lexicon, sql, piece, one, other, request)
}

/// The answer that is made of two figures.
pub(super) fn both(
    lexicon: &Lexicon<'_>,
    sql: String,
    piece: &str,
    one: &Part,
    other: &Part,
    request: &Request<'_>,
) -> Draft {
    let tongue = tongue_of(request);
    let told = |part: &Part| explain::sentence(lexicon, &part.plan, &[], tongue);
    let mut assumptions = one.assumptions.clone();
    for text in &other.assumptions {
        if !assumptions.contains(text) {
            assumptions.push(text.clone());
        }
    }
    Draft {
        sql,
        explanation: fill(piece, &[&told(one), &told(other)]),
        confidence: one.sure.min(other.sure),
        warnings: Vec::new(),
        assumptions,
        alternative: None,
        signals: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn shares_are_of_all_or_of_each_group() {
        let mut store = schema(&[
            "clients: id int, name text, is_vip boolean",
            "orders: id int, client_id int > clients, status text, badge_id int > badges",
            "badges: id int, label text",
        ]);
        store.tables[1].columns[2].samples = vec!["cancelled".into(), "shipped".into()];
        check(
            &store,
            &[
                (
                    "What percentage of clients are VIPs?",
                    "SELECT 100.0 * (SELECT COUNT(*) FROM clients WHERE is_vip = 1) / NULLIF((SELECT COUNT(*) FROM clients), 0)",
                ),
                (
                    "what percentage of orders were cancelled per client",
                    "SELECT clients.name, AVG(CASE WHEN orders.status = 'cancelled' THEN 100.0 ELSE 0 END) FROM orders \
                     JOIN clients ON orders.client_id = clients.id GROUP BY clients.id, clients.name",
                ),
            ],
        );
    }
}
