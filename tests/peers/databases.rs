//! Real database servers: what passes the check passes their own EXPLAIN, and what they refuse for its names does not pass.

#[path = "../../crates/nl2sql/src/check/tests/statements.rs"]
mod statements;

use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use nl2sql::{CheckError, Dialect, Schema, check, read_ddl};

use super::support::mariadb::MariaDb;
use super::support::peer::wanted;
use super::support::postgres::Postgres;
use super::support::server::client;

/// Tables of statements that the check's own tests read too.
const HARMLESS: &str = include_str!("../../crates/nl2sql/src/check/tests/statements/harmless.sql");
const UNBOUND: &str = include_str!("../../crates/nl2sql/src/check/tests/statements/unbound.sql");

/// The shop of those tables, with the types that each server has.
fn shop(dialect: Dialect) -> String {
    let json = if dialect == Dialect::PostgreSql {
        "JSONB"
    } else {
        "JSON"
    };
    let text = if dialect == Dialect::MySql {
        "VARCHAR(200)"
    } else {
        "TEXT"
    };
    let full_text = if dialect == Dialect::MySql {
        ", FULLTEXT (name)"
    } else {
        ""
    };
    format!(
        "CREATE TABLE users (id INT PRIMARY KEY, name {text}, email {text}, status {text}, created_at DATE, manager_id INT{full_text});
         CREATE TABLE orders (id INT PRIMARY KEY, user_id INT, status {text}, total DECIMAL(10,2), ordered_at TIMESTAMP NULL);
         CREATE TABLE order_items (order_id INT, product_id INT, quantity INT, price DECIMAL(10,2));
         CREATE TABLE products (id INT PRIMARY KEY, title {text}, tags {text}, data {json});"
    )
}

fn schema(dialect: Dialect) -> Schema {
    let reading = read_ddl(&shop(dialect), dialect);
    assert_eq!(reading.problems, []);
    reading.schema
}

/// Every statement of the tables whose letter it is, checked and then explained by the server.
fn passes_explain(dialect: Dialect, letter: char, run: impl Fn(&str) -> Result<String, String>) {
    let schema = schema(dialect);
    let mut wrong = Vec::new();
    let (mut all, mut explained) = (String::new(), Vec::new());
    let mut count = 0;
    for statement in statements::read(HARMLESS) {
        if statement.why != "Passes" || !statement.is_of(letter) {
            continue;
        }
        count += 1;
        let checked = match check(&statement.sql, dialect, Some(&schema)) {
            Ok(checked) => checked,
            Err(error) => {
                wrong.push(format!("{}\n    does not pass the check: {error}", statement.sql));
                continue;
            }
        };
        let is_wanted = !statement.not_on_servers.contains(letter);
        // What goes to the database is what was checked, on one line or on several.
        for sql in [checked.sql().to_owned(), checked.pretty().to_owned()] {
            if is_wanted {
                all.push_str(&format!("EXPLAIN {sql};\n"));
            }
            explained.push((sql, is_wanted));
        }
    }
    // One by one only what there is something to say of: each is a process.
    let are_all_taken = run(&all).is_ok();
    for (sql, is_wanted) in explained {
        if !(is_wanted && are_all_taken) {
            match run(&format!("EXPLAIN {sql};")) {
                Ok(_) if is_wanted => {}
                Ok(_) => wrong.push(format!("{sql}\n    the server takes it after all: drop its mark")),
                Err(_) if !is_wanted => {}
                Err(said) => wrong.push(format!("{sql}\n    {said}")),
            }
        }
    }
    assert!(count >= 200, "{count} statements");
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Every statement with names that mean nothing: neither the server nor the check takes it.
fn refuses_unbound(dialect: Dialect, letter: char, run: impl Fn(&str) -> Result<String, String>) {
    let schema = schema(dialect);
    let mut wrong = Vec::new();
    let mut count = 0;
    for statement in statements::read(UNBOUND) {
        if !statement.is_of(letter) {
            continue;
        }
        count += 1;
        if let Ok(said) = run(&format!("EXPLAIN {};", statement.sql)) {
            wrong.push(format!("{}\n    the server takes it: {said}", statement.sql));
        }
        match check(&statement.sql, dialect, Some(&schema)) {
            Ok(checked) => wrong.push(format!("{checked}\n    passes the check")),
            Err(CheckError::Parse { .. } | CheckError::Forbidden { .. }) => {
                wrong.push(format!("{}\n    is refused for something else", statement.sql));
            }
            Err(_) => {}
        }
    }
    assert!(count >= 40, "{count} statements");
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn postgres_takes_what_passes_and_refuses_what_does_not_bind() {
    let Some(postgres) = Postgres::start() else {
        return;
    };
    postgres.run(&shop(Dialect::PostgreSql));
    let run = |sql: &str| postgres.try_run(sql);
    passes_explain(Dialect::PostgreSql, 'P', run);
    refuses_unbound(Dialect::PostgreSql, 'P', run);
}

#[test]
fn mariadb_takes_what_passes_and_refuses_what_does_not_bind() {
    let Some(mariadb) = MariaDb::start() else {
        return;
    };
    mariadb.run(&shop(Dialect::MySql));
    let run = |sql: &str| mariadb.try_run(sql);
    passes_explain(Dialect::MySql, 'M', run);
    refuses_unbound(Dialect::MySql, 'M', run);
}

#[test]
fn sqlite_takes_what_passes_and_refuses_what_does_not_bind() {
    if !wanted(&["sqlite3"], "apt-get install -y --no-install-recommends sqlite3") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder for the test");
    let file = folder.path().join("shop.db");
    let run = |sql: &str| client(Command::new("sqlite3").args(["-batch", "-bail"]).arg(&file), sql);
    run(&shop(Dialect::Sqlite)).expect("the shop is made");
    passes_explain(Dialect::Sqlite, 'S', run);
    refuses_unbound(Dialect::Sqlite, 'S', run);
}

/// So that no later version brings one that nobody has looked at.
#[test]
fn every_function_of_postgres_that_may_do_more_than_read_is_refused_or_known_to_be_harmless() {
    /// Chance, clocks, and what only looks at its arguments.
    const HARMLESS: [&str; 28] = [
        "amvalidate",
        "clock_timestamp",
        "current_query",
        "currtid2",
        "file_fdw_validator",
        "gen_random_bytes",
        "gen_random_uuid",
        "gen_salt",
        "heap_tuple_infomask_flags",
        "normal_rand",
        "pg_database_size",
        "pg_indexes_size",
        "pg_relation_size",
        "pg_table_size",
        "pg_total_relation_size",
        "pgp_pub_encrypt",
        "pgp_pub_encrypt_bytea",
        "pgp_sym_encrypt",
        "pgp_sym_encrypt_bytea",
        "plpgsql_validator",
        "random",
        "random_normal",
        "timeofday",
        "txid_status",
        "uuid_generate_v1",
        "uuid_generate_v1mc",
        "uuid_generate_v4",
        "uuidv7",
    ];
    let Some(postgres) = Postgres::start() else {
        return;
    };
    let extensions = postgres.run("SELECT name FROM pg_available_extensions ORDER BY 1");
    for extension in extensions.lines() {
        // Some need another program, which is not here.
        let _ = postgres.try_run(&format!("CREATE EXTENSION IF NOT EXISTS \"{extension}\" CASCADE"));
    }
    // Functions that triggers, indexes and handlers call cannot be called by a query.
    let volatile = postgres.run(
        "SELECT DISTINCT proname FROM pg_proc WHERE provolatile = 'v' AND prokind = 'f'
         AND prorettype::regtype::text NOT IN ('trigger', 'event_trigger', 'internal', 'language_handler', 'fdw_handler',
           'index_am_handler', 'tsm_handler', 'table_am_handler')
         AND NOT ('internal'::regtype = ANY (proargtypes::oid[])) ORDER BY 1",
    );
    let passes = |name: &&str| check(&format!("SELECT {name}()"), Dialect::PostgreSql, None).is_ok();
    let unknown: Vec<&str> = volatile
        .lines()
        .filter(|name| !HARMLESS.contains(name))
        .filter(passes)
        .collect();
    assert!(volatile.lines().count() > 200, "{volatile}");
    assert_eq!(unknown, Vec::<&str>::new());
}

#[test]
fn a_postgres_is_filled_read_lost_and_found_again() {
    let Some(mut postgres) = Postgres::start() else {
        return;
    };
    assert_eq!(
        postgres.run("CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'é'); SELECT * FROM t"),
        "1\té"
    );
    assert!(postgres.reader("reader").contains("postgres://reader:"));
    assert!(
        postgres
            .try_run("SELECT nothing")
            .unwrap_err()
            .contains("nothing")
    );
    postgres.pause();
    TcpStream::connect_timeout(&postgres.address(), Duration::from_secs(1)).expect("the kernel takes it");
    postgres.resume();
    postgres.kill();
    assert!(postgres.try_run("SELECT 1").is_err());
    postgres.start_again();
    assert_eq!(postgres.run("SELECT count(*) FROM t"), "1");
}

#[test]
fn a_mariadb_is_filled_read_lost_and_found_again() {
    let Some(mut mariadb) = MariaDb::start() else {
        return;
    };
    assert_eq!(
        mariadb.run("CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'é'); SELECT * FROM t"),
        "1\té"
    );
    assert!(mariadb.reader("reader").contains("mysql://reader:"));
    assert!(mariadb.try_run("SELECT nothing").unwrap_err().contains("nothing"));
    mariadb.pause();
    TcpStream::connect_timeout(&mariadb.address(), Duration::from_secs(1)).expect("the kernel takes it");
    mariadb.resume();
    mariadb.kill();
    assert!(mariadb.try_run("SELECT 1").is_err());
    mariadb.start_again();
    assert_eq!(mariadb.run("SELECT count(*) FROM t"), "1");
}
