//! `${VAR}` and `${VAR:-default}` in the values of a file, `${file:PATH}` for the content of another file; `$$` is a
//! dollar sign.
//!
//! Only values are looked at, after YAML has been read: a variable can never become a key, a list or a second value.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::environment::Environment;
use super::problem::{Origin, Problems};
use super::secrets::Place;
use super::secrets::file::{self, Unusable};
use super::suggest;
use super::tree::{Node, Value, join};

/// What begins the name of a file instead of that of a variable.
const FILE: &str = "file:";

/// Replaces variables and files in the values of a tree.
pub struct Substitution<'a> {
    environment: &'a Environment,
    /// Where relative paths start.
    folder: &'a Path,
    /// The files that were read, or would have been.
    pub files: BTreeSet<PathBuf>,
}

/// The names of all variables that the values of a tree use.
pub fn names(node: &Node) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    node.leaves("", &mut |_, leaf| collect_names(leaf, &mut names));
    names
}

fn collect_names(node: &Node, names: &mut BTreeSet<String>) {
    match &node.value {
        Value::Text(text) => {
            let starts = text
                .match_indices("${")
                .map(|(at, begin)| &text[at + begin.len()..]);
            names.extend(starts.map(|rest| split_name(rest).0.to_owned()));
        }
        Value::List(nodes) => nodes
            .iter()
            .for_each(|node| node.leaves("", &mut |_, leaf| collect_names(leaf, names))),
        Value::Null | Value::Map(_) => {}
    }
}

/// What keeps a text from being expanded.
#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    Unset(String),
    /// A secret store should give the variable and does not now: the value counts as unset.
    Lacking,
    File(PathBuf, Unusable),
    Form(&'static str),
}

/// A text that was expanded, and the first secret in it that is not from the file or the environment.
#[derive(Debug, Default)]
struct Expanded {
    text: String,
    place: Option<Arc<Place>>,
}

impl<'a> Substitution<'a> {
    /// One with these variables, and relative paths that start at `folder`.
    pub fn new(environment: &'a Environment, folder: &'a Path) -> Substitution<'a> {
        Substitution {
            environment,
            folder,
            files: BTreeSet::new(),
        }
    }

    /// Replaces every variable and file in the values of `node`; `key` is its dotted path. False when the value counts
    /// as unset.
    pub fn apply(&mut self, node: &mut Node, key: &str, problems: &mut Problems) -> bool {
        match &mut node.value {
            Value::Null => {}
            Value::Text(text) if text.contains('$') => match self.expanded(text) {
                Ok(expanded) => {
                    node.value = Value::Text(expanded.text);
                    if let Some(place) = expanded.place {
                        let line = Some(Box::new(node.origin.clone()));
                        node.origin = Origin::Secret { place, line };
                    }
                }
                Err(Wrong::Lacking) => return false,
                Err(wrong) => {
                    node.value = Value::Null;
                    self.tell(wrong, &node.origin, key, problems);
                }
            },
            Value::Text(_) => {}
            Value::List(nodes) => {
                let mut index = 0;
                nodes.retain_mut(|node| {
                    let is_kept = self.apply(node, &format!("{key}[{index}]"), problems);
                    index += 1;
                    is_kept
                });
            }
            Value::Map(entries) => {
                entries.retain_mut(|entry| self.apply(&mut entry.node, &join(key, &entry.key), problems));
            }
        }
        true
    }

    fn tell(&self, wrong: Wrong, origin: &Origin, key: &str, problems: &mut Problems) {
        match wrong {
            Wrong::Unset(name) => {
                let message = format!("the variable {name} is not set");
                let close = suggest::closest(&name, self.environment.names());
                let alternative = match close {
                    Some(close) => {
                        format!("did you mean ${{{close}}}? Otherwise set it, or write ${{{name}:-default}}")
                    }
                    None => format!("set it, or write ${{{name}:-default}}"),
                };
                problems.add(origin, key, message).suggest(alternative);
            }
            Wrong::Lacking => {}
            Wrong::File(path, unusable) => {
                let message = format!("the file {} {unusable}", path.display());
                problems.add(origin, key, message).suggest(unusable.advice());
            }
            Wrong::Form(message) => {
                problems.add(origin, key, message).suggest(
                    "write ${NAME}, ${NAME:-default} or ${file:PATH}, and $$ for a dollar sign before a brace",
                );
            }
        }
    }

    fn expanded(&mut self, text: &str) -> Result<Expanded, Wrong> {
        let mut out = Expanded::default();
        self.expand(text, &mut out)?;
        Ok(out)
    }

    fn expand(&mut self, text: &str, out: &mut Expanded) -> Result<(), Wrong> {
        let mut rest = text;
        while let Some(start) = rest.find('$') {
            out.text.push_str(&rest[..start]);
            rest = &rest[start + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                out.text.push('$');
                rest = after;
            } else if let Some(inside) = rest.strip_prefix('{') {
                let end = closing_brace(inside).ok_or(Wrong::Form("`${` without its `}`"))?;
                let inside_of_it = &inside[..end];
                match inside_of_it.strip_prefix(FILE) {
                    // A variable of that name with a default.
                    Some(path) if !path.starts_with('-') => self.file(path, out)?,
                    _ => self.variable(inside_of_it, out)?,
                }
                rest = &inside[end + 1..];
            } else {
                out.text.push('$');
            }
        }
        out.text.push_str(rest);
        Ok(())
    }

    fn file(&mut self, inside: &str, out: &mut Expanded) -> Result<(), Wrong> {
        let (path, default) = split_default(inside);
        let path = self.expanded(path)?.text;
        let path = path.trim();
        if path.is_empty() {
            return Err(Wrong::Form("`${file:` is not followed by the path of a file"));
        }
        let path = self.folder.join(path);
        self.files.insert(path.clone());
        match (file::read(&path), default) {
            (Ok(content), _) => {
                out.text.push_str(&content);
                out.place.get_or_insert_with(|| Arc::new(Place::File(path)));
                Ok(())
            }
            (Err(Unusable::Missing | Unusable::Empty), Some(default)) => self.expand(default, out),
            (Err(unusable), _) => Err(Wrong::File(path, unusable)),
        }
    }

    fn variable(&mut self, inside: &str, out: &mut Expanded) -> Result<(), Wrong> {
        let (name, rest) = split_name(inside);
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(Wrong::Form("`${` is not followed by the name of a variable"));
        }
        let environment = self.environment;
        let mut take = |value: &str| {
            out.text.push_str(value);
            if let Some(place) = environment.place(name) {
                out.place.get_or_insert_with(|| Arc::clone(place));
            }
        };
        let value = environment.get(name);
        if rest.is_empty() {
            return match value {
                _ if environment.is_lacking(name) => Err(Wrong::Lacking),
                Some(value) => {
                    take(value);
                    Ok(())
                }
                None => Err(Wrong::Unset(name.to_owned())),
            };
        }
        let Some(default) = rest.strip_prefix(":-") else {
            return Err(Wrong::Form("only `:-` may follow the name of a variable"));
        };
        match value.filter(|value| !value.is_empty()) {
            Some(value) => {
                take(value);
                Ok(())
            }
            None => self.expand(default, out),
        }
    }
}

/// A path and its default, which begins at the first `:-` outside of braces.
fn split_default(text: &str) -> (&str, Option<&str>) {
    let mut depth = 0usize;
    for (index, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 && text[index..].starts_with(":-") => {
                return (&text[..index], Some(&text[index + 2..]));
            }
            _ => {}
        }
    }
    (text, None)
}

/// The name of a variable at the beginning of a text, and what follows.
fn split_name(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    text.split_at(end)
}

/// Where the brace closes that was opened before `text`; defaults may hold variables.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut before = ' ';
    for (index, c) in text.char_indices() {
        match c {
            '{' if before == '$' => depth += 1,
            '}' if depth == 0 => return Some(index),
            '}' => depth -= 1,
            _ => {}
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str) -> Result<String, Wrong> {
        let environment = Environment::from_pairs([("NAME", "n"), ("EMPTY", ""), ("LOOKS", "${NAME}")]);
        let mut substitution = Substitution::new(&environment, Path::new("/nowhere"));
        substitution.expanded(text).map(|expanded| expanded.text)
    }

    #[test]
    fn variables_and_defaults_are_replaced() {
        assert_eq!(expanded("a ${NAME} b").unwrap(), "a n b");
        assert_eq!(expanded("${MISSING:-x}-${EMPTY:-y}").unwrap(), "x-y");
        assert_eq!(expanded("${MISSING:-${NAME}/z}").unwrap(), "n/z");
        assert_eq!(expanded("${EMPTY}").unwrap(), "");
        assert_eq!(expanded("${MISSING:-}").unwrap(), "");
    }

    #[test]
    fn a_value_is_not_expanded_a_second_time() {
        assert_eq!(expanded("${LOOKS}").unwrap(), "${NAME}");
    }

    #[test]
    fn dollar_signs_elsewhere_stay() {
        assert_eq!(
            expanded("pa$word $$ $${NAME} 5$").unwrap(),
            "pa$word $ ${NAME} 5$"
        );
    }

    #[test]
    fn what_cannot_be_replaced_is_an_error() {
        assert_eq!(expanded("${MISSING}"), Err(Wrong::Unset("MISSING".into())));
        for wrong in ["${", "${NAME", "${}", "${1}", "${NAME-x}", "${NAME:?x}", "${A B}"] {
            assert!(matches!(expanded(wrong), Err(Wrong::Form(_))), "{wrong}");
        }
    }

    #[test]
    fn files_are_read_and_their_defaults_stand_in_for_what_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key"), "s-${NAME}\n").unwrap();
        std::fs::write(folder.path().join("empty"), "\n").unwrap();
        let at = folder.path().display().to_string();
        let environment = Environment::from_pairs([("AT", at.as_str()), ("NAME", "n"), ("file", "v")]);
        let mut substitution = Substitution::new(&environment, folder.path());
        let mut of = |text: &str| substitution.expanded(text).map(|expanded| expanded.text);
        assert_eq!(of("a ${file:key} b").unwrap(), "a s-${NAME} b");
        assert_eq!(of(&format!("${{file:{at}/key}}")).unwrap(), "s-${NAME}");
        assert_eq!(of("${file:${AT}/key:-x}").unwrap(), "s-${NAME}");
        assert_eq!(of("${file:none:-${NAME}}").unwrap(), "n");
        assert_eq!(of("${file:${NO:-none}:-x}").unwrap(), "x");
        assert_eq!(of("${file:empty:-}").unwrap(), "");
        // A variable that is called so.
        assert_eq!(of("${file}${file:-x}").unwrap(), "vv");
        assert!(matches!(
            of("${file:none}"),
            Err(Wrong::File(_, Unusable::Missing))
        ));
        assert!(matches!(
            of("${file:empty}"),
            Err(Wrong::File(_, Unusable::Empty))
        ));
        assert!(matches!(
            of("${file:.:-x}"),
            Err(Wrong::File(_, Unusable::NoFile))
        ));
        assert!(matches!(of("${file:}"), Err(Wrong::Form(_))));
        assert_eq!(of("$${file:none}").unwrap(), "${file:none}");
        assert!(substitution.files.contains(&folder.path().join("none")));
        let place = substitution.expanded("${file:key}").unwrap().place;
        assert_eq!(place.as_deref(), Some(&Place::File(folder.path().join("key"))));
    }

    #[test]
    fn the_names_of_variables_are_found_wherever_they_are_used() {
        let text = |text: &str| Node::text(text, Origin::Default);
        let mut tree = Node::empty_map(Origin::Default);
        tree.put(&["a"], text("${ONE} ${TWO:-${THREE}}"));
        let list = Node {
            origin: Origin::Default,
            value: Value::List(vec![text("${file:${FOUR}/x}")]),
        };
        tree.put(&["b", "c"], list);
        let found: Vec<String> = names(&tree).into_iter().collect();
        assert_eq!(found, ["FOUR", "ONE", "THREE", "TWO", "file"]);
    }

    #[test]
    fn what_a_secret_store_lacks_is_left_out_unless_there_is_a_default() {
        let mut environment = Environment::from_pairs([("NAME", "n")]);
        environment.lacks("KEY");
        environment.lacks("NAME");
        let text = |text: &str| Node::text(text, Origin::Default);
        let mut tree = Node::empty_map(Origin::Default);
        tree.put(&["lacking"], text("Bearer ${KEY}"));
        tree.put(&["default"], text("${KEY:-d}"));
        tree.put(&["given"], text("${NAME}"));
        let mut problems = Problems::default();
        let folder = Path::new("/nowhere");
        assert!(Substitution::new(&environment, folder).apply(&mut tree, "", &mut problems));
        assert_eq!(problems, Problems::default());
        assert!(tree.get(&["lacking"]).is_none());
        assert_eq!(tree.text_at(&["default"]), Some("d"));
        assert_eq!(tree.text_at(&["given"]), Some("n"));
    }
}
