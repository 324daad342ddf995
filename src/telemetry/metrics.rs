//! The metrics as the rest of the program records them.
//!
//! Every series is made at the start, from 0, so that `rate()` and `absent()` are right from the first scrape,
//! and recording takes two look-ups and no allocation.

mod cache;

pub use cache::{CacheBackend, CacheName};

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus::core::Collector;
use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};

use super::build::build_info;
use super::catalogue::{self, Kind, MetricDef};
use super::exposition::{self, Format};
use super::label::{ErrorKind, MAX_MODELS, MAX_PROVIDERS, MetricLabels, OTHER, RejectReason, RequestStatus};
use super::logs::LogCounts;
use super::scraped::Scraped;

/// The registry and what records into it.
pub struct Metrics {
    registry: Registry,
    providers: HashMap<String, ProviderSeries>,
    other: ProviderSeries,
    rejected: Vec<IntCounter>,
    connections: IntGauge,
    max_connections: IntGauge,
    in_flight: IntGauge,
    ready: IntGauge,
    maintenance: IntGauge,
}

/// The series of one provider.
struct ProviderSeries {
    /// By [`ErrorKind`].
    errors: Vec<IntCounter>,
    models: HashMap<String, ModelSeries>,
    other: ModelSeries,
}

/// The series of one model.
struct ModelSeries {
    /// By [`RequestStatus`].
    requests: Vec<IntCounter>,
    duration: Histogram,
    confidence: Histogram,
}

/// The vectors that the series of providers and models are taken from.
struct Vectors {
    requests: IntCounterVec,
    duration: HistogramVec,
    confidence: HistogramVec,
    errors: IntCounterVec,
}

/// Counts one open connection or request until dropped.
#[derive(Debug)]
pub struct GaugeGuard {
    gauge: IntGauge,
}

impl Metrics {
    /// Metrics for those providers and models; `logs` tells how many log lines there were.
    pub fn new(labels: &MetricLabels, logs: LogCounts) -> Metrics {
        let registry = Registry::new();
        let register = Register(&registry);
        let vectors = Vectors {
            requests: register.counters(&catalogue::REQUESTS),
            duration: register.histograms(&catalogue::REQUEST_DURATION),
            confidence: register.histograms(&catalogue::CONFIDENCE),
            errors: register.counters(&catalogue::ERRORS),
        };
        let rejected = register.counters(&catalogue::REJECTED);
        register
            .counters(&catalogue::CACHE_HITS)
            .with_label_values::<&str>(&[]);
        register
            .counters(&catalogue::CACHE_MISSES)
            .with_label_values::<&str>(&[]);
        registry.register(Box::new(Scraped::new(logs))).expect(VALID);

        let build = build_info();
        let build_labels = [build.version, build.commit, build.rustc, build.features];
        register
            .gauges(&catalogue::BUILD_INFO)
            .with_label_values(&build_labels)
            .set(1);

        let metrics = Metrics {
            providers: models_by_provider(labels)
                .into_iter()
                .map(|(provider, models)| (provider.to_owned(), vectors.provider(provider, &models)))
                .collect(),
            other: vectors.provider(OTHER, &[]),
            rejected: RejectReason::WORDS
                .iter()
                .map(|reason| rejected.with_label_values(&[reason]))
                .collect(),
            connections: register.gauge(&catalogue::ACTIVE_CONNECTIONS),
            max_connections: register.gauge(&catalogue::MAX_CONNECTIONS),
            in_flight: register.gauge(&catalogue::IN_FLIGHT),
            ready: register.gauge(&catalogue::READY),
            maintenance: register.gauge(&catalogue::MAINTENANCE),
            registry,
        };
        debug_assert!(
            metrics.is_within_bounds(),
            "a metric has more series than its entry allows"
        );
        metrics
    }

    /// A finished question. A provider or model outside the configured ones counts as `other`.
    pub fn request_finished(&self, provider: &str, model: &str, status: RequestStatus, took: Duration) {
        let series = self.provider(provider).model(model);
        series.requests[status as usize].inc();
        if status != RequestStatus::Cancelled {
            series.duration.observe(took.as_secs_f64());
        }
    }

    /// The confidence of an answer, 0 to 1.
    pub fn answered_with_confidence(&self, provider: &str, model: &str, confidence: f64) {
        self.provider(provider)
            .model(model)
            .confidence
            .observe(confidence);
    }

    /// A failure; a request may add more than one.
    pub fn error(&self, kind: ErrorKind, provider: &str) {
        self.provider(provider).errors[kind as usize].inc();
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

    /// Everything as text. Reads a dozen small files of the system, so it is nothing for an async task.
    pub fn render(&self, format: Format) -> Vec<u8> {
        exposition::write(&self.registry.gather(), format)
    }

    /// Whether no family has more series than its entry in the catalogue allows.
    fn is_within_bounds(&self) -> bool {
        let families = self.registry.gather();
        families.iter().all(|family| {
            let bound = catalogue::find(family.name()).map_or(0, MetricDef::label_sets_bound);
            family.get_metric().len() <= bound
        })
    }

    fn provider(&self, name: &str) -> &ProviderSeries {
        self.providers.get(name).unwrap_or(&self.other)
    }
}

impl ProviderSeries {
    fn model(&self, name: &str) -> &ModelSeries {
        self.models.get(name).unwrap_or(&self.other)
    }
}

/// The providers and models that get series of their own, within the bounds.
fn models_by_provider(labels: &MetricLabels) -> BTreeMap<&str, Vec<&str>> {
    let mut kept: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in labels.providers.iter().filter(|name| *name != OTHER) {
        if kept.len() < MAX_PROVIDERS || kept.contains_key(name.as_str()) {
            kept.entry(name).or_default();
        }
    }
    let mut count = 0;
    for (provider, model) in labels.models.iter().filter(|(_, model)| model != OTHER) {
        if let Some(models) = kept.get_mut(provider.as_str())
            && count < MAX_MODELS
            && !models.contains(&model.as_str())
        {
            models.push(model);
            count += 1;
        }
    }
    let (providers, models) = (labels.providers.len(), labels.models.len());
    if providers > MAX_PROVIDERS || models > MAX_MODELS {
        tracing::warn!(
            providers,
            models,
            "more than {MAX_PROVIDERS} providers or {MAX_MODELS} models are configured: metrics count the rest as \"{OTHER}\""
        );
    }
    kept
}

impl Vectors {
    fn provider(&self, provider: &str, models: &[&str]) -> ProviderSeries {
        let error = |kind: &&str| self.errors.with_label_values(&[kind, provider]);
        ProviderSeries {
            errors: ErrorKind::WORDS.iter().map(error).collect(),
            models: models
                .iter()
                .map(|model| ((*model).to_owned(), self.model(provider, model)))
                .collect(),
            other: self.model(provider, OTHER),
        }
    }

    fn model(&self, provider: &str, model: &str) -> ModelSeries {
        let request = |status: &&str| self.requests.with_label_values(&[provider, model, status]);
        ModelSeries {
            requests: RequestStatus::WORDS.iter().map(request).collect(),
            duration: self.duration.with_label_values(&[provider, model]),
            confidence: self.confidence.with_label_values(&[provider, model]),
        }
    }
}

/// Makes metrics from entries of the catalogue, and from nothing else.
struct Register<'a>(&'a Registry);

impl Register<'_> {
    fn counters(&self, def: &MetricDef) -> IntCounterVec {
        self.it(IntCounterVec::new(Opts::new(def.name, def.help), &def.label_names()).expect(VALID))
    }

    fn gauges(&self, def: &MetricDef) -> IntGaugeVec {
        self.it(IntGaugeVec::new(Opts::new(def.name, def.help), &def.label_names()).expect(VALID))
    }

    fn gauge(&self, def: &MetricDef) -> IntGauge {
        self.gauges(def).with_label_values::<&str>(&[])
    }

    fn histograms(&self, def: &MetricDef) -> HistogramVec {
        let Kind::Histogram(buckets) = def.kind else {
            unreachable!("{} is no histogram", def.name);
        };
        let options = HistogramOpts::new(def.name, def.help).buckets(buckets.to_vec());
        self.it(HistogramVec::new(options, &def.label_names()).expect(VALID))
    }

    fn it<C: Collector + Clone + 'static>(&self, collector: C) -> C {
        self.0.register(Box::new(collector.clone())).expect(VALID);
        collector
    }
}

/// Why making or registering a metric cannot fail.
const VALID: &str = "names in the catalogue are valid and unique";

impl Default for Metrics {
    /// Metrics for the embedded engine alone.
    fn default() -> Metrics {
        Metrics::new(&MetricLabels::default(), LogCounts::default())
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
