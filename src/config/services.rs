//! Which service a name means, and what a service leaves unsaid.

use super::model::ProviderKind;
use super::problem::{Notice, Origin, Problems, Topic};
use super::suggest;
use super::tree::{Node, Value};

const SERVICES: [&str; 2] = ["ai", "services"];
const DEFAULT_SERVICE: [&str; 2] = ["ai", "default_service"];
const FALLBACK_ORDER: [&str; 2] = ["ai", "fallback_order"];

/// The names of the configured services.
fn names(tree: &Node) -> Vec<&str> {
    let services = tree.get(&SERVICES).map(Node::entries).unwrap_or_default();
    services.iter().map(|entry| entry.key.as_str()).collect()
}

/// What a configured service speaks: its `provider`, else what its name says.
pub fn kind_of(tree: &Node, name: &str) -> Option<ProviderKind> {
    let word = tree.text_at(&["ai", "services", name, "provider"]);
    ProviderKind::parse(word.unwrap_or(name))
}

/// The service that a kind of provider means: the one of that name, else the first that speaks it; `None` when
/// there is none yet.
fn of_kind(tree: &Node, kind: ProviderKind) -> Option<String> {
    let names = names(tree);
    let own_name = names.iter().find(|name| **name == kind.as_str());
    let of_kind = || names.iter().find(|name| kind_of(tree, name) == Some(kind));
    own_name.or_else(of_kind).map(|name| (*name).to_owned())
}

/// The service whose settings a variable like `OPENAI_API_KEY` means; a new one named after the kind when there is none.
pub fn for_kind(tree: &Node, kind: ProviderKind) -> String {
    of_kind(tree, kind).unwrap_or_else(|| kind.as_str().to_owned())
}

/// The service whose model `AI_MODEL` means: the default one; `None` when that is the embedded engine.
pub fn default_name(tree: &Node) -> Option<String> {
    let word = tree.text_at(&DEFAULT_SERVICE)?;
    if names(tree).contains(&word) {
        return Some(word.to_owned());
    }
    match ProviderKind::parse(word)? {
        ProviderKind::Builtin => None,
        kind => Some(for_kind(tree, kind)),
    }
}

/// Fills in `provider` where the name says it, and makes `ai.default_service` and `ai.fallback_order` names of services
/// that exist.
pub fn complete(tree: &mut Node, problems: &mut Problems) {
    let known: Vec<String> = names(tree).into_iter().map(str::to_owned).collect();
    for name in &known {
        complete_provider(tree, name, problems);
    }
    complete_default(tree, &known, problems);
    complete_fallback(tree);
}

/// The words that mean a kind become the name of its service. What means nothing is left for the rules to tell.
fn complete_fallback(tree: &mut Node) {
    let Some(mut node) = tree.get(&FALLBACK_ORDER).cloned() else {
        return;
    };
    let Value::List(entries) = &mut node.value else {
        return;
    };
    for entry in entries {
        let Some(word) = entry.as_text().map(str::trim).map(str::to_owned) else {
            continue;
        };
        if names(tree).contains(&word.as_str()) {
            entry.value = Value::Text(word);
            continue;
        }
        match ProviderKind::parse(&word) {
            Some(ProviderKind::Builtin) => {
                entry.value = Value::Text(ProviderKind::Builtin.as_str().to_owned())
            }
            Some(ProviderKind::Custom) if of_kind(tree, ProviderKind::Custom).is_none() => {}
            Some(kind) => entry.value = Value::Text(made_for_kind(tree, kind, &entry.origin)),
            None => {}
        }
    }
    tree.put(&FALLBACK_ORDER, node);
}

/// The service that a kind means; one without settings is made when there is none.
fn made_for_kind(tree: &mut Node, kind: ProviderKind, origin: &Origin) -> String {
    let name = for_kind(tree, kind);
    if !names(tree).contains(&name.as_str()) {
        let provider = Node::text(kind.as_str(), origin.clone());
        tree.put(&["ai", "services", &name, "provider"], provider);
    }
    name
}

fn complete_default(tree: &mut Node, known: &[String], problems: &mut Problems) {
    let Some(node) = tree.get(&DEFAULT_SERVICE) else {
        return;
    };
    let (word, origin) = (
        node.as_text().unwrap_or_default().trim().to_owned(),
        node.origin.clone(),
    );
    if known.contains(&word) {
        return;
    }
    match ProviderKind::parse(&word) {
        Some(ProviderKind::Builtin) => tree.put(&DEFAULT_SERVICE, Node::text("builtin", origin)),
        Some(ProviderKind::Custom) if of_kind(tree, ProviderKind::Custom).is_none() => {
            problems
                .add(
                    &origin,
                    "ai.default_service",
                    "no service of the kind `custom` is configured",
                )
                .suggest("add one under `ai.services`, with its `endpoint`");
        }
        Some(kind) => {
            let name = made_for_kind(tree, kind, &origin);
            tree.put(&DEFAULT_SERVICE, Node::text(name, origin));
        }
        None => {
            let kinds = ProviderKind::WORDS.iter().map(|(word, _)| *word);
            let candidates = known.iter().map(String::as_str).chain(kinds);
            let close = suggest::closest(&word, candidates).map(str::to_owned);
            let problem = problems.add(
                &origin,
                "ai.default_service",
                "neither a service under `ai.services` nor a kind of provider",
            );
            problem.suggest(match close {
                Some(close) => format!("did you mean {close}?"),
                None => "`builtin` is the embedded engine, which is always there".into(),
            });
        }
    }
}

fn complete_provider(tree: &mut Node, name: &str, problems: &mut Problems) {
    let path = ["ai", "services", name, "provider"];
    if tree.get(&path).is_some() {
        return;
    }
    let key = path.join(".");
    let origin = tree.get(&path[..3]).map(|node| node.origin.clone());
    let origin = origin.unwrap_or_default();
    match ProviderKind::parse(name) {
        Some(kind) => tree.put(&path, Node::text(kind.as_str(), origin)),
        None if problems.concern(&key) => {}
        None => {
            problems
                .add(
                    &origin,
                    key,
                    "this must be given, because the service's name does not say it",
                )
                .suggest(format!("one of {}", ProviderKind::names()));
        }
    }
}

/// Settings of a service that the Go plugin read and did nothing with.
const COUNTED: [(&str, &str); 4] = [
    ("temperature", "is sent to the provider; the Go plugin ignored it"),
    ("top_p", "is sent to the provider; the Go plugin ignored it"),
    ("headers", "are sent to the provider; the Go plugin ignored them"),
    (
        "models",
        "are the models that may be asked for; the Go plugin ignored them",
    ),
];

/// What a user of the Go plugin would not expect of these services.
pub fn tell_differences(tree: &Node, notices: &mut Vec<Notice>) {
    let mut note = |origin: &Origin, key: String, text: &str| {
        notices.push(Notice {
            topic: Topic::Difference,
            origin: origin.clone(),
            key,
            text: text.to_owned(),
        });
    };
    for entry in tree.get(&SERVICES).map(Node::entries).unwrap_or_default() {
        let key = format!("ai.services.{}", entry.key);
        let by_name = ProviderKind::parse(&entry.key);
        let spoken = kind_of(tree, &entry.key);
        if let (Some(by_name), Some(spoken)) = (by_name, spoken)
            && by_name != spoken
        {
            let text = format!(
                "is asked as {}, as `provider` says; the Go plugin went by the service's name ({})",
                spoken.as_str(),
                by_name.as_str()
            );
            note(&entry.origin, format!("{key}.provider"), &text);
        }
        if entry.node.get(&["enabled"]).is_none() && matches!(entry.origin, Origin::File { .. }) {
            let text = "not set, so true: a service that is written down may be used; the Go plugin took it as false";
            note(&entry.origin, format!("{key}.enabled"), text);
        }
        for (setting, text) in COUNTED {
            if let Some(node) = entry.node.get(&[setting]) {
                note(&node.origin, format!("{key}.{setting}"), text);
            }
        }
    }
}
