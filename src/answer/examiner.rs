//! Whether an answer passes: the checks, the binding to the schema, and what the database itself says of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::BoxFuture;
use nl2sql::check::{CheckedSql, check};
use nl2sql::{Dialect, Schema};
use profiling::contention::Mutex;

use super::AskError;
use crate::config::Explain;
use crate::database::{Connection, SchemaError, TrialError};
use crate::provider::{Completion, Judge, Rejection};

/// Judges the answers to one question.
pub(super) struct Examiner {
    dialect: Dialect,
    schema: Option<Arc<Schema>>,
    /// The database to ask, unless none is to be asked.
    connection: Option<(Arc<Connection>, Explain)>,
    /// The database's schema is no longer the one that answers were written for.
    has_changed: AtomicBool,
    /// Why the database could not be asked.
    unasked: Mutex<Option<SchemaError>>,
}

/// SQL that passed.
#[derive(Debug, Clone)]
pub(super) struct Passed {
    /// The SQL.
    pub sql: CheckedSql,
    /// Whether the database took it; `None` where there was none to ask.
    pub explained: Option<bool>,
    /// For the asker.
    pub warning: Option<String>,
}

impl Examiner {
    /// Of SQL in that dialect over that schema. A database of another dialect is not asked.
    pub(super) fn new(
        dialect: Dialect,
        schema: Option<Arc<Schema>>,
        connection: Option<(Arc<Connection>, Explain)>,
    ) -> Examiner {
        let connection = connection
            .filter(|(connection, explain)| *explain != Explain::Never && connection.dialect() == dialect);
        Examiner {
            dialect,
            schema,
            connection,
            has_changed: AtomicBool::new(false),
            unasked: Mutex::default(),
        }
    }

    /// Whether the schema turned out to be another one, so that the question has to be answered anew.
    pub(super) fn schema_has_changed(&self) -> bool {
        self.has_changed.load(Ordering::Acquire)
    }

    /// Looks whether the schema is still the one that the question was answered for.
    pub(super) async fn look(&self) -> bool {
        let Some((connection, _)) = &self.connection else {
            return false;
        };
        let changed = connection.has_changed().await;
        self.has_changed.store(changed, Ordering::Release);
        changed
    }

    /// Why nothing could be judged.
    pub(super) fn why_stopped(&self) -> AskError {
        let unasked = self
            .unasked
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        match unasked.as_ref() {
            Some(error) => AskError::Database(format!(
                "the SQL could not be tried, and is not given out untried (databases.*.explain): {error}"
            )),
            None => AskError::Database(
                "the schema of the database keeps changing while the question is answered; ask again".into(),
            ),
        }
    }

    async fn pass(&self, completion: &Completion) -> Result<Passed, Rejection> {
        let sql = check(&completion.sql, self.dialect, self.schema.as_deref())
            .map_err(|error| Rejection::Mend(error.to_string()))?;
        let Some((connection, explain)) = &self.connection else {
            return Ok(Passed {
                sql,
                explained: None,
                warning: None,
            });
        };
        match connection.explain(sql.sql()).await {
            Ok(()) => Ok(Passed {
                sql,
                explained: Some(true),
                warning: None,
            }),
            Err(TrialError::Wrong(_)) if self.look().await => Err(Rejection::Stop),
            Err(TrialError::Wrong(words)) => {
                Err(Rejection::Mend(format!("the database does not take it: {words}")))
            }
            Err(TrialError::Unasked(error)) if *explain == Explain::Tried => Ok(Passed {
                sql,
                explained: None,
                warning: Some(format!("the SQL was not tried: {error}")),
            }),
            Err(TrialError::Unasked(error)) => {
                let mut unasked = self
                    .unasked
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                *unasked = Some(error);
                Err(Rejection::Stop)
            }
        }
    }
}

impl Judge for Examiner {
    type Accepted = Passed;

    fn judge<'a>(&'a self, completion: &'a Completion) -> BoxFuture<'a, Result<Passed, Rejection>> {
        Box::pin(self.pass(completion))
    }
}
