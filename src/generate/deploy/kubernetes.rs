//! Kubernetes: the guide's eight files and what belongs around them, each an object of the API as a typed model.

mod alerting;
pub mod chart;
mod custom;
pub mod kustomize;
mod model;
mod objects;
mod pod;
mod variant;
mod workload;

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use serde::Serialize;
use serde_json::Value;
use variant::Extra;

use crate::generate::artefact::{Artefact, Set};
use crate::generate::dashboards;
use crate::generate::plan::{COMPONENT, Plan};
use crate::generate::values::PodForm;

/// What the Deployment, the container and the account are called.
pub use super::NAME;
/// The Service.
pub const SERVICE: &str = "atest-ai-plugin-service";
/// The autoscaler.
pub const AUTOSCALER: &str = "atest-ai-plugin-hpa";
/// The config.
pub const CONFIG_MAP: &str = "atest-ai-config";
/// What atest reads: its store for the plugin.
pub const STORE_MAP: &str = "atest-ai-store";
/// Keys of providers, and what signs tokens.
pub const SECRET: &str = "atest-ai-secrets";
/// The certificate of a plugin that stands alone.
pub const TLS_SECRET: &str = "atest-ai-tls";
/// The volume for backups.
pub const BACKUPS: &str = "atest-ai-backups";
/// The name of the port for health, metrics and questions over HTTP.
pub const METRICS_PORT: &str = "metrics";
/// The name of atest's port.
pub const ATEST_PORT: &str = "http";
/// The name of the port for gRPC of a plugin that stands alone.
pub const GRPC_PORT: &str = "grpc";

/// What selects the pods. It never changes, because a Deployment's selector cannot.
pub fn selector_labels() -> BTreeMap<String, String> {
    let pairs = [
        ("app.kubernetes.io/name", COMPONENT),
        ("app.kubernetes.io/instance", NAME),
    ];
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

/// A selector of the pods.
pub fn selector() -> LabelSelector {
    LabelSelector {
        match_labels: Some(selector_labels()),
        ..LabelSelector::default()
    }
}

/// The labels of every object.
pub fn labels(plan: &Plan) -> BTreeMap<String, String> {
    let mut labels = selector_labels();
    let more = [
        ("app.kubernetes.io/part-of", "atest"),
        ("app.kubernetes.io/version", plan.version),
    ];
    labels.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
    labels
}

/// The metadata of an object in the namespace.
pub fn metadata(plan: &Plan, name: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.to_owned()),
        namespace: Some(plan.values.kubernetes.namespace.clone()),
        labels: Some(labels(plan)),
        ..ObjectMeta::default()
    }
}

/// An object, its file and what people have to know of it.
pub struct Object {
    /// The name of its file, without the ending.
    pub file: String,
    /// Comments.
    pub notes: Vec<String>,
    /// The object.
    pub value: Value,
}

impl Object {
    fn artefact(&self, plan: &Plan, set: Set, folder: &str) -> Artefact {
        let notes: Vec<&str> = self.notes.iter().map(String::as_str).collect();
        Artefact::yaml(
            plan,
            set,
            &format!("{folder}/{}.yaml", self.file),
            &notes,
            &self.value,
        )
    }
}

fn object(file: &str, notes: &[&str], value: &impl Serialize) -> Object {
    let mut value = serde_json::to_value(value).expect("an object is JSON");
    value.sort_all_objects();
    Object {
        file: file.to_owned(),
        notes: notes.iter().map(|note| (*note).to_owned()).collect(),
        value,
    }
}

/// The objects of a plan, in the order in which they are applied.
fn objects(plan: &Plan) -> Vec<Object> {
    let mut all = vec![
        object("namespace", &[], &objects::namespace(plan)),
        object(
            "configmap",
            &[
                "A change reaches the running plugin by itself, once the kubelet has brought it: no restart is needed.",
            ],
            &objects::config_map(plan),
        ),
        object(
            "secret",
            &[
                "A placeholder: nobody fills it in but you. An empty key counts as none. Better keep the filled one out of git:",
                "kubectl create secret generic atest-ai-secrets -n NAMESPACE --from-file=openai-api-key=FILE --dry-run=client -o yaml | kubectl apply -f -",
            ],
            &objects::secret(plan),
        ),
        object(
            "rbac",
            &["The plugin asks Kubernetes for nothing, so its account has no rights and no token."],
            &objects::account(plan),
        ),
        object(
            "pvc",
            &["For backups alone; the pods do not need it."],
            &objects::backups(plan),
        ),
        object("deployment", &workload::notes(plan), &workload::deployment(plan)),
        object("service", &[], &workload::service(plan)),
    ];
    if plan.values.kubernetes.autoscaling.enabled {
        all.push(object(
            "hpa",
            &workload::autoscaler_notes(plan),
            &workload::autoscaler(plan),
        ));
    }
    if plan.values.kubernetes.form != PodForm::Standalone {
        all.push(object(
            "store",
            &["What atest finds the plugin by, where both are in one pod."],
            &objects::store(plan),
        ));
    }
    all.push(object("pdb", &[], &workload::disruption_budget(plan)));
    all.push(object(
        "networkpolicy",
        &["Egress is what the config names. A provider that the page adds on another port needs it here."],
        &workload::network_policy(plan),
    ));
    all
}

/// The objects that an operator takes.
fn extras(plan: &Plan, extra: Extra) -> Vec<Object> {
    match extra {
        Extra::Operator => {
            let mut all = vec![
                object(
                    "prometheusrule",
                    &["The rules of alerts/ as one object."],
                    &custom::rules(plan),
                ),
                object("servicemonitor", &[], &custom::service_monitor(plan)),
                object("alertmanagerconfig", &alerting::NOTES, &alerting::config(plan)),
            ];
            all.extend(dashboards::config_maps(plan).iter().map(|(key, map)| {
                let notes = ["For the sidecar that looks for the label `grafana_dashboard`."];
                object(&format!("dashboard-{key}"), &notes, map)
            }));
            all
        }
        Extra::Keda => vec![object("scaledobject", &[], &custom::scaled_object(plan))],
        Extra::ExternalSecret => vec![object("externalsecret", &[], &custom::external_secret(plan))],
    }
}

/// The guide's files and their like, for `kubectl apply -f`.
pub fn artefacts(plan: &Plan) -> Vec<Artefact> {
    let objects = objects(plan).into_iter();
    objects
        .map(|object| object.artefact(plan, Set::K8s, "k8s"))
        .collect()
}

/// The folder of what operators take.
const OPERATOR_FOLDER: &str = "k8s/operator";
/// What is in place of another of these files.
const POD_MONITOR: &str = "podmonitor";

/// What operators take, as files beside the others.
pub fn operator_artefacts(plan: &Plan) -> Vec<Artefact> {
    let instead = ["In place of servicemonitor.yaml; one of the two is enough."];
    let mut all = extras(plan, Extra::Operator);
    all.push(object(POD_MONITOR, &instead, &custom::pod_monitor(plan)));
    let artefacts = all
        .iter()
        .map(|object| object.artefact(plan, Set::K8s, OPERATOR_FOLDER));
    artefacts.collect()
}
