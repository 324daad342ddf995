//! What the dump programs write around the DDL.

use super::*;

#[test]
fn a_dump_of_mysql_is_read() {
    let text = r"-- MySQL dump 10.13  Distrib 8.0.36
/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!50503 SET NAMES utf8mb4 */;
DROP TABLE IF EXISTS `users`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
CREATE TABLE `users` (
  `id` int unsigned NOT NULL AUTO_INCREMENT,
  `email` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `role` enum('admin','it''s') DEFAULT 'admin' COMMENT 'what; they, may do',
  `at` datetime(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6) /*!80023 INVISIBLE */,
  PRIMARY KEY (`id`),
  UNIQUE KEY `u` (`email`) USING BTREE
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci COMMENT='people'
/*!50100 PARTITION BY RANGE (`id`) (PARTITION p0 VALUES LESS THAN (10) ENGINE = InnoDB) */;
LOCK TABLES `users` WRITE;
/*!40000 ALTER TABLE `users` DISABLE KEYS */;
INSERT INTO `users` VALUES (1,'a\'b@x','admin','2024-01-01'),(2,'c;d@x','admin',NULL);
UNLOCK TABLES;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`%`*/ /*!50003 TRIGGER `t` BEFORE INSERT ON `users` FOR EACH ROW BEGIN
  CREATE TEMPORARY TABLE nope (x INT);
  SET NEW.email = LOWER(NEW.email);
END */;;
DELIMITER ;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=`root`@`%` SQL SECURITY DEFINER */
/*!50001 VIEW `admins` AS select `users`.`id` AS `id`,`users`.`email` AS `mail` from `users` where (`users`.`role` = 'admin') */;
-- Dump completed";
    let schema = clean(text, Dialect::MySql);
    let names: Vec<&str> = schema.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["users", "admins"]);
    assert_eq!(schema.tables[0].comment.as_deref(), Some("people"));
    assert!(column(&schema, "users", "email").unique);
    assert_eq!(column(&schema, "users", "role").samples, ["admin", "it's"]);
    assert_eq!(
        column(&schema, "users", "role").comment.as_deref(),
        Some("what; they, may do")
    );
    assert_eq!(column(&schema, "users", "at").kind, ColumnKind::Timestamp);
    assert_eq!(column(&schema, "admins", "mail").samples, ["a'b@x", "c;d@x"]);
}

#[test]
fn a_dump_of_postgresql_is_read() {
    let text = r"--
-- PostgreSQL database dump
--
\restrict abc
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE SCHEMA app;
ALTER SCHEMA app OWNER TO postgres;
CREATE TYPE app.state AS ENUM (
    'new',
    'done'
);
CREATE FUNCTION app.f() RETURNS trigger LANGUAGE plpgsql AS $_$
BEGIN
  CREATE TABLE nope (x INT);
  RETURN NEW;
END;
$_$;
CREATE TABLE app.tasks (
    id integer NOT NULL,
    state app.state DEFAULT 'new'::app.state NOT NULL,
    title character varying(80) DEFAULT ''::character varying,
    due timestamp without time zone,
    CONSTRAINT title_check CHECK ((length((title)::text) > 0))
);
ALTER TABLE app.tasks OWNER TO postgres;
COMMENT ON COLUMN app.tasks.due IS 'when it must be; done';
CREATE SEQUENCE app.tasks_id_seq AS integer START WITH 1 INCREMENT BY 1 NO MINVALUE CACHE 1;
ALTER SEQUENCE app.tasks_id_seq OWNED BY app.tasks.id;
ALTER TABLE ONLY app.tasks ALTER COLUMN id SET DEFAULT nextval('app.tasks_id_seq'::regclass);
COPY app.tasks (id, state, title, due) FROM stdin;
1	new	it's; CREATE TABLE nope (x INT);	\N
\.
ALTER TABLE ONLY app.tasks
    ADD CONSTRAINT tasks_pkey PRIMARY KEY (id);
CREATE UNIQUE INDEX tasks_title ON app.tasks USING btree (title);
CREATE VIEW app.open AS
 SELECT tasks.id,
    tasks.title AS what
   FROM app.tasks
  WHERE (tasks.state = 'new'::app.state);
CREATE TRIGGER t BEFORE INSERT ON app.tasks FOR EACH ROW EXECUTE FUNCTION app.f();";
    let schema = clean(text, Dialect::PostgreSql);
    let names: Vec<&str> = schema.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["tasks", "open"]);
    assert_eq!(schema.tables[0].primary_key, ["id"]);
    assert_eq!(column(&schema, "tasks", "state").samples, ["new", "done"]);
    assert_eq!(
        column(&schema, "tasks", "due").type_name,
        "timestamp without time zone"
    );
    assert_eq!(
        column(&schema, "tasks", "due").comment.as_deref(),
        Some("when it must be; done")
    );
    assert!(column(&schema, "tasks", "title").unique);
    assert_eq!(column(&schema, "open", "what").type_name, "character varying(80)");
}

#[test]
fn a_dump_of_sqlite_is_read() {
    let text = r#"PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "users" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, [full name] TEXT, state TEXT DEFAULT ('a' || 'b'));
INSERT INTO users VALUES(1,'Ann','x');
INSERT INTO users VALUES(2,'it''s; CREATE TABLE nope (x);','x');
DELETE FROM sqlite_sequence;
CREATE TRIGGER t AFTER INSERT ON users BEGIN
  UPDATE users SET state = CASE WHEN 1 THEN 'b' END;
  INSERT INTO users VALUES (9, 'trigger', 'y');
END;
CREATE INDEX i ON users(state);
CREATE TABLE strict_one (a INTEGER NOT NULL, b ANY, PRIMARY KEY (a)) STRICT, WITHOUT ROWID;
COMMIT;"#;
    let schema = clean(text, Dialect::Sqlite);
    let names: Vec<&str> = schema.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["users", "strict_one"]);
    assert_eq!(
        column(&schema, "users", "full name").samples,
        ["Ann", "it's; CREATE TABLE nope (x);"]
    );
    assert_eq!(column(&schema, "users", "state").samples, ["x"]);
}
