//! How sure answers are, what askers say of them, and weights that are fitted on that: the real binary and a scripted model.

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
}
#[path = "confidence/answers.rs"]
mod answers;
#[path = "confidence/benchmark.rs"]
mod benchmark;
#[path = "confidence/feedback.rs"]
mod feedback;
#[path = "confidence/fitted.rs"]
mod fitted;

use serde_json::{Value, json};

use fake_provider::{FakeProvider, Received, Script, openai_sse};
use support::http::{self, Reply};
use support::plugin::Plugin;

/// The table that every question here is about.
pub const DDL: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, age INTEGER, active BOOLEAN);";

/// What a model says that wrote this SQL.
pub fn written(sql: &str) -> Script {
    let answer = json!({
        "sql": sql, "explanation": "What was asked for.", "tables": ["users"], "assumptions": [], "answerable": true,
        "clarification": "",
    });
    openai_sse(&answer.to_string())
}

/// A plugin whose default service `it` answers with what `model` writes.
pub async fn start(
    more: &str,
    model: impl Fn(&Received) -> Script + Send + Sync + 'static,
) -> (FakeProvider, Plugin) {
    let provider = FakeProvider::start(model).await;
    let plugin = Plugin::start(&config(&provider, more));
    (provider, plugin)
}

/// The config of such a plugin.
pub fn config(provider: &FakeProvider, more: &str) -> String {
    format!(
        "ai:\n  health_check_interval: 0s\n  default_service: it\n{more}  services:\n    it:\n      provider: custom\n      \
         endpoint: {}\n      model: m\n",
        provider.url()
    )
}

/// Sends a key of the host's language with its parameters.
pub fn query(plugin: &Plugin, key: &str, parameters: &Value) -> Reply {
    let body = json!({"type": "ai", "key": key, "sql": parameters.to_string()});
    http::query(plugin.http, &body)
}

/// Asks a question about [`DDL`], with these parameters beside it.
pub fn ask(plugin: &Plugin, question: &str, more: &Value) -> Reply {
    let mut parameters = json!({"prompt": question, "database_type": "sqlite", "schema_ddl": DDL});
    for (name, value) in more.as_object().unwrap() {
        parameters[name] = value.clone();
    }
    let reply = query(plugin, "generate", &parameters);
    assert_eq!(reply.pair("success").as_deref(), Some("true"), "{}", reply.text());
    reply
}

/// How sure an answer is.
pub fn confidence(reply: &Reply) -> f64 {
    reply.pair("confidence").unwrap().parse().unwrap()
}
