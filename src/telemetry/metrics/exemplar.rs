//! Exemplars: for each bucket of a histogram, the last observation whose span will be sent.
//!
//! The `prometheus` crate has none, so they are kept beside its histograms. Observing without a span costs nothing more
//! than before; with one, a lock that is tried and never waited for.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, TryLockError};
use std::time::{SystemTime, UNIX_EPOCH};

use profiling::contention::Mutex;
use prometheus::proto::LabelPair;
use prometheus::{Histogram, HistogramVec};

use super::register::Register;
use crate::telemetry::catalogue::{Kind, MetricDef};
use crate::telemetry::exposition::Exemplar;
use crate::telemetry::trace::SpanIds;

/// Histograms of one family that keep exemplars.
pub(super) struct TracedVec {
    histograms: HistogramVec,
    def: &'static MetricDef,
    /// By the values of the labels, in the order of the labels' names.
    slots: Mutex<HashMap<Vec<String>, Arc<Slots>>>,
}

/// One of them.
pub(super) struct Traced {
    histogram: Histogram,
    slots: Arc<Slots>,
}

/// A place for each bucket, `+Inf` included; made for the first exemplar.
struct Slots {
    bounds: &'static [f64],
    last: OnceLock<Box<[Mutex<Option<Exemplar>>]>>,
}

impl TracedVec {
    pub(super) fn new(register: &Register<'_>, def: &'static MetricDef) -> TracedVec {
        TracedVec {
            histograms: register.histograms(def),
            def,
            slots: Mutex::default(),
        }
    }

    /// The series with those values, in the order of the catalogue. The same ones again give the same series.
    pub(super) fn with_label_values(&self, values: &[&str]) -> Traced {
        let mut pairs: Vec<(&str, &str)> = self
            .def
            .label_names()
            .into_iter()
            .zip(values.iter().copied())
            .collect();
        pairs.sort_unstable();
        let key = pairs.into_iter().map(|(_, value)| value.to_owned()).collect();
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slots = slots.entry(key).or_insert_with(|| {
            let Kind::Histogram(bounds) = self.def.kind else {
                unreachable!("{} is no histogram", self.def.name);
            };
            Arc::new(Slots {
                bounds,
                last: OnceLock::new(),
            })
        });
        Traced {
            histogram: self.histograms.with_label_values(values),
            slots: Arc::clone(slots),
        }
    }

    /// The name of the family.
    pub(super) fn name(&self) -> &'static str {
        self.def.name
    }

    /// The exemplars of a series, one place a bucket; none at all where none was ever kept. Its labels are in the order
    /// of their names, as the registry gives them.
    pub(super) fn exemplars(&self, labels: &[LabelPair]) -> Vec<Option<Exemplar>> {
        let key: Vec<String> = labels.iter().map(|pair| pair.value().to_owned()).collect();
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let last = slots.get(&key).and_then(|slots| slots.last.get());
        let read = |slot: &Mutex<Option<Exemplar>>| *slot.lock().unwrap_or_else(PoisonError::into_inner);
        last.map(|last| last.iter().map(read).collect())
            .unwrap_or_default()
    }
}

impl Traced {
    /// Counts an observation. With a span, it becomes its bucket's exemplar, unless another is being kept or read there
    /// right now: one of many is as good as another.
    pub(super) fn observe(&self, value: f64, span: Option<SpanIds>) {
        self.histogram.observe(value);
        if let Some(span) = span {
            self.slots.keep(value, span);
        }
    }
}

impl Slots {
    fn keep(&self, value: f64, span: SpanIds) {
        let last = self
            .last
            .get_or_init(|| (0..=self.bounds.len()).map(|_| Mutex::default()).collect());
        let place = self.bounds.partition_point(|bound| *bound < value);
        let mut slot = match last[place].try_lock() {
            Ok(slot) => slot,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        *slot = Some(Exemplar {
            span,
            value,
            seconds: now.as_secs_f64(),
        });
    }
}
