//! Every question of the engine's books, answered in the dialect of PostgreSQL and of MariaDB over tables like the book's: the
//! database itself takes each answer, and each alternative.

// The questions that the engine's own tests ask.
#[allow(dead_code)]
#[path = "../../crates/nl2sql/tests/questions/book.rs"]
mod book;
#[allow(dead_code)]
#[path = "../../crates/nl2sql/tests/questions/rows.rs"]
mod rows;

use std::fmt::Write as _;

use jiff::civil::date;
use nl2sql::{Column, ColumnKind, Dialect, Lexicon, Request, Schema, Table, answer_with, read_ddl};
use sqlx::{AssertSqlSafe, Connection, Database, Executor, MySqlConnection, PgConnection};

use crate::support::mariadb::MariaDb;
use crate::support::postgres::Postgres;
use book::Book;

/// The books, with what their databases hold.
async fn books() -> Vec<(Book, Schema)> {
    let mut found = Vec::new();
    for book in Book::all() {
        let mut schema = read_ddl(book.ddl(), Dialect::Sqlite).schema;
        rows::Database::open(&book.script).await.sample(&mut schema).await;
        found.push((book, schema));
    }
    found
}

fn type_of(column: &Column, is_key: bool, dialect: Dialect) -> &'static str {
    match (column.kind, dialect) {
        (ColumnKind::Integer, _) => "INTEGER",
        (ColumnKind::Decimal, _) => "DECIMAL(12, 2)",
        (ColumnKind::Boolean, _) => "BOOLEAN",
        (ColumnKind::Date, _) => "DATE",
        (ColumnKind::Time, _) => "TIME",
        (ColumnKind::Timestamp, Dialect::MySql) => "DATETIME",
        (ColumnKind::Timestamp, _) => "TIMESTAMP",
        // A key of unlimited text is none to MariaDB.
        (_, Dialect::MySql) if is_key => "VARCHAR(60)",
        _ => "TEXT",
    }
}

/// The declaration of a table, with the keys that others refer to by only where they are wanted.
fn declaration(table: &Table, dialect: Dialect, with_references: bool) -> String {
    let quote = |name: &str| match dialect {
        Dialect::MySql => format!("`{name}`"),
        _ => format!("\"{name}\""),
    };
    let list = |names: &[String]| {
        names
            .iter()
            .map(|name| quote(name))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut parts: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let is_key = table.primary_key.contains(&column.name);
            let kind = type_of(column, is_key, dialect);
            let not_null = if is_key || !column.nullable {
                " NOT NULL"
            } else {
                ""
            };
            format!("{} {kind}{not_null}", quote(&column.name))
        })
        .collect();
    if !table.primary_key.is_empty() {
        parts.push(format!("PRIMARY KEY ({})", list(&table.primary_key)));
    }
    if with_references {
        parts.extend(table.foreign_keys.iter().map(|key| {
            let target = if key.references.is_empty() {
                String::new()
            } else {
                format!(" ({})", list(&key.references))
            };
            format!(
                "FOREIGN KEY ({}) REFERENCES {}{target}",
                list(&key.columns),
                quote(&key.table)
            )
        }));
    }
    format!("CREATE TABLE {} ({});\n", quote(&table.name), parts.join(", "))
}

/// Asks all books of a database; `fresh` gives the statements that make an empty place for a book.
async fn ask_all<D>(connection: &mut D, dialect: Dialect, fresh: &[&'static str])
where
    D: Connection,
    for<'c> &'c mut D: Executor<'c, Database = D::Database>,
    D::Database: Database,
{
    let mut refused = String::new();
    let mut taken = 0;
    for (book, sampled) in books().await {
        for statement in fresh {
            connection
                .execute(sqlx::raw_sql(AssertSqlSafe((*statement).to_owned())))
                .await
                .unwrap();
        }
        let mut ddl = String::new();
        for table in &sampled.tables {
            let plain = declaration(table, dialect, false);
            connection
                .execute(sqlx::raw_sql(AssertSqlSafe(plain)))
                .await
                .unwrap();
            ddl.push_str(&declaration(table, dialect, true));
        }
        let mut schema = read_ddl(&ddl, dialect).schema;
        for (table, from) in schema.tables.iter_mut().zip(&sampled.tables) {
            for (column, from) in table.columns.iter_mut().zip(&from.columns) {
                column.samples.clone_from(&from.samples);
                column.comment.clone_from(&from.comment);
            }
        }
        let lexicon = Lexicon::new(&schema);
        for question in &book.questions {
            let request = Request {
                question: &question.text,
                schema: Some(&schema),
                dialect,
                today: date(2025, 11, 20),
                aliases: None,
            };
            let Ok(draft) = answer_with(&lexicon, &request) else {
                continue;
            };
            for answer in [Some(draft.sql), draft.alternative].into_iter().flatten() {
                taken += 1;
                let explained = format!("EXPLAIN {answer}");
                if let Err(error) = connection.execute(sqlx::raw_sql(AssertSqlSafe(explained))).await {
                    writeln!(
                        refused,
                        "{}: {}\n    {answer}\n    {error}",
                        book.name, question.text
                    )
                    .unwrap();
                }
            }
        }
    }
    assert!(refused.is_empty(), "{refused}");
    assert!(taken > 1_500, "{taken} answers only");
}

#[tokio::test]
async fn postgresql_takes_every_answer_to_the_books() {
    let Some(server) = Postgres::start() else { return };
    let mut connection = PgConnection::connect(&server.url()).await.unwrap();
    let fresh = [
        "DROP SCHEMA IF EXISTS book CASCADE",
        "CREATE SCHEMA book",
        "SET search_path = book",
    ];
    ask_all(&mut connection, Dialect::PostgreSql, &fresh).await;
}

#[tokio::test]
async fn mariadb_takes_every_answer_to_the_books() {
    let Some(server) = MariaDb::start() else { return };
    let mut connection = MySqlConnection::connect(&server.url()).await.unwrap();
    let fresh = [
        "SET SESSION sql_mode = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES'",
        "DROP DATABASE IF EXISTS book",
        "CREATE DATABASE book CHARACTER SET utf8mb4",
        "USE book",
    ];
    ask_all(&mut connection, Dialect::MySql, &fresh).await;
}
