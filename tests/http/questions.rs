//! Questions over HTTP in the guide's body and in the host's, and the form of the replies.

use serde_json::{Value, json};

use crate::support::http::{Reply, get, query};
use crate::support::plugin::Plugin;

const DDL: &str = "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(40), active BOOLEAN);";

fn ask(plugin: &Plugin, body: &Value) -> Reply {
    query(plugin.http, body)
}

/// The SQL of a two-line `sql:…`/`explanation:…` text.
fn sql_of(generated: &str) -> String {
    let first = generated.lines().next().unwrap_or_default();
    first
        .strip_prefix("sql:")
        .unwrap_or_else(|| panic!("{generated}"))
        .to_owned()
}

#[test]
fn the_guides_body_gets_sql_in_the_hosts_form() {
    let plugin = Plugin::start("");
    let reply = ask(
        &plugin,
        &json!({"type": "ai", "natural_language": "Show all users", "database_type": "mysql", "schema_ddl": DDL}),
    );
    assert_eq!(reply.status, 200, "{}", reply.text());
    let document = reply.json();
    assert_eq!(document["items"], json!([]));
    assert_eq!(
        document["meta"],
        json!({"databases": [], "tables": [], "currentDatabase": "", "duration": "", "labels": []})
    );
    assert!(
        document["data"]
            .as_array()
            .unwrap()
            .iter()
            .all(|pair| pair["description"] == "")
    );
    let generated = reply.pair("generated_sql").unwrap();
    assert!(sql_of(&generated).to_lowercase().contains("users"), "{generated}");
    assert_eq!(reply.pair("content").as_deref(), Some(generated.as_str()));
    assert_eq!(reply.pair("success").as_deref(), Some("true"));
    assert_eq!(reply.pair("api_version").as_deref(), Some("v1"));
    for key in [
        "explanation",
        "confidence",
        "confidence_source",
        "warnings",
        "provider",
        "processing_time_ms",
        "request_id",
    ] {
        assert!(reply.pair(key).is_some(), "{key}: {}", reply.text());
    }
}

#[test]
fn the_hosts_body_gets_the_same_answer_with_or_without_a_type() {
    let plugin = Plugin::start("");
    let parameters =
        json!({"prompt": "Show all users", "database_type": "mysql", "schema_ddl": DDL}).to_string();
    let guide = ask(
        &plugin,
        &json!({"natural_language": "Show all users", "database_type": "mysql", "schema_ddl": DDL}),
    );
    for kind in ["ai", ""] {
        let host = ask(
            &plugin,
            &json!({"type": kind, "key": "generate", "sql": parameters, "offset": "0", "limit": 0}),
        );
        assert_eq!(host.pair("content"), guide.pair("content"), "{}", host.text());
        assert_eq!(host.pair("success").as_deref(), Some("true"));
    }
}

#[test]
fn other_keys_pass_through() {
    let plugin = Plugin::start("");
    let providers = ask(&plugin, &json!({"key": "providers"}));
    assert_eq!(providers.status, 200, "{}", providers.text());
    assert_eq!(providers.pair("content"), None);
    let list: Value = serde_json::from_str(&providers.pair("providers").unwrap()).unwrap();
    assert!(
        list.as_array()
            .unwrap()
            .iter()
            .any(|provider| provider["name"] == "builtin"),
        "{list}"
    );
    let unknown = ask(
        &plugin,
        &json!({"key": "models", "sql": "{\"provider\":\"no-such\"}"}),
    );
    assert_eq!(
        (unknown.status, unknown.json()["code"].as_i64()),
        (404, Some(5)),
        "{}",
        unknown.text()
    );
}

#[test]
fn a_question_is_counted() {
    let plugin = Plugin::start("");
    let question = json!({"type": "ai", "natural_language": "Show all users", "schema_ddl": DDL});
    assert_eq!(ask(&plugin, &question).pair("success").as_deref(), Some("true"));
    let metrics = get(plugin.http, "/metrics").text();
    let counted = metrics.lines().any(|line| {
        line.starts_with("atest_ai_requests_total{")
            && line.contains("provider=\"builtin\"")
            && line.contains("status=\"success\"")
            && line.ends_with(" 1")
    });
    assert!(counted, "{metrics}");
}

#[test]
fn a_broken_request_is_400_and_names_the_fault() {
    let plugin = Plugin::start("");
    for (body, says) in [
        (
            json!({"type": "sql", "key": "generate"}),
            "unsupported query type",
        ),
        (
            json!({"type": "sql", "natural_language": "Show all users"}),
            "unsupported query type",
        ),
        (json!({}), "key field is required"),
        (json!({"key": "generate", "sql": "{"}), "JSON"),
        (json!({"key": "generate", "sql": "{}"}), "prompt"),
        (
            json!({"natural_language": 7}),
            "`natural_language` must be a text",
        ),
        (json!({"natural_language": ""}), ""),
    ] {
        let reply = ask(&plugin, &body);
        assert_eq!(reply.status, 400, "{body}: {}", reply.text());
        let refusal = reply.json();
        assert_eq!((&refusal["code"], &refusal["details"]), (&json!(3), &json!([])));
        assert!(
            refusal["message"].as_str().unwrap().contains(says),
            "{body}: {refusal}"
        );
    }
}
