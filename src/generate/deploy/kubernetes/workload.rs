//! The Deployment, and what stands around its pods.

use std::collections::BTreeSet;

use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment};
use k8s_openapi::api::autoscaling::v2::{
    CrossVersionObjectReference, HPAScalingPolicy, HPAScalingRules, HorizontalPodAutoscaler,
    HorizontalPodAutoscalerBehavior, HorizontalPodAutoscalerSpec, MetricIdentifier, MetricSpec, MetricTarget,
    PodsMetricSource, ResourceMetricSource,
};
use k8s_openapi::api::core::v1::{
    Affinity, ClientIPConfig, PodAffinityTerm, PodAntiAffinity, PodTemplateSpec, Service, ServicePort,
    ServiceSpec, SessionAffinityConfig, TopologySpreadConstraint, WeightedPodAffinityTerm,
};
use k8s_openapi::api::networking::v1::{
    NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort,
    NetworkPolicySpec,
};
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::model::quantity;
use super::{
    ATEST_PORT, AUTOSCALER, GRPC_PORT, METRICS_PORT, NAME, SERVICE, labels, metadata, pod, selector,
    selector_labels,
};
use crate::generate::plan::Plan;
use crate::generate::values::PodForm;
use crate::telemetry::catalogue;

/// The names of a node and of a zone, as Kubernetes labels nodes.
const NODE: &str = "kubernetes.io/hostname";
const ZONE: &str = "topology.kubernetes.io/zone";

/// What people have to know about the Deployment.
pub fn notes(plan: &Plan) -> Vec<&'static str> {
    let mut notes = match plan.values.kubernetes.form {
        PodForm::Native => vec![
            "A native sidecar: Kubernetes 1.29 or later. For older clusters: --k8s-version 1.28 --set kubernetes.form=container.",
        ],
        PodForm::Container => {
            vec!["The plugin is an ordinary container beside atest, which may start before it."]
        }
        PodForm::Standalone => vec![
            "The plugin alone: callers come over TCP with a certificate. The Secret atest-ai-tls holds tls.crt, tls.key and ca.crt.",
        ],
    };
    if plan.values.kubernetes.autoscaling.enabled {
        notes.push("The number of pods is the autoscaler's (hpa.yaml); naming one here would fight it at each apply.");
    }
    notes
}

/// The Deployment.
pub fn deployment(plan: &Plan) -> Deployment {
    let values = &plan.values.kubernetes;
    let mut spec = pod::spec(plan, values.form);
    spec.affinity = Some(apart());
    spec.topology_spread_constraints = Some(vec![spread(ZONE), spread(NODE)]);
    Deployment {
        metadata: metadata(plan, NAME),
        spec: Some(DeploymentSpec {
            replicas: (!values.autoscaling.enabled).then_some(values.autoscaling.min_replicas),
            revision_history_limit: Some(5),
            min_ready_seconds: Some(5),
            selector: selector(),
            strategy: Some(DeploymentStrategy {
                type_: Some("RollingUpdate".to_owned()),
                rolling_update: Some(RollingUpdateDeployment {
                    max_surge: Some(IntOrString::Int(1)),
                    max_unavailable: Some(IntOrString::Int(0)),
                }),
            }),
            template: PodTemplateSpec {
                metadata: Some(ObjectMeta {
                    labels: Some(labels(plan)),
                    annotations: Some(
                        [(
                            "kubectl.kubernetes.io/default-container".to_owned(),
                            NAME.to_owned(),
                        )]
                        .into(),
                    ),
                    ..ObjectMeta::default()
                }),
                spec: Some(spec),
            },
            ..DeploymentSpec::default()
        }),
        ..Deployment::default()
    }
}

/// Rather not two on a node, and not all in a zone. Rather: with as many pods as the autoscaler allows there are fewer nodes.
fn apart() -> Affinity {
    let rather = |weight: i32, key: &str| WeightedPodAffinityTerm {
        weight,
        pod_affinity_term: PodAffinityTerm {
            label_selector: Some(selector()),
            topology_key: key.to_owned(),
            ..PodAffinityTerm::default()
        },
    };
    Affinity {
        pod_anti_affinity: Some(PodAntiAffinity {
            preferred_during_scheduling_ignored_during_execution: Some(vec![
                rather(100, NODE),
                rather(50, ZONE),
            ]),
            ..PodAntiAffinity::default()
        }),
        ..Affinity::default()
    }
}

fn spread(key: &str) -> TopologySpreadConstraint {
    TopologySpreadConstraint {
        label_selector: Some(selector()),
        max_skew: 1,
        topology_key: key.to_owned(),
        when_unsatisfiable: "ScheduleAnyway".to_owned(),
        ..TopologySpreadConstraint::default()
    }
}

/// The Service: metrics and questions over HTTP, and atest's page, which stays with one pod because atest keeps its stores there.
pub fn service(plan: &Plan) -> Service {
    let port = |name: &str, number: i32| ServicePort {
        name: Some(name.to_owned()),
        port: number,
        target_port: Some(IntOrString::String(name.to_owned())),
        protocol: Some("TCP".to_owned()),
        ..ServicePort::default()
    };
    let mut ports = vec![port(METRICS_PORT, i32::from(plan.config.server.port))];
    let is_alone = plan.values.kubernetes.form == PodForm::Standalone;
    ports.push(match is_alone {
        true => port(GRPC_PORT, pod::GRPC),
        false => port(ATEST_PORT, i32::from(plan.values.kubernetes.atest.port)),
    });
    Service {
        metadata: metadata(plan, SERVICE),
        spec: Some(ServiceSpec {
            type_: Some("ClusterIP".to_owned()),
            selector: Some(selector_labels()),
            ports: Some(ports),
            session_affinity: (!is_alone).then(|| "ClientIP".to_owned()),
            session_affinity_config: (!is_alone).then_some(SessionAffinityConfig {
                client_ip: Some(ClientIPConfig {
                    timeout_seconds: Some(300),
                }),
            }),
            ..ServiceSpec::default()
        }),
        ..Service::default()
    }
}

/// What people have to know about the autoscaler.
pub fn autoscaler_notes(plan: &Plan) -> Vec<&'static str> {
    match plan.values.kubernetes.autoscaling.queue_depth {
        0 => Vec::new(),
        _ => vec![
            "Questions that wait come first: a plugin that waits for a model uses little CPU. Kubernetes sees that figure through an",
            "adapter such as prometheus-adapter; without one, CPU and memory still scale out, and kubernetes.autoscaling.queueDepth=0 leaves it out.",
        ],
    }
}

/// The autoscaler, with the guide's numbers.
pub fn autoscaler(plan: &Plan) -> HorizontalPodAutoscaler {
    let values = &plan.values.kubernetes.autoscaling;
    let resource = |name: &str, percent: i32| MetricSpec {
        type_: "Resource".to_owned(),
        resource: Some(ResourceMetricSource {
            name: name.to_owned(),
            target: MetricTarget {
                type_: "Utilization".to_owned(),
                average_utilization: Some(percent),
                ..MetricTarget::default()
            },
        }),
        ..MetricSpec::default()
    };
    let waiting = MetricSpec {
        type_: "Pods".to_owned(),
        pods: Some(PodsMetricSource {
            metric: MetricIdentifier {
                name: catalogue::QUEUE_DEPTH.name.to_owned(),
                ..MetricIdentifier::default()
            },
            target: MetricTarget {
                type_: "AverageValue".to_owned(),
                average_value: Some(quantity(&values.queue_depth.to_string())),
                ..MetricTarget::default()
            },
        }),
        ..MetricSpec::default()
    };
    let mut metrics = Vec::new();
    if values.queue_depth > 0 {
        metrics.push(waiting);
    }
    metrics.push(resource("cpu", values.cpu_percent));
    if values.memory_percent > 0 {
        metrics.push(resource("memory", values.memory_percent));
    }
    let rules = |seconds: i32, percent: i32| HPAScalingRules {
        stabilization_window_seconds: Some(seconds),
        policies: Some(vec![HPAScalingPolicy {
            type_: "Percent".to_owned(),
            value: percent,
            period_seconds: 60,
        }]),
        ..HPAScalingRules::default()
    };
    HorizontalPodAutoscaler {
        metadata: metadata(plan, AUTOSCALER),
        spec: Some(HorizontalPodAutoscalerSpec {
            scale_target_ref: CrossVersionObjectReference {
                api_version: Some("apps/v1".to_owned()),
                kind: "Deployment".to_owned(),
                name: NAME.to_owned(),
            },
            min_replicas: Some(values.min_replicas),
            max_replicas: values.max_replicas,
            metrics: Some(metrics),
            behavior: Some(HorizontalPodAutoscalerBehavior {
                scale_up: Some(rules(60, 100)),
                scale_down: Some(rules(300, 10)),
            }),
        }),
        ..HorizontalPodAutoscaler::default()
    }
}

/// How many pods may be away when nodes are emptied.
pub fn disruption_budget(plan: &Plan) -> PodDisruptionBudget {
    PodDisruptionBudget {
        metadata: metadata(plan, NAME),
        spec: Some(PodDisruptionBudgetSpec {
            max_unavailable: Some(IntOrString::Int(1)),
            selector: Some(selector()),
            // A pod that does not work anyway must not keep a node from being emptied.
            unhealthy_pod_eviction_policy: (plan.values.kubernetes.minor() >= Some(26))
                .then(|| "AlwaysAllow".to_owned()),
            ..PodDisruptionBudgetSpec::default()
        }),
        ..PodDisruptionBudget::default()
    }
}

fn tcp(port: i32) -> NetworkPolicyPort {
    NetworkPolicyPort {
        port: Some(IntOrString::Int(port)),
        protocol: Some("TCP".to_owned()),
        ..NetworkPolicyPort::default()
    }
}

fn namespace_of(name: &str) -> NetworkPolicyPeer {
    NetworkPolicyPeer {
        namespace_selector: Some(LabelSelector {
            match_labels: Some([("kubernetes.io/metadata.name".to_owned(), name.to_owned())].into()),
            ..LabelSelector::default()
        }),
        ..NetworkPolicyPeer::default()
    }
}

/// Who may come, and where the pods may go.
pub fn network_policy(plan: &Plan) -> NetworkPolicy {
    let values = &plan.values.kubernetes;
    let own_namespace = NetworkPolicyPeer {
        pod_selector: Some(LabelSelector::default()),
        ..NetworkPolicyPeer::default()
    };
    let door = match values.form {
        PodForm::Standalone => pod::GRPC,
        PodForm::Native | PodForm::Container => i32::from(values.atest.port),
    };
    let metrics = i32::from(plan.config.server.port);
    let ingress = vec![
        NetworkPolicyIngressRule {
            from: Some(vec![own_namespace]),
            ports: Some(vec![tcp(metrics), tcp(door)]),
        },
        NetworkPolicyIngressRule {
            from: Some(vec![namespace_of(&values.monitoring_namespace)]),
            ports: Some(vec![tcp(metrics)]),
        },
    ];
    let names = |protocol: &str| NetworkPolicyPort {
        port: Some(IntOrString::Int(53)),
        protocol: Some(protocol.to_owned()),
        ..NetworkPolicyPort::default()
    };
    let egress = vec![
        NetworkPolicyEgressRule {
            to: Some(vec![namespace_of("kube-system")]),
            ports: Some(vec![names("UDP"), names("TCP")]),
        },
        NetworkPolicyEgressRule {
            to: None,
            ports: Some(ports_outside(plan).into_iter().map(tcp).collect()),
        },
    ];
    NetworkPolicy {
        metadata: metadata(plan, NAME),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(selector()),
            policy_types: Some(vec!["Ingress".to_owned(), "Egress".to_owned()]),
            ingress: Some(ingress),
            egress: Some(egress),
        }),
    }
}

/// The ports that the config sends to: HTTPS always, for providers that the page adds; then those of providers, collector, Vault
/// and Redis.
fn ports_outside(plan: &Plan) -> BTreeSet<i32> {
    let config = &plan.config;
    let mut ports = BTreeSet::from([443]);
    let providers = config
        .ai
        .services
        .values()
        .filter_map(|service| service.endpoint.as_deref());
    let vault = config.secrets.vault.as_ref().filter(|vault| vault.enabled);
    let vault = vault.and_then(|vault| vault.address.as_deref());
    let tracing = [
        config.tracing.endpoint.as_deref(),
        config.tracing.traces_endpoint.as_deref(),
    ];
    let others = tracing.into_iter().flatten().chain(vault).chain(providers);
    ports.extend(others.filter_map(port_of));
    if config.performance.cache.kind == crate::config::CacheKind::Redis {
        ports.insert(port_of(&config.performance.cache.redis.address).unwrap_or(6379));
    }
    ports
}

/// The port of a URL, or of `host:port`.
fn port_of(address: &str) -> Option<i32> {
    let uri: http::Uri = address.parse().ok()?;
    let usual = match uri.scheme_str() {
        Some("https") => Some(443),
        Some("http") => Some(80),
        _ => None,
    };
    uri.port_u16().map(i32::from).or(usual)
}
