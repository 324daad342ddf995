//! Prometheus' config: promtool takes it, a real Prometheus runs with it.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::generated::{Generated, content, said, versions};
use crate::support::http::try_get;
use crate::support::peer::{Peer, wanted};
use crate::support::plugin::{PATIENCE, Plugin, free_address};

const INSTALL: &str = "apt-get install -y --no-install-recommends prometheus";

const CHEAP_CONFIG: &str = "server: {port: 9464}\n";

/// Config and values, and what the file then must say.
const VARIANTS: [(&str, &str, &[&str]); 5] = [
    (
        CHEAP_CONFIG,
        "{}",
        &["127.0.0.1:9464", "../alerts/slo.yml", "environment: production"],
    ),
    (
        "server: {host: 0.0.0.0, tls: {cert_file: FOLDER/both.pem, key_file: FOLDER/both.pem, client_ca_file: FOLDER/both.pem, client_auth: required}}\n\
         access: {metrics: token, tokens: {scraper: {token: planted-token-0123456789, scopes: [metrics]}}}\n",
        "prometheus: {targets: ['plugin-1:9090', 'plugin-2:9090'], tokenFile: FOLDER/both.pem, caFile: FOLDER/both.pem, \
         certFile: FOLDER/both.pem, keyFile: FOLDER/both.pem}\n",
        &["scheme: https", "plugin-2:9090", "credentials_file", "cert_file"],
    ),
    (
        CHEAP_CONFIG,
        "prometheus: {inKubernetes: true}\nkubernetes: {namespace: elsewhere}\n",
        &["kubernetes_sd_configs", "elsewhere", "regex: metrics"],
    ),
    (
        CHEAP_CONFIG,
        "selectors: {job: other-job, extra: 'cluster=\"eu1\"'}\nprometheus: {scrapeInterval: 5s, externalLabels: {region: eu}}\n",
        &[
            "job_name: other-job",
            "cluster: eu1",
            "scrape_timeout: 5s",
            "region: eu",
        ],
    ),
    (
        CHEAP_CONFIG,
        "prometheus: {alertmanagers: []}\n",
        &["told to nobody"],
    ),
];

#[test]
fn promtool_takes_every_config() {
    let tools = versions("promtool", INSTALL);
    for (config, values, expected) in VARIANTS {
        let files = Generated::with(config, values);
        let text = files.text("monitoring/prometheus.yml");
        assert!(!text.contains("planted-token"), "{text}");
        for words in expected {
            assert!(text.contains(words), "{words:?} is not in\n{text}");
        }
        for tool in &tools {
            let said = checked(tool, &files);
            assert!(!said.contains("WARNING"), "{said}");
        }
    }
}

/// What promtool says of the config. Debian builds it without Kubernetes: such a one looks at everything else.
#[allow(clippy::print_stderr, reason = "a skipped test must be seen")]
fn checked(tool: &Path, files: &Generated) -> String {
    let path = files.path("monitoring/prometheus.yml");
    let check = |path: &Path| {
        Command::new(tool)
            .args(["check", "config"])
            .arg(path)
            .output()
            .expect("promtool runs")
    };
    let output = check(&path);
    if output.status.success() {
        return said(&output);
    }
    let said_first = said(&output);
    let unknown: Vec<&str> = said_first
        .lines()
        .filter(|line| line.contains("not found in type"))
        .collect();
    assert!(
        matches!(unknown.as_slice(), [one] if one.contains("field kubernetes_sd_configs not found")),
        "{}:\n{said_first}",
        tool.display()
    );
    eprintln!(
        "SKIPPED for {}: it knows no kubernetes_sd_configs",
        tool.display()
    );
    let mut config: Value = serde_saphyr::from_str(&files.text("monitoring/prometheus.yml")).expect("YAML");
    for scrape in config["scrape_configs"].as_array_mut().expect("scrapes") {
        scrape
            .as_object_mut()
            .expect("a scrape")
            .remove("kubernetes_sd_configs");
    }
    let without = path.with_file_name("without-kubernetes.yml");
    fs::write(&without, config.to_string()).expect("a file is written");
    content(tool, &["check", "config", &without.display().to_string()])
}

#[test]
fn settings_that_prometheus_2_may_not_know_are_written_for_3() {
    let of = |version: u8| {
        let values = format!("prometheus: {{version: {version}}}\n");
        Generated::with(CHEAP_CONFIG, &values)
    };
    assert!(
        !of(2)
            .text("monitoring/prometheus.yml")
            .contains("scrape_protocols")
    );
    let newer = of(3);
    assert!(
        newer
            .text("monitoring/prometheus.yml")
            .contains("OpenMetricsText1.0.0")
    );
    // The system's own is of version 2.42, which does not know the setting; 2.49 does.
    for tool in versions("promtool", INSTALL).iter().skip(1) {
        let path = newer.path("monitoring/prometheus.yml");
        content(tool, &["check", "config", &path.display().to_string()]);
    }
}

#[test]
fn prometheus_with_the_generated_config_scrapes_the_plugin_and_loads_every_rule() {
    if !wanted(&["prometheus"], INSTALL) {
        return;
    }
    let plugin = Plugin::start("");
    let own = free_address();
    let values = format!(
        "alertDefaults: {{evaluationInterval: 5s}}\n\
         prometheus: {{targets: ['{}'], address: '{own}', alertmanagers: ['127.0.0.1:9'], scrapeInterval: 1s}}\n",
        plugin.http
    );
    let files = Generated::with("", &values);
    let log = files.folder().join("prometheus.log");
    let _running = start(own, &files);

    let targets = asked(own, "/api/v1/targets", &log, |reply| {
        let targets = reply["data"]["activeTargets"].as_array()?;
        let up = |job: &str| {
            let of_job = |target: &&Value| target["labels"]["job"] == job && target["health"] == "up";
            targets.iter().find(of_job).cloned()
        };
        Some((up("atest-ai-plugin")?, up("prometheus")?))
    });
    assert_eq!(targets.0["scrapeUrl"], format!("http://{}/metrics", plugin.http));
    asked(own, "/api/v1/alertmanagers", &log, |reply| {
        let active = reply["data"]["activeAlertmanagers"].as_array()?;
        (active.len() == 1).then_some(())
    });
    let rules = asked(own, "/api/v1/rules", &log, |reply| {
        let groups = reply["data"]["groups"].as_array()?;
        // Budgets are looked at every five minutes.
        let often = groups
            .iter()
            .filter(|group| group["interval"].as_f64() <= Some(10.0));
        let rules: Vec<Value> = often
            .flat_map(|group| group["rules"].as_array().cloned().unwrap_or_default())
            .collect();
        let is_evaluated = |rule: &Value| rule["health"] != "unknown";
        (rules.len() > 40 && rules.iter().all(is_evaluated)).then_some(rules)
    });
    for rule in &rules {
        assert_eq!(rule["health"], "ok", "{rule:#}");
    }
    for name in [
        "PluginDown",
        "HighErrorRate",
        "LowConfidenceQueries",
        "MemoryUsageHigh",
    ] {
        assert!(
            rules.iter().any(|rule| rule["name"] == name),
            "{name} is not loaded"
        );
    }
}

/// A real Prometheus with the generated config, at that address.
pub fn start(address: std::net::SocketAddr, files: &Generated) -> Peer {
    let mut command = Command::new("prometheus");
    command
        .arg(format!(
            "--config.file={}",
            files.path("monitoring/prometheus.yml").display()
        ))
        .arg(format!(
            "--storage.tsdb.path={}",
            files.folder().join("tsdb").display()
        ))
        .arg(format!("--web.listen-address={address}"))
        .arg("--enable-feature=exemplar-storage")
        // What fires before Alertmanager was found is told again after this time, a minute otherwise.
        .arg("--rules.alert.resend-delay=1s");
    Peer::start(&mut command, &files.folder().join("prometheus.log"))
}

/// What Prometheus answers, once it is as expected.
pub fn asked<T>(
    address: std::net::SocketAddr,
    path: &str,
    log: &Path,
    look: impl Fn(&Value) -> Option<T>,
) -> T {
    let started = Instant::now();
    let mut last = String::new();
    while started.elapsed() < PATIENCE {
        if let Some(reply) = try_get(address, path).filter(|reply| reply.status == 200) {
            if let Some(found) = look(&reply.json()) {
                return found;
            }
            last = reply.text();
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let log = fs::read_to_string(log).unwrap_or_default();
    panic!("{path} never was as expected; last: {last}\n{log}");
}

#[test]
fn targets_that_cannot_be_meant_are_refused() {
    for (config, values, words) in [
        (
            "",
            "prometheus: {address: 'localhost:9090'}",
            &["prometheus.address", "Prometheus would scrape itself", "9091"][..],
        ),
        (
            "",
            "prometheus: {targets: ['plugin:9090', 'plugin:9093'], alertmanagers: ['plugin:9093']}",
            &["prometheus.alertmanagers", "the plugin's listener as well"],
        ),
        (
            "",
            "prometheus: {targets: ['http://plugin:9090/metrics']}",
            &["prometheus.targets", "is a URL"],
        ),
        ("", "prometheus: {targets: [plugin]}", &["has no port"]),
        (
            "access: {metrics: token, tokens: {scraper: {token: planted-token-0123456789, scopes: [metrics]}}}",
            "prometheus: {targets: ['plugin:9090']}",
            &["prometheus.tokenFile", "scope metrics"],
        ),
    ] {
        let said = Generated::refused(config, values);
        for expected in words {
            assert!(said.contains(expected), "{expected:?} is not in\n{said}");
        }
    }
}
