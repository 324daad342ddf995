//! Helm: a chart whose templates are the base's objects with holes, and whose values are what the base has there. With the
//! values file of an environment it gives what kustomize gives with that overlay.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::variant::{self, Extra};
use super::{Object, extras, objects};
use crate::generate::artefact::{Artefact, Set};
use crate::generate::environments::Environment;
use crate::generate::plan::Plan;

/// A place in an object that the values fill.
struct Hole {
    /// The object's file.
    object: &'static str,
    /// The place, as a JSON pointer (RFC 6901); `*` stands for the container of the plugin, whichever list it is in.
    place: &'static str,
    /// The values' key.
    key: &'static str,
    /// When it is there at all; else always.
    only_if: Option<&'static str>,
}

const HOLES: [Hole; 15] = [
    hole("configmap", "/data/config.yaml", "config"),
    hole("deployment", "*/image", "image"),
    hole("deployment", "*/resources", "resources"),
    hole("deployment", "*/env", "env"),
    hole("deployment", "@atest/image", "atest.image"),
    hole("deployment", "@atest-store/image", "atest.image"),
    hole(
        "deployment",
        "/spec/template/spec/terminationGracePeriodSeconds",
        "terminationGracePeriodSeconds",
    ),
    hole("pvc", "/spec/resources/requests/storage", "backupStorage"),
    hole("hpa", "/spec/minReplicas", "autoscaling.minReplicas"),
    hole("hpa", "/spec/maxReplicas", "autoscaling.maxReplicas"),
    hole("hpa", "/spec/metrics", "autoscaling.metrics"),
    Hole {
        object: "deployment",
        place: "/spec/replicas",
        key: "replicas",
        only_if: Some("not .Values.autoscaling.enabled"),
    },
    Hole {
        object: "deployment",
        place: "/spec/template/spec/imagePullSecrets",
        key: "imagePullSecrets",
        only_if: Some(".Values.imagePullSecrets"),
    },
    Hole {
        object: "deployment",
        place: "/spec/template/spec/nodeSelector",
        key: "nodeSelector",
        only_if: Some(".Values.nodeSelector"),
    },
    Hole {
        object: "deployment",
        place: "/spec/template/spec/tolerations",
        key: "tolerations",
        only_if: Some(".Values.tolerations"),
    },
];

const fn hole(object: &'static str, place: &'static str, key: &'static str) -> Hole {
    Hole {
        object,
        place,
        key,
        only_if: None,
    }
}

/// Objects that are there only when a value says so.
const CONDITIONS: [(&str, &str); 8] = [
    ("hpa", "autoscaling.enabled"),
    ("secret", "secret.create"),
    ("networkpolicy", "networkPolicy.enabled"),
    ("pvc", "backups.enabled"),
    ("prometheusrule", "operator.enabled"),
    ("servicemonitor", "operator.enabled"),
    ("alertmanagerconfig", "operator.enabled"),
    ("dashboard", "operator.enabled"),
];

/// Begins and ends a mark in the texts of a template.
const MARK: &str = "helm-value-of";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Chart {
    api_version: &'static str,
    name: &'static str,
    description: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    version: &'static str,
    app_version: &'static str,
    kube_version: &'static str,
    home: &'static str,
}

/// The chart.
pub fn artefacts(plan: &Plan) -> Vec<Artefact> {
    let chart = Chart {
        api_version: "v2",
        name: super::NAME,
        description: "atest and its AI plugin, which turns questions in plain words into SQL",
        kind: "application",
        version: plan.version,
        app_version: plan.version,
        kube_version: ">=1.29.0-0",
        home: "https://github.com/linuxsuren/atest-ext-ai",
    };
    let file = |name: &str, notes: &[&str], value: &Value| {
        Artefact::yaml(plan, Set::Helm, &format!("k8s/chart/{name}"), notes, value)
    };
    let base = chart_objects(plan);
    let values = values_of(plan, &base);
    let mut all = vec![
        Artefact::yaml(plan, Set::Helm, "k8s/chart/Chart.yaml", &[], &chart),
        file(
            "values.yaml",
            &["As in k8s/. Everything here can be changed."],
            &values,
        ),
        Artefact::json(Set::Helm, "k8s/chart/values.schema.json", &schema(plan, &values)),
    ];
    for object in base.iter().filter(|object| object.file != "namespace") {
        all.push(template(plan, object));
    }
    for variant in variant::all() {
        let Ok(environment) = Environment::parse(variant.name) else {
            continue;
        };
        let other = variant.of(plan);
        let others = values_of(&other, &objects(&other));
        let changed = changed(&values, &others).unwrap_or_else(|| json!({}));
        let name = format!("values-{environment}.yaml");
        let note = format!(
            "helm upgrade --install {} k8s/chart -f k8s/chart/{name}",
            super::NAME
        );
        all.push(file(&name, &[variant.about, &note], &changed));
    }
    all
}

fn chart_objects(plan: &Plan) -> Vec<Object> {
    let mut all = objects(plan);
    all.extend(extras(plan, Extra::Operator));
    all
}

/// What a hole's place means in an object.
fn pointer(object: &Value, place: &str) -> Option<String> {
    let (container, rest) = match place.strip_prefix('@') {
        Some(named) => named.split_once('/')?,
        None => match place.strip_prefix("*/") {
            Some(rest) => (super::NAME, rest),
            None => return Some(place.to_owned()),
        },
    };
    for list in ["initContainers", "containers"] {
        let pointer = format!("/spec/template/spec/{list}");
        let containers = object.pointer(&pointer).and_then(Value::as_array);
        let index = containers.and_then(|all| all.iter().position(|one| one["name"] == container));
        if let Some(index) = index {
            return Some(format!("{pointer}/{index}/{rest}"));
        }
    }
    None
}

/// What the objects have in their holes.
fn values_of(plan: &Plan, objects: &[Object]) -> Value {
    let kubernetes = &plan.values.kubernetes;
    let mut values = json!({
        "imagePullSecrets": [], "nodeSelector": {}, "tolerations": [],
        "replicas": kubernetes.autoscaling.min_replicas,
        "autoscaling": {"enabled": kubernetes.autoscaling.enabled},
        "secret": {"create": true},
        "networkPolicy": {"enabled": true},
        "backups": {"enabled": true},
        "operator": {"enabled": false},
    });
    for hole in HOLES.iter().filter(|hole| hole.only_if.is_none()) {
        let found = objects.iter().find(|object| object.file == hole.object);
        let found = found.and_then(|object| object.value.pointer(&pointer(&object.value, hole.place)?));
        if let Some(value) = found {
            set(
                &mut values,
                &format!("/{}", hole.key.replace('.', "/")),
                value.clone(),
            );
        }
    }
    values.sort_all_objects();
    values
}

/// The keys of `other` that are not as in `base`.
fn changed(base: &Value, other: &Value) -> Option<Value> {
    if base == other {
        return None;
    }
    let (Value::Object(base), Value::Object(other)) = (base, other) else {
        return Some(other.clone());
    };
    let keys = other.iter().filter_map(|(key, value)| {
        let before = base.get(key).unwrap_or(&Value::Null);
        Some((key.clone(), changed(before, value)?))
    });
    let keys: Map<String, Value> = keys.collect();
    (!keys.is_empty()).then_some(Value::Object(keys))
}

fn marked(key: &str, only_if: Option<&str>) -> Value {
    // Signs that YAML would want quotes for are not in it.
    let only_if = only_if.unwrap_or("always").replace(' ', "_");
    format!("{MARK}-{key}-if-{only_if}-end").into()
}

fn template(plan: &Plan, object: &Object) -> Artefact {
    let mut value = object.value.clone();
    for hole in HOLES.iter().filter(|hole| hole.object == object.file) {
        if let Some(place) = pointer(&value, hole.place) {
            set(&mut value, &place, marked(hole.key, hole.only_if));
        }
    }
    if value.pointer("/metadata/namespace").is_some() {
        set(&mut value, "/metadata/namespace", marked("namespace", None));
    }
    for (label, key) in [
        ("app.kubernetes.io~1managed-by", "service"),
        ("helm.sh~1chart", "chart"),
    ] {
        set(
            &mut value,
            &format!("/metadata/labels/{label}"),
            marked(key, None),
        );
    }
    value.sort_all_objects();
    let text = crate::config::yaml::to_text(&value);
    // What Prometheus and Alertmanager fill in is not for Helm.
    let text = text.replace("{{", "{{ \"{{\" }}");
    let lines: String = text.lines().map(filled).collect();
    let condition = CONDITIONS
        .iter()
        .find(|(file, _)| object.file == *file || object.file.starts_with(&format!("{file}-")));
    let body = match condition {
        Some((_, key)) => format!("{{{{- if .Values.{key} }}}}\n{lines}{{{{- end }}}}\n"),
        None => lines,
    };
    Artefact::commented(
        plan,
        Set::Helm,
        &format!("k8s/chart/templates/{}.yaml", object.file),
        "#",
        &[],
        &body,
    )
}

/// A line with its mark exchanged for what Helm fills in. JSON is YAML too, and fits on a line whatever it holds.
fn filled(line: &str) -> String {
    let Some((before, rest)) = line.split_once(MARK) else {
        return format!("{line}\n");
    };
    let (inner, after) = rest.split_once("-end").expect("each mark ends");
    let (key, only_if) = inner
        .trim_start_matches('-')
        .split_once("-if-")
        .expect("each mark has a condition");
    let expression = match key {
        "namespace" => ".Release.Namespace | toJson".to_owned(),
        "service" => ".Release.Service | toJson".to_owned(),
        "chart" => "printf \"%s-%s\" .Chart.Name .Chart.Version | toJson".to_owned(),
        key => format!(".Values.{key} | toJson"),
    };
    let line = format!("{before}{{{{ {expression} }}}}{after}\n");
    match only_if {
        "always" => line,
        only_if => format!(
            "{{{{- if {} }}}}\n{line}{{{{- end }}}}\n",
            only_if.replace('_', " ")
        ),
    }
}

/// Sets what a JSON pointer names, and makes what is missing on the way.
fn set(value: &mut Value, pointer: &str, to: Value) {
    let mut place = value;
    for part in pointer.trim_start_matches('/').split('/') {
        let part = part.replace("~1", "/").replace("~0", "~");
        place = match place {
            Value::Array(list) => match part.parse::<usize>().ok().and_then(|index| list.get_mut(index)) {
                Some(inner) => inner,
                None => return,
            },
            other => {
                if !other.is_object() {
                    *other = Value::Object(Map::new());
                }
                &mut other[part.as_str()]
            }
        };
    }
    *place = to;
}

/// The schema of the values, for Helm: the same shape, and no keys that nothing reads.
fn schema(plan: &Plan, values: &Value) -> Value {
    let mut schema = shape(values, true);
    schema["$schema"] = "https://json-schema.org/draft-07/schema#".into();
    schema["description"] = plan.header().into();
    schema["title"] = super::NAME.into();
    schema
}

fn shape(value: &Value, is_ours: bool) -> Value {
    match value {
        // Resources and the like are Kubernetes' own, and open.
        Value::Object(keys) if is_ours && !keys.is_empty() && !keys.contains_key("limits") => {
            let properties: Map<String, Value> = keys
                .iter()
                .map(|(key, value)| (key.clone(), shape(value, true)))
                .collect();
            // Helm puts `global` there by itself.
            json!({"type": "object", "additionalProperties": false, "properties": properties})
        }
        Value::Object(_) => json!({"type": "object"}),
        Value::Array(_) => json!({"type": "array"}),
        Value::Bool(_) => json!({"type": "boolean"}),
        Value::Number(_) => json!({"type": "integer", "minimum": 0}),
        Value::String(_) | Value::Null => json!({"type": "string"}),
    }
}
