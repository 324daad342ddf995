//! Keys from files: a mounted Kubernetes Secret, a systemd credential, a file named in the config.

use std::os::unix::fs::symlink;

use tempfile::TempDir;

use crate::support::plugin::Plugin;
use crate::{Provider, ask, audited, run, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_mounted_secret_is_the_key_that_a_provider_gets() {
    let mounted = TempDir::new().unwrap();
    let inner = mounted.path().join("..2026");
    std::fs::create_dir(&inner).unwrap();
    symlink("..2026", mounted.path().join("..data")).unwrap();
    for (name, value) in [
        ("openai-api-key", "sk-mounted\n"),
        ("claude-api-key", "sk-claude"),
        ("jwt-of-others", "x"),
    ] {
        std::fs::write(inner.join(name), value).unwrap();
        symlink(format!("..data/{name}"), mounted.path().join(name)).unwrap();
    }
    let provider = Provider::start().await;
    let header = mounted.path().join("team");
    std::fs::write(&header, "team-one\n").unwrap();
    let service = provider.service(&format!(
        "      headers:\n        x-team: '${{file:{}}}'\n",
        header.display()
    ));
    let config = format!(
        "{service}secrets:\n  folders:\n    - {}\n",
        mounted.path().display()
    );
    let plugin = Plugin::start_with(&config, &[("OPENAI_API_KEY", "sk-environment")]);
    let reply = ask(&plugin, 1);
    assert_eq!(reply.pair("success").as_deref(), Some("true"), "{}", reply.text());
    assert_eq!(provider.key(), "sk-mounted");
    let words: Vec<(String, String)> = audited(&plugin, "secret_read")
        .iter()
        .map(|line| {
            let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            (word(&line["target"]), word(&line["details"]["from"]))
        })
        .collect();
    for (key, from) in [
        ("ai.services.openai.api_key", "folder"),
        ("ai.services.anthropic.api_key", "folder"),
        ("ai.services.openai.headers.x-team", "file"),
    ] {
        assert!(
            words.contains(&(key.to_owned(), from.to_owned())),
            "{key}: {words:?}"
        );
    }
    // Which of two values counts is told, without the values and without where this machine has them.
    let log = plugin.log();
    assert!(log.contains("the environment has another value"), "{log}");
    assert!(!log.contains(&mounted.path().display().to_string()), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_of_the_unit_needs_no_setting() {
    let credentials = TempDir::new().unwrap();
    std::fs::write(credentials.path().join("openai-api-key"), "sk-of-the-unit").unwrap();
    let provider = Provider::start().await;
    let folder = credentials.path().display().to_string();
    let plugin = Plugin::start_with(&provider.service(""), &[("CREDENTIALS_DIRECTORY", &folder)]);
    ask(&plugin, 1);
    assert_eq!(provider.key(), "sk-of-the-unit");
}

#[test]
fn a_file_that_is_not_there_is_told_with_its_line_and_shown_where_it_is() {
    let folder = TempDir::new().unwrap();
    let config = "ai:\n  services:\n    openai:\n      api_key: ${file:key}\n";
    let wrong = run(folder.path(), config, &["--validate"], &[]);
    assert_eq!(wrong.status.code(), Some(2));
    let told = text(&wrong.stderr);
    assert!(
        told.contains("c.yaml:4:16: ai.services.openai.api_key: the file key does not exist"),
        "{told}"
    );
    std::fs::write(folder.path().join("key"), "sk-planted\n").unwrap();
    let shown = text(&run(folder.path(), config, &["config", "show"], &[]).stdout);
    let line = shown.lines().find(|line| line.contains("api_key")).unwrap();
    assert!(
        line.contains("********") && line.contains("# file key (c.yaml:4:16)"),
        "{line}"
    );
    assert!(!shown.contains("planted"), "{shown}");
}
