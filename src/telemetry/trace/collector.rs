//! Sends traces to a collector by OTLP, from a thread with a runtime of its own: a collector that hangs holds up nobody,
//! and the last spans can be sent while the runtime of the requests has ended.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_otlp::{
    Compression, Protocol, SpanExporter, WithExportConfig, WithHttpConfig, WithTonicConfig, tonic_types,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter as _};
use secrecy::ExposeSecret;
use tokio::sync::oneshot;

use super::outbox::Outbox;
use super::recorder::{Finished, Recorded, Rules};
use super::sampler::Sampler;
use super::{Kind, TraceCounts, Tracer};
use crate::config::{OtlpCompression, OtlpProtocol, Tracing};
use crate::telemetry::build_info;

/// Added to a base URL for traces over HTTP.
const TRACES_PATH: &str = "/v1/traces";
/// The longest that a message repeats of what a collector said.
const LONGEST_REASON: usize = 200;

/// Why traces cannot be sent as configured.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The file of certificates cannot be read.
    #[error("tracing.ca_file {}: {reason}; name a PEM file that this user can read", path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: std::io::Error,
    },
    /// A header's name or value cannot be sent.
    #[error("tracing.headers: {name:?} cannot be sent; check its name, and its value for line breaks")]
    Header {
        /// The name.
        name: String,
    },
    /// The exporter refuses the settings.
    #[error("{0}; check `tracing` in the config and the OTEL_ variables")]
    Exporter(String),
    /// The system refuses a thread.
    #[error("cannot start the thread that sends traces: {0}")]
    Thread(#[from] std::io::Error),
}

/// The thread that sends traces.
#[derive(Debug)]
pub struct Collector {
    outbox: Arc<Outbox>,
    ended: oneshot::Receiver<()>,
}

impl Collector {
    /// Starts sending. `counts` tells how many spans there were.
    ///
    /// # Errors
    /// The settings cannot be used. Nothing is called yet: a collector that is away is no error.
    pub fn start(config: &Tracing, counts: TraceCounts) -> Result<(Tracer, Collector), StartError> {
        let outbox = Arc::new(Outbox::new(config.queue_size, config.batch_size, counts.clone()));
        let sending = Sending {
            config: config.clone(),
            authorities: authorities(config)?,
            outbox: Arc::clone(&outbox),
            counts,
        };
        let (tell_end, ended) = oneshot::channel();
        let (tell_start, started) = std::sync::mpsc::channel();
        std::thread::Builder::new()
            .name("telemetry".into())
            .spawn(move || {
                sending.run(&tell_start);
                let _ = tell_end.send(());
            })?;
        match started.recv() {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                return Err(StartError::Exporter(
                    "the thread that sends traces has ended".into(),
                ));
            }
        }
        let rules = Rules {
            sampler: Sampler::new(config),
            outbox: Arc::clone(&outbox),
            captures_content: config.capture_content,
        };
        Ok((Tracer::new(rules), Collector { outbox, ended }))
    }

    /// Sends what is left, for up to `limit`.
    pub async fn stop(self, limit: Duration) {
        self.outbox.close();
        if tokio::time::timeout(limit, self.ended).await.is_err() {
            self.outbox.abandon();
            tracing::warn!("the collector did not take the last traces in time; they are lost");
        }
    }
}

/// Certificates to trust besides the system's.
fn authorities(config: &Tracing) -> Result<Option<Vec<u8>>, StartError> {
    let read = |path: &PathBuf| {
        std::fs::read(path).map_err(|reason| StartError::Authorities {
            path: path.clone(),
            reason,
        })
    };
    config.ca_file.as_ref().map(read).transpose()
}

/// What the thread works with.
struct Sending {
    config: Tracing,
    authorities: Option<Vec<u8>>,
    outbox: Arc<Outbox>,
    counts: TraceCounts,
}

impl Sending {
    fn run(self, tell_start: &std::sync::mpsc::Sender<Result<(), StartError>>) {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return drop(tell_start.send(Err(error.into()))),
        };
        runtime.block_on(async {
            let mut exporter = match self.exporter() {
                Ok(exporter) => exporter,
                Err(error) => return drop(tell_start.send(Err(error))),
            };
            exporter.set_resource(&self.resource());
            let _ = tell_start.send(Ok(()));
            self.send_all(&exporter).await;
        });
    }

    async fn send_all(&self, exporter: &SpanExporter) {
        let mut lost = None;
        while let Some(batch) = self.outbox.next(self.config.batch_delay).await {
            let spans: Vec<SpanData> = batch.into_iter().flat_map(spans_of).collect();
            let count = spans.len();
            // The exporter asks again after failures that may pass, all within this time.
            let outcome = tokio::time::timeout(self.config.timeout, exporter.export(spans)).await;
            let failure = match outcome {
                Ok(Ok(())) => {
                    self.counts.count_sent(count);
                    if let Some(lost) = lost.take() {
                        tracing::info!(spans_lost = lost, "the collector takes traces again");
                    }
                    continue;
                }
                Ok(Err(error)) => self.repeatable(&error.to_string()),
                Err(_) => format!("no answer within {:?}", self.config.timeout),
            };
            self.counts.count_dropped(count);
            self.counts.count_failure();
            if lost.is_none() {
                tracing::warn!(
                    reason = failure,
                    "traces cannot be sent to the collector; they are lost until it is back"
                );
            }
            lost = Some(lost.unwrap_or(0) + count);
        }
    }

    /// What went wrong, without what a collector may repeat of the headers that it was sent.
    fn repeatable(&self, reason: &str) -> String {
        let mut reason = reason.to_owned();
        for value in self.config.headers.values() {
            let secret = value.0.expose_secret();
            if !secret.is_empty() {
                reason = reason.replace(secret, "***");
            }
        }
        reason.chars().take(LONGEST_REASON).collect()
    }

    fn exporter(&self) -> Result<SpanExporter, StartError> {
        match self.config.protocol {
            OtlpProtocol::Grpc => self.grpc(),
            OtlpProtocol::Http => self.http(),
        }
    }

    fn grpc(&self) -> Result<SpanExporter, StartError> {
        let config = &self.config;
        let endpoint = (config.traces_endpoint.as_deref().or(config.endpoint.as_deref()))
            .unwrap_or("http://localhost:4317");
        let mut headers = http::HeaderMap::new();
        for (name, value) in &config.headers {
            let (name, value) = header(name, value.0.expose_secret())?;
            headers.insert(name, value);
        }
        let mut builder = SpanExporter::builder()
            .with_tonic()
            .with_endpoint(endpoint)
            .with_timeout(config.timeout)
            .with_metadata(tonic_types::metadata::MetadataMap::from_headers(headers));
        if endpoint.starts_with("https:") {
            let mut tls = tonic_types::transport::ClientTlsConfig::new().with_native_roots();
            if let Some(authorities) = &self.authorities {
                tls = tls.ca_certificate(tonic_types::transport::Certificate::from_pem(authorities));
            }
            builder = builder.with_tls_config(tls);
        }
        if config.compression == OtlpCompression::Gzip {
            builder = builder.with_compression(Compression::Gzip);
        }
        builder
            .build()
            .map_err(|error| StartError::Exporter(error.to_string()))
    }

    fn http(&self) -> Result<SpanExporter, StartError> {
        let config = &self.config;
        let endpoint = config.traces_endpoint.clone().unwrap_or_else(|| {
            let base = config.endpoint.as_deref().unwrap_or("http://localhost:4318");
            format!("{}{TRACES_PATH}", base.trim_end_matches('/'))
        });
        let mut headers = HashMap::new();
        for (name, value) in &config.headers {
            header(name, value.0.expose_secret())?;
            headers.insert(name.clone(), value.0.expose_secret().trim().to_owned());
        }
        let mut builder = SpanExporter::builder()
            .with_http()
            .with_endpoint(endpoint)
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(config.timeout)
            .with_headers(headers)
            .with_http_client(self.http_client()?);
        if config.compression == OtlpCompression::Gzip {
            builder = builder.with_compression(Compression::Gzip);
        }
        builder
            .build()
            .map_err(|error| StartError::Exporter(error.to_string()))
    }

    fn http_client(&self) -> Result<reqwest::Client, StartError> {
        let unusable = |error: reqwest::Error| StartError::Exporter(format!("no HTTP client: {error}"));
        let mut builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        if let Some(authorities) = &self.authorities {
            for authority in reqwest::Certificate::from_pem_bundle(authorities).map_err(unusable)? {
                builder = builder.add_root_certificate(authority);
            }
        }
        builder.build().map_err(unusable)
    }

    /// What each batch says of this instance (<https://opentelemetry.io/docs/specs/semconv/resource/>).
    fn resource(&self) -> Resource {
        let config = &self.config;
        let host = rustix::system::uname();
        let own = [
            KeyValue::new("service.version", build_info().version),
            KeyValue::new("service.instance.id", uuid::Uuid::new_v4().to_string()),
            KeyValue::new("host.name", host.nodename().to_string_lossy().into_owned()),
            KeyValue::new("process.pid", i64::from(std::process::id())),
        ];
        let more = config.attributes.iter();
        Resource::builder()
            .with_service_name(config.service_name.clone())
            .with_attributes(own)
            .with_attributes(more.map(|(name, value)| KeyValue::new(name.clone(), value.clone())))
            .build()
    }
}

fn header(name: &str, value: &str) -> Result<(http::HeaderName, http::HeaderValue), StartError> {
    let unusable = || StartError::Header {
        name: name.to_owned(),
    };
    let parsed = http::HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| unusable())?;
    let mut value = http::HeaderValue::from_str(value.trim()).map_err(|_| unusable())?;
    value.set_sensitive(true);
    Ok((parsed, value))
}

/// A trace in the exporter's form.
fn spans_of(trace: Finished) -> impl Iterator<Item = SpanData> {
    let scope = InstrumentationScope::builder(env!("CARGO_PKG_NAME"))
        .with_version(build_info().version)
        .build();
    let Finished {
        id,
        has_caller,
        started_at,
        spans,
    } = trace;
    spans.into_iter().map(move |span| {
        let Recorded {
            id: span_id,
            parent,
            name,
            kind,
            when: (from, to),
            attributes,
            error,
        } = span;
        SpanData {
            span_context: SpanContext::new(
                TraceId::from_bytes(id.to_be_bytes()),
                SpanId::from_bytes(span_id.to_be_bytes()),
                // It is sent, whatever the sampler thought at its beginning.
                TraceFlags::SAMPLED,
                false,
                TraceState::NONE,
            ),
            parent_span_id: SpanId::from_bytes(parent.to_be_bytes()),
            parent_span_is_remote: has_caller && kind == Kind::Server,
            span_kind: match kind {
                Kind::Server => SpanKind::Server,
                Kind::Client => SpanKind::Client,
                Kind::Internal | Kind::Waiting => SpanKind::Internal,
            },
            name,
            start_time: started_at + from,
            end_time: started_at + to,
            attributes,
            dropped_attributes_count: 0,
            events: opentelemetry_sdk::trace::SpanEvents::default(),
            links: opentelemetry_sdk::trace::SpanLinks::default(),
            status: match error {
                // The word alone: a message may hold a user's text.
                Some(word) => Status::error(word),
                None => Status::Unset,
            },
            instrumentation_scope: scope.clone(),
        }
    })
}
