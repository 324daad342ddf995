//! Who may do what over HTTP, through the real binary.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails where it stands, and shows the log of what it started"
)]

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

#[path = "access/browser.rs"]
mod browser;
#[path = "access/commands.rs"]
mod commands;
#[path = "plugin/contract.rs"]
#[allow(dead_code)]
mod contract;
#[path = "access/extension_proxy.rs"]
mod extension_proxy;
#[path = "access/haproxy.rs"]
mod haproxy;
#[path = "access/signed.rs"]
mod signed;
#[path = "access/tokens.rs"]
mod tokens;
#[path = "access/tricks.rs"]
mod tricks;

/// A token that opens everything, and one for questions.
const ADMIN: &str = "planted-admin-token-7c1e";
const API: &str = "planted-api-token-93d0";

/// Both, as an operator gives them.
const TOKENS: [(&str, &str); 2] = [
    ("ATEST_EXT_AI_ADMIN_TOKEN", ADMIN),
    ("ATEST_EXT_AI_API_TOKEN", API),
];

const QUESTION: &[u8] = br#"{"type":"ai","natural_language":"Show all users","database_type":"mysql"}"#;
const JSON: (&str, &str) = ("Content-Type", "application/json");
/// What nobody on this machine calls it: whoever does is not local.
const ELSEWHERE: (&str, &str) = ("Host", "plugin.example.com");

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}
