//! Gives values back the words that a Chinese question has for them, where the schema is told of in Chinese and no sample says
//! that its values are not.

use super::codes::codes;
use super::is_han;
use super::traditional::simple;
use super::words;
use crate::engine::lexicon::{ColumnId, Lexicon};
use crate::engine::plan::{Cond, Expr, Literal, Plan};

/// The longest word of a value, in characters.
const LONGEST: usize = 6;

/// Respells the values of a plan's conditions: `cancelled` was 已取消.
pub(crate) fn respell(lexicon: &Lexicon<'_>, plan: &mut Plan, question: &str) {
    let typed: Vec<char> = question.chars().collect();
    for cond in &mut plan.filters {
        match cond {
            Cond::Compare(Expr::Column(column), _, Literal::Text(said))
                if is_told_in_chinese(lexicon, *column) =>
            {
                put_back(&typed, said);
            }
            Cond::OneOf { column, values, .. } if is_told_in_chinese(lexicon, *column) => {
                for value in values {
                    if let Literal::Text(said) = value {
                        put_back(&typed, said);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether a column has a Chinese comment, or its schema Chinese names in Latin letters, and it has no samples.
fn is_told_in_chinese(lexicon: &Lexicon<'_>, column: ColumnId) -> bool {
    let column = lexicon.column(column).column;
    if lexicon.is_pinyin && column.samples.is_empty() {
        return true;
    }
    let told = column
        .comment
        .as_deref()
        .is_some_and(|comment| comment.chars().any(is_han));
    told && column.samples.is_empty() && codes(column.comment.as_deref().unwrap_or_default()).is_empty()
}

fn put_back(typed: &[char], said: &mut String) {
    if !said.is_ascii() {
        return;
    }
    let lower = said.to_lowercase();
    let found = (1..=LONGEST.min(typed.len())).rev().find_map(|length| {
        typed.windows(length).find(|window| {
            let word: String = window.iter().copied().map(simple).collect();
            words::state(&word).is_some_and(|readings| readings.iter().any(|reading| *reading == lower))
        })
    });
    if let Some(window) = found {
        *said = window.iter().collect();
    }
}
