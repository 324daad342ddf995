//! The vocabulary of one schema: which words name which tables and columns, prepared once and read by every question.

use std::collections::{HashMap, HashSet};

use super::chinese::pinyin;
use super::graph::Graph;
use super::stem::{identifier_words, is_near, singular, stem};
use super::{forms, glued, kinds, shorthand, sorts, synonyms};
use crate::lex::unquotable;
use crate::schema::{Aliases, Column, ForeignKey, Schema, Table};

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
    /// The words of its name, short forms spelled out.
    pub words: Vec<String>,
    /// How many of its units make one of what people say: 100 for an amount in cents.
    pub scale: Option<u32>,
}

struct WordEntry {
    raw: String,
}

/// The prepared vocabulary of a schema.
pub struct Lexicon<'a> {
    pub(crate) tables: Vec<TableEntry<'a>>,
    pub(crate) columns: Vec<ColumnEntry<'a>>,
    pub(crate) graph: Graph,
    /// Whether its names are Chinese words in Latin letters.
    pub(crate) is_pinyin: bool,
    vocabulary: Vec<WordEntry>,
    by_word: HashMap<String, WordId>,
    by_stem: HashMap<String, Vec<(WordId, f32)>>,
    by_group: HashMap<usize, Vec<(WordId, f32)>>,
    /// Words of the schema that are written without vowels, by their letters.
    by_skeleton: HashMap<String, Vec<WordId>>,
}

impl<'a> Lexicon<'a> {
    /// Reads the names, comments and keys of a schema.
    pub fn new(schema: &'a Schema) -> Lexicon<'a> {
        let mut lexicon = Lexicon {
            tables: Vec::with_capacity(schema.tables.len()),
            columns: Vec::new(),
            graph: Graph::default(),
            is_pinyin: pinyin::is_pinyin(schema),
            vocabulary: Vec::new(),
            by_word: HashMap::new(),
            by_stem: HashMap::new(),
            by_group: HashMap::new(),
            by_skeleton: HashMap::new(),
        };
        let shared = forms::shared_prefix(schema);
        let ends = (forms::heads(schema), forms::fronts(schema));
        let named = kinds::named(schema);
        for table in schema
            .tables
            .iter()
            .filter(|table| unquotable(&table.name).is_none())
        {
            lexicon.add_table(table, shared.as_deref(), &ends, &named);
        }
        lexicon.graph = Graph::new(&lexicon.tables, &lexicon.columns);
        lexicon
    }

    /// Reads a schema as [`Lexicon::new`] does, and other words for its tables (`orders`) and columns (`orders.total_amount`);
    /// words for what the schema does not have are passed over.
    pub fn with_aliases(schema: &'a Schema, aliases: &Aliases) -> Lexicon<'a> {
        let mut lexicon = Lexicon::new(schema);
        for (said, name) in aliases {
            lexicon.add_alias(said, name);
        }
        lexicon
    }

    fn add_alias(&mut self, said: &str, name: &str) {
        let variants = self.variants(vec![(identifier_words(said), 1.0)]);
        let (table_name, column_name) = match name.split_once('.') {
            Some((table, column)) => (table, Some(column)),
            None => (name, None),
        };
        let table = self
            .tables
            .iter_mut()
            .find(|entry| entry.table.name.eq_ignore_ascii_case(table_name.trim()));
        let Some(table) = table else {
            return;
        };
        let Some(column_name) = column_name else {
            table.variants.extend(variants);
            return;
        };
        let columns = &mut self.columns[table.columns.clone()];
        let column = columns
            .iter_mut()
            .find(|entry| entry.column.name.eq_ignore_ascii_case(column_name.trim()));
        if let Some(column) = column {
            column.variants.extend(variants);
        }
    }

    fn add_table(
        &mut self,
        table: &'a Table,
        shared: Option<&str>,
        (heads, fronts): &(HashSet<String>, HashSet<String>),
        named: &HashMap<String, u32>,
    ) {
        let id = TableId(self.tables.len());
        let words = kinds::table_words(&table.name);
        let told = if self.is_pinyin {
            pinyin::of_table(&words)
        } else {
            Vec::new()
        };
        let spelled = told.first().map_or_else(
            || shorthand::spelled_out(&words),
            |reading| reading.english.clone(),
        );
        let mut said = vec![(words.clone(), 1.0)];
        if spelled != words {
            said.push((spelled.clone(), 0.98));
        }
        said.extend(told.iter().skip(1).map(|reading| (reading.english.clone(), 0.9)));
        for reading in &told {
            said.extend(forms::comment_forms(Some(&reading.chinese)));
        }
        if let (Some(shared), [first, rest @ ..]) = (shared, &spelled[..])
            && words.first().is_some_and(|word| word == shared)
            && !rest.is_empty()
        {
            debug_assert!(!first.is_empty());
            said.push((rest.to_vec(), 0.9));
        }
        if let [_, .., head] = &spelled[..]
            && heads.contains(&singular(head))
        {
            said.push((vec![head.clone()], 0.86));
        }
        if let Some(thing) = kinds::keyed(table, &spelled, named) {
            said.push((thing, 0.88));
        }
        let bare = kinds::without_kind(&words, named);
        said.extend(bare.into_iter().map(|words| (words, 0.92)));
        if let [front, _] = &spelled[..]
            && fronts.contains(&singular(front))
        {
            said.push((vec![front.clone()], 0.82));
        }
        // "order headers", where most people say "orders".
        let whole = shorthand::spelled_out(&glued::words(&table.name));
        if whole.len() > words.len() {
            said.push((whole, 0.9));
        }
        said.extend(forms::comment_forms(table.comment.as_deref()));
        let variants = self.variants(said);
        let first = self.columns.len();
        let columns: Vec<&Column> = table
            .columns
            .iter()
            .filter(|column| unquotable(&column.name).is_none())
            .collect();
        let readings: Vec<Vec<pinyin::Reading>> = columns
            .iter()
            .map(|column| {
                let refers = |key: &ForeignKey| key.columns.contains(&column.name);
                if self.is_pinyin {
                    pinyin::of_column(column, table.foreign_keys.iter().any(refers))
                } else {
                    Vec::new()
                }
            })
            .collect();
        let key = forms::key_of(table, &spelled, |column| {
            let at = columns.iter().position(|one| one.name == column.name);
            let told = at.and_then(|at| readings[at].first());
            told.map_or_else(
                || shorthand::spelled_out(&glued::words(&column.name)),
                |reading| reading.english.clone(),
            )
        });
        for (column, told) in columns.into_iter().zip(&readings) {
            let is_primary = key.is_some_and(|key| key.eq_ignore_ascii_case(&column.name));
            self.add_column(id, (&words, &spelled), column, is_primary, told);
        }
        let singular_words = spelled.iter().map(|word| singular(word)).collect();
        self.tables.push(TableEntry {
            table,
            variants,
            columns: first..self.columns.len(),
            words: singular_words,
        });
    }

    /// Adds a column of a table whose words are given as they stand and spelled out.
    fn add_column(
        &mut self,
        id: TableId,
        (table_words, spelled_table): (&[String], &[String]),
        column: &'a Column,
        is_primary: bool,
        told: &[pinyin::Reading],
    ) {
        let raw = glued::words(&column.name);
        let words = told
            .first()
            .map_or_else(|| shorthand::spelled_out(&raw), |reading| reading.english.clone());
        let mut said = forms::column_forms(&raw, table_words);
        if words != raw {
            let spelled = forms::column_forms(&words, spelled_table);
            let sure = if raw.len() > identifier_words(&column.name).len() {
                0.96
            } else {
                0.98
            };
            said.extend(spelled.into_iter().map(|(words, weight)| (words, weight * sure)));
        }
        for reading in told.iter().skip(1) {
            let spelled = forms::column_forms(&reading.english, spelled_table);
            said.extend(spelled.into_iter().map(|(words, weight)| (words, weight * 0.88)));
        }
        for reading in told {
            said.extend(forms::comment_forms(Some(&reading.chinese)));
        }
        said.extend(forms::comment_forms(column.comment.as_deref()));
        if is_primary && words.concat().ends_with("id") && !words.iter().any(|word| word == "id") {
            said.push((vec!["id".to_owned()], 0.9));
        }
        let variants = self.variants(said);
        self.columns.push(ColumnEntry {
            table: id,
            column,
            variants,
            sort: sorts::sort_of(column, &words),
            is_primary,
            scale: sorts::scale_of(column, &raw),
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
        for group in kin(raw, &own) {
            self.by_group.entry(*group).or_default().push((id, 0.75));
        }
        self.by_stem.entry(own).or_default().push((id, 1.0));
        if shorthand::is_vowelless(raw) {
            let skeleton = shorthand::skeleton(raw);
            self.by_skeleton.entry(skeleton).or_default().push(id);
        }
        for long in shorthand::long_forms(raw) {
            let root = stem(long);
            for group in kin(long, &root) {
                self.by_group.entry(*group).or_default().push((id, 0.7));
            }
            self.by_stem.entry(root).or_default().push((id, 0.95));
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

    /// The words of the schema that are a word without its vowels: `apprvd` for "approved".
    pub(crate) fn vowelless(&self, word: &str, stem: &str) -> Vec<(WordId, f32)> {
        let whole: Vec<(WordId, f32)> = [word, stem]
            .iter()
            .filter_map(|form| self.by_skeleton.get(&shorthand::skeleton(form)))
            .flatten()
            .map(|id| (*id, 0.85))
            .collect();
        let Some(bones) = shorthand::bones_of_long(word).filter(|_| whole.is_empty()) else {
            return whole;
        };
        let mut shortened: Vec<(WordId, f32)> = self
            .by_skeleton
            .iter()
            .filter(|(short, _)| shorthand::leaves_one_out(short, &bones))
            .flat_map(|(_, ids)| ids)
            .map(|id| (*id, 0.8))
            .collect();
        if shortened.is_empty() {
            shortened = self.loosely_shortened(&bones);
        }
        shortened.sort_by_key(|(id, _)| *id);
        shortened
    }

    /// The one word of the schema, no listed short form, whose letters stand in a long word in their order: `hrvs` for "harvester".
    fn loosely_shortened(&self, bones: &str) -> Vec<(WordId, f32)> {
        let mut fit = self.by_skeleton.iter().filter(|(short, ids)| {
            let is_free = |id: &WordId| shorthand::long_forms(&self.vocabulary[*id].raw).is_empty();
            shorthand::stands_in(short, bones) && ids.iter().all(is_free)
        });
        match (fit.next(), fit.next()) {
            (Some((_, ids)), None) => ids.iter().map(|id| (*id, 0.75)).collect(),
            _ => Vec::new(),
        }
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

    /// The one word of the schema that a word may be cut short to: `enr` for "enrollment".
    pub(crate) fn cut_short(&self, word: &str) -> Vec<(WordId, f32)> {
        /// Shorter beginnings are those of too many words.
        const LEAST: usize = 3;
        /// Longer words are words by themselves.
        const MOST: usize = 5;
        let mut short = self.vocabulary.iter().enumerate().filter(|(_, entry)| {
            let length = entry.raw.len();
            (LEAST..=MOST).contains(&length)
                && word.len() >= length + LEAST
                && word.starts_with(entry.raw.as_str())
        });
        match (short.next(), short.next()) {
            (Some((id, _)), None) => vec![(id, 0.75)],
            _ => Vec::new(),
        }
    }

    /// Whether a name of the schema is or holds that very word.
    pub(crate) fn has_word(&self, word: &str) -> bool {
        self.by_word.contains_key(word)
    }

    /// How many words the vocabulary has.
    pub(crate) fn word_count(&self) -> usize {
        self.vocabulary.len()
    }

    pub(crate) fn table(&self, id: TableId) -> &TableEntry<'a> {
        &self.tables[id.0]
    }

    /// The words of a table's name, as a question says them: `order items` of `order_items`.
    pub(crate) fn title(&self, id: TableId) -> String {
        self.table(id).words.join(" ")
    }

    pub(crate) fn column(&self, id: ColumnId) -> &ColumnEntry<'a> {
        &self.columns[id.0]
    }

    /// The names of a few tables, in the order of the schema.
    pub(crate) fn table_names(&self) -> Vec<&str> {
        let names = self.tables.iter().map(|entry| entry.table.name.as_str());
        names.take(8).collect()
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

/// The groups of synonyms of a word of the schema. A building is a house there, and not what has been built or opened.
fn kin(word: &str, stem: &str) -> &'static [usize] {
    if word == "building" {
        &[]
    } else {
        synonyms::groups(stem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::ColumnKind;

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
