//! Kubernetes' objects: the schemas of several versions take them, selectors find the pods, an overlay gives what the generator
//! writes with those values, and the chart gives what kustomize gives.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::generated::{Generated, content};
use crate::support::peer::{beside_venv, in_venv, wanted};

const INSTALL: &str = "make peers";

/// Everything, in every form.
fn whole() -> Generated {
    Generated::with_options("", "{}", &["--format", "operator,kustomize,helm"])
}

/// What a program says when it is content, without what it warns of.
fn output(program: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success(),
        "{} {arguments:?}: {said}",
        program.display()
    );
    String::from_utf8(output.stdout).expect("a text")
}

/// The objects of a text with several documents, by kind and name.
fn objects(text: &str) -> BTreeMap<String, Value> {
    let all: Vec<Value> = serde_saphyr::from_multiple(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let all = all.into_iter().filter(|object| !object.is_null());
    all.map(|object| {
        let name = format!(
            "{} {}",
            object["kind"].as_str().unwrap_or("?"),
            object["metadata"]["name"].as_str().unwrap_or("?")
        );
        (name, object)
    })
    .collect()
}

/// The plain files, in the order of the guide and then the others.
fn plain(files: &Generated) -> Vec<PathBuf> {
    let names = files.files().into_iter().map(|(name, _)| name);
    let is_plain = |name: &String| {
        let rest = name.strip_prefix("k8s/");
        rest.is_some_and(|rest| !rest.contains('/') && rest != "kustomization.yaml")
    };
    names.filter(is_plain).map(|name| files.path(&name)).collect()
}

fn overlays(files: &Generated) -> Vec<String> {
    let names = files.files().into_iter().filter_map(|(name, _)| {
        let folder = name.strip_suffix("/kustomization.yaml")?;
        folder.starts_with("deploy/kustomize/").then(|| folder.to_owned())
    });
    names.collect()
}

fn validate(version: &str, path: &Path) {
    let path = path.display().to_string();
    content(
        &in_venv("kubernetes-validate"),
        &["--strict", "-k", version, &path],
    );
}

/// Writes the objects that Kubernetes itself knows into a file.
fn without_custom(folder: &Path, text: &str) -> PathBuf {
    let all = objects(text).into_values();
    let known = all.filter(|object| {
        let version = object["apiVersion"].as_str().unwrap_or_default();
        !["monitoring.coreos.com", "keda.sh", "external-secrets.io"]
            .iter()
            .any(|group| version.starts_with(group))
    });
    let texts: Vec<String> = known.map(|object| object.to_string()).collect();
    let path = folder.join("known.yaml");
    std::fs::write(&path, texts.join("\n---\n")).expect("a file is written");
    path
}

#[test]
fn schemas_of_several_versions_take_the_guides_files() {
    if !wanted(&[], INSTALL) {
        return;
    }
    let files = whole();
    for name in [
        "namespace",
        "configmap",
        "secret",
        "rbac",
        "pvc",
        "deployment",
        "service",
        "hpa",
    ] {
        assert!(
            files.has(&format!("k8s/{name}.yaml")),
            "{name} of the guide is not there"
        );
    }
    for path in plain(&files) {
        for version in ["1.28", "1.30", "1.37"] {
            validate(version, &path);
        }
    }
    let options = ["--k8s-version", "1.25", "--set", "kubernetes.form=container"];
    let older = Generated::with_options("", "{}", &options);
    let alone = Generated::with(
        "",
        "kubernetes: {version: '1.25', form: standalone, autoscaling: {enabled: false, minReplicas: 3}}",
    );
    for (files, version) in [
        (&older, "1.25"),
        (&older, "1.28"),
        (&older, "1.37"),
        (&alone, "1.25"),
        (&alone, "1.37"),
    ] {
        for path in plain(files) {
            validate(version, &path);
        }
    }
}

#[test]
fn a_version_that_knows_no_native_sidecars_is_refused_for_them() {
    let said = Generated::refused_with("", "{}", &["--k8s-version", "1.27"]);
    assert!(
        said.contains("kubernetes.form") && said.contains("from Kubernetes 1.29 on"),
        "{said}"
    );
    let newer = Generated::with_options("", "kubernetes: {version: '1.29'}", &["--k8s-version", "v1.33"]);
    assert!(newer.text("k8s/pdb.yaml").contains("unhealthyPodEvictionPolicy"));
}

/// A misspelt key is found: the check is one.
#[test]
fn the_schemas_find_a_misspelt_key() {
    if !wanted(&[], INSTALL) {
        return;
    }
    let files = whole();
    let path = files.path("k8s/deployment.yaml");
    let text = files
        .text("k8s/deployment.yaml")
        .replace("livenessProbe", "livnessProbe");
    std::fs::write(&path, text).expect("a file is written");
    let said = Command::new(in_venv("kubernetes-validate"))
        .arg("--strict")
        .arg(&path)
        .output()
        .expect("it runs");
    assert!(!said.status.success());
}

#[test]
fn every_overlay_is_built_and_valid() {
    if !wanted(&[], INSTALL) {
        return;
    }
    let files = whole();
    let overlays = overlays(&files);
    assert_eq!(overlays.len(), 11, "{overlays:?}");
    for overlay in overlays {
        let text = output(
            &in_venv("kubectl"),
            &["kustomize", &files.path(&overlay).display().to_string()],
        );
        let path = without_custom(files.folder(), &text);
        validate("1.37", &path);
        selectors_find_the_pods(&objects(&text));
    }
}

/// Everything that selects the pods selects these.
fn selectors_find_the_pods(objects: &BTreeMap<String, Value>) {
    let pods = &objects["Deployment atest-ai-plugin"]["spec"]["template"]["metadata"]["labels"];
    let mut count = 0;
    for (name, object) in objects {
        let spec = &object["spec"];
        let selector = match object["kind"].as_str() {
            Some("Service") => &spec["selector"],
            Some("Deployment" | "PodDisruptionBudget") => &spec["selector"]["matchLabels"],
            Some("NetworkPolicy") => &spec["podSelector"]["matchLabels"],
            Some("ServiceMonitor") => {
                // It looks for the Service, by the same labels.
                let wanted = spec["selector"]["matchLabels"].as_object().expect("labels");
                let service = &objects["Service atest-ai-plugin-service"]["metadata"]["labels"];
                assert!(
                    wanted.iter().all(|(key, value)| service[key] == *value),
                    "{name}: {wanted:?}"
                );
                let port = &spec["endpoints"][0]["port"];
                let ports = objects["Service atest-ai-plugin-service"]["spec"]["ports"]
                    .as_array()
                    .expect("ports");
                assert!(ports.iter().any(|known| known["name"] == *port), "{name}: {port}");
                continue;
            }
            _ => continue,
        };
        let selector = selector
            .as_object()
            .unwrap_or_else(|| panic!("{name} selects nothing"));
        assert!(!selector.is_empty(), "{name} selects everything");
        assert!(
            selector.iter().all(|(key, value)| pods[key] == *value),
            "{name}: {selector:?}"
        );
        count += 1;
    }
    assert_eq!(count, 4, "{:?}", objects.keys());
}

/// An overlay is the difference to the base; put onto it, there is what the generator writes with those values.
#[test]
fn an_overlay_gives_what_the_generator_writes_with_those_values() {
    if !wanted(&[], INSTALL) {
        return;
    }
    let files = whole();
    for (overlay, values) in [
        ("container", "kubernetes: {form: container}"),
        ("standalone", "kubernetes: {form: standalone}"),
        ("minimum", "kubernetes: {size: minimum}"),
        ("high-load", "kubernetes: {size: highLoad}"),
        (
            "staging",
            "kubernetes: {autoscaling: {minReplicas: 1, maxReplicas: 4}, environment: {ATEST_EXT_AI_ENVIRONMENT: staging}}",
        ),
    ] {
        let folder = files.path(&format!("deploy/kustomize/{overlay}"));
        let built = objects(&output(
            &in_venv("kubectl"),
            &["kustomize", &folder.display().to_string()],
        ));
        let direct = Generated::with("", values);
        let texts: Vec<String> = plain(&direct)
            .iter()
            .map(|path| std::fs::read_to_string(path).expect("a text"))
            .collect();
        let direct = objects(&texts.join("\n---\n"));
        assert_eq!(
            built.keys().collect::<Vec<_>>(),
            direct.keys().collect::<Vec<_>>(),
            "{overlay}"
        );
        for (name, object) in &built {
            assert_eq!(unordered(object), unordered(&direct[name]), "{overlay}: {name}");
        }
    }
}

/// Variables in the order of their names, for their order says nothing.
fn unordered(object: &Value) -> Value {
    let mut object = object.clone();
    for list in ["initContainers", "containers"] {
        let containers = object.pointer_mut(&format!("/spec/template/spec/{list}"));
        for container in containers.and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(all) = container.get_mut("env").and_then(Value::as_array_mut) {
                all.sort_by_key(|variable| variable["name"].to_string());
            }
        }
    }
    object
}

#[test]
fn the_chart_gives_what_kustomize_gives() {
    if !wanted(&[], INSTALL) {
        return;
    }
    let helm = beside_venv("helm/helm");
    assert!(helm.is_file(), "there is no helm; install it with: {INSTALL}");
    let files = whole();
    let chart = files.path("k8s/chart").display().to_string();
    content(&helm, &["lint", "--strict", &chart]);
    for environment in ["development", "staging", "production"] {
        let values = files
            .path(&format!("k8s/chart/values-{environment}.yaml"))
            .display()
            .to_string();
        content(&helm, &["lint", "--strict", &chart, "-f", &values]);
        let of_helm = output(
            &helm,
            &[
                "template",
                "atest-ai-plugin",
                &chart,
                "-n",
                "atest-system",
                "-f",
                &values,
            ],
        );
        let overlay = files
            .path(&format!("deploy/kustomize/{environment}"))
            .display()
            .to_string();
        let mut of_kustomize = objects(&output(&in_venv("kubectl"), &["kustomize", &overlay]));
        // Helm makes the namespace itself, with --create-namespace.
        of_kustomize.remove("Namespace atest-system");
        let mut of_helm = objects(&of_helm);
        for object in of_helm.values_mut() {
            let labels = object["metadata"]["labels"].as_object_mut().expect("labels");
            assert_eq!(labels.remove("app.kubernetes.io/managed-by"), Some("Helm".into()));
            assert!(labels.remove("helm.sh/chart").is_some());
        }
        assert_eq!(
            of_helm.keys().collect::<Vec<_>>(),
            of_kustomize.keys().collect::<Vec<_>>()
        );
        for (name, object) in &of_helm {
            assert_eq!(object, &of_kustomize[name], "{environment}: {name}");
        }
    }
    let more = [
        "--set",
        "operator.enabled=true,autoscaling.enabled=false,secret.create=false,nodeSelector.disk=ssd",
    ];
    let all = [&["template", "x", chart.as_str(), "-n", "other"][..], &more].concat();
    let built = objects(&output(&helm, &all));
    assert_eq!(built["Deployment atest-ai-plugin"]["spec"]["replicas"], 2);
    assert_eq!(
        built["Deployment atest-ai-plugin"]["spec"]["template"]["spec"]["nodeSelector"]["disk"],
        "ssd"
    );
    assert_eq!(
        built["Deployment atest-ai-plugin"]["metadata"]["namespace"],
        "other"
    );
    assert!(
        !built.contains_key("Secret atest-ai-secrets")
            && !built.contains_key("HorizontalPodAutoscaler atest-ai-plugin-hpa")
    );
    // What is Prometheus' to fill in has come through Helm as it was.
    let written = objects(&files.text("k8s/operator/prometheusrule.yaml"));
    let name = "PrometheusRule atest-ai-plugin";
    assert_eq!(built[name]["spec"], written[name]["spec"]);
    let wrong = Command::new(&helm)
        .args(["template", "x", &chart, "--set", "autoscaling.minReplicas=many"])
        .output()
        .expect("helm runs");
    assert!(
        !wrong.status.success(),
        "the schema of the values refuses nothing"
    );
}

/// Asks the types of the operator's definitions about objects, one JSON a line.
const LOOK: &str = "
import { readFileSync } from 'node:fs';
const kinds = {};
for (const version of ['v1', 'v1alpha1']) {
  kinds[version] = await import(`@kubernetes-models/prometheus-operator/monitoring.coreos.com/${version}`);
}
for (const line of readFileSync(process.argv[1], 'utf8').trim().split('\\n')) {
  const object = JSON.parse(line);
  const Kind = kinds[object.apiVersion.split('/')[1]][object.kind];
  new Kind(object).validate();
  console.log(object.kind);
}
";

/// Receivers of every kind.
const TOLD: &str = "
alertDefaults: {dashboardBase: https://grafana.example.org}
kubernetes: {monitorLabels: {release: prometheus}}
receivers:
  default: {email: {to: ops@example.org, from: alerts@example.org, smarthost: 'mail.example.org:587', user: alerts, passwordFile: /etc/alertmanager/mail-password}}
  critical: {slack: {channel: '#ops', apiUrlFile: /etc/alertmanager/slack-url}, pagerduty: {routingKeyFile: /etc/alertmanager/pagerduty-key}}
  warning: {webhook: {url: 'https://hooks.example.org/atest', tokenFile: /etc/alertmanager/hook-token}}
  deadMan: {webhook: {urlFile: /etc/alertmanager/dead-man-url}}
  maintenance: [{weekdays: [saturday, 'monday:friday'], times: ['22:00-24:00']}, {daysOfMonth: ['1:7', '-1']}]
";

#[test]
fn the_operators_own_types_take_rules_monitors_and_receivers() {
    if !wanted(&["node"], INSTALL) {
        return;
    }
    let config = "server: {tls: {cert_file: FOLDER/both.pem, key_file: FOLDER/both.pem}}\naccess: {metrics: token, tokens: {scraper: {token: '${METRICS:-0123456789abcdef0123456789abcdef}', scopes: [metrics]}}}\n";
    for (config, values) in [("", "{}"), ("", TOLD), (config, TOLD)] {
        let files = Generated::with_options(config, values, &["--format", "operator"]);
        let names = [
            "prometheusrule",
            "servicemonitor",
            "podmonitor",
            "alertmanagerconfig",
        ];
        let objects = names.map(|name| {
            let object: Value =
                serde_saphyr::from_str(&files.text(&format!("k8s/operator/{name}.yaml"))).expect("YAML");
            object.to_string()
        });
        let path = files.folder().join("objects.jsonl");
        std::fs::write(&path, objects.join("\n")).expect("a file is written");
        let output = Command::new("node")
            .current_dir(beside_venv("dashboard-types"))
            .args(["--input-type=module", "--eval", LOOK])
            .arg(&path)
            .output()
            .expect("node runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{values}: {said}");
        assert_eq!(output.stdout.iter().filter(|byte| **byte == b'\n').count(), 4);
    }
}

/// What checkov asks for and is not done, and why.
const NOT_DONE: [(&str, &str); 3] = [
    (
        "CKV_K8S_43",
        "a digest is known once there is a release: image.digest of the values",
    ),
    (
        "CKV_K8S_15",
        "the tag is a version and never moves, so that asking the registry at each start is one thing more to fail",
    ),
    (
        "CKV_K8S_22",
        "atest keeps its samples among its image's files; the plugin's own root is read-only",
    ),
];

#[test]
fn nothing_is_careless_but_what_is_explained() {
    if !wanted(&[], INSTALL) {
        return;
    }
    let checkov = beside_venv("checkov/bin/checkov");
    assert!(
        checkov.is_file(),
        "there is no checkov; install it with: {INSTALL}"
    );
    let careless = |values: &str| {
        let files = Generated::with("", values);
        let folder = files.path("k8s").display().to_string();
        let output = Command::new(&checkov)
            .args([
                "--framework",
                "kubernetes",
                "--compact",
                "--quiet",
                "--skip-download",
                "-o",
                "json",
                "-d",
                &folder,
            ])
            .output()
            .expect("checkov runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let found: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
        assert!(
            found["summary"]["passed"].as_i64() > Some(80),
            "{}",
            found["summary"]
        );
        let failed = found["results"]["failed_checks"]
            .as_array()
            .expect("a list")
            .clone();
        let mut failed: Vec<String> = failed
            .iter()
            .map(|check| check["check_id"].as_str().unwrap_or("?").to_owned())
            .collect();
        failed.sort();
        failed.dedup();
        failed
    };
    let mut explained = NOT_DONE.map(|(check, _)| check);
    explained.sort_unstable();
    assert_eq!(careless("{}"), explained);
    assert_eq!(
        careless("kubernetes: {form: standalone}"),
        ["CKV_K8S_15", "CKV_K8S_43"]
    );
    let digest = format!(
        "image: {{digest: 'sha256:{}'}}\nkubernetes: {{form: standalone}}",
        "0".repeat(64)
    );
    assert!(careless(&digest).is_empty());
}

#[test]
fn the_dockerfile_is_as_it_should_be() {
    if !wanted(&[], INSTALL) {
        return;
    }
    // What it does not follow is explained in it.
    content(&in_venv("hadolint"), &["packaging/Dockerfile"]);
}

/// A token of the pod's account is there for Vault alone, and the way to Vault is open.
#[test]
fn a_token_is_mounted_for_vault_and_for_nothing_else() {
    let config = "secrets:\n  vault:\n    enabled: true\n    address: https://vault.example.com:8200\n    auth_method: kubernetes\n    \
                  role: atest-ai-plugin\n    mount_path: secret/atest-ai\n    mappings: [{vault_path: openai/api_key, env_var: OPENAI_API_KEY}]\n";
    let tokens = |files: &Generated| {
        files
            .text("k8s/deployment.yaml")
            .matches("serviceAccountToken:")
            .count()
    };
    let with = Generated::with(config, "kubernetes: {vaultAudience: vault}");
    assert_eq!(tokens(&with), 1);
    assert!(with.text("k8s/networkpolicy.yaml").contains("port: 8200"));
    let without = Generated::with("", "{}");
    assert_eq!(tokens(&without), 0);
    for files in [&with, &without] {
        assert!(
            files
                .text("k8s/deployment.yaml")
                .contains("automountServiceAccountToken: false")
        );
    }
}

#[test]
fn the_guides_command_sets_the_image() {
    if !wanted(&[], INSTALL) {
        return;
    }
    for form in ["native", "container", "standalone"] {
        let files = Generated::with("", &format!("kubernetes: {{form: {form}, version: '1.29'}}"));
        let path = files.path("k8s/deployment.yaml").display().to_string();
        let image = "atest-ai-plugin=registry.example/atest-ext-ai:v9";
        let set = output(
            &in_venv("kubectl"),
            &["set", "image", "-f", &path, image, "--local", "-o", "yaml"],
        );
        assert_eq!(
            set.matches("registry.example/atest-ext-ai:v9").count(),
            1,
            "{form}: {set}"
        );
    }
}

/// Whoever may read a ConfigMap reads the config: one that holds a secret becomes none.
#[test]
fn a_config_with_a_secret_in_it_becomes_no_config_map() {
    let config = "ai:\n  services:\n    openai:\n      api_key: sk-planted-0123456789\n      model: m\n";
    let files = Generated::with(config, "{}");
    assert!(!files.has("k8s/configmap.yaml") && files.has("alerts/alerts.yml"));
    let all = files.files();
    assert!(all.iter().all(|(_, text)| !text.contains("planted")));
    let refused = Generated::refused_with(config, "{}", &["--only", "k8s"]);
    assert!(
        refused.contains("line 4") && refused.contains("ai.services.openai.api_key"),
        "{refused}"
    );
    assert!(!refused.contains("planted"), "{refused}");
    let named = config.replace("sk-planted-0123456789", "${OPENAI_API_KEY:-}");
    assert!(
        Generated::with(&named, "{}")
            .text("k8s/configmap.yaml")
            .contains("${OPENAI_API_KEY:-}")
    );
}
