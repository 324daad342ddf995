//! `alertDefaults`, `alerts` and `extraAlerts`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::units::Time;

/// How urgent an alert is. Ordered: more urgent is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nobody is told; it routes to the dead man's switch.
    None,
    /// To be read some time.
    Info,
    /// To be looked at in working hours.
    Warning,
    /// Somebody is woken.
    Critical,
}

impl Severity {
    /// The word of the label.
    pub fn word(self) -> &'static str {
        match self {
            Severity::None => "none",
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Critical => "critical",
        }
    }
}

/// What all alerts have in common.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct AlertDefaults {
    /// The label `team`.
    pub team: String,
    /// More labels of every alert.
    pub labels: BTreeMap<String, String>,
    /// More annotations of every alert.
    pub annotations: BTreeMap<String, String>,
    /// The page that holds the runbooks; `#name-of-the-alert` is added.
    pub runbook_base: String,
    /// Grafana's address. Without it, alerts have no links to dashboards and logs.
    pub dashboard_base: String,
    /// The most urgent that an alert may be here: more urgent ones are written with this severity.
    pub max_severity: Severity,
    /// How often rules are evaluated.
    pub evaluation_interval: Time,
}

impl Default for AlertDefaults {
    fn default() -> AlertDefaults {
        AlertDefaults {
            team: "qa-platform".to_owned(),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            runbook_base: "https://github.com/linuxsuren/atest-ext-ai/blob/main/alerts/runbooks.md"
                .to_owned(),
            dashboard_base: String::new(),
            max_severity: Severity::Critical,
            evaluation_interval: Time::of_seconds(30),
        }
    }
}

/// What is changed about one alert. What is left out stays as it is built in.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct AlertValues {
    /// Whether it is written at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The value at which it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// The span of time that its rates and increases look back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-min" = "10s", "x-max" = "14d"))]
    pub window: Option<Time>,
    /// Fewest events in the window: with fewer it stays quiet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub min_events: Option<u64>,
    /// How long it must hold before it fires.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-max" = "30d"))]
    pub hold: Option<Time>,
    /// How long it goes on firing after it no longer holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-max" = "30d"))]
    pub keep_firing_for: Option<Time>,
    /// `critical`, `warning` or `info`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Labels to add or to change.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Annotations to add or to change.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// An alert of your own.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExtraAlert {
    /// Its name; none of the built-in ones.
    pub alert: String,
    /// PromQL. Metrics whose names begin with `atest_ai_` must be the plugin's, with the labels that they have.
    pub expr: String,
    /// How long it must hold before it fires.
    #[serde(default = "no_time", rename = "for")]
    pub hold: Time,
    /// How long it goes on firing after it no longer holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_firing_for: Option<Time>,
    /// `critical`, `warning` or `info`.
    #[serde(default = "warning")]
    pub severity: Severity,
    /// A sentence that says what is wrong.
    pub summary: String,
    /// The same with figures, in Prometheus' templates.
    #[serde(default)]
    pub description: String,
    /// What to do; else the built-in runbooks are linked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook_url: Option<String>,
    /// More labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// More annotations.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

fn no_time() -> Time {
    Time::of_seconds(0)
}

fn warning() -> Severity {
    Severity::Warning
}
