//! The whole of it: the real plugin, a real Prometheus that scrapes it with the generated config and rules, a real
//! Alertmanager, and somebody who is told.
#![allow(clippy::disallowed_methods, reason = "tests need no names for their tasks")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::alertmanager::{Alertmanager, alerts};
use super::prometheus::{asked, start};
use crate::support::fake_provider::{FakeProvider, Script, openai_sse};
use crate::support::generated::{Generated, said};
use crate::support::http::{self, Reply, send};
use crate::support::listener::Listener;
use crate::support::openbao::OpenBao;
use crate::support::peer::wanted;
use crate::support::plugin::{PATIENCE, Plugin, free_address};

const INSTALL: &str = "apt-get install -y --no-install-recommends prometheus prometheus-alertmanager";

const DDL: &str = "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(40), active BOOLEAN);";

const GOOD: &str = r#"{"sql": "SELECT name\nFROM users\nWHERE active = TRUE", "explanation": "Names of active users.",
 "tables": ["users"], "assumptions": [], "answerable": true, "clarification": null}"#;

/// SQL that names what the schema does not have.
const BAD: &str = r#"{"sql": "SELECT nothing FROM nowhere", "explanation": "Nothing.",
 "tables": ["nowhere"], "assumptions": [], "answerable": true, "clarification": null}"#;

fn ask(plugin: &Plugin, question: &str, more: Value) -> Reply {
    let mut parameters = json!({"prompt": question, "database_type": "mysql", "schema_ddl": DDL});
    for (name, value) in more.as_object().expect("an object") {
        parameters[name] = value.clone();
    }
    let body = json!({"type": "ai", "key": "generate", "sql": parameters.to_string()});
    http::query(plugin.http, &body)
}

/// A provider that does what the question says.
async fn provider() -> FakeProvider {
    FakeProvider::start(|request| {
        if request.method == "GET" {
            return Script::json(200, r#"{"data":[{"id":"gpt-4o-mini"}]}"#);
        }
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let answer = match &body {
            body if body.contains("key is refused") => {
                Script::json(401, r#"{"error":{"message":"no","code":"invalid_api_key"}}"#)
            }
            body if body.contains("breaks") => Script::json(500, "{}"),
            body if body.contains("too often") => Script::json(
                429,
                r#"{"error":{"message":"slow down","code":"rate_limit_exceeded"}}"#,
            ),
            body if body.contains("nowhere") => openai_sse(BAD),
            body if body.contains("once") && request.number % 2 == 0 => {
                Script::json(503, "{}").header("retry-after", "0")
            }
            // In pieces, so that there is a speed.
            _ => openai_sse(GOOD).spread(4, Duration::from_millis(50)),
        };
        answer
            .header("x-ratelimit-limit-requests", "100")
            .header("x-ratelimit-remaining-requests", "60")
            .header("x-ratelimit-limit-tokens", "10000")
            .header("x-ratelimit-remaining-tokens", "6000")
    })
    .await
}

/// Mixed traffic until it is told to stop.
fn traffic(
    plugin: &Arc<Plugin>,
    config: &str,
    is_over: &Arc<AtomicBool>,
) -> Vec<std::thread::JoinHandle<()>> {
    let lanes = (0..2).map(|lane| {
        let (plugin, is_over) = (Arc::clone(plugin), Arc::clone(is_over));
        let config = config.to_owned();
        std::thread::spawn(move || {
            for number in 0_usize.. {
                if is_over.load(Ordering::Relaxed) {
                    return;
                }
                // Somebody changes the config, and looks at where memory is.
                if lane == 0 && number % 20 == 0 {
                    let day = format!("day: {}", 100 + number);
                    let text = plugin.config_text(&config.replace("day: 100", &day));
                    fs::write(plugin.config_file(), text).expect("the config is changed");
                    let reply = send(plugin.http, "GET", "/debug/pprof/heap", &[], b"");
                    assert_eq!(reply.status, 200, "{}", reply.text());
                }
                let question = match number % 10 {
                    0 | 1 => "names of active users".to_owned(),
                    2 => format!("names of users {number} in lane {lane}, which breaks"),
                    3 => format!("names of users {number} in lane {lane}, whose key is refused"),
                    4 => format!("names of users {number} in lane {lane}, asked too often"),
                    5 => format!("names of users {number} in lane {lane} from nowhere"),
                    6 => format!("names of users {number} in lane {lane}, not at once"),
                    7 => "delete all users".to_owned(),
                    _ => format!("names of the {number} active users in lane {lane}"),
                };
                let more = match number % 10 {
                    8 => json!({"provider": "builtin"}),
                    // Of the database, which has to take the answer.
                    9 => json!({"provider": "builtin", "schema_ddl": "", "database_type": "sqlite"}),
                    _ => json!({}),
                };
                ask(&plugin, &question, more);
                std::thread::sleep(Duration::from_millis(60));
            }
        })
    });
    lanes.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_panel_and_every_rule_has_data() {
    if !wanted(&["prometheus"], INSTALL) {
        return;
    }
    let provider = provider().await;
    let database = tempfile::tempdir().expect("a folder for the database");
    let made = Command::new("python3")
        .args([
            "-c",
            "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])",
        ])
        .arg(database.path().join("users.sqlite"))
        .arg(DDL)
        .status();
    assert!(made.expect("python3 runs").success());
    let config = format!(
        "ai:\n  default_service: openai\n  health_check_interval: 1s\n  fallback_order: [spare]\n  budget: {{day: 100, month: 1000}}\n  retry: {{initial_delay: 10ms}}\n  \
         circuit_breaker: {{enabled: true, failure_threshold: 1000}}\n  services:\n    openai: {{endpoint: '{0}/v1', api_key: sk-test-0123456789, model: gpt-4o-mini}}\n    \
         spare: {{provider: custom, endpoint: '{0}/v1', model: gpt-4o-mini}}\n\
         performance: {{cache: {{min_confidence: 0}}}}\ndatabases: {{default: {{path: '{1}'}}}}\n",
        provider.url(),
        database.path().join("users.sqlite").display()
    );
    let plugin = Arc::new(Plugin::start(&config));
    let own = free_address();
    let values = format!(
        "alertDefaults: {{evaluationInterval: 1s}}\nprometheus: {{targets: ['{}'], address: '{own}', alertmanagers: [], scrapeInterval: 1s}}\n",
        plugin.http
    );
    let files = Generated::with(&config, &values);
    let _prometheus = start(own, &files);
    let is_over = Arc::new(AtomicBool::new(false));
    let lanes = traffic(&plugin, &config, &is_over);
    let started = Instant::now();
    let (code, text) = loop {
        let found = look(&files, &plugin, own);
        if found.0 == Some(0) || started.elapsed() > 2 * PATIENCE {
            break found;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    };
    is_over.store(true, Ordering::Relaxed);
    for lane in lanes {
        lane.join().expect("the lane ends");
    }
    assert_eq!(code, Some(0), "{text}");
    let line = text
        .lines()
        .find(|line| line.contains("queries have data"))
        .expect("a sum");
    let numbers: Vec<usize> = line
        .split(' ')
        .filter_map(|word| word.trim_matches(',').parse().ok())
        .collect();
    let [filled, all, excused] = numbers[..] else {
        panic!("{line}");
    };
    assert!(filled > 100, "{text}");
    for panel in ["Config reloads", "Profiles"] {
        let is_empty = text.contains(&format!("fleet: {panel}"));
        assert!(!is_empty, "{panel} is empty although it happened:\n{text}");
    }
    assert!(excused * 10 <= all, "more than a tenth is empty:\n{text}");
}

/// What is empty without a certificate is not with one, which Prometheus has to trust.
#[test]
fn a_certificate_fills_its_panel_and_nears_its_alert() {
    if !wanted(&["prometheus"], INSTALL) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut about = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("names");
    let soon = std::time::SystemTime::now() + Duration::from_secs(48 * 3_600);
    about.not_after = soon.into();
    let key = rcgen::KeyPair::generate().expect("a key");
    let made = about.self_signed(&key).expect("a certificate");
    let put = |name: &str, text: String| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file is written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a mode is set");
        path.display().to_string()
    };
    let (cert, key) = (put("tls.crt", made.pem()), put("tls.key", key.serialize_pem()));
    let config = format!("server:\n  tls: {{cert_file: {cert}, key_file: {key}}}\n");
    let plugin = Plugin::start(&config);
    let own = free_address();
    let values = format!(
        "alertDefaults: {{evaluationInterval: 1s}}\nalerts: {{AtestAiCertificateExpiringSoon: {{for: 0s}}}}\n\
         prometheus: {{targets: ['{}'], address: '{own}', alertmanagers: [], scrapeInterval: 1s, caFile: {cert}}}\n",
        plugin.http
    );
    let files = Generated::with(&config, &values);
    let log = files.folder().join("prometheus.log");
    let _prometheus = start(own, &files);
    // It ends in two days: sooner than three, later than one.
    asked(
        own,
        "/api/v1/query?query=atest_ai_tls_cert_expiry_timestamp_seconds-time()",
        &log,
        |reply| {
            let left: f64 = reply["data"]["result"][0]["value"][1].as_str()?.parse().ok()?;
            (86_400.0..259_200.0).contains(&left).then_some(())
        },
    );
    fires(own, &log, "AtestAiCertificateExpiringSoon", true);
}

/// What is empty without Vault is not with one: a secret that ends and a sign-in that ends are drawn and told, and so is a
/// Vault that is sealed.
#[test]
fn vault_fills_its_panels_and_nears_its_alerts() {
    if !wanted(&["prometheus"], INSTALL) {
        return;
    }
    let Some(bao) = OpenBao::start() else { return };
    // The secret is deleted in three hours.
    bao.run(&[
        "kv",
        "metadata",
        "put",
        "-delete-version-after=3h",
        "secret/atest-ai/openai",
    ]);
    bao.put("secret/atest-ai/openai", "api_key=sk-0123456789");
    bao.let_read("sidecar", "secret/data/atest-ai");
    // A sign-in that ends in some minutes and cannot be renewed.
    let token = bao.token("sidecar", &["-ttl=200s", "-renewable=false"]);
    let config = format!(
        "ai: {{default_service: openai, services: {{openai: {{endpoint: 'http://127.0.0.1:9/v1', model: m, api_key: '${{OPENAI_API_KEY}}'}}}}}}\n\
         secrets:\n  vault:\n    enabled: true\n    address: {}\n    auth_method: token\n    token: {token}\n    mount_path: secret/atest-ai\n    \
         refresh_interval: 1s\n    timeout: 2s\n    mappings: [{{vault_path: openai/api_key, env_var: OPENAI_API_KEY}}]\n",
        bao.url
    );
    let plugin = Plugin::start(&config);
    let own = free_address();
    let values = format!(
        "alertDefaults: {{evaluationInterval: 1s}}\n\
         alerts: {{AtestAiVaultTokenExpiring: {{for: 0s}}, AtestAiSecretExpiring: {{for: 0s}}, AtestAiVaultDown: {{for: 0s}}}}\n\
         prometheus: {{targets: ['{}'], address: '{own}', alertmanagers: [], scrapeInterval: 1s}}\n",
        plugin.http
    );
    let files = Generated::with(&config, &values);
    let log = files.folder().join("prometheus.log");
    let _prometheus = start(own, &files);
    let fires = |alert: &str, is_firing: bool| fires(own, &log, alert, is_firing);
    fires("AtestAiVaultTokenExpiring", true);
    fires("AtestAiSecretExpiring", true);
    let places = [
        "fleet: Secrets",
        "fleet: Vault",
        "alert AtestAiSecretExpiring",
        "alert AtestAiVaultTokenExpiring",
        "alert AtestAiVaultDown",
    ];
    let started = Instant::now();
    loop {
        let (_, said) = look(&files, &plugin, own);
        let mut empty = said.lines().filter(|line| line.starts_with("empty, "));
        let Some(line) = empty.find(|line| places.iter().any(|place| line.ends_with(place))) else {
            break;
        };
        // The queries are asked for the last whole second, in which there may have been no scrape yet.
        assert!(started.elapsed() < PATIENCE, "{line}:\n{said}");
    }
    bao.seal();
    fires("AtestAiVaultDown", true);
    bao.unseal();
    fires("AtestAiVaultDown", false);
}

/// Answers as a plugin of another version does.
const OLDER: &str = "# TYPE atest_ai_build_info gauge\n\
    atest_ai_build_info{version=\"0.0.1\",commit=\"none\",rustc=\"1.0\"} 1\n";

/// A plugin of another version than the rules is told, and so is one that nobody knows of any more.
#[test]
fn another_version_is_told_and_so_is_a_target_that_is_gone() {
    if !wanted(&["prometheus"], INSTALL) {
        return;
    }
    let plugin = Listener::start(Box::new(|_| (200, OLDER.to_owned())));
    let own = free_address();
    let values = format!(
        "alertDefaults: {{evaluationInterval: 1s}}\n\
         alerts: {{AtestAiRulesOutdated: {{for: 0s}}, AtestAiAbsent: {{for: 0s}}}}\n\
         prometheus: {{targets: ['{}'], address: '{own}', alertmanagers: [], scrapeInterval: 1s}}\n",
        plugin.address
    );
    let files = Generated::with("", &values);
    let log = files.folder().join("prometheus.log");
    let path = files.path("monitoring/prometheus.yml");
    let text = fs::read_to_string(&path).expect("a config");
    // Whoever keeps the list of targets has lost this one.
    let mut config: Value = serde_saphyr::from_str(&text).expect("YAML");
    assert_eq!(config["scrape_configs"][0]["job_name"], "atest-ai-plugin");
    config["scrape_configs"][0]["static_configs"] = json!([]);
    fs::write(&path, config.to_string()).expect("a config");
    let prometheus = start(own, &files);
    fires(own, &log, "AtestAiAbsent", true);
    drop(prometheus);
    fs::write(&path, text).expect("a config");
    let _again = start(own, &files);
    fires(own, &log, "AtestAiRulesOutdated", true);
}

/// Waits until Prometheus says that an alert fires, or that none of that name does.
fn fires(prometheus: std::net::SocketAddr, log: &std::path::Path, alert: &str, is_firing: bool) {
    asked(prometheus, "/api/v1/alerts", log, |reply| {
        let all = reply["data"]["alerts"].as_array()?;
        let is_it = |found: &Value| found["labels"]["alertname"] == alert && found["state"] == "firing";
        (all.iter().any(is_it) == is_firing).then_some(())
    });
}

/// Asks the generated queries of a Prometheus that scrapes the plugin: the exit code, and what was said.
fn look(files: &Generated, plugin: &Plugin, prometheus: std::net::SocketAddr) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
        .arg("--config")
        .arg(files.folder().join("config.yaml"))
        .args(["generate-monitoring", "--env", "production", "--values"])
        .arg(files.folder().join("values.yaml"))
        .args(["--live", &format!("http://{}", plugin.http)])
        .args(["--via", &format!("http://{prometheus}")])
        .env("OPENAI_API_KEY", "is-not-used")
        .output()
        .expect("the program runs");
    (output.status.code(), said(&output))
}

/// The conversation of a day with whoever is on call.
struct Watch {
    plugin: Plugin,
    told: Listener,
    prometheus: std::net::SocketAddr,
    log: std::path::PathBuf,
    asked: AtomicUsize,
}

impl Watch {
    /// Asks so many questions, so far apart, of which each tenth fails.
    fn ask_with_failures(&self, count: usize, apart: Duration) {
        for number in 0..count {
            let turn = self.asked.fetch_add(1, Ordering::Relaxed);
            let question = match number % 10 {
                4 => format!("names of users {turn}, which breaks"),
                _ => format!("names of the {turn} active users"),
            };
            ask(&self.plugin, &question, json!({}));
            std::thread::sleep(apart);
        }
    }

    fn ask(&self, question: &str) {
        let turn = self.asked.fetch_add(1, Ordering::Relaxed);
        ask(&self.plugin, &format!("{question} {turn}"), json!({}));
    }

    /// All that was told of an alert.
    fn told_of(&self, alert: &str) -> Vec<Value> {
        let got = self.told.got();
        let all = ["/critical", "/default"]
            .into_iter()
            .flat_map(|path| alerts(&got, path));
        all.filter(|found| found["labels"]["alertname"] == alert)
            .collect()
    }

    /// Goes on doing something until an alert was told in that state.
    fn until(&self, alert: &str, status: &str, meanwhile: impl Fn()) -> Value {
        let started = Instant::now();
        loop {
            if let Some(found) = self
                .told_of(alert)
                .into_iter()
                .find(|found| found["status"] == status)
            {
                return found;
            }
            assert!(
                started.elapsed() < 2 * PATIENCE,
                "{alert} was never told as {status}: {:?}\n{}",
                self.told
                    .got()
                    .iter()
                    .map(|got| (&got.path, &got.body))
                    .collect::<Vec<_>>(),
                fs::read_to_string(&self.log).unwrap_or_default()
            );
            meanwhile();
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Waits until Prometheus itself says that an alert fires.
    fn fires(&self, alert: &str, provider: Option<&str>) {
        asked(self.prometheus, "/api/v1/alerts", &self.log, |reply| {
            let all = reply["data"]["alerts"].as_array()?;
            let is_it = |found: &&Value| {
                let labels = &found["labels"];
                let is_of = provider.is_none_or(|provider| labels["provider"] == provider);
                labels["alertname"] == alert && is_of && found["state"] == "firing"
            };
            all.iter().find(is_it).map(|_| ())
        });
    }
}

/// Seconds between two evaluations here.
const EVALUATION: u64 = 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_on_call() {
    if !wanted(&["prometheus", "prometheus-alertmanager"], INSTALL) {
        return;
    }
    let provider = provider().await;
    let is_dead = Arc::new(AtomicBool::new(false));
    let spare = {
        let is_dead = Arc::clone(&is_dead);
        FakeProvider::start(move |_| match is_dead.load(Ordering::Relaxed) {
            true => Script::raw(""),
            false => Script::json(200, r#"{"data":[{"id":"m"}]}"#),
        })
        .await
    };
    let config = format!(
        "ai:\n  default_service: openai\n  health_check_interval: 1s\n  retry: {{enabled: false}}\n  circuit_breaker: {{enabled: false}}\n  services:\n    \
         builtin: {{enabled: false}}\n    openai: {{endpoint: '{}/v1', api_key: sk-test-0123456789, model: gpt-4o-mini}}\n    \
         spare: {{provider: custom, endpoint: '{}/v1', model: m}}\n",
        provider.url(),
        spare.url()
    );
    let told = Listener::start(Box::new(|_| (200, String::new())));
    let (own, router) = (free_address(), free_address());
    let plugin = Plugin::start(&config);
    // Production's objective and factor; spans of seconds in place of hours. Twenty questions in twenty seconds are day.
    let values = format!(
        "alertDefaults: {{evaluationInterval: {EVALUATION}s}}\n\
         prometheus: {{targets: ['{}'], address: '{own}', alertmanagers: ['{router}'], scrapeInterval: 1s}}\n\
         alerts:\n  AtestAiProviderAuthFailing: {{window: 10s, threshold: 0, keepFiringFor: 0s}}\n  AtestAiProviderDown: {{for: 4s}}\n  PluginDown: {{for: 0s}}\n\
         slos:\n  period: 1h\n  latency: {{enabled: false}}\n  availability: {{minEventsPerHour: 3600, windows: [{{factor: 14.4, long: 20s, short: 6s, for: 0s, severity: critical}}]}}\n\
         receivers:\n  default: {{webhook: {{url: 'http://{1}/default'}}}}\n  critical: {{webhook: {{url: 'http://{1}/critical'}}}}\n  \
         deadMan: {{webhook: {{url: 'http://{1}/deadman'}}}}\n  \
         timing: {{groupWait: 0s, groupInterval: 1s, repeatInterval: 1h, criticalRepeatInterval: 1h, deadManInterval: 1s}}\n",
        plugin.http, told.address
    );
    let files = Generated::with(&config, &values);
    let _alertmanager = Alertmanager::start_at(router, &files);
    let _prometheus = start(own, &files);
    let watch = Watch {
        plugin,
        told,
        prometheus: own,
        log: files.folder().join("prometheus.log"),
        asked: AtomicUsize::new(0),
    };
    tokio::task::block_in_place(|| {
        night(&watch);
        day(&watch);
        outage(&watch);
        maintenance(&watch, &is_dead);
    });
}

/// Nothing happens, then one of ten questions fails, seldom: nobody is told, and the sign of life goes on.
fn night(watch: &Watch) {
    watch.told.wait_for("the sign of life", |got| {
        (got.iter().filter(|got| got.path == "/deadman").count() >= 2).then_some(())
    });
    std::thread::sleep(Duration::from_secs(8));
    let disturbed = |watch: &Watch| {
        let got = watch.told.got();
        got.into_iter()
            .filter(|got| got.path != "/deadman")
            .map(|got| got.body)
            .collect::<Vec<_>>()
    };
    assert!(
        disturbed(watch).is_empty(),
        "an idle night: {:?}",
        disturbed(watch)
    );
    watch.ask_with_failures(10, Duration::from_millis(2_200));
    assert!(
        disturbed(watch).is_empty(),
        "a failure at night: {:?}",
        disturbed(watch)
    );
}

/// The same share by day burns the budget; once all is well again, that is told as well.
fn day(watch: &Watch) {
    let page = watch.until("AtestAiErrorBudgetBurnFast", "firing", || {
        watch.ask_with_failures(10, Duration::from_millis(20));
    });
    assert_eq!(page["labels"]["slo"], "availability");
    assert!(
        page["annotations"]["runbook_url"]
            .as_str()
            .expect("a link")
            .ends_with("#atestaierrorbudgetburnfast")
    );
    watch.until("AtestAiErrorBudgetBurnFast", "resolved", || {
        watch.ask("names of active users")
    });
}

/// The provider refuses the key: somebody is paged within two evaluations, and told when it is over.
fn outage(watch: &Watch) {
    let broken = jiff::Timestamp::now();
    let page = watch.until("AtestAiProviderAuthFailing", "firing", || {
        watch.ask("users, whose key is refused")
    });
    let began: jiff::Timestamp = page["startsAt"]
        .as_str()
        .expect("a time")
        .parse()
        .expect("a time");
    let waited = began.duration_since(broken);
    assert!(
        waited <= jiff::SignedDuration::from_secs(2 * EVALUATION as i64),
        "it was noticed after {waited}, later than two evaluations"
    );
    assert_eq!(
        (&page["labels"]["provider"], &page["labels"]["severity"]),
        (&json!("openai"), &json!("critical"))
    );
    watch.until("AtestAiProviderAuthFailing", "resolved", || {
        watch.ask("names of active users")
    });
}

/// In maintenance nobody is told of what fires; afterwards of what still does.
fn maintenance(watch: &Watch, is_dead: &AtomicBool) {
    let reply = send(watch.plugin.http, "POST", "/admin/maintenance-mode", &[], b"");
    assert_eq!(reply.status, 200, "{}", reply.text());
    watch.fires("AtestAiMaintenance", None);
    std::thread::sleep(Duration::from_secs(2));
    is_dead.store(true, Ordering::Relaxed);
    watch.fires("AtestAiProviderDown", Some("spare"));
    std::thread::sleep(Duration::from_secs(6));
    // The other one was down before, when it refused the key.
    let of_spare = |watch: &Watch| {
        let told = watch.told_of("AtestAiProviderDown").into_iter();
        told.filter(|found| found["labels"]["provider"] == "spare")
            .collect::<Vec<_>>()
    };
    assert!(
        of_spare(watch).is_empty(),
        "told in maintenance: {:?}",
        of_spare(watch)
    );
    assert!(watch.told_of("AtestAiMaintenance").is_empty());
    let reply = send(watch.plugin.http, "DELETE", "/admin/maintenance-mode", &[], b"");
    assert_eq!(reply.status, 200, "{}", reply.text());
    let told_as = |status: &str| {
        let started = Instant::now();
        while !of_spare(watch).iter().any(|found| found["status"] == status) {
            assert!(started.elapsed() < 2 * PATIENCE, "never told as {status}");
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    told_as("firing");
    is_dead.store(false, Ordering::Relaxed);
    told_as("resolved");
}
