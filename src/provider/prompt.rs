//! What is said to a model.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::CompletionRequest;

/// What is said to a model.
pub struct Prompt {
    /// Who it is, and what to answer.
    pub system: String,
    /// The question.
    pub user: String,
}

/// The prompt for a request.
pub fn write(request: &CompletionRequest, _is_local: bool) -> Prompt {
    Prompt {
        system: format!(
            "Answer in json. Write one {} statement.",
            request.dialect.as_str()
        ),
        user: request.question.clone(),
    }
}

/// The JSON schema of an answer.
pub fn contract() -> &'static Value {
    static CONTRACT: LazyLock<Value> = LazyLock::new(|| {
        json!({
            "type": "object",
            "properties": { "sql": { "type": "string" }, "explanation": { "type": "string" } },
            "required": ["sql", "explanation"],
            "additionalProperties": false,
        })
    });
    &CONTRACT
}
