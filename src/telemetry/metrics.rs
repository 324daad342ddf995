//! The metrics as the rest of the program records them.
//!
//! Every series whose labels are known is made at the start, from 0, so that `rate()` and `absent()` are right from the
//! first scrape, and recording takes two look-ups and no allocation.

mod cache;
mod exemplars;
mod money;
mod provider;
mod queue;
mod register;
mod series;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::ArcSwap;
use prometheus::{Histogram, IntCounter, IntGauge, IntGaugeVec, Registry};

use self::cache::Caches;
pub use self::exemplars::{Exemplar, Exemplars, Slots};
use self::money::Money;
use self::queue::Queue;
use self::register::{Register, VALID};
use self::series::{Series, Vectors};
use super::build::build_info;
use super::catalogue::{self, MetricDef};
use super::exposition::{self, Format};
use super::label::{ErrorKind, MetricLabels, RejectReason, RequestStatus, Validation};
use super::logs::LogCounts;
use super::scraped::Scraped;
use super::trace::TraceCounts;

/// The registry and what records into it.
pub struct Metrics {
    registry: Registry,
    exemplars: Arc<Exemplars>,
    vectors: Vectors,
    series: ArcSwap<Series>,
    /// Held while series are added, so that two who add do not lose each other's.
    learning: Mutex<()>,
    provider_up: IntGaugeVec,
    money: Money,
    queue: Queue,
    caches: Caches,
    rejected: Vec<IntCounter>,
    connections: IntGauge,
    max_connections: IntGauge,
    in_flight: IntGauge,
    overhead: Histogram,
    validated: Vec<IntCounter>,
    config: IntGaugeVec,
    ready: IntGauge,
    maintenance: IntGauge,
    audit_failures: IntCounter,
}

/// Counts one open connection or request until dropped.
#[derive(Debug)]
pub struct GaugeGuard {
    gauge: IntGauge,
}

impl Metrics {
    /// Metrics for those providers and models; `logs` and `traces` tell how many log lines and spans there were.
    pub fn new(labels: &MetricLabels, logs: LogCounts, traces: TraceCounts) -> Metrics {
        let registry = Registry::new();
        let register = Register(&registry);
        let exemplars = Arc::<Exemplars>::default();
        let vectors = Vectors::new(&register, Arc::clone(&exemplars));
        let validated = register.counters(&catalogue::ANSWERS_VALIDATED);
        let rejected = register.counters(&catalogue::REJECTED);
        registry
            .register(Box::new(Scraped::new(logs, traces)))
            .expect(VALID);

        let build = build_info();
        let build_labels = [build.version, build.commit, build.rustc, build.features];
        register
            .gauges(&catalogue::BUILD_INFO)
            .with_label_values(&build_labels)
            .set(1);

        let metrics = Metrics {
            series: ArcSwap::from_pointee(vectors.series(&MetricLabels::none())),
            vectors,
            learning: Mutex::new(()),
            provider_up: register.gauges(&catalogue::PROVIDER_UP),
            money: Money::new(&register),
            queue: Queue::new(&register),
            caches: Caches::new(&register),
            rejected: RejectReason::WORDS
                .iter()
                .map(|reason| rejected.with_label_values(&[reason]))
                .collect(),
            connections: register.gauge(&catalogue::ACTIVE_CONNECTIONS),
            max_connections: register.gauge(&catalogue::MAX_CONNECTIONS),
            in_flight: register.gauge(&catalogue::IN_FLIGHT),
            overhead: register.histogram(&catalogue::OVERHEAD),
            validated: Validation::WORDS
                .iter()
                .map(|result| validated.with_label_values(&[result]))
                .collect(),
            config: register.gauges(&catalogue::CONFIG_INFO),
            exemplars,
            ready: register.gauge(&catalogue::READY),
            maintenance: register.gauge(&catalogue::MAINTENANCE),
            audit_failures: register.counter(&catalogue::AUDIT_WRITE_FAILURES),
            registry,
        };
        metrics.learn(labels);
        metrics
    }

    /// Gives series of their own to providers and models that have come up since, as far as the bounds allow. Those that
    /// have series keep them.
    pub fn learn(&self, labels: &MetricLabels) {
        let _held = self
            .learning
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let known = self.series.load_full();
        let series = self.vectors.series(&known.labels().and(labels));
        for provider in series.names().filter(|name| !known.knows(name)) {
            self.vectors.close_circuit(provider);
        }
        self.series.store(Arc::new(series));
        debug_assert!(
            self.is_within_bounds(),
            "a metric has more series than its entry allows"
        );
    }

    /// A finished question. A provider or model outside the configured ones counts as `other`.
    pub fn request_finished(&self, provider: &str, model: &str, status: RequestStatus, took: Duration) {
        let series = self.series.load();
        let series = series.provider(provider).model(model);
        series.requests[status as usize].inc();
        if status != RequestStatus::Cancelled {
            series.duration.observe(took.as_secs_f64());
        }
    }

    /// The confidence of an answer, 0 to 1.
    pub fn answered_with_confidence(&self, provider: &str, model: &str, confidence: f64) {
        let series = self.series.load();
        let model = series.provider(provider).model(model);
        model.confidence.observe(confidence);
    }

    /// A failure; a request may add more than one.
    pub fn error(&self, kind: ErrorKind, provider: &str) {
        self.series.load().provider(provider).errors[kind as usize].inc();
    }

    /// The plugin's own time of a question: its total without the union of provider and database time.
    pub fn overhead(&self, own: Duration) {
        self.overhead.observe(own.as_secs_f64());
    }

    /// What the check said of SQL that a provider wrote.
    pub fn answer_validated(&self, result: Validation) {
        self.validated[result as usize].inc();
    }

    /// The config in effect, by a hash without its secrets.
    pub fn config_in_effect(&self, hash: &str) {
        self.config.reset();
        self.config.with_label_values(&[hash]).set(1);
    }

    /// A request that was turned away before anybody worked on it.
    pub fn rejected(&self, reason: RejectReason) {
        self.rejected[reason as usize].inc();
    }

    /// A connection that is open until the guard is dropped.
    pub fn connection_opened(self: &Arc<Self>) -> GaugeGuard {
        GaugeGuard::raise(&self.connections)
    }

    /// A question that is under way until the guard is dropped.
    pub fn request_started(self: &Arc<Self>) -> GaugeGuard {
        GaugeGuard::raise(&self.in_flight)
    }

    /// Most connections that may be open at once.
    pub fn set_max_connections(&self, most: usize) {
        self.max_connections.set(i64::try_from(most).unwrap_or(i64::MAX));
    }

    /// Whether requests are taken.
    pub fn set_ready(&self, ready: bool) {
        self.ready.set(i64::from(ready));
    }

    /// Whether an operator has switched requests off.
    pub fn set_maintenance(&self, on: bool) {
        self.maintenance.set(i64::from(on));
    }

    /// A line of the audit log that could not be written.
    pub fn audit_write_failed(&self) {
        self.audit_failures.inc();
    }

    /// Everything as text. Reads a dozen small files of the system, so it is nothing for an async task.
    pub fn render(&self, format: Format) -> Vec<u8> {
        exposition::write(&self.registry.gather(), format, &self.exemplars)
    }

    /// Whether no family has more series than its entry in the catalogue allows.
    fn is_within_bounds(&self) -> bool {
        let families = self.registry.gather();
        families.iter().all(|family| {
            let bound = catalogue::find(family.name()).map_or(0, MetricDef::label_sets_bound);
            family.get_metric().len() <= bound
        })
    }
}

impl Default for Metrics {
    /// Metrics for the embedded engine alone.
    fn default() -> Metrics {
        Metrics::new(
            &MetricLabels::default(),
            LogCounts::default(),
            TraceCounts::default(),
        )
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics")
            .field("registry", &self.registry)
            .finish_non_exhaustive()
    }
}

impl GaugeGuard {
    fn raise(gauge: &IntGauge) -> GaugeGuard {
        gauge.inc();
        GaugeGuard { gauge: gauge.clone() }
    }
}

impl Drop for GaugeGuard {
    fn drop(&mut self) {
        self.gauge.dec();
    }
}

#[cfg(test)]
mod tests;
