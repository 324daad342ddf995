//! One question over all providers that may answer it: one deadline, one budget of calls, and the embedded engine last.
//!
//! A call that failed in a way that may pass is made again, after a wait that grows and varies by chance, or as long
//! as the provider asks. Each later provider keeps one call of the budget and its share of the time, so that no
//! provider can use up what the others need. What a provider refuses for a reason (a wrong key, an unknown model, no
//! money) is never asked of it again. Nothing of an answer reaches the asker before it is whole and checked, so going
//! on to the next provider is possible to the end.

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::time::Instant;

use super::breaker::{Breaker, Permit};
use super::health::Health;
use super::prices;
use super::spending::Spending;
use super::together::Together;
use super::{Bill, Completion, CompletionRequest, Failure, FailureKind, Provider, ProviderError, Repair};
use crate::config::{Budget, BudgetAction, Price, ProviderKind, Retry};
use crate::telemetry::trace::{Kind, Span};
use crate::telemetry::{Metrics, ProviderOperation, Repair as RepairOutcome, Validation};

/// Time that is kept for the embedded engine at the end of a chain: this share of what is left, within bounds.
const RESERVE_SHARE: u32 = 20;
const SHORTEST_RESERVE: Duration = Duration::from_millis(20);
const LONGEST_RESERVE: Duration = Duration::from_secs(1);

/// A provider that may answer, in its place of the chain.
#[derive(Clone)]
pub struct Link {
    /// Name of the service.
    pub name: String,
    /// What it speaks.
    pub kind: ProviderKind,
    /// The model that will be asked, where it is known before.
    pub model: String,
    /// What makes the call.
    pub provider: Arc<dyn Provider>,
    /// Keeps it from being asked while it fails.
    pub breaker: Arc<Breaker>,
    /// Hears whether it is well; `None` for an endpoint that came with the request.
    pub health: Option<Arc<Health>>,
    /// Longest time for one call.
    pub call_limit: Option<Duration>,
    /// The request itself named the endpoint, key or model: what is wrong with them is the asker's to know.
    pub is_askers_own: bool,
    /// What the model costs.
    pub price: Option<Price>,
}

/// What holds for every question.
pub struct Rules<'a> {
    /// Asking again.
    pub retry: &'a Retry,
    /// Most money.
    pub budget: &'a Budget,
    /// What was spent.
    pub spending: &'a Arc<Spending>,
    /// Where it is counted for all plugins.
    pub together: Option<&'a dyn Together>,
    /// Where everything is counted.
    pub metrics: &'a Metrics,
    /// Chance for the waits; the same seed gives the same waits.
    pub seed: u64,
}

/// An accepted answer.
#[derive(Debug)]
pub struct Answered<T> {
    /// What the provider wrote.
    pub completion: Completion,
    /// What the check made of it.
    pub accepted: T,
    /// Name of the service that wrote it.
    pub provider: String,
    /// The model that wrote it, as it was asked for.
    pub model: String,
    /// The first of the chain, when another one answered.
    pub instead_of: Option<String>,
    /// The embedded engine stands in for a model.
    pub is_degraded: bool,
    /// For the asker.
    pub warnings: Vec<String>,
    /// Cost of all calls for this question, in US dollars; `None` when no price is known.
    pub cost: Option<f64>,
    /// Calls to providers over the network.
    pub calls: u32,
    /// It is a second try: the first did not pass.
    pub repaired: bool,
}

/// Why an answer is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// Whoever wrote it may mend it: the reason, in the words of the check or of the database.
    Mend(String),
    /// It cannot be judged, whoever writes it, so nobody else is asked. The judge knows why.
    Stop,
}

/// Takes answers or does not.
pub trait Judge: Sync {
    /// What the judge makes of an answer that it takes.
    type Accepted: Send;

    /// Looks at one answer.
    fn judge<'a>(&'a self, completion: &'a Completion) -> BoxFuture<'a, Result<Self::Accepted, Rejection>>;
}

/// No answer.
#[derive(Debug)]
pub struct Unanswered {
    /// Name of the service whose failure this is.
    pub provider: String,
    /// Why.
    pub error: ProviderError,
    /// Calls to providers over the network.
    pub calls: u32,
}

/// The span of one call (<https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/>, status Development).
fn attempt(link: &Link, number: u32) -> Span {
    if !link.is_remote() {
        return Span::start("embedded engine", Kind::Internal);
    }
    let mut span = Span::start("chat", Kind::Client);
    if !span.is_recorded() {
        return span;
    }
    span.set("gen_ai.operation.name", "chat");
    span.set("gen_ai.provider.name", provider_name(link));
    if !link.model.is_empty() {
        span.rename(format!("chat {}", link.model));
        span.set("gen_ai.request.model", link.model.clone());
    }
    if let Some((host, port)) = link.provider.address() {
        span.set("server.address", host.to_owned());
        span.set("server.port", i64::from(port));
    }
    span.set("atest_ai.provider", link.name.clone());
    span.set("atest_ai.attempt", i64::from(number));
    span
}

/// The conventions' name of a provider, where they have one.
fn provider_name(link: &Link) -> opentelemetry::Value {
    match link.kind {
        ProviderKind::Custom => link.name.clone().into(),
        kind => kind.as_str().into(),
    }
}

fn describe(span: &mut Span, link: &Link, completion: &Completion) {
    if !span.is_recorded() || !link.is_remote() {
        return;
    }
    if !completion.model.is_empty() {
        span.set("gen_ai.response.model", completion.model.clone());
    }
    if let Some(usage) = &completion.usage {
        let count = |tokens: u64| i64::try_from(tokens).unwrap_or(i64::MAX);
        span.set("gen_ai.usage.input_tokens", count(usage.input));
        span.set("gen_ai.usage.output_tokens", count(usage.output));
        if usage.cached_input > 0 {
            span.set("gen_ai.usage.cache_read.input_tokens", count(usage.cached_input));
        }
        if usage.reasoning > 0 {
            span.set("gen_ai.usage.reasoning.output_tokens", count(usage.reasoning));
        }
    }
    if let Some(first_token) = completion.first_token {
        span.set("gen_ai.response.time_to_first_chunk", first_token.as_secs_f64());
    }
    if span.takes_content() {
        span.set("atest_ai.sql", completion.sql.clone());
    }
}

fn failed_attempt(span: &mut Span, error: &ProviderError) {
    match error {
        ProviderError::Failed(failure) => {
            if let Some(status) = failure.status {
                span.set("http.response.status_code", i64::from(status));
            }
            span.fail(failure.kind.word());
        }
        // A refusal is an answer.
        ProviderError::Refused { kind, .. } => span.set("atest_ai.refusal", *kind),
        _ => span.fail("unavailable"),
    }
}

/// Asks the links in order until one gives an answer that the judge takes.
pub async fn ask<J: Judge>(
    links: &[Link],
    request: &CompletionRequest,
    deadline: Instant,
    rules: &Rules<'_>,
    judge: &J,
) -> Result<Answered<J::Accepted>, Unanswered> {
    let mut run = Run {
        rules,
        deadline,
        calls_left: rules.retry.max_attempts,
        calls: 0,
        cost: None,
        warnings: Vec::new(),
        first_failure: None,
        repaired: false,
    };
    for (place, link) in links.iter().enumerate() {
        let later = links[place + 1..]
            .iter()
            .filter(|later| later.is_remote())
            .count();
        let later = u32::try_from(later).unwrap_or(u32::MAX);
        let has_engine = links[place + 1..].iter().any(|later| !later.is_remote());
        if let (Some((from, _)), true) = (&run.first_failure, place > 0) {
            rules.metrics.provider_fallback(from, &link.name);
        }
        match run.ask_one(link, request, later, has_engine, judge).await {
            Ok((completion, accepted)) => return Ok(run.answered(link, completion, accepted)),
            Err(error) if run.is_final(link, &error) => return Err(run.unanswered(link, error)),
            Err(error) => run.note(link, error),
        }
    }
    Err(run.nobody_answered())
}

/// One question on its way through the chain.
struct Run<'a> {
    rules: &'a Rules<'a>,
    deadline: Instant,
    calls_left: u32,
    calls: u32,
    cost: Option<f64>,
    warnings: Vec<String>,
    first_failure: Option<(String, ProviderError)>,
    /// The answer is a second try.
    repaired: bool,
}

/// Why a call brought no answer.
enum Miss {
    /// The provider gave none.
    Failed(ProviderError),
    /// What it wrote does not pass.
    Rejected {
        /// The SQL.
        sql: String,
        /// Why.
        reason: String,
    },
}

impl Link {
    /// Whether it is asked over the network.
    pub fn is_remote(&self) -> bool {
        self.kind != ProviderKind::Builtin
    }

    /// The model as it was asked for. Providers name the same model with a date behind it.
    fn model_of<'a>(&'a self, named: &'a str) -> &'a str {
        if self.model.is_empty() { named } else { &self.model }
    }
}

impl Run<'_> {
    /// All calls to one provider, with one second try for SQL that does not pass. Self-correction mends mostly errors
    /// of syntax (<https://arxiv.org/abs/2505.13271>), so a third would seldom help.
    async fn ask_one<J: Judge>(
        &mut self,
        link: &Link,
        request: &CompletionRequest,
        later: u32,
        has_engine: bool,
        judge: &J,
    ) -> Result<(Completion, J::Accepted), ProviderError> {
        let (sql, reason) = match Box::pin(self.calls_to(link, request, later, has_engine, judge)).await {
            Ok(answer) => return Ok(answer),
            Err(Miss::Failed(error)) => return Err(error),
            Err(Miss::Rejected { sql, reason }) => (sql, reason),
        };
        if !link.is_remote() || self.calls_left <= later {
            return Err(self.rejected(link, &reason));
        }
        tracing::debug!(provider = %link.name, "the SQL does not pass and is given back to be mended");
        let again = CompletionRequest {
            repair: Some(Repair {
                sql,
                reason: reason.clone(),
            }),
            ..request.clone()
        };
        let second = Box::pin(self.calls_to(link, &again, later, has_engine, judge)).await;
        self.rules.metrics.repaired(match second {
            Ok(_) => RepairOutcome::Mended,
            Err(_) => RepairOutcome::Failed,
        });
        match second {
            Ok(answer) => {
                self.repaired = true;
                self.warnings.push(format!(
                    "the SQL is the second try of {}; the first did not pass: {reason}",
                    link.name
                ));
                Ok(answer)
            }
            // Where the second try failed by itself, what was wrong with the first is the reason.
            Err(Miss::Failed(ProviderError::Failed(_))) => Err(self.rejected(link, &reason)),
            Err(Miss::Failed(error)) => Err(error),
            Err(Miss::Rejected { reason, .. }) => Err(self.rejected(link, &reason)),
        }
    }

    /// SQL that does not pass and that nobody mends is a failure of whoever wrote it.
    fn rejected(&self, link: &Link, reason: &str) -> ProviderError {
        let failure = Failure::new(
            FailureKind::InvalidResponse,
            format!("{} wrote SQL that does not pass the checks: {reason}", link.name),
        );
        self.failed(link, &failure);
        failure.into()
    }

    /// Calls to one provider until one brings something.
    async fn calls_to<J: Judge>(
        &mut self,
        link: &Link,
        request: &CompletionRequest,
        later: u32,
        has_engine: bool,
        judge: &J,
    ) -> Result<(Completion, J::Accepted), Miss> {
        let mut waits = self.waits();
        loop {
            if link.price.is_some() {
                self.hear_of_others().await;
            }
            let permit = self.allow(link).map_err(|failure| Miss::Failed(failure.into()))?;
            let limit = self
                .time_for_a_call(link, later, has_engine, permit.as_ref())
                .map_err(|failure| Miss::Failed(failure.into()))?;
            let cost_before = self.cost;
            let outcome = self.call(link, request, limit, judge).await;
            if self.cost != cost_before {
                self.hear_of_others().await;
            }
            let failure = match outcome {
                Ok(answer) => {
                    if let Some(permit) = permit {
                        permit.succeeded();
                    }
                    return Ok(answer);
                }
                Err(Miss::Failed(ProviderError::Failed(failure))) => failure,
                Err(other) => {
                    // It could say no, or write something, so it is there.
                    if let Some(permit) = permit {
                        permit.succeeded();
                    }
                    return Err(other);
                }
            };
            if let Some(permit) = permit {
                permit.failed(failure.kind, &failure.message);
            }
            self.failed(link, &failure);
            let Some(wait) = self.wait_before_next(link, &failure, limit, later, &mut waits) else {
                return Err(Miss::Failed(failure.into()));
            };
            self.rules
                .metrics
                .provider_retry(&link.name, failure.kind.metric());
            tracing::debug!(provider = %link.name, reason = failure.kind.word(), wait_ms = wait.as_millis(), "asking again");
            let _span = Span::start("wait before asking again", Kind::Waiting);
            tokio::time::sleep(wait).await;
        }
    }

    /// Whether a call may be made at all. The embedded engine needs no permit.
    fn allow<'l>(&mut self, link: &'l Link) -> Result<Option<Permit<'l>>, Failure> {
        if !link.is_remote() {
            return Ok(None);
        }
        self.within_budget(link)?;
        if self.calls_left == 0 {
            return Err(Failure::new(
                FailureKind::Busy,
                format!(
                    "{} was not asked: this question has used its {} calls (ai.retry.max_attempts)",
                    link.name, self.rules.retry.max_attempts
                ),
            ));
        }
        link.breaker.admit().map(Some).map_err(|closed| {
            let failure = Failure {
                retry_after: Some(closed.wait),
                ..Failure::new(
                    FailureKind::CircuitOpen,
                    format!(
                        "{} is not asked for another {}, after the last failure: {}",
                        link.name,
                        seconds(closed.wait),
                        closed.reason
                    ),
                )
            };
            self.rules.metrics.error(failure.kind.metric(), &link.name);
            failure
        })
    }

    /// Brings what all plugins have spent up to date, as far as a budget asks for it. When nobody knows, what was known
    /// last counts, and what was spent here since.
    async fn hear_of_others(&self) {
        let Rules { budget, spending, .. } = self.rules;
        if let Some(together) = self.rules.together
            && budget.is_set()
        {
            spending.share(together).await;
        }
    }

    fn within_budget(&mut self, link: &Link) -> Result<(), Failure> {
        if link.price.is_none() {
            return Ok(());
        }
        let Some(over) = self.rules.spending.overspent(self.rules.budget, Timestamp::now()) else {
            return Ok(());
        };
        if over.action == BudgetAction::Warn {
            let told = over.told();
            if !self.warnings.contains(&told) {
                self.warnings.push(told);
            }
            return Ok(());
        }
        self.rules.metrics.error(FailureKind::Budget.metric(), &link.name);
        Err(Failure::new(
            FailureKind::Budget,
            format!("{} was not asked: {}", link.name, over.told()),
        ))
    }

    /// The time for one call: this provider's share of what is left.
    fn time_for_a_call(
        &self,
        link: &Link,
        later: u32,
        has_engine: bool,
        permit: Option<&Permit<'_>>,
    ) -> Result<Duration, Failure> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        let reserve = if has_engine {
            (left / RESERVE_SHARE).clamp(SHORTEST_RESERVE, LONGEST_RESERVE)
        } else {
            Duration::ZERO
        };
        let share = left.saturating_sub(reserve) / (later + 1);
        if share.is_zero() {
            return Err(Failure::new(
                FailureKind::Timeout,
                format!("{} was not asked: the time for this question is over", link.name),
            ));
        }
        let trial = permit
            .filter(|permit| permit.is_trial())
            .and_then(|_| link.breaker.trial_timeout());
        Ok([link.call_limit, trial]
            .into_iter()
            .flatten()
            .fold(share, Duration::min))
    }

    /// One call, and the check of what it brought.
    async fn call<J: Judge>(
        &mut self,
        link: &Link,
        request: &CompletionRequest,
        limit: Duration,
        judge: &J,
    ) -> Result<(Completion, J::Accepted), Miss> {
        if link.is_remote() {
            self.calls_left -= 1;
            self.calls += 1;
        }
        let started = Instant::now();
        let mut span = attempt(link, self.calls);
        let call = span.around(link.provider.complete(request));
        let outcome = tokio::time::timeout(limit, call).await;
        let metrics = self.rules.metrics;
        let took = started.elapsed();
        // Exemplars name the call, not the question.
        let place = span.place();
        place.clone().within(|| {
            metrics.provider_call(&link.name, ProviderOperation::Generate, took);
        });
        let outcome = outcome.unwrap_or_else(|_| {
            Err(ProviderError::Failed(Failure::new(
                FailureKind::Timeout,
                format!(
                    "{} gave no whole answer within {}; allow more time (timeout, ai.timeout), or use a faster model",
                    link.name,
                    seconds(limit)
                ),
            )))
        });
        let completion = match outcome {
            Ok(completion) => completion,
            Err(error) => {
                failed_attempt(&mut span, &error);
                if let Some(bill) = error.bill() {
                    self.book(link, bill);
                }
                return Err(Miss::Failed(error));
            }
        };
        if let Some(health) = &link.health {
            health.seen_well();
        }
        if let Some(first_token) = completion.first_token {
            let model = link.model_of(&completion.model);
            place.within(|| metrics.first_token(&link.name, model, first_token));
            if let Some(usage) = completion.usage {
                // What is not shown came before the first piece.
                let shown = usage.output.saturating_sub(usage.reasoning);
                metrics.output_speed(&link.name, model, shown, took.saturating_sub(first_token));
            }
        }
        describe(&mut span, link, &completion);
        drop(span);
        self.book(link, &completion.bill());
        let mut span = Span::start("check sql", Kind::Internal);
        let judged = span.around(judge.judge(&completion)).await;
        let (validation, outcome) = match judged {
            Ok(accepted) => (Some(Validation::Valid), Ok((completion, accepted))),
            Err(Rejection::Mend(reason)) => {
                span.fail("invalid_sql");
                let sql = completion.sql;
                (Some(Validation::Invalid), Err(Miss::Rejected { sql, reason }))
            }
            // Nothing is known of the SQL.
            Err(Rejection::Stop) => {
                span.fail("unchecked");
                (None, Err(Miss::Failed(ProviderError::Stopped)))
            }
        };
        if let Some(validation) = validation {
            metrics.answer_validated(validation);
        }
        outcome
    }

    /// Tokens and money, also of an answer that turns out unusable: it was paid for.
    fn book(&mut self, link: &Link, bill: &Bill) {
        let metrics = self.rules.metrics;
        let model = link.model_of(&bill.model);
        if let Some(usage) = bill.usage {
            metrics.tokens(
                &link.name,
                model,
                usage.input,
                usage.output,
                usage.cached_input,
                usage.reasoning,
            );
        }
        let by_price = || Some(prices::cost(link.price?, &bill.usage?));
        if let Some(cost) = bill.stated_cost.or_else(by_price) {
            metrics.cost(&link.name, model, cost);
            self.rules.spending.add(cost, Timestamp::now());
            self.cost = Some(self.cost.unwrap_or(0.0) + cost);
        }
    }

    /// Everybody who should know of a failure hears of it.
    fn failed(&self, link: &Link, failure: &Failure) {
        self.rules.metrics.error(failure.kind.metric(), &link.name);
        if let Some(health) = &link.health
            && failure.kind.means_not_up()
            && !link.is_askers_own
        {
            health.seen_failing();
        }
        tracing::debug!(
            provider = %link.name, reason = failure.kind.word(), status = failure.status, "a call failed"
        );
    }

    /// How long to wait before asking the same provider again; `None` when it is not asked again.
    fn wait_before_next(
        &self,
        link: &Link,
        failure: &Failure,
        limit: Duration,
        later: u32,
        waits: &mut impl Iterator<Item = Duration>,
    ) -> Option<Duration> {
        if !link.is_remote() {
            return None;
        }
        let retry = self.rules.retry;
        // A later provider that answers is worth more than asking a failing one once more.
        let mut may = retry.enabled && failure.kind.may_pass() && self.calls_left > later;
        if failure.kind == FailureKind::Timeout && link.call_limit != Some(limit) {
            // It had its whole share of the time.
            may = false;
        }
        let own = waits.next().unwrap_or(retry.max_delay);
        let wait = failure.retry_after.map_or(own, |asked| asked.max(own));
        let left = self.deadline.saturating_duration_since(Instant::now());
        let fits = wait <= retry.max_delay && wait < left / 2;
        if let Some(asked) = failure.retry_after
            && !(may && fits)
        {
            // It will not be asked by this question: nor by another one, until then.
            if !link.is_askers_own {
                link.breaker.pause(asked, &failure.message);
            }
            return None;
        }
        (may && fits).then_some(wait)
    }

    fn waits(&self) -> impl Iterator<Item = Duration> + use<> {
        let retry = self.rules.retry;
        #[allow(clippy::cast_possible_truncation, reason = "the config bounds it to 100")]
        let builder = ExponentialBuilder::default()
            .with_min_delay(retry.initial_delay)
            .with_max_delay(retry.max_delay)
            .with_factor(retry.multiplier as f32)
            .without_max_times();
        let builder = if retry.jitter {
            builder.with_jitter().with_jitter_seed(self.rules.seed)
        } else {
            builder
        };
        builder.build()
    }

    /// Whether the next provider is of no use.
    fn is_final(&self, link: &Link, error: &ProviderError) -> bool {
        match error {
            // A refusal of a model is an answer. One of the embedded engine in a model's place is only a failure more.
            ProviderError::Refused { .. } => link.is_remote() || self.first_failure.is_none(),
            ProviderError::Failed(failure) => match failure.kind {
                FailureKind::Budget => self.rules.budget.action == BudgetAction::Refuse,
                FailureKind::Auth
                | FailureKind::Quota
                | FailureKind::NotFound
                | FailureKind::BadRequest
                | FailureKind::Policy => link.is_askers_own,
                _ => false,
            },
            ProviderError::Unknown(_) | ProviderError::Unavailable(_) => link.is_askers_own,
            ProviderError::Stopped => true,
            ProviderError::Internal(_) | ProviderError::TooMany(_) => false,
        }
    }

    fn note(&mut self, link: &Link, error: ProviderError) {
        match &self.first_failure {
            None => self.first_failure = Some((link.name.clone(), error)),
            // A write or chit-chat is the same to every provider; that is more use than "could not connect".
            Some(_) if !link.is_remote() => {
                if let ProviderError::Refused {
                    kind: "write" | "chit_chat",
                    ..
                } = error
                {
                    self.first_failure = Some((link.name.clone(), error));
                } else if let Some((_, first)) = &mut self.first_failure {
                    *first = with_engines_words(first, &error);
                }
            }
            Some(_) => {}
        }
    }

    fn answered<T>(mut self, link: &Link, completion: Completion, accepted: T) -> Answered<T> {
        let is_degraded = !link.is_remote() && self.first_failure.is_some();
        let instead_of = self.first_failure.take().map(|(from, why)| {
            let who = if link.is_remote() {
                link.name.as_str()
            } else {
                "the embedded engine"
            };
            self.warnings
                .insert(0, format!("{who} answered in place of {from}: {why}"));
            from
        });
        Answered {
            accepted,
            provider: link.name.clone(),
            model: link.model_of(&completion.model).to_owned(),
            instead_of,
            completion,
            is_degraded,
            warnings: self.warnings,
            cost: self.cost,
            calls: self.calls,
            repaired: self.repaired,
        }
    }

    fn unanswered(self, link: &Link, error: ProviderError) -> Unanswered {
        Unanswered {
            provider: link.name.clone(),
            error,
            calls: self.calls,
        }
    }

    fn nobody_answered(self) -> Unanswered {
        let (provider, error) = self.first_failure.unwrap_or_else(|| {
            (
                "other".into(),
                ProviderError::Unavailable("no provider is configured; set ai.default_service".into()),
            )
        });
        Unanswered {
            provider,
            error,
            calls: self.calls,
        }
    }
}

/// The first failure, with what the embedded engine said to the question.
fn with_engines_words(first: &ProviderError, engine: &ProviderError) -> ProviderError {
    match first {
        ProviderError::Failed(failure) => ProviderError::Failed(Failure {
            message: format!(
                "{}. The embedded engine could not stand in: {engine}",
                failure.message.trim_end_matches('.')
            ),
            ..failure.clone()
        }),
        other => other.clone(),
    }
}

/// A time for people.
fn seconds(time: Duration) -> String {
    if time < Duration::from_secs(10) {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{:.0} s", time.as_secs_f64())
    }
}

#[cfg(test)]
mod tests;
