//! The parts that a Chinese question is cut into.

use super::clause::Said;
use super::marks::Mark;
use crate::engine::lexicon::TableId;

/// The score from which a noun is a name of the schema.
pub(crate) const KNOWN: f32 = 0.55;

/// One part of a question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    Mark(Mark),
    Number(String),
    Name(Name),
    /// A value: as a sample spells it (`true`), or an English word for a state.
    Value(String, bool),
    /// What comments say of codes: the word, and each column's words with the code that it has for it.
    Coded(String, Vec<(String, String)>),
    /// A time, in English.
    Period(String),
    /// A place that no sample spells.
    Place(String),
    Quoted(String),
    /// 姓张: the first letters of a name.
    Surname(String),
    /// 张伟: what looks like the name of a person and is no sample.
    Person(String),
    /// A condition that is in English already.
    Said(Said),
    /// Something that nothing explains.
    Other(String),
}

/// A noun or verb that may name a table or a column.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Name {
    /// The words that the vocabulary knows it by.
    pub said: String,
    pub table: f32,
    pub column: f32,
    /// Whether its column holds numbers to add up.
    pub measure: bool,
    /// Whether the word itself says a sum: 总金额.
    pub total: bool,
    pub table_home: Option<TableId>,
    pub column_home: Option<TableId>,
    /// The words of the column's table.
    pub home_said: String,
}

impl Name {
    pub(crate) fn is_table(&self) -> bool {
        self.table >= KNOWN && self.table + 0.05 >= self.column
    }

    pub(crate) fn is_known(&self) -> bool {
        self.table.max(self.column) >= KNOWN
    }
}
