//! Files that are changed as people and tools change them, and the other ways to ask for a reload.

use std::fs;

use rustix::process::Signal;

use super::{metric, reload, setting, wait_for, wait_for_setting};
use crate::support::http::get;
use crate::support::plugin::Plugin;

fn timeout(seconds: u32) -> String {
    format!("ai:\n  timeout: {seconds}s\n")
}

#[test]
fn every_way_of_saving_a_file_takes_effect() {
    let plugin = Plugin::start(&timeout(10));
    let file = plugin.config_file();
    let text = |seconds| plugin.config_text(&timeout(seconds));

    fs::write(file, text(11)).unwrap();
    wait_for_setting(&plugin, "ai.timeout", "11s");

    let beside = plugin.folder().join(".config.yaml.swp");
    fs::write(&beside, text(12)).unwrap();
    fs::rename(&beside, file).unwrap();
    wait_for_setting(&plugin, "ai.timeout", "12s");

    fs::rename(file, plugin.folder().join("config.yaml~")).unwrap();
    fs::write(file, text(13)).unwrap();
    wait_for_setting(&plugin, "ai.timeout", "13s");

    // Two writes, of which the first alone is no YAML.
    use std::io::Write;
    let whole = text(14);
    let (first, second) = whole.split_at(whole.find("socket_path").unwrap());
    let mut open = fs::File::create(file).unwrap();
    open.write_all(first.as_bytes()).unwrap();
    open.flush().unwrap();
    open.write_all(second.as_bytes()).unwrap();
    drop(open);
    wait_for_setting(&plugin, "ai.timeout", "14s");
}

#[test]
fn a_change_without_an_event_is_found_by_looking() {
    let config = |seconds| format!("reload:\n  poll_interval: 1s\n{}", timeout(seconds));
    let plugin = Plugin::start_from(&config(10), &[], |folder, text| {
        let etc = folder.join("etc");
        fs::create_dir_all(&etc).unwrap();
        fs::write(etc.join("config.yaml"), text).unwrap();
        // Before anybody watches: another name of a file is an event too.
        fs::hard_link(etc.join("config.yaml"), folder.join("the-same-file")).unwrap();
        etc.join("config.yaml")
    });
    // The same file by another name, in a folder that nobody watches: as a network file system does it, without a word.
    let elsewhere = plugin.folder().join("the-same-file");
    wait_for("the first looks", &plugin, || {
        (metric(&plugin, "atest_ai_config_watch_up") == 1.0).then_some(())
    });
    let by_looking = || {
        metric(
            &plugin,
            "atest_ai_config_reloads_total{result=\"applied\",trigger=\"poll\"}",
        )
    };
    // The first change may come while the files are read for the first time, which would find it too.
    fs::write(&elsewhere, plugin.config_text(&config(11))).unwrap();
    wait_for_setting(&plugin, "ai.timeout", "11s");
    let before = by_looking();
    fs::write(&elsewhere, plugin.config_text(&config(12))).unwrap();
    wait_for_setting(&plugin, "ai.timeout", "12s");
    wait_for("the count", &plugin, || {
        (by_looking() == before + 1.0).then_some(())
    });
}

#[test]
fn where_nothing_is_watched_a_signal_and_a_request_reload() {
    let config = |seconds| format!("reload:\n  watch: false\n{}", timeout(seconds));
    let plugin = Plugin::start(&config(10));
    fs::write(plugin.config_file(), plugin.config_text(&config(11))).unwrap();
    let reply = reload(&plugin);
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["result"], "applied");
    assert_eq!(reply.json()["changed"], serde_json::json!(["ai.timeout"]));
    assert_eq!(setting(&plugin, "ai.timeout"), "11s");
    assert_eq!(reload(&plugin).json()["result"], "unchanged");

    fs::write(plugin.config_file(), plugin.config_text(&config(12))).unwrap();
    plugin.signal(Signal::HUP);
    wait_for_setting(&plugin, "ai.timeout", "12s");
    assert_eq!(metric(&plugin, "atest_ai_config_watch_up"), 0.0);
    assert_eq!(
        metric(
            &plugin,
            "atest_ai_config_reloads_total{result=\"applied\",trigger=\"signal\"}"
        ),
        1.0
    );
    let audit = fs::read_to_string(plugin.folder().join("audit.log")).unwrap();
    let lines: Vec<serde_json::Value> = audit
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &serde_json::Value| line["event"] == "config_reload")
        .collect();
    assert_eq!(lines.len(), 3, "{audit}");
    assert_eq!(lines[0]["actor"]["door"], "http");
    assert_eq!(lines[2]["actor"]["door"], "signal");
    assert_eq!(lines[2]["details"]["keys"], serde_json::json!(["ai.timeout"]));
}

#[test]
fn log_levels_and_the_schema_that_a_file_holds_change_too() {
    let schema = |table: &str| format!("CREATE TABLE {table} (id INT PRIMARY KEY, name TEXT);");
    let folder = tempfile::tempdir().unwrap();
    let ddl = folder.path().join("schema.sql");
    fs::write(&ddl, schema("birds")).unwrap();
    let config = format!(
        "databases:\n  zoo:\n    driver: sqlite\n    schema_file: {}\n",
        ddl.display()
    );
    let plugin = Plugin::start(&config);
    let ask = |what: &str| {
        let body = format!(r#"{{"type":"ai","natural_language":"show all {what}","database":"zoo"}}"#);
        let reply = crate::support::http::send(
            plugin.http,
            "POST",
            "/api/v1/data/query",
            &[("Content-Type", "application/json")],
            body.as_bytes(),
        );
        reply.pair("generated_sql").unwrap_or_else(|| reply.text())
    };
    assert!(ask("birds").contains("FROM birds"), "{}", ask("birds"));
    fs::write(&ddl, schema("lions")).unwrap();
    wait_for("the other schema", &plugin, || {
        ask("lions").contains("FROM lions").then_some(())
    });

    let louder = format!("{config}logging:\n  level: debug\n");
    fs::write(plugin.config_file(), plugin.config_text(&louder)).unwrap();
    wait_for("the level", &plugin, || {
        let levels = get(plugin.http, "/admin/log-level").json();
        (levels["level"] == "debug").then_some(())
    });
}
