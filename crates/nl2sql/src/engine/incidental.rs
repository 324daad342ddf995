//! Keeps money that comes beside a sale (shipping, tax, refunds) apart from what was sold for: "revenue" is none of it.

use super::lexicon::{ColumnId, Lexicon, Sort};
use super::link::Mention;
use super::plan::Expr;
use super::reading::Reading;
use super::roles;
use super::stem::{singular, stem};
use super::text::Token;

/// Words of columns for money beside what something was sold for.
const BESIDE: &[&str] = &[
    "refund",
    "refunded",
    "tax",
    "vat",
    "discount",
    "shipping",
    "freight",
    "tip",
    "deposit",
    "penalty",
    "fine",
    "commission",
    "postage",
    "gratuity",
    "delivery",
    "handling",
    "booking",
    "surcharge",
];
/// Words that ask for money taken.
const TAKEN: &[&str] = &[
    "revenue", "revenues", "turnover", "sales", "income", "earnings", "value", "worth", "spent", "spend",
];

/// Whether a column holds money beside what something was sold for, and whether the question names it.
fn is_beside(lexicon: &Lexicon<'_>, id: ColumnId) -> bool {
    let entry = lexicon.column(id);
    entry.sort == Sort::Number && entry.words.iter().any(|word| BESIDE.contains(&word.as_str()))
}

/// `revenue` is no refund: where goods are sold by the piece, columns beside are no money taken.
pub(crate) fn forget(lexicon: &Lexicon<'_>, token: &Token, mention: &mut Mention) {
    let asks = TAKEN.contains(&token.lower.as_str());
    if !asks || lexicon.has_word(&token.lower) {
        return;
    }
    mention
        .columns
        .retain(|hit| !is_beside(lexicon, hit.id) || lexicon.column(hit.id).words.contains(&token.lower));
    // A table of sales is what the money was taken for.
    let sold = lexicon
        .table_ids()
        .any(|table| roles::product(lexicon, table).is_some());
    let money = matches!(
        token.lower.as_str(),
        "revenue" | "revenues" | "turnover" | "income" | "earnings"
    );
    if sold && money {
        const TOLD: &[&str] = &[
            "revenue", "amount", "total", "subtotal", "sales", "income", "turnover", "earnings", "paid",
        ];
        mention.columns.retain(|hit| {
            let entry = lexicon.column(hit.id);
            let told = entry.words.iter().any(|word| TOLD.contains(&word.as_str()));
            told && entry.sort == Sort::Number && !lexicon.is_key(hit.id)
        });
        mention
            .tables
            .retain(|hit| lexicon.table(hit.id).words.contains(&token.lower));
    }
}

impl Reading<'_> {
    /// The word for money taken, where the plan takes for it what is only beside it and goes unsaid.
    pub(crate) fn takes_beside(&self) -> Option<usize> {
        let at = (0..self.items.len()).find(|at| TAKEN.contains(&self.word(*at)))?;
        let plan = &self.plan;
        let said = |id: ColumnId| {
            self.lexicon.column(id).words.iter().any(|word| {
                self.tokens
                    .iter()
                    .any(|token| token.stem == stem(word) || singular(&token.lower) == singular(word))
                    && BESIDE.contains(&word.as_str())
            })
        };
        let figures = plan
            .select
            .iter()
            .chain(plan.order.iter().map(|(expr, _)| expr))
            .chain(plan.having.iter().filter_map(|cond| match cond {
                super::plan::Cond::Compare(expr, ..) => Some(expr),
                _ => None,
            }));
        let wrong = figures.filter_map(|expr| match expr {
            Expr::Apply(_, id) | Expr::Column(id) => Some(*id),
            _ => None,
        });
        wrong
            .into_iter()
            .any(|id| is_beside(self.lexicon, id) && !said(id))
            .then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use crate::dialect::Dialect;
    use crate::engine::tests::{ask, check, schema};

    #[test]
    fn what_comes_beside_a_sale_is_no_revenue() {
        let bakery = schema(&[
            "shops: id int, name text, opened_on date",
            "cakes: id int, title text, kind text, price decimal(8,2), stock_qty int",
            "sales: id int, shop_id int > shops, sold_on date, delivery_fee decimal(8,2)",
            "sale_lines: id int, sale_id int > sales, cake_id int > cakes, quantity int, price decimal(8,2)",
            "returns: id int, sale_line_id int > sale_lines, refund_amount decimal(8,2)",
        ]);
        check(
            &bakery,
            &[
                ("total revenue", "SELECT SUM(quantity * price) FROM sale_lines"),
                (
                    "revenue by cake kind",
                    "SELECT cakes.kind, SUM(sale_lines.quantity * sale_lines.price) FROM cakes \
                     JOIN sale_lines ON sale_lines.cake_id = cakes.id GROUP BY cakes.kind",
                ),
                ("total delivery fees", "SELECT SUM(delivery_fee) FROM sales"),
            ],
        );
        let value = ask(&bakery, Dialect::MySql, "average sale value");
        assert!(value.is_err(), "{value:?}");
    }
}
