//! Secrets from files, folders and Vault, as the config gets them.

use std::os::unix::fs::symlink;
use std::path::Path;

use super::*;
use crate::config::secrets::{HeldSecret, Place};

const SERVICE: &str = "ai: {services: {openai: {api_key: '${OPENAI_API_KEY}'}}}";

fn key_of(loaded: &Loaded) -> &str {
    let service = &loaded.config.ai.services["openai"];
    service.api_key.as_ref().map_or("", |key| key.expose_secret())
}

fn vault(more: &str) -> String {
    format!(
        "{SERVICE}\nsecrets: {{vault: {{enabled: true, address: 'https://vault.example.com', token: t, mappings: [\
         {{vault_path: openai/api_key, env_var: OPENAI_API_KEY{more}}}]}}}}"
    )
}

fn held(pairs: &[(&str, &str)], missing: &[&str]) -> Held {
    let secret = |value: &str| HeldSecret {
        value: value.into(),
        expires: None,
    };
    Held {
        secrets: pairs
            .iter()
            .map(|(name, value)| ((*name).into(), secret(value)))
            .collect(),
        missing: missing
            .iter()
            .map(|name| ((*name).into(), "it is sealed".into()))
            .collect(),
        ..Held::default()
    }
}

fn load_held(machine: &Machine, text: &str, held: Held) -> Result<Loaded, Problems> {
    let path = machine.path("config.yaml");
    std::fs::write(&path, text).unwrap();
    load(&Sources {
        vault: Some(held),
        ..machine.sources(Some(path))
    })
}

/// A mounted Kubernetes Secret, with its links.
fn mount(folder: &Path, files: &[(&str, &str)]) {
    std::fs::create_dir_all(folder.join("..now")).unwrap();
    symlink("..now", folder.join("..data")).unwrap();
    for (name, content) in files {
        std::fs::write(folder.join("..now").join(name), content).unwrap();
        symlink(format!("..data/{name}"), folder.join(name)).unwrap();
    }
}

#[test]
fn a_file_gives_a_value_and_its_origin_names_it() {
    let machine = Machine::new();
    std::fs::write(machine.path("key"), "sk-file\n").unwrap();
    let loaded = machine
        .load("ai: {services: {openai: {api_key: '${file:key}', headers: {X-Team: 'a ${file:none:-b}'}}}}")
        .unwrap();
    assert_eq!(key_of(&loaded), "sk-file");
    let origin = loaded.origin("ai.services.openai.api_key").to_string();
    let file = machine.path("key");
    assert!(
        origin.starts_with(&format!("file {}", file.display())),
        "{origin}"
    );
    assert!(origin.contains("config.yaml:1:"), "{origin}");
    assert!(loaded.files.contains(&file) && loaded.files.contains(&machine.path("none")));
}

#[test]
fn what_is_wrong_with_files_is_told_at_once_with_key_and_line() {
    let machine = Machine::new();
    std::fs::write(machine.path("empty"), "\n").unwrap();
    std::fs::write(machine.path("large"), vec![b'a'; 70_000]).unwrap();
    std::fs::write(machine.path("port"), "many").unwrap();
    let text = "server: {port: '${file:port}'}\nai:\n  services:\n    openai: {api_key: '${file:none}'}\n    \
                deepseek: {api_key: '${file:empty}'}\n    anthropic: {api_key: '${file:large}'}\n    \
                ollama: {model: '${file:.}'}\n";
    let told = machine.load(text).unwrap_err().to_string();
    for part in [
        "config.yaml:1:16): server.port: not a whole number",
        "config.yaml:4:23: ai.services.openai.api_key: the file ",
        "none does not exist",
        "empty is empty",
        "large is larger than 64 KiB",
        "is not a regular file",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("many"), "{told}");
}

#[test]
fn a_mounted_secret_gives_the_variables_that_mean_something() {
    let machine = Machine::new();
    mount(
        &machine.path("mounted"),
        &[
            ("openai-api-key", "sk-mounted\n"),
            ("my.header", "team-1"),
            ("unknown-thing", "x"),
            ("hostname", "not-the-host"),
            ("claude-api-key", ""),
        ],
    );
    std::fs::write(machine.path("mounted/..now/binary"), [0xff]).unwrap();
    let text = format!(
        "secrets: {{folders: ['{}']}}\nai: {{services: {{openai: {{headers: {{X-Team: '${{MY_HEADER}}', X-Host: '${{HOSTNAME}}'}}}}}}}}",
        machine.path("mounted").display()
    );
    let loaded = machine.load(&text).unwrap();
    assert_eq!(key_of(&loaded), "sk-mounted");
    let service = &loaded.config.ai.services["openai"];
    assert_eq!(service.headers["X-Team"].0.expose_secret(), "team-1");
    assert_ne!(service.headers["X-Host"].0.expose_secret(), "not-the-host");
    let origin = loaded.origin("ai.services.openai.api_key");
    let expected = Place::Folder(machine.path("mounted/openai-api-key"));
    assert!(
        matches!(&origin, Origin::Secret { place, line: None } if **place == expected),
        "{origin}"
    );
    for file in ["mounted/..data", "mounted/openai-api-key", "mounted/my.header"] {
        assert!(
            loaded.files.contains(&machine.path(file)),
            "{file}: {:?}",
            loaded.files
        );
    }
    assert_eq!(loaded.files.len(), 4, "{:?}", loaded.files);
    assert!(notices_about(&loaded, "CLAUDE_API_KEY")[0].text.contains("empty"));
}

#[test]
fn systemds_credentials_are_found_and_a_folder_that_is_not_there_is_told() {
    let machine = Machine::new();
    std::fs::create_dir(machine.path("credentials")).unwrap();
    std::fs::write(machine.path("credentials/openai-api-key"), "sk-unit").unwrap();
    let folder = machine.path("credentials").display().to_string();
    let machine = machine.with("CREDENTIALS_DIRECTORY", &folder);
    assert_eq!(key_of(&load(&machine.sources(None)).unwrap()), "sk-unit");
    let told = machine
        .load("secrets:\n  folders: [/nowhere/at/all]")
        .unwrap_err()
        .to_string();
    assert!(
        told.contains("config.yaml:2:13: secrets.folders[0]: /nowhere/at/all cannot be listed"),
        "{told}"
    );
}

#[test]
fn vault_wins_over_folders_and_folders_over_the_environment_and_notices_name_places_only() {
    let machine = Machine::new().with("OPENAI_API_KEY", "sk-environment");
    mount(&machine.path("one"), &[("openai-api-key", "sk-one")]);
    mount(&machine.path("two"), &[("openai-api-key", "sk-two")]);
    let folders = format!(
        "secrets: {{folders: ['{}', '{}'], ",
        machine.path("one").display(),
        machine.path("two").display()
    );
    let text = vault("").replace("secrets: {", &folders);
    let loaded = load_held(&machine, &text, held(&[("OPENAI_API_KEY", "sk-vault")], &[])).unwrap();
    assert_eq!(key_of(&loaded), "sk-vault");
    let origin = loaded.origin("ai.services.openai.api_key").to_string();
    assert!(
        origin.starts_with("vault secret/atest-ai/openai:api_key"),
        "{origin}"
    );
    let notices = notices_about(&loaded, "OPENAI_API_KEY");
    let texts: Vec<&str> = notices.iter().map(|notice| notice.text.as_str()).collect();
    assert_eq!(texts.len(), 3, "{texts:?}");
    assert!(
        texts[0].contains("one/openai-api-key is used; the environment has another value"),
        "{texts:?}"
    );
    assert!(
        texts[1].contains("two/openai-api-key has another value"),
        "{texts:?}"
    );
    assert!(
        texts[2].starts_with("vault secret/atest-ai/openai:api_key is used"),
        "{texts:?}"
    );
    let told = texts.concat();
    let folder = machine.folder.path().display().to_string();
    assert!(!told.contains("sk-") && !told.contains(&folder), "{told}");

    let debug = format!("{loaded:?} {loaded:#?}");
    assert!(
        debug.contains("OPENAI_API_KEY") && !debug.contains("sk-"),
        "{debug}"
    );

    let without = load_held(&machine, &text, held(&[], &["OPENAI_API_KEY"])).unwrap();
    assert_eq!(key_of(&without), "sk-one");
}

#[test]
fn a_secret_that_need_not_be_there_is_left_out_until_it_is() {
    let machine = Machine::new();
    let text = vault(", required: false");
    let loaded = load_held(&machine, &text, held(&[], &["OPENAI_API_KEY"])).unwrap();
    assert!(loaded.config.ai.services["openai"].api_key.is_none());
    let notice = &notices_about(&loaded, "OPENAI_API_KEY")[0].text;
    assert!(notice.contains("it is sealed"), "{notice}");
    let loaded = load_held(&machine, &text, held(&[("OPENAI_API_KEY", "sk-1")], &[])).unwrap();
    assert_eq!(key_of(&loaded), "sk-1");
}

#[test]
fn without_asking_vault_what_it_would_give_counts_as_set_and_as_right() {
    let text = format!(
        "{}\nserver: {{port: '${{PORT}}'}}\ntracing: {{endpoint: '${{EP}}'}}",
        vault("}, {vault_path: a/b, env_var: PORT}, {vault_path: a/c, env_var: EP")
    );
    let loaded = loaded(&text);
    assert_eq!(loaded.config.server.port, 9090);
    assert!(loaded.origin("ai.services.openai.api_key").is_unread());
    assert!(loaded.vault.is_none());
}

#[test]
fn everything_wrong_with_vaults_settings_is_told() {
    let told = problems_of(
        "secrets:\n  vault:\n    enabled: true\n    auth_method: kubernetes\n    mount_path: a//b\n    mappings:\n      \
         - {vault_path: openai, env_var: OPENAI_API_KEY}\n      - {vault_path: a/../b, env_var: X Y}\n      \
         - {vault_path: a/b, env_var: VAULT_TOKEN}\n      - {vault_path: a/b, env_var: OPENAI_API_KEY}\n",
    );
    for part in [
        "secrets.vault.address: this must be given",
        "secrets.vault.role: this must be given for the auth_method kubernetes",
        "config.yaml:5:17: secrets.vault.mount_path",
        "config.yaml:7:22: secrets.vault.mappings[0].vault_path",
        "secrets.vault.mappings[1].vault_path",
        "secrets.vault.mappings[1].env_var: not the name of a variable",
        "secrets.vault.mappings[2].env_var: says how Vault is asked",
        "secrets.vault.mappings[3].env_var: mapped twice",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let told = problems_of("secrets: {vault: {enabled: true, address: 'https://v', auth_method: approle}}");
    assert!(told.contains("secrets.vault.role_id"), "{told}");
    let told = problems_of("secrets: {vault: {enabled: true, address: 'https://v'}}");
    assert!(told.contains("VAULT_TOKEN"), "{told}");
}

#[test]
fn vaults_own_variables_say_what_the_section_leaves_open_and_nothing_without_it() {
    let machine = Machine::new()
        .with("VAULT_ADDR", "http://vault.example.com:8200")
        .with("VAULT_TOKEN", "s.environment")
        .with("VAULT_NAMESPACE", "team");
    let without = machine.load("server: {port: 9191}").unwrap();
    assert!(without.config.secrets.vault.is_none());
    let text =
        "secrets: {vault: {enabled: true, namespace: mine, mappings: [{vault_path: a/b, env_var: NOBODY}]}}";
    let loaded = machine.load(text).unwrap();
    let vault = loaded.config.secrets.vault.as_ref().unwrap();
    assert_eq!(vault.address.as_deref(), Some("http://vault.example.com:8200"));
    assert_eq!(vault.namespace.as_deref(), Some("mine"));
    assert_eq!(vault.token.as_ref().unwrap().expose_secret(), "s.environment");
    assert!(
        notices_about(&loaded, "secrets.vault.address")[0]
            .text
            .contains("without TLS")
    );
    let unused = notices_about(&loaded, "secrets.vault.mappings[0].env_var");
    assert!(unused[0].text.contains("NOBODY sets nothing"), "{unused:?}");
    let by_account = text.replace("enabled: true", "enabled: true, auth_method: kubernetes, role: r");
    let loaded = machine.load(&by_account).unwrap();
    assert!(loaded.config.secrets.vault.unwrap().token.is_none());
}

#[test]
fn files_that_settings_name_belong_to_the_config() {
    let machine = Machine::new();
    std::fs::write(machine.path("schema.sql"), "CREATE TABLE t (id INT);").unwrap();
    let file = machine.path("schema.sql");
    let text = format!(
        "databases: {{default: {{driver: mysql, schema_file: '{}'}}}}",
        file.display()
    );
    let loaded = machine.load(&text).unwrap();
    assert_eq!(loaded.files.into_iter().collect::<Vec<_>>(), [file]);
}
