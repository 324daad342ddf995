//! The page in a real browser, against the real binary: Chromium through playwright-core, one script in `browser/` a
//! promise. Pictures of every state are left in `target/browser/` for people to look at.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails where it stands, and tells what was measured"
)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use support::http::get;
use support::peer::{beside_venv, wanted};
use support::plugin::{Plugin, free_address};

// Each test crate uses another part of it.
#[allow(dead_code)]
mod support {
    #[path = "../support/http.rs"]
    pub mod http;
    #[path = "../support/peer.rs"]
    pub mod peer;
    #[path = "../support/plugin.rs"]
    pub mod plugin;
}

const INSTALL: &str =
    "apt-get install -y --no-install-recommends chromium fonts-noto-cjk nodejs npm sqlite3, then make peers";

/// The plugin with the demo shop, where answers may be run, and a model server that the scripts play themselves.
struct Scene {
    plugin: Plugin,
    model: u16,
    _folder: TempDir,
    /// One browser at a time: times are measured.
    _turn: File,
}

impl Scene {
    /// `None` where browsers are to be left alone.
    fn new(environment: &[(&str, &str)]) -> Option<Scene> {
        if !wanted(&["chromium", "node", "sqlite3"], INSTALL) {
            return None;
        }
        let pictures = root().join("target/browser");
        fs::create_dir_all(&pictures).unwrap();
        let turn = File::create(pictures.join(".lock")).unwrap();
        turn.lock().unwrap();
        let folder = TempDir::with_prefix("atest-page-").unwrap();
        let shop = folder.path().join("shop.sqlite");
        let made = Command::new("sqlite3")
            .arg(&shop)
            .arg(format!(".read {}", root().join("config/demo/shop.sql").display()))
            .status()
            .unwrap();
        assert!(made.success());
        let model = free_address().port();
        let config = format!(
            "preview: {{enabled: true}}\ndatabases:\n  default:\n    driver: sqlite\n    path: {}\n\
             ai:\n  services:\n    lab: {{provider: custom, endpoint: 'http://127.0.0.1:{model}/v1', model: plain-model}}\n",
            shop.display()
        );
        Some(Scene {
            plugin: Plugin::start_with(&config, environment),
            model,
            _folder: folder,
            _turn: turn,
        })
    }

    fn play(&self, script: &str, environment: &[(&str, &str)]) {
        let played = Command::new("node")
            .arg(root().join("tests/browser").join(script))
            .env("ADDRESS", self.plugin.http.to_string())
            .env("SOCKET", &self.plugin.socket)
            .env("MODEL_PORT", self.model.to_string())
            .env("BINARY", env!("CARGO_BIN_EXE_atest-ext-ai"))
            .env("TOOLS", tools())
            .env("SHOTS", root().join("target/browser"))
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        let (told, wrong) = (
            String::from_utf8_lossy(&played.stdout),
            String::from_utf8_lossy(&played.stderr),
        );
        println!("{told}");
        assert!(played.status.success(), "{script}:\n{told}\n{wrong}");
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// playwright-core, axe, and what checks the script, as `make peers` installs them.
fn tools() -> PathBuf {
    let modules = beside_venv("page-tools/node_modules");
    assert!(
        modules.join("playwright-core").is_dir(),
        "playwright-core is not in {}; install it with: make peers (or set ATEST_PEERS=skip)",
        modules.display()
    );
    modules
}

fn play(script: &str) {
    if let Some(scene) = Scene::new(&[]) {
        scene.play(script, &[]);
    }
}

#[test]
fn stand_alone_a_person_asks_corrects_runs_and_keeps_what_they_asked() {
    play("standalone.mjs");
}

#[test]
fn what_was_asked_is_kept_in_the_browser_exported_and_deleted_in_all_windows() {
    play("past.mjs");
}

#[test]
fn embedded_as_atest_does_it_the_page_works_through_atests_gateway() {
    play("embedded.mjs");
}

#[test]
fn taken_away_nothing_of_the_page_is_left() {
    play("mounting.mjs");
}

#[test]
fn with_a_keyboard_alone_every_place_is_reached_seen_and_kept() {
    play("keyboard.mjs");
}

#[test]
fn on_320_pixels_nothing_is_cut_off() {
    play("narrow.mjs");
}

#[test]
fn much_at_once_is_shown_in_parts() {
    play("large.mjs");
}

#[test]
fn the_plugin_may_end_and_come_back_while_the_page_is_open() {
    play("restart.mjs");
}

#[test]
fn whatever_is_answered_it_stays_text() {
    play("hostile.mjs");
}

#[test]
fn offline_slow_and_stopped_the_page_says_so_and_never_locks() {
    play("network.mjs");
}

#[test]
fn from_another_address_one_signs_in_first() {
    let token = "planted-token-of-the-browser";
    if let Some(scene) = Scene::new(&[("ATEST_EXT_AI_ADMIN_TOKEN", token)]) {
        scene.play("signin.mjs", &[("TOKEN", token)]);
    }
}

#[test]
fn the_status_page_shows_the_numbers_that_were_scraped() {
    play("status.mjs");
}

#[test]
fn every_state_is_accessible_in_both_languages_and_themes() {
    play("states.mjs");
}

#[test]
fn the_page_is_there_at_once_and_stays_quick_with_500_questions() {
    play("speed.mjs");
}

#[test]
fn the_script_is_typed_linted_and_formatted() {
    if !wanted(&["node"], INSTALL) {
        return;
    }
    let bin = tools().join(".bin");
    let run = |tool: &str, arguments: &[&str]| {
        let ran = Command::new(bin.join(tool))
            .args(arguments)
            .current_dir(root())
            .output()
            .unwrap();
        let told = [ran.stdout, ran.stderr].concat();
        assert!(
            ran.status.success(),
            "{tool}:\n{}",
            String::from_utf8_lossy(&told)
        );
    };
    run("tsc", &["--project", "ui"]);
    run(
        "prettier",
        &[
            "--config",
            "ui/.prettierrc.json",
            "--check",
            "ui/src/*.js",
            "ui/ai-chat.css",
        ],
    );
    run(
        "prettier",
        &[
            "--config",
            "ui/.prettierrc.json",
            "--check",
            "tests/browser/**/*.mjs",
            "ui/eslint.config.mjs",
        ],
    );
    // As it is served: only there does one part see the names of the others.
    let plugin = Plugin::start("");
    let folder = TempDir::new_in(root().join("target")).unwrap();
    let script = folder.path().join("ai-chat.js");
    fs::write(&script, get(plugin.http, "/ui/ai-chat.js").body).unwrap();
    fs::copy(
        root().join("ui/eslint.config.mjs"),
        folder.path().join("eslint.config.mjs"),
    )
    .unwrap();
    let linted = Command::new(bin.join("eslint"))
        .arg("ai-chat.js")
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(
        linted.status.success(),
        "{}",
        String::from_utf8_lossy(&linted.stdout)
    );
}
