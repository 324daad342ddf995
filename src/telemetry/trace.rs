//! Spans of one request, from the door to the last call to a provider.

mod ids;

pub use ids::SpanIds;

/// The span that the code which calls this runs in; `None` outside of every request, or when traces are off.
pub fn current() -> Option<SpanIds> {
    None
}

/// The same, when it is known already that the span will be sent: what an exemplar may name.
pub fn exemplar() -> Option<SpanIds> {
    None
}
