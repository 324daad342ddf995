//! What types cannot say of `tracing`.

use super::Rules;
use crate::config::endpoint;
use crate::config::problem::Origin;

impl Rules<'_> {
    pub(super) fn tracing(&mut self) {
        let tracing = &self.config.tracing;
        for (key, endpoint) in [
            ("tracing.endpoint", &tracing.endpoint),
            ("tracing.traces_endpoint", &tracing.traces_endpoint),
        ] {
            if let Some(Err(message)) = endpoint.as_deref().map(endpoint::check) {
                self.wrong_or_ignored(key, message);
            }
        }
        if tracing.is_on()
            && let Some(file) = &tracing.ca_file
        {
            self.ca_file("tracing.ca_file", file);
        }
        let is_ratio_used = tracing.sampler.uses_ratio();
        if !is_ratio_used && self.is_given("tracing.sample_ratio") {
            self.advise(
                "tracing.sample_ratio",
                "has no meaning for this `tracing.sampler`; only `traceidratio` and `parentbased_traceidratio` use it",
            );
        }
        if tracing.is_on() && tracing.capture_content {
            self.advise(
                "tracing.capture_content",
                "questions and SQL go to the collector; whoever can read traces can read them",
            );
        }
    }

    /// OpenTelemetry's variables are often set for all programs of a cluster: what is wrong in them must not keep this
    /// one from its work.
    fn wrong_or_ignored(&mut self, key: &str, message: &str) {
        match self.origin_of(key) {
            Origin::Environment(name) if name.starts_with("OTEL_") => {
                self.advise(key, format!("{message}; no traces are sent"));
            }
            _ => self.wrong(
                key,
                message,
                "write the collector's base URL, like http://localhost:4317",
            ),
        }
    }
}
