//! What Vault has given so far.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::vault::Session;
use crate::config::model::Vault;

/// What Vault has given so far, by variable. `Debug` shows no secret.
#[derive(Debug, Clone, Default)]
pub struct Held {
    /// The secrets.
    pub secrets: BTreeMap<String, HeldSecret>,
    /// Mapped variables that it does not give now and that need not be there, with the reason.
    pub missing: BTreeMap<String, String>,
    /// Whether Vault was reached and knew who asked.
    pub was_answered: bool,
    /// Who it was asked for, and the sign-in that goes on.
    pub(in crate::config) session: Option<Arc<Session>>,
}

/// One secret.
#[derive(Debug, Clone)]
pub struct HeldSecret {
    /// It.
    pub value: SecretString,
    /// When Vault will delete it, where that is known.
    pub expires: Option<Timestamp>,
}

impl Held {
    /// Whether it is what Vault said when it was asked with the same settings.
    pub fn answers(&self, settings: &Vault) -> bool {
        self.session
            .as_ref()
            .is_some_and(|session| session.is_for(settings))
    }

    /// Whether both came from the same settings of Vault.
    pub fn is_of_same_vault(&self, other: &Held) -> bool {
        let other = other.session.as_ref();
        other.is_some_and(|other| self.answers(other.settings()))
    }

    /// The variables whose values differ.
    pub fn changed(&self, other: &Held) -> Vec<String> {
        let names: BTreeSet<&String> = self.secrets.keys().chain(other.secrets.keys()).collect();
        let value = |held: &Held, name: &String| {
            let secret = held.secrets.get(name)?;
            Some(secret.value.expose_secret().to_owned())
        };
        names
            .into_iter()
            .filter(|name| value(self, name) != value(other, name))
            .cloned()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(pairs: &[(&str, &str)]) -> Held {
        let secrets = pairs.iter().map(|(name, value)| {
            let secret = HeldSecret {
                value: (*value).into(),
                expires: None,
            };
            ((*name).to_owned(), secret)
        });
        Held {
            secrets: secrets.collect(),
            ..Held::default()
        }
    }

    #[test]
    fn what_is_new_gone_or_other_has_changed() {
        let before = held(&[("A", "1"), ("B", "1"), ("C", "1")]);
        let after = held(&[("A", "1"), ("B", "2"), ("D", "1")]);
        assert_eq!(before.changed(&after), ["B", "C", "D"]);
        assert!(before.changed(&before.clone()).is_empty());
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", held(&[("A", "sk-planted")]));
        assert!(shown.contains('A') && !shown.contains("planted"), "{shown}");
    }
}
