//! Keys that do not exist: what was probably meant.

use super::names::shown_path;
use super::problem::Problems;
use super::schema::Shape;
use super::suggest;
use super::tree::{Entry, join};

/// Names from older documents of the plugin, which no program ever read, and the setting that does what they promised.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("ai.provider", "ai.default_service"),
    ("ai.model", "ai.services.<name>.model"),
    ("ai.api_key", "ai.services.<name>.api_key"),
    ("ai.local", "ai.services.ollama"),
    ("ai.ollama_endpoint", "ai.services.ollama.endpoint"),
    ("ai.openai", "ai.services.openai"),
    ("ai.claude", "ai.services.anthropic"),
    ("ai.cache_ttl", "performance.cache.ttl"),
    ("plugin.graceful_shutdown_timeout", "server.shutdown_timeout"),
    ("plugin.metrics_port", "server.port"),
    ("plugin.max_request_size", "ai.max_question_bytes"),
    ("logging.file_path", "logging.file.path"),
    ("logging.max_files", "logging.file.max_backups"),
    ("performance.memory_limit", "performance.memory.limit"),
    ("performance.gc_percent", "performance.memory.gc_percent"),
    (
        "performance.queue_size",
        "performance.worker_pools.ai_requests.queue_size",
    ),
];

/// Adds the problem of a key that `section` does not have.
pub fn tell(entry: &Entry, section: Shape<'_>, section_key: &str, problems: &mut Problems) {
    let path = join(section_key, &entry.key);
    let place = if section_key.is_empty() {
        "there is no such section".to_owned()
    } else {
        format!("there is no such setting in `{}`", shown_path(section_key))
    };
    let suggestion = meant(&entry.key, &path, section, section_key);
    problems.add(&entry.origin, path, place).suggestion = suggestion;
}

fn meant(name: &str, path: &str, section: Shape<'_>, section_key: &str) -> Option<String> {
    if let Some((_, key)) = OTHER_NAMES.iter().find(|(old, _)| *old == path) {
        return Some(format!("did you mean `{key}`?"));
    }
    let siblings = section.properties().map(|(sibling, _)| sibling);
    if let Some(sibling) = suggest::closest(name, siblings) {
        let path = join(section_key, sibling);
        return Some(format!("did you mean `{}`?", shown_path(&path)));
    }
    let all = all_keys(section.sheet());
    let last = |key: &str| key.rsplit('.').next().unwrap_or("").to_owned();
    let same: Vec<&String> = all.iter().filter(|key| last(key) == name).collect();
    if let [first, ..] = same.as_slice() {
        let others = if same.len() > 1 { ", among others," } else { "" };
        return Some(format!(
            "`{name}` exists{others} as `{first}`; did you mean that?"
        ));
    }
    let names: Vec<String> = all.iter().map(|key| last(key)).collect();
    let close = suggest::closest(name, names.iter().map(String::as_str))?;
    let key = all.iter().find(|key| last(key) == close)?;
    Some(format!("did you mean `{key}`?"))
}

/// Every key, sections included, with free names as `<name>`.
fn all_keys(sheet: Shape<'_>) -> Vec<String> {
    let mut keys = Vec::new();
    sheet.walk("", &mut |key, _| {
        if !key.ends_with('*') {
            keys.push(key.replace('*', "<name>"));
        }
    });
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_pointed_to_exists() {
        let all = all_keys(Shape::root());
        for (_, key) in OTHER_NAMES {
            let key = key.replace("ai.services.ollama", "ai.services.<name>");
            let key = key.replace("ai.services.openai", "ai.services.<name>");
            let key = key.replace("ai.services.anthropic", "ai.services.<name>");
            assert!(all.contains(&key) || key == "ai.services.<name>", "{key}");
        }
    }
}
