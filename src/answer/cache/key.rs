//! What makes two questions the same: a digest over everything that decides the answer.

use std::fmt;

use nl2sql::SchemaValues;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// Changes with the way parts are written below, so that digests of another way are never found.
const FORM: &[u8] = b"atest-ext-ai key 1\0";

/// The digest of a question or a schema. It tells nothing about what went into it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CacheKey([u8; 32]);

impl CacheKey {
    /// The digest.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// In hexadecimal.
impl fmt::Display for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CacheKey({self})")
    }
}

/// Gathers the parts of a key.
///
/// Each part is written with its name, whether it is there, and its length, so no two different lists of parts have the
/// same bytes: an absent part differs from an empty one, and nothing can move from one part into its neighbour.
#[derive(Clone)]
pub struct KeyBuilder {
    digest: Sha256,
}

impl KeyBuilder {
    /// A key without parts.
    pub fn new() -> KeyBuilder {
        KeyBuilder {
            digest: Sha256::new_with_prefix(FORM),
        }
    }

    /// A text, byte for byte.
    pub fn text(self, name: &'static str, text: &str) -> KeyBuilder {
        self.bytes(name, text.as_bytes())
    }

    /// A text in which one blank is as good as many, such as a question.
    pub fn words(mut self, name: &'static str, text: &str) -> KeyBuilder {
        let gap = |first: bool| usize::from(!first);
        let mut length = 0;
        for (index, word) in text.split_whitespace().enumerate() {
            length += gap(index == 0) + word.len();
        }
        self.head(name, Some(length));
        for (index, word) in text.split_whitespace().enumerate() {
            self.digest.update(&b" "[..gap(index == 0)]);
            self.digest.update(word);
        }
        self
    }

    /// A text that may be absent.
    pub fn opt(self, name: &'static str, text: Option<&str>) -> KeyBuilder {
        match text {
            Some(text) => self.text(name, text),
            None => self.absent(name),
        }
    }

    /// A number that may be absent.
    pub fn number(self, name: &'static str, number: Option<u64>) -> KeyBuilder {
        match number {
            Some(number) => self.bytes(name, &number.to_le_bytes()),
            None => self.absent(name),
        }
    }

    /// A secret that may be absent, such as the API key of a request. It cannot be had back from the digest.
    pub fn secret(self, name: &'static str, secret: Option<&SecretString>) -> KeyBuilder {
        self.opt(name, secret.map(ExposeSecret::expose_secret))
    }

    /// Sample values of a schema that may be absent.
    pub fn values(mut self, name: &'static str, values: Option<&SchemaValues>) -> KeyBuilder {
        let Some(tables) = values else {
            return self.absent(name);
        };
        self.head(name, Some(tables.len()));
        for (table, columns) in tables {
            self = self.text("table", table);
            self.head("columns", Some(columns.len()));
            for (column, samples) in columns {
                self = self.text("column", column);
                self.head("samples", Some(samples.len()));
                for sample in samples {
                    self = self.text("sample", sample);
                }
            }
        }
        self
    }

    /// Bytes, such as the stamp of a database.
    pub fn bytes(mut self, name: &'static str, bytes: &[u8]) -> KeyBuilder {
        self.head(name, Some(bytes.len()));
        self.digest.update(bytes);
        self
    }

    /// The key.
    pub fn finish(self) -> CacheKey {
        CacheKey(self.digest.finalize().into())
    }

    fn absent(mut self, name: &'static str) -> KeyBuilder {
        self.head(name, None);
        self
    }

    /// What stands before the bytes of a part: the length of its name, the name, and its length or that it is absent.
    fn head(&mut self, name: &'static str, length: Option<usize>) {
        self.digest.update((name.len() as u64).to_le_bytes());
        self.digest.update(name);
        match length {
            Some(length) => {
                self.digest.update([1]);
                self.digest.update((length as u64).to_le_bytes());
            }
            None => self.digest.update([0]),
        }
    }
}

impl Default for KeyBuilder {
    fn default() -> KeyBuilder {
        KeyBuilder::new()
    }
}

impl fmt::Debug for KeyBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyBuilder").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    fn key_of(parts: &[Option<&str>]) -> CacheKey {
        parts
            .iter()
            .fold(KeyBuilder::new(), |key, part| key.opt("part", *part))
            .finish()
    }

    #[test]
    fn parts_that_read_the_same_when_put_together_give_different_keys() {
        let lists: [&[Option<&str>]; 10] = [
            &[],
            &[None],
            &[Some("")],
            &[Some(""), None],
            &[None, Some("")],
            &[Some("ab"), Some("c")],
            &[Some("a"), Some("bc")],
            &[Some("abc"), Some("")],
            &[Some(""), Some("abc")],
            &[Some("abc")],
        ];
        let keys: BTreeSet<[u8; 32]> = lists.iter().map(|list| *key_of(list).as_bytes()).collect();
        assert_eq!(keys.len(), lists.len());
    }

    #[test]
    fn the_name_of_a_part_counts() {
        let model = KeyBuilder::new()
            .text("model", "x")
            .opt("endpoint", None)
            .finish();
        let endpoint = KeyBuilder::new()
            .opt("model", None)
            .text("endpoint", "x")
            .finish();
        assert_ne!(model, endpoint);
    }

    #[test]
    fn blanks_between_words_do_not_count_and_letters_do() {
        let key = |text| KeyBuilder::new().words("question", text).finish();
        assert_eq!(key("show all users"), key("  show \t all\n users "));
        assert_eq!(
            key("show all users"),
            KeyBuilder::new().text("question", "show all users").finish()
        );
        assert_ne!(key("show all users"), key("show allusers"));
        assert_ne!(key("users in Paris"), key("users in paris"));
    }

    #[test]
    fn values_count_with_the_column_they_belong_to() {
        let values = |column: &str, samples: &[&str]| -> SchemaValues {
            let samples = samples.iter().map(|sample| (*sample).to_owned()).collect();
            BTreeMap::from([("t".to_owned(), BTreeMap::from([(column.to_owned(), samples)]))])
        };
        let key = |values: Option<&SchemaValues>| KeyBuilder::new().values("values", values).finish();
        let all = [
            key(None),
            key(Some(&SchemaValues::new())),
            key(Some(&values("a", &["x", "y"]))),
            key(Some(&values("b", &["x", "y"]))),
            key(Some(&values("a", &["xy"]))),
            key(Some(&values("a", &[]))),
        ];
        let different: BTreeSet<[u8; 32]> = all.iter().map(|key| *key.as_bytes()).collect();
        assert_eq!(different.len(), all.len());
    }

    #[test]
    fn a_key_of_the_request_counts_and_is_shown_nowhere() {
        let secret = SecretString::from("sk-planted");
        let with = KeyBuilder::new().secret("key", Some(&secret));
        assert!(!format!("{with:?}").contains("planted"));
        let with = with.finish();
        assert_ne!(with, KeyBuilder::new().secret("key", None).finish());
        assert_ne!(
            with,
            KeyBuilder::new()
                .secret("key", Some(&SecretString::from("sk-other")))
                .finish()
        );
        assert!(!format!("{with:?} {with}").contains("planted"));
    }

    proptest! {
        #[test]
        fn different_lists_of_parts_have_different_keys(
            one in prop::collection::vec(prop::option::of("[ab\0\u{1}]{0,3}"), 0..5),
            other in prop::collection::vec(prop::option::of("[ab\0\u{1}]{0,3}"), 0..5),
        ) {
            let key = |list: &[Option<String>]| {
                key_of(&list.iter().map(Option::as_deref).collect::<Vec<_>>())
            };
            prop_assert_eq!(one == other, key(&one) == key(&other));
        }
    }
}
