//! What a request carries as JSON text, read with care: an empty text means unset, a wrong type is named.

use nl2sql::SchemaValues;
use serde_json::{Map, Value};

use super::QueryError;

/// The longest piece of somebody else's text that a message repeats, in characters.
const LONGEST_ECHO: usize = 64;

/// Parameters, and those inside `config` that fill what is not given beside it.
#[derive(Default)]
pub(super) struct Parameters {
    outer: Map<String, Value>,
    config: Map<String, Value>,
    /// What was given and not used.
    pub(super) notes: Vec<String>,
}

impl Parameters {
    /// From the JSON text of `generate`.
    pub(super) fn required(sql: &str) -> Result<Parameters, QueryError> {
        if sql.trim().is_empty() {
            return Err(QueryError::InvalidArgument(
                "invalid request: sql must hold a JSON object with a prompt".into(),
            ));
        }
        Parameters::optional(sql)
    }

    /// The same where nothing at all is fine.
    pub(super) fn optional(sql: &str) -> Result<Parameters, QueryError> {
        if sql.trim().is_empty() {
            return Ok(Parameters::default());
        }
        match serde_json::from_str(sql) {
            Ok(Value::Object(outer)) => Parameters::new(outer),
            Ok(Value::Null) => Ok(Parameters::default()),
            Ok(other) => Err(malformed(&format!(
                "sql must hold a JSON object, not {}",
                kind_of(&other)
            ))),
            Err(error) => Err(malformed(&format!("sql is not JSON: {error}"))),
        }
    }

    /// The object itself.
    pub(super) fn new(mut outer: Map<String, Value>) -> Result<Parameters, QueryError> {
        let mut notes = Vec::new();
        let config = match outer.remove("config") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(config)) => config,
            Some(Value::String(text)) if text.trim().is_empty() => Map::new(),
            Some(Value::String(text)) => match serde_json::from_str(&text) {
                Ok(Value::Object(config)) => config,
                Ok(Value::Null) => Map::new(),
                // The first plugin ignored it too, but told nobody.
                Ok(_) | Err(_) => {
                    notes.push("config is not a JSON object, so nothing in it was used".into());
                    Map::new()
                }
            },
            Some(other) => {
                return Err(malformed(&format!(
                    "config must be a JSON object or its text, not {}",
                    kind_of(&other)
                )));
            }
        };
        Ok(Parameters { outer, config, notes })
    }

    /// The value of that name, beside `config` or inside it.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        let given = |map: &'_ Map<String, Value>| map.get(name).is_some_and(|value| !is_unset(value));
        if given(&self.outer) {
            self.outer.get(name)
        } else if given(&self.config) {
            self.config.get(name)
        } else {
            None
        }
    }

    /// The text of that name.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, QueryError> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(malformed(&format!("{name} must be text, not {}", kind_of(other)))),
        }
    }

    /// The truth of that name; text is read as a person means it.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        match self.value(name)? {
            Value::Bool(yes) => Some(*yes),
            Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
            _ => None,
        }
    }

    /// The words given for a dialect, the most particular first (the spellings are those that old pages used).
    pub(super) fn dialect_words(&self) -> Vec<&str> {
        [&self.outer, &self.config]
            .into_iter()
            .flat_map(|map| DIALECT_NAMES.iter().filter_map(|name| map.get(*name)?.as_str()))
            .filter(|word| !word.trim().is_empty())
            .collect()
    }
}

/// The names under which a dialect has been sent.
pub(super) const DIALECT_NAMES: [&str; 4] =
    ["database_type", "databaseDialect", "database_dialect", "dialect"];

/// Sample values as callers send them, an object or its JSON text: `{"users": {"status": ["active", "inactive"]}}`.
/// Numbers and truth values become text, null is left out. The error says which part is wrong.
pub fn schema_values(value: &Value) -> Result<Option<SchemaValues>, String> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.trim().is_empty() => Ok(None),
        Value::String(text) => match serde_json::from_str(text) {
            Ok(Value::Object(tables)) => tables_of(&tables).map(Some),
            Ok(other) => Err(format!(
                "schema_values must be an object, not {}",
                kind_of(&other)
            )),
            Err(error) => Err(format!("schema_values is not JSON: {error}")),
        },
        Value::Object(tables) => tables_of(tables).map(Some),
        other => Err(format!(
            "schema_values must be an object or its JSON text, not {}",
            kind_of(other)
        )),
    }
}

fn tables_of(tables: &Map<String, Value>) -> Result<SchemaValues, String> {
    let mut all = SchemaValues::new();
    for (table, columns) in tables {
        let Value::Object(columns) = columns else {
            return Err(format!(
                "schema_values.{} must be an object of columns, not {}",
                shorten(table),
                kind_of(columns)
            ));
        };
        let known = all.entry(table.clone()).or_default();
        for (column, values) in columns {
            let place = || format!("schema_values.{}.{}", shorten(table), shorten(column));
            let Value::Array(values) = values else {
                return Err(format!(
                    "{} must be a list of values, not {}",
                    place(),
                    kind_of(values)
                ));
            };
            let mut texts = Vec::with_capacity(values.len());
            for value in values {
                match value {
                    Value::Null => {}
                    Value::String(text) => texts.push(text.clone()),
                    Value::Number(_) | Value::Bool(_) => texts.push(value.to_string()),
                    other => {
                        return Err(format!("{} holds {}, not a plain value", place(), kind_of(other)));
                    }
                }
            }
            known.insert(column.clone(), texts);
        }
    }
    Ok(all)
}

/// The sentence that the first plugin began and ended its complaints with.
pub(super) fn malformed(why: &str) -> QueryError {
    QueryError::InvalidArgument(format!("failed to parse AI parameters: {why}: invalid request"))
}

/// The text, cut where a message would drown in it.
pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(LONGEST_ECHO) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

fn is_unset(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(sql: &str) -> String {
        match Parameters::required(sql) {
            Err(QueryError::InvalidArgument(text)) => text,
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("{sql} was taken"),
        }
    }

    #[test]
    fn what_is_not_an_object_is_an_invalid_request_that_says_why() {
        assert!(refused(" ").starts_with("invalid request"));
        for sql in ["[]", "5", "{", "{\"config\": 5}", "{\"config\": []}", "\u{0}"] {
            let text = refused(sql);
            assert!(text.starts_with("failed to parse AI parameters: "), "{text}");
            assert!(text.ends_with(": invalid request"), "{text}");
        }
    }

    #[test]
    fn config_fills_what_is_empty_beside_it_whether_text_or_object() {
        for config in [
            json!({"model": "inner", "provider": "x"}),
            json!(r#"{"model": "inner", "provider": "x"}"#),
        ] {
            let sql = json!({"model": "", "provider": "outer", "config": config}).to_string();
            let parameters = Parameters::required(&sql).unwrap();
            assert_eq!(parameters.text("model").unwrap(), Some("inner"));
            assert_eq!(parameters.text("provider").unwrap(), Some("outer"));
            assert!(parameters.notes.is_empty());
        }
    }

    #[test]
    fn a_config_that_is_no_json_is_not_used_and_that_is_said() {
        let parameters = Parameters::required(r#"{"prompt": "x", "config": "provider=builtin"}"#).unwrap();
        assert_eq!(parameters.notes.len(), 1);
        let empty = Parameters::required(r#"{"prompt": "x", "config": ""}"#).unwrap();
        assert!(empty.notes.is_empty());
    }

    #[test]
    fn dialect_words_come_from_the_request_before_its_config() {
        let parameters = Parameters::required(
            r#"{"config": {"dialect": "pg", "databaseDialect": "sqlite"}, "database_type": "oracle"}"#,
        )
        .unwrap();
        assert_eq!(parameters.dialect_words(), ["oracle", "sqlite", "pg"]);
    }

    #[test]
    fn schema_values_are_read_from_an_object_or_its_text() {
        let object = json!({"users": {"status": ["active", 1, true, null]}});
        let expected = SchemaValues::from([(
            "users".into(),
            [("status".into(), vec!["active".into(), "1".into(), "true".into()])].into(),
        )]);
        assert_eq!(schema_values(&object), Ok(Some(expected.clone())));
        assert_eq!(schema_values(&json!(object.to_string())), Ok(Some(expected)));
        assert_eq!(schema_values(&json!("")), Ok(None));
    }

    #[test]
    fn broken_schema_values_name_the_broken_part() {
        for (value, part) in [
            (
                json!({"users": {"status": "active"}}),
                "schema_values.users.status must be a list",
            ),
            (
                json!({"users": ["status"]}),
                "schema_values.users must be an object",
            ),
            (
                json!({"users": {"status": [["a"]]}}),
                "schema_values.users.status holds a list",
            ),
            (json!([1]), "not a list"),
            (json!("{"), "not JSON"),
        ] {
            let error = schema_values(&value).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        let cut = shorten(&"é".repeat(200));
        assert_eq!(cut.chars().count(), LONGEST_ECHO + 1);
    }
}
