//! Whole configs: parsed, substituted, checked, shown. No secret is shown, and nothing is read outside of one folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::confined::confined;
use crate::config::schema::{Kind, Shape};
use crate::config::{Environment, Loaded, Problems, Sources, load, show};

/// What every secret in the environment and in seeds begins with.
const PLANTED: &str = "planted";

/// Variables of the environment that hold secrets. Those of the second half set something by themselves.
const SECRETS: [&str; 12] = [
    "OPERATOR_TOKEN",
    "OTLP_TOKEN",
    "VAULT_SECRET_ID",
    "VAULT_TOKEN",
    "JWT_SECRET",
    "CI_TOKEN",
    "OPENAI_API_KEY",
    "DEEPSEEK_API_KEY",
    "ANTHROPIC_API_KEY",
    "REDIS_PASSWORD",
    "ATEST_EXT_AI_ADMIN_TOKEN",
    "ATEST_EXT_AI_JWT_SECRET",
];

/// Keys after which a secret may stand.
const SECRET_KEYS: [&str; 6] = ["api_key", "password", "secret", "secret_id", "token", "sha256"];

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let name = format!("atest-ext-ai-fuzz-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    fs::create_dir(&folder).expect("the folder for temporary files can be written");
    folder
});

/// A config file; bytes that begin with `{` are what the page saved as well. With an odd number of bytes the environment
/// sets something by itself.
pub fn config(bytes: &[u8]) {
    in_folder(&FOLDER, bytes);
}

/// The same with files in that folder, which is this one's alone.
pub(super) fn in_folder(folder: &Path, bytes: &[u8]) {
    let root = folder.to_str().expect("the folder's path is text");
    let text = confined(&String::from_utf8_lossy(bytes), root);
    let read = match std::str::from_utf8(bytes) {
        Ok(_) => text.as_bytes(),
        // Nothing in such a file is looked at; that must be said well all the same.
        Err(_) => bytes,
    };
    let sources = sources(folder, bytes.len() % 2 == 1);
    let is_guarded = has_secrets_in_place_only(&text);
    let file = folder.join("config.yaml");
    write(&file, read);
    write(&folder.join("key"), b"planted-in-a-file\n");
    judge(&sources, is_guarded);
    if bytes.starts_with(b"{") {
        let state = folder.join("state/atest-ext-ai");
        fs::create_dir_all(&state).expect("the folder can be written");
        write(&state.join("settings.json"), read);
        write(
            &file,
            b"ai: {services: {openai: {api_key: planted-in-the-file}}}\n",
        );
        judge(&sources, false);
        fs::remove_file(state.join("settings.json")).expect("the file was written just now");
    }
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("the folder can be written");
}

fn sources(folder: &Path, with_all: bool) -> Sources {
    let home = folder.join("home").display().to_string();
    let state = folder.join("state").display().to_string();
    let mut pairs = vec![("HOME".to_owned(), home), ("XDG_STATE_HOME".to_owned(), state)];
    let secrets = if with_all { &SECRETS[..] } else { &SECRETS[..6] };
    pairs.extend(secrets.iter().map(|name| {
        let secret = format!("{PLANTED}-in-{}-0123456789abcdef", name.to_ascii_lowercase());
        ((*name).to_owned(), secret)
    }));
    Sources {
        file: Some(folder.join("config.yaml")),
        environment: Environment::from_pairs(pairs).rooted_at(folder),
        ..Sources::default()
    }
}

/// Loads it, and looks at what is told of it.
fn judge(sources: &Sources, is_guarded: bool) {
    let outcome = load(sources).and_then(|loaded| crate::app::check(&loaded).map(|()| loaded));
    match outcome {
        Ok(loaded) => is_shown_well(&loaded, is_guarded),
        Err(problems) => is_told_well(&problems, is_guarded),
    }
}

fn is_told_well(problems: &Problems, is_guarded: bool) {
    assert!(!problems.0.is_empty(), "refused without a reason");
    for problem in &problems.0 {
        assert!(!problem.message.trim().is_empty(), "{problem:?} says nothing");
        if is_guarded {
            hides(&problem.key, &problem.to_string());
        }
    }
    assert!(!problems.to_string().is_empty());
}

fn is_shown_well(loaded: &Loaded, is_guarded: bool) {
    let settings = show::effective(loaded);
    assert!(!settings.is_empty(), "a config without settings");
    for setting in &settings {
        let path: Vec<&str> = setting.path.iter().map(String::as_str).collect();
        let shown = setting.value.to_string();
        if is_secret(&path) {
            let without_mask = shown.replace("********", "");
            assert!(!without_mask.contains(PLANTED), "{} is shown", setting.key());
        } else if is_guarded {
            hides(&setting.key(), &shown);
        }
    }
    assert!(!show::as_yaml(&settings).is_empty());
    assert_eq!(show::as_json(&settings).len(), settings.len());
    for notice in &loaded.notices {
        assert!(!notice.text.is_empty(), "{notice:?} says nothing");
        if is_guarded {
            hides(&notice.key, &notice.to_string());
        }
    }
    if is_guarded {
        let debug = format!("{:?}", loaded.config);
        assert!(
            !debug.contains(PLANTED) || show::as_yaml(&settings).contains(PLANTED),
            "{debug}"
        );
    }
}

/// No secret in a text about a setting, unless what somebody wrote there is no secret to the program.
fn hides(key: &str, text: &str) {
    let path: Vec<&str> = key.split(['.', '[']).collect();
    let is_known = Shape::root().at(&path).is_some();
    if text.contains(PLANTED) && (key.is_empty() || !is_known || is_secret(&path)) {
        panic!("a secret in what is said of {key:?}: {text}");
    }
}

fn is_secret(path: &[&str]) -> bool {
    Shape::root()
        .at(path)
        .is_some_and(|shape| shape.kind() == Kind::Text("secret"))
}

/// Whether every secret stands alone behind the key of one, in one line, and can be in no other value.
fn has_secrets_in_place_only(text: &str) -> bool {
    let is_odd = |line: &str| {
        let code = line.split(" #").next().unwrap_or_default().trim_end();
        let folds = code.ends_with(['|', '>', '-', '+', '&'])
            || code.contains(['*', '&', '?', '%', '\t', '\r', '\'']);
        !line.trim_start().starts_with('#')
            && (folds || code.contains("| ") || code.contains("> ") || code.matches('"').count() % 2 == 1)
    };
    let has_secret = |line: &str| {
        let line = line.split(" #").next().unwrap_or_default();
        line.contains(PLANTED)
            || line.contains("${file")
            || line.contains("${key")
            || line.contains("\\")
            || SECRETS.iter().any(|name| line.contains(name))
    };
    let is_in_place = |line: &str| {
        let Some((key, value)) = line.trim_start().trim_start_matches("- ").split_once(": ") else {
            return false;
        };
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-${}:.".contains(letter);
        let value = value.split(" #").next().unwrap_or_default().trim();
        let value = value
            .strip_prefix('"')
            .and_then(|value| value.strip_suffix('"'))
            .unwrap_or(value);
        SECRET_KEYS.contains(&key) && value.chars().all(is_plain) && !value.starts_with(['{', '-', '.'])
    };
    let mut lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    !text.lines().any(is_odd) && lines.all(|line| !has_secret(line) || is_in_place(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_their_places_are_looked_for_and_elsewhere_they_may_be_shown() {
        for seed in [
            "production",
            "staging",
            "development",
            "services",
            "secrets",
            "wrong_secrets",
        ] {
            let path = format!("{}/fuzz/corpus/config/{seed}.yaml", env!("CARGO_MANIFEST_DIR"));
            let text = fs::read_to_string(path).unwrap();
            assert!(has_secrets_in_place_only(&text), "{seed}");
        }
        for elsewhere in [
            "model: planted-1",
            "model: |\n  api_key: planted-1",
            "model: \"a\n  api_key: planted-1\n  b\"",
            "model: ${OPENAI_API_KEY}",
            "api_key: {planted: 1}",
        ] {
            assert!(!has_secrets_in_place_only(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    #[should_panic(expected = "a secret in what is said")]
    fn a_secret_that_is_told_is_found() {
        hides("ai.services.openai.api_key", "not planted-1");
    }

    #[test]
    fn seeds_of_valid_configs_are_valid() {
        let folder = tempfile::tempdir().unwrap();
        for seed in ["services", "secrets", "vault", "tracing", "defaults"] {
            let path = format!("{}/fuzz/corpus/config/{seed}.yaml", env!("CARGO_MANIFEST_DIR"));
            let text = fs::read_to_string(path).unwrap();
            write(&folder.path().join("config.yaml"), text.as_bytes());
            let loaded = load(&sources(folder.path(), true));
            assert!(loaded.is_ok(), "{seed}: {}", loaded.unwrap_err());
        }
    }
}
