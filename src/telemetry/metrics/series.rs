//! The series of each provider and model: made at once, found by two look-ups, within the bounds whatever is learned.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use prometheus::{
    Counter, CounterVec, GaugeVec, Histogram, HistogramVec, IntCounter, IntCounterVec, IntGaugeVec,
};

use super::exemplar::{Traced, TracedVec};
use super::register::Register;
use crate::telemetry::catalogue::{self, MetricDef, WITH_EXEMPLARS};
use crate::telemetry::label::{
    BUILTIN, CircuitState, ErrorKind, FallbackTo, MAX_MODELS, MAX_PROVIDERS, MetricLabels, OTHER,
    ProviderOperation, RequestStatus, RetryReason, TokenDirection,
};

/// The vectors that the series of providers and models are taken from.
pub(super) struct Vectors {
    requests: IntCounterVec,
    duration: TracedVec,
    confidence: HistogramVec,
    errors: IntCounterVec,
    tokens: IntCounterVec,
    request_tokens: HistogramVec,
    first_token: TracedVec,
    output_speed: HistogramVec,
    cost: CounterVec,
    calls: TracedVec,
    retries: IntCounterVec,
    fallbacks: IntCounterVec,
    /// Set by provider and state.
    pub(super) circuit_state: IntGaugeVec,
    /// Counted by provider and state.
    pub(super) circuit_transitions: IntCounterVec,
    /// Set by provider and kind.
    pub(super) rate_limit_remaining: GaugeVec,
    dropped: Arc<Dropped>,
}

/// Values that have no series of their own, by metric.
struct Dropped(HashMap<&'static str, IntCounter>);

/// All providers.
pub(super) struct Series {
    providers: HashMap<String, ProviderSeries>,
    other: ProviderSeries,
    dropped: Arc<Dropped>,
}

/// The series of one provider.
pub(super) struct ProviderSeries {
    /// By [`ErrorKind`].
    pub(super) errors: Vec<IntCounter>,
    /// By [`ProviderOperation`].
    pub(super) calls: Vec<Traced>,
    /// Input and output.
    pub(super) request_tokens: Vec<Histogram>,
    /// By [`RetryReason`].
    pub(super) retries: Vec<IntCounter>,
    /// By [`FallbackTo`].
    pub(super) fallbacks: Vec<IntCounter>,
    models: HashMap<String, ModelSeries>,
    other: ModelSeries,
}

/// The series of one model.
pub(super) struct ModelSeries {
    /// By [`RequestStatus`].
    pub(super) requests: Vec<IntCounter>,
    pub(super) duration: Traced,
    pub(super) confidence: Histogram,
    /// By [`TokenDirection`].
    pub(super) tokens: Vec<IntCounter>,
    pub(super) first_token: Traced,
    pub(super) output_speed: Histogram,
    cost: Cost,
}

/// A series that is made when there is something to count.
struct Cost {
    counter: OnceLock<Counter>,
    vector: CounterVec,
    labels: [String; 2],
}

impl Vectors {
    pub(super) fn new(register: &Register<'_>) -> Vectors {
        Vectors {
            requests: register.counters(&catalogue::REQUESTS),
            duration: TracedVec::new(register, &catalogue::REQUEST_DURATION),
            confidence: register.histograms(&catalogue::CONFIDENCE),
            errors: register.counters(&catalogue::ERRORS),
            tokens: register.counters(&catalogue::TOKENS),
            request_tokens: register.histograms(&catalogue::REQUEST_TOKENS),
            first_token: TracedVec::new(register, &catalogue::FIRST_TOKEN),
            output_speed: register.histograms(&catalogue::OUTPUT_SPEED),
            cost: register.float_counters(&catalogue::COST),
            calls: TracedVec::new(register, &catalogue::PROVIDER_DURATION),
            retries: register.counters(&catalogue::RETRIES),
            fallbacks: register.counters(&catalogue::FALLBACKS),
            circuit_state: register.gauges(&catalogue::CIRCUIT_STATE),
            circuit_transitions: register.counters(&catalogue::CIRCUIT_TRANSITIONS),
            rate_limit_remaining: register.float_gauges(&catalogue::RATE_LIMIT_REMAINING),
            dropped: Arc::new(Dropped::new(register)),
        }
    }

    /// The histograms that keep exemplars, in the order of the catalogue.
    pub(super) fn traced(&self) -> [&TracedVec; WITH_EXEMPLARS.len()] {
        [&self.duration, &self.calls, &self.first_token]
    }

    /// The series of those providers and models; those that exist already are the same ones again.
    pub(super) fn series(&self, labels: &MetricLabels) -> Series {
        Series {
            providers: by_provider(labels)
                .into_iter()
                .map(|(provider, models)| (provider.to_owned(), self.provider(provider, &models)))
                .collect(),
            other: self.provider(OTHER, &[]),
            dropped: Arc::clone(&self.dropped),
        }
    }

    /// A breaker begins closed. The embedded engine has none.
    pub(super) fn close_circuit(&self, provider: &str) {
        if provider == BUILTIN {
            return;
        }
        for state in CircuitState::WORDS {
            let closed = *state == CircuitState::WORDS[CircuitState::Closed as usize];
            let gauge = self.circuit_state.with_label_values(&[provider, *state]);
            gauge.set(i64::from(closed));
            self.circuit_transitions.with_label_values(&[provider, *state]);
        }
    }

    fn provider(&self, provider: &str, models: &[&str]) -> ProviderSeries {
        ProviderSeries {
            errors: each(ErrorKind::WORDS, |kind| {
                self.errors.with_label_values(&[kind, provider])
            }),
            calls: each(ProviderOperation::WORDS, |operation| {
                self.calls.with_label_values(&[provider, operation])
            }),
            request_tokens: each(TokenDirection::WHOLE, |direction| {
                self.request_tokens.with_label_values(&[provider, direction])
            }),
            retries: each(RetryReason::WORDS, |reason| {
                self.retries.with_label_values(&[provider, reason])
            }),
            fallbacks: each(FallbackTo::WORDS, |to| {
                self.fallbacks.with_label_values(&[provider, to])
            }),
            models: models
                .iter()
                .map(|model| ((*model).to_owned(), self.model(provider, model)))
                .collect(),
            other: self.model(provider, OTHER),
        }
    }

    fn model(&self, provider: &str, model: &str) -> ModelSeries {
        ModelSeries {
            requests: each(RequestStatus::WORDS, |status| {
                self.requests.with_label_values(&[provider, model, status])
            }),
            duration: self.duration.with_label_values(&[provider, model]),
            confidence: self.confidence.with_label_values(&[provider, model]),
            tokens: each(TokenDirection::WORDS, |direction| {
                self.tokens.with_label_values(&[provider, model, direction])
            }),
            first_token: self.first_token.with_label_values(&[provider, model]),
            output_speed: self.output_speed.with_label_values(&[provider, model]),
            cost: Cost {
                counter: OnceLock::new(),
                vector: self.cost.clone(),
                labels: [provider.to_owned(), model.to_owned()],
            },
        }
    }
}

/// One thing for each word of a closed set, in its order.
fn each<T>(words: &[&str], make: impl Fn(&str) -> T) -> Vec<T> {
    words.iter().map(|word| make(word)).collect()
}

impl Dropped {
    fn new(register: &Register<'_>) -> Dropped {
        let counters = register.counters(&catalogue::SERIES_DROPPED);
        let bounded = catalogue::BOUNDED.iter();
        Dropped(
            bounded
                .map(|name| (*name, counters.with_label_values(&[name])))
                .collect(),
        )
    }

    fn count(&self, def: &MetricDef) {
        if let Some(counter) = self.0.get(def.name) {
            counter.inc();
        }
    }
}

impl Series {
    /// The series of a provider in that metric; those of `other` when it is not a known one.
    pub(super) fn provider(&self, def: &MetricDef, name: &str) -> &ProviderSeries {
        self.providers.get(name).unwrap_or_else(|| {
            if is_a_name(name) {
                self.dropped.count(def);
            }
            &self.other
        })
    }

    /// The series of a provider's model in that metric; those of `other` when either is not a known one.
    pub(super) fn model(&self, def: &MetricDef, provider: &str, model: &str) -> &ModelSeries {
        let Some(series) = self.providers.get(provider) else {
            return &self.provider(def, provider).other;
        };
        series.models.get(model).unwrap_or_else(|| {
            if is_a_name(model) {
                self.dropped.count(def);
            }
            &series.other
        })
    }

    /// Whether it has series of its own in that metric, in which `other` would make no sense.
    pub(super) fn has(&self, def: &MetricDef, provider: &str) -> bool {
        let known = self.knows(provider);
        if !known && is_a_name(provider) {
            self.dropped.count(def);
        }
        known
    }

    /// Whether it has series of its own.
    pub(super) fn knows(&self, provider: &str) -> bool {
        self.providers.contains_key(provider)
    }

    /// The providers and models that have series of their own.
    pub(super) fn labels(&self) -> MetricLabels {
        let models = self.providers.iter().flat_map(|(provider, series)| {
            let models = series.models.keys();
            models.map(|model| (provider.clone(), model.clone()))
        });
        MetricLabels {
            providers: self.providers.keys().cloned().collect(),
            models: models.collect(),
        }
    }

    /// The providers that have series of their own.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.providers.keys().map(String::as_str)
    }
}

/// What is counted as `other` on purpose, or has no name at all, loses nothing.
fn is_a_name(word: &str) -> bool {
    !word.is_empty() && word != OTHER
}

impl ModelSeries {
    /// What it has cost; the series begins with the first call of this.
    pub(super) fn cost(&self) -> &Counter {
        let cost = &self.cost;
        cost.counter
            .get_or_init(|| cost.vector.with_label_values(&cost.labels))
    }
}

/// The providers and models that get series of their own, within the bounds: those named first.
fn by_provider(labels: &MetricLabels) -> BTreeMap<&str, Vec<&str>> {
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
