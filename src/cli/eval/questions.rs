//! The questions of a benchmark folder.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

/// The files that are looked for, in order.
const FILES: [&str; 2] = ["questions.jsonl", "dev.jsonl"];

/// One question and the SQL that is right. Unknown keys are ignored.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Line {
    #[serde(default)]
    pub id: Value,
    pub question: String,
    /// The SQLite file that it is about, relative to the folder of the questions.
    #[serde(alias = "database")]
    pub db_path: Option<PathBuf>,
    pub dialect: Option<String>,
    /// `None` when the question must be refused.
    pub gold_sql: Option<String>,
    #[serde(default)]
    pub alt_gold_sql: Vec<String>,
    /// The tables, where there is no database.
    pub schema_ddl: Option<String>,
    pub source: Option<String>,
    pub shape: Option<String>,
    pub hardness: Option<String>,
}

impl Line {
    /// Every SQL that is right.
    pub(super) fn golds(&self) -> Vec<String> {
        self.gold_sql.iter().chain(&self.alt_gold_sql).cloned().collect()
    }
}

/// Reads the questions of a folder, or of the file given, `limit` at most; with the folder that paths are relative to.
///
/// # Errors
/// What cannot be read, and where.
pub(super) fn read(
    folder: &Path,
    file: Option<&Path>,
    limit: Option<usize>,
) -> Result<(Vec<Line>, PathBuf), String> {
    let path = match file {
        Some(file) if file.exists() => file.to_owned(),
        Some(file) => folder.join(file),
        None => {
            let known = FILES.iter().map(|name| folder.join(name));
            known.into_iter().find(|path| path.is_file()).ok_or_else(|| {
                format!(
                    "{} has neither {}; name the file with --questions",
                    folder.display(),
                    FILES.join(" nor ")
                )
            })?
        }
    };
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    let mut lines = Vec::new();
    for (at, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        if limit.is_some_and(|limit| lines.len() >= limit) {
            break;
        }
        let line = serde_json::from_str(line).map_err(|error| {
            format!(
                "{} line {} is no question: {error}; a line looks like {{\"id\": 1, \"question\": \"show all users\", \
                 \"db_path\": \"shop.sqlite\", \"gold_sql\": \"SELECT * FROM users\"}}",
                path.display(),
                at + 1
            )
        })?;
        lines.push(line);
    }
    if lines.is_empty() && limit != Some(0) {
        return Err(format!("{} holds no question", path.display()));
    }
    Ok((lines, folder.to_owned()))
}
