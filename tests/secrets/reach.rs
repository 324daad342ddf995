//! A secret that changes reaches the provider with the next question: from Vault, from a mounted folder, from a file.

use std::fs;

use tempfile::TempDir;

use crate::support::kubelet;
use crate::support::openbao::OpenBao;
use crate::support::plugin::Plugin;
use crate::{Provider, ask, audited, until_metric};

/// Waits until so many reloads for that reason were applied.
fn until_applied(plugin: &Plugin, trigger: &str, times: usize) {
    until_metric(
        plugin,
        &format!("atest_ai_config_reloads_total{{result=\"applied\",trigger=\"{trigger}\"}} {times}"),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_rotated_in_vault_goes_with_the_next_question() {
    let Some(bao) = OpenBao::start() else { return };
    bao.put("secret/atest-ai/openai", "api_key=sk-first");
    bao.let_read("sidecar", "secret/data/atest-ai");
    let token = bao.token("sidecar", &[]);
    let provider = Provider::start().await;
    let config = provider.service("")
        + &format!(
            "secrets:\n  vault:\n    enabled: true\n    address: {}\n    token: {token}\n    refresh_interval: 1s\n    \
             mappings:\n      - {{vault_path: openai/api_key, env_var: OPENAI_API_KEY}}\n",
            bao.url
        );
    let plugin = Plugin::start(&config);
    ask(&plugin, 1);
    assert_eq!(provider.key(), "sk-first");
    for (round, key) in ["sk-second", "sk-third"].into_iter().enumerate() {
        bao.put("secret/atest-ai/openai", &format!("api_key={key}"));
        until_applied(&plugin, "secrets", round + 1);
        ask(&plugin, 2 + round);
        assert_eq!(provider.key(), key);
    }
    let reloads = audited(&plugin, "config_reload");
    assert_eq!(reloads.len(), 2, "{reloads:?}");
    assert_eq!(
        reloads[1]["details"]["keys"],
        serde_json::json!(["ai.services.openai.api_key"])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mounted_secret_that_the_kubelet_swaps_goes_with_the_next_question() {
    let mounted = TempDir::new().unwrap();
    let volume = mounted.path().join("keys");
    kubelet::write(&volume, "1", &[("openai-api-key", "sk-first\n")]);
    let provider = Provider::start().await;
    let config = provider.service("") + &format!("secrets:\n  folders: [{}]\n", volume.display());
    let plugin = Plugin::start(&config);
    ask(&plugin, 1);
    assert_eq!(provider.key(), "sk-first");
    for (round, key) in ["sk-second", "sk-third"].into_iter().enumerate() {
        kubelet::write(&volume, &(round + 2).to_string(), &[("openai-api-key", key)]);
        until_applied(&plugin, "file", round + 1);
        ask(&plugin, 2 + round);
        assert_eq!(provider.key(), key);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_a_key_is_followed_however_it_is_written() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("key");
    fs::write(&file, "sk-first\n").unwrap();
    let provider = Provider::start().await;
    let config = provider.service(&format!("      api_key: ${{file:{}}}\n", file.display()));
    let plugin = Plugin::start(&config);
    ask(&plugin, 1);
    assert_eq!(provider.key(), "sk-first");

    fs::write(&file, "sk-in-place\n").unwrap();
    until_applied(&plugin, "file", 1);
    ask(&plugin, 2);
    assert_eq!(provider.key(), "sk-in-place");

    let beside = folder.path().join("key.new");
    fs::write(&beside, "sk-renamed").unwrap();
    fs::rename(&beside, &file).unwrap();
    until_applied(&plugin, "file", 2);
    ask(&plugin, 3);
    assert_eq!(provider.key(), "sk-renamed");

    // Without it the last key stays in use, and the reason is told.
    fs::remove_file(&file).unwrap();
    until_metric(&plugin, "atest_ai_config_last_reload_successful 0");
    ask(&plugin, 4);
    assert_eq!(provider.key(), "sk-renamed");
    fs::write(&file, "sk-back").unwrap();
    until_applied(&plugin, "file", 3);
    ask(&plugin, 5);
    assert_eq!(provider.key(), "sk-back");
}
