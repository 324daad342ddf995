//! Money: what was spent, and what may be.

use prometheus::GaugeVec;

use super::Metrics;
use super::register::Register;
use crate::telemetry::catalogue;
use crate::telemetry::label::BudgetPeriod;

/// Gauges that are there only where there is something to tell.
pub(super) struct Money {
    budget: GaugeVec,
    spent: GaugeVec,
}

impl Money {
    pub(super) fn new(register: &Register<'_>) -> Money {
        Money {
            budget: register.float_gauges(&catalogue::BUDGET),
            spent: register.float_gauges(&catalogue::SPENT),
        }
    }
}

impl Metrics {
    /// What an answer has cost, in US dollars. Only for a known price: an unknown one is no figure, never 0.
    pub fn cost(&self, provider: &str, model: &str, usd: f64) {
        // A counter must not fall, and a figure that is none would spoil it for good.
        if usd.is_finite() && usd >= 0.0 {
            let series = self.series.load();
            series.model(&catalogue::COST, provider, model).cost().inc_by(usd);
        }
    }

    /// The budget of a period, in US dollars; `None` when there is none.
    pub fn budget(&self, period: BudgetPeriod, limit: Option<f64>) {
        let word = BudgetPeriod::WORDS[period as usize];
        match limit {
            Some(usd) => self.money.budget.with_label_values(&[word]).set(usd),
            // That there was none before is as well.
            None => drop(self.money.budget.remove_label_values(&[word])),
        }
    }

    /// What was spent in the period under way, in US dollars.
    pub fn spent(&self, period: BudgetPeriod, usd: f64) {
        let word = BudgetPeriod::WORDS[period as usize];
        self.money.spent.with_label_values(&[word]).set(usd);
    }
}
