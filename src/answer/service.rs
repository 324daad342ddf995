//! What the doors hand questions to.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use arc_swap::{ArcSwap, ArcSwapOption};

use super::cache::AnswerCache;
use super::confidence::Calibration;
use super::feedback::{Feedback, NotTaken, Verdict};
use super::pipeline::{self, refused_by};
use super::queue::Queue;
use super::reload::{Reloaded, Reloads};
use super::settings::Made;
use super::{Admission, Answer, AskError, Question, Stage};
use crate::config::Config;
use crate::database::Databases;
use crate::provider::{Plan, ProviderError, Providers, Spending};
use crate::telemetry::audit::Audit;
use crate::telemetry::logs::LogLevels;
use crate::telemetry::trace::{Span, Tracer};
use crate::telemetry::{Metrics, RejectReason, RequestStatus};

/// The last bit of a question's time, in which its answer is put together and sent.
const SHARE_FOR_THE_END: u32 = 50;
const LONGEST_END: Duration = Duration::from_millis(50);
/// Longest time that a question may ask for.
const LONGEST_TIME: Duration = Duration::from_secs(24 * 3600);

/// One consistent state of everything that a reload can change. A request holds one from entry to end.
#[derive(Debug)]
pub struct Snapshot {
    /// The checked config.
    pub config: Arc<Config>,
    /// The providers made from it.
    pub providers: Providers,
    /// The databases made from it.
    pub databases: Databases,
    /// What was answered and read before.
    pub cache: Arc<AnswerCache>,
    /// Where everything is counted.
    pub metrics: Arc<Metrics>,
    pub(super) queue: Arc<Queue>,
    /// What the confidence of models' answers is made with.
    pub(super) calibration: Calibration,
}

/// What goes on whatever the config says.
#[derive(Debug, Clone)]
pub struct Ground {
    /// Where everything is counted.
    pub metrics: Arc<Metrics>,
    /// What providers have cost.
    pub spending: Arc<Spending>,
    /// Where the traces of questions begin.
    pub tracer: Tracer,
    /// Where it is written who did what.
    pub audit: Audit,
    /// Which log lines are written.
    pub log_levels: LogLevels,
    /// What askers said of answers.
    pub feedback: Arc<Feedback>,
}

impl Default for Ground {
    /// Counts for itself and keeps nothing.
    fn default() -> Ground {
        let metrics = Arc::new(Metrics::default());
        Ground {
            spending: Arc::new(Spending::open(None, Arc::clone(&metrics))),
            metrics,
            tracer: Tracer::default(),
            audit: Audit::default(),
            log_levels: LogLevels::default(),
            feedback: Arc::default(),
        }
    }
}

/// What the doors hand questions to.
#[derive(Debug)]
pub struct AnswerService {
    pub(super) snapshot: ArcSwap<Snapshot>,
    /// Whether questions are taken.
    pub admission: Admission,
    /// Where everything is counted.
    pub metrics: Arc<Metrics>,
    pub(super) ground: Ground,
    /// What the config was made from; `None` where it cannot be changed.
    pub(super) settings: tokio::sync::Mutex<Option<Made>>,
    /// Where traces begin; the settings of tracing can change.
    pub(super) tracer: ArcSwap<Tracer>,
    /// Where reloads are asked for, once somebody does them.
    pub(super) reloads: OnceLock<Reloads>,
    pub(super) last_reload: ArcSwapOption<Reloaded>,
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
    /// Builds what the config describes. Nothing is opened or called yet. What `previous` has and the config did not
    /// change goes on: connections, breakers, the cache, the line of questions.
    pub fn new(config: Arc<Config>, ground: &Ground, previous: Option<&Snapshot>) -> Snapshot {
        let metrics = &ground.metrics;
        let cache = cache(&config, metrics, previous);
        let together = config.ai.shared_limits.then(|| cache.together()).flatten();
        Snapshot {
            providers: Providers::new(
                Arc::clone(&config),
                Arc::clone(&ground.spending),
                together,
                Arc::clone(metrics),
                previous.map(|previous| &previous.providers),
            ),
            databases: Databases::new(
                &config,
                previous.map(|previous| &previous.databases),
                Arc::clone(metrics),
            ),
            cache,
            queue: queue(&config, metrics, previous),
            calibration: Calibration::open(
                ground.feedback.folder(),
                previous.map(|previous| &previous.calibration),
            ),
            metrics: Arc::clone(metrics),
            config,
        }
    }
}

fn cache(config: &Config, metrics: &Arc<Metrics>, previous: Option<&Snapshot>) -> Arc<AnswerCache> {
    let settings = &config.performance.cache;
    let standing = previous.map(|previous| &previous.cache);
    match standing.filter(|cache| cache.is_made_from(settings)) {
        Some(cache) => Arc::clone(cache),
        None => Arc::new(AnswerCache::new(settings, Arc::clone(metrics))),
    }
}

fn queue(config: &Config, metrics: &Arc<Metrics>, previous: Option<&Snapshot>) -> Arc<Queue> {
    let size = config.ai.max_concurrent_requests;
    let pool = &config.performance.worker_pools.ai_requests;
    let standing = previous.map(|previous| &previous.queue);
    match standing.filter(|queue| queue.is_like(size, pool.queue_size, pool.timeout)) {
        Some(queue) => Arc::clone(queue),
        None => Arc::new(Queue::new(
            size,
            pool.queue_size,
            pool.timeout,
            Arc::clone(metrics),
        )),
    }
}

impl AnswerService {
    /// A service that starts closed: `admission.open()` when everything is built.
    pub fn new(snapshot: Snapshot, ground: Ground) -> AnswerService {
        AnswerService {
            snapshot: ArcSwap::from_pointee(snapshot),
            admission: Admission::default(),
            metrics: Arc::clone(&ground.metrics),
            tracer: ArcSwap::from_pointee(ground.tracer.clone()),
            ground,
            settings: tokio::sync::Mutex::default(),
            reloads: OnceLock::new(),
            last_reload: ArcSwapOption::empty(),
        }
    }

    /// The state to work with, for the length of one request.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Where it is written who did what.
    pub fn audit(&self) -> &Audit {
        &self.ground.audit
    }

    /// Which log lines are written.
    pub fn log_levels(&self) -> &LogLevels {
        &self.ground.log_levels
    }

    /// What was answered and read before.
    pub fn cache(&self) -> Arc<AnswerCache> {
        Arc::clone(&self.snapshot().cache)
    }

    /// Answers a question. Dropping the future cancels it and counts it as cancelled.
    pub async fn ask(&self, mut question: Question) -> Result<Answer, AskError> {
        if question.request_id.is_empty() {
            question.request_id = uuid::Uuid::now_v7().to_string();
        }
        let root = self.tracer.load().begin(&question.root);
        root.place().around(self.ask_within(root, question)).await
    }

    async fn ask_within(&self, root: Span, question: Question) -> Result<Answer, AskError> {
        let snapshot = self.snapshot();
        let plan = snapshot.providers.plan(&question.wish);
        let feedback = &snapshot.config.ai.feedback;
        let kept_text = (feedback.enabled && feedback.keep_text).then(|| question.text.clone());
        let mut record = Record::open(&self.metrics, &plan, &question, root);
        let outcome = match self.admit(&snapshot, &question.text) {
            Ok(()) => answer_in_time(&snapshot, question, plan).await,
            Err(refusal) => Err(refusal),
        };
        record.close(&outcome);
        outcome.map(|mut answer| {
            answer.took = record.started.elapsed();
            if snapshot.config.ai.feedback.enabled {
                self.ground.feedback.remember(&answer, kept_text.as_deref());
            }
            answer
        })
    }

    /// Keeps what an asker said of an answer.
    ///
    /// # Errors
    /// It was not kept.
    pub async fn give_feedback(
        &self,
        request_id: &str,
        verdict: Verdict,
        corrected_sql: Option<&str>,
    ) -> Result<(), NotTaken> {
        let keep_text = self.snapshot().config.ai.feedback.keep_text;
        let feedback = &self.ground.feedback;
        feedback
            .give(request_id, verdict, corrected_sql, keep_text)
            .await?;
        self.metrics.feedback(verdict.metric());
        Ok(())
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
        let snapshot = self.snapshot();
        let able: Vec<String> = (snapshot.providers.list().into_iter())
            .filter(|provider| provider.available)
            .map(|provider| match snapshot.providers.trouble(&provider.name) {
                None => provider.name,
                Some(trouble) => format!("{} ({trouble})", provider.name),
            })
            .collect();
        vec![
            Check {
                name: "stage",
                ok: stage == Stage::Open,
                detail: match stage {
                    Stage::Starting => "starting: not everything is built yet".into(),
                    Stage::Open => "taking questions".into(),
                    Stage::Leaving => "leaving: questions should go elsewhere".into(),
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
            self.standing_of_config(),
        ]
    }

    /// Never a reason to send no questions: the config in effect was right once.
    fn standing_of_config(&self) -> Check {
        let detail = match self.last_reload.load().as_deref() {
            None => "as it was at the start".to_owned(),
            Some(last) if !last.is_right() => format!(
                "what was found at {:.0} is not used, an earlier config stays in effect: {}",
                last.at,
                last.reason()
            ),
            Some(last) if !last.needs_restart.is_empty() => {
                format!("for the next start: {}", last.needs_restart.join(", "))
            }
            Some(last) => format!("as it was found at {:.0}", last.at),
        };
        Check {
            name: "config",
            ok: true,
            detail,
        }
    }
}

async fn answer_in_time(
    snapshot: &Arc<Snapshot>,
    question: Question,
    plan: Result<Plan, ProviderError>,
) -> Result<Answer, AskError> {
    let plan = plan.map_err(|error| {
        let wanted = question.wish.provider.as_deref();
        refused_by(wanted.unwrap_or(snapshot.providers.default_name()), error)
    })?;
    let limit = question.wish.timeout.unwrap_or(snapshot.config.ai.timeout);
    let now = tokio::time::Instant::now();
    let limit = limit.min(LONGEST_TIME);
    let end = now + limit;
    let deadline = end - (limit / SHARE_FOR_THE_END).min(LONGEST_END);
    match tokio::time::timeout_at(end, pipeline::answer(snapshot, question, plan, deadline)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(AskError::Timeout(format!(
            "no answer within {limit:?}; ask again, or allow more time (ai.timeout, or timeout in the request)"
        ))),
    }
}

/// The books of one question: whatever way it ends, it is counted once.
struct Record<'a> {
    metrics: &'a Arc<Metrics>,
    root: Span,
    provider: String,
    model: String,
    request_id: String,
    /// What the door says of every request of its kind.
    door: &'static [(&'static str, &'static str)],
    /// The question, where spans may hold it.
    content: Option<String>,
    started: Instant,
    closed: bool,
    _in_flight: crate::telemetry::GaugeGuard,
}

impl<'a> Record<'a> {
    fn open(
        metrics: &'a Arc<Metrics>,
        plan: &Result<Plan, ProviderError>,
        question: &Question,
        root: Span,
    ) -> Record<'a> {
        let (provider, model) = labels(plan);
        let content = root.takes_content().then(|| question.text.clone());
        tracing::debug!(
            request_id = %question.request_id, question_length = question.text.len(), question = %question.text,
            "question admitted"
        );
        Record {
            metrics,
            root,
            provider,
            model,
            request_id: question.request_id.clone(),
            door: question.root.attributes,
            content,
            started: Instant::now(),
            closed: false,
            _in_flight: metrics.request_started(),
        }
    }

    fn close(&mut self, outcome: &Result<Answer, AskError>) {
        self.closed = true;
        let took = self.started.elapsed();
        let status = outcome
            .as_ref()
            .map_or_else(AskError::status, |_| RequestStatus::Success);
        // Before anything is counted: only then is it known whether an exemplar may name this trace.
        let own = self
            .root
            .settle(matches!(status, RequestStatus::Error | RequestStatus::Timeout));
        self.metrics.overhead(own);
        self.introduce();
        match outcome {
            Ok(answer) => {
                // Whoever answered is counted, not whoever was wanted.
                self.provider.clone_from(&answer.provider);
                self.model.clone_from(&answer.model);
                let confidence = answer.confidence.get();
                self.metrics
                    .answered_with_confidence(&self.provider, &self.model, confidence);
                describe(&mut self.root, answer);
                tracing::info!(
                    request_id = %self.request_id, provider = %self.provider, model = %self.model,
                    dialect = %answer.dialect, confidence, cached = answer.cached, degraded = answer.degraded,
                    took_ms = milliseconds(took), "question answered"
                );
            }
            Err(error) => {
                self.note(error, took);
                if self.root.will_be_sent() {
                    self.root.set("atest_ai.provider", self.provider.clone());
                    self.root.set("atest_ai.outcome", word_of(status));
                }
                match status {
                    // Nothing failed: the question was not one for this plugin.
                    RequestStatus::Rejected => self.root.set("atest_ai.refusal", error.word()),
                    _ => self.root.fail(error.word()),
                }
            }
        }
        self.metrics
            .request_finished(&self.provider, &self.model, status, took);
    }

    /// What a trace that is sent says of the request itself.
    fn introduce(&mut self) {
        if !self.root.will_be_sent() {
            return;
        }
        for (name, value) in self.door {
            self.root.set(name, *value);
        }
        self.root.set("atest_ai.request_id", self.request_id.clone());
        if let Some(text) = self.content.take() {
            self.root.set("atest_ai.question", text);
        }
    }

    fn note(&self, error: &AskError, took: Duration) {
        if let Some(kind) = error.metric_kind() {
            self.metrics.error(kind, &self.provider);
        }
        if error.status() == RequestStatus::Rejected {
            tracing::info!(
                request_id = %self.request_id, provider = %self.provider, reason = error.word(),
                took_ms = milliseconds(took), "question refused"
            );
        } else {
            tracing::warn!(
                request_id = %self.request_id, provider = %self.provider, reason = error.word(),
                took_ms = milliseconds(took), "question failed"
            );
        }
    }
}

impl Drop for Record<'_> {
    fn drop(&mut self) {
        if !self.closed {
            let took = self.started.elapsed();
            self.root.settle(false);
            self.introduce();
            self.root
                .set("atest_ai.outcome", word_of(RequestStatus::Cancelled));
            self.metrics
                .request_finished(&self.provider, &self.model, RequestStatus::Cancelled, took);
            tracing::info!(
                request_id = %self.request_id, provider = %self.provider, took_ms = milliseconds(took),
                "question cancelled by its caller"
            );
        }
    }
}

fn word_of(status: RequestStatus) -> &'static str {
    RequestStatus::WORDS[status as usize]
}

/// What a trace says of an answer.
fn describe(root: &mut Span, answer: &Answer) {
    if !root.will_be_sent() {
        return;
    }
    root.set("atest_ai.outcome", word_of(RequestStatus::Success));
    root.set("atest_ai.provider", answer.provider.clone());
    if !answer.model.is_empty() {
        root.set("atest_ai.model", answer.model.clone());
    }
    root.set("atest_ai.dialect", answer.dialect.as_str());
    root.set("atest_ai.confidence", answer.confidence.get());
    root.set("atest_ai.confidence_source", answer.confidence_source.as_str());
    root.set("atest_ai.cached", answer.cached);
    root.set("atest_ai.degraded", answer.degraded);
    if let Some(cost) = answer.cost {
        root.set("atest_ai.cost_usd", cost);
    }
    if root.takes_content() {
        root.set("atest_ai.sql", answer.sql.clone());
    }
}

/// Provider and model as metrics and logs name them. A provider that is not known is the asker's text: no label and no
/// log line repeats it.
fn labels(plan: &Result<Plan, ProviderError>) -> (String, String) {
    match plan {
        Ok(plan) => (plan.first().name.clone(), plan.first().model.clone()),
        Err(_) => ("other".into(), "other".into()),
    }
}

/// Milliseconds with three decimals, for logs.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
