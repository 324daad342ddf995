//! `docs/metrics.md`, written from the catalogue.

use std::fmt::Write;

use super::catalogue::{ALL, Kind, LabelDef, MetricDef, Values};
use super::label::{MAX_MODELS, MAX_PROVIDERS};

const HEAD: &str = "# Metrics

Generated from `src/telemetry/catalogue.rs`; do not edit. `make docs` writes it anew.

`GET /metrics` gives all of them as Prometheus text 0.0.4, or as OpenMetrics 1.0 when the `Accept` header asks for
it. Every series whose labels are known is there from the start, at 0; where one is not, its text says when it begins.
Label values come from closed sets: a question, an SQL text or a user's name never becomes one.
";

/// The page.
fn page() -> String {
    let mut page = HEAD.to_owned();
    let bound: usize = ALL.iter().map(|def| def.series_bound()).sum();
    let _ = write!(
        page,
        "\n- `provider` and `from` are names of configured providers (at most {MAX_PROVIDERS}), or `other`. Those that the page adds \
         later count too, within that bound.\n\
         - `model` is a configured model (at most {MAX_MODELS} in all), or `other`.\n\
         - One process has at most {bound} series.\n\
         \n| metric | type | unit | labels | what it tells |\n|---|---|---|---|---|\n"
    );
    for def in ALL {
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} |",
            def.name,
            kind(def),
            def.unit.word().unwrap_or("–"),
            labels(def),
            def.help
        );
    }
    page.push_str("\n## Buckets\n\n");
    for def in ALL {
        if let Kind::Histogram(buckets) = def.kind {
            let bounds: Vec<String> = buckets.iter().map(f64::to_string).collect();
            let _ = writeln!(page, "- `{}`: {}", def.name, bounds.join(", "));
        }
    }
    page
}

fn kind(def: &MetricDef) -> &'static str {
    match def.kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram(_) => "histogram",
    }
}

fn labels(def: &MetricDef) -> String {
    let described: Vec<String> = def.labels.iter().map(label).collect();
    if described.is_empty() {
        "–".to_owned()
    } else {
        described.join(", ")
    }
}

fn label(label: &LabelDef) -> String {
    match label.values {
        Values::Closed(words) => format!("`{}` ({})", label.name, words.join(", ")),
        Values::Provider | Values::Model | Values::Built => format!("`{}`", label.name),
    }
}

#[test]
fn the_metrics_page_is_what_the_catalogue_gives() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/metrics.md");
    if std::env::var_os("ATEST_UPDATE_DOCS").is_some() {
        std::fs::write(path, page()).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == page(),
        "docs/metrics.md is not what the catalogue gives: run `make docs`"
    );
}
