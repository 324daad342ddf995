--- MPS Bound: tables that are not there
SELECT * FROM usr
SELECT * FROM customers
SELECT * FROM users, missing
SELECT * FROM users JOIN missing ON 1 = 1
SELECT id FROM users WHERE id IN (SELECT id FROM missing)
SELECT (SELECT COUNT(*) FROM missing)
WITH a AS (SELECT * FROM missing) SELECT * FROM a
WITH a AS (SELECT 1 AS n) SELECT * FROM b
SELECT * FROM (SELECT * FROM missing) x
SELECT id FROM users UNION SELECT id FROM missing
SELECT id FROM users WHERE EXISTS (SELECT 1 FROM missing)

--- MPS Bound: columns that are not there
SELECT nam FROM users
SELECT users.nam FROM users
SELECT u.nmae FROM users u
SELECT title FROM users
SELECT id FROM users WHERE user_id = 1
SELECT id FROM users ORDER BY total
SELECT id FROM users GROUP BY total
SELECT COUNT(missing) FROM users
SELECT SUM(id) OVER (PARTITION BY missing) FROM users
SELECT SUM(id) OVER (ORDER BY missing) FROM users
SELECT name AS n, n FROM users
SELECT a.id FROM (SELECT name FROM users) a
WITH a AS (SELECT id FROM users) SELECT name FROM a
WITH a (k) AS (SELECT id FROM users) SELECT id FROM a
SELECT CASE WHEN missing = 1 THEN 1 END FROM users
SELECT id FROM users WHERE missing IS NULL
SELECT id FROM users WHERE id BETWEEN missing AND 5
SELECT id FROM users WHERE id IN (1, missing)
SELECT id FROM users JOIN orders USING (total)
SELECT u.id FROM users u JOIN orders o ON o.customer_id = u.id
SELECT id FROM users HAVING COUNT(missing) > 1
SELECT name FROM users UNION SELECT title FROM products ORDER BY email
SELECT id FROM users WHERE id = (SELECT missing FROM orders LIMIT 1)
SELECT 1 WHERE missing = 1

--- MPS Bound: aliases and their reach
SELECT users.name FROM users u
SELECT x.id FROM users
SELECT o.* FROM users u
SELECT * FROM users u, (SELECT * FROM orders WHERE user_id = u.id) x
SELECT id FROM users WHERE EXISTS (SELECT 1 FROM orders o WHERE o.user_id = x.id)
SELECT u.name FROM (SELECT * FROM users u) x
SELECT name FROM users u UNION SELECT u.title FROM products

--- MPS Bound: names that could be several
SELECT status FROM users u JOIN orders o ON o.user_id = u.id
SELECT id FROM users, orders
SELECT u.name FROM users u JOIN orders o ON id = o.user_id
SELECT u.name FROM users u, orders o WHERE status = 'a'
SELECT COUNT(id) FROM users JOIN orders ON users.id = orders.user_id

--- MP Bound: what SQLite takes
SELECT total AS t FROM orders WHERE t > 3
SELECT 1 FROM users u JOIN orders u ON 1 = 1
SELECT 1 FROM users, users
SELECT rowid FROM users
SELECT u.id FROM users u, orders o JOIN order_items i ON i.order_id = u.id

--- P Bound: what only PostgreSQL refuses
SELECT total AS t FROM orders GROUP BY total HAVING t > 3
SELECT total AS t FROM orders ORDER BY t + 1

--- MPS Bound: shapes that do not fit
SELECT id FROM users UNION SELECT id, total FROM orders
SELECT id, name FROM users EXCEPT SELECT id FROM orders
WITH a(x, y) AS (SELECT id FROM users) SELECT x FROM a
SELECT (SELECT id, name FROM users LIMIT 1)
SELECT (SELECT * FROM users LIMIT 1)
SELECT name FROM users WHERE id = (SELECT id, user_id FROM orders LIMIT 1)
SELECT name FROM users WHERE id > (SELECT id, user_id FROM orders LIMIT 1)
SELECT name FROM users WHERE id IN (SELECT * FROM orders)
SELECT name FROM users WHERE id NOT IN (SELECT user_id, COUNT(*) FROM orders GROUP BY user_id)
SELECT name FROM users WHERE (id, name) IN (SELECT user_id FROM orders)
SELECT name FROM users WHERE (id, name) = (SELECT user_id FROM orders LIMIT 1)
SELECT name FROM users ORDER BY (SELECT id, total FROM orders LIMIT 1)
SELECT COALESCE((SELECT id, total FROM orders LIMIT 1), 0) FROM users
SELECT name FROM users WHERE id BETWEEN (SELECT 1, 2) AND 9
SELECT u.name FROM users u WHERE EXISTS (SELECT 1 FROM orders o WHERE o.id = (SELECT u.id, u.name))

--- MP Bound: shapes that do not fit, where SQLite has no words for them
SELECT name FROM users WHERE id = ANY (SELECT id, user_id FROM orders)
SELECT name FROM users WHERE id >= ALL (SELECT id, user_id FROM orders)

--- P Bound: rows that PostgreSQL compares with no query
SELECT id FROM users WHERE (id, name) IS DISTINCT FROM (SELECT user_id, status FROM orders LIMIT 1)
SELECT id FROM users WHERE (SELECT user_id, id FROM orders LIMIT 1) = (1, 2)
