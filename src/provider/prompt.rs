//! What is said to a model: the rules, the tables that fit, and last the question, fenced as data.
//!
//! The same request gives the same bytes. What changes least comes first, so that providers find the beginning of the
//! prompt in their own caches; SQL that did not pass comes after the question. Nothing that comes from outside (names, comments, sample values, SQL, reasons, the
//! question) can begin a line of its own outside a fence, and no fence can be closed from inside.

mod fitted;
mod rules;
mod tables;

use std::sync::LazyLock;

use nl2sql::fit::{self, Wish};
use serde_json::{Value, json};

use super::CompletionRequest;

/// Which text this is. Answers are kept under it, so a changed text needs a new one; `golden/versions.txt` holds it
/// to that.
pub const VERSION: &str = "2";

/// Longest reason that is told of SQL that did not pass, in characters.
const MAX_REASON: usize = 2_000;

/// What is said to a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// Who it is, what the rules are and what to answer.
    pub system: &'static str,
    /// The tables, the day, the asker's SQL and the question; last, what was wrong with an answer to it.
    pub user: String,
    /// What the asker should know of it: that the schema was too large to be shown whole.
    pub warnings: Vec<String>,
}

/// The prompt for a request. Sample values are in it only for a provider on this machine or when they may be shared.
pub fn write(request: &CompletionRequest, is_local: bool) -> Prompt {
    let show_values = is_local || request.share_values;
    let mut user = String::with_capacity(2048);
    let mut warnings = Vec::new();
    match request.schema.as_deref().filter(|schema| !schema.is_empty()) {
        Some(schema) => {
            let repair = request.repair.as_ref();
            let texts = [
                request.existing_sql.as_deref(),
                repair.map(|repair| repair.sql.as_str()),
                // It names the tables that were meant.
                repair.map(|repair| repair.reason.as_str()),
            ];
            let fitted = fit::fit(
                schema,
                &Wish {
                    question: &request.question,
                    texts: &texts.map(Option::unwrap_or_default),
                    budget: request.schema_tokens,
                    with_values: show_values,
                },
            );
            let tables = tables::write(&fitted.schema, request.dialect, show_values);
            match fitted.left_out.len() {
                0 => user.push_str(rules::TABLES),
                left => user.push_str(&rules::some_tables(fitted.tables - left, fitted.tables)),
            }
            warnings = fitted::warnings(&fitted);
            fenced(&mut user, "sql", &tables);
        }
        None => user.push_str(rules::NO_TABLES),
    }
    user.push_str("\nToday is ");
    user.push_str(&request.today.to_string());
    user.push_str(", a ");
    user.push_str(rules::weekday(request.today));
    user.push_str(".\n");
    if let Some(sql) = request
        .existing_sql
        .as_deref()
        .filter(|sql| !sql.trim().is_empty())
    {
        user.push_str(rules::EXISTING_SQL);
        fenced(&mut user, "sql", &printable(sql));
    }
    user.push_str(rules::QUESTION);
    fenced(&mut user, "", &printable(&request.question));
    if let Some(repair) = &request.repair {
        user.push_str(rules::REPAIR);
        fenced(&mut user, "sql", &printable(&repair.sql));
        user.push_str(rules::REASON);
        let reason: String = repair.reason.chars().take(MAX_REASON).collect();
        fenced(&mut user, "", &printable(&reason));
        user.push_str(rules::MEND);
    }
    Prompt {
        system: rules::system(request.dialect),
        user,
        warnings,
    }
}

/// The JSON schema of an answer, in the subset that OpenAI's strict mode, Anthropic and Ollama have in common: every
/// property required, no others, no null. An answer without SQL has an empty `sql`.
pub fn contract() -> &'static Value {
    static CONTRACT: LazyLock<Value> = LazyLock::new(|| {
        let text = json!({"type": "string"});
        let texts = json!({"type": "array", "items": {"type": "string"}});
        json!({
            "type": "object",
            "properties": {
                "sql": text,
                "explanation": text,
                "tables": texts,
                "assumptions": texts,
                "answerable": {"type": "boolean"},
                "clarification": text,
            },
            "required": ["sql", "explanation", "tables", "assumptions", "answerable", "clarification"],
            "additionalProperties": false,
        })
    });
    &CONTRACT
}

/// Adds text between two lines of backticks that are longer than any in it, so that it cannot end early.
fn fenced(out: &mut String, language: &str, text: &str) {
    let length = longest_run(text).saturating_add(1).max(3);
    let fence = |out: &mut String| out.extend(std::iter::repeat_n('`', length));
    fence(out);
    out.push_str(language);
    out.push('\n');
    out.push_str(text);
    if !text.ends_with('\n') {
        out.push('\n');
    }
    fence(out);
    out.push('\n');
}

/// The length of the longest row of backticks.
fn longest_run(text: &str) -> usize {
    if !text.contains('`') {
        return 0;
    }
    let (mut longest, mut run) = (0, 0);
    for byte in text.bytes() {
        run = if byte == b'`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Text over several lines without characters that a reader does not see, trimmed.
fn printable(text: &str) -> String {
    let shown = text.trim().chars().filter_map(|c| match c {
        '\n' => Some('\n'),
        '\r' => None,
        c if is_hidden(c) => Some(' '),
        c => Some(c),
    });
    shown.collect()
}

/// Whether a character breaks a line, or is read by a model but not seen by a person: controls, Unicode's line ends,
/// marks that turn the direction of writing, and tag characters.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests;
