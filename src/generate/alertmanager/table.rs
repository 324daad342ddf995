//! Who gets which alert, as a table that `amtool` can try.

use serde::Serialize;

use super::routes::{DEADMAN, DEFAULT, receiver_of};
use super::{DEAD_MAN, Labels};
use crate::generate::plan::Plan;
use crate::generate::values::Severity;

/// One try: an alert with these labels goes to these receivers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Case {
    /// Its labels.
    pub labels: Labels,
    /// Who gets it.
    pub receivers: Vec<String>,
}

/// A try for each alert, for each severity of an objective's burn, and for alerts that are not the plugin's.
pub fn cases(plan: &Plan) -> Vec<Case> {
    let mut cases: Vec<Case> = plan
        .alerts
        .iter()
        .map(|alert| {
            let severity = plan.capped(alert.severity);
            let receiver = if alert.name == DEAD_MAN {
                DEADMAN
            } else {
                receiver_of(plan, severity)
            };
            let mut labels = plan.common_labels();
            labels.extend(alert.labels.clone());
            labels.insert("alertname".to_owned(), alert.name.to_owned());
            labels.insert("severity".to_owned(), severity.word().to_owned());
            case(labels, receiver)
        })
        .collect();
    for severity in [Severity::Critical, Severity::Warning] {
        let severity = plan.capped(severity);
        let mut labels = plan.common_labels();
        labels.insert("slo".to_owned(), "availability".to_owned());
        labels.insert("severity".to_owned(), severity.word().to_owned());
        cases.push(case(labels, receiver_of(plan, severity)));
    }
    for extra in &plan.values.extra_alerts {
        let severity = plan.capped(extra.severity);
        let mut labels = plan.common_labels();
        labels.extend(extra.labels.clone());
        labels.insert("alertname".to_owned(), extra.alert.clone());
        labels.insert("severity".to_owned(), severity.word().to_owned());
        cases.push(case(labels, receiver_of(plan, severity)));
    }
    let foreign = Labels::from([("alertname".to_owned(), "AnotherProgramsAlert".to_owned())]);
    cases.push(case(foreign.clone(), DEFAULT));
    let mut odd = foreign;
    odd.insert("severity".to_owned(), "page".to_owned());
    cases.push(case(odd, DEFAULT));
    cases
}

fn case(labels: Labels, receiver: &str) -> Case {
    Case {
        labels,
        receivers: vec![receiver.to_owned()],
    }
}
