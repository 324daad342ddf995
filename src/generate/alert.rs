//! An alert: what it watches, when it holds, whom it tells what, and what to do about it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::signal::{Pick, Signal, number, span};
use super::values::{AlertValues, Severity};
use crate::config::units::Time;
use crate::telemetry::catalogue::Kind;

/// One alert.
#[derive(Debug, Clone)]
pub struct AlertDef {
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub group: Group,
    /// Whether it is on.
    pub enabled: bool,
    /// How urgent it is.
    pub severity: Severity,
    /// When it holds.
    pub condition: Condition,
    /// How long it must hold before it fires, in seconds.
    pub hold: u64,
    /// How long it goes on firing when it no longer holds, in seconds.
    pub keep: u64,
    /// A sentence that says what is wrong.
    pub summary: &'static str,
    /// The same with figures, in Prometheus' templates. `LIMIT` stands for the threshold.
    pub description: &'static str,
    /// What to do.
    pub runbook: Runbook,
    /// Where it is drawn.
    pub panel: Panel,
    /// More labels.
    pub labels: BTreeMap<String, String>,
    /// More annotations.
    pub annotations: BTreeMap<String, String>,
}

/// What alerts are about, in the order of the rule file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Whether it is there.
    Availability,
    /// Whether it is full.
    Saturation,
    /// Whether questions are answered, and in time.
    Requests,
    /// Those who answer.
    Providers,
    /// Whether answers are good.
    Answers,
    /// What it keeps and what it spends.
    Capacity,
    /// Config, certificates, versions, telemetry.
    Fleet,
    /// For other programs.
    Info,
}

impl Group {
    /// Each, in order.
    pub const ALL: [Group; 8] = [
        Group::Availability,
        Group::Saturation,
        Group::Requests,
        Group::Providers,
        Group::Answers,
        Group::Capacity,
        Group::Fleet,
        Group::Info,
    ];

    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Group::Availability => "availability",
            Group::Saturation => "saturation",
            Group::Requests => "requests",
            Group::Providers => "providers",
            Group::Answers => "answers",
            Group::Capacity => "capacity",
            Group::Fleet => "fleet",
            Group::Info => "info",
        }
    }
}

/// When an alert holds.
#[derive(Debug, Clone)]
pub struct Condition {
    /// What is watched.
    pub signal: Signal,
    /// How it is compared.
    pub compare: Compare,
    /// With what.
    pub limit: Limit,
    /// What must be so besides.
    pub guards: Vec<Guard>,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// More than the limit.
    Above,
    /// Less than the limit.
    Below,
    /// The limit.
    Is,
}

impl Compare {
    /// As PromQL writes it.
    pub fn sign(self) -> &'static str {
        match self {
            Compare::Above => ">",
            Compare::Below => "<",
            Compare::Is => "==",
        }
    }
}

/// What a signal is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// The threshold.
    pub value: f64,
    /// Least and most that it may be set to; `None` where it cannot be changed, because it is no matter of degree.
    pub range: Option<(f64, f64)>,
    /// What it is counted in.
    pub unit: LimitUnit,
}

/// What a threshold is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitUnit {
    /// Things.
    Count,
    /// 0 to 1.
    Ratio,
    /// Seconds.
    Seconds,
}

/// What must be so besides.
#[derive(Debug, Clone, PartialEq)]
pub enum Guard {
    /// So many events in a span of time: with fewer, a share says nothing.
    Events {
        /// The events.
        of: Pick,
        /// The span of time, in seconds.
        window: u64,
        /// Fewest.
        at_least: u64,
        /// For each of these labels.
        by: &'static [&'static str],
    },
    /// Not while this gauge of the same plugin is 1.
    Unless(Pick),
}

/// What to do about an alert.
#[derive(Debug, Clone, Copy)]
pub struct Runbook {
    /// What it means and whom it hurts.
    pub means: &'static str,
    /// PromQL that shows where it comes from; `SCOPE` stands for the matchers of the plugin's series.
    pub look: &'static str,
    /// What to do, in order, with commands in backquotes.
    pub steps: &'static [&'static str],
}

/// Where an alert is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panel {
    /// The dashboard: `overview`, `providers`, `quality-cost`, `resources`, `slo` or `fleet`.
    pub dashboard: &'static str,
    /// The panel's title.
    pub title: &'static str,
}

/// A comparison with a threshold that can be changed.
pub fn limit(value: f64, unit: LimitUnit, least: f64, most: f64) -> Limit {
    Limit {
        value,
        range: Some((least, most)),
        unit,
    }
}

/// A comparison with what can only be so.
pub fn fixed(value: f64) -> Limit {
    Limit {
        value,
        range: None,
        unit: LimitUnit::Count,
    }
}

impl Limit {
    /// The threshold in words.
    pub fn words(&self) -> String {
        match self.unit {
            LimitUnit::Count => number(self.value),
            LimitUnit::Ratio => format!("{} %", number((self.value * 1e6).round() / 1e4)),
            LimitUnit::Seconds if self.value >= 60.0 && self.value.fract() == 0.0 => span(self.value as u64),
            LimitUnit::Seconds => format!("{} s", number(self.value)),
        }
    }
}

impl Guard {
    /// As it follows a comparison.
    pub fn expr(&self, scope: &str) -> String {
        match self {
            Guard::Events {
                of,
                window,
                at_least,
                by,
            } => {
                let by = by.join(", ");
                let series = of.select(of.events_suffix(), scope, &[]);
                let window = span(*window);
                format!("and on ({by})\nsum by ({by}) (increase({series}[{window}])) >= {at_least}")
            }
            Guard::Unless(of) => {
                format!("unless on (job, instance)\n{} == 1", of.select("", scope, &[]))
            }
        }
    }

    /// The series that it needs.
    pub fn pick(&self) -> &Pick {
        match self {
            Guard::Events { of, .. } | Guard::Unless(of) => of,
        }
    }
}

impl Pick {
    /// What follows the metric's name in the series that counts events.
    pub fn events_suffix(&self) -> &'static str {
        match self.def.kind {
            Kind::Histogram(_) => "_count",
            Kind::Counter | Kind::Gauge => "",
        }
    }
}

impl Condition {
    /// All of it.
    pub fn expr(&self, scope: &str) -> String {
        let mut text = match self.signal {
            Signal::Always | Signal::Absent(_) => self.signal.expr(scope),
            _ => {
                let (compare, limit) = (self.compare.sign(), number(self.limit.value));
                let signal = self.signal.expr(scope);
                let apart = if signal.contains('\n') { '\n' } else { ' ' };
                format!("{signal}{apart}{compare} {limit}")
            }
        };
        for guard in &self.guards {
            text.push('\n');
            text.push_str(&guard.expr(scope));
        }
        text
    }
}

impl AlertDef {
    /// Its expression.
    pub fn expr(&self, scope: &str) -> String {
        self.condition.expr(scope)
    }

    /// Its threshold, where it is a matter of degree.
    pub fn limit(&self) -> Option<f64> {
        self.condition.limit.range.map(|_| self.condition.limit.value)
    }

    /// Its description with the threshold in it.
    pub fn described(&self) -> String {
        self.description.replace("LIMIT", &self.condition.limit.words())
    }

    /// The same with what somebody changed about it.
    pub fn with(mut self, values: &AlertValues) -> AlertDef {
        if let Some(enabled) = values.enabled {
            self.enabled = enabled;
        }
        if let Some(threshold) = values.threshold {
            self.condition.limit.value = threshold;
        }
        if let Some(Time(window)) = values.window {
            self.set_window(window.as_secs());
        }
        if let Some(least) = values.min_events {
            for guard in &mut self.condition.guards {
                if let Guard::Events { at_least, .. } = guard {
                    *at_least = least;
                }
            }
        }
        if let Some(Time(hold)) = values.hold {
            self.hold = hold.as_secs();
        }
        if let Some(Time(keep)) = values.keep_firing_for {
            self.keep = keep.as_secs();
        }
        if let Some(severity) = values.severity {
            self.severity = severity;
        }
        self.labels.extend(values.labels.clone());
        self.annotations.extend(values.annotations.clone());
        self
    }

    /// Sets the span of time that it looks back over; the guards' spans keep their proportion to it.
    fn set_window(&mut self, seconds: u64) {
        let before = self.condition.signal.window();
        self.condition.signal = self.condition.signal.clone().over(seconds);
        for guard in &mut self.condition.guards {
            if let (Guard::Events { window, .. }, Some(before)) = (guard, before) {
                *window = (*window * seconds / before.max(1)).max(seconds);
            }
        }
    }

    /// The schema of its values: `one` is that of any alert.
    pub fn values_schema(&self, one: &Value) -> Value {
        let mut schema = one.clone();
        schema["description"] = json!(self.summary);
        let Some(properties) = schema["properties"].as_object_mut() else {
            return schema;
        };
        let limit = self.condition.limit;
        match limit.range {
            Some((least, most)) => {
                let unit = match limit.unit {
                    LimitUnit::Count => "a number",
                    LimitUnit::Ratio => "a share, 0 to 1",
                    LimitUnit::Seconds => "seconds",
                };
                let threshold = &mut properties["threshold"];
                threshold["description"] = json!(format!(
                    "The value at which it holds, {unit}; built in: {}.",
                    number(limit.value)
                ));
                threshold["minimum"] = json!(least);
                threshold["maximum"] = json!(most);
            }
            None => {
                properties.remove("threshold");
            }
        }
        if self.condition.signal.window().is_none() {
            properties.remove("window");
        }
        let has_floor = self
            .condition
            .guards
            .iter()
            .any(|guard| matches!(guard, Guard::Events { .. }));
        if !has_floor {
            properties.remove("minEvents");
        }
        schema
    }

    /// Every metric that it needs.
    pub fn picks(&self) -> Vec<&Pick> {
        let mut picks = self.condition.signal.picks();
        picks.extend(self.condition.guards.iter().map(Guard::pick));
        picks
    }
}

/// Seconds of minutes.
pub const fn minutes(count: u64) -> u64 {
    count * 60
}

/// Seconds of hours.
pub const fn hours(count: u64) -> u64 {
    count * 3_600
}

/// Seconds of days.
pub const fn days(count: u64) -> u64 {
    count * 86_400
}
