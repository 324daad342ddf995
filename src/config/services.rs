//! Which service a name means, and what a service leaves unsaid.

use super::model::ProviderKind;
use super::problem::{Notice, Origin, Problems, Topic};
use super::suggest;
use super::tree::Node;

const SERVICES: [&str; 2] = ["ai", "services"];
const DEFAULT_SERVICE: [&str; 2] = ["ai", "default_service"];

/// The names of the configured services.
fn names(tree: &Node) -> Vec<&str> {
    let services = tree.get(&SERVICES).map(Node::entries).unwrap_or_default();
    services.iter().map(|entry| entry.key.as_str()).collect()
}

/// What a configured service speaks: its `provider`, else what its name says.
fn kind_of(tree: &Node, name: &str) -> Option<ProviderKind> {
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

/// Fills in `provider` where the name says it, and makes `ai.default_service` the name of a service that exists.
pub fn complete(tree: &mut Node, problems: &mut Problems) {
    let known: Vec<String> = names(tree).into_iter().map(str::to_owned).collect();
    for name in &known {
        complete_provider(tree, name, problems);
    }
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
            let name = for_kind(tree, kind);
            if !known.contains(&name) {
                let provider = Node::text(kind.as_str(), origin.clone());
                tree.put(&["ai", "services", &name, "provider"], provider);
            }
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
        let needs_key = matches!(
            spoken,
            Some(ProviderKind::OpenAi | ProviderKind::DeepSeek | ProviderKind::Anthropic)
        );
        let is_off = entry
            .node
            .text_at(&["enabled"])
            .is_some_and(|text| text.eq_ignore_ascii_case("false"));
        if needs_key && !is_off && entry.node.get(&["api_key"]).is_none() {
            let text =
                "not set; the Go plugin refused to start without it, here each request may bring its own";
            note(&entry.origin, format!("{key}.api_key"), text);
        }
    }
}
