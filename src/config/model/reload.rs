//! `reload`: how a change of the config reaches a running plugin.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::kinds;
use crate::config::units::Time;

/// How a change of the files reaches a running plugin. SIGHUP and `POST /admin/reload` do so too, whatever is set here.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Reload {
    /// Whether the files are watched: the config, and every file that it names.
    pub watch: bool,
    /// How long nothing may happen in their folders before the files are read: whoever writes should have finished.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "10ms", "x-max" = "10s"))]
    pub debounce: Duration,
    /// Time between two looks at the files where the system tells nothing of changes, as on network file systems.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1s"))]
    pub poll_interval: Duration,
}

impl Default for Reload {
    fn default() -> Reload {
        Reload {
            watch: true,
            debounce: Duration::from_millis(250),
            poll_interval: Duration::from_secs(30),
        }
    }
}
