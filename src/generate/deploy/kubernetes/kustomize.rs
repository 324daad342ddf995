//! kustomize: the base, and an overlay for each way to run it. Their patches are the difference between two models, so that an
//! overlay gives what the generator would write with those values.

use serde::Serialize;
use serde_json::Value;

use super::variant::{self, Extra, Variant};
use super::{OPERATOR_FOLDER, Object, POD_MONITOR, extras, objects};
use crate::generate::artefact::{Artefact, Set};
use crate::generate::plan::Plan;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Kustomization {
    api_version: &'static str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    patches: Vec<PatchFile>,
}

#[derive(Serialize)]
struct PatchFile {
    path: String,
    target: Target,
}

#[derive(Serialize)]
struct Target {
    kind: String,
    name: String,
}

impl Kustomization {
    fn of(resources: Vec<String>, patches: Vec<PatchFile>) -> Kustomization {
        Kustomization {
            api_version: "kustomize.config.k8s.io/v1beta1",
            kind: "Kustomization",
            resources,
            patches,
        }
    }
}

/// The base, the overlays, and what makes of the operators' files, which are there besides, one thing.
pub fn artefacts(plan: &Plan, operator: &[Artefact]) -> Vec<Artefact> {
    let base = objects(plan);
    let files = base
        .iter()
        .map(|object| format!("{}.yaml", object.file))
        .collect();
    let notes = ["The base of the overlays in deploy/kustomize/, which kustomize does not want below it."];
    let mut all = vec![Artefact::yaml(
        plan,
        Set::Kustomize,
        "k8s/kustomization.yaml",
        &notes,
        &Kustomization::of(files, Vec::new()),
    )];
    for variant in variant::all() {
        all.extend(overlay(plan, &base, &variant));
    }
    // One of the two monitors is enough.
    let files = operator
        .iter()
        .filter_map(|artefact| artefact.path.strip_prefix(OPERATOR_FOLDER)?.strip_prefix('/'));
    let files = files
        .filter(|file| *file != format!("{POD_MONITOR}.yaml"))
        .map(str::to_owned);
    all.push(Artefact::yaml(
        plan,
        Set::Kustomize,
        &format!("{OPERATOR_FOLDER}/kustomization.yaml"),
        &[],
        &Kustomization::of(files.collect(), Vec::new()),
    ));
    all
}

fn overlay(plan: &Plan, base: &[Object], variant: &Variant) -> Vec<Artefact> {
    let other_plan = variant.of(plan);
    let others = objects(&other_plan);
    let folder = format!("deploy/kustomize/{}", variant.name);
    let mut resources = vec!["../../../k8s".to_owned()];
    let mut patches = Vec::new();
    let mut all = Vec::new();
    for object in base {
        let patch = match others.iter().find(|other| other.file == object.file) {
            Some(other) => difference(&object.value, &other.value),
            None => removal(&object.value),
        };
        // The Secret comes from elsewhere.
        let is_replaced = variant.more.contains(&Extra::ExternalSecret) && object.file == "secret";
        let patch = if is_replaced {
            removal(&object.value)
        } else {
            patch
        };
        let Some(patch) = patch else { continue };
        let file = format!("{}-patch.yaml", object.file);
        all.push(Artefact::yaml(
            plan,
            Set::Kustomize,
            &format!("{folder}/{file}"),
            &[],
            &patch,
        ));
        patches.push(PatchFile {
            path: file,
            target: Target {
                kind: text(&object.value, "/kind"),
                name: text(&object.value, "/metadata/name"),
            },
        });
    }
    for extra in variant.more {
        if *extra == Extra::Operator {
            resources.push(format!("../../../{OPERATOR_FOLDER}"));
            continue;
        }
        for object in extras(&other_plan, *extra) {
            all.push(object.artefact(plan, Set::Kustomize, &folder));
            resources.push(format!("{}.yaml", object.file));
        }
    }
    let path = format!("{folder}/kustomization.yaml");
    let kustomization = Kustomization::of(resources, patches);
    let command = format!("kubectl apply -k {folder}");
    all.push(Artefact::yaml(
        plan,
        Set::Kustomize,
        &path,
        &[variant.about, &command],
        &kustomization,
    ));
    all
}

fn text(object: &Value, pointer: &str) -> String {
    object
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// The steps of a JSON patch (RFC 6902) from one to the other; `None` when they are the same.
fn difference(from: &Value, to: &Value) -> Option<Value> {
    let patch = json_patch::diff(from, to);
    let patch = (!patch.0.is_empty()).then(|| serde_json::to_value(&patch).expect("a patch is JSON"))?;
    let mut patch = patch;
    patch.sort_all_objects();
    Some(patch)
}

/// A strategic patch that removes an object.
fn removal(object: &Value) -> Option<Value> {
    Some(serde_json::json!({
        "$patch": "delete",
        "apiVersion": text(object, "/apiVersion"),
        "kind": text(object, "/kind"),
        "metadata": {"name": text(object, "/metadata/name")},
    }))
}
