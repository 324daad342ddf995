//! Objects that operators define: Prometheus', External Secrets' and KEDA's. Their names and keys are those of their definitions
//! (`monitoring.coreos.com/v1`, `external-secrets.io/v1`, `keda.sh/v1alpha1`).

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use serde::Serialize;

use super::objects::SECRET_KEYS;
use super::{METRICS_PORT, NAME, SECRET, metadata, selector};
use crate::config::MetricsFor;
use crate::generate::plan::Plan;
use crate::generate::recording;
use crate::generate::rules::{self, RuleGroup};
use crate::telemetry::catalogue;

/// An object of an operator.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Custom<T> {
    api_version: &'static str,
    kind: &'static str,
    metadata: ObjectMeta,
    spec: T,
}

/// Rules.
#[derive(Debug, Serialize)]
pub struct RuleSpec {
    groups: Vec<RuleGroup>,
}

/// What is scraped, by Service or by pod.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MonitorSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    job_label: Option<&'static str>,
    selector: LabelSelector,
    namespace_selector: Namespaces,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    endpoints: Vec<Scraped>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pod_metrics_endpoints: Vec<Scraped>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Namespaces {
    match_names: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Scraped {
    port: &'static str,
    path: &'static str,
    interval: String,
    scrape_timeout: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheme: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization: Option<Authorization>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_config: Option<TlsConfig>,
    relabelings: Vec<Relabeling>,
}

#[derive(Debug, Clone, Serialize)]
struct Authorization {
    credentials: KeyOf,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct TlsConfig {
    ca: CaOf,
    #[serde(skip_serializing_if = "Option::is_none")]
    cert: Option<CaOf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_secret: Option<KeyOf>,
    server_name: &'static str,
}

#[derive(Debug, Clone, Serialize)]
struct CaOf {
    secret: KeyOf,
}

#[derive(Debug, Clone, Serialize)]
struct KeyOf {
    name: &'static str,
    key: &'static str,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Relabeling {
    action: &'static str,
    target_label: &'static str,
    replacement: String,
}

/// Metadata with the labels that the operator looks for.
fn watched(plan: &Plan, name: &str) -> ObjectMeta {
    let mut metadata = metadata(plan, name);
    let labels = metadata.labels.get_or_insert_default();
    labels.extend(plan.values.kubernetes.monitor_labels.clone());
    metadata
}

/// The rules of `alerts/` as one object.
pub fn rules(plan: &Plan) -> Custom<RuleSpec> {
    let files = [rules::alerts(plan), recording::rules(plan), rules::slos(plan)];
    Custom {
        api_version: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: watched(plan, NAME),
        spec: RuleSpec {
            groups: files.into_iter().flat_map(|file| file.groups).collect(),
        },
    }
}

fn scraped(plan: &Plan) -> Scraped {
    let prometheus = &plan.values.prometheus;
    let interval = prometheus.scrape_interval.0.as_secs();
    let is_secured = plan.config.server.tls.is_on();
    let of_tls = |key| KeyOf {
        name: super::TLS_SECRET,
        key,
    };
    let asks = plan.config.server.tls.client_auth == crate::config::ClientAuth::Required;
    Scraped {
        port: METRICS_PORT,
        path: "/metrics",
        interval: crate::generate::signal::span(interval),
        scrape_timeout: crate::generate::signal::span(interval.min(10)),
        scheme: is_secured.then_some("https"),
        authorization: (plan.config.access.metrics == MetricsFor::Token).then_some(Authorization {
            credentials: KeyOf {
                name: SECRET,
                key: "metrics-token",
            },
        }),
        tls_config: is_secured.then(|| TlsConfig {
            ca: CaOf {
                secret: of_tls("ca.crt"),
            },
            cert: asks.then(|| CaOf {
                secret: of_tls("tls.crt"),
            }),
            key_secret: asks.then(|| of_tls("tls.key")),
            server_name: super::SERVICE,
        }),
        // Rules look for this job, and the operator would name it after the monitor.
        relabelings: vec![Relabeling {
            action: "replace",
            target_label: "job",
            replacement: plan.values.selectors.job.clone(),
        }],
    }
}

fn monitor(plan: &Plan, kind: &'static str) -> Custom<MonitorSpec> {
    let is_by_pod = kind == "PodMonitor";
    let one = vec![scraped(plan)];
    let (endpoints, pod_metrics_endpoints) = if is_by_pod {
        (Vec::new(), one)
    } else {
        (one, Vec::new())
    };
    Custom {
        api_version: "monitoring.coreos.com/v1",
        kind,
        metadata: watched(plan, NAME),
        spec: MonitorSpec {
            job_label: None,
            selector: selector(),
            namespace_selector: Namespaces {
                match_names: vec![plan.values.kubernetes.namespace.clone()],
            },
            endpoints,
            pod_metrics_endpoints,
        },
    }
}

/// What the operator's Prometheus scrapes, found through the Service.
pub fn service_monitor(plan: &Plan) -> Custom<MonitorSpec> {
    monitor(plan, "ServiceMonitor")
}

/// The same, found without the Service. One of the two is enough.
pub fn pod_monitor(plan: &Plan) -> Custom<MonitorSpec> {
    monitor(plan, "PodMonitor")
}

/// A Secret that another system keeps.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExternalSecretSpec {
    refresh_interval: String,
    secret_store_ref: StoreRef,
    target: Target,
    data: Vec<Fetched>,
}

#[derive(Debug, Serialize)]
struct StoreRef {
    name: String,
    kind: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    name: &'static str,
    creation_policy: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Fetched {
    secret_key: &'static str,
    remote_ref: RemoteRef,
}

#[derive(Debug, Serialize)]
struct RemoteRef {
    key: String,
    property: &'static str,
}

/// The Secret with the keys of providers, brought from a store.
pub fn external_secret(plan: &Plan) -> Custom<ExternalSecretSpec> {
    let values = &plan.values.kubernetes.external_secret;
    let data = SECRET_KEYS.map(|key| Fetched {
        secret_key: key,
        remote_ref: RemoteRef {
            key: values.key.clone(),
            property: key,
        },
    });
    Custom {
        api_version: "external-secrets.io/v1",
        kind: "ExternalSecret",
        metadata: metadata(plan, SECRET),
        spec: ExternalSecretSpec {
            refresh_interval: crate::generate::signal::span(values.refresh_interval.0.as_secs()),
            secret_store_ref: StoreRef {
                name: values.store.clone(),
                kind: values.kind.clone(),
            },
            target: Target {
                name: SECRET,
                creation_policy: "Owner",
            },
            data: data.into(),
        },
    }
}

/// KEDA's autoscaler.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScaledSpec {
    scale_target_ref: ScaleTarget,
    min_replica_count: i32,
    max_replica_count: i32,
    polling_interval: u32,
    cooldown_period: u32,
    fallback: Fallback,
    triggers: Vec<Trigger>,
}

#[derive(Debug, Serialize)]
struct ScaleTarget {
    name: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Fallback {
    failure_threshold: u32,
    replicas: i32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Trigger {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric_type: Option<&'static str>,
    metadata: BTreeMap<&'static str, String>,
}

/// The autoscaler for clusters with KEDA, which asks Prometheus itself and needs no adapter.
pub fn scaled_object(plan: &Plan) -> Custom<ScaledSpec> {
    let values = &plan.values.kubernetes.autoscaling;
    let query = format!("sum({}{{{}}})", catalogue::QUEUE_DEPTH.name, plan.scope());
    let asked = [
        (
            "serverAddress",
            format!("http://{}", plan.values.prometheus.address),
        ),
        ("query", query),
        ("threshold", values.queue_depth.max(1).to_string()),
    ];
    let cpu = [("value", values.cpu_percent.to_string())];
    Custom {
        api_version: "keda.sh/v1alpha1",
        kind: "ScaledObject",
        metadata: metadata(plan, super::AUTOSCALER),
        spec: ScaledSpec {
            scale_target_ref: ScaleTarget { name: NAME },
            min_replica_count: values.min_replicas,
            max_replica_count: values.max_replicas,
            polling_interval: 15,
            cooldown_period: 300,
            // While Prometheus cannot be asked.
            fallback: Fallback {
                failure_threshold: 3,
                replicas: values.min_replicas,
            },
            triggers: vec![
                Trigger {
                    kind: "prometheus",
                    metric_type: None,
                    metadata: asked.into(),
                },
                Trigger {
                    kind: "cpu",
                    metric_type: Some("Utilization"),
                    metadata: cpu.into(),
                },
            ],
        },
    }
}
