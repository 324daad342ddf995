//! `ai.check`: SQL that a person changed is checked as answers are, and not run; and what `capabilities` says to the page.

use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::http::{Reply, query};
use crate::support::plugin::Plugin;

const DDL: &str = "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(40));";

fn check(plugin: &Plugin, parameters: &Value) -> Reply {
    query(
        plugin.http,
        &json!({"key": "ai.check", "sql": parameters.to_string()}),
    )
}

#[test]
fn sql_is_checked_against_the_tables_that_come_with_it() {
    let plugin = Plugin::start("");
    let with_tables = |sql: &str| {
        check(
            &plugin,
            &json!({"sql": sql, "schema_ddl": DDL, "database_type": "postgresql"}),
        )
    };
    let passed = with_tables("select name from users -- all of them");
    assert_eq!(
        passed.pair("success").as_deref(),
        Some("true"),
        "{}",
        passed.text()
    );
    assert_eq!(passed.pair("dialect").as_deref(), Some("postgresql"));
    assert_eq!(passed.pair("bound").as_deref(), Some("true"));
    assert_eq!(passed.pair("explained").as_deref(), Some("false"));
    assert!(
        passed.pair("pretty_sql").unwrap().contains("\nfrom users"),
        "{}",
        passed.text()
    );
    for (sql, says) in [
        ("DELETE FROM users", "DELETE"),
        ("SELECT age FROM users", "age"),
        ("SELECT name FROM people", "people"),
        ("SELECT 1; SELECT 2", "one"),
    ] {
        let refused = with_tables(sql);
        assert_eq!(refused.pair("success").as_deref(), Some("false"), "{sql}");
        assert_eq!(
            refused.pair("error_kind").as_deref(),
            Some("sql_refused"),
            "{sql}"
        );
        assert!(
            refused.pair("error").unwrap().contains(says),
            "{}",
            refused.text()
        );
    }
}

#[test]
fn without_tables_its_form_is_checked_and_that_is_said() {
    let plugin = Plugin::start("");
    let passed = check(&plugin, &json!({"sql": "SELECT anything FROM anywhere"}));
    assert_eq!(passed.pair("success").as_deref(), Some("true"));
    assert!(
        passed.pair("warnings").unwrap().contains("no tables"),
        "{}",
        passed.text()
    );
    let none = check(&plugin, &json!({"database": "x"}));
    assert!(
        none.status == 400 && none.text().contains("sql is missing"),
        "{}",
        none.text()
    );
}

#[test]
fn the_database_is_asked_whether_it_takes_it_and_the_page_is_told_of_databases() {
    let folder = TempDir::with_prefix("atest-check-").unwrap();
    let file = folder.path().join("shop.sqlite");
    let made = Command::new("sqlite3")
        .arg(&file)
        .arg("CREATE TABLE users (id INTEGER, name TEXT);")
        .status();
    if !made.is_ok_and(|status| status.success()) {
        assert_eq!(
            std::env::var("ATEST_PEERS").as_deref(),
            Ok("skip"),
            "sqlite3 is missing: make peers"
        );
        return;
    }
    let plugin = Plugin::start(&format!(
        "preview: {{enabled: true}}\ndatabases:\n  shop: {{driver: sqlite, path: {}}}\n  plan: {{driver: mysql, schema_ddl: 'CREATE TABLE a (b INT)'}}\n",
        file.display()
    ));
    let passed = check(
        &plugin,
        &json!({"sql": "SELECT name FROM users", "database": "shop"}),
    );
    assert_eq!(
        passed.pair("explained").as_deref(),
        Some("true"),
        "{}",
        passed.text()
    );
    // It passes the checks, and the database knows no such function.
    let refused = check(
        &plugin,
        &json!({"sql": "SELECT soundexx(name) FROM users", "database": "shop"}),
    );
    assert_eq!(
        refused.pair("success").as_deref(),
        Some("false"),
        "{}",
        refused.text()
    );
    let unknown = check(&plugin, &json!({"sql": "SELECT 1", "database": "nowhere"}));
    assert!(
        unknown.pair("error").unwrap().contains("nowhere"),
        "{}",
        unknown.text()
    );

    let reply = query(plugin.http, &json!({"key": "capabilities", "sql": "{}"}));
    let told: Value = serde_json::from_str(&reply.pair("capabilities").unwrap()).unwrap();
    assert_eq!(
        told["page"]["databases"],
        json!([
            {"name": "plan", "dialect": "mysql", "can_run": false, "sample_values": true},
            {"name": "shop", "dialect": "sqlite", "can_run": true, "sample_values": true},
        ])
    );
    assert_eq!(told["page"]["default_provider"], "builtin");
    assert_eq!(told["page"]["share_sample_values"], false);
    assert_eq!(told["page"]["address"], format!("http://{}", plugin.http));
    assert_eq!(told["page"]["on_every_address"], false);
}
