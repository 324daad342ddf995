//! What the program tells about itself: metrics, logs, and facts about its build and its process.

pub mod build;
pub mod catalogue;
mod cgroup;
pub mod exposition;
mod label;
pub mod logs;
mod metrics_stub;
pub use metrics_stub::*;
pub mod metrics;
mod process;
#[cfg(test)]
mod reference;
mod scraped;

pub use build::build_info;
pub use exposition::Format;
pub use label::{ErrorKind, MetricLabels, RejectReason, RequestStatus};
pub use metrics::{CacheBackend, CacheName, GaugeGuard, Metrics};
