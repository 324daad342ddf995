//! Finds the SQL in what a model wrote: JSON as it was asked for, JSON as models really write it, fences, labels, or
//! bare SQL in prose.
//!
//! Nothing is judged here: the SQL is handed on as written, and the check says whether it is any good. What is refused
//! here is what is no answer: nothing at all, prose, an echo of the template, SQL that was cut off.

mod json;
mod prose;
mod reasoning;

use std::borrow::Cow;
use std::ops::Range;

use nl2sql::Dialect;

use super::{Failure, FailureKind, ProviderError};
use json::Node;

/// Longest explanation, in characters.
const MAX_EXPLANATION: usize = 500;

/// Longest reason for a refusal and longest assumption, in characters.
const MAX_REASON: usize = 300;

/// Most assumptions that are passed on.
const MAX_ASSUMPTIONS: usize = 10;

/// Longest piece of an answer that an error repeats, in characters.
const MAX_EXCERPT: usize = 40;

/// What models write for a missing text.
const NOTHING: [&str; 8] = ["", "none", "none.", "n/a", "null", "-", "...", "…"];

/// SQL of the templates that models were shown, in lower case and without the semicolon.
const ECHOES: [&str; 10] = [
    "...",
    "…",
    "select ...",
    "select …",
    "select 1 as placeholder",
    "<sql>",
    "<query>",
    "<sql query>",
    "your sql here",
    "your sql query here",
];

/// What a model wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The SQL, perhaps over several lines and with comments.
    pub sql: String,
    /// What it does, on one line; empty when the model did not say.
    pub explanation: String,
    /// What it supposed, each on one line.
    pub assumptions: Vec<String>,
    /// Where in the text the SQL stands, escaped as it is there; `None` when it is wrapped twice.
    pub sql_bytes: Option<Range<usize>>,
}

/// Reads the text of an answer.
///
/// # Errors
/// `Refused` when the model says that it cannot answer (`not_answerable`, or `unclear` with what it asks back), and
/// `Failed` with `InvalidResponse` when there is no SQL in it.
pub fn read(text: &str, dialect: Dialect) -> Result<Written, ProviderError> {
    if is_blank(text) {
        return Err(invalid(
            "the model gave an empty answer; ask again, or name another model",
        ));
    }
    // JSON that is all there is goes first, so that nothing inside its texts is taken for a mark.
    if let Some(answer) = json::whole(text).and_then(|node| answer_of(&node, dialect)) {
        return answer;
    }
    let visible = reasoning::hidden(text);
    if is_blank(&visible) {
        return Err(invalid(
            "the model's answer ended while it was still reasoning; raise max_tokens, or name another model",
        ));
    }
    if let Some(answer) = wrapped(&visible, dialect) {
        return answer;
    }
    let mut echo = None;
    for node in json::objects(&visible) {
        match answer_of(&node, dialect) {
            Some(Err(ProviderError::Failed(failure))) => echo = Some(failure),
            Some(answer) => return answer,
            None => {}
        }
    }
    match (echo, prose::find(&visible, dialect)) {
        (Some(failure), _) => Err(failure.into()),
        (None, Some(found)) => from_prose(&visible, found),
        (None, None) => Err(no_sql(&visible)),
    }
}

/// The keys under which models have put SQL, without case and underscores; the first that is there counts.
const SQL_KEYS: &[&str] = &[
    "sql",
    "sqlquery",
    "generatedsql",
    "sqlstatement",
    "query",
    "statement",
];

/// A whole answer inside a JSON string.
fn wrapped(text: &str, dialect: Dialect) -> Option<Result<Written, ProviderError>> {
    let inner = json::whole_string(text)?;
    // One string in another is quite enough: what is inside is read once more, and not deeper.
    let node = json::whole(&inner)?;
    let answer = answer_of(&node, dialect)?;
    Some(answer.map(|written| Written {
        sql_bytes: None,
        ..written
    }))
}

/// What an object says, when it is an answer at all.
fn answer_of(node: &Node, dialect: Dialect) -> Option<Result<Written, ProviderError>> {
    let sql = node.first(SQL_KEYS);
    let answerable = node.first(&["answerable"]).and_then(Node::truth);
    if sql.is_none() && answerable.is_none() {
        return None;
    }
    let said = |keys: &[&str]| {
        let texts = node.first(keys).map(Node::texts).unwrap_or_default();
        let most = if keys[0] == "clarification" {
            MAX_REASON
        } else {
            MAX_EXPLANATION
        };
        sentence(&texts.join(" "), most)
    };
    let explanation = said(&["explanation", "explain", "description", "summary"]);
    let clarification = said(&["clarification", "clarifications", "reason", "message", "error"]);
    let Some((sql, bytes)) = sql
        .and_then(Node::lines)
        .filter(|(sql, _)| !sql.trim().is_empty())
    else {
        return Some(Err(refused(answerable, clarification, explanation)));
    };
    if sql_is_cut(node) {
        return Some(Err(invalid(
            "the model's SQL was cut off before its end; raise max_tokens, or ask for less at once",
        )));
    }
    let (sql, is_bare) = unwrapped(&sql, dialect);
    let mut assumptions = assumptions_of(node);
    if answerable == Some(false) {
        assumptions.push(if clarification.is_empty() {
            "the model itself doubts that the data can answer this".into()
        } else {
            clarification
        });
    }
    Some(finish(Written {
        sql,
        explanation,
        assumptions,
        sql_bytes: is_bare.then_some(bytes),
    }))
}

/// SQL inside a JSON text that is itself wrapped: a fence, a label, or the whole answer once more. Tells whether it
/// was not.
fn unwrapped(sql: &str, dialect: Dialect) -> (String, bool) {
    let trimmed = sql.trim();
    if trimmed.starts_with('{')
        && let Some(inner) = json::whole(trimmed)
        && let Some(Ok(written)) = answer_of(&inner, dialect)
    {
        return (written.sql, false);
    }
    let is_wrapped = trimmed.starts_with("```") || prose::label_end(trimmed, &["sql"]).is_some();
    match is_wrapped.then(|| prose::find(trimmed, dialect)).flatten() {
        Some(found) => (trimmed[found.sql].to_owned(), true),
        None => (trimmed.to_owned(), true),
    }
}

/// Whether the text ended inside the SQL.
fn sql_is_cut(node: &Node) -> bool {
    let sql = node.first(SQL_KEYS);
    sql.is_some_and(Node::is_cut)
}

fn assumptions_of(node: &Node) -> Vec<String> {
    let said = node
        .first(&["assumptions", "assumption"])
        .map(Node::texts)
        .unwrap_or_default();
    let sentences = said.iter().map(|text| sentence(text, MAX_REASON));
    sentences
        .filter(|text| !text.is_empty())
        .take(MAX_ASSUMPTIONS)
        .collect()
}

fn refused(answerable: Option<bool>, clarification: String, explanation: String) -> ProviderError {
    if answerable != Some(false) && clarification.is_empty() && explanation.is_empty() {
        return invalid("the model's answer has no SQL in it; ask again, or name another model");
    }
    let (kind, reason) = match (clarification.is_empty(), explanation.is_empty()) {
        (false, _) => ("unclear", clarification),
        (true, false) => ("not_answerable", explanation),
        (true, true) => (
            "not_answerable",
            "the model says that the data cannot answer the question; ask for something that the tables hold"
                .into(),
        ),
    };
    ProviderError::Refused {
        kind,
        reason,
        bill: None,
    }
}

fn from_prose(text: &str, found: prose::Found) -> Result<Written, ProviderError> {
    let explanation = found
        .explanation
        .map(|place| sentence(&text[place], MAX_EXPLANATION));
    finish(Written {
        sql: text[found.sql.clone()].to_owned(),
        explanation: explanation.unwrap_or_default(),
        assumptions: Vec::new(),
        sql_bytes: Some(found.sql),
    })
}

/// Trims the SQL and refuses an echo of a template.
fn finish(mut written: Written) -> Result<Written, ProviderError> {
    let sql = written.sql.trim().trim_end_matches([';', ' ', '\n', '\r', '\t']);
    if ECHOES.contains(&sql.to_lowercase().as_str()) {
        return Err(invalid(
            "the model repeated the template instead of answering; ask again, or name another model",
        ));
    }
    if sql.is_empty() {
        return Err(invalid(
            "the model's answer has no SQL in it; ask again, or name another model",
        ));
    }
    written.sql = sql.to_owned();
    Ok(written)
}

/// Words of a model on one line, without control characters, cut when they are long; empty for a stand-in.
fn sentence(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(most));
    let (mut count, mut gap) = (0, false);
    for c in text.trim().chars() {
        if c.is_control() || c.is_whitespace() || matches!(c, '\u{feff}' | '\u{2028}'..='\u{202e}') {
            gap = !out.is_empty();
            continue;
        }
        count += 1 + usize::from(gap);
        if count > most {
            out.push('…');
            break;
        }
        if std::mem::take(&mut gap) {
            out.push(' ');
        }
        out.push(c);
    }
    if NOTHING.contains(&out.to_lowercase().as_str()) {
        out.clear();
    }
    out
}

fn no_sql(text: &str) -> ProviderError {
    let words = sentence(text, 2 * MAX_EXCERPT);
    // Never the whole text: not even a short one.
    let length = (words.chars().count() / 2).min(MAX_EXCERPT);
    let excerpt: String = words.chars().take(length).collect();
    invalid(format!(
        "the model answered without SQL: \"{excerpt}…\"; ask again, or name another model"
    ))
}

fn invalid(message: impl Into<Cow<'static, str>>) -> ProviderError {
    Failure::new(FailureKind::InvalidResponse, message.into()).into()
}

fn is_blank(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_whitespace() || c == '\u{feff}' || c.is_control())
}

#[cfg(test)]
mod tests;
