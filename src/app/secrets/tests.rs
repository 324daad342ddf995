//! A config that is loaded again with other settings of Vault, and a real OpenBao.

// Each test crate uses another part of it.
#[allow(dead_code, unreachable_pub, clippy::duplicate_mod)]
#[path = "../../../tests/support"]
mod support {
    pub mod openbao;
    pub mod peer;
}

use std::path::Path;

use secrecy::ExposeSecret;

use self::support::openbao::{OpenBao, PATIENCE, ROOT};
use super::*;
use crate::config::{Environment, Sources, ask_vault, load};
use crate::telemetry::exposition::Format;

fn sources(folder: &Path, bao: &OpenBao, mapped: &[&str]) -> Sources {
    let mappings: Vec<String> = mapped
        .iter()
        .map(|name| format!("{{vault_path: all/{name}, env_var: {name}}}"))
        .collect();
    let uses: Vec<String> = mapped
        .iter()
        .map(|name| format!("X-{name}: '${{{name}}}'"))
        .collect();
    let text = format!(
        "ai: {{services: {{openai: {{headers: {{{}}}}}}}}}\nsecrets: {{vault: {{enabled: {}, address: '{}', token: {ROOT}, \
         refresh_interval: 1s, timeout: 2s, mappings: [{}]}}}}",
        uses.join(", "),
        !mapped.is_empty(),
        bao.url,
        mappings.join(", "),
    );
    let file = folder.join("config.yaml");
    std::fs::write(&file, text).unwrap();
    let home = folder.display().to_string();
    Sources {
        file: Some(file),
        environment: Environment::from_pairs([("HOME", home)]).rooted_at(folder),
        ..Sources::default()
    }
}

fn vault_up(ground: &Ground) -> Option<String> {
    let text = String::from_utf8(ground.metrics.render(Format::Text004)).unwrap();
    let mut lines = text.lines();
    lines
        .find_map(|line| line.strip_prefix("atest_ai_vault_up "))
        .map(str::to_owned)
}

fn header(loaded: &Loaded, name: &str) -> String {
    let headers = &loaded.config.ai.services["openai"].headers;
    headers[name].0.expose_secret().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_config_is_followed_and_the_same_vault_is_not_asked_twice() {
    let Some(bao) = OpenBao::start() else { return };
    bao.run(&["kv", "put", "secret/atest-ai/all", "ONE=1", "TWO=2"]);
    let folder = tempfile::tempdir().unwrap();
    let ground = Ground::default();
    let asked = ask_vault(&sources(folder.path(), &bao, &["ONE"])).unwrap();
    let loaded = load(&asked).unwrap();
    assert_eq!(header(&loaded, "X-ONE"), "1");
    let (secrets, mut changed) = Secrets::start(&loaded, &ground);
    assert_eq!(vault_up(&ground).as_deref(), Some("1"));

    // A rotation, as a reload takes it up: nobody is asked for it again.
    bao.run(&["kv", "put", "secret/atest-ai/all", "ONE=one", "TWO=2"]);
    let held = tokio::time::timeout(PATIENCE, changed.recv())
        .await
        .unwrap()
        .unwrap();
    bao.seal();
    let again = ask_vault(&Sources {
        vault: Some(held),
        ..asked.clone()
    })
    .unwrap();
    let loaded = load(&again).unwrap();
    assert_eq!(header(&loaded, "X-ONE"), "one");
    secrets.put(&loaded);
    bao.unseal();

    // One more mapping is another question.
    let more = Sources {
        vault: again.vault,
        ..sources(folder.path(), &bao, &["ONE", "TWO"])
    };
    assert!(load(&more).is_err(), "what it held has no TWO");
    let more = ask_vault(&more).unwrap();
    let loaded = load(&more).unwrap();
    assert_eq!(header(&loaded, "X-TWO"), "2");
    secrets.put(&loaded);
    bao.run(&["kv", "put", "secret/atest-ai/all", "ONE=one", "TWO=two"]);
    let held = tokio::time::timeout(PATIENCE, changed.recv())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(held.secrets["TWO"].value.expose_secret(), "two");

    // And none at all.
    let none = Sources {
        vault: more.vault,
        ..sources(folder.path(), &bao, &[])
    };
    let none = ask_vault(&none).unwrap();
    assert!(none.vault.is_none());
    secrets.put(&load(&none).unwrap());
    assert_eq!(vault_up(&ground), None);
}
