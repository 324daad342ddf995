//! A question asked again is answered from memory, and only the same question is.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::http::{Reply, get, send};
use crate::support::plugin::Plugin;

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// Asks over HTTP.
pub fn ask(plugin: &Plugin, body: &Value) -> Reply {
    let body = body.to_string();
    let reply = send(
        plugin.http,
        "POST",
        "/api/v1/data/query",
        &[JSON],
        body.as_bytes(),
    );
    assert_eq!(reply.pair("success").as_deref(), Some("true"), "{}", reply.text());
    reply
}

/// Whether a question is answered from the cache.
pub fn is_cached(plugin: &Plugin, body: &Value) -> bool {
    match ask(plugin, body).pair("cached").as_deref() {
        Some("true") => true,
        Some("false") => false,
        other => panic!("cached is {other:?}"),
    }
}

/// A question with tables of its own.
pub fn question(text: &str) -> Value {
    json!({
        "type": "ai", "natural_language": text, "database_type": "sqlite",
        "schema_ddl": "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, city TEXT)",
    })
}

#[test]
fn the_same_question_is_found_and_its_answer_is_the_same() {
    let plugin = Plugin::start("");
    let first = ask(&plugin, &question("show all users"));
    assert_eq!(first.pair("cached").as_deref(), Some("false"));
    let second = ask(&plugin, &question("  show  all users "));
    assert_eq!(second.pair("cached").as_deref(), Some("true"));
    for pair in [
        "generated_sql",
        "explanation",
        "confidence",
        "confidence_source",
        "warnings",
        "provider",
        "pretty_sql",
        "model_used",
    ] {
        assert_eq!(first.pair(pair), second.pair(pair), "{pair}");
    }
    assert_ne!(first.pair("request_id"), second.pair("request_id"));
    let state = get(plugin.http, "/admin/cache").json();
    assert_eq!(
        (&state["answers"]["hits"], &state["answers"]["misses"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(state["answers"]["entries"], 1);
    assert!(state["answers"]["bytes"].as_u64().unwrap() > 500);
    let metrics = get(plugin.http, "/metrics").text();
    assert!(metrics.contains("\natest_ai_cache_hits_total 1\n"), "{metrics}");
    assert!(metrics.contains("\natest_ai_cache_misses_total 1\n"), "{metrics}");
}

#[test]
fn whatever_decides_an_answer_makes_another_question() {
    let plugin = Plugin::start("");
    let base = question("show all users");
    assert!(!is_cached(&plugin, &base));
    for (name, value) in [
        ("natural_language", json!("show all Users")),
        ("database_type", json!("mysql")),
        (
            "schema_ddl",
            json!("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, city TEXT )"),
        ),
        ("schema_values", json!({"users": {"city": ["Paris"]}})),
        ("schema_values", json!({"users": {"city": ["Rome"]}})),
    ] {
        let mut other = base.clone();
        other[name] = value;
        assert!(!is_cached(&plugin, &other), "{other}");
        assert!(is_cached(&plugin, &other), "{other}");
    }
    assert!(is_cached(&plugin, &base));
}

#[test]
fn a_refusal_is_not_kept() {
    let plugin = Plugin::start("");
    let write = question("delete all users").to_string();
    for _ in 0..2 {
        let reply = send(
            plugin.http,
            "POST",
            "/api/v1/data/query",
            &[JSON],
            write.as_bytes(),
        );
        assert_eq!(
            reply.pair("success").as_deref(),
            Some("false"),
            "{}",
            reply.text()
        );
    }
    let state = get(plugin.http, "/admin/cache").json();
    assert_eq!(
        (&state["answers"]["entries"], &state["answers"]["misses"]),
        (&json!(0), &json!(2))
    );
}

fn sql(database: &Path, statements: &str) {
    let done = Command::new("python3")
        .args([
            "-c",
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit()",
        ])
        .arg(database)
        .arg(statements)
        .status()
        .expect("python3 runs");
    assert!(done.success());
}

#[test]
fn a_database_that_changed_is_never_answered_from_before() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.db");
    sql(&file, "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)");
    let config = format!(
        "databases:\n  shop:\n    driver: sqlite\n    dsn: {}\n",
        file.display()
    );
    let plugin = Plugin::start(&config);
    let question = json!({"type": "ai", "natural_language": "show all products", "database": "shop"});
    let body = question.to_string();
    let ask_products = || {
        send(
            plugin.http,
            "POST",
            "/api/v1/data/query",
            &[JSON],
            body.as_bytes(),
        )
    };
    assert_eq!(ask_products().pair("success").as_deref(), Some("false"));
    sql(
        &file,
        "CREATE TABLE products (id INTEGER PRIMARY KEY, title TEXT)",
    );
    let reply = ask_products();
    assert!(
        reply.pair("generated_sql").unwrap().contains("products"),
        "{}",
        reply.text()
    );
    // A file that has rested is known by its time.
    std::thread::sleep(Duration::from_millis(100));
    ask_products();
    assert_eq!(ask_products().pair("cached").as_deref(), Some("true"));
    sql(
        &file,
        "DROP TABLE products; CREATE TABLE products (id INTEGER PRIMARY KEY, titel TEXT)",
    );
    assert_eq!(ask_products().pair("cached").as_deref(), Some("false"));
}

#[test]
fn a_cache_that_is_off_keeps_nothing() {
    let plugin = Plugin::start("performance:\n  cache:\n    enabled: false\n");
    for _ in 0..2 {
        assert!(!is_cached(&plugin, &question("show all users")));
    }
    assert_eq!(get(plugin.http, "/admin/cache").json()["enabled"], false);
}
