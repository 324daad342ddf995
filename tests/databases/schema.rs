//! What is read of a database.

use serde_json::{Value, json};

use crate::support::plugin::Plugin;
use crate::{Server, Shop, ask, query, refusal, sql, warnings};

#[test]
fn tables_keys_and_values_are_read_as_a_role_that_may_only_read() {
    for shop in Shop::each() {
        let name = shop.dialect();
        let plugin = Plugin::start(&shop.config(&[]));
        // The city is known by its value, the join by its key.
        let by_value = ask(&plugin, "orders of customers in Oslo");
        let written = sql(&by_value).to_lowercase();
        assert!(
            written.contains("'oslo'") && written.contains("city"),
            "{name}: {written}"
        );
        assert!(written.contains("customer_id"), "{name}: {written}");
        assert_eq!(by_value.pair("explained").as_deref(), Some("true"), "{name}");
        let meta: Value = serde_json::from_str(&by_value.pair("meta").unwrap()).unwrap();
        assert_eq!(meta["dialect"], name);
    }
}

#[test]
fn keys_are_known_to_a_user_who_may_select_and_nothing_else() {
    for shop in Shop::servers() {
        let Server::MariaDb(server) = &shop.server else {
            continue;
        };
        server.run("CREATE USER bare@'%' IDENTIFIED BY 'planted'; GRANT SELECT ON shop.* TO bare@'%'");
        let dsn = format!("bare:planted@tcp({})/shop", server.address());
        let database = json!({"driver": "mysql", "dsn": dsn});
        let plugin = Plugin::start(&format!("databases:\n  default: {database}\n"));
        let written = sql(&ask(&plugin, "number of orders of each customer")).to_lowercase();
        assert!(written.contains("customer_id"), "{written}");
    }
}

#[test]
fn comments_types_and_a_view_are_read() {
    for shop in Shop::servers() {
        let name = shop.dialect();
        match &shop.server {
            Server::Postgres(server) => {
                server.run(
                    "CREATE TYPE mood AS ENUM ('cheerful', 'gloomy');
                     CREATE TABLE t_x (k INT PRIMARY KEY, c1 mood, c2 INT);
                     COMMENT ON TABLE t_x IS 'parrots'; COMMENT ON COLUMN t_x.c2 IS 'wingspan';
                     CREATE VIEW shipped_orders AS SELECT id, total FROM orders WHERE status = 'shipped'",
                );
            }
            Server::MariaDb(server) => {
                server.run(
                    "CREATE TABLE t_x (k INT PRIMARY KEY, c1 ENUM('cheerful', 'gloomy'), c2 INT COMMENT 'wingspan')
                     COMMENT 'parrots';
                     CREATE VIEW shipped_orders AS SELECT id, total FROM orders WHERE status = 'shipped'",
                );
            }
            Server::Sqlite(_) => {}
        }
        let plugin = Plugin::start(&shop.config(&[]));
        let by_comment = sql(&ask(&plugin, "parrots with a wingspan over 12"));
        assert!(
            by_comment.contains("t_x") && by_comment.contains("c2"),
            "{name}: {by_comment}"
        );
        let by_label = sql(&ask(&plugin, "gloomy parrots"));
        assert!(by_label.contains("'gloomy'"), "{name}: {by_label}");
        let view = sql(&ask(&plugin, "total of shipped orders"));
        assert!(view.to_lowercase().contains("sum("), "{name}: {view}");
    }
}

#[test]
fn values_of_personal_columns_are_read_only_where_the_config_names_them() {
    for shop in Shop::each() {
        let name = shop.dialect();
        let (_, said) = {
            let plugin = Plugin::start(&shop.config(&[]));
            // Without the value, nothing says that a planted name is one.
            let reply = ask(&plugin, "orders of Ann Planted");
            (plugin.http, reply.text())
        };
        assert!(!said.contains("ann@planted"), "{name}: {said}");
        let database = json!({
            "driver": shop.dialect(), "dsn": shop.dsn, "sample_columns": ["customers.email"],
        });
        let plugin = Plugin::start(&format!("databases:\n  default: {database}\n"));
        let named = sql(&ask(&plugin, "the customer ann@planted.example"));
        assert!(
            named.contains("email") && named.contains("ann@planted.example"),
            "{name}: {named}"
        );
    }
}

#[test]
fn several_databases_are_told_apart_by_name() {
    let shops = Shop::each();
    let databases: serde_json::Map<String, Value> = shops
        .iter()
        .map(|shop| {
            let database = json!({"driver": shop.dialect(), "dsn": shop.dsn});
            (shop.dialect().to_owned(), database)
        })
        .collect();
    let plugin = Plugin::start(&format!("databases: {}\n", Value::Object(databases)));
    for shop in &shops {
        let reply = query(
            &plugin,
            "generate",
            &json!({"prompt": "all orders", "database": shop.dialect()}),
        );
        let meta: Value =
            serde_json::from_str(&reply.pair("meta").unwrap_or_else(|| panic!("{}", reply.text()))).unwrap();
        assert_eq!(meta["dialect"], shop.dialect());
        assert_eq!(
            reply.pair("explained").as_deref(),
            Some("true"),
            "{}",
            warnings(&reply)
        );
    }
    let unknown = query(
        &plugin,
        "generate",
        &json!({"prompt": "all orders", "database": "nowhere"}),
    );
    let (kind, reason) = refusal(&unknown);
    assert!(kind == "schema" && reason.contains("sqlite"), "{reason}");
}

#[test]
fn a_connection_string_that_cannot_be_read_is_a_problem_of_the_config() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    std::fs::write(
        &file,
        "databases:\n  a: {driver: mysql, dsn: 'u:planted-s3cret@tcp(db)'}\n  b: {driver: postgresql, dsn: 'postgres://u:planted-s3cret@db/d?nope=1'}\n",
    )
    .unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
        .args(["--validate", "--config"])
        .arg(&file)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("databases.a.dsn") && said.contains("databases.b.dsn"),
        "{said}"
    );
    assert!(!said.contains("s3cret"), "{said}");
}

#[test]
fn other_words_for_tables_and_columns_come_from_the_config() {
    let shop = Shop::sqlite();
    let database = json!({
        "driver": "sqlite", "dsn": shop.dsn,
        "aliases": {"punters": "customers", "takings": "orders.total", "ghost": "nowhere"},
    });
    let plugin = Plugin::start(&format!("databases:\n  default: {database}\n"));
    let reply = ask(&plugin, "takings of the punters in Oslo");
    let written = sql(&reply).to_lowercase();
    assert!(
        written.contains("total") && written.contains("customers"),
        "{written}"
    );
    assert!(warnings(&reply).contains("ghost"), "{}", warnings(&reply));
}
