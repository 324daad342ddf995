//! `kubernetes`: the pods, and what is around them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::units::Time;

/// Kubernetes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Kubernetes {
    /// The namespace.
    pub namespace: String,
    /// The version of the oldest cluster that must take the objects, like `1.30`.
    pub version: String,
    /// How the plugin stands to atest: `native` (a sidecar that starts before atest and ends after it; Kubernetes 1.29 and later),
    /// `container` (a container beside it, for older clusters) or `standalone` (a pod of its own, over TCP with TLS).
    pub form: PodForm,
    /// How much a plugin may use: `minimum`, `recommended` or `highLoad`.
    pub size: Size,
    /// Other requests and limits than those of the size.
    pub resources: Resources,
    /// How many pods there are.
    pub autoscaling: Autoscaling,
    /// atest, in the same pod.
    pub atest: Atest,
    /// Where the secrets come from, when another system keeps them.
    pub external_secret: ExternalSecret,
    /// The namespace that Prometheus runs in. It may come to the port for metrics.
    pub monitoring_namespace: String,
    /// Labels that the Prometheus operator looks for on monitors and rules, like `release: prometheus`.
    pub monitor_labels: BTreeMap<String, String>,
    /// Further variables of the plugin's environment.
    pub environment: BTreeMap<String, String>,
    /// The audience of the service account's token that is shown to Vault, where the config signs in that way. Empty: the cluster's.
    pub vault_audience: String,
    /// The size of the volume for backups, like `10Gi`.
    pub backup_storage: String,
}

impl Kubernetes {
    /// The minor version of the oldest cluster; `None` when it is not written as one.
    pub fn minor(&self) -> Option<u32> {
        let minor = self.version.trim_start_matches('v').strip_prefix("1.")?;
        minor.parse().ok()
    }
}

/// How the plugin stands to atest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PodForm {
    /// A sidecar that Kubernetes knows as one.
    #[default]
    Native,
    /// A container beside atest's.
    Container,
    /// A pod of its own.
    Standalone,
}

/// How much a plugin may use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Size {
    /// 2 cores, 2 GiB.
    Minimum,
    /// 4 cores, 4 GiB.
    #[default]
    Recommended,
    /// 8 cores, 8 GiB.
    HighLoad,
}

/// Requests and limits in Kubernetes' notation; an empty one is the size's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Resources {
    /// CPU that is set aside, like `250m`.
    pub cpu_request: String,
    /// CPU that may be used.
    pub cpu_limit: String,
    /// Memory that is set aside, like `256Mi`.
    pub memory_request: String,
    /// Memory that may be used.
    pub memory_limit: String,
}

/// How many pods there are.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Autoscaling {
    /// Whether that follows the load.
    pub enabled: bool,
    /// Fewest pods, and their number without autoscaling.
    #[schemars(range(min = 1, max = 1000))]
    pub min_replicas: i32,
    /// Most pods.
    #[schemars(range(min = 1, max = 1000))]
    pub max_replicas: i32,
    /// Questions that wait in a pod, on average. It needs an adapter that serves Prometheus' metrics to Kubernetes; 0: not looked at.
    #[schemars(range(min = 0, max = 100000))]
    pub queue_depth: i32,
    /// Percent of the CPU request that is used, on average.
    #[schemars(range(min = 1, max = 1000))]
    pub cpu_percent: i32,
    /// Percent of the memory request that is used, on average; 0: not looked at.
    #[schemars(range(min = 0, max = 1000))]
    pub memory_percent: i32,
}

impl Default for Autoscaling {
    fn default() -> Autoscaling {
        Autoscaling {
            enabled: true,
            min_replicas: 2,
            max_replicas: 20,
            queue_depth: 10,
            cpu_percent: 70,
            memory_percent: 80,
        }
    }
}

/// atest, in the same pod.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Atest {
    /// Its image.
    pub image: String,
    /// The port of its page.
    #[schemars(range(min = 1, max = 65535))]
    pub port: u16,
}

impl Default for Atest {
    fn default() -> Atest {
        Atest {
            image: super::deploy::ATEST_IMAGE.to_owned(),
            port: 8080,
        }
    }
}

/// Secrets that the External Secrets operator brings.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct ExternalSecret {
    /// The store to ask.
    pub store: String,
    /// `ClusterSecretStore` or `SecretStore`.
    pub kind: String,
    /// The key in the store, whose properties are the secret's keys.
    pub key: String,
    /// How often the store is asked.
    #[schemars(extend("x-min" = "1m", "x-max" = "7d"))]
    pub refresh_interval: Time,
}

impl Default for ExternalSecret {
    fn default() -> ExternalSecret {
        ExternalSecret {
            store: "vault".to_owned(),
            kind: "ClusterSecretStore".to_owned(),
            key: "atest-ai".to_owned(),
            refresh_interval: Time::of_seconds(3_600),
        }
    }
}

impl Default for Kubernetes {
    fn default() -> Kubernetes {
        Kubernetes {
            namespace: "atest-system".to_owned(),
            version: "1.29".to_owned(),
            form: PodForm::default(),
            size: Size::default(),
            resources: Resources::default(),
            autoscaling: Autoscaling::default(),
            atest: Atest::default(),
            external_secret: ExternalSecret::default(),
            monitoring_namespace: "monitoring".to_owned(),
            monitor_labels: BTreeMap::new(),
            environment: BTreeMap::new(),
            vault_audience: String::new(),
            backup_storage: "10Gi".to_owned(),
        }
    }
}
