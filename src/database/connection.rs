//! One database that can be asked: its schema, whether it takes a statement, and the first rows of one.

mod reading;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::BoxFuture;
use nl2sql::Dialect;
use profiling::contention::Mutex;
use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::{MySql, Postgres};
use tokio::time::Instant;

use super::address::Address;
use super::failure::Failure;
use super::preview::{Limits, Preview};
use super::privacy::Privacy;
use super::sampling;
use super::session::Server;
use super::sqlite::Open;
use super::ways::Ways;
use super::{KnownSchema, SchemaError, TrialError, sqlite};
use crate::config::{self, DatabasePool};
use crate::telemetry::trace::{Kind, Span};
use crate::telemetry::{DatabaseOperation, DatabaseResult, Metrics};

/// Longest time for reading one schema, its values not counted.
const READ_LIMIT: Duration = Duration::from_secs(20);
/// Time that a server's own limit of a statement has before the connection is given up.
const GRACE: Duration = Duration::from_millis(500);

/// One database. Nothing is connected to before it is first asked.
pub struct Connection {
    /// How messages and spans call it.
    name: String,
    place: Place,
    privacy: Privacy,
    settings: Settings,
    metrics: Option<Arc<Metrics>>,
    /// What a server's schema was like, and when that was looked at.
    seen: Mutex<Option<Seen>>,
    /// Whether somebody is looking at it now.
    is_looking: AtomicBool,
}

/// What holds for everything that is asked of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Settings {
    samples: bool,
    timeout: Duration,
    refresh_interval: Duration,
}

enum Place {
    Sqlite(PathBuf),
    Postgres(Lazy<Postgres, PgConnectOptions>),
    MySql(Lazy<MySql, MySqlConnectOptions>),
}

/// A server whose pool is made inside the runtime, when it is first used.
struct Lazy<DB: sqlx::Database, O> {
    options: Box<O>,
    limits: DatabasePool,
    metrics: Option<Arc<Metrics>>,
    server: OnceLock<Server<DB>>,
}

impl<DB, O> Lazy<DB, O>
where
    DB: sqlx::Database,
    DB::Connection: sqlx::Connection<Options = O>,
    O: Clone,
{
    fn new(options: Box<O>, limits: &DatabasePool, metrics: Option<&Arc<Metrics>>) -> Lazy<DB, O> {
        Lazy {
            options,
            limits: limits.clone(),
            metrics: metrics.cloned(),
            server: OnceLock::new(),
        }
    }

    fn get(&self) -> &Server<DB> {
        self.server
            .get_or_init(|| Server::new((*self.options).clone(), &self.limits, self.metrics.clone()))
    }
}

/// Somebody looks at a schema until this is dropped, also when the question that asked for it goes away.
struct Looking<'a>(&'a AtomicBool);

impl Looking<'_> {
    /// `None` while somebody else does.
    fn begin(is_looking: &AtomicBool) -> Option<Looking<'_>> {
        let is_first = !is_looking.swap(true, Ordering::AcqRel);
        is_first.then_some(Looking(is_looking))
    }
}

impl Drop for Looking<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

#[derive(Debug, Clone)]
struct Seen {
    version: String,
    at: Instant,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Options hold passwords.
        f.debug_struct("Connection")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// A database at that address. `name` is how messages call it.
    pub(super) fn new(
        name: &str,
        address: Address,
        settings: &config::Database,
        limits: &DatabasePool,
        metrics: Option<Arc<Metrics>>,
    ) -> Connection {
        let place = match address {
            Address::Sqlite(path) => Place::Sqlite(path),
            Address::Postgres(options) => Place::Postgres(Lazy::new(options, limits, metrics.as_ref())),
            Address::MySql(options) => Place::MySql(Lazy::new(options, limits, metrics.as_ref())),
        };
        Connection {
            name: name.to_owned(),
            place,
            privacy: Privacy::except(&settings.sample_columns),
            settings: Settings {
                samples: settings.sample_values,
                timeout: settings.timeout,
                refresh_interval: settings.refresh_interval,
            },
            metrics,
            seen: Mutex::default(),
            is_looking: AtomicBool::new(false),
        }
    }

    /// How messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The dialect that it takes.
    pub fn dialect(&self) -> Dialect {
        match self.place {
            Place::Sqlite(_) => Dialect::Sqlite,
            Place::Postgres(_) => Dialect::PostgreSql,
            Place::MySql(_) => Dialect::MySql,
        }
    }

    /// The file, if it is one.
    pub(super) fn file(&self) -> Option<&PathBuf> {
        match &self.place {
            Place::Sqlite(path) => Some(path),
            _ => None,
        }
    }

    /// Reads tables, keys and values.
    pub(super) async fn read(&self) -> Result<KnownSchema, SchemaError> {
        if let Place::Sqlite(path) = &self.place {
            sqlite::look_at(&self.name, path).await?;
        }
        let mut warnings = Vec::new();
        let reading = self.timed(
            DatabaseOperation::Schema,
            Box::pin(async {
                let work = async {
                    match &self.place {
                        Place::Sqlite(path) => self.read_sqlite(path, &mut warnings).await,
                        Place::Postgres(lazy) => self.read_server(lazy.get(), &mut warnings).await,
                        Place::MySql(lazy) => self.read_server(lazy.get(), &mut warnings).await,
                    }
                };
                within(READ_LIMIT + sampling::TIME, Box::pin(work)).await
            }),
        );
        let schema = reading
            .await
            .map_err(|failure| self.schema_error(failure, READ_LIMIT))??;
        if schema.is_empty() {
            return Err(SchemaError::Unreadable {
                name: self.name.clone(),
                reason: match self.place {
                    Place::Sqlite(_) => "it has no tables".into(),
                    _ => "it has no tables that this user may read".into(),
                },
            });
        }
        Ok(KnownSchema {
            schema: Arc::new(schema),
            dialect: self.dialect(),
            warnings,
            aliases: Arc::default(),
        })
    }

    /// What a server's schema is like, as a few bytes that change with it. What was seen lately is given at once; when it
    /// is older than `refresh_interval`, somebody looks again meanwhile.
    pub(super) async fn version(self: &Arc<Self>) -> Result<String, SchemaError> {
        let seen = self.lock().clone();
        match seen {
            Some(seen) => {
                if seen.at.elapsed() >= self.settings.refresh_interval {
                    self.look_behind();
                }
                Ok(seen.version)
            }
            None => self.look().await,
        }
    }

    /// Looks at the schema now; tells whether it differs from what was seen before. While somebody is looking, nobody else
    /// does: many questions that are refused at once would each cost the server a look.
    pub async fn has_changed(&self) -> bool {
        let Some(_looking) = Looking::begin(&self.is_looking) else {
            return false;
        };
        let before = self.lock().as_ref().map(|seen| seen.version.clone());
        match self.look().await {
            Ok(now) => before.is_some_and(|before| before != now),
            Err(_) => false,
        }
    }

    fn look_behind(self: &Arc<Self>) {
        if self.is_looking.load(Ordering::Acquire) {
            return;
        }
        let connection = Arc::clone(self);
        drop(profiling::tasks::spawn(
            "look whether a schema has changed",
            async move {
                // Another may have begun meanwhile.
                let Some(_looking) = Looking::begin(&connection.is_looking) else {
                    return;
                };
                if let Err(error) = connection.look().await {
                    tracing::warn!(database = %connection.name, %error, "what is known of the schema may be old");
                    // Not again with the next question.
                    if let Some(seen) = connection.lock().as_mut() {
                        seen.at = Instant::now();
                    }
                }
            },
        ));
    }

    async fn look(&self) -> Result<String, SchemaError> {
        let limit = self.settings.timeout;
        let looked = self.timed(
            DatabaseOperation::Look,
            Box::pin(async {
                match &self.place {
                    Place::Sqlite(_) => Ok(String::new()),
                    Place::Postgres(lazy) => version_of(lazy.get(), limit).await,
                    Place::MySql(lazy) => version_of(lazy.get(), limit).await,
                }
            }),
        );
        let version = looked
            .await
            .map_err(|failure| self.schema_error(failure, limit))?;
        self.look_again_at(version.clone());
        Ok(version)
    }

    fn look_again_at(&self, version: String) {
        let mut seen = self.lock();
        if seen.as_ref().is_some_and(|seen| seen.version != version) {
            tracing::info!(database = %self.name, "the schema has changed");
        }
        *seen = Some(Seen {
            version,
            at: Instant::now(),
        });
    }

    /// Whether the database takes the statement, by its EXPLAIN: it is parsed, bound and planned, and not run.
    ///
    /// # Errors
    /// [`TrialError::Wrong`] in the database's own words; [`TrialError::Unasked`] when it could not be asked.
    pub async fn explain(&self, sql: &str) -> Result<(), TrialError> {
        let limit = self.settings.timeout;
        let explained = self.timed(
            DatabaseOperation::Explain,
            Box::pin(async {
                match &self.place {
                    Place::Sqlite(path) => {
                        let work = async { Open::new(path, limit).await?.explain(sql).await };
                        within(limit, Box::pin(work)).await
                    }
                    Place::Postgres(lazy) => explained_by(lazy.get(), sql, limit).await,
                    Place::MySql(lazy) => explained_by(lazy.get(), sql, limit).await,
                }
            }),
        );
        explained
            .await
            .map_err(|failure| self.trial_error(failure, limit))
    }

    /// The first rows of the statement, which has to be checked SQL: it is run.
    ///
    /// # Errors
    /// As for [`Connection::explain`].
    pub async fn rows(&self, sql: &str, limits: Limits) -> Result<Preview, TrialError> {
        let limit = limits.time;
        let shown = self.timed(
            DatabaseOperation::Preview,
            Box::pin(async {
                match &self.place {
                    Place::Sqlite(path) => {
                        let work = async { Open::new(path, limit).await?.rows(sql, limits).await };
                        within(limit, Box::pin(work)).await
                    }
                    Place::Postgres(lazy) => rows_of(lazy.get(), sql, limits).await,
                    Place::MySql(lazy) => rows_of(lazy.get(), sql, limits).await,
                }
            }),
        );
        shown.await.map_err(|failure| self.trial_error(failure, limit))
    }

    /// Does it with a span and figures.
    async fn timed<T>(
        &self,
        operation: DatabaseOperation,
        work: BoxFuture<'_, Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let mut span = Span::start(operation.sentence(), Kind::Client);
        if span.is_recorded() {
            // <https://opentelemetry.io/docs/specs/semconv/database/database-spans/>
            span.set("db.system.name", self.system());
            span.set("db.operation.name", operation.sentence());
            span.set("db.namespace", self.name.clone());
        }
        let started = Instant::now();
        let outcome = span.around(work).await;
        let result = outcome.as_ref().err().map_or(DatabaseResult::Ok, Failure::result);
        if let Err(failure) = &outcome {
            span.fail(failure.result().word());
        }
        if let Some(metrics) = &self.metrics {
            metrics.database_asked(operation, result, started.elapsed());
        }
        outcome
    }

    /// The conventions' name of the system.
    fn system(&self) -> &'static str {
        self.dialect().as_str()
    }

    fn trial_error(&self, failure: Failure, limit: Duration) -> TrialError {
        match failure {
            Failure::Wrong(words) => TrialError::Wrong(words),
            other => TrialError::Unasked(self.schema_error(other, limit)),
        }
    }

    fn schema_error(&self, failure: Failure, limit: Duration) -> SchemaError {
        let name = self.name.clone();
        match failure {
            Failure::Slow => SchemaError::Slow {
                name,
                seconds: limit.as_secs_f64(),
            },
            Failure::Denied(reason) => SchemaError::Denied { name, reason },
            Failure::Unreachable(reason) => SchemaError::Unreachable { name, reason },
            Failure::Wrong(reason) | Failure::Other(reason) => SchemaError::Unreadable { name, reason },
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Seen>> {
        self.seen
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

async fn version_of<DB: Ways>(server: &Server<DB>, limit: Duration) -> Result<String, Failure> {
    let mut session = server.session(limit).await?;
    let work = async {
        DB::begin(&mut session, limit).await?;
        let version = DB::version(session.get()?).await?;
        DB::end(session).await.map(|()| version)
    };
    within(limit, Box::pin(work)).await
}

async fn explained_by<DB: Ways>(server: &Server<DB>, sql: &str, limit: Duration) -> Result<(), Failure> {
    let mut session = server.session(limit).await?;
    let work = async {
        DB::begin(&mut session, limit).await?;
        let outcome = DB::explain(session.get()?, sql).await;
        // What was wrong with the statement is told before what may be wrong with the end.
        let end = DB::end(session).await;
        outcome.and(end)
    };
    within(limit, Box::pin(work)).await
}

async fn rows_of<DB: Ways>(server: &Server<DB>, sql: &str, limits: Limits) -> Result<Preview, Failure> {
    let mut session = server.session(limits.time).await?;
    let work = async {
        DB::begin(&mut session, limits.time).await?;
        let outcome = DB::rows(session.get()?, sql, limits).await;
        // What was set for the rows, or is still to come, makes some connections of no use for others: those are closed.
        if DB::IS_KEPT_AFTER_ROWS {
            let end = DB::end(session).await;
            return outcome.and_then(|preview| end.map(|()| preview));
        }
        outcome
    };
    within(limits.time, Box::pin(work)).await
}

/// Does it within the limit, from when there is a connection on. The server has a limit of its own; this one is for a
/// server that does not answer any more.
async fn within<T>(limit: Duration, work: BoxFuture<'_, Result<T, Failure>>) -> Result<T, Failure> {
    let outcome = tokio::time::timeout(limit + GRACE, work).await;
    outcome.unwrap_or(Err(Failure::Slow))
}
