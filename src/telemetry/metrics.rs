//! The metrics as the rest of the program records them.
//!
//! Every series whose labels are known is made at the start, from 0, so that `rate()` and `absent()` are right from the
//! first scrape, and recording takes two look-ups and no allocation.

mod cache;
mod config;
mod connections;
mod database;
mod exemplar;
mod money;
mod profiles;
mod provider;
mod queue;
mod register;
mod secrets;
mod series;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::ArcSwap;
use prometheus::{Histogram, IntCounter, IntGauge, IntGaugeVec, Registry};

use self::cache::Caches;
use self::connections::Connections;
use self::money::Money;
use self::queue::Queue;
use self::register::{Register, VALID};
use self::secrets::Secrets;
use self::series::{Series, Vectors};
use super::build::build_info;
use super::catalogue::{self, MetricDef};
use super::exposition::{self, Format};
use super::label::{
    AuthFailure, ErrorKind, FeedbackVerdict, MetricLabels, RejectReason, RequestStatus, Validation,
};
use super::logs::LogCounts;
use super::scraped::Scraped;
use super::trace::{self, SpanIds, TraceCounts};

/// The registry and what records into it.
pub struct Metrics {
    registry: Registry,
    vectors: Vectors,
    series: ArcSwap<Series>,
    /// Held while series are added, so that two who add do not lose each other's.
    learning: Mutex<()>,
    provider_up: IntGaugeVec,
    money: Money,
    queue: Queue,
    caches: Caches,
    rejected: Vec<IntCounter>,
    auth_failures: Vec<IntCounter>,
    feedback: Vec<IntCounter>,
    validated: Vec<IntCounter>,
    overhead: Histogram,
    audit_failures: IntCounter,
    config: config::ConfigState,
    secrets: Secrets,
    connections: Connections,
    databases: database::Databases,
    profiles: profiles::Profiles,
    in_flight: IntGauge,
    ready: IntGauge,
    maintenance: IntGauge,
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
        let vectors = Vectors::new(&register);
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
            rejected: register.each(&catalogue::REJECTED, RejectReason::WORDS),
            auth_failures: register.each(&catalogue::AUTH_FAILURES, AuthFailure::WORDS),
            feedback: register.each(&catalogue::FEEDBACK, FeedbackVerdict::WORDS),
            validated: register.each(&catalogue::VALIDATED, Validation::WORDS),
            overhead: register
                .histograms(&catalogue::OVERHEAD)
                .with_label_values::<&str>(&[]),
            audit_failures: register.counter(&catalogue::AUDIT_WRITE_FAILURES),
            config: config::ConfigState::new(&register),
            secrets: Secrets::new(&register),
            connections: Connections::new(&register),
            databases: database::Databases::new(&register),
            profiles: profiles::Profiles::new(&register),
            in_flight: register.gauge(&catalogue::IN_FLIGHT),
            ready: register.gauge(&catalogue::READY),
            maintenance: register.gauge(&catalogue::MAINTENANCE),
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
        self.request_finished_in(trace::exemplar(), provider, model, status, took);
    }

    fn request_finished_in(
        &self,
        span: Option<SpanIds>,
        provider: &str,
        model: &str,
        status: RequestStatus,
        took: Duration,
    ) {
        let series = self.series.load();
        series.model(&catalogue::REQUESTS, provider, model).requests[status as usize].inc();
        if status != RequestStatus::Cancelled {
            let duration = &series
                .model(&catalogue::REQUEST_DURATION, provider, model)
                .duration;
            duration.observe(took.as_secs_f64(), span);
        }
    }

    /// Time of a question that was the plugin's own: all of it but the time in which a provider or a database was at
    /// work, counted once where both were.
    pub fn overhead(&self, own: Duration) {
        self.overhead.observe(own.as_secs_f64());
    }

    /// The confidence of an answer, 0 to 1.
    pub fn answered_with_confidence(&self, provider: &str, model: &str, confidence: f64) {
        let series = self.series.load();
        let model = series.model(&catalogue::CONFIDENCE, provider, model);
        model.confidence.observe(confidence);
    }

    /// A failure; a request may add more than one.
    pub fn error(&self, kind: ErrorKind, provider: &str) {
        let series = self.series.load();
        series.provider(&catalogue::ERRORS, provider).errors[kind as usize].inc();
    }

    /// A line of the audit log that could not be written.
    pub fn audit_write_failed(&self) {
        self.audit_failures.inc();
    }

    /// A request that was turned away before anybody worked on it.
    pub fn rejected(&self, reason: RejectReason) {
        self.rejected[reason as usize].inc();
    }

    /// A caller that was turned away, because it is not one of those who may.
    pub fn authentication_failed(&self, reason: AuthFailure) {
        self.rejected(RejectReason::Auth);
        self.auth_failures[reason as usize].inc();
    }

    /// A question that is under way until the guard is dropped.
    pub fn request_started(self: &Arc<Self>) -> GaugeGuard {
        GaugeGuard::raise(&self.in_flight)
    }

    /// How many questions are under way.
    pub fn requests_in_flight(&self) -> i64 {
        self.in_flight.get()
    }

    /// Whether requests are taken.
    pub fn set_ready(&self, ready: bool) {
        self.ready.set(i64::from(ready));
    }

    /// Whether an operator has switched requests off.
    pub fn set_maintenance(&self, on: bool) {
        self.maintenance.set(i64::from(on));
    }

    /// Everything as text. Reads a dozen small files of the system, so it is nothing for an async task.
    pub fn render(&self, format: Format) -> Vec<u8> {
        exposition::write(&self.registry.gather(), format, |family, labels| {
            let traced = self.vectors.traced().into_iter();
            let mut kept = traced.filter(|histograms| histograms.name() == family);
            kept.next()
                .map(|histograms| histograms.exemplars(labels))
                .unwrap_or_default()
        })
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
