//! What calls to providers are counted in: time, tokens, retries, fallbacks, breakers.

use std::time::Duration;

use super::Metrics;
use crate::telemetry::label::{
    BUILTIN, CircuitState, ErrorKind, FallbackTo, LimitKind, ProviderOperation, RetryReason, SizedDirection,
    TokenDirection,
};

/// Shorter than this, the pieces of an answer came together.
const SHORTEST_WRITING: Duration = Duration::from_millis(10);

impl Metrics {
    /// One call to a provider, whatever its outcome.
    pub fn provider_call(&self, provider: &str, operation: ProviderOperation, took: Duration) {
        let series = self.series.load();
        series.provider(provider).calls[operation as usize].observe(took.as_secs_f64());
    }

    /// The time from sending a call to the first piece of its reply.
    pub fn first_token(&self, provider: &str, model: &str, took: Duration) {
        let series = self.series.load();
        let model = series.provider(provider).model(model);
        model.first_token.observe(took.as_secs_f64());
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
        let tokens = &series.provider(provider).model(model).tokens;
        for (direction, count) in [
            (TokenDirection::Input, input),
            (TokenDirection::Output, output),
            (TokenDirection::CachedInput, cached_input),
            (TokenDirection::Reasoning, reasoning),
        ] {
            tokens[direction as usize].inc_by(count);
        }
        let sizes = &series.provider(provider).request_tokens;
        for (direction, count) in [(SizedDirection::Input, input), (SizedDirection::Output, output)] {
            sizes[direction as usize].observe(count as f64);
        }
    }

    /// How fast an answer of so many tokens was written, from its first piece to its last.
    pub fn output_rate(&self, provider: &str, tokens: u64, took: Duration) {
        // A short answer that came at once tells nothing of a speed.
        if tokens > 1 && took >= SHORTEST_WRITING {
            let series = self.series.load();
            let rate = tokens as f64 / took.as_secs_f64();
            series.provider(provider).output_rate.observe(rate);
        }
    }

    /// What is left of a provider's limit, from 0 to 1. The series begins when the provider tells.
    pub fn rate_limit_left(&self, provider: &str, kind: LimitKind, ratio: f64) {
        if self.series.load().knows(provider) {
            let values = [provider, LimitKind::WORDS[kind as usize]];
            self.money.rate_limit.with_label_values(&values).set(ratio);
        }
    }

    /// A provider is asked again after a failure.
    pub fn provider_retry(&self, provider: &str, after: ErrorKind) {
        let series = self.series.load();
        series.provider(provider).retries[RetryReason::from(after) as usize].inc();
    }

    /// A question that one provider has failed goes to another.
    pub fn provider_fallback(&self, from: &str, to: &str) {
        let to = if to == BUILTIN {
            FallbackTo::Builtin
        } else {
            FallbackTo::Remote
        };
        self.series.load().provider(from).fallbacks[to as usize].inc();
    }

    /// The state that a breaker is in now; a change of it counts as a transition. Nothing is counted for a provider without series of its own: the states of
    /// several would overwrite each other.
    pub fn circuit(&self, provider: &str, state: CircuitState) {
        if provider == BUILTIN || !self.series.load().knows(provider) {
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
        if self.series.load().knows(provider) {
            self.provider_up.with_label_values(&[provider]).set(i64::from(up));
        }
    }
}
