//! The plugin with providers over the network: the real binary, and scripted providers that answer, fail, stall and lie.

#![allow(clippy::unwrap_used, reason = "a test may end with a panic")]

#[path = "support/fake_provider.rs"]
mod fake_provider;
// Each test crate uses another part of it.
#[allow(dead_code)]
mod support {
    #[path = "../support/http.rs"]
    pub mod http;
    #[path = "../support/peer.rs"]
    pub mod peer;
    #[path = "../support/plugin.rs"]
    pub mod plugin;
    #[path = "../support/redis.rs"]
    pub mod redis;
}
#[path = "providers/answers.rs"]
mod answers;
#[path = "providers/budget.rs"]
mod budget;
#[path = "providers/command_line.rs"]
mod command_line;
#[path = "providers/endpoints.rs"]
mod endpoints;
#[path = "providers/faults.rs"]
mod faults;
#[path = "providers/holding_up.rs"]
mod holding_up;
#[path = "providers/host.rs"]
mod host;
#[path = "providers/keys.rs"]
mod keys;
#[path = "providers/lists.rs"]
mod lists;
#[path = "providers/saving.rs"]
mod saving;
#[path = "providers/together.rs"]
mod together;

use serde_json::{Value, json};

use support::http::{self, Reply};
use support::plugin::Plugin;

/// Three tables that every question here is about.
pub const DDL: &str = "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(40), email VARCHAR(80), active BOOLEAN);\n\
                       CREATE TABLE orders (id INT PRIMARY KEY, user_id INT REFERENCES users(id), total DECIMAL(8,2));";

/// A good answer of a model to "names of active users".
pub const GOOD: &str = r#"{"sql": "SELECT name\nFROM users\nWHERE active = TRUE", "explanation": "Names of active users.",
 "tables": ["users"], "assumptions": [], "answerable": true, "clarification": null}"#;

/// Sends a key of the host's language with its parameters.
pub fn query(plugin: &Plugin, key: &str, parameters: &Value) -> Reply {
    let body = json!({"type": "ai", "key": key, "sql": parameters.to_string()});
    http::query(plugin.http, &body)
}

/// Asks for the names of active users, with these parameters beside the question.
pub fn ask(plugin: &Plugin, more: &Value) -> Reply {
    let mut parameters =
        json!({"prompt": "names of active users", "database_type": "mysql", "schema_ddl": DDL});
    for (name, value) in more.as_object().unwrap() {
        parameters[name] = value.clone();
    }
    query(plugin, "generate", &parameters)
}

/// The SQL of an answer.
pub fn sql(reply: &Reply) -> String {
    let generated = reply
        .pair("generated_sql")
        .unwrap_or_else(|| panic!("{}", reply.text()));
    let first = generated.lines().next().unwrap_or_default();
    first
        .strip_prefix("sql:")
        .unwrap_or_else(|| panic!("{generated}"))
        .to_owned()
}

/// The value of a metric without regard to labels other than these.
pub fn metric(plugin: &Plugin, series: &str) -> Option<f64> {
    let text = support::http::get(plugin.http, "/metrics").text();
    let line = text.lines().find(|line| {
        line.strip_prefix(series)
            .is_some_and(|rest| rest.starts_with(' '))
    })?;
    line.rsplit(' ').next()?.parse().ok()
}
