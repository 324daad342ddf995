//! The registry: nothing gets into it but what the catalogue has.

use prometheus::core::Collector;
use prometheus::{
    CounterVec, GaugeVec, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec,
    Opts, Registry,
};

use crate::telemetry::catalogue::{Kind, MetricDef};

/// Why making or registering a metric cannot fail.
pub(super) const VALID: &str = "names in the catalogue are valid and unique";

/// Makes metrics from entries of the catalogue, and from nothing else.
pub(super) struct Register<'a>(pub(super) &'a Registry);

impl Register<'_> {
    pub(super) fn counters(&self, def: &MetricDef) -> IntCounterVec {
        self.it(IntCounterVec::new(Opts::new(def.name, def.help), &def.label_names()).expect(VALID))
    }

    /// A counter without labels, which is there from the start.
    pub(super) fn counter(&self, def: &MetricDef) -> IntCounter {
        self.counters(def).with_label_values::<&str>(&[])
    }

    /// A counter for each word of the one label, in the order of the words.
    pub(super) fn each(&self, def: &MetricDef, words: &[&str]) -> Vec<IntCounter> {
        let counters = self.counters(def);
        words
            .iter()
            .map(|word| counters.with_label_values(&[word]))
            .collect()
    }

    /// Counters of what is no whole number.
    pub(super) fn float_counters(&self, def: &MetricDef) -> CounterVec {
        self.it(CounterVec::new(Opts::new(def.name, def.help), &def.label_names()).expect(VALID))
    }

    pub(super) fn gauges(&self, def: &MetricDef) -> IntGaugeVec {
        self.it(IntGaugeVec::new(Opts::new(def.name, def.help), &def.label_names()).expect(VALID))
    }

    /// Gauges of what is no whole number.
    pub(super) fn float_gauges(&self, def: &MetricDef) -> GaugeVec {
        self.it(GaugeVec::new(Opts::new(def.name, def.help), &def.label_names()).expect(VALID))
    }

    /// A gauge without labels, which is there from the start.
    pub(super) fn gauge(&self, def: &MetricDef) -> IntGauge {
        self.gauges(def).with_label_values::<&str>(&[])
    }

    pub(super) fn histograms(&self, def: &MetricDef) -> HistogramVec {
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
