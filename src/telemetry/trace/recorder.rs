//! One request's trace while it is recorded.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use opentelemetry::KeyValue;
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};
use profiling::contention::Mutex;
use profiling::execution;

use super::TraceContext;
use super::intervals::{self, Interval};
use super::outbox::Outbox;
use super::sampler::Sampler;
use super::span::{Kind, Span};

/// Most spans of one trace; what a request does is bounded well below it.
const MOST_SPANS: usize = 256;

/// Where traces begin. Clones are the same one; the default records nothing, and measures what requests wait for.
#[derive(Debug, Clone, Default)]
pub struct Tracer(Option<Arc<Rules>>);

/// What holds for each trace.
#[derive(Debug)]
pub(super) struct Rules {
    pub sampler: Sampler,
    pub outbox: Arc<Outbox>,
    /// Whether questions and SQL are written into spans.
    pub captures_content: bool,
}

/// How a request came in.
#[derive(Debug, Clone)]
pub struct Root {
    /// The span's name: the method of gRPC, or method and route of HTTP.
    pub name: &'static str,
    /// What the conventions for its protocol want in the span.
    pub attributes: &'static [(&'static str, &'static str)],
    /// Where it stands in a trace of its caller.
    pub caller: Option<TraceContext>,
}

impl Default for Root {
    /// A request of this process itself.
    fn default() -> Root {
        Root {
            name: "ask",
            attributes: &[],
            caller: None,
        }
    }
}

impl Tracer {
    pub(super) fn new(rules: Rules) -> Tracer {
        Tracer(Some(Arc::new(rules)))
    }

    /// Begins the trace of a request; the span is its root.
    pub fn begin(&self, root: &Root) -> Span {
        let caller = root.caller.filter(|_| self.0.is_some());
        let id = match (&self.0, caller) {
            (_, Some(caller)) => caller.ids.trace,
            (Some(_), None) => u128::from_be_bytes(RandomIdGenerator::default().new_trace_id().to_bytes()),
            (None, None) => 0,
        };
        let rules = self.0.clone();
        let is_sampled = (rules.as_ref()).is_some_and(|rules| rules.sampler.chooses(id, caller.as_ref()));
        let may_be_sent = is_sampled || rules.as_ref().is_some_and(|rules| rules.sampler.may_keep());
        let trace = Arc::new(Trace {
            id,
            has_caller: caller.is_some(),
            is_sampled,
            is_kept: AtomicBool::new(false),
            rules: rules.filter(|_| may_be_sent),
            started: Instant::now(),
            started_at: SystemTime::now(),
            state: Mutex::default(),
            task: execution::begin_task("question", None),
        });
        let parent = caller.map_or(0, |caller| caller.ids.span);
        Span::new(trace, parent, root.name.into(), Kind::Server)
    }
}

/// One request's trace.
pub(super) struct Trace {
    /// 0 when nothing is recorded.
    pub id: u128,
    /// Its root has a span of the caller as its parent.
    has_caller: bool,
    pub is_sampled: bool,
    /// It is sent although the sampler did not choose it.
    is_kept: AtomicBool,
    /// `None` when its spans are not recorded.
    pub rules: Option<Arc<Rules>>,
    started: Instant,
    started_at: SystemTime,
    state: Mutex<State>,
    /// The same request in an execution trace, whether or not spans are recorded.
    pub task: execution::UserTask,
}

#[derive(Default)]
struct State {
    spans: Vec<Recorded>,
    outside: Vec<Interval>,
}

/// A span that has ended.
#[derive(Debug)]
pub(super) struct Recorded {
    pub id: u64,
    /// 0 for none.
    pub parent: u64,
    pub name: Cow<'static, str>,
    pub kind: Kind,
    pub when: Interval,
    pub attributes: Vec<KeyValue>,
    pub error: Option<&'static str>,
}

/// A trace that has ended and is to be sent.
#[derive(Debug)]
pub(super) struct Finished {
    pub id: u128,
    /// The parent of its root is a span of the caller.
    pub has_caller: bool,
    pub started_at: SystemTime,
    pub spans: Vec<Recorded>,
}

impl Trace {
    pub(super) fn is_recorded(&self) -> bool {
        self.rules.is_some()
    }

    /// It is known by now that it will be sent.
    pub(super) fn will_be_sent(&self) -> bool {
        self.is_recorded() && (self.is_sampled || self.is_kept.load(Ordering::Relaxed))
    }

    /// Time since its beginning.
    pub(super) fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Decides whether it is sent, once its outcome is known.
    pub(super) fn settle(&self, took: Duration, is_error: bool) {
        if let Some(rules) = &self.rules
            && rules.sampler.keeps(took, is_error)
        {
            self.is_kept.store(true, Ordering::Relaxed);
        }
    }

    /// How much of its first `limit` it waited for others.
    pub(super) fn outside(&self, limit: Duration) -> Duration {
        intervals::union(&mut self.lock().outside, limit)
    }

    pub(super) fn wait(&self, when: Interval) {
        self.lock().outside.push(when);
    }

    pub(super) fn record(&self, span: Recorded) {
        let mut state = self.lock();
        if state.spans.len() < MOST_SPANS {
            if state.spans.is_empty() {
                state.spans.reserve(6);
            }
            state.spans.push(span);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last who holds it sends it: the request itself, or work that goes on for others.
impl Drop for Trace {
    fn drop(&mut self) {
        if !self.will_be_sent() {
            return;
        }
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let spans = std::mem::take(&mut state.spans);
        if let Some(rules) = &self.rules
            && !spans.is_empty()
        {
            rules.outbox.offer(Finished {
                id: self.id,
                has_caller: self.has_caller,
                started_at: self.started_at,
                spans,
            });
        }
    }
}
