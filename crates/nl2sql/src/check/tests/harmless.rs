//! Queries that must pass, by dialect, against the shop. To add one, add a line.

use super::*;

const ANY: &[Dialect] = &Dialect::ALL;

pub(super) const HARMLESS: &[(&[Dialect], &str)] = &[
    (ANY, "SELECT 1"),
    (ANY, "SELECT 1;"),
    (ANY, " \n SELECT 1 ; ; -- done"),
    (ANY, "(SELECT 1)"),
    (ANY, "SELECT * FROM users"),
    (ANY, "select U.ID, u.NAME from USERS u"),
    (
        ANY,
        "SELECT u.* , o.total FROM users AS u JOIN orders o ON o.user_id = u.id",
    ),
    (
        ANY,
        "SELECT users.name FROM users, orders WHERE users.id = orders.user_id",
    ),
    (
        ANY,
        "SELECT name FROM users LEFT JOIN orders ON orders.user_id = users.id WHERE orders.id IS NULL",
    ),
    (
        ANY,
        "SELECT e.name, m.name AS boss FROM users e LEFT JOIN users m ON m.id = e.manager_id",
    ),
    (
        ANY,
        "SELECT status, COUNT(*) AS n FROM users GROUP BY status HAVING COUNT(*) > 1 ORDER BY n DESC",
    ),
    (ANY, "SELECT COUNT(DISTINCT status) FROM users"),
    (ANY, "SELECT name FROM users ORDER BY 1 LIMIT 5 OFFSET 2"),
    (
        ANY,
        "SELECT name FROM users WHERE id IN (SELECT user_id FROM orders WHERE total > 10)",
    ),
    (
        ANY,
        "SELECT name FROM users u WHERE EXISTS (SELECT 1 FROM orders o WHERE o.user_id = u.id)",
    ),
    (
        ANY,
        "SELECT name FROM users u WHERE (SELECT COUNT(*) FROM orders WHERE user_id = u.id) > 3",
    ),
    (
        ANY,
        "SELECT name, (SELECT MAX(total) FROM orders o WHERE o.user_id = u.id) AS best FROM users u",
    ),
    (
        ANY,
        "SELECT x.n FROM (SELECT COUNT(*) AS n, status FROM users GROUP BY status) x WHERE x.status = 'a'",
    ),
    (
        ANY,
        "WITH a AS (SELECT id FROM users), b AS (SELECT id FROM a) SELECT * FROM b",
    ),
    (
        ANY,
        "WITH a (k, v) AS (SELECT id, name FROM users) SELECT k, v FROM a",
    ),
    (
        ANY,
        "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT n FROM t",
    ),
    (
        ANY,
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT SUM(n) FROM t",
    ),
    (
        ANY,
        "WITH RECURSIVE c AS (SELECT id, manager_id FROM users WHERE manager_id IS NULL UNION ALL SELECT u.id, u.manager_id \
         FROM users u JOIN c ON u.manager_id = c.id) SELECT * FROM c",
    ),
    (
        ANY,
        "SELECT name FROM users UNION SELECT title FROM products ORDER BY name",
    ),
    (ANY, "SELECT id FROM users EXCEPT SELECT user_id FROM orders"),
    (ANY, "SELECT id FROM users INTERSECT SELECT user_id FROM orders"),
    (
        ANY,
        "SELECT CASE WHEN total > 5 THEN 'big' ELSE 'small' END AS size FROM orders GROUP BY size",
    ),
    (ANY, "SELECT CASE status WHEN 'a' THEN 1 END FROM orders"),
    (ANY, "SELECT CAST(total AS CHAR(10)) FROM orders"),
    (
        ANY,
        "SELECT COALESCE(name, 'none'), NULLIF(status, '') FROM users",
    ),
    (
        ANY,
        "SELECT 'it''s' AS quoted, 'a;b' AS semicolon, '--' AS dashes, '/*' AS open",
    ),
    (
        ANY,
        "SELECT name -- the name\nFROM users /* all of them */ WHERE id = 1",
    ),
    (
        ANY,
        "SELECT SUM(total) OVER (PARTITION BY user_id ORDER BY ordered_at) FROM orders",
    ),
    (
        ANY,
        "SELECT ROW_NUMBER() OVER w FROM orders WINDOW w AS (PARTITION BY user_id ORDER BY id)",
    ),
    (
        ANY,
        "SELECT AVG(total) OVER (ORDER BY id ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) FROM orders",
    ),
    (
        ANY,
        "SELECT status FROM users NATURAL JOIN (SELECT id FROM orders) o",
    ),
    (
        ANY,
        "SELECT id, total FROM orders JOIN (SELECT id, title FROM products) p USING (id)",
    ),
    (ANY, "SELECT * FROM users CROSS JOIN products"),
    (
        ANY,
        "SELECT u.name FROM (users u JOIN orders o ON o.user_id = u.id) JOIN order_items i ON i.order_id = o.id",
    ),
    (ANY, "SELECT CURRENT_DATE, CURRENT_TIMESTAMP"),
    (
        ANY,
        "SELECT name FROM users WHERE name LIKE '%\\_%' AND created_at BETWEEN '2024-01-01' AND '2024-12-31'",
    ),
    (ANY, "SELECT -1, +1, - -1, 1.5, .5, 1e3, 2E-2"),
    (
        ANY,
        "SELECT total * 100 / 3 % 7 - 2 FROM orders WHERE total <> 3 AND total != 4 AND NOT total <= 1",
    ),
    (
        ANY,
        "SELECT UPPER(TRIM(name)), REPLACE(name, 'a', 'b') FROM users",
    ),
    (ANY, "SELECT name AS \u{fc}ber FROM users ORDER BY \u{fc}ber"),
    (ANY, "SELECT\u{a0}name\u{a0}FROM users"),
    (
        ANY,
        "SELECT name FROM users u ORDER BY LOWER(u.name), created_at DESC",
    ),
    (
        &[M, P],
        "SELECT o.status FROM users u JOIN orders o ON u.id = o.user_id ORDER BY status",
    ),
    (ANY, "SELECT DISTINCT status FROM orders WHERE status IS NOT NULL"),
    (
        ANY,
        "SELECT 1 FROM users WHERE (id, name) IN (SELECT user_id, status FROM orders)",
    ),
    (ANY, "SELECT 1 WHERE 1 = 1"),
    (
        ANY,
        "SELECT u.id FROM users u WHERE u.id IN (SELECT u.user_id FROM orders u)",
    ),
    (
        &[P, S],
        "SELECT lock FROM (SELECT 1 AS lock) x WHERE lock IN (1, 2)",
    ),
    // MySQL
    (&[M], "SELECT `name` FROM `users` WHERE `status` = \"active\""),
    (&[M], "SELECT 5--1"),
    (&[M], "SELECT 1 # a comment"),
    (&[M], "SELECT /*+ MAX_EXECUTION_TIME(1000) */ id FROM users"),
    (
        &[M],
        "SELECT DATE_ADD(created_at, INTERVAL 1 DAY), DATE_FORMAT(created_at, '%Y-%m') FROM users",
    ),
    (
        &[M],
        "SELECT TIMESTAMPDIFF(DAY, created_at, NOW()) AS days FROM users HAVING days > 3",
    ),
    (
        &[M],
        "SELECT GROUP_CONCAT(DISTINCT name ORDER BY name SEPARATOR ', ') FROM users",
    ),
    (
        &[M],
        "SELECT name FROM users WHERE name REGEXP '^a' AND name RLIKE 'b$'",
    ),
    (
        &[M],
        "SELECT status, COUNT(*) FROM users GROUP BY status WITH ROLLUP",
    ),
    (
        &[M],
        "SELECT IF(total > 3, 'a', 'b'), total DIV 2, total <=> NULL FROM orders LIMIT 2, 5",
    ),
    (
        &[M],
        "SELECT JSON_EXTRACT(data, '$.a'), data->'$.a', data->>'$.b' FROM products",
    ),
    (&[M], "SELECT 1 FROM DUAL"),
    (&[M], "SELECT name FROM shop.users WHERE shop.users.id = 1"),
    (
        &[M],
        "SELECT YEAR(created_at) AS y, COUNT(*) FROM users GROUP BY y, MONTH(created_at)",
    ),
    (&[M], "SELECT 'a' 'b', N'c', X'41', _utf8mb4'd', 'e\\'f\\\\g\\nh'"),
    (
        &[M],
        "SELECT CONVERT(name USING utf8mb4), CAST(id AS UNSIGNED), BINARY name FROM users",
    ),
    (
        &[M],
        "SELECT STR_TO_DATE('2024', '%Y'), EXTRACT(YEAR FROM created_at) FROM users",
    ),
    (
        &[M],
        "SELECT a.id FROM users a JOIN orders b JOIN order_items c ON a.id = b.user_id AND c.order_id = b.id",
    ),
    (&[M], "SELECT id FROM users USE INDEX (PRIMARY) WHERE id = 1"),
    (&[M], "VALUES ROW(1, 2), ROW(3, 4)"),
    // PostgreSQL
    (
        &[P],
        "SELECT name::text, total::numeric(10, 2) FROM users JOIN orders ON user_id = users.id",
    ),
    (
        &[P],
        "SELECT name FROM public.users WHERE public.users.name ILIKE '%a%'",
    ),
    (
        &[P],
        "SELECT DISTINCT ON (user_id) user_id, total FROM orders ORDER BY user_id, ordered_at DESC",
    ),
    (
        &[P],
        "SELECT date_trunc('month', ordered_at) AS m, SUM(total) FILTER (WHERE status = 'a') FROM orders GROUP BY m",
    ),
    (
        &[P],
        "SELECT EXTRACT(EPOCH FROM ordered_at), ordered_at AT TIME ZONE 'UTC', ordered_at - INTERVAL '1 day' FROM orders",
    ),
    (
        &[P],
        "SELECT u.name, x.total FROM users u CROSS JOIN LATERAL (SELECT total FROM orders o WHERE o.user_id = u.id) x",
    ),
    (&[P], "SELECT g FROM generate_series(1, 5) AS g"),
    (&[P], "SELECT g.n FROM generate_series(1, 5) AS g(n)"),
    (
        &[P],
        "SELECT d::date FROM generate_series(now() - interval '3 days', now(), '1 day') d",
    ),
    (
        &[P],
        "SELECT t.tag FROM products p, unnest(string_to_array(p.tags, ',')) AS t(tag)",
    ),
    (
        &[P],
        "SELECT data->'a'->>'b', data #>> '{a,b}', data @> '{}'::jsonb, data ? 'k' FROM products",
    ),
    (&[P], "SELECT ARRAY[1, 2], (ARRAY[1, 2])[1], 1 = ANY(ARRAY[1, 2])"),
    (&[P], "SELECT $$it's$$, $a$x$a$, E'a\\nb', 'a\\b'"),
    (&[P], "SELECT string_agg(name, ', ' ORDER BY name) FROM users"),
    (
        &[P],
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM orders",
    ),
    (
        &[P],
        "SELECT name FROM users ORDER BY name NULLS LAST FETCH FIRST 5 ROWS ONLY",
    ),
    (&[P], "SELECT u FROM users u"),
    (&[P], "SELECT row_to_json(u) FROM users u"),
    (&[P], "SELECT ctid, name FROM users"),
    (
        &[P],
        "SELECT status, user_id, SUM(total) FROM orders GROUP BY GROUPING SETS ((status), (user_id), ())",
    ),
    (&[P], "SELECT status FROM orders GROUP BY ROLLUP (status)"),
    (
        &[P],
        "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v(id, label) WHERE v.label = 'a'",
    ),
    (&[P], "VALUES (1, 2)"),
    (&[P], "SELECT make_interval(days => 3)"),
    (&[P], "SELECT 1 /* outer /* inner */ still */ + 1"),
    (
        &[P],
        "SELECT name FROM users WHERE name ~ '^a' AND name !~* 'b' AND name IS DISTINCT FROM 'c'",
    ),
    (
        &[P],
        "SELECT u.id FROM users u FULL JOIN orders o ON o.user_id = u.id",
    ),
    (&[P], "SELECT count FROM (SELECT COUNT(*) FROM users) x"),
    (&[P], "WITH a AS MATERIALIZED (SELECT 1 AS x) SELECT x FROM a"),
    // SQLite
    (&[S], "SELECT \"name\", [email], `status` FROM \"users\""),
    (&[S], "SELECT rowid, oid FROM users"),
    (
        &[S],
        "SELECT name || ' ' || email, strftime('%Y', created_at) AS y FROM users WHERE y = '2024'",
    ),
    (&[S], "SELECT key, value FROM json_each('[1,2]')"),
    (
        &[S],
        "SELECT j.value FROM products, json_each(products.data, '$.a') j",
    ),
    (&[S], "SELECT name FROM users WHERE name GLOB 'a*' AND id IS 3"),
    (&[S], "SELECT group_concat(name, ', ') FROM users LIMIT 2, 5"),
    (
        &[S],
        "SELECT total AS t FROM orders WHERE t > 3 GROUP BY t HAVING t < 9 ORDER BY t + 1",
    ),
    (&[S], "SELECT date('now', '-7 days'), julianday('now')"),
    (&[S], "SELECT * FROM main.users"),
    (&[S], "VALUES (1, 2), (3, 4)"),
    (
        &[S],
        "SELECT iif(total > 3, 'a', 'b') FROM orders WHERE status == 'x' COLLATE NOCASE",
    ),
    (
        &[S],
        "SELECT u.name FROM users u, orders o JOIN order_items i ON i.order_id = o.id AND o.user_id = u.id",
    ),
    (
        &[S],
        "SELECT id FROM users WHERE id NOT IN (1, 2) AND status NOTNULL",
    ),
];

#[test]
fn harmless_queries_pass() {
    let mut wrong = Vec::new();
    for (dialects, sql) in HARMLESS {
        for dialect in *dialects {
            if let Err(error) = bound(sql, *dialect) {
                wrong.push(format!("{dialect}: {sql}\n    {error}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
