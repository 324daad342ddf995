//! Prometheus: what it scrapes, which rules it loads, and whom it tells.

use std::collections::BTreeMap;

use serde::Serialize;

use super::artefact::{Artefact, Set};
use super::plan::Plan;
use crate::config::units::Time;
use crate::config::{MetricsFor, Problems};

mod address;
mod check;

pub use address::Address;

/// Longest time for one scrape, as in the guide; never longer than the interval, which Prometheus refuses.
const SCRAPE_TIMEOUT: Time = Time::of_seconds(10);

/// Exemplars that are kept. Each is about 100 bytes.
const EXEMPLARS: u32 = 100_000;

/// Rule files, in the folder of the values.
pub const RULE_FILES: [&str; 3] = ["alerts.yml", "recording.yml", "slo.yml"];

#[derive(Serialize)]
struct File {
    global: Global,
    rule_files: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alerting: Option<Alerting>,
    scrape_configs: Vec<Scrape>,
    storage: Storage,
}

#[derive(Serialize)]
struct Global {
    scrape_interval: Time,
    scrape_timeout: Time,
    evaluation_interval: Time,
    external_labels: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Alerting {
    alertmanagers: Vec<Found>,
}

#[derive(Serialize)]
struct Found {
    static_configs: Vec<Targets>,
}

#[derive(Serialize)]
struct Targets {
    targets: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
}

#[derive(Serialize, Default)]
struct Scrape {
    job_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics_path: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scrape_interval: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scrape_timeout: Option<Time>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scrape_protocols: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheme: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization: Option<Authorization>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_config: Option<TlsFiles>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    static_configs: Vec<Targets>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kubernetes_sd_configs: Vec<Pods>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relabel_configs: Vec<Relabel>,
}

#[derive(Serialize)]
struct Authorization {
    r#type: &'static str,
    credentials_file: String,
}

#[derive(Serialize)]
struct TlsFiles {
    #[serde(skip_serializing_if = "Option::is_none")]
    ca_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cert_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_file: Option<String>,
}

#[derive(Serialize)]
struct Pods {
    role: &'static str,
    namespaces: Namespaces,
}

#[derive(Serialize)]
struct Namespaces {
    names: Vec<String>,
}

#[derive(Serialize, Default)]
struct Relabel {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    source_labels: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    regex: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replacement: Option<String>,
    action: &'static str,
}

#[derive(Serialize)]
struct Storage {
    exemplars: Exemplars,
}

#[derive(Serialize)]
struct Exemplars {
    max_exemplars: u32,
}

/// `monitoring/prometheus.yml`.
pub fn artefacts(plan: &Plan) -> Vec<Artefact> {
    let values = &plan.values.prometheus;
    let timeout = shorter(SCRAPE_TIMEOUT, values.scrape_interval);
    let mut external_labels =
        BTreeMap::from([("environment".to_owned(), plan.environment.word().to_owned())]);
    external_labels.extend(values.external_labels.clone());
    let folder = values.rules_folder.trim_end_matches('/');
    let file = File {
        global: Global {
            scrape_interval: values.scrape_interval,
            scrape_timeout: timeout,
            evaluation_interval: plan.values.alert_defaults.evaluation_interval,
            external_labels,
        },
        rule_files: RULE_FILES.map(|name| format!("{folder}/{name}")).to_vec(),
        alerting: told(&values.alertmanagers),
        scrape_configs: scrapes(plan, timeout),
        storage: Storage {
            exemplars: Exemplars {
                max_exemplars: EXEMPLARS,
            },
        },
    };
    let notes = notes(plan);
    let notes: Vec<&str> = notes.iter().map(String::as_str).collect();
    vec![Artefact::yaml(
        plan,
        Set::Prometheus,
        "monitoring/prometheus.yml",
        &notes,
        &file,
    )]
}

/// What is wrong with the values, as far as this file is concerned.
pub fn problems(plan: &Plan, problems: &mut Problems) {
    check::problems(plan, problems);
}

fn shorter(one: Time, other: Time) -> Time {
    if one.0 < other.0 { one } else { other }
}

fn notes(plan: &Plan) -> Vec<String> {
    let values = &plan.values.prometheus;
    let mut notes = vec![
        "Exemplars (the way from a latency to its trace) are kept when Prometheus is started with".to_owned(),
        "--enable-feature=exemplar-storage; it asks for OpenMetrics, which has them, by itself.".to_owned(),
    ];
    if !values.rules_folder.starts_with('/') {
        notes.push("Rule files are looked for from this file's folder.".to_owned());
    }
    if values.alertmanagers.is_empty() {
        notes.push(
            "prometheus.alertmanagers is empty: alerts are shown by Prometheus, and told to nobody."
                .to_owned(),
        );
    }
    if values.in_kubernetes {
        notes.push(
            "Its service account needs `get`, `list` and `watch` for pods in the namespace below.".to_owned(),
        );
        notes.push(
            "The plugin listens on 127.0.0.1 unless server.host says otherwise: pods need 0.0.0.0."
                .to_owned(),
        );
    }
    notes
}

/// The Alertmanagers that alerts are sent to.
fn told(alertmanagers: &[String]) -> Option<Alerting> {
    let static_configs = fixed(alertmanagers.to_vec())?;
    Some(Alerting {
        alertmanagers: vec![Found { static_configs }],
    })
}

/// Targets without labels; `None` for none.
fn fixed(targets: Vec<String>) -> Option<Vec<Targets>> {
    if targets.is_empty() {
        return None;
    }
    Some(vec![Targets {
        targets,
        labels: BTreeMap::new(),
    }])
}

fn scrapes(plan: &Plan, timeout: Time) -> Vec<Scrape> {
    let values = &plan.values.prometheus;
    let others = [
        ("prometheus", vec![values.address.clone()]),
        ("alertmanager", values.alertmanagers.clone()),
    ];
    let others = others.into_iter().filter_map(|(job, targets)| {
        Some(Scrape {
            job_name: job.to_owned(),
            static_configs: fixed(targets)?,
            ..Scrape::default()
        })
    });
    std::iter::once(plugin(plan, timeout)).chain(others).collect()
}

/// The plugin's own job.
fn plugin(plan: &Plan, timeout: Time) -> Scrape {
    let values = &plan.values.prometheus;
    let config = &plan.config;
    let is_tls = config.server.tls.is_on();
    let given = |path: &str| Some(path.to_owned()).filter(|path| !path.is_empty());
    let wants_token = config.access.metrics == MetricsFor::Token;
    let token_file = given(&values.token_file).filter(|_| wants_token);
    let mut scrape = Scrape {
        job_name: plan.values.selectors.job.clone(),
        metrics_path: Some("/metrics"),
        scrape_interval: Some(values.scrape_interval),
        scrape_timeout: Some(timeout),
        scheme: Some(config.server.scheme()),
        authorization: token_file.map(|credentials_file| Authorization {
            r#type: "Bearer",
            credentials_file,
        }),
        tls_config: is_tls.then(|| TlsFiles {
            ca_file: given(&values.ca_file),
            cert_file: given(&values.cert_file),
            key_file: given(&values.key_file),
        }),
        ..Scrape::default()
    };
    if values.version >= 3 {
        // What it would ask for anyway, said so that a general setting of other scrapes does not take exemplars away.
        scrape.scrape_protocols = vec![
            "OpenMetricsText1.0.0",
            "OpenMetricsText0.0.1",
            "PrometheusText0.0.4",
        ];
    }
    let labels = selected(&plan.values.selectors.extra);
    if values.in_kubernetes {
        scrape.kubernetes_sd_configs = vec![Pods {
            role: "pod",
            namespaces: Namespaces {
                names: vec![plan.values.kubernetes.namespace.clone()],
            },
        }];
        scrape.relabel_configs = of_pods(labels);
    } else {
        scrape.static_configs = vec![Targets {
            targets: targets(plan),
            labels,
        }];
    }
    scrape
}

/// Where the plugin is scraped, outside of Kubernetes.
fn targets(plan: &Plan) -> Vec<String> {
    match plan.values.prometheus.targets.as_slice() {
        [] => vec![plan.config.server.reached_at()],
        given => given.to_vec(),
    }
}

/// Keeps the plugin's port of running pods, and names the pod.
fn of_pods(labels: BTreeMap<String, String>) -> Vec<Relabel> {
    let keep = |label, regex| Relabel {
        source_labels: vec![label],
        regex: Some(regex),
        action: "keep",
        ..Relabel::default()
    };
    let name = |label, target: &str| Relabel {
        source_labels: vec![label],
        target_label: Some(target.to_owned()),
        action: "replace",
        ..Relabel::default()
    };
    let mut steps = vec![
        keep(
            "__meta_kubernetes_pod_label_app_kubernetes_io_name",
            "atest-ext-ai",
        ),
        keep("__meta_kubernetes_pod_container_port_name", "metrics"),
        Relabel {
            source_labels: vec!["__meta_kubernetes_pod_phase"],
            regex: Some("Pending|Succeeded|Failed"),
            action: "drop",
            ..Relabel::default()
        },
        name("__meta_kubernetes_namespace", "namespace"),
        name("__meta_kubernetes_pod_name", "pod"),
        name("__meta_kubernetes_pod_node_name", "node"),
    ];
    steps.extend(labels.into_iter().map(|(target, value)| Relabel {
        target_label: Some(target),
        // `$` would name a part of the match.
        replacement: Some(value.replace('$', "$$")),
        action: "replace",
        ..Relabel::default()
    }));
    steps
}

/// The labels that `selectors.extra` asks for with `=`. Series must have them when rules look for them, and the labels of
/// `external_labels` are added only to what leaves Prometheus.
fn selected(matchers: &str) -> BTreeMap<String, String> {
    use promql_parser::label::MatchOp;
    use promql_parser::parser::{Expr, parse};
    let Ok(Expr::VectorSelector(selector)) = parse(&format!("x{{{matchers}}}")) else {
        return BTreeMap::new();
    };
    let exact = selector
        .matchers
        .matchers
        .into_iter()
        .filter(|matcher| matcher.op == MatchOp::Equal);
    exact.map(|matcher| (matcher.name, matcher.value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(matchers: &str) -> Vec<(String, String)> {
        selected(matchers).into_iter().collect()
    }

    #[test]
    fn labels_that_rules_ask_for_are_put_onto_series() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(labels(""), []);
        assert_eq!(
            labels("cluster=\"eu1\", namespace = \"a,b\""),
            [pair("cluster", "eu1"), pair("namespace", "a,b")]
        );
        assert_eq!(labels("a=~\"x=\\\"y.*\",b=\"c\""), [pair("b", "c")]);
        assert_eq!(labels("a!=\"x\",b!~\"y\",c=\"\\\"z\""), [pair("c", "\"z")]);
        assert_eq!(labels("broken=\"x"), []);
    }
}
