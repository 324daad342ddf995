//! What goes on through a reload: answers that are kept, what the page saved, questions under way.

use std::fs;

use super::{metric, reload, setting};
use crate::support::http::send;
use crate::support::plugin::Plugin;

const JSON: (&str, &str) = ("Content-Type", "application/json");

fn ask(plugin: &Plugin) {
    let body = br#"{"type":"ai","natural_language":"Show all users","database_type":"mysql"}"#;
    let reply = send(plugin.http, "POST", "/api/v1/data/query", &[JSON], body);
    assert_eq!(reply.pair("success").as_deref(), Some("true"), "{}", reply.text());
}

#[test]
fn answers_stay_in_a_cache_whose_settings_did_not_change() {
    let plugin = Plugin::start("ai:\n  timeout: 10s\n");
    ask(&plugin);
    ask(&plugin);
    assert_eq!(metric(&plugin, "atest_ai_cache_hits_total"), 1.0);
    let other = "ai:\n  timeout: 11s\n  retry:\n    max_attempts: 5\n";
    fs::write(plugin.config_file(), plugin.config_text(other)).unwrap();
    assert_eq!(reload(&plugin).status, 200);
    ask(&plugin);
    assert_eq!(metric(&plugin, "atest_ai_cache_hits_total"), 2.0);

    let smaller = "performance:\n  cache:\n    size: 1MB\n";
    fs::write(plugin.config_file(), plugin.config_text(smaller)).unwrap();
    assert_eq!(reload(&plugin).status, 200);
    ask(&plugin);
    assert_eq!(metric(&plugin, "atest_ai_cache_hits_total"), 2.0);
}

#[test]
fn what_the_page_saved_stays_in_force_and_says_where_it_comes_from() {
    let config = "ai:\n  allowed_endpoints: [localhost]\n  services:\n    ollama:\n      model: from-file\n";
    let plugin = Plugin::start(config);
    let save = serde_json::json!({
        "type": "ai", "key": "update_config",
        "sql": serde_json::json!({"provider": "ollama", "config": {"model": "from-page"}}).to_string(),
    });
    let reply = send(
        plugin.http,
        "POST",
        "/api/v1/data/query",
        &[JSON],
        save.to_string().as_bytes(),
    );
    assert_eq!(reply.pair("success").as_deref(), Some("true"), "{}", reply.text());
    assert_eq!(setting(&plugin, "ai.services.ollama.model"), "from-page");

    let other = config.replace("from-file", "another");
    fs::write(plugin.config_file(), plugin.config_text(&other)).unwrap();
    assert_eq!(reload(&plugin).status, 200);
    assert_eq!(setting(&plugin, "ai.services.ollama.model"), "from-page");
    let shown = plugin.run(&["config", "show"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    let line = shown.lines().find(|line| line.contains("from-page")).unwrap();
    assert!(line.contains("saved by the page"), "{line}");
}

#[test]
fn a_config_that_came_through_a_pipe_is_not_waited_for_again() {
    let plugin = Plugin::start_from("ai:\n  timeout: 10s\n", &[], |folder, text| {
        let pipe = folder.join("config.yaml");
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        let (writer, text) = (pipe.clone(), text.to_owned());
        std::thread::spawn(move || fs::write(writer, text));
        pipe
    });
    assert_eq!(setting(&plugin, "ai.timeout"), "10s");
    let reply = reload(&plugin);
    assert_eq!(reply.json()["result"], "unchanged", "{}", reply.text());
    assert_eq!(setting(&plugin, "ai.timeout"), "10s");
}
