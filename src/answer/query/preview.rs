//! `ai.preview`: an answer, or SQL that the asker has, with its first rows.

use serde_json::{Value, json};

use super::generate::{self, Asked};
use super::parameters::Parameters;
use super::reply::{API_VERSION, Pair, Reply, answered};
use super::{Item, QueryError, QueryReply, StoreContext};
use crate::answer::{AnswerService, AskError};
use crate::database::{Cell, Preview, PreviewColumn};
use crate::telemetry::audit::{Event, Outcome, Record};

/// `{"prompt": "…"}` asks and runs the answer; `{"sql": "…"}` runs that, if it passes the checks.
pub(super) async fn report(
    service: &AnswerService,
    sql: &str,
    context: &StoreContext,
) -> Result<QueryReply, QueryError> {
    let parameters = Parameters::required(sql)?;
    let start = Reply::new().with("api_version", API_VERSION);
    let hints = generate::schema(&parameters, context)?;
    let stage = match service.stage(&hints).await {
        Ok(stage) => stage,
        Err(error) => return failed(service, &error, start),
    };
    let (reply, statement) = match parameters.text("sql")? {
        Some(statement) => (start.success(true), statement.to_owned()),
        None => match generate::answer(service, Asked::by_parameters(sql)?, context).await? {
            Ok((answer, notes)) => {
                if answer.dialect != stage.dialect() {
                    let reason = format!(
                        "the SQL is written for {}, as asked, and the database is {}; leave the dialect out to run it",
                        answer.dialect,
                        stage.dialect()
                    );
                    return failed(service, &AskError::Schema(reason), start);
                }
                (start.and(answered(&answer, &notes)), answer.sql)
            }
            Err((error, notes, request_id)) => {
                let pairs = generate::failed(service, &error, start, &notes, &request_id)?;
                return Ok(pairs.into());
            }
        },
    };
    let rows = service.rows(&stage, &statement).await;
    service.audit().record(&Record {
        event: Event::DataPreview,
        outcome: match &rows {
            Ok(_) => Outcome::Success,
            Err(AskError::Refused { .. }) => Outcome::Refused,
            Err(_) => Outcome::Failed,
        },
        actor: &context.actor,
        target: &format!("databases.{}", stage.name()),
        details: rows
            .as_ref()
            .map_or(Value::Null, |preview| json!({ "rows": preview.rows.len() })),
    });
    match rows {
        Ok(preview) => Ok(with_rows(reply, &preview)),
        Err(error) => failed(
            service,
            &error,
            Reply::new()
                .with("api_version", API_VERSION)
                .with("sql", statement),
        ),
    }
}

fn failed(service: &AnswerService, error: &AskError, start: Reply) -> Result<QueryReply, QueryError> {
    let request_id = uuid::Uuid::now_v7().to_string();
    Ok(generate::failed(service, error, start, &[], &request_id)?.into())
}

/// Rows twice: as atest shows those of a database, every value as text, and as JSON with types.
fn with_rows(reply: Reply, preview: &Preview) -> QueryReply {
    let data = reply
        .with_json("columns", &preview.columns_json())
        .with_json("rows", &preview.rows_json())
        .with("row_count", preview.rows.len().to_string())
        .with("truncated", if preview.is_cut { "true" } else { "false" })
        .done();
    let item = |(cell, column): (&Cell, &PreviewColumn)| Item {
        key: column.name.clone(),
        value: cell.text.clone().unwrap_or_default(),
        description: match cell.text {
            Some(_) => column.type_name.clone(),
            None => "null".into(),
        },
    };
    let items = preview.rows.iter();
    QueryReply {
        data,
        items: items
            .map(|row| row.iter().zip(&preview.columns).map(item).collect())
            .collect(),
    }
}

impl From<Vec<Pair>> for QueryReply {
    fn from(data: Vec<Pair>) -> QueryReply {
        QueryReply {
            data,
            items: Vec::new(),
        }
    }
}
