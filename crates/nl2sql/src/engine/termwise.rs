//! Reads a figure made of two columns of a row: "prep plus cook time", "quantity times unit price", "profit per product".

use super::asides::{read, told};
use super::items::{self, Kind};
use super::lexicon::{ColumnId, Lexicon, Sort};
use super::link::Mention;
use super::plan::{Cond, Expr, Joint, Sign};
use super::roles;
use super::text::{self, Token, word_at};
use super::{Draft, Request};

/// What stands between two columns, and what is made of them.
const BETWEEN: &[(&[&str], Sign)] = &[
    (&["plus"], Sign::Plus),
    (&["minus"], Sign::Minus),
    (&["times"], Sign::Times),
    (&["multiplied", "by"], Sign::Times),
    (&["+"], Sign::Plus),
    (&["-"], Sign::Minus),
    (&["*"], Sign::Times),
];
/// Words for a figure that is a price less a cost.
const PROFIT: &[&str] = &["profit", "margin", "markup"];

/// The answer to a question for what two columns of a row make.
pub(crate) fn answer(lexicon: &Lexicon<'_>, tokens: &[Token], request: &Request<'_>) -> Option<Draft> {
    let (rest, one, sign, other) = between(lexicon, tokens, request)
        .or_else(|| made(lexicon, tokens))
        .or_else(|| stock_value(lexicon, tokens))?;
    let mut chosen = read(lexicon, &rest, request)?;
    let plan = &mut chosen.reading.plan;
    let mut changed = false;
    let mut swap = |expr: &mut Expr| {
        let function = match expr {
            Expr::Column(id) if *id == one => None,
            Expr::Apply(function, id) if *id == one => Some(*function),
            _ => return,
        };
        changed = true;
        *expr = Expr::Joint(Joint {
            function,
            sign,
            one,
            other,
        });
    };
    plan.select.iter_mut().for_each(&mut swap);
    plan.order.iter_mut().for_each(|(expr, _)| swap(expr));
    for cond in plan.filters.iter_mut().chain(&mut plan.having) {
        if let Cond::Compare(expr, ..) | Cond::Between(expr, ..) = cond {
            swap(expr);
        }
    }
    if !changed {
        return None;
    }
    // A figure of each row stands beside what the row is called.
    let table = lexicon.column(one).table;
    let label = roles::label(lexicon, table);
    if matches!(plan.select[..], [Expr::Joint(Joint { function: None, .. })])
        && !plan.star
        && table == plan.home
    {
        plan.distinct = false;
        plan.select.splice(0..0, label.into_iter().map(Expr::Column));
    }
    told(lexicon, &chosen, request)
}

/// `quantity times price`: the question for the first column, both, and what is made of them.
fn between(
    lexicon: &Lexicon<'_>,
    tokens: &[Token],
    request: &Request<'_>,
) -> Option<(Vec<Token>, ColumnId, Sign, ColumnId)> {
    let (at, length, sign) = (1..tokens.len()).find_map(|at| {
        BETWEEN.iter().find_map(|(words, sign)| {
            let mut said = words.iter().enumerate();
            let all = said.all(|(i, word)| {
                tokens
                    .get(at + i)
                    .is_some_and(|token| token.lower == *word || token.text == *word)
            });
            all.then_some((at, words.len(), *sign))
        })
    })?;
    let (left, right) = (&tokens[..at], &tokens[at + length..]);
    let before = items::cut(lexicon, left, request.today);
    let after = items::cut(lexicon, right, request.today);
    let last = before.last().filter(|item| item.end == left.len())?;
    let first = after
        .iter()
        .find(|item| !matches!(item.kind, Kind::Glue))
        .filter(|item| item.start <= 1)?;
    let (Kind::Mention(one, _), Kind::Mention(other, _)) = (&last.kind, &first.kind) else {
        return None;
    };
    let (one, other) = pair(lexicon, one, other)?;
    let mut rest = left[..last.start].to_vec();
    rest.extend(text::tokens(&lexicon.column(one).words.join(" ")));
    rest.extend_from_slice(&right[first.end..]);
    Some((rest, one, sign, other))
}

/// The columns of one table that two mentions name.
fn pair(lexicon: &Lexicon<'_>, one: &Mention, other: &Mention) -> Option<(ColumnId, ColumnId)> {
    let number = |id: ColumnId| lexicon.column(id).sort == Sort::Number && !lexicon.is_key(id);
    let mut best: Option<(f32, ColumnId, ColumnId)> = None;
    for a in one.columns.iter().filter(|hit| number(hit.id)) {
        for b in other.columns.iter().filter(|hit| number(hit.id)) {
            let same = lexicon.column(a.id).table == lexicon.column(b.id).table && a.id != b.id;
            let score = 2.0 * a.score + b.score;
            if same && best.is_none_or(|(known, ..)| score > known) {
                best = Some((score, a.id, b.id));
            }
        }
    }
    best.map(|(_, one, other)| (one, other))
}

/// `profit`, where a price and a cost stand beside each other.
fn made(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<(Vec<Token>, ColumnId, Sign, ColumnId)> {
    let at = (0..tokens.len()).find(|at| PROFIT.contains(&word_at(tokens, *at)))?;
    if lexicon.has_word(word_at(tokens, at)) {
        return None;
    }
    let last_is = |id: &ColumnId, words: &[&str]| {
        let entry = lexicon.column(*id);
        entry.sort == Sort::Number
            && entry
                .words
                .last()
                .is_some_and(|last| words.contains(&last.as_str()))
    };
    let mut found = lexicon.table_ids().filter_map(|table| {
        let find = |words: &[&str]| {
            let mut columns = lexicon.columns_of(table).filter(|id| last_is(id, words));
            columns.next().filter(|_| columns.next().is_none())
        };
        Some((find(&["price"])?, find(&["cost"])?))
    });
    let (one, other) = found.next().filter(|_| found.next().is_none())?;
    let rest = text::replaced(tokens, at, at + 1, &lexicon.column(one).words.join(" "));
    Some((rest, one, Sign::Minus, other))
}

/// `stock value`: what is there times what one costs, where no column is called so.
fn stock_value(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<(Vec<Token>, ColumnId, Sign, ColumnId)> {
    let (at, length) = (0..tokens.len()).find_map(|at| {
        let stock = |at: usize| matches!(word_at(tokens, at), "stock" | "inventory");
        if stock(at) && word_at(tokens, at + 1) == "value" {
            return Some((at, 2));
        }
        let the = usize::from(word_at(tokens, at + 2) == "the");
        (word_at(tokens, at) == "value" && word_at(tokens, at + 1) == "of" && stock(at + 2 + the))
            .then_some((at, 3 + the))
    })?;
    let number = |id: &ColumnId, words: &[&str], last: bool| {
        let entry = lexicon.column(*id);
        let mut said = entry
            .words
            .iter()
            .skip(if last { entry.words.len() - 1 } else { 0 });
        entry.sort == Sort::Number && said.any(|word| words.contains(&word.as_str()))
    };
    let mut found = lexicon.table_ids().filter_map(|table| {
        let one = |words: &[&str], last: bool| {
            let mut columns = lexicon.columns_of(table).filter(|id| number(id, words, last));
            columns.next().filter(|_| columns.next().is_none())
        };
        let each = one(&["cost"], true).or_else(|| one(&["price"], true))?;
        Some((one(&["stock", "inventory"], false)?, each))
    });
    let (stock, each) = found.next().filter(|_| found.next().is_none())?;
    let before = at.checked_sub(1).map_or("", |before| word_at(tokens, before));
    let total = if matches!(before, "total" | "average") {
        ""
    } else {
        "total "
    };
    let name = lexicon.column(stock).words.join(" ");
    let rest = text::replaced(tokens, at, at + length, &format!("{total}{name}"));
    Some((rest, stock, Sign::Times, each))
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn two_columns_of_a_row_make_a_figure() {
        let deli = schema(&[
            "dishes: id int, title text, prep_minutes int, cook_minutes int, price decimal(8,2), cost decimal(8,2)",
            "lines: id int, dish_id int > dishes, quantity int, unit_price decimal(8,2)",
        ]);
        check(
            &deli,
            &[
                (
                    "average prep minutes plus cook minutes of dishes",
                    "SELECT AVG(prep_minutes + cook_minutes) FROM dishes",
                ),
                (
                    "price minus cost for each dish",
                    "SELECT title, price - cost FROM dishes",
                ),
                (
                    "dishes with profit above 20",
                    "SELECT * FROM dishes WHERE price - cost > 20",
                ),
                (
                    "total quantity times unit price",
                    "SELECT SUM(quantity * unit_price) FROM `lines`",
                ),
            ],
        );
    }
}
