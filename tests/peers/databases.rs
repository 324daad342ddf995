//! Real database servers: that they are what tests of databases need.

use std::net::TcpStream;
use std::time::Duration;

use super::support::mariadb::MariaDb;
use super::support::postgres::Postgres;

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
