//! Secrets over the environment: a folder's over the process', Vault's over both.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use crate::config::check::check;
use crate::config::environment::Environment;
use crate::config::model::{Secrets, Vault};
use crate::config::problem::{Notice, Origin, Problems, Topic};
use crate::config::schema::Shape;
use crate::config::secrets::file::Unusable;
use crate::config::secrets::folder::{self, CREDENTIALS, EXCHANGED};
use crate::config::secrets::{Held, Place, place_of};
use crate::config::substitute::{self, Substitution};
use crate::config::tree::{Entry, Node, Value};
use crate::config::variables;

/// What is laid over, and what is told of it.
pub(super) struct Layers<'a> {
    pub tree: &'a Node,
    /// The folder of the config file, where relative paths of secrets start.
    pub folder: &'a Path,
    pub environment: &'a mut Environment,
    pub files: &'a mut BTreeSet<PathBuf>,
    pub problems: &'a mut Problems,
    pub notices: &'a mut Vec<Notice>,
}

impl Layers<'_> {
    /// Lays folders of secrets over the environment. An earlier folder wins over a later one, and all of them over
    /// systemd's.
    pub(super) fn lay_folders(&mut self) {
        let used = substitute::names(self.tree);
        let is_used = |name: &str| used.contains(name) && !variables::is_taken(name);
        let is_wanted = |name: &str| is_used(name) || variables::is_meant(name);
        let mut folders = self.named_folders();
        if let Some(path) = self.environment.given(CREDENTIALS) {
            let origin = Origin::Environment(CREDENTIALS.to_owned());
            folders.push((path.into(), origin, CREDENTIALS.to_owned()));
        }
        let mut laid: BTreeSet<String> = BTreeSet::new();
        for (path, origin, key) in folders {
            self.files.insert(path.join(EXCHANGED));
            let found = match folder::read(&path, is_wanted) {
                Ok(found) => found,
                Err(error) => {
                    self.problems
                        .add(
                            &origin,
                            key,
                            format!("{} cannot be listed: {error}", path.display()),
                        )
                        .suggest("name a folder that this user may read, or leave it out");
                    continue;
                }
            };
            for found in found {
                self.files.insert(found.path.clone());
                match found.content {
                    Ok(content) => {
                        let wins = laid.insert(found.name.clone());
                        self.lay(
                            &found.name,
                            content.expose_secret(),
                            Place::Folder(found.path),
                            wins,
                        );
                    }
                    Err(Unusable::Empty) => self.advise(
                        &found.name,
                        &Place::Folder(found.path),
                        "empty, so it counts as unset",
                    ),
                    Err(unusable) => {
                        let origin = origin_of(&Place::Folder(found.path.clone()));
                        self.problems
                            .add(
                                &origin,
                                found.name,
                                format!("{} {unusable}", found.path.display()),
                            )
                            .suggest("mend the secret, or leave its folder out");
                    }
                }
            }
        }
    }

    /// The folders that the config names: path, origin, key.
    fn named_folders(&mut self) -> Vec<(PathBuf, Origin, String)> {
        let Some(Value::List(nodes)) = self.tree.get(&["secrets", "folders"]).map(|node| &node.value) else {
            return Vec::new();
        };
        let mut folders = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            let key = format!("secrets.folders[{index}]");
            let mut node = node.clone();
            // What is wrong with it is told when the whole tree is gone through.
            Substitution::new(self.environment, self.folder).apply(&mut node, &key, &mut Problems::default());
            if let Some(path) = node.as_text().filter(|path| !path.trim().is_empty()) {
                folders.push((PathBuf::from(path.trim()), node.origin.clone(), key));
            }
        }
        folders
    }

    /// The settings of Vault, when it is to be asked. What is wrong with them is told elsewhere; there are none then.
    pub(super) fn vault(&self) -> Option<Vault> {
        let mut problems = Problems::default();
        let section = self.tree.entries().iter().filter(|entry| entry.key == "secrets");
        let mut tree = Node {
            origin: self.tree.origin.clone(),
            value: Value::Map(section.cloned().collect::<Vec<Entry>>()),
        };
        Substitution::new(self.environment, self.folder).apply(&mut tree, "", &mut problems);
        check(&mut tree, Shape::root(), "", &mut problems);
        variables::overlay(&mut tree, self.environment, &mut problems, &mut Vec::new());
        let section = tree.take(&["secrets"])?;
        let mut tree = Node::empty_map(tree.origin);
        tree.put(&["secrets"], section);
        let json = check(&mut tree, Shape::root(), "", &mut problems)?;
        if problems.concern("secrets") {
            return None;
        }
        let secrets: Secrets = serde_json::from_value(json.get("secrets")?.clone()).ok()?;
        secrets.vault.filter(|vault| vault.enabled)
    }

    /// Lays what Vault gave over the environment; without an answer of Vault, that it was not asked.
    pub(super) fn lay_vault(&mut self, vault: &Vault, held: Option<&Held>) {
        let used = substitute::names(self.tree);
        if held.is_none() {
            let key = "secrets.vault.enabled";
            let text = "Vault is not asked for this check; what its mappings give counts as set".to_owned();
            self.notices
                .push(notice(key, self.tree.nearest_origin(key), text));
        }
        for (index, mapping) in vault.mappings.iter().enumerate() {
            let name = &mapping.env_var;
            if !used.contains(name) && !variables::is_meant(name) {
                let key = format!("secrets.vault.mappings[{index}].env_var");
                let text = format!("{name} sets nothing, and the file does not use ${{{name}}}");
                self.notices
                    .push(notice(&key, self.tree.nearest_origin(&key), text));
            }
            let place = place_of(&vault.mount_path, mapping);
            let Some(held) = held else {
                self.environment.lay(name, "not asked", Place::NotAsked(place));
                continue;
            };
            if let Some(secret) = held.secrets.get(name) {
                self.lay(name, secret.value.expose_secret(), Place::Vault(place), true);
            } else if let Some(reason) = held.missing.get(name) {
                self.environment.lacks(name);
                self.advise(name, &Place::Vault(place), &format!("not read: {reason}"));
            }
        }
    }

    /// Lays one over what may be there, or leaves it; tells of two that differ, never what they are.
    fn lay(&mut self, name: &str, value: &str, place: Place, wins: bool) {
        let standing = self.environment.given(name);
        if standing.is_some_and(|standing| standing != value) {
            let other = match self.environment.place(name) {
                Some(place) => place.brief(),
                None => "the environment".to_owned(),
            };
            let mine = place.brief();
            let (used, unused) = if wins { (mine, other) } else { (other, mine) };
            let text = format!("{used} is used; {unused} has another value");
            self.notices.push(notice(name, origin_of(&place), text));
        }
        if wins {
            self.environment.lay(name, value, place);
        }
    }

    fn advise(&mut self, name: &str, place: &Place, text: &str) {
        self.notices.push(notice(
            name,
            origin_of(place),
            format!("{}: {text}", place.brief()),
        ));
    }
}

fn origin_of(place: &Place) -> Origin {
    Origin::Secret {
        place: std::sync::Arc::new(place.clone()),
        line: None,
    }
}

fn notice(name: &str, origin: Origin, text: String) -> Notice {
    Notice {
        topic: Topic::Advice,
        origin,
        key: name.to_owned(),
        text,
    }
}
