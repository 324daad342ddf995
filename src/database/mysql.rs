//! MySQL and MariaDB: their information schema, their EXPLAIN and their rows, each in a read-only transaction with a
//! limit of time.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::TryStreamExt;
use nl2sql::{Column, ColumnKind, Dialect, ForeignKey, Schema, Table};
use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::{AssertSqlSafe, Executor, MySql, Row, TypeInfo, ValueRef};

use super::MAX_TABLES;
use super::failure::Failure;
use super::postgres::comment;
use super::preview::{Cell, Limits, Preview, number, number_or_text};
use super::privacy::Privacy;
use super::sampling;
use super::session::Session;
use super::ways::Ways;

/// EXPLAIN of a view needs the right to see how it is made, which reading it does not:
/// <https://dev.mysql.com/doc/refman/8.0/en/explain.html>.
const MAY_NOT_EXPLAIN: u16 = 1345;

impl Ways for MySql {
    const IS_KEPT_AFTER_ROWS: bool = false;

    async fn begin(session: &mut Session<MySql>, limit: Duration) -> Result<(), Failure> {
        let connection = session.get()?;
        let version: String = sqlx::query_scalar("SELECT CAST(VERSION() AS CHAR)")
            .persistent(false)
            .fetch_one(&mut *connection)
            .await?;
        let lock_seconds = limit.as_secs().max(1);
        let of_statement = if version.contains("MariaDB") {
            format!("max_statement_time = {:.3}", limit.as_secs_f64())
        } else {
            format!("max_execution_time = {}", limit.as_millis().max(1))
        };
        let begin = format!(
            "SET SESSION {of_statement}, lock_wait_timeout = {lock_seconds}, innodb_lock_wait_timeout = {lock_seconds}"
        );
        connection.execute(sqlx::raw_sql(AssertSqlSafe(begin))).await?;
        connection
            .execute(sqlx::raw_sql("START TRANSACTION READ ONLY"))
            .await?;
        Ok(())
    }

    async fn begin_again(session: &mut Session<MySql>, limit: Duration) -> Result<(), Failure> {
        // The new one ends the old.
        Self::begin(session, limit).await
    }

    async fn end(mut session: Session<MySql>) -> Result<(), Failure> {
        session.get()?.execute(sqlx::raw_sql("ROLLBACK")).await?;
        session.end();
        Ok(())
    }

    async fn version(connection: &mut MySqlConnection) -> Result<String, Failure> {
        // Sums of digests do not mind the order, and no text gets too long for GROUP_CONCAT.
        let statement = "SELECT CAST(CONCAT_WS('-', COUNT(*), SUM(CRC32(line)), \
             BIT_XOR(CAST(CONV(LEFT(MD5(line), 16), 16, 10) AS UNSIGNED))) AS CHAR) FROM ( \
             SELECT CONCAT_WS('|', 'c', table_name, ordinal_position, column_name, column_type, is_nullable, column_key, \
                              column_comment) AS line FROM information_schema.columns WHERE table_schema = DATABASE() \
             UNION ALL SELECT CONCAT_WS('|', 't', table_name, table_type, table_comment) \
             FROM information_schema.tables WHERE table_schema = DATABASE() \
             UNION ALL SELECT CONCAT_WS('|', 'k', table_name, constraint_name, column_name, referenced_table_name, \
                                        referenced_column_name) \
             FROM information_schema.key_column_usage WHERE table_schema = DATABASE()) AS seen";
        Ok(sqlx::query_scalar(statement)
            .persistent(false)
            .fetch_one(connection)
            .await?)
    }

    async fn read(connection: &mut MySqlConnection) -> Result<Schema, Failure> {
        let statement = format!(
            "SELECT CAST(table_name AS CHAR), CAST(table_type AS CHAR), CAST(table_comment AS CHAR), \
             CAST(table_rows AS SIGNED) FROM information_schema.tables \
             WHERE table_schema = DATABASE() AND table_type <> 'SEQUENCE' ORDER BY table_name LIMIT {MAX_TABLES}"
        );
        let mut tables = Tables::default();
        for row in fetch(connection, statement).await? {
            let name: String = row.try_get(0)?;
            let is_view = row.try_get::<String, _>(1)? == "VIEW";
            // The comment of a view is the word VIEW.
            let said = if is_view { None } else { comment(row.try_get(2)?) };
            let rows: Option<i64> = row.try_get(3)?;
            tables.places.insert(name.clone(), tables.list.len());
            tables.list.push(Table {
                name,
                comment: said,
                is_view,
                rows: rows.and_then(|rows| u64::try_from(rows).ok()),
                ..Table::default()
            });
        }
        columns(connection, &mut tables).await?;
        keys(connection, &mut tables).await?;
        // Without a right to read any of its columns, a table is none to ask for.
        tables.list.retain(|table| !table.columns.is_empty());
        Ok(Schema { tables: tables.list })
    }

    async fn sample(
        connection: &mut MySqlConnection,
        table: &mut Table,
        privacy: &Privacy,
    ) -> Result<(), Failure> {
        let mut values = Vec::new();
        for statement in sampling::statements(table, privacy, Dialect::MySql) {
            for row in fetch(connection, statement).await? {
                values.push((row.try_get(0)?, row.try_get(1)?));
            }
        }
        sampling::keep(table, privacy, values);
        Ok(())
    }

    async fn explain(connection: &mut MySqlConnection, sql: &str) -> Result<(), Failure> {
        // A prepared statement is one statement, whatever the text is; it is bound when it is prepared.
        let statement = AssertSqlSafe(sql.to_owned());
        connection
            .prepare(sqlx::SqlSafeStr::into_sql_str(statement))
            .await?;
        let explained = sqlx::query(AssertSqlSafe(format!("EXPLAIN {sql}")))
            .persistent(false)
            .fetch_all(connection)
            .await;
        match explained {
            Ok(_) => Ok(()),
            Err(sqlx::Error::Database(said)) if is_number(said.as_ref(), MAY_NOT_EXPLAIN) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn rows(connection: &mut MySqlConnection, sql: &str, limits: Limits) -> Result<Preview, Failure> {
        let statement = AssertSqlSafe(sql.to_owned());
        let described = connection
            .prepare(sqlx::SqlSafeStr::into_sql_str(statement))
            .await?;
        let mut preview = Preview::new(limits);
        preview.describe(sqlx::Statement::columns(&described));
        // Of a statement without a LIMIT of its own the server sends no more than this.
        let most = format!("SET SESSION sql_select_limit = {}", limits.rows.saturating_add(1));
        connection.execute(sqlx::raw_sql(AssertSqlSafe(most))).await?;
        // The text protocol gives every type as the text that the client program shows.
        let mut stream = connection.fetch(sqlx::raw_sql(AssertSqlSafe(sql.to_owned())));
        while let Some(row) = stream.try_next().await? {
            if !preview.push_row(&row, cell)? {
                break;
            }
        }
        Ok(preview)
    }
}

#[derive(Default)]
struct Tables {
    list: Vec<Table>,
    places: HashMap<String, usize>,
}

impl Tables {
    fn of(&mut self, row: &MySqlRow) -> Result<Option<&mut Table>, Failure> {
        let name: String = row.try_get(0)?;
        let place = self.places.get(&name);
        Ok(place.and_then(|place| self.list.get_mut(*place)))
    }
}

async fn fetch(connection: &mut MySqlConnection, statement: String) -> Result<Vec<MySqlRow>, Failure> {
    Ok(sqlx::query(AssertSqlSafe(statement))
        .persistent(false)
        .fetch_all(connection)
        .await?)
}

async fn columns(connection: &mut MySqlConnection, tables: &mut Tables) -> Result<(), Failure> {
    let statement = "SELECT CAST(table_name AS CHAR), CAST(column_name AS CHAR), CAST(column_type AS CHAR), \
         CAST(is_nullable AS CHAR), CAST(column_comment AS CHAR), CAST(column_key AS CHAR) \
         FROM information_schema.columns WHERE table_schema = DATABASE() \
         AND (privileges = '' OR FIND_IN_SET('select', privileges) > 0) ORDER BY table_name, ordinal_position";
    for row in fetch(connection, statement.to_owned()).await? {
        let Some(table) = tables.of(&row)? else { continue };
        let type_name: String = row.try_get(2)?;
        let mut column = Column::new(
            row.try_get::<String, _>(1)?,
            &*type_name,
            ColumnKind::from_type_name(&type_name),
        );
        column.nullable = row.try_get::<String, _>(3)? == "YES";
        column.comment = comment(row.try_get(4)?);
        column.samples = enum_values(&type_name);
        let key: String = row.try_get(5)?;
        column.unique = key == "UNI";
        if key == "PRI" {
            // In the order of the columns, unless the keys below say another.
            table.primary_key.push(column.name.clone());
        }
        table.columns.push(column);
    }
    for table in &mut tables.list {
        if let [only] = table.primary_key.as_slice()
            && let Some(column) = table.columns.iter_mut().find(|column| column.name == *only)
        {
            column.unique = true;
        }
    }
    Ok(())
}

/// The values of `enum('a','b')`.
fn enum_values(type_name: &str) -> Vec<String> {
    if !type_name.starts_with("enum(") {
        return Vec::new();
    }
    let ddl = format!("CREATE TABLE t (c {type_name})");
    let mut reading = nl2sql::read_ddl(&ddl, Dialect::MySql);
    let table = reading.schema.tables.pop();
    let column = table.and_then(|mut table| table.columns.pop());
    column.map(|column| column.samples).unwrap_or_default()
}

async fn keys(connection: &mut MySqlConnection, tables: &mut Tables) -> Result<(), Failure> {
    let statement = "SELECT CAST(table_name AS CHAR), CAST(constraint_name AS CHAR), CAST(column_name AS CHAR), \
         CAST(referenced_table_name AS CHAR), CAST(referenced_column_name AS CHAR) \
         FROM information_schema.key_column_usage WHERE table_schema = DATABASE() \
         AND (constraint_name = 'PRIMARY' OR referenced_table_name IS NOT NULL) \
         ORDER BY table_name, constraint_name, ordinal_position";
    let mut last: Option<(String, String)> = None;
    for row in fetch(connection, statement.to_owned()).await? {
        let place: (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let Some(table) = tables.of(&row)? else { continue };
        let is_new = last.as_ref() != Some(&place);
        last = Some(place);
        let column: String = row.try_get(2)?;
        let Some(other) = row.try_get::<Option<String>, _>(3)? else {
            if is_new {
                table.primary_key.clear();
            }
            table.primary_key.push(column);
            continue;
        };
        if is_new {
            table.foreign_keys.push(ForeignKey {
                columns: Vec::new(),
                table: other,
                references: Vec::new(),
            });
        }
        if let Some(key) = table.foreign_keys.last_mut() {
            key.columns.push(column);
            key.references.extend(row.try_get::<Option<String>, _>(4)?);
        }
    }
    Ok(())
}

fn is_number(said: &dyn sqlx::error::DatabaseError, number: u16) -> bool {
    let said = said.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>();
    said.is_some_and(|said| said.number() == number)
}

fn cell(row: &MySqlRow, at: usize) -> Result<Cell, Failure> {
    let value = row.try_get_raw(at)?;
    if value.is_null() {
        return Ok(Cell::null());
    }
    let type_name = value.type_info().name().to_owned();
    if type_name.ends_with("BLOB") || type_name.ends_with("BINARY") || type_name == "BIT" {
        return Ok(Cell::bytes(row.try_get_unchecked::<&[u8], _>(at)?));
    }
    let bytes: &[u8] = row.try_get_unchecked(at)?;
    let text = String::from_utf8_lossy(bytes).into_owned();
    Ok(match type_name.as_str() {
        name if name == "BOOLEAN" || name.contains("INT") || name == "YEAR" => number(text),
        "FLOAT" | "DOUBLE" | "DECIMAL" => number_or_text(text),
        "JSON" => Cell::document(text),
        _ => Cell::text(text),
    })
}
