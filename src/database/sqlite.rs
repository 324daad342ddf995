//! Reads tables, keys and sample values of an SQLite file, which is opened read-only.

use std::path::Path;
use std::time::Duration;

use nl2sql::{Column, ColumnKind, ForeignKey, Schema, Table};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Row};

use super::SchemaError;

/// Longest wait for another program's lock.
const LOCK_WAIT: Duration = Duration::from_secs(2);
/// Longest time for reading one schema.
const READ_LIMIT: Duration = Duration::from_secs(20);
/// Most tables that are read.
const MAX_TABLES: i64 = 5_000;
/// Rows looked at for the sample values of a column.
const SAMPLED_ROWS: i64 = 10_000;
/// Most sample values of one column.
const MAX_SAMPLES: i64 = 100;
/// Longest sample value, characters.
const MAX_SAMPLE_LENGTH: i64 = 64;
/// Largest schema, in columns, for which values are sampled.
const MAX_SAMPLED_COLUMNS: usize = 2_000;

/// Reads the schema of the file. `name` is how messages call it.
pub(super) async fn read(name: &str, path: &Path) -> Result<Schema, SchemaError> {
    let facts = tokio::fs::metadata(path)
        .await
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => SchemaError::Missing { name: name.into() },
            _ => SchemaError::Unreadable {
                name: name.into(),
                reason: error.to_string(),
            },
        })?;
    if facts.is_dir() {
        return Err(SchemaError::NotADatabase {
            name: name.into(),
            reason: "it is a folder".into(),
        });
    }
    if facts.len() == 0 {
        return Err(SchemaError::NotADatabase {
            name: name.into(),
            reason: "it is empty".into(),
        });
    }
    match tokio::time::timeout(READ_LIMIT, read_tables(path)).await {
        Ok(Ok(schema)) if schema.is_empty() => Err(SchemaError::Unreadable {
            name: name.into(),
            reason: "it has no tables".into(),
        }),
        Ok(outcome) => outcome.map_err(|error| explain(name, &error)),
        Err(_) => Err(SchemaError::Slow {
            name: name.into(),
            seconds: READ_LIMIT.as_secs(),
        }),
    }
}

/// SQLite's primary result codes are the low byte: <https://www.sqlite.org/rescode.html>.
fn explain(name: &str, error: &sqlx::Error) -> SchemaError {
    const BUSY: i64 = 5;
    const LOCKED: i64 = 6;
    const NOT_A_DATABASE: i64 = 26;
    const CORRUPT: i64 = 11;
    let name = name.to_owned();
    let code = error
        .as_database_error()
        .and_then(|database| database.code())
        .and_then(|code| code.parse::<i64>().ok())
        .map(|code| code & 0xff);
    match code {
        Some(BUSY | LOCKED) => SchemaError::Locked {
            name,
            seconds: LOCK_WAIT.as_secs(),
        },
        Some(NOT_A_DATABASE) => SchemaError::NotADatabase {
            name,
            reason: "the file does not begin as one, or it is encrypted".into(),
        },
        Some(CORRUPT) => SchemaError::NotADatabase {
            name,
            reason: "the file is damaged".into(),
        },
        _ => SchemaError::Unreadable {
            name,
            reason: error
                .as_database_error()
                .map_or_else(|| error.to_string(), |e| e.message().to_owned()),
        },
    }
}

async fn read_tables(path: &Path) -> Result<Schema, sqlx::Error> {
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .create_if_missing(false)
        .busy_timeout(LOCK_WAIT)
        .pragma("query_only", "ON")
        .pragma("trusted_schema", "OFF")
        .disable_statement_logging()
        .connect()
        .await?;
    let listed = sqlx::query(
        "SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         ORDER BY rowid LIMIT ?",
    )
    .bind(MAX_TABLES)
    .fetch_all(&mut connection)
    .await?;
    let mut schema = Schema::default();
    let mut stored = Vec::new();
    for row in listed {
        let table: String = row.try_get(0)?;
        stored.push(row.try_get::<String, _>(1)? == "table");
        schema.tables.push(read_table(&mut connection, table).await?);
    }
    let columns: usize = schema.tables.iter().map(|table| table.columns.len()).sum();
    if columns <= MAX_SAMPLED_COLUMNS {
        for (table, is_stored) in schema.tables.iter_mut().zip(stored) {
            // A view may compute for hours; its columns mostly come from tables that are sampled.
            if is_stored {
                sample(&mut connection, table).await?;
            }
        }
    }
    connection.close().await?;
    Ok(schema)
}

async fn read_table(connection: &mut SqliteConnection, name: String) -> Result<Table, sqlx::Error> {
    let mut table = Table {
        name,
        ..Table::default()
    };
    // Hidden columns (2 and 3 are generated ones) of virtual tables are no columns to ask for.
    let columns = sqlx::query(
        "SELECT name, type, \"notnull\", pk FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid",
    )
    .bind(&table.name)
    .fetch_all(&mut *connection)
    .await?;
    let mut key: Vec<(i64, String)> = Vec::new();
    for row in columns {
        let name: String = row.try_get(0)?;
        let type_name: String = row.try_get::<Option<String>, _>(1)?.unwrap_or_default();
        let position: i64 = row.try_get(3)?;
        let mut column = Column::new(name, &*type_name, ColumnKind::from_type_name(&type_name));
        column.nullable = row.try_get::<i64, _>(2)? == 0 && position == 0;
        if position > 0 {
            key.push((position, column.name.clone()));
        }
        table.columns.push(column);
    }
    key.sort();
    table.primary_key = key.into_iter().map(|(_, name)| name).collect();
    read_unique(connection, &mut table).await?;
    read_foreign_keys(connection, &mut table).await?;
    Ok(table)
}

async fn read_unique(connection: &mut SqliteConnection, table: &mut Table) -> Result<(), sqlx::Error> {
    let single = sqlx::query(
        "SELECT min(info.name) FROM pragma_index_list(?) AS list, pragma_index_info(list.name) AS info \
         WHERE list.\"unique\" = 1 AND list.partial = 0 GROUP BY list.name HAVING count(*) = 1",
    )
    .bind(&table.name)
    .fetch_all(&mut *connection)
    .await?;
    let mut unique: Vec<String> = Vec::new();
    for row in single {
        // An index over an expression has no column name.
        unique.extend(row.try_get::<Option<String>, _>(0)?);
    }
    if let [only] = table.primary_key.as_slice() {
        unique.push(only.clone());
    }
    for column in &mut table.columns {
        column.unique = unique.contains(&column.name);
    }
    Ok(())
}

async fn read_foreign_keys(connection: &mut SqliteConnection, table: &mut Table) -> Result<(), sqlx::Error> {
    let rows = sqlx::query(
        "SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(?) ORDER BY id, seq",
    )
    .bind(&table.name)
    .fetch_all(&mut *connection)
    .await?;
    let mut current = None;
    for row in rows {
        let id: i64 = row.try_get(0)?;
        if current != Some(id) {
            current = Some(id);
            table.foreign_keys.push(ForeignKey {
                columns: Vec::new(),
                table: row.try_get(1)?,
                references: Vec::new(),
            });
        }
        if let Some(key) = table.foreign_keys.last_mut() {
            key.columns.push(row.try_get(2)?);
            key.references.extend(row.try_get::<Option<String>, _>(3)?);
        }
    }
    Ok(())
}

/// Takes a few distinct values of text columns: what a question says ("in Paris") can then be found.
async fn sample(connection: &mut SqliteConnection, table: &mut Table) -> Result<(), sqlx::Error> {
    let table_name = quoted(&table.name);
    for column in &mut table.columns {
        if !matches!(column.kind, ColumnKind::Text | ColumnKind::Other) || looks_secret(&column.name) {
            continue;
        }
        let name = quoted(&column.name);
        // Identifiers cannot be bound; both are quoted.
        let statement = sqlx::AssertSqlSafe(format!(
            "SELECT DISTINCT value FROM (SELECT {name} AS value FROM {table_name} LIMIT {SAMPLED_ROWS}) \
             WHERE typeof(value) = 'text' AND length(value) BETWEEN 1 AND {MAX_SAMPLE_LENGTH} \
             ORDER BY value LIMIT {MAX_SAMPLES}"
        ));
        for row in sqlx::query(statement).fetch_all(&mut *connection).await? {
            // Text that is not UTF-8 is no word of a question.
            if let Ok(value) = row.try_get::<String, _>(0) {
                column.samples.push(value);
            }
        }
    }
    Ok(())
}

/// Whether a column's name says that its values are nobody's business.
fn looks_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "password",
        "passwd",
        "secret",
        "token",
        "api_key",
        "apikey",
        "hash",
        "salt",
        "private_key",
    ]
    .iter()
    .any(|part| name.contains(part))
}

fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}
