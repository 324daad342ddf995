--- MPS NotAQuery: no query
INSERT INTO users VALUES (1)
UPDATE users SET name = 'x'
DELETE FROM users
REPLACE INTO users VALUES (1)
MERGE INTO users USING orders ON 1=1 WHEN MATCHED THEN DELETE
DROP TABLE users
TRUNCATE users
CREATE TABLE x (a INT)
ALTER TABLE users ADD COLUMN x INT
GRANT ALL ON users TO public
EXPLAIN ANALYZE SELECT 1
EXPLAIN SELECT 1
SHOW TABLES
DESCRIBE users
SET x = 1
CALL p()
DO SLEEP(1)
HANDLER users OPEN
LOAD DATA INFILE 'x' INTO TABLE users
PRAGMA writable_schema = 1
ATTACH DATABASE 'x' AS y
VACUUM
COPY users TO PROGRAM 'sh'
COPY (SELECT 1) TO '/tmp/x'
BEGIN
PREPARE p AS SELECT 1
EXECUTE p
LISTEN x
LOCK TABLE users
(DELETE FROM users)
TABLE users
CREATE TABLE x AS SELECT * FROM users
CREATE VIEW v AS SELECT 1
CREATE INDEX i ON users (id)
CREATE TRIGGER t AFTER INSERT ON users BEGIN SELECT 1; END
DROP VIEW v
COMMIT
ROLLBACK
SAVEPOINT a
RELEASE SAVEPOINT a
REVOKE ALL ON users FROM public
USE shop
FLUSH TABLES
RESET ALL
ANALYZE users
REINDEX TABLE users
CHECKPOINT
/* SELECT 1 */ DELETE FROM users
-- SELECT 1␊DELETE FROM users
((INSERT INTO users VALUES (1)))
DECLARE c CURSOR FOR SELECT 1
FETCH ALL FROM c
RENAME TABLE users TO x
SELECTX 1
"DELETE" FROM users
EXPLAIN QUERY PLAN SELECT 1

--- P NotAQuery: no query
DO $$ BEGIN PERFORM pg_sleep(9); END $$
NOTIFY x
UNLISTEN *
CLUSTER users
COMMENT ON TABLE users IS 'x'
REFRESH MATERIALIZED VIEW v
DISCARD ALL
SECURITY LABEL ON TABLE users IS 'x'
IMPORT FOREIGN SCHEMA x FROM SERVER y INTO z
ALTER SYSTEM SET log_statement = 'none'
LOAD 'x.so'
REASSIGN OWNED BY a TO b
SET ROLE postgres

--- MPS Empty: no query
 ;; -- nothing␊

--- MPS Forbidden: no query
WITH x AS (SELECT 1) REPLACE INTO users SELECT * FROM x
sElEcT/**/INTO

--- MS NotAQuery: no query
`DELETE` FROM users

--- P Parse: no query
`DELETE` FROM users

--- M NotAQuery: no query
INSTALL PLUGIN x SONAME 'x.so'
CREATE FUNCTION sys_exec RETURNS INT SONAME 'x.so'
KILL 5
RESET MASTER
PURGE BINARY LOGS TO 'x'
CHANGE MASTER TO MASTER_HOST = 'x'
EXECUTE IMMEDIATE 'DROP TABLE users'
XA START 'x'
OPTIMIZE TABLE users
LOAD XML INFILE 'x' INTO TABLE users
IMPORT TABLE FROM 'x.sdi'
SHUTDOWN
BACKUP STAGE START
SIGNAL SQLSTATE '45000'

--- M Forbidden: no query
/*! DELETE FROM users */
/*!50000DELETE*/ FROM users

--- S NotAQuery: no query
DETACH DATABASE x
PRAGMA journal_mode = DELETE
PRAGMA table_info(users)
CREATE VIRTUAL TABLE t USING fts5(x)
INSERT OR REPLACE INTO users VALUES (1)
UPDATE OR IGNORE users SET name = 'x'
DELETE FROM users RETURNING *
VACUUM INTO '/tmp/x'
END TRANSACTION
ALTER TABLE users RENAME TO x
.shell id
.read x.sql
.import x.csv users

--- MPS Several: more than one
SELECT 1; DROP TABLE users
SELECT 1; SELECT 2
SELECT 1;;SELECT 2
SELECT 1; --␊DELETE FROM users
SELECT 1;/**/DELETE FROM users
(SELECT 1); DELETE FROM users
SELECT ';'; DELETE FROM users
SELECT 1 WHERE 1 = 1; UPDATE users SET name = 'x' WHERE 1 = 1
SELECT 1 ; ; COMMIT
SELECT 'it''s'; DROP TABLE users
WITH a AS (SELECT 1) SELECT * FROM a; DROP TABLE users
SELECT 1;␍␊SELECT pg_sleep(9)
SELECT 1;␊␊TRUNCATE users;

--- PS Several: more than one
SELECT 'a\'; DROP TABLE users; --'
SELECT 1 -- x␍␊; DROP TABLE users

--- M Several: more than one
SELECT 1 --;␊; DROP TABLE users
SELECT 5--1; DROP TABLE users
SELECT 'a\'b'; DROP TABLE users
SELECT "a\"b"; DROP TABLE users
SELECT 1 # x␊; DROP TABLE users
SELECT 'a\\'; DROP TABLE users; -- '
SELECT `a``b` FROM users; DROP TABLE users
SELECT 1 -- -␊; DROP TABLE users
SELECT 1; CALL p()
SELECT 1; SET GLOBAL general_log = 1

--- MS Several: more than one
SELECT 1 /* /* */; DROP TABLE users -- */

--- P Several: more than one
SELECT $$a$$; DROP TABLE users
SELECT $a$ $b$ $a$; DROP TABLE users
SELECT E'\''; DROP TABLE users; --'
SELECT E'\\'; DROP TABLE users
SELECT "a""b" FROM users; DROP TABLE users
SELECT 1 /* /* */ */; DROP TABLE users
SELECT 1; COPY users TO PROGRAM 'sh'
SELECT 1; DO $$ BEGIN END $$
SELECT 1; SET ROLE postgres

--- S Several: more than one
SELECT [a] FROM users; DROP TABLE users
SELECT "a""b"; DROP TABLE users
SELECT `a``b`; DROP TABLE users
SELECT 1; ATTACH 'x' AS y
SELECT 1; PRAGMA writable_schema = 1
SELECT 1 -- a␊; DELETE FROM users

--- P Forbidden: changes hidden in a query
WITH x AS (DELETE FROM users RETURNING *) SELECT * FROM x
WITH x AS (UPDATE users SET name = 'x' RETURNING *) SELECT * FROM x
WITH x AS (INSERT INTO users VALUES (1) RETURNING *) SELECT * FROM x
SELECT * FROM users WHERE id IN (WITH x AS (DELETE FROM orders RETURNING id) SELECT id FROM x)
SELECT * INTO copy FROM users
SELECT id INTO TEMP copy FROM users
WITH x AS MATERIALIZED (DELETE FROM users RETURNING id) SELECT count(*) FROM x
WITH x AS NOT MATERIALIZED (UPDATE users SET name = 'x' RETURNING id) SELECT 1
WITH a AS (SELECT 1), x AS (INSERT INTO users SELECT * FROM a RETURNING *) TABLE x
WITH x AS (WITH y AS (DELETE FROM users RETURNING *) SELECT * FROM y) SELECT * FROM x
WITH x AS (MERGE INTO users USING orders ON true WHEN MATCHED THEN DELETE RETURNING *) SELECT * FROM x
SELECT * FROM users u, LATERAL (DELETE FROM orders RETURNING *) x
SELECT id INTO UNLOGGED copy FROM users
SELECT id INTO TABLE copy FROM users
SELECT id INTO STRICT x FROM users
VALUES (1) UNION SELECT 2 INTO copy

--- MPS Forbidden: changes hidden in a query
WITH x AS (SELECT 1) DELETE FROM users
WITH x AS (SELECT 1) UPDATE users SET name = 'x'
WITH x AS (SELECT 1) INSERT INTO users SELECT * FROM x
WITH x AS (SELECT 1), y AS (SELECT 2) DELETE FROM users WHERE id IN (SELECT * FROM y)
WITH RECURSIVE x AS (SELECT 1) INSERT INTO users SELECT * FROM x
SELECT * FROM (DELETE FROM users) x
SELECT * INTO x FROM users
SELECT 1 INTO x
(SELECT 1) UNION (SELECT 2 INTO x)
SELECT * FROM (SELECT * INTO x FROM users) y
WITH a AS (SELECT 1 INTO x) SELECT * FROM a
SELECT 1 WHERE EXISTS (INSERT INTO users VALUES (1))

--- M Forbidden: changes hidden in a query
SELECT * FROM users INTO OUTFILE '/tmp/x'
SELECT * INTO DUMPFILE '/tmp/x' FROM users
SELECT id FROM users INTO @x
SELECT id iNtO/**/OUTFILE '/tmp/x' FROM users
SELECT id FROM users INTO OUTFILE '/tmp/x' FIELDS TERMINATED BY ',' LINES TERMINATED BY 'x'
SELECT '<?php ?>' INTO OUTFILE '/var/www/x.php'
SELECT id, name INTO @a, @b FROM users LIMIT 1
VALUES ROW(1) INTO OUTFILE '/tmp/x'
SELECT 1 UNION SELECT 2 INTO DUMPFILE '/tmp/x'
SELECT id FROM users WHERE id = 1 INTO @x
SELECT id FROM users PROCEDURE ANALYSE()
SELECT id FROM users LIMIT 1 PROCEDURE analyse(1, 1)
SELECT id FROM users procedure/**/analyse ( 10 )

--- MPS Parse: changes hidden in a query
SELECT (UPDATE users SET name = 'x')
SELECT 1 UNION DELETE FROM users

--- MP Forbidden: locks
SELECT * FROM users FOR UPDATE
SELECT * FROM users FOR SHARE
SELECT * FROM users FOR UPDATE NOWAIT
SELECT * FROM users FOR UPDATE SKIP LOCKED
SELECT * FROM users u JOIN orders o ON o.user_id = u.id FOR UPDATE
WITH a AS (SELECT * FROM users FOR UPDATE) SELECT * FROM a
SELECT * FROM users WHERE id IN (SELECT user_id FROM orders FOR SHARE)
(SELECT * FROM users FOR UPDATE)
SELECT * FROM users ORDER BY id LIMIT 1 FOR/**/UPDATE
SELECT * FROM users FOR SHARE SKIP LOCKED

--- P Forbidden: locks
SELECT * FROM users u FOR UPDATE OF u NOWAIT
SELECT * FROM (SELECT * FROM users FOR UPDATE) x
SELECT * FROM users FOR UPDATE FOR SHARE

--- M Forbidden: locks
SELECT * FROM users LOCK IN SHARE MODE
SELECT * FROM users lock/**/in/**/share mode
SELECT * FROM users FOR UPDATE OF users

--- P Parse: locks
SELECT * FROM users FOR NO KEY UPDATE
SELECT * FROM users FOR KEY SHARE

--- M Parse: locks
SELECT * FROM users FOR UPDATE WAIT 5

--- P Forbidden: functions in odd places
SELECT pg_sleep(10)
SELECT PG_SLEEP (10)
SELECT pg_catalog.pg_sleep(10)
SELECT "pg_sleep"(10)
SELECT pg_catalog . "pg_sleep" /* x */ (10)
SELECT * FROM pg_sleep(10)
SELECT * FROM ROWS FROM (pg_sleep(10)) x
SELECT pg_sleep_for('1 hour')
SELECT pg_read_file('/etc/passwd')
SELECT pg_read_binary_file('/etc/passwd')
SELECT * FROM pg_ls_dir('/')
SELECT pg_stat_file('/etc/passwd')
SELECT lo_import('/etc/passwd')
SELECT lo_export(1, '/tmp/x')
SELECT * FROM dblink('host=x', 'DELETE FROM users') AS t(a int)
SELECT nextval('s')
SELECT setval('s', 1)
SELECT set_config('x.y', 'z', false)
SELECT pg_terminate_backend(1)
SELECT pg_advisory_lock(1)
SELECT pg_try_advisory_xact_lock(1)
SELECT query_to_xml('DELETE FROM users', true, true, '')
SELECT database_to_xml(true, true, '')
SELECT id FROM users ORDER BY (SELECT pg_sleep(1))
SELECT CASE WHEN true THEN pg_reload_conf() END
SELECT pg_notify('a', 'b')
SELECT pg_sleep/**/(10)
SELECT pg_sleep␊(10)
SELECT pG_sLeEp(10)
SELECT "pg_catalog"."pg_sleep"(10)
SELECT pg_sleep(10)::text
SELECT CAST(pg_sleep(10) AS text)
SELECT COALESCE(pg_sleep(10)::text, 'x')
SELECT ARRAY(SELECT pg_sleep(10))
SELECT 1 FROM users GROUP BY pg_sleep(10)
SELECT status FROM users GROUP BY status HAVING pg_sleep(10) IS NULL
SELECT id FROM users LIMIT (SELECT length(pg_sleep(10)::text))
SELECT row_number() OVER (ORDER BY pg_sleep(10)) FROM users
SELECT count(*) FILTER (WHERE pg_sleep(10) IS NULL) FROM users
SELECT * FROM users u, LATERAL pg_sleep(10) s
SELECT * FROM users u CROSS JOIN LATERAL (SELECT pg_sleep(u.id)) s
SELECT * FROM pg_ls_dir('/') WITH ORDINALITY AS t(name, n)
SELECT * FROM generate_series(1, 2) g, pg_read_file('/etc/passwd') f
VALUES (pg_sleep(10))
VALUES (1), (pg_sleep(10)::text::int)
SELECT u.id FROM users u JOIN orders o ON pg_sleep(10) IS NULL
SELECT DISTINCT ON (pg_sleep(10)) id FROM users
SELECT CASE pg_sleep(10)::text WHEN 'a' THEN 1 END
SELECT 1 WHERE 'x' BETWEEN pg_read_file('/a') AND 'z'
SELECT 1 WHERE 'x' IN (pg_read_file('/a'))
SELECT 1 WHERE pg_read_file('/a') LIKE '%x%'
SELECT pg_read_file(filename => '/etc/passwd')
SELECT (pg_stat_file('/etc/passwd')).size
SELECT (0.5::float8).pg_sleep
SELECT (x).pg_sleep FROM (SELECT 9.0::float8 AS x) y
SELECT (('/etc/passwd')::text).pg_read_file
SELECT (ARRAY['/etc/passwd'])[1].pg_read_file
SELECT ('x'::text)."pg_read_file"
SELECT ('/tmp'::text) . /* x */ pg_ls_dir
SELECT string_agg(pg_read_file('/a'), '') FROM users
SELECT f.pg_read_file FROM unnest(ARRAY['/etc/passwd']) f
SELECT f."lo_import" FROM unnest(ARRAY['/etc/passwd']) AS f
SELECT g.pg_sleep FROM generate_series(1, 10) g
SELECT generate_series.pg_sleep FROM generate_series(1, 10)
SELECT u.id FROM users u JOIN generate_series(1, 10) g ON g.pg_sleep IS NULL
SELECT j.pg_read_file FROM json_array_elements_text('["/etc/passwd"]') j
SELECT (SELECT max(g.pg_sleep::text)) FROM generate_series(1, 10) g
SELECT id FROM users ORDER BY (SELECT f.pg_ls_dir FROM unnest(ARRAY['/']) f LIMIT 1)
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY pg_sleep(1)::text::float8) FROM users
SELECT EXTRACT(EPOCH FROM pg_stat_file('/a'))
SELECT upper(lower(pg_read_file('/etc/passwd')))
SELECT * FROM json_to_recordset(pg_read_file('/a')::json) AS x(a int)
SELECT * FROM XMLTABLE('/a' PASSING query_to_xml('SELECT 1', true, true, '') COLUMNS a int)
SELECT xpath('/a', query_to_xml('DELETE FROM users', true, true, ''))
WITH x AS (SELECT pg_sleep(10)) SELECT 1 FROM x
WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM x WHERE pg_sleep(1) IS NULL) SELECT * FROM x
SELECT id FROM users UNION SELECT length(pg_read_file('/a'))
SELECT -length(pg_read_file('/a'))
SELECT pg_ｓleep(1)
SELECT рg_sleep(1)
SELECT * FROM dblіnk('host=x', 'SELECT 1')

--- M Forbidden: functions in odd places
SELECT SLEEP(10)
SELECT `sleep`(10)
SELECT BENCHMARK(1000000, MD5('x'))
SELECT LOAD_FILE('/etc/passwd')
SELECT GET_LOCK('a', 10)
SELECT sys_exec('id')
SELECT id FROM users WHERE id = 1 AND SLEEP(5)
SELECT SLEEP/**/(10)
SELECT sLeEp (10)
SELECT /*+ MAX_EXECUTION_TIME(1) */ SLEEP(10)
SELECT IF(1 = 1, SLEEP(10), 0)
SELECT CASE WHEN 1 = 1 THEN SLEEP(10) END
SELECT id FROM users ORDER BY SLEEP(1)
SELECT id FROM users GROUP BY id, SLEEP(1)
SELECT COUNT(*) FROM users HAVING SLEEP(1) = 0
SELECT id FROM users WHERE id IN (SELECT SLEEP(1))
SELECT id FROM users WHERE id BETWEEN SLEEP(1) AND 5
SELECT id FROM users WHERE name LIKE LOAD_FILE('/etc/passwd')
SELECT u.id FROM users u JOIN orders o ON SLEEP(1) = 0
SELECT HEX(LOAD_FILE('/etc/passwd'))
SELECT CONCAT(LOAD_FILE(CHAR(47,101)), 'x')
SELECT * FROM JSON_TABLE(LOAD_FILE('/a'), '$[*]' COLUMNS (a INT PATH '$')) t
SELECT EXTRACTVALUE(1, CONCAT(0x7e, LOAD_FILE('/a')))
SELECT UPDATEXML(1, CONCAT(0x7e, BENCHMARK(9, 1)), 1)
SELECT ROW_NUMBER() OVER (ORDER BY SLEEP(1)) FROM users
SELECT GROUP_CONCAT(SLEEP(1) SEPARATOR ',') FROM users
SELECT 1 UNION SELECT SLEEP(1)
WITH x AS (SELECT SLEEP(1) AS a) SELECT a FROM x
VALUES ROW(SLEEP(1))
SELECT -SLEEP(1)
SELECT NOT SLEEP(1)
SELECT CAST(SLEEP(1) AS CHAR)
SELECT SLEEP(1) + 1
SELECT 1 AND SLEEP(1)
SELECT 1 XOR SLEEP(1)
SELECT DATE_ADD(NOW(), INTERVAL SLEEP(1) DAY)
SELECT ѕleep(1)
SELECT ＳＬＥＥＰ(1)
SELECT śleep(1)
SELECT bеnchmark(1, 1)

--- S Forbidden: functions in odd places
SELECT load_extension('x')
SELECT writefile('x', 'y')
SELECT readfile('x')
SELECT edit('x')
SELECT fts3_tokenizer('x')
SELECT [load_extension]('x')
SELECT load_extension/**/('x')
SELECT LOAD_EXTENSION ('x', 'y')
SELECT "load_extension"('x')
SELECT `load_extension`('x')
SELECT lower(readfile('/etc/passwd'))
SELECT CAST(readfile('/a') AS TEXT)
SELECT value FROM json_each(readfile('/a'))
SELECT id FROM users WHERE name = readfile('/a')
SELECT id FROM users WHERE id IN (SELECT load_extension('x'))
SELECT id FROM users ORDER BY load_extension('x')
SELECT id FROM users GROUP BY load_extension('x')
SELECT COUNT(*) FROM users HAVING load_extension('x')
SELECT id FROM users LIMIT load_extension('x')
SELECT CASE WHEN load_extension('x') THEN 1 END
SELECT COALESCE(load_extension('x'), 1)
SELECT iif(1, load_extension('x'), 2)
SELECT u.id FROM users u JOIN orders o ON load_extension('x')
SELECT SUM(id) OVER (ORDER BY load_extension('x')) FROM users
SELECT COUNT(*) FILTER (WHERE load_extension('x')) FROM users
SELECT group_concat(readfile('/a'), ',') FROM users
SELECT 1 UNION SELECT load_extension('x')
SELECT -load_extension('x')
SELECT load_extension('x') || 'a'
SELECT name COLLATE NOCASE FROM users WHERE load_extension('x')
SELECT json_extract(readfile('/a'), '$.x')
VALUES (load_extension('x'))
VALUES (1), (readfile('/a'))
WITH x AS (SELECT load_extension('y')) SELECT * FROM x
WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE load_extension('y')) SELECT n FROM x
SELECT * FROM (SELECT writefile('/tmp/x', 'y'))
SELECT (SELECT writefile('/tmp/x', name)) FROM users
SELECT EXISTS (SELECT edit(name) FROM users)
SELECT load_extensіon('x')
SELECT ｌoad_extension('x')

--- M Forbidden: variables and placeholders
SELECT @x := 1
SELECT @x
SELECT @@datadir
SELECT @a := @b
SELECT @x := (SELECT 1)
SELECT @@global.secure_file_priv
SELECT @@session.sql_mode
SELECT * FROM users WHERE id = @x
SELECT id, @n := @n + 1 FROM users
SELECT @`x`
SELECT @'x'

--- MS Forbidden: variables and placeholders
SELECT * FROM users WHERE id = ?
SELECT ?
SELECT * FROM users WHERE id IN (?, ?)

--- S Forbidden: variables and placeholders
SELECT * FROM users WHERE id = :id
SELECT * FROM users WHERE id = @id
SELECT ?1
SELECT :name
SELECT @name
SELECT $name

--- MPS Forbidden: variables and placeholders
SELECT * FROM users WHERE id = $1
SELECT $1
SELECT * FROM users LIMIT $1

--- M Forbidden: comments that run
SELECT 1 /*! UNION SELECT 2 */
SELECT /*!50000 SLEEP(5) */
SELECT 1 /*M!100000 UNION SELECT 2 */
SELECT 1 /*!99999 , SLEEP(5) */
SELECT /*! @x := */ 1
SELECT id /*!INTO OUTFILE '/tmp/x'*/ FROM users
SELECT 1 /*M! INTO @x */
SELECT 1 /*! */
SELECT/*!32302 1/0, */ 1
SELECT 1 /* a */ /*!50701 FOR UPDATE */

--- MPS Parse: text that ends in the middle, or that is no text
SELECT 'abc
SELECT 1 /* open
SELECT 1␀
SELECT 'a␀b'
SELECT id FROM users \g
SELECT FROM WHERE
SELECT id FROM users WHERE name = ‘x’
SELECT 1 \! id
SELECT 1 \gexec
SELECT 1\G
SELECT "abc
SELECT 1 AS “x”
SELECT 1 –- comment
SELECT id FROM users WHERE id ＝ 1
SELECT 1；DROP TABLE users
SELECT (1
SELECT 1)
SELECT 'a' AS 'b␀'
SELECT id FROM users WHERE name = 'a'b'
SELECT {d '2024-01-01'}
SELECT id FROM users WHERE
SELECT ,
SELECT * FROM
SELECT 1 WHERE 1 = = 1

--- P Parse: text that ends in the middle, or that is no text
SELECT 1 /* /* */
SELECT $$abc
SELECT U&'\0061'
SELECT `id` FROM users
SELECT E'\'
SELECT $a$ x $b$
SELECT U&"d\0061t\0061"
SELECT U&'\0027; DROP TABLE users; --'
SELECT 1 /* /* /* */ */
SELECT E'a\u0000b'
SELECT X'0G'

--- MS Parse: text that ends in the middle, or that is no text
SELECT `a

--- M Parse: text that ends in the middle, or that is no text
SELECT {fn NOW()}
SELECT 'a\'
SELECT "a\"
SELECT 1 /*
SELECT `a` `b` `c` FROM users

--- S Parse: text that ends in the middle, or that is no text
SELECT 1 # 2
SELECT [a
SELECT 1 */ 2 /*

--- MP Parse: text that ends in the middle, or that is no text
SELECT CASE END

--- MPS Forbidden: clauses of other databases
SELECT TOP 5 id FROM users
SELECT id FROM users FOR XML AUTO

--- M Forbidden: clauses of other databases
SELECT u.id FROM users u FULL JOIN orders o ON o.user_id = u.id
SELECT id FROM users QUALIFY 1 = 1

--- MS Forbidden: clauses of other databases
SELECT id FROM users SORT BY id
SELECT id FROM users CLUSTER BY id
SELECT id FROM users FETCH FIRST 5 ROWS ONLY
SELECT status FROM users GROUP BY ALL

--- P Parse: clauses of other databases
SELECT id FROM users SORT BY id
SELECT id FROM users CLUSTER BY id

--- MPS Parse: clauses of other databases
SELECT * EXCLUDE (id) FROM users
SELECT * EXCEPT (id) FROM users
SELECT * REPLACE (1 AS id) FROM users
SELECT id FROM users PREWHERE id = 1
SELECT id FROM users FORMAT JSON
SELECT id FROM users SETTINGS x = 1
SELECT id FROM users ASOF JOIN orders ON 1 = 1

--- MPS NotAQuery: clauses of other databases
FROM users SELECT id
FROM users

--- P Forbidden: functions that read and write files and objects
SELECT pg_read_file('/etc/passwd', 0, 100)
SELECT * FROM pg_ls_logdir()
SELECT * FROM pg_ls_waldir()
SELECT * FROM pg_ls_tmpdir()
SELECT * FROM pg_ls_archive_statusdir()
SELECT pg_file_write('/tmp/x', 'y', false)
SELECT pg_file_unlink('/tmp/x')
SELECT pg_file_rename('/a', '/b')
SELECT * FROM pg_logdir_ls() AS t(a timestamp, b text)
SELECT * FROM pg_hba_file_rules()
SELECT pg_current_logfile()
SELECT lo_create(0)
SELECT lo_unlink(1)
SELECT lo_put(1, 0, 'x')
SELECT lo_get(1)
SELECT lo_from_bytea(0, 'x')
SELECT loread(1, 100)
SELECT lowrite(1, 'x')
SELECT get_raw_page('users', 0)
SELECT * FROM heap_page_items(get_raw_page('users', 0))
SELECT heap_force_kill('users', ARRAY['(0,1)']::tid[])
SELECT xslt_process('<a/>', '<b/>')
SELECT query_export_to_s3('SELECT 1', 'x')

--- P Forbidden: functions that run SQL or reach the network
SELECT dblink_exec('host=x', 'DELETE FROM users')
SELECT dblink_connect('host=x')
SELECT * FROM crosstab('DELETE FROM users RETURNING 1, 2, 3') AS t(a int, b int)
SELECT * FROM connectby('users', 'id', 'id', '1', 0) AS t(a text)
SELECT query_to_xmlschema('SELECT 1', true, true, '')
SELECT query_to_xml_and_xmlschema('SELECT 1', true, true, '')
SELECT table_to_xml('users', true, true, '')
SELECT schema_to_xml('public', true, true, '')
SELECT cursor_to_xml('c', 1, true, true, '')
SELECT ts_stat('DELETE FROM users RETURNING to_tsvector(name)')
SELECT ts_rewrite('a'::tsquery, 'DELETE FROM users RETURNING 1')
SELECT * FROM http_get('http://169.254.169.254/')
SELECT net.http_post('http://x', '{}')
SELECT cron.schedule('* * * * *', 'DELETE FROM users')
SELECT aws_lambda.invoke('f', '{}')
SELECT run_command_on_workers('DROP TABLE users')
SELECT postgres_fdw_disconnect_all()
SELECT * FROM cypher('g', $$CREATE (n)$$) AS (a text)

--- P Forbidden: functions that change the session or the server
SELECT currval('s')
SELECT lastval()
SELECT setseed(0.5)
SELECT current_setting('app.jwt_secret')
SELECT pg_cancel_backend(1)
SELECT pg_rotate_logfile()
SELECT pg_switch_wal()
SELECT pg_create_restore_point('x')
SELECT pg_create_physical_replication_slot('x')
SELECT * FROM pg_create_logical_replication_slot('x', 'y')
SELECT pg_drop_replication_slot('x')
SELECT * FROM pg_logical_slot_get_changes('x', NULL, NULL)
SELECT pg_logical_emit_message(false, 'a', 'b')
SELECT pg_replication_origin_create('x')
SELECT pg_export_snapshot()
SELECT pg_advisory_xact_lock(1)
SELECT pg_advisory_unlock_all()
SELECT pg_promote()
SELECT pg_backup_start('x')
SELECT pg_stat_reset()
SELECT pg_stat_statements_reset()
SELECT * FROM pg_stat_get_activity(NULL)
SELECT txid_current()
SELECT pg_current_xact_id()
SELECT pg_import_system_collations('pg_catalog')
SELECT brin_summarize_new_values('i')
SELECT gin_clean_pending_list('i')
SELECT pg_prewarm('users')
SELECT pg_wal_replay_pause()
SELECT pg_log_backend_memory_contexts(1)
SELECT pg_buffercache_evict(1)
SELECT pg_restore_relation_stats('relation', 'users')
SELECT pg_sleep_until('tomorrow')
SELECT AddGeometryColumn('users', 'g', 4326, 'POINT', 2)
SELECT binary_upgrade_set_next_pg_type_oid(1)
SELECT pg_some_function_of_a_later_version()

--- M Forbidden: functions that run code, wait, lock or change
SELECT RELEASE_LOCK('a')
SELECT RELEASE_ALL_LOCKS()
SELECT MASTER_POS_WAIT('x', 1)
SELECT SOURCE_POS_WAIT('x', 1)
SELECT WAIT_FOR_EXECUTED_GTID_SET('x')
SELECT WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS('x')
SELECT MASTER_GTID_WAIT('x')
SELECT WSREP_SYNC_WAIT_UPTO_GTID('x')
SELECT NEXTVAL(s)
SELECT SETVAL(s, 1)
SELECT NEXT VALUE FOR s
SELECT LASTVAL(s)
SELECT LAST_INSERT_ID(5)
SELECT sys_eval('id')
SELECT lib_mysqludf_sys_info()
SELECT SPIDER_DIRECT_SQL('DROP TABLE users', '', 'host "x"')
SELECT mroonga_command('table_remove users')
SELECT lambda_sync('arn', '{}')
SELECT group_replication_set_as_primary('x')
SELECT asynchronous_connection_failover_add_source('a', 'b', 1, '', 1, 1)
SELECT keyring_key_store('a', 'AES', 'b')
SELECT version_tokens_set('a=b')
SELECT audit_log_rotate()
SELECT mysql_firewall_flush_status()
SELECT flush_rewrite_rules()
SELECT ps_setup_disable_thread(1)
SELECT http_get('http://169.254.169.254/')
SELECT gen_dictionary_load('/etc/passwd', 'x')
SELECT create_dh_parameters(10000)
SELECT sys.ps_setup_enable_thread(1)

--- S Forbidden: functions that read, write, run or fill the memory
SELECT * FROM fsdir('/')
SELECT name FROM fsdir('/etc') WHERE data LIKE '%root%'
SELECT lsmode(33188)
SELECT * FROM zipfile('/tmp/x.zip')
SELECT zipfile('a', 'b')
SELECT writefile('/tmp/x', 'y', 420)
SELECT edit(name, 'vi') FROM users
SELECT fts3_tokenizer('x', 'y')
SELECT zeroblob(1000000000)
SELECT hex(randomblob(1000000000))
SELECT length(zeroblob(2147483647)) FROM users
SELECT usleep(10000000)
SELECT sha3_query('DELETE FROM users')
SELECT eval('DELETE FROM users')
SELECT define('f', 'x')
SELECT undefine('f')
SELECT sqlite_log(1, 'x')
SELECT sqlite_rename_table(1, 2, 3, 4, 5, 6, 7)
SELECT shell_add_schema('x', 'y', 'z')
SELECT optimize(users) FROM users
SELECT blobtofile(name, '/tmp/x') FROM users
SELECT blobfromfile('/etc/passwd')
SELECT ExportSHP('users', 'g', '/tmp/x', 'UTF-8')
SELECT ImportDBF('/tmp/x', 'y', 'UTF-8')
SELECT fileio_read('/etc/passwd')
SELECT shell('id')
SELECT exec_sql('DROP TABLE users')
SELECT * FROM pragma_table_info('users')
SELECT * FROM pragma_database_list()
SELECT * FROM pragma_user_version()
SELECT m.name FROM users u, pragma_table_xinfo(u.name) m
SELECT * FROM bytecode('SELECT 1')
SELECT * FROM tables_used('SELECT 1')
SELECT sqlite_some_function_of_a_later_version()

--- P System: the server's own tables
SELECT rolpassword FROM pg_authid
SELECT * FROM pg_shadow
SELECT * FROM pg_catalog.pg_authid
SELECT * FROM pg_stat_activity
SELECT * FROM pg_hba_file_rules
SELECT * FROM pg_file_settings
SELECT * FROM pg_user_mappings
SELECT * FROM pg_stats
SELECT * FROM pg_largeobject
SELECT name FROM users UNION SELECT passwd FROM pg_shadow

--- M System: the server's own tables
SELECT authentication_string FROM mysql.user
SELECT * FROM `mysql`.`global_priv`
SELECT * FROM performance_schema.threads
SELECT * FROM sys.processlist
SELECT name FROM users UNION SELECT User FROM mysql.user
SELECT name FROM users WHERE name IN (SELECT User FROM mysql.db)

--- S System: the server's own tables
SELECT * FROM sqlite_dbpage
SELECT * FROM sqlite_stmt
SELECT * FROM dbstat
SELECT * FROM pragma_database_list
SELECT * FROM fsdir
SELECT * FROM sqlite_dbdata
SELECT name FROM users UNION SELECT name FROM pragma_function_list

--- MS Parse: text that ends in the middle, or that is no text
SELECT X'0'
SELECT x'ABC'

--- MP Parse: text that ends in the middle, or that is no text
SELECT B'12'

--- S Forbidden: clauses of other databases
(SELECT 1)
((SELECT 1))
(SELECT id FROM users) UNION (SELECT id FROM orders)
SELECT id FROM users UNION (SELECT id FROM orders)
WITH a AS ((SELECT 1 AS n)) SELECT n FROM a
