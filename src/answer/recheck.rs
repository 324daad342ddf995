//! Checking SQL that a person has changed: the same checks as an answer's, without a question and without running it.

use std::sync::Arc;

use nl2sql::check::{CheckedSql, check};
use nl2sql::{Dialect, Schema};
use tokio::time::Instant;

use super::preview::PLACE_WAIT;
use super::{AnswerService, AskError, SchemaHints};
use crate::config::Explain;
use crate::database::TrialError;

/// SQL that passed.
#[derive(Debug, Clone)]
pub struct Rechecked {
    /// The SQL.
    pub sql: CheckedSql,
    /// Whether a database was asked for its EXPLAIN of it, and took it.
    pub explained: bool,
    /// What the asker should know beside it.
    pub warnings: Vec<String>,
}

impl AnswerService {
    /// Checks one statement against the tables that the hints mean. Where these are a database's, its dialect counts, and
    /// it is asked whether it takes the statement, as `databases.*.explain` says.
    ///
    /// # Errors
    /// It does not pass, the tables cannot be read, or nothing is taken now.
    pub async fn recheck(
        &self,
        hints: &SchemaHints,
        dialect: Option<Dialect>,
        sql: &str,
    ) -> Result<Rechecked, AskError> {
        if let Some((reason, told)) = self.admission.refusal() {
            self.metrics.rejected(reason);
            return Err(AskError::NotAdmitted(told.into()));
        }
        let snapshot = self.snapshot();
        let _place = snapshot.place(Instant::now() + PLACE_WAIT).await?;
        let default = snapshot.config.ai.default_dialect;
        if let Some(ddl) = hints.ddl.as_deref().filter(|ddl| !ddl.trim().is_empty()) {
            let dialect = dialect.unwrap_or(default);
            let known = snapshot.schema_in(ddl, dialect).await?;
            return passed(sql, dialect, Some(&known.schema));
        }
        let Some(name) = snapshot.databases.meant(hints.database.as_deref()) else {
            let mut rechecked = passed(sql, dialect.unwrap_or(default), None)?;
            rechecked.warnings.push(
                "there are no tables to check it against: only its form was checked, and that it reads alone"
                    .into(),
            );
            return Ok(rechecked);
        };
        let known = snapshot.schema_of(name).await?;
        let mut rechecked = passed(sql, known.dialect, Some(&known.schema))?;
        let settings = snapshot.databases.settings(name);
        let explain = settings.map_or(Explain::Never, |settings| settings.explain);
        let Some(connection) = snapshot
            .databases
            .connection(name)
            .filter(|_| explain != Explain::Never)
        else {
            return Ok(rechecked);
        };
        match connection.explain(rechecked.sql.sql()).await {
            Ok(()) => rechecked.explained = true,
            Err(TrialError::Wrong(words)) => {
                return Err(refused(format!("the database does not take it: {words}")));
            }
            // Nothing is given out that the asker did not write, so that it was not tried is a warning.
            Err(TrialError::Unasked(error)) => {
                rechecked.warnings.push(format!("the SQL was not tried: {error}"));
            }
        }
        Ok(rechecked)
    }
}

fn passed(sql: &str, dialect: Dialect, schema: Option<&Arc<Schema>>) -> Result<Rechecked, AskError> {
    match check(sql, dialect, schema.map(Arc::as_ref)) {
        Ok(sql) => Ok(Rechecked {
            sql,
            explained: false,
            warnings: Vec::new(),
        }),
        Err(error) => Err(refused(error.to_string())),
    }
}

fn refused(reason: String) -> AskError {
    AskError::Refused {
        kind: "sql_refused",
        reason,
    }
}
