//! Every metric there is: the registry, its documentation and whatever names a metric are made from these
//! entries.

use super::label::{
    BudgetPeriod, CacheBackend, CacheName, CacheResult, CircuitState, ErrorKind, FallbackTo, FoldedLabel,
    LimitKind, MAX_MODELS, MAX_PROVIDERS, ProviderOperation, RejectReason, RequestStatus, RetryReason,
    Signal, SizedDirection, TokenDirection, Validation,
};

/// One metric.
#[derive(Debug)]
pub struct MetricDef {
    /// Its full name.
    pub name: &'static str,
    /// Counter, gauge or histogram.
    pub kind: Kind,
    /// What its value is counted in.
    pub unit: Unit,
    /// Its labels and what their values are bound to.
    pub labels: &'static [LabelDef],
    /// What it tells, in one or two sentences.
    pub help: &'static str,
}

/// What a metric does over time.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Only grows, from 0 at the start of the process.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts observations by size; the upper bounds of its buckets, without `+Inf`.
    Histogram(&'static [f64]),
}

/// What a value is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things, or 0 and 1.
    Count,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Hundredths.
    Percent,
    /// 0 to 1.
    Ratio,
    /// US dollars.
    Dollars,
}

/// One label of a metric.
#[derive(Debug)]
pub struct LabelDef {
    /// Its name.
    pub name: &'static str,
    /// Where its values come from.
    pub values: Values,
}

/// Where the values of a label come from. None of them is text that a user sent.
#[derive(Debug, Clone, Copy)]
pub enum Values {
    /// One of these words.
    Closed(&'static [&'static str]),
    /// A configured provider, or `other`.
    Provider,
    /// A configured model of the series' provider, or `other`.
    Model,
    /// One word that is fixed when the program is built.
    Built,
}

const PROVIDER: LabelDef = LabelDef {
    name: "provider",
    values: Values::Provider,
};
const MODEL: LabelDef = LabelDef {
    name: "model",
    values: Values::Model,
};

const fn closed(name: &'static str, words: &'static [&'static str]) -> LabelDef {
    LabelDef {
        name,
        values: Values::Closed(words),
    }
}

const fn built(name: &'static str) -> LabelDef {
    LabelDef {
        name,
        values: Values::Built,
    }
}

/// From half a millisecond (the embedded engine is that fast) to two minutes. 10 is the latency objective,
/// so it must be a bound.
const DURATION_BUCKETS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0,
    120.0,
];
/// 0.7 is where an answer counts as weak, so it must be a bound.
const CONFIDENCE_BUCKETS: &[f64] = &[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0];

/// Calls over a network: a model list takes milliseconds, an answer up to two minutes.
const CALL_BUCKETS: &[f64] = &[
    0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0,
];
/// A model that is loaded already begins within a second, one that is not takes half a minute.
const FIRST_TOKEN_BUCKETS: &[f64] = &[0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0];
/// From no wait at all to the longest that is allowed by default.
const WAIT_BUCKETS: &[f64] = &[
    0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];

/// The one queue there is.
/// The plugin's own time: from 50 microseconds, which is a hit in the cache.
const OVERHEAD_BUCKETS: &[f64] = &[
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0,
];
/// Powers of four, as OpenTelemetry's `gen_ai.client.token.usage` has them.
const TOKEN_BUCKETS: &[f64] = &[
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1024.0,
    4096.0,
    16384.0,
    65536.0,
    262_144.0,
    1_048_576.0,
];
const SPEED_BUCKETS: &[f64] = &[1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0];

const QUEUE: LabelDef = closed("queue", &["ai_requests"]);
const CACHE: LabelDef = closed("cache", CacheName::WORDS);
const PERIOD: LabelDef = closed("period", BudgetPeriod::WORDS);

/// Declares each metric as a static and lists all of them in `ALL`, so that none can be left out.
macro_rules! catalogue {
    ($($id:ident: $kind:expr, $name:literal, $unit:ident, [$($label:expr),*], $help:literal;)+) => {
        $(
            #[doc = $help]
            pub static $id: MetricDef = MetricDef {
                name: $name,
                kind: $kind,
                unit: Unit::$unit,
                labels: &[$($label),*],
                help: $help,
            };
        )+
        /// Every metric, in the order of the documentation.
        pub static ALL: &[&MetricDef] = &[$(&$id),+];
    };
}

use Kind::{Counter, Gauge, Histogram};

catalogue! {
    REQUESTS: Counter, "atest_ai_requests_total", Count,
        [PROVIDER, MODEL, closed("status", RequestStatus::WORDS)],
        "AI requests finished, by outcome. A refused question (a write, chit-chat, nothing in the schema) is rejected, not an error.";
    REQUEST_DURATION: Histogram(DURATION_BUCKETS), "atest_ai_request_duration_seconds", Seconds, [PROVIDER, MODEL],
        "Time from accepting an AI request to its last byte, whatever its outcome. Cancelled requests have no last byte and are left out.";
    CONFIDENCE: Histogram(CONFIDENCE_BUCKETS), "atest_ai_confidence_score", Ratio, [PROVIDER, MODEL],
        "Confidence of generated answers, from 0 to 1.";
    OVERHEAD: Histogram(OVERHEAD_BUCKETS), "atest_ai_overhead_seconds", Seconds, [],
        "The plugin's own time of a question: its total without the union of the time that providers, databases and the same question of another took. Waiting for a place counts.";
    ANSWERS_VALIDATED: Counter, "atest_ai_answers_validated_total", Count, [closed("result", Validation::WORDS)],
        "SQL that providers wrote, by what the check said: one statement that only reads and whose names are in the schema, or not.";
    ERRORS: Counter, "atest_ai_errors_total", Count, [closed("type", ErrorKind::WORDS), PROVIDER],
        "Errors by kind; a request may add more than one.";
    REJECTED: Counter, "atest_ai_requests_rejected_total", Count, [closed("reason", RejectReason::WORDS)],
        "Requests turned away before anybody worked on them, by reason.";
    IN_FLIGHT: Gauge, "atest_ai_requests_in_flight", Count, [],
        "AI requests under way.";
    PROVIDER_DURATION: Histogram(CALL_BUCKETS), "atest_ai_provider_request_duration_seconds", Seconds,
        [PROVIDER, closed("operation", ProviderOperation::WORDS)],
        "Time of one call to a provider, whatever its outcome. A question may take several.";
    FIRST_TOKEN: Histogram(FIRST_TOKEN_BUCKETS), "atest_ai_time_to_first_token_seconds", Seconds, [PROVIDER, MODEL],
        "Time from sending a call to the first piece of its reply.";
    TOKENS: Counter, "atest_ai_tokens_total", Count,
        [PROVIDER, MODEL, closed("direction", TokenDirection::WORDS)],
        "Tokens that providers counted. cached_input is a part of input, and reasoning is a part of output.";
    REQUEST_TOKENS: Histogram(TOKEN_BUCKETS), "atest_ai_request_tokens", Count,
        [PROVIDER, closed("direction", SizedDirection::WORDS)],
        "Tokens of one call: of its prompt, and of its answer.";
    OUTPUT_RATE: Histogram(SPEED_BUCKETS), "atest_ai_output_tokens_per_second", Count, [PROVIDER],
        "How fast an answer was written: its tokens over the time from its first piece to its last.";
    RATE_LIMIT_REMAINING: Gauge, "atest_ai_rate_limit_remaining_ratio", Ratio,
        [PROVIDER, closed("kind", LimitKind::WORDS)],
        "Share of the provider's rate limit that was left after the last call, from 0 to 1. There only for providers that tell.";
    COST: Counter, "atest_ai_cost_usd_total", Dollars, [PROVIDER, MODEL],
        "Money spent, in US dollars, by the prices in effect. A model without a price, or before its first answer, has no series rather than one of 0.";
    BUDGET: Gauge, "atest_ai_budget_usd", Dollars, [PERIOD],
        "Most money to spend in the period, in US dollars. There only for a period with a budget.";
    SPENT: Gauge, "atest_ai_spent_usd", Dollars, [PERIOD],
        "Money spent in the period under way, in US dollars, restarts included. Days and months are those of UTC. There from the first figure on.";
    RETRIES: Counter, "atest_ai_provider_retries_total", Count, [PROVIDER, closed("reason", RetryReason::WORDS)],
        "Calls made again to the same provider, by the failure before.";
    FALLBACKS: Counter, "atest_ai_provider_fallbacks_total", Count,
        [LabelDef { name: "from", values: Values::Provider }, closed("to", FallbackTo::WORDS)],
        "Questions passed on after a provider failed: to another one over the network, or to the embedded engine.";
    CIRCUIT_STATE: Gauge, "atest_ai_circuit_state", Count, [PROVIDER, closed("state", CircuitState::WORDS)],
        "1 for the state that the provider's breaker is in, 0 for the others.";
    CIRCUIT_TRANSITIONS: Counter, "atest_ai_circuit_transitions_total", Count,
        [PROVIDER, closed("to", CircuitState::WORDS)],
        "Changes of a breaker's state, by the state that it went to.";
    PROVIDER_UP: Gauge, "atest_ai_provider_up", Count, [PROVIDER],
        "1 while the provider answers, 0 while it does not. There only for providers over the network, from the first look on.";
    QUEUE_DEPTH: Gauge, "atest_ai_queue_depth", Count, [QUEUE],
        "Questions that wait for a place.";
    QUEUE_CAPACITY: Gauge, "atest_ai_queue_capacity", Count, [QUEUE],
        "Most questions that may wait for a place.";
    QUEUE_WAIT: Histogram(WAIT_BUCKETS), "atest_ai_queue_wait_seconds", Seconds, [QUEUE],
        "Time that questions waited for a place.";
    POOL_SIZE: Gauge, "atest_ai_worker_pool_size", Count, [],
        "Most questions that are answered at once.";
    ACTIVE_CONNECTIONS: Gauge, "atest_ai_active_connections", Count, [],
        "Open client connections on the plugin's listeners.";
    MAX_CONNECTIONS: Gauge, "atest_ai_max_connections", Count, [],
        "Most client connections that may be open at once, all listeners together.";
    CACHE_HITS: Counter, "atest_ai_cache_hits_total", Count, [],
        "Questions answered without a call of their own: from the cache, or together with the same question under way.";
    CACHE_MISSES: Counter, "atest_ai_cache_misses_total", Count, [],
        "Questions that were looked up in the cache and had to go to a provider.";
    CACHE_LOOKUPS: Counter, "atest_ai_cache_lookups_total", Count, [CACHE, closed("result", CacheResult::WORDS)],
        "Look-ups in a cache: hit, miss, or shared with one for the same thing that was under way.";
    CACHE_ENTRIES: Gauge, "atest_ai_cache_entries", Count, [CACHE],
        "Entries kept in the plugin's memory.";
    CACHE_SIZE: Gauge, "atest_ai_cache_size_bytes", Bytes, [CACHE],
        "Memory that the entries take.";
    CACHE_EVICTIONS: Counter, "atest_ai_cache_evictions_total", Count, [CACHE],
        "Entries that went because of their time or for lack of room.";
    CACHE_BACKEND_UP: Gauge, "atest_ai_cache_backend_up", Count, [closed("backend", CacheBackend::WORDS)],
        "1 while entries are kept there, 0 while that fails. There only for what is configured.";
    READY: Gauge, "atest_ai_ready", Count, [],
        "1 while the plugin takes requests, 0 while it does not.";
    MAINTENANCE: Gauge, "atest_ai_maintenance_mode", Count, [],
        "1 while an operator has switched requests off, otherwise 0.";
    MEMORY_USAGE: Gauge, "atest_ai_memory_usage_bytes", Bytes, [],
        "Resident memory of the plugin.";
    MEMORY_LIMIT: Gauge, "atest_ai_memory_limit_bytes", Bytes, [],
        "Memory that the plugin may use: the tightest control-group limit above it, or all memory of the host.";
    CPU_USAGE: Gauge, "atest_ai_cpu_usage_percent", Percent, [],
        "CPU used since the previous sample; 100 is one core. The first sample covers the time since the process started.";
    BUILD_INFO: Gauge, "atest_ai_build_info", Count,
        [built("version"), built("git_sha"), built("rustc"), built("features")],
        "Always 1; its labels tell which build is running.";
    CONFIG_INFO: Gauge, "atest_ai_config_info", Count, [built("hash")],
        "Always 1; its label tells which config is in effect: a hash of all settings but secrets.";
    START_TIME: Gauge, "atest_ai_start_time_seconds", Seconds, [],
        "When the plugin started, in seconds since 1970.";
    LOG_MESSAGES: Counter, "atest_ai_log_messages_total", Count,
        [closed("level", &["error", "warn", "info", "debug", "trace"])],
        "Log lines written, by level.";
    TELEMETRY_DROPPED: Counter, "atest_ai_telemetry_dropped_total", Count, [closed("signal", Signal::WORDS)],
        "Spans and log lines lost: their queue was full, the collector did not take them, or their file could not be written.";
    TELEMETRY_SENT: Counter, "atest_ai_telemetry_sent_total", Count, [closed("signal", &["traces"])],
        "Spans that the collector took. Sent, dropped and waiting together are what was produced.";
    EXPORT_FAILURES: Counter, "atest_ai_telemetry_export_failures_total", Count, [closed("signal", &["traces"])],
        "Batches that the collector did not take.";
    SERIES_DROPPED: Counter, "atest_ai_metric_series_dropped_total", Count, [closed("label", FoldedLabel::WORDS)],
        "Values counted under \"other\" because their label has no more room, by label.";
    TOKIO_WORKERS: Gauge, "atest_ai_tokio_workers", Count, [],
        "Threads of the runtime that runs requests.";
    TOKIO_BUSY: Counter, "atest_ai_tokio_worker_busy_seconds_total", Seconds, [],
        "Time that the runtime's threads were busy, all together.";
    TOKIO_BUSY_RATIO: Gauge, "atest_ai_tokio_worker_busy_ratio", Ratio, [],
        "Share of time that the runtime's threads were busy since the previous sample, from 0 to 1. Near 1, requests wait for a thread.";
    TOKIO_QUEUE: Gauge, "atest_ai_tokio_global_queue_depth", Count, [],
        "Tasks that are ready to run and belong to no thread yet.";
    AUDIT_WRITE_FAILURES: Counter, "atest_ai_audit_write_failures_total", Count, [], "Lines of the audit log that could not be written.";
    TOKIO_LIVE_TASKS: Gauge, "atest_ai_tokio_live_tasks", Count, [],
        "Tasks of the runtime that have not ended. It follows the connections and questions under way; one that only grows is a leak.";
    PROCESS_CPU: Counter, "process_cpu_seconds_total", Seconds, [],
        "User and system CPU time spent.";
    PROCESS_RESIDENT: Gauge, "process_resident_memory_bytes", Bytes, [],
        "Resident memory size.";
    PROCESS_VIRTUAL: Gauge, "process_virtual_memory_bytes", Bytes, [],
        "Virtual memory size.";
    PROCESS_OPEN_FDS: Gauge, "process_open_fds", Count, [],
        "Open file descriptors.";
    PROCESS_MAX_FDS: Gauge, "process_max_fds", Count, [],
        "Most file descriptors that may be open.";
    PROCESS_THREADS: Gauge, "process_threads", Count, [],
        "Threads of the process.";
    PROCESS_START_TIME: Gauge, "process_start_time_seconds", Seconds, [],
        "When the process started, in seconds since 1970.";
}

/// The entry of that name.
pub fn find(name: &str) -> Option<&'static MetricDef> {
    ALL.iter().copied().find(|def| def.name == name)
}

impl Unit {
    /// The word that ends the name of a metric in this unit; `None` for plain counts.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Unit::Count => None,
            Unit::Seconds => Some("seconds"),
            Unit::Bytes => Some("bytes"),
            Unit::Percent => Some("percent"),
            Unit::Ratio => Some("ratio"),
            Unit::Dollars => Some("usd"),
        }
    }
}

impl MetricDef {
    /// Names of the labels, in order.
    pub fn label_names(&self) -> Vec<&'static str> {
        self.labels.iter().map(|label| label.name).collect()
    }

    /// Most combinations of label values that this metric can ever have in one process.
    pub fn label_sets_bound(&self) -> usize {
        let with_model = self
            .labels
            .iter()
            .any(|label| matches!(label.values, Values::Model));
        let values = self.labels.iter().map(|label| match label.values {
            Values::Closed(words) => words.len(),
            // A model belongs to one provider, so the two labels together have as many values as there are
            // models, and one `other` for each provider.
            Values::Provider if with_model => 1,
            Values::Provider => MAX_PROVIDERS + 1,
            Values::Model => MAX_MODELS + MAX_PROVIDERS + 1,
            Values::Built => 1,
        });
        values.product()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    impl MetricDef {
        /// Most series that this metric can ever have in one process.
        pub(in super::super) fn series_bound(&self) -> usize {
            match self.kind {
                Kind::Counter | Kind::Gauge => self.label_sets_bound(),
                // The buckets, `+Inf`, the sum and the count.
                Kind::Histogram(buckets) => self.label_sets_bound() * (buckets.len() + 3),
            }
        }
    }

    #[test]
    fn all_metrics_together_stay_within_the_series_budget() {
        let bound: usize = ALL.iter().map(|def| def.series_bound()).sum();
        assert!(bound <= 5_000, "{bound} series are possible");
        assert!(bound > 1_000, "{bound} is too few to be counted right");
    }

    #[test]
    fn names_are_unique_and_end_as_their_kind_and_unit_say() {
        let names: BTreeSet<&str> = ALL.iter().map(|def| def.name).collect();
        assert_eq!(names.len(), ALL.len());
        for def in ALL {
            assert_eq!(
                matches!(def.kind, Kind::Counter),
                def.name.ends_with("_total"),
                "{}",
                def.name
            );
            if let Some(unit @ ("seconds" | "bytes" | "percent" | "usd")) = def.unit.word() {
                let base = def.name.trim_end_matches("_total");
                assert!(base.ends_with(unit), "{} is in {unit}", def.name);
            }
        }
    }

    #[test]
    fn the_thresholds_of_the_objectives_are_bucket_bounds() {
        assert!(DURATION_BUCKETS.contains(&10.0));
        assert!(CONFIDENCE_BUCKETS.contains(&0.7));
    }
}
