//! `dashboards`, `prometheus`, `logs` and `kubernetes`: where the files find things, and how things find them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::units::Time;

/// Grafana's dashboards.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Dashboards {
    /// The folder in Grafana.
    pub folder: String,
    /// How often they are drawn anew.
    #[schemars(extend("x-min" = "5s", "x-max" = "1d"))]
    pub refresh: Time,
    /// The span of time that they open with.
    #[schemars(extend("x-min" = "5m", "x-max" = "90d"))]
    pub range: Time,
    /// More tags.
    pub tags: Vec<String>,
    /// The folder on Grafana's machine that holds the files, as a whole path.
    pub path: String,
}

impl Default for Dashboards {
    fn default() -> Dashboards {
        Dashboards {
            folder: "AI".to_owned(),
            refresh: Time::of_seconds(30),
            range: Time::of_seconds(6 * 3_600),
            tags: Vec::new(),
            path: "/var/lib/grafana/dashboards/atest-ai".to_owned(),
        }
    }
}

/// How Prometheus finds the plugin and Alertmanager.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Prometheus {
    /// Its major version, 2 or 3. What is written for 2 works in 3 as well; settings that 2 may not know are written for 3.
    #[schemars(range(min = 2, max = 3))]
    pub version: u8,
    /// `host:port` of each plugin. Empty: where the config's HTTP listener is.
    pub targets: Vec<String>,
    /// How often the plugin is scraped.
    #[schemars(extend("x-min" = "1s", "x-max" = "10m"))]
    pub scrape_interval: Time,
    /// `host:port` of Prometheus itself.
    pub address: String,
    /// The folder that holds the rule files, on Prometheus' machine; beside its own config when it is no whole path.
    pub rules_folder: String,
    /// `host:port` of each Alertmanager.
    pub alertmanagers: Vec<String>,
    /// Labels of everything that leaves this Prometheus.
    pub external_labels: BTreeMap<String, String>,
    /// The file with the token for /metrics, where the config asks for one.
    pub token_file: String,
    /// The file with the authority of the plugin's certificate, where it has one.
    pub ca_file: String,
    /// The file with the certificate that Prometheus shows, where the config wants one.
    pub cert_file: String,
    /// The file with that certificate's key.
    pub key_file: String,
    /// Whether it runs in Kubernetes, and finds pods by itself.
    pub in_kubernetes: bool,
}

impl Default for Prometheus {
    fn default() -> Prometheus {
        Prometheus {
            version: 2,
            targets: Vec::new(),
            scrape_interval: Time::of_seconds(15),
            address: "localhost:9091".to_owned(),
            rules_folder: "../alerts".to_owned(),
            alertmanagers: vec!["localhost:9093".to_owned()],
            external_labels: BTreeMap::new(),
            token_file: String::new(),
            ca_file: String::new(),
            cert_file: String::new(),
            key_file: String::new(),
            in_kubernetes: false,
        }
    }
}

/// What keeps the lines that a program writes to its standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Keeper {
    /// systemd's journal.
    Journal,
    /// The files of a container runtime, as Kubernetes' nodes have them.
    Containers,
}

/// Where logs go.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Logs {
    /// Elasticsearch's address, or OpenSearch's.
    pub elasticsearch: String,
    /// The beginning of the names of its indices.
    pub index: String,
    /// The user there; the password comes from the variable `ES_PASSWORD`. `none`: nobody signs in.
    pub user: String,
    /// The file with the authority of its certificate. Empty: those that the system trusts.
    pub ca_file: String,
    /// What keeps lines where the config has `logging.output: stdout` or `stderr`: `journal` or `containers`. When not set:
    /// `containers` where `prometheus.inKubernetes` is true, else `journal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keeper: Option<Keeper>,
    /// How long log lines are kept.
    #[schemars(extend("x-min" = "1d"))]
    pub retention: Time,
    /// How long lines of the audit log are kept.
    #[schemars(extend("x-min" = "1d"))]
    pub audit_retention: Time,
    /// Loki's address, for Alloy and for Grafana. Empty: none.
    pub loki: String,
    /// Tempo's address, for Grafana. Empty: none.
    pub tempo: String,
}

impl Default for Logs {
    fn default() -> Logs {
        Logs {
            elasticsearch: "https://elasticsearch:9200".to_owned(),
            index: "atest-ai".to_owned(),
            user: "atest-ai".to_owned(),
            ca_file: String::new(),
            keeper: None,
            retention: Time::of_seconds(30 * 86_400),
            audit_retention: Time::of_seconds(365 * 86_400),
            loki: String::new(),
            tempo: String::new(),
        }
    }
}
