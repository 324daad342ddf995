//! `audit`: the log of who did what to the plugin.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::units::{Days, Size};

/// The log of who did what to the plugin: refused callers, administration, changes of the config, start and stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Audit {
    /// Whether it is written.
    pub enabled: bool,
    /// The file. When not set, `audit.log` beside the log file (`logging.file.path`) where that folder can be written, else
    /// in the state folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// Size at which it is rotated; 0 never rotates it.
    pub max_size: Size,
    /// Most rotated files kept; 0 keeps all.
    #[schemars(range(max = 10_000))]
    pub max_backups: usize,
    /// Age at which rotated files are removed; 0 keeps them.
    pub max_age: Days,
    /// Whether rotated files are gzipped.
    pub compress: bool,
}

impl Default for Audit {
    fn default() -> Audit {
        Audit {
            enabled: true,
            path: None,
            max_size: Size(100_000_000),
            max_backups: 10,
            max_age: Days(365),
            compress: true,
        }
    }
}
