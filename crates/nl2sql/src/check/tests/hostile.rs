//! Statements that must never pass, by dialect. To add one, add a line.

use super::*;

/// What an error must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    Parse,
    Several,
    NotAQuery,
    Forbidden,
    Empty,
}

const ANY: &[Dialect] = &Dialect::ALL;

pub(super) const HOSTILE: &[(&[Dialect], Why, &str)] = &[
    // no query
    (ANY, Why::NotAQuery, "INSERT INTO users VALUES (1)"),
    (ANY, Why::NotAQuery, "UPDATE users SET name = 'x'"),
    (ANY, Why::NotAQuery, "DELETE FROM users"),
    (ANY, Why::NotAQuery, "REPLACE INTO users VALUES (1)"),
    (
        ANY,
        Why::NotAQuery,
        "MERGE INTO users USING orders ON 1=1 WHEN MATCHED THEN DELETE",
    ),
    (ANY, Why::NotAQuery, "DROP TABLE users"),
    (ANY, Why::NotAQuery, "TRUNCATE users"),
    (ANY, Why::NotAQuery, "CREATE TABLE x (a INT)"),
    (ANY, Why::NotAQuery, "ALTER TABLE users ADD COLUMN x INT"),
    (ANY, Why::NotAQuery, "GRANT ALL ON users TO public"),
    (ANY, Why::NotAQuery, "EXPLAIN ANALYZE SELECT 1"),
    (ANY, Why::NotAQuery, "EXPLAIN SELECT 1"),
    (ANY, Why::NotAQuery, "SHOW TABLES"),
    (ANY, Why::NotAQuery, "DESCRIBE users"),
    (ANY, Why::NotAQuery, "SET x = 1"),
    (ANY, Why::NotAQuery, "CALL p()"),
    (ANY, Why::NotAQuery, "DO SLEEP(1)"),
    (ANY, Why::NotAQuery, "HANDLER users OPEN"),
    (ANY, Why::NotAQuery, "LOAD DATA INFILE 'x' INTO TABLE users"),
    (ANY, Why::NotAQuery, "PRAGMA writable_schema = 1"),
    (ANY, Why::NotAQuery, "ATTACH DATABASE 'x' AS y"),
    (ANY, Why::NotAQuery, "VACUUM"),
    (ANY, Why::NotAQuery, "COPY users TO PROGRAM 'sh'"),
    (ANY, Why::NotAQuery, "COPY (SELECT 1) TO '/tmp/x'"),
    (ANY, Why::NotAQuery, "BEGIN"),
    (ANY, Why::NotAQuery, "PREPARE p AS SELECT 1"),
    (ANY, Why::NotAQuery, "EXECUTE p"),
    (ANY, Why::NotAQuery, "LISTEN x"),
    (ANY, Why::NotAQuery, "LOCK TABLE users"),
    (ANY, Why::NotAQuery, "(DELETE FROM users)"),
    (ANY, Why::NotAQuery, "TABLE users"),
    (&[P], Why::NotAQuery, "DO $$ BEGIN PERFORM pg_sleep(9); END $$"),
    (ANY, Why::Empty, ""),
    (ANY, Why::Empty, " ;; -- nothing\n"),
    // more than one
    (ANY, Why::Several, "SELECT 1; DROP TABLE users"),
    (ANY, Why::Several, "SELECT 1; SELECT 2"),
    (ANY, Why::Several, "SELECT 1;;SELECT 2"),
    (&[P], Why::Several, r"SELECT 'a\'; DROP TABLE users; --'"),
    (&[S], Why::Several, r"SELECT 'a\'; DROP TABLE users; --'"),
    (&[M], Why::Several, "SELECT 1 --;\n; DROP TABLE users"),
    (&[M], Why::Several, "SELECT 5--1; DROP TABLE users"),
    (&[S], Why::Several, "SELECT 1 /* /* */; DROP TABLE users -- */"),
    (&[M], Why::Several, "SELECT 1 /* /* */; DROP TABLE users -- */"),
    (&[P, S], Why::Several, "SELECT 1 -- x\r\n; DROP TABLE users"),
    // changes hidden in a query
    (
        &[P],
        Why::Forbidden,
        "WITH x AS (DELETE FROM users RETURNING *) SELECT * FROM x",
    ),
    (
        &[P],
        Why::Forbidden,
        "WITH x AS (UPDATE users SET name = 'x' RETURNING *) SELECT * FROM x",
    ),
    (
        &[P],
        Why::Forbidden,
        "WITH x AS (INSERT INTO users VALUES (1) RETURNING *) SELECT * FROM x",
    ),
    (
        &[P],
        Why::Forbidden,
        "SELECT * FROM users WHERE id IN (WITH x AS (DELETE FROM orders RETURNING id) SELECT id FROM x)",
    ),
    (ANY, Why::Forbidden, "WITH x AS (SELECT 1) DELETE FROM users"),
    (
        ANY,
        Why::Forbidden,
        "WITH x AS (SELECT 1) UPDATE users SET name = 'x'",
    ),
    (
        ANY,
        Why::Forbidden,
        "WITH x AS (SELECT 1) INSERT INTO users SELECT * FROM x",
    ),
    (&[P], Why::Forbidden, "SELECT * INTO copy FROM users"),
    (&[P], Why::Forbidden, "SELECT id INTO TEMP copy FROM users"),
    (&[M], Why::Forbidden, "SELECT * FROM users INTO OUTFILE '/tmp/x'"),
    (&[M], Why::Forbidden, "SELECT * INTO DUMPFILE '/tmp/x' FROM users"),
    (&[M], Why::Forbidden, "SELECT id FROM users INTO @x"),
    (
        &[M],
        Why::Forbidden,
        "SELECT id iNtO/**/OUTFILE '/tmp/x' FROM users",
    ),
    // locks
    (&[P, M], Why::Forbidden, "SELECT * FROM users FOR UPDATE"),
    (&[P, M], Why::Forbidden, "SELECT * FROM users FOR SHARE"),
    (
        &[P],
        Why::Forbidden,
        "SELECT * FROM users u FOR UPDATE OF u NOWAIT",
    ),
    (
        &[P],
        Why::Forbidden,
        "SELECT * FROM (SELECT * FROM users FOR UPDATE) x",
    ),
    (&[M], Why::Forbidden, "SELECT * FROM users LOCK IN SHARE MODE"),
    // functions
    (&[P], Why::Forbidden, "SELECT pg_sleep(10)"),
    (&[P], Why::Forbidden, "SELECT PG_SLEEP (10)"),
    (&[P], Why::Forbidden, "SELECT pg_catalog.pg_sleep(10)"),
    (&[P], Why::Forbidden, "SELECT \"pg_sleep\"(10)"),
    (
        &[P],
        Why::Forbidden,
        "SELECT pg_catalog . \"pg_sleep\" /* x */ (10)",
    ),
    (&[P], Why::Forbidden, "SELECT * FROM pg_sleep(10)"),
    (&[P], Why::Forbidden, "SELECT * FROM ROWS FROM (pg_sleep(10)) x"),
    (&[P], Why::Forbidden, "SELECT pg_sleep_for('1 hour')"),
    (&[P], Why::Forbidden, "SELECT pg_read_file('/etc/passwd')"),
    (&[P], Why::Forbidden, "SELECT pg_read_binary_file('/etc/passwd')"),
    (&[P], Why::Forbidden, "SELECT * FROM pg_ls_dir('/')"),
    (&[P], Why::Forbidden, "SELECT pg_stat_file('/etc/passwd')"),
    (&[P], Why::Forbidden, "SELECT lo_import('/etc/passwd')"),
    (&[P], Why::Forbidden, "SELECT lo_export(1, '/tmp/x')"),
    (
        &[P],
        Why::Forbidden,
        "SELECT * FROM dblink('host=x', 'DELETE FROM users') AS t(a int)",
    ),
    (&[P], Why::Forbidden, "SELECT nextval('s')"),
    (&[P], Why::Forbidden, "SELECT setval('s', 1)"),
    (&[P], Why::Forbidden, "SELECT set_config('x.y', 'z', false)"),
    (&[P], Why::Forbidden, "SELECT pg_terminate_backend(1)"),
    (&[P], Why::Forbidden, "SELECT pg_advisory_lock(1)"),
    (&[P], Why::Forbidden, "SELECT pg_try_advisory_xact_lock(1)"),
    (
        &[P],
        Why::Forbidden,
        "SELECT query_to_xml('DELETE FROM users', true, true, '')",
    ),
    (&[P], Why::Forbidden, "SELECT database_to_xml(true, true, '')"),
    (
        &[P],
        Why::Forbidden,
        "SELECT id FROM users ORDER BY (SELECT pg_sleep(1))",
    ),
    (
        &[P],
        Why::Forbidden,
        "SELECT CASE WHEN true THEN pg_reload_conf() END",
    ),
    (&[P], Why::Forbidden, "SELECT pg_notify('a', 'b')"),
    (&[M], Why::Forbidden, "SELECT SLEEP(10)"),
    (&[M], Why::Forbidden, "SELECT `sleep`(10)"),
    (&[M], Why::Forbidden, "SELECT BENCHMARK(1000000, MD5('x'))"),
    (&[M], Why::Forbidden, "SELECT LOAD_FILE('/etc/passwd')"),
    (&[M], Why::Forbidden, "SELECT GET_LOCK('a', 10)"),
    (&[M], Why::Forbidden, "SELECT sys_exec('id')"),
    (
        &[M],
        Why::Forbidden,
        "SELECT id FROM users WHERE id = 1 AND SLEEP(5)",
    ),
    (&[S], Why::Forbidden, "SELECT load_extension('x')"),
    (&[S], Why::Forbidden, "SELECT writefile('x', 'y')"),
    (&[S], Why::Forbidden, "SELECT readfile('x')"),
    (&[S], Why::Forbidden, "SELECT edit('x')"),
    (&[S], Why::Forbidden, "SELECT fts3_tokenizer('x')"),
    (&[S], Why::Forbidden, "SELECT [load_extension]('x')"),
    // variables and placeholders
    (&[M], Why::Forbidden, "SELECT @x := 1"),
    (&[M], Why::Forbidden, "SELECT @x"),
    (&[M], Why::Forbidden, "SELECT @@datadir"),
    (&[M, S], Why::Forbidden, "SELECT * FROM users WHERE id = ?"),
    (&[S], Why::Forbidden, "SELECT * FROM users WHERE id = :id"),
    (&[S], Why::Forbidden, "SELECT * FROM users WHERE id = @id"),
    (ANY, Why::Forbidden, "SELECT * FROM users WHERE id = $1"),
    // comments that run
    (&[M], Why::Forbidden, "SELECT 1 /*! UNION SELECT 2 */"),
    (&[M], Why::Forbidden, "SELECT /*!50000 SLEEP(5) */"),
    (&[M], Why::Forbidden, "SELECT 1 /*M!100000 UNION SELECT 2 */"),
    // text that ends in the middle, or that is no text
    (ANY, Why::Parse, "SELECT 'abc"),
    (ANY, Why::Parse, "SELECT 1 /* open"),
    (&[P], Why::Parse, "SELECT 1 /* /* */"),
    (&[P], Why::Parse, "SELECT $$abc"),
    (&[P], Why::Parse, "SELECT U&'\\0061'"),
    (&[M], Why::Parse, "SELECT `a"),
    (ANY, Why::Parse, "SELECT 1\0"),
    (ANY, Why::Parse, "SELECT 'a\0b'"),
    (ANY, Why::Parse, "SELECT id FROM users \\g"),
    (ANY, Why::Parse, "SELECT FROM WHERE"),
    (ANY, Why::Parse, "SELECT id FROM users WHERE name = ‘x’"),
    (&[M], Why::Parse, "SELECT {fn NOW()}"),
    (&[P], Why::Parse, "SELECT `id` FROM users"),
    (&[S], Why::Parse, "SELECT 1 # 2"),
    // clauses of other databases
    (ANY, Why::Forbidden, "SELECT TOP 5 id FROM users"),
    (
        &[M],
        Why::Forbidden,
        "SELECT u.id FROM users u FULL JOIN orders o ON o.user_id = u.id",
    ),
    (&[M], Why::Forbidden, "SELECT id FROM users QUALIFY 1 = 1"),
];

#[test]
fn hostile_statements_are_refused_for_the_right_reason() {
    let mut wrong = Vec::new();
    for (dialects, why, sql) in HOSTILE {
        for dialect in *dialects {
            for schema in [None, Some(shop())] {
                let found = match check(sql, *dialect, schema.as_ref()) {
                    Ok(_) => None,
                    Err(CheckError::Parse { .. }) => Some(Why::Parse),
                    Err(CheckError::SeveralStatements) => Some(Why::Several),
                    Err(CheckError::NotAQuery { .. }) => Some(Why::NotAQuery),
                    Err(CheckError::Forbidden { .. }) => Some(Why::Forbidden),
                    Err(CheckError::Empty) => Some(Why::Empty),
                    Err(other) => {
                        wrong.push(format!("{dialect}: {sql}\n    bound: {other}"));
                        continue;
                    }
                };
                if found != Some(*why) {
                    let result =
                        check(sql, *dialect, schema.as_ref()).map(|checked| checked.sql().to_owned());
                    wrong.push(format!(
                        "{dialect}: {sql}\n    expected {why:?}, found {result:?}"
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn longer_text_than_the_limit_is_not_looked_at() {
    let sql = format!("SELECT '{}'", "x".repeat(MAX_SQL_BYTES));
    assert!(matches!(
        check(&sql, Dialect::MySql, None),
        Err(CheckError::TooLong { .. })
    ));
}
