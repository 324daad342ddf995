//! Marks of an examination in a Chinese question: 最高分, 总分, 不及格.

use super::clause::english;
use super::cut::Cutter;
use super::known::Known;
use super::marks::Mark;
use super::part::{Name, Part};

/// Columns that hold marks.
const MARKS: &[&str] = &["score", "mark", "points", "exam score", "test score"];

fn marks_of(known: &Known<'_, '_>) -> Option<Name> {
    known
        .column_of(None, MARKS)
        .filter(|column| column.measure && !column.is_table())
}

impl Cutter<'_, '_> {
    /// 最高分, 总分: a figure of the marks, where no column is called so.
    pub(super) fn graded(&self, word: &str) -> Option<Name> {
        let (figure, own): (&str, &[&str]) = match word {
            "最高分" => ("maximum", &["max score", "highest score", "top score"]),
            "最低分" => ("minimum", &["min score", "lowest score"]),
            "总分" | "总成绩" | "总得分" => ("", &["total score", "total points", "overall score"]),
            _ => return None,
        };
        if self.known.spells(word)
            || self
                .known
                .column_of(None, own)
                .is_some_and(|name| name.column >= 0.9)
        {
            return None;
        }
        let column = marks_of(&self.known)?;
        Some(if figure.is_empty() {
            Name {
                total: true,
                ..column
            }
        } else {
            Name {
                said: format!("{figure} {}", column.said),
                ..column
            }
        })
    }
}

/// 不及格的成绩: less than 60 marks, where no value says so.
pub(super) fn failed(parts: &mut [Part], known: &Known<'_, '_>) {
    for at in 0..parts.len() {
        let Part::Value(said, false) = &parts[at] else {
            continue;
        };
        let op = match said.as_str() {
            "failed" | "failing" | "fail" => "<",
            "passed" | "passing" | "pass" => ">=",
            _ => continue,
        };
        let counted = matches!(
            parts.get(at + 1),
            Some(Part::Mark(Mark::Count | Mark::Compare(_) | Mark::Highest(..)))
        );
        let told = known.sampled(said, None).is_some() || known.table_telling(said).is_some();
        if !counted
            && !told
            && let Some(column) = marks_of(known)
        {
            parts[at] = Part::Said(english(&format!("with {} {op} 60", column.said)));
        }
    }
}
