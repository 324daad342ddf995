//! A snapshot of the environment: the one place that reads it, and what tests pass instead.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::problem::Origin;
use super::secrets::Place;

/// Variables and their values, and where the machine's files are.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    /// Variables that do not come from the process, and where they come from.
    places: BTreeMap<String, Arc<Place>>,
    /// Variables that a secret store should give and does not.
    missing: BTreeSet<String>,
    /// The root of the file system; tests have one of their own.
    root: Option<PathBuf>,
}

impl std::fmt::Debug for Environment {
    /// Names only: values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

impl Environment {
    /// The environment of this process. Bytes that are not UTF-8 are replaced, so such a value fails its check.
    pub fn of_this_process() -> Environment {
        let variables = std::env::vars_os()
            .map(|(name, value)| {
                let text = |os: std::ffi::OsString| os.to_string_lossy().into_owned();
                (text(name), text(value))
            })
            .collect();
        Environment {
            variables,
            ..Environment::default()
        }
    }

    /// An environment made of pairs.
    #[cfg(any(test, feature = "fuzzing"))]
    pub fn from_pairs<N: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Environment {
        let variables = pairs.into_iter().map(|(name, value)| (name.into(), value.into()));
        Environment {
            variables: variables.collect(),
            ..Environment::default()
        }
    }

    /// The same, on a machine whose files are all under `root`.
    #[cfg(any(test, feature = "fuzzing"))]
    pub fn rooted_at(self, root: impl Into<PathBuf>) -> Environment {
        Environment {
            root: Some(root.into()),
            ..self
        }
    }

    /// The machine's file at an absolute path.
    pub fn system_file(&self, path: &str) -> PathBuf {
        match &self.root {
            Some(root) => root.join(path.trim_start_matches('/')),
            None => PathBuf::from(path),
        }
    }

    /// A variable, which may be empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// A variable that says something: an empty one counts as unset, because that is what
    /// `AI_PROVIDER=${AI_PROVIDER}` in a compose file makes of an unset one.
    pub fn given(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.trim().is_empty())
    }

    /// The names of all variables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// The home folder.
    pub fn home(&self) -> Option<PathBuf> {
        self.given("HOME").map(PathBuf::from)
    }

    /// Lays a secret from elsewhere over a variable.
    pub fn lay(&mut self, name: &str, value: &str, place: Place) {
        self.variables.insert(name.to_owned(), value.to_owned());
        self.places.insert(name.to_owned(), Arc::new(place));
    }

    /// Says that a secret store should give a variable and does not: what needs it is left unset.
    pub fn lacks(&mut self, name: &str) {
        self.missing.insert(name.to_owned());
    }

    /// Whether a secret store should give the variable and nobody does.
    pub fn is_lacking(&self, name: &str) -> bool {
        self.given(name).is_none() && self.missing.contains(name)
    }

    /// Where a variable comes from; `None` when from the process, or from nowhere.
    pub fn place(&self, name: &str) -> Option<&Arc<Place>> {
        self.places.get(name)
    }

    /// The same origin; for a variable that is a secret from elsewhere, that place.
    pub fn true_origin(&self, origin: &Origin) -> Option<Origin> {
        match origin {
            Origin::Environment(name) => Some(Origin::Secret {
                place: Arc::clone(self.places.get(name)?),
                line: None,
            }),
            _ => None,
        }
    }

    /// Sets a variable where it is unset.
    pub fn supply(&mut self, name: &str, value: impl FnOnce() -> String) {
        if self.given(name).is_none() {
            self.variables.insert(name.to_owned(), value());
        }
    }
}
