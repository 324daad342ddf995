//! The span that a task is in.

use std::future::Future;
use std::sync::Arc;

use profiling::execution::{self, UserTask};

use super::recorder::Trace;
use super::{SpanIds, TraceContext};

tokio::task_local! {
    static CURRENT: Option<Here>;
}

/// A place in a trace.
#[derive(Clone)]
pub(super) struct Here {
    pub trace: Arc<Trace>,
    pub span: u64,
}

/// A span as the parent of what is run in it. It keeps nothing of the span but its place, so the span can be changed
/// meanwhile.
#[derive(Clone)]
pub struct Place(pub(super) Option<Here>);

impl Place {
    /// Runs a future there: spans and log lines made by it belong to the span.
    pub fn around<F: Future>(self, future: F) -> impl Future<Output = F::Output> + use<F> {
        CURRENT.scope(self.0, future)
    }

    /// The same for what does not wait.
    pub fn within<T>(self, run: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(self.0, run)
    }
}

impl Here {
    pub(super) fn ids(&self) -> Option<SpanIds> {
        self.trace.is_recorded().then_some(SpanIds {
            trace: self.trace.id,
            span: self.span,
        })
    }
}

/// Where the calling task is.
pub fn here() -> Place {
    Place(with(Here::clone))
}

/// The span that the code which calls this runs in; `None` outside of every request, or when traces are off.
pub fn current() -> Option<SpanIds> {
    with(Here::ids).flatten()
}

/// The same, when it is known already that the span will be sent: what an exemplar may name.
pub fn exemplar() -> Option<SpanIds> {
    with(|here| here.ids().filter(|_| here.trace.will_be_sent())).flatten()
}

/// What a call to another program is sent along, so that its spans become children of this one.
pub fn outgoing() -> Option<TraceContext> {
    with(|here| {
        here.ids().map(|ids| TraceContext {
            ids,
            is_sampled: here.trace.is_sampled,
        })
    })
    .flatten()
}

/// The request in an execution trace; `None` outside of every request.
pub fn user_task() -> Option<UserTask> {
    with(|here| here.trace.task)
}

/// A part of the request that execution traces show and spans do not: it is always there, and seldom takes long. It ends when
/// this is dropped.
#[derive(Debug)]
pub struct Part(execution::Phase);

impl Part {
    /// Begins one of the request that the calling task is in.
    pub fn begin(name: &'static str) -> Option<Part> {
        // Outside of a recording that is all.
        if !execution::is_recording() {
            return None;
        }
        user_task().map(|task| Part(execution::begin_phase(task, name, execution::Waits::Sync)))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        execution::end_phase(self.0);
    }
}

/// Takes the span along to another thread.
pub fn carry<T>(run: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let place = here();
    move || place.within(run)
}

fn with<T>(look: impl FnOnce(&Here) -> T) -> Option<T> {
    CURRENT.try_with(|here| here.as_ref().map(look)).ok().flatten()
}
