//! Questions over schemas, for the embedded engine.

use nl2sql::engine::{self, Request};
use nl2sql::{Dialect, check, read_ddl};

/// The first line is a dialect, the second a question; what follows is read as the DDL of its schema.
pub fn question(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (dialect, text) = text.split_once('\n').unwrap_or(("", &text));
    let (question, ddl) = text.split_once('\n').unwrap_or((text, ""));
    let dialect = Dialect::parse(dialect).unwrap_or(Dialect::Sqlite);
    let schema = read_ddl(ddl, dialect).schema;
    let schema = Some(&schema).filter(|schema| !schema.is_empty());
    let request = Request {
        question,
        schema,
        dialect,
        today: jiff::civil::date(2026, 3, 4),
        aliases: None,
    };
    let answered = engine::answer(&request);
    assert_eq!(
        answered,
        engine::answer(&request),
        "the same question has two answers"
    );
    match answered {
        Ok(draft) => {
            let checked = check(&draft.sql, dialect, schema);
            assert!(checked.is_ok(), "{checked:?} of {}", draft.sql);
            assert!(!draft.explanation.trim().is_empty() && !draft.explanation.contains('\n'));
            assert!((0.0..=1.0).contains(&draft.confidence), "{}", draft.confidence);
            assert!(
                schema.is_some() || draft.confidence <= 0.5,
                "{}",
                draft.confidence
            );
        }
        Err(refusal) => assert!(!refusal.reason.trim().is_empty(), "{refusal:?}"),
    }
}
