//! Reads amounts in dollars and euros where the schema keeps cents.

use super::items::Kind;
use super::lexicon::ColumnId;
use super::plan::{Cond, Expr, Literal};
use super::reading::Reading;

/// Names of currencies whose amounts are kept in hundredths.
const CURRENCIES: &[&str] = &[
    "dollar", "dollars", "usd", "euro", "euros", "eur", "pound", "pounds", "gbp", "buck", "bucks", "yuan",
    "cny", "rmb", "franc", "francs", "chf", "rupee", "rupees", "inr", "major",
];

/// Whether a word names a currency.
pub(crate) fn is_currency(lower: &str) -> bool {
    CURRENCIES.contains(&lower)
}

impl Reading<'_> {
    /// `over 50 dollars` is over 5000 where amounts are kept in cents, and `in dollars` shows them in dollars.
    pub(crate) fn settle_units(&mut self) {
        let mut amounts: Vec<String> = Vec::new();
        let mut shown = false;
        for at in 0..self.items.len() {
            if !is_currency(self.word(at)) {
                continue;
            }
            let numbers = self.amounts_before(at);
            if numbers.is_empty() {
                let asked = at
                    .checked_sub(1)
                    .is_some_and(|before| matches!(self.word(before), "in" | "as" | "of" | "("));
                shown |= asked;
                if asked {
                    self.mark(at);
                }
            } else {
                self.mark(at);
            }
            amounts.extend(numbers);
        }
        let lexicon = self.lexicon;
        let scale = |id: ColumnId| lexicon.column(id).scale;
        let bare = self.bare_amounts(&amounts);
        let mut raised: Vec<ColumnId> = Vec::new();
        for cond in self.plan.filters.iter_mut().chain(&mut self.plan.having) {
            raise(cond, &amounts, &scale);
            if let Some(column) = raise(cond, &bare, &scale) {
                raised.push(column);
            }
        }
        for column in raised {
            self.assume(format!(
                "the number is in whole units of currency, and {} in hundredths of them",
                self.column_title(column)
            ));
        }
        self.plan.whole_units = shown
            && self
                .plan
                .select
                .iter()
                .any(|expr| measured(expr).is_some_and(|id| scale(id).is_some()));
    }

    /// The numbers of the question that no currency and no cents are said of: `withdrawals over 5,000`.
    fn bare_amounts(&self, told: &[String]) -> Vec<String> {
        const CENTS: &[&str] = &["cent", "cents", "cts", "penny", "pence", "minor"];
        let is_column = |word: &str| {
            word.contains('_')
                && self
                    .lexicon
                    .columns
                    .iter()
                    .any(|entry| entry.column.name.eq_ignore_ascii_case(word))
        };
        let as_it_is = self
            .tokens
            .iter()
            .any(|token| CENTS.contains(&token.lower.as_str()) || is_column(&token.lower));
        if as_it_is {
            return Vec::new();
        }
        self.tokens
            .iter()
            .filter(|token| token.shape == super::text::Shape::Number && !told.contains(&token.text))
            .map(|token| token.text.clone())
            .collect()
    }

    /// The numbers that a currency at `at` counts: the one before it, and the one before that in `between 10 and 20`.
    fn amounts_before(&self, at: usize) -> Vec<String> {
        let number = |i: usize| match &self.items.get(i)?.kind {
            Kind::Number(text) => Some(text.clone()),
            _ => None,
        };
        let Some(last) = at.checked_sub(1).and_then(number) else {
            return Vec::new();
        };
        let joined = at
            .checked_sub(2)
            .filter(|i| matches!(self.items[*i].kind, Kind::And | Kind::Or) || self.word(*i) == "to");
        let first = joined.and_then(|i| i.checked_sub(1)).and_then(number);
        first.into_iter().chain([last]).collect()
    }
}

/// The column whose amount an expression gives.
pub(crate) fn measured(expr: &Expr) -> Option<ColumnId> {
    match expr {
        Expr::Column(id) => Some(*id),
        Expr::Apply(function, id) if *function != super::phrases::Function::Count => Some(*id),
        _ => None,
    }
}

/// Writes the amounts of a condition in the unit of its column; gives the column where that changed one.
fn raise(cond: &mut Cond, amounts: &[String], scale: &impl Fn(ColumnId) -> Option<u32>) -> Option<ColumnId> {
    let (column, literals): (Option<ColumnId>, Vec<&mut Literal>) = match cond {
        Cond::Compare(expr, _, value) => (measured(expr), vec![value]),
        Cond::Between(expr, low, high) => (measured(expr), vec![low, high]),
        Cond::OneOf { column, values, .. } => (Some(*column), values.iter_mut().collect()),
        _ => return None,
    };
    let column = column.filter(|id| scale(*id).is_some())?;
    let mut changed = None;
    for literal in literals {
        if let Literal::Number(text) = literal
            && amounts.contains(text)
        {
            let meant = hundredfold(text);
            changed = (meant != *text).then_some(column).or(changed);
            *text = meant;
        }
    }
    changed
}

/// A number with its decimal point two digits further right.
fn hundredfold(number: &str) -> String {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let cents: String = part.chars().chain("00".chars()).take(2).collect();
    let rest: String = part.chars().skip(2).collect();
    let joined = format!("{whole}{cents}");
    let (sign, digits) = match joined.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", joined.as_str()),
    };
    let digits = digits.trim_start_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    if rest.is_empty() {
        format!("{sign}{digits}")
    } else {
        format!("{sign}{digits}.{rest}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_become_cents_without_arithmetic_of_floats() {
        for (dollars, cents) in [
            ("50", "5000"),
            ("2500.50", "250050"),
            ("0.5", "50"),
            ("-3", "-300"),
            ("0", "0"),
            ("1.999", "199.9"),
        ] {
            assert_eq!(hundredfold(dollars), cents, "{dollars}");
        }
    }
}
