//! The file of questions to warm a cache with: one a line, in words or as JSON.

use nl2sql::Dialect;
use serde::Deserialize;
use serde_json::{Value, json};

/// A question and the line it stands in.
#[derive(Debug, PartialEq)]
pub(super) struct Question {
    /// From 1 on.
    pub line: usize,
    /// The body of the request that asks it.
    pub body: Value,
}

/// A line of JSON. Unknown keys are ignored, so that the files of `ask --batch` can be used as they are.
#[derive(Debug, Deserialize)]
struct Line {
    question: String,
    dialect: Option<String>,
    database: Option<String>,
    schema_ddl: Option<String>,
    #[serde(default)]
    schema_values: Value,
    provider: Option<String>,
    model: Option<String>,
}

/// The questions of a file, or what is wrong with each bad line.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Question>, Vec<String>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut questions = Vec::new();
    let mut problems = Vec::new();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let number = index + 1;
        match std::str::from_utf8(line).map_err(|_| "it is not UTF-8 text".to_owned()) {
            Ok(text) => match body_of(text.trim()) {
                Ok(None) => {}
                Ok(Some(body)) => questions.push(Question { line: number, body }),
                Err(problem) => problems.push(format!("line {number}: {problem}")),
            },
            Err(problem) => problems.push(format!("line {number}: {problem}")),
        }
    }
    if problems.is_empty() {
        Ok(questions)
    } else {
        Err(problems)
    }
}

/// The request that a line asks for; none for a blank line or a comment.
fn body_of(line: &str) -> Result<Option<Value>, String> {
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    if !line.starts_with('{') {
        return Ok(Some(json!({"type": "ai", "natural_language": line})));
    }
    let line: Line = serde_json::from_str(line).map_err(|error| {
        format!(
            "{error}; a line of JSON looks like {{\"question\": \"show all users\", \"dialect\": \"mysql\"}}"
        )
    })?;
    if line.question.trim().is_empty() {
        return Err("the question is empty".into());
    }
    let dialect = line.dialect.filter(|word| !word.trim().is_empty());
    if let Some(word) = &dialect
        && Dialect::parse(word).is_none()
    {
        return Err(format!(
            "{word:?} is no dialect; there are mysql, postgresql and sqlite"
        ));
    }
    let mut body = json!({"type": "ai", "natural_language": line.question});
    for (name, value) in [
        ("database_type", dialect),
        ("database", line.database),
        ("schema_ddl", line.schema_ddl),
        ("provider", line.provider),
        ("model", line.model),
    ] {
        if let Some(value) = value {
            body[name] = value.into();
        }
    }
    if !line.schema_values.is_null() {
        body["schema_values"] = line.schema_values;
    }
    Ok(Some(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_json_are_questions_and_blanks_and_comments_are_not() {
        let file = "\u{feff}# common questions\r\n\r\nShow all users\r\n  \n  # more\n\
                    {\"id\": 7, \"question\": \"count orders\", \"dialect\": \"pg\", \"provider\": \"builtin\"}";
        let questions = read(file.as_bytes()).unwrap();
        assert_eq!(
            questions,
            [
                Question {
                    line: 3,
                    body: json!({"type": "ai", "natural_language": "Show all users"}),
                },
                Question {
                    line: 6,
                    body: json!({
                        "type": "ai", "natural_language": "count orders", "database_type": "pg", "provider": "builtin",
                    }),
                },
            ]
        );
        assert_eq!(read(b"").unwrap(), []);
    }

    #[test]
    fn all_bad_lines_are_told_with_their_numbers() {
        let file = b"good\n{\"question\": 1}\n{\"question\": \" \"}\n\xff\xfe\n{\"question\": \"q\", \"dialect\": \"oracle\"}\n{";
        let problems = read(file).unwrap_err();
        let beginnings: Vec<&str> = problems.iter().map(|problem| &problem[..7]).collect();
        assert_eq!(
            beginnings,
            ["line 2:", "line 3:", "line 4:", "line 5:", "line 6:"]
        );
        assert!(problems[3].contains("oracle"), "{}", problems[3]);
    }
}
