//! Which alerts are not told while another one says why.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{ALL_IN_MAINTENANCE, DEAD_MAN, MAINTENANCE};
use crate::generate::plan::{COMPONENT, Plan};

/// While one of the first matches, those of the second that have the same labels are not told.
#[derive(Debug, Serialize)]
pub(super) struct Inhibition {
    source_matchers: Vec<String>,
    target_matchers: Vec<String>,
    equal: Vec<&'static str>,
}

/// A cause that explains everything else about the same plugin, and the labels that say which.
const EXPLAINS_ALL: [(&str, &[&str]); 4] = [
    ("PluginDown", &["job", "instance"]),
    ("AtestAiAbsent", &["job"]),
    (MAINTENANCE, &["job", "instance"]),
    (ALL_IN_MAINTENANCE, &["job"]),
];

/// The alert that says that maintenance lasts too long.
const FORGOTTEN: &str = "AtestAiMaintenanceForgotten";

/// A cause, what follows from it, and the labels that say that it is about the same. An alert that is off, or of another name
/// in this version, is left out.
const EXPLAINS: [(&str, &[&str], &[&str]); 8] = [
    (
        "AtestAiAllProvidersDown",
        &[
            "AtestAiProviderDown",
            "AtestAiCircuitOpen",
            "AtestAiFallbackActive",
            "AtestAiRetryStorm",
            "HighErrorRate",
        ],
        &["job"],
    ),
    (
        "AtestAiProviderDown",
        &["AtestAiCircuitOpen", "AtestAiRetryStorm"],
        &["job", "provider"],
    ),
    (
        "AtestAiProviderAuthFailing",
        &["AtestAiProviderDown", "AtestAiCircuitOpen", "AtestAiRetryStorm"],
        &["job", "provider"],
    ),
    (
        "AtestAiQuotaExhausted",
        &["AtestAiRateLimited", "AtestAiRateLimitNear", "AtestAiRetryStorm"],
        &["job", "provider"],
    ),
    (
        "AtestAiNotReady",
        &["AtestAiShedding", "AtestAiQueueSaturated"],
        &["job", "instance"],
    ),
    (
        "AtestAiCertificateExpiringSoon",
        &["AtestAiCertificateExpiring"],
        &["job", "instance", "name"],
    ),
    ("AtestAiMonthlyBudget", &["AtestAiMonthlyBudgetNear"], &["job"]),
    (
        "AtestAiConnectionsTurnedAway",
        &["AtestAiConnectionsSaturated"],
        &["job", "instance"],
    ),
];

/// Labels by which a warning and something critical of the same name are about the same thing.
const SAME_THING: [&str; 7] = [
    "alertname",
    "job",
    "instance",
    "provider",
    "slo",
    "name",
    "environment",
];

/// All rules.
pub(super) fn rules(plan: &Plan) -> Vec<Inhibition> {
    let is_on = |name: &&str| plan.alert(name).is_some();
    let mut rules = Vec::new();
    for (cause, equal) in EXPLAINS_ALL.iter().filter(|(cause, _)| is_on(cause)) {
        // The sign of life never ends, and nothing hides why nothing else is told, nor that it lasts too long.
        let kept = [*cause, DEAD_MAN, MAINTENANCE, ALL_IN_MAINTENANCE, FORGOTTEN].into_iter();
        let kept: BTreeSet<&str> = kept.filter(is_on).collect();
        let kept: Vec<&str> = kept.into_iter().collect();
        rules.push(Inhibition {
            source_matchers: vec![named(&[cause])],
            target_matchers: vec![
                format!("component = \"{COMPONENT}\""),
                format!("alertname !~ \"{}\"", kept.join("|")),
            ],
            equal: equal.to_vec(),
        });
    }
    for (cause, effects, equal) in EXPLAINS.iter().filter(|(cause, ..)| is_on(cause)) {
        let effects: Vec<&str> = effects.iter().copied().filter(is_on).collect();
        if !effects.is_empty() {
            rules.push(Inhibition {
                source_matchers: vec![named(&[cause])],
                target_matchers: vec![named(&effects)],
                equal: equal.to_vec(),
            });
        }
    }
    let component = || format!("component = \"{COMPONENT}\"");
    let urgent = || "severity = \"critical\"".to_owned();
    let lesser = || "severity =~ \"warning|info\"".to_owned();
    rules.push(Inhibition {
        source_matchers: vec![component(), urgent()],
        target_matchers: vec![component(), lesser()],
        equal: SAME_THING.to_vec(),
    });
    // Burns of one budget have names of their own for each pair of windows.
    let of_a_budget = || "slo != \"\"".to_owned();
    rules.push(Inhibition {
        source_matchers: vec![component(), urgent(), of_a_budget()],
        target_matchers: vec![component(), lesser(), of_a_budget()],
        equal: vec!["slo", "job", "environment"],
    });
    rules
}

fn named(names: &[&str]) -> String {
    match names {
        [one] => format!("alertname = \"{one}\""),
        several => format!("alertname =~ \"{}\"", several.join("|")),
    }
}
