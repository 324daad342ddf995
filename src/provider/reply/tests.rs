use nl2sql::Dialect;
use proptest::prelude::*;

use super::*;

fn written(text: &str) -> Written {
    match read(text, Dialect::Sqlite) {
        Ok(written) => written,
        Err(error) => panic!("{error} in: {text}"),
    }
}

fn sql(text: &str) -> String {
    written(text).sql
}

fn failure(text: &str) -> String {
    match read(text, Dialect::Sqlite) {
        Err(ProviderError::Failed(failure)) => {
            assert_eq!(failure.kind, FailureKind::InvalidResponse, "{text}");
            failure.message
        }
        other => panic!("{other:?} in: {text}"),
    }
}

fn refusal(text: &str) -> (&'static str, String) {
    match read(text, Dialect::Sqlite) {
        Err(ProviderError::Refused { kind, reason, .. }) => (kind, reason),
        other => panic!("{other:?} in: {text}"),
    }
}

#[test]
fn the_answer_that_was_asked_for_is_read_whole() {
    let text = r#"{"sql":"SELECT name FROM users WHERE note = 'a\"b\\n'","explanation":"Names\nof users.","tables":["users"],"assumptions":["only active ones"," "],"answerable":true,"clarification":""}"#;
    let written = written(text);
    assert_eq!(written.sql, r#"SELECT name FROM users WHERE note = 'a"b\n'"#);
    assert_eq!(written.explanation, "Names of users.");
    assert_eq!(written.assumptions, ["only active ones"]);
    let place = written.sql_bytes.expect("it stands in the text");
    assert_eq!(&text[place], r#"SELECT name FROM users WHERE note = 'a\"b\\n'"#);
}

#[test]
fn json_as_models_write_it_is_read() {
    let expected = "SELECT id FROM users";
    for text in [
        // llama: a fence around, prose around
        "Sure! Here is the query:\n```json\n{\n  \"sql\": \"SELECT id FROM users\",\n  \"explanation\": \"x\"\n}\n```\nLet me know!",
        // trailing commas
        "{\"sql\": \"SELECT id FROM users\", \"tables\": [\"users\",],}",
        // a comma forgotten
        "{\"sql\": \"SELECT id FROM users\"\n \"explanation\": \"x\"}",
        // Python
        "{'sql': 'SELECT id FROM users', 'answerable': True, 'clarification': None}",
        // names without quotes, comments
        "{sql: \"SELECT id FROM users\", // the query\n answerable: true}",
        // other spellings of the name
        "{\"SQL\": \"SELECT id FROM users\"}",
        "{\"sql_query\": \"SELECT id FROM users\"}",
        "{\"Query\": \"SELECT id FROM users\"}",
        // a list of lines
        "{\"sql\": [\"SELECT id\", \"FROM users\"]}",
        // line breaks inside the text
        "{\"sql\": \"SELECT id\nFROM users\"}",
        // three quotes
        "{\"sql\": \"\"\"SELECT id FROM users\"\"\"}",
        // backticks
        "{\"sql\": `SELECT id FROM users`}",
        // once more in a string
        "\"{\\\"sql\\\": \\\"SELECT id FROM users\\\"}\"",
        "{\"sql\": \"{\\\"sql\\\": \\\"SELECT id FROM users\\\"}\"}",
        // a fence or a label inside the text
        "{\"sql\": \"```sql\\nSELECT id FROM users;\\n```\"}",
        "{\"sql\": \"sql: SELECT id FROM users;\"}",
        // inside another object, in a list
        "{\"answer\": {\"sql\": \"SELECT id FROM users\"}}",
        "[{\"sql\": \"SELECT id FROM users\"}]",
        // a byte order mark and blanks
        "\u{feff}  {\"sql\": \"SELECT id FROM users;\"}",
        // the template first
        "As {\"sql\": \"SELECT ...\"}:\n{\"sql\": \"SELECT id FROM users\"}",
        // cut off after the SQL
        "{\"sql\": \"SELECT id FROM users\", \"explanation\": \"It shows the",
        "{\"sql\": \"SELECT id FROM users\", \"expl",
        "{\"sql\": \"SELECT id FROM users\"",
        // a mark of the model after it
        "{\"sql\": \"SELECT id FROM users\"}<|im_end|>",
    ] {
        let found = sql(text).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn quotes_that_were_not_escaped_belong_to_the_sql() {
    for (text, expected) in [
        (
            "{\"sql\": \"SELECT \"id\", \"name\" FROM \"users\"\", \"explanation\": \"x\"}",
            "SELECT \"id\", \"name\" FROM \"users\"",
        ),
        (
            "{\"sql\": \"SELECT \"id\" FROM users\"}",
            "SELECT \"id\" FROM users",
        ),
        (
            "{'sql': 'SELECT id FROM users WHERE name = 'Ann'', 'tables': ['users', 'x']}",
            "SELECT id FROM users WHERE name = 'Ann'",
        ),
    ] {
        assert_eq!(sql(text), expected, "{text}");
    }
}

#[test]
fn escapes_mean_what_they_mean() {
    for (text, expected) in [
        (
            r#"{"sql": "SELECT 'caf\u00e9 \ud83d\ude00' -- x\nFROM t"}"#,
            "SELECT 'café 😀' -- x\nFROM t",
        ),
        (
            r#"{"sql": "SELECT a FROM t WHERE a LIKE '50\%' AND b = 'c:\\d'"}"#,
            r"SELECT a FROM t WHERE a LIKE '50\%' AND b = 'c:\d'",
        ),
        (r#"{"sql": "SELECT a\/b,\t1 FROM t"}"#, "SELECT a/b,\t1 FROM t"),
        (r#"{"sql": "SELECT '\ud83d' FROM t"}"#, r"SELECT '\ud83d' FROM t"),
    ] {
        assert_eq!(sql(text), expected, "{text}");
    }
}

#[test]
fn reasoning_is_never_taken_for_the_answer() {
    for text in [
        "<think>maybe SELECT 1 FROM wrong</think>\n{\"sql\": \"SELECT id FROM users\"}",
        "<think>{\"sql\": \"SELECT wrong\"} no <think>deeper</think> still</think>SELECT id FROM users",
        "maybe {\"sql\": \"SELECT wrong\"}\n</think>\n\n```sql\nSELECT id FROM users\n```",
        "<Thinking>SELECT wrong FROM t;</Thinking>sql: SELECT id FROM users",
        "<reasoning>SELECT wrong FROM t;</reasoning>\n<thought>x</thought> SELECT id FROM users;",
        "<think>\nthe closing mark is missing\n\n{\"sql\": \"SELECT id FROM users\"}\n",
    ] {
        assert_eq!(sql(text), "SELECT id FROM users", "{text}");
    }
    let cut = failure("<think>I would write SELECT id FROM users; but");
    assert!(cut.contains("reasoning") && cut.contains("max_tokens"), "{cut}");
    assert_eq!(
        sql("{\"sql\": \"SELECT '</think>' FROM t\"}"),
        "SELECT '</think>' FROM t"
    );
}

#[test]
fn fences_are_read_with_what_is_said_after_them() {
    let answer = written(
        "You can select them like this:\n\n```sql\n-- all of them\nSELECT id\nFROM users; \n```\n\nThis lists the ids.\n\nMore.",
    );
    assert_eq!(answer.sql, "-- all of them\nSELECT id\nFROM users");
    assert_eq!(answer.explanation, "This lists the ids.");
    for text in [
        "```\nSELECT id FROM users\n```",
        "```sql SELECT id FROM users```",
        "```postgresql\nSELECT id FROM users",
        "````sql\nSELECT id FROM users\n````",
        "```text\nusers(id)\n```\nso\n```SQL\nSELECT id FROM users\n```",
        "```SELECT id FROM users```",
        "```sql\nSQL: SELECT id FROM users;\n```",
    ] {
        assert_eq!(sql(text), "SELECT id FROM users", "{text}");
    }
    // What is no query still arrives, so that the check can say what is wrong with it.
    assert_eq!(sql("```sql\nDELETE FROM users\n```"), "DELETE FROM users");
    assert_eq!(
        sql("```sql\nSELECT 1; DROP TABLE users;\n```"),
        "SELECT 1; DROP TABLE users"
    );
}

#[test]
fn the_go_plugins_form_is_read() {
    for text in [
        "sql:SELECT id FROM users;\nexplanation:Lists ids.",
        "SQL: SELECT id\nFROM users;\nExplanation: Lists ids.",
        "sql: SELECT id FROM users; explanation: Lists ids.",
        "Sure.\n**SQL:** SELECT id FROM users\n\n**Explanation:** Lists ids.\n\nBye.",
        "sql:\n```sql\nSELECT id FROM users;\n```\nexplanation: Lists ids.",
    ] {
        let answer = written(text);
        let sql = answer.sql.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(
            (sql.as_str(), answer.explanation.as_str()),
            ("SELECT id FROM users", "Lists ids."),
            "{text}"
        );
    }
}

#[test]
fn bare_sql_ends_where_prose_begins() {
    for (text, expected) in [
        ("SELECT id FROM users", "SELECT id FROM users"),
        ("select id from users;", "select id from users"),
        ("Use SELECT id FROM users; to see them.", "SELECT id FROM users"),
        (
            "You can select the ids with:\nSELECT id FROM users\n\nThis lists ids.",
            "SELECT id FROM users",
        ),
        (
            "SELECT id FROM users\nThis query lists ids; all of them.",
            "SELECT id FROM users",
        ),
        (
            "SELECT id FROM t WHERE a = 'x; y\n\nz' -- b; c\nAND d = 1; done",
            "SELECT id FROM t WHERE a = 'x; y\n\nz' -- b; c\nAND d = 1",
        ),
        (
            "WITH a AS (SELECT 1 AS n) SELECT n FROM a;",
            "WITH a AS (SELECT 1 AS n) SELECT n FROM a",
        ),
        ("With this in mind:\nSELECT 1", "SELECT 1"),
        (
            "The query is `SELECT id FROM users`, I think.",
            "SELECT id FROM users",
        ),
        ("<sql>SELECT id FROM users</sql>", "SELECT id FROM users"),
        (
            "SELECT id FROM users<|im_end|>\n<|im_start|>user",
            "SELECT id FROM users",
        ),
        (
            "SELECT it's broken FROM users; x",
            "SELECT it's broken FROM users",
        ),
    ] {
        let answer = written(text);
        assert_eq!(answer.sql, expected, "{text}");
        let place = answer.sql_bytes.expect("it stands in the text");
        assert_eq!(&text[place], expected, "{text}");
    }
    let mysql = read("It is `SELECT `id` FROM `t``.", Dialect::MySql).map(|written| written.sql);
    assert_eq!(mysql.ok().as_deref(), Some("SELECT `id` FROM `t`"));
    let dollars = read("SELECT $x$a; b$x$; c", Dialect::PostgreSql).map(|written| written.sql);
    assert_eq!(dollars.ok().as_deref(), Some("SELECT $x$a; b$x$"));
}

#[test]
fn a_model_that_cannot_answer_says_why_in_its_own_words() {
    let (kind, reason) =
        refusal(r#"{"sql": null, "answerable": false, "clarification": "Which\nyear do\tyou mean?"}"#);
    assert_eq!((kind, reason.as_str()), ("unclear", "Which year do you mean?"));
    let (kind, reason) =
        refusal(r#"{"sql": "", "answerable": "false", "explanation": "There is no table of dragons."}"#);
    assert_eq!(
        (kind, reason.as_str()),
        ("not_answerable", "There is no table of dragons.")
    );
    let (kind, reason) = refusal(r#"{"answerable": false}"#);
    assert!(kind == "not_answerable" && !reason.is_empty());
    let (_, reason) = refusal(&format!(
        r#"{{"sql":"","answerable":false,"clarification":"{}"}}"#,
        "why ".repeat(500)
    ));
    assert!(reason.chars().count() <= MAX_REASON + 1, "{}", reason.len());
}

#[test]
fn sql_beside_a_doubt_is_given_with_the_doubt() {
    let answer = written(r#"{"sql": "SELECT 1", "answerable": false, "clarification": "no such column"}"#);
    assert_eq!(answer.assumptions, ["no such column"]);
}

#[test]
fn what_is_no_answer_is_an_error_that_repeats_little() {
    for text in ["", " \n\t ", "\u{feff}"] {
        assert!(failure(text).contains("empty answer"), "{text:?}");
    }
    let secret = "I am sorry, but I cannot help with that. ".repeat(30);
    let message = failure(&secret);
    assert!(
        message.contains("without SQL") && message.chars().count() <= 120,
        "{message}"
    );
    let short = failure("I have no idea at all");
    assert!(!short.contains("I have no idea at all"), "{short}");
    for text in [
        "{\"sql\": \"\"}",
        "{\"sql\": 7}",
        "{\"sql\": \";\"}",
        "{\"error\": \"no\"}",
        "You can select the users by name.",
        "with the help of a query",
        "```python\nprint('SELECT')\n```",
    ] {
        failure(text);
    }
}

#[test]
fn an_echo_of_the_template_is_no_answer() {
    for text in [
        "{\"sql\": \"SELECT ...\", \"explanation\": \"...\"}",
        "{\"sql\": \"...\"}",
        "sql: SELECT 1 as placeholder;\nexplanation: x",
        "```sql\nSELECT ...\n```",
    ] {
        assert!(failure(text).contains("template"), "{text}");
    }
    assert_eq!(
        sql("SELECT 1 AS placeholder_count"),
        "SELECT 1 AS placeholder_count"
    );
}

#[test]
fn sql_that_was_cut_off_is_no_answer() {
    for text in [
        "{\"sql\": \"SELECT id FROM users WHERE",
        "```json\n{\"explanation\": \"x\", \"sql\": \"SELECT id FROM us",
        "{\"sql\": [\"SELECT id\", \"FROM us",
    ] {
        let message = failure(text);
        assert!(
            message.contains("cut off") && message.contains("max_tokens"),
            "{message}"
        );
    }
}

#[test]
fn words_of_a_model_are_one_short_line() {
    let long = format!(
        "{{\"sql\": \"SELECT 1\", \"explanation\": \"a\\u0000b\\r\\n{}\"}}",
        "é".repeat(900)
    );
    let explanation = written(&long).explanation;
    assert!(
        explanation.starts_with("a b é") && explanation.ends_with('…'),
        "{explanation}"
    );
    assert_eq!(explanation.chars().count(), MAX_EXPLANATION + 1);
    let many = format!(
        "{{\"sql\": \"SELECT 1\", \"assumptions\": [{}]}}",
        "\"x\",".repeat(50)
    );
    assert_eq!(written(&many).assumptions.len(), MAX_ASSUMPTIONS);
}

/// Pieces that answers are made of, so that chance finds the corners.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "\"",
        "'",
        "`",
        "```",
        "```sql\n",
        "\"sql\"",
        "sql",
        ":",
        ",",
        "[",
        "]",
        "\\",
        "\\u00e9",
        "\\ud83d",
        "SELECT ",
        "WITH a AS (",
        " FROM t",
        ";",
        "\n",
        "\n\n",
        "<think>",
        "</think>",
        "--",
        "/*",
        "*/",
        "$",
        "$a$",
        "explanation:",
        "sql: ",
        "answerable",
        "false",
        "é",
        "日本",
        "\u{feff}",
        "#",
        "<|",
        "\"\"\"",
        " ",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn holds_for(text: &str, dialect: Dialect) -> Result<(), TestCaseError> {
    match read(text, dialect) {
        Ok(written) => {
            prop_assert!(!written.sql.trim().is_empty());
            prop_assert!(!written.explanation.contains('\n'));
            if let Some(place) = written.sql_bytes {
                prop_assert!(place.start <= place.end && place.end <= text.len());
                prop_assert!(text.is_char_boundary(place.start) && text.is_char_boundary(place.end));
            }
        }
        Err(ProviderError::Refused { reason, .. }) => {
            prop_assert!(!reason.is_empty() && !reason.contains('\n'))
        }
        Err(ProviderError::Failed(failure)) => prop_assert!(failure.message.chars().count() <= 120),
        Err(other) => prop_assert!(false, "{other:?}"),
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic_and_places_lie_inside_it(text in "\\PC{0,200}", dialect in 0..3_usize) {
        holds_for(&text, Dialect::ALL[dialect])?;
    }

    #[test]
    fn any_heap_of_pieces_is_read_without_panic(text in pieces(), dialect in 0..3_usize) {
        holds_for(&text, Dialect::ALL[dialect])?;
    }

    #[test]
    fn json_of_any_sql_gives_that_sql(sql in "SELECT [ -~é\n]{1,80}") {
        let text = serde_json::json!({"sql": sql, "explanation": "x", "answerable": true}).to_string();
        prop_assume!(!ECHOES.contains(&sql.trim().trim_end_matches(';').to_lowercase().as_str()));
        let written = read(&text, Dialect::MySql).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(written.sql, sql.trim().trim_end_matches([';', ' ', '\n']));
    }
}

#[test]
fn a_hostile_text_costs_little_time() {
    let begun = std::time::Instant::now();
    for text in [
        "{\"a\":\"".repeat(200_000),
        "{".repeat(1_000_000),
        "<think>{".repeat(100_000),
        "`".repeat(500_000),
    ] {
        let _ = read(&text, Dialect::Sqlite);
    }
    // Minutes when it is quadratic; well under a second per text even unoptimised.
    assert!(begun.elapsed().as_secs() < 30);
}
