//! What scrapers rely on.

use std::collections::HashMap;

use prometheus::{Counter, Gauge, Histogram, HistogramOpts, Opts, Registry};

use super::*;

fn text(registry: &Registry, format: Format) -> String {
    String::from_utf8(write(&registry.gather(), format, |_, _| Vec::new())).unwrap()
}

fn register<C: prometheus::core::Collector + Clone + 'static>(collector: C) -> (Registry, C) {
    let registry = Registry::new();
    registry.register(Box::new(collector.clone())).unwrap();
    (registry, collector)
}

#[test]
fn openmetrics_is_given_only_to_those_who_ask_for_it() {
    let prometheus_2 = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    let prometheus_3 = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
    for accept in [
        prometheus_2,
        prometheus_3,
        "application/openmetrics-text; version=1.0.0",
        "Application/OpenMetrics-Text; Version=\"1.0.0\"; charset=utf-8",
        "application/openmetrics-text",
        "application/openmetrics-text, text/plain",
        "text/plain;q=0.2, application/openmetrics-text;version=1.0.0;q=0.3",
        "*/*, text/plain;q=0.1, application/openmetrics-text;q=0.5",
    ] {
        assert_eq!(Format::negotiate(accept), Format::OpenMetrics1, "{accept}");
    }
    for accept in [
        "",
        "*/*",
        "application/*",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "text/plain;version=0.0.4",
        "application/openmetrics-text;version=2.0.0",
        "application/openmetrics-text;version=0.0.1",
        "application/openmetrics-text;version=1.0.0;q=0",
        "application/openmetrics-text;version=1.0.0;q=0.4, text/plain",
        "application/openmetrics-text;q=0.4, */*;q=0.5",
        "application/openmetrics-text;q=high",
        "application/openmetrics-text;q=NaN",
        ",;,;=,q=;",
    ] {
        assert_eq!(Format::negotiate(accept), Format::Text004, "{accept}");
    }
}

#[test]
fn values_that_would_break_a_line_are_escaped() {
    let odd = "a\\b\"c\nd";
    let options = Opts::new("x", odd).const_label("l", odd);
    let (registry, _) = register(Gauge::with_opts(options).unwrap());
    assert_eq!(
        text(&registry, Format::Text004),
        "# HELP x a\\\\b\"c\\nd\n# TYPE x gauge\nx{l=\"a\\\\b\\\"c\\nd\"} 0\n"
    );
    assert_eq!(
        text(&registry, Format::OpenMetrics1),
        "# HELP x a\\\\b\\\"c\\nd\n# TYPE x gauge\nx{l=\"a\\\\b\\\"c\\nd\"} 0\n# EOF\n"
    );
}

#[test]
fn a_counter_keeps_its_suffix_on_samples_only_in_openmetrics() {
    let (registry, counter) = register(Counter::new("process_cpu_seconds_total", "CPU.").unwrap());
    counter.inc_by(1.5);
    assert_eq!(
        text(&registry, Format::Text004),
        "# HELP process_cpu_seconds_total CPU.\n# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 1.5\n"
    );
    assert_eq!(
        text(&registry, Format::OpenMetrics1),
        "# HELP process_cpu_seconds CPU.\n# TYPE process_cpu_seconds counter\n# UNIT process_cpu_seconds seconds\nprocess_cpu_seconds_total 1.5\n# EOF\n"
    );
}

#[test]
fn a_histogram_ends_with_the_bucket_of_everything() {
    let options = HistogramOpts::new("h", "H.")
        .buckets(vec![0.5, 1.0])
        .const_labels(HashMap::new());
    let (registry, histogram) = register(Histogram::with_opts(options).unwrap());
    [0.25, 1.0, 7.0]
        .into_iter()
        .for_each(|value| histogram.observe(value));
    let samples = |one: &str| {
        format!(
            "h_bucket{{le=\"0.5\"}} 1\nh_bucket{{le=\"{one}\"}} 2\nh_bucket{{le=\"+Inf\"}} 3\nh_sum 8.25\nh_count 3\n"
        )
    };
    let head = "# HELP h H.\n# TYPE h histogram\n";
    assert_eq!(
        text(&registry, Format::Text004),
        format!("{head}{}", samples("1"))
    );
    assert_eq!(
        text(&registry, Format::OpenMetrics1),
        format!("{head}{}# EOF\n", samples("1.0"))
    );
}

#[test]
fn an_exemplar_stands_behind_its_bucket_and_only_in_openmetrics() {
    let options = HistogramOpts::new("h", "H.").buckets(vec![0.5]);
    let (registry, histogram) = register(Histogram::with_opts(options).unwrap());
    histogram.observe(7.25);
    let exemplar = Exemplar {
        span: SpanIds {
            trace: 0xab,
            span: 0xc,
        },
        value: 7.25,
        seconds: 1_700_000_000.5,
    };
    let text = |format| {
        let exemplars = |family: &str, _: &[LabelPair]| {
            assert_eq!((family, format), ("h", Format::OpenMetrics1));
            vec![None, Some(exemplar)]
        };
        String::from_utf8(write(&registry.gather(), format, exemplars)).unwrap()
    };
    assert_eq!(
        text(Format::OpenMetrics1),
        "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"0.5\"} 0\n\
         h_bucket{le=\"+Inf\"} 1 # {trace_id=\"000000000000000000000000000000ab\",span_id=\"000000000000000c\"} 7.25 1700000000.500\n\
         h_sum 7.25\nh_count 1\n# EOF\n"
    );
    assert!(text(Format::Text004).contains("h_bucket{le=\"+Inf\"} 1\n"));
}

#[test]
fn numbers_without_end_or_sense_are_written_as_the_formats_say() {
    for (value, written) in [
        (f64::INFINITY, "+Inf"),
        (f64::NEG_INFINITY, "-Inf"),
        (f64::NAN, "NaN"),
        (0.0005, "0.0005"),
        (120.0, "120"),
        (1.732458e9, "1732458000"),
    ] {
        assert_eq!(number(value), written);
    }
}
