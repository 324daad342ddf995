//! A scripted collector that reads what it gets.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use crate::fake_provider::{FakeProvider, Received, Script};
use crate::support::plugin::PATIENCE;

/// A collector on 127.0.0.1.
pub struct Collector {
    server: FakeProvider,
    taken: Arc<Mutex<Vec<Span>>>,
}

impl Collector {
    /// Takes everything.
    pub async fn start() -> Collector {
        Collector::with(|_| Script::status(200)).await
    }

    /// Answers each batch as `script` says; what it answers with 200 counts as taken.
    pub async fn with(script: impl Fn(usize) -> Script + Send + Sync + 'static) -> Collector {
        let taken = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&taken);
        let server = FakeProvider::start(move |received: &Received| {
            let script = script(received.number);
            if script.takes() {
                into.lock().unwrap().extend(spans(&received.body));
            }
            script
        })
        .await;
        Collector { server, taken }
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    /// What it has taken so far.
    pub fn taken(&self) -> Vec<Span> {
        self.taken.lock().unwrap().clone()
    }

    /// Waits for a trace that has a span of that name.
    pub async fn trace_with(&self, name: &str) -> Trace {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let taken = self.taken();
            if let Some(found) = taken.iter().find(|span| span.name == name) {
                let of_it = taken.iter().filter(|span| span.trace_id == found.trace_id);
                return Trace(of_it.cloned().collect());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let names: Vec<String> = self.taken().into_iter().map(|span| span.name).collect();
        panic!("no span {name:?} came, only {names:?}");
    }
}

fn spans(body: &[u8]) -> Vec<Span> {
    let request = ExportTraceServiceRequest::decode(body).expect("a batch of traces");
    let scopes = request
        .resource_spans
        .into_iter()
        .flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans).collect()
}

/// The spans of one trace.
pub struct Trace(pub Vec<Span>);

impl Trace {
    /// The span of that name.
    pub fn span(&self, name: &str) -> &Span {
        let names: Vec<&str> = self.0.iter().map(|span| span.name.as_str()).collect();
        let found = self.0.iter().find(|span| span.name == name);
        found.unwrap_or_else(|| panic!("no span {name:?} among {names:?}"))
    }
}

/// An id in hexadecimal.
pub fn hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An attribute as text.
pub fn attribute(span: &Span, name: &str) -> Option<String> {
    let found = span.attributes.iter().find(|attribute| attribute.key == name)?;
    Some(match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        Value::DoubleValue(number) => number.to_string(),
        Value::BoolValue(yes) => yes.to_string(),
        other => format!("{other:?}"),
    })
}
