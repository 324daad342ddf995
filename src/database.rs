//! Reads schemas and sample values, read-only; the only room that opens databases.

mod rows;
mod source;
mod sqlite;
mod stamp;

use std::collections::BTreeMap;
use std::sync::Arc;

use nl2sql::{Dialect, Schema};
use profiling::contention::Mutex;

use crate::config;
use source::Version;

pub use rows::{RowLimits, RowsError, sqlite_rows};
pub use source::{Source, read_statements};
pub use stamp::Stamp;

/// The tables of a database, and what to know about how they were read.
#[derive(Debug, Clone)]
pub struct KnownSchema {
    /// The tables.
    pub schema: Arc<Schema>,
    /// The dialect of the database.
    pub dialect: Dialect,
    /// What could not be read, for the asker.
    pub warnings: Vec<String>,
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
    #[error("reading the schema of {name} took longer than {seconds} s and was given up")]
    Slow {
        /// How the asker calls it.
        name: String,
        /// How long was waited.
        seconds: u64,
    },
    /// It is there and cannot be read.
    #[error("the schema of {name} cannot be read: {reason}")]
    Unreadable {
        /// How the asker calls it.
        name: String,
        /// What the system says.
        reason: String,
    },
    /// A kind of database that this version does not open.
    #[error(
        "{name} is a {dialect} database, which this version does not open; \
         give its CREATE TABLE statements instead (schema_ddl, schema_file or --schema)"
    )]
    NotOpened {
        /// How the asker calls it.
        name: String,
        /// Its dialect.
        dialect: Dialect,
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

/// The configured databases.
#[derive(Debug, Default)]
pub struct Databases {
    configured: BTreeMap<String, config::Database>,
    /// What the settings of each say, without what its file says.
    settings: BTreeMap<String, Stamp>,
    /// By source: what was read for the command line, and the state of the file that it was read from.
    read: Mutex<BTreeMap<Source, (Version, KnownSchema)>>,
}

/// The name of the database that is used when a question names none.
pub const DEFAULT: &str = "default";

impl Databases {
    /// From a checked config. Nothing is opened yet.
    pub fn new(configured: &BTreeMap<String, config::Database>) -> Databases {
        Databases {
            configured: configured.clone(),
            settings: configured
                .iter()
                .map(|(name, database)| (name.clone(), Stamp::of_settings(database)))
                .collect(),
            read: Mutex::default(),
        }
    }

    /// Whether a database is configured for questions that name none.
    pub fn has_default(&self) -> bool {
        self.configured.contains_key(DEFAULT)
    }

    /// The schema of a configured database, read anew. Whoever keeps it takes [`Databases::stamp`] before.
    pub async fn schema(&self, name: &str) -> Result<KnownSchema, SchemaError> {
        Source::of(name, self.find(name)?)?.read(name).await
    }

    /// What the schema of a configured database depends on: its settings, and the state of the file that it is read from
    /// (for SQLite with its write-ahead log). While it is the same, so is the schema. Looks at the file; cheap enough to
    /// be asked for each question.
    pub fn stamp(&self, name: &str) -> Result<Stamp, SchemaError> {
        let database = self.find(name)?;
        let settings = self.settings.get(name).cloned().unwrap_or_default();
        if database.schema_ddl.is_some() {
            return Ok(settings);
        }
        Ok(settings.with(&Source::of(name, database)?))
    }

    fn find(&self, name: &str) -> Result<&config::Database, SchemaError> {
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

    /// The schema behind a path or URL that the person at the command line gave.
    pub async fn schema_at(&self, path_or_url: &str) -> Result<KnownSchema, SchemaError> {
        // What follows a question mark may be a password, and names no file.
        let name = path_or_url.split('?').next().unwrap_or_default();
        self.read(name, &Source::parse(path_or_url)?).await
    }

    async fn read(&self, name: &str, source: &Source) -> Result<KnownSchema, SchemaError> {
        let version = source.version();
        if let Some((read_at, known)) = self.lock().get(source)
            && *read_at == version
        {
            return Ok(known.clone());
        }
        let known = source.read(name).await?;
        self.lock().insert(source.clone(), (version, known.clone()));
        Ok(known)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Source, (Version, KnownSchema)>> {
        self.read
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
