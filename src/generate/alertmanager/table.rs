//! Who gets which alert, as a table that `amtool` can try.

use std::collections::BTreeSet;

use serde::Serialize;

use super::routes::{DEADMAN, DEFAULT, receiver_of};
use super::{DEAD_MAN, Labels};
use crate::generate::plan::Plan;
use crate::generate::slo::alert_name;
use crate::generate::values::Severity;

/// One try: an alert with these labels goes to these receivers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Case {
    /// Its labels.
    pub labels: Labels,
    /// Who gets it.
    pub receivers: Vec<String>,
}

/// A try for each alert, for each burn of an objective that is told, and for alerts that are not the plugin's.
pub fn cases(plan: &Plan) -> Vec<Case> {
    let mut cases = Vec::new();
    for alert in &plan.alerts {
        let severity = plan.capped(alert.severity);
        let receiver = if alert.name == DEAD_MAN {
            DEADMAN
        } else {
            receiver_of(plan, severity)
        };
        cases.push(case(labels(plan, alert.name, severity, &alert.labels), receiver));
    }
    for slo in &plan.slos {
        let severities: BTreeSet<Severity> = slo.windows.iter().map(|window| window.severity).collect();
        for severity in severities {
            let own = Labels::from([("slo".to_owned(), slo.name.to_owned())]);
            let capped = plan.capped(severity);
            let labels = labels(plan, alert_name(severity), capped, &own);
            cases.push(case(labels, receiver_of(plan, capped)));
        }
    }
    for extra in &plan.values.extra_alerts {
        let severity = plan.capped(extra.severity);
        let labels = labels(plan, &extra.alert, severity, &extra.labels);
        cases.push(case(labels, receiver_of(plan, severity)));
    }
    let foreign = Labels::from([("alertname".to_owned(), "AnotherProgramsAlert".to_owned())]);
    let odd = Labels::from([
        ("alertname".to_owned(), "AnotherProgramsAlert".to_owned()),
        ("severity".to_owned(), "page".to_owned()),
    ]);
    cases.extend([case(foreign, DEFAULT), case(odd, DEFAULT)]);
    cases
}

/// The labels with which Prometheus sends an alert, besides those of its series.
fn labels(plan: &Plan, name: &str, severity: Severity, own: &Labels) -> Labels {
    let mut labels = plan.common_labels();
    labels.insert("severity".to_owned(), severity.word().to_owned());
    labels.extend(own.clone());
    labels.insert("alertname".to_owned(), name.to_owned());
    labels.insert("job".to_owned(), plan.values.selectors.job.clone());
    labels
}

fn case(labels: Labels, receiver: &str) -> Case {
    Case {
        labels,
        receivers: vec![receiver.to_owned()],
    }
}
