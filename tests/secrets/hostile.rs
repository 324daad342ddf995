//! A hunt for secrets: planted ones appear in no log at trace, no metric, no audit line, no output and no error.

use serde_json::json;

use crate::fake_provider::{FakeProvider, Received, Script};
use crate::support::http::get;
use crate::support::openbao::{OpenBao, ROOT};
use crate::support::plugin::Plugin;
use crate::{Provider, ask, run, text, until_metric};

/// What was planted, and where it is found, with what stands around it.
fn hunt(said: &str, planted: &[&str]) {
    for secret in planted {
        let found = said.find(secret).map(|at| {
            let from = said.floor_char_boundary(at.saturating_sub(200));
            let to = said.ceil_char_boundary((at + 100).min(said.len()));
            &said[from..to]
        });
        assert_eq!(found, None, "{secret}");
    }
}

/// Everything that an operator can have shown.
fn everything(plugin: &Plugin) -> String {
    let mut said = String::new();
    for path in ["/metrics", "/health?verbose", "/health/ready?verbose", "/debug/"] {
        said.push_str(&get(plugin.http, path).text());
    }
    for arguments in [
        &["config", "show"][..],
        &["config", "show", "--json"],
        &["--validate"],
        &["--validate", "--json"],
        &["--test-providers"],
        &["models", "list"],
    ] {
        let output = plugin.run(arguments);
        said.push_str(&text(&output.stdout));
        said.push_str(&text(&output.stderr));
    }
    said.push_str(&std::fs::read_to_string(plugin.folder().join("audit.log")).unwrap());
    said.push_str(&plugin.log());
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_vault_a_folder_or_a_file_is_shown_anywhere() {
    let Some(bao) = OpenBao::start() else { return };
    bao.put("secret/atest-ai/openai", "api_key=sk-4f1c-planted");
    bao.put("secret/atest-ai/claude", "api_key=sk-77aa-planted");
    bao.let_read("sidecar", "secret/data/atest-ai");
    let (role_id, secret_id) = bao.app_role("plugin", "sidecar", &["token_ttl=2s", "token_max_ttl=4s"]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("deepseek-api-key"), "sk-0b2d-planted").unwrap();
    std::fs::write(folder.path().join("claude-api-key"), "sk-e913-planted").unwrap();
    std::fs::write(folder.path().join("header"), "header-5a5a-planted").unwrap();
    let provider = Provider::start().await;
    let header = format!(
        "      headers:\n        x-team: '${{file:{}/header}}'\n",
        folder.path().display()
    );
    let config = format!(
        "logging:\n  level: trace\n  components:\n    dependencies: trace\n{}secrets:\n  folders:\n    - {}\n  vault:\n    enabled: true\n    address: {}\n    \
         auth_method: approle\n    role_id: {role_id}\n    secret_id: {secret_id}\n    refresh_interval: 1s\n    timeout: 2s\n    \
         mappings:\n      - {{vault_path: openai/api_key, env_var: OPENAI_API_KEY}}\n      \
         - {{vault_path: claude/api_key, env_var: CLAUDE_API_KEY}}\n      \
         - {{vault_path: openai/none, env_var: DEEPSEEK_API_KEY, required: false}}\n",
        provider.service(&header),
        folder.path().display(),
        bao.url,
    );
    let plugin = Plugin::start_with(&config, &[("OPENAI_API_KEY", "sk-9e9e-planted")]);
    ask(&plugin, 1);
    assert_eq!(provider.key(), "sk-4f1c-planted");
    let mut said = everything(&plugin);
    bao.put("secret/atest-ai/openai", "api_key=sk-c0de-planted");
    plugin.wait_for_log("secrets have changed in Vault", 1);
    bao.seal();
    plugin.wait_for_log("Vault cannot be asked", 1);
    bao.unseal();
    until_metric(&plugin, "atest_ai_vault_up 1");
    bao.run(&["delete", "auth/approle/role/plugin"]);
    plugin.wait_for_log("does not accept the role", 1);
    said.push_str(&everything(&plugin));
    assert!(
        said.contains("********")
            && said.contains("secret_change")
            && said.contains("\"level\":\"trace\",\"component\":\"hyper_util\""),
        "{said}"
    );
    hunt(
        &said,
        &[
            "planted", "4f1c", "77aa", "0b2d", "e913", "5a5a", "9e9e", "c0de", &secret_id, ROOT,
        ],
    );
}

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
        hunt(&said, &["planted"]);
    }
    assert_eq!(elsewhere.requests(), 0);
}
