//! What the page saved: settings of services that win over file and environment, and the keys that belong to them.
//!
//! A key belongs to the endpoint that it was given for, whoever gave it: when another one is in effect, it is not used.

mod store;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::endpoint;
use super::model::ProviderKind;
use super::problem::{Notice, Origin, Problems, Topic};
use super::services;
use super::tree::Node;
use super::units::Time;

pub use store::SaveError;

/// What the page saves of one service. What is `None`, or blank, stays as it is.
#[derive(Debug, Clone)]
pub struct SavedService {
    /// What it speaks.
    pub provider: ProviderKind,
    /// Base URL.
    pub endpoint: Option<String>,
    /// API key.
    pub api_key: Option<SecretString>,
    /// Model asked for when a question names none.
    pub model: Option<String>,
    /// Most tokens in an answer.
    pub max_tokens: Option<u32>,
    /// Longest time for one call.
    pub timeout: Option<Duration>,
    /// The endpoint that `api_key` was given for.
    key_for: Option<String>,
}

/// Everything that the page saved, by the name of the service.
#[derive(Debug, Clone, Default)]
pub struct Saved {
    services: BTreeMap<String, SavedService>,
}

impl SavedService {
    /// A service of that kind, of which nothing else is said.
    pub fn new(provider: ProviderKind) -> SavedService {
        SavedService {
            provider,
            endpoint: None,
            api_key: None,
            model: None,
            max_tokens: None,
            timeout: None,
            key_for: None,
        }
    }

    /// This one over an earlier one of the same service.
    fn over(&self, earlier: Option<&SavedService>) -> SavedService {
        // What was said about another kind of provider says nothing about this one.
        let earlier = earlier.filter(|earlier| earlier.provider == self.provider);
        let text = |new: &Option<String>, old: fn(&SavedService) -> &Option<String>| {
            let new = new.as_deref().map(str::trim).filter(|text| !text.is_empty());
            new.map(str::to_owned)
                .or_else(|| earlier.and_then(|earlier| old(earlier).clone()))
        };
        SavedService {
            provider: self.provider,
            endpoint: text(&self.endpoint, |service| &service.endpoint),
            api_key: earlier.and_then(|earlier| earlier.api_key.clone()),
            model: text(&self.model, |service| &service.model),
            max_tokens: self.max_tokens.or(earlier.and_then(|earlier| earlier.max_tokens)),
            timeout: self.timeout.or(earlier.and_then(|earlier| earlier.timeout)),
            key_for: earlier.and_then(|earlier| earlier.key_for.clone()),
        }
    }

    fn lay_over(&self, tree: &mut Node, name: &str, notices: &mut Vec<Notice>) {
        let before = endpoint_of(tree, name);
        let existed = tree.get(&["ai", "services", name]).is_some();
        let mut put = |key: &str, text: Option<String>| {
            if let Some(text) = text {
                tree.put(&["ai", "services", name, key], Node::text(text, Origin::Saved));
            }
        };
        put("provider", Some(self.provider.as_str().to_owned()));
        put("endpoint", self.endpoint.clone());
        put("model", self.model.clone());
        put("max_tokens", self.max_tokens.map(|tokens| tokens.to_string()));
        put("timeout", self.timeout.map(|time| Time(time).to_string()));
        let now = endpoint_of(tree, name);
        if existed && !endpoint::is_same(before.as_deref(), now.as_deref()) {
            leave_behind(tree, name, notices);
        }
        let Some(key) = &self.api_key else {
            return;
        };
        if endpoint::is_same(self.key_for.as_deref(), now.as_deref()) {
            let key = Node::text(key.expose_secret(), Origin::Saved);
            tree.put(&["ai", "services", name, "api_key"], key);
        } else {
            let text = "the key that the page saved is not used: it was given for another endpoint than the one that is \
                        in effect now; save the key again";
            notices.push(notice(&format!("ai.services.{name}.api_key"), text));
        }
    }
}

/// Takes away what file and environment give for an endpoint that is no longer the one in effect.
fn leave_behind(tree: &mut Node, name: &str, notices: &mut Vec<Notice>) {
    for key in ["api_key", "headers"] {
        let path = ["ai", "services", name, key];
        if tree.take(&path).is_some() {
            let text = "not used: it belongs to the endpoint of file and environment, and the page saved another one";
            notices.push(notice(&path.join("."), text));
        }
    }
}

/// The endpoint of a service as it stands: its own, else the one that its kind has.
fn endpoint_of(tree: &Node, name: &str) -> Option<String> {
    let written = tree.text_at(&["ai", "services", name, "endpoint"]);
    let of_kind = || services::kind_of(tree, name).and_then(ProviderKind::default_endpoint);
    written.or_else(of_kind).map(str::to_owned)
}

fn notice(key: &str, text: impl Into<String>) -> Notice {
    Notice {
        topic: Topic::Advice,
        origin: Origin::Saved,
        key: key.to_owned(),
        text: text.into(),
    }
}

impl Saved {
    /// What is saved in that folder. What cannot be read is told and left out.
    pub fn load(folder: &Path) -> (Saved, Vec<Notice>) {
        store::load(folder)
    }

    /// Writes that service's settings to the folder, beside those of the others.
    ///
    /// # Errors
    /// That the folder or the file cannot be written. The file is as it was then.
    pub fn put(&self, folder: &Path, name: &str) -> Result<(), SaveError> {
        store::put(folder, self, name)
    }

    /// The names of the services.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.services.keys().map(String::as_str)
    }

    /// These, and one of the others.
    pub fn and(&self, others: &Saved, name: &str) -> Saved {
        let mut all = self.clone();
        if let Some(service) = others.services.get(name) {
            all.services.insert(name.to_owned(), service.clone());
        }
        all
    }

    /// The same after a change to one service. `tree` is what file, environment and command line say.
    pub fn changed(&self, name: &str, change: &SavedService, tree: &Node) -> Saved {
        let mut service = change.over(self.services.get(name));
        let key = change.api_key.as_ref();
        if let Some(key) = key.filter(|key| !key.expose_secret().trim().is_empty()) {
            let mut tree = tree.clone();
            service.lay_over(&mut tree, name, &mut Vec::new());
            service.key_for = endpoint_of(&tree, name);
            service.api_key = Some(key.expose_secret().trim().into());
        }
        let mut all = self.clone();
        all.services.insert(name.to_owned(), service);
        all
    }

    /// Lays them over what file, environment and command line say.
    pub fn lay_over(&self, tree: &mut Node, notices: &mut Vec<Notice>) {
        for (name, service) in &self.services {
            service.lay_over(tree, name, notices);
        }
    }

    /// That a saved service makes no valid config.
    pub fn left_out(name: &str, problems: &Problems) -> Notice {
        let reason = problems.0.first();
        let reason = reason.map(|problem| format!("{}: {}", problem.key, problem.message));
        let text = format!(
            "what the page saved is not used: {}; save it again",
            reason.unwrap_or_default()
        );
        notice(&format!("ai.services.{name}"), text)
    }
}

#[cfg(test)]
mod tests;
