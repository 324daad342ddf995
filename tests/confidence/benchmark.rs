//! `eval`: a provider is scored on a folder of questions.

use std::path::Path;

use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

use crate::fake_provider::{FakeProvider, Received, Script, openai_sse};
use crate::support::plugin::Plugin;
use crate::{config, written};

/// A folder with a database and six questions; what becomes of each is its id.
pub async fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("db")).unwrap();
    let mut database = SqliteConnectOptions::new()
        .filename(folder.path().join("db/users.sqlite"))
        .create_if_missing(true)
        .connect()
        .await
        .unwrap();
    let rows = "INSERT INTO users VALUES (1, 'Ann', 30, 1), (2, 'Bob', 40, 0), (3, 'Cid', 50, 1);";
    database
        .execute(AssertSqlSafe(format!("{} {rows}", crate::DDL)))
        .await
        .unwrap();
    database.close().await.unwrap();
    let line = |id: &str, question: &str, gold: Value, hardness: &str| {
        json!({"id": id, "question": question, "db_path": "db/users.sqlite", "dialect": "sqlite", "gold_sql": gold,
               "source": "own", "shape": "single", "hardness": hardness})
    };
    let lines = [
        line(
            "right",
            "names of all users",
            json!("SELECT name FROM users"),
            "easy",
        ),
        line(
            "other order",
            "names and ages",
            json!("SELECT name, age FROM users"),
            "easy",
        ),
        line(
            "wrong",
            "names of active users",
            json!("SELECT name FROM users WHERE active"),
            "hard",
        ),
        line(
            "does not run",
            "users by age",
            json!("SELECT name FROM users ORDER BY age DESC"),
            "hard",
        ),
        line(
            "refused",
            "users of old",
            json!("SELECT name FROM users WHERE age > 40"),
            "hard",
        ),
        line("refused rightly", "drop everything", Value::Null, "easy"),
        line("answered wrongly", "delete Ann", Value::Null, "easy"),
        line(
            "unusable",
            "names of nobody",
            json!("SELECT name FROM nobody"),
            "easy",
        ),
    ];
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(folder.path().join("questions.jsonl"), text).unwrap();
    folder
}

/// A model that knows some of the answers.
pub fn model(request: &Received) -> Script {
    let body = request.json();
    let asked = body["messages"][1]["content"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let is_about = |words: &str| asked.contains(words);
    if is_about("names of all users") || is_about("delete Ann") || is_about("names of nobody") {
        written("SELECT u.name FROM users u")
    } else if is_about("names and ages") {
        written("SELECT age, name FROM users ORDER BY age DESC")
    } else if is_about("names of active users") {
        written("SELECT name FROM users WHERE active = 0")
    } else if is_about("users by age") {
        // Everything is known, and SQLite can plan it; the number is too large when it is run.
        written("SELECT ABS(-9223372036854775807 - id) FROM users")
    } else {
        openai_sse(
            r#"{"sql": "", "explanation": "", "tables": [], "assumptions": [], "answerable": false, "clarification": "Which?"}"#,
        )
    }
}

/// A plugin's config and program with that model.
pub async fn plugin() -> (FakeProvider, Plugin) {
    let provider = FakeProvider::start(model).await;
    let plugin = Plugin::start(&config(&provider, ""));
    (provider, plugin)
}

pub fn eval(plugin: &Plugin, folder: &Path, more: &[&str]) -> std::process::Output {
    let folder = folder.display().to_string();
    plugin.run(&[&["eval", folder.as_str()], more].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_scored_by_the_rows_that_its_sql_gives() {
    let (folder, (_provider, plugin)) = (folder().await, plugin().await);
    let out = folder.path().join("out.jsonl").display().to_string();
    let output = eval(&plugin, folder.path(), &["--json", "--out", &out]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{told}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let answers = std::fs::read_to_string(&out).unwrap();
    let became: Vec<(String, String)> = answers
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|line| {
            let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
            (text("id"), text("outcome"))
        })
        .collect();
    for (id, outcome) in &became {
        let expected = match id.as_str() {
            "right" | "other order" => "right",
            "wrong" | "answered wrongly" => "wrong",
            "does not run" => "does_not_run",
            "refused" => "refused",
            "refused rightly" => "refused_rightly",
            _ => "unusable",
        };
        assert_eq!(outcome, expected, "{id}: {answers}");
    }
    let all = &report["all"];
    assert_eq!(all["questions"], 7, "{report}");
    assert_eq!(all["right"], 3);
    assert_eq!(all["answered"], 5);
    assert_eq!(all["precision"], 0.4);
    assert_eq!(report["unusable"], 1);
    assert_eq!(report["groups"]["hardness=hard"]["questions"], 3);
    assert_eq!(report["groups"]["source=own"]["right"], 3);
    assert!(report["confidence"]["brier"].is_number() && report["latency_ms"]["p50"].is_number());

    let output = eval(&plugin, folder.path(), &["--limit", "1"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("100.0 %") && text.contains("Brier"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_right_by_accident_is_found_on_a_thinned_copy() {
    let folder = folder().await;
    let mut database = SqliteConnectOptions::new()
        .filename(folder.path().join("db/users.sqlite"))
        .connect()
        .await
        .unwrap();
    let more = "INSERT INTO users SELECT id + 3, name, age, active FROM users;
                INSERT INTO users SELECT id + 6, name, age, active FROM users;";
    database.execute(more).await.unwrap();
    database.close().await.unwrap();
    let question = json!({"id": 1, "question": "how many users", "db_path": "db/users.sqlite",
                          "gold_sql": "SELECT COUNT(*) FROM users"});
    std::fs::write(folder.path().join("questions.jsonl"), question.to_string()).unwrap();
    let provider = FakeProvider::start(|_| written("SELECT MAX(id) FROM users")).await;
    let plugin = Plugin::start(&config(&provider, ""));
    for (suite, right) in [("1", 1), ("2", 0), ("3", 0)] {
        let output = eval(&plugin, folder.path(), &["--json", "--suite", suite]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["all"]["right"], right, "{suite}: {report}");
    }
    let refused = eval(&plugin, folder.path(), &["--suite", "4"]);
    assert_eq!(refused.status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_engine_can_be_scored_without_any_config() {
    let folder = folder().await;
    let plugin = Plugin::start("");
    let output = eval(&plugin, folder.path(), &["--provider", "builtin", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["confidence_sources"], json!(["builtin"]), "{report}");
    assert!(report["all"]["right"].as_u64().unwrap() >= 4, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_answers_nothing_fails_the_command_with_the_reason() {
    let folder = folder().await;
    let plugin = Plugin::start(
        "ai:\n  health_check_interval: 0s\n  services:\n    openai: {provider: openai, endpoint: 'http://127.0.0.1:9', model: m}\n",
    );
    let output = eval(&plugin, folder.path(), &["--provider", "openai"]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        told.contains("nobody answered any question") && told.contains("openai"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_told() {
    let plugin = Plugin::start("");
    let folder = tempfile::tempdir().unwrap();
    let output = eval(&plugin, folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("questions.jsonl nor dev.jsonl"), "{told}");
    std::fs::write(folder.path().join("mine.jsonl"), "{\"question\": 5}\n").unwrap();
    let output = eval(&plugin, folder.path(), &["--questions", "mine.jsonl"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("mine.jsonl line 1 is no question"), "{told}");
    assert_eq!(plugin.run(&["eval"]).status.code(), Some(2));
}
