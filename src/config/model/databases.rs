//! `databases`: schemas that may be read, by name; and the Go plugin's one `database`.

use std::path::PathBuf;

use nl2sql::Dialect;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::config::kinds::{self, DialectName, MASK, Secret};
use crate::config::units::Time;

/// One database whose schema may be read.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "WrittenDatabase", into = "WrittenDatabase")]
pub struct Database {
    /// Its dialect.
    pub driver: Dialect,
    /// Connection string, or the path of a SQLite file; may hold a password.
    pub dsn: Option<SecretString>,
    /// DDL text given instead of, or beside, a connection.
    pub schema_ddl: Option<String>,
    /// File with DDL.
    pub schema_file: Option<PathBuf>,
}

/// A database as files write it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct WrittenDatabase {
    /// Its dialect. Taken from `path` or the scheme of `dsn` when not given.
    #[serde(with = "kinds::dialect")]
    #[schemars(with = "DialectName", extend("x-inferred" = true))]
    driver: Dialect,
    /// Path of a SQLite file (another spelling of `dsn`).
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// Connection string, or the path or `file:` URL of a SQLite file; may hold a password.
    #[serde(with = "kinds::secret", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Secret>")]
    dsn: Option<SecretString>,
    /// CREATE TABLE statements. Where they are given, nothing else is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    schema_ddl: Option<String>,
    /// File with CREATE TABLE statements. Where it is given, no connection is made. Must exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    schema_file: Option<PathBuf>,
}

impl JsonSchema for Database {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        WrittenDatabase::schema_name()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        WrittenDatabase::json_schema(generator)
    }
}

impl From<WrittenDatabase> for Database {
    fn from(written: WrittenDatabase) -> Database {
        Database {
            driver: written.driver,
            dsn: written.dsn.or(written.path.map(SecretString::from)),
            schema_ddl: written.schema_ddl,
            schema_file: written.schema_file,
        }
    }
}

impl From<Database> for WrittenDatabase {
    /// A plain file path is no secret, so it is written as `path`; anything else is written as `dsn`, masked.
    fn from(database: Database) -> WrittenDatabase {
        let is_plain_path = |dsn: &str| database.driver == Dialect::Sqlite && !dsn.contains(['?', '@']);
        let (path, dsn) = match database.dsn {
            Some(dsn) if is_plain_path(dsn.expose_secret()) => (Some(dsn.expose_secret().to_owned()), None),
            Some(_) => (None, Some(SecretString::from(MASK))),
            None => (None, None),
        };
        WrittenDatabase {
            driver: database.driver,
            path,
            dsn,
            schema_ddl: database.schema_ddl,
            schema_file: database.schema_file,
        }
    }
}

/// The Go plugin's one database.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct DatabaseBlock {
    /// Whether to read it as `databases.default`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Its dialect.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<DialectName>")]
    pub driver: Option<String>,
    /// Connection string; may hold a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dsn: Option<Secret>,
    /// Dialect of the answer when a question names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = ["mysql", "postgresql", "sqlite", "oracle", "sqlserver"]))]
    pub default_type: Option<String>,
    /// Most open connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_connections: Option<u32>,
    /// Most idle connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_idle: Option<u32>,
    /// Age at which a connection is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_lifetime: Option<Time>,
}
