//! The values file: what people change about alerts, objectives, dashboards and receivers without touching code.
//!
//! One set of types is the schema, the defaults and the reader, as for the config; keys are spelt `likeThis`, as Helm and
//! the Prometheus operator spell theirs.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

mod alerting;
mod collecting;
mod deploy;
mod kubernetes;
mod receivers;
mod slos;

pub use alerting::{AlertDefaults, AlertValues, ExtraAlert, Severity};
pub use collecting::{Dashboards, Keeper, Logs, Prometheus};
pub use deploy::{Balancer, Compose, Image, Systemd};
pub use kubernetes::{Kubernetes, PodForm, Size};
pub use receivers::{Email, Maintenance, PagerDuty, Receiver, Receivers, Slack, Webhook};
pub use slos::{SloValues, SloWindow, Slos};

use super::alert::AlertDef;
use crate::config::{Origin, Problems, Sheet, schema};

/// Everything that can be changed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Values {
    /// Which series are the plugin's.
    pub selectors: Selectors,
    /// What all alerts have in common.
    pub alert_defaults: AlertDefaults,
    /// Single alerts, by name.
    pub alerts: BTreeMap<String, AlertValues>,
    /// Alerts of your own, checked like the built-in ones.
    pub extra_alerts: Vec<ExtraAlert>,
    /// Service level objectives.
    pub slos: Slos,
    /// Grafana's dashboards.
    pub dashboards: Dashboards,
    /// Who is told, and how.
    pub receivers: Receivers,
    /// How Prometheus finds the plugin and Alertmanager.
    pub prometheus: Prometheus,
    /// Where logs go.
    pub logs: Logs,
    /// The container image.
    pub image: Image,
    /// Kubernetes.
    pub kubernetes: Kubernetes,
    /// The service of systemd.
    pub systemd: Systemd,
    /// Compose files for containers.
    pub compose: Compose,
    /// A balancer before several plugins.
    pub balancer: Balancer,
}

/// Which series are the plugin's.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Selectors {
    /// The scrape job.
    pub job: String,
    /// More matchers for every query, as PromQL writes them: `cluster="eu1",namespace="atest-system"`.
    pub extra: String,
}

impl Default for Selectors {
    fn default() -> Selectors {
        Selectors {
            job: "atest-ai-plugin".to_owned(),
            extra: String::new(),
        }
    }
}

/// The JSON schema of a values file, with each alert of `catalogue` by name and its threshold's bounds.
pub fn schema(catalogue: &[AlertDef]) -> Value {
    let mut schema = schema::of::<Values>();
    schema["title"] = json!("atest-ext-ai monitoring values");
    let one = schema["properties"]["alerts"]["additionalProperties"].take();
    let mut alerts = serde_json::Map::new();
    for alert in catalogue {
        alerts.insert(alert.name.to_owned(), alert.values_schema(&one));
    }
    schema["properties"]["alerts"]["additionalProperties"] = json!(false);
    schema["properties"]["alerts"]["properties"] = Value::Object(alerts);
    schema
}

/// Values, and where each that somebody gave comes from.
pub struct Read {
    /// The values.
    pub values: Values,
    /// Origins by dotted key.
    pub origins: BTreeMap<String, Origin>,
}

/// Reads values that were laid over each other.
///
/// # Errors
/// Every key that does not exist and every value that is not of its type or outside of its bounds.
pub fn read(sheet: Sheet, catalogue: &[AlertDef]) -> Result<Read, Problems> {
    let schema = schema(catalogue);
    let (json, origins) = sheet.check(&schema)?;
    match serde_json::from_value(json) {
        Ok(values) => Ok(Read { values, origins }),
        Err(error) => {
            let mut problems = Problems::default();
            problems.add(&Origin::Default, "", error.to_string());
            Err(problems)
        }
    }
}
