//! `databases`: schemas that may be read, by name; and the Go plugin's one `database`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

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
    /// Whether values of text columns are read.
    pub sample_values: bool,
    /// Columns (`table.column`) of which values are read although they look personal.
    pub sample_columns: Vec<String>,
    /// Other words for its tables and columns.
    pub aliases: BTreeMap<String, String>,
    /// Whether the database itself is asked if it takes an answer.
    pub explain: Explain,
    /// Longest time for one statement.
    pub timeout: Duration,
    /// Time between two looks at whether the schema has changed.
    pub refresh_interval: Duration,
}

/// Whether a database is asked if it takes an answer, by its EXPLAIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Explain {
    /// No answer is given that the database has not taken.
    #[default]
    Required,
    /// When the database cannot be asked, the answer is given with a warning.
    Tried,
    /// It is not asked.
    Never,
}

impl Database {
    /// A database of which only the dialect is known.
    pub fn new(driver: Dialect) -> Database {
        WrittenDatabase {
            driver,
            ..WrittenDatabase::default()
        }
        .into()
    }
}

/// A database as files write it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct WrittenDatabase {
    /// Its dialect. Taken from `path` or the scheme of `dsn` when not given.
    #[serde(with = "kinds::dialect")]
    #[schemars(with = "DialectName", extend("x-inferred" = true))]
    driver: Dialect,
    /// Path of a SQLite file (another spelling of `dsn`).
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// Connection string; may hold a password: `postgres://user:password@host:5432/name`, `mysql://…`, what Go writes
    /// (`user:password@tcp(host:3306)/name`), what libpq writes (`host=… user=… dbname=…`), or the path or `file:` URL
    /// of a SQLite file. A role that may only read is enough, and best.
    #[serde(with = "kinds::secret", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Secret>")]
    dsn: Option<SecretString>,
    /// CREATE TABLE statements. Where they are given, nothing else is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    schema_ddl: Option<String>,
    /// File with CREATE TABLE statements. Where it is given, no connection is made. Must exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    schema_file: Option<PathBuf>,
    /// Whether values of text columns are read, so that "in Oslo" is found to be a city. They stay on this machine unless
    /// `ai.share_sample_values` is on.
    sample_values: bool,
    /// Columns of which values are read although their names or values look like secrets or personal data:
    /// `table.column`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sample_columns: Vec<String>,
    /// Other words that people use for tables and columns: `clients: customers`, `gmv: orders.total`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    aliases: BTreeMap<String, String>,
    /// Whether the database itself is asked, by EXPLAIN in a read-only transaction, if it takes an answer. `required`: no
    /// answer is given that it has not taken. `tried`: when it cannot be asked, the answer comes with a warning.
    explain: Explain,
    /// Longest time for one statement, and for a connection's first one.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "10ms", "x-max" = "10m"))]
    timeout: Duration,
    /// Time between two looks, behind the questions, at whether the schema has changed. SQLite files are looked at for
    /// each question.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1s"))]
    refresh_interval: Duration,
}

impl Default for WrittenDatabase {
    fn default() -> WrittenDatabase {
        WrittenDatabase {
            driver: Dialect::default(),
            path: None,
            dsn: None,
            schema_ddl: None,
            schema_file: None,
            sample_values: true,
            sample_columns: Vec::new(),
            aliases: BTreeMap::new(),
            explain: Explain::default(),
            timeout: Duration::from_secs(5),
            refresh_interval: Duration::from_secs(60),
        }
    }
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
            sample_values: written.sample_values,
            sample_columns: written.sample_columns,
            aliases: written.aliases,
            explain: written.explain,
            timeout: written.timeout,
            refresh_interval: written.refresh_interval,
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
            sample_values: database.sample_values,
            sample_columns: database.sample_columns,
            aliases: database.aliases,
            explain: database.explain,
            timeout: database.timeout,
            refresh_interval: database.refresh_interval,
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
