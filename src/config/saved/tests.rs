//! What users rely on when they save settings in the page.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::*;
use crate::config::{Environment, Loaded, Sources, load};

/// A machine with a config and a state folder.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Machine {
        Machine(tempfile::tempdir().unwrap())
    }

    fn state(&self) -> PathBuf {
        self.0.path().join("state")
    }

    fn settings(&self) -> PathBuf {
        self.state().join("settings.json")
    }

    /// Saved settings as somebody else may have left them.
    fn write(&self, settings: &str) {
        std::fs::create_dir_all(self.state()).unwrap();
        std::fs::write(self.settings(), settings).unwrap();
        std::fs::set_permissions(self.settings(), PermissionsExt::from_mode(0o600)).unwrap();
    }

    fn load(&self, services: &str) -> Loaded {
        self.load_with(services, &[])
    }

    fn load_with(&self, services: &str, variables: &[(&str, &str)]) -> Loaded {
        let file = self.0.path().join("config.yaml");
        let state = self.state();
        let text = format!(
            "server: {{state_dir: {}}}\nai: {{services: {{{services}}}}}\n",
            state.display()
        );
        std::fs::write(&file, text).unwrap();
        let environment = Environment::from_pairs(variables.iter().copied()).rooted_at(self.0.path());
        let sources = Sources {
            file: Some(file),
            environment,
            ..Sources::default()
        };
        load(&sources).unwrap_or_else(|problems| panic!("{problems}"))
    }
}

fn change(provider: ProviderKind, endpoint: Option<&str>, key: Option<&str>) -> SavedService {
    SavedService {
        endpoint: endpoint.map(str::to_owned),
        api_key: key.map(Into::into),
        ..SavedService::new(provider)
    }
}

fn key_of(loaded: &Loaded, name: &str) -> Option<String> {
    let key = loaded.config.ai.services[name].api_key.as_ref();
    key.map(|key| key.expose_secret().to_owned())
}

fn told(loaded: &Loaded, key: &str) -> Vec<String> {
    let about = loaded.notices.iter().filter(|notice| notice.key == key);
    about.map(|notice| notice.text.clone()).collect()
}

#[test]
fn what_is_saved_is_there_after_a_restart_and_wins_over_file_and_environment() {
    let machine = Machine::new();
    let before = machine.load("openai: {model: from-file, max_tokens: 100}");
    let saved = SavedService {
        model: Some("from-page".into()),
        timeout: Some(Duration::from_secs(120)),
        ..change(ProviderKind::OpenAi, None, Some(" sk-page "))
    };
    let mut changed = before.with_service("openai", &saved).unwrap();
    changed.save("openai").unwrap();

    let variables = [("OPENAI_API_KEY", "sk-environment")];
    let after = machine.load_with("openai: {model: from-file, max_tokens: 100}", &variables);
    for loaded in [&changed, &after] {
        let service = &loaded.config.ai.services["openai"];
        assert_eq!(service.model.as_deref(), Some("from-page"));
        assert_eq!(service.timeout, Some(Duration::from_secs(120)));
        assert_eq!(service.max_tokens, Some(100));
        assert_eq!(key_of(loaded, "openai").as_deref(), Some("sk-page"));
        assert_eq!(loaded.origin("ai.services.openai.model"), Origin::Saved);
        assert!(matches!(
            loaded.origin("ai.services.openai.max_tokens"),
            Origin::File { .. }
        ));
    }
    assert_eq!(Origin::Saved.to_string(), "saved by the page");
}

#[test]
fn only_its_owner_can_read_what_is_saved() {
    let machine = Machine::new();
    let loaded = machine.load("ollama: {}");
    let mut changed = loaded
        .with_service("ollama", &change(ProviderKind::Ollama, None, Some("k")))
        .unwrap();
    changed.save("ollama").unwrap();
    let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(machine.state()), 0o700);
    assert_eq!(mode(machine.settings()), 0o600);
    let names: Vec<_> = std::fs::read_dir(machine.state())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["settings.json"], "nothing is left beside it");
}

#[test]
fn a_file_that_others_could_read_is_closed_and_told() {
    let machine = Machine::new();
    machine.write(r#"{"version": 1, "services": {}}"#);
    std::fs::set_permissions(machine.settings(), PermissionsExt::from_mode(0o644)).unwrap();
    let loaded = machine.load("");
    let about = told(&loaded, &machine.settings().display().to_string());
    assert!(
        about[0].contains("mode 0644") && about[0].contains("0600 now"),
        "{about:?}"
    );
    let mode = std::fs::metadata(machine.settings())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(told(&machine.load(""), &machine.settings().display().to_string()).is_empty());
}

#[test]
fn a_second_change_keeps_the_key_and_the_other_services() {
    let machine = Machine::new();
    let loaded = machine.load("");
    let one = change(
        ProviderKind::OpenAi,
        Some("https://one.example.com"),
        Some("sk-1"),
    );
    let two = change(ProviderKind::Custom, Some("http://two.example.com"), Some("sk-2"));
    let loaded = loaded.with_service("one", &one).unwrap();
    let mut loaded = loaded.with_service("two", &two).unwrap();
    loaded.save("one").unwrap();
    loaded.save("two").unwrap();
    let blank = SavedService {
        model: Some("m".into()),
        ..change(ProviderKind::OpenAi, Some(" "), Some(" "))
    };
    let mut loaded = loaded.with_service("one", &blank).unwrap();
    loaded.save("one").unwrap();
    for loaded in [loaded, machine.load("")] {
        assert_eq!(key_of(&loaded, "one").as_deref(), Some("sk-1"));
        assert_eq!(key_of(&loaded, "two").as_deref(), Some("sk-2"));
        let one = &loaded.config.ai.services["one"];
        assert_eq!(one.endpoint.as_deref(), Some("https://one.example.com"));
        assert_eq!(one.model.as_deref(), Some("m"));
    }
}

#[test]
fn a_saved_key_is_not_sent_to_another_endpoint() {
    let machine = Machine::new();
    let first = machine.load("eu: {provider: custom, endpoint: 'https://eu.example.com'}");
    let mut first = first
        .with_service("eu", &change(ProviderKind::Custom, None, Some("sk-eu")))
        .unwrap();
    first.save("eu").unwrap();

    let same = machine.load("eu: {provider: custom, endpoint: 'https://EU.example.com/v1/'}");
    assert_eq!(key_of(&same, "eu").as_deref(), Some("sk-eu"));
    let moved = machine.load("eu: {provider: custom, endpoint: 'https://us.example.com'}");
    assert_eq!(key_of(&moved, "eu"), None);
    assert_eq!(told(&moved, "ai.services.eu.api_key").len(), 1);

    let elsewhere = change(ProviderKind::Custom, Some("https://evil.example.com"), None);
    let elsewhere = first.with_service("eu", &elsewhere).unwrap();
    assert_eq!(key_of(&elsewhere, "eu"), None);
}

#[test]
fn the_files_key_and_headers_are_not_sent_to_an_endpoint_that_the_page_gave() {
    let machine = Machine::new();
    let file = "openai: {api_key: sk-file, headers: {X-Team: t}}";
    let loaded = machine.load(file);
    // The page fills in the endpoint that is in effect anyway.
    let same = change(ProviderKind::OpenAi, Some("https://api.openai.com"), None);
    assert_eq!(
        key_of(&loaded.with_service("openai", &same).unwrap(), "openai").as_deref(),
        Some("sk-file")
    );
    let other = change(ProviderKind::OpenAi, Some("https://evil.example.com"), None);
    let mut changed = loaded.with_service("openai", &other).unwrap();
    changed.save("openai").unwrap();
    for loaded in [changed, machine.load(file)] {
        assert_eq!(key_of(&loaded, "openai"), None);
        assert!(loaded.config.ai.services["openai"].headers.is_empty());
        assert_eq!(told(&loaded, "ai.services.openai.headers").len(), 1);
    }
}

#[test]
fn a_change_that_is_wrong_is_refused_and_changes_nothing() {
    let machine = Machine::new();
    let loaded = machine.load("ollama: {}");
    let wrong = change(ProviderKind::Ollama, Some("ftp://h"), None);
    let problems = loaded.with_service("ollama", &wrong).unwrap_err().to_string();
    assert!(
        problems.contains("saved by the page: ai.services.ollama.endpoint"),
        "{problems}"
    );
    let nameless = loaded.with_service("a b", &change(ProviderKind::Ollama, None, None));
    assert!(nameless.unwrap_err().to_string().contains("not a name"));
    assert_eq!(loaded.config.ai.services["ollama"].endpoint, None);
}

#[test]
fn damaged_settings_stop_nothing_and_are_kept_aside_at_the_next_change() {
    let machine = Machine::new();
    let damaged = r#"{"version": 1, "services": {"openai": {"api_key": "hunter2", "#;
    machine.write(damaged);
    let loaded = machine.load("ollama: {model: m}");
    let about = told(&loaded, &machine.settings().display().to_string());
    assert!(about[0].contains("not JSON at line 1"), "{about:?}");
    assert_eq!(std::fs::read_to_string(machine.settings()).unwrap(), damaged);

    for round in 0..2 {
        let loaded = machine.load("ollama: {model: m}");
        loaded
            .with_service("ollama", &change(ProviderKind::Ollama, None, Some("k")))
            .unwrap()
            .save("ollama")
            .unwrap();
        let broken = std::fs::read_to_string(machine.state().join("settings.json.broken-1")).unwrap();
        assert_eq!(broken, damaged);
        let files = std::fs::read_dir(machine.state()).unwrap().count();
        assert_eq!(files, 2, "round {round}");
        assert_eq!(
            key_of(&machine.load("ollama: {}"), "ollama").as_deref(),
            Some("k")
        );
        machine.write(damaged);
    }
}

#[test]
fn a_running_plugin_puts_back_what_it_knows_when_the_file_was_damaged_meanwhile() {
    let machine = Machine::new();
    let loaded = machine.load("");
    let mut loaded = loaded
        .with_service("openai", &change(ProviderKind::OpenAi, None, Some("sk-1")))
        .unwrap();
    loaded.save("openai").unwrap();
    machine.write("{");
    let mut loaded = loaded
        .with_service("ollama", &change(ProviderKind::Ollama, None, None))
        .unwrap();
    loaded.save("ollama").unwrap();
    assert_eq!(key_of(&machine.load(""), "openai").as_deref(), Some("sk-1"));
}

#[test]
fn one_wrong_service_takes_no_other_with_it() {
    let machine = Machine::new();
    machine.write(
        r#"{"version": 1, "services": {
            "a": {"provider": "ollama", "max_tokens": "hunter2"},
            "b": {"provider": "hunter2"},
            "c": {"provider": "ollama", "timeout": "hunter2"},
            "d": "hunter2",
            "e": {"provider": "ollama", "endpoint": "hunter2://x"},
            "f": {"provider": "custom"},
            "g": {"provider": "ollama", "model": "right", "of_a_later_version": true}
        }}"#,
    );
    let loaded = machine.load("");
    let names: Vec<&String> = loaded.config.ai.services.keys().collect();
    assert_eq!(names, ["g"]);
    assert_eq!(loaded.config.ai.services["g"].model.as_deref(), Some("right"));
    for name in ["a", "b", "c", "d", "e", "f"] {
        let about = told(&loaded, &format!("ai.services.{name}"));
        assert_eq!(about.len(), 1, "{name}");
        assert!(!about[0].contains("hunter2"), "{about:?}");
    }
}

#[test]
fn files_that_are_no_settings_are_told() {
    for (text, reason) in [
        ("", "not JSON"),
        ("[]", "no `version`"),
        (r#"{"version": 2, "services": {}}"#, "version 2"),
        (r#"{"version": 1}"#, "no `services`"),
    ] {
        let machine = Machine::new();
        machine.write(text);
        let loaded = machine.load("ollama: {}");
        let about = told(&loaded, &machine.settings().display().to_string());
        assert!(about[0].contains(reason), "{text}: {about:?}");
    }
    let machine = Machine::new();
    std::fs::create_dir_all(machine.settings()).unwrap();
    assert_eq!(
        told(&machine.load(""), &machine.settings().display().to_string()).len(),
        1
    );
}

#[test]
fn what_cannot_be_saved_is_told_with_what_to_do() {
    let machine = Machine::new();
    std::fs::write(machine.state(), "in the way").unwrap();
    let file = "ollama: {}";
    std::fs::remove_file(machine.state()).unwrap();
    let mut changed = machine
        .load(file)
        .with_service("ollama", &change(ProviderKind::Ollama, None, None))
        .unwrap();
    std::fs::write(machine.state(), "in the way").unwrap();
    let told = changed.save("ollama").unwrap_err().to_string();
    assert!(told.contains("server.state_dir"), "{told}");
    assert!(SaveError::NoFolder.to_string().contains("server.state_dir"));
}

#[test]
fn two_plugins_with_one_folder_lose_nothing_to_each_other() {
    let machine = Machine::new();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let loaded = machine.load("");
            scope.spawn(move || {
                let name = format!("s{number}");
                let change = change(ProviderKind::Ollama, None, Some("k"));
                loaded.with_service(&name, &change).unwrap().save(&name).unwrap();
            });
        }
    });
    assert_eq!(machine.load("").config.ai.services.len(), 8);
}

#[test]
fn a_saved_key_is_in_no_debug_output() {
    let machine = Machine::new();
    let secret = change(ProviderKind::OpenAi, None, Some("hunter2"));
    let loaded = machine.load("").with_service("openai", &secret).unwrap();
    assert_eq!(key_of(&loaded, "openai").as_deref(), Some("hunter2"));
    for shown in [format!("{secret:?}"), format!("{loaded:#?}")] {
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
