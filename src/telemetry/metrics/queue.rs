//! The questions that wait for a place.

use std::time::Duration;

use prometheus::{Histogram, IntGauge};

use super::register::Register;
use super::{GaugeGuard, Metrics};
use crate::telemetry::catalogue;

/// The word for the one queue there is.
const AI_REQUESTS: &str = "ai_requests";

pub(super) struct Queue {
    depth: IntGauge,
    capacity: IntGauge,
    wait: Histogram,
    pool_size: IntGauge,
}

impl Queue {
    pub(super) fn new(register: &Register<'_>) -> Queue {
        let gauge = |def| register.gauges(def).with_label_values(&[AI_REQUESTS]);
        Queue {
            depth: gauge(&catalogue::QUEUE_DEPTH),
            capacity: gauge(&catalogue::QUEUE_CAPACITY),
            wait: register
                .histograms(&catalogue::QUEUE_WAIT)
                .with_label_values(&[AI_REQUESTS]),
            pool_size: register.gauge(&catalogue::POOL_SIZE),
        }
    }
}

impl Metrics {
    /// A question that waits for a place until the guard is dropped.
    pub fn queue_waiting(&self) -> GaugeGuard {
        GaugeGuard::raise(&self.queue.depth)
    }

    /// How long a question has waited for its place.
    pub fn queue_waited(&self, took: Duration) {
        self.queue.wait.observe(took.as_secs_f64());
    }

    /// Most questions that are answered at once, and most that may wait.
    pub fn worker_pool(&self, size: usize, queue_capacity: usize) {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.queue.pool_size.set(number(size));
        self.queue.capacity.set(number(queue_capacity));
    }
}
