//! The metrics as the rest of the program records them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// How a question ended: the label `status` of `atest_ai_requests_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestStatus {
    /// An answer was given.
    Success,
    /// It failed.
    Error,
    /// The deadline passed.
    Timeout,
    /// The caller went away.
    Cancelled,
    /// It was refused: a write, chit-chat, not in the schema, maintenance.
    Rejected,
}

/// Kind of a failure: the label `type` of `atest_ai_errors_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// A deadline passed.
    Timeout,
    /// A provider refused the credentials.
    Auth,
    /// A provider asked to slow down.
    RateLimit,
    /// A provider's quota is used up.
    Quota,
    /// A connection failed.
    Network,
    /// A provider failed.
    Provider5xx,
    /// A provider's answer was no usable SQL.
    InvalidResponse,
    /// The request was malformed.
    InvalidRequest,
    /// A rule forbade it.
    Policy,
    /// The breaker was open.
    CircuitOpen,
    /// Too much at once.
    Overload,
    /// A fault of the plugin.
    Internal,
}

/// The registry and what records into it.
#[derive(Debug, Default)]
pub struct Metrics {
    connections: AtomicI64,
    in_flight: AtomicI64,
}

/// Counts one open connection or request until dropped.
pub struct GaugeGuard {
    metrics: Arc<Metrics>,
    gauge: fn(&Metrics) -> &AtomicI64,
}

impl Metrics {
    /// A finished question.
    pub fn request_finished(&self, _provider: &str, _model: &str, _status: RequestStatus, _took: Duration) {}
    /// The confidence of an answer.
    pub fn answered_with_confidence(&self, _provider: &str, _model: &str, _confidence: f64) {}
    /// A failure; a request may add more than one.
    pub fn error(&self, _kind: ErrorKind, _provider: &str) {}
    /// A connection that is open until the guard is dropped.
    pub fn connection_opened(self: &Arc<Self>) -> GaugeGuard {
        GaugeGuard::raise(self, |m| &m.connections)
    }
    /// A question that is under way until the guard is dropped.
    pub fn request_started(self: &Arc<Self>) -> GaugeGuard {
        GaugeGuard::raise(self, |m| &m.in_flight)
    }
}

impl GaugeGuard {
    fn raise(metrics: &Arc<Metrics>, gauge: fn(&Metrics) -> &AtomicI64) -> GaugeGuard {
        gauge(metrics).fetch_add(1, Ordering::Relaxed);
        GaugeGuard {
            metrics: Arc::clone(metrics),
            gauge,
        }
    }
}

impl Drop for GaugeGuard {
    fn drop(&mut self) {
        (self.gauge)(&self.metrics).fetch_sub(1, Ordering::Relaxed);
    }
}
