//! `access`, and the variables that make tokens.

use secrecy::ExposeSecret;

use super::*;
use crate::config::Scope;

const LONG: &str = "planted-token-of-the-environment";

#[test]
fn a_variable_makes_a_token_and_the_file_may_say_what_it_opens() {
    let machine = Machine::new()
        .with("ATEST_EXT_AI_API_TOKEN", LONG)
        .with("ATEST_EXT_AI_ADMIN_TOKEN", "planted-admin-token")
        .with("ATEST_EXT_AI_METRICS_TOKEN", "planted-metrics-token")
        .with("JWT_SECRET", "planted-secret-of-an-issuer-with-32-bytes");
    let loaded = machine
        .load("access: {tokens: {api: {token: planted-token-of-the-file, scopes: [api, metrics]}}}")
        .unwrap();
    let access = &loaded.config.access;
    let api = &access.tokens["api"];
    assert_eq!(api.token.as_ref().unwrap().expose_secret(), LONG);
    assert_eq!(api.scopes, [Scope::Api, Scope::Metrics]);
    assert_eq!(access.tokens["admin"].scopes, Scope::ALL);
    assert_eq!(access.tokens["metrics"].scopes, [Scope::Metrics]);
    assert!(access.jwt.is_on());
    let origin = Origin::Environment("ATEST_EXT_AI_API_TOKEN".into());
    assert_eq!(loaded.origin("access.tokens.api.token"), origin);
    let shown = crate::config::show::as_yaml(&crate::config::show::effective(&loaded));
    assert!(
        !shown.contains("planted") && !format!("{access:?}").contains("planted"),
        "{shown}"
    );
}

#[test]
fn what_would_open_nothing_is_told() {
    let advice = |text: &str| -> Vec<String> {
        let notices = loaded(text).notices.into_iter();
        notices
            .filter(|notice| notice.topic == Topic::Advice)
            .map(|notice| notice.to_string())
            .collect()
    };
    for (text, told) in [
        (
            "access: {tokens: {a: {token: 0123456789abcdef, scopes: [api], expires: 2001-01-01}}}",
            "access.tokens.a.expires: the token has expired",
        ),
        ("access: {metrics: token}", "access.metrics: there is no token"),
        (
            "access: {jwt: {audience: us}}",
            "access.jwt.audience: signed tokens are not taken",
        ),
    ] {
        let advice = advice(text);
        assert!(advice.iter().any(|line| line.starts_with(told)), "{advice:?}");
    }
}

#[test]
fn a_listener_that_nobody_could_use_is_an_error() {
    let machine = Machine::new();
    let problems = machine
        .load("server: {extension_proxy: true}")
        .unwrap_err()
        .to_string();
    assert!(
        problems.contains("server.extension_proxy: nobody could use it"),
        "{problems}"
    );
    let digest = "0".repeat(63);
    let text = format!("access: {{tokens: {{a: {{sha256: '{digest}', scopes: [api]}}}}}}");
    let problems = machine.load(&text).unwrap_err().to_string();
    assert!(
        problems.contains("access.tokens.a.sha256: not a SHA-256"),
        "{problems}"
    );
}
