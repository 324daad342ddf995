//! Recognises rankings by the money that was taken where it is quantity times price: "top 10 products by revenue".

use super::items::Kind;
use super::lexicon::TableId;
use super::phrases::{Function, Phrase};
use super::plan::Expr;
use super::reading::Reading;
use super::roles;

impl Reading<'_> {
    /// The rows that a question ranks by revenue, each with the sum of its lines.
    pub(crate) fn read_sellers(&mut self) {
        let Some(head) = self.head.filter(|head| self.table(*head) == Some(self.home)) else {
            return;
        };
        let Some(at) = (head + 1..self.items.len()).find(|at| {
            self.items[*at].kind == Kind::Word
                && self.is_free(*at)
                && roles::is_money(&self.tokens[self.items[*at].start].stem)
        }) else {
            return;
        };
        let idle = |i: usize| {
            self.is_glue(i)
                || self.aggregate_at(i) == Some(Function::Sum)
                || matches!(self.word(i), "total" | "overall")
        };
        let Some(lead) = (head + 1..at).rev().find(|i| !idle(*i)) else {
            return;
        };
        let top = (0..head).find_map(|i| match self.phrase(i) {
            Some(Phrase::Top) => Some((i, true)),
            Some(Phrase::Bottom) => Some((i, false)),
            _ => None,
        });
        let (from, most, named) = match (self.phrase(lead), top) {
            (Some(Phrase::By), Some((top, most))) => (top, most, true),
            (Some(Phrase::Superlative { descending, .. }), _) => (lead, descending, false),
            (Some(Phrase::Most(most)), _) => (lead, most, false),
            _ => return,
        };
        let ends = (at + 1..self.items.len())
            .all(|i| self.is_glue(i) || matches!(self.items[i].kind, Kind::Period(_)));
        let Some((quantity, price)) = self.sold().filter(|_| ends) else {
            return;
        };
        let title = |id| self.column_title(id);
        self.assume(format!(
            "{} is the sum of {} times {}",
            self.word(at),
            title(quantity),
            title(price)
        ));
        let keys = self.entity_keys(self.home);
        self.group_by(keys);
        let sum = Expr::SumOfProduct(quantity, price);
        self.plan.order.push((sum.clone(), most));
        if named {
            self.aggregates.push(sum);
        }
        let number = self.leading_number().or_else(|| self.number_beside(from));
        if let Some((i, _)) = number {
            self.mark(i);
        }
        let usual = if named { 10 } else { 1 };
        self.plan.limit = Some(number.map_or(usual, |(_, number)| number));
        self.mark(from);
        self.mark_all(lead..=at);
    }

    /// The quantity and the price in the nearest table that has lines for the rows.
    fn sold(&self) -> Option<(super::lexicon::ColumnId, super::lexicon::ColumnId)> {
        let lexicon = self.lexicon;
        let mut tables: Vec<TableId> = lexicon
            .table_ids()
            .filter(|table| *table != self.home && self.reachable(*table))
            .collect();
        tables.sort_by_key(|table| self.distance(*table));
        tables.into_iter().find_map(|table| {
            let steps = self.related(table)?.steps;
            let outwards = steps.iter().all(|step| lexicon.graph.fans_out(step));
            roles::product(lexicon, table).filter(|_| outwards)
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn rows_are_ranked_by_what_their_lines_come_to() {
        let bakery = schema(&[
            "shops: id int, name text",
            "cakes: id int, title text, kind text, price decimal(8,2), stock_qty int",
            "sales: id int, shop_id int > shops, sold_on date, delivery_fee decimal(8,2)",
            "sale_lines: id int, sale_id int > sales, cake_id int > cakes, quantity int, price decimal(8,2)",
        ]);
        check(
            &bakery,
            &[
                (
                    "top 5 cakes by revenue",
                    "SELECT cakes.title, SUM(sale_lines.quantity * sale_lines.price) FROM cakes \
                     JOIN sale_lines ON sale_lines.cake_id = cakes.id GROUP BY cakes.id, cakes.title \
                     ORDER BY SUM(sale_lines.quantity * sale_lines.price) DESC LIMIT 5",
                ),
                (
                    "which shop has the highest revenue",
                    "SELECT shops.name FROM shops JOIN sales ON sales.shop_id = shops.id \
                     JOIN sale_lines ON sale_lines.sale_id = sales.id GROUP BY shops.id, shops.name \
                     ORDER BY SUM(sale_lines.quantity * sale_lines.price) DESC LIMIT 1",
                ),
            ],
        );
    }
}
