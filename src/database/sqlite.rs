//! SQLite: the tables, keys and values of a file, its EXPLAIN and its rows. The file is opened read-only each time, which
//! takes less than a millisecond, so a file that is exchanged is never read from what it was.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use nl2sql::{Column, ColumnKind, Dialect, ForeignKey, Schema, Table};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, Row, TypeInfo, ValueRef};

use super::failure::Failure;
use super::preview::{Cell, Limits, Preview, number};
use super::privacy::Privacy;
use super::sampling;
use super::{MAX_TABLES, SchemaError};

/// Longest wait for another program's lock.
const LOCK_WAIT: Duration = Duration::from_secs(2);
/// Steps of SQLite's machine between two looks at the clock: some tens of microseconds.
const STEPS: i32 = 4_000;

/// Whether there is a database in the file at all.
///
/// # Errors
/// What there is instead.
pub(super) async fn look_at(name: &str, path: &Path) -> Result<(), SchemaError> {
    let facts = tokio::fs::metadata(path)
        .await
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => SchemaError::Missing { name: name.into() },
            _ => SchemaError::Unreadable {
                name: name.into(),
                reason: error.to_string(),
            },
        })?;
    let is_instead = |reason: &str| SchemaError::NotADatabase {
        name: name.into(),
        reason: reason.into(),
    };
    if facts.is_dir() {
        return Err(is_instead("it is a folder"));
    }
    if facts.len() == 0 {
        return Err(is_instead("it is empty"));
    }
    Ok(())
}

/// SQLite's primary result codes are the low byte: <https://www.sqlite.org/rescode.html>.
pub(super) fn explained(name: &str, error: &sqlx::Error) -> Option<SchemaError> {
    const BUSY: i64 = 5;
    const LOCKED: i64 = 6;
    const NOT_A_DATABASE: i64 = 26;
    const CORRUPT: i64 = 11;
    let name = name.to_owned();
    let code = error.as_database_error()?.code()?.parse::<i64>().ok()? & 0xff;
    match code {
        BUSY | LOCKED => Some(SchemaError::Locked {
            name,
            seconds: LOCK_WAIT.as_secs(),
        }),
        NOT_A_DATABASE => Some(SchemaError::NotADatabase {
            name,
            reason: "the file does not begin as one, or it is encrypted".into(),
        }),
        CORRUPT => Some(SchemaError::NotADatabase {
            name,
            reason: "the file is damaged".into(),
        }),
        _ => None,
    }
}

/// An open file. A statement that is under way when it is dropped, or when the time is over, is interrupted.
pub(super) struct Open {
    connection: SqliteConnection,
    given_up: Arc<AtomicBool>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.given_up.store(true, Ordering::Relaxed);
    }
}

impl Open {
    /// Opens the file read-only for that long.
    pub(super) async fn new(path: &Path, limit: Duration) -> Result<Open, sqlx::Error> {
        let mut connection = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .create_if_missing(false)
            .busy_timeout(LOCK_WAIT.min(limit))
            .pragma("query_only", "ON")
            .pragma("trusted_schema", "OFF")
            .disable_statement_logging()
            .connect()
            .await?;
        let given_up = Arc::new(AtomicBool::new(false));
        let (end, over) = (Instant::now() + limit, Arc::clone(&given_up));
        connection
            .lock_handle()
            .await?
            .set_progress_handler(STEPS, move || {
                !over.load(Ordering::Relaxed) && Instant::now() < end
            });
        Ok(Open { connection, given_up })
    }

    /// Has queries give their rows in the opposite order where they ask for none.
    pub(super) async fn reverse(&mut self) -> Result<(), sqlx::Error> {
        let reversed = "PRAGMA reverse_unordered_selects = ON";
        self.connection.execute(reversed).await.map(drop)
    }

    /// Tables, columns and keys.
    pub(super) async fn read(&mut self) -> Result<Schema, sqlx::Error> {
        let listed = sqlx::query(
            "SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
             ORDER BY rowid LIMIT ?",
        )
        .bind(i64::from(MAX_TABLES))
        .fetch_all(&mut self.connection)
        .await?;
        let mut schema = Schema::default();
        for row in listed {
            let table: String = row.try_get(0)?;
            let mut table = read_table(&mut self.connection, table).await?;
            table.is_view = row.try_get::<String, _>(1)? == "view";
            schema.tables.push(table);
        }
        self.row_estimates(&mut schema).await?;
        Ok(schema)
    }

    /// What ANALYZE found, where it was ever run: the first number of an index is the number of rows
    /// (<https://www.sqlite.org/fileformat2.html#stat1tab>).
    async fn row_estimates(&mut self, schema: &mut Schema) -> Result<(), sqlx::Error> {
        let known = sqlx::query("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'")
            .fetch_optional(&mut self.connection)
            .await?;
        if known.is_none() {
            return Ok(());
        }
        let estimates = sqlx::query("SELECT tbl, max(CAST(stat AS INTEGER)) FROM sqlite_stat1 GROUP BY tbl")
            .fetch_all(&mut self.connection)
            .await?;
        for row in estimates {
            let (name, rows): (String, Option<i64>) = (row.try_get(0)?, row.try_get(1)?);
            if let Some(table) = schema.tables.iter_mut().find(|table| table.name == name) {
                table.rows = rows.and_then(|rows| u64::try_from(rows).ok());
            }
        }
        Ok(())
    }

    /// Values of text columns.
    pub(super) async fn sample(&mut self, schema: &mut Schema, privacy: &Privacy) -> Result<(), sqlx::Error> {
        // A view may compute for hours; its columns mostly come from tables that are looked into.
        for table in schema.tables.iter_mut().filter(|table| !table.is_view) {
            let mut values = Vec::new();
            for statement in sampling::statements(table, privacy, Dialect::Sqlite) {
                let statement = sqlx::query(AssertSqlSafe(statement));
                for row in statement.fetch_all(&mut self.connection).await? {
                    // Text that is not UTF-8 is no word of a question.
                    if let Ok(value) = row.try_get::<String, _>(1) {
                        values.push((row.try_get(0)?, value));
                    }
                }
            }
            sampling::keep(table, privacy, values);
        }
        Ok(())
    }

    /// Whether SQLite takes the statement.
    pub(super) async fn explain(&mut self, sql: &str) -> Result<(), Failure> {
        sqlx::query(AssertSqlSafe(format!("EXPLAIN {sql}")))
            .persistent(false)
            .fetch_all(&mut self.connection)
            .await?;
        Ok(())
    }

    /// The first rows.
    pub(super) async fn rows(&mut self, sql: &str, limits: Limits) -> Result<Preview, Failure> {
        let statement = AssertSqlSafe(sql.to_owned());
        let described = self
            .connection
            .prepare(sqlx::SqlSafeStr::into_sql_str(statement))
            .await?;
        let mut preview = Preview::new(limits);
        preview.describe(sqlx::Statement::columns(&described));
        let mut stream = sqlx::query(AssertSqlSafe(sql.to_owned()))
            .persistent(false)
            .fetch(&mut self.connection);
        while let Some(row) = stream.try_next().await? {
            if !preview.push_row(&row, cell)? {
                break;
            }
        }
        Ok(preview)
    }
}

fn cell(row: &SqliteRow, at: usize) -> Result<Cell, Failure> {
    let value = row.try_get_raw(at)?;
    if value.is_null() {
        return Ok(Cell::null());
    }
    // Each value has a type of its own here.
    let type_name = value.type_info().name().to_owned();
    Ok(match type_name.as_str() {
        "INTEGER" | "BOOLEAN" => number(row.try_get_unchecked::<i64, _>(at)?.to_string()),
        "REAL" => {
            let value: f64 = row.try_get_unchecked(at)?;
            let json = serde_json::Number::from_f64(value).map(serde_json::Value::Number);
            let text = json
                .as_ref()
                .map_or_else(|| value.to_string(), ToString::to_string);
            json.map_or_else(|| Cell::text(text.clone()), |json| Cell::new(text.clone(), json))
        }
        "BLOB" => Cell::bytes(row.try_get_unchecked::<&[u8], _>(at)?),
        _ => Cell::text(String::from_utf8_lossy(row.try_get_unchecked::<&[u8], _>(at)?).into_owned()),
    })
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
