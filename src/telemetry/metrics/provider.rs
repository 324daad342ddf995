//! What calls to providers are counted in: time, tokens, retries, fallbacks, breakers.

use std::time::Duration;

use super::Metrics;
use crate::telemetry::catalogue;
use crate::telemetry::label::{
    BUILTIN, CircuitState, ErrorKind, FallbackTo, FeedbackVerdict, ProviderOperation, RateLimitKind,
    RetryReason, TokenDirection, Validation,
};
use crate::telemetry::trace::{self, SpanIds};

/// A reply that took less than this from its first piece to its end came in one piece, or its end was waited for.
const SHORTEST_REPLY: Duration = Duration::from_millis(50);

impl Metrics {
    /// One call to a provider, whatever its outcome.
    pub fn provider_call(&self, provider: &str, operation: ProviderOperation, took: Duration) {
        self.provider_call_in(trace::exemplar(), provider, operation, took);
    }

    pub(super) fn provider_call_in(
        &self,
        span: Option<SpanIds>,
        provider: &str,
        operation: ProviderOperation,
        took: Duration,
    ) {
        let series = self.series.load();
        let calls = &series.provider(&catalogue::PROVIDER_DURATION, provider).calls;
        calls[operation as usize].observe(took.as_secs_f64(), span);
    }

    /// The time from sending a call to the first piece of its reply.
    pub fn first_token(&self, provider: &str, model: &str, took: Duration) {
        self.first_token_in(trace::exemplar(), provider, model, took);
    }

    pub(super) fn first_token_in(&self, span: Option<SpanIds>, provider: &str, model: &str, took: Duration) {
        let series = self.series.load();
        let model = series.model(&catalogue::FIRST_TOKEN, provider, model);
        model.first_token.observe(took.as_secs_f64(), span);
    }

    /// Tokens that a reply showed, and the time from its first piece to its end. Nothing is counted for one that came in
    /// one piece.
    pub fn output_speed(&self, provider: &str, model: &str, tokens: u64, took: Duration) {
        if tokens > 0 && took >= SHORTEST_REPLY {
            let series = self.series.load();
            let model = series.model(&catalogue::OUTPUT_SPEED, provider, model);
            model.output_speed.observe(tokens as f64 / took.as_secs_f64());
        }
    }

    /// Tokens of one call. `cached_input` is a part of `input`, `reasoning` a part of `output`.
    pub fn tokens(
        &self,
        provider: &str,
        model: &str,
        input: u64,
        output: u64,
        cached_input: u64,
        reasoning: u64,
    ) {
        let series = self.series.load();
        let sizes = &series
            .provider(&catalogue::REQUEST_TOKENS, provider)
            .request_tokens;
        for (size, count) in sizes.iter().zip([input, output]) {
            size.observe(count as f64);
        }
        let tokens = &series.model(&catalogue::TOKENS, provider, model).tokens;
        for (direction, count) in [
            (TokenDirection::Input, input),
            (TokenDirection::Output, output),
            (TokenDirection::CachedInput, cached_input),
            (TokenDirection::Reasoning, reasoning),
        ] {
            tokens[direction as usize].inc_by(count);
        }
    }

    /// A provider is asked again after a failure.
    pub fn provider_retry(&self, provider: &str, after: ErrorKind) {
        let series = self.series.load();
        series.provider(&catalogue::RETRIES, provider).retries[RetryReason::from(after) as usize].inc();
    }

    /// A provider has told how much of its rate limit is left, as a share from 0 to 1. The series begins with the first
    /// call of this. Nothing is shown for a provider without series of its own.
    pub fn rate_limit_remaining(&self, provider: &str, kind: RateLimitKind, ratio: f64) {
        if self.series.load().has(&catalogue::RATE_LIMIT_REMAINING, provider) {
            let kind = RateLimitKind::WORDS[kind as usize];
            let gauges = &self.vectors.rate_limit_remaining;
            gauges.with_label_values(&[provider, kind]).set(ratio);
        }
    }

    /// An asker said what became of an answer.
    pub fn feedback(&self, verdict: FeedbackVerdict) {
        self.feedback[verdict as usize].inc();
    }

    /// What the checks made of a statement that a provider wrote.
    pub fn answer_validated(&self, validation: Validation) {
        self.validated[validation as usize].inc();
    }

    /// A question that one provider has failed goes to another.
    pub fn provider_fallback(&self, from: &str, to: &str) {
        let to = if to == BUILTIN {
            FallbackTo::Builtin
        } else {
            FallbackTo::Remote
        };
        let series = self.series.load();
        series.provider(&catalogue::FALLBACKS, from).fallbacks[to as usize].inc();
    }

    /// The state that a breaker is in now; a change of it counts as a transition. Nothing is counted for a provider without series of its own: the states of
    /// several would overwrite each other.
    pub fn circuit(&self, provider: &str, state: CircuitState) {
        if provider == BUILTIN || !self.series.load().has(&catalogue::CIRCUIT_STATE, provider) {
            return;
        }
        let to = CircuitState::WORDS[state as usize];
        if self
            .vectors
            .circuit_state
            .with_label_values(&[provider, to])
            .get()
            == 1
        {
            return;
        }
        for word in CircuitState::WORDS {
            let gauge = self.vectors.circuit_state.with_label_values(&[provider, *word]);
            gauge.set(i64::from(*word == to));
        }
        self.vectors
            .circuit_transitions
            .with_label_values(&[provider, to])
            .inc();
    }

    /// Whether a provider over the network answers. The series begins with the first look.
    pub fn provider_up(&self, provider: &str, up: bool) {
        if self.series.load().has(&catalogue::PROVIDER_UP, provider) {
            self.provider_up.with_label_values(&[provider]).set(i64::from(up));
        }
    }
}
