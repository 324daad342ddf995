//! Which config is in effect, as a hash: replicas that differ can be told apart without showing what they are set to.

use sha2::{Digest, Sha256};

use super::Metrics;
use crate::config::Config;

/// Bytes of the hash that are shown.
const SHOWN: usize = 4;

impl Metrics {
    /// Goes on with another config.
    pub fn config_in_effect(&self, config: &Config) {
        let hash = fingerprint(config);
        let gauges = self
            .config
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        gauges.reset();
        gauges.with_label_values(&[&hash]).set(1);
    }
}

/// Eight hexadecimal digits over all settings, defaults included. Secrets are written as a mask, so they do not count.
fn fingerprint(config: &Config) -> String {
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
