//! Reads schemas and sample values, tries statements and runs previews, read-only; the only room that opens databases.

mod address;
mod connection;
mod failure;
mod mysql;
mod postgres;
mod preview;
mod privacy;
mod rows;
mod sampling;
mod session;
mod source;
mod sqlite;
mod stamp;
mod thinned;
mod ways;

use std::collections::BTreeMap;
use std::sync::Arc;

use nl2sql::{Aliases, Dialect, Schema};
use profiling::contention::Mutex;

use crate::config::{self, Config, DatabasePool};
use crate::telemetry::Metrics;
use source::{Source, Version};

pub use address::check;
pub use connection::Connection;
pub use preview::{Cell, Limits, Preview, PreviewColumn};
pub use rows::{RowLimits, RowsError, sqlite_rows};
pub use source::read_statements;
pub use stamp::Stamp;
pub use thinned::thinned_copy;

/// Most tables that are read.
const MAX_TABLES: u32 = 5_000;

/// The tables of a database, and what to know about how they were read.
#[derive(Debug, Clone)]
pub struct KnownSchema {
    /// The tables.
    pub schema: Arc<Schema>,
    /// The dialect of the database.
    pub dialect: Dialect,
    /// What could not be read, for the asker.
    pub warnings: Vec<String>,
    /// Other words for its tables and columns.
    pub aliases: Arc<Aliases>,
}

impl KnownSchema {
    fn called(mut self, database: &str, aliases: &Aliases) -> KnownSchema {
        let unknown = aliases.iter().filter(|(_, name)| !self.schema.has(name));
        self.warnings.extend(unknown.map(|(said, name)| {
            format!(
                "databases.{database}.aliases: {said:?} stands for {name:?}, which the schema does not have"
            )
        }));
        self.aliases = Arc::new(aliases.clone());
        self
    }
}

/// Why a schema could not be read. The text is for the asker and names no file of a configured database.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SchemaError {
    /// No such file.
    #[error("the database {name} does not exist; check its path")]
    Missing {
        /// How the asker calls it.
        name: String,
    },
    /// The file is something else.
    #[error("{name} is not an SQLite database: {reason}")]
    NotADatabase {
        /// How the asker calls it.
        name: String,
        /// What it is.
        reason: String,
    },
    /// Another program holds it.
    #[error(
        "the database {name} is locked by another program and did not come free within {seconds} s; try again"
    )]
    Locked {
        /// How the asker calls it.
        name: String,
        /// How long was waited.
        seconds: u64,
    },
    /// Reading took too long.
    #[error(
        "the database {name} did not answer within {seconds} s (databases.*.timeout), and was not waited for any longer"
    )]
    Slow {
        /// How the asker calls it.
        name: String,
        /// How long was waited.
        seconds: f64,
    },
    /// There is no connection to its server, or it was lost.
    #[error("the database {name} cannot be reached: {reason}")]
    Unreachable {
        /// How the asker calls it.
        name: String,
        /// What the system or the server says.
        reason: String,
    },
    /// Its server does not let this user in, or not read.
    #[error(
        "the database {name} refuses: {reason}; its user, password and rights are in databases.*.dsn and on the server"
    )]
    Denied {
        /// How the asker calls it.
        name: String,
        /// What the server says.
        reason: String,
    },
    /// It is there and cannot be read.
    #[error("the schema of {name} cannot be read: {reason}")]
    Unreadable {
        /// How the asker calls it.
        name: String,
        /// What the system says.
        reason: String,
    },
    /// The connection string cannot be read.
    #[error("the connection to {name} cannot be read: {reason}")]
    NoAddress {
        /// How the asker calls it.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No database of that name is configured.
    #[error("no database is configured under the name {name:?}; {known}")]
    NotConfigured {
        /// The name asked for.
        name: String,
        /// Which ones there are.
        known: String,
    },
}

/// Why a database did not take a statement.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TrialError {
    /// The statement is wrong for it, in its own words.
    #[error("{0}")]
    Wrong(String),
    /// It could not be asked.
    #[error(transparent)]
    Unasked(#[from] SchemaError),
}

/// The configured databases.
#[derive(Debug, Default)]
pub struct Databases {
    configured: BTreeMap<String, Configured>,
    /// For those that the command line names.
    pool: DatabasePool,
    metrics: Option<Arc<Metrics>>,
    /// By source: what was read for the command line, and the state of the file that it was read from.
    read: Mutex<BTreeMap<String, (Version, Opened)>>,
}

/// One configured database.
#[derive(Debug)]
struct Configured {
    database: config::Database,
    /// What its settings say, without what it holds.
    settings: Stamp,
    /// Where its schema comes from; why that cannot be told, else.
    source: Result<Source, SchemaError>,
}

/// What a path or URL leads to.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Its tables.
    pub known: KnownSchema,
    /// The database itself; `None` for a file with statements.
    pub connection: Option<Arc<Connection>>,
}

/// The name of the database that is used when a question names none.
pub const DEFAULT: &str = "default";

impl Databases {
    /// From a checked config. Nothing is opened yet. Connections of `before` to databases whose settings are the same
    /// are taken over.
    pub fn new(config: &Config, before: Option<&Databases>, metrics: Arc<Metrics>) -> Databases {
        let pool = config.performance.connection_pools.databases.clone();
        let before = before.filter(|before| before.pool == pool);
        let configured = config.databases.iter().map(|(name, database)| {
            let settings = Stamp::of_settings(database);
            let same = before
                .and_then(|before| before.configured.get(name))
                .filter(|known| known.settings == settings);
            let source = match same {
                Some(known) => known.source.clone(),
                None => Source::of(name, database, &pool, Some(Arc::clone(&metrics))),
            };
            let configured = Configured {
                database: database.clone(),
                settings,
                source,
            };
            (name.clone(), configured)
        });
        Databases {
            configured: configured.collect(),
            pool: pool.clone(),
            metrics: Some(metrics),
            read: Mutex::default(),
        }
    }

    /// The database that is meant: the one that is named, else the one for questions that name none, where it is
    /// configured.
    pub fn meant<'n>(&self, named: Option<&'n str>) -> Option<&'n str> {
        named.or_else(|| self.configured.contains_key(DEFAULT).then_some(DEFAULT))
    }

    /// The schema of a configured database, read anew. Whoever keeps it takes [`Databases::stamp`] before.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub async fn schema(&self, name: &str) -> Result<KnownSchema, SchemaError> {
        let configured = self.find(name)?;
        let known = configured.source.clone()?.read(name).await?;
        Ok(known.called(name, &configured.database.aliases))
    }

    /// What the schema of a configured database depends on: its settings, and the state of the file that it is read from
    /// (for SQLite with its write-ahead log), or what a server's catalogue says. While it is the same, so is the schema.
    /// Looks at the file; a server is asked the first time, and then behind the questions.
    ///
    /// # Errors
    /// Why a server cannot be asked the first time.
    pub async fn stamp(&self, name: &str) -> Result<Stamp, SchemaError> {
        let configured = self.find(name)?;
        let source = configured.source.clone()?;
        configured.settings.clone().with(&source).await
    }

    /// A configured database that can be asked; `None` where only statements say what is in it.
    pub fn connection(&self, name: &str) -> Option<Arc<Connection>> {
        match self.configured.get(name)?.source.as_ref() {
            Ok(Source::Connection(connection)) => Some(Arc::clone(connection)),
            _ => None,
        }
    }

    /// The settings of a configured database.
    pub fn settings(&self, name: &str) -> Option<&config::Database> {
        Some(&self.configured.get(name)?.database)
    }

    fn find(&self, name: &str) -> Result<&Configured, SchemaError> {
        self.configured.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.configured.keys().map(String::as_str).collect();
            SchemaError::NotConfigured {
                name: name.into(),
                known: if names.is_empty() {
                    "none is: add it under databases".to_owned()
                } else {
                    format!("there are: {}", names.join(", "))
                },
            }
        })
    }

    /// What a path or URL leads to that the person at the command line gave.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub async fn open(&self, path_or_url: &str) -> Result<Opened, SchemaError> {
        let (name, source) = Source::parse(path_or_url, &self.pool, self.metrics.clone())?;
        let version = source.version();
        if let Some((read_at, opened)) = self.lock().get(path_or_url)
            && *read_at == version
        {
            return Ok(opened.clone());
        }
        let opened = Opened {
            known: source.read(&name).await?,
            connection: match source {
                Source::Connection(connection) => Some(connection),
                _ => None,
            },
        };
        self.lock()
            .insert(path_or_url.to_owned(), (version, opened.clone()));
        Ok(opened)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, (Version, Opened)>> {
        self.read
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
