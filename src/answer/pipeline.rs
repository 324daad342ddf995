//! One question from its words to checked SQL: cache → queue → schema → provider → check → confidence.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use nl2sql::Dialect;
use tokio::sync::SemaphorePermit;
use tokio::time::Instant;

use super::cache::{CacheKey, CachedAnswer, KeyBuilder, Origin};
use super::confidence::{self, Agreement, Scored, Trial};
use super::examiner::{Examiner, Passed};
use super::queue::NoPlace;
use super::{Answer, AskError, ConfidenceSource, Question, SchemaHints, Snapshot};
use crate::config::Explain;
use crate::database::{Connection, KnownSchema, SchemaError};
use crate::provider::{
    Answered, Completion, CompletionRequest, FailureKind, Judge, PROMPT_VERSION, Plan, ProviderError,
    Unanswered,
};
use crate::telemetry::RejectReason;
use crate::telemetry::trace::Part;

/// Answers one admitted question from one snapshot.
pub(super) async fn answer(
    snapshot: &Arc<Snapshot>,
    question: Question,
    plan: Plan,
    deadline: Instant,
) -> Result<Answer, AskError> {
    let text = question_text(&question.text)?;
    let notes = plan.notes.clone();
    let work = Work {
        snapshot: Arc::clone(snapshot),
        text,
        dialect: question.dialect,
        schema: question.schema,
        existing_sql: question.existing_sql,
        samples: question.wish.samples.unwrap_or(snapshot.config.ai.samples),
        plan,
        today: jiff::ZonedDateTime::now().date(),
        deadline,
    };
    // A schema that was read by hand has no name to keep an answer under.
    let (kept, origin) = if work.schema.read.is_some() {
        (Arc::new(work.done().await?), Origin::Asked)
    } else {
        let key = work.key(&question.wish).await?;
        let cache = &snapshot.cache;
        cache.get_or_ask(&key, deadline, move || work.done()).await?
    };
    let mut answer = given(&kept, origin, question.request_id);
    answer.warnings.extend(notes);
    Ok(answer)
}

fn given(kept: &CachedAnswer, origin: Origin, request_id: String) -> Answer {
    Answer {
        sql: kept.sql.clone(),
        pretty_sql: kept.pretty_sql.clone(),
        explanation: kept.explanation.clone(),
        alternative: kept.alternative.clone(),
        confidence: kept.confidence,
        confidence_source: kept.confidence_source,
        warnings: kept.warnings.clone(),
        provider: kept.provider.clone(),
        model: kept.model.clone(),
        dialect: kept.dialect,
        degraded: kept.degraded,
        instead_of: kept.instead_of.clone(),
        cached: origin.is_cached(),
        usage: kept.usage,
        cost: kept.cost,
        explained: kept.explained,
        took: Duration::ZERO,
        request_id,
        features: kept.features,
    }
}

/// Everything that a question needs to be answered, so that it can go on for others when its asker goes away.
struct Work {
    snapshot: Arc<Snapshot>,
    text: String,
    dialect: Option<Dialect>,
    schema: SchemaHints,
    existing_sql: Option<String>,
    plan: Plan,
    /// How often a model is asked.
    samples: u32,
    today: jiff::civil::Date,
    deadline: Instant,
}

impl Work {
    /// What the answer depends on. Nothing is parsed for it.
    async fn key(&self, wish: &crate::provider::Wish) -> Result<CacheKey, AskError> {
        let first = self.plan.first();
        let config = &self.snapshot.config;
        let mut key = KeyBuilder::new()
            .words("question", &self.text)
            .opt("dialect", self.dialect.map(Dialect::as_str))
            .text("default dialect", config.ai.default_dialect.as_str())
            .text("provider", &first.name)
            .text("kind", first.kind.as_str())
            .text("model", &first.model)
            .opt(
                "endpoint",
                self.plan.endpoint.as_ref().map(ToString::to_string).as_deref(),
            )
            .secret("key", wish.api_key.as_ref().filter(|_| first.is_remote()))
            .number("max tokens", wish.max_tokens.map(u64::from))
            .number("samples", first.is_remote().then(|| self.samples.into()))
            .text("prompt", PROMPT_VERSION)
            .text("today", &self.today.to_string())
            .opt("existing sql", self.existing_sql.as_deref())
            .number("shares values", Some(u64::from(config.ai.share_sample_values)))
            .number("schema tokens", u64::try_from(config.ai.schema_tokens).ok())
            .opt("ddl", self.schema.ddl.as_deref())
            .values("values", self.schema.values.as_ref());
        if let Some(name) = self.database() {
            let stamp = self.snapshot.databases.stamp(name).await.map_err(schema_error)?;
            key = key.text("database", name).bytes("stamp", stamp.as_bytes());
        }
        Ok(key.finish())
    }

    async fn done(self) -> Result<CachedAnswer, AskError> {
        let snapshot = Arc::clone(&self.snapshot);
        let _place = snapshot.place(self.deadline).await?;
        // On the heap: an attempt holds all that a provider and a database need.
        let (examiner, first) = Box::pin(self.attempt()).await?;
        match first {
            Err(unanswered) if self.is_out_of_date(&examiner, &unanswered).await => {
                tracing::debug!("the schema has changed: the question is answered anew");
                let (examiner, second) = Box::pin(self.attempt()).await?;
                second.map_err(|unanswered| snapshot.why_not(unanswered, &examiner))
            }
            outcome => outcome.map_err(|unanswered| snapshot.why_not(unanswered, &examiner)),
        }
    }

    /// One answer from the schema as it is known now. What kept it from coming at all is the outer error.
    async fn attempt(&self) -> Result<(Examiner, Result<CachedAnswer, Unanswered>), AskError> {
        let part = Part::begin("schema");
        let known = self.known_schema().await?;
        drop(part);
        let dialect = self
            .dialect
            .or(known.as_ref().map(|known| known.dialect))
            .unwrap_or(self.snapshot.config.ai.default_dialect);
        let mut warnings = warnings_of(known.as_deref(), dialect, &self.schema);
        warnings.extend(self.values_go_out(known.as_deref()));
        let schema = known.as_ref().map(|known| Arc::clone(&known.schema));
        let examiner = Examiner::new(dialect, schema.clone(), self.connection());
        let request = CompletionRequest {
            question: self.text.clone(),
            dialect,
            schema,
            aliases: known
                .as_ref()
                .map(|known| Arc::clone(&known.aliases))
                .unwrap_or_default(),
            existing_sql: self.existing_sql.clone(),
            today: self.today,
            share_values: self.snapshot.config.ai.share_sample_values,
            schema_tokens: self.snapshot.config.ai.schema_tokens,
            repair: None,
            is_sample: false,
        };
        let providers = &self.snapshot.providers;
        let outcome = providers
            .ask(&self.plan, &request, self.deadline, &examiner)
            .await;
        let answer = match outcome {
            Ok(answered) => {
                tracing::debug!(provider = %answered.provider, calls = answered.calls, "a provider answered");
                Ok(self.weighed(answered, &request, &examiner, warnings).await)
            }
            Err(unanswered) => Err(unanswered),
        };
        Ok((examiner, answer))
    }

    /// The answer with how sure it is: what further samples of the model and the embedded engine say to it.
    async fn weighed(
        &self,
        answered: Answered<Passed>,
        request: &CompletionRequest,
        examiner: &Examiner,
        mut warnings: Vec<String>,
    ) -> CachedAnswer {
        let providers = &self.snapshot.providers;
        let sampled = confidence::sample(
            providers,
            &self.plan,
            request,
            self.deadline,
            answered,
            self.samples,
            examiner,
        )
        .await;
        let answered = sampled.answered;
        warnings.extend(sampled.note);
        let trial = Trial {
            repaired: answered.repaired,
            explained: answered.accepted.explained,
            agreement: Some(Agreement {
                engine: None,
                samples: sampled.agreement,
            }),
        };
        let scored = self.scored(&answered, request, trial, &mut warnings).await;
        let alternative = alternative_to(&answered, examiner).await;
        CachedAnswer {
            alternative,
            ..finished(answered, request, scored, warnings)
        }
    }

    /// Whether there is no answer because the schema that it was looked for in is not the database's any more.
    async fn is_out_of_date(&self, examiner: &Examiner, unanswered: &Unanswered) -> bool {
        match &unanswered.error {
            ProviderError::Stopped => examiner.schema_has_changed(),
            ProviderError::Refused {
                kind: "not_in_schema" | "not_answerable",
                ..
            } => examiner.look().await,
            ProviderError::Failed(failure) => {
                failure.kind == FailureKind::InvalidResponse && examiner.look().await
            }
            _ => false,
        }
    }

    /// The database itself, where it can be asked, and whether it has to be.
    fn connection(&self) -> Option<(Arc<Connection>, Explain)> {
        if let Some(opened) = &self.schema.read {
            return Some((Arc::clone(opened.connection.as_ref()?), Explain::default()));
        }
        let databases = &self.snapshot.databases;
        let name = self.database()?;
        Some((databases.connection(name)?, databases.settings(name)?.explain))
    }

    /// How sure the answer is, with what the embedded engine says to a model's.
    async fn scored(
        &self,
        answered: &Answered<Passed>,
        request: &CompletionRequest,
        mut trial: Trial,
        warnings: &mut Vec<String>,
    ) -> Scored {
        let (completion, checked) = (&answered.completion, &answered.accepted.sql);
        if completion.confidence.is_none() {
            let queue = &self.snapshot.queue;
            let opinion = confidence::second_opinion(queue, request, checked, self.deadline).await;
            trial.agreement.get_or_insert_default().engine = opinion.agreement;
            warnings.extend(opinion.note);
        }
        confidence::of(
            completion,
            checked,
            request.schema.as_deref(),
            &request.question,
            &trial,
            self.snapshot.calibration.of(&answered.provider),
        )
    }

    /// The database that is asked about, when the request brings no tables of its own.
    fn database(&self) -> Option<&str> {
        let has_ddl = self.schema.ddl.as_ref().is_some_and(|ddl| !ddl.trim().is_empty());
        if has_ddl || self.schema.read.is_some() {
            return None;
        }
        self.snapshot.databases.meant(self.schema.database.as_deref())
    }

    /// The tables to answer from: those in the request, else of the database it names, else of the default database.
    async fn known_schema(&self) -> Result<Option<Arc<KnownSchema>>, AskError> {
        let known = match (&self.schema.read, self.database()) {
            (Some(read), _) => Some(Arc::new(read.known.clone())),
            (None, Some(name)) => Some(self.snapshot.schema_of(name).await?),
            (None, None) => self.schema_in_request().await?,
        };
        Ok(match (known, &self.schema.values) {
            (Some(known), Some(values)) => {
                let mut known = Arc::unwrap_or_clone(known);
                let unknown = Arc::make_mut(&mut known.schema).add_values(values);
                known.warnings.extend(unknown);
                Some(Arc::new(known))
            }
            (known, _) => known,
        })
    }

    async fn schema_in_request(&self) -> Result<Option<Arc<KnownSchema>>, AskError> {
        let Some(ddl) = self.schema.ddl.as_deref().filter(|ddl| !ddl.trim().is_empty()) else {
            return Ok(None);
        };
        let dialect = self.dialect.unwrap_or(self.snapshot.config.ai.default_dialect);
        self.snapshot.schema_in(ddl, dialect).await.map(Some)
    }

    /// Says that sample values leave the machine, when they do.
    fn values_go_out(&self, known: Option<&KnownSchema>) -> Option<String> {
        let goes_out = self.plan.leaves_the_machine && self.snapshot.config.ai.share_sample_values;
        (goes_out && known.is_some_and(|known| known.schema.has_samples())).then(|| {
            format!(
                "sample values of the database were sent to {} (ai.share_sample_values)",
                self.plan.first().name
            )
        })
    }
}

/// The second reading, if it says something else and passes as the first did.
async fn alternative_to(answered: &Answered<Passed>, examiner: &Examiner) -> Option<String> {
    let written = answered.completion.alternative.clone()?;
    let second = Completion {
        sql: written,
        ..Completion::default()
    };
    let passed = examiner.judge(&second).await.ok()?;
    let sql = passed.sql.sql();
    (sql != answered.accepted.sql.sql()).then(|| sql.to_owned())
}

fn finished(
    answered: Answered<Passed>,
    request: &CompletionRequest,
    scored: Scored,
    mut warnings: Vec<String>,
) -> CachedAnswer {
    let (completion, passed) = (answered.completion, answered.accepted);
    let checked = passed.sql;
    warnings.splice(0..0, answered.warnings);
    warnings.extend(completion.warnings);
    warnings.extend(passed.warning);
    if request.existing_sql.is_some() && scored.source == ConfidenceSource::Builtin {
        warnings.push(format!(
            "the SQL that came with the question was not used: {} writes anew",
            answered.provider
        ));
    }
    warnings.extend(
        completion
            .assumptions
            .into_iter()
            .map(|assumption| format!("assumed: {assumption}")),
    );
    CachedAnswer {
        sql: checked.sql().to_owned(),
        pretty_sql: checked.pretty().to_string(),
        explanation: completion.explanation,
        alternative: None,
        confidence: scored.confidence,
        confidence_source: scored.source,
        features: scored.features,
        warnings,
        provider: answered.provider,
        model: answered.model,
        dialect: request.dialect,
        degraded: answered.is_degraded,
        instead_of: answered.instead_of,
        usage: completion.usage,
        cost: answered.cost,
        explained: passed.explained == Some(true),
        made_at: Timestamp::now(),
    }
}

fn question_text(text: &str) -> Result<String, AskError> {
    // Control characters carry no meaning and could confuse a terminal or a log.
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    match text.trim() {
        "" => Err(AskError::BadRequest(
            "the question is empty; say what data you want, like: show all users".into(),
        )),
        text => Ok(text.to_owned()),
    }
}

pub(super) fn schema_error(error: SchemaError) -> AskError {
    match error {
        SchemaError::Unreachable { .. }
        | SchemaError::Denied { .. }
        | SchemaError::Slow { .. }
        | SchemaError::Locked { .. } => AskError::Database(error.to_string()),
        _ => AskError::Schema(error.to_string()),
    }
}

fn warnings_of(known: Option<&KnownSchema>, dialect: Dialect, hints: &SchemaHints) -> Vec<String> {
    let mut warnings = known.map(|known| known.warnings.clone()).unwrap_or_default();
    match known {
        Some(known) if known.dialect != dialect => warnings.push(format!(
            "the SQL is written for {dialect}, as asked; the database is {}",
            known.dialect
        )),
        None if hints.values.is_some() => {
            warnings.push("schema_values was not used: it needs schema_ddl or a database beside it".into());
        }
        _ => {}
    }
    warnings
}

impl Snapshot {
    pub(super) async fn place(&self, deadline: Instant) -> Result<SemaphorePermit<'_>, AskError> {
        let _part = Part::begin("admit");
        self.queue.enter(deadline).await.map_err(|no_place| {
            let (reject, reason) = match no_place {
                NoPlace::Full => (
                    RejectReason::QueueFull,
                    "as many questions are under way and waiting as may be \
                     (performance.worker_pools.ai_requests); ask again in a few seconds",
                ),
                NoPlace::Timeout => (
                    RejectReason::QueueTimeout,
                    "no place became free in time, because others are being answered \
                     (performance.worker_pools.ai_requests); ask again in a few seconds",
                ),
            };
            self.metrics.rejected(reject);
            AskError::TooMany {
                kind: "overloaded",
                reason: reason.into(),
            }
        })
    }

    fn why_not(&self, unanswered: Unanswered, examiner: &Examiner) -> AskError {
        tracing::debug!(provider = %unanswered.provider, calls = unanswered.calls, "no provider answered");
        if let ProviderError::TooMany(_) = unanswered.error {
            self.metrics.rejected(RejectReason::RateLimit);
        }
        match unanswered.error {
            ProviderError::Stopped => examiner.why_stopped(),
            error => refused_by(&unanswered.provider, error),
        }
    }
}

/// A provider's error in the words of the asker.
pub(super) fn refused_by(provider: &str, error: ProviderError) -> AskError {
    match error {
        ProviderError::Unknown(reason) | ProviderError::Unavailable(reason) => {
            AskError::ProviderUnavailable {
                provider: provider.to_owned(),
                reason,
            }
        }
        ProviderError::Refused { kind, reason, .. } => AskError::Refused { kind, reason },
        ProviderError::Failed(failure) => AskError::ProviderFailed {
            provider: provider.to_owned(),
            kind: failure.kind,
            reason: failure.message,
        },
        ProviderError::TooMany(_) => AskError::TooMany {
            kind: "rate_limited",
            reason: error.to_string(),
        },
        ProviderError::Stopped => AskError::Database(error.to_string()),
        ProviderError::Internal(reason) => AskError::Internal(reason),
    }
}
