//! A copy of an SQLite file in which some of the rows are missing: two queries that give the same there too are seldom equal
//! by accident.

use std::path::Path;

use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row};

/// Of 256 rows, those that are left out: two in five.
const LEFT_OUT: u32 = 102;
/// Tables with fewer rows keep them all.
const FEWEST_ROWS: usize = 3;

/// Writes such a copy to a place where nothing is yet. Which rows are missing depends on the table, the row's id and
/// `variant` alone.
///
/// # Errors
/// The file is no database, or the copy cannot be written.
pub async fn thinned_copy(path: &Path, copy: &Path, variant: u64) -> Result<(), sqlx::Error> {
    let mut original = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .connect()
        .await?;
    sqlx::query("VACUUM INTO ?")
        .bind(copy.display().to_string())
        .execute(&mut original)
        .await?;
    original.close().await?;
    let mut thinned = SqliteConnectOptions::new()
        .filename(copy)
        .foreign_keys(false)
        .connect()
        .await?;
    // Nothing in it may react to what is taken away.
    for trigger in names(&mut thinned, "trigger").await? {
        run(&mut thinned, &format!("DROP TRIGGER {}", quoted(&trigger))).await?;
    }
    run(&mut thinned, "BEGIN").await?;
    for table in names(&mut thinned, "table").await? {
        thin_out(&mut thinned, &table, variant).await?;
    }
    run(&mut thinned, "COMMIT").await?;
    thinned.close().await
}

async fn names(database: &mut SqliteConnection, kind: &str) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )
    .bind(kind)
    .fetch_all(database)
    .await
}

async fn thin_out(database: &mut SqliteConnection, table: &str, variant: u64) -> Result<(), sqlx::Error> {
    let name = quoted(table);
    // A table WITHOUT ROWID, or one that an extension would have to read, stays as it is.
    let ids = database
        .fetch_all(AssertSqlSafe(format!("SELECT rowid FROM {name}")))
        .await;
    let Ok(ids) = ids else { return Ok(()) };
    if ids.len() < FEWEST_ROWS {
        return Ok(());
    }
    for row in ids {
        let id: i64 = row.try_get(0)?;
        let mut hash = Sha256::new();
        hash.update(table.as_bytes());
        hash.update(id.to_le_bytes());
        hash.update(variant.to_le_bytes());
        let drawn = hash.finalize()[0];
        if u32::from(drawn) < LEFT_OUT {
            run(database, &format!("DELETE FROM {name} WHERE rowid = {id}")).await?;
        }
    }
    Ok(())
}

async fn run(database: &mut SqliteConnection, sql: &str) -> Result<(), sqlx::Error> {
    database.execute(AssertSqlSafe(sql.to_owned())).await.map(drop)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn some_rows_are_missing_and_always_the_same_ones() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("full.sqlite");
        let mut full = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .connect()
            .await
            .unwrap();
        let setting = "CREATE TABLE \"a \"\"b\" (n INTEGER); CREATE TABLE few (n INTEGER); INSERT INTO few VALUES (1), (2);
            CREATE TABLE keyed (k TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO keyed VALUES ('a'), ('b'), ('c'), ('d');
            CREATE TRIGGER t AFTER DELETE ON \"a \"\"b\" BEGIN INSERT INTO few VALUES (9); END;
            WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000) INSERT INTO \"a \"\"b\" SELECT n FROM c;";
        full.execute(setting).await.unwrap();
        full.close().await.unwrap();
        let mut kept = Vec::new();
        for (copy, variant) in [("one", 1), ("again", 1), ("two", 2)] {
            let copy = folder.path().join(copy);
            thinned_copy(&path, &copy, variant).await.unwrap();
            let mut copy = SqliteConnectOptions::new()
                .filename(&copy)
                .connect()
                .await
                .unwrap();
            let rows: Vec<i64> = sqlx::query_scalar("SELECT n FROM \"a \"\"b\" ORDER BY n")
                .fetch_all(&mut copy)
                .await
                .unwrap();
            assert!((500..700).contains(&rows.len()), "{}", rows.len());
            for (table, count) in [("few", 2), ("keyed", 4)] {
                let counted: i64 = sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
                    .fetch_one(&mut copy)
                    .await
                    .unwrap();
                assert_eq!(counted, count, "{table}");
            }
            kept.push(rows);
        }
        assert_eq!(kept[0], kept[1]);
        assert_ne!(kept[0], kept[2]);
    }

    #[tokio::test]
    async fn what_is_no_database_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        std::fs::write(&path, "this is no database, but long enough to be looked at").unwrap();
        assert!(thinned_copy(&path, &folder.path().join("copy"), 1).await.is_err());
    }
}
