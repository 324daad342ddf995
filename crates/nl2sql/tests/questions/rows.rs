//! Runs answers and references over a database in memory and compares their rows.

use nl2sql::{ColumnKind, Schema};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, Row, TypeInfo, ValueRef};

/// Names of columns whose values a careful caller would not send.
const PRIVATE: &[&str] = &["name", "email", "phone", "mobile", "tel", "birth", "brth"];
/// Names that hold a word of the above and are nobody's secret.
const PUBLIC: &[&str] = &[
    "product", "goods", "brand", "site", "model", "plan", "dept", "vessel", "test", "project", "client",
    "crs", "cls", "tenant", "trnr", "city", "province", "town", "stream", "peak",
];

/// The day that the questions are asked on.
const NOW: &str = "'2025-11-20'";

/// A value as text, alike for whole and decimal numbers of the same worth.
type Cell = Option<String>;

/// A database and a copy with fewer rows.
pub(crate) struct Database {
    full: SqliteConnection,
    thinned: SqliteConnection,
}

impl Database {
    pub(crate) async fn open(script: &str) -> Database {
        let plain = without_comments(script);
        let mut full = memory().await;
        let mut thinned = memory().await;
        for connection in [&mut full, &mut thinned] {
            run(connection, &plain).await;
        }
        let names = rows(
            &mut thinned,
            "SELECT name FROM sqlite_master WHERE type = 'table'",
        )
        .await;
        for name in names.iter().flatten().flatten().flatten() {
            run(
                &mut thinned,
                &format!("DELETE FROM \"{name}\" WHERE (rowid * 7) % 5 IN (1, 3)"),
            )
            .await;
        }
        Database { full, thinned }
    }

    /// Adds distinct values of text columns to a schema.
    pub(crate) async fn sample(&mut self, schema: &mut Schema) {
        for table in &mut schema.tables {
            for column in &mut table.columns {
                let lower = column.name.to_lowercase();
                let named = |list: &[&str]| list.iter().any(|part| lower.contains(part));
                let people = lower == "name" && !table.name.to_lowercase().contains("product");
                let private =
                    people || named(PRIVATE) && !named(PUBLIC) || lower.ends_with("nm") && !named(PUBLIC);
                if column.kind != ColumnKind::Text || private {
                    continue;
                }
                let sql = format!(
                    "SELECT DISTINCT \"{0}\" FROM \"{1}\" WHERE \"{0}\" IS NOT NULL ORDER BY 1 LIMIT 100",
                    column.name, table.name
                );
                let values = rows(&mut self.full, &sql).await.unwrap_or_default();
                column.samples = values.into_iter().flatten().flatten().collect();
            }
        }
    }

    /// Whether an answer gives the rows of one of the references, in both databases.
    pub(crate) async fn agrees(&mut self, answer: &str, references: &[String]) -> bool {
        for reference in references {
            if same(&mut self.full, answer, reference).await
                && same(&mut self.thinned, answer, reference).await
            {
                return true;
            }
        }
        false
    }
}

async fn memory() -> SqliteConnection {
    SqliteConnectOptions::new()
        .in_memory(true)
        // The thinned copy loses rows that others refer to.
        .foreign_keys(false)
        .connect()
        .await
        .expect("a database in memory needs nothing")
}

async fn run(connection: &mut SqliteConnection, sql: &str) {
    connection
        .execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned())))
        .await
        .unwrap_or_else(|error| panic!("{error}: {sql}"));
}

/// SQLite has no comments on columns; the engine reads them from the declaration.
fn without_comments(script: &str) -> String {
    let mut plain = String::with_capacity(script.len());
    let mut rest = script;
    while let Some((before, after)) = rest.split_once(" COMMENT '") {
        plain.push_str(before);
        rest = after.split_once('\'').map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    plain
}

async fn rows(connection: &mut SqliteConnection, sql: &str) -> Option<Vec<Vec<Cell>>> {
    // The rows stay what they are, so the day that they are asked on has to.
    let dated = sql.replace("'now'", NOW);
    let found = sqlx::query(AssertSqlSafe(dated))
        .fetch_all(connection)
        .await
        .ok()?;
    Some(found.iter().map(cells).collect())
}

fn cells(row: &SqliteRow) -> Vec<Cell> {
    (0..row.len()).map(|at| cell(row, at)).collect()
}

fn cell(row: &SqliteRow, at: usize) -> Cell {
    let raw = row.try_get_raw(at).ok()?;
    if raw.is_null() {
        return None;
    }
    let number = match raw.type_info().name() {
        "INTEGER" | "BOOLEAN" => row.try_get_unchecked::<i64, _>(at).ok().map(|value| value as f64),
        "REAL" => row.try_get_unchecked::<f64, _>(at).ok(),
        _ => None,
    };
    number
        .map(|value| format!("{value:.4}"))
        .or_else(|| row.try_get_unchecked::<String, _>(at).ok())
}

/// Whether two queries give the same rows under one order of columns; the order of rows counts where the reference sorts them.
async fn same(connection: &mut SqliteConnection, answer: &str, reference: &str) -> bool {
    let Some(wanted) = rows(connection, reference).await else {
        panic!("the reference fails: {reference}");
    };
    let Some(given) = rows(connection, answer).await else {
        return false;
    };
    if wanted.len() != given.len() {
        return false;
    }
    let Some(width) = wanted.first().map(Vec::len) else {
        return true;
    };
    if given[0].len() != width {
        return false;
    }
    let sorted = reference.contains("ORDER BY");
    let mut order = Vec::with_capacity(width);
    matches_from(&wanted, &given, sorted, &mut order)
}

/// Tries to give each column of the reference one of the answer, one after the other.
fn matches_from(wanted: &[Vec<Cell>], given: &[Vec<Cell>], sorted: bool, order: &mut Vec<usize>) -> bool {
    let width = wanted[0].len();
    let pick = |rows: &[Vec<Cell>], columns: &[usize]| -> Vec<Vec<Cell>> {
        let mut picked: Vec<Vec<Cell>> = rows
            .iter()
            .map(|row| columns.iter().map(|at| row[*at].clone()).collect())
            .collect();
        if !sorted {
            picked.sort();
        }
        picked
    };
    let reached: Vec<usize> = (0..order.len()).collect();
    if pick(wanted, &reached) != pick(given, order) {
        return false;
    }
    if order.len() == width {
        return true;
    }
    for column in 0..width {
        if order.contains(&column) {
            continue;
        }
        order.push(column);
        if matches_from(wanted, given, sorted, order) {
            return true;
        }
        order.pop();
    }
    false
}
