//! `config apply` and `config rollback` against a running plugin.

use std::fs;
use std::process::Output;

use super::{metric, setting};
use crate::support::http::send;
use crate::support::plugin::Plugin;

const UNWATCHED: &str = "reload:\n  watch: false\n";

fn text(seconds: u32) -> String {
    format!("{UNWATCHED}ai:\n  timeout: {seconds}s\n")
}

/// Writes a config beside the one in use.
fn candidate(plugin: &Plugin, config: &str) -> String {
    let file = plugin.folder().join("candidate.yaml");
    fs::write(&file, plugin.config_text(config)).expect("the candidate is written");
    file.display().to_string()
}

fn said(output: &Output) -> String {
    let all = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&all).into_owned()
}

#[test]
fn a_good_change_is_kept_and_a_rollback_takes_it_back() {
    let plugin = Plugin::start(&text(10));
    let before = fs::read(plugin.config_file()).unwrap();
    let file = candidate(&plugin, &text(20));

    let dry = plugin.run(&["config", "apply", "--dry-run", &file]);
    assert!(dry.status.success(), "{}", said(&dry));
    assert!(said(&dry).contains("ai.timeout: 10s -> 20s"), "{}", said(&dry));
    assert_eq!(fs::read(plugin.config_file()).unwrap(), before);
    assert_eq!(setting(&plugin, "ai.timeout"), "10s");

    let applied = plugin.run(&["config", "apply", "--watch", "1s", &file]);
    assert!(applied.status.success(), "{}", said(&applied));
    assert_eq!(setting(&plugin, "ai.timeout"), "20s");
    assert_eq!(
        fs::read(plugin.folder().join("config.yaml.backup")).unwrap(),
        before
    );

    let back = plugin.run(&["config", "rollback", "--watch", "1s"]);
    assert!(back.status.success(), "{}", said(&back));
    assert!(said(&back).contains("ai.timeout: 20s -> 10s"), "{}", said(&back));
    assert_eq!(setting(&plugin, "ai.timeout"), "10s");
    assert_eq!(fs::read(plugin.config_file()).unwrap(), before);
    let left: Vec<String> = fs::read_dir(plugin.folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".new"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_wrong_config_changes_nothing_and_names_the_file_that_was_given() {
    let plugin = Plugin::start(&text(10));
    let before = fs::read(plugin.config_file()).unwrap();
    let file = candidate(&plugin, &format!("{UNWATCHED}ai:\n  timeuot: 5s\n"));
    let refused = plugin.run(&["config", "apply", &file]);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(
        said(&refused).contains("candidate.yaml:") && said(&refused).contains("timeuot"),
        "{}",
        said(&refused)
    );
    let missing = plugin.run(&["config", "apply", "nowhere.yaml"]);
    assert_eq!(missing.status.code(), Some(2), "{}", said(&missing));
    let nothing = plugin.run(&["config", "rollback"]);
    assert_eq!(nothing.status.code(), Some(1), "{}", said(&nothing));
    assert!(said(&nothing).contains("config apply"), "{}", said(&nothing));
    assert_eq!(fs::read(plugin.config_file()).unwrap(), before);
    assert!(!plugin.folder().join("config.yaml.backup").exists());
}

#[test]
fn a_change_after_which_the_plugin_does_not_go_well_is_taken_back() {
    let plugin = Plugin::start(&text(10));
    let before = fs::read(plugin.config_file()).unwrap();
    let file = candidate(&plugin, &text(20));
    // What makes it worse is not the config, which does not matter: an operator switches questions off.
    let worse = std::thread::spawn({
        let (http, log) = (plugin.http, plugin.folder().join("log"));
        move || {
            while !fs::read_to_string(&log)
                .unwrap()
                .contains("the config was loaded again")
            {
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            send(http, "POST", "/admin/maintenance-mode", &[], b"").status
        }
    });
    let taken_back = plugin.run(&["config", "apply", "--watch", "20s", &file]);
    assert_eq!(worse.join().unwrap(), 200);
    assert_eq!(taken_back.status.code(), Some(1), "{}", said(&taken_back));
    assert!(
        said(&taken_back).contains("maintenance") && said(&taken_back).contains("taken back"),
        "{}",
        said(&taken_back)
    );
    assert_eq!(fs::read(plugin.config_file()).unwrap(), before);
    assert_eq!(setting(&plugin, "ai.timeout"), "10s");
    assert_eq!(
        metric(
            &plugin,
            "atest_ai_config_reloads_total{result=\"applied\",trigger=\"admin\"}"
        ),
        2.0
    );
}

#[test]
fn where_no_plugin_runs_the_file_is_changed_for_the_next_start() {
    let mut plugin = Plugin::start(&text(10));
    plugin.ask_to_stop();
    plugin.wait_until_ended();
    let file = candidate(&plugin, &text(20));
    let applied = plugin.run(&["config", "apply", &file]);
    assert!(applied.status.success(), "{}", said(&applied));
    assert!(said(&applied).contains("next start"), "{}", said(&applied));
    assert_eq!(fs::read(plugin.config_file()).unwrap(), fs::read(&file).unwrap());
}

#[test]
fn a_volume_of_kubernetes_is_left_alone() {
    let plugin = Plugin::start_from(&text(10), &[], super::volume::place);
    let file = candidate(&plugin, &text(20));
    let refused = plugin.run(&["config", "apply", &file]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(said(&refused).contains("ConfigMap"), "{}", said(&refused));
    assert_eq!(setting(&plugin, "ai.timeout"), "10s");
}

#[test]
fn config_reload_says_what_became_of_it() {
    let plugin = Plugin::start(&text(10));
    fs::write(plugin.config_file(), plugin.config_text(&text(20))).unwrap();
    let reloaded = plugin.run(&["config", "reload"]);
    assert!(reloaded.status.success() && said(&reloaded).contains("changed: ai.timeout"));
    fs::write(
        plugin.config_file(),
        plugin.config_text(&text(20)).replace("20s", "-"),
    )
    .unwrap();
    let refused = plugin.run(&["config", "reload"]);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
}
