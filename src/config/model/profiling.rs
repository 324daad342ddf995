//! `profiling`: profiles that nobody has to ask for.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::kinds::{self, Secret};
use crate::config::units::{Days, Size, Time};

/// Profiles that nobody has to ask for: at intervals, and when CPU or memory run short.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Profiling {
    /// Profiles at intervals, and where they go.
    pub continuous: ContinuousProfiling,
    /// Profiles of an incident, taken while it goes on.
    pub guard: ProfilingGuard,
}

/// A CPU and a heap profile at intervals.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ContinuousProfiling {
    /// Whether they are taken. What is said below of folder and server also holds for the guard's profiles.
    pub enabled: bool,
    /// Time from the beginning of one to the beginning of the next.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "10s"))]
    pub interval: Duration,
    /// How long a CPU profile lasts.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1s", "x-max" = "5m"))]
    pub duration: Duration,
    /// Samples in a second of CPU time.
    #[schemars(range(min = 1, max = 250))]
    pub hertz: u32,
    /// The folder that keeps them. When not set, `profiles` in the state folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
    /// Most bytes in the folder; the oldest profiles are removed to make room.
    #[schemars(extend("x-min" = "1MB"))]
    pub max_size: Size,
    /// Age at which profiles are removed from the folder; 0 keeps them.
    pub max_age: Days,
    /// Base URL (`http` or `https`) of a server that takes profiles as Pyroscope does; `/ingest` is added to it. They go
    /// there instead of into the folder, which keeps those that the server did not take, and those of the guard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push_url: Option<String>,
    /// Extra headers for the server, such as `Authorization` or `X-Scope-OrgID`; values are kept secret.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub push_headers: BTreeMap<String, Secret>,
    /// What the plugin calls itself there. When not set, `tracing.service_name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push_name: Option<String>,
}

impl Default for ContinuousProfiling {
    fn default() -> ContinuousProfiling {
        ContinuousProfiling {
            enabled: false,
            interval: Duration::from_secs(600),
            duration: Duration::from_secs(10),
            hertz: 100,
            folder: None,
            max_size: Size(100_000_000),
            max_age: Days(7),
            push_url: None,
            push_headers: BTreeMap::new(),
            push_name: None,
        }
    }
}

/// Takes a CPU and a heap profile when CPU or memory have been above a threshold for a while.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ProfilingGuard {
    /// Whether it watches.
    pub enabled: bool,
    /// Threshold of CPU, in percent of the cores that the plugin may use (`atest_ai_cpu_limit_cores`).
    #[schemars(range(min = 1, max = 100))]
    pub cpu_percent: f64,
    /// Threshold of memory, in percent of what the plugin may use (`atest_ai_memory_limit_bytes`).
    #[schemars(range(min = 1, max = 100))]
    pub memory_percent: f64,
    /// How long a threshold has to be passed without a break. It is looked at once a second.
    #[serde(rename = "for", with = "kinds::time")]
    #[schemars(with = "Time")]
    pub lasting: Duration,
    /// Least time between two profiles for the same cause, also where the threshold stays passed.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "10s"))]
    pub cooldown: Duration,
}

impl Default for ProfilingGuard {
    fn default() -> ProfilingGuard {
        ProfilingGuard {
            enabled: false,
            cpu_percent: 90.0,
            memory_percent: 85.0,
            lasting: Duration::from_secs(15),
            cooldown: Duration::from_secs(600),
        }
    }
}
