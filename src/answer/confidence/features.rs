//! What the SQL shows beside the question.

mod evidence;
mod pieces;
mod unasked;

use std::collections::BTreeMap;

use nl2sql::schema::Table;
use nl2sql::{CheckedSql, Meaning, Schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Trial;
use crate::provider::Completion;
use evidence::{Evidence, Verdict, same_word};
use pieces::Pieces;

/// How many features there are.
pub const FEATURES: usize = 23;

/// Their names, in the order in which they are kept. One that is not known is 0, and so is the one beside it that says that
/// it is known: nothing that could not be had counts for or against an answer.
///
/// | name | value |
/// |---|---|
/// | `schema` | whether there was a schema to bind the names against |
/// | `coverage`, `coverage_known` | share of the question's content words that tables, columns, literals or operations of the SQL account for |
/// | `uses_constant` | whether a number or quotation of the question is used |
/// | `unused` | numbers and quotations of the question that are not, 3 at most |
/// | `unasked_numbers` | numbers of the SQL that do not follow from the question, 3 at most |
/// | `unasked_texts` | texts of the SQL that have no word in common with the question, 3 at most |
/// | `assumptions` | assumptions that the model made, 4 at most |
/// | `star` | whether all columns are selected |
/// | `unconnected` | tables beyond the first group that keys connect, 2 at most |
/// | `long` | words of the question over 12, 30 at most |
/// | `bound_share`, `bound_known` | share of the names of columns that lead to a column of the schema |
/// | `repaired` | whether its writer had to mend it |
/// | `explained`, `explained_known` | whether the database could plan it |
/// | `engine`, `engine_known` | how far the embedded engine reads the question in the same way |
/// | `samples`, `samples_known` | share of the model's samples that mean the same |
/// | `certainty`, `tokens_known` | `(exp(mean log-probability of the SQL's tokens) - 0.85) / 0.15`, within -3 and 1 |
/// | `sequence` | probability of the SQL as a whole |
pub const NAMES: [&str; FEATURES] = [
    "schema",
    "coverage",
    "coverage_known",
    "uses_constant",
    "unused",
    "unasked_numbers",
    "unasked_texts",
    "assumptions",
    "star",
    "unconnected",
    "long",
    "bound_share",
    "bound_known",
    "repaired",
    "explained",
    "explained_known",
    "engine",
    "engine_known",
    "samples",
    "samples_known",
    "certainty",
    "tokens_known",
    "sequence",
];

/// What a score is made from, in the order of [`NAMES`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Features(pub [f64; FEATURES]);

impl Features {
    /// The value of that name; 0 for a name that there is not.
    pub fn get(&self, name: &str) -> f64 {
        place(name).map_or(0.0, |at| self.0[at])
    }

    fn set(&mut self, name: &str, value: f64) {
        let at = place(name).expect("a name of the list");
        self.0[at] = value;
    }

    /// A value that may not be known.
    fn set_if_known(&mut self, name: &str, known: &str, value: Option<f64>) {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            self.set(name, value);
            self.set(known, 1.0);
        }
    }
}

/// The place of a name in [`NAMES`].
pub(super) fn place(name: &str) -> Option<usize> {
    NAMES.iter().position(|known| *known == name)
}

/// By name, without those that are 0.
impl Serialize for Features {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let some = NAMES.iter().zip(self.0).filter(|(_, value)| *value != 0.0);
        serializer.collect_map(some)
    }
}

/// By name; what is not named is 0, and a name that there is not, or a value that is no number, is an error.
impl<'de> Deserialize<'de> for Features {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Features, D::Error> {
        let named = BTreeMap::<String, f64>::deserialize(deserializer)?;
        let mut features = Features([0.0; FEATURES]);
        for (name, value) in named {
            let at = place(&name).ok_or_else(|| D::Error::custom(format!("{name:?} is no feature")))?;
            features.0[at] = value;
        }
        Ok(features)
    }
}

/// Reads the features of one answer.
pub(super) fn read(
    completion: &Completion,
    checked: &CheckedSql,
    schema: Option<&Schema>,
    question: &str,
    trial: &Trial,
) -> Features {
    let mut features = Features([0.0; FEATURES]);
    let flag = |on: bool| f64::from(u8::from(on));
    features.set("schema", flag(schema.is_some()));
    let sql = checked.sql().to_lowercase();
    question_beside(&mut features, &sql, checked, schema, &question.to_lowercase());
    let assumptions = u32::try_from(completion.assumptions.len()).unwrap_or(u32::MAX);
    features.set("assumptions", f64::from(assumptions.min(4)));
    features.set("star", flag(sql.contains("select *") || sql.contains(".*")));
    if let Some(schema) = schema {
        features.set("unconnected", f64::from(unconnected(checked, schema).min(2)));
        let share = Meaning::of(checked, Some(schema)).and_then(|meaning| meaning.bound_share());
        features.set_if_known("bound_share", "bound_known", share);
    }
    features.set("repaired", flag(trial.repaired));
    features.set_if_known("explained", "explained_known", trial.explained.map(flag));
    let agreement = trial.agreement.unwrap_or_default();
    features.set_if_known("engine", "engine_known", agreement.engine);
    features.set_if_known("samples", "samples_known", agreement.samples);
    let logprob = completion.mean_logprob.filter(|logprob| logprob.is_finite());
    let certainty = logprob.map(|logprob| ((logprob.min(0.0).exp() - 0.85) / 0.15).max(-3.0));
    features.set_if_known("certainty", "tokens_known", certainty);
    if let Some(sum) = completion.sum_logprob.filter(|sum| sum.is_finite()) {
        features.set("sequence", sum.min(0.0).exp());
    }
    features
}

/// What the words of the question and the SQL have to do with each other; both are in lower case.
fn question_beside(
    features: &mut Features,
    sql: &str,
    checked: &CheckedSql,
    schema: Option<&Schema>,
    question: &str,
) {
    let mut evidence = Evidence::new(sql, checked);
    if let Some(schema) = schema {
        evidence.add_comments(schema, checked);
    }
    let (mut judged, mut accounted, mut words, mut unused) = (0_u32, 0_u32, 0_u32, 0_u32);
    for piece in Pieces::new(question) {
        words = words.saturating_add(1);
        match evidence.judge(piece) {
            Verdict::Filler => {}
            Verdict::Constant(true) => features.set("uses_constant", 1.0),
            Verdict::Constant(false) => unused += 1,
            Verdict::Word(known, of) => {
                judged += of;
                accounted += known;
            }
        }
    }
    let coverage = (judged > 0).then(|| f64::from(accounted) / f64::from(judged));
    features.set_if_known("coverage", "coverage_known", coverage);
    features.set("unused", f64::from(unused.min(3)));
    features.set("long", f64::from(words.saturating_sub(12).min(30)));
    let unasked = unasked::read(sql, question);
    features.set("unasked_numbers", f64::from(unasked.numbers.min(3)));
    features.set("unasked_texts", f64::from(unasked.texts.min(3)));
}

/// How many tables lie beyond the first group that keys connect.
fn unconnected(checked: &CheckedSql, schema: &Schema) -> u32 {
    let tables: Vec<&Table> = checked
        .tables()
        .iter()
        .filter_map(|name| schema.table(name))
        .collect();
    if tables.len() < 2 {
        return 0;
    }
    let mut reached = vec![false; tables.len()];
    let mut next = vec![0];
    reached[0] = true;
    while let Some(at) = next.pop() {
        for other in 0..tables.len() {
            if !reached[other] && are_connected(tables[at], tables[other]) {
                reached[other] = true;
                next.push(other);
            }
        }
    }
    let missing = reached.iter().filter(|is_reached| !**is_reached).count();
    u32::try_from(missing).unwrap_or(u32::MAX)
}

/// Whether a declared key leads from one to the other, or a column is named like one.
fn are_connected(a: &Table, b: &Table) -> bool {
    let leads = |from: &Table, to: &Table| {
        let declared = from
            .foreign_keys
            .iter()
            .any(|key| key.table.eq_ignore_ascii_case(&to.name));
        declared || from.columns.iter().any(|column| is_key_to(&column.name, to))
    };
    leads(a, b) || leads(b, a)
}

/// Whether a column is named after a table, like `customer_id`, or like its own key, unless that is just `id`.
fn is_key_to(column: &str, table: &Table) -> bool {
    let name = column.to_ascii_lowercase();
    let Some(stem) = name.strip_suffix("id").map(|stem| stem.trim_end_matches('_')) else {
        return false;
    };
    if stem.is_empty() {
        return false;
    }
    same_word(stem, &table.name.to_ascii_lowercase())
        || table
            .primary_key
            .iter()
            .any(|key| key.eq_ignore_ascii_case(&name))
}
