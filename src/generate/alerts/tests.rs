//! What every built-in alert must be.

use std::collections::BTreeSet;

use super::catalogue;
use crate::generate::alert::Compare;
use crate::generate::promql_check::faults;
use crate::generate::signal::Signal;
use crate::generate::slo;
use crate::telemetry::catalogue::Values;

const SCOPE: &str = "job=\"atest-ai-plugin\"";

#[test]
fn names_are_unique_and_said_in_the_plugins_way() {
    let alerts = catalogue();
    let names: BTreeSet<&str> = alerts.iter().map(|alert| alert.name).collect();
    assert_eq!(names.len(), alerts.len());
    assert!(alerts.len() > 50, "{}", alerts.len());
    let guides = [
        "PluginDown",
        "HighErrorRate",
        "LowConfidenceQueries",
        "MemoryUsageHigh",
    ];
    for name in guides {
        assert!(names.contains(name), "{name}");
    }
    for name in names {
        let is_known = guides.contains(&name) || name == "Watchdog";
        assert!(is_known || name.starts_with("AtestAi"), "{name}");
    }
}

#[test]
fn every_expression_names_what_there_is() {
    for alert in catalogue() {
        let expr = alert.expr(SCOPE);
        assert_eq!(faults(&expr), Vec::<String>::new(), "{}: {expr}", alert.name);
        let look = alert.runbook.look.replace("SCOPE", SCOPE);
        assert_eq!(faults(&look), Vec::<String>::new(), "{}: {look}", alert.name);
    }
}

#[test]
fn every_alert_says_what_is_wrong_and_what_to_do() {
    for alert in catalogue() {
        let name = alert.name;
        assert!(
            alert.summary.ends_with('.') && !alert.summary.contains("{{"),
            "{name}: {}",
            alert.summary
        );
        assert!(alert.description.ends_with('.'), "{name}");
        assert!(
            !alert.runbook.means.is_empty() && !alert.runbook.steps.is_empty(),
            "{name}"
        );
        assert!(!alert.panel.title.is_empty(), "{name}");
        assert_eq!(
            alert.limit().is_some(),
            alert.condition.limit.range.is_some(),
            "{name}"
        );
        if let Some((least, most)) = alert.condition.limit.range {
            assert!((least..=most).contains(&alert.condition.limit.value), "{name}");
        }
    }
}

#[test]
fn descriptions_use_labels_that_the_result_has() {
    for alert in catalogue() {
        let labels = alert.condition.signal.labels();
        for piece in alert.description.split("$labels.").skip(1) {
            let label: String = piece
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            assert!(
                labels.contains(&label.as_str()),
                "{} has no label {label}: {labels:?}",
                alert.name
            );
        }
        let is_a_share = alert.description.contains("$value | humanizePercentage");
        let shares = matches!(
            alert.condition.signal,
            Signal::Share { .. }
                | Signal::Part { .. }
                | Signal::UpTo { .. }
                | Signal::Load { whole: Some(_), .. }
                | Signal::Predicted { .. }
                | Signal::DaysMoney { .. }
                | Signal::AgainstLastWeek { .. }
        );
        assert!(
            !is_a_share || shares || alert.name == "AtestAiRateLimitNear",
            "{}",
            alert.name
        );
    }
}

#[test]
fn every_share_is_guarded_by_a_number_of_events() {
    for alert in catalogue() {
        let is_share_of_events = matches!(
            alert.condition.signal,
            Signal::Part { .. } | Signal::Quantile { .. } | Signal::UpTo { .. }
        );
        assert_eq!(
            is_share_of_events,
            alert
                .condition
                .guards
                .iter()
                .any(|guard| { matches!(guard, crate::generate::alert::Guard::Events { .. }) }),
            "{}",
            alert.name
        );
    }
}

#[test]
fn what_an_alert_selects_can_be() {
    for alert in catalogue() {
        for pick in alert.picks() {
            for (label, wanted) in &pick.with {
                let def = pick.def.labels.iter().find(|def| def.name == *label);
                let def =
                    def.unwrap_or_else(|| panic!("{}: {} has no label {label}", alert.name, pick.def.name));
                if let Values::Closed(words) = def.values {
                    assert!(
                        words.iter().any(|word| wanted.allows(word)),
                        "{}: {label}",
                        alert.name
                    );
                }
            }
        }
    }
}

#[test]
fn holding_times_are_whole_intervals() {
    for alert in catalogue() {
        assert_eq!(alert.hold % 30, 0, "{}", alert.name);
        let never = alert.condition.compare == Compare::Above
            && alert.condition.limit.value >= alert.condition.signal.most();
        assert!(!never, "{} could never fire", alert.name);
    }
}

#[test]
fn an_objective_is_written_exactly() {
    let mut slo = slo::in_effect(&Default::default()).remove(0);
    for (objective, ratio, budget) in [
        (99.5, "0.995", "0.005"),
        (99.9, "0.999", "0.001"),
        (99.95, "0.9995", "0.0005"),
        (95.0, "0.95", "0.05"),
        (90.0, "0.9", "0.1"),
        (99.999, "0.99999", "0.00001"),
    ] {
        slo.objective = objective;
        assert_eq!((slo.ratio().as_str(), slo.budget().as_str()), (ratio, budget));
    }
}
