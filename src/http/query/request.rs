//! The two bodies of a request: the host's `{type, key, sql, offset, limit}` and the guide's
//! `{type, natural_language, database_type, …}`.

use serde_json::{Map, Value};

use crate::answer::query::{NaturalLanguage, QueryRequest};

/// What is wrong with a body; the text is for the caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::http) enum Problem {
    /// Broken JSON.
    #[error("the body is not valid JSON: {0}")]
    Json(String),
    /// A number, a list, …
    #[error(
        "the body must be a JSON object, such as {{\"type\":\"ai\",\"natural_language\":\"show all users\"}}"
    )]
    NoObject,
    /// A field of the wrong type.
    #[error("`{field}` must be {expected}")]
    Field {
        /// Its name.
        field: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// Both bodies at once.
    #[error("the body has both `natural_language` and `key`: send one of them")]
    Both,
}

/// A body of either form as one request.
pub(in crate::http) fn parse(text: &str) -> Result<QueryRequest, Problem> {
    let text = text.trim_start_matches('\u{feff}');
    let value: Value = serde_json::from_str(text).map_err(|error| Problem::Json(error.to_string()))?;
    let Value::Object(map) = value else {
        return Err(Problem::NoObject);
    };
    let mut fields = Fields(map);
    let kind = fields.text(["type", "type"])?.unwrap_or_default();
    let key = fields.text(["key", "key"])?.unwrap_or_default();
    let sql = fields.text(["sql", "sql"])?.unwrap_or_default();
    // Read so that a wrong one is told; no AI plugin pages its answer.
    fields.whole_number("offset")?;
    fields.whole_number("limit")?;
    let Some(text) = fields.text(["natural_language", "naturalLanguage"])? else {
        return Ok(QueryRequest { kind, key, sql });
    };
    if !key.is_empty() {
        return Err(Problem::Both);
    }
    let question = NaturalLanguage {
        text,
        database_type: fields.text(["database_type", "databaseType"])?,
        schema_ddl: fields.text(["schema_ddl", "schemaDdl"])?,
        schema_values: fields.take(["schema_values", "schemaValues"]).unwrap_or_default(),
        database: fields.text(["database", "database"])?,
        provider: fields.text(["provider", "provider"])?,
        model: fields.text(["model", "model"])?,
    };
    Ok(QueryRequest {
        kind,
        ..question.into_request()
    })
}

/// The fields that are left; `null` is the same as absent, as in protobuf's JSON.
struct Fields(Map<String, Value>);

impl Fields {
    /// A field by either of its spellings (grpc-gateway takes snake and camel case).
    fn take(&mut self, spellings: [&'static str; 2]) -> Option<Value> {
        spellings
            .into_iter()
            .find_map(|name| self.0.remove(name))
            .filter(|value| !value.is_null())
    }

    fn text(&mut self, spellings: [&'static str; 2]) -> Result<Option<String>, Problem> {
        match self.take(spellings) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Problem::Field {
                field: spellings[0],
                expected: "a text",
            }),
        }
    }

    /// A 64-bit number or its text, as protobuf's JSON writes and reads them.
    fn whole_number(&mut self, field: &'static str) -> Result<Option<i64>, Problem> {
        let number = match self.take([field, field]) {
            None => return Ok(None),
            Some(Value::String(text)) if text.is_empty() => return Ok(None),
            Some(Value::String(text)) => text.parse().ok(),
            Some(value) => value.as_i64(),
        };
        number.map(Some).ok_or(Problem::Field {
            field,
            expected: "a whole number, or a whole number as text",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_body_is_taken_as_it_is() {
        let request =
            parse(r#"{"type":"ai","key":"models","sql":"{}","offset":"0","limit":10,"unknown":[1]}"#)
                .unwrap();
        assert_eq!(
            (request.kind.as_str(), request.key.as_str(), request.sql.as_str()),
            ("ai", "models", "{}")
        );
        let bare = parse(r#"{"key":"capabilities","sql":null}"#).unwrap();
        assert_eq!((bare.kind.as_str(), bare.sql.as_str()), ("", ""));
    }

    #[test]
    fn the_guides_body_becomes_generate() {
        let request = parse(
            r#"{"type":"ai","natural_language":"Show all users","database_type":"mysql",
                "schema_values":{"users":{"status":["active"]}}}"#,
        )
        .unwrap();
        assert_eq!((request.kind.as_str(), request.key.as_str()), ("ai", "generate"));
        let sent: Value = serde_json::from_str(&request.sql).unwrap();
        assert_eq!(sent["prompt"], "Show all users");
        assert_eq!(sent["database_type"], "mysql");
        assert_eq!(sent["schema_values"]["users"]["status"][0], "active");
    }

    #[test]
    fn offsets_may_be_numbers_or_text_and_nothing_else() {
        for good in ["0", "-1", "\"0\"", "\"25\"", "\"\"", "null"] {
            assert!(
                parse(&format!("{{\"key\":\"x\",\"offset\":{good}}}")).is_ok(),
                "{good}"
            );
        }
        for bad in ["1.5", "\"x\"", "true", "[]", "99999999999999999999", "\" 1\""] {
            let problem = parse(&format!("{{\"key\":\"x\",\"limit\":{bad}}}"))
                .err()
                .unwrap();
            assert!(
                problem.to_string().starts_with("`limit` must be a whole number"),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_wrong_body_is_told_what_is_wrong() {
        for (body, says) in [
            ("{", "not valid JSON"),
            ("{\"key\":\"x\"} trailing", "not valid JSON"),
            ("[]", "must be a JSON object"),
            ("\"show all users\"", "must be a JSON object"),
            ("{\"key\":1}", "`key` must be a text"),
            ("{\"sql\":{\"prompt\":\"x\"}}", "`sql` must be a text"),
            (
                "{\"natural_language\":[\"x\"]}",
                "`natural_language` must be a text",
            ),
            (
                "{\"natural_language\":\"x\",\"key\":\"models\"}",
                "send one of them",
            ),
        ] {
            let problem = parse(body).err().unwrap().to_string();
            assert!(problem.contains(says), "{body}: {problem}");
        }
    }

    #[test]
    fn a_body_nested_without_end_is_refused() {
        let deep = format!("{{\"sql\":{}", "[".repeat(100_000));
        assert!(matches!(parse(&deep), Err(Problem::Json(_))));
    }
}
