//! One span while it lasts; it is recorded when it is dropped.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};
use profiling::execution::{self, Phase, Waits};

use super::recorder::{Recorded, Trace};
use super::task::{self, Here, Place};

/// What a span is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A request that came in.
    Server,
    /// Work of this process.
    Internal,
    /// A call to another program; its time is not the plugin's own.
    Client,
    /// A wait for somebody else: the same question under way, a provider that asked for patience. Its time is not the
    /// plugin's own.
    Waiting,
}

/// One span. Dropping it ends it.
pub struct Span {
    /// `None` outside of every request.
    trace: Option<Arc<Trace>>,
    id: u64,
    parent: u64,
    name: Cow<'static, str>,
    kind: Kind,
    from: Duration,
    attributes: Vec<KeyValue>,
    error: Option<&'static str>,
    /// The same in an execution trace.
    phase: Option<Phase>,
}

impl Span {
    /// Begins a span below the one that the calling task is in. Outside of every request nothing is recorded.
    pub fn start(name: impl Into<Cow<'static, str>>, kind: Kind) -> Span {
        match task::here().0 {
            Some(Here { trace, span }) => Span::new(trace, span, name.into(), kind),
            None => Span {
                trace: None,
                id: 0,
                parent: 0,
                name: Cow::Borrowed(""),
                kind,
                from: Duration::ZERO,
                attributes: Vec::new(),
                error: None,
                phase: None,
            },
        }
    }

    pub(super) fn new(trace: Arc<Trace>, parent: u64, name: Cow<'static, str>, kind: Kind) -> Span {
        let id = match trace.is_recorded() {
            true => u64::from_be_bytes(RandomIdGenerator::default().new_span_id().to_bytes()),
            false => 0,
        };
        let phase = match (&name, kind) {
            // The root is the request itself, which is a task there.
            (_, Kind::Server) => None,
            (Cow::Borrowed(name), _) => Some(execution::begin_phase(trace.task, name, kind.waits())),
            (Cow::Owned(_), _) => Some(execution::begin_phase(trace.task, "work", kind.waits())),
        };
        Span {
            phase,
            from: match kind {
                Kind::Server => Duration::ZERO,
                _ => trace.now(),
            },
            trace: Some(trace),
            id,
            parent,
            name,
            kind,
            attributes: Vec::new(),
            error: None,
        }
    }

    /// Whether what is set will be kept; for what costs something to put together.
    pub fn is_recorded(&self) -> bool {
        self.trace.as_ref().is_some_and(|trace| trace.is_recorded())
    }

    /// Whether it is known that the trace will be sent; after [`Span::settle`] that is certain. What is set only then
    /// costs nothing for all the others.
    pub fn will_be_sent(&self) -> bool {
        self.trace.as_ref().is_some_and(|trace| trace.will_be_sent())
    }

    /// Whether questions and SQL may be set.
    pub fn takes_content(&self) -> bool {
        let rules = self.trace.as_ref().and_then(|trace| trace.rules.as_ref());
        rules.is_some_and(|rules| rules.captures_content)
    }

    /// Sets an attribute. No secret, and no user's text unless [`Span::takes_content`].
    pub fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        if self.is_recorded() {
            self.attributes.push(KeyValue::new(name, value));
        }
    }

    /// Gives it another name, once more is known.
    pub fn rename(&mut self, name: impl Into<Cow<'static, str>>) {
        self.name = name.into();
    }

    /// Marks it as failed; `error` is a word of a closed set.
    pub fn fail(&mut self, error: &'static str) {
        self.set("error.type", error);
        self.error = Some(error);
    }

    /// Runs a future in this span: spans and log lines made by it belong here.
    pub fn around<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        self.place().around(future)
    }

    /// Where it stands.
    pub fn place(&self) -> Place {
        Place(self.here())
    }

    /// Decides whether the trace is sent, from the outcome of the request; gives the time that the request has taken so
    /// far without what it waited for: the plugin's own. For the root of a trace.
    pub fn settle(&self, is_error: bool) -> Duration {
        let Some(trace) = &self.trace else {
            return Duration::ZERO;
        };
        let took = trace.now();
        trace.settle(took, is_error);
        took.saturating_sub(trace.outside(took))
    }

    /// Its ids, when it is recorded.
    #[cfg(test)]
    pub fn ids(&self) -> Option<super::SpanIds> {
        self.here().and_then(|here| here.ids())
    }

    fn here(&self) -> Option<Here> {
        self.trace.as_ref().map(|trace| Here {
            trace: Arc::clone(trace),
            span: self.id,
        })
    }
}

impl Kind {
    fn waits(self) -> Waits {
        match self {
            Kind::Client => Waits::Network,
            Kind::Waiting => Waits::Sync,
            Kind::Server | Kind::Internal => Waits::Unknown,
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        let Some(trace) = &self.trace else { return };
        match self.phase {
            Some(phase) => execution::end_phase(phase),
            None => execution::end_task(trace.task),
        }
        let is_outside = matches!(self.kind, Kind::Client | Kind::Waiting);
        if !is_outside && !trace.is_recorded() {
            return;
        }
        let when = (self.from, trace.now());
        if is_outside {
            trace.wait(when);
        }
        if trace.is_recorded() {
            trace.record(Recorded {
                id: self.id,
                parent: self.parent,
                name: std::mem::take(&mut self.name),
                kind: self.kind,
                when,
                attributes: std::mem::take(&mut self.attributes),
                error: self.error,
            });
        }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Span")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
