//! The pairs of a reply.

use std::time::Duration;

use serde_json::{Value, json};

use crate::answer::Answer;

/// The version of the query language.
pub(super) const API_VERSION: &str = "v1";

/// A name and its value; every value is text, and JSON is written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The name.
    pub key: String,
    /// The value.
    pub value: String,
}

/// Pairs in the making.
#[derive(Default)]
pub(super) struct Reply(Vec<Pair>);

impl Reply {
    pub(super) fn new() -> Reply {
        Reply::default()
    }
    pub(super) fn with(mut self, key: &str, value: impl Into<String>) -> Reply {
        self.0.push(Pair {
            key: key.into(),
            value: value.into(),
        });
        self
    }
    pub(super) fn with_json(self, key: &str, value: &Value) -> Reply {
        self.with(key, value.to_string())
    }
    pub(super) fn success(self, yes: bool) -> Reply {
        self.with("success", word(yes))
    }
    pub(super) fn and(mut self, other: Reply) -> Reply {
        self.0.extend(other.0);
        self
    }
    pub(super) fn done(self) -> Vec<Pair> {
        self.0
    }
}

/// The pairs of an answer: those that the first plugin sent, and what helps to judge the SQL beside them. There is
/// no `error` pair, because the host takes one, however empty of meaning, for a failure.
pub(super) fn answered(answer: &Answer, warnings: &[String]) -> Reply {
    let confidence = round(answer.confidence.get());
    let millis = whole_millis(answer.took);
    let mut meta = json!({
        "confidence": confidence,
        "dialect": answer.dialect.as_str(),
        "duration": millis,
    });
    if !answer.model.is_empty() {
        meta["model"] = json!(answer.model);
    }
    if let Some(usage) = &answer.usage {
        meta["usage"] = json!(usage);
    }
    let reply = Reply::new()
        .with("generated_sql", generated_sql(&answer.sql, &answer.explanation))
        .success(true)
        .with_json("meta", &meta)
        .with("explanation", one_line(&answer.explanation))
        .with("confidence", confidence.to_string())
        .with("confidence_source", answer.confidence_source.as_str())
        .with_json("warnings", &json!(warnings))
        .with("provider", &answer.provider)
        .with("processing_time_ms", millis.to_string())
        .with("pretty_sql", &answer.pretty_sql)
        .with("confidence_score", format!("{confidence:.2}"))
        .with("request_id", &answer.request_id)
        .with("model_used", &answer.model)
        .with("cached", word(answer.cached))
        .with("degraded", word(answer.degraded))
        .with("explained", word(answer.explained));
    let reply = match &answer.alternative {
        Some(sql) => reply.with("alternative", one_line(sql)),
        None => reply,
    };
    let reply = match &answer.instead_of {
        Some(wanted) => reply.with("instead_of", wanted),
        None => reply,
    };
    match answer.cost {
        Some(cost) => reply.with("cost_usd", dollars(cost)),
        None => reply,
    }
}

fn word(yes: bool) -> &'static str {
    if yes { "true" } else { "false" }
}

/// A sum in US dollars: answers cost fractions of a cent.
pub(super) fn dollars(usd: f64) -> String {
    let text = format!("{usd:.8}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// One line of SQL and one of explanation: the page of the first plugin reads one line per prefix and drops the rest.
fn generated_sql(sql: &str, explanation: &str) -> String {
    format!("sql:{}\nexplanation:{}", one_line(sql), one_line(explanation))
}

/// The same text without line breaks.
pub(super) fn one_line(text: &str) -> String {
    text.split(['\r', '\n'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Four digits are more than a confidence deserves, and keep `0.1 + 0.2` out of replies.
fn round(confidence: f64) -> f64 {
    (confidence * 10_000.0).round() / 10_000.0
}

/// Whole milliseconds; an answer that took less says 1 or 0 as the clock has it.
pub(super) fn whole_millis(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
pub(super) fn value<'a>(pairs: &'a [Pair], key: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|pair| pair.key == key)
        .map(|pair| pair.value.as_str())
}

#[cfg(test)]
mod tests {
    use nl2sql::Dialect;

    use super::*;
    use crate::answer::{Confidence, ConfidenceSource};

    fn answer() -> Answer {
        Answer {
            sql: "SELECT 1;".into(),
            pretty_sql: "SELECT\n  1;".into(),
            alternative: None,
            explanation: "First.\nSecond.".into(),
            confidence: Confidence::new(0.1 + 0.2),
            confidence_source: ConfidenceSource::Builtin,
            features: None,
            warnings: vec![],
            provider: "builtin".into(),
            model: "m".into(),
            dialect: Dialect::Sqlite,
            degraded: false,
            explained: true,
            instead_of: None,
            cached: false,
            usage: None,
            cost: None,
            took: Duration::from_micros(2500),
            request_id: "r".into(),
        }
    }

    #[test]
    fn generated_sql_is_one_line_of_sql_and_one_of_explanation() {
        let pairs = answered(&answer(), &[]).done();
        assert_eq!(
            value(&pairs, "generated_sql"),
            Some("sql:SELECT 1;\nexplanation:First. Second.")
        );
    }

    #[test]
    fn a_success_carries_no_error_pair_and_every_name_once() {
        let pairs = answered(&answer(), &["mind this".into()]).done();
        assert_eq!(value(&pairs, "error"), None);
        let mut names: Vec<_> = pairs.iter().map(|pair| &pair.key).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), pairs.len());
        assert_eq!(value(&pairs, "warnings"), Some(r#"["mind this"]"#));
    }

    #[test]
    fn a_price_that_is_not_known_is_no_figure_and_a_small_one_is_exact() {
        let pairs = answered(&answer(), &[]).done();
        assert_eq!(value(&pairs, "cost_usd"), None);
        let priced = Answer {
            cost: Some(0.000_125),
            ..answer()
        };
        assert_eq!(
            value(&answered(&priced, &[]).done(), "cost_usd"),
            Some("0.000125")
        );
        assert_eq!(dollars(1.0), "1");
    }

    #[test]
    fn meta_holds_numbers_and_leaves_an_empty_model_out() {
        let pairs = answered(
            &Answer {
                model: String::new(),
                ..answer()
            },
            &[],
        )
        .done();
        let meta: Value = serde_json::from_str(value(&pairs, "meta").unwrap()).unwrap();
        assert_eq!(
            meta,
            json!({"confidence": 0.3, "dialect": "sqlite", "duration": 2})
        );
    }
}
