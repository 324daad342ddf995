//! `preview`: running an answer to show its first rows.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::kinds;
use crate::config::units::{Size, Time};

/// Running a checked SELECT on a configured database, read-only, to show its first rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Preview {
    /// Whether `ai.preview` and `ask --run` may run an answer. Rows are shown to whoever may ask.
    pub enabled: bool,
    /// Most rows.
    #[schemars(range(min = 1, max = 10_000))]
    pub max_rows: u32,
    /// Longest time.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "10ms", "x-max" = "10m"))]
    pub timeout: Duration,
    /// Most bytes of values; further rows are left out, and a longer value is cut.
    #[serde(with = "kinds::bytes")]
    #[schemars(with = "Size", extend("x-min" = "1KB", "x-max" = "64MiB"))]
    pub max_bytes: usize,
}

impl Default for Preview {
    fn default() -> Preview {
        Preview {
            enabled: false,
            max_rows: 100,
            timeout: Duration::from_secs(5),
            max_bytes: 1_000_000,
        }
    }
}
