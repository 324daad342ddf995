//! Which alert goes to whom.

use serde::Serialize;

use super::{DEAD_MAN, intervals};
use crate::config::units::Time;
use crate::generate::plan::Plan;
use crate::generate::values::{Receiver, Severity};

/// The receiver of whatever is no other's.
pub(super) const DEFAULT: &str = "default";
/// The receiver of what is critical.
pub(super) const CRITICAL: &str = "critical";
/// The receiver of warnings.
pub(super) const WARNING: &str = "warning";
/// The receiver of the sign of life.
pub(super) const DEADMAN: &str = "deadman";
/// The receiver of alerts that are for other alerts' sake.
pub(super) const NOBODY: &str = "nobody";

/// Alerts of one group come in one message. Labels that an alert does not have count as empty.
const GROUP_BY: [&str; 4] = ["alertname", "job", "slo", "environment"];

/// A route, and those below it.
#[derive(Debug, Serialize, Default)]
pub(super) struct Route {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matchers: Vec<String>,
    pub receiver: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub group_by: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_wait: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_interval: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat_interval: Option<Time>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mute_time_intervals: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Route>,
}

/// All of them.
pub(super) fn root(plan: &Plan) -> Route {
    let timing = &plan.values.receivers.timing;
    Route {
        receiver: DEFAULT,
        group_by: GROUP_BY.to_vec(),
        group_wait: Some(timing.group_wait),
        group_interval: Some(timing.group_interval),
        repeat_interval: Some(timing.repeat_interval),
        routes: below(plan),
        ..Route::default()
    }
}

/// The first that matches takes the alert.
fn below(plan: &Plan) -> Vec<Route> {
    let timing = &plan.values.receivers.timing;
    let mut routes = Vec::new();
    if plan.alert(DEAD_MAN).is_some() {
        routes.push(Route {
            matchers: vec![format!("alertname = \"{DEAD_MAN}\"")],
            receiver: DEADMAN,
            group_wait: Some(Time::of_seconds(0)),
            // It is sent again when both times are over.
            group_interval: Some(timing.dead_man_interval),
            repeat_interval: Some(timing.dead_man_interval),
            ..Route::default()
        });
    }
    let of = |severity: Severity| Route {
        matchers: vec![format!("severity = \"{}\"", severity.word())],
        receiver: receiver_of(plan, severity),
        ..Route::default()
    };
    let muted = intervals::muted(plan);
    routes.push(of(Severity::None));
    routes.push(Route {
        repeat_interval: Some(timing.critical_repeat_interval),
        ..of(Severity::Critical)
    });
    for severity in [Severity::Warning, Severity::Info] {
        routes.push(Route {
            mute_time_intervals: muted.clone(),
            ..of(severity)
        });
    }
    routes
}

/// Who gets alerts of a severity.
pub(super) fn receiver_of(plan: &Plan, severity: Severity) -> &'static str {
    let receivers = &plan.values.receivers;
    let or_default = |own: &Receiver, name| if own.is_empty() { DEFAULT } else { name };
    match severity {
        Severity::None => NOBODY,
        Severity::Info => DEFAULT,
        Severity::Warning => or_default(&receivers.warning, WARNING),
        Severity::Critical => or_default(&receivers.critical, CRITICAL),
    }
}
