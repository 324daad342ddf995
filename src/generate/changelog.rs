//! `CHANGELOG-monitoring.md`: what each version changed about metrics and alerts, found by comparing their catalogues.
//!
//! A version's catalogue is kept as JSON in `changelog/`, so that the next one can be compared with it; the first is what the
//! operations guide lists. The catalogue of this version is the running one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::alert::AlertDef;
use super::alerts;
use super::artefact::{Artefact, Set};
use super::plan::Plan;
use super::signal::span;
use crate::telemetry::catalogue::{self, Kind};

/// Catalogues of the versions before this one, oldest first.
const KEPT: &[&str] = &[include_str!("changelog/operations-guide.json")];

/// What there is in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    version: String,
    metrics: BTreeMap<String, Metric>,
    alerts: BTreeMap<String, Alert>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Metric {
    kind: String,
    labels: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Alert {
    expr: String,
    #[serde(rename = "for")]
    hold: String,
    severity: String,
}

/// The built-in catalogue of the running version.
fn current(version: &str) -> Catalogue {
    let metrics = catalogue::ALL.iter().map(|def| {
        let kind = match def.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram(_) => "histogram",
        };
        let metric = Metric {
            kind: kind.to_owned(),
            labels: def.label_names().into_iter().map(str::to_owned).collect(),
        };
        (def.name.to_owned(), metric)
    });
    let alert = |alert: AlertDef| {
        let kept = Alert {
            expr: alert.expr("job=\"atest-ai-plugin\""),
            hold: span(alert.hold),
            severity: alert.severity.word().to_owned(),
        };
        (alert.name.to_owned(), kept)
    };
    Catalogue {
        version: version.to_owned(),
        metrics: metrics.collect(),
        alerts: alerts::catalogue().into_iter().map(alert).collect(),
    }
}

/// The page.
pub fn artefacts(plan: &Plan) -> Vec<Artefact> {
    let kept = KEPT.iter().map(|text| {
        let kept: Catalogue =
            serde_json::from_str(text).expect("a kept catalogue is right; a test reads each");
        kept
    });
    let mut versions: Vec<Catalogue> = kept.filter(|kept| kept.version != plan.version).collect();
    versions.push(current(plan.version));
    let mut page = String::from(
        "# What changed about monitoring\n\nMetrics and built-in alerts, by version, newest first. Where a metric is gone or has other labels, own queries have to follow.\n",
    );
    for pair in versions.windows(2).rev() {
        compare(&pair[0], &pair[1], &mut page);
    }
    vec![Artefact::markdown(
        plan,
        Set::Changelog,
        "CHANGELOG-monitoring.md",
        &page,
    )]
}

/// Writes what `after` has changed of `before`.
fn compare(before: &Catalogue, after: &Catalogue, page: &mut String) {
    let mut say = |text: String| writeln!(page, "{text}").expect("a text takes what is written");
    say(format!(
        "\n## {}, compared with {}",
        after.version,
        named(&before.version)
    ));
    let lists = [
        ("Metrics", names(&before.metrics), names(&after.metrics)),
        ("Alerts", names(&before.alerts), names(&after.alerts)),
    ];
    for (what, old, new) in &lists {
        for (verb, list) in [("added", new - old), ("removed", old - new)] {
            if !list.is_empty() {
                let list: Vec<String> = list.iter().map(|name| format!("`{name}`")).collect();
                say(format!("\n### {what} {verb}\n\n{}", list.join(", ")));
            }
        }
    }
    let both = before
        .metrics
        .iter()
        .filter_map(|(name, old)| Some((name, old, after.metrics.get(name)?)));
    let changed: Vec<String> = both
        .filter(|(_, old, new)| old != new)
        .map(|(name, old, new)| {
            format!(
                "- `{name}`: {} {{{}}}, was {} {{{}}}",
                new.kind,
                new.labels.join(", "),
                old.kind,
                old.labels.join(", ")
            )
        })
        .collect();
    if !changed.is_empty() {
        say(format!("\n### Metrics changed\n\n{}", changed.join("\n")));
    }
    let both = before
        .alerts
        .iter()
        .filter_map(|(name, old)| Some((name, old, after.alerts.get(name)?)));
    let changed: Vec<String> = both
        .filter_map(|(name, old, new)| alert_change(name, old, new))
        .collect();
    if !changed.is_empty() {
        say(format!("\n### Alerts changed\n\n{}", changed.join("\n")));
    }
}

fn named(version: &str) -> String {
    match version.chars().next().is_some_and(|first| first.is_ascii_digit()) {
        true => format!("version {version}"),
        false => format!("the {version}"),
    }
}

fn names<T>(map: &BTreeMap<String, T>) -> BTreeSet<&str> {
    map.keys().map(String::as_str).collect()
}

fn alert_change(name: &str, old: &Alert, new: &Alert) -> Option<String> {
    let mut parts = Vec::new();
    if old.severity != new.severity {
        parts.push(format!("{} in place of {}", new.severity, old.severity));
    }
    if old.hold != new.hold {
        parts.push(format!("for {} in place of {}", new.hold, old.hold));
    }
    if old.expr != new.expr {
        let one_line = new.expr.replace('\n', " ");
        parts.push(format!(
            "`{one_line}` in place of `{}`",
            old.expr.replace('\n', " ")
        ));
    }
    (!parts.is_empty()).then(|| format!("- `{name}`: {}", parts.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kept_catalogue_can_be_read_and_the_guide_is_the_first() {
        let kept: Vec<Catalogue> = KEPT
            .iter()
            .map(|text| serde_json::from_str(text).unwrap())
            .collect();
        assert_eq!((kept[0].metrics.len(), kept[0].alerts.len()), (9, 4));
        let now = current("9.9.9");
        for (name, metric) in &kept[0].metrics {
            assert_eq!(
                now.metrics.get(name),
                Some(metric),
                "{name} of the guide is as it was"
            );
        }
    }

    #[test]
    fn what_changed_is_told() {
        let before = current("1.0.0");
        let mut after = current("1.1.0");
        let mut page = String::new();
        after.metrics.remove("atest_ai_ready");
        after.alerts.get_mut("PluginDown").unwrap().hold = "2m".to_owned();
        after
            .metrics
            .get_mut("atest_ai_budget_usd")
            .unwrap()
            .labels
            .push("team".to_owned());
        compare(&before, &after, &mut page);
        assert!(page.contains("## 1.1.0, compared with version 1.0.0"), "{page}");
        assert!(page.contains("### Metrics removed\n\n`atest_ai_ready`"), "{page}");
        assert!(page.contains("- `PluginDown`: for 2m in place of 1m"), "{page}");
        assert!(
            page.contains("gauge {period, team}, was gauge {period}"),
            "{page}"
        );
    }
}
