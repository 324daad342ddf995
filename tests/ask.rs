//! `ask` and `ask --batch` as a person or a script uses them: the real binary, real files, and SQL that is run.

#![allow(clippy::unwrap_used, reason = "a test may end with a panic")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row, TypeInfo, ValueRef};

const SHOP: &str = include_str!("../config/demo/shop.sql");

/// The plugin without any config, environment or state of the machine it runs on.
fn plugin() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"));
    command
        .env_clear()
        .env("HOME", "/nonexistent")
        .stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    plugin().args(arguments).output().expect("the plugin runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

async fn shop(folder: &Path) -> PathBuf {
    let path = folder.join("shop.sqlite");
    let mut connection = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true)
        .connect()
        .await
        .expect("a new database");
    connection
        .execute(SHOP)
        .await
        .expect("the demo shop is valid SQL");
    connection.close().await.expect("it closes");
    path
}

/// The rows of a statement as text, column names left out.
async fn rows(database: &Path, sql: &str) -> Vec<Vec<String>> {
    let mut connection = SqliteConnectOptions::new()
        .filename(database)
        .read_only(true)
        .connect()
        .await
        .expect("the database opens");
    let rows = sqlx::query(AssertSqlSafe(sql.to_owned()))
        .fetch_all(&mut connection)
        .await;
    rows.unwrap_or_else(|error| panic!("{sql} does not run: {error}"))
        .iter()
        .map(texts)
        .collect()
}

fn texts(row: &SqliteRow) -> Vec<String> {
    (0..row.columns().len())
        .map(|index| {
            let value = row.try_get_raw(index).expect("a column");
            match value.type_info().name() {
                "NULL" => "NULL".into(),
                "INTEGER" | "BOOLEAN" => row.get_unchecked::<i64, _>(index).to_string(),
                "REAL" => format!("{:.2}", row.get_unchecked::<f64, _>(index)),
                _ => row.get_unchecked::<String, _>(index),
            }
        })
        .collect()
}

fn answer(database: &Path, question: &str) -> Value {
    let output = run(&[
        "ask",
        question,
        "--database",
        database.to_str().unwrap(),
        "--json",
    ]);
    assert!(
        output.status.success(),
        "{question}: {} {}",
        stdout(&output),
        stderr(&output)
    );
    serde_json::from_str(&stdout(&output)).expect("one JSON object")
}

#[tokio::test]
async fn the_guides_requests_give_the_right_rows() {
    let folder = tempfile::tempdir().unwrap();
    let database = shop(folder.path()).await;
    let count = |table: &str| SHOP_ROWS.iter().find(|(name, _)| *name == table).unwrap().1;

    let users = answer(&database, "Show all users");
    assert_eq!(
        rows(&database, users["sql"].as_str().unwrap()).await.len(),
        count("users")
    );

    let products = answer(&database, "Get product count");
    assert_eq!(
        rows(&database, products["sql"].as_str().unwrap()).await,
        [[count("products").to_string()]]
    );

    let revenue = answer(&database, "Calculate total revenue");
    assert_eq!(
        rows(&database, revenue["sql"].as_str().unwrap()).await,
        [["1768.10"]]
    );

    let active = answer(&database, "Find active customers");
    let names: Vec<String> = rows(&database, active["sql"].as_str().unwrap())
        .await
        .into_iter()
        .map(|row| row[1].clone())
        .collect();
    assert_eq!(names, ["Anna Berger", "Bruno Costa", "Dara Nolan", "Farid Amin"]);
}

/// Rows of the demo shop, counted by hand.
const SHOP_ROWS: [(&str, usize); 2] = [("users", 5), ("products", 8)];

#[tokio::test]
async fn an_answer_is_sql_on_standard_output_and_remarks_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let database = shop(folder.path()).await;
    let output = run(&["ask", "show all users", "--database", database.to_str().unwrap()]);
    assert!(output.status.success());
    let sql = stdout(&output);
    assert!(
        sql.trim_end().ends_with(';') && sql.starts_with("SELECT"),
        "{sql}"
    );
    assert!(stderr(&output).contains("confidence 0."), "{}", stderr(&output));
}

#[tokio::test]
async fn the_database_is_never_written() {
    let folder = tempfile::tempdir().unwrap();
    let database = shop(folder.path()).await;
    let before = std::fs::read(&database).unwrap();
    answer(&database, "how many orders are there");
    assert_eq!(std::fs::read(&database).unwrap(), before);
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no journal is left behind"
    );
}

#[tokio::test]
async fn writes_chit_chat_and_unknown_things_are_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let database = shop(folder.path()).await;
    for (question, word) in [
        ("delete all users", "write"),
        ("drop table orders", "write"),
        ("hello, how are you?", "chit_chat"),
        ("show all unicorns", "not_in_schema"),
    ] {
        let output = run(&[
            "ask",
            question,
            "--database",
            database.to_str().unwrap(),
            "--json",
        ]);
        assert_eq!(output.status.code(), Some(1), "{question}");
        let reply: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(reply["sql"], Value::Null, "{question}");
        assert_eq!(reply["reason"], word, "{question}: {reply}");
        assert!(
            reply["refusal"].as_str().unwrap().len() > 20,
            "{question}: {reply}"
        );
    }
}

#[test]
fn without_a_schema_the_answer_says_so_and_is_not_sure() {
    let output = run(&["ask", "Show all users", "--dialect", "postgresql", "--json"]);
    let reply: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(reply["sql"], "SELECT * FROM users");
    assert!(reply["confidence"].as_f64().unwrap() <= 0.5, "{reply}");
    assert!(
        reply["warnings"][0].as_str().unwrap().contains("schema"),
        "{reply}"
    );
}

#[test]
fn a_database_that_cannot_be_read_is_wrong_use() {
    let folder = tempfile::tempdir().unwrap();
    for (database, said) in [
        (
            folder.path().join("none.db").display().to_string(),
            "does not exist",
        ),
        (folder.path().display().to_string(), "folder"),
        (
            "postgres://user:s3cret@127.0.0.1:1/db".to_owned(),
            "cannot be reached",
        ),
        ("mysql://user:s3cret@127.0.0.1".to_owned(), "names no database"),
    ] {
        let output = run(&["ask", "show all users", "--database", &database]);
        assert_eq!(output.status.code(), Some(2), "{database}");
        let told = stderr(&output);
        assert!(told.contains(said) && !told.contains("s3cret"), "{told}");
    }
}

#[test]
fn a_provider_that_is_not_there_is_never_replaced() {
    let output = run(&["ask", "show all users", "--provider", "openai"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("openai"), "{}", stderr(&output));
    assert!(stdout(&output).is_empty());
}

/// Runs `ask --batch` over lines and gives its answers.
fn batch(folder: &Path, lines: &[String]) -> (Output, Vec<Value>) {
    let input = folder.join("in.jsonl");
    let mut file = std::fs::File::create(&input).unwrap();
    for line in lines {
        writeln!(file, "{line}").unwrap();
    }
    let out = folder.join("out.jsonl");
    let output = run(&[
        "ask",
        "--batch",
        input.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    let text = std::fs::read_to_string(&out).unwrap();
    (
        output,
        text.lines()
            .map(|line| serde_json::from_str(line).expect("a JSON object a line"))
            .collect(),
    )
}

#[tokio::test]
async fn a_batch_keeps_its_order_and_takes_every_way_of_giving_a_schema() {
    let folder = tempfile::tempdir().unwrap();
    shop(folder.path()).await;
    let ddl = "CREATE TABLE boats (id INT PRIMARY KEY, name TEXT, harbour TEXT)";
    let lines = [
        json!({"id": "a", "question": "how many boats are there", "schema_ddl": ddl, "dialect": "postgresql", "gold": 1}),
        json!({"id": 2, "question": "boats in Bergen", "schema_ddl": ddl, "schema_values": {"boats": {"harbour": ["Bergen"]}}}),
        json!({"id": 3, "question": "boats in Bergen", "schema_ddl": ddl, "schema_values": "{\"boats\":{\"harbour\":[\"Bergen\"]}}"}),
        json!({"id": 4, "question": "show all products", "database": "shop.sqlite"}),
        json!({"id": 5, "question": "delete all boats", "schema_ddl": ddl}),
    ];
    let (output, answers) = batch(folder.path(), &lines.map(|line| line.to_string()));
    assert!(output.status.success(), "{}", stderr(&output));
    let ids: Vec<&Value> = answers.iter().map(|answer| &answer["id"]).collect();
    assert_eq!(ids, [&json!("a"), &json!(2), &json!(3), &json!(4), &json!(5)]);
    assert!(answers[0]["sql"].as_str().unwrap().contains("COUNT"));
    assert!(
        answers[1]["sql"].as_str().unwrap().contains("'Bergen'"),
        "{}",
        answers[1]
    );
    assert_eq!(answers[1]["sql"], answers[2]["sql"]);
    assert!(answers[3]["sql"].as_str().unwrap().contains("products"));
    assert_eq!(answers[4]["sql"], Value::Null);
    assert!(!answers[4]["refusal"].as_str().unwrap().is_empty());
    for answer in &answers[..4] {
        assert_eq!(answer["confidence_source"], "builtin");
        assert!(!answer["explanation"].as_str().unwrap().is_empty());
    }
}

#[test]
fn a_broken_line_is_named_and_the_others_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let lines = [
        r#"{"id":1,"question":"show all users"}"#.to_owned(),
        "this is no JSON".to_owned(),
        r#"{"id":3,"question":"show all users","dialect":"oracle"}"#.to_owned(),
        r#"{"id":4,"question":"show all users","database":"/nowhere/x.db"}"#.to_owned(),
        r#"{"id":4,"question":"show all users","schema_values":{"users":["active"]}}"#.to_owned(),
        r#"{"id":5,"question":"show all orders"}"#.to_owned(),
    ];
    let (output, answers) = batch(folder.path(), &lines);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(answers.len(), 6);
    assert!(answers[0]["sql"].is_string() && answers[5]["sql"].is_string());
    for (index, said) in [
        (1, "line 2"),
        (2, "oracle"),
        (3, "does not exist"),
        (4, "schema_values.users"),
    ] {
        assert!(
            answers[index]["refusal"].as_str().unwrap().contains(said),
            "{}",
            answers[index]
        );
    }
}

#[test]
fn odd_questions_get_a_reason_or_an_answer_and_never_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let ddl = "CREATE TABLE users (id INT, name TEXT, email TEXT)";
    let huge = "show all users ".repeat(70_000);
    let questions = [
        "",
        "   \t ",
        &huge,
        "show\u{0}all\u{7}users",
        "{{ randAlpha 3 }} users",
        "{{",
        "أظهر جميع المستخدمين",
        "\u{202e}sresu lla wohs",
        "show all users 🎉🎉",
        "🦄",
        "'; DROP TABLE users; --",
        "users\nwhere name = 'x' OR 1=1",
    ];
    let lines: Vec<String> = (questions.iter().enumerate())
        .map(|(id, question)| json!({"id": id, "question": question, "schema_ddl": ddl}).to_string())
        .collect();
    let (output, answers) = batch(folder.path(), &lines);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(answers.len(), questions.len());
    for answer in &answers {
        match answer["sql"].as_str() {
            Some(sql) => assert!(
                sql.starts_with("SELECT") && !sql.contains('\n') && !sql.contains(';'),
                "{sql}"
            ),
            None => assert!(answer["refusal"].as_str().unwrap().len() > 10, "{answer}"),
        }
    }
    assert!(
        answers[0]["refusal"].as_str().unwrap().contains("empty"),
        "{}",
        answers[0]
    );
    assert!(
        answers[2]["refusal"].as_str().unwrap().contains("bytes"),
        "the length is named"
    );
    assert_eq!(answers[8]["sql"], "SELECT * FROM users");
}

#[test]
fn statements_that_do_not_parse_are_placed_and_the_rest_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let ddl = "CREATE TABLE boats (id INT, name TEXT);\n\nCREATE TABLE broken (id INT,, ) WITH;;\nCREATE TABLE ports (id INT);";
    let (_, answers) = batch(
        folder.path(),
        &[json!({"id": 1, "question": "show all ports", "schema_ddl": ddl}).to_string()],
    );
    assert_eq!(answers[0]["sql"], "SELECT * FROM ports");
    let warnings = answers[0]["warnings"].to_string();
    assert!(warnings.contains("line 3"), "{warnings}");
}

#[test]
fn a_table_of_five_thousand_columns_is_read_and_asked() {
    let folder = tempfile::tempdir().unwrap();
    let columns: Vec<String> = (0..5000)
        .map(|number| format!("reading_{number} DECIMAL(9,3)"))
        .collect();
    let ddl = format!(
        "CREATE TABLE sensors (id INT PRIMARY KEY, {})",
        columns.join(", ")
    );
    let line = json!({"id": 1, "question": "how many sensors are there", "schema_ddl": ddl}).to_string();
    let (output, answers) = batch(folder.path(), &[line]);
    assert!(output.status.success());
    assert_eq!(
        answers[0]["sql"], "SELECT COUNT(*) FROM sensors",
        "{}",
        answers[0]
    );
}

#[test]
fn a_batch_that_cannot_be_read_or_written_is_wrong_use() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.jsonl");
    assert_eq!(
        run(&["ask", "--batch", missing.to_str().unwrap()]).status.code(),
        Some(2)
    );
    assert_eq!(
        run(&["ask", "--batch", folder.path().to_str().unwrap()])
            .status
            .code(),
        Some(2)
    );
    assert_eq!(run(&["ask"]).status.code(), Some(2), "no question");
    assert_eq!(
        run(&["ask", "show all users", "--dialect", "oracle"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn a_reader_that_goes_away_is_no_crash() {
    let mut child = plugin()
        .args(["ask", "show all users"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the plugin runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
}
