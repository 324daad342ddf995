//! The command line as an operator uses it: what is wrong with a config, what is in force, whether a plugin is well.

use std::path::Path;
use std::process::{Command, Output, Stdio};

// Each test crate uses another part of it.
#[allow(dead_code)]
mod support {
    #[path = "../support/http.rs"]
    pub mod http;
    #[path = "../support/plugin.rs"]
    pub mod plugin;
}

use support::http;
use support::plugin::Plugin;

/// The plugin without anything of this machine's environment.
fn atest(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
        .args(arguments)
        .env_clear()
        .env("HOME", "/nonexistent")
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("the plugin runs")
}

/// Both streams: people read them together.
fn told(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// A config file with that content.
fn config(folder: &Path, content: &[u8]) -> String {
    let path = folder.join("config.yaml");
    std::fs::write(&path, content).expect("the file is written");
    path.display().to_string()
}

#[test]
fn the_version_names_the_commit() {
    let output = atest(&["--version"], &[]);
    let line = told(&output);
    assert!(output.status.success());
    assert!(
        line.starts_with(concat!("atest-ext-ai ", env!("CARGO_PKG_VERSION"), " (commit ")),
        "{line}"
    );
}

#[test]
fn a_config_that_is_none_ends_the_start_with_2_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("a.sock");
    let bomb = {
        let mut text = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
        for (this, before) in ('b'..='j').zip('a'..) {
            let aliases = vec![format!("*{before}"); 9].join(", ");
            text.push_str(&format!("{this}: &{this} [{aliases}]\n"));
        }
        text.into_bytes()
    };
    let huge = [b"# ".as_slice(), &vec![b'x'; 10 << 20]].concat();
    for (what, content) in [
        ("empty", b"".as_slice()),
        ("comments only", b"# nothing\n"),
        ("10 MB", &huge),
        ("aliases that explode", &bomb),
        ("not UTF-8", b"server:\n  host: \xff\xfe\n"),
        ("a list", b"- server\n- ai\n"),
        ("broken", b"server: {port: 1\n"),
    ] {
        let file = config(folder.path(), content);
        for arguments in [
            vec!["--config", &file, "--validate"],
            vec!["--config", &file, "--socket", socket.to_str().unwrap()],
        ] {
            let output = atest(&arguments, &[]);
            let said = told(&output);
            assert_eq!(output.status.code(), Some(2), "{what}: {said}");
            assert!(
                said.contains("config.yaml") && said.len() < 4000,
                "{what}: {said}"
            );
            assert!(!said.contains("panicked"), "{what}: {said}");
        }
    }
    assert!(!socket.exists());
}

#[test]
fn a_folder_and_a_missing_file_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.yaml");
    for path in [folder.path(), &missing] {
        let output = atest(&["--config", path.to_str().unwrap(), "--validate"], &[]);
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
        assert!(
            told(&output).contains(path.to_str().unwrap()),
            "{}",
            told(&output)
        );
    }
}

#[test]
fn every_problem_is_told_at_once_with_its_place_and_a_suggestion() {
    let folder = tempfile::tempdir().unwrap();
    let text = "server:\n  prot: 9090\n  timeout: soon\nai:\n  default_service: ${NOT_SET_ANYWHERE}\nlogging:\n  level: loud\n";
    let file = config(folder.path(), text.as_bytes());
    let output = atest(&["--config", &file, "--validate"], &[]);
    let said = told(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for part in [
        "config.yaml:2:3",
        "port",
        "config.yaml:3:",
        "NOT_SET_ANYWHERE",
        "config.yaml:7:",
        "logging.level",
    ] {
        assert!(said.contains(part), "{part} is missing in:\n{said}");
    }
}

#[test]
fn log_settings_that_contradict_themselves_are_found_by_validate() {
    let folder = tempfile::tempdir().unwrap();
    for (text, said) in [
        ("logging:\n  fields: {level: high}\n", "level"),
        (
            "logging:\n  components: {answer: info, sql_generator: debug}\n",
            "same component",
        ),
    ] {
        let file = config(folder.path(), text.as_bytes());
        let output = atest(&["--config", &file, "--validate"], &[]);
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
        assert!(told(&output).contains(said), "{}", told(&output));
    }
}

#[test]
fn the_three_files_that_come_along_are_valid() {
    for name in ["development", "staging", "production"] {
        let file = format!("{}/config/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        let output = atest(&["--config", &file, "--validate"], &[]);
        assert!(output.status.success(), "{name}: {}", told(&output));
    }
}

#[test]
fn what_is_in_force_is_shown_with_its_origin_and_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let text = "ai:\n  services:\n    cloud:\n      enabled: true\n      provider: openai\n      api_key: sk-very-s3cret\n";
    let file = config(folder.path(), text.as_bytes());
    let environment = [("LOG_LEVEL", "debug"), ("CLAUDE_API_KEY", "sk-other-s3cret")];
    for arguments in [
        vec!["--config", &file, "config", "show"],
        vec!["--config", &file, "config", "show", "--json"],
    ] {
        let output = atest(&arguments, &environment);
        let said = told(&output);
        assert!(output.status.success(), "{said}");
        assert!(!said.contains("s3cret"), "{said}");
        assert!(
            said.contains("LOG_LEVEL") && said.contains("config.yaml"),
            "{said}"
        );
    }
    let schema = atest(&["config", "schema"], &[]);
    let schema: serde_json::Value = serde_json::from_slice(&schema.stdout).expect("the schema is JSON");
    assert!(schema["properties"]["server"].is_object());
}

#[test]
fn a_healthcheck_tells_a_well_plugin_from_one_that_takes_no_questions() {
    let mut plugin = Plugin::start("");
    let file = plugin.folder().join("config.yaml").display().to_string();
    let check = || atest(&["--config", &file, "healthcheck"], &[]);

    let well = check();
    assert!(well.status.success(), "{}", told(&well));

    assert_eq!(
        http::send(plugin.http, "POST", "/admin/maintenance-mode", &[], b"").status,
        200
    );
    let resting = check();
    assert_eq!(resting.status.code(), Some(1), "{}", told(&resting));
    assert!(told(&resting).contains("maintenance"), "{}", told(&resting));

    plugin.ask_to_stop();
    plugin.wait_until_ended();
    let gone = check();
    assert_eq!(gone.status.code(), Some(1));
    assert!(told(&gone).contains("nobody serves"), "{}", told(&gone));
}
