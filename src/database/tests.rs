//! What reading a schema promises.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};

use super::*;

async fn shop(folder: &Path) -> PathBuf {
    let path = folder.join("shop.db");
    let mut connection = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true)
        .connect()
        .await
        .expect("a new file opens");
    connection
        .execute(
            "CREATE TABLE suppliers (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, country TEXT, password_hash TEXT);
             CREATE TABLE \"Order Lines\" (supplier INTEGER REFERENCES suppliers(id), line INT, price DECIMAL(8,2),
                                         PRIMARY KEY (supplier, line));
             CREATE VIEW cheap AS SELECT * FROM \"Order Lines\" WHERE price < 1;
             INSERT INTO suppliers VALUES (1, 'Alpha', 'Peru', 'x1'), (2, 'Beta', 'Chad', 'x2'), (3, 'Gamma', 'Peru', 'x3');",
        )
        .await
        .expect("the statements run");
    connection.close().await.expect("it closes");
    path
}

fn at(path: &Path) -> String {
    path.display().to_string()
}

async fn error_of(path: &Path) -> SchemaError {
    Databases::default()
        .open(&at(path))
        .await
        .expect_err("it must not be readable")
}

#[tokio::test]
async fn a_file_gives_its_tables_keys_and_values_but_no_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let known = Databases::default()
        .open(&at(&shop(folder.path()).await))
        .await
        .unwrap()
        .known;
    let names: Vec<&str> = known
        .schema
        .tables
        .iter()
        .map(|table| table.name.as_str())
        .collect();
    assert_eq!(names, ["suppliers", "Order Lines", "cheap"]);
    let suppliers = &known.schema.tables[0];
    assert_eq!(suppliers.primary_key, ["id"]);
    assert_eq!(suppliers.column("country").unwrap().samples, ["Chad", "Peru"]);
    assert!(suppliers.column("name").unwrap().unique);
    assert!(suppliers.column("password_hash").unwrap().samples.is_empty());
    let lines = &known.schema.tables[1];
    assert_eq!(lines.primary_key, ["supplier", "line"]);
    assert_eq!(lines.foreign_keys[0].table, "suppliers");
    assert_eq!(lines.foreign_keys[0].references, ["id"]);
    assert_eq!(lines.column("price").unwrap().kind, nl2sql::ColumnKind::Decimal);
}

#[tokio::test]
async fn a_changed_file_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = shop(folder.path()).await;
    let databases = Databases::default();
    assert_eq!(
        databases
            .open(&at(&path))
            .await
            .unwrap()
            .known
            .schema
            .tables
            .len(),
        3
    );
    let mut connection = SqliteConnectOptions::new()
        .filename(&path)
        .connect()
        .await
        .unwrap();
    connection
        .execute("CREATE TABLE extra (id INT); INSERT INTO extra VALUES (1)")
        .await
        .unwrap();
    connection.close().await.unwrap();
    assert_eq!(
        databases
            .open(&at(&path))
            .await
            .unwrap()
            .known
            .schema
            .tables
            .len(),
        4
    );
}

#[tokio::test]
async fn what_is_no_database_is_called_so() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        error_of(&folder.path().join("none.db")).await,
        SchemaError::Missing { .. }
    ));
    assert!(matches!(
        error_of(folder.path()).await,
        SchemaError::NotADatabase { .. }
    ));
    let text = folder.path().join("letter.db");
    std::fs::write(&text, "Dear reader, this is no database. ".repeat(50)).unwrap();
    assert!(matches!(error_of(&text).await, SchemaError::NotADatabase { .. }));
    let empty = folder.path().join("empty.db");
    std::fs::write(&empty, "").unwrap();
    assert!(matches!(error_of(&empty).await, SchemaError::NotADatabase { .. }));
    assert!(!empty.with_extension("db-journal").exists());
}

#[tokio::test]
async fn a_locked_file_is_an_error_and_not_a_hang() {
    let folder = tempfile::tempdir().unwrap();
    let path = shop(folder.path()).await;
    let mut writer = SqliteConnectOptions::new()
        .filename(&path)
        .connect()
        .await
        .unwrap();
    writer.execute("BEGIN EXCLUSIVE").await.unwrap();
    assert!(matches!(error_of(&path).await, SchemaError::Locked { .. }));
}

#[tokio::test]
async fn a_name_that_is_not_configured_lists_those_that_are() {
    let database = config::Database {
        dsn: Some(SecretString::from("user:s3cret@tcp(127.0.0.1:1)/shop")),
        ..config::Database::new(Dialect::MySql)
    };
    let databases = configured(database);
    let unknown = databases.schema("shp").await.unwrap_err().to_string();
    assert!(unknown.contains("shop"), "{unknown}");
    let closed = databases.schema("shop").await.unwrap_err().to_string();
    assert!(
        closed.contains("cannot be reached") && !closed.contains("s3cret"),
        "{closed}"
    );
}

fn source_of(place: &str) -> Result<Source, SchemaError> {
    Source::parse(place, &DatabasePool::default(), None).map(|(_, source)| source)
}

#[test]
fn every_usual_spelling_of_a_file_is_understood() {
    for dsn in [
        "/d/a.db",
        "sqlite:/d/a.db",
        "sqlite:///d/a.db",
        "sqlite3:///d/a.db?mode=ro",
        "file:/d/a.db?cache=shared",
    ] {
        let Ok(Source::Connection(connection)) = source_of(dsn) else {
            panic!("{dsn}");
        };
        assert_eq!(connection.file(), Some(&PathBuf::from("/d/a.db")), "{dsn}");
    }
    assert!(matches!(source_of("schema.SQL"), Ok(Source::DdlFile(..))));
    let closed = source_of("postgres://u:s3cret@h:x/d").unwrap_err().to_string();
    assert!(!closed.contains("s3cret"), "{closed}");
}

/// Lets a file rest until its time tells it from later states.
fn set_back(path: &Path) {
    let earlier = std::time::SystemTime::now() - std::time::Duration::from_secs(10);
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(earlier).unwrap();
}

fn configured(database: config::Database) -> Databases {
    let config = Config {
        databases: BTreeMap::from([("shop".to_owned(), database)]),
        ..Config::default()
    };
    Databases::new(&config, None, Arc::default())
}

fn sqlite_at(path: &Path) -> config::Database {
    config::Database {
        dsn: Some(SecretString::from(at(path))),
        ..config::Database::new(Dialect::Sqlite)
    }
}

#[tokio::test]
async fn a_stamp_stays_while_the_file_does_and_differs_after_each_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = shop(folder.path()).await;
    let databases = configured(sqlite_at(&path));
    let stamp = async || databases.stamp("shop").await.unwrap();
    assert_ne!(
        stamp().await,
        stamp().await,
        "a file that was just written may change unseen"
    );
    set_back(&path);
    let rested = stamp().await;
    assert_eq!(rested, stamp().await);
    assert_eq!(rested, configured(sqlite_at(&path)).stamp("shop").await.unwrap());

    let log = folder.path().join("shop.db-wal");
    std::fs::write(&log, "pages").unwrap();
    set_back(&log);
    assert_ne!(rested, stamp().await, "new pages stand in the log first");
    std::fs::remove_file(&log).unwrap();
    assert_eq!(rested, stamp().await);

    std::fs::write(&path, "other").unwrap();
    set_back(&path);
    assert_ne!(rested, stamp().await);
}

#[tokio::test]
async fn a_stamp_differs_when_the_settings_do() {
    let ddl = async |text: &str, driver| {
        configured(config::Database {
            schema_ddl: Some(text.into()),
            ..config::Database::new(driver)
        })
        .stamp("shop")
        .await
        .unwrap()
    };
    let stamp = ddl("CREATE TABLE a (id INT)", Dialect::Sqlite).await;
    assert_eq!(stamp, ddl("CREATE TABLE a (id INT)", Dialect::Sqlite).await);
    assert_ne!(stamp, ddl("CREATE TABLE b (id INT)", Dialect::Sqlite).await);
    assert_ne!(stamp, ddl("CREATE TABLE a (id INT)", Dialect::MySql).await);
    let elsewhere = configured(sqlite_at(Path::new("/nowhere/a.db")))
        .stamp("shop")
        .await
        .unwrap();
    assert_ne!(
        elsewhere,
        configured(sqlite_at(Path::new("/nowhere/b.db")))
            .stamp("shop")
            .await
            .unwrap()
    );
    assert!(matches!(
        configured(sqlite_at(Path::new("x"))).stamp("other").await,
        Err(SchemaError::NotConfigured { .. })
    ));
}
