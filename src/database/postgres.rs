//! PostgreSQL: its catalogue, its EXPLAIN and its rows, each in a read-only transaction with a limit of time.

use std::collections::HashMap;
use std::time::Duration;

use nl2sql::{Column, ColumnKind, Dialect, ForeignKey, Schema, Table};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Executor, Postgres, Row, TypeInfo, ValueRef};

use super::MAX_TABLES;
use super::failure::Failure;
use super::preview::{Cell, Limits, Preview, number, number_or_text};
use super::privacy::Privacy;
use super::sampling;
use super::session::Session;
use super::ways::Ways;

/// Tables that this session sees without a prefix and may read: no system's, no extension's, no parts of others.
const VISIBLE: &str = "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition \
     AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND pg_catalog.pg_table_is_visible(c.oid) \
     AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT') \
     AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass \
                     AND d.objid = c.oid AND d.deptype = 'e')";

impl Ways for Postgres {
    const IS_KEPT_AFTER_ROWS: bool = true;

    async fn begin(session: &mut Session<Postgres>, limit: Duration) -> Result<(), Failure> {
        let millis = limit.as_millis().max(1);
        let begin = format!(
            "BEGIN TRANSACTION READ ONLY; SET LOCAL statement_timeout = {millis}; SET LOCAL lock_timeout = {millis}; \
             SET LOCAL idle_in_transaction_session_timeout = {}",
            millis.saturating_mul(4)
        );
        sqlx::raw_sql(AssertSqlSafe(begin))
            .execute(session.get()?)
            .await?;
        Ok(())
    }

    async fn begin_again(session: &mut Session<Postgres>, limit: Duration) -> Result<(), Failure> {
        sqlx::raw_sql("ROLLBACK").execute(session.get()?).await?;
        Self::begin(session, limit).await
    }

    async fn end(mut session: Session<Postgres>) -> Result<(), Failure> {
        sqlx::raw_sql("ROLLBACK").execute(session.get()?).await?;
        session.end();
        Ok(())
    }

    async fn version(connection: &mut PgConnection) -> Result<String, Failure> {
        let statement = format!(
            "WITH seen AS (SELECT c.oid, c.relname, c.relkind {VISIBLE}) \
             SELECT md5(coalesce(string_agg(line, chr(10) ORDER BY line), '')) FROM ( \
             SELECT concat_ws('|', 'c', s.relname, s.relkind, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, \
                    pg_catalog.col_description(s.oid, a.attnum)) AS line \
             FROM seen s JOIN pg_catalog.pg_attribute a ON a.attrelid = s.oid \
             WHERE a.attnum > 0 AND NOT a.attisdropped AND pg_catalog.has_column_privilege(s.oid, a.attnum, 'SELECT') \
             UNION ALL SELECT concat_ws('|', 't', s.relname, pg_catalog.obj_description(s.oid, 'pg_class')) FROM seen s \
             UNION ALL SELECT concat_ws('|', 'k', s.relname, k.contype, k.conkey, k.confrelid, k.confkey) \
             FROM seen s JOIN pg_catalog.pg_constraint k ON k.conrelid = s.oid \
             UNION ALL SELECT concat_ws('|', 'e', e.enumtypid, e.enumsortorder, e.enumlabel) FROM pg_catalog.pg_enum e) AS lines"
        );
        let row = sqlx::query(AssertSqlSafe(statement))
            .persistent(false)
            .fetch_one(connection)
            .await?;
        Ok(row.try_get(0)?)
    }

    async fn read(connection: &mut PgConnection) -> Result<Schema, Failure> {
        let statement = format!(
            "SELECT c.oid::int8, n.nspname::text, c.relname::text, c.relkind::text, \
             pg_catalog.obj_description(c.oid, 'pg_class'), c.reltuples::float8 {VISIBLE} \
             ORDER BY c.relname LIMIT {MAX_TABLES}"
        );
        let mut tables = Tables::default();
        for row in fetch(connection, statement).await? {
            let kind: String = row.try_get(3)?;
            let rows: f64 = row.try_get(5)?;
            tables.oids.insert(row.try_get(0)?, tables.list.len());
            tables.list.push(Table {
                namespace: Some(row.try_get(1)?),
                name: row.try_get(2)?,
                comment: comment(row.try_get(4)?),
                is_view: matches!(kind.as_str(), "v" | "m"),
                rows: estimate(rows),
                ..Table::default()
            });
        }
        let oids: Vec<String> = tables.oids.keys().map(ToString::to_string).collect();
        // As text, so that the catalogue's own index is used.
        let oids = format!("'{{{}}}'::oid[]", oids.join(","));
        let labels = enum_labels(connection).await?;
        columns(connection, &oids, &labels, &mut tables).await?;
        keys(connection, &oids, &mut tables).await?;
        Ok(Schema { tables: tables.list })
    }

    async fn sample(
        connection: &mut PgConnection,
        table: &mut Table,
        privacy: &Privacy,
    ) -> Result<(), Failure> {
        let mut values = Vec::new();
        for statement in sampling::statements(table, privacy, Dialect::PostgreSql) {
            for row in fetch(connection, statement).await? {
                values.push((i64::from(row.try_get::<i32, _>(0)?), row.try_get(1)?));
            }
        }
        sampling::keep(table, privacy, values);
        Ok(())
    }

    async fn explain(connection: &mut PgConnection, sql: &str) -> Result<(), Failure> {
        // A prepared statement is one statement, whatever the text is.
        sqlx::query(AssertSqlSafe(format!("EXPLAIN {sql}")))
            .persistent(false)
            .fetch_all(connection)
            .await?;
        Ok(())
    }

    async fn rows(connection: &mut PgConnection, sql: &str, limits: Limits) -> Result<Preview, Failure> {
        let cursor = format!("DECLARE preview NO SCROLL CURSOR FOR {sql}");
        sqlx::query(AssertSqlSafe(cursor))
            .persistent(false)
            .execute(&mut *connection)
            .await?;
        let mut preview = Preview::new(limits);
        let described = connection
            .prepare(sqlx::SqlSafeStr::into_sql_str("FETCH FORWARD 0 FROM preview"))
            .await?;
        preview.describe(sqlx::Statement::columns(&described));
        // The simple protocol gives every type as the text that psql shows.
        let fetch = format!("FETCH FORWARD {} FROM preview", limits.rows.saturating_add(1));
        for row in sqlx::raw_sql(AssertSqlSafe(fetch))
            .fetch_all(&mut *connection)
            .await?
        {
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
    oids: HashMap<i64, usize>,
}

impl Tables {
    fn of(&mut self, row: &PgRow) -> Result<Option<&mut Table>, Failure> {
        let place = self.oids.get(&row.try_get(0)?);
        Ok(place.and_then(|place| self.list.get_mut(*place)))
    }
}

async fn fetch(connection: &mut PgConnection, statement: String) -> Result<Vec<PgRow>, Failure> {
    Ok(sqlx::query(AssertSqlSafe(statement))
        .persistent(false)
        .fetch_all(connection)
        .await?)
}

/// -1 stands for a table that was never looked at.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate, not below 0"
)]
fn estimate(rows: f64) -> Option<u64> {
    (rows >= 0.0).then_some(rows as u64)
}

pub(super) fn comment(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

async fn enum_labels(connection: &mut PgConnection) -> Result<HashMap<i64, Vec<String>>, Failure> {
    let statement =
        "SELECT enumtypid::int8, enumlabel::text FROM pg_catalog.pg_enum ORDER BY enumtypid, enumsortorder";
    let mut labels: HashMap<i64, Vec<String>> = HashMap::new();
    for row in fetch(connection, statement.to_owned()).await? {
        labels.entry(row.try_get(0)?).or_default().push(row.try_get(1)?);
    }
    Ok(labels)
}

async fn columns(
    connection: &mut PgConnection,
    oids: &str,
    labels: &HashMap<i64, Vec<String>>,
    tables: &mut Tables,
) -> Result<(), Failure> {
    // A domain is asked about as the type that it is made from.
    let statement = format!(
        "SELECT a.attrelid::int8, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), \
         pg_catalog.format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL), \
         coalesce(nullif(t.typbasetype, 0), t.oid)::int8, a.attnotnull, pg_catalog.col_description(a.attrelid, a.attnum) \
         FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
         WHERE a.attrelid = ANY({oids}) AND a.attnum > 0 AND NOT a.attisdropped \
         AND pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT') ORDER BY a.attrelid, a.attnum"
    );
    for row in fetch(connection, statement).await? {
        let Some(table) = tables.of(&row)? else { continue };
        let (type_name, base): (String, String) = (row.try_get(2)?, row.try_get(3)?);
        let labels = labels.get(&row.try_get(4)?);
        let kind = match labels {
            Some(_) => ColumnKind::Text,
            None => ColumnKind::from_type_name(&base),
        };
        let mut column = Column::new(row.try_get::<String, _>(1)?, type_name, kind);
        column.nullable = !row.try_get::<bool, _>(5)?;
        column.comment = comment(row.try_get(6)?);
        column.samples = labels.cloned().unwrap_or_default();
        table.columns.push(column);
    }
    Ok(())
}

async fn keys(connection: &mut PgConnection, oids: &str, tables: &mut Tables) -> Result<(), Failure> {
    let names = |keys: &str, of: &str| {
        format!(
            "ARRAY(SELECT a.attname::text FROM unnest({keys}) WITH ORDINALITY AS k(number, place) \
             JOIN pg_catalog.pg_attribute a ON a.attrelid = {of} AND a.attnum = k.number ORDER BY k.place)"
        )
    };
    let statement = format!(
        "SELECT c.conrelid::int8, c.contype::text, {}, {}, r.relname::text FROM pg_catalog.pg_constraint c \
         LEFT JOIN pg_catalog.pg_class r ON r.oid = c.confrelid \
         WHERE c.contype IN ('p', 'f') AND c.conrelid = ANY({oids}) ORDER BY c.conrelid, c.conname",
        names("c.conkey", "c.conrelid"),
        names("c.confkey", "c.confrelid"),
    );
    for row in fetch(connection, statement).await? {
        let Some(table) = tables.of(&row)? else { continue };
        let columns: Vec<String> = row.try_get(2)?;
        match row.try_get::<Option<String>, _>(4)? {
            None => table.primary_key = columns,
            Some(other) => table.foreign_keys.push(ForeignKey {
                columns,
                table: other,
                references: row.try_get(3)?,
            }),
        }
    }
    let statement = format!(
        "SELECT i.indrelid::int8, a.attname::text FROM pg_catalog.pg_index i \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] \
         WHERE i.indisunique AND i.indnkeyatts = 1 AND i.indpred IS NULL AND i.indrelid = ANY({oids})"
    );
    for row in fetch(connection, statement).await? {
        let Some(table) = tables.of(&row)? else { continue };
        let name: String = row.try_get(1)?;
        if let Some(column) = table.columns.iter_mut().find(|column| column.name == name) {
            column.unique = true;
        }
    }
    Ok(())
}

fn cell(row: &PgRow, at: usize) -> Result<Cell, Failure> {
    let value = row.try_get_raw(at)?;
    if value.is_null() {
        return Ok(Cell::null());
    }
    let type_name = value.type_info().name().to_owned();
    let text: String = row.try_get_unchecked(at)?;
    Ok(match type_name.as_str() {
        "BOOL" => {
            let is_true = text == "t";
            Cell::new(is_true.to_string(), is_true.into())
        }
        "INT2" | "INT4" | "INT8" | "OID" => number(text),
        "FLOAT4" | "FLOAT8" | "NUMERIC" => number_or_text(text),
        "JSON" | "JSONB" => Cell::document(text),
        _ => Cell::text(text),
    })
}
