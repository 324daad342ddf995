//! Tokens from the environment and the config: what they open, and what is told of them.

use std::fs;

use serde_json::Value;

use super::{ADMIN, API, ELSEWHERE, JSON, QUESTION, TOKENS, bearer};
use crate::support::http::{get, send};
use crate::support::plugin::Plugin;

const MAINTENANCE: &str = "/admin/maintenance-mode";

fn audited(plugin: &Plugin) -> Vec<Value> {
    let text = fs::read_to_string(plugin.folder().join("audit.log")).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn tokens_of_the_environment_open_their_doors_and_the_audit_log_says_who_came() {
    let plugin = Plugin::start_with("logging: {level: trace}\n", &TOKENS);
    let (admin, api) = (bearer(ADMIN), bearer(API));
    let asked = send(
        plugin.http,
        "POST",
        "/api/v1/data/query",
        &[ELSEWHERE, JSON, ("Authorization", &api)],
        QUESTION,
    );
    assert_eq!(asked.status, 200, "{}", asked.text());
    assert!(
        asked.pair("generated_sql").unwrap().contains("SELECT"),
        "{}",
        asked.text()
    );
    for (token, status) in [(&admin, 200), (&api, 403)] {
        let authorized = ("Authorization", token.as_str());
        for (method, path) in [("POST", MAINTENANCE), ("DELETE", MAINTENANCE), ("GET", "/debug/")] {
            let reply = send(plugin.http, method, path, &[ELSEWHERE, authorized], b"");
            assert_eq!(reply.status, status, "{method} {path}: {}", reply.text());
        }
    }
    let wrong = bearer("planted-wrong-token-55");
    let refused = send(
        plugin.http,
        "POST",
        MAINTENANCE,
        &[("Authorization", &wrong)],
        b"",
    );
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").starts_with("Bearer realm="));
    assert_eq!(
        send(plugin.http, "GET", MAINTENANCE, &[ELSEWHERE], b"").status,
        401
    );

    let lines = audited(&plugin);
    let of = |event: &str| -> Vec<&Value> { lines.iter().filter(|line| line["event"] == event).collect() };
    assert_eq!(of("maintenance_on")[0]["actor"]["signed_in"], "token admin");
    assert_eq!(of("authentication_failure").len(), 5, "{lines:?}");
    let read: Vec<&str> = of("secret_read")
        .iter()
        .map(|line| line["target"].as_str().unwrap())
        .collect();
    assert_eq!(read, ["access.tokens.admin.token", "access.tokens.api.token"]);

    let metrics = get(plugin.http, "/metrics").text();
    for line in [
        "atest_ai_requests_rejected_total{reason=\"auth\"} 5",
        "atest_ai_authentication_failures_total{reason=\"wrong_scope\"} 3",
        "atest_ai_authentication_failures_total{reason=\"wrong_token\"} 1",
        "atest_ai_authentication_failures_total{reason=\"missing\"} 1",
    ] {
        assert!(metrics.contains(&format!("\n{line}\n")), "{line}");
    }
    let shown = plugin.run(&["config", "show"]);
    for (place, text) in [
        ("log", plugin.log()),
        (
            "audit log",
            fs::read_to_string(plugin.folder().join("audit.log")).unwrap(),
        ),
        ("metrics", metrics),
        ("config show", String::from_utf8_lossy(&shown.stdout).into_owned()),
    ] {
        assert!(!text.contains("planted"), "a token is in the {place}:\n{text}");
    }
}

#[test]
fn a_config_with_weak_tokens_does_not_start_and_every_fault_is_told_at_once() {
    let plugin = Plugin::start("");
    let file = plugin.folder().join("other.yaml");
    let text = "access:\n  tokens:\n    short: {token: planted-short, scopes: [api]}\n    \
                spaced: {token: 'planted token with spaces', scopes: [api]}\n    \
                none: {scopes: [api]}\n    both: {token: planted-both-tokens, sha256: planted, scopes: [api]}\n    \
                idle: {token: planted-idle-token-0}\n    odd: {token: planted-odd-token-00, scopes: [root]}\n    \
                twin: {token: planted-idle-token-0, scopes: [api]}\n  \
                jwt: {secret: planted-short-secret, jwks_file: /nonexistent/jwks.json}\n";
    fs::write(&file, text).unwrap();
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
        .arg("--config")
        .arg(&file)
        .arg("--validate")
        .env_clear()
        .env("HOME", plugin.folder())
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(2));
    let told = format!(
        "{}{}",
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr)
    );
    assert!(
        told.contains("access.tokens.odd.scopes[0]") && !told.contains("planted"),
        "{told}"
    );
    fs::write(&file, text.replace("root", "api")).unwrap();
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
        .arg("--config")
        .arg(&file)
        .arg("--validate")
        .env_clear()
        .env("HOME", plugin.folder())
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(2));
    let told = format!(
        "{}{}",
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr)
    );
    for part in [
        "access.tokens.short.token: shorter than 16",
        "access.tokens.spaced.token: has a character that no header can carry",
        "access.tokens.none: neither",
        "access.tokens.both.sha256: `token` and `sha256` are both given",
        "access.tokens.idle.scopes: the token opens nothing",
        "access.tokens.twin.token: the same token as `access.tokens.idle`",
        "access.jwt.secret: shorter than 32 bytes",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
    assert!(!told.contains("planted"), "{told}");
}

#[test]
fn a_file_of_keys_that_is_not_there_is_told_before_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    fs::write(&file, "access:\n  jwt: {jwks_file: /nonexistent/jwks.json}\n").unwrap();
    for arguments in [&["--validate"][..], &[]] {
        let run = std::process::Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
            .arg("--config")
            .arg(&file)
            .args(arguments)
            .env_clear()
            .env("HOME", folder.path())
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(2));
        let told = String::from_utf8_lossy(&[run.stdout, run.stderr].concat()).into_owned();
        assert!(
            told.contains("config.yaml:2:") && told.contains("/nonexistent/jwks.json: No such file"),
            "{told}"
        );
    }
}

#[test]
fn a_flood_of_guesses_waits_while_the_right_token_works_from_elsewhere() {
    let plugin = Plugin::start_with("", &TOKENS);
    let mut statuses = Vec::new();
    for number in 0..30 {
        let guess = bearer(&format!("guess-number-{number:08}"));
        let reply = send(plugin.http, "GET", MAINTENANCE, &[("Authorization", &guess)], b"");
        statuses.push(reply.status);
        if reply.status == 429 {
            assert!(reply.header("retry-after").parse::<u64>().unwrap() >= 1);
        }
    }
    assert!(statuses[..10].iter().all(|status| *status == 401), "{statuses:?}");
    assert!(statuses.contains(&429), "{statuses:?}");
    // This machine has more addresses than one on its loopback interface.
    let right = format!(
        "GET {MAINTENANCE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {ADMIN}\r\nConnection: close\r\n\r\n"
    );
    let reply = from_another_address(plugin.http, &right);
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    // Who needs no token is not slowed down either.
    assert_eq!(get(plugin.http, MAINTENANCE).status, 200);
}

/// Sends from 127.0.0.9.
fn from_another_address(to: std::net::SocketAddr, request: &str) -> String {
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpStream};
    use std::os::fd::OwnedFd;

    use rustix::net::{AddressFamily, SocketType, bind, connect, socket};
    let made: OwnedFd = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&made, &SocketAddr::from(([127, 0, 0, 9], 0))).unwrap();
    connect(&made, &to).unwrap();
    let mut stream = TcpStream::from(made);
    stream.write_all(request.as_bytes()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply
}
