//! Prometheus' rules: `alerts/alerts.yml`, `alerts/recording.yml`, `alerts/slo.yml`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::alert::{AlertDef, Group};
use super::artefact::{Artefact, Set};
use super::dashboards;
use super::plan::{Plan, quoted};
use super::recording;
use super::signal::span;
use super::slo::{self, Slo, floor};
use super::values::{ExtraAlert, Severity, SloWindow};
use crate::config::units::Time;

/// A file of rules.
#[derive(Debug, Clone, Serialize)]
pub struct RuleFile {
    /// Groups, evaluated beside each other.
    pub groups: Vec<RuleGroup>,
}

/// Rules that are evaluated one after the other.
#[derive(Debug, Clone, Serialize)]
pub struct RuleGroup {
    /// Its name, unique in the file.
    pub name: String,
    /// How often.
    pub interval: String,
    /// The rules.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Rule {
    /// Fires.
    Alert(AlertRule),
    /// Keeps a figure as a series.
    Record(RecordingRule),
}

/// A rule that fires.
#[derive(Debug, Clone, Serialize)]
pub struct AlertRule {
    /// The alert's name.
    pub alert: String,
    /// When it holds.
    pub expr: String,
    /// How long it must hold.
    #[serde(rename = "for")]
    pub hold: String,
    /// How long it goes on firing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_firing_for: Option<String>,
    /// Labels that it gets.
    pub labels: BTreeMap<String, String>,
    /// What people read.
    pub annotations: BTreeMap<String, String>,
}

/// A rule that keeps a figure.
#[derive(Debug, Clone, Serialize)]
pub struct RecordingRule {
    /// The series' name.
    pub record: String,
    /// Its value.
    pub expr: String,
    /// Labels that it gets.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// Where the alerts are.
pub const ALERTS: &str = "alerts/alerts.yml";
/// Where the figures that are kept are.
pub const RECORDING: &str = "alerts/recording.yml";
/// Where the objectives are.
pub const SLO: &str = "alerts/slo.yml";

/// The three files.
pub fn artefacts(plan: &Plan) -> Vec<Artefact> {
    vec![
        Artefact::yaml(
            plan,
            Set::Rules,
            ALERTS,
            &["Rules for Prometheus 2.42 and later. What each alert means and what to do: runbooks.md."],
            &alerts(plan),
        ),
        Artefact::yaml(
            plan,
            Set::Rules,
            RECORDING,
            &["Figures that dashboards and people ask for often."],
            &recording::rules(plan),
        ),
        Artefact::yaml(
            plan,
            Set::Rules,
            SLO,
            &["Service level objectives: how fast error budgets burn, and what is left of them."],
            &slos(plan),
        ),
    ]
}

/// The alerts, group by group.
pub fn alerts(plan: &Plan) -> RuleFile {
    let interval = span(plan.values.alert_defaults.evaluation_interval.0.as_secs());
    let name = |about: &str| format!("{}-{about}", plan.values.selectors.job);
    let mut groups: Vec<RuleGroup> = Vec::new();
    for group in Group::ALL {
        let members = plan.alerts.iter().filter(|alert| alert.group == group);
        let rules: Vec<Rule> = members.map(|alert| Rule::Alert(rule(plan, alert))).collect();
        if !rules.is_empty() {
            groups.push(RuleGroup {
                name: name(group.word()),
                interval: interval.clone(),
                rules,
            });
        }
    }
    let own: Vec<Rule> = plan
        .values
        .extra_alerts
        .iter()
        .map(|extra| Rule::Alert(extra_rule(plan, extra)))
        .collect();
    if !own.is_empty() {
        groups.push(RuleGroup {
            name: name("extra"),
            interval,
            rules: own,
        });
    }
    RuleFile { groups }
}

/// The labels of a rule: those of all, its severity, and its own.
fn labels<'a>(
    plan: &Plan,
    severity: Severity,
    own: impl IntoIterator<Item = (&'a String, &'a String)>,
) -> BTreeMap<String, String> {
    let mut labels = plan.common_labels();
    labels.insert("severity".to_owned(), plan.capped(severity).word().to_owned());
    labels.extend(own.into_iter().map(|(name, text)| (name.clone(), text.clone())));
    labels
}

/// The annotations of a rule: those of all, and its own.
fn annotations<const N: usize>(plan: &Plan, own: [(&str, Option<String>); N]) -> BTreeMap<String, String> {
    let mut annotations = plan.values.alert_defaults.annotations.clone();
    let own = own.into_iter();
    annotations.extend(own.filter_map(|(name, text)| Some((name.to_owned(), text?))));
    annotations
}

fn rule(plan: &Plan, alert: &AlertDef) -> AlertRule {
    let own = [
        ("summary", Some(alert.summary.to_owned())),
        ("description", Some(alert.described())),
        ("runbook_url", Some(plan.runbook_url(alert.name))),
        ("dashboard_url", dashboards::link(plan, alert)),
        ("logs_url", dashboards::logs_link(plan)),
    ];
    let mut annotations = annotations(plan, own);
    annotations.extend(alert.annotations.clone());
    AlertRule {
        alert: alert.name.to_owned(),
        expr: alert.expr(&plan.scope()),
        hold: span(alert.hold),
        keep_firing_for: (alert.keep > 0).then(|| span(alert.keep)),
        labels: labels(plan, alert.severity, &alert.labels),
        annotations,
    }
}

fn extra_rule(plan: &Plan, extra: &ExtraAlert) -> AlertRule {
    let description = match extra.description.is_empty() {
        true => &extra.summary,
        false => &extra.description,
    };
    let base = || plan.values.alert_defaults.runbook_base.clone();
    let own = [
        ("summary", Some(extra.summary.clone())),
        ("description", Some(description.clone())),
        (
            "runbook_url",
            Some(extra.runbook_url.clone().unwrap_or_else(base)),
        ),
    ];
    let mut annotations = annotations(plan, own);
    annotations.extend(extra.annotations.clone());
    let keep = extra.keep_firing_for.map(|Time(keep)| keep.as_secs());
    AlertRule {
        alert: extra.alert.clone(),
        expr: extra.expr.clone(),
        hold: span(extra.hold.0.as_secs()),
        keep_firing_for: keep.filter(|keep| *keep > 0).map(span),
        labels: labels(plan, extra.severity, &extra.labels),
        annotations,
    }
}

/// How fast budgets burn: a group for each objective, and one that looks over the whole period.
pub fn slos(plan: &Plan) -> RuleFile {
    let interval = span(plan.values.alert_defaults.evaluation_interval.0.as_secs());
    let burning = plan.slos.iter().map(|slo| RuleGroup {
        name: format!("{}-slo-{}", plan.values.selectors.job, slo.name),
        interval: interval.clone(),
        rules: burn_rules(plan, slo),
    });
    let left = plan.slos.iter().map(|slo| RuleGroup {
        name: format!("{}-slo-{}-budget", plan.values.selectors.job, slo.name),
        // It reads the whole period, and moves slowly.
        interval: span(10 * plan.values.alert_defaults.evaluation_interval.0.as_secs()),
        rules: vec![budget_rule(plan, slo)],
    });
    RuleFile {
        groups: burning.chain(left).collect(),
    }
}

/// The series that holds the share of bad events over a span.
pub fn ratio_record(seconds: u64) -> String {
    format!("atest_ai:slo_bad_events:ratio_rate{}", span(seconds))
}

/// The series that holds how many events there were in a span.
pub fn events_record(seconds: u64) -> String {
    format!("atest_ai:slo_events:increase{}", span(seconds))
}

/// The series that holds what is left of a budget, 1 to below 0.
pub const BUDGET_LEFT: &str = "atest_ai:slo_error_budget_remaining:ratio";
/// The series that holds an objective as a share.
pub const OBJECTIVE: &str = "atest_ai:slo_objective:ratio";

fn burn_rules(plan: &Plan, slo: &Slo) -> Vec<Rule> {
    let scope = plan.scope();
    let labels = BTreeMap::from([("slo".to_owned(), slo.name.to_owned())]);
    let record = |record: String, expr: String| {
        Rule::Record(RecordingRule {
            record,
            expr,
            labels: labels.clone(),
        })
    };
    let job = quoted(&plan.values.selectors.job);
    let mut rules = vec![record(
        OBJECTIVE.to_owned(),
        format!(
            "label_replace(vector({}), \"job\", {job}, \"\", \"\")",
            slo.ratio()
        ),
    )];
    rules.extend(slo.spans().into_iter().map(|seconds| {
        let (bad, all) = (slo.bad(&scope, "rate", seconds), slo.all(&scope, "rate", seconds));
        record(ratio_record(seconds), format!("{bad}\n/ ({all} > 0)"))
    }));
    let mut longs: Vec<u64> = slo.windows.iter().map(|window| window.long.0.as_secs()).collect();
    longs.sort_unstable();
    longs.dedup();
    rules.extend(
        longs
            .into_iter()
            .map(|seconds| record(events_record(seconds), slo.all(&scope, "increase", seconds))),
    );
    rules.extend(
        slo.windows
            .iter()
            .map(|window| Rule::Alert(burn_alert(plan, slo, window))),
    );
    rules
}

fn burn_alert(plan: &Plan, slo: &Slo, window: &SloWindow) -> AlertRule {
    let (long, short) = (window.long.0.as_secs(), window.short.0.as_secs());
    let of = format!(
        "{{slo=\"{}\",job={}}}",
        slo.name,
        quoted(&plan.values.selectors.job)
    );
    let limit = format!("{} * {}", window.factor, slo.budget());
    let events = floor(slo, window);
    let expr = format!(
        "{}{of} > {limit}\nand on (job)\n{}{of} > {limit}\nand on (job)\n{}{of} >= {events}",
        ratio_record(long),
        ratio_record(short),
        events_record(long)
    );
    let name = slo::alert_name(window.severity);
    let of_slo = BTreeMap::from([
        ("slo".to_owned(), slo.name.to_owned()),
        ("window".to_owned(), span(long)),
    ]);
    let description = format!(
        "{{{{ $value | humanizePercentage }}}} of the events of {{{{ $labels.job }}}} were bad over {}, where {} % may be: {}. At {} times the planned pace the budget of {} is used up in {}.",
        span(long),
        super::signal::number((slo.budget_ratio() * 1e8).round() / 1e6),
        slo.about,
        window.factor,
        span(slo.period),
        span((slo.period as f64 / window.factor) as u64 / 60 * 60)
    );
    let own = [
        (
            "summary",
            Some(format!("The error budget for {} burns too fast.", slo.name)),
        ),
        ("description", Some(description)),
        ("runbook_url", Some(plan.runbook_url(name))),
        ("dashboard_url", dashboards::panel_link(plan, slo.panel())),
    ];
    AlertRule {
        alert: name.to_owned(),
        expr,
        hold: span(window.hold.0.as_secs()),
        keep_firing_for: None,
        labels: labels(plan, window.severity, &of_slo),
        annotations: annotations(plan, own),
    }
}

/// Weighed by events: a share of shares would let an idle night count as much as a busy day.
fn budget_rule(plan: &Plan, slo: &Slo) -> Rule {
    let scope = plan.scope();
    let bad = slo.bad(&scope, "increase", slo.period);
    let all = slo.all(&scope, "increase", slo.period);
    Rule::Record(RecordingRule {
        record: BUDGET_LEFT.to_owned(),
        expr: format!("1 - (\n{bad}\n/ ({all} > 0)\n) / {}", slo.budget()),
        labels: BTreeMap::from([("slo".to_owned(), slo.name.to_owned())]),
    })
}

/// The severities that burns have, most urgent first, without repetition.
pub fn burn_severities(plan: &Plan) -> Vec<Severity> {
    let windows = plan.slos.iter().flat_map(|slo| &slo.windows);
    let mut severities: Vec<Severity> = windows.map(|window| window.severity).collect();
    severities.sort_unstable_by(|a, b| b.cmp(a));
    severities.dedup();
    severities
}
