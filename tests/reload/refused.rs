//! A config that is wrong: what was in effect stays, and everybody who looks is told why.

use std::fs;

use super::{metric, reload, setting, wait_for, wait_for_setting};
use crate::support::http::get;
use crate::support::plugin::Plugin;

fn config_check(plugin: &Plugin) -> serde_json::Value {
    let ready = get(plugin.http, "/health/ready?verbose");
    assert_eq!(ready.status, 200, "{}", ready.text());
    let checks = ready.json()["checks"]
        .as_array()
        .cloned()
        .expect("a check of the config");
    checks
        .into_iter()
        .find(|check| check["name"] == "config")
        .expect("a check of the config")
}

#[test]
fn the_reason_is_in_log_metric_health_and_audit_and_ends_when_the_file_is_right_again() {
    let plugin = Plugin::start("ai:\n  timeout: 10s\n");
    fs::write(
        plugin.config_file(),
        plugin.config_text("ai:\n  timeout: soon\n  timeuot: 5s\n"),
    )
    .unwrap();
    let series = "atest_ai_config_reloads_total{result=\"invalid\",trigger=\"file\"}";
    wait_for("the refusal", &plugin, || {
        (metric(&plugin, series) == 1.0).then_some(())
    });
    assert_eq!(setting(&plugin, "ai.timeout"), "10s");
    assert_eq!(metric(&plugin, "atest_ai_config_last_reload_successful"), 0.0);

    let check = config_check(&plugin);
    let detail = check["detail"].as_str().unwrap();
    assert_eq!(check["ok"], true);
    assert!(
        detail.contains("ai.timeout") && detail.contains("ai.timeuot"),
        "{detail}"
    );
    assert!(
        !detail.contains(plugin.folder().to_str().unwrap()),
        "anybody may ask for health: {detail}"
    );
    plugin.wait_for_log("ai.timeuot", 1);
    let audit = fs::read_to_string(plugin.folder().join("audit.log")).unwrap();
    assert!(
        audit.contains("\"config_reload\",\"outcome\":\"refused\"") && audit.contains("ai.timeuot"),
        "{audit}"
    );

    // Looking again at the same file is no second refusal; asking is.
    assert_eq!(metric(&plugin, series), 1.0);
    let reply = reload(&plugin);
    assert_eq!(reply.status, 422);
    assert_eq!(
        reply.json()["problems"].as_array().unwrap().len(),
        2,
        "{}",
        reply.text()
    );

    fs::write(plugin.config_file(), plugin.config_text("ai:\n  timeout: 20s\n")).unwrap();
    wait_for_setting(&plugin, "ai.timeout", "20s");
    assert_eq!(metric(&plugin, "atest_ai_config_last_reload_successful"), 1.0);
    assert!(
        !config_check(&plugin)["detail"]
            .as_str()
            .unwrap()
            .contains("not used")
    );
}

#[test]
fn a_file_that_is_gone_unreadable_or_of_another_kind_changes_nothing() {
    let plugin = Plugin::start("ai:\n  timeout: 10s\n");
    let file = plugin.config_file();
    let gone = plugin.folder().join("gone");
    fs::rename(file, &gone).unwrap();
    assert_eq!(reload(&plugin).status, 422);
    fs::create_dir(file).unwrap();
    assert_eq!(reload(&plugin).status, 422);
    fs::remove_dir(file).unwrap();
    for text in [
        &b""[..],
        b"\xff\xfe",
        b"a: [",
        b"- a\n- b\n",
        b"server: {port: 1}\nserver: {port: 2}\n",
    ] {
        fs::write(file, text).unwrap();
        let reply = reload(&plugin);
        assert_eq!(reply.status, 422, "{}", reply.text());
    }
    assert_eq!(setting(&plugin, "ai.timeout"), "10s");
    assert_eq!(get(plugin.http, "/health/ready").status, 200);
    fs::rename(&gone, file).unwrap();
    assert_eq!(reload(&plugin).status, 200);
    let unreadable = "atest_ai_config_reloads_total{result=\"unreadable\",trigger=\"admin\"}";
    assert!(metric(&plugin, unreadable) >= 3.0);
}

#[test]
fn a_file_that_comes_later_than_the_config_that_names_it_ends_the_refusal() {
    let plugin = Plugin::start("ai:\n  timeout: 10s\n");
    let ddl = plugin.folder().join("schema.sql");
    let config = format!(
        "ai:\n  timeout: 11s\ndatabases:\n  zoo:\n    driver: sqlite\n    schema_file: {}\n",
        ddl.display()
    );
    fs::write(plugin.config_file(), plugin.config_text(&config)).unwrap();
    wait_for("the refusal", &plugin, || {
        (metric(&plugin, "atest_ai_config_last_reload_successful") == 0.0).then_some(())
    });
    fs::write(&ddl, "CREATE TABLE birds (id INT);").unwrap();
    wait_for_setting(&plugin, "ai.timeout", "11s");
}

#[test]
fn what_needs_a_restart_is_named_and_the_rest_takes_effect() {
    let plugin = Plugin::start("ai:\n  timeout: 10s\n");
    let other = plugin
        .config_text("ai:\n  timeout: 11s\n")
        .replace(&format!("port: {}", plugin.http.port()), "port: 1");
    fs::write(plugin.config_file(), other).unwrap();
    wait_for_setting(&plugin, "ai.timeout", "11s");
    assert_eq!(metric(&plugin, "atest_ai_config_settings_awaiting_restart"), 1.0);
    assert!(
        config_check(&plugin)["detail"]
            .as_str()
            .unwrap()
            .contains("server.port")
    );
    assert_eq!(
        get(plugin.http, "/admin/reload").json()["needs_restart"],
        serde_json::json!(["server.port"])
    );
    plugin.wait_for_log("take effect at the next start", 1);
}
