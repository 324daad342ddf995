//! What the doors hand questions to.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::{Admission, Answer, AskError, Question};
use crate::config::Config;
use crate::provider::Providers;
use crate::telemetry::Metrics;

/// One consistent state of everything that a reload can change. A request holds one from entry to end.
#[derive(Debug)]
pub struct Snapshot {
    /// The checked config.
    pub config: Arc<Config>,
    /// The providers made from it.
    pub providers: Providers,
}

/// What the doors hand questions to.
#[derive(Debug)]
pub struct AnswerService {
    snapshot: ArcSwap<Snapshot>,
    /// Whether questions are taken.
    pub admission: Admission,
    /// Where everything is counted.
    pub metrics: Arc<Metrics>,
}

/// One line of a readiness report.
#[derive(Debug, Clone)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// Whether it is well.
    pub ok: bool,
    /// For people.
    pub detail: String,
}

impl AnswerService {
    /// A service that starts closed: `admission.open()` when everything is built.
    pub fn new(snapshot: Snapshot, metrics: Arc<Metrics>) -> AnswerService {
        AnswerService {
            snapshot: ArcSwap::from_pointee(snapshot),
            admission: Admission::default(),
            metrics,
        }
    }

    /// The state to work with, for the length of one request.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Answers a question. Dropping the future cancels it and counts it as cancelled.
    pub async fn ask(&self, _question: Question) -> Result<Answer, AskError> {
        Err(AskError::Internal("not wired".into()))
    }

    /// What readiness depends on: not starting, not draining, not in maintenance, at least one provider able.
    pub fn readiness(&self) -> Vec<Check> {
        Vec::new()
    }
}
