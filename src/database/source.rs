//! Where a schema is read from: a database, a file with CREATE TABLE statements, or such statements themselves.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use nl2sql::Dialect;
use nl2sql::ddl::read_ddl;
use secrecy::ExposeSecret;

use super::address::Address;
use super::{Connection, KnownSchema, SchemaError};
use crate::config::{self, DatabasePool};
use crate::telemetry::{Metrics, trace};

/// Largest file of CREATE TABLE statements that is read, bytes.
const MAX_DDL_FILE: u64 = 16 * 1024 * 1024;

/// Where a schema is read from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// A database that can be asked.
    Connection(Arc<Connection>),
    /// A file with CREATE TABLE statements.
    DdlFile(PathBuf, Dialect),
    /// CREATE TABLE statements.
    Ddl(String, Dialect),
}

/// Age from which a file's time tells it from any later state.
const RESTED: Duration = Duration::from_millis(50);

/// The state of a source: when it differs, the source is read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version(Vec<Option<(SystemTime, u64)>>);

impl Version {
    /// Whether a file has been written to so lately that the next write could leave it with the same time: the kernel
    /// takes a file's time from a clock that stands still for some milliseconds.
    pub(super) fn is_fresh(&self, now: SystemTime) -> bool {
        self.0
            .iter()
            .flatten()
            .any(|(modified, _)| now.duration_since(*modified).is_ok_and(|age| age < RESTED))
    }

    /// The same as bytes.
    pub(super) fn write_to(&self, bytes: &mut Vec<u8>) {
        for state in &self.0 {
            let Some((modified, length)) = state else {
                bytes.push(0);
                continue;
            };
            let since = modified
                .duration_since(SystemTime::UNIX_EPOCH)
                .unwrap_or_default();
            bytes.push(1);
            bytes.extend(since.as_nanos().to_le_bytes());
            bytes.extend(length.to_le_bytes());
        }
    }
}

impl Source {
    /// Of a configured database: its CREATE TABLE statements if it has any, else the database itself.
    pub(super) fn of(
        name: &str,
        database: &config::Database,
        pool: &DatabasePool,
        metrics: Option<Arc<Metrics>>,
    ) -> Result<Source, SchemaError> {
        if let Some(ddl) = &database.schema_ddl {
            return Ok(Source::Ddl(ddl.clone(), database.driver));
        }
        if let Some(file) = &database.schema_file {
            return Ok(Source::DdlFile(file.clone(), database.driver));
        }
        let unreadable = |reason: String| SchemaError::NoAddress {
            name: name.into(),
            reason,
        };
        let dsn = database.dsn.as_ref();
        let dsn = dsn.ok_or_else(|| unreadable("there is none (databases.*.dsn)".into()))?;
        let address = Address::parse(dsn.expose_secret(), database.driver).map_err(unreadable)?;
        let connection = Connection::new(name, address, database, pool, metrics);
        Ok(Source::Connection(Arc::new(connection)))
    }

    /// Of a path or URL as a person types it, with what messages call it: `shop.sqlite`, `sqlite:///data/shop.db`,
    /// `schema.sql`, `postgres://user@host/shop`.
    pub(super) fn parse(
        path_or_url: &str,
        pool: &DatabasePool,
        metrics: Option<Arc<Metrics>>,
    ) -> Result<(String, Source), SchemaError> {
        let scheme = path_or_url.split_once("://").map(|(scheme, _)| scheme);
        // What follows a question mark may be a password, and names no file.
        let bare = path_or_url.split('?').next().unwrap_or_default();
        let (name, dialect) = match scheme.and_then(Dialect::parse) {
            // The URL may hold a password: it is not repeated.
            Some(dialect @ (Dialect::MySql | Dialect::PostgreSql)) => ("at the URL given", dialect),
            _ if path_or_url.to_ascii_lowercase().ends_with(".sql") => {
                return Ok((
                    bare.to_owned(),
                    Source::DdlFile(path_or_url.into(), Dialect::Sqlite),
                ));
            }
            _ => (bare, Dialect::Sqlite),
        };
        let address = Address::parse(path_or_url, dialect).map_err(|reason| SchemaError::NoAddress {
            name: "the database given".into(),
            reason,
        })?;
        let settings = config::Database::new(dialect);
        let connection = Connection::new(name, address, &settings, pool, metrics);
        Ok((name.to_owned(), Source::Connection(Arc::new(connection))))
    }

    /// The state of the source now. A write-ahead log counts: SQLite keeps new pages there first.
    pub(super) fn version(&self) -> Version {
        let state = |path: &Path| {
            let facts = std::fs::metadata(path).ok()?;
            Some((facts.modified().ok()?, facts.len()))
        };
        match self {
            Source::Connection(connection) => match connection.file() {
                Some(path) => {
                    let mut log = path.clone().into_os_string();
                    log.push("-wal");
                    Version(vec![state(path), state(Path::new(&log))])
                }
                None => Version(Vec::new()),
            },
            Source::DdlFile(path, _) => Version(vec![state(path)]),
            Source::Ddl(..) => Version(Vec::new()),
        }
    }

    /// Reads the schema. `name` is how messages call it.
    pub(super) async fn read(&self, name: &str) -> Result<KnownSchema, SchemaError> {
        match self {
            Source::Connection(connection) => connection.read().await,
            Source::DdlFile(path, dialect) => {
                read_statements(name, ddl_text(name, path).await?, *dialect).await
            }
            Source::Ddl(text, dialect) => read_statements(name, text.clone(), *dialect).await,
        }
    }
}

async fn ddl_text(name: &str, path: &Path) -> Result<String, SchemaError> {
    let unreadable = |reason: String| SchemaError::Unreadable {
        name: name.into(),
        reason,
    };
    let facts = tokio::fs::metadata(path)
        .await
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => SchemaError::Missing { name: name.into() },
            _ => unreadable(error.to_string()),
        })?;
    if !facts.is_file() {
        return Err(unreadable("it is not a regular file".into()));
    }
    if facts.len() > MAX_DDL_FILE {
        return Err(unreadable(format!(
            "it has {} bytes; at most {MAX_DDL_FILE} are read",
            facts.len()
        )));
    }
    let bytes = tokio::fs::read(path)
        .await
        .map_err(|error| unreadable(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| {
        unreadable(format!(
            "it is not UTF-8 from byte {} on",
            error.utf8_error().valid_up_to()
        ))
    })
}

/// Reads CREATE TABLE statements away from the runtime's workers: a large dump takes its time.
pub async fn read_statements(name: &str, text: String, dialect: Dialect) -> Result<KnownSchema, SchemaError> {
    let owner = name.to_owned();
    let reading = profiling::tasks::spawn_blocking(
        "read the statements of a schema",
        trace::carry(move || read_ddl(&text, dialect)),
    )
    .await
    .map_err(|failure| SchemaError::Unreadable {
        name: owner.clone(),
        reason: format!("reading it stopped: {failure}"),
    })?;
    let shown = 5;
    let mut warnings: Vec<String> = reading
        .problems
        .iter()
        .take(shown)
        .map(|problem| format!("{owner}: {problem}"))
        .collect();
    if reading.problems.len() > shown {
        warnings.push(format!(
            "{owner}: {} more statements could not be used",
            reading.problems.len() - shown
        ));
    }
    if reading.schema.is_empty() {
        return Err(SchemaError::Unreadable {
            name: owner,
            reason: match warnings.first() {
                Some(first) => format!("no table could be read; {first}"),
                None => "it holds no CREATE TABLE statement".into(),
            },
        });
    }
    Ok(KnownSchema {
        schema: Arc::new(reading.schema),
        dialect,
        warnings,
        aliases: Arc::default(),
    })
}
