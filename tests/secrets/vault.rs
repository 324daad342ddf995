//! Vault from start to stop, with a real OpenBao.

use serde_json::json;
use tempfile::TempDir;

use crate::support::http::get;
use crate::support::openbao::{OpenBao, ROOT};
use crate::support::plugin::{Plugin, free_address};
use crate::{Provider, ask, audited, run, text, until_metric};

/// The guide's block, by a token, with these lines more.
fn block(url: &str, more: &str) -> String {
    format!(
        "secrets:\n  vault:\n    enabled: true\n    address: {url}\n    auth_method: token\n    token: {ROOT}\n    \
         mount_path: secret/atest-ai\n    refresh_interval: 1s\n    timeout: 2s\n    mappings:\n      \
         - vault_path: openai/api_key\n        env_var: OPENAI_API_KEY\n{more}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_comes_from_vault_and_what_happens_there_is_told() {
    let Some(bao) = OpenBao::start() else { return };
    bao.put("secret/atest-ai/openai", "api_key=sk-vault-planted");
    let provider = Provider::start().await;
    let config = provider.service("      api_key: ${OPENAI_API_KEY}\n") + &block(&bao.url, "");
    let plugin = Plugin::start(&config);
    ask(&plugin, 1);
    assert_eq!(provider.key(), "sk-vault-planted");
    until_metric(&plugin, "atest_ai_vault_up 1");
    let read = audited(&plugin, "secret_read");
    let of = |key: &str| {
        read.iter()
            .find(|line| line["target"] == key)
            .map(|line| line["details"]["from"].clone())
    };
    assert_eq!(of("ai.services.openai.api_key"), Some(json!("vault")), "{read:?}");
    let shown = text(&plugin.run(&["config", "show"]).stdout);
    assert!(
        shown.contains("# vault secret/atest-ai/openai:api_key"),
        "{shown}"
    );

    bao.seal();
    plugin.wait_for_log("Vault cannot be asked", 1);
    until_metric(&plugin, "atest_ai_vault_up 0");
    // What was read before stays in use.
    ask(&plugin, 2);
    assert_eq!(provider.key(), "sk-vault-planted");
    bao.unseal();
    plugin.wait_for_log("Vault can be asked again", 1);
    until_metric(&plugin, "atest_ai_vault_up 1");
    bao.put("secret/atest-ai/openai", "api_key=sk-rotated-planted");
    plugin.wait_for_log("secrets have changed in Vault", 1);
    let changes = audited(&plugin, "secret_change");
    assert_eq!(
        changes[0]["details"]["variables"],
        json!(["OPENAI_API_KEY"]),
        "{changes:?}"
    );
    assert_eq!(plugin.log().matches("Vault cannot be asked").count(), 1);
    let said = plugin.log() + &get(plugin.http, "/metrics").text() + &format!("{changes:?}");
    assert!(!said.contains("planted"), "{said}");
}

#[test]
fn what_is_needed_and_not_there_ends_the_start_with_its_reason() {
    let Some(bao) = OpenBao::start() else { return };
    let folder = TempDir::new().unwrap();
    let fails = |config: &str, arguments: &[&str], parts: &[&str]| {
        let output = run(folder.path(), config, arguments, &[]);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{told}");
        for part in parts {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert!(!told.contains(ROOT), "{told}");
    };
    let missing = &[
        "OPENAI_API_KEY (vault secret/atest-ai/openai:api_key)",
        "no such secret",
        "vault kv put",
        "required: false",
    ];
    let config = block(&bao.url, "");
    for arguments in [
        &[][..],
        &["ask", "show all users"],
        &["models", "list"],
        &["--test-providers"],
        &["config", "show"],
    ] {
        fails(&config, arguments, missing);
    }
    let nobody = format!("http://{}", free_address());
    fails(
        &block(&nobody, ""),
        &[],
        &[
            "OPENAI_API_KEY is needed",
            "refused the connection",
            "secrets.vault.address",
        ],
    );
    // A look at the config alone needs no Vault, nor does a program that asks the running plugin.
    let valid = run(folder.path(), &block(&nobody, ""), &["--validate"], &[]);
    assert_eq!(valid.status.code(), Some(0), "{}", text(&valid.stderr));
    assert!(
        text(&valid.stdout).contains("Vault is not asked for this check"),
        "{}",
        text(&valid.stdout)
    );
    // What is wrong with the config is told instead, as ever.
    let wrong = run(folder.path(), &format!("{config}server: {{prot: 1}}\n"), &[], &[]);
    assert_eq!(wrong.status.code(), Some(2), "{}", text(&wrong.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_need_not_be_there_is_waited_for_while_questions_are_answered() {
    let Some(bao) = OpenBao::start() else { return };
    let provider = Provider::start().await;
    bao.seal();
    let config = provider.service("      api_key: ${OPENAI_API_KEY}\n")
        + &block(&bao.url, "        required: false\n").replace("timeout: 2s", "timeout: 300ms");
    let plugin = Plugin::start(&config);
    plugin.wait_for_log("starting without a secret of Vault", 1);
    until_metric(&plugin, "atest_ai_vault_up 0");
    assert_eq!(ask(&plugin, 1).status, 200);
    bao.unseal();
    bao.put("secret/atest-ai/openai", "api_key=sk-planted");
    plugin.wait_for_log("secrets have changed in Vault", 1);
    until_metric(&plugin, "atest_ai_vault_up 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_signs_in_over_tls_into_its_namespace_and_the_end_of_its_token_is_a_metric() {
    let Some(bao) = OpenBao::start_tls() else { return };
    bao.run(&["namespace", "create", "team"]);
    bao.run(&[
        "secrets",
        "enable",
        "-namespace=team",
        "-path=secret",
        "-version=2",
        "kv",
    ]);
    bao.run(&[
        "kv",
        "put",
        "-namespace=team",
        "secret/atest-ai/openai",
        "api_key=sk-team",
    ]);
    bao.run(&["auth", "enable", "-namespace=team", "approle"]);
    let policy = bao.policy_file("sidecar", "secret/data/atest-ai");
    bao.run(&["policy", "write", "-namespace=team", "sidecar", &policy]);
    let role = "auth/approle/role/plugin";
    bao.run(&[
        "write",
        "-namespace=team",
        role,
        "token_policies=sidecar",
        "token_ttl=1h",
        "secret_id_ttl=1h",
    ]);
    let id = bao.run(&[
        "read",
        "-namespace=team",
        "-field=role_id",
        &format!("{role}/role-id"),
    ]);
    let secret = bao.run(&[
        "write",
        "-namespace=team",
        "-f",
        "-field=secret_id",
        &format!("{role}/secret-id"),
    ]);
    let folder = TempDir::new().unwrap();
    let secret_file = folder.path().join("secret-id");
    std::fs::write(&secret_file, secret).unwrap();
    let provider = Provider::start().await;
    let config = format!(
        "{}secrets:\n  vault:\n    enabled: true\n    address: {}\n    namespace: team\n    ca_file: {}\n    \
         auth_method: approle\n    role_id: {}\n    secret_id_file: {}\n    mappings:\n      \
         - {{vault_path: openai/api_key, env_var: OPENAI_API_KEY}}\n",
        provider.service(""),
        bao.url,
        bao.authority().display(),
        id.trim(),
        secret_file.display(),
    );
    let plugin = Plugin::start(&config);
    ask(&plugin, 1);
    assert_eq!(provider.key(), "sk-team");
    let metrics = get(plugin.http, "/metrics").text();
    let line = metrics.lines().find_map(|line| {
        line.strip_prefix("atest_ai_secret_expiry_timestamp_seconds{name=\"vault_token\"} ")
    });
    let end: i64 = line.unwrap_or_else(|| panic!("{metrics}")).parse().unwrap();
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let left = end - i64::try_from(now.as_secs()).unwrap();
    assert!((1..=3600).contains(&left), "{left} s");
}

#[test]
fn a_command_that_is_done_leaves_no_sign_in_behind() {
    let Some(bao) = OpenBao::start() else { return };
    bao.put("secret/atest-ai/openai", "api_key=sk-1");
    bao.let_read("sidecar", "secret/data/atest-ai");
    let (role_id, secret_id) = bao.app_role("plugin", "sidecar", &["token_ttl=1h"]);
    let sign_ins = || bao.run(&["list", "auth/token/accessors"]).lines().count();
    let folder = TempDir::new().unwrap();
    let config = block(&bao.url, "").replace(
        &format!("auth_method: token\n    token: {ROOT}"),
        &format!("auth_method: approle\n    role_id: {role_id}\n    secret_id: {secret_id}"),
    );
    let before = sign_ins();
    let shown = run(folder.path(), &config, &["config", "show"], &[]);
    assert_eq!(shown.status.code(), Some(0), "{}", text(&shown.stderr));
    assert!(text(&shown.stdout).contains("# vault secret/atest-ai/openai:api_key"));
    assert_eq!(sign_ins(), before);
}
