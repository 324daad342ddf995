//! Log levels of a running plugin: by HTTP, by the command and by signals; and back by themselves.

use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::http::{get, send};
use crate::support::plugin::{PATIENCE, Plugin};

const PATH: &str = "/admin/log-level";
const JSON: (&str, &str) = ("Content-Type", "application/json");
/// What a question says of itself at debug, and at no other level.
const DEBUG_LINE: &str = "question admitted";
/// What it says at info.
const INFO_LINE: &str = "question answered";

/// Asks a question, waits until the log tells of it, and says whether it told the details.
fn tells_details(plugin: &Plugin) -> bool {
    let log = plugin.log();
    let (details, answers) = (log.matches(DEBUG_LINE).count(), log.matches(INFO_LINE).count());
    let question = br#"{"type":"ai","natural_language":"Show all users","database_type":"mysql"}"#;
    let reply = send(plugin.http, "POST", "/api/v1/data/query", &[JSON], question);
    assert_eq!(reply.pair("success").as_deref(), Some("true"), "{}", reply.text());
    plugin.wait_for_log(INFO_LINE, answers + 1);
    plugin.log().matches(DEBUG_LINE).count() > details
}

fn wait_until_as_configured(plugin: &Plugin) {
    let started = Instant::now();
    while get(plugin.http, PATH).json()["changed"] != false {
        assert!(
            started.elapsed() < PATIENCE,
            "the levels do not return by themselves"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_component_is_made_louder_over_http_and_returns_by_itself() {
    let plugin = Plugin::start("");
    assert!(!tells_details(&plugin));
    let body = br#"{"components": {"answer": "debug"}, "for": "1s"}"#;
    let changed = send(plugin.http, "PUT", PATH, &[JSON], body);
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(changed.json()["components"]["sql_generator"], "debug");
    assert!(changed.json()["until"].is_string());
    wait_until_as_configured(&plugin);
    plugin.wait_for_log("the time of the changed log levels is over", 1);
    assert!(!tells_details(&plugin));

    // Without a time of its own it holds long enough to be used.
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(send(plugin.http, "PUT", PATH, &[form], b"debug").status, 200);
    assert!(tells_details(&plugin));
    assert_eq!(send(plugin.http, "DELETE", PATH, &[], b"").status, 200);
    assert!(!tells_details(&plugin));

    let unknown = send(plugin.http, "PUT", PATH, &[form], b"answr=debug");
    assert_eq!(unknown.status, 422);
    assert!(
        unknown.text().contains("ai_provider, sql_generator"),
        "{}",
        unknown.text()
    );
}

#[test]
fn the_command_shows_changes_and_resets_the_levels() {
    let plugin = Plugin::start("logging: {level: warn, debug_duration: 0}\n");
    let run = |arguments: &[&str]| {
        let output = plugin.run(arguments);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, shown, _) = run(&["log-level"]);
    assert_eq!(
        (code, shown.as_str()),
        (Some(0), "log level: warn\nas configured\n")
    );

    let (code, shown, _) = run(&["log-level", "info", "--component", "provider=trace"]);
    assert_eq!(code, Some(0), "{shown}");
    assert!(
        shown.contains("log level: info\n  ai_provider: trace\n")
            && shown.contains("until they are changed back"),
        "{shown}"
    );
    let (_, shown, _) = run(&["log-level", "--json", "debug", "--for", "10m"]);
    let document: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(
        (&document["level"], &document["changed"]),
        (&json!("debug"), &json!(true))
    );
    assert!(document["until"].is_string());
    assert!(tells_details(&plugin));
    let (code, shown, _) = run(&["log-level", "--reset"]);
    assert_eq!(
        (code, shown.as_str()),
        (Some(0), "log level: warn\nas configured\n")
    );

    let (code, _, said) = run(&["log-level", "loud"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("error, warn, info, debug, trace"), "{said}");
    let (code, _, said) = run(&["log-level", "--component", "x=debug"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("sql_generator"), "{said}");
    assert_eq!(run(&["log-level", "--component", "provider"]).0, Some(2));
}

#[test]
fn signals_switch_debug_on_and_off() {
    let plugin = Plugin::start("");
    assert!(!tells_details(&plugin));
    plugin.signal(Signal::USR1);
    plugin.wait_for_log("SIGUSR1: debug lines are written", 1);
    assert!(tells_details(&plugin));
    plugin.signal(Signal::USR2);
    plugin.wait_for_log("SIGUSR2: log levels are the config's again", 1);
    assert!(!tells_details(&plugin));
}

#[test]
fn after_a_signal_the_config_returns_by_itself() {
    let plugin = Plugin::start("logging: {debug_duration: 300ms}\n");
    plugin.signal(Signal::USR1);
    plugin.wait_for_log("SIGUSR1: debug lines are written", 1);
    plugin.wait_for_log("the time of the changed log levels is over", 1);
    wait_until_as_configured(&plugin);
    assert!(!tells_details(&plugin));
}
