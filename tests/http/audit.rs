//! The audit log of a real process: who did what, and no secret.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::http::{get, send};
use crate::support::plugin::Plugin;

const JSON: (&str, &str) = ("Content-Type", "application/json");
const STORED: &str = "sk-stored-a91c4e-planted";
const BROUGHT: &str = "sk-brought-77d20b-planted";
const HEADER: &str = "header-3e58f1-planted";
const QUESTION: &str = "Show all users named planted-question-64c0";

/// Without a log file, the audit log is in the state folder; with one, beside it.
fn file(plugin: &Plugin) -> PathBuf {
    plugin.folder().join("state/audit.log")
}

fn lines(path: &PathBuf) -> Vec<Value> {
    let text = fs::read_to_string(path).expect("the audit log is there");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

fn start(config: &str) -> Plugin {
    // The folder of the log file that is not in use must not be one of this machine.
    let audit = if config.contains("audit:") {
        ""
    } else {
        "audit: {enabled: true}\n"
    };
    Plugin::start(&format!(
        "logging: {{level: trace, file: {{path: nowhere/plugin.log}}}}\n{audit}{config}"
    ))
}

fn of<'a>(lines: &'a [Value], event: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["event"] == event).collect()
}

#[test]
fn start_administration_refusals_and_stop_are_written_with_who_did_them() {
    let mut plugin = start("");
    send(plugin.http, "POST", "/admin/maintenance-mode", &[], b"");
    send(plugin.http, "DELETE", "/admin/maintenance-mode", &[], b"");
    send(plugin.http, "DELETE", "/admin/cache", &[], b"");
    send(
        plugin.http,
        "PUT",
        "/admin/log-level",
        &[],
        b"provider=debug&for=5m",
    );
    let foreign = ("Origin", "http://planted-origin.example");
    let refused = send(
        plugin.http,
        "POST",
        "/admin/maintenance-mode?token=planted",
        &[foreign],
        b"",
    );
    assert_eq!(refused.status, 403);
    let question = br#"{"type":"ai","natural_language":"x","database_type":"mysql"}"#;
    let proxied = ("X-Forwarded-For", "203.0.113.7");
    assert_eq!(
        send(
            plugin.http,
            "POST",
            "/api/v1/data/query",
            &[JSON, proxied],
            question
        )
        .status,
        403
    );

    // What is answered is already in the file.
    let written = lines(&file(&plugin));
    let events: Vec<&str> = written
        .iter()
        .map(|line| line["event"].as_str().unwrap())
        .collect();
    assert_eq!(
        events,
        [
            "plugin_start",
            "maintenance_on",
            "maintenance_off",
            "cache_clear",
            "log_level_change",
            "authentication_failure",
            "authentication_failure"
        ]
    );
    for line in &written {
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'), "{line}");
        assert!(
            line["outcome"].is_string() && line["target"].is_string(),
            "{line}"
        );
    }
    let actor = &written[1]["actor"];
    assert_eq!(actor["door"], "http");
    assert!(
        actor["peer"].as_str().unwrap().starts_with("127.0.0.1:"),
        "{actor}"
    );
    assert_eq!(written[4]["details"]["components"], json!({"provider": "debug"}));
    assert_eq!(written[5]["target"], "/admin/maintenance-mode");
    assert_eq!(written[5]["outcome"], "refused");
    assert_eq!(written[6]["target"], "/api/v1/data/query");
    let text = fs::read_to_string(file(&plugin)).unwrap();
    assert!(!text.contains("planted") && !text.contains("203.0.113"), "{text}");
    let mode = fs::metadata(file(&plugin)).unwrap().permissions().mode();
    assert_eq!(mode & 0o137, 0, "{mode:o}");

    plugin.ask_to_stop();
    assert!(plugin.wait_until_ended().success());
    let written = lines(&file(&plugin));
    let last = written.last().unwrap();
    assert_eq!(
        (&last["event"], &last["details"]["reason"]),
        (&json!("plugin_stop"), &json!("SIGTERM"))
    );
}

#[test]
fn a_hang_up_opens_it_anew() {
    let plugin = start("");
    let moved = plugin.folder().join("moved");
    fs::rename(file(&plugin), &moved).unwrap();
    plugin.signal(Signal::HUP);
    plugin.wait_for_log("SIGHUP: log file reopened", 1);
    send(plugin.http, "DELETE", "/admin/cache", &[], b"");
    assert_eq!(of(&lines(&moved), "plugin_start").len(), 1);
    assert_eq!(of(&lines(&file(&plugin)), "cache_clear").len(), 1);
}

#[test]
fn a_flood_of_refusals_is_bounded() {
    let mut plugin = start("");
    for _ in 0..200 {
        let refused = send(plugin.http, "GET", "/admin/cache", &[("Via", "1.1 proxy")], b"");
        assert_eq!(refused.status, 403);
    }
    plugin.ask_to_stop();
    plugin.wait_until_ended();
    let lines = lines(&file(&plugin));
    let refusals = of(&lines, "authentication_failure");
    let left_out: u64 = refusals
        .iter()
        .filter_map(|line| line["details"]["left_out"].as_u64())
        .sum();
    let told = refusals
        .iter()
        .filter(|line| line["details"]["left_out"].is_null())
        .count() as u64;
    assert_eq!(told + left_out, 200);
    assert!(left_out > 0, "{told}");
}

#[test]
fn where_it_cannot_be_written_the_plugin_works_and_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    let plugin = start(&format!("audit: {{path: {}}}\n", path.display()));
    send(plugin.http, "DELETE", "/admin/cache", &[], b"");
    let metrics = get(plugin.http, "/metrics").text();
    assert!(
        metrics.contains("\natest_ai_audit_write_failures_total 2\n"),
        "{metrics}"
    );
    plugin.wait_for_log("the audit log cannot be written", 1);
    assert_eq!(plugin.log().matches("the audit log cannot be written").count(), 1);
}

#[test]
fn neither_log_repeats_a_secret_at_the_most_talkative_level() {
    let config = format!(
        "ai:\n  services:\n    it:\n      provider: custom\n      endpoint: http://127.0.0.1:9\n      api_key: {STORED}\n      \
         model: m\n      headers: {{X-Team: {HEADER}}}\n"
    );
    let mut plugin = start(&config);
    let query = |key: &str, parameters: Value| {
        let body = json!({"type": "ai", "key": key, "sql": parameters.to_string()}).to_string();
        send(
            plugin.http,
            "POST",
            "/api/v1/data/query",
            &[JSON, ("X-AI-API-Key", BROUGHT)],
            body.as_bytes(),
        )
    };
    let changes = json!({"api_key": BROUGHT, "model": "m2", "endpoint": "http://127.0.0.1:9/v2"});
    query("update_config", json!({"provider": "it", "config": changes}));
    query(
        "update_config",
        json!({"provider": "it", "config": {"api_key": BROUGHT, "endpoint": "no url"}}),
    );
    query("test_connection", json!({"provider": "it", "api_key": BROUGHT}));
    query(
        "generate",
        json!({"prompt": QUESTION, "provider": "it", "api_key": BROUGHT}),
    );
    let authorized = ("Authorization", "Bearer token-95b1-planted");
    send(
        plugin.http,
        "GET",
        "/admin/cache?token=token-95b1-planted",
        &[authorized, ("Via", "token-95b1-planted")],
        b"",
    );
    plugin.ask_to_stop();
    plugin.wait_until_ended();

    let written = lines(&file(&plugin));
    let read: Vec<&str> = of(&written, "secret_read")
        .iter()
        .map(|line| line["target"].as_str().unwrap())
        .collect();
    assert_eq!(read, ["ai.services.it.api_key", "ai.services.it.headers.X-Team"]);
    let changed = of(&written, "config_change");
    assert_eq!(changed[0]["outcome"], "success", "{changed:?}");
    assert_eq!(changed[0]["target"], "ai.services.it");
    assert_eq!(
        changed[0]["details"]["keys"],
        json!(["endpoint", "api_key", "model"])
    );
    assert_eq!(changed[1]["outcome"], "refused");

    let audit = fs::read_to_string(file(&plugin)).unwrap();
    let log = plugin.log();
    assert!(
        log.contains("\"level\":\"debug\""),
        "nothing was to be found:\n{log}"
    );
    for secret in [STORED, BROUGHT, HEADER, "a91c4e", "77d20b", "3e58f1", "95b1"] {
        assert!(!audit.contains(secret), "{secret} in the audit log:\n{audit}");
        assert!(!log.contains(secret), "{secret} in the log");
    }
    assert!(!audit.contains("64c0"), "a question in the audit log:\n{audit}");
}
