//! The effective config: each value, where it comes from, and whether it does anything. Secrets are masked.

use serde_json::{Value, json};

use super::load::Loaded;
use super::problem::Origin;
use super::tree::join;
use super::{effect, yaml};

/// Sections in the order in which they are read about.
pub const SECTIONS: [&str; 14] = [
    "server",
    "access",
    "plugin",
    "ai",
    "databases",
    "database",
    "logging",
    "audit",
    "tracing",
    "profiling",
    "reload",
    "performance",
    "secrets",
    "backup",
];

/// Column at which comments begin, where values are short enough.
const COMMENT_COLUMN: usize = 44;

/// One setting.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Its parts, outermost first.
    pub path: Vec<String>,
    /// Its value; a mask for a secret.
    pub value: Value,
    /// Where the value comes from.
    pub origin: Origin,
    /// Why it does nothing in this version; `None` when it is in effect.
    pub not_in_effect: Option<&'static str>,
}

impl Setting {
    /// The dotted key.
    pub fn key(&self) -> String {
        self.path.join(".")
    }
}

/// Every setting that has a value.
pub fn effective(loaded: &Loaded) -> Vec<Setting> {
    let whole = serde_json::to_value(&loaded.config).expect("every setting can be written as JSON");
    let mut settings = Vec::new();
    for section in SECTIONS {
        if let Some(value) = whole.get(section) {
            collect(&[section.to_owned()], value, loaded, &mut settings);
        }
    }
    settings
}

fn collect(path: &[String], value: &Value, loaded: &Loaded, settings: &mut Vec<Setting>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (name, inner) in map {
                let mut path = path.to_vec();
                path.push(name.clone());
                collect(&path, inner, loaded, settings);
            }
        }
        Value::Null => {}
        _ => {
            let key = path.join(".");
            settings.push(Setting {
                origin: origin_of(&key, loaded),
                not_in_effect: effect::why_not(&key),
                path: path.to_vec(),
                value: value.clone(),
            });
        }
    }
}

/// A SQLite path is shown as `path`, whichever way it was written.
fn origin_of(key: &str, loaded: &Loaded) -> Origin {
    match key.strip_suffix(".path") {
        Some(database) if !loaded.origins.contains_key(key) => loaded.origin(&join(database, "dsn")),
        _ => loaded.origin(key),
    }
}

/// An origin for programs.
pub fn origin_json(origin: &Origin) -> Value {
    match origin {
        Origin::Default => json!({ "kind": "default" }),
        Origin::File { file, line: 0, .. } => json!({ "kind": "file", "file": file.as_path() }),
        Origin::File { file, line, column } => {
            json!({ "kind": "file", "file": file.as_path(), "line": line, "column": column })
        }
        Origin::Environment(variable) => json!({ "kind": "environment", "variable": variable }),
        Origin::Secret { place, line } => {
            let line = line.as_ref().map(|line| origin_json(line));
            json!({ "kind": place.word(), "place": place.to_string(), "taken_by": line })
        }
        Origin::Saved => json!({ "kind": "saved" }),
        Origin::CommandLine(option) => json!({ "kind": "command_line", "option": option }),
    }
}

/// All settings for programs: each with its value, its origin, and whether it does anything.
pub fn as_json(settings: &[Setting]) -> Vec<Value> {
    let settings = settings.iter();
    settings
        .map(|setting| {
            json!({
                "key": setting.key(),
                "value": setting.value,
                "origin": origin_json(&setting.origin),
                "in_effect": setting.not_in_effect.is_none(),
                "reason": setting.not_in_effect,
            })
        })
        .collect()
}

/// The settings as YAML, with a comment on each: its origin, and why it does nothing where that is so.
pub fn as_yaml(settings: &[Setting]) -> String {
    let mut out = String::new();
    let mut open: &[String] = &[];
    for setting in settings {
        let (name, sections) = setting.path.split_last().expect("a setting has a name");
        let shared = open.iter().zip(sections).take_while(|(a, b)| a == b).count();
        for (depth, section) in sections.iter().enumerate().skip(shared) {
            out.push_str(&format!("{}{}:\n", "  ".repeat(depth), yaml::scalar(section)));
        }
        open = sections;
        let value = written(&setting.value);
        let line = format!("{}{}: {value}", "  ".repeat(sections.len()), yaml::scalar(name));
        let comment = match setting.not_in_effect {
            Some(reason) => format!("{}; not in effect: {reason}", setting.origin),
            None => setting.origin.to_string(),
        };
        out.push_str(&format!("{line:<COMMENT_COLUMN$}  # {comment}\n"));
    }
    out
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) => yaml::scalar(text),
        // JSON is YAML: lists are written on one line.
        other => other.to_string(),
    }
}
