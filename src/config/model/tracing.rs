//! `tracing`: spans of questions, sent by OTLP.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::kinds::{self, Secret};
use crate::config::units::Time;

/// Spans of questions, sent to a collector by OTLP.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Tracing {
    /// Whether spans are sent; when not set, they are once an endpoint is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The collector's base URL (`http` or `https`); for `http/protobuf`, `/v1/traces` is added to it. When not set,
    /// `http://localhost:4317` for `grpc` and `http://localhost:4318` for `http/protobuf`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The collector's URL for traces alone, used as it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traces_endpoint: Option<String>,
    /// How spans are sent.
    pub protocol: OtlpProtocol,
    /// Extra headers, such as a collector's token; values are kept secret.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Secret>,
    /// Certificates (PEM) of authorities to trust besides the system's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// Whether what is sent is compressed.
    pub compression: OtlpCompression,
    /// Longest time for sending one batch.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1ms"))]
    pub timeout: Duration,
    /// Which traces are sent, besides those with an error and the slow ones. `parentbased_…`: as the caller decided, if
    /// it sent a `traceparent`.
    pub sampler: Sampler,
    /// Share of traces that `traceidratio` and `parentbased_traceidratio` send.
    #[schemars(range(min = 0, max = 1))]
    pub sample_ratio: f64,
    /// Whether traces with an error are sent whatever the sampler says.
    pub keep_errors: bool,
    /// Traces that took at least this long are sent whatever the sampler says; `0` for none.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time")]
    pub slow_threshold: Duration,
    /// Whether questions and SQL are written into spans.
    pub capture_content: bool,
    /// Most spans that wait to be sent; further ones are dropped and counted.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub queue_size: usize,
    /// Most spans in one batch.
    #[schemars(range(min = 1, max = 100_000))]
    pub batch_size: usize,
    /// Longest wait of a span for its batch to fill.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1ms"))]
    pub batch_delay: Duration,
    /// What the plugin calls itself in traces.
    pub service_name: String,
    /// More about this instance, such as `deployment.environment.name`; sent with each batch.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
}

impl Tracing {
    /// Whether spans are sent, as far as the settings say.
    pub fn is_on(&self) -> bool {
        self.enabled
            .unwrap_or(self.endpoint.is_some() || self.traces_endpoint.is_some())
    }
}

impl Default for Tracing {
    fn default() -> Tracing {
        Tracing {
            enabled: None,
            endpoint: None,
            traces_endpoint: None,
            protocol: OtlpProtocol::default(),
            headers: BTreeMap::new(),
            ca_file: None,
            compression: OtlpCompression::default(),
            timeout: Duration::from_secs(10),
            sampler: Sampler::default(),
            sample_ratio: 0.1,
            keep_errors: true,
            slow_threshold: Duration::from_secs(5),
            capture_content: false,
            queue_size: 2048,
            batch_size: 512,
            batch_delay: Duration::from_secs(5),
            service_name: "atest-ext-ai".into(),
            attributes: BTreeMap::new(),
        }
    }
}

/// How spans are sent (<https://opentelemetry.io/docs/specs/otlp/>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum OtlpProtocol {
    /// gRPC, usually port 4317.
    #[default]
    #[serde(rename = "grpc")]
    Grpc,
    /// Protobuf over HTTP, usually port 4318.
    #[serde(rename = "http/protobuf")]
    Http,
}

/// Whether what is sent is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum OtlpCompression {
    /// It is not.
    #[default]
    None,
    /// By gzip.
    Gzip,
}

/// Which traces are sent (the words of OpenTelemetry's `OTEL_TRACES_SAMPLER`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Sampler {
    /// Each.
    AlwaysOn,
    /// None.
    AlwaysOff,
    /// A share, by `sample_ratio`.
    #[serde(rename = "traceidratio")]
    TraceIdRatio,
    /// As the caller decided, else each.
    #[serde(rename = "parentbased_always_on")]
    ParentBasedAlwaysOn,
    /// As the caller decided, else none.
    #[serde(rename = "parentbased_always_off")]
    ParentBasedAlwaysOff,
    /// As the caller decided, else a share, by `sample_ratio`.
    #[default]
    #[serde(rename = "parentbased_traceidratio")]
    ParentBasedTraceIdRatio,
}

impl Sampler {
    /// Whether `sample_ratio` counts.
    pub fn uses_ratio(self) -> bool {
        matches!(self, Sampler::TraceIdRatio | Sampler::ParentBasedTraceIdRatio)
    }
}
