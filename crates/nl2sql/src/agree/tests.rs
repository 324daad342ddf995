use super::*;
use crate::check::check;

const DDL: &str = "
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, city TEXT, active BOOLEAN, boss_id INTEGER);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), total REAL, placed_on DATE);";

fn degree(one: &str, two: &str) -> f64 {
    let schema = crate::read_ddl(DDL, Dialect::Sqlite).schema;
    let meaning = |sql: &str| {
        let checked =
            check(sql, Dialect::Sqlite, Some(&schema)).unwrap_or_else(|error| panic!("{sql}: {error}"));
        Meaning::of(&checked, Some(&schema)).expect("it is short")
    };
    let (one, two) = (meaning(one), meaning(two));
    let degree = one.agreement(&two);
    assert_eq!(degree, two.agreement(&one), "both ways");
    assert_eq!(degree == 1.0, one.is_same(&two));
    degree
}

#[test]
fn what_is_only_written_differently_is_the_same() {
    for (one, two) in [
        ("SELECT name FROM customers", "select C.NAME from customers as c"),
        (
            "SELECT name AS n FROM customers",
            "SELECT \"name\" FROM customers",
        ),
        (
            "SELECT COUNT(*) FROM customers",
            "SELECT count(1) AS n FROM customers",
        ),
        (
            "SELECT COUNT(*) FROM customers",
            "SELECT COUNT(id) FROM customers c",
        ),
        (
            "SELECT name FROM customers WHERE city = 'Oslo' AND active",
            "SELECT name FROM customers WHERE active = 1 AND ('Oslo' = city)",
        ),
        (
            "SELECT c.name, o.total FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.total > 5",
            "SELECT name, total FROM orders, customers x WHERE x.id = orders.customer_id AND 5.0 < total",
        ),
        (
            "SELECT city, COUNT(*) AS n FROM customers GROUP BY city ORDER BY n DESC LIMIT 3",
            "SELECT city, COUNT(*) FROM customers GROUP BY 1 ORDER BY COUNT(*) DESC LIMIT 3 OFFSET 0",
        ),
        (
            "SELECT id FROM orders WHERE total BETWEEN 1 AND 2",
            "SELECT id FROM orders WHERE total >= 1 AND total <= 2",
        ),
        (
            "SELECT id FROM orders WHERE id IN (2, 1)",
            "SELECT id FROM orders WHERE id = 1 OR id = 2",
        ),
        (
            "SELECT id FROM orders WHERE NOT (total < 3) AND placed_on IS NOT NULL",
            "SELECT id FROM orders WHERE total >= 3 AND NOT placed_on IS NULL",
        ),
        (
            "SELECT DISTINCT city FROM customers",
            "SELECT city FROM customers GROUP BY city",
        ),
        (
            "SELECT * FROM orders",
            "SELECT id, customer_id, total, placed_on FROM orders",
        ),
        (
            "SELECT n FROM (SELECT COUNT(*) AS n FROM orders) t",
            "WITH x AS (SELECT COUNT(*) AS k FROM orders) SELECT k FROM x",
        ),
        (
            "SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)",
            "SELECT name FROM customers k WHERE EXISTS (SELECT * FROM orders WHERE customer_id = k.id)",
        ),
        (
            "SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE total > 5)",
            "SELECT name FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE 5 < o.total AND c.id = o.customer_id)",
        ),
        (
            "SELECT c.name FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.total > 5 WHERE o.id IS NULL",
            "SELECT name FROM customers WHERE NOT EXISTS (SELECT * FROM orders WHERE customer_id = customers.id AND total > 5)",
        ),
        (
            "SELECT name FROM customers WHERE id IN (SELECT boss_id FROM customers)",
            "SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM customers x WHERE x.boss_id = c.id)",
        ),
        (
            "SELECT a.name, b.name FROM customers a JOIN customers b ON a.boss_id = b.id",
            "SELECT b.name, a.name FROM customers a JOIN customers b ON a.id = b.boss_id",
        ),
        (
            "SELECT name FROM customers UNION SELECT city FROM customers",
            "SELECT city FROM customers c UNION SELECT c.name FROM customers c",
        ),
        (
            "SELECT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.id IS NULL",
            "SELECT x.id FROM customers x LEFT OUTER JOIN orders y ON x.id = y.customer_id WHERE y.id IS NULL",
        ),
    ] {
        assert_eq!(degree(one, two), 1.0, "{one} / {two}");
    }
}

#[test]
fn what_means_something_else_is_not_the_same() {
    for (one, two) in [
        ("SELECT name FROM customers", "SELECT city FROM customers"),
        (
            "SELECT name FROM customers",
            "SELECT DISTINCT name FROM customers",
        ),
        (
            "SELECT name FROM customers WHERE city = 'Oslo'",
            "SELECT name FROM customers WHERE city = 'oslo'",
        ),
        (
            "SELECT id FROM orders WHERE total > 5",
            "SELECT id FROM orders WHERE total >= 5",
        ),
        (
            "SELECT name FROM customers ORDER BY name",
            "SELECT name FROM customers ORDER BY name DESC",
        ),
        (
            "SELECT name FROM customers WHERE city = 'a' AND active OR id = 1",
            "SELECT name FROM customers WHERE city = 'a' AND (active OR id = 1)",
        ),
        (
            "SELECT COUNT(*) FROM customers",
            "SELECT COUNT(city) FROM customers",
        ),
        (
            "SELECT c.id, COUNT(o.id) FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id",
            "SELECT c.id, COUNT(*) FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id",
        ),
        (
            "SELECT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id",
            "SELECT c.id FROM customers c JOIN orders o ON o.customer_id = c.id",
        ),
        (
            "SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM customers x WHERE x.boss_id = x.id)",
            "SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM customers x WHERE x.boss_id = c.id)",
        ),
        (
            "SELECT c.name FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.id IS NULL",
            "SELECT c.name FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.id IS NULL)",
        ),
        (
            "SELECT c.name, o.total FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.id IS NULL",
            "SELECT c.name FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)",
        ),
        (
            "SELECT id FROM orders WHERE total IN (SELECT MAX(total) FROM orders)",
            "SELECT id FROM orders WHERE total IN (SELECT total FROM orders)",
        ),
        (
            "SELECT name FROM customers EXCEPT SELECT city FROM customers",
            "SELECT city FROM customers EXCEPT SELECT name FROM customers",
        ),
        (
            "SELECT id FROM orders WHERE total - id > 5",
            "SELECT id FROM orders WHERE id - total > 5",
        ),
        (
            "SELECT name FROM customers WHERE NOT (city = 'a' AND active)",
            "SELECT name FROM customers WHERE NOT city = 'a' AND NOT active",
        ),
    ] {
        let degree = degree(one, two);
        assert!(degree < 1.0, "{one} / {two}: {degree}");
    }
}

#[test]
fn the_nearer_two_queries_are_the_higher_is_the_degree() {
    let base = "SELECT name FROM customers WHERE city = 'Oslo' ORDER BY name LIMIT 5";
    let near = degree(
        base,
        "SELECT name FROM customers WHERE city = 'Oslo' ORDER BY name LIMIT 6",
    );
    let mid = degree(base, "SELECT name FROM customers WHERE city = 'Rome'");
    let far = degree(base, "SELECT total FROM orders");
    assert!(near > mid && mid > far, "{near} {mid} {far}");
    assert_eq!(far, 0.0);
    assert!(near > 0.8, "{near}");
}

#[test]
fn without_a_schema_a_query_with_one_table_is_read_all_the_same() {
    let read = |sql| Meaning::read(sql, Dialect::PostgreSql, None).unwrap();
    let one = read("SELECT u.name FROM users u WHERE u.age > 3");
    let two = read("SELECT name FROM users WHERE age > 3");
    assert!(one.is_same(&two));
    assert_eq!(one.bound_share(), Some(0.0));
    assert!(!one.is_same(&read("SELECT * FROM users")));
    assert_eq!(read("SELECT 1").bound_share(), None);
}

#[test]
fn the_share_of_bound_names_counts_each_use_of_a_column() {
    let schema = crate::read_ddl(DDL, Dialect::Sqlite).schema;
    let read = |sql| Meaning::read(sql, Dialect::Sqlite, Some(&schema)).unwrap();
    let all = read("SELECT name, COUNT(*) AS n FROM customers WHERE id > 1 GROUP BY name ORDER BY n");
    assert_eq!(all.bound_share(), Some(1.0));
    let half = read("SELECT name, x FROM customers, unknown");
    assert_eq!(half.bound_share(), Some(0.5));
}

#[test]
fn what_cannot_be_read_has_no_meaning() {
    let read = |sql: &str| Meaning::read(sql, Dialect::MySql, None);
    assert!(read("").is_none());
    assert!(read("SELECT 'a").is_none());
    assert!(read("DROP TABLE t").is_none());
    let long = format!("SELECT 1{}", " + 1".repeat(MAX_LEXEMES));
    assert!(read(&long).is_none());
    let deep = format!("SELECT 1{}", " + 1".repeat(MAX_LEXEMES / 2 - 10));
    assert!(read(&deep).is_some());
    let chain = format!("SELECT a FROM t WHERE a = 1{}", " OR a = 2".repeat(450));
    assert!(
        read(&chain)
            .unwrap()
            .is_same(&read("SELECT a FROM t WHERE a IN (1, 2)").unwrap())
    );
}

#[test]
fn names_that_are_used_twice_each_do_not_make_the_form_grow() {
    let mut sql = String::from("WITH a0 AS (SELECT 1 AS x)");
    for at in 1..40 {
        sql.push_str(&format!(
            ", a{at} AS (SELECT p.x + q.x AS x FROM a{0} p, a{0} q)",
            at - 1
        ));
    }
    sql.push_str(" SELECT x FROM a39");
    let meaning = Meaning::read(&sql, Dialect::Sqlite, None).unwrap();
    assert!(
        meaning.parts.select[0].len() < 4096,
        "{}",
        meaning.parts.select[0].len()
    );
}

proptest::proptest! {
    #[test]
    fn any_query_can_be_read_and_means_the_same_as_itself(
        words in proptest::collection::vec(proptest::sample::select(&WORDS[..]), 1..40)
    ) {
        let sql = format!("SELECT {}", words.join(" "));
        for dialect in Dialect::ALL {
            let schema = crate::read_ddl(DDL, dialect).schema;
            if let Some(meaning) = Meaning::read(&sql, dialect, Some(&schema)) {
                proptest::prop_assert!(meaning.is_same(&meaning));
                proptest::prop_assert_eq!(meaning.agreement(&meaning), 1.0);
            }
        }
    }
}

const WORDS: [&str; 44] = [
    "name",
    "id",
    "*",
    ",",
    "FROM customers",
    "FROM orders o",
    "c.name",
    "JOIN customers c",
    "ON o.id = c.id",
    "LEFT JOIN orders",
    "USING (id)",
    "WHERE",
    "AND",
    "OR",
    "NOT",
    "(",
    ")",
    "(SELECT id FROM orders)",
    "IN",
    "EXISTS",
    "= 1",
    "'x'",
    "1.50",
    "IS NULL",
    "BETWEEN 1 AND 2",
    "GROUP BY 1",
    "ORDER BY 1",
    "DESC",
    "LIMIT 3",
    "OFFSET 2",
    "UNION",
    "SELECT",
    "COUNT(*)",
    "DISTINCT",
    "OVER (ORDER BY id)",
    "CASE WHEN id > 1 THEN 2 END",
    "HAVING",
    "AS x",
    "x",
    "-",
    "LIKE 'a%'",
    "TRUE",
    "CAST(id AS TEXT)",
    "COALESCE(total, 0)",
];
