//! A config as a tree of texts that know where they were written, before types are looked at.

use super::problem::Origin;

/// One value and where it was written.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where.
    pub origin: Origin,
    /// What.
    pub value: Value,
}

/// A value as written. What type a text has is the setting's business, not the text's.
#[derive(Clone)]
pub enum Value {
    /// Nothing: `key:`, `key: ~`, `key: null`.
    Null,
    /// Any single value.
    Text(String),
    /// `[a, b]`.
    List(Vec<Node>),
    /// `{a: b}`, in the order of the file.
    Map(Vec<Entry>),
}

/// One `key: value`.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key was written.
    pub origin: Origin,
    /// The value.
    pub node: Node,
}

impl std::fmt::Debug for Value {
    /// Shows the shape only: texts may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Null => f.write_str("Null"),
            Value::Text(_) => f.write_str("Text(…)"),
            Value::List(nodes) => f.debug_list().entries(nodes).finish(),
            Value::Map(entries) => f.debug_list().entries(entries).finish(),
        }
    }
}

impl Node {
    /// A text.
    pub fn text(text: impl Into<String>, origin: Origin) -> Node {
        Node {
            origin,
            value: Value::Text(text.into()),
        }
    }

    /// A map without entries.
    pub fn empty_map(origin: Origin) -> Node {
        Node {
            origin,
            value: Value::Map(Vec::new()),
        }
    }

    /// The entries of a map; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The text of a text.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What stands at `path`.
    pub fn get(&self, path: &[&str]) -> Option<&Node> {
        let Some((first, rest)) = path.split_first() else {
            return Some(self);
        };
        let entry = self.entries().iter().find(|entry| entry.key == *first)?;
        entry.node.get(rest)
    }

    /// The text at `path`.
    pub fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.get(path).and_then(Node::as_text)
    }

    /// The origin of the setting at a dotted key, or of the closest section around it. Free names may hold dots
    /// themselves (`ai.prices.gpt-4.1`), so the key is walked along and not cut at each dot; `[1]` is the second of a list.
    pub fn nearest_origin(&self, key: &str) -> Origin {
        let mut origin = match &self.origin {
            Origin::File { file, .. } => Origin::File {
                file: file.clone(),
                line: 0,
                column: 0,
            },
            other => other.clone(),
        };
        let (mut node, mut rest) = (self, key);
        while let Some((inner, after)) = node.first_step(rest) {
            origin = inner.origin.clone();
            (node, rest) = (inner, after.trim_start_matches('.'));
        }
        origin
    }

    /// The entry or list item that a dotted key goes through first, and what is left of the key.
    fn first_step<'k>(&self, key: &'k str) -> Option<(&Node, &'k str)> {
        if let (Value::List(nodes), Some(inner)) = (&self.value, key.strip_prefix('[')) {
            let (index, after) = inner.split_once(']')?;
            return Some((nodes.get(index.parse::<usize>().ok()?)?, after));
        }
        let after = |entry: &Entry| {
            let after = key.strip_prefix(entry.key.as_str())?;
            let is_whole = after.is_empty() || after.starts_with(['.', '[']);
            (is_whole && !entry.key.is_empty()).then_some(after)
        };
        let steps = self
            .entries()
            .iter()
            .filter_map(|entry| Some((entry, after(entry)?)));
        let (entry, after) = steps.max_by_key(|(entry, _)| entry.key.len())?;
        Some((&entry.node, after))
    }

    /// Puts `node` at `path`, over what may stand there, making the maps on the way.
    pub fn put(&mut self, path: &[&str], node: Node) {
        let Some((first, rest)) = path.split_first() else {
            *self = node;
            return;
        };
        if !matches!(self.value, Value::Map(_)) {
            self.value = Value::Map(Vec::new());
        }
        let Value::Map(entries) = &mut self.value else {
            return;
        };
        let index = match entries.iter().position(|entry| entry.key == *first) {
            Some(index) => index,
            None => {
                entries.push(Entry {
                    key: (*first).to_owned(),
                    origin: node.origin.clone(),
                    node: Node::empty_map(node.origin.clone()),
                });
                entries.len() - 1
            }
        };
        entries[index].node.put(rest, node);
    }

    /// Takes away what stands at `path`.
    pub fn take(&mut self, path: &[&str]) -> Option<Node> {
        let (first, rest) = path.split_first()?;
        let Value::Map(entries) = &mut self.value else {
            return None;
        };
        let index = entries.iter().position(|entry| entry.key == *first)?;
        if rest.is_empty() {
            return Some(entries.remove(index).node);
        }
        entries[index].node.take(rest)
    }

    /// Takes away the maps along `path` that hold nothing, innermost first.
    pub fn prune(&mut self, path: &[&str]) {
        for length in (1..=path.len()).rev() {
            let is_empty = self
                .get(&path[..length])
                .is_some_and(|node| matches!(&node.value, Value::Map(entries) if entries.is_empty()));
            if !is_empty {
                return;
            }
            self.take(&path[..length]);
        }
    }

    /// Calls `change` for the origin of each value.
    pub fn each_origin(&mut self, change: &mut impl FnMut(&mut Origin)) {
        change(&mut self.origin);
        match &mut self.value {
            Value::List(nodes) => nodes.iter_mut().for_each(|node| node.each_origin(change)),
            Value::Map(entries) => entries
                .iter_mut()
                .for_each(|entry| entry.node.each_origin(change)),
            Value::Null | Value::Text(_) => {}
        }
    }

    /// Calls `visit` for each leaf (text, list or empty map) with its dotted path.
    pub fn leaves<'a>(&'a self, path: &str, visit: &mut impl FnMut(&str, &'a Node)) {
        match &self.value {
            Value::Map(entries) if !entries.is_empty() => {
                for entry in entries {
                    entry.node.leaves(&join(path, &entry.key), visit);
                }
            }
            _ => visit(path, self),
        }
    }
}

/// `a` and `b` as `a.b`.
pub fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}
