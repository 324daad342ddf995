//! From a request to its trace, its log lines and its exemplar: the real binary, a scripted provider, and collectors that
//! take, refuse and hang; and collectors that nobody here wrote.

#![allow(clippy::unwrap_used, reason = "a test may end with a panic")]

#[path = "../benches/echo/contract.rs"]
mod contract;
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
#[path = "traces/accounting.rs"]
mod accounting;
#[path = "traces/collector.rs"]
mod collector;
#[path = "traces/links.rs"]
mod links;
#[path = "traces/peers.rs"]
mod peers;
#[path = "traces/secrets.rs"]
mod secrets;

use serde_json::json;

use support::http::{Reply, send};
use support::plugin::Plugin;

/// A caller's span.
pub const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// Its trace.
pub const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
/// Its own id.
pub const SPAN: &str = "00f067aa0ba902b7";

/// Asks over HTTP, with these headers.
pub fn ask(plugin: &Plugin, question: &str, headers: &[(&str, &str)]) -> Reply {
    let body = json!({
        "type": "ai", "natural_language": question, "database_type": "mysql",
        "schema_ddl": "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(40));",
    });
    let headers: Vec<_> = [("Content-Type", "application/json")]
        .into_iter()
        .chain(headers.iter().copied())
        .collect();
    send(
        plugin.http,
        "POST",
        "/api/v1/data/query",
        &headers,
        body.to_string().as_bytes(),
    )
}

/// The settings that send every trace to a collector over HTTP soon.
pub fn traced(endpoint: &str) -> String {
    format!(
        "tracing: {{endpoint: '{endpoint}', protocol: http/protobuf, sampler: always_on, batch_delay: 50ms}}\n"
    )
}

/// A provider `it` at that address, with a model of its own.
pub fn provider(endpoint: &str) -> String {
    format!(
        "ai: {{default_service: it, services: {{it: {{provider: custom, endpoint: '{endpoint}', model: m-1, \
         api_key: sk-planted-0123456789abcdef}}}}}}\n"
    )
}
