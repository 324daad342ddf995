//! Which metric is shown where, and which rules of Grafana's linter a panel has a reason not to follow.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::generate::artefact::{Artefact, Set};
use crate::generate::plan::Plan;
#[cfg(test)]
use crate::telemetry::catalogue::{
    MetricDef, PROCESS_RESIDENT, PROCESS_VIRTUAL, START_TIME, TOKIO_BUSY_RATIO,
};

/// Metrics that no panel and no alert needs, and why they are there still. A metric that is nowhere else has to be here.
#[cfg(test)]
pub static DEBUG_ONLY: [(&MetricDef, &str); 4] = [
    (
        &START_TIME,
        "the same moment as process_start_time_seconds, which the panels use",
    ),
    (
        &PROCESS_RESIDENT,
        "the same figure as atest_ai_memory_usage_bytes, for dashboards that know only the common names",
    ),
    (
        &PROCESS_VIRTUAL,
        "address space says nothing about memory in use; it is there for dashboards that expect it",
    ),
    (
        &TOKIO_BUSY_RATIO,
        "covers the time since the last sample only; panels take the rate of atest_ai_tokio_busy_seconds_total",
    ),
];

/// A rule that some panels do not follow.
pub struct Exclusion {
    /// The rule, as Grafana's linter calls it.
    pub rule: &'static str,
    /// The dashboard's word, and the panel's title; without a title, the whole dashboard.
    pub places: &'static [(&'static str, Option<&'static str>)],
    /// Why.
    pub reason: &'static str,
}

/// Every one.
pub static EXCLUSIONS: [Exclusion; 2] = [
    Exclusion {
        rule: "target-instance-rule",
        places: &[
            ("overview", Some("Error budget left")),
            ("overview", Some("Alerts firing")),
            ("slo", None),
        ],
        reason: "Objectives and alerts are about all instances of a job together; their series have no instance.",
    },
    Exclusion {
        rule: "target-job-rule",
        places: &[("overview", Some("Alerts firing"))],
        reason: "Some alerts have no job: an alert about what is not there, for one.",
    },
];

#[derive(Serialize)]
struct Lint {
    exclusions: BTreeMap<&'static str, Excluded>,
}

#[derive(Serialize)]
struct Excluded {
    reason: &'static str,
    entries: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    dashboard: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    panel: Option<&'static str>,
}

/// The same for Grafana's linter.
pub fn exclusions(plan: &Plan) -> Artefact {
    let title = |key: &str| {
        let found = plan.dashboards().iter().find(|dashboard| dashboard.key == key);
        found.map_or("", |dashboard| dashboard.title)
    };
    let exclusions = EXCLUSIONS.iter().map(|exclusion| {
        let entries = exclusion.places.iter().map(|&(dashboard, panel)| Entry {
            dashboard: title(dashboard),
            panel,
        });
        let excluded = Excluded {
            reason: exclusion.reason,
            entries: entries.collect(),
        };
        (exclusion.rule, excluded)
    });
    let lint = Lint {
        exclusions: exclusions.collect(),
    };
    let notes = ["What Grafana's dashboard-linter is told to leave out, and why."];
    Artefact::yaml(plan, Set::Grafana, "dashboards/.lint", &notes, &lint)
}
