//! The command itself: what it says, what it refuses, and that it leaves nothing half-written.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use super::rules::alert_names;
use crate::support::generated::{Generated, said};

fn generate(arguments: &[&str]) -> Output {
    let folder = TempDir::new().expect("a folder");
    let config = folder.path().join("config.yaml");
    fs::write(&config, "plugin: {environment: production}\n").expect("a config is written");
    Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
        .arg("--config")
        .arg(&config)
        .arg("generate-monitoring")
        .args(arguments)
        .env_clear()
        .output()
        .expect("the program runs")
}

fn refused(arguments: &[&str], code: i32) -> String {
    let output = generate(arguments);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    said
}

fn told(arguments: &[&str]) -> String {
    let output = generate(arguments);
    let said = said(&output);
    assert!(output.status.success(), "{arguments:?}: {said}");
    said
}

fn out(folder: &TempDir) -> String {
    folder.path().join("out").display().to_string()
}

/// Paths and texts of all files below a folder.
fn all(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => folders.push(path),
                false => found.push((path.display().to_string(), fs::read(&path).expect("a file"))),
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_alert_is_explained() {
    let whole = told(&["--explain", "all"]);
    for name in alert_names() {
        let text = told(&["--explain", &name]);
        for part in ["severity", "threshold", "expression", "panel", "runbook", "Do:"] {
            assert!(text.contains(part), "{name} says nothing of its {part}:\n{text}");
        }
        assert!(whole.contains(&format!("{name}: ")), "{name}");
    }
    for name in ["AtestAiErrorBudgetBurnFast", "AtestAiErrorBudgetBurnSlow"] {
        let text = told(&["--explain", name]);
        assert!(
            text.contains("availability over ") && text.contains("objective: built-in"),
            "{text}"
        );
    }
    let changed = told(&[
        "--explain",
        "HighErrorRate",
        "--set",
        "alerts.HighErrorRate.threshold=0.25",
    ]);
    assert!(changed.contains("0.25 = 25 % (command line --set)"), "{changed}");
    assert!(refused(&["--explain", "HighErorRate"], 2).contains("did you mean HighErrorRate?"));
}

#[test]
fn what_is_written_is_the_same_each_time_and_checked_to_the_letter() {
    let folder = TempDir::new().expect("a folder");
    let out = out(&folder);
    told(&["--out", &out]);
    let first = all(Path::new(&out));
    assert!(told(&["--out", &out]).contains("0 files written"));
    assert_eq!(first, all(Path::new(&out)));
    told(&["--out", &out, "--check"]);
    let rules = Path::new(&out).join("alerts/alerts.yml");
    let text = fs::read_to_string(&rules).expect("rules");
    fs::write(&rules, text.replace("for: 1m", "for: 9m")).expect("a slip");
    let said = refused(&["--out", &out, "--check"], 3);
    assert!(
        said.contains("-    for: 9m") && said.contains("+    for: 1m"),
        "{said}"
    );
    assert!(said.contains("alerts/alerts.yml (different)"), "{said}");
    assert!(told(&["--out", &out, "--diff"]).contains("+    for: 1m"));
    fs::remove_file(&rules).expect("it is removed");
    assert!(refused(&["--out", &out, "--check"], 3).contains("alerts/alerts.yml (not there)"));
    told(&["--out", &out]);
    assert_eq!(first, all(Path::new(&out)));
}

#[test]
fn what_is_not_made_any_more_is_found_and_removed() {
    let folder = TempDir::new().expect("a folder");
    let out = out(&folder);
    told(&["--out", &out]);
    let off = [
        "--out",
        &out,
        "--set",
        "alerts.AtestAiCacheHitRatioLow.enabled=false",
    ];
    let check: Vec<&str> = off.iter().copied().chain(["--check"]).collect();
    let stale = "alerts/tests/AtestAiCacheHitRatioLow.yml";
    assert!(refused(&check, 3).contains(&format!("{stale} (not made any more)")));
    assert!(told(&off).contains(&format!("removed {stale}")));
    told(&check);
    // One that somebody changed is left, and said.
    told(&["--out", &out]);
    let path = Path::new(&out).join(stale);
    fs::write(&path, "mine\n").expect("a change");
    assert!(told(&off).contains("somebody changed it, so it was left"));
    assert_eq!(fs::read_to_string(&path).expect("it is there"), "mine\n");
}

#[test]
fn a_foreign_file_is_never_overwritten() {
    let folder = TempDir::new().expect("a folder");
    let out = out(&folder);
    let mine = Path::new(&out).join("monitoring/prometheus.yml");
    fs::create_dir_all(mine.parent().expect("a folder")).expect("folders");
    fs::write(&mine, "global: {}\n").expect("a file of mine");
    let before = all(Path::new(&out));
    let said = refused(&["--out", &out], 1);
    assert!(
        said.contains("prometheus.yml is there and was not written by this program")
            && said.contains("--force"),
        "{said}"
    );
    assert_eq!(before, all(Path::new(&out)), "something was written all the same");
    told(&["--out", &out, "--force"]);
    told(&["--out", &out, "--check"]);
}

#[test]
fn only_some_sets_leave_the_others_alone() {
    let folder = TempDir::new().expect("a folder");
    let out = out(&folder);
    told(&["--out", &out, "--only", "rules,runbooks"]);
    let names: Vec<String> = all(Path::new(&out)).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), 5, "{names:?}");
    told(&["--out", &out, "--only", "rules,runbooks", "--check"]);
    assert!(refused(&["--out", &out, "--check"], 3).contains("(not there)"));
    told(&["--out", &out]);
    told(&["--out", &out, "--only", "tests", "--check"]);
    told(&["--out", &out, "--check"]);
    assert!(refused(&["--out", &out, "--only", "dashbords"], 2).contains("possible values"));
}

#[test]
fn a_folder_that_cannot_be_written_is_said() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("a file");
    let inside = file.join("out").display().to_string();
    let said = refused(&["--out", &inside], 1);
    assert!(
        said.contains("nothing was written") && said.contains("must be a folder"),
        "{said}"
    );
}

/// In a mount namespace of its own: a disk of 64 KiB, and one that is read-only.
#[test]
fn a_full_or_read_only_disk_leaves_nothing_half_written() {
    let folder = TempDir::new().expect("a folder");
    let config = folder.path().join("config.yaml");
    fs::write(&config, "plugin: {environment: production}\n").expect("a config");
    let script = r#"
set -e
mkdir "$1/disk" && mount -t tmpfs -o size=$3 tmpfs "$1/disk"
[ "$4" = ro ] && mount -o remount,ro "$1/disk"
set +e
"$2" --config "$1/config.yaml" generate-monitoring --out "$1/disk/out"
echo "code $?"
find "$1/disk" -mindepth 1 | sed 's/^/THERE: /'
"#;
    for (size, mode, words) in [("64k", "rw", "Make room"), ("8m", "ro", "that may be written")] {
        let _ = fs::remove_dir(folder.path().join("disk"));
        let output = Command::new("unshare")
            .args(["--mount", "--map-root-user", "bash", "-c", script, "bash"])
            .arg(folder.path())
            .arg(env!("CARGO_BIN_EXE_atest-ext-ai"))
            .args([size, mode])
            .output()
            .expect("unshare runs");
        let said = said(&output);
        assert!(said.contains("code 1"), "{said}");
        assert!(
            said.contains(words) && said.contains("nothing was written"),
            "{said}"
        );
        assert!(!said.contains("THERE: "), "{said}");
    }
}

#[test]
fn wrong_values_are_named_with_their_place() {
    for (values, words) in [
        (
            "alerts: {HighErorRate: {threshold: 0.1}}",
            vec!["alerts.HighErorRate", "did you mean `alerts.HighErrorRate`?"],
        ),
        (
            "alerts: {HighErrorRate: {treshold: 0.1}}",
            vec!["did you mean `alerts.HighErrorRate.threshold`?"],
        ),
        ("alerts: {HighErrorRate: {threshold: lots}}", vec!["not a number"]),
        (
            "alerts: {HighErrorRate: {threshold: 5}}",
            vec!["must be at most 0.99"],
        ),
        ("alerts: {HighErrorRate: {for: 5}}", vec!["needs a unit"]),
        (
            "alerts: {HighErrorRate: {severity: fatal}}",
            vec!["not one of", "critical"],
        ),
        (
            "alerts: {PluginDown: {threshold: 1}}",
            vec!["there is no such setting in `alerts.PluginDown`"],
        ),
        (
            "alerts: {HighErrorRate: {window: 20s}}",
            vec!["shorter than two scrapes"],
        ),
        (
            "alerts: {HighErrorRate: {annotations: {note: '{{ nonsense }}'}}}",
            vec!["nothing that Prometheus can fill in"],
        ),
        (
            "alerts: {HighErrorRate: {labels: {severity: x}}}",
            vec!["generator's own"],
        ),
        (
            "slos: {availability: {objective: 90}}",
            vec!["could never fire", "objective must be over 93.056 %"],
        ),
        (
            "slos: {availability: {objective: 100}}",
            vec!["must be at most 99.999"],
        ),
        (
            "slos: {latency: {threshold: 9}}",
            vec!["between two bounds", "take one of"],
        ),
        (
            "selectors: {extra: 'cluster=eu1'}",
            vec!["not matchers of PromQL"],
        ),
        (
            "alertDefaults: {runbookBase: runbooks.example}",
            vec!["begin it with https://"],
        ),
        (
            "extraAlerts: [{alert: A b, expr: up, summary: x}]",
            vec!["not a name for an alert"],
        ),
        (
            "extraAlerts: [{alert: Mine, expr: 'sum(', summary: x}]",
            vec!["not PromQL"],
        ),
        (
            "extraAlerts: [{alert: Mine, expr: 'atest_ai_request_total > 1', summary: x}]",
            vec!["did you mean atest_ai_requests_total?"],
        ),
        (
            "extraAlerts: [{alert: PluginDown, expr: 'up == 0', summary: x}]",
            vec!["already"],
        ),
        (
            "extraAlerts: [{alert: Mine, expr: 'up == 0'}]",
            vec!["must be given"],
        ),
        ("dashboards: {path: dashboards}", vec!["not a whole path"]),
        ("dashboards: {refresh: 1s}", vec!["dashboards.refresh", "5s"]),
        ("dashboards: {range: 1y}", vec!["dashboards.range"]),
        ("dashboards: {tags: [a, a]}", vec!["dashboards.tags[1]", "twice"]),
        (
            "kubernetes: {namespace: Atest_System}",
            vec!["not a name that Kubernetes takes"],
        ),
        (
            "kubernetes: {version: 1.20}",
            vec!["kubernetes.version", "1.25 is the oldest"],
        ),
        (
            "kubernetes: {version: '1.27'}",
            vec!["kubernetes.form", "from Kubernetes 1.29 on"],
        ),
        (
            "kubernetes: {form: sidecar}",
            vec!["kubernetes.form", "not one of"],
        ),
        (
            "kubernetes: {autoscaling: {minReplicas: 9, maxReplicas: 3}}",
            vec!["maxReplicas", "at least 9"],
        ),
        (
            "kubernetes: {resources: {memoryLimit: 4 GB}}",
            vec!["kubernetes.resources.memoryLimit", "4Gi"],
        ),
        ("balancer: {http: []}", vec!["balancer.http", "names no plugin"]),
        (
            "balancer: {http: ['http://a:1', b, '127.0.0.1:9092']}",
            vec!["balancer.http[0]", "is a URL", "balancer.http[1]", "has no port"],
        ),
        (
            "balancer: {http: ['a:1', 'A:1', 'c:1']}",
            vec!["balancer.http[1]", "is the same place as balancer.http[0]"],
        ),
        (
            "balancer: {http: ['localhost:9090', 'b:1', 'c:1']}",
            vec!["balancer.bind", "is the same place as balancer.http[0]"],
        ),
        (
            "balancer: {http: ['a\"b:1', 'b:1', 'c:1']}",
            vec!["balancer.http[0]", "no name of a host"],
        ),
        (
            "balancer: {grpc: ['/run/a.sock']}",
            vec!["balancer.grpc", "has 1 places where balancer.http has 3"],
        ),
        (
            "balancer: {grpc: ['/run/a b', '/run/1', '/run/1']}",
            vec![
                "balancer.grpc[0]",
                "no path for a socket",
                "balancer.grpc[2]",
                "twice",
            ],
        ),
        (
            "balancer: {bind: 'balancer:9090', statsBind: 9}",
            vec!["balancer.bind", "names no IP address", "balancer.statsBind"],
        ),
        (
            "balancer: {bind: '127.0.0.1:7000', grpcBind: '*:7000'}",
            vec!["balancer.grpcBind", "is the same place as balancer.bind"],
        ),
        (
            "balancer: {caFile: ca.crt}",
            vec!["balancer.caFile", "not a whole path"],
        ),
        ("nonsense: 1", vec!["there is no such section"]),
        ("alerts: [", vec!["not valid YAML"]),
    ] {
        let said = Generated::refused("", values);
        assert!(said.contains("values.yaml"), "{values}: {said}");
        for word in words {
            assert!(said.contains(word), "{values}: {word:?} is not said: {said}");
        }
    }
}

#[test]
fn wrong_use_is_named() {
    assert!(refused(&[], 2).contains("--out DIR"));
    assert!(refused(&["--list", "--env", "prod"], 2).contains("did you mean production?"));
    assert!(refused(&["--list", "--values", "/nowhere.yaml"], 2).contains("there is no such file"));
    assert!(refused(&["--list", "--values", "/"], 2).contains("is a folder"));
    assert!(refused(&["--list", "--set", "alerts"], 2).contains("KEY=VALUE"));
    assert!(refused(&["--list", "--set", "a..b=1"], 2).contains("dots between"));
    assert!(refused(&["--live", "http://127.0.0.1:1"], 2).contains("--via"));
    let no_plugin = refused(
        &["--live", "http://127.0.0.1:1", "--via", "http://127.0.0.1:1"],
        1,
    );
    assert!(no_plugin.contains("the plugin cannot be asked"), "{no_plugin}");
}

#[test]
fn own_alerts_and_changes_arrive_in_the_rules() {
    let files = Generated::with(
        "",
        "alertDefaults: {team: payments, labels: {tier: gold}, dashboardBase: 'https://grafana.example'}\n\
         alerts:\n  MemoryUsageHigh: {threshold: 0.9, for: 10m, severity: critical, annotations: {chat: '#qa'}}\n  AtestAiCacheHitRatioLow: {enabled: false}\n\
         extraAlerts:\n- {alert: CheckoutFails, expr: 'rate(atest_ai_requests_total{status=\"error\"}[5m]) > 1', for: 2m, severity: critical, summary: Checkout fails.}\n",
    );
    let rules: serde_json::Value = serde_saphyr::from_str(&files.text("alerts/alerts.yml")).expect("YAML");
    let find = |name: &str| {
        let groups = rules["groups"].as_array().expect("groups").iter();
        let mut rules = groups.flat_map(|group| group["rules"].as_array().expect("rules"));
        rules.find(|rule| rule["alert"] == name).cloned()
    };
    let memory = find("MemoryUsageHigh").expect("it is on");
    assert!(memory["expr"].as_str().expect("PromQL").ends_with("> 0.9"));
    assert_eq!(
        (memory["for"].as_str(), memory["labels"]["severity"].as_str()),
        (Some("10m"), Some("critical"))
    );
    assert_eq!(
        (
            memory["labels"]["team"].as_str(),
            memory["labels"]["tier"].as_str()
        ),
        (Some("payments"), Some("gold"))
    );
    assert_eq!(memory["annotations"]["chat"], "#qa");
    assert!(
        memory["annotations"]["description"]
            .as_str()
            .expect("a text")
            .contains("more than 90 %")
    );
    assert!(
        memory["annotations"]["dashboard_url"]
            .as_str()
            .expect("a link")
            .starts_with("https://grafana.example/d/")
    );
    assert!(find("AtestAiCacheHitRatioLow").is_none());
    assert_eq!(find("CheckoutFails").expect("it is there")["for"], "2m");
}

/// A key that the config holds, and one of the environment.
#[test]
fn no_secret_is_written() {
    let config = "ai: {services: {openai: {api_key: sk-planted-0123456789}}, default_service: openai}\n\
         access: {tokens: {operator: {token: planted-token-0123456789abcdef, scopes: [admin]}}}\n";
    let files = Generated::with(config, "{}");
    for (name, text) in files.files() {
        assert!(!text.contains("planted"), "{name} holds a secret");
        assert!(
            !text.contains(&files.folder().display().to_string()),
            "{name} holds a path of this machine"
        );
    }
}
