//! Changing the config of a running plugin: what takes effect at once, and what waits for the next start.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::kinds::MASK;
use super::load::Loaded;
use super::model::{ClientAuth, Config};
use super::tree::join;

/// Settings that are used once, at the start: places that are listened on, the threads, where files are.
macro_rules! at_the_start {
    ($($($field:ident).+),+ $(,)?) => {
        /// Puts the values that the running plugin was started with in the place of others, and names the keys of those.
        fn keep(started: &Config, next: &mut Config) -> Vec<&'static str> {
            let mut kept = Vec::new();
            $(
                if started.$($field).+ != next.$($field).+ {
                    next.$($field).+ = started.$($field).+.clone();
                    kept.push(concat!($(stringify!($field), "."),+).trim_end_matches('.'));
                }
            )+
            kept
        }

        /// The keys of settings that are used once, at the start; each with a dot at its end.
        const AT_THE_START: &[&str] = &[$(concat!($(stringify!($field), "."),+)),+];
    };
}

at_the_start!(
    server.host,
    server.port,
    server.socket_path,
    server.default_socket,
    server.listen_address,
    server.socket_permissions,
    server.socket_owner,
    server.socket_group,
    server.socket_uids,
    server.allow_insecure_grpc,
    server.extension_proxy,
    server.exit_with_parent,
    server.state_dir,
    logging.format,
    logging.output,
    logging.file,
    logging.fields,
    audit,
    performance.worker_threads,
);

/// Whether a setting takes effect at the next start only.
pub fn needs_restart(key: &str) -> bool {
    let key = format!("{key}.");
    AT_THE_START.iter().any(|first| key.starts_with(first))
}

/// The config that a running plugin goes on with, and what of the new one has to wait.
#[derive(Debug)]
pub struct Next {
    /// What was loaded, with the settings that need a restart as they were.
    pub loaded: Loaded,
    /// The keys of settings that take effect now.
    pub changed: Vec<String>,
    /// The keys of settings that need a restart.
    pub waiting: Vec<&'static str>,
}

impl Next {
    /// Compares what was loaded with what runs. `started` is the config that the plugin was started with.
    pub fn new(running: &Loaded, started: &Config, mut loaded: Loaded) -> Next {
        let mut waiting = keep(started, &mut loaded.config);
        waiting.extend(keep_tls(&running.config, &mut loaded.config));
        Next {
            changed: differences(running, &loaded),
            waiting,
            loaded,
        }
    }
}

/// Whether a listener speaks TLS is settled when it opens; and one that is open to other machines because everybody shows
/// a certificate does not go on without. What is in the files can change.
fn keep_tls(running: &Config, next: &mut Config) -> Option<&'static str> {
    let (now, wanted) = (&running.server.tls, &mut next.server.tls);
    let is_lowered = now.client_auth == ClientAuth::Required && wanted.client_auth != ClientAuth::Required;
    if now.is_on() == wanted.is_on() && !is_lowered {
        return None;
    }
    wanted.clone_from(now);
    Some("server.tls")
}

/// One setting that differs between two configs.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Its dotted key.
    pub key: String,
    /// Its value in the first; a mask for a secret.
    pub before: Option<Value>,
    /// Its value in the second.
    pub after: Option<Value>,
    /// Whether it takes effect at the next start only.
    pub needs_restart: bool,
}

/// What differs between two configs.
pub fn differences_between(before: &Loaded, after: &Loaded) -> Vec<Difference> {
    let keys = differences(before, after).into_iter();
    let (mut before, mut after) = (values(&before.config), values(&after.config));
    keys.map(|key| Difference {
        before: before.remove(&key),
        after: after.remove(&key),
        needs_restart: needs_restart(&key),
        key,
    })
    .collect()
}

/// The dotted keys whose values differ.
fn differences(one: &Loaded, other: &Loaded) -> Vec<String> {
    let (before, after) = (values(&one.config), values(&other.config));
    let (written_before, written_after) = (one.written(), other.written());
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differs = |key: &str| {
        let (before, after) = (before.get(key), after.get(key));
        // What is masked looks the same.
        let is_secret = after.is_some_and(|value| *value == MASK);
        before != after || is_secret && written_before.get(key) != written_after.get(key)
    };
    let mut differing: BTreeSet<String> = keys.into_iter().filter(|key| differs(key)).cloned().collect();
    let exchanged = other.contents.iter().filter(|(key, content)| {
        let before = one.contents.get(*key);
        before.is_some_and(|before| before != *content)
    });
    differing.extend(exchanged.map(|(key, _)| key.clone()));
    differing.into_iter().collect()
}

/// Every setting that is a single value or a list, by dotted key.
fn values(config: &Config) -> BTreeMap<String, Value> {
    let whole = serde_json::to_value(config).expect("every setting can be written as JSON");
    let mut values = BTreeMap::new();
    collect("", whole, &mut values);
    values
}

fn collect(key: &str, value: Value, values: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                collect(&join(key, &name), inner, values);
            }
        }
        Value::Null => {}
        single => {
            values.insert(key.to_owned(), single);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::schema::{Kind, Shape};
    use crate::config::{Environment, Sources, load};

    /// What a change of the file from `before` to `after` does.
    fn change(before: &str, after: &str) -> Next {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.yaml");
        let sources = Sources {
            file: Some(file.clone()),
            environment: Environment::from_pairs([("KEY", "sk-one")]).rooted_at(folder.path()),
            ..Sources::default()
        };
        fs::write(&file, before).unwrap();
        let running = load(&sources).unwrap();
        fs::write(&file, after).unwrap();
        let loaded = running.again(&sources).unwrap();
        let started = running.config.clone();
        Next::new(&running, &started, loaded)
    }

    #[test]
    fn what_needs_a_restart_stays_and_everything_else_takes_effect() {
        let next = change(
            "server: {port: 9000}\nai: {timeout: 10s}",
            "server: {port: 9001, timeout: 5s}\nai: {timeout: 20s}\naudit: {enabled: false}",
        );
        assert_eq!(next.waiting, ["server.port", "audit"]);
        assert_eq!(next.changed, ["ai.timeout", "server.timeout"]);
        assert_eq!(next.loaded.config.server.port, 9000);
        assert!(next.loaded.config.audit.enabled);
        assert_eq!(next.loaded.config.ai.timeout.as_secs(), 20);
    }

    #[test]
    fn another_key_is_a_change_although_it_looks_the_same() {
        let with = |key: &str| format!("ai: {{services: {{openai: {{api_key: '{key}', model: m}}}}}}");
        let key = ["ai.services.openai.api_key"];
        assert_eq!(change(&with("sk-one"), &with("sk-two")).changed, key);
        assert!(change(&with("sk-one"), &with("${KEY}")).changed.is_empty());
        let with = |value: &str| format!("tracing: {{headers: {{x.api.key: '{value}'}}}}");
        assert_eq!(
            change(&with("one"), &with("two")).changed,
            ["tracing.headers.x.api.key"]
        );
    }

    #[test]
    fn a_comment_or_another_notation_is_no_change() {
        let next = change("ai: {timeout: 60s}", "# It was longer.\nai: {timeout: 1m}");
        assert!(next.changed.is_empty() && next.waiting.is_empty(), "{next:?}");
        let next = change("ai: {prices: {a: {input: 1, output: 2}}}", "{}");
        assert_eq!(next.changed, ["ai.prices.a.input", "ai.prices.a.output"]);
    }

    #[test]
    fn the_keys_that_need_a_restart_are_settings() {
        let mut keys = Vec::new();
        Shape::root().walk("", &mut |key, shape| {
            if shape.kind() != Kind::Map {
                keys.push(format!("{key}."));
            }
        });
        for first in AT_THE_START {
            assert!(keys.iter().any(|key| key.starts_with(first)), "{first}");
        }
        assert!(needs_restart("logging.file.path") && needs_restart("server.port"));
        assert!(!needs_restart("logging.level") && !needs_restart("server.portable"));
    }
}
