//! Running checked SQL on a configured database, read-only, to show its first rows.

use std::sync::Arc;
use std::time::Duration;

use nl2sql::Dialect;
use nl2sql::check::check;
use tokio::time::Instant;

use super::pipeline::schema_error;
use super::{AnswerService, AskError, SchemaHints, Snapshot};
use crate::database::{self, Connection, KnownSchema, Limits, Preview, TrialError};

/// Longest wait for a place among the questions.
pub(super) const PLACE_WAIT: Duration = Duration::from_secs(5);

/// A database that a preview may run on.
#[derive(Debug, Clone)]
pub struct Stage {
    connection: Arc<Connection>,
    known: Arc<KnownSchema>,
}

impl Stage {
    /// What the database is called.
    pub fn name(&self) -> &str {
        self.connection.name()
    }

    /// The dialect that SQL has to be in.
    pub fn dialect(&self) -> Dialect {
        self.connection.dialect()
    }
}

impl AnswerService {
    /// The database that these hints mean, if rows of it may be shown.
    ///
    /// # Errors
    /// Previews are off, no database is meant, it cannot be asked, or nothing is taken now.
    pub async fn stage(&self, hints: &SchemaHints) -> Result<Stage, AskError> {
        let snapshot = self.snapshot();
        if !snapshot.config.preview.enabled {
            return Err(AskError::Refused {
                kind: "preview_off",
                reason: "previews are off: set preview.enabled to true to let answers be run, read-only, on \
                         configured databases"
                    .into(),
            });
        }
        if let Some((reason, told)) = self.admission.refusal() {
            self.metrics.rejected(reason);
            return Err(AskError::NotAdmitted(told.into()));
        }
        let no_database = || {
            AskError::Schema(
            "there is no database to run it on: name one of those under databases that has a connection (dsn or path)".into(),
        )
        };
        if let Some(opened) = &hints.read {
            return Ok(Stage {
                connection: opened.connection.clone().ok_or_else(no_database)?,
                known: Arc::new(opened.known.clone()),
            });
        }
        let meant = snapshot.databases.meant(hints.database.as_deref());
        let name = meant.ok_or_else(no_database)?;
        let known = snapshot.schema_of(name).await?;
        let connection = snapshot.databases.connection(name).ok_or_else(no_database)?;
        Ok(Stage { connection, known })
    }

    /// The first rows of a statement.
    ///
    /// # Errors
    /// It does not pass the checks, the database does not take it, or it took too long.
    pub async fn rows(&self, stage: &Stage, sql: &str) -> Result<Preview, AskError> {
        let snapshot = self.snapshot();
        let _place = snapshot.place(Instant::now() + PLACE_WAIT).await?;
        let checked =
            check(sql, stage.dialect(), Some(&stage.known.schema)).map_err(|error| AskError::Refused {
                kind: "sql_refused",
                reason: format!("the SQL is not run: {error}"),
            })?;
        let settings = &snapshot.config.preview;
        let limits = Limits {
            rows: settings.max_rows,
            bytes: settings.max_bytes,
            time: settings.timeout,
        };
        let rows = stage.connection.rows(checked.sql(), limits).await;
        rows.map_err(|error| match error {
            TrialError::Wrong(words) => AskError::Refused {
                kind: "sql_refused",
                reason: format!("the database does not run it: {words}"),
            },
            TrialError::Unasked(database::SchemaError::Slow { name, seconds }) => AskError::Database(
                format!("{name} did not give the rows within {seconds} s (preview.timeout), and was stopped"),
            ),
            TrialError::Unasked(error) => schema_error(error),
        })
    }
}

impl Snapshot {
    /// The schema that statements make, from the cache where they were read before.
    pub(super) async fn schema_in(&self, ddl: &str, dialect: Dialect) -> Result<Arc<KnownSchema>, AskError> {
        let owned = ddl.to_owned();
        let read = move || async move { database::read_statements("schema_ddl", owned, dialect).await };
        let key = super::cache::KeyBuilder::new()
            .text("ddl", ddl)
            .text("dialect", dialect.as_str())
            .finish();
        self.cache.schema(&key, read).await.map_err(schema_error)
    }

    /// The schema of a configured database, from the cache while it has not changed.
    pub(super) async fn schema_of(self: &Arc<Self>, name: &str) -> Result<Arc<KnownSchema>, AskError> {
        let stamp = self.databases.stamp(name).await.map_err(schema_error)?;
        let key = super::cache::KeyBuilder::new()
            .text("database", name)
            .bytes("stamp", stamp.as_bytes())
            .finish();
        let (snapshot, name) = (Arc::clone(self), name.to_owned());
        let read = move || async move { snapshot.databases.schema(&name).await };
        self.cache.schema(&key, read).await.map_err(schema_error)
    }
}
