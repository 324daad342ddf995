//! What the values of a panel are counted in.

use crate::telemetry::catalogue::{MetricDef, Unit};

/// What values are counted in, as Grafana calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Things.
    Count,
    /// Things by the second.
    PerSecond,
    /// Requests by the second.
    Requests,
    /// Seconds.
    Seconds,
    /// Seconds since 1970.
    Moment,
    /// Bytes.
    Bytes,
    /// Hundredths.
    Percent,
    /// 0 to 1.
    Share,
    /// US dollars.
    Dollars,
    /// Text.
    Text,
}

impl Measure {
    /// What the values of a gauge or the observations of a histogram are counted in.
    pub fn of(def: &MetricDef) -> Measure {
        match def.unit {
            Unit::Count => Measure::Count,
            Unit::Seconds => Measure::Seconds,
            Unit::Bytes => Measure::Bytes,
            Unit::Percent => Measure::Percent,
            Unit::Ratio => Measure::Share,
            Unit::Dollars => Measure::Dollars,
        }
    }

    /// Grafana's word.
    pub const fn id(self) -> &'static str {
        match self {
            Measure::Count => "short",
            Measure::PerSecond => "cps",
            Measure::Requests => "reqps",
            Measure::Seconds => "s",
            Measure::Moment => "dateTimeAsIso",
            Measure::Bytes => "bytes",
            Measure::Percent => "percent",
            Measure::Share => "percentunit",
            Measure::Dollars => "currencyUSD",
            Measure::Text => "string",
        }
    }
}
