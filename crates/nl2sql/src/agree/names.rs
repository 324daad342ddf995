//! What the names in a query stand for.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use crate::Schema;
use crate::schema::{Column, Table};

/// A column that a query or a `WITH` gives: its name, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Output {
    pub name: Option<String>,
    pub text: String,
}

impl Output {
    /// How it is written by who reads the query that gives it.
    pub(super) fn seen_through(&self, label: &str) -> String {
        // Texts that hold texts that hold texts would grow without end.
        const LONGEST: usize = 64;
        if self.text.len() <= LONGEST {
            format!("{label}.[{}]", self.text)
        } else {
            format!("{label}.[{:016x}]", Fnv::of(&self.text))
        }
    }
}

/// FNV-1a (<http://www.isthe.com/chongo/tech/comp/fnv/>): the same on every machine and in every run.
pub(super) struct Fnv(u64);

impl Fnv {
    pub(super) fn of(value: &(impl Hash + ?Sized)) -> u64 {
        let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
        value.hash(&mut hasher);
        hasher.finish()
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// What rows come from.
#[derive(Debug, Clone)]
pub(super) struct Source<'s> {
    /// How columns are qualified, in lower case.
    pub qualifier: String,
    /// What it is: a table's name in lower case, or the mark of a query.
    pub label: String,
    pub kind: SourceKind<'s>,
}

/// What is known of the columns of a source.
#[derive(Debug, Clone)]
pub(super) enum SourceKind<'s> {
    Table(&'s Table),
    Query(Rc<Vec<Output>>),
    /// Columns are not known.
    Open,
}

/// A query under a name.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub name: String,
    pub label: String,
    pub outputs: Option<Rc<Vec<Output>>>,
}

/// What can be named at a place of a query.
#[derive(Debug, Default)]
pub(super) struct Scope<'a, 's> {
    pub sources: Vec<Source<'s>>,
    pub named: Vec<Named>,
    /// Names of the select list, in lower case, and what they stand for.
    pub aliases: Vec<(String, String)>,
    /// Whether a name of the select list wins over a column.
    pub aliases_first: bool,
    /// Whether rows may come without a partner.
    pub has_outer_join: bool,
    pub outer: Option<&'a Scope<'a, 's>>,
}

/// What a name leads to.
#[derive(Debug)]
pub(super) struct Meant<'s> {
    pub text: String,
    /// The column of the schema, where it is one.
    pub column: Option<(&'s Table, &'s Column)>,
    /// Whether it is the name of something in the query itself.
    pub is_own: bool,
}

impl<'s> Source<'s> {
    fn column(&self, name: &str) -> Option<Meant<'s>> {
        match &self.kind {
            SourceKind::Table(table) => table.column(name).map(|column| Meant {
                text: format!("{}.{}", self.label, column.name.to_lowercase()),
                column: Some((table, column)),
                is_own: false,
            }),
            SourceKind::Query(outputs) => outputs
                .iter()
                .find(|output| output.name.as_deref() == Some(name))
                .map(|output| Meant {
                    text: output.seen_through(&self.label),
                    column: None,
                    is_own: true,
                }),
            SourceKind::Open => None,
        }
    }

    fn unknown(&self, name: &str) -> Meant<'s> {
        Meant {
            text: format!("{}.{name}", self.label),
            column: None,
            is_own: false,
        }
    }
}

impl<'a, 's> Scope<'a, 's> {
    /// A layer within this one.
    pub(super) fn inside(outer: &'a Scope<'a, 's>) -> Scope<'a, 's> {
        Scope {
            outer: Some(outer),
            ..Scope::default()
        }
    }

    fn layers(&self) -> impl Iterator<Item = &Scope<'a, 's>> {
        let mut next = Some(self);
        std::iter::from_fn(move || {
            let layer = next?;
            next = layer.outer;
            Some(layer)
        })
    }

    /// How many layers from here outwards have a source of that label.
    pub(super) fn sources_labelled(&self, label: &str) -> usize {
        let base = |label: &str| label.split(['#', '\'']).next().unwrap_or_default().to_owned();
        self.layers()
            .filter(|layer| layer.sources.iter().any(|source| base(&source.label) == label))
            .count()
    }

    pub(super) fn named(&self, name: &str) -> Option<&Named> {
        self.layers()
            .find_map(|layer| layer.named.iter().rev().find(|named| named.name == name))
    }

    /// What a name without a table before it leads to; `name` is in lower case.
    pub(super) fn plain(&self, name: &str) -> Meant<'s> {
        for layer in self.layers() {
            let alias = || {
                let (_, text) = layer.aliases.iter().find(|(alias, _)| alias == name)?;
                Some(Meant {
                    text: text.clone(),
                    column: None,
                    is_own: true,
                })
            };
            if layer.aliases_first
                && let Some(meant) = alias()
            {
                return meant;
            }
            if let Some(meant) = layer.sources.iter().find_map(|source| source.column(name)) {
                return meant;
            }
            if let Some(meant) = alias() {
                return meant;
            }
            let mut open = layer
                .sources
                .iter()
                .filter(|source| matches!(source.kind, SourceKind::Open));
            if let (Some(source), None) = (open.next(), open.next()) {
                return source.unknown(name);
            }
        }
        Meant {
            text: name.to_owned(),
            column: None,
            is_own: false,
        }
    }

    /// What a name with a table before it leads to; both are in lower case.
    pub(super) fn qualified(&self, qualifier: &str, name: &str) -> Meant<'s> {
        let source = self
            .layers()
            .find_map(|layer| layer.sources.iter().find(|source| source.qualifier == qualifier));
        match source {
            Some(source) => source.column(name).unwrap_or_else(|| source.unknown(name)),
            None => Meant {
                text: format!("{qualifier}.{name}"),
                column: None,
                is_own: false,
            },
        }
    }
}

/// The table of that name, which is in lower case.
pub(super) fn table<'s>(schema: Option<&'s Schema>, name: &str) -> Option<&'s Table> {
    schema?.table(name)
}
