//! `ai.check`: whether SQL that somebody wrote or changed passes the checks that answers pass. It is not run.

use nl2sql::Dialect;
use serde_json::json;

use super::generate;
use super::parameters::{Parameters, malformed};
use super::reply::{API_VERSION, Pair, Reply};
use super::{QueryError, StoreContext};
use crate::answer::AnswerService;

/// `{"sql": "…"}`, with the tables as for `generate`: `database`, or `schema_ddl` and `database_type`.
pub(super) async fn report(
    service: &AnswerService,
    sql: &str,
    context: &StoreContext,
) -> Result<Vec<Pair>, QueryError> {
    let parameters = Parameters::required(sql)?;
    let Some(statement) = parameters.text("sql")? else {
        return Err(malformed("sql is missing; it is the statement to check"));
    };
    let hints = generate::schema(&parameters, context)?;
    let dialect = parameters.dialect_words().into_iter().find_map(Dialect::parse);
    let start = Reply::new().with("api_version", API_VERSION);
    match service.recheck(&hints, dialect, statement).await {
        Ok(passed) => Ok(start
            .success(true)
            .with("sql", passed.sql.sql())
            .with("pretty_sql", passed.sql.pretty())
            .with("dialect", passed.sql.dialect().as_str())
            .with("explained", if passed.explained { "true" } else { "false" })
            .with("bound", if passed.sql.bound() { "true" } else { "false" })
            .with_json("warnings", &json!(passed.warnings))
            .done()),
        Err(error) => {
            let request_id = uuid::Uuid::now_v7().to_string();
            generate::failed(service, &error, start, &[], &request_id)
        }
    }
}
