//! Figures that are kept as series of their own, because dashboards and people ask for them often.

use std::collections::BTreeMap;

use super::alerts::{failed, taken_on};
use super::plan::Plan;
use super::rules::{RecordingRule, Rule, RuleFile, RuleGroup};
use super::signal::{Pick, Signal, all, span};
use crate::telemetry::catalogue as metrics;

const JOB: &[&str] = &["job"];
const PROVIDER: &[&str] = &["job", "provider"];
const WINDOW: u64 = 300;

/// The rules.
pub fn rules(plan: &Plan) -> RuleFile {
    let scope = plan.scope();
    let rate = |of: &Pick, by: &str| {
        let series = of.select(of.events_suffix(), &scope, &[]);
        format!("sum by ({by}) (rate({series}[5m]))")
    };
    let quantile = |of: Pick, q: f64, by| {
        Signal::Quantile {
            of,
            q,
            window: WINDOW,
            by,
        }
        .expr(&scope)
    };
    let part = |of: Pick, whole: Pick| {
        Signal::Part {
            of,
            whole: vec![whole],
            window: WINDOW,
            by: JOB,
        }
        .expr(&scope)
    };
    let hits = all(&metrics::CACHE_LOOKUPS).is("cache", "answers");
    let records = [
        (
            "atest_ai:requests:rate5m",
            rate(&all(&metrics::REQUESTS), "job, status"),
        ),
        (
            "atest_ai:errors:rate5m",
            rate(&all(&metrics::ERRORS), "job, type"),
        ),
        (
            "atest_ai:requests_failed:ratio_rate5m",
            part(failed(), taken_on()),
        ),
        (
            "atest_ai:request_duration_seconds:p50_rate5m",
            quantile(all(&metrics::REQUEST_DURATION), 0.5, JOB),
        ),
        (
            "atest_ai:request_duration_seconds:p95_rate5m",
            quantile(all(&metrics::REQUEST_DURATION), 0.95, JOB),
        ),
        (
            "atest_ai:request_duration_seconds:p99_rate5m",
            quantile(all(&metrics::REQUEST_DURATION), 0.99, JOB),
        ),
        (
            "atest_ai:provider_request_duration_seconds:p95_rate5m",
            quantile(
                all(&metrics::PROVIDER_DURATION).is("operation", "generate"),
                0.95,
                PROVIDER,
            ),
        ),
        (
            "atest_ai:confidence_score:p50_rate5m",
            quantile(all(&metrics::CONFIDENCE), 0.5, PROVIDER),
        ),
        (
            "atest_ai:cache_hits:ratio_rate5m",
            part(hits.clone().any("result", &["hit", "shared"]), hits),
        ),
        (
            "atest_ai:tokens:rate5m",
            rate(&all(&metrics::TOKENS), "job, provider, direction"),
        ),
        (
            "atest_ai:cost_usd:rate5m",
            rate(&all(&metrics::COST), "job, provider, model"),
        ),
    ];
    let rules = records.into_iter().map(|(record, expr)| {
        Rule::Record(RecordingRule {
            record: record.to_owned(),
            expr,
            labels: BTreeMap::new(),
        })
    });
    RuleFile {
        groups: vec![RuleGroup {
            name: format!("{}-recording", plan.values.selectors.job),
            interval: span(plan.values.alert_defaults.evaluation_interval.0.as_secs()),
            rules: rules.collect(),
        }],
    }
}
