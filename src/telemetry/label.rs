//! The closed sets that label values come from.

/// The value that stands for every provider or model outside the configured ones.
pub const OTHER: &str = "other";
/// Most providers that get a label value of their own; further ones count as [`OTHER`].
pub const MAX_PROVIDERS: usize = 16;
/// Most models that get a label value of their own; further ones count as [`OTHER`].
pub const MAX_MODELS: usize = 32;

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
        /// A fault of the plugin.
        Internal = "internal",
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
            providers: vec!["builtin".to_owned()],
            models: vec![("builtin".to_owned(), "builtin".to_owned())],
        }
    }
}
