//! What the SQL shows beside the question.

mod evidence;
mod pieces;
mod unasked;

use nl2sql::schema::Table;
use nl2sql::{CheckedSql, Schema};

use crate::provider::Completion;
use evidence::{Evidence, Verdict, same_word};
use pieces::Pieces;

/// What a score is made from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Features {
    /// Whether there was a schema to bind the names against.
    pub has_schema: bool,
    /// Share of the question's content words that tables, columns, literals or operations of the SQL account for; a half
    /// when none can be judged.
    pub coverage: f64,
    /// Numbers and quotations of the question that the SQL does not use.
    pub unused: u32,
    /// Whether it uses one.
    pub uses_constant: bool,
    /// Numbers of the SQL that the question does not say, nor words for numbers or times from which they follow.
    pub unasked_numbers: u32,
    /// Texts of the SQL that have no word in common with the question.
    pub unasked_texts: u32,
    /// Assumptions that the model made.
    pub assumptions: u32,
    /// Whether it selects all columns.
    pub star: bool,
    /// Tables beyond the first group that keys connect.
    pub unconnected: u32,
    /// Words of the question.
    pub words: u32,
}

/// Reads the features of one answer.
pub(super) fn read(
    completion: &Completion,
    checked: &CheckedSql,
    schema: Option<&Schema>,
    question: &str,
) -> Features {
    let sql = checked.sql().to_lowercase();
    let question = question.to_lowercase();
    let mut evidence = Evidence::new(&sql, checked);
    if let Some(schema) = schema {
        evidence.add_comments(schema, checked);
    }
    let mut features = Features {
        has_schema: schema.is_some(),
        coverage: 0.5,
        unused: 0,
        uses_constant: false,
        unasked_numbers: 0,
        unasked_texts: 0,
        assumptions: u32::try_from(completion.assumptions.len()).unwrap_or(u32::MAX),
        star: sql.contains("select *") || sql.contains(".*"),
        unconnected: schema.map_or(0, |schema| unconnected(checked, schema)),
        words: 0,
    };
    let (mut judged, mut accounted) = (0_u32, 0_u32);
    for piece in Pieces::new(&question) {
        features.words = features.words.saturating_add(1);
        match evidence.judge(piece) {
            Verdict::Filler => {}
            Verdict::Constant(is_used) => {
                features.unused += u32::from(!is_used);
                features.uses_constant |= is_used;
            }
            Verdict::Word(known, of) => {
                judged += of;
                accounted += known;
            }
        }
    }
    let unasked = unasked::read(&sql, &question);
    (features.unasked_numbers, features.unasked_texts) = (unasked.numbers, unasked.texts);
    if judged > 0 {
        features.coverage = f64::from(accounted) / f64::from(judged);
    }
    features
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
