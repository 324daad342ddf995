//! Spans of one request, from the door to the last call to a provider, sent to a collector by OTLP.
//!
//! A door begins a trace with [`Tracer::begin`], whose span is the root. Code below makes [`Span`]s, which find their
//! parent by the task that they are made in, so no signature carries them; [`Span::around`] makes a span the parent of
//! what a future does. What a request waits for ([`Kind::Client`], [`Kind::Waiting`]) is measured whether traces are
//! sent or not: total minus that is the plugin's own time.
//!
//! Spans of all requests are kept until their request has ended, so that those of a failed or slow one can be sent
//! although the sampler did not choose it. Nothing is encoded before that, which is what makes it cheap: spans of the crate `tracing`
//! and their bridge to OpenTelemetry cost several times as much, also for traces that are thrown away
//! (`docs/performance.md`).

mod collector;
mod context;
mod counts;
mod ids;
mod intervals;
mod outbox;
mod recorder;
mod sampler;
mod span;
mod task;

pub use collector::Collector;
pub use context::{TRACEPARENT, TraceContext};
pub use counts::TraceCounts;
pub use ids::SpanIds;
pub use recorder::{Root, Tracer};
pub use span::{Kind, Span};
pub use task::{Part, carry, current, exemplar, here, outgoing, user_task};

#[cfg(test)]
mod tests;
