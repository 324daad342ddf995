//! What the plugin keeps and what it spends.

use super::{JOB, above, alert, below, is};
use crate::generate::alert::{AlertDef, Group, LimitUnit, hours, limit, minutes};
use crate::generate::signal::{Signal, all};
use crate::generate::values::Severity::{Critical, Info, Warning};
use crate::telemetry::catalogue as metrics;

const PERIOD: &[&str] = &["period"];

pub fn alerts() -> Vec<AlertDef> {
    use Group::Capacity;
    let lookups = || all(&metrics::CACHE_LOOKUPS).is("cache", "answers");
    let spent = |period: &'static str| Signal::Share {
        of: all(&metrics::SPENT).is("period", period),
        whole: all(&metrics::BUDGET).is("period", period),
        on: PERIOD,
    };
    vec![
        alert(
            "AtestAiCacheHitRatioLow",
            Capacity,
            Info,
            below(
                Signal::Part {
                    of: lookups().any("result", &["hit", "shared"]),
                    whole: vec![lookups()],
                    window: hours(1),
                    by: JOB,
                },
                limit(0.2, LimitUnit::Ratio, 0.001, 0.99),
            )
            .with_at_least(50, lookups(), hours(1), JOB),
        )
        .holds(hours(1))
        .says(
            "The cache helps little.",
            "Only {{ $value | humanizePercentage }} of the questions to {{ $labels.job }} were answered from the cache in the last hour (less than LIMIT).",
        )
        .drawn("overview", "Cache hit ratio")
        .advises(
            "Each question costs a call. That is right where every question is new, and a loss where they repeat.",
            "sum by (cache, result) (rate(atest_ai_cache_lookups_total{SCOPE}[1h]))",
            &[
                "`atest-ext-ai cache stats` shows entries, size and evictions; many evictions mean that `performance.cache.size` is too small.",
                "Answers below `performance.cache.min_confidence` are kept for a short time only.",
                "Where questions are all different, switch this alert off in the values.",
            ],
        ),
        alert(
            "AtestAiCacheBackendDown",
            Capacity,
            Warning,
            is(Signal::Value(all(&metrics::CACHE_BACKEND_UP)), 0.0),
        )
        .holds(minutes(5))
        .says(
            "The cache's store cannot be reached.",
            "{{ $labels.instance }} cannot keep answers in {{ $labels.backend }}.",
        )
        .drawn("overview", "Cache backends")
        .advises(
            "Answers are kept in memory alone; other plugins do not share them.",
            "atest_ai_cache_backend_up{SCOPE}",
            &[
                "From the plugin's machine: `redis-cli -u redis://HOST:6379 ping`.",
                "The log says why: `journalctl -u atest-ai-plugin | grep -i redis | tail`.",
            ],
        ),
        alert(
            "AtestAiSpendRateHigh",
            Capacity,
            Warning,
            above(
                Signal::DaysMoney {
                    of: all(&metrics::COST),
                    window: hours(1),
                    budget: all(&metrics::BUDGET).is("period", "day"),
                },
                limit(1.2, LimitUnit::Ratio, 0.1, 100.0),
            ),
        )
        .holds(minutes(30))
        .says(
            "Money is spent faster than planned.",
            "At the pace of the last hour, {{ $labels.job }} spends {{ $value | humanizePercentage }} of a day's budget in a day (more than LIMIT).",
        )
        .drawn("quality-cost", "Cost by model")
        .advises(
            "The day's budget will be used up before the day is over; then `ai.budget.action` decides who answers.",
            "topk(5, sum by (provider, model) (increase(atest_ai_cost_usd_total{SCOPE}[1h])))",
            &[
                "See which model costs: a question may have been asked in a loop.",
                "The audit and access logs name callers; limit them with `server.max_requests_per_second`.",
            ],
        ),
        alert(
            "AtestAiDailyBudget",
            Capacity,
            Warning,
            above(spent("day"), limit(1.0, LimitUnit::Ratio, 0.01, 100.0)),
        )
        .says(
            "The day's budget is used up.",
            "{{ $labels.instance }} has spent {{ $value | humanizePercentage }} of the day's budget (more than LIMIT).",
        )
        .drawn("quality-cost", "Budget used")
        .advises(
            "What happens now is set by `ai.budget.action`: a warning, the embedded engine, or no answer. The day ends at midnight UTC.",
            "atest_ai_spent_usd{SCOPE} / atest_ai_budget_usd{SCOPE}",
            &["Raise `ai.budget.day` if the spending is right; `atest-ext-ai config reload` brings it into effect."],
        ),
        alert(
            "AtestAiMonthlyBudgetNear",
            Capacity,
            Warning,
            above(spent("month"), limit(0.8, LimitUnit::Ratio, 0.01, 100.0)),
        )
        .says(
            "The month's budget is nearly used up.",
            "{{ $labels.instance }} has spent {{ $value | humanizePercentage }} of the month's budget (more than LIMIT).",
        )
        .drawn("quality-cost", "Budget used")
        .advises(
            "At 100 % `ai.budget.action` takes effect until the month ends (UTC).",
            "atest_ai_spent_usd{SCOPE,period=\"month\"} / atest_ai_budget_usd{SCOPE,period=\"month\"}",
            &["Decide now whether to raise `ai.budget.month` or to use cheaper models."],
        ),
        alert(
            "AtestAiMonthlyBudget",
            Capacity,
            Critical,
            above(spent("month"), limit(1.0, LimitUnit::Ratio, 0.01, 100.0)),
        )
        .says(
            "The month's budget is used up.",
            "{{ $labels.instance }} has spent {{ $value | humanizePercentage }} of the month's budget (more than LIMIT).",
        )
        .drawn("quality-cost", "Budget used")
        .advises(
            "`ai.budget.action` decides who answers until the month ends (UTC).",
            "topk(5, sum by (provider, model) (increase(atest_ai_cost_usd_total{SCOPE}[1d])))",
            &["Raise `ai.budget.month` if the spending is right; `atest-ext-ai config reload` brings it into effect."],
        ),
    ]
}
