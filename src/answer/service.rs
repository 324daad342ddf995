//! What the doors hand questions to.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use tokio::sync::Semaphore;

use super::pipeline;
use super::{Admission, Answer, AnswerCache, AskError, Question, Stage};
use crate::config::{Config, ProviderKind};
use crate::database::Databases;
use crate::provider::{BUILTIN_MODEL, ProviderInfo, Providers};
use crate::telemetry::{Metrics, RejectReason, RequestStatus};

/// One consistent state of everything that a reload can change. A request holds one from entry to end.
#[derive(Debug)]
pub struct Snapshot {
    /// The checked config.
    pub config: Arc<Config>,
    /// The providers made from it.
    pub providers: Providers,
    /// The databases made from it.
    pub databases: Databases,
    /// Places for questions that are answered at once.
    pub(super) places: Semaphore,
}

/// What the doors hand questions to.
#[derive(Debug)]
pub struct AnswerService {
    snapshot: ArcSwap<Snapshot>,
    /// What was answered and read before; it outlives snapshots.
    cache: ArcSwap<AnswerCache>,
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

impl Snapshot {
    /// Builds what the config describes. Nothing is opened or called yet.
    pub fn new(config: Arc<Config>) -> Snapshot {
        Snapshot {
            providers: Providers::new(Arc::clone(&config)),
            databases: Databases::new(&config.databases),
            places: Semaphore::new(config.ai.max_concurrent_requests),
            config,
        }
    }
}

impl AnswerService {
    /// A service that starts closed: `admission.open()` when everything is built.
    pub fn new(snapshot: Snapshot, metrics: Arc<Metrics>) -> AnswerService {
        let cache = AnswerCache::new(&snapshot.config.performance.cache, Arc::clone(&metrics));
        AnswerService {
            cache: ArcSwap::from_pointee(cache),
            snapshot: ArcSwap::from_pointee(snapshot),
            admission: Admission::default(),
            metrics,
        }
    }

    /// The state to work with, for the length of one request.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// What was answered and read before.
    pub fn cache(&self) -> Arc<AnswerCache> {
        self.cache.load_full()
    }

    /// Answers a question. Dropping the future cancels it and counts it as cancelled.
    pub async fn ask(&self, mut question: Question) -> Result<Answer, AskError> {
        if question.request_id.is_empty() {
            question.request_id = uuid::Uuid::now_v7().to_string();
        }
        let snapshot = self.snapshot();
        let mut record = Record::open(&self.metrics, &snapshot, &question);
        let outcome = match self.admit(&snapshot, &question.text) {
            Ok(()) => answer_in_time(&snapshot, question).await,
            Err(refusal) => Err(refusal),
        };
        record.close(&outcome);
        outcome.map(|mut answer| {
            answer.took = record.started.elapsed();
            answer
        })
    }

    /// Whether the question is taken at all.
    fn admit(&self, snapshot: &Snapshot, text: &str) -> Result<(), AskError> {
        if let Some((reason, told)) = self.admission.refusal() {
            self.metrics.rejected(reason);
            return Err(AskError::NotAdmitted(told.into()));
        }
        let limit = snapshot.config.ai.max_question_bytes;
        if text.len() > limit {
            self.metrics.rejected(RejectReason::TooLarge);
            return Err(AskError::BadRequest(format!(
                "the question has {} bytes; at most {limit} are taken (ai.max_question_bytes). \
                 Put CREATE TABLE statements into schema_ddl, not into the question",
                text.len()
            )));
        }
        Ok(())
    }

    /// What readiness depends on: not starting, not draining, not in maintenance, at least one provider able.
    pub fn readiness(&self) -> Vec<Check> {
        let stage = self.admission.stage();
        let maintenance = self.admission.in_maintenance();
        let able: Vec<String> = (self.snapshot().providers.list().into_iter())
            .filter(|provider| provider.available)
            .map(|provider| provider.name)
            .collect();
        vec![
            Check {
                name: "stage",
                ok: stage == Stage::Open,
                detail: match stage {
                    Stage::Starting => "starting: not everything is built yet".into(),
                    Stage::Open => "taking questions".into(),
                    Stage::Draining => "draining: the plugin is stopping".into(),
                },
            },
            Check {
                name: "maintenance",
                ok: !maintenance,
                detail: if maintenance {
                    "on: new questions are refused"
                } else {
                    "off"
                }
                .into(),
            },
            Check {
                name: "providers",
                ok: !able.is_empty(),
                detail: if able.is_empty() {
                    "none is able to answer".into()
                } else {
                    format!("able: {}", able.join(", "))
                },
            },
        ]
    }
}

async fn answer_in_time(snapshot: &Snapshot, question: Question) -> Result<Answer, AskError> {
    let limit = question.wish.timeout.unwrap_or(snapshot.config.ai.timeout);
    match tokio::time::timeout(limit, pipeline::answer(snapshot, question)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(AskError::Timeout(format!(
            "no answer within {limit:?}; ask again, or allow more time (ai.timeout, or timeout in the request)"
        ))),
    }
}

/// The books of one question: whatever way it ends, it is counted once.
struct Record<'a> {
    metrics: &'a Arc<Metrics>,
    provider: String,
    model: String,
    request_id: String,
    started: Instant,
    closed: bool,
    _in_flight: crate::telemetry::GaugeGuard,
}

impl<'a> Record<'a> {
    fn open(metrics: &'a Arc<Metrics>, snapshot: &Snapshot, question: &Question) -> Record<'a> {
        let asked = question
            .wish
            .provider
            .as_deref()
            .unwrap_or(snapshot.providers.default_name());
        let (provider, model) = labels(snapshot.providers.find(asked).ok(), question);
        tracing::debug!(
            request_id = %question.request_id, question_length = question.text.len(), question = %question.text,
            "question admitted"
        );
        Record {
            metrics,
            provider,
            model,
            request_id: question.request_id.clone(),
            started: Instant::now(),
            closed: false,
            _in_flight: metrics.request_started(),
        }
    }

    fn close(&mut self, outcome: &Result<Answer, AskError>) {
        self.closed = true;
        let took = self.started.elapsed();
        match outcome {
            Ok(answer) => {
                let confidence = answer.confidence.get();
                self.metrics
                    .answered_with_confidence(&self.provider, &self.model, confidence);
                tracing::info!(
                    request_id = %self.request_id, provider = %self.provider, model = %self.model,
                    dialect = %answer.dialect, confidence, took_ms = milliseconds(took), "question answered"
                );
            }
            Err(error) => self.note(error, took),
        }
        let status = outcome
            .as_ref()
            .map_or_else(AskError::status, |_| RequestStatus::Success);
        self.metrics
            .request_finished(&self.provider, &self.model, status, took);
    }

    fn note(&self, error: &AskError, took: Duration) {
        if let Some(kind) = error.metric_kind() {
            self.metrics.error(kind, &self.provider);
            tracing::warn!(
                request_id = %self.request_id, provider = %self.provider, reason = error.word(),
                took_ms = milliseconds(took), "question failed"
            );
        } else {
            tracing::info!(
                request_id = %self.request_id, provider = %self.provider, reason = error.word(),
                took_ms = milliseconds(took), "question refused"
            );
        }
    }
}

impl Drop for Record<'_> {
    fn drop(&mut self) {
        if !self.closed {
            let took = self.started.elapsed();
            self.metrics
                .request_finished(&self.provider, &self.model, RequestStatus::Cancelled, took);
            tracing::info!(
                request_id = %self.request_id, provider = %self.provider, took_ms = milliseconds(took),
                "question cancelled by its caller"
            );
        }
    }
}

/// Provider and model as metrics and logs name them. A provider that is not known is the asker's text: no label and no
/// log line repeats it.
fn labels(known: Option<ProviderInfo>, question: &Question) -> (String, String) {
    match known {
        Some(info) if info.kind == ProviderKind::Builtin => (info.name, BUILTIN_MODEL.into()),
        known => (
            known.map_or_else(|| "other".to_owned(), |info| info.name),
            question.wish.model.clone().unwrap_or_else(|| "other".into()),
        ),
    }
}

/// Milliseconds with three decimals, for logs.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
