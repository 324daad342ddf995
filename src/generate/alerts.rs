//! The alerts that there are, by what they are about.

mod availability;
mod capacity;
mod fleet;
mod info;
mod providers;
mod quality;
mod requests;
mod saturation;
mod telemetry;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::alert::{AlertDef, Condition, Group, Guard, Limit, Panel, Runbook};
use super::signal::{Pick, Signal, all};
use super::values::Severity;
use crate::telemetry::catalogue;

/// Every built-in alert as it is built in, in the order of the rule file.
pub fn catalogue() -> Vec<AlertDef> {
    let mut alerts = Vec::new();
    alerts.extend(availability::alerts());
    alerts.extend(saturation::alerts());
    alerts.extend(requests::alerts());
    alerts.extend(providers::alerts());
    alerts.extend(quality::alerts());
    alerts.extend(capacity::alerts());
    alerts.extend(fleet::alerts());
    alerts.extend(telemetry::alerts());
    alerts.extend(info::alerts());
    alerts
}

pub use fleet::of_another_version;
pub use quality::WEAK;

/// For each job.
const JOB: &[&str] = &["job"];
/// For each plugin.
const INSTANCE: &[&str] = &["job", "instance"];
/// For each provider.
const PROVIDER: &[&str] = &["job", "provider"];

/// Outcomes of questions that count as failed.
pub const FAILED: &[&str] = &["error", "timeout"];
/// Outcomes that say nothing about the plugin: the asker went away, or asked what is not answered.
pub const NOT_COUNTED: &[&str] = &["cancelled", "rejected"];

/// Questions that the plugin took on and answered or failed to.
pub fn taken_on() -> Pick {
    all(&catalogue::REQUESTS).not("status", NOT_COUNTED)
}

/// Questions that failed.
pub fn failed() -> Pick {
    all(&catalogue::REQUESTS).any("status", FAILED)
}

fn alert(name: &'static str, group: Group, severity: Severity, condition: Condition) -> AlertDef {
    AlertDef {
        name,
        group,
        enabled: true,
        severity,
        condition,
        hold: 0,
        keep: 0,
        summary: "",
        description: "",
        runbook: Runbook {
            means: "",
            look: "",
            steps: &[],
        },
        panel: Panel {
            dashboard: "overview",
            title: "",
        },
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
    }
}

fn above(signal: Signal, limit: Limit) -> Condition {
    when(signal, super::alert::Compare::Above, limit)
}

fn below(signal: Signal, limit: Limit) -> Condition {
    when(signal, super::alert::Compare::Below, limit)
}

fn is(signal: Signal, value: f64) -> Condition {
    when(signal, super::alert::Compare::Is, super::alert::fixed(value))
}

fn when(signal: Signal, compare: super::alert::Compare, limit: Limit) -> Condition {
    Condition {
        signal,
        compare,
        limit,
        guards: Vec::new(),
    }
}

impl Condition {
    /// Only with so many events in the span of time.
    fn with_at_least(
        mut self,
        at_least: u64,
        of: Pick,
        window: u64,
        by: &'static [&'static str],
    ) -> Condition {
        self.guards.push(Guard::Events {
            of,
            window,
            at_least,
            by,
        });
        self
    }

    /// Only while that gauge is not 1.
    fn unless(mut self, of: Pick) -> Condition {
        self.guards.push(Guard::Unless(of));
        self
    }
}

impl AlertDef {
    fn holds(mut self, seconds: u64) -> AlertDef {
        self.hold = seconds;
        self
    }

    fn keeps(mut self, seconds: u64) -> AlertDef {
        self.keep = seconds;
        self
    }

    fn off(mut self) -> AlertDef {
        self.enabled = false;
        self
    }

    fn says(mut self, summary: &'static str, description: &'static str) -> AlertDef {
        self.summary = summary;
        self.description = description;
        self
    }

    fn drawn(mut self, dashboard: &'static str, title: &'static str) -> AlertDef {
        self.panel = Panel { dashboard, title };
        self
    }

    fn advises(
        mut self,
        means: &'static str,
        look: &'static str,
        steps: &'static [&'static str],
    ) -> AlertDef {
        self.runbook = Runbook { means, look, steps };
        self
    }
}
