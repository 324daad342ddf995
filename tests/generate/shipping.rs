//! Log shippers: a real rsyslog delivers the real plugin's lines; of the others, what can be looked at without the program.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::generated::{Generated, said};
use crate::support::http::send;
use crate::support::listener::{Answer, Got, Listener};
use crate::support::peer::{Peer, wanted};
use crate::support::plugin::{PATIENCE, Plugin};

const INSTALL: &str = "apt-get install -y --no-install-recommends rsyslog rsyslog-elasticsearch";
const QUESTION: &[u8] = br#"{"type":"ai","natural_language":"Show all users","database_type":"mysql"}"#;

/// Config and values for each place that lines can be in.
const PLACES: [(&str, &str); 4] = [
    ("logging: {output: file}\n", "{}"),
    (
        "logging: {output: stdout}\n",
        "logs: {user: none, elasticsearch: 'http://es:9200/path', loki: 'http://loki:3100'}\n",
    ),
    (
        "logging: {output: stderr, format: text}\n",
        "prometheus: {inKubernetes: true}\nlogs: {caFile: FOLDER/both.pem, user: shipper}\n",
    ),
    ("audit: {enabled: false}\n", "logs: {keeper: containers}\n"),
];

/// What the bulk receiver does with documents. It is no Elasticsearch: it answers as one does.
#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Takes,
    IsTooBusy,
    Refuses,
}

fn bulk(mood: &Arc<Mutex<Mood>>) -> Answer {
    let mood = Arc::clone(mood);
    Box::new(move |got| {
        let (status, error) = match *mood.lock().expect("no test thread panicked") {
            Mood::Takes => (201, Value::Null),
            Mood::IsTooBusy => (
                429,
                json!({"type": "es_rejected_execution_exception", "reason": "full"}),
            ),
            Mood::Refuses => (400, json!({"type": "mapper_parsing_exception", "reason": "no"})),
        };
        let items: Vec<Value> = documents(got)
            .iter()
            .map(|(index, _)| {
                let mut item = json!({"_index": index, "_id": "1", "status": status});
                if status >= 400 {
                    item["error"] = error.clone();
                }
                json!({ "index": item })
            })
            .collect();
        (
            200,
            json!({"took": 1, "errors": status >= 400, "items": items}).to_string(),
        )
    })
}

/// The documents of a bulk request with their indices.
fn documents(got: &Got) -> Vec<(String, Value)> {
    if !got.path.ends_with("/_bulk") {
        return Vec::new();
    }
    let lines: Vec<Value> = got
        .body
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    lines
        .chunks(2)
        .map(|pair| {
            (
                pair[0]["index"]["_index"].as_str().unwrap_or_default().to_owned(),
                pair[1].clone(),
            )
        })
        .collect()
}

fn all_documents(got: &[Got]) -> Vec<(String, Value)> {
    got.iter().flat_map(documents).collect()
}

/// A running rsyslog with the generated config, in a folder of its own.
struct Rsyslog {
    folder: PathBuf,
    _running: Peer,
}

impl Rsyslog {
    /// `changes` puts places of the test where the machine's would be.
    fn start(files: &Generated, changes: &[(&str, &str)]) -> Rsyslog {
        let folder = files.folder().join("rsyslog");
        fs::create_dir(&folder).expect("a folder");
        let mut config = files
            .text("monitoring/logging/rsyslog.conf")
            .replace("/var/spool/rsyslog", &folder.display().to_string());
        for (from, to) in changes {
            assert!(config.contains(from), "{from} is not in\n{config}");
            config = config.replace(from, to);
        }
        let path = folder.join("rsyslog.conf");
        fs::write(&path, config).expect("a file is written");
        let mut command = Command::new("rsyslogd");
        command
            .arg("-n")
            .arg("-f")
            .arg(path)
            .arg("-i")
            .arg(folder.join("pid"))
            .env("ES_PASSWORD", "planted-password");
        let running = Peer::start(&mut command, &folder.join("log"));
        Rsyslog {
            folder,
            _running: running,
        }
    }
}

fn ask(plugin: &Plugin) {
    let json = [("Content-Type", "application/json")];
    let reply = send(plugin.http, "POST", "/api/v1/data/query", &json, QUESTION);
    assert_eq!(reply.status, 200, "{}", reply.text());
}

/// Lines of a file that are whole.
fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

/// What a line must have become.
fn document(line: &Value) -> Value {
    let mut document = line.clone();
    document["@timestamp"] = line["timestamp"].clone();
    document
}

fn day(line: &Value) -> String {
    let time = line["timestamp"].as_str().expect("a line has a time");
    time[..10].replace('-', ".")
}

#[test]
fn rsyslog_delivers_every_line_of_log_and_audit_log_once() {
    if !wanted(&["rsyslogd"], INSTALL) {
        return;
    }
    let mood = Arc::new(Mutex::new(Mood::Takes));
    let receiver = Listener::start(bulk(&mood));
    let folder = tempfile::TempDir::with_prefix("atest-logs-").expect("a folder for the test");
    let (log, audit) = (folder.path().join("plugin.log"), folder.path().join("audit.log"));
    let config = format!(
        "logging: {{output: file, file: {{path: {}}}, fields: {{service: atest-ai-plugin}}}}\naudit: {{path: {}}}\n",
        log.display(),
        audit.display()
    );
    // What was written before the shipper's first start arrives too.
    let plugin = Plugin::start(&config);
    ask(&plugin);
    let values = format!(
        "logs: {{elasticsearch: 'http://{}', user: shipper}}\n",
        receiver.address
    );
    let files = Generated::with(&config, &values);
    let rsyslog = Rsyslog::start(&files, &[]);
    send(plugin.http, "POST", "/admin/maintenance-mode", &[], b"");
    send(plugin.http, "DELETE", "/admin/maintenance-mode", &[], b"");
    ask(&plugin);
    let mut file = fs::File::options().append(true).open(&log).expect("the log");
    file.write_all(b"thread 'main' panicked at \"somewhere\"\n")
        .expect("a line is written");

    let (of_log, of_audit) = (lines(&log), lines(&audit));
    assert!(
        of_log.len() >= 3 && of_audit.len() >= 3,
        "{} and {} lines",
        of_log.len(),
        of_audit.len()
    );
    receiver.wait_for("every line", |got| {
        (all_documents(got).len() > of_log.len() + of_audit.len()).then_some(())
    });
    let arrived = all_documents(&receiver.got());
    for (lines, index) in [(&of_log, "atest-ai"), (&of_audit, "audit-atest-ai")] {
        for line in lines {
            let index = format!("{index}-{}", day(line));
            let count = arrived
                .iter()
                .filter(|one| **one == (index.clone(), document(line)))
                .count();
            assert_eq!(count, 1, "{line} in {index}; there came {arrived:#?}");
        }
    }
    let (_, crash) = arrived
        .iter()
        .find(|(_, one)| one["level"].is_null() && one["message"].is_string())
        .expect("the crash");
    assert_eq!(crash["message"], "thread 'main' panicked at \"somewhere\"");
    assert!(crash["@timestamp"].is_string(), "{crash}");
    let signed = receiver.got()[0].header("authorization").to_owned();
    assert_eq!(signed, "Basic c2hpcHBlcjpwbGFudGVkLXBhc3N3b3Jk");
    drop(rsyslog);
}

#[test]
fn rsyslog_delivers_what_was_written_while_nobody_took_it() {
    if !wanted(&["rsyslogd"], INSTALL) {
        return;
    }
    let mood = Arc::new(Mutex::new(Mood::Takes));
    let receiver = Listener::start(bulk(&mood));
    let address = receiver.address;
    let config = "logging: {output: file, file: {path: FOLDER/plugin.log}}\naudit: {enabled: false}\n";
    let values = format!("logs: {{elasticsearch: 'http://{address}', user: none}}\n");
    let files = Generated::with(config, &values);
    let log = files.folder().join("plugin.log");
    fs::write(&log, "").expect("the log");
    let rsyslog = Rsyslog::start(&files, &[]);
    let write = |message: &str| {
        let line = json!({"timestamp": "2026-11-24T17:23:45.123456Z", "level": "info", "message": message});
        let mut file = fs::File::options().append(true).open(&log).expect("the log");
        writeln!(file, "{line}").expect("a line is written");
    };
    let came = |receiver: &Listener, message: &str| {
        receiver.wait_for(message, |got| {
            all_documents(got)
                .iter()
                .any(|(_, one)| one["message"] == message)
                .then_some(())
        });
    };
    write("before");
    came(&receiver, "before");

    // Away.
    drop(receiver);
    write("while it was away");
    std::thread::sleep(Duration::from_secs(1));
    let receiver = Listener::start_at(address, bulk(&mood));
    came(&receiver, "while it was away");

    // Too busy: tried again, with pauses, and then taken in its index.
    *mood.lock().expect("no test thread panicked") = Mood::IsTooBusy;
    write("while it was busy");
    came(&receiver, "while it was busy");
    std::thread::sleep(Duration::from_secs(3));
    let tries = receiver.got().len();
    assert!(tries < 12, "{tries} tries in three seconds");
    *mood.lock().expect("no test thread panicked") = Mood::Takes;
    let before = receiver.got().len();
    let last = receiver.wait_for("another try", |got| {
        got[before..]
            .iter()
            .flat_map(documents)
            .find(|(_, one)| one["message"] == "while it was busy")
    });
    assert_eq!(last.0, "atest-ai-2026.11.24");
    let line =
        json!({"timestamp": "2026-11-24T17:23:45.123456Z", "level": "info", "message": "while it was busy"});
    assert_eq!(last.1, document(&line));

    // Refused for good: kept with the reason, and not tried again.
    *mood.lock().expect("no test thread panicked") = Mood::Refuses;
    write("never");
    let refused = rsyslog.folder.join("atest-ai-refused.log");
    let started = Instant::now();
    let kept = loop {
        let text = fs::read_to_string(&refused).unwrap_or_default();
        if text.ends_with('\n') {
            break text;
        }
        assert!(
            started.elapsed() < PATIENCE,
            "nothing was kept in {}",
            refused.display()
        );
        std::thread::sleep(Duration::from_millis(50));
    };
    let kept: Value = serde_json::from_str(&kept).expect("JSON");
    assert_eq!(kept["document"]["message"], "never");
    assert_eq!(kept["answer"]["error"]["type"], "mapper_parsing_exception");
}

#[test]
fn rsyslog_takes_lines_out_of_what_a_container_runtime_writes() {
    if !wanted(&["rsyslogd"], INSTALL) {
        return;
    }
    let plugin = Plugin::start("logging: {output: stdout}\n");
    ask(&plugin);
    let mood = Arc::new(Mutex::new(Mood::Takes));
    let receiver = Listener::start(bulk(&mood));
    let values = format!(
        "prometheus: {{inKubernetes: true}}\nlogs: {{elasticsearch: 'http://{}', user: none}}\n",
        receiver.address
    );
    let files = Generated::with("audit: {enabled: false}\n", &values);
    plugin.wait_for_log("question answered", 1);
    let of_log: Vec<String> = plugin.log().lines().map(str::to_owned).collect();
    let path = files.folder().join("pod_atest-system_atest-ai-plugin-1.log");
    let wrapped: String = of_log
        .iter()
        .map(|line| format!("2026-11-24T17:23:45.123456789Z stdout F {line}\n"))
        .collect();
    fs::write(&path, wrapped).expect("a file is written");
    let folder = files.folder().display().to_string();
    let _rsyslog = Rsyslog::start(&files, &[("/var/log/containers", &folder)]);
    receiver.wait_for("every line", |got| {
        (all_documents(got).len() >= of_log.len()).then_some(())
    });
    let arrived = all_documents(&receiver.got());
    for line in &of_log {
        let line: Value = serde_json::from_str(line).expect("a JSON line");
        assert!(
            arrived.iter().any(|(_, one)| *one == document(&line)),
            "{line} is not in {arrived:#?}"
        );
    }
}

#[test]
fn rsyslog_finds_nothing_wrong_with_any_config() {
    if !wanted(&["rsyslogd"], INSTALL) {
        return;
    }
    for (config, values) in PLACES {
        let files = Generated::with(config, values);
        let output = Command::new("rsyslogd")
            .arg("-N1")
            .arg("-f")
            .arg(files.path("monitoring/logging/rsyslog.conf"))
            .env("ES_PASSWORD", "planted-password")
            .output()
            .expect("rsyslogd runs");
        let said = said(&output);
        assert!(output.status.success(), "{said}");
        for word in ["error", "not known", "warning", "unknown"] {
            assert!(!said.to_lowercase().contains(word), "{said}");
        }
    }
}

#[test]
fn shippers_read_from_where_the_config_writes() {
    let names = [
        "fluentd.conf",
        "filebeat.yml",
        "rsyslog.conf",
        "fluent-bit.yaml",
        "vector.yaml",
        "otel-collector.yaml",
    ];
    let expected: [&[&str]; 4] = [
        &["/var/log/atest-ai/plugin.log", "/var/log/atest-ai/audit.log"],
        &["atest-ai-plugin.service", "/var/log/atest-ai/audit.log"],
        &["atest-system", "/var/log/atest-ai/audit.log"],
        &["atest-system"],
    ];
    for ((config, values), words) in PLACES.iter().zip(expected) {
        let files = Generated::with(config, values);
        for name in names {
            let text = files.text(&format!("monitoring/logging/{name}"));
            for word in words {
                assert!(text.contains(word), "{word} is not in {name}:\n{text}");
            }
            let has_audit = !config.contains("enabled: false");
            assert_eq!(text.contains("audit-atest-ai"), has_audit, "{name}:\n{text}");
        }
        let loki = files.has("monitoring/logging/alloy.alloy");
        assert_eq!(loki, values.contains("loki"));
    }
}

#[test]
fn files_that_no_program_looked_at_say_so() {
    let files = Generated::with(PLACES[1].0, PLACES[1].1);
    for name in [
        "fluentd.conf",
        "fluentd-config.yaml",
        "filebeat.yml",
        "fluent-bit.yaml",
        "vector.yaml",
        "otel-collector.yaml",
        "alloy.alloy",
    ] {
        let text = files.text(&format!("monitoring/logging/{name}"));
        let head: Vec<&str> = text.lines().take(2).collect();
        assert!(
            head[1].contains("NOT VERIFIED by the program"),
            "{name}: {head:?}"
        );
        if name.ends_with(".yaml") || name.ends_with(".yml") {
            let read: Result<Value, _> = serde_saphyr::from_str(&text);
            assert!(read.is_ok(), "{name}: {read:?}");
        }
    }
    assert!(
        files
            .text("monitoring/logging/rsyslog.conf")
            .contains("Verified with rsyslog")
    );
}

#[test]
fn the_config_map_wraps_a_config_for_pods() {
    let files = Generated::with("", "{}");
    let map: Value =
        serde_saphyr::from_str(&files.text("monitoring/logging/fluentd-config.yaml")).expect("YAML");
    assert_eq!(map["kind"], "ConfigMap");
    let config = map["data"]["fluentd.conf"].as_str().expect("a text");
    assert!(
        config.contains("/var/log/containers/*_atest-system_atest-ai-plugin-*.log"),
        "{config}"
    );
    let with_file = Generated::with("logging: {output: file}\n", "{}");
    let map: Value =
        serde_saphyr::from_str(&with_file.text("monitoring/logging/fluentd-config.yaml")).expect("YAML");
    let config = map["data"]["fluentd.conf"].as_str().expect("a text");
    assert!(
        with_file
            .text("monitoring/logging/fluentd.conf")
            .ends_with(config.trim_start())
    );
}

#[test]
fn the_index_templates_have_the_fields_that_lines_have() {
    let folder = tempfile::TempDir::with_prefix("atest-logs-").expect("a folder for the test");
    let audit = folder.path().join("audit.log");
    let config = format!(
        "tracing: {{endpoint: 'http://127.0.0.1:9', sampler: always_on}}\naudit: {{path: {}}}\n\
         logging: {{level: debug, fields: {{service: atest-ai-plugin, version: 1.2.3, environment: production}}}}\n",
        audit.display()
    );
    let plugin = Plugin::start(&config);
    ask(&plugin);
    send(plugin.http, "POST", "/admin/maintenance-mode", &[], b"");
    // Lines are written behind, in their order: this is the last one.
    plugin.wait_for_log("maintenance mode is on", 1);
    let of_log: Vec<Value> = plugin
        .log()
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let files = Generated::with(&config, "{}");
    let read = |name: &str| -> Value {
        let text = files.text(&format!("monitoring/logging/elasticsearch/{name}"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let pipeline = read("pipeline.json");
    let moved: Vec<String> = pipeline["processors"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|step| step["rename"]["if"].is_string())
        .filter_map(|step| step["rename"]["field"].as_str().map(str::to_owned))
        .collect();
    for (template, lines) in [
        ("index-template.json", of_log),
        ("audit-index-template.json", lines(&audit)),
    ] {
        let template = read(template);
        let fields = leaves(&template["template"]["mappings"]["properties"]);
        let mut seen: Vec<String> = lines.iter().flat_map(|line| names(line, &fields)).collect();
        seen.sort();
        seen.dedup();
        // Each field of the template is in a line, under ECS's name, or made on the way.
        let made = [
            "@timestamp",
            "event.dataset",
            "error.message",
            "event.action",
            "actor.signed_in",
        ];
        // Whoever switches maintenance on does so in no span; who is turned away while asking may be in one.
        let of_a_span = ["trace_id", "span_id"];
        let is_audit = fields.iter().any(|(field, _)| field == "outcome");
        for (field, kind) in &fields {
            let is_known = seen.contains(field)
                || kind == "alias"
                || made.contains(&field.as_str())
                || (is_audit && of_a_span.contains(&field.as_str()))
                || moved
                    .iter()
                    .any(|from| seen.contains(from) && field.starts_with(&format!("{from}.")));
            assert!(is_known, "no line has {field}; there are {seen:?}");
        }
        // And a text of a line never meets an object of the template.
        for name in &seen {
            let is_object = fields
                .iter()
                .any(|(field, _)| field.starts_with(&format!("{name}.")));
            assert!(
                !is_object || moved.contains(name),
                "{name} is an object in the template"
            );
        }
    }
    for (name, age) in [("lifecycle.json", "30d"), ("audit-lifecycle.json", "365d")] {
        assert_eq!(read(name)["policy"]["phases"]["delete"]["min_age"], age);
    }
    assert_eq!(
        read("index-template.json")["template"]["settings"]["index.default_pipeline"],
        "atest-ai"
    );
}

/// Dotted names of a mapping's fields, with their types.
fn leaves(properties: &Value) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (name, field) in properties.as_object().into_iter().flatten() {
        match field["properties"].is_object() {
            true => {
                let inner = leaves(&field["properties"]).into_iter();
                all.extend(inner.map(|(rest, kind)| (format!("{name}.{rest}"), kind)));
            }
            false => all.push((
                name.clone(),
                field["type"].as_str().unwrap_or_default().to_owned(),
            )),
        }
    }
    all
}

/// Dotted names of a line's values; what the template takes as a whole counts as one.
fn names(line: &Value, fields: &[(String, String)]) -> Vec<String> {
    let mut all = Vec::new();
    for (name, value) in line.as_object().into_iter().flatten() {
        let is_whole = fields.iter().any(|(field, _)| field == name);
        match value.as_object() {
            Some(inner) if !is_whole => all.extend(inner.keys().map(|rest| format!("{name}.{rest}"))),
            _ => all.push(name.clone()),
        }
    }
    all
}

#[test]
fn values_that_shippers_cannot_use_are_refused() {
    for (values, words) in [
        (
            "logs: {elasticsearch: 'https://me:hunter2@es:9200'}",
            &["logs.elasticsearch", "holds a user or a password", "ES_PASSWORD"][..],
        ),
        (
            "logs: {elasticsearch: 'es:9200'}",
            &["is not an http or https URL"],
        ),
        ("logs: {index: 'Atest AI'}", &["logs.index", "small letters"]),
        ("logs: {user: 'a b'}", &["logs.user"]),
        ("logs: {loki: loki}", &["logs.loki"]),
        ("logs: {keeper: paper}", &["logs.keeper", "journal"]),
        ("logs: {retention: 1h}", &["logs.retention"]),
    ] {
        let said = Generated::refused("", values);
        for expected in words {
            assert!(said.contains(expected), "{expected:?} is not in\n{said}");
        }
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn no_secret_of_the_config_is_in_any_file() {
    let config = "
server: {host: 127.0.0.1}
access: {metrics: token, tokens: {scraper: {token: planted-token-0123456789, scopes: [metrics]}}}
ai: {services: {openai: {api_key: planted-key-0123456789}}}
tracing: {endpoint: 'http://127.0.0.1:9', headers: {authorization: planted-header}}
";
    let files = Generated::with(config, "prometheus: {tokenFile: /etc/prometheus/token}\n");
    for (name, text) in files.files() {
        assert!(!text.contains("planted"), "{name}:\n{text}");
    }
}
