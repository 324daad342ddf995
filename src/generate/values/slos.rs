//! `slos`: what is promised, and which burn of the error budget is told.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Severity;
use crate::config::units::Time;

/// Service level objectives.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Slos {
    /// Questions that are answered, of those that the plugin took on.
    pub availability: SloValues,
    /// Questions that are done within the threshold, in seconds.
    pub latency: SloValues,
    /// Answers whose confidence is over the threshold.
    pub quality: SloValues,
    /// Calls whose reply begins within the threshold, in seconds.
    pub first_token: SloValues,
    /// The span of time that a budget is for.
    #[schemars(extend("x-min" = "1h", "x-max" = "90d"))]
    pub period: Time,
}

/// One objective. What is left out is built in.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct SloValues {
    /// Whether it is watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Percent of events that have to be good.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 99.999))]
    pub objective: Option<f64>,
    /// Where good ends: a bound of the histogram's buckets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// Fewest events in an hour at which a burn is told: with less traffic, a single failure says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub min_events_per_hour: Option<f64>,
    /// Which burns are told, in place of the built-in ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<SloWindow>,
}

/// A burn of the budget that is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SloWindow {
    /// How many times faster than planned the budget is used up.
    #[schemars(range(min = 0.1, max = 10_000))]
    pub factor: f64,
    /// Over this span,
    #[schemars(extend("x-min" = "10s", "x-max" = "30d"))]
    pub long: Time,
    /// and still over this one, so that it ends soon after the trouble does.
    #[schemars(extend("x-min" = "4s", "x-max" = "30d"))]
    pub short: Time,
    /// How long both must hold.
    #[serde(rename = "for")]
    pub hold: Time,
    /// `critical` or `warning`.
    pub severity: Severity,
}

impl Default for Slos {
    fn default() -> Slos {
        Slos {
            availability: SloValues::default(),
            latency: SloValues::default(),
            quality: SloValues::default(),
            first_token: SloValues::default(),
            period: Time::of_seconds(30 * 86_400),
        }
    }
}
