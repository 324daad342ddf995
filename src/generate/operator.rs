//! Rules as an object for the Prometheus operator.

use std::collections::BTreeMap;

use serde::Serialize;

use super::artefact::{Artefact, Set};
use super::plan::{COMPONENT, Plan};
use super::recording;
use super::rules::{self, RuleFile, RuleGroup};

/// `monitoring.coreos.com/v1`, kind `PrometheusRule`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PrometheusRule {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Debug, Serialize)]
struct Metadata {
    name: &'static str,
    namespace: String,
    labels: BTreeMap<&'static str, String>,
}

#[derive(Debug, Serialize)]
struct Spec {
    groups: Vec<RuleGroup>,
}

/// The object.
pub fn artefacts(plan: &Plan) -> Vec<Artefact> {
    let files: [RuleFile; 3] = [rules::alerts(plan), recording::rules(plan), rules::slos(plan)];
    let rule = PrometheusRule {
        api_version: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: Metadata {
            name: "atest-ai-plugin",
            namespace: plan.values.kubernetes.namespace.clone(),
            labels: BTreeMap::from([
                ("app.kubernetes.io/name", COMPONENT.to_owned()),
                ("app.kubernetes.io/version", plan.version.to_owned()),
            ]),
        },
        spec: Spec {
            groups: files.into_iter().flat_map(|file| file.groups).collect(),
        },
    };
    let notes = ["For the Prometheus operator: the rules of alerts/ as one object."];
    vec![Artefact::yaml(
        plan,
        Set::Rules,
        "k8s/prometheusrule.yaml",
        &notes,
        &rule,
    )]
}
