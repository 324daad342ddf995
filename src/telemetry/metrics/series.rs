//! The series of each provider and model: made at once, found by two look-ups, within the bounds whatever is learned.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use prometheus::{Counter, CounterVec, Histogram, HistogramVec, IntCounter, IntCounterVec, IntGaugeVec};

use super::exemplars::{Exemplars, TracedHistogram};
use super::register::Register;
use crate::telemetry::catalogue;
use crate::telemetry::label::{
    BUILTIN, CircuitState, ErrorKind, FallbackTo, FoldedLabel, MAX_MODELS, MAX_PROVIDERS, MetricLabels,
    OTHER, ProviderOperation, RequestStatus, RetryReason, SizedDirection, TokenDirection,
};

/// The vectors that the series of providers and models are taken from.
pub(super) struct Vectors {
    requests: IntCounterVec,
    duration: HistogramVec,
    confidence: HistogramVec,
    errors: IntCounterVec,
    tokens: IntCounterVec,
    first_token: HistogramVec,
    cost: CounterVec,
    calls: HistogramVec,
    request_tokens: HistogramVec,
    output_rate: HistogramVec,
    retries: IntCounterVec,
    fallbacks: IntCounterVec,
    /// Set by provider and state.
    pub(super) circuit_state: IntGaugeVec,
    /// Counted by provider and state.
    pub(super) circuit_transitions: IntCounterVec,
    /// By [`FoldedLabel`].
    folded: Vec<IntCounter>,
    exemplars: Arc<Exemplars>,
}

/// All providers.
pub(super) struct Series {
    providers: HashMap<String, ProviderSeries>,
    other: ProviderSeries,
    folded: IntCounter,
}

/// The series of one provider.
pub(super) struct ProviderSeries {
    /// By [`ErrorKind`].
    pub(super) errors: Vec<IntCounter>,
    /// By [`ProviderOperation`].
    pub(super) calls: Vec<TracedHistogram>,
    /// By [`SizedDirection`].
    pub(super) request_tokens: Vec<Histogram>,
    pub(super) output_rate: Histogram,
    /// By [`RetryReason`].
    pub(super) retries: Vec<IntCounter>,
    /// By [`FallbackTo`].
    pub(super) fallbacks: Vec<IntCounter>,
    models: HashMap<String, ModelSeries>,
    other: ModelSeries,
    folded: IntCounter,
}

/// The series of one model.
pub(super) struct ModelSeries {
    /// By [`RequestStatus`].
    pub(super) requests: Vec<IntCounter>,
    pub(super) duration: TracedHistogram,
    pub(super) confidence: Histogram,
    /// By [`TokenDirection`].
    pub(super) tokens: Vec<IntCounter>,
    pub(super) first_token: TracedHistogram,
    cost: Cost,
}

/// A series that is made when there is something to count.
struct Cost {
    counter: OnceLock<Counter>,
    vector: CounterVec,
    labels: [String; 2],
}

impl Vectors {
    pub(super) fn new(register: &Register<'_>, exemplars: Arc<Exemplars>) -> Vectors {
        let folded = register.counters(&catalogue::SERIES_DROPPED);
        Vectors {
            requests: register.counters(&catalogue::REQUESTS),
            duration: register.histograms(&catalogue::REQUEST_DURATION),
            confidence: register.histograms(&catalogue::CONFIDENCE),
            errors: register.counters(&catalogue::ERRORS),
            tokens: register.counters(&catalogue::TOKENS),
            first_token: register.histograms(&catalogue::FIRST_TOKEN),
            cost: register.float_counters(&catalogue::COST),
            calls: register.histograms(&catalogue::PROVIDER_DURATION),
            request_tokens: register.histograms(&catalogue::REQUEST_TOKENS),
            output_rate: register.histograms(&catalogue::OUTPUT_RATE),
            retries: register.counters(&catalogue::RETRIES),
            fallbacks: register.counters(&catalogue::FALLBACKS),
            circuit_state: register.gauges(&catalogue::CIRCUIT_STATE),
            circuit_transitions: register.counters(&catalogue::CIRCUIT_TRANSITIONS),
            folded: each(FoldedLabel::WORDS, |label| folded.with_label_values(&[label])),
            exemplars,
        }
    }

    /// The series of those providers and models; those that exist already are the same ones again.
    pub(super) fn series(&self, labels: &MetricLabels) -> Series {
        Series {
            providers: by_provider(labels)
                .into_iter()
                .map(|(provider, models)| (provider.to_owned(), self.provider(provider, &models)))
                .collect(),
            other: self.provider(OTHER, &[]),
            folded: self.folded[FoldedLabel::Provider as usize].clone(),
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
                let values = [provider, operation];
                let histogram = self.calls.with_label_values(&values);
                self.exemplars
                    .histogram(&catalogue::PROVIDER_DURATION, &values, histogram)
            }),
            request_tokens: each(SizedDirection::WORDS, |direction| {
                self.request_tokens.with_label_values(&[provider, direction])
            }),
            retries: each(RetryReason::WORDS, |reason| {
                self.retries.with_label_values(&[provider, reason])
            }),
            fallbacks: each(FallbackTo::WORDS, |to| {
                self.fallbacks.with_label_values(&[provider, to])
            }),
            output_rate: self.output_rate.with_label_values(&[provider]),
            models: models
                .iter()
                .map(|model| ((*model).to_owned(), self.model(provider, model)))
                .collect(),
            other: self.model(provider, OTHER),
            folded: self.folded[FoldedLabel::Model as usize].clone(),
        }
    }

    fn model(&self, provider: &str, model: &str) -> ModelSeries {
        let values = [provider, model];
        let traced = |def, vector: &HistogramVec| {
            let histogram = vector.with_label_values(&values);
            self.exemplars.histogram(def, &values, histogram)
        };
        ModelSeries {
            requests: each(RequestStatus::WORDS, |status| {
                self.requests.with_label_values(&[provider, model, status])
            }),
            duration: traced(&catalogue::REQUEST_DURATION, &self.duration),
            confidence: self.confidence.with_label_values(&values),
            tokens: each(TokenDirection::WORDS, |direction| {
                self.tokens.with_label_values(&[provider, model, direction])
            }),
            first_token: traced(&catalogue::FIRST_TOKEN, &self.first_token),
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

impl Series {
    /// The series of a provider; those of `other` when it is not a known one.
    pub(super) fn provider(&self, name: &str) -> &ProviderSeries {
        self.providers.get(name).unwrap_or_else(|| {
            if name != OTHER {
                self.folded.inc();
            }
            &self.other
        })
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

impl ProviderSeries {
    /// The series of a model; those of `other` when it is not a known one.
    pub(super) fn model(&self, name: &str) -> &ModelSeries {
        self.models.get(name).unwrap_or_else(|| {
            // Without a name there is nothing to fold: a question that was turned away before a model was chosen.
            if !name.is_empty() && name != OTHER {
                self.folded.inc();
            }
            &self.other
        })
    }
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
