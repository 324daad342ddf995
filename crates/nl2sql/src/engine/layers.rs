//! Reads figures of figures: "the average number of orders per customer".

use super::choose;
use super::combine::is_whole;
use super::items::{self, Item, Kind};
use super::lexicon::Lexicon;
use super::link::Mention;
use super::phrases::{Function, Phrase};
use super::plan::Expr;
use super::text::{self, Token};
use super::tongue::fill;
use super::{Draft, Request, confidence, explain, render, tongue_of};

/// The answer to a question for a figure of what groups have each.
pub(crate) fn answer(
    lexicon: &Lexicon<'_>,
    tokens: &[Token],
    items: &[Item],
    request: &Request<'_>,
) -> Option<Draft> {
    // "how many days does it take on average", "the average number of days between" are times.
    let timed = items.iter().enumerate().any(|(at, item)| {
        item.kind == Kind::Phrase(Phrase::Aggregate(Function::Count))
            && items
                .get(at + 1)
                .is_some_and(|next| super::lengths::unit(&tokens[next.start].lower).is_some())
    });
    let takes = tokens.iter().any(|token| {
        matches!(
            token.lower.as_str(),
            "take" | "takes" | "took" | "between" | "from"
        )
    });
    if timed && takes {
        return None;
    }
    let (function, asked) = after_function(lexicon, tokens, items).or_else(|| on_average(tokens, items))?;
    let inner = items::cut(lexicon, &asked, request.today);
    let chosen = choose::best(lexicon, &asked, &inner).filter(is_whole)?;
    let reading = &chosen.reading;
    let mut plan = reading.plan.clone();
    let mut figures = plan.select.iter().filter(|expr| expr.is_aggregate());
    let counted = match (figures.next()?, figures.next()) {
        (figure @ (Expr::Rows | Expr::CountDistinct(_)), None) => figure.clone(),
        // "average amount per method" is that of the amounts, not of what they come to.
        (Expr::Apply(Function::Sum, _), None)
            if !tokens.iter().any(|token| {
                matches!(
                    token.lower.as_str(),
                    "total"
                        | "totals"
                        | "sum"
                        | "overall"
                        | "spend"
                        | "spending"
                        | "spent"
                        | "revenue"
                        | "altogether"
                )
            }) =>
        {
            return None;
        }
        (figure @ (Expr::Apply(Function::Sum, _) | Expr::SumOfProduct(..)), None) => figure.clone(),
        _ => return None,
    };
    if plan.group.is_empty() || plan.limit.is_some() || !plan.having.is_empty() {
        return None;
    }
    plan.select = vec![counted];
    plan.order.clear();
    let tongue = tongue_of(request);
    let [average, highest, lowest] = tongue.over_groups;
    let piece = match function {
        Function::Avg => average,
        Function::Max => highest,
        _ => lowest,
    };
    let mut assumptions = reading.assumptions.clone();
    assumptions.push("groups without any rows are not counted".to_owned());
    let inner = explain::sentence(lexicon, &plan, &assumptions, tongue);
    let inner = inner.trim_start_matches(tongue.lead);
    Some(Draft {
        sql: render::over_groups(lexicon, function, (&plan, &chosen.joins), request.dialect),
        explanation: fill(piece, &[inner]),
        confidence: confidence::estimate(&chosen.signals),
        warnings: Vec::new(),
        assumptions,
        alternative: None,
        signals: Vec::new(),
    })
}

/// `average number of orders per customer`: the function, and the question for the figure of each group.
fn after_function(lexicon: &Lexicon<'_>, tokens: &[Token], items: &[Item]) -> Option<(Function, Vec<Token>)> {
    let at = (0..items.len()).find(|at| function_of(tokens, items, *at).is_some())?;
    let function = function_of(tokens, items, at)?;
    let most = matches!(items[at].kind, Kind::Phrase(Phrase::Most(_)));
    let counts = !most
        && items.get(at + 1).is_some_and(|next| {
            matches!(
                next.kind,
                Kind::Phrase(Phrase::Aggregate(Function::Count | Function::Sum))
            )
        });
    let group = (at + 2..items.len()).find(|i| items[*i].kind == Kind::Phrase(Phrase::PerEach))?;
    // A key has the name of the rows that it refers to.
    let named = |mention: &Mention| {
        let mut columns = mention.columns.iter();
        columns.any(|hit| {
            let own = function != Function::Avg || hit.score >= mention.table_score();
            hit.score >= 0.6 && own && !(function == Function::Avg && lexicon.is_key(hit.id))
        })
    };
    let rows = matches!(&items.get(at + 1)?.kind, Kind::Mention(mention, _) if {
        mention.table_score() >= 0.9 && !named(mention) && tokens[items[at + 1].start].lower.ends_with('s')
    });
    let listed = items[..at]
        .iter()
        .any(|item| matches!(item.kind, Kind::Mention(..) | Kind::Phrase(_)));
    if listed || !(counts || (rows || most) && group == at + 2) {
        return None;
    }
    let mut asked = if counts {
        Vec::new()
    } else {
        text::tokens("number of")
    };
    asked.extend_from_slice(&tokens[items[at + 1].start..items[group].start]);
    asked.extend(text::tokens("per"));
    asked.extend_from_slice(tokens.get(items[group].end..)?);
    Some((function, asked))
}

fn function_of(tokens: &[Token], items: &[Item], at: usize) -> Option<Function> {
    match items[at].kind {
        Kind::Phrase(Phrase::Aggregate(function @ (Function::Avg | Function::Max | Function::Min))) => {
            Some(function)
        }
        Kind::Phrase(Phrase::Superlative {
            descending, hint: [], ..
        }) => Some(if descending { Function::Max } else { Function::Min }),
        // "the maximum number of": a figure; "the highest number of" asks who has it.
        Kind::Phrase(Phrase::Most(most)) => {
            let extreme = if most { "maximum" } else { "minimum" };
            (tokens[items[at].start].lower == extreme).then_some(if most {
                Function::Max
            } else {
                Function::Min
            })
        }
        _ => None,
    }
}

/// `how many orders does a customer place on average`: what each of the others has.
fn on_average(tokens: &[Token], items: &[Item]) -> Option<(Function, Vec<Token>)> {
    let end = (1..tokens.len())
        .find(|at| tokens[*at].lower == "average" && tokens[*at - 1].lower == "on")
        .map(|at| at - 1)?;
    let word = |at: usize| tokens[items[at].start].lower.as_str();
    let count = items
        .iter()
        .position(|item| item.kind == Kind::Phrase(Phrase::Aggregate(Function::Count)))?;
    let does = (count + 2..items.len())
        .find(|at| matches!(word(*at), "does" | "do" | "did" | "has" | "have" | "per"))?;
    let who = (does + 1..items.len())
        .find(|at| matches!(items[*at].kind, Kind::Mention(..)))
        .filter(|who| {
            (does + 1..*who)
                .all(|at| items[at].kind == Kind::Glue || items[at].kind == Kind::Phrase(Phrase::PerEach))
        })?;
    let inside = end > items[who].start || end < items[count].start;
    let mut asked = text::tokens("number of");
    asked.extend_from_slice(&tokens[items[count].end..items[does].start]);
    asked.extend(text::tokens("per"));
    asked.extend_from_slice(&tokens[items[who].start..items[who].end]);
    inside.then_some((Function::Avg, asked))
}
