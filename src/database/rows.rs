//! Runs one query on an SQLite file that is opened read-only, within limits of time and rows.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::failure::Failure;
use super::preview::Limits;
use super::sqlite::Open;

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

/// The rows of a query, as JSON values.
///
/// # Errors
/// The query does not run, or not within the limits.
pub async fn sqlite_rows(path: &Path, sql: &str, limits: RowLimits) -> Result<Vec<Vec<Value>>, RowsError> {
    let failed = |failure: Failure| match failure {
        Failure::Slow => RowsError::Slow(limits.time),
        Failure::Wrong(words)
        | Failure::Denied(words)
        | Failure::Unreachable(words)
        | Failure::Other(words) => RowsError::Failed(words),
    };
    let opened = Open::new(path, limits.time).await.map_err(Failure::from);
    let mut file = opened.map_err(failed)?;
    if limits.reversed {
        file.reverse().await.map_err(|error| failed(error.into()))?;
    }
    let most = Limits {
        rows: u32::try_from(limits.rows).unwrap_or(u32::MAX),
        bytes: usize::MAX,
        time: limits.time,
    };
    let shown = file.rows(sql, most).await.map_err(failed)?;
    if shown.is_cut {
        return Err(RowsError::Many(limits.rows));
    }
    let rows = shown.rows.into_iter();
    Ok(rows
        .map(|row| row.into_iter().map(|cell| cell.json).collect())
        .collect())
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use serde_json::json;
    use sqlx::sqlite::SqliteConnectOptions;
    use sqlx::{ConnectOptions, Connection, Executor};

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
            vec![json!(1), json!(1.5), json!("ä"), json!("\\xff41"), json!(null)],
            vec![json!(2), json!(2.0), json!("b"), json!("\\x42"), json!("3")],
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
