//! What a model wrote, read.

use std::ops::Range;

use nl2sql::Dialect;

use super::{Failure, FailureKind, ProviderError};

/// What a model wrote.
#[derive(Debug)]
pub struct Written {
    /// The statement.
    pub sql: String,
    /// What it does.
    pub explanation: String,
    /// What it assumes.
    pub assumptions: Vec<String>,
    /// Where in the text the statement stands.
    pub sql_bytes: Option<Range<usize>>,
}

/// Reads the answer.
pub fn read(text: &str, _dialect: Dialect) -> Result<Written, ProviderError> {
    let value: serde_json::Value = serde_json::from_str(text)
        .map_err(|_| Failure::new(FailureKind::InvalidResponse, "the model's answer holds no SQL"))?;
    let sql = value["sql"].as_str().unwrap_or_default().to_owned();
    let start = text.find(&sql);
    Ok(Written {
        sql_bytes: start.map(|start| start..start + sql.len()),
        sql,
        explanation: value["explanation"].as_str().unwrap_or_default().to_owned(),
        assumptions: Vec::new(),
    })
}
