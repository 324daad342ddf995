//! Maintenance and shutdown by command: what is under way ends, new questions are refused, and a restart keeps to it.

use std::fs;
use std::thread;
use std::time::Duration;

use super::{reload, wait_for};
use crate::support::fake_provider::{FakeProvider, Received, Script, openai_sse};
use crate::support::http::{get, send};
use crate::support::plugin::Plugin;

const JSON: (&str, &str) = ("Content-Type", "application/json");
const QUESTION: &[u8] = br#"{"type":"ai","natural_language":"Show all users","database_type":"mysql"}"#;

fn is_on(plugin: &Plugin) -> bool {
    get(plugin.http, "/admin/maintenance-mode").json()["maintenance"] == true
}

/// A provider whose answer takes two seconds, and a plugin that asks it.
async fn slow() -> (FakeProvider, String) {
    let provider = FakeProvider::start(|received: &Received| match received.method.as_str() {
        "POST" => openai_sse(r#"{"sql": "SELECT 1", "answerable": true}"#).head_after(Duration::from_secs(2)),
        _ => Script::json(404, "{}"),
    })
    .await;
    let config = format!(
        "ai:\n  health_check_interval: 0s\n  default_service: it\n  services:\n    it:\n      provider: custom\n      \
         endpoint: {}\n      api_key: k\n      model: m\n",
        provider.url()
    );
    (provider, config)
}

fn in_flight(plugin: &Plugin) -> i64 {
    get(plugin.http, "/admin/maintenance-mode").json()["in_flight"]
        .as_i64()
        .expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn draining_waits_for_what_is_under_way_and_survives_a_reload() {
    let (_provider, config) = slow().await;
    let plugin = Plugin::start(&config);
    thread::scope(|scope| {
        let asked = scope.spawn(|| send(plugin.http, "POST", "/api/v1/data/query", &[JSON], QUESTION));
        wait_for("the question", &plugin, || {
            (in_flight(&plugin) == 1).then_some(())
        });
        let short = plugin.run(&["maintenance", "on", "--drain", "10ms"]);
        assert_eq!(short.status.code(), Some(1));
        let told = String::from_utf8(short.stderr).unwrap();
        assert!(told.contains("1 questions are still under way"), "{told}");

        fs::write(
            plugin.config_file(),
            plugin.config_text(&format!("{config}  timeout: 50s\n")),
        )
        .unwrap();
        assert_eq!(reload(&plugin).status, 200);
        assert!(is_on(&plugin), "a reload ends no maintenance");

        let drained = plugin.run(&["maintenance", "on", "--drain", "60s"]);
        assert!(drained.status.success());
        assert_eq!(in_flight(&plugin), 0);
        let answered = asked.join().unwrap();
        assert_eq!(
            answered.pair("success").as_deref(),
            Some("true"),
            "{}",
            answered.text()
        );
    });
    let refused = send(plugin.http, "POST", "/api/v1/data/query", &[JSON], QUESTION);
    assert_eq!(refused.status, 503);
    let status = String::from_utf8(plugin.run(&["maintenance", "status"]).stdout).unwrap();
    assert!(status.starts_with("maintenance: on since "), "{status}");
    assert!(plugin.run(&["maintenance", "off"]).status.success());
    assert!(!is_on(&plugin));
}

#[test]
fn a_restart_begins_in_maintenance_only_where_that_was_chosen() {
    let mut plugin = Plugin::start("");
    assert!(plugin.run(&["maintenance", "on"]).status.success());
    plugin.restart();
    assert!(!is_on(&plugin));
    assert!(plugin.run(&["maintenance", "on", "--persist"]).status.success());
    plugin.restart();
    assert!(is_on(&plugin));
    assert_eq!(get(plugin.http, "/health/ready").status, 503);
    assert!(plugin.run(&["maintenance", "off"]).status.success());
    plugin.restart();
    assert!(!is_on(&plugin));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_lets_questions_end_and_then_the_plugin() {
    let (_provider, config) = slow().await;
    let mut plugin = Plugin::start(&config);
    let answered = thread::scope(|scope| {
        let asked = scope.spawn(|| send(plugin.http, "POST", "/api/v1/data/query", &[JSON], QUESTION));
        wait_for("the question", &plugin, || {
            (in_flight(&plugin) == 1).then_some(())
        });
        let stopped = plugin.run(&["shutdown", "--drain", "60s"]);
        let told = String::from_utf8(stopped.stdout).unwrap();
        assert!(
            stopped.status.success() && told.ends_with("the plugin has stopped\n"),
            "{told}"
        );
        asked.join().unwrap()
    });
    assert_eq!(
        answered.pair("success").as_deref(),
        Some("true"),
        "{}",
        answered.text()
    );
    assert!(plugin.wait_until_ended().success());
    let again = plugin.run(&["shutdown"]);
    assert_eq!(again.status.code(), Some(1));
}
