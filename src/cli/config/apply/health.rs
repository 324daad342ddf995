//! Whether a plugin goes as well as it did.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use http::Method;

use crate::cli::healthcheck;
use crate::cli::running::RunningPlugin;
use crate::config::Server;

/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(250);
/// Longest time for one look.
const PATIENCE: Duration = Duration::from_secs(5);
/// For how long something may be wrong before it counts: a provider that was exchanged is looked at anew.
const FORGIVEN: Duration = Duration::from_secs(2);

/// How a plugin goes.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// What fails of what atest and balancers ask.
    failing: BTreeSet<&'static str>,
    /// Why, for people.
    reasons: Vec<String>,
    /// Providers that do not answer.
    down: BTreeSet<String>,
}

impl Health {
    /// Asks it.
    pub(super) async fn of(plugin: &RunningPlugin, server: &Server) -> Health {
        let mut health = Health::default();
        for (what, outcome) in healthcheck::ask(server, PATIENCE).await {
            if let Err(reason) = outcome {
                health.failing.insert(what);
                health.reasons.push(format!("{what}: {reason}"));
            }
        }
        let metrics = plugin.reply(Method::GET, "/metrics", None, PATIENCE).await;
        if let Ok(reply) = metrics {
            health.down = down(&reply.text());
        }
        health
    }

    /// Looks at it for that long.
    ///
    /// # Errors
    /// What went well before and does not now.
    pub(super) async fn keeps(
        &self,
        plugin: &RunningPlugin,
        server: &Server,
        watch: Duration,
    ) -> Result<(), String> {
        let end = Instant::now() + watch;
        let mut since = None;
        loop {
            let worse = self.worse(&Health::of(plugin, server).await);
            let now = Instant::now();
            match worse {
                None => since = None,
                Some(reason) => {
                    if now >= end || now.duration_since(*since.get_or_insert(now)) >= FORGIVEN {
                        return Err(reason);
                    }
                }
            }
            if now >= end && since.is_none() {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    fn worse(&self, now: &Health) -> Option<String> {
        if now.failing.difference(&self.failing).next().is_some() {
            return Some(now.reasons.join("; "));
        }
        let lost: Vec<&str> = now.down.difference(&self.down).map(String::as_str).collect();
        (!lost.is_empty()).then(|| format!("providers that do not answer any more: {}", lost.join(", ")))
    }
}

/// The providers whose `atest_ai_provider_up` is 0.
fn down(metrics: &str) -> BTreeSet<String> {
    metrics
        .lines()
        .filter_map(|line| line.strip_prefix("atest_ai_provider_up{provider=\""))
        .filter_map(|line| line.strip_suffix("\"} 0"))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_went_well_before_counts() {
        let health = |failing: &[&'static str], down: &[&str]| Health {
            failing: failing.iter().copied().collect(),
            reasons: failing.iter().map(|what| format!("{what}: why")).collect(),
            down: down.iter().map(|name| (*name).to_owned()).collect(),
        };
        let before = health(&["ready"], &["ollama"]);
        assert_eq!(before.worse(&health(&["ready"], &["ollama"])), None);
        assert_eq!(before.worse(&health(&[], &[])), None);
        assert!(
            before
                .worse(&health(&["verify"], &[]))
                .unwrap()
                .contains("verify: why")
        );
        let lost = before.worse(&health(&["ready"], &["ollama", "openai"])).unwrap();
        assert!(lost.ends_with(": openai"), "{lost}");
    }

    #[test]
    fn providers_that_are_down_are_read_from_the_metrics() {
        let metrics = "# TYPE atest_ai_provider_up gauge\natest_ai_provider_up{provider=\"a\"} 0\n\
                       atest_ai_provider_up{provider=\"b\"} 1\n";
        assert_eq!(down(metrics), BTreeSet::from(["a".to_owned()]));
    }
}
