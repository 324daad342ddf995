//! Alertmanager's files: amtool takes them, and a real Alertmanager tells the right ones, and nobody else.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::generated::{Generated, content, versions};
use crate::support::http::{send, try_get};
use crate::support::listener::{Got, Listener};
use crate::support::peer::{Peer, in_venv, wanted};
use crate::support::plugin::{PATIENCE, free_address};

const INSTALL: &str = "apt-get install -y --no-install-recommends prometheus-alertmanager";
const CONFIG: &str = "server: {port: 9464}\n";

/// Every way, with all that it needs.
const ALL_WAYS: &str = "
alertDefaults: {dashboardBase: https://grafana.example.org}
receivers:
  default:
    email: {to: 'ops@example.org, Second Team <second@example.org>', from: alerts@example.org, smarthost: 'mail.example.org:587',
            user: alerts, passwordFile: /etc/alertmanager/mail-password}
  critical:
    slack: {channel: '#ops', apiUrlFile: /etc/alertmanager/slack-url}
    pagerduty: {routingKeyFile: /etc/alertmanager/pagerduty-key}
  warning:
    webhook: {url: 'https://hooks.example.org/atest', tokenFile: /etc/alertmanager/hook-token}
  deadMan:
    webhook: {url: 'https://deadman.example.org/ping'}
  maintenance:
  - {weekdays: [saturday, 'monday:friday'], times: ['22:00-24:00', '00:00-04:00'], location: Europe/Berlin}
  - {daysOfMonth: ['1:7', '-1']}
";

/// Values files that must work.
const VARIANTS: [&str; 5] = [
    "{}",
    ALL_WAYS,
    "receivers: {critical: {webhook: {url: 'http://127.0.0.1:9400/'}}}\n",
    "alertDefaults: {maxSeverity: warning}\nreceivers: {warning: {email: {to: a@b, from: c@d, smarthost: 'localhost:25', requireTls: false}}}\n",
    "alerts: {Watchdog: {enabled: false}, PluginDown: {enabled: false}, AtestAiMaintenance: {enabled: false}}\n\
     extraAlerts: [{alert: OwnAlert, expr: 'up == 0', severity: critical, summary: Own.}]\n",
];

#[test]
fn amtool_takes_every_config() {
    for tool in versions("amtool", INSTALL) {
        for values in VARIANTS {
            let files = Generated::with(CONFIG, values);
            let path = files.path("monitoring/alertmanager.yml").display().to_string();
            let said = content(&tool, &["check-config", &path]);
            assert!(said.contains("SUCCESS"), "{said}");
            assert!(said.contains("1 templates"), "{said}");
        }
    }
}

#[test]
fn every_alert_goes_where_the_table_says() {
    for (index, tool) in versions("amtool", INSTALL).iter().enumerate() {
        for values in VARIANTS {
            let files = Generated::with(CONFIG, values);
            let text = files.text("monitoring/alertmanager_routes_test.yml");
            let table: Value = serde_saphyr::from_str(&text).expect("YAML");
            let tests = table["tests"].as_array().expect("a list of tests");
            assert!(tests.len() > 30, "{} tests", tests.len());
            // Routes look at few labels: once with all ways and all alerts, then with one of each kind.
            let mut seen = Vec::new();
            let is_whole = index == 0 && values == ALL_WAYS;
            for test in tests {
                let kind = (&test["labels"]["severity"], &test["receivers"]);
                if is_whole || !seen.contains(&kind) {
                    routed(tool, &files.path("monitoring/alertmanager.yml"), test);
                }
                seen.push(kind);
            }
        }
    }
}

fn routed(tool: &Path, config: &Path, test: &Value) {
    let receivers: Vec<&str> = test["receivers"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let labels = test["labels"].as_object().expect("labels");
    let mut arguments = vec![
        "config".to_owned(),
        "routes".to_owned(),
        "test".to_owned(),
        format!("--config.file={}", config.display()),
        format!("--verify.receivers={}", receivers.join(",")),
    ];
    arguments.extend(
        labels
            .iter()
            .map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default())),
    );
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    content(tool, &arguments);
}

#[test]
fn receivers_that_are_not_there_fall_back_to_the_default_one() {
    let table = |values: &str| {
        let files = Generated::with(CONFIG, values);
        let text = files.text("monitoring/alertmanager_routes_test.yml");
        let table: Value = serde_saphyr::from_str(&text).expect("YAML");
        let tests = table["tests"].as_array().expect("a list of tests").clone();
        move |alert: &str| {
            let found = tests.iter().find(|test| test["labels"]["alertname"] == alert);
            found.map(|test| test["receivers"][0].as_str().unwrap_or_default().to_owned())
        }
    };
    let all = table(ALL_WAYS);
    assert_eq!(all("PluginDown").as_deref(), Some("critical"));
    assert_eq!(all("HighErrorRate").as_deref(), Some("warning"));
    assert_eq!(all("AtestAiFallbackActive").as_deref(), Some("default"));
    assert_eq!(all("Watchdog").as_deref(), Some("deadman"));
    assert_eq!(all("AtestAiMaintenance").as_deref(), Some("nobody"));
    assert_eq!(all("AtestAiErrorBudgetBurnFast").as_deref(), Some("critical"));
    let none = table("{}");
    assert_eq!(none("PluginDown").as_deref(), Some("default"));
    assert_eq!(none("Watchdog").as_deref(), Some("deadman"));
    let capped = table(VARIANTS[3]);
    assert_eq!(capped("PluginDown").as_deref(), Some("warning"));
}

#[test]
fn the_header_says_when_nobody_is_told() {
    let text = |values: &str| Generated::with(CONFIG, values).text("monitoring/alertmanager.yml");
    assert!(text("{}").contains("# NOBODY IS TOLD"));
    assert!(text("{}").contains("receivers.deadMan is not configured"));
    assert!(!text(ALL_WAYS).contains("NOBODY IS TOLD"));
    assert!(!text(ALL_WAYS).contains("deadMan is not configured"));
}

#[test]
fn only_alerts_that_there_are_inhibit() {
    let files = Generated::with(CONFIG, VARIANTS[4]);
    let text = files.text("monitoring/alertmanager.yml");
    for off in [
        "Watchdog",
        "PluginDown",
        "\"AtestAiMaintenance\"",
        "|AtestAiMaintenance|",
    ] {
        let rules = text.split_once("inhibit_rules").map_or("", |(_, rules)| rules);
        assert!(!rules.contains(off), "{off} in {rules}");
    }
}

#[test]
fn messages_are_rendered_from_the_templates() {
    let files = Generated::with(CONFIG, ALL_WAYS);
    let glob = format!(
        "--template.glob={}",
        files.path("monitoring/templates/atest-ai.tmpl").display()
    );
    let data = files.folder().join("data.json");
    std::fs::write(&data, message().to_string()).expect("a file is written");
    let data = format!("--template.data={}", data.display());
    for tool in versions("amtool", INSTALL) {
        let render = |name: &str, kind: &str| {
            let text = format!("--template.text={{{{ template \"atest_ai.{name}\" . }}}}");
            let kind = format!("--template.type={kind}");
            content(&tool, &["template", "render", &glob, &data, &text, &kind])
        };
        let title = render("title", "text");
        assert_eq!(
            title.trim(),
            "[FIRING:1] AtestAiProviderDown openai on a:9090 (production)"
        );
        let text = render("text", "text");
        for words in [
            "FIRING (warning)",
            "The provider <openai> is down",
            "Runbook: https://runbooks/#x",
            "RESOLVED",
            "Silence: http://am",
        ] {
            assert!(text.contains(words), "{words:?} is not in\n{text}");
        }
        let html = render("html", "html");
        assert!(html.contains("The provider &lt;openai&gt; is down"), "{html}");
        assert!(
            html.contains("<a href=\"https://runbooks/#x\">Runbook</a>"),
            "{html}"
        );
        assert!(
            html.contains(
                "<a href=\"http://am/#/silences/new?filter=%7Balertname%3D%22AtestAiProviderDown%22"
            ),
            "{html}"
        );
        let slack = render("slack", "text");
        assert!(slack.contains("(over)"), "{slack}");
        assert_eq!(render("runbook", "text").trim(), "https://runbooks/#x");
        assert_eq!(render("dashboard", "text").trim(), "https://grafana/d/x");
        assert_eq!(render("colour", "text").trim(), "warning");
        assert_eq!(render("pagerduty_severity", "text").trim(), "warning");
        let silence = render("silence", "text");
        assert!(silence.contains("instance%3D%22a%3A9090%22"), "{silence}");
    }
}

/// What Alertmanager gives templates: an alert that fires and one that is over.
fn message() -> Value {
    let labels = json!({
        "alertname": "AtestAiProviderDown", "severity": "warning", "instance": "a:9090", "provider": "openai",
        "environment": "production",
    });
    let annotations = json!({
        "summary": "A provider is down.", "description": "The provider <openai> is down.",
        "runbook_url": "https://runbooks/#x", "dashboard_url": "https://grafana/d/x",
    });
    let alert = |status: &str| {
        json!({
            "status": status, "labels": labels, "annotations": annotations,
            "startsAt": "2026-11-24T17:23:45Z", "endsAt": "2026-11-24T17:30:00Z",
            "generatorURL": "http://prometheus/graph", "fingerprint": "1",
        })
    };
    json!({
        "receiver": "critical", "status": "firing", "alerts": [alert("firing"), alert("resolved")],
        "groupLabels": {"alertname": "AtestAiProviderDown"}, "commonLabels": labels, "commonAnnotations": annotations,
        "externalURL": "http://am",
    })
}

#[test]
fn receivers_without_what_they_need_are_refused() {
    for (values, words) in [
        (
            "receivers: {critical: {slack: {channel: '#ops'}}}",
            &["receivers.critical.slack.apiUrlFile", "is missing"][..],
        ),
        (
            "receivers: {critical: {slack: {apiUrlFile: /etc/slack}}}",
            &["receivers.critical.slack.channel", "is missing"],
        ),
        (
            "receivers: {critical: {slack: {channel: '#ops', apiUrlFile: 'https://hooks.slack.com/services/T0/B0/hunter2'}}}",
            &["is an address, where a file is asked for"],
        ),
        (
            "receivers: {default: {email: {to: ops@example.org}}}",
            &["email.from", "email.smarthost", "mail.example.org:587"],
        ),
        (
            "receivers: {default: {email: {to: ops, from: a@b, smarthost: mail}}}",
            &["\"ops\" is not an e-mail address", "\"mail\" has no port"],
        ),
        (
            "receivers: {default: {email: {to: a@b, from: a@b, smarthost: 'm:25', user: x}}}",
            &["email.passwordFile", "is missing"],
        ),
        (
            "receivers: {warning: {webhook: {}}}",
            &["receivers.warning.webhook.url", "is missing"],
        ),
        (
            "receivers: {warning: {webhook: {url: 'http://x/', urlFile: /x}}}",
            &["is given as well as urlFile"],
        ),
        (
            "receivers: {warning: {webhook: {url: 'https://me:hunter2@x/'}}}",
            &["holds a user or a password"],
        ),
        (
            "receivers: {warning: {webhook: {url: 'https://x/?token=hunter2'}}}",
            &["seems to hold a token"],
        ),
        (
            "receivers: {warning: {webhook: {url: 'x.example.org'}}}",
            &["is not an http or https URL"],
        ),
        (
            "receivers: {critical: {pagerduty: {}}}",
            &["receivers.critical.pagerduty.routingKeyFile", "is missing"],
        ),
        (
            "receivers: {critical: {pagerduty: {routingKeyFile: key}}}",
            &["is not the whole path of a file"],
        ),
        (
            "receivers: {maintenance: [{weekdays: [someday], times: ['22:00-06:00']}]}",
            &[
                "\"someday\" is not a day of the week",
                "give a night as two times",
            ],
        ),
        ("receivers: {critical: {slak: {channel: x}}}", &["slak", "slack"]),
        (
            "receivers: {timing: {groupInterval: 1h, repeatInterval: 1m}}",
            &["repeatInterval", "is shorter than groupInterval"],
        ),
    ] {
        let said = Generated::refused(CONFIG, values);
        for expected in words {
            assert!(said.contains(expected), "{expected:?} is not in\n{said}");
        }
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn the_right_ones_are_told_and_nobody_else() {
    if !wanted(&["prometheus-alertmanager"], INSTALL) {
        return;
    }
    let told = Listener::start(Box::new(|_| (200, String::new())));
    let values = format!(
        "receivers:\n  default: {{webhook: {{url: 'http://{0}/default'}}}}\n  critical: {{webhook: {{url: 'http://{0}/critical'}}}}\n  \
         deadMan: {{webhook: {{url: 'http://{0}/deadman'}}}}\n  \
         timing: {{groupWait: 1s, groupInterval: 1s, repeatInterval: 1h, criticalRepeatInterval: 1h, deadManInterval: 1s}}\n",
        told.address
    );
    let files = Generated::with(CONFIG, &values);
    let alertmanager = Alertmanager::start(&files);
    // Nothing else may be told before it can be inhibited: causes first, as in life, where they fire sooner.
    alertmanager.fire(&[
        alert("PluginDown", "critical", &[("instance", "down:9090")]),
        alert("AtestAiMaintenance", "none", &[("instance", "quiet:9090")]),
        alert("AtestAiAllProvidersDown", "critical", &[("job", "other-job")]),
        alert(
            "AtestAiErrorBudgetBurnFast",
            "critical",
            &[("slo", "availability")],
        ),
        alert("Watchdog", "none", &[]),
    ]);
    arrived(&told, "/critical", "PluginDown", "down:9090");
    alertmanager.fire(&[
        alert("AtestAiQueueSaturated", "warning", &[("instance", "down:9090")]),
        alert("AtestAiQueueSaturated", "warning", &[("instance", "quiet:9090")]),
        alert("AtestAiQueueSaturated", "warning", &[("instance", "busy:9090")]),
        alert(
            "AtestAiProviderDown",
            "warning",
            &[("job", "other-job"), ("instance", "x:1"), ("provider", "openai")],
        ),
        alert(
            "AtestAiErrorBudgetBurnSlow",
            "warning",
            &[("slo", "availability")],
        ),
        alert("AtestAiErrorBudgetBurnSlow", "warning", &[("slo", "latency")]),
    ]);
    arrived(&told, "/default", "AtestAiQueueSaturated", "busy:9090");
    told.wait_for("the burn of another objective", |got| {
        let is_latency = |alert: &Value| alert["labels"]["slo"] == "latency";
        alerts(got, "/default").iter().any(is_latency).then_some(())
    });
    // Twice the sign of life: it goes on.
    told.wait_for("the sign of life", |got| {
        (got.iter().filter(|got| got.path == "/deadman").count() >= 3).then_some(())
    });
    let everything = told.got();
    for (alert, instance) in [
        ("AtestAiQueueSaturated", "down:9090"),
        ("AtestAiQueueSaturated", "quiet:9090"),
        ("AtestAiProviderDown", "x:1"),
    ] {
        for path in ["/default", "/critical", "/deadman"] {
            let is_it = |found: &Value| {
                found["labels"]["alertname"] == alert && found["labels"]["instance"] == instance
            };
            assert!(
                !alerts(&everything, path).iter().any(is_it),
                "{alert} of {instance} was told to {path}"
            );
        }
    }
    let all = || {
        ["/default", "/critical"]
            .into_iter()
            .flat_map(|path| alerts(&everything, path))
    };
    assert!(!all().any(|alert| alert["labels"]["alertname"] == "AtestAiMaintenance"));
    assert!(!all().any(|alert| alert["labels"]["alertname"] == "Watchdog"));
    let slow = |alert: &Value| {
        alert["labels"]["alertname"] == "AtestAiErrorBudgetBurnSlow"
            && alert["labels"]["slo"] == "availability"
    };
    assert!(!all().any(|alert| slow(&alert)));

    // When it is up again, what was hidden is told, and so is that it is up.
    alertmanager.end(&[alert("PluginDown", "critical", &[("instance", "down:9090")])]);
    told.wait_for("that it is up again", |got| {
        let is_over =
            |alert: &Value| alert["labels"]["alertname"] == "PluginDown" && alert["status"] == "resolved";
        alerts(got, "/critical").iter().any(is_over).then_some(())
    });
    arrived(&told, "/default", "AtestAiQueueSaturated", "down:9090");
    // And after maintenance the rest.
    alertmanager.end(&[alert("AtestAiMaintenance", "none", &[("instance", "quiet:9090")])]);
    arrived(&told, "/default", "AtestAiQueueSaturated", "quiet:9090");
}

/// A real mail server gets what is to be told by e-mail, with all that a person needs to act on it.
#[test]
fn a_mail_arrives_with_its_subject_and_its_links() {
    if !wanted(&["prometheus-alertmanager"], INSTALL) {
        return;
    }
    let server = free_address();
    let values = format!(
        "alertDefaults: {{runbookBase: 'https://runbooks.example/ai'}}\n\
         receivers:\n  default: {{email: {{to: 'ops@example.org, second@example.org', from: alerts@example.org, smarthost: '{server}', requireTls: false}}}}\n  \
         timing: {{groupWait: 0s, groupInterval: 1s}}\n"
    );
    let files = Generated::with(CONFIG, &values);
    let log = files.folder().join("mail.log");
    let mut command = Command::new(in_venv("python"));
    command
        .args(["-u", "-m", "aiosmtpd", "-n", "-l", &server.to_string()])
        .args(["-c", "aiosmtpd.handlers.Debugging", "stdout"]);
    let _mail_server = Peer::start(&mut command, &log);
    let alertmanager = Alertmanager::start(&files);
    let mut fired = alert("HighErrorRate", "warning", &[("instance", "a:9090")]);
    fired["annotations"]["runbook_url"] = json!("https://runbooks.example/ai#higherrorrate");
    let mails = |wanted: &[&str]| {
        let started = Instant::now();
        loop {
            let mails = std::fs::read_to_string(&log).unwrap_or_default();
            // Quoted-printable breaks lines, and spells an equals sign.
            let mails = mails.replace("=\n", "").replace("=3D", "=");
            if wanted.iter().all(|words| mails.contains(words)) {
                return;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "{wanted:?} did not arrive:\n{mails}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    alertmanager.fire(&[fired.clone()]);
    mails(&[
        "From: alerts@example.org",
        "To: ops@example.org, second@example.org",
        "Subject: [FIRING",
        "HighErrorRate",
        "Content-Type: text/plain",
        "Content-Type: text/html",
        "https://runbooks.example/ai#higherrorrate",
        "Something.",
    ]);
    alertmanager.end(&[fired]);
    mails(&["Subject: [RESOLVED"]);
}

fn arrived(told: &Listener, path: &str, alert: &str, instance: &str) {
    told.wait_for(&format!("{alert} of {instance} at {path}"), |got| {
        let is_it = |found: &Value| {
            found["labels"]["alertname"] == alert
                && found["labels"]["instance"] == instance
                && found["status"] == "firing"
        };
        alerts(got, path).iter().any(is_it).then_some(())
    });
}

/// All alerts that came to that path.
pub fn alerts(got: &[Got], path: &str) -> Vec<Value> {
    got.iter()
        .filter(|got| got.path == path)
        .flat_map(|got| got.json()["alerts"].as_array().cloned().unwrap_or_default())
        .collect()
}

/// An alert as Prometheus would send it.
fn alert(name: &str, severity: &str, labels: &[(&str, &str)]) -> Value {
    let mut all = json!({
        "alertname": name, "severity": severity, "component": "atest-ext-ai", "environment": "production", "job": "atest-ai-plugin",
    });
    for (name, value) in labels {
        all[*name] = json!(value);
    }
    json!({ "labels": all, "annotations": {"summary": "Something."} })
}

/// A running Alertmanager.
pub struct Alertmanager {
    /// Where it listens.
    pub address: SocketAddr,
    _running: Peer,
}

impl Alertmanager {
    fn start(files: &Generated) -> Alertmanager {
        Alertmanager::start_at(free_address(), files)
    }

    /// With the generated config, at that address.
    pub fn start_at(address: SocketAddr, files: &Generated) -> Alertmanager {
        let log = files.folder().join("alertmanager.log");
        let mut command = Command::new("prometheus-alertmanager");
        command
            .arg(format!(
                "--config.file={}",
                files.path("monitoring/alertmanager.yml").display()
            ))
            .arg(format!(
                "--storage.path={}",
                files.folder().join("alertmanager").display()
            ))
            .arg(format!("--web.listen-address={address}"))
            .arg("--cluster.listen-address=");
        let running = Peer::start(&mut command, &log);
        let started = Instant::now();
        while try_get(address, "/-/ready").is_none_or(|reply| reply.status != 200) {
            let log = std::fs::read_to_string(&log).unwrap_or_default();
            assert!(started.elapsed() < PATIENCE, "Alertmanager did not start:\n{log}");
            std::thread::sleep(Duration::from_millis(50));
        }
        Alertmanager {
            address,
            _running: running,
        }
    }

    fn fire(&self, alerts: &[Value]) {
        let headers = [("Content-Type", "application/json")];
        let body = Value::from(alerts.to_vec()).to_string();
        let reply = send(self.address, "POST", "/api/v2/alerts", &headers, body.as_bytes());
        assert_eq!(reply.status, 200, "{}", reply.text());
    }

    /// Says that they are over.
    fn end(&self, alerts: &[Value]) {
        let now = jiff::Timestamp::now();
        let ended = alerts.iter().map(|alert| {
            let mut alert = alert.clone();
            let earlier = now - jiff::SignedDuration::from_secs(1);
            alert["startsAt"] = json!((now - jiff::SignedDuration::from_secs(60)).to_string());
            alert["endsAt"] = json!(earlier.to_string());
            alert
        });
        self.fire(&ended.collect::<Vec<_>>());
    }
}
