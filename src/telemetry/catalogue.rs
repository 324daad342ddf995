//! Every metric there is: the registry, its documentation and whatever names a metric are made from these
//! entries.

use super::label::{
    AllocatorState, AuthFailure, BudgetPeriod, CacheBackend, CacheName, CacheResult, CertificateName,
    CircuitState, ConnectionClosed, ConnectionDoor, DatabaseOperation, DatabaseResult, ErrorKind, FallbackTo,
    FeedbackVerdict, HandshakeFailure, MAX_MODELS, MAX_PROVIDERS, MAX_SECRETS, ProfileCause, ProfileName,
    ProfileOutcome, ProfilePlace, ProviderOperation, RateLimitKind, RejectReason, ReloadResult,
    ReloadTrigger, Repair, RequestStatus, RetryReason, Signal, SpanState, TokenDirection, Validation,
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
    /// What to look at it for.
    #[allow(dead_code, reason = "the page of metrics shows it")]
    pub purpose: &'static str,
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
    /// A mapped secret, by its variable, or `vault_token`.
    Secret,
    /// One word at a time, which the program makes itself: of its build, or of the config in effect.
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

/// What happens here takes microseconds; a tenth of a second is far too much.
const OVERHEAD_BUCKETS: &[f64] = &[
    0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0,
];
/// Those that OpenTelemetry advises for `gen_ai.client.token.usage`, up to the largest context that there is.
const TOKEN_BUCKETS: &[f64] = &[
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1_024.0,
    4_096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
];
/// From a model that is too large for its machine to one that nobody can read along with.
const SPEED_BUCKETS: &[f64] = &[1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0];

/// The one queue there is.
const QUEUE: LabelDef = closed("queue", &["ai_requests"]);
const CACHE: LabelDef = closed("cache", CacheName::WORDS);
const DATABASE_OPERATION: LabelDef = closed("operation", DatabaseOperation::WORDS);
const PERIOD: LabelDef = closed("period", BudgetPeriod::WORDS);

/// Declares each metric as a static and lists all of them in `ALL`, so that none can be left out.
macro_rules! catalogue {
    ($($id:ident: $kind:expr, $name:literal, $unit:ident, [$($label:expr),*], $help:literal, $purpose:literal;)+) => {
        $(
            #[doc = $help]
            pub static $id: MetricDef = MetricDef {
                name: $name,
                kind: $kind,
                unit: Unit::$unit,
                labels: &[$($label),*],
                help: $help,
                purpose: $purpose,
            };
        )+
        /// Every metric, in the order of the documentation.
        pub static ALL: &[&MetricDef] = &[$(&$id),+];
    };
}

use Kind::{Counter, Gauge, Histogram};

/// The histograms whose buckets name a span each, in this order.
pub static WITH_EXEMPLARS: [&MetricDef; 3] = [&REQUEST_DURATION, &PROVIDER_DURATION, &FIRST_TOKEN];

/// The metrics with a provider or a model, whose values may have no series of their own.
pub const BOUNDED: &[&str] = &[
    "atest_ai_requests_total",
    "atest_ai_request_duration_seconds",
    "atest_ai_confidence_score",
    "atest_ai_errors_total",
    "atest_ai_provider_request_duration_seconds",
    "atest_ai_time_to_first_token_seconds",
    "atest_ai_output_tokens_per_second",
    "atest_ai_tokens_total",
    "atest_ai_request_tokens",
    "atest_ai_cost_usd_total",
    "atest_ai_provider_retries_total",
    "atest_ai_provider_fallbacks_total",
    "atest_ai_circuit_state",
    "atest_ai_circuit_transitions_total",
    "atest_ai_provider_up",
    "atest_ai_rate_limit_remaining_ratio",
];

catalogue! {
    REQUESTS: Counter, "atest_ai_requests_total", Count,
        [PROVIDER, MODEL, closed("status", RequestStatus::WORDS)],
        "AI requests finished, by outcome. A refused question (a write, chit-chat, nothing in the schema) is rejected, not an error.",
        "Traffic, and the share of errors, which the availability objective is about.";
    REQUEST_DURATION: Histogram(DURATION_BUCKETS), "atest_ai_request_duration_seconds", Seconds, [PROVIDER, MODEL],
        "Time from accepting an AI request to its last byte, whatever its outcome. Cancelled requests have no last byte and are left out.",
        "How long people wait; the latency objective is at 10 seconds.";
    OVERHEAD: Histogram(OVERHEAD_BUCKETS), "atest_ai_overhead_seconds", Seconds, [],
        "Time that the plugin itself took for an AI request: all of it but the time in which a provider or a database was at work.",
        "What the plugin adds to a provider's latency.";
    CONFIDENCE: Histogram(CONFIDENCE_BUCKETS), "atest_ai_confidence_score", Ratio, [PROVIDER, MODEL],
        "Confidence of generated answers, from 0 to 1.",
        "Quality of answers; below 0.7 one counts as weak.";
    FEEDBACK: Counter, "atest_ai_feedback_total", Count, [closed("verdict", FeedbackVerdict::WORDS)],
        "What askers said of answers: used as they were, corrected, rejected.",
        "Whether answers are of use; corrected and rejected ones over all.";
    VALIDATED: Counter, "atest_ai_answers_validated_total", Count, [closed("result", Validation::WORDS)],
        "Statements that providers wrote, by what the checks made of them. An invalid one is not used; the question goes on.",
        "A model that writes SQL which does not fit.";
    REPAIRS: Counter, "atest_ai_sql_repairs_total", Count, [closed("result", Repair::WORDS)],
        "Statements that did not pass and were given back to the model once to be mended, by what came of it.",
        "How much the second try is worth, and a model that needs it often.";
    DATABASE_OPERATIONS: Counter, "atest_ai_database_operations_total", Count,
        [DATABASE_OPERATION, closed("result", DatabaseResult::WORDS)],
        "What databases were asked, by what came of it. A statement that is wrong for a database is not given out.",
        "Databases that refuse, are slow or cannot be reached.";
    DATABASE_DURATION: Histogram(CALL_BUCKETS), "atest_ai_database_duration_seconds", Seconds, [DATABASE_OPERATION],
        "Time that a database took for what it was asked, whatever came of it, with the wait for a connection.",
        "Which part of an answer's time is a database's.";
    DATABASE_CONNECTIONS: Gauge, "atest_ai_database_connections_in_use", Count, [],
        "Connections to database servers that are in use, of all databases together.",
        "How near the pools are to performance.connection_pools.databases.max_active_connections.";
    ERRORS: Counter, "atest_ai_errors_total", Count, [closed("type", ErrorKind::WORDS), PROVIDER],
        "Errors by kind; a request may add more than one.",
        "What fails, before looking into logs.";
    REJECTED: Counter, "atest_ai_requests_rejected_total", Count, [closed("reason", RejectReason::WORDS)],
        "Requests turned away before anybody worked on them, by reason.",
        "Load that is turned away, and why.";
    AUTH_FAILURES: Counter, "atest_ai_authentication_failures_total", Count, [closed("reason", AuthFailure::WORDS)],
        "HTTP callers turned away, by reason: no token, a wrong one, one past its time or for something else, not local, a page of another origin, or too many wrong ones before.",
        "Somebody who guesses tokens, or a client with an old one.";
    IN_FLIGHT: Gauge, "atest_ai_requests_in_flight", Count, [],
        "AI requests under way.",
        "How busy it is, beside the size of the pool.";
    PROVIDER_DURATION: Histogram(CALL_BUCKETS), "atest_ai_provider_request_duration_seconds", Seconds,
        [PROVIDER, closed("operation", ProviderOperation::WORDS)],
        "Time of one call to a provider, whatever its outcome. A question may take several.",
        "Which provider is slow.";
    FIRST_TOKEN: Histogram(FIRST_TOKEN_BUCKETS), "atest_ai_time_to_first_token_seconds", Seconds, [PROVIDER, MODEL],
        "Time from sending a call to the first piece of its reply.",
        "Whether a model is loaded and how long its prompts take to read.";
    OUTPUT_SPEED: Histogram(SPEED_BUCKETS), "atest_ai_output_tokens_per_second", Count, [PROVIDER, MODEL],
        "Tokens of a reply by the second, from its first piece to its end. Replies that came in one piece, or of which nobody told the tokens, are left out.",
        "How fast a model writes; with a local one, whether it fits its machine.";
    TOKENS: Counter, "atest_ai_tokens_total", Count,
        [PROVIDER, MODEL, closed("direction", TokenDirection::WORDS)],
        "Tokens that providers counted. cached_input is a part of input, and reasoning is a part of output.",
        "What is used, and how much of it the provider had in its cache.";
    REQUEST_TOKENS: Histogram(TOKEN_BUCKETS), "atest_ai_request_tokens", Count,
        [PROVIDER, closed("direction", TokenDirection::WHOLE)],
        "Tokens of one call, as the provider counted them: of its prompt (input), and of its reply (output).",
        "Prompts that are larger than they should be.";
    COST: Counter, "atest_ai_cost_usd_total", Dollars, [PROVIDER, MODEL],
        "Money spent, in US dollars, by the prices in effect. A model without a price, or before its first answer, has no series rather than one of 0.",
        "Money as it is spent, by model.";
    BUDGET: Gauge, "atest_ai_budget_usd", Dollars, [PERIOD],
        "Most money to spend in the period, in US dollars. There only for a period with a budget.",
        "The line to draw beside what was spent.";
    SPENT: Gauge, "atest_ai_spent_usd", Dollars, [PERIOD],
        "Money spent in the period under way, in US dollars, restarts included. Days and months are those of UTC. Of all plugins together where they share limits by Redis (`ai.shared_limits`). There from the first figure on.",
        "How much of the budget is left.";
    RETRIES: Counter, "atest_ai_provider_retries_total", Count, [PROVIDER, closed("reason", RetryReason::WORDS)],
        "Calls made again to the same provider, by the failure before.",
        "A provider that is failing now and then.";
    FALLBACKS: Counter, "atest_ai_provider_fallbacks_total", Count,
        [LabelDef { name: "from", values: Values::Provider }, closed("to", FallbackTo::WORDS)],
        "Questions passed on after a provider failed: to another one over the network, or to the embedded engine.",
        "Answers that come from elsewhere than people wanted.";
    CIRCUIT_STATE: Gauge, "atest_ai_circuit_state", Count, [PROVIDER, closed("state", CircuitState::WORDS)],
        "1 for the state that the provider's breaker is in, 0 for the others.",
        "Providers that are not asked at the moment.";
    CIRCUIT_TRANSITIONS: Counter, "atest_ai_circuit_transitions_total", Count,
        [PROVIDER, closed("to", CircuitState::WORDS)],
        "Changes of a breaker's state, by the state that it went to.",
        "A breaker that goes to and fro.";
    PROVIDER_UP: Gauge, "atest_ai_provider_up", Count, [PROVIDER],
        "1 while the provider answers, 0 while it does not. There only for providers over the network, from the first look on.",
        "Whether a provider is there before somebody asks.";
    RATE_LIMIT_REMAINING: Gauge, "atest_ai_rate_limit_remaining_ratio", Ratio,
        [PROVIDER, closed("kind", RateLimitKind::WORDS)],
        "Share of a provider's rate limit that was left when it last answered. There only once a provider has told it.",
        "To slow down or ask for more before calls are refused.";
    QUEUE_DEPTH: Gauge, "atest_ai_queue_depth", Count, [QUEUE],
        "Questions that wait for a place.",
        "Saturation: scale by this.";
    QUEUE_CAPACITY: Gauge, "atest_ai_queue_capacity", Count, [QUEUE],
        "Most questions that may wait for a place.",
        "How deep the queue may be.";
    QUEUE_WAIT: Histogram(WAIT_BUCKETS), "atest_ai_queue_wait_seconds", Seconds, [QUEUE],
        "Time that questions waited for a place.",
        "How much of the latency is waiting.";
    POOL_SIZE: Gauge, "atest_ai_worker_pool_size", Count, [],
        "Most questions that are answered at once.",
        "What the requests in flight are a share of.";
    ACTIVE_CONNECTIONS: Gauge, "atest_ai_active_connections", Count, [],
        "Open client connections on the plugin's listeners.",
        "Clients that are connected, or do not let go.";
    MAX_CONNECTIONS: Gauge, "atest_ai_max_connections", Count, [],
        "Most client connections that may be open at once, all listeners together.",
        "What the open connections are a share of.";
    CONNECTIONS_CLOSED: Counter, "atest_ai_connections_closed_total", Count,
        [closed("door", ConnectionDoor::WORDS), closed("reason", ConnectionClosed::WORDS)],
        "Connections that were turned away, because there were too many (limit) or their user may not (user), or cut, because the client took nothing of its reply (stalled).",
        "Clients that are shut out, or that hold on to what they do not use.";
    TLS_CERT_EXPIRY: Gauge, "atest_ai_tls_cert_expiry_timestamp_seconds", Seconds,
        [closed("name", CertificateName::WORDS)],
        "When the first certificate in the file ends, in seconds since 1970: server is what the listeners show, client_ca the authorities of clients. There only for what is configured.",
        "A certificate that ends soon: minus `time()`, it is the time that is left.";
    TLS_HANDSHAKE_FAILURES: Counter, "atest_ai_tls_handshake_failures_total", Count,
        [closed("reason", HandshakeFailure::WORDS)],
        "TLS handshakes of clients that failed, by reason.",
        "Clients that cannot come in, after a change of certificates above all.";
    CACHE_HITS: Counter, "atest_ai_cache_hits_total", Count, [],
        "Questions answered without a call of their own: from the cache, or together with the same question under way.",
        "Share of questions that cost nothing.";
    CACHE_MISSES: Counter, "atest_ai_cache_misses_total", Count, [],
        "Questions that were looked up in the cache and had to go to a provider.",
        "The same.";
    CACHE_LOOKUPS: Counter, "atest_ai_cache_lookups_total", Count, [CACHE, closed("result", CacheResult::WORDS)],
        "Look-ups in a cache: hit, miss, or shared with one for the same thing that was under way.",
        "The same for each cache.";
    CACHE_ENTRIES: Gauge, "atest_ai_cache_entries", Count, [CACHE],
        "Entries kept in the plugin's memory.",
        "Whether a cache is as large as it should be.";
    CACHE_SIZE: Gauge, "atest_ai_cache_size_bytes", Bytes, [CACHE],
        "Memory that the entries take.",
        "Memory to allow for the cache.";
    CACHE_EVICTIONS: Counter, "atest_ai_cache_evictions_total", Count, [CACHE],
        "Entries that went because of their time or for lack of room.",
        "A cache that is too small.";
    CACHE_BACKEND_UP: Gauge, "atest_ai_cache_backend_up", Count, [closed("backend", CacheBackend::WORDS)],
        "1 while entries are kept there, 0 while that fails. There only for what is configured.",
        "A Redis that is gone: answers are then kept in memory alone.";
    READY: Gauge, "atest_ai_ready", Count, [],
        "1 while the plugin takes requests, 0 while it does not.",
        "Whether it should get traffic.";
    MAINTENANCE: Gauge, "atest_ai_maintenance_mode", Count, [],
        "1 while an operator has switched requests off, otherwise 0.",
        "To mute alerts while an operator works.";
    MEMORY_USAGE: Gauge, "atest_ai_memory_usage_bytes", Bytes, [],
        "Resident memory of the plugin.",
        "Memory beside its limit.";
    MEMORY_LIMIT: Gauge, "atest_ai_memory_limit_bytes", Bytes, [],
        "Memory that the plugin may use: the tightest control-group limit above it, or all memory of the host.",
        "What the memory in use is a share of.";
    CPU_USAGE: Gauge, "atest_ai_cpu_usage_percent", Percent, [],
        "CPU used since the previous sample; 100 is one core. The first sample covers the time since the process started.",
        "A first look at load; for rules, take the rate of `process_cpu_seconds_total`.";
    CPU_LIMIT: Gauge, "atest_ai_cpu_limit_cores", Count, [],
        "Cores that the plugin may use: the tightest control-group quota above it, or all cores of the host.",
        "What the CPU in use is a share of.";
    CPU_THROTTLED: Counter, "atest_ai_cpu_throttled_seconds_total", Seconds, [],
        "Time that the plugin's control group was held back because its quota was used up. There only where there are control groups.",
        "A quota that is too small: latency without load.";
    BUILD_INFO: Gauge, "atest_ai_build_info", Count,
        [built("version"), built("git_sha"), built("rustc"), built("features")],
        "Always 1; its labels tell which build is running.",
        "Replicas of different versions.";
    START_TIME: Gauge, "atest_ai_start_time_seconds", Seconds, [],
        "When the plugin started, in seconds since 1970.",
        "Restarts.";
    CONFIG_INFO: Gauge, "atest_ai_config_info", Count, [built("hash")],
        "Always 1; hash is of the config in effect, defaults included and secrets left out.",
        "Replicas with different configs.";
    CONFIG_RELOADS: Counter, "atest_ai_config_reloads_total", Count,
        [closed("trigger", ReloadTrigger::WORDS), closed("result", ReloadResult::WORDS)],
        "Times that the config was loaded again, by what caused it and what came of it.",
        "Changes of the config, beside whatever changed with them.";
    CONFIG_RELOAD_SUCCESSFUL: Gauge, "atest_ai_config_last_reload_successful", Count, [],
        "Whether the config was right when it was last loaded. At 0 an earlier one is in effect; the log says why.",
        "A change that did not arrive.";
    CONFIG_RELOAD_SUCCESS_TIME: Gauge, "atest_ai_config_last_reload_success_timestamp_seconds", Seconds, [],
        "When the config in effect was loaded, in seconds since 1970.",
        "The moment of a change.";
    CONFIG_WAITING: Gauge, "atest_ai_config_settings_awaiting_restart", Count, [],
        "Settings whose new values take effect at the next start; GET /admin/reload names them.",
        "A restart that was forgotten.";
    CONFIG_WATCH_UP: Gauge, "atest_ai_config_watch_up", Count, [],
        "Whether the system tells of changed files; at 0 they are looked at every reload.poll_interval.",
        "Changes that arrive late.";
    SECRET_EXPIRY: Gauge, "atest_ai_secret_expiry_timestamp_seconds", Seconds,
        [LabelDef { name: "name", values: Values::Secret }],
        "When a secret ends, in seconds since 1970: the sign-in to Vault (vault_token), and secrets that Vault will delete. There only for those that end.",
        "Secrets to renew in time; a sign-in that is not renewed.";
    VAULT_UP: Gauge, "atest_ai_vault_up", Count, [],
        "1 while Vault can be asked for secrets, 0 while it cannot. There only where it is to be asked.",
        "A Vault that is sealed or gone: secrets that change there do not arrive.";
    LOG_MESSAGES: Counter, "atest_ai_log_messages_total", Count,
        [closed("level", &["error", "warn", "info", "debug", "trace"])],
        "Log lines written, by level.",
        "A rate of errors or warnings that is unusual.";
    TELEMETRY_DROPPED: Counter, "atest_ai_telemetry_dropped_total", Count, [closed("signal", Signal::WORDS)],
        "Spans and log lines that were lost: their queue was full, or they could not be sent or written.",
        "Gaps in traces and logs: do not trust what they lack.";
    TELEMETRY_EXPORT_FAILURES: Counter, "atest_ai_telemetry_export_failures_total", Count,
        [closed("signal", Signal::EXPORTED)],
        "Batches of spans that could not be sent.",
        "A collector of traces that is gone.";
    TRACE_SPANS: Counter, "atest_ai_trace_spans_total", Count, [closed("state", SpanState::WORDS)],
        "Spans that ended and were to be sent, and those that a collector has taken. 0 while traces are off.",
        "Whether traces arrive.";
    AUDIT_WRITE_FAILURES: Counter, "atest_ai_audit_write_failures_total", Count, [],
        "Lines of the audit log that could not be written.",
        "Actions that nobody can look up later.";
    SERIES_DROPPED: Counter, "atest_ai_metric_series_dropped_total", Count, [closed("metric", BOUNDED)],
        "Values that were counted as other, or not at all, because their provider or model has no series of its own in that metric.",
        "A provider or model to put into the config, or too many of them.";
    TOKIO_LIVE_TASKS: Gauge, "atest_ai_tokio_live_tasks", Count, [],
        "Tasks of the runtime that have not ended. It follows the connections and questions under way; one that only grows is a leak.",
        "Leaks.";
    TOKIO_WORKERS: Gauge, "atest_ai_tokio_workers", Count, [],
        "Threads that run the tasks.",
        "What the busy ratio is about.";
    TOKIO_QUEUE_DEPTH: Gauge, "atest_ai_tokio_global_queue_depth", Count, [],
        "Tasks that wait for any thread to take them.",
        "Something that holds threads up: it should be near 0.";
    TOKIO_BUSY_RATIO: Gauge, "atest_ai_tokio_worker_busy_ratio", Ratio, [],
        "Share of their time that the threads were at work since the previous sample, from 0 to 1. The first sample covers the time since the process started.",
        "Near 1 the plugin needs more CPU; for rules, take the rate of `atest_ai_tokio_busy_seconds_total`.";
    TOKIO_BUSY: Counter, "atest_ai_tokio_busy_seconds_total", Seconds, [],
        "Time that the threads were at work, all of them together.",
        "The busy ratio over any span: its rate, divided by the threads.";
    TOKIO_PARKS: Counter, "atest_ai_tokio_worker_parks_total", Count, [],
        "Times that a thread found nothing to do and went to sleep.",
        "Threads that are busy and never sleep are held up.";
    ALLOCATOR: Gauge, "atest_ai_allocator_bytes", Bytes, [closed("state", AllocatorState::WORDS)],
        "Memory as the allocator counts it: what the plugin holds, and what is kept beside it.",
        "A leak grows `allocated`; where only `resident` grows, memory is in pieces or was not given back yet.";
    PROFILES: Counter, "atest_ai_profiles_total", Count,
        [closed("profile", ProfileName::WORDS), closed("outcome", ProfileOutcome::WORDS)],
        "Profiles that were asked for, by name and by what became of them.",
        "Whether profiles are being taken right now, which costs a little, and why one was not.";
    PROFILES_KEPT: Counter, "atest_ai_profiles_kept_total", Count,
        [closed("cause", ProfileCause::WORDS), closed("place", ProfilePlace::WORDS)],
        "Profiles that were taken at intervals or by the guard, by cause and by where they are.",
        "An incident that left profiles behind (`cpu_guard`, `memory_guard`), and profiles that got lost (`nowhere`).";
    PROFILE_PUSH_FAILURES: Counter, "atest_ai_profile_push_failures_total", Count, [],
        "Profiles that the server of `profiling.continuous.push_url` did not take.",
        "A server that is away, or does not accept them; they go into the folder.";
    PROFILES_FOLDER: Gauge, "atest_ai_profiles_folder_bytes", Bytes, [],
        "Size of the profiles in the folder, when it was last looked at.",
        "The folder beside its bound, `profiling.continuous.max_size`.";
    PROCESS_CPU: Counter, "process_cpu_seconds_total", Seconds, [],
        "User and system CPU time spent.",
        "CPU by its rate, in cores.";
    PROCESS_RESIDENT: Gauge, "process_resident_memory_bytes", Bytes, [],
        "Resident memory size.",
        "Memory, under the name that common dashboards know.";
    PROCESS_VIRTUAL: Gauge, "process_virtual_memory_bytes", Bytes, [],
        "Virtual memory size.",
        "Address space.";
    PROCESS_OPEN_FDS: Gauge, "process_open_fds", Count, [],
        "Open file descriptors.",
        "Descriptors beside their limit.";
    PROCESS_MAX_FDS: Gauge, "process_max_fds", Count, [],
        "Most file descriptors that may be open.",
        "What the open descriptors are a share of.";
    PROCESS_THREADS: Gauge, "process_threads", Count, [],
        "Threads of the process.",
        "Threads that pile up.";
    PROCESS_START_TIME: Gauge, "process_start_time_seconds", Seconds, [],
        "When the process started, in seconds since 1970.",
        "Restarts, under the name that common dashboards know.";
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
            Values::Secret => MAX_SECRETS,
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
    fn every_metric_with_a_provider_or_model_counts_what_has_no_series_in_it() {
        let bounded = ALL.iter().filter(|def| {
            let mut labels = def.labels.iter();
            labels.any(|label| matches!(label.values, Values::Provider | Values::Model))
        });
        let names: Vec<&str> = bounded.map(|def| def.name).collect();
        assert_eq!(names, BOUNDED);
    }

    #[test]
    fn the_thresholds_of_the_objectives_are_bucket_bounds() {
        assert!(DURATION_BUCKETS.contains(&10.0));
        assert!(CONFIDENCE_BUCKETS.contains(&0.7));
    }
}
