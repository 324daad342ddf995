//! Writes gathered metrics as text: Prometheus 0.0.4, or OpenMetrics 1.0 when asked for.
//!
//! Formats: <https://prometheus.io/docs/instrumenting/exposition_formats/> and
//! <https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md>. The `prometheus`
//! crate writes only the first of them.

use std::fmt::Write;

use prometheus::proto::{LabelPair, Metric, MetricFamily, MetricType};

use super::catalogue;
use super::trace::SpanIds;

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

/// One observation that stands for those in its bucket, and where it can be looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exemplar {
    /// The span that it was made in.
    pub span: SpanIds,
    /// What was observed.
    pub value: f64,
    /// When, in seconds since 1970.
    pub seconds: f64,
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

/// All families as one text. `exemplars` gives those of a histogram by its family and labels, one place a bucket and
/// the last for `+Inf`; it is asked only for OpenMetrics, as the other format cannot hold them.
pub fn write(
    families: &[MetricFamily],
    format: Format,
    exemplars: impl Fn(&str, &[LabelPair]) -> Vec<Option<Exemplar>>,
) -> Vec<u8> {
    let mut text = Text {
        out: String::with_capacity(families.len() * 1024),
        format,
    };
    for family in families {
        text.family(family, &exemplars);
    }
    if format == Format::OpenMetrics1 {
        text.out.push_str("# EOF\n");
    }
    text.out.into_bytes()
}

/// A text that is being written.
struct Text {
    out: String,
    format: Format,
}

impl Text {
    fn family(
        &mut self,
        family: &MetricFamily,
        exemplars: &impl Fn(&str, &[LabelPair]) -> Vec<Option<Exemplar>>,
    ) {
        let kind = match family.get_field_type() {
            MetricType::COUNTER => "counter",
            MetricType::GAUGE => "gauge",
            MetricType::HISTOGRAM => "histogram",
            // The catalogue has no other kinds.
            MetricType::SUMMARY | MetricType::UNTYPED => return,
        };
        let name = family.name();
        // In OpenMetrics a counter's family is named without `_total`, its samples with it.
        let family_name = match self.format {
            Format::OpenMetrics1 if kind == "counter" => name.strip_suffix("_total").unwrap_or(name),
            _ => name,
        };
        self.push(&["# HELP ", family_name, " "]);
        push_escaped(&mut self.out, family.help(), self.format == Format::OpenMetrics1);
        self.push(&["\n# TYPE ", family_name, " ", kind, "\n"]);
        if self.format == Format::OpenMetrics1 {
            let unit = catalogue::find(name).and_then(|def| def.unit.word());
            // A family may only claim a unit that its name ends with.
            if let Some(unit) = unit.filter(|unit| family_name.ends_with(unit)) {
                self.push(&["# UNIT ", family_name, " ", unit, "\n"]);
            }
        }
        for metric in family.get_metric() {
            let labels = metric.get_label();
            match kind {
                "counter" => self.sample(name, "", labels, None, metric.get_counter().get_value(), None),
                "gauge" => self.sample(name, "", labels, None, metric.get_gauge().get_value(), None),
                _ => {
                    let kept = match self.format {
                        Format::OpenMetrics1 => exemplars(name, labels),
                        Format::Text004 => Vec::new(),
                    };
                    self.histogram(name, metric, &kept);
                }
            }
        }
    }

    fn histogram(&mut self, name: &str, metric: &Metric, exemplars: &[Option<Exemplar>]) {
        let (labels, histogram) = (metric.get_label(), metric.get_histogram());
        let buckets = histogram.get_bucket();
        let exemplar = |place: usize| exemplars.get(place).copied().flatten();
        for (place, bucket) in buckets.iter().enumerate() {
            let mut bound = number(bucket.upper_bound());
            // OpenMetrics wants bounds written as floats, so that `1` and `1.0` are one series.
            if self.format == Format::OpenMetrics1 && bound.bytes().all(|byte| byte.is_ascii_digit()) {
                bound.push_str(".0");
            }
            let count = bucket.cumulative_count() as f64;
            self.sample(name, "_bucket", labels, Some(&bound), count, exemplar(place));
        }
        let count = histogram.get_sample_count() as f64;
        // The registry leaves the last bucket out.
        let last = exemplar(buckets.len());
        self.sample(name, "_bucket", labels, Some("+Inf"), count, last);
        self.sample(name, "_sum", labels, None, histogram.get_sample_sum(), None);
        self.sample(name, "_count", labels, None, count, None);
    }

    fn sample(
        &mut self,
        name: &str,
        suffix: &str,
        labels: &[LabelPair],
        le: Option<&str>,
        value: f64,
        exemplar: Option<Exemplar>,
    ) {
        self.push(&[name, suffix]);
        let mut separator = '{';
        let pairs = labels.iter().map(|pair| (pair.name(), pair.value()));
        for (label, text) in pairs.chain(le.map(|bound| ("le", bound))) {
            self.out.push(separator);
            self.push(&[label, "=\""]);
            push_escaped(&mut self.out, text, true);
            self.out.push('"');
            separator = ',';
        }
        if separator == ',' {
            self.out.push('}');
        }
        self.push(&[" ", &number(value)]);
        if let Some(Exemplar { span, value, seconds }) = exemplar {
            // Writing to a string cannot fail.
            let _ = write!(
                self.out,
                " # {{trace_id=\"{}\",span_id=\"{}\"}} {} {seconds:.3}",
                span.trace_id(),
                span.span_id(),
                number(value),
            );
        }
        self.out.push('\n');
    }

    fn push(&mut self, parts: &[&str]) {
        parts.iter().for_each(|part| self.out.push_str(part));
    }
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
