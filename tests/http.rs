//! The door for people and machines, through the real binary.

// Each test crate uses another part of it.
#[allow(dead_code)]
mod support {
    #[path = "../support/http.rs"]
    pub mod http;
    #[path = "../support/plugin.rs"]
    pub mod plugin;
}

#[path = "http/audit.rs"]
mod audit;
#[path = "http/check.rs"]
mod check;
#[path = "http/debug.rs"]
mod debug;
#[path = "http/limits.rs"]
mod limits;
#[path = "http/log_level.rs"]
mod log_level;
#[path = "http/log_lines.rs"]
mod log_lines;
#[path = "http/maintenance.rs"]
mod maintenance;
#[path = "http/monitoring.rs"]
mod monitoring;
#[path = "http/questions.rs"]
mod questions;
