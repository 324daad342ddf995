//! What the program tells about itself: metrics, logs, and facts about its process.

pub mod metrics;

pub use metrics::{ErrorKind, GaugeGuard, Metrics, RequestStatus};
