//! `docs/metrics.md`, written from the catalogue.

use std::fmt::Write;

use super::catalogue::{ALL, BOUNDED, Kind, LabelDef, MetricDef, Values, WITH_EXEMPLARS};
use super::label::{MAX_MODELS, MAX_PROVIDERS};

const HEAD: &str = "# Metrics

Generated from `src/telemetry/catalogue.rs`; do not edit. `make docs` writes it anew.

`GET /metrics` gives all of them as Prometheus text 0.0.4, or as OpenMetrics 1.0 when the `Accept` header asks for
it. Every series whose labels are known is there from the start, at 0; where one is not, its text says when it begins.
Label values come from closed sets: a question, an SQL text or a user's name never becomes one.
";

const EXEMPLARS: &str = "
## Exemplars

A bucket of {families} names the last observation that fell into it whose trace is sent somewhere: its trace, its span, its
value and its time. So a slow bucket leads to a request that was slow.

```
atest_ai_request_duration_seconds_bucket{provider=\"openai\",model=\"gpt-4o\",le=\"10.0\"} 12 # {trace_id=\"4bf92f3577b34da6a3ce929d0e0e4736\",span_id=\"00f067aa0ba902b7\"} 7.25 1764350000.000
```

They are in OpenMetrics only, since text 0.0.4 cannot hold them:

```sh
curl -H 'Accept: application/openmetrics-text; version=1.0.0' http://127.0.0.1:9090/metrics
```

Prometheus asks for OpenMetrics by itself, and keeps exemplars when it is started with `--enable-feature=exemplar-storage`; they
are then found by `GET /api/v1/query_exemplars`, and Grafana shows them in panels whose query has *Exemplars* switched on.
While traces are off, or a request's trace is not sampled, there are none.
";

const OPENTELEMETRY: &str = "
## Names of OpenTelemetry

The conventions for generative AI have names of their own
(<https://github.com/open-telemetry/semantic-conventions-genai>, status *Development*: they may still change). These measure the same:

| OpenTelemetry | here |
|---|---|
| `gen_ai.client.operation.duration` | `atest_ai_provider_request_duration_seconds{operation=\"generate\"}` |
| `gen_ai.client.token.usage` | `atest_ai_request_tokens`; summed up, by model: `atest_ai_tokens_total` |
| `gen_ai.client.operation.time_to_first_chunk` | `atest_ai_time_to_first_token_seconds` |
| attribute `gen_ai.provider.name` | label `provider`, which has the name from the config |
| attribute `gen_ai.request.model` | label `model` |
| attribute `gen_ai.token.type` (input, output) | label `direction` |

What is not the same: buckets of durations are finer at the low end, because the embedded engine answers within a millisecond, and
have bounds at the objectives; those of tokens end at 1048576. A first chunk without text does not count as the first token.
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
         \n| metric | type | unit | labels | what it tells | what it is for |\n|---|---|---|---|---|---|\n"
    );
    for def in ALL {
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} | {} |",
            def.name,
            kind(def),
            def.unit.word().unwrap_or("–"),
            labels(def),
            def.help,
            def.purpose
        );
    }
    page.push_str("\n## Buckets\n\n");
    for def in ALL {
        if let Kind::Histogram(buckets) = def.kind {
            let bounds: Vec<String> = buckets.iter().map(f64::to_string).collect();
            let _ = writeln!(page, "- `{}`: {}", def.name, bounds.join(", "));
        }
    }
    let families: Vec<String> = WITH_EXEMPLARS
        .iter()
        .map(|def| format!("`{}`", def.name))
        .collect();
    page.push_str(&EXEMPLARS.replace("{families}", &families.join(", ")));
    page.push_str(OPENTELEMETRY);
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
        Values::Closed(words) if words == BOUNDED => format!("`{}` (those with a provider)", label.name),
        Values::Closed(words) => format!("`{}` ({})", label.name, words.join(", ")),
        Values::Provider | Values::Model | Values::Secret | Values::Built => format!("`{}`", label.name),
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
