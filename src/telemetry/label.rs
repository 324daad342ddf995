//! The closed sets that label values come from.

/// The value that stands for every provider or model outside the configured ones.
pub const OTHER: &str = "other";
/// Most providers that get a label value of their own; further ones count as [`OTHER`]. Each has some hundred series, and
/// with this and the next bound a scrape stays below 300 kB.
pub const MAX_PROVIDERS: usize = 8;
/// Most models that get a label value of their own; further ones count as [`OTHER`]. Each has some seventy series.
pub const MAX_MODELS: usize = 16;
/// Most secrets whose end is told.
pub const MAX_SECRETS: usize = 8;

/// The embedded engine: it is in this process, so it has no line that could be down and no breaker.
pub const BUILTIN: &str = "builtin";

/// An enum whose variants are the values of one label, in the order of `WORDS`.
macro_rules! closed_label {
    ($(#[$about:meta])* $name:ident { $($(#[$says:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(dead_code, reason = "alerts and panels know all values, also those whose cause cannot arise here")]
        pub enum $name { $($(#[$says])* $variant,)+ }

        impl $name {
            /// Every label value, in the order of the variants.
            pub const WORDS: &'static [&'static str] = &[$($word,)+];
        }
    };
}

closed_label! {
    /// How a question ended: the label `status` of `atest_ai_requests_total`.
    RequestStatus {
        /// An answer was given.
        Success = "success",
        /// It failed.
        Error = "error",
        /// The deadline passed.
        Timeout = "timeout",
        /// The caller went away.
        Cancelled = "cancelled",
        /// It was refused: a write, chit-chat, not in the schema, maintenance.
        Rejected = "rejected",
    }
}

closed_label! {
    /// Kind of a failure: the label `type` of `atest_ai_errors_total`.
    ErrorKind {
        /// A deadline passed.
        Timeout = "timeout",
        /// A provider refused the credentials.
        Auth = "auth",
        /// A provider asked to slow down.
        RateLimit = "rate_limit",
        /// A provider's quota is used up.
        Quota = "quota",
        /// A connection failed.
        Network = "network",
        /// A provider failed.
        Provider5xx = "provider_5xx",
        /// A provider's answer was no usable SQL.
        InvalidResponse = "invalid_response",
        /// The request was malformed.
        InvalidRequest = "invalid_request",
        /// A rule forbade it.
        Policy = "policy",
        /// The breaker was open.
        CircuitOpen = "circuit_open",
        /// Too much at once.
        Overload = "overload",
        /// A database did not answer, or refused.
        Database = "database",
        /// A fault of the plugin.
        Internal = "internal",
    }
}

closed_label! {
    /// Why a caller was turned away: the label `reason` of `atest_ai_authentication_failures_total`.
    AuthFailure {
        /// No token, where one opens the door.
        Missing = "missing",
        /// Not local, where nothing but that opens the door.
        NotLocal = "not_local",
        /// A token that is wrong.
        WrongToken = "wrong_token",
        /// A token past its time, or before it.
        Expired = "expired",
        /// A right token for something else.
        WrongScope = "wrong_scope",
        /// A page of another origin made a browser send it.
        ForeignOrigin = "foreign_origin",
        /// Too many wrong tokens from the address; this one was not looked at.
        Slowed = "slowed",
    }
}

closed_label! {
    /// Why a request was turned away before anybody worked on it: the label `reason` of
    /// `atest_ai_requests_rejected_total`.
    RejectReason {
        /// As many questions are under way as may be.
        QueueFull = "queue_full",
        /// The body or the question is longer than allowed.
        TooLarge = "too_large",
        /// An operator has switched questions off.
        Maintenance = "maintenance",
        /// The plugin is still starting.
        Starting = "starting",
        /// The plugin is stopping.
        Draining = "draining",
        /// More questions a minute than `ai.rate_limit` allows.
        RateLimit = "rate_limit",
        /// The budget is spent, and `ai.budget.action` says to refuse.
        Budget = "budget",
        /// No place came free within `performance.worker_pools.ai_requests.timeout`.
        QueueTimeout = "queue_timeout",
        /// The caller is not one of those who may.
        Auth = "auth",
    }
}

closed_label! {
    /// What caused the config to be loaded again: the label `trigger` of `atest_ai_config_reloads_total`.
    ReloadTrigger {
        /// A file changed, and the system told so.
        File = "file",
        /// A file had changed when somebody looked.
        Poll = "poll",
        /// SIGHUP.
        Signal = "signal",
        /// `POST /admin/reload`.
        Admin = "admin",
        /// A secret changed where it is kept.
        Secrets = "secrets",
    }
}

impl ReloadTrigger {
    /// The word.
    pub fn word(self) -> &'static str {
        ReloadTrigger::WORDS[self as usize]
    }
}

closed_label! {
    /// What came of a reload: the label `result` of `atest_ai_config_reloads_total`.
    ReloadResult {
        /// Other settings are in effect.
        Applied = "applied",
        /// It was right, and no setting differs.
        Unchanged = "unchanged",
        /// A file is missing or cannot be read.
        Unreadable = "unreadable",
        /// A setting is wrong.
        Invalid = "invalid",
    }
}

impl ReloadResult {
    /// The word.
    pub fn word(self) -> &'static str {
        ReloadResult::WORDS[self as usize]
    }
}

closed_label! {
    /// Which certificate: the label `name` of `atest_ai_tls_cert_expiry_timestamp_seconds`.
    CertificateName {
        /// The one that the listeners show, with those after it in its file.
        Server = "server",
        /// The authorities of clients.
        ClientCa = "client_ca",
    }
}

closed_label! {
    /// Why a TLS handshake failed: the label `reason` of `atest_ai_tls_handshake_failures_total`.
    HandshakeFailure {
        /// It took too long.
        Timeout = "timeout",
        /// The client speaks no TLS.
        PlainText = "plain_text",
        /// The two have no version, cipher or protocol in common.
        NothingShared = "nothing_shared",
        /// The client showed no certificate, or none that is good here.
        ClientCertificate = "client_certificate",
        /// The client did not like what it was shown: it does not know the authority, or the certificate has ended.
        RefusedByClient = "refused_by_client",
        /// The client went away.
        Disconnected = "disconnected",
        /// Anything else.
        Other = "other",
    }
}

closed_label! {
    /// Which connection was turned away or cut: the label `door` of `atest_ai_connections_closed_total`.
    ConnectionDoor {
        /// Of the HTTP listener.
        Http = "http",
        /// Of a gRPC listener.
        Grpc = "grpc",
    }
}

closed_label! {
    /// Why it was: the label `reason` of `atest_ai_connections_closed_total`.
    ConnectionClosed {
        /// There are as many as `server.max_connections` allows.
        Limit = "limit",
        /// Its user is not among `server.socket_uids`.
        User = "user",
        /// The client took nothing of its reply for too long.
        Stalled = "stalled",
    }
}

closed_label! {
    /// A profile, by the name that Go programs give it: the label `profile` of `atest_ai_profiles_total`.
    ProfileName {
        /// Where CPU time goes.
        Cpu = "profile",
        /// Who holds memory.
        Heap = "heap",
        /// Who asked for memory since the start.
        Allocs = "allocs",
        /// Tasks that are alive.
        Tasks = "goroutine",
        /// Threads of the process.
        Threads = "threadcreate",
        /// Waiting for locks.
        Mutex = "mutex",
        /// Waiting for locks, in queues and for permits.
        Block = "block",
        /// What workers and tasks do, one event after the other.
        Execution = "trace",
        /// A name that there is not.
        Other = "other",
    }
}

closed_label! {
    /// What became of a profile: the label `outcome` of `atest_ai_profiles_total`.
    ProfileOutcome {
        /// It was taken.
        Taken = "taken",
        /// Another one was being taken.
        Busy = "busy",
        /// It was asked for with values that are out of bounds, or under a name that there is not.
        Refused = "refused",
        /// This build or this system cannot take it.
        Unsupported = "unsupported",
        /// It went wrong.
        Failed = "failed",
        /// Nobody waited for it any more.
        Abandoned = "abandoned",
    }
}

closed_label! {
    /// Why a profile was taken that nobody asked for: the label `cause` of `atest_ai_profiles_kept_total`.
    ProfileCause {
        /// Its time had come.
        Interval = "interval",
        /// CPU was above its threshold.
        CpuGuard = "cpu_guard",
        /// Memory was above its threshold.
        MemoryGuard = "memory_guard",
    }
}

closed_label! {
    /// Where such a profile is: the label `place` of `atest_ai_profiles_kept_total`.
    ProfilePlace {
        /// In the folder.
        Folder = "folder",
        /// The server has taken it.
        Server = "server",
        /// It is lost: neither could take it.
        Nowhere = "nowhere",
    }
}

closed_label! {
    /// A figure of the memory allocator: the label `state` of `atest_ai_allocator_bytes`.
    AllocatorState {
        /// What the plugin holds.
        Allocated = "allocated",
        /// Pages that hold some of it.
        Active = "active",
        /// Pages that are in memory, unused ones among them.
        Resident = "resident",
        /// Address space in use.
        Mapped = "mapped",
        /// Address space that is kept without memory behind it.
        Retained = "retained",
        /// What the allocator needs for itself.
        Metadata = "metadata",
    }
}

closed_label! {
    /// What a provider is called for: the label `operation` of `atest_ai_provider_request_duration_seconds`.
    ProviderOperation {
        /// An answer.
        Generate = "generate",
        /// Its list of models.
        Models = "models",
        /// Whether it is there.
        Health = "health",
    }
}

closed_label! {
    /// Which way tokens go: the label `direction` of `atest_ai_tokens_total`.
    TokenDirection {
        /// The prompt.
        Input = "input",
        /// The answer.
        Output = "output",
        /// The part of the prompt that the provider had in its cache.
        CachedInput = "cached_input",
        /// The part of the answer that is not shown.
        Reasoning = "reasoning",
    }
}

impl TokenDirection {
    /// The two that are whole, and that every call has: the other two are parts of them.
    pub const WHOLE: &'static [&'static str] = Self::WORDS.split_at(2).0;
}

closed_label! {
    /// What a database was asked: the label `operation` of `atest_ai_database_operations_total`.
    DatabaseOperation {
        /// Its tables, keys and values were read.
        Schema = "schema",
        /// Whether its schema has changed.
        Look = "look",
        /// Whether it takes a statement.
        Explain = "explain",
        /// The first rows of an answer.
        Preview = "preview",
    }
}

impl DatabaseOperation {
    /// What is done, as spans name it.
    pub fn sentence(self) -> &'static str {
        match self {
            DatabaseOperation::Schema => "read schema",
            DatabaseOperation::Look => "look for a changed schema",
            DatabaseOperation::Explain => "explain",
            DatabaseOperation::Preview => "preview",
        }
    }
}

closed_label! {
    /// What came of it: the label `result` of `atest_ai_database_operations_total`.
    DatabaseResult {
        /// It was done.
        Ok = "ok",
        /// The statement was wrong for the database.
        Wrong = "wrong",
        /// The database refused.
        Denied = "denied",
        /// It took too long.
        Slow = "slow",
        /// There was no connection, or it was lost, or the database failed.
        Unreachable = "unreachable",
    }
}

impl DatabaseResult {
    /// The label's value.
    pub fn word(self) -> &'static str {
        DatabaseResult::WORDS[self as usize]
    }
}

closed_label! {
    /// What came of asking a model to mend its SQL: the label `result` of `atest_ai_sql_repairs_total`.
    Repair {
        /// The second try passed.
        Mended = "mended",
        /// It did not, or there was none.
        Failed = "failed",
    }
}

closed_label! {
    /// What the checks made of an answer: the label `result` of `atest_ai_answers_validated_total`.
    Validation {
        /// It passed.
        Valid = "valid",
        /// It did not, and was not used.
        Invalid = "invalid",
    }
}

closed_label! {
    /// What an asker did with an answer: the label `verdict` of `atest_ai_feedback_total`.
    FeedbackVerdict {
        /// It was used as it was.
        Used = "used",
        /// It was used after a change.
        Corrected = "corrected",
        /// It was of no use.
        Rejected = "rejected",
    }
}

closed_label! {
    /// What a provider limits: the label `kind` of `atest_ai_rate_limit_remaining_ratio`.
    RateLimitKind {
        /// Requests in a time.
        Requests = "requests",
        /// Tokens in a time.
        Tokens = "tokens",
    }
}

closed_label! {
    /// What the plugin tells about itself besides metrics: the label `signal`.
    Signal {
        /// Spans of requests.
        Traces = "traces",
        /// Log lines.
        Logs = "logs",
    }
}

impl Signal {
    /// Those that are sent somewhere. Log lines are written by this process, and whoever reads them collects them.
    pub const EXPORTED: &'static [&'static str] = Self::WORDS.split_at(1).0;
}

closed_label! {
    /// How far spans came: the label `state` of `atest_ai_trace_spans_total`.
    SpanState {
        /// They ended, and were to be sent.
        Produced = "produced",
        /// Whoever collects them has taken them.
        Sent = "sent",
    }
}

closed_label! {
    /// The failure that a provider is asked again after: the label `reason` of `atest_ai_provider_retries_total`.
    RetryReason {
        /// A deadline passed, or the reply fell silent.
        Timeout = "timeout",
        /// It asked to slow down.
        RateLimit = "rate_limit",
        /// A connection failed.
        Network = "network",
        /// It failed.
        Provider5xx = "provider_5xx",
        /// Too much at once.
        Overload = "overload",
        /// Any other.
        Other = "other",
    }
}

impl From<ErrorKind> for RetryReason {
    fn from(kind: ErrorKind) -> RetryReason {
        match kind {
            ErrorKind::Timeout => RetryReason::Timeout,
            ErrorKind::RateLimit => RetryReason::RateLimit,
            ErrorKind::Network => RetryReason::Network,
            ErrorKind::Provider5xx => RetryReason::Provider5xx,
            ErrorKind::Overload => RetryReason::Overload,
            ErrorKind::Auth
            | ErrorKind::Quota
            | ErrorKind::InvalidResponse
            | ErrorKind::InvalidRequest
            | ErrorKind::Policy
            | ErrorKind::CircuitOpen
            | ErrorKind::Database
            | ErrorKind::Internal => RetryReason::Other,
        }
    }
}

closed_label! {
    /// Whom a question goes to after another has failed: the label `to` of `atest_ai_provider_fallbacks_total`. Which
    /// provider over the network it was is told by its own requests; a label for each pair would be 300 series.
    FallbackTo {
        /// A provider over the network.
        Remote = "remote",
        /// The embedded engine.
        Builtin = "builtin",
    }
}

closed_label! {
    /// The state of a breaker: the label `state` of `atest_ai_circuit_state`, `to` of
    /// `atest_ai_circuit_transitions_total`.
    CircuitState {
        /// Calls go through.
        Closed = "closed",
        /// No call goes through.
        Open = "open",
        /// One trial call goes through.
        HalfOpen = "half_open",
    }
}

closed_label! {
    /// The time that a budget is for: the label `period`.
    BudgetPeriod {
        /// A day.
        Day = "day",
        /// A calendar month.
        Month = "month",
    }
}

closed_label! {
    /// What is kept: the label `cache`.
    CacheName {
        /// Answers.
        Answers = "answers",
        /// Schemas.
        Schemas = "schemas",
    }
}

closed_label! {
    /// How a look-up ended: the label `result` of `atest_ai_cache_lookups_total`.
    CacheResult {
        /// It was there.
        Hit = "hit",
        /// It was not.
        Miss = "miss",
        /// Somebody was asking for it already, and both got what came.
        Shared = "shared",
    }
}

closed_label! {
    /// Where answers are kept: the label `backend` of `atest_ai_cache_backend_up`.
    CacheBackend {
        /// The plugin's memory.
        Memory = "memory",
        /// Redis.
        Redis = "redis",
    }
}

/// The providers and models that get label values of their own. Whatever else turns up counts as `other`.
#[derive(Debug, Clone)]
pub struct MetricLabels {
    /// Names of providers; those beyond [`MAX_PROVIDERS`] count as `other`.
    pub providers: Vec<String>,
    /// Provider and model; those beyond [`MAX_MODELS`] count as their provider's `other`.
    pub models: Vec<(String, String)>,
}

impl Default for MetricLabels {
    /// The embedded engine alone.
    fn default() -> MetricLabels {
        MetricLabels {
            providers: vec![BUILTIN.to_owned()],
            models: vec![(BUILTIN.to_owned(), BUILTIN.to_owned())],
        }
    }
}

impl MetricLabels {
    /// No provider and no model.
    pub fn none() -> MetricLabels {
        MetricLabels {
            providers: Vec::new(),
            models: Vec::new(),
        }
    }

    /// These, and after them those of the others that are new.
    pub fn and(mut self, others: &MetricLabels) -> MetricLabels {
        for provider in &others.providers {
            if !self.providers.contains(provider) {
                self.providers.push(provider.clone());
            }
        }
        for model in &others.models {
            if !self.models.contains(model) {
                self.models.push(model.clone());
            }
        }
        self
    }
}
