//! A sheet of settings that is not the config: read as the config is, with places and suggestions, against a schema of its own.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use super::problem::{Origin, Problems};
use super::schema::Shape;
use super::tree::{Entry, Node, Value};
use super::{check, yaml};

/// Settings laid over each other, not yet looked at.
#[derive(Debug)]
pub struct Sheet {
    tree: Node,
    problems: Problems,
}

impl Default for Sheet {
    fn default() -> Sheet {
        Sheet {
            tree: Node::empty_map(Origin::Default),
            problems: Problems::default(),
        }
    }
}

impl Sheet {
    /// Lays built-in settings over what there is; they count as set by nobody.
    pub fn lay_built_in(&mut self, text: &str) {
        let file = Arc::new("built-in".into());
        if let Some(mut node) = yaml::parse(text, &file, &mut self.problems) {
            node.each_origin(&mut |origin| *origin = Origin::Default);
            lay(&mut self.tree, node);
        }
    }

    /// Lays a file's text over what there is.
    pub fn lay_file(&mut self, text: &str, file: &Path) {
        if let Some(node) = yaml::parse(text, &Arc::new(file.to_owned()), &mut self.problems) {
            lay(&mut self.tree, node);
        }
    }

    /// Sets one key, dotted, to a value in YAML's notation.
    ///
    /// # Errors
    /// It is not `key=value`.
    pub fn set(&mut self, option: &'static str, text: &str) -> Result<(), String> {
        let Some((key, value)) = text.split_once('=') else {
            return Err(format!(
                "{option} takes KEY=VALUE, as in alerts.HighErrorRate.threshold=0.1"
            ));
        };
        let path: Vec<&str> = key.trim().split('.').collect();
        if path.iter().any(|name| name.is_empty()) {
            return Err(format!("{option} {key}: a key is names with dots between them"));
        }
        let origin = Origin::CommandLine(option);
        let file = Arc::new(option.into());
        let mut told = Problems::default();
        // `#ops` is a comment in YAML, and a channel here.
        let is_list_or_map = value.trim_start().starts_with(['[', '{']);
        let parsed = is_list_or_map
            .then(|| yaml::parse(value, &file, &mut told))
            .flatten();
        let mut node = parsed.unwrap_or_else(|| Node::text(value, origin.clone()));
        node.each_origin(&mut |place| *place = origin.clone());
        let mut whole = Node::empty_map(origin);
        whole.put(&path, node);
        lay(&mut self.tree, whole);
        Ok(())
    }

    /// The settings as `schema` wants them, and where each that somebody gave comes from.
    ///
    /// # Errors
    /// Every key that does not exist, and every value of the wrong type or outside of its bounds.
    pub fn check(mut self, schema: &Json) -> Result<(Json, BTreeMap<String, Origin>), Problems> {
        let json = check::check(&mut self.tree, Shape::whole(schema), "", &mut self.problems);
        match json {
            Some(json) if self.problems.0.is_empty() => {
                let mut origins = BTreeMap::new();
                self.tree.leaves("", &mut |key, node| {
                    origins.insert(key.to_owned(), node.origin.clone());
                });
                Ok((json, origins))
            }
            _ => {
                self.problems.sort();
                Err(self.problems)
            }
        }
    }
}

/// Lays `over` on `under`: maps are merged, everything else is replaced.
fn lay(under: &mut Node, over: Node) {
    match (&mut under.value, over.value) {
        (Value::Map(entries), Value::Map(new)) => {
            for Entry { key, origin, node } in new {
                match entries.iter_mut().find(|entry| entry.key == key) {
                    Some(entry) => {
                        entry.origin = origin;
                        lay(&mut entry.node, node);
                    }
                    None => entries.push(Entry { key, origin, node }),
                }
            }
        }
        (_, Value::Null) => {}
        (_, value) => {
            *under = Node {
                origin: over.origin,
                value,
            };
        }
    }
}
