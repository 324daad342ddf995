//! Writes gathered metrics as text: Prometheus 0.0.4, or OpenMetrics 1.0 when asked for.
//!
//! Formats: <https://prometheus.io/docs/instrumenting/exposition_formats/> and
//! <https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md>. The `prometheus`
//! crate writes only the first of them.

use std::fmt::Write;

use prometheus::proto::{LabelPair, Metric, MetricFamily, MetricType};

use super::catalogue;
use super::metrics::{Exemplar, Exemplars, Slots};

/// A text format for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Prometheus text 0.0.4.
    Text004,
    /// OpenMetrics 1.0.0.
    OpenMetrics1,
}

impl Format {
    /// The format for an `Accept` header (RFC 9110 §12.5.1; empty when there is none): OpenMetrics when it is
    /// named and liked at least as much as plain text, else Prometheus text, which everybody can read.
    pub fn negotiate(accept: &str) -> Format {
        let mut open_metrics = 0.0;
        let mut text: Option<(u8, f64)> = None;
        for entry in accept.split(',') {
            let wish = Wish::parse(entry);
            if wish.media == "application/openmetrics-text" {
                if wish.version.is_none_or(|version| version == "1.0.0") {
                    open_metrics = f64::max(open_metrics, wish.weight);
                }
                continue;
            }
            // The narrowest range that covers a type decides about it.
            let narrowness = match wish.media.as_str() {
                "text/plain" if wish.version.is_none_or(|version| version == "0.0.4") => 2,
                "text/*" => 1,
                "*/*" => 0,
                _ => continue,
            };
            text = match text {
                Some((kept, weight)) if kept > narrowness => Some((kept, weight)),
                Some((kept, weight)) if kept == narrowness => Some((kept, weight.max(wish.weight))),
                _ => Some((narrowness, wish.weight)),
            };
        }
        let text_weight = text.map_or(0.0, |(_, weight)| weight);
        if open_metrics > 0.0 && open_metrics >= text_weight {
            Format::OpenMetrics1
        } else {
            Format::Text004
        }
    }

    /// The `Content-Type` of an answer in this format.
    pub fn content_type(self) -> &'static str {
        match self {
            Format::Text004 => "text/plain; version=0.0.4; charset=utf-8",
            Format::OpenMetrics1 => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// One entry of an `Accept` header.
struct Wish<'a> {
    media: String,
    version: Option<&'a str>,
    weight: f64,
}

impl<'a> Wish<'a> {
    fn parse(entry: &'a str) -> Wish<'a> {
        let mut parts = entry.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        let mut wish = Wish {
            media,
            version: None,
            weight: 1.0,
        };
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "version" => wish.version = Some(value),
                // A weight that is no number makes the entry unusable rather than preferred.
                "q" => {
                    wish.weight = value
                        .parse::<f64>()
                        .ok()
                        .filter(|q| (0.0..=1.0).contains(q))
                        .unwrap_or(0.0)
                }
                _ => {}
            }
        }
        wish
    }
}

/// All families as one text, in OpenMetrics with exemplars.
pub fn write(families: &[MetricFamily], format: Format, exemplars: &Exemplars) -> Vec<u8> {
    let mut out = String::with_capacity(families.len() * 1024);
    for family in families {
        write_family(&mut out, family, format, exemplars);
    }
    if format == Format::OpenMetrics1 {
        out.push_str("# EOF\n");
    }
    out.into_bytes()
}

fn write_family(out: &mut String, family: &MetricFamily, format: Format, exemplars: &Exemplars) {
    let kind = match family.get_field_type() {
        MetricType::COUNTER => "counter",
        MetricType::GAUGE => "gauge",
        MetricType::HISTOGRAM => "histogram",
        // The catalogue has no other kinds.
        MetricType::SUMMARY | MetricType::UNTYPED => return,
    };
    let name = family.name();
    // In OpenMetrics a counter's family is named without `_total`, its samples with it.
    let family_name = match format {
        Format::OpenMetrics1 if kind == "counter" => name.strip_suffix("_total").unwrap_or(name),
        _ => name,
    };
    push(out, &["# HELP ", family_name, " "]);
    push_escaped(out, family.help(), format == Format::OpenMetrics1);
    push(out, &["\n# TYPE ", family_name, " ", kind, "\n"]);
    if format == Format::OpenMetrics1 {
        let unit = catalogue::find(name).and_then(|def| def.unit.word());
        // A family may only claim a unit that its name ends with.
        if let Some(unit) = unit.filter(|unit| family_name.ends_with(unit)) {
            push(out, &["# UNIT ", family_name, " ", unit, "\n"]);
        }
    }
    for metric in family.get_metric() {
        write_metric(out, name, kind, metric, format, exemplars);
    }
}

fn write_metric(
    out: &mut String,
    name: &str,
    kind: &str,
    metric: &Metric,
    format: Format,
    exemplars: &Exemplars,
) {
    let labels = metric.get_label();
    match kind {
        "counter" => write_sample(
            out,
            name,
            "",
            labels,
            None,
            metric.get_counter().get_value(),
            None,
        ),
        "gauge" => write_sample(out, name, "", labels, None, metric.get_gauge().get_value(), None),
        _ => {
            let slots = match format {
                // Prometheus refuses a text with exemplars in the other format.
                Format::OpenMetrics1 => exemplars.find(name, labels),
                Format::Text004 => None,
            };
            write_histogram(out, name, metric, format, slots.as_deref());
        }
    }
}

fn write_histogram(out: &mut String, name: &str, metric: &Metric, format: Format, slots: Option<&Slots>) {
    let (labels, histogram) = (metric.get_label(), metric.get_histogram());
    let exemplar = |bucket: usize| slots.and_then(|slots| slots.of(bucket));
    for (index, bucket) in histogram.get_bucket().iter().enumerate() {
        let mut bound = number(bucket.upper_bound());
        // OpenMetrics wants bounds written as floats, so that `1` and `1.0` are one series.
        if format == Format::OpenMetrics1 && bound.bytes().all(|byte| byte.is_ascii_digit()) {
            bound.push_str(".0");
        }
        write_sample(
            out,
            name,
            "_bucket",
            labels,
            Some(&bound),
            bucket.cumulative_count() as f64,
            exemplar(index),
        );
    }
    let count = histogram.get_sample_count() as f64;
    // The registry leaves the last bucket out.
    let beyond = exemplar(histogram.get_bucket().len());
    write_sample(out, name, "_bucket", labels, Some("+Inf"), count, beyond);
    write_sample(out, name, "_sum", labels, None, histogram.get_sample_sum(), None);
    write_sample(out, name, "_count", labels, None, count, None);
}

fn write_sample(
    out: &mut String,
    name: &str,
    suffix: &str,
    labels: &[LabelPair],
    le: Option<&str>,
    value: f64,
    exemplar: Option<Exemplar>,
) {
    push(out, &[name, suffix]);
    let mut separator = '{';
    let pairs = labels.iter().map(|pair| (pair.name(), pair.value()));
    for (label, text) in pairs.chain(le.map(|bound| ("le", bound))) {
        out.push(separator);
        push(out, &[label, "=\""]);
        push_escaped(out, text, true);
        out.push('"');
        separator = ',';
    }
    if separator == ',' {
        out.push('}');
    }
    push(out, &[" ", &number(value)]);
    if let Some(Exemplar { ids, value, at }) = exemplar {
        let (trace, span) = (ids.trace_id(), ids.span_id());
        let _ = write!(
            out,
            " # {{trace_id=\"{trace}\",span_id=\"{span}\"}} {} {}.{:03}",
            number(value),
            at.as_secs(),
            at.subsec_millis()
        );
    }
    out.push('\n');
}

fn push(out: &mut String, parts: &[&str]) {
    parts.iter().for_each(|part| out.push_str(part));
}

/// Escapes backslash and line feed, and the quote where the format wants it.
fn push_escaped(out: &mut String, text: &str, quotes: bool) {
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '"' if quotes => out.push_str("\\\""),
            other => out.push(other),
        }
    }
}

/// A number as both formats write it.
fn number(value: f64) -> String {
    if value == f64::INFINITY {
        "+Inf".to_owned()
    } else if value == f64::NEG_INFINITY {
        "-Inf".to_owned()
    } else {
        // Rust writes `NaN` as the formats do, and never an exponent.
        value.to_string()
    }
}

#[cfg(test)]
mod tests;
