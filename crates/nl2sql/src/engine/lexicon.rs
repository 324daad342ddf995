//! The vocabulary of one schema: which words name which tables and columns, prepared once and read by every question.

use std::collections::HashMap;

use super::graph::Graph;
use super::stem::{identifier_words, is_near, singular, stem, unglued};
use super::synonyms;
use super::words;
use crate::schema::{Column, ColumnKind, Schema, Table};

/// The place of a table in its schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TableId(pub usize);

/// The place of a column among all columns of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ColumnId(pub usize);

/// The place of a word in the vocabulary.
pub(crate) type WordId = usize;

/// What a column holds, as far as questions care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Something to add up or compare.
    Number,
    /// Names, codes and states.
    Text,
    /// Yes or no.
    Truth,
    /// A calendar day, or a moment when `timed`.
    Day {
        /// Whether it has a time of day.
        timed: bool,
    },
    /// A year as a number.
    Year,
    /// Anything else.
    Other,
}

/// One way to say a table's or a column's name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Variant {
    pub words: Vec<WordId>,
    pub weight: f32,
}

/// A table with its ways to be named.
#[derive(Debug)]
pub(crate) struct TableEntry<'a> {
    pub table: &'a Table,
    pub variants: Vec<Variant>,
    /// Its columns: a range of column ids.
    pub columns: std::ops::Range<usize>,
    /// The words of its name in the singular, for sentences and comparisons.
    pub words: Vec<String>,
}

/// A column with its ways to be named.
#[derive(Debug)]
pub(crate) struct ColumnEntry<'a> {
    pub table: TableId,
    pub column: &'a Column,
    pub variants: Vec<Variant>,
    pub sort: Sort,
    pub is_primary: bool,
    /// The words of its name.
    pub words: Vec<String>,
}

struct WordEntry {
    raw: String,
}

/// The prepared vocabulary of a schema.
pub struct Lexicon<'a> {
    pub(crate) tables: Vec<TableEntry<'a>>,
    pub(crate) columns: Vec<ColumnEntry<'a>>,
    pub(crate) graph: Graph,
    vocabulary: Vec<WordEntry>,
    by_word: HashMap<String, WordId>,
    by_stem: HashMap<String, Vec<(WordId, f32)>>,
    by_group: HashMap<usize, Vec<(WordId, f32)>>,
}

impl<'a> Lexicon<'a> {
    /// Reads the names, comments and keys of a schema.
    pub fn new(schema: &'a Schema) -> Lexicon<'a> {
        let mut lexicon = Lexicon {
            tables: Vec::with_capacity(schema.tables.len()),
            columns: Vec::new(),
            graph: Graph::default(),
            vocabulary: Vec::new(),
            by_word: HashMap::new(),
            by_stem: HashMap::new(),
            by_group: HashMap::new(),
        };
        for table in &schema.tables {
            lexicon.add_table(table);
        }
        lexicon.graph = Graph::new(&lexicon.tables, &lexicon.columns);
        lexicon
    }

    fn add_table(&mut self, table: &'a Table) {
        let id = TableId(self.tables.len());
        let words = table_words(&table.name);
        let mut forms = vec![(words.clone(), 1.0)];
        if let Some(comment) = comment_words(table.comment.as_deref()) {
            forms.push((comment, 0.9));
        }
        let variants = self.variants(forms);
        let first = self.columns.len();
        for column in &table.columns {
            self.add_column(id, table, &words, column);
        }
        let singular_words = words.iter().map(|word| singular(word)).collect();
        self.tables.push(TableEntry {
            table,
            variants,
            columns: first..self.columns.len(),
            words: singular_words,
        });
    }

    fn add_column(&mut self, id: TableId, table: &Table, table_words: &[String], column: &'a Column) {
        let words = identifier_words(&column.name);
        let mut forms = column_forms(&words, table_words);
        if let Some(comment) = comment_words(column.comment.as_deref()) {
            forms.push((comment, 0.9));
        }
        let is_primary =
            table.primary_key.len() == 1 && table.primary_key[0].eq_ignore_ascii_case(&column.name);
        if is_primary && words.concat().ends_with("id") && !words.iter().any(|word| word == "id") {
            forms.push((vec!["id".to_owned()], 0.9));
        }
        let variants = self.variants(forms);
        let sort = sort_of(column, &words);
        self.columns.push(ColumnEntry {
            table: id,
            column,
            variants,
            sort,
            is_primary,
            words,
        });
    }

    fn variants(&mut self, forms: Vec<(Vec<String>, f32)>) -> Vec<Variant> {
        let mut variants: Vec<Variant> = Vec::with_capacity(forms.len());
        for (words, weight) in forms {
            let words: Vec<WordId> = words.iter().map(|word| self.intern(word)).collect();
            if !words.is_empty() && !variants.iter().any(|known| known.words == words) {
                variants.push(Variant { words, weight });
            }
        }
        variants
    }

    fn intern(&mut self, raw: &str) -> WordId {
        if let Some(id) = self.by_word.get(raw) {
            return *id;
        }
        let id = self.vocabulary.len();
        self.by_word.insert(raw.to_owned(), id);
        self.vocabulary.push(WordEntry { raw: raw.to_owned() });
        let own = stem(raw);
        for group in synonyms::groups(&own) {
            self.by_group.entry(*group).or_default().push((id, 0.75));
        }
        self.by_stem.entry(own).or_default().push((id, 1.0));
        for long in synonyms::long_forms(raw) {
            let long = stem(long);
            for group in synonyms::groups(&long) {
                self.by_group.entry(*group).or_default().push((id, 0.7));
            }
            self.by_stem.entry(long).or_default().push((id, 0.95));
        }
        id
    }

    /// The words of the schema that a word of a question may mean, with how surely, best first.
    pub(crate) fn senses(&self, word: &str, stem: &str) -> Vec<(WordId, f32)> {
        let mut found: Vec<(WordId, f32)> = Vec::new();
        let mut offer = |id: WordId, weight: f32| match found.iter_mut().find(|(known, _)| *known == id) {
            Some((_, best)) => *best = best.max(weight),
            None => found.push((id, weight)),
        };
        if let Some(id) = self.by_word.get(word) {
            offer(*id, 1.0);
        }
        for (id, weight) in self.by_stem.get(stem).into_iter().flatten() {
            offer(*id, *weight);
        }
        for group in synonyms::groups(stem) {
            for (id, weight) in self.by_group.get(group).into_iter().flatten() {
                offer(*id, *weight);
            }
        }
        found
    }

    /// The words of the schema that a word may be a misspelling of.
    pub(crate) fn near(&self, word: &str) -> Vec<(WordId, f32)> {
        let one = singular(word);
        let near = |known: &str| is_near(word, known) || is_near(&one, &singular(known));
        self.vocabulary
            .iter()
            .enumerate()
            .filter(|(_, entry)| near(&entry.raw))
            .map(|(id, _)| (id, 0.7))
            .collect()
    }

    /// How many words the vocabulary has.
    pub(crate) fn word_count(&self) -> usize {
        self.vocabulary.len()
    }

    pub(crate) fn table(&self, id: TableId) -> &TableEntry<'a> {
        &self.tables[id.0]
    }

    pub(crate) fn column(&self, id: ColumnId) -> &ColumnEntry<'a> {
        &self.columns[id.0]
    }

    pub(crate) fn table_ids(&self) -> impl Iterator<Item = TableId> + use<> {
        (0..self.tables.len()).map(TableId)
    }

    /// The columns of a table, in its order.
    pub(crate) fn columns_of(&self, id: TableId) -> impl Iterator<Item = ColumnId> + use<> {
        self.tables[id.0].columns.clone().map(ColumnId)
    }

    /// The single primary key column of a table.
    pub(crate) fn primary_key(&self, id: TableId) -> Option<ColumnId> {
        self.columns_of(id).find(|column| self.column(*column).is_primary)
    }

    /// Whether a column holds a measure that is written as text (`4:32`, `1,062 m`).
    pub(crate) fn is_text_measure(&self, id: ColumnId) -> bool {
        let entry = self.column(id);
        entry.sort == Sort::Text
            && !entry.column.samples.is_empty()
            && entry
                .column
                .samples
                .iter()
                .all(|sample| sample.starts_with(|c: char| c.is_ascii_digit()))
    }

    /// Whether a column is a key: of its own table, or of another's.
    pub(crate) fn is_key(&self, id: ColumnId) -> bool {
        self.column(id).is_primary || self.graph.target(id).is_some()
    }
}

/// The words of a table's name without the prefixes and suffixes that only say that it is a table.
fn table_words(name: &str) -> Vec<String> {
    let mut words = identifier_words(name);
    while words.len() > 1 && words::TABLE_PREFIXES.contains(&words[0].as_str()) {
        words.remove(0);
    }
    while words.len() > 1
        && words
            .last()
            .is_some_and(|last| words::TABLE_SUFFIXES.contains(&last.as_str()))
    {
        words.pop();
    }
    words
}

/// A short comment is another name; a sentence is not.
fn comment_words(comment: Option<&str>) -> Option<Vec<String>> {
    let words = identifier_words(comment?);
    (1..=4).contains(&words.len()).then_some(words)
}

/// The ways to say a column: in full, without its table's name, without `is_` or `_at`, with glued words apart or together.
fn column_forms(words: &[String], table_words: &[String]) -> Vec<(Vec<String>, f32)> {
    let mut forms: Vec<(Vec<String>, f32)> = vec![(words.to_vec(), 1.0)];
    let apart: Vec<String> = words
        .iter()
        .flat_map(|word| match unglued(word) {
            Some((head, tail)) => vec![head.to_owned(), tail.to_owned()],
            None => vec![word.clone()],
        })
        .collect();
    if apart.len() != words.len() {
        forms.push((apart.clone(), 0.98));
    }
    if words.len() == 2 && words[1].len() > 1 {
        forms.push((vec![words.concat()], 1.0));
    }
    let same = |a: &String, b: &String| stem(a) == stem(b) || synonyms::long_forms(a).contains(&b.as_str());
    let prefix = table_words.len();
    if apart.len() > prefix && apart.iter().zip(table_words).all(|(a, b)| same(a, &singular(b))) {
        forms.push((apart[prefix..].to_vec(), 0.97));
    } else if prefix > 1
        && apart.len() > 1
        && table_words
            .last()
            .is_some_and(|last| same(&apart[0], &singular(last)))
    {
        forms.push((apart[1..].to_vec(), 0.95));
    }
    let stump = &apart[..apart.len().saturating_sub(1)];
    match apart.last().map(String::as_str) {
        Some("date" | "time" | "datetime") if !stump.is_empty() => forms.push((stump.to_vec(), 0.9)),
        Some("id") if !stump.is_empty() => {
            forms.push((stump.to_vec(), 0.8));
            forms.push(([stump, &["number".to_owned()]].concat(), 0.85));
        }
        Some("code") if !stump.is_empty() => forms.push((stump.to_vec(), 0.85)),
        Some("name") if !stump.is_empty() && abbreviates(&stump.concat(), table_words) => {
            forms.push((vec!["name".to_owned()], 0.95));
        }
        _ => {}
    }
    if apart.len() > 1 && words::TRUTH_PREFIXES.contains(&apart[0].as_str()) {
        forms.push((apart[1..].to_vec(), 0.98));
    }
    if apart.len() > 1
        && apart
            .last()
            .is_some_and(|last| words::FLAG_SUFFIXES.contains(&last.as_str()))
    {
        forms.push((apart[..apart.len() - 1].to_vec(), 0.95));
    }
    forms
}

/// Whether letters stand for a table: `cust` and `c` for `customer`.
fn abbreviates(letters: &str, table_words: &[String]) -> bool {
    let initials: String = table_words
        .iter()
        .filter_map(|word| word.chars().next())
        .collect();
    letters.len() <= 5
        && (initials == letters
            || table_words
                .iter()
                .any(|word| word.starts_with(letters) && word != letters))
}

fn sort_of(column: &Column, words: &[String]) -> Sort {
    let last = words.last().map_or("", String::as_str);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let samples = || column.samples.iter().map(String::as_str);
    let truth_prefix = words.len() > 1 && words::TRUTH_PREFIXES.contains(&words[0].as_str());
    let truth_suffix = words.len() > 1 && matches!(last, "flag" | "yn");
    match column.kind {
        ColumnKind::Boolean => Sort::Truth,
        ColumnKind::Date => Sort::Day { timed: false },
        ColumnKind::Timestamp => Sort::Day { timed: true },
        ColumnKind::Integer if last == "year" || words.first().is_some_and(|first| first == "year") => {
            Sort::Year
        }
        ColumnKind::Integer | ColumnKind::Decimal | ColumnKind::Other | ColumnKind::Text
            if (truth_prefix || truth_suffix) && samples().all(|s| words::truth_of(s).is_some()) =>
        {
            Sort::Truth
        }
        ColumnKind::Integer | ColumnKind::Decimal => Sort::Number,
        ColumnKind::Text | ColumnKind::Other
            if !column.samples.is_empty()
                && samples().all(|s| words::truth_of(s).is_some() && s.parse::<f64>().is_err()) =>
        {
            Sort::Truth
        }
        ColumnKind::Text | ColumnKind::Other
            if has(&["date", "dob", "birthday"])
                || matches!(last, "at" | "on" | "timestamp" | "datetime") && words.len() > 1 =>
        {
            match column.samples.first() {
                Some(sample) if !looks_like_day(sample) => Sort::Text,
                Some(sample) => Sort::Day {
                    timed: sample.len() > 10,
                },
                None => Sort::Day { timed: false },
            }
        }
        ColumnKind::Text
            if column.samples.len() > 1
                && !matches!(
                    last,
                    "id" | "code" | "no" | "number" | "phone" | "zip" | "key" | "name"
                )
                && samples().all(|s| s.parse::<f64>().is_ok()) =>
        {
            if last == "year" {
                Sort::Year
            } else {
                Sort::Number
            }
        }
        ColumnKind::Text => Sort::Text,
        ColumnKind::Other if column.samples.is_empty() || samples().any(|s| s.parse::<f64>().is_err()) => {
            Sort::Text
        }
        ColumnKind::Other => Sort::Number,
        ColumnKind::Time | ColumnKind::Json | ColumnKind::Binary => Sort::Other,
    }
}

fn looks_like_day(sample: &str) -> bool {
    let bytes = sample.as_bytes();
    bytes.len() >= 10 && bytes[..4].iter().all(u8::is_ascii_digit) && matches!(bytes[4], b'-' | b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(name: &str, columns: &[&str]) -> Schema {
        let columns = columns
            .iter()
            .map(|name| Column::new(*name, "TEXT", ColumnKind::Text))
            .collect();
        Schema {
            tables: vec![Table {
                name: name.into(),
                columns,
                ..Table::default()
            }],
        }
    }

    #[test]
    fn a_column_is_known_without_its_tables_name() {
        let schema = schema("tbl_patients", &["patient_name"]);
        let lexicon = Lexicon::new(&schema);
        let said: Vec<Vec<&str>> = lexicon.columns[0]
            .variants
            .iter()
            .map(|variant| {
                variant
                    .words
                    .iter()
                    .map(|word| lexicon.vocabulary[*word].raw.as_str())
                    .collect()
            })
            .collect();
        assert!(said.contains(&vec!["name"]), "{said:?}");
        assert!(said.contains(&vec!["patient", "name"]), "{said:?}");
    }

    #[test]
    fn a_text_of_yes_and_no_is_a_truth() {
        let mut schema = schema("wards", &["closed", "note"]);
        schema.tables[0].columns[0].samples = vec!["Y".into(), "N".into()];
        let lexicon = Lexicon::new(&schema);
        assert_eq!(lexicon.columns[0].sort, Sort::Truth);
        assert_eq!(lexicon.columns[1].sort, Sort::Text);
    }
}
