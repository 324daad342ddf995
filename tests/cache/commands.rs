//! `cache stats`, `cache clear` and `cache warm` against a running plugin.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::hits::{is_cached, question};
use crate::support::http::send;
use crate::support::plugin::{Plugin, free_address};

fn command(plugin: &Plugin, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"));
    command
        .arg("--config")
        .arg(plugin.folder().join("config.yaml"))
        .arg("cache")
        .args(arguments)
        .env_clear()
        .env("HOME", plugin.folder())
        .current_dir(plugin.folder());
    command
}

fn run(plugin: &Plugin, arguments: &[&str]) -> (i32, String, String) {
    told(&command(plugin, arguments).output().expect("the binary runs"))
}

fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code().expect("no signal"),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn file(plugin: &Plugin, text: &[u8]) -> PathBuf {
    let path = plugin.folder().join("questions");
    fs::write(&path, text).expect("the file is written");
    path
}

#[test]
fn stats_and_clear_tell_people_and_programs() {
    let plugin = Plugin::start("");
    assert!(!is_cached(&plugin, &question("show all users")));
    assert!(is_cached(&plugin, &question("show all users")));

    let (code, text, _) = run(&plugin, &["stats"]);
    assert!(code == 0 && text.contains("answers  1 kept"), "{text}");
    assert!(text.contains("50.0 % needed no work"), "{text}");
    let (code, text, _) = run(&plugin, &["stats", "--json"]);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &document["answers"]["entries"]), (0, &json!(1)));

    let (code, text, _) = run(&plugin, &["clear"]);
    assert_eq!(
        (code, text.as_str()),
        (0, "cleared 1 answers and 1 schemas in memory\n")
    );
    let (code, text, _) = run(&plugin, &["--json", "clear"]);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (code, document),
        (0, json!({"answers": 0, "schemas": 0, "redis": null}))
    );
    assert!(!is_cached(&plugin, &question("show all users")));
}

#[test]
fn warming_puts_answers_there_and_counts_how_each_ended() {
    let plugin = Plugin::start("");
    let ddl = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, city TEXT)";
    let line = |text: &str| json!({"question": text, "dialect": "sqlite", "schema_ddl": ddl}).to_string();
    let questions = format!(
        "# the morning's questions\n\nShow all users\n{}\n{}\n",
        line("show all users"),
        line("count users by city")
    );
    let path = file(&plugin, questions.as_bytes());
    let path = path.to_str().unwrap();
    let (code, text, notes) = run(&plugin, &["warm", path]);
    assert!(
        code == 0 && text.starts_with("3 answered, 0 already cached, 0 failed, in "),
        "{text}{notes}"
    );
    assert!(
        notes.contains("3 of 3 asked\n") && !notes.contains('\u{1b}'),
        "{notes}"
    );
    assert!(is_cached(&plugin, &question("count users by city")));

    let failing = format!("{questions}{}\n", line("delete all users"));
    file(&plugin, failing.as_bytes());
    let (code, text, notes) = run(&plugin, &["warm", path, "--json", "--concurrency", "1"]);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (code, &document["answered"], &document["cached"]),
        (1, &json!(0), &json!(3))
    );
    assert_eq!(document["failed"][0]["line"], 6, "{text}");
    assert!(notes.contains("line 6 failed: "), "{notes}");
}

#[test]
fn warming_reads_standard_input_too() {
    let plugin = Plugin::start("");
    let mut child = command(&plugin, &["warm", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"Show all users\nShow all orders")
        .unwrap();
    let (code, text, notes) = told(&child.wait_with_output().unwrap());
    assert!(code == 0 && text.starts_with("2 answered"), "{text}{notes}");
}

#[test]
fn bad_lines_are_all_told_before_anything_is_asked() {
    let plugin = Plugin::start("");
    let path = file(
        &plugin,
        b"Show all users\n{\"question\": 1}\n{\"dialect\": \"mysql\"}\n\xff\n",
    );
    let (code, text, notes) = run(&plugin, &["warm", path.to_str().unwrap()]);
    assert_eq!((code, text.as_str()), (2, ""));
    for number in [
        "line 2: ",
        "line 3: ",
        "line 4: ",
        "3 bad lines; nothing was asked",
    ] {
        assert!(notes.contains(number), "{number}\n{notes}");
    }
    let (_, text, _) = run(&plugin, &["stats", "--json"]);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["answers"]["misses"], 0);
    for nothing in [b"# only this\n\n".as_slice(), b""] {
        let path = file(&plugin, nothing);
        assert_eq!(run(&plugin, &["warm", path.to_str().unwrap()]).0, 2);
    }
    assert_eq!(run(&plugin, &["warm", "no-such-file"]).0, 2);
    assert_eq!(run(&plugin, &["warm", ".", "--concurrency", "0"]).0, 2);
}

#[test]
fn each_question_fails_with_the_reason_when_the_plugin_takes_none() {
    let plugin = Plugin::start("");
    send(plugin.http, "POST", "/admin/maintenance-mode", &[], b"");
    let path = file(&plugin, b"Show all users\nShow all orders\n");
    let (code, text, notes) = run(&plugin, &["warm", path.to_str().unwrap()]);
    assert!(
        code == 1 && text.starts_with("0 answered, 0 already cached, 2 failed"),
        "{text}"
    );
    assert!(notes.contains("maintenance"), "{notes}");
}

#[test]
fn without_a_running_plugin_each_command_says_so() {
    let plugin = Plugin::start("");
    let elsewhere = plugin.folder().join("elsewhere.yaml");
    fs::write(
        &elsewhere,
        format!("server:\n  port: {}\n", free_address().port()),
    )
    .unwrap();
    let path = file(&plugin, b"Show all users\n");
    for arguments in [vec!["stats"], vec!["clear"], vec!["warm", path.to_str().unwrap()]] {
        let output = Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
            .arg("--config")
            .arg(&elsewhere)
            .arg("cache")
            .args(&arguments)
            .env_clear()
            .env("HOME", plugin.folder())
            .output()
            .unwrap();
        let (code, _, notes) = told(&output);
        assert!(code == 1 && notes.contains("refused"), "{arguments:?}: {notes}");
    }
}
