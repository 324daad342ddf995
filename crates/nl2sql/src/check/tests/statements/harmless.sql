--- MPS Passes: selecting
SELECT 1
SELECT 1;
 ␊ SELECT 1 ; ; -- done
SELECT * FROM users
SELECT * FROM ((SELECT 1 AS n)) x
SELECT id FROM users WHERE id IN ((SELECT 1))
SELECT ((SELECT 1))
select U.ID, u.NAME from USERS u
SELECT u.* , o.total FROM users AS u JOIN orders o ON o.user_id = u.id
SELECT users.name FROM users, orders WHERE users.id = orders.user_id
SELECT name FROM users LEFT JOIN orders ON orders.user_id = users.id WHERE orders.id IS NULL
SELECT e.name, m.name AS boss FROM users e LEFT JOIN users m ON m.id = e.manager_id
SELECT status, COUNT(*) AS n FROM users GROUP BY status HAVING COUNT(*) > 1 ORDER BY n DESC
SELECT COUNT(DISTINCT status) FROM users
SELECT name FROM users ORDER BY 1 LIMIT 5 OFFSET 2
SELECT name FROM users WHERE id IN (SELECT user_id FROM orders WHERE total > 10)
SELECT name FROM users u WHERE EXISTS (SELECT 1 FROM orders o WHERE o.user_id = u.id)
SELECT name FROM users u WHERE (SELECT COUNT(*) FROM orders WHERE user_id = u.id) > 3
SELECT name, (SELECT MAX(total) FROM orders o WHERE o.user_id = u.id) AS best FROM users u
SELECT x.n FROM (SELECT COUNT(*) AS n, status FROM users GROUP BY status) x WHERE x.status = 'a'
WITH a AS (SELECT id FROM users), b AS (SELECT id FROM a) SELECT * FROM b
WITH a (k, v) AS (SELECT id, name FROM users) SELECT k, v FROM a
WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT n FROM t
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT SUM(n) FROM t
WITH RECURSIVE c AS (SELECT id, manager_id FROM users WHERE manager_id IS NULL UNION ALL SELECT u.id, u.manager_id FROM users u JOIN c ON u.manager_id = c.id) SELECT * FROM c
SELECT name FROM users UNION SELECT title FROM products ORDER BY name
SELECT id FROM users EXCEPT SELECT user_id FROM orders
SELECT id FROM users INTERSECT SELECT user_id FROM orders
SELECT CASE WHEN total > 5 THEN 'big' ELSE 'small' END AS size FROM orders GROUP BY size
SELECT CASE status WHEN 'a' THEN 1 END FROM orders
SELECT CAST(total AS CHAR(10)) FROM orders
SELECT COALESCE(name, 'none'), NULLIF(status, '') FROM users
SELECT 'it''s' AS quoted, 'a;b' AS semicolon, '--' AS dashes, '/*' AS open
SELECT name -- the name␊FROM users /* all of them */ WHERE id = 1
SELECT SUM(total) OVER (PARTITION BY user_id ORDER BY ordered_at) FROM orders
SELECT ROW_NUMBER() OVER w FROM orders WINDOW w AS (PARTITION BY user_id ORDER BY id)
SELECT AVG(total) OVER (ORDER BY id ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) FROM orders
SELECT status FROM users NATURAL JOIN (SELECT id FROM orders) o
SELECT id, total FROM orders JOIN (SELECT id, title FROM products) p USING (id)
SELECT * FROM users CROSS JOIN products
SELECT u.name FROM (users u JOIN orders o ON o.user_id = u.id) JOIN order_items i ON i.order_id = o.id
SELECT CURRENT_DATE, CURRENT_TIMESTAMP
SELECT name FROM users WHERE name LIKE '%\_%' AND created_at BETWEEN '2024-01-01' AND '2024-12-31'
SELECT -1, +1, - -1, 1.5, .5, 1e3, 2E-2
SELECT total * 100 / 3 % 7 - 2 FROM orders WHERE total <> 3 AND total != 4 AND NOT total <= 1
SELECT UPPER(TRIM(name)), REPLACE(name, 'a', 'b') FROM users
SELECT name AS über FROM users ORDER BY über
SELECT⍽name⍽FROM users
SELECT name FROM users u ORDER BY LOWER(u.name), created_at DESC
SELECT DISTINCT status FROM orders WHERE status IS NOT NULL
SELECT 1 FROM users WHERE (id, name) IN (SELECT user_id, status FROM orders)
SELECT 1 WHERE 1 = 1
SELECT u.id FROM users u WHERE u.id IN (SELECT u.user_id FROM orders u)
SELECT NULL
SELECT 'x'
SELECT '' AS empty
SELECT 1 AS a, 2 AS b
SELECT 1 a, 2 b
SELECT name AS "select" FROM users
SELECT users.* FROM users
SELECT id, id FROM users
SELECT ALL name FROM users
SELECT DISTINCT name, status FROM users
SELECT u.name FROM users AS u
SELECT name FROM users WHERE 1 = 1
SELECT id + 1, id - 1, id * 2, id / 2, id % 2 FROM users
SELECT -id, +id, -(-id) FROM users
SELECT ((((id)))) FROM users
SELECT 1.0, 0.5, 1e2, 12345678901234567890
SELECT 'a''b''c', ''''
SELECT 'DROP TABLE users', 'DELETE FROM users; --'
SELECT '/* no comment */', '-- none either', '# nor this'
SELECT 'INTO OUTFILE', 'FOR UPDATE', 'pg_sleep(1)', 'SLEEP(1)', 'load_extension(1)'
SELECT '日本語', 'é', '😀', 'ѕ'
SELECT ' $1 ? :x @y '
SELECT name /* a ; b */ FROM users
SELECT name -- ; DROP TABLE users␊FROM users
/* before */ SELECT 1 /* after */
SELECT␊  name␊FROM␊  users
SELECT␉name␉FROM␉users
select NAME from Users where ID = 1
SELECT name FROM users;;

--- MPS Passes: filtering
SELECT id FROM users WHERE (id, name) = (SELECT user_id, 'a' FROM orders LIMIT 1)
SELECT id FROM users WHERE (id, name) IN (SELECT user_id, status FROM orders)
SELECT id FROM users WHERE id IN ((SELECT user_id FROM orders LIMIT 1), 3)
SELECT id FROM users WHERE ((SELECT MAX(user_id) FROM orders)) = id
SELECT id FROM users WHERE id BETWEEN (SELECT MIN(user_id) FROM orders) AND (SELECT MAX(user_id) FROM orders)
SELECT name FROM users WHERE id = 1 OR id = 2 AND NOT id = 3
SELECT name FROM users WHERE NOT (id = 1 OR id = 2)
SELECT name FROM users WHERE id IN (1, 2, 3)
SELECT name FROM users WHERE id NOT IN (SELECT user_id FROM orders WHERE user_id IS NOT NULL)
SELECT name FROM users WHERE id BETWEEN 1 AND 10 AND id NOT BETWEEN 3 AND 4
SELECT name FROM users WHERE name LIKE 'a%' OR name NOT LIKE '%b'
SELECT name FROM users WHERE name LIKE '10!%' ESCAPE '!'
SELECT name FROM users WHERE email IS NULL OR email IS NOT NULL
SELECT name FROM users WHERE id <> 1 AND id != 2 AND id < 9 AND id <= 8 AND id > 0 AND id >= 1
SELECT name FROM users WHERE (id = 1) = (id = 2)
SELECT name FROM users WHERE created_at >= '2024-01-01'
SELECT name FROM users WHERE NOT EXISTS (SELECT * FROM orders WHERE orders.user_id = users.id)
SELECT name FROM users WHERE id = (SELECT MAX(user_id) FROM orders)
SELECT name FROM users u WHERE u.id > (SELECT AVG(o.total) FROM orders o WHERE o.user_id = u.id)
SELECT name FROM users WHERE status = 'delete' OR status = 'update'
SELECT name FROM users WHERE LENGTH(name) > 3
SELECT name FROM users WHERE LOWER(name) = 'ann' AND UPPER(status) = 'A'
SELECT name FROM users WHERE ABS(id) = 1
SELECT name FROM users WHERE COALESCE(email, '') <> ''
SELECT total FROM orders WHERE total > 10.5 AND total < 1e3
SELECT id FROM orders WHERE total * 2 > 10 + 5 - 3

--- MPS Passes: joining
SELECT u.name, o.total FROM users u INNER JOIN orders o ON u.id = o.user_id
SELECT u.name, o.total FROM users u LEFT OUTER JOIN orders o ON u.id = o.user_id
SELECT u.name FROM users u RIGHT JOIN orders o ON u.id = o.user_id
SELECT u.name FROM users u JOIN orders o ON u.id = o.user_id AND o.total > 5
SELECT u.name FROM users u JOIN orders o ON u.id = o.user_id OR u.manager_id = o.user_id
SELECT a.name, b.name FROM users a, users b WHERE a.id < b.id
SELECT a.name FROM users a CROSS JOIN users b CROSS JOIN users c
SELECT u.name, p.title FROM users u JOIN orders o ON o.user_id = u.id JOIN order_items i ON i.order_id = o.id JOIN products p ON p.id = i.product_id
SELECT name FROM users JOIN (SELECT user_id, SUM(total) AS spent FROM orders GROUP BY user_id) s ON s.user_id = users.id
SELECT order_id, SUM(quantity * price) FROM order_items GROUP BY order_id
SELECT id FROM users JOIN (SELECT id FROM orders) o USING (id)
SELECT o.id FROM orders o LEFT JOIN order_items i ON i.order_id = o.id WHERE i.order_id IS NULL
SELECT p.title FROM products p LEFT JOIN order_items i ON p.id = i.product_id GROUP BY p.title HAVING COUNT(i.order_id) = 0
SELECT u.name FROM users u JOIN orders o ON o.user_id = u.id JOIN users m ON m.id = u.manager_id

--- MPS Passes: grouping and ordering
SELECT COUNT(*), COUNT(id), SUM(id), AVG(id), MIN(name), MAX(name) FROM users
SELECT status, COUNT(*) FROM users GROUP BY status
SELECT status, name, COUNT(*) FROM users GROUP BY status, name
SELECT status FROM users GROUP BY status HAVING MIN(id) > 1 AND MAX(id) < 100
SELECT COUNT(*) FROM users HAVING COUNT(*) > 0
SELECT LOWER(status), COUNT(*) FROM users GROUP BY LOWER(status)
SELECT status AS s, COUNT(*) AS c FROM users GROUP BY status ORDER BY c DESC, s ASC
SELECT name FROM users ORDER BY name DESC, id ASC
SELECT name FROM users ORDER BY 1 DESC
SELECT name, id FROM users ORDER BY id % 2, name
SELECT name FROM users ORDER BY CASE WHEN status = 'a' THEN 0 ELSE 1 END
SELECT name FROM users ORDER BY created_at LIMIT 1
SELECT name FROM users LIMIT 0
SELECT name FROM users LIMIT 10 OFFSET 0
SELECT SUM(CASE WHEN status = 'a' THEN 1 ELSE 0 END) FROM users
SELECT COUNT(DISTINCT user_id), SUM(DISTINCT total) FROM orders
SELECT MAX(total) - MIN(total) FROM orders
SELECT ROUND(AVG(total), 2) FROM orders
SELECT status, SUM(total) * 100 / (SELECT SUM(total) FROM orders) FROM orders GROUP BY status

--- MPS Passes: sets, named queries and windows
SELECT name FROM users UNION ALL SELECT title FROM products
SELECT id FROM users UNION SELECT id FROM orders UNION SELECT id FROM products
SELECT 1 UNION ALL SELECT 2 ORDER BY 1
SELECT * FROM (SELECT 1 AS n UNION ALL SELECT 2) x WHERE n > 1
WITH a AS (SELECT 1 AS n) SELECT n FROM a
WITH a AS (SELECT 1 AS n), b AS (SELECT n + 1 AS m FROM a) SELECT n, m FROM a, b
WITH spent AS (SELECT user_id, SUM(total) AS t FROM orders GROUP BY user_id) SELECT u.name, s.t FROM users u JOIN spent s ON s.user_id = u.id
WITH users2 AS (SELECT * FROM users) SELECT name FROM users2 WHERE id IN (SELECT id FROM users2)
WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT COUNT(*) FROM n
SELECT name, RANK() OVER (ORDER BY id) FROM users
SELECT name, DENSE_RANK() OVER (PARTITION BY status ORDER BY id DESC) FROM users
SELECT total, LAG(total) OVER (ORDER BY id), LEAD(total, 1) OVER (ORDER BY id) FROM orders
SELECT total, SUM(total) OVER () FROM orders
SELECT FIRST_VALUE(total) OVER (PARTITION BY user_id ORDER BY id) FROM orders
SELECT NTILE(4) OVER (ORDER BY total) FROM orders
SELECT COUNT(*) OVER (PARTITION BY status) FROM users
SELECT AVG(total) OVER (ORDER BY id ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) FROM orders
SELECT * FROM (SELECT name, ROW_NUMBER() OVER (PARTITION BY status ORDER BY id) AS r FROM users) x WHERE r = 1
SELECT SUM(total) OVER (ORDER BY id RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM orders

--- MPS Passes: names that only look dangerous
SELECT x.sleep FROM (SELECT 1 AS sleep) x
SELECT benchmark FROM (SELECT 1 AS benchmark) x
SELECT x.pg_sleep FROM (SELECT 1 AS pg_sleep) x
SELECT 1 AS load_file, 2 AS dblink
SELECT updates.deleted FROM (SELECT 1 AS deleted) updates
SELECT name AS inserted FROM users
WITH copied AS (SELECT 1 AS n) SELECT n FROM copied
SELECT REPLACE(name, 'DROP', 'drop') FROM users

--- MP Passes: selecting
SELECT o.status FROM users u JOIN orders o ON u.id = o.user_id ORDER BY status

--- MS Passes: shapes
SELECT id FROM users WHERE (SELECT 1, 2) = (SELECT user_id, id FROM orders LIMIT 1)
SELECT id FROM users WHERE (SELECT user_id, id FROM orders LIMIT 1) = (1, 2)
SELECT name FROM users LIMIT 5, 10

--- PS Passes: selecting
SELECT lock FROM (SELECT 1 AS lock) x WHERE lock IN (1, 2)

--- PS Passes: text and numbers
SELECT name || ' <' || email || '>' FROM users
SELECT 5 / 2, 5.0 / 2, 5 % 2
SELECT 'a\''; DROP TABLE users; --'

--- MP Passes: selecting
(SELECT 1)
((SELECT 1))
(SELECT id FROM users) UNION (SELECT id FROM orders)
(SELECT id FROM users LIMIT 1) UNION ALL (SELECT id FROM orders LIMIT 1) ORDER BY 1
WITH a AS ((SELECT 1 AS n)) SELECT n FROM a

--- M Passes: of this database
SELECT `name` FROM `users` WHERE `status` = "active"
SELECT 5--1
SELECT 1 # a comment
SELECT /*+ MAX_EXECUTION_TIME(1000) */ id FROM users
SELECT DATE_ADD(created_at, INTERVAL 1 DAY), DATE_FORMAT(created_at, '%Y-%m') FROM users
SELECT TIMESTAMPDIFF(DAY, created_at, NOW()) AS days FROM users HAVING days > 3
SELECT GROUP_CONCAT(DISTINCT name ORDER BY name SEPARATOR ', ') FROM users
SELECT name FROM users WHERE name REGEXP '^a' AND name RLIKE 'b$'
SELECT status, COUNT(*) FROM users GROUP BY status WITH ROLLUP
SELECT IF(total > 3, 'a', 'b'), total DIV 2, total <=> NULL FROM orders LIMIT 2, 5
--! M: MariaDB has no arrows; MySQL has
SELECT JSON_EXTRACT(data, '$.a'), data->'$.a', data->>'$.b' FROM products
SELECT 1 FROM DUAL
SELECT name FROM shop.users WHERE shop.users.id = 1
SELECT YEAR(created_at) AS y, COUNT(*) FROM users GROUP BY y, MONTH(created_at)
SELECT 'a' 'b', N'c', X'41', _utf8mb4'd', 'e\'f\\g\nh'
SELECT CONVERT(name USING utf8mb4), CAST(id AS UNSIGNED), BINARY name FROM users
SELECT STR_TO_DATE('2024', '%Y'), EXTRACT(YEAR FROM created_at) FROM users
SELECT a.id FROM users a JOIN orders b JOIN order_items c ON a.id = b.user_id AND c.order_id = b.id
SELECT id FROM users USE INDEX (PRIMARY) WHERE id = 1
--! M: MariaDB writes VALUES (1, 2); MySQL writes this
VALUES ROW(1, 2), ROW(3, 4)

--- M Passes: text and numbers
SELECT CONCAT(name, ' <', email, '>') FROM users
SELECT CONCAT_WS(', ', name, status) FROM users
SELECT SUBSTRING(name, 1, 3), LEFT(name, 2), RIGHT(name, 2) FROM users
SELECT LPAD(id, 5, '0'), RPAD(name, 10, ' '), REPEAT('a', 3) FROM users
SELECT TRIM(BOTH ' ' FROM name), LTRIM(name), RTRIM(name) FROM users
SELECT CHAR_LENGTH(name), LENGTH(name), REVERSE(name) FROM users
SELECT LOCATE('a', name), INSTR(name, 'a'), POSITION('a' IN name) FROM users
SELECT SUBSTRING_INDEX(email, '@', -1) FROM users
SELECT FORMAT(total, 2), ROUND(total, 1), FLOOR(total), CEIL(total), TRUNCATE(total, 1) FROM orders
SELECT GREATEST(id, 5), LEAST(id, 5) FROM users
SELECT MD5(name), SHA1(name), SHA2(name, 256) FROM users
SELECT HEX(name), UNHEX('4D'), TO_BASE64(name) FROM users
SELECT IFNULL(email, 'none'), NULLIF(name, ''), IF(id > 1, 'x', 'y') FROM users
SELECT FIELD(status, 'a', 'b'), ELT(1, 'a', 'b'), FIND_IN_SET('a', tags) FROM users, products
SELECT name FROM users WHERE name = 'it\'s' OR name = "x"
SELECT name FROM users WHERE name LIKE BINARY 'A%'
SELECT name FROM users WHERE name COLLATE utf8mb4_bin = 'a'
SELECT name REGEXP '[0-9]+', REGEXP_REPLACE(name, 'a', 'b') FROM users
SELECT id & 1, id | 2, id ^ 3, ~id, id << 1, id >> 1 FROM users
SELECT TRUE, FALSE, NOT TRUE, id IS TRUE FROM users
SELECT 7 DIV 2, 7 / 2
SELECT BIT_COUNT(id), CRC32(name) FROM users
SELECT INET_ATON('127.0.0.1'), INET_NTOA(2130706433)
SELECT UUID(), RAND(), PI()
SELECT DATABASE(), USER(), VERSION(), CONNECTION_ID()
SELECT MATCH(name) AGAINST ('ann') FROM users

--- M Passes: days
SELECT CURDATE(), CURTIME(), NOW(), CURRENT_TIMESTAMP(), UTC_TIMESTAMP()
SELECT created_at + INTERVAL 1 DAY, created_at - INTERVAL 2 MONTH FROM users
SELECT DATE_SUB(NOW(), INTERVAL 1 WEEK), ADDDATE(NOW(), 7)
SELECT YEAR(created_at), MONTH(created_at), DAY(created_at), WEEK(created_at), QUARTER(created_at) FROM users
SELECT DAYNAME(created_at), MONTHNAME(created_at), DAYOFWEEK(created_at), LAST_DAY(created_at) FROM users
SELECT DATE(ordered_at), TIME(ordered_at), HOUR(ordered_at), MINUTE(ordered_at) FROM orders
SELECT DATEDIFF(NOW(), created_at), TIMESTAMPDIFF(MONTH, created_at, NOW()) FROM users
SELECT DATE '2024-01-01', TIMESTAMP '2024-01-01 00:00:00'
SELECT * FROM orders WHERE ordered_at BETWEEN '2024-01-01' AND NOW() - INTERVAL 1 HOUR
SELECT DATE_FORMAT(ordered_at, '%Y-%m') AS m, SUM(total) FROM orders GROUP BY m ORDER BY m
SELECT STR_TO_DATE('01,5,2013', '%d,%m,%Y')

--- M Passes: shapes
SELECT id FROM users WHERE ROW(id, name) IN (SELECT user_id, status FROM orders)
SELECT id FROM users WHERE ROW(id, name) <=> (SELECT user_id, status FROM orders LIMIT 1)
SELECT SQL_NO_CACHE name FROM users
SELECT STRAIGHT_JOIN u.id FROM users u JOIN orders o ON o.user_id = u.id
SELECT u.id FROM users u STRAIGHT_JOIN orders o ON o.user_id = u.id
SELECT status, SUM(id) FROM users GROUP BY status WITH ROLLUP
SELECT GROUP_CONCAT(name ORDER BY id DESC SEPARATOR '|') FROM users
SELECT name FROM users FORCE INDEX (PRIMARY) WHERE id > 1
SELECT name FROM users IGNORE INDEX (PRIMARY)
SELECT * FROM users NATURAL JOIN (SELECT id FROM products) p
SELECT * FROM users LEFT JOIN (orders JOIN order_items ON order_items.order_id = orders.id) ON orders.user_id = users.id
SELECT `u`.`name` AS `the name` FROM `shop`.`users` AS `u`
SELECT name AS 'the name', id AS "the id" FROM users
SELECT u.`id`, u.name FROM users u ORDER BY u.`id`
SELECT JSON_OBJECT('id', id, 'name', name), JSON_ARRAY(1, 2) FROM users
SELECT JSON_EXTRACT(data, '$.a.b'), JSON_UNQUOTE(JSON_EXTRACT(data, '$.a')), JSON_LENGTH(data) FROM products
SELECT JSON_CONTAINS(data, '1', '$.a'), JSON_VALID(data) FROM products
SELECT STDDEV(total), VARIANCE(total), BIT_OR(id) FROM orders
SELECT COUNT(DISTINCT status, user_id) FROM orders
SELECT id FROM users WHERE (id, manager_id) = (1, 2)
SELECT id FROM users WHERE ROW(id, manager_id) IN ((1, 2), (3, 4))
SELECT id FROM users WHERE id > ALL (SELECT user_id FROM orders) OR id = ANY (SELECT user_id FROM orders)
SELECT CAST(id AS CHAR), CAST('1' AS SIGNED), CAST('2024-01-01' AS DATE), CONVERT('1.5', DECIMAL(5, 2)) FROM users
SELECT name FROM users ORDER BY name COLLATE utf8mb4_general_ci
SELECT name FROM users ORDER BY FIELD(status, 'a', 'b'), RAND()
SELECT 1 AS `into`, 2 AS `update`
SELECT name FROM users WHERE created_at IS NULL ORDER BY ISNULL(email), email
--! M: MariaDB has it since 12; MySQL has it
SELECT ANY_VALUE(name), status FROM users GROUP BY status
SELECT DISTINCTROW name FROM users
SELECT 1 -- the end
SELECT 1 --␉tab
SELECT name FROM users WHERE id = 1 # AND status = 'a'

--- P Passes: of this database
SELECT name::text, total::numeric(10, 2) FROM users JOIN orders ON user_id = users.id
SELECT name FROM public.users WHERE public.users.name ILIKE '%a%'
SELECT DISTINCT ON (user_id) user_id, total FROM orders ORDER BY user_id, ordered_at DESC
SELECT date_trunc('month', ordered_at) AS m, SUM(total) FILTER (WHERE status = 'a') FROM orders GROUP BY m
SELECT EXTRACT(EPOCH FROM ordered_at), ordered_at AT TIME ZONE 'UTC', ordered_at - INTERVAL '1 day' FROM orders
SELECT u.name, x.total FROM users u CROSS JOIN LATERAL (SELECT total FROM orders o WHERE o.user_id = u.id) x
SELECT g FROM generate_series(1, 5) AS g
SELECT g.n FROM generate_series(1, 5) AS g(n)
SELECT d::date FROM generate_series(now() - interval '3 days', now(), '1 day') d
SELECT t.tag FROM products p, unnest(string_to_array(p.tags, ',')) AS t(tag)
SELECT data->'a'->>'b', data #>> '{a,b}', data @> '{}'::jsonb, data ? 'k' FROM products
SELECT ARRAY[1, 2], (ARRAY[1, 2])[1], 1 = ANY(ARRAY[1, 2])
SELECT $$it's$$, $a$x$a$, E'a\nb', 'a\b'
SELECT string_agg(name, ', ' ORDER BY name) FROM users
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM orders
SELECT name FROM users ORDER BY name NULLS LAST FETCH FIRST 5 ROWS ONLY
SELECT u FROM users u
SELECT row_to_json(u) FROM users u
SELECT ctid, name FROM users
SELECT status, user_id, SUM(total) FROM orders GROUP BY GROUPING SETS ((status), (user_id), ())
SELECT status FROM orders GROUP BY ROLLUP (status)
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v(id, label) WHERE v.label = 'a'
VALUES (1, 2)
SELECT make_interval(days => 3)
SELECT 1 /* outer /* inner */ still */ + 1
SELECT name FROM users WHERE name ~ '^a' AND name !~* 'b' AND name IS DISTINCT FROM 'c'
SELECT u.id FROM users u FULL JOIN orders o ON o.user_id = u.id
SELECT count FROM (SELECT COUNT(*) FROM users) x
WITH a AS MATERIALIZED (SELECT 1 AS x) SELECT x FROM a

--- P Passes: text and numbers
SELECT concat(name, email), concat_ws(', ', name, status), format('%s-%s', id, name) FROM users
SELECT substring(name FROM 1 FOR 3), left(name, 2), right(name, 2) FROM users
SELECT lpad(id::text, 5, '0'), repeat('a', 3), reverse(name) FROM users
SELECT trim(both ' ' FROM name), ltrim(name), btrim(name, 'x') FROM users
SELECT char_length(name), octet_length(name), position('a' IN name), strpos(name, 'a') FROM users
SELECT split_part(email, '@', 2), initcap(name), overlay(name PLACING 'x' FROM 1) FROM users
SELECT round(total, 1), floor(total), ceil(total), trunc(total, 1), mod(id, 2), power(id, 2) FROM orders
SELECT greatest(id, 5), least(id, 5), id ^ 2, |/ id, @ id FROM users
SELECT md5(name), encode(sha256(name::bytea), 'hex') FROM users
SELECT name FROM users WHERE name SIMILAR TO '%(a|b)%'
SELECT name FROM users WHERE name ~* '^a' OR name !~ 'b'
SELECT regexp_replace(name, 'a', 'b', 'g'), regexp_match(name, '(a)') FROM users
SELECT name FROM users WHERE name ILIKE ANY (ARRAY['a%', 'b%'])
SELECT name COLLATE "C" FROM users ORDER BY name COLLATE "C"
SELECT id & 1, id | 2, id # 3, ~id, id << 1, id >> 1 FROM users
SELECT B'101', X'1F'
SELECT true AND false OR NOT true, id IS NOT DISTINCT FROM 1 FROM users
SELECT to_char(total, 'FM999,999.00'), to_number('12', '99'), to_char(id, '000') FROM orders
SELECT gen_random_uuid(), random(), pi()
SELECT current_database(), current_user, version()
SELECT pg_typeof(id), pg_size_pretty(pg_total_relation_size('users')) FROM users
SELECT pg_column_size(name), pg_relation_size('users') FROM users
SELECT quote_ident(name), quote_literal(name) FROM users
SELECT to_tsvector('english', name) @@ to_tsquery('english', 'ann') FROM users
SELECT 'a'␊'b'
SELECT $tag$ it's; DROP TABLE users; $tag$

--- P Passes: days
SELECT current_date - 7, current_date - interval '1 month', now() - '2 days'::interval
SELECT date_trunc('week', ordered_at), date_part('year', ordered_at), extract(dow FROM ordered_at) FROM orders
SELECT to_char(ordered_at, 'YYYY-MM'), to_date('2024', 'YYYY'), to_timestamp(0) FROM orders
SELECT age(ordered_at), age(now(), ordered_at), justify_days(age(ordered_at)) FROM orders
SELECT created_at + 7, created_at::timestamp, current_date - created_at FROM users
SELECT ordered_at AT TIME ZONE 'Europe/Oslo', ordered_at::date, ordered_at::time FROM orders
SELECT DATE '2024-01-01', TIMESTAMP '2024-01-01 00:00', INTERVAL '1' DAY, TIME '10:00'
SELECT * FROM orders WHERE (ordered_at, ordered_at) OVERLAPS ('2024-01-01'::timestamp, '2024-02-01'::timestamp)
SELECT make_date(2024, 1, 1), make_timestamp(2024, 1, 1, 0, 0, 0)
SELECT date_bin('15 minutes', ordered_at, '2024-01-01') FROM orders
SELECT localtimestamp, localtime, current_time, statement_timestamp(), clock_timestamp()
SELECT isfinite(ordered_at), created_at = ANY (ARRAY[DATE '2024-01-01']) FROM orders, users

--- P Passes: shapes
SELECT id FROM users WHERE ROW(id, name) = (SELECT user_id, status FROM orders LIMIT 1)
SELECT id FROM users WHERE ROW(id, name) IN (SELECT user_id, status FROM orders)
SELECT id FROM users WHERE (id, name) = ANY (SELECT user_id, status FROM orders)
SELECT id FROM users u WHERE u IN (SELECT v FROM users v)
SELECT ARRAY(SELECT id FROM users), (SELECT u) FROM users u
SELECT DISTINCT ON (status) status, name FROM users ORDER BY status, id
SELECT name FROM users ORDER BY created_at DESC NULLS LAST OFFSET 5 LIMIT 5
SELECT name FROM users OFFSET 2 ROWS FETCH NEXT 3 ROWS ONLY
SELECT name FROM users FETCH FIRST ROW ONLY
SELECT status, user_id, sum(total) FROM orders GROUP BY CUBE (status, user_id)
SELECT status, grouping(status), count(*) FROM orders GROUP BY ROLLUP (status)
SELECT array_agg(name ORDER BY id), string_agg(DISTINCT name, ',') FROM users
SELECT json_agg(u), jsonb_agg(u.name), json_object_agg(u.id, u.name) FROM users u
SELECT jsonb_build_object('id', id, 'name', name), to_jsonb(u) FROM users u
SELECT data->>'a', data->0, data #>> '{a}', data ?| ARRAY['a'], data || '{}'::jsonb FROM products
SELECT jsonb_path_query(data, '$.a'), jsonb_array_length(data->'b') FROM products
SELECT e.value FROM products p CROSS JOIN LATERAL jsonb_array_elements(p.data) AS e(value)
SELECT k, v FROM products p, jsonb_each_text(p.data) AS kv(k, v)
SELECT x.a FROM products p, jsonb_to_record(p.data) AS x(a int, b text)
SELECT u.name FROM users u LEFT JOIN LATERAL (SELECT 1 AS one FROM orders o WHERE o.user_id = u.id LIMIT 1) x ON true
SELECT d::date, count(o.id) FROM generate_series('2024-01-01'::date, '2024-01-31', '1 day') d LEFT JOIN orders o ON o.ordered_at::date = d GROUP BY 1
SELECT n, t FROM unnest(ARRAY[1, 2], ARRAY['a', 'b']) AS x(n, t)
SELECT w, i FROM regexp_split_to_table('a b', ' ') WITH ORDINALITY AS t(w, i)
SELECT id FROM users WHERE id = ALL (ARRAY[1]) OR id = SOME (SELECT user_id FROM orders)
SELECT id FROM users WHERE (id, manager_id) < (5, 6) AND ROW(id, manager_id) = ROW(1, 2)
SELECT ARRAY(SELECT id FROM users), ARRAY[[1, 2], [3, 4]], (ARRAY[1, 2, 3])[1:2], cardinality(ARRAY[1])
SELECT 1 = ANY ('{1,2}'::int[]), ARRAY[1] || 2, ARRAY[1, 2] @> ARRAY[1], ARRAY[1] && ARRAY[2]
SELECT int4range(1, 5) @> 3, lower(int4range(1, 5)), '[2024-01-01,2024-02-01)'::daterange
SELECT name FROM ONLY users
SELECT (u).name, (u.*).id FROM users u
SELECT count(*) FILTER (WHERE status = 'a'), mode() WITHIN GROUP (ORDER BY status) FROM users
SELECT percentile_disc(0.9) WITHIN GROUP (ORDER BY total), stddev(total), corr(total, id) FROM orders
SELECT sum(total) OVER w, lag(total) OVER w FROM orders WINDOW w AS (PARTITION BY user_id ORDER BY id)
WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT * FROM t
WITH a AS NOT MATERIALIZED (SELECT 1 AS x) SELECT x FROM a
SELECT * FROM users TABLESAMPLE SYSTEM (10)
SELECT * FROM users TABLESAMPLE BERNOULLI (10) REPEATABLE (1)
SELECT E'it\'s', E'\u00e9' FROM users
SELECT * FROM users u JOIN orders o USING (id) WHERE u.id > 1
SELECT CAST(id AS text), id::bigint::text, text 'x', int4 '5' FROM users
SELECT bool_and(id > 1), bool_or(id > 2), every(id > 3) FROM users
SELECT id FROM users WHERE id IN (VALUES (1), (2))
SELECT CASE WHEN id IS UNKNOWN THEN 1 END FROM (SELECT true AS id) x
SELECT nullif(id, 0), num_nulls(id, name), coalesce(id, 0) FROM users
SELECT u.tableoid::regclass, u.xmin FROM users u
SELECT inet '127.0.0.1' << inet '127.0.0.0/8', point(1, 2) <-> point(3, 4)
SELECT 'users'::regclass, 'int4'::regtype
SELECT name FROM users WHERE created_at > now() - make_interval(days => 30)
SELECT "name", "users"."id" FROM "users"
SELECT 1 AS "into", 2 AS "update", 3 AS "pg_sleep"

--- S Passes: of this database
SELECT "name", [email], `status` FROM "users"
SELECT rowid, oid FROM users
SELECT name || ' ' || email, strftime('%Y', created_at) AS y FROM users WHERE y = '2024'
SELECT key, value FROM json_each('[1,2]')
SELECT j.value FROM products, json_each(products.data, '$.a') j
SELECT name FROM users WHERE name GLOB 'a*' AND id IS 3
SELECT group_concat(name, ', ') FROM users LIMIT 2, 5
SELECT total AS t FROM orders WHERE t > 3 GROUP BY t HAVING t < 9 ORDER BY t + 1
SELECT date('now', '-7 days'), julianday('now')
SELECT * FROM main.users
VALUES (1, 2), (3, 4)
SELECT iif(total > 3, 'a', 'b') FROM orders WHERE status == 'x' COLLATE NOCASE
SELECT u.name FROM users u, orders o JOIN order_items i ON i.order_id = o.id AND o.user_id = u.id
SELECT id FROM users WHERE id NOT IN (1, 2) AND status NOTNULL

--- S Passes: text and numbers
SELECT substr(name, 1, 3), substr(name, -2), instr(name, 'a') FROM users
SELECT trim(name), ltrim(name, 'x'), rtrim(name) FROM users
SELECT printf('%05d', id), format('%.2f', total), hex(name) FROM users JOIN orders USING (id)
SELECT round(total, 1), abs(total), max(id, 5), min(id, 5), sign(id) FROM orders
SELECT ifnull(email, 'none'), iif(id > 1, 'x', 'y'), typeof(id), quote(name) FROM users
SELECT unicode('a'), char(65, 66), random() % 10
SELECT id & 1, id | 2, ~id, id << 1, id >> 1 FROM users
SELECT TRUE, FALSE, id IS TRUE, id IS NOT FALSE FROM users
SELECT name FROM users WHERE name GLOB '[a-c]*' OR name LIKE 'a_'
SELECT name FROM users WHERE name LIKE 'a\_b' ESCAPE '\'
SELECT name FROM users WHERE name = 'ann' COLLATE NOCASE ORDER BY name COLLATE BINARY
SELECT id FROM users WHERE id IS 1 OR id IS NOT 2 OR id IS DISTINCT FROM 3
SELECT id == 1, id <> 2, NOT id FROM users
SELECT CAST(id AS TEXT), CAST('1.5' AS REAL), CAST(total AS INTEGER) FROM users JOIN orders USING (id)
SELECT sqlite_version(), changes(), total_changes()
SELECT soundex('a'), likely(1), unlikely(0)
SELECT nullif(id, 0), coalesce(email, name, 'x') FROM users
SELECT replace(upper(name), 'A', 'b'), length(name), lower(name) FROM users
SELECT 'backslash \ stays'

--- S Passes: days
SELECT date('now'), time('now'), datetime('now', 'localtime'), julianday('now')
SELECT date(created_at, '+1 month', 'start of month', '-1 day') FROM users
SELECT strftime('%Y-%m', ordered_at) AS m, SUM(total) FROM orders GROUP BY m ORDER BY m
SELECT strftime('%s', 'now') - strftime('%s', created_at) FROM users
SELECT CAST(julianday('now') - julianday(created_at) AS INTEGER) AS days FROM users WHERE days > 30
SELECT unixepoch('now'), unixepoch(ordered_at) FROM orders
SELECT * FROM orders WHERE ordered_at >= datetime('now', '-1 day') AND date(ordered_at) <> date('now', 'weekday 0')
SELECT strftime('%w', created_at), strftime('%H:%M', ordered_at) FROM users, orders
SELECT CURRENT_DATE, CURRENT_TIME, CURRENT_TIMESTAMP
SELECT date(1700000000, 'unixepoch'), date('2024-01-31', '+1 month')

--- S Passes: shapes
SELECT id FROM users WHERE (id, name) IN (VALUES (1, 'a')) AND (id, name) IS NOT DISTINCT FROM (SELECT user_id, status FROM orders)
SELECT name FROM users ORDER BY name NULLS LAST
SELECT name FROM users ORDER BY name DESC NULLS FIRST LIMIT 5
SELECT name FROM users LIMIT -1 OFFSET 2
SELECT group_concat(name), group_concat(DISTINCT status), total(id) FROM users
SELECT group_concat(name, '|') FILTER (WHERE id > 1) FROM users
SELECT name, max(id) FROM users
SELECT u.name FROM users u FULL OUTER JOIN orders o ON o.user_id = u.id
SELECT u.name FROM users u LEFT JOIN orders o USING (id)
SELECT * FROM users NATURAL LEFT JOIN (SELECT id FROM products)
SELECT * FROM (users JOIN orders ON orders.user_id = users.id)
SELECT * FROM users u, orders o ON o.user_id = u.id
SELECT "u"."name", [u].[id], `u`.`status` FROM users AS "u"
SELECT name AS [the name], id AS `the id` FROM users
SELECT _rowid_, rowid, oid FROM orders
SELECT json_extract(data, '$.a'), data->'$.a', data->>'b', json_array_length(data) FROM products
SELECT json_object('id', id, 'name', name), json_array(1, 2), json_group_array(name) FROM users
SELECT e.key, e.value FROM products p, json_each(p.data) e WHERE e.type = 'text'
SELECT t.fullkey FROM products p, json_tree(p.data, '$') t
SELECT value FROM json_each('[1,2,3]') ORDER BY value
SELECT json_valid(data), json_type(data, '$.a'), json_quote('x') FROM products
SELECT (id, name) = (1, 'a') FROM users
SELECT id FROM users WHERE (id, manager_id) IN (VALUES (1, 2), (3, 4))
SELECT id FROM users WHERE (id, manager_id) IN (SELECT id, user_id FROM orders)
SELECT column1, column2 FROM (VALUES (1, 'a'), (2, 'b'))
WITH v(a, b) AS (VALUES (1, 2), (3, 4)) SELECT a + b FROM v
WITH RECURSIVE d(x) AS (SELECT date('2024-01-01') UNION ALL SELECT date(x, '+1 day') FROM d WHERE x < '2024-01-31') SELECT x FROM d
WITH RECURSIVE t(n) AS (VALUES (1) UNION SELECT n + 1 FROM t LIMIT 10) SELECT n FROM t
SELECT sum(total) OVER w FROM orders WINDOW w AS (PARTITION BY user_id ORDER BY id ROWS UNBOUNDED PRECEDING)
SELECT row_number() OVER (), nth_value(total, 2) OVER (ORDER BY id), cume_dist() OVER (ORDER BY id) FROM orders
SELECT count(*) FILTER (WHERE status = 'a') OVER (PARTITION BY user_id) FROM orders
SELECT name FROM users INDEXED BY sqlite_autoindex_users_1
SELECT name FROM users NOT INDEXED WHERE id > 1
SELECT name FROM main.users AS u WHERE u.id = 1
SELECT total AS t, t FROM (SELECT total, 1 AS t FROM orders)
SELECT status AS s FROM orders WHERE s = 'a' GROUP BY s HAVING s <> 'b' ORDER BY s
SELECT 1 UNION SELECT 2 EXCEPT SELECT 1 INTERSECT SELECT 2
SELECT id FROM users EXCEPT SELECT id FROM orders ORDER BY id LIMIT 3
SELECT EXISTS (SELECT 1 FROM users WHERE id = 1), NOT EXISTS (SELECT 1)
SELECT CASE id WHEN 1 THEN 'a' WHEN 2 THEN 'b' ELSE 'c' END FROM users
SELECT id IN (1, 2), id NOT IN (SELECT user_id FROM orders), id IN () FROM users
SELECT id BETWEEN 1 AND 2, id NOT BETWEEN 3 AND 4 FROM users
SELECT total / 1.0, 1.0 * total / id FROM orders
SELECT 1 AS "into", 2 AS [update], 3 AS `readfile`
SELECT name FROM users WHERE +id = 1

--- M NotTaken: what the database takes and this parser does not
SELECT MOD(id, 2), POWER(id, 2), SQRT(id), id MOD 3 FROM users
SELECT 0xFF, 0b11, X'4D', b'1'
SELECT 1 && 2, 1 || 0, !1
SELECT EXTRACT(YEAR_MONTH FROM ordered_at), UNIX_TIMESTAMP(ordered_at), FROM_UNIXTIME(0) FROM orders

--- P NotTaken: what the database takes and this parser does not
SELECT * FROM ROWS FROM (generate_series(1, 3), generate_series(1, 2)) AS t(a, b)
SELECT sum(total) OVER (ORDER BY id GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM orders

--- S NotTaken: what the database takes and this parser does not
SELECT x'4D', 0xFF, 1e3
SELECT name FROM users WHERE email ISNULL OR email NOTNULL OR email NOT NULL
WITH a AS MATERIALIZED (SELECT 1 AS x) SELECT x FROM a
SELECT sum(total) OVER (ORDER BY id GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE TIES) FROM orders
