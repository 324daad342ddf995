//! A set of scopes.

use crate::config::Scope;

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::http) struct Scopes(u8);

impl Scopes {
    /// Whether it is in the set.
    pub(in crate::http) fn has(self, scope: Scope) -> bool {
        self.0 & bit(scope) != 0
    }

    /// Those that words name; words that are no scope of this program are another program's business.
    pub(super) fn named<'a>(words: impl Iterator<Item = &'a str>) -> Scopes {
        words
            .filter_map(|word| Scope::ALL.into_iter().find(|scope| scope.word() == word))
            .collect()
    }

    /// Their words, for people.
    pub(in crate::http) fn words(self) -> String {
        let held = Scope::ALL.into_iter().filter(|scope| self.has(*scope));
        held.map(Scope::word).collect::<Vec<_>>().join(", ")
    }
}

fn bit(scope: Scope) -> u8 {
    1 << scope as u8
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Scopes {
        Scopes(scopes.into_iter().fold(0, |set, scope| set | bit(scope)))
    }
}
