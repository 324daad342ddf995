//! Runs one query on an SQLite file that is opened read-only, within limits of time and rows.

use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use serde_json::{Number, Value};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, TypeInfo, ValueRef};

/// Longest wait for another program's lock.
const LOCK_WAIT: Duration = Duration::from_secs(2);

/// Instructions of SQLite's machine between two looks at the clock; a thousand take some microseconds.
const STEPS: i32 = 1_000;

/// How much a query may take.
#[derive(Debug, Clone, Copy)]
pub struct RowLimits {
    /// Longest time, for opening the file too.
    pub time: Duration,
    /// Most rows.
    pub rows: usize,
    /// Has SQLite give rows in the opposite order where the query asks for none: what differs then has no order of its own.
    pub reversed: bool,
}

/// Why there are no rows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowsError {
    /// It took too long.
    #[error("it ran longer than {0:?} and was stopped")]
    Slow(Duration),
    /// There are more rows than may be.
    #[error("it gives more than {0} rows")]
    Many(usize),
    /// SQLite refuses it, or the file.
    #[error("{0}")]
    Failed(String),
}

/// The rows of a query. Values of bytes are given as text.
///
/// # Errors
/// The query does not run, or not within the limits.
pub async fn sqlite_rows(path: &Path, sql: &str, limits: RowLimits) -> Result<Vec<Vec<Value>>, RowsError> {
    let until = Instant::now() + limits.time;
    let failed = |error: sqlx::Error| {
        if Instant::now() >= until {
            return RowsError::Slow(limits.time);
        }
        let told = error.as_database_error().map(|error| error.message().to_owned());
        RowsError::Failed(told.unwrap_or_else(|| error.to_string()))
    };
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .create_if_missing(false)
        .busy_timeout(LOCK_WAIT.min(limits.time))
        .pragma("query_only", "ON")
        .pragma("trusted_schema", "OFF")
        .pragma(
            "reverse_unordered_selects",
            if limits.reversed { "ON" } else { "OFF" },
        )
        .disable_statement_logging();
    let mut connection = options.connect().await.map_err(failed)?;
    // Waiting no longer would leave SQLite at work: it has to be stopped itself.
    let mut handle = connection.lock_handle().await.map_err(failed)?;
    handle.set_progress_handler(STEPS, move || Instant::now() < until);
    drop(handle);
    let mut rows = Vec::new();
    let mut stream = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch(&mut connection);
    while let Some(row) = stream.try_next().await.map_err(failed)? {
        if rows.len() >= limits.rows {
            return Err(RowsError::Many(limits.rows));
        }
        rows.push(values(&row).map_err(failed)?);
    }
    drop(stream);
    // What was read is right whatever closing says.
    let _ = connection.close().await;
    Ok(rows)
}

fn values(row: &SqliteRow) -> Result<Vec<Value>, sqlx::Error> {
    (0..row.len())
        .map(|at| {
            let value = row.try_get_raw(at)?;
            if value.is_null() {
                return Ok(Value::Null);
            }
            Ok(match value.type_info().name() {
                "INTEGER" | "BOOLEAN" => Value::from(row.try_get_unchecked::<i64, _>(at)?),
                "REAL" => {
                    let real = row.try_get_unchecked::<f64, _>(at)?;
                    Number::from_f64(real).map_or_else(|| Value::from(real.to_string()), Value::Number)
                }
                _ => {
                    let bytes = row.try_get_unchecked::<Vec<u8>, _>(at)?;
                    Value::from(String::from_utf8_lossy(&bytes).into_owned())
                }
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sqlx::Executor;

    use super::*;

    const LIMITS: RowLimits = RowLimits {
        time: Duration::from_secs(20),
        rows: 1_000,
        reversed: false,
    };

    async fn database(folder: &tempfile::TempDir) -> std::path::PathBuf {
        let path = folder.path().join("a.sqlite");
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true);
        let mut connection = options.connect().await.unwrap();
        let sql = "CREATE TABLE t (a INTEGER, b REAL, c TEXT, d BLOB, e);
                   INSERT INTO t VALUES (1, 1.5, 'ä', x'ff41', NULL), (2, 2, 'b', x'42', '3');";
        connection.execute(sql).await.unwrap();
        connection.close().await.unwrap();
        path
    }

    #[tokio::test]
    async fn values_keep_their_kind() {
        let folder = tempfile::tempdir().unwrap();
        let path = database(&folder).await;
        let rows = sqlite_rows(&path, "SELECT a, b, c, d, e FROM t ORDER BY a", LIMITS).await;
        let expected = vec![
            vec![json!(1), json!(1.5), json!("ä"), json!("\u{fffd}A"), json!(null)],
            vec![json!(2), json!(2.0), json!("b"), json!("B"), json!("3")],
        ];
        assert_eq!(rows, Ok(expected));
        let reversed = RowLimits {
            reversed: true,
            ..LIMITS
        };
        let rows = sqlite_rows(&path, "SELECT a FROM t", reversed).await.unwrap();
        assert_eq!(rows, [[json!(2)], [json!(1)]]);
    }

    #[tokio::test]
    async fn what_runs_too_long_or_gives_too_much_or_writes_is_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let path = database(&folder).await;
        let endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT MAX(x) FROM n";
        let short = RowLimits {
            time: Duration::from_millis(200),
            ..LIMITS
        };
        let started = Instant::now();
        let outcome = sqlite_rows(&path, endless, short).await;
        assert_eq!(outcome, Err(RowsError::Slow(short.time)));
        assert!(started.elapsed() < Duration::from_secs(10));
        let one = RowLimits { rows: 1, ..LIMITS };
        assert_eq!(
            sqlite_rows(&path, "SELECT a FROM t", one).await,
            Err(RowsError::Many(1))
        );
        for sql in ["DELETE FROM t", "SELECT nothing FROM t", "SELECT"] {
            let outcome = sqlite_rows(&path, sql, LIMITS).await;
            assert!(matches!(outcome, Err(RowsError::Failed(_))), "{outcome:?}");
        }
        let missing = folder.path().join("no.sqlite");
        assert!(sqlite_rows(&missing, "SELECT 1", LIMITS).await.is_err());
        assert!(!missing.exists());
    }
}
