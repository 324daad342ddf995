//! Settings of other programs: maps that keep their order, which is how people read them.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// A text.
    Text(String),
    /// A whole number.
    Number(u64),
    /// Yes or no.
    Flag(bool),
    /// Values in their order.
    List(Vec<Tree>),
    /// Entries in their order.
    Map(Vec<(String, Tree)>),
}

/// A map: `map! { "path": x, "tag": y }`.
macro_rules! map {
    ($($key:literal: $value:expr),* $(,)?) => {
        $crate::generate::shippers::tree::Tree::Map(vec![
            $(($key.to_owned(), $crate::generate::shippers::tree::Tree::from($value))),*
        ])
    };
}
/// A list of values.
macro_rules! list {
    ($($value:expr),* $(,)?) => {
        $crate::generate::shippers::tree::Tree::List(vec![
            $($crate::generate::shippers::tree::Tree::from($value)),*
        ])
    };
}
pub(in crate::generate) use {list, map};

impl Tree {
    /// A map with the entries of another one after its own.
    pub fn and(mut self, more: Tree) -> Tree {
        if let (Tree::Map(own), Tree::Map(more)) = (&mut self, more) {
            own.extend(more);
        }
        self
    }

    /// A map with these entries, where there are any.
    pub fn and_if(self, is_so: bool, more: impl FnOnce() -> Tree) -> Tree {
        if is_so { self.and(more()) } else { self }
    }
}

impl From<&str> for Tree {
    fn from(text: &str) -> Tree {
        Tree::Text(text.to_owned())
    }
}

impl From<String> for Tree {
    fn from(text: String) -> Tree {
        Tree::Text(text)
    }
}

impl From<u64> for Tree {
    fn from(number: u64) -> Tree {
        Tree::Number(number)
    }
}

impl From<bool> for Tree {
    fn from(flag: bool) -> Tree {
        Tree::Flag(flag)
    }
}

impl From<Vec<Tree>> for Tree {
    fn from(list: Vec<Tree>) -> Tree {
        Tree::List(list)
    }
}

impl From<Vec<(String, Tree)>> for Tree {
    fn from(map: Vec<(String, Tree)>) -> Tree {
        Tree::Map(map)
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Tree::Text(text) => serializer.serialize_str(text),
            Tree::Number(number) => serializer.serialize_u64(*number),
            Tree::Flag(flag) => serializer.serialize_bool(*flag),
            Tree::List(list) => {
                let mut sequence = serializer.serialize_seq(Some(list.len()))?;
                for value in list {
                    sequence.serialize_element(value)?;
                }
                sequence.end()
            }
            Tree::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}
