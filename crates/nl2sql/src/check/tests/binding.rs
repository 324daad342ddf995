//! What names mean, and what is said when they mean nothing.

use super::*;

fn error(sql: &str, dialect: Dialect) -> String {
    match bound(sql, dialect) {
        Ok(checked) => panic!("passed: {}", checked.sql()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn unknown_names_are_told_with_the_nearest_ones() {
    for (sql, message) in [
        (
            "SELECT * FROM user",
            "the schema has no table user; nearest: users",
        ),
        (
            "SELECT nam FROM users",
            "no table of this query has a column nam; nearest: name",
        ),
        (
            "SELECT u.nmae FROM users u",
            "u has no column nmae; nearest: name",
        ),
        (
            "SELECT users.name FROM users u",
            "users is no table or alias of this query; nearest: u",
        ),
        (
            "SELECT title FROM users",
            "no table of this query has a column title; nearest: products.title",
        ),
        ("SELECT x.id FROM users", "x is no table or alias of this query"),
        (
            "SELECT status FROM users u JOIN orders o ON o.user_id = u.id",
            "the column status is ambiguous: it could be of u or o; write which",
        ),
        (
            "SELECT id FROM users UNION SELECT id, total FROM orders",
            "the right side of UNION, EXCEPT or INTERSECT has 2 columns where 1 are needed",
        ),
        (
            "WITH a(x, y) AS (SELECT id FROM users) SELECT x FROM a",
            "the list of names after a has 2 columns where 1 are needed",
        ),
    ] {
        for dialect in Dialect::ALL {
            assert_eq!(error(sql, dialect), message, "{dialect}: {sql}");
        }
    }
}

#[test]
fn names_in_the_wrong_place_are_refused() {
    for (dialects, sql) in [
        (&Dialect::ALL[..], "SELECT id FROM users WHERE user_id = 1"),
        (&Dialect::ALL[..], "SELECT name AS n, n FROM users"),
        (&Dialect::ALL[..], "SELECT a.id FROM (SELECT name FROM users) a"),
        (
            &Dialect::ALL[..],
            "WITH a AS (SELECT id FROM users) SELECT name FROM a",
        ),
        (
            &Dialect::ALL[..],
            "SELECT * FROM users u, (SELECT * FROM orders WHERE user_id = u.id) x",
        ),
        (
            &Dialect::ALL[..],
            "SELECT name FROM users UNION SELECT title FROM products ORDER BY email",
        ),
        (
            &Dialect::ALL[..],
            "SELECT id FROM users JOIN orders USING (total)",
        ),
        (
            &Dialect::ALL[..],
            "SELECT id FROM users WHERE EXISTS (SELECT 1 FROM orders o WHERE o.user_id = x.id)",
        ),
        (&Dialect::ALL[..], "SELECT id FROM users ORDER BY total"),
        (&Dialect::ALL[..], "SELECT o.* FROM users u"),
        (&Dialect::ALL[..], "SELECT COUNT(nothing) FROM users"),
        (
            &Dialect::ALL[..],
            "SELECT SUM(id) OVER (PARTITION BY nothing) FROM users",
        ),
        (
            &Dialect::ALL[..],
            "SELECT table_name FROM information_schema.tables",
        ),
        (&[P, M], "SELECT total AS t FROM orders WHERE t > 3"),
        (&[P, M], "SELECT 1 FROM users u JOIN orders u ON 1 = 1"),
        (&[P, M], "SELECT 1 FROM users, users"),
        (&[P], "SELECT total AS t FROM orders GROUP BY total HAVING t > 3"),
        (&[P], "SELECT total AS t FROM orders ORDER BY t + 1"),
        (
            &[P, M],
            "SELECT u.id FROM users u, orders o JOIN order_items i ON i.order_id = u.id",
        ),
        (&[P, M], "SELECT rowid FROM users"),
        (
            &[P, S],
            "SELECT u.status FROM users u JOIN orders o ON o.user_id = u.id GROUP BY status",
        ),
        (
            &[M, P],
            "WITH b AS (SELECT * FROM a), a AS (SELECT 1) SELECT * FROM b",
        ),
    ] {
        for dialect in dialects {
            assert!(bound(sql, *dialect).is_err(), "{dialect}: {sql}");
        }
    }
}

#[test]
fn sqlite_takes_no_name_in_double_quotes_for_a_string() {
    let message = error("SELECT id FROM users WHERE status = \"active\"", Dialect::Sqlite);
    assert!(message.contains("a string has single quotes"), "{message}");
    assert!(matches!(
        bound("SELECT id FROM users WHERE \"statsu\" = 'a'", Dialect::Sqlite),
        Err(CheckError::DoubleQuoted { name, nearest }) if name == "statsu" && nearest.contains(&"status".to_owned())
    ));
}

#[test]
fn what_a_query_reads_is_told_in_the_spelling_of_the_schema() {
    let sql = "WITH big AS (SELECT USER_ID FROM Orders WHERE total > 5) SELECT name FROM users JOIN big ON id = big.user_id";
    let checked = bound(sql, Dialect::MySql).expect("it passes");
    assert_eq!(checked.tables(), ["orders", "users"]);
    let columns: Vec<String> = checked
        .columns()
        .iter()
        .map(|c| format!("{}.{}", c.table, c.column))
        .collect();
    assert_eq!(
        columns,
        ["orders.user_id", "orders.total", "users.id", "users.name"]
    );
    assert!(checked.bound());
}

#[test]
fn without_a_schema_only_what_the_query_defines_is_checked() {
    let checked = check(
        "SELECT a.x, y FROM t a JOIN u ON u.z = a.x",
        Dialect::Sqlite,
        None,
    )
    .expect("it passes");
    assert_eq!(checked.tables(), ["t", "u"]);
    assert!(!checked.bound());
    assert!(
        check(
            "WITH a AS (SELECT 1 AS x) SELECT a.y FROM a",
            Dialect::Sqlite,
            None
        )
        .is_err()
    );
}

#[test]
fn a_namespace_must_be_the_tables_own_when_that_is_known() {
    let schema = read_ddl(
        "CREATE TABLE sales.orders (id INT); CREATE TABLE hr.staff (id INT)",
        Dialect::PostgreSql,
    )
    .schema;
    assert!(check("SELECT id FROM sales.orders", Dialect::PostgreSql, Some(&schema)).is_ok());
    assert!(
        check(
            "SELECT orders.id FROM sales.orders",
            Dialect::PostgreSql,
            Some(&schema)
        )
        .is_ok()
    );
    assert!(check("SELECT id FROM hr.orders", Dialect::PostgreSql, Some(&schema)).is_err());
}

/// The servers refuse the same ones: `tests/peers/databases.rs` asks them.
#[test]
fn what_does_not_bind_is_refused_for_its_names() {
    for statement in super::statements::read(include_str!("statements/unbound.sql")) {
        for dialect in Dialect::ALL
            .into_iter()
            .filter(|dialect| statement.is_of(letter(*dialect)))
        {
            let found = bound(&statement.sql, dialect);
            let is_for_names = !matches!(
                found,
                Ok(_) | Err(CheckError::Parse { .. } | CheckError::Forbidden { .. })
            );
            assert!(is_for_names, "{dialect}: {}: {found:?}", statement.sql);
        }
    }
}
