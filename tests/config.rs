//! The configuration as its user meets it: the real binary, real files, exit codes and what is printed.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The plugin in `folder`, without environment and without any config of the machine.
fn plugin(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"));
    command
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .args(arguments)
        .stdin(Stdio::null());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    plugin(folder, arguments).output().expect("the plugin runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn folder_with(config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("c.yaml"), config).expect("it can be written");
    folder
}

/// `ATEST_UPDATE_DOCS=1` writes the expected text anew; the change is then reviewed like code.
#[test]
fn a_go_plugins_file_is_valid_as_it_is_and_every_difference_is_explained() {
    let output = run(&golden(), &["--config", "go-plugin.yaml", "--validate"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let expected = golden().join("go-plugin.validate.txt");
    if std::env::var_os("ATEST_UPDATE_DOCS").is_some() {
        std::fs::write(&expected, &output.stdout).expect("it can be written");
    }
    let expected = std::fs::read_to_string(expected).expect("the golden file");
    assert_eq!(text(&output.stdout), expected);
}

#[test]
fn every_problem_goes_to_standard_error_and_the_exit_code_is_2() {
    let folder = folder_with("server:\n  prot: 1\nlogging:\n  level: loud\n");
    for arguments in [
        &["--config", "c.yaml", "--validate"][..],
        &["--config", "c.yaml", "config", "show"],
        &["--config", "c.yaml"],
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let told = text(&output.stderr);
        assert!(told.contains("c.yaml:2:3: server.prot: "), "{told}");
        assert!(told.contains("c.yaml:4:10: logging.level: "), "{told}");
        assert!(told.contains("2 problems"), "{told}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
    }
}

#[test]
fn programs_get_problems_and_notices_as_json() {
    let folder = folder_with("server:\n  prot: 1\n");
    let output = run(folder.path(), &["--config", "c.yaml", "--validate", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(told["valid"], false);
    assert_eq!(told["problems"][0]["key"], "server.prot");
    assert_eq!(told["problems"][0]["origin"]["line"], 2);

    let folder = folder_with("ai: {rate_limit: {window_size: 1m}}");
    let output = run(folder.path(), &["--config", "c.yaml", "--validate", "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let notices = told["notices"].as_array().expect("a list");
    let notice = notices
        .iter()
        .find(|notice| notice["key"] == "ai.rate_limit.window_size");
    assert_eq!(notice.expect("it is told")["topic"], "not_in_effect");
}

#[test]
fn show_prints_each_value_with_its_origin_and_no_secret() {
    let folder = folder_with(
        "server: {port: 9191}\nplugin: {version: '1'}\nai: {services: {eu: {provider: custom, endpoint: 'http://h', api_key: '${K}'}}}\n",
    );
    let output = plugin(
        folder.path(),
        &["--config", "c.yaml", "--socket", "/run/x.sock", "config", "show"],
    )
    .env("K", "hunter2")
    .env("LOG_LEVEL", "debug")
    .output()
    .expect("the plugin runs");
    let shown = text(&output.stdout);
    let line = |part: &str| {
        let found = shown.lines().find(|line| line.trim().starts_with(part));
        found.unwrap_or_else(|| panic!("{part}: {shown}")).to_owned()
    };
    assert!(line("port: 9191").contains("c.yaml:1:16"), "{shown}");
    assert!(
        line("level: debug").ends_with("# environment LOG_LEVEL"),
        "{shown}"
    );
    assert!(
        line("socket_path: /run/x.sock").ends_with("# command line --socket"),
        "{shown}"
    );
    assert!(line("timeout: 30s").ends_with("# default"), "{shown}");
    assert!(line("version:").contains("not in effect"), "{shown}");
    assert!(line("api_key:").contains("********"), "{shown}");
    let as_json = plugin(folder.path(), &["--config", "c.yaml", "config", "show", "--json"])
        .env("K", "hunter2")
        .output()
        .expect("the plugin runs");
    let settings: Value = serde_json::from_slice(&as_json.stdout).expect("JSON");
    let settings = settings["settings"].as_array().expect("a list");
    let key = settings
        .iter()
        .find(|setting| setting["key"] == "ai.services.eu.api_key");
    assert_eq!(key.expect("it is shown")["value"], "********");
    assert!(!shown.contains("hunter2") && !text(&as_json.stdout).contains("hunter2"));
}

#[test]
fn what_the_page_saved_is_shown_with_its_origin_and_what_is_wrong_with_it_is_told() {
    let folder = folder_with("ai: {services: {openai: {model: from-file}}}\n");
    let state = folder.path().join(".local/state/atest-ext-ai");
    std::fs::create_dir_all(&state).expect("a folder");
    let saved = r#"{"version": 1, "services": {
        "openai": {"provider": "openai", "model": "from-page", "api_key": "hunter2", "api_key_for": "https://api.openai.com"},
        "odd": {"provider": "nobody"}
    }}"#;
    std::fs::write(state.join("settings.json"), saved).expect("it can be written");
    let told = run(folder.path(), &["--config", "c.yaml", "--validate"]);
    assert_eq!(told.status.code(), Some(0), "{}", text(&told.stderr));
    let told = text(&told.stdout);
    assert!(
        told.contains("ai.services.odd") && told.contains("mode is 0600 now"),
        "{told}"
    );
    let shown = run(folder.path(), &["--config", "c.yaml", "config", "show"]);
    let shown = text(&shown.stdout);
    let line = |part: &str| {
        shown
            .lines()
            .find(|line| line.trim().starts_with(part))
            .unwrap_or_default()
    };
    assert!(
        line("model: from-page").ends_with("# saved by the page"),
        "{shown}"
    );
    assert!(line("api_key:").contains("********"), "{shown}");
    assert!(!shown.contains("hunter2") && !told.contains("hunter2"), "{told}");
}

#[test]
fn the_schema_is_json_and_knows_the_settings() {
    let output = run(Path::new("/"), &["config", "schema"]);
    let schema: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let server = &schema["properties"]["server"];
    assert_eq!(server["properties"]["port"]["maximum"], 65535);
    assert_eq!(server["additionalProperties"], false);
    let limit = &schema["properties"]["ai"]["properties"]["rate_limit"]["properties"];
    assert!(limit["window_size"]["x-not-in-effect"].is_string(), "{limit}");
    assert!(limit["burst_size"]["x-not-in-effect"].is_null(), "{limit}");
}

#[test]
fn a_stray_config_in_the_working_folder_is_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["config.yaml", "config.yml", "atest-ext-ai.yaml"] {
        std::fs::write(folder.path().join(name), "this is: [not ours").expect("it can be written");
    }
    let output = run(folder.path(), &["--validate"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}
