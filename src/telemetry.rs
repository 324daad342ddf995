//! What the program tells about itself: metrics, logs, and facts about its build and its process.

pub mod audit;
pub mod build;
pub mod catalogue;
mod cgroup;
pub mod exposition;
mod label;
mod load;
pub mod logs;
pub mod metrics;
mod process;
pub mod profiles;
#[cfg(test)]
mod reference;
mod scraped;
pub mod trace;

pub use build::build_info;
pub use exposition::Format;
pub use label::{
    AuthFailure, BudgetPeriod, CacheBackend, CacheName, CacheResult, CertificateName, CircuitState,
    ConnectionClosed, ConnectionDoor, DatabaseOperation, DatabaseResult, ErrorKind, FeedbackVerdict,
    HandshakeFailure, MetricLabels, ProviderOperation, RateLimitKind, RejectReason, ReloadResult,
    ReloadTrigger, Repair, RequestStatus, Validation,
};
pub use metrics::{GaugeGuard, Metrics};
