//! Secrets that end, and the store that they come from.

use std::sync::{Mutex, PoisonError};

use prometheus::IntGaugeVec;

use super::Metrics;
use super::register::Register;
use crate::telemetry::catalogue;
use crate::telemetry::label::MAX_SECRETS;

/// Gauges that are there only where there is something to tell.
pub(super) struct Secrets {
    expiry: IntGaugeVec,
    /// Names that have a series.
    named: Mutex<Vec<String>>,
    vault_up: IntGaugeVec,
}

impl Secrets {
    pub(super) fn new(register: &Register<'_>) -> Secrets {
        Secrets {
            expiry: register.gauges(&catalogue::SECRET_EXPIRY),
            named: Mutex::default(),
            vault_up: register.gauges(&catalogue::VAULT_UP),
        }
    }
}

impl Metrics {
    /// Whether Vault can be asked; `None` where it is not to be.
    pub fn vault_up(&self, up: Option<bool>) {
        match up {
            Some(up) => self
                .secrets
                .vault_up
                .with_label_values::<&str>(&[])
                .set(i64::from(up)),
            None => self.secrets.vault_up.reset(),
        }
    }

    /// When secrets end, in seconds since 1970, by name. Those that are not named any more have no series, nor those
    /// beyond the bound.
    pub fn secrets_end(&self, ends: &[(&str, i64)]) {
        let ends = &ends[..ends.len().min(MAX_SECRETS)];
        let secrets = &self.secrets;
        let mut named = secrets.named.lock().unwrap_or_else(PoisonError::into_inner);
        for name in named
            .iter()
            .filter(|name| ends.iter().all(|(known, _)| known != name))
        {
            // That there is none is as well.
            drop(secrets.expiry.remove_label_values(&[name]));
        }
        for (name, end) in ends {
            secrets.expiry.with_label_values(&[name]).set(*end);
        }
        *named = ends.iter().map(|(name, _)| (*name).to_owned()).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::exposition::Format;

    #[test]
    fn series_come_and_go_with_what_they_are_about() {
        let metrics = Metrics::default();
        let shown = || {
            let text = String::from_utf8(metrics.render(Format::Text004)).unwrap();
            let lines = text
                .lines()
                .filter(|line| line.starts_with("atest_ai_vault") || line.starts_with("atest_ai_secret"));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        assert!(shown().is_empty());
        metrics.vault_up(Some(false));
        metrics.secrets_end(&[("vault_token", 1_800_000_000), ("OPENAI_API_KEY", 1)]);
        metrics.secrets_end(&[("vault_token", 1_800_000_001)]);
        assert_eq!(
            shown(),
            [
                "atest_ai_secret_expiry_timestamp_seconds{name=\"vault_token\"} 1800000001",
                "atest_ai_vault_up 0"
            ]
        );
        metrics.vault_up(None);
        let many: Vec<String> = (0..20).map(|number| format!("S{number}")).collect();
        let many: Vec<(&str, i64)> = many.iter().map(|name| (name.as_str(), 1)).collect();
        metrics.secrets_end(&many);
        assert_eq!(shown().len(), MAX_SECRETS);
    }
}
