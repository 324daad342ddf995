//! Commands that talk to a running plugin show a token where it needs one.

use std::fs;
use std::process::{Command, Output};

use super::{ADMIN, API};
use crate::support::plugin::Plugin;

/// Nobody is local, so that each command needs a token.
const CONFIG: &str = "server:\n  behind_proxy: true\naccess:\n  tokens:\n    \
                      admin: {sha256: DIGEST, scopes: [admin]}\n    api: {token: API, scopes: [api]}\n";

fn plugin() -> Plugin {
    // printf %s planted-admin-token-7c1e | sha256sum
    let digest = sha256sum(ADMIN);
    Plugin::start(&CONFIG.replace("DIGEST", &digest).replace("API", API))
}

fn sha256sum(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn run(plugin: &Plugin, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
        .arg("--config")
        .arg(plugin.folder().join("config.yaml"))
        .args(arguments)
        .env_clear()
        .env("HOME", plugin.folder())
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn they_show_the_named_token_and_say_what_is_missing() {
    let plugin = plugin();
    // The config holds only a digest of it.
    let without = run(&plugin, &["cache", "stats"], &[]);
    assert_eq!(without.status.code(), Some(1));
    assert!(said(&without).contains("no token"), "{}", said(&without));

    let variable = run(&plugin, &["cache", "stats"], &[("ATEST_EXT_AI_TOKEN", ADMIN)]);
    assert!(variable.status.success(), "{}", said(&variable));
    let file = plugin.folder().join("token");
    fs::write(&file, format!("{ADMIN}\n")).unwrap();
    let named = ["log-level", "debug", "--token-file", file.to_str().unwrap()];
    let by_file = run(&plugin, &named, &[]);
    assert!(by_file.status.success(), "{}", said(&by_file));

    let wrong = run(
        &plugin,
        &["log-level"],
        &[("ATEST_EXT_AI_TOKEN", "planted-wrong-token")],
    );
    assert_eq!(wrong.status.code(), Some(1));
    assert!(said(&wrong).contains("the token is refused"), "{}", said(&wrong));
    let scope = run(&plugin, &["log-level"], &[("ATEST_EXT_AI_TOKEN", API)]);
    assert!(
        said(&scope).contains("needs the scope `admin`"),
        "{}",
        said(&scope)
    );
    let nothing = run(&plugin, &["cache", "stats", "--token-file", "/nonexistent"], &[]);
    assert_eq!(nothing.status.code(), Some(2), "{}", said(&nothing));
    for output in [without, variable, by_file, wrong, scope, nothing] {
        assert!(!said(&output).contains("planted"), "{}", said(&output));
    }
}

#[test]
fn a_token_of_the_config_is_used_without_being_asked_for() {
    let plugin = plugin();
    let questions = plugin.folder().join("questions.txt");
    fs::write(&questions, "Show all users\n").unwrap();
    let warmed = run(&plugin, &["cache", "warm", questions.to_str().unwrap()], &[]);
    assert!(warmed.status.success(), "{}", said(&warmed));
}

#[test]
fn a_local_command_works_though_its_config_has_a_newer_token_than_the_plugin() {
    let plugin = Plugin::start("");
    let config = plugin.folder().join("config.yaml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(
        &config,
        format!("{text}\naccess:\n  tokens:\n    new: {{token: {ADMIN}, scopes: [admin]}}\n"),
    )
    .unwrap();
    let output = run(&plugin, &["cache", "stats"], &[]);
    assert!(output.status.success(), "{}", said(&output));
}
