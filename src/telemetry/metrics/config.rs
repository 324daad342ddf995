//! Which config is in effect, as a hash: replicas that differ can be told apart without showing what they are set to. And
//! what became of changes.

use std::sync::Mutex;

use jiff::Timestamp;
use prometheus::{IntCounter, IntGauge, IntGaugeVec};
use sha2::{Digest, Sha256};

use super::Metrics;
use super::register::Register;
use crate::config::Config;
use crate::telemetry::catalogue;
use crate::telemetry::label::{BudgetPeriod, ReloadResult, ReloadTrigger};

/// Bytes of the hash that are shown.
const SHOWN: usize = 4;

pub(super) struct ConfigState {
    info: Mutex<IntGaugeVec>,
    /// By trigger and result.
    reloads: Vec<Vec<IntCounter>>,
    is_right: IntGauge,
    loaded_at: IntGauge,
    waiting: IntGauge,
    watch_up: IntGauge,
}

impl ConfigState {
    pub(super) fn new(register: &Register<'_>) -> ConfigState {
        let reloads = register.counters(&catalogue::CONFIG_RELOADS);
        let of = |trigger: &&str| {
            let results = ReloadResult::WORDS.iter();
            results
                .map(|result| reloads.with_label_values(&[*trigger, *result]))
                .collect()
        };
        let is_right = register.gauge(&catalogue::CONFIG_RELOAD_SUCCESSFUL);
        is_right.set(1);
        let loaded_at = register.gauge(&catalogue::CONFIG_RELOAD_SUCCESS_TIME);
        loaded_at.set(Timestamp::now().as_second());
        ConfigState {
            info: Mutex::new(register.gauges(&catalogue::CONFIG_INFO)),
            reloads: ReloadTrigger::WORDS.iter().map(of).collect(),
            is_right,
            loaded_at,
            waiting: register.gauge(&catalogue::CONFIG_WAITING),
            watch_up: register.gauge(&catalogue::CONFIG_WATCH_UP),
        }
    }
}

impl Metrics {
    /// Goes on with another config.
    pub fn config_in_effect(&self, config: &Config) {
        let hash = fingerprint(config);
        let info = &self.config.info;
        let gauges = info.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        gauges.reset();
        gauges.with_label_values(&[&hash]).set(1);
        drop(gauges);
        let budget = &config.ai.budget;
        self.budget(BudgetPeriod::Day, budget.day);
        self.budget(BudgetPeriod::Month, budget.month);
    }

    /// The config was loaded again.
    pub fn reloaded(&self, trigger: ReloadTrigger, result: ReloadResult) {
        self.config.reloads[trigger as usize][result as usize].inc();
        let is_right = matches!(result, ReloadResult::Applied | ReloadResult::Unchanged);
        self.config.is_right.set(i64::from(is_right));
        if is_right {
            self.config.loaded_at.set(Timestamp::now().as_second());
        }
    }

    /// How many settings wait for the next start.
    pub fn settings_waiting(&self, count: usize) {
        self.config.waiting.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Whether the system tells of changed files.
    pub fn watch_up(&self, up: bool) {
        self.config.watch_up.set(i64::from(up));
    }
}

/// Eight hexadecimal digits over all settings, defaults included. Secrets are written as a mask, so they do not count.
pub fn fingerprint(config: &Config) -> String {
    let written = serde_json::to_vec(config).expect("every setting can be written as JSON");
    let hash = Sha256::digest(written);
    hash[..SHOWN].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_count_and_secrets_do_not() {
        let config = |text: &str| -> Config { serde_json::from_str(text).unwrap() };
        let service = |key: &str, model: &str| {
            config(&format!(
                r#"{{"ai":{{"services":{{"openai":{{"provider":"openai","api_key":"{key}","model":"{model}"}}}}}}}}"#
            ))
        };
        let hash = fingerprint(&service("one", "a"));
        assert_eq!(hash.len(), 2 * SHOWN);
        assert_eq!(hash, fingerprint(&service("two", "a")));
        assert_ne!(hash, fingerprint(&service("one", "b")));
        assert_ne!(hash, fingerprint(&Config::default()));
    }
}
