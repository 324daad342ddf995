//! Every query of the generated files, asked of a real Prometheus that scrapes a real plugin: a panel or a rule without data is
//! found here and not in an incident.

use std::collections::BTreeSet;
use std::time::Duration;

use super::alert::AlertDef;
use super::dashboards;
use super::plan::Plan;
use super::preview::Trouble;
use super::preview::data::{Prometheus, Refusal, Shown};
use super::rules::{self, Rule};
use super::signal::{Signal, span};
use crate::telemetry::catalogue::{self as metrics, MetricDef};

/// What was asked and what came back.
#[derive(Debug, Default)]
pub struct Findings {
    /// Queries that gave data.
    pub filled: usize,
    /// Those that gave none, and rightly so.
    pub excused: Vec<Empty>,
    /// Those that gave none.
    pub empty: Vec<Empty>,
    /// Metrics of the catalogue that the plugin does not serve at the moment.
    pub not_served: Vec<&'static str>,
    /// Metrics that the plugin serves and the catalogue does not have: it is of another version.
    pub unknown: Vec<String>,
}

/// A query that gave nothing.
#[derive(Debug)]
pub struct Empty {
    /// The panel or the rule.
    pub place: String,
    /// The query.
    pub expr: String,
    /// Why that may be right.
    pub why: Option<&'static str>,
}

/// A query, where it stands, and why it may be empty.
struct Question {
    place: String,
    expr: String,
    empty_when: Option<&'static str>,
}

/// Metrics that are not always there, and why.
fn excuses() -> [(&'static MetricDef, &'static str); 8] {
    [
        (
            &metrics::PROVIDER_UP,
            "no provider over the network is configured",
        ),
        (
            &metrics::RATE_LIMIT_REMAINING,
            "no provider has told its rate limit",
        ),
        (&metrics::BUDGET, "no budget is configured (`ai.budget`)"),
        (&metrics::SPENT, "no budget is configured (`ai.budget`)"),
        (
            &metrics::TLS_CERT_EXPIRY,
            "no certificate is configured (`server.tls`)",
        ),
        (&metrics::SECRET_EXPIRY, "no secret that ends comes from Vault"),
        (&metrics::VAULT_UP, "Vault is not configured"),
        (
            &metrics::CPU_THROTTLED,
            "there are no control groups, so nothing is held back",
        ),
    ]
}

fn empty_when(alert: &AlertDef) -> Option<&'static str> {
    match &alert.condition.signal {
        Signal::Absent(_) => return Some("the target is there"),
        Signal::Count { .. } => return Some("all plugins run the version of these rules"),
        Signal::AgainstLastWeek { .. } => return Some("Prometheus has no data of last week"),
        _ => {}
    }
    let excuses = excuses();
    let picks = alert.condition.signal.picks();
    let found = picks
        .iter()
        .find_map(|pick| excuses.iter().find(|(def, _)| *def == pick.def));
    found.map(|(_, why)| *why)
}

/// Every query, each once: of panels, of what alerts watch (without the comparison, for a healthy plugin fires nothing), and
/// of what is recorded.
fn questions(plan: &Plan) -> Vec<Question> {
    let window = span(4 * plan.values.prometheus.scrape_interval.0.as_secs());
    let panels = dashboards::queries(plan, &window)
        .into_iter()
        .map(|query| Question {
            place: format!("{}: {}", query.dashboard, query.title),
            expr: query.expr,
            empty_when: query.empty_when,
        });
    let scope = plan.scope();
    let alerts = plan.alerts.iter().map(|alert| Question {
        place: format!("alert {}", alert.name),
        expr: alert.condition.signal.expr(&scope),
        empty_when: empty_when(alert),
    });
    let recorded = super::recording::rules(plan)
        .groups
        .into_iter()
        .chain(rules::slos(plan).groups);
    let recorded = recorded
        .flat_map(|group| group.rules)
        .filter_map(|rule| match rule {
            Rule::Record(rule) => Some(Question {
                place: format!("record {}", rule.record),
                expr: rule.expr,
                empty_when: None,
            }),
            Rule::Alert(_) => None,
        });
    panels.chain(alerts).chain(recorded).collect()
}

/// Asks all of them. `plugin` and `prometheus` are addresses, `now` is in seconds since 1970.
///
/// # Errors
/// One of the two gives no answer, or Prometheus does not like a query.
pub async fn look(plan: &Plan, plugin: &str, prometheus: &str, now: u64) -> Result<Findings, Trouble> {
    let mut findings = Findings::default();
    served(plugin, &mut findings).await?;
    let prometheus = Prometheus::at(prometheus)?;
    let shown = Shown::new(now, Duration::from_secs(60), 60);
    for question in questions(plan) {
        let series = match prometheus.at_the_end(&question.expr, shown).await {
            Ok(series) => series,
            Err(refusal @ (Refusal::NoAnswer(_) | Refusal::Words(_))) => {
                return Err(refusal.in_panel(&question.place, &question.expr));
            }
        };
        if series.iter().any(|series| series.last().is_some()) {
            findings.filled += 1;
            continue;
        }
        let empty = Empty {
            place: question.place,
            expr: question.expr,
            why: question.empty_when,
        };
        match empty.why {
            Some(_) => findings.excused.push(empty),
            None => findings.empty.push(empty),
        }
    }
    Ok(findings)
}

/// Compares the metrics that the plugin serves with the catalogue.
async fn served(plugin: &str, findings: &mut Findings) -> Result<(), Trouble> {
    let address = format!("{}/metrics", plugin.trim_end_matches('/'));
    let no_answer = |reason: String| Trouble::NoPlugin(address.clone(), reason);
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(30))
        .build()
        .map_err(|error| no_answer(error.to_string()))?;
    let reply = client
        .get(&address)
        .send()
        .await
        .map_err(|error| no_answer(error.to_string()))?;
    if !reply.status().is_success() {
        return Err(no_answer(format!("it answered {}", reply.status())));
    }
    let text = reply.text().await.map_err(|error| no_answer(error.to_string()))?;
    let families: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .collect();
    let with_series: BTreeSet<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect();
    let is_served = |def: &MetricDef| {
        let count = format!("{}_count", def.name);
        with_series.contains(def.name) || with_series.contains(count.as_str())
    };
    findings.not_served = metrics::ALL
        .iter()
        .filter(|def| !is_served(def))
        .map(|def| def.name)
        .collect();
    let unknown = families.iter().filter(|name| metrics::find(name).is_none());
    findings.unknown = unknown.map(|name| (*name).to_owned()).collect();
    Ok(())
}
