//! Exemplars: for each bucket of a histogram, the trace of the last request that fell into it. The `prometheus` crate
//! has none.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use prometheus::Histogram;
use prometheus::proto::LabelPair;

use crate::telemetry::catalogue::{Kind, MetricDef};
use crate::telemetry::trace::{self, SpanIds};

/// One measured value and the span that it was measured in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exemplar {
    /// The span; its trace is sent.
    pub ids: SpanIds,
    /// The value.
    pub value: f64,
    /// When, since 1970.
    pub at: Duration,
}

/// The exemplars of one series, by bucket; the last is the one without an upper bound.
#[derive(Debug)]
pub struct Slots {
    bounds: &'static [f64],
    last: Vec<Mutex<Option<Exemplar>>>,
}

impl Slots {
    fn new(bounds: &'static [f64]) -> Slots {
        Slots {
            bounds,
            last: (0..=bounds.len()).map(|_| Mutex::default()).collect(),
        }
    }

    fn keep(&self, exemplar: Exemplar) {
        let bucket = self.bounds.partition_point(|bound| *bound < exemplar.value);
        // Whoever is there at this moment has one that is as good.
        if let Ok(mut slot) = self.last[bucket].try_lock() {
            *slot = Some(exemplar);
        }
    }

    /// The last one of a bucket.
    pub fn of(&self, bucket: usize) -> Option<Exemplar> {
        let slot = self.last.get(bucket)?;
        *slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A histogram that keeps exemplars.
#[derive(Debug)]
pub(super) struct TracedHistogram {
    histogram: Histogram,
    slots: Arc<Slots>,
}

impl TracedHistogram {
    /// Counts a value, and remembers the span that the caller is in if its trace will be sent.
    pub(super) fn observe(&self, value: f64) {
        self.observe_in(value, trace::exemplar());
    }

    pub(super) fn observe_in(&self, value: f64, span: Option<SpanIds>) {
        self.histogram.observe(value);
        if let Some(ids) = span {
            let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            self.slots.keep(Exemplar { ids, value, at });
        }
    }
}

/// The exemplars of all series.
#[derive(Debug, Default)]
pub struct Exemplars(Mutex<HashMap<String, Arc<Slots>>>);

impl Exemplars {
    /// A histogram of the catalogue with its exemplars; a series that is asked for again has the same ones.
    pub(super) fn histogram(
        &self,
        def: &MetricDef,
        values: &[&str],
        histogram: Histogram,
    ) -> TracedHistogram {
        let Kind::Histogram(bounds) = def.kind else {
            unreachable!("{} is no histogram", def.name);
        };
        let mut labels: Vec<(&str, &str)> = def
            .label_names()
            .into_iter()
            .zip(values.iter().copied())
            .collect();
        labels.sort_unstable();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let slots = all
            .entry(key(def.name, labels.into_iter()))
            .or_insert_with(|| Arc::new(Slots::new(bounds)));
        TracedHistogram {
            histogram,
            slots: Arc::clone(slots),
        }
    }

    /// Those of a gathered series, whose labels are in the order of their names.
    pub fn find(&self, name: &str, labels: &[LabelPair]) -> Option<Arc<Slots>> {
        let pairs = labels.iter().map(|pair| (pair.name(), pair.value()));
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&key(name, pairs)).map(Arc::clone)
    }
}

fn key<'a>(name: &str, labels: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut key = name.to_owned();
    for (label, value) in labels {
        // No name and no value of a label holds this.
        for part in [label, value] {
            key.push('\u{1}');
            key.push_str(part);
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use prometheus::{HistogramOpts, HistogramVec, Registry};

    use super::*;
    use crate::telemetry::catalogue;
    use crate::telemetry::exposition::{Format, write};

    const IDS: SpanIds = SpanIds {
        trace: 0xa1,
        span: 0xb2,
    };

    struct Fixture {
        registry: Registry,
        exemplars: Exemplars,
        histogram: TracedHistogram,
    }

    fn fixture() -> Fixture {
        let def = &catalogue::REQUEST_DURATION;
        let Kind::Histogram(bounds) = def.kind else {
            unreachable!("durations are a histogram")
        };
        let options = HistogramOpts::new(def.name, def.help).buckets(bounds.to_vec());
        let vector = HistogramVec::new(options, &def.label_names()).unwrap();
        let registry = Registry::new();
        registry.register(Box::new(vector.clone())).unwrap();
        let exemplars = Exemplars::default();
        let values = ["it", "m"];
        let histogram = exemplars.histogram(def, &values, vector.with_label_values(&values));
        Fixture {
            registry,
            exemplars,
            histogram,
        }
    }

    impl Fixture {
        fn text(&self, format: Format) -> String {
            String::from_utf8(write(&self.registry.gather(), format, &self.exemplars)).unwrap()
        }
    }

    #[test]
    fn an_exemplar_stands_at_its_bucket_and_only_in_openmetrics() {
        let fixture = fixture();
        fixture.histogram.observe_in(0.3, Some(IDS));
        fixture
            .histogram
            .observe_in(500.0, Some(SpanIds { trace: 0xff, ..IDS }));
        let text = fixture.text(Format::OpenMetrics1);
        let of = |le: &str| {
            let line = text
                .lines()
                .find(|line| line.contains(&format!("le=\"{le}\"")))
                .unwrap();
            line.split_once(" # ").map(|(_, exemplar)| exemplar.to_owned())
        };
        let found = of("0.5").unwrap();
        assert!(
            found.starts_with(
                "{trace_id=\"000000000000000000000000000000a1\",span_id=\"00000000000000b2\"} 0.3 "
            ),
            "{found}"
        );
        assert_eq!(of("0.25"), None);
        assert_eq!(of("1.0"), None);
        assert!(of("+Inf").unwrap().contains("ff\""), "{text}");
        assert!(!fixture.text(Format::Text004).contains("trace_id"));
    }

    #[test]
    fn a_value_on_a_bound_belongs_to_that_bucket_and_the_last_one_wins() {
        let fixture = fixture();
        fixture.histogram.observe_in(0.5, Some(IDS));
        fixture
            .histogram
            .observe_in(0.4, Some(SpanIds { trace: 0xcc, ..IDS }));
        fixture.histogram.observe_in(0.45, None);
        let text = fixture.text(Format::OpenMetrics1);
        let line = text.lines().find(|line| line.contains("le=\"0.5\"")).unwrap();
        assert!(line.contains("cc\"") && line.contains("} 0.4 "), "{line}");
    }

    #[test]
    fn a_series_that_is_made_again_keeps_its_exemplars() {
        let fixture = fixture();
        fixture.histogram.observe_in(0.3, Some(IDS));
        let def = &catalogue::REQUEST_DURATION;
        let again = fixture
            .exemplars
            .histogram(def, &["it", "m"], fixture.histogram.histogram.clone());
        assert!(Arc::ptr_eq(&again.slots, &fixture.histogram.slots));
    }
}
