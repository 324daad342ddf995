//! The request of the operations guide: `{"type", "natural_language", "database_type"}`.

use serde_json::{Map, Value};

use super::QueryRequest;

/// A question with the names that the operations guide gives its fields.
#[derive(Clone, Default)]
pub struct NaturalLanguage {
    /// The question.
    pub text: String,
    /// Its dialect.
    pub database_type: Option<String>,
    /// CREATE TABLE statements.
    pub schema_ddl: Option<String>,
    /// Sample values: an object, or its JSON text.
    pub schema_values: Value,
    /// Name of a configured database.
    pub database: Option<String>,
    /// Provider that is to answer.
    pub provider: Option<String>,
    /// Model that is to answer.
    pub model: Option<String>,
}

impl NaturalLanguage {
    /// The same in the query language.
    pub fn into_request(self) -> QueryRequest {
        let mut parameters = Map::new();
        parameters.insert("prompt".into(), Value::String(self.text));
        for (name, value) in [
            ("database_type", self.database_type),
            ("schema_ddl", self.schema_ddl),
            ("database", self.database),
            ("provider", self.provider),
            ("model", self.model),
        ] {
            if let Some(value) = value {
                parameters.insert(name.into(), Value::String(value));
            }
        }
        if !self.schema_values.is_null() {
            parameters.insert("schema_values".into(), self.schema_values);
        }
        QueryRequest {
            kind: "ai".into(),
            key: "generate".into(),
            sql: Value::Object(parameters).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_question_of_the_guide_becomes_a_generate_request() {
        let request = NaturalLanguage {
            text: "Show \"all\" users".into(),
            database_type: Some("mysql".into()),
            ..NaturalLanguage::default()
        }
        .into_request();
        assert_eq!((request.kind.as_str(), request.key.as_str()), ("ai", "generate"));
        let parameters: Value = serde_json::from_str(&request.sql).unwrap();
        assert_eq!(
            parameters,
            json!({"prompt": "Show \"all\" users", "database_type": "mysql"})
        );
    }
}
