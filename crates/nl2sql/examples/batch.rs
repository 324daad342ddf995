//! Answers questions by the line: JSON objects in on stdin, one JSON object out on stdout for each.
//!
//! In: `{"id", "question", "dialect"?, "schema_ddl"?, "schema_values"?, "today"?}`.
//! Out: `{"id", "sql" | null, "confidence", "explanation", "warnings", "alternative"?}`, or with `"refusal"` where there is none.

use std::collections::HashMap;
use std::io::{self, BufRead, Write};

use jiff::civil::{Date, date};
use nl2sql::{Dialect, Lexicon, Request, Schema, SchemaValues, answer, answer_with, read_ddl, weighed};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Line {
    id: serde_json::Value,
    question: String,
    dialect: Option<String>,
    schema_ddl: Option<String>,
    #[serde(default)]
    schema_values: SchemaValues,
    today: Option<Date>,
    #[serde(default)]
    signals: bool,
}

fn main() -> io::Result<()> {
    let mut schemas: HashMap<String, &'static Lexicon<'static>> = HashMap::new();
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let line: Line = serde_json::from_str(&line?)?;
        let dialect = line
            .dialect
            .as_deref()
            .and_then(Dialect::parse)
            .unwrap_or(Dialect::Sqlite);
        let request = Request {
            question: &line.question,
            schema: None,
            dialect,
            today: line.today.unwrap_or(date(2026, 1, 15)),
            aliases: None,
        };
        let mut readings = Vec::new();
        let result = match &line.schema_ddl {
            None => answer(&request),
            Some(ddl) => {
                let key = format!("{dialect:?}\n{ddl}\n{:?}", line.schema_values);
                // A vocabulary is kept for the whole run: a batch asks many questions of few schemas.
                let lexicon = *schemas.entry(key).or_insert_with(|| {
                    let mut schema: Schema = read_ddl(ddl, dialect).schema;
                    schema.add_values(&line.schema_values);
                    let schema: &'static Schema = Box::leak(Box::new(schema));
                    Box::leak(Box::new(Lexicon::new(schema)))
                });
                if line.signals {
                    readings = weighed(lexicon, &request);
                }
                answer_with(lexicon, &request)
            }
        };
        let mut reply = match result {
            Ok(draft) => json!({
                "id": line.id,
                "sql": draft.sql,
                "confidence": draft.confidence,
                "explanation": draft.explanation,
                "warnings": draft.warnings,
                "alternative": draft.alternative,
                "signals": line.signals.then(|| map(&draft.signals)),
            }),
            Err(refusal) => json!({
                "id": line.id,
                "sql": null,
                "confidence": 0.0,
                "refusal": refusal.reason,
                "suggestions": refusal.suggestions,
            }),
        };
        if line.signals {
            reply["readings"] = readings
                .iter()
                .map(|one| json!({"sql": one.sql, "signals": map(&one.signals)}))
                .collect();
        }
        writeln!(out, "{reply}")?;
    }
    out.flush()
}

fn map(signals: &[(&'static str, f64)]) -> serde_json::Map<String, serde_json::Value> {
    signals
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect()
}
