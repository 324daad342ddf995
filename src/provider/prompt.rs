//! What is said to a model: the rules, the tables, and last the question, fenced as data.
//!
//! The same request gives the same bytes. What changes least comes first, so that providers find the beginning of the
//! prompt in their own caches. Nothing that comes from outside (names, comments, sample values, the asker's SQL, the
//! question) can begin a line of its own outside a fence, and no fence can be closed from inside.

mod rules;
mod tables;

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::CompletionRequest;

/// Which text this is. Answers are kept under it, so a changed text needs a new one; `golden/versions.txt` holds it
/// to that.
pub const VERSION: &str = "1";

/// What is said to a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// Who it is, what the rules are and what to answer.
    pub system: &'static str,
    /// The tables, the day, the asker's SQL and the question.
    pub user: String,
}

/// The prompt for a request. Sample values are in it only for a provider on this machine or when they may be shared.
pub fn write(request: &CompletionRequest, is_local: bool) -> Prompt {
    let show_values = is_local || request.share_values;
    let mut user = String::with_capacity(2048);
    match request.schema.as_deref().filter(|schema| !schema.is_empty()) {
        Some(schema) => {
            let tables = tables::write(schema, request.dialect, show_values);
            user.push_str(rules::TABLES);
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
    Prompt {
        system: rules::system(request.dialect),
        user,
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
