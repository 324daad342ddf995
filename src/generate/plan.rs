//! Everything that files are made from: the config, the environment, the values, and what follows from them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use super::alert::AlertDef;
use super::alerts;
use super::dashboards::{self, panel::Dashboard};
use super::environments::Environment;
use super::slo::{self, Slo};
use super::values::{Read, Severity, Values};
use crate::config::kinds::MASK;
use crate::config::{Config, Loaded, Origin, show};

/// What every file is made from.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The config, as the plugin would run with it.
    pub config: Config,
    /// The config's file, as it was written; `None` when there is none.
    pub config_text: Option<String>,
    /// Keys that hold a secret in the config's file itself, with their lines: the file then belongs into no ConfigMap.
    pub inline_secrets: Vec<(String, usize)>,
    /// For which environment.
    pub environment: Environment,
    /// The values in effect: built-in ones, the environment's, the file's, those of the command line.
    pub values: Values,
    /// Where each value that somebody gave comes from, by dotted key.
    pub origins: BTreeMap<String, Origin>,
    /// The alerts that are on, in the order of the rule file, with thresholds, times and labels in effect.
    pub alerts: Vec<AlertDef>,
    /// The alerts that are off.
    pub off: Vec<AlertDef>,
    /// The objectives that are on.
    pub slos: Vec<Slo>,
    /// The plugin's version.
    pub version: &'static str,
    /// The first hexadecimal digits of a hash over environment and values. The config is not in it: it holds what differs by
    /// machine, such as the host's name.
    pub fingerprint: String,
    /// Grafana's dashboards, once somebody has asked for them.
    dashboards: OnceLock<Vec<Dashboard>>,
}

/// Label of every rule: whose it is.
pub const COMPONENT: &str = "atest-ext-ai";

impl Plan {
    /// Puts together what was read.
    pub(super) fn make(
        loaded: &Loaded,
        config_text: Option<String>,
        environment: Environment,
        read: Read,
        catalogue: Vec<AlertDef>,
    ) -> Plan {
        let Read { values, origins } = read;
        let version = crate::telemetry::build_info().version;
        let changed = catalogue.into_iter().map(|mut alert| {
            if alert.name == "AtestAiRulesOutdated" {
                alert.condition.signal = alerts::of_another_version(version);
            }
            match values.alerts.get(alert.name) {
                Some(change) => alert.with(change),
                None => alert,
            }
        });
        let (alerts, off) = changed.partition(|alert| alert.enabled);
        let mut hash = Sha256::new();
        for part in [
            serde_json::to_string(&values).expect("values can be written as JSON"),
            environment.word().to_owned(),
        ] {
            hash.update(part.as_bytes());
        }
        let mut fingerprint = String::new();
        for byte in &hash.finalize()[..4] {
            write!(fingerprint, "{byte:02x}").expect("a text takes what is written");
        }
        Plan {
            config: loaded.config.clone(),
            inline_secrets: inline_secrets(loaded, config_text.as_deref()),
            config_text,
            environment,
            slos: slo::in_effect(&values),
            values,
            origins,
            alerts,
            off,
            version,
            fingerprint,
            dashboards: OnceLock::new(),
        }
    }

    /// The same with other values.
    pub fn with_values(&self, change: impl FnOnce(&mut Values)) -> Plan {
        let mut plan = self.clone();
        change(&mut plan.values);
        plan.dashboards = OnceLock::new();
        plan
    }

    /// Grafana's dashboards, the overview first.
    pub fn dashboards(&self) -> &[Dashboard] {
        self.dashboards.get_or_init(|| dashboards::build(self))
    }

    /// Where a value was given, or the section around it.
    pub fn place(&self, key: &str) -> Origin {
        let mut key = key;
        loop {
            if let Some(origin) = self.origins.get(key) {
                return origin.clone();
            }
            let inner = format!("{key}.");
            if let Some((_, origin)) = self
                .origins
                .range(inner.clone()..)
                .next()
                .filter(|(k, _)| k.starts_with(&inner))
            {
                return origin.clone();
            }
            if key.ends_with(']') {
                key = key.rsplit_once('[').map_or("", |(before, _)| before);
                continue;
            }
            match key.rsplit_once('.') {
                Some((before, _)) => key = before,
                None => return Origin::Default,
            }
        }
    }

    /// The line with which generated files begin.
    pub fn header(&self) -> String {
        format!(
            "{} {} for {} (values {}). Do not edit: change the values, and generate again.",
            super::artefact::MARK,
            self.version,
            self.environment.word(),
            self.fingerprint
        )
    }

    /// The matchers of every series of the plugin: `job="atest-ai-plugin"` and what the values add.
    pub fn scope(&self) -> String {
        let job = format!("job={}", quoted(&self.values.selectors.job));
        match self.values.selectors.extra.trim() {
            "" => job,
            extra => format!("{job},{extra}"),
        }
    }

    /// The alert of that name, when it is on.
    pub fn alert(&self, name: &str) -> Option<&AlertDef> {
        self.alerts.iter().find(|alert| alert.name == name)
    }

    /// Where the value at that dotted key comes from, in words: `built-in`, or the line of the values file.
    pub fn origin(&self, key: &str) -> String {
        match self.origins.get(key) {
            None | Some(Origin::Default) => "built-in".to_owned(),
            Some(Origin::CommandLine(option)) => format!("command line {option}"),
            Some(other) => other.to_string(),
        }
    }

    /// Labels that every alert carries besides its own.
    pub fn common_labels(&self) -> BTreeMap<String, String> {
        let mut labels = BTreeMap::from([
            ("component".to_owned(), COMPONENT.to_owned()),
            ("environment".to_owned(), self.environment.word().to_owned()),
            ("team".to_owned(), self.values.alert_defaults.team.clone()),
        ]);
        labels.extend(self.values.alert_defaults.labels.clone());
        labels
    }

    /// The severity that an alert of `severity` gets in this environment.
    pub fn capped(&self, severity: Severity) -> Severity {
        severity.min(self.values.alert_defaults.max_severity)
    }

    /// The page of an alert in the runbooks.
    pub fn runbook_url(&self, alert: &str) -> String {
        let base = self.values.alert_defaults.runbook_base.trim_end_matches('/');
        format!("{base}#{}", alert.to_lowercase())
    }
}

/// Secrets that stand in the file, and not in what a line of it refers to.
fn inline_secrets(loaded: &Loaded, text: Option<&str>) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.unwrap_or_default().lines().collect();
    let inline = show::effective(loaded).into_iter().filter_map(|setting| {
        let is_secret = setting.value.to_string().contains(MASK);
        let Origin::File { line, .. } = setting.origin else {
            return None;
        };
        let written = lines.get(line.checked_sub(1)?)?;
        (is_secret && !written.contains("${")).then(|| (setting.key(), line))
    });
    inline.collect()
}

/// A text in PromQL's quotes.
pub fn quoted(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("\"{escaped}\"")
}
