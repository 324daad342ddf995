use std::time::Instant;

use proptest::prelude::*;

use super::*;
use crate::schema::{Column, ColumnKind, ForeignKey, Table};

mod dumps;
mod faults;

/// Reads text that must have no problems.
fn clean(text: &str, dialect: Dialect) -> Schema {
    let reading = read_ddl(text, dialect);
    assert_eq!(reading.problems, [], "{text}");
    reading.schema
}

/// The one table of a text that must have no problems.
fn one(text: &str, dialect: Dialect) -> Table {
    let schema = clean(text, dialect);
    assert_eq!(schema.tables.len(), 1, "{schema:?}");
    schema.tables.into_iter().next().expect("one table")
}

fn column<'s>(schema: &'s Schema, table: &str, column: &str) -> &'s Column {
    schema
        .table(table)
        .and_then(|table| table.column(column))
        .unwrap_or_else(|| panic!("no {table}.{column}: {schema:?}"))
}

#[test]
fn columns_have_types_nullability_and_keys() {
    let text = "CREATE TABLE IF NOT EXISTS shop.orders (
        id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
        user_id INT NOT NULL REFERENCES users (id) ON DELETE SET NULL,
        code character varying(20) DEFAULT 'x,y' UNIQUE,
        total DECIMAL(10, 2) NOT NULL DEFAULT 0.00 CHECK (total >= 0),
        placed timestamp(3) with time zone DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
        tags text[],
        full_code VARCHAR(40) GENERATED ALWAYS AS (CONCAT(code, '-', id)) STORED
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='what was ordered';";
    for dialect in Dialect::ALL {
        let table = one(text, dialect);
        assert_eq!(
            (table.name.as_str(), table.namespace.as_deref()),
            ("orders", Some("shop"))
        );
        assert_eq!(table.comment.as_deref(), Some("what was ordered"));
        assert_eq!(table.primary_key, ["id"]);
        let types: Vec<&str> = table
            .columns
            .iter()
            .map(|column| column.type_name.as_str())
            .collect();
        assert_eq!(
            types,
            [
                "bigint unsigned",
                "INT",
                "character varying(20)",
                "DECIMAL(10,2)",
                "timestamp(3) with time zone",
                "text[]",
                "VARCHAR(40)"
            ]
        );
        let nullable: Vec<bool> = table.columns.iter().map(|column| column.nullable).collect();
        assert_eq!(nullable, [false, false, true, false, true, true, true]);
        let unique: Vec<bool> = table.columns.iter().map(|column| column.unique).collect();
        assert_eq!(unique, [true, false, true, false, false, false, false]);
        let key = ForeignKey {
            columns: vec!["user_id".into()],
            table: "users".into(),
            references: vec!["id".into()],
        };
        assert_eq!(table.foreign_keys, [key]);
    }
}

#[test]
fn keys_of_the_table_count_too() {
    let text = "CREATE TABLE a (x INT, y INT, z INT, key_no INT, `key` VARCHAR(9),
        CONSTRAINT pk PRIMARY KEY (x, y), UNIQUE KEY u (z), KEY k (key_no), FULLTEXT KEY f (`key`),
        CONSTRAINT fk FOREIGN KEY (x, y) REFERENCES b.c (p, q) ON DELETE CASCADE);";
    let table = one(text, Dialect::MySql);
    assert_eq!(table.columns.len(), 5);
    assert_eq!(table.primary_key, ["x", "y"]);
    assert!(!table.columns[0].unique && table.columns[2].unique);
    assert_eq!(table.foreign_keys[0].table, "c");
    assert_eq!(table.foreign_keys[0].references, ["p", "q"]);
}

#[test]
fn columns_may_be_named_like_keywords_of_keys() {
    let table = one(
        "CREATE TABLE a (key TEXT, index INT, check_no INT, unique_id INT, period INT, like_count INT)",
        Dialect::Sqlite,
    );
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(
        names,
        ["key", "index", "check_no", "unique_id", "period", "like_count"]
    );
}

#[test]
fn comments_are_taken_from_where_each_database_has_them() {
    let mysql = one(
        "CREATE TABLE t (a INT COMMENT 'it''s', b INT) COMMENT 'both'",
        Dialect::MySql,
    );
    assert_eq!(mysql.columns[0].comment.as_deref(), Some("it's"));
    assert_eq!(mysql.comment.as_deref(), Some("both"));
    let postgres = "CREATE TABLE public.t (a INT, b INT);
        COMMENT ON TABLE public.t IS 'both'; COMMENT ON COLUMN public.t.a IS 'first'; COMMENT ON COLUMN t.b IS NULL;";
    let postgres = one(postgres, Dialect::PostgreSql);
    assert_eq!(
        (
            postgres.comment.as_deref(),
            postgres.columns[0].comment.as_deref()
        ),
        (Some("both"), Some("first"))
    );
    let sqlite = "CREATE TABLE t ( -- both
        a INT, -- first
        -- not this one
        b INT NOT NULL /* second */,
        c INT -- third
    );";
    let sqlite = one(sqlite, Dialect::Sqlite);
    assert_eq!(sqlite.comment.as_deref(), Some("both"));
    let comments: Vec<Option<&str>> = sqlite
        .columns
        .iter()
        .map(|column| column.comment.as_deref())
        .collect();
    assert_eq!(comments, [Some("first"), Some("second"), Some("third")]);
}

#[test]
fn values_that_a_column_may_have_become_samples() {
    let text = "CREATE TYPE mood AS ENUM ('sad', 'ok');
        CREATE DOMAIN size AS text CHECK (VALUE IN ('s', 'm'));
        CREATE TABLE t (
            a mood NOT NULL, b public.size, c ENUM('x','y'), d TEXT CHECK (d IN ('p', 'q')),
            e varchar(9), f text CHECK (f <> 'never'), g text CHECK (g NOT IN ('never')),
            CONSTRAINT k CHECK (((e)::text = ANY ((ARRAY['u'::character varying, 'v'::character varying])::text[])))
        );
        INSERT INTO t (f, g) VALUES ('one', 'it''s'), ('two', NULL), ('one', 3);";
    let schema = clean(text, Dialect::PostgreSql);
    for (name, samples) in [
        ("a", &["sad", "ok"][..]),
        ("b", &["s", "m"]),
        ("c", &["x", "y"]),
        ("d", &["p", "q"]),
        ("e", &["u", "v"]),
        ("f", &["one", "two"]),
        ("g", &["it's"]),
    ] {
        assert_eq!(column(&schema, "t", name).samples, samples, "{name}");
        assert_eq!(column(&schema, "t", name).kind, ColumnKind::Text, "{name}");
    }
}

#[test]
fn alterations_change_what_was_declared() {
    let text = "CREATE TABLE a (id INT, old TEXT, gone INT, note TEXT);
        ALTER TABLE ONLY public.a ADD CONSTRAINT a_pkey PRIMARY KEY (id);
        ALTER TABLE a ADD COLUMN IF NOT EXISTS b_id INT NOT NULL, ADD UNIQUE (note), DROP COLUMN gone;
        ALTER TABLE a RENAME COLUMN old TO new;
        ALTER TABLE a ADD CONSTRAINT fk FOREIGN KEY (b_id) REFERENCES b(id) NOT VALID;
        ALTER TABLE a ALTER COLUMN new TYPE VARCHAR(9), ALTER COLUMN new SET NOT NULL;
        CREATE UNIQUE INDEX i ON a USING btree (b_id);
        CREATE UNIQUE INDEX j ON a (new) WHERE id > 3;";
    let table = one(text, Dialect::PostgreSql);
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["id", "new", "note", "b_id"]);
    assert_eq!(table.primary_key, ["id"]);
    assert_eq!(table.foreign_keys[0].columns, ["b_id"]);
    assert_eq!(
        (table.columns[1].type_name.as_str(), table.columns[1].nullable),
        ("VARCHAR(9)", false)
    );
    let unique: Vec<bool> = table.columns.iter().map(|column| column.unique).collect();
    assert_eq!(unique, [true, false, true, true]);
}

#[test]
fn postgresql_folds_names_without_quotes() {
    let table = one(
        "CREATE TABLE Users (UserId INT, \"FullName\" TEXT)",
        Dialect::PostgreSql,
    );
    assert_eq!(
        (table.name.as_str(), table.columns[0].name.as_str()),
        ("users", "userid")
    );
    assert_eq!(table.columns[1].name, "FullName");
}

#[test]
fn views_have_the_columns_of_their_query() {
    let text = "CREATE VIEW later AS SELECT * FROM early WHERE n > 3;
        CREATE TABLE users (id INT PRIMARY KEY, status TEXT COMMENT 'state');
        CREATE OR REPLACE VIEW early (state, n) AS SELECT status, COUNT(*) FROM users GROUP BY status;
        CREATE TABLE copy AS SELECT id AS user_id FROM users;";
    let schema = clean(text, Dialect::MySql);
    let names = |table: &str| -> Vec<String> {
        schema
            .table(table)
            .into_iter()
            .flat_map(|table| &table.columns)
            .map(|column| column.name.clone())
            .collect()
    };
    assert_eq!(names("early"), ["state", "n"]);
    assert_eq!(names("later"), ["state", "n"]);
    assert_eq!(names("copy"), ["user_id"]);
    assert_eq!(
        column(&schema, "early", "state").comment.as_deref(),
        Some("state")
    );
    assert_eq!(column(&schema, "copy", "user_id").kind, ColumnKind::Integer);
}

#[test]
fn a_view_in_the_spelling_of_another_dialect_is_read_or_left_out() {
    let backticks = "CREATE TABLE `t` (`a` INT); CREATE VIEW v AS SELECT `a` AS `b` FROM `t`";
    for dialect in Dialect::ALL {
        let schema = read_ddl(backticks, dialect).schema;
        assert_eq!(schema.table("v").unwrap().columns[0].name, "b", "{dialect}");
    }
    for odd in [
        "SELECT 1a FROM 2t",
        "SELECT `",
        "SELECT \"a\nb\" FROM t",
        "SELECT [a] FROM [t]",
        "SELECT \"a\" FROM t",
    ] {
        for dialect in Dialect::ALL {
            let text = format!("CREATE TABLE t (a INT);\nCREATE VIEW v AS {odd}");
            assert!(read_ddl(&text, dialect).schema.table("t").is_some(), "{odd}");
        }
    }
}

#[test]
fn a_table_of_another_dialect_is_read() {
    let table = one(
        "CREATE TABLE [dbo].[Users] ([Id] [int] IDENTITY(1,1) NOT NULL, [Name] [nvarchar](50) NULL)",
        Dialect::MySql,
    );
    assert_eq!(table.columns[0].kind, ColumnKind::Integer);
    assert_eq!(table.columns[1].type_name, "nvarchar(50)");
    let table = one(
        "CREATE TABLE `a` (`x` int(11) NOT NULL AUTO_INCREMENT, PRIMARY KEY (`x`))",
        Dialect::PostgreSql,
    );
    assert_eq!(table.primary_key, ["x"]);
}

#[test]
fn a_virtual_table_has_the_columns_it_names() {
    let table = one(
        "CREATE VIRTUAL TABLE docs USING fts5(title, body, tokenize = 'porter ascii')",
        Dialect::Sqlite,
    );
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["title", "body"]);
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in ".*", dialect in 0..3_usize) {
        read_ddl(&text, Dialect::ALL[dialect]);
    }

    #[test]
    fn any_pieces_of_ddl_are_read_without_a_panic(words in prop::collection::vec(prop::sample::select(vec![
        "CREATE", "TABLE", "VIEW", "t", "a", "INT", "(", ")", ",", ";", "PRIMARY KEY", "REFERENCES", "CHECK", "AS", "SELECT",
        "*", "FROM", "ALTER TABLE t", "ADD", "DROP", "COLUMN", "'x'", "\"", "`", "[", "DELIMITER", "$$", "/*!", "*/", "--",
        "\n", "COPY t FROM stdin;\n", "\\.", "ENUM('a')", "COMMENT ON", "INSERT INTO t VALUES", "BEGIN", "END", "DEFAULT",
        "TYPE", "UNIQUE", "INDEX", "ON", "é", "CONSTRAINT", "RENAME", "TO", "MODIFY", "PARTITION OF", "LIKE", ".", "=",
    ]), 0..60), dialect in 0..3_usize) {
        read_ddl(&words.join(" "), Dialect::ALL[dialect]);
    }
}

#[test]
fn hostile_sizes_neither_overflow_nor_stall() {
    let columns: Vec<String> = (0..5_000)
        .map(|n| format!("column_number_{n} VARCHAR(64) NOT NULL DEFAULT 'x' COMMENT 'c'"))
        .collect();
    let wide = format!("CREATE TABLE wide ({})", columns.join(",\n"));
    let sum = format!("CREATE TABLE s (a INT DEFAULT {}1 ODD)", "1+".repeat(60_000));
    let parentheses = format!("CREATE TABLE p (a INT CHECK {})", "(".repeat(100_000));
    let view = format!("CREATE VIEW v AS SELECT {}1", "1+".repeat(60_000));
    let quotes = "CREATE TABLE q (a INT); '".repeat(5_000);
    let dollars = "$a$ $b$ $c$ ".repeat(20_000);
    let views = "CREATE VIEW v AS SELECT 1 FROM w;".repeat(3_000);
    for text in [&wide, &sum, &parentheses, &view, &quotes, &dollars, &views] {
        for dialect in Dialect::ALL {
            let started = Instant::now();
            read_ddl(text, dialect);
            // Generous: a debug build on a busy machine. What it guards against is minutes.
            assert!(started.elapsed().as_secs() < 30, "{}…", &text[..40]);
        }
    }
    assert_eq!(one(&wide, Dialect::MySql).columns.len(), 5_000);
}
