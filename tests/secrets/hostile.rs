//! A Vault that is broken or hostile: what it says is never repeated, and where it points nobody goes.
#![allow(clippy::disallowed_methods, reason = "tests need no names for their tasks")]

use serde_json::json;

use crate::fake_provider::{FakeProvider, Received, Script};
use crate::{run, text};

/// What a broken or hostile Vault may say, with the token and the role's secret in it.
fn script(request: &Received, number: usize) -> Script {
    let token = request.header("x-vault-token").to_owned();
    let sent = text(&request.body);
    let repeated = format!("{token} {sent} s.token-planted role-secret-planted");
    let errors = json!({"errors": [repeated]}).to_string();
    if request.path == "/v1/auth/approle/login" && number < 100 {
        let auth =
            json!({"auth": {"client_token": "s.token-planted", "lease_duration": 3600, "renewable": true}});
        return Script::json(200, auth.to_string());
    }
    match number % 7 {
        0 => Script::json(400, errors),
        1 => Script::json(403, errors),
        2 => Script::json(500, errors),
        3 => Script::json(200, errors),
        4 => Script::raw(format!("HTTP/1.1 200 OK\r\nbroken {repeated}\r\n\r\n")),
        5 => Script::json(
            200,
            json!({"data": {"data": {"api_key": [repeated]}, "metadata": {}}}).to_string(),
        ),
        _ => Script::status(307).header("location", "http://127.0.0.1:9/s.token-planted"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_vault_says_wrong_is_never_repeated_and_its_redirects_are_not_followed() {
    let elsewhere = FakeProvider::start(|_: &Received| Script::status(200)).await;
    let target = elsewhere.url();
    for number in 0..8 {
        let target = target.clone();
        let vault = FakeProvider::start(move |request: &Received| {
            if number == 7 {
                return Script::status(307).header("location", &format!("{target}{}", request.path));
            }
            script(request, number)
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let config = format!(
            "logging:\n  level: trace\nsecrets:\n  vault:\n    enabled: true\n    address: {}\n    auth_method: approle\n    \
             role_id: r\n    secret_id: role-secret-planted\n    timeout: 1s\n    mappings:\n      \
             - {{vault_path: openai/api_key, env_var: OPENAI_API_KEY}}\n",
            vault.url()
        );
        let (path, config) = (folder.path().to_owned(), config);
        let output = tokio::task::spawn_blocking(move || run(&path, &config, &[], &[]))
            .await
            .unwrap();
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{number}: {said}");
        assert!(said.contains("OPENAI_API_KEY"), "{number}: {said}");
        assert!(vault.requests() > 0);
        assert!(!said.contains("planted"), "{number}: {said}");
    }
    assert_eq!(elsewhere.requests(), 0);
}
